# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The minimax picture of gradient compression
#
# **Finding.** For large $T$, lower and upper bounds on optimization with $r$-bit gradients are within a factor
# of 15 of each other at $p = 2$ and of 12 at $p = \infty$, for every $r$ shown, if public coins choose a
# direction or some corners for the message. Between them, at $p = 4$, a gap remains near $r = \log_2 d$.
#
# A convex $f$ on a set of $\ell_p$ diameter $D$ is minimised from $T$ stochastic subgradients with
# $\lVert Y\rVert_q \le B$, each seen through $r$ bits (Mayekar and Tyagi 2020, arXiv:2001.09032). Theorems
# 6.1 and 6.2 bound the least error $\mathcal E^*$ from below with a constant $c_0$ that is not given:
#
# $$\mathcal E^* \ge \frac{c_0 DB}{\sqrt T}\sqrt{\frac{d}{r\wedge d}}\;\vee\;
# \frac{c_0 DB\,d^{1/2-1/p}}{\sqrt T}\sqrt{\frac{d}{2^r\wedge d}},
# \qquad\text{the second for } p \ge 2.$$
#
# The theorems stand, for large $T$, with $c_0 = \kappa = 0.1086\ldots$ in both places (in the second even
# $\sqrt2\,\kappa$ with $2^r \wedge 2d$). All errors are in units of $DB$.

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": rounds and repetitions of the runs
seed: int = 20010903  # root of all randomness

# %%
import math
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, ndtr

from infobound import (
    BoundedOracle,
    SimQPlus,
    least_error,
    least_precision,
    reporting,
    sufficient_precision,
)
from infobound.bounds.fano import lower_error_by_route, route_constant
from infobound.bounds.gradient_compression import reached_error
from infobound.bounds.gradient_compression.hard import kappa
from infobound.models.oracle_families import (
    BernoulliProductOracle,
    SparseSignOracle,
    random_signs,
)
from infobound.protocols.subgradient import projected_subgradient

reporting.style()
line = {"marker": ""}
full = profile == "full"
LARGE = 10**14  # rounds, for what does not depend on them


# %% [markdown]
# ## Three routes to the same theorem
#
# From a bound on the information of one message to a bound on the error: Fano's inequality on a
# $d/4$-packing, as in the paper; Fano with distances on the whole cube of signs, which needs nothing to
# be known about packings; and one sign at a time, without any packing. Below $D B$ there is always
# *some* point of the set, so no lower bound that is true goes above 1: the printed form does at small
# $T$, where its hypothesis on $T$ is missing. It is drawn for $c_0 = 0.1$, which is a guess: $c_0$ is not known.

# %%
routes = {
    "one sign at a time": "bitwise",
    "distances on the cube": "distance_fano",
    "packing, constants of the paper": "packing_fano",
}
oracle = BoundedOracle(dimension=1024, p=math.inf)
fig, axes = plt.subplots(1, 2, figsize=(10.0, 4.2))
times = np.unique(np.geomspace(1, 10**7, 36).astype(int))
few = 3
for name, route in routes.items():
    values = [
        lower_error_by_route(oracle, rounds=int(t), bits=few, route=route).value for t in times
    ]
    axes[0].plot(times, values, label=name, **line)
printed = [
    lower_error_by_route(oracle, rounds=int(t), bits=few, route="printed", c_0=0.1).value
    for t in times
]
axes[0].plot(times, printed, color="0.4", ls="--", label="printed, $c_0 = 0.1$?", **line)
axes[0].axhline(1, color="0.7", lw=1)
axes[0].text(3e3, 1.15, "error of any point: $DB$", color="0.35", fontsize=8)
axes[0].set(xscale="log", yscale="log", ylim=(1e-3, 200), xlabel="rounds $T$")
axes[0].set(ylabel="least error (units of $DB$)", title="$p = \\infty$, $d = 1024$, $r = 3$")
axes[0].legend(fontsize=8)
sizes = np.unique(np.geomspace(2, 4096, 24).astype(int))
for name, route in routes.items():
    share = [
        lower_error_by_route(
            BoundedOracle(dimension=int(d), p=1), rounds=LARGE, bits=4096, route=route
        ).value
        * math.sqrt(LARGE)
        for d in sizes
    ]
    axes[1].plot(sizes, share, label=name, **line)
axes[1].set(xscale="log", yscale="log", xlabel="dimension $d$", ylim=(3e-4, 0.3))
axes[1].set(ylabel="least error $\\times \\sqrt{T}$", title="$p = 1$, all bits, large $T$")
reporting.figure(
    fig,
    alt="Left: lower bounds against rounds on logarithmic axes. Three solid curves are flat and below 1 for "
    "few rounds, then fall like one over the root of T, the bitwise one highest; the dashed printed form is "
    "above 1 up to about a thousand rounds. Right: constants against dimension. The bitwise one is 0.109 "
    "throughout; those by Fano settle at 0.021 and 0.0022.",
)
raw = -minimize_scalar(lambda x: -x * ndtr(-x), bounds=(0, 3), method="bounded").fun
ladder = [
    ("packing, $I \\le 360\\,\\delta^2 (r \\wedge d)$", route_constant("packing_fano", "product")),
    ("distances, $I \\le 4\\,\\delta^2 (r \\wedge d)$", route_constant("distance_fano", "product")),
    ("the same, corners as answers", 2 * route_constant("distance_fano", "product")),
    ("one sign at a time", kappa()),
    ("raw signs in turn reach, on this family", raw),
]
reporting.table(
    [(name, round(value, 5), round(raw / value, 2)) for name, value in ladder],
    ["route", "constant", "raw signs over it"],
    caption="The product family, large d and T: constants of sqrt(d/(T min(r, d))) D B, and how far "
    "they are below what raw signs reach.",
)

# %% [markdown]
# Distances at their best (0.2436 $d$ in place of $d/4$) give exactly $2/(3\sqrt3) = 0.385$ of the
# bitwise bound. And the constant $\kappa$ has at most a factor 1.56 to go on its own family.

# %%
for name, found, expected, digits in (
    ("packing_360", ladder[0][1], 0.0022, 4),
    ("distance_product", ladder[1][1], 0.0209, 4),
    ("distance_sparse", route_constant("distance_fano", "sparse"), 0.0296, 4),
    ("kappa", kappa(), 0.108675, 6),
    ("bitwise_sparse", route_constant("bitwise", "sparse"), 0.15369, 5),
):
    reporting.check(
        name,
        claim="gradient_compression_lower",
        found=found,
        expected=expected,
        atol=0.5 * 10**-digits,
        digits=digits + 1,
        statement="Constant of a route in large dimension.",
    )
reporting.check(
    "room_above_kappa",
    claim="hard_oracles",
    found=raw / kappa(),
    expected=1.5640,
    atol=1e-4,
    digits=5,
    statement=r"What raw signs in turn reach on the product family, over the lower bound.",
)
reporting.check(
    "distances_lose",
    claim="distance_fano",
    found=2 * route_constant("distance_fano", "product") / kappa() * 1.5 * math.sqrt(3),
    at_least=0.999,
    at_most=1,
    digits=5,
    statement=r"Share of $2\kappa/(3\sqrt3)$ that the distance $d/4$ gets.",
)
reporting.check(
    "printed_above_trivial",
    claim="printed_for_all_rounds",
    found=printed[0],
    at_least=1,
    digits=3,
    statement="The printed form at $T = 1$, $c_0 = 0.1$: above $DB$, which no method exceeds.",
)

# %% [markdown]
# ## Upper over lower
#
# What first-order methods with the quantizers of `reached_error` guarantee, over what no method
# improves on, for large $T$: SimQ⁺, RATQ and stochastic signs of sampled coordinates for $p \ge 2$, a sign
# per coordinate at $p = 1$, where the factor contains the logarithm of mirror descent. With all bits
# $1/\kappa = 9.2$ is left for $p \ge 2$; half of it is the start, from the centre of a symmetric set 4.6.
# On the left the picture fades to order $\sqrt d$.

# %%
dimensions = [16, 64, 256, 1024, 4096]
lengths = [1, 2, 4, 6, 8, 10, 12, 16, 64, 256, 1024, 4096]


def ratio(d, p, r, upper=reached_error):
    oracle = BoundedOracle(dimension=d, p=p)
    high = upper(oracle, rounds=LARGE, bits=r).value
    return high / least_error(oracle, rounds=LARGE, bits=r).value


def show(ax, table, p):
    """One heat map, each cell with its number."""
    image = ax.imshow(np.log10(table), cmap="viridis", vmin=0.7, vmax=3, aspect="auto")
    for (i, j), value in np.ndenumerate(table):
        color = "white" if value < 80 else "black"
        ax.text(j, i, f"{value:.3g}", ha="center", va="center", fontsize=7, color=color)
    ax.set_xticks(range(len(lengths)), lengths, fontsize=7)
    ax.set_yticks(range(len(dimensions)), dimensions, fontsize=8)
    ax.set_title("$p = \\infty$" if math.isinf(p) else f"$p = {p:g}$", fontsize=10)
    ax.grid(False)
    return image


orders = (1.0, 2.0, 4.0, math.inf)
ratios = {p: np.array([[ratio(d, p, r) for r in lengths] for d in dimensions]) for p in orders}
fig, axes = plt.subplots(2, 2, figsize=(11.0, 5.4), layout="constrained")
for ax, p in zip(axes.flat, orders, strict=True):
    image = show(ax, ratios[p], p)
fig.supxlabel("bits of a message $r$", fontsize=10)
fig.supylabel("dimension $d$", fontsize=10)
bar = fig.colorbar(image, ax=axes, shrink=0.6, ticks=[1, 2, 3], label="upper over lower bound")
bar.set_ticklabels(["10", "100", "1000"])
reporting.figure(
    fig,
    alt="Four heat maps of upper over lower bound, p = 1, 2, 4 and infinity, over bits and dimension. "
    "For p of 2 and more it is 9.2 at the right, 10 to 20 in the middle and grows to 589 at the left in the "
    "highest dimension, more for large p; for p = 1 it is 32 to 60, the same for all bits.",
)
reporting.check(
    "never_below_one",
    claim="gradient_compression_lower",
    found=min(table.min() for table in ratios.values()),
    at_least=1,
    digits=4,
    statement="Least ratio of upper to lower bound over all p, d, r shown.",
)
reporting.check(
    "all_bits",
    claim="gradient_compression_lower",
    found=ratios[math.inf][-1, -1],
    expected=1 / kappa(),
    rtol=1e-9,
    digits=6,
    statement=r"$p = \infty$ with 13 bits or more: exactly $1/\kappa$.",
)


# %% [markdown]
# ## Few bits
#
# The left side of the picture is a matter of schemes, not of bounds. Two schemes fill it, both unbiased
# (at $p = 2$ others of optimal order for any number of bits are known: Chen, Kairouz and Özgür 2020,
# *Breaking the communication-privacy-accuracy trilemma*):
#
# * **A random direction.** Public coins draw $\theta$ uniformly on the sphere. With $u = Y/\lVert Y\rVert_2$, or
#   $-u$ with probability $(1 - \lVert Y\rVert_2/B)/2$, one bit tells the sign of $\langle\theta, u\rangle$, and
#   $Q = B\,\mathrm{sign}\langle\theta,u\rangle\,\theta/\mathbb E|\theta_1|$. Its mean is $Y$ by symmetry, its norm is
#   the constant $B/\mathbb E|\theta_1| \approx B\sqrt{\pi d/2}$; $r$ bits average $r$ of these.
# * **Random corners.** Public coins choose $m = 2^b - 1 \le 2d$ of the $2d$ corners $\pm e_i$. SimQ draws a corner;
#   $b$ bits tell which chosen one it was, if any, and $Q$ is $2d/m$ times it. The mean is $Y$, and
#   $\mathbb E\lVert Q\rVert_2^2 = (2d/m)\,B d^{1/p}\lVert Y\rVert_1 \le (2d/m)\,B^2 d^{2/p}$; $\lfloor r/b\rfloor$ draws
#   are averaged.


# %%
def direction_square(d):
    """|Q|^2/B^2 of one random direction: 1/(E|theta_1|)^2."""
    return math.pi * math.exp(2 * (gammaln((d + 1) / 2) - gammaln(d / 2)))


def coin_growth(d, p, r):
    """Least alpha_0/B of the two schemes with r bits."""
    squares = [1 + (direction_square(d) - 1) / r]
    for b in range(1, min(r, (2 * d).bit_length()) + 1):
        corners = min(2**b - 1, 2 * d)
        squares.append(1 + (d ** (2 / p) * 2 * d / corners - 1) / (r // b))
    return math.sqrt(min(squares))


def with_coins(oracle, *, rounds, bits):
    """The better of `reached_error` and the two schemes."""
    best = reached_error(oracle, rounds=rounds, bits=bits)
    growth = coin_growth(oracle.dimension, oracle.p, bits)
    value = min(best.value, oracle.method_factor * growth / math.sqrt(rounds))
    return type(best)(**{**vars(best), "value": value})


above = (2.0, 4.0, math.inf)
closed = {
    p: np.array([[ratio(d, p, r, with_coins) for r in lengths] for d in dimensions]) for p in above
}
fig, axes = plt.subplots(1, 3, figsize=(12.0, 3.4), layout="constrained")
for ax, p in zip(axes, above, strict=True):
    image = show(ax, closed[p], p)
    ax.set_xlabel("bits of a message $r$", fontsize=9)
axes[0].set_ylabel("dimension $d$")
bar = fig.colorbar(image, ax=axes, ticks=[1, 2, 3], label="upper over lower")
bar.set_ticklabels(["10", "100", "1000"])
reporting.figure(
    fig,
    alt="Three heat maps of upper over lower bound for p = 2, 4 and infinity with the two schemes added. "
    "All cells are 9.2 to 15 for p = 2 and 9.2 to 12 for infinity; for p = 4 the middle stands out, with 74 "
    "at ten bits in dimension 4096.",
)

# %%
corner_mean, corner_square = np.zeros(3), 0.0
point = np.array([0.5, -0.25, 0.125])  # B = 1, p = inf: R = 1
corners = [(i, s) for i in range(3) for s in (1, -1)]
for chosen in combinations(corners, 3):
    for i, s in chosen:
        chance = max(s * point[i], 0) / 20  # 20 sets of 3 corners
        corner_mean[i] += chance * 2 * s
        corner_square += chance * 4
reporting.check(
    "corners_exactly",
    found=max(np.abs(corner_mean - point).max(), abs(corner_square - 2 * 0.875)),
    expected=0,
    atol=1e-15,
    statement="Three of six random corners, d = 3: error of mean and second moment, all 20 choices.",
)
rng = np.random.default_rng(seed)
samples, width = 200_000 if full else 40_000, 16
theta = rng.normal(size=(samples, width))
theta /= np.linalg.norm(theta, axis=1, keepdims=True)
target = np.full(width, 0.6 / math.sqrt(width))  # |Y| = 0.6 B
flip = np.where(rng.random(samples) < (1 - 0.6) / 2, -1, 1)
answers = (flip * np.sign(theta @ target))[:, None] * theta * math.sqrt(direction_square(width))
along = answers @ target / 0.6
reporting.check(
    "direction_mean",
    found=abs(along.mean() - 0.6) / (along.std() / math.sqrt(samples)),
    at_most=4,
    digits=3,
    statement="One random direction, d = 16: error of the mean along Y, in standard errors "
    "(above 4 by chance once in 16000 seeds; a scale 10 % off is 10 of them away).",
)
reporting.check(
    "one_bit_gap",
    claim="gradient_compression_lower",
    found=closed[2.0][-1, 0],
    expected=math.sqrt(math.pi / 2) / kappa(),
    rtol=1e-3,
    digits=4,
    statement=r"$p = 2$, one bit, $d = 4096$: upper over lower, near $\sqrt{\pi/2}/\kappa$.",
)
for p, most in ((2.0, 15), (math.inf, 12)):
    reporting.check(
        f"gap_with_coins_p_{p:g}",
        claim="gradient_compression_lower",
        found=closed[p].max(),
        at_most=most,
        digits=4,
        statement="Largest ratio over all $d$, $r$ shown.",
    )
reporting.check(
    "gap_that_remains",
    claim="gradient_compression_lower",
    found=closed[4.0].max(),
    expected=73.65,
    atol=0.05,
    digits=4,
    statement="Largest ratio at $p = 4$ ($d = 4096$, 10 bits): it grows with $d$.",
)
reporting.check(
    "gap_without",
    claim="gradient_compression_lower",
    found=max(ratios[p].max() for p in above),
    at_least=500,
    digits=4,
    statement="Largest ratio without the two schemes, p = 2, 4, infinity.",
)

# %% [markdown]
# ## Achieved
#
# Projected subgradients with systematic SimQ⁺ of 1, 4, 16 and 64 draws, $d = 64$, on both hard families
# at the gap where standing still costs twice the bound (1/2 at most). Every error is under the bound of its
# own scheme and above the lower bound; the product family comes close to the former. At $p = 2$ and few
# bits SimQ⁺ is not the best scheme, so its points are above the solid line of the best one.

# %%
d, runs, T = 64, 200 if full else 30, 400 if full else 100
signs = random_signs(runs, d, rng=seed)
draws = [1, 4, 16, 64]
fig, axes = plt.subplots(1, 2, figsize=(10.0, 4.0), sharey=True)
inside, slack = [], []
grid = np.unique(np.geomspace(1, 256, 50).astype(int))
for ax, p in zip(axes, (2.0, math.inf), strict=True):
    oracle = BoundedOracle(dimension=d, p=p)
    low = [least_error(oracle, rounds=T, bits=int(r)).value for r in grid]
    high = [with_coins(oracle, rounds=T, bits=int(r)).value / 2 for r in grid]  # from the centre
    ax.plot(grid, high, color="C0", label="reached, from the centre", **line)
    ax.plot(grid, low, color="C0", ls=":", label="least error", **line)
    for family, marker in ((SparseSignOracle, "o"), (BernoulliProductOracle, "s")):
        found = []
        for k in draws:
            quantizer = SimQPlus(p=p, draws=k, sampling="systematic")
            spread = d ** (2 / p)  # independent draws bound systematic ones too
            alpha = math.sqrt(1 + (spread - 1) / k)
            power = 0.5 if family is SparseSignOracle else 0.5 - 1 / p
            gap = min(0.5, alpha * d**power / math.sqrt(T))
            hard = family(dimension=d, p=p, gradient_bound=1, diameter=1, delta=gap, signs=signs)
            error = projected_subgradient(
                hard, quantizer, rounds=T, gradient_norm=alpha, replicates=runs, rng=seed
            ).error
            found.append((quantizer.bits(d), error.value, error.stderr))
            bound = d ** (0.5 - 1 / p) * alpha / (2 * math.sqrt(T))
            slack.append((error.value + 4 * error.stderr) / bound)
            floor = least_error(oracle, rounds=T, bits=quantizer.bits(d)).value
            inside.append((family, p, k, (error.value - 4 * error.stderr) / floor))
        bits, values, stderr = zip(*found, strict=True)
        name = "sparse signs" if family is SparseSignOracle else "Bernoulli product"
        ax.errorbar(
            bits, values, 2 * np.array(stderr), ls="", marker=marker, color="C1", label=name
        )
    ax.set(xscale="log", yscale="log", xlabel="bits of a message $r$")
    ax.set_title("$p = \\infty$" if math.isinf(p) else f"$p = {p:g}$")
axes[0].set_ylabel("$f - \\min f$ (units of $DB$)")
axes[0].legend(fontsize=8)
reporting.figure(
    fig,
    alt="Error against bits on logarithmic axes, p = 2 and infinity, d = 64. Measured errors of SimQ+ lie "
    "on both sides of the solid curve of what the best scheme reaches, well above the dotted lower bound.",
)
reporting.check(
    "below_upper",
    claim="projected_subgradient",
    found=max(slack),
    at_most=1,
    digits=3,
    statement="Largest measured error plus 4 standard errors, over the bound of its scheme.",
)
reporting.check(
    "above_lower",
    claim="gradient_compression_lower",
    found=min(
        max(value for _, q, j, value in inside if (q, j) == (p, k))
        for p in (2.0, math.inf)
        for k in draws
    ),
    at_least=1,
    digits=3,
    statement="Least measured error (of the worse family) minus 4 standard errors, over the lower bound.",
)

# %% [markdown]
# ## When the bits that are needed can be told
#
# The fewest bits that keep the error within $4U$ are at least $(\kappa/4)^2 d^{2/p}$ and
# $\log_2 d - 9.40$ for $p \ge 2$ and large $T$. The factor 4 enters squared: the power form asks for a second
# bit only when $d^{2/p} \ge 1355$, and the logarithm, positive from $d = 678$ on, at $d \ge 1355$ too.

# %%
sizes = [2**k for k in range(4, 25)]
fig, ax = plt.subplots()
for p, color in ((2.0, "C0"), (4.0, "C1"), (math.inf, "C2")):
    label = "$p = \\infty$" if math.isinf(p) else f"$p = {p:g}$"
    oracles = [BoundedOracle(dimension=d, p=p) for d in sizes]
    enough = [sufficient_precision(one).value for one in oracles]
    needed = [least_precision(one).value for one in oracles]
    ax.plot(sizes, enough, color=color, label=f"sufficient, {label}", **line)
    ax.plot(sizes, needed, color=color, ls=":", label=f"necessary, {label}", **line)
ax.axvline(1355, color="0.6", lw=1)
ax.set(xscale="log", yscale="log", xlabel="dimension $d$", ylabel="bits per gradient")
ax.legend(fontsize=8)
reporting.figure(
    fig,
    alt="Bits per gradient against dimension, both logarithmic. Sufficient bits for p = 2 are linear in d, for "
    "p = 4 like its root, for p = infinity logarithmic; necessary bits leave 1 at d = 1355 and are linear "
    "for p = 2, more than two orders of magnitude lower.",
)


def first(p, start=1000):
    """Least d from `start` on at which more than one bit is necessary."""
    d = start
    while least_precision(BoundedOracle(dimension=d, p=p)).vacuous:
        d += 1
    return d


for p in (2.0, math.inf):
    reporting.check(
        f"informative_p_{p:g}",
        claim="gradient_compression_lower",
        found=first(p),
        expected=1355,
        statement="Least d at which the corrected bound asks for two bits.",
    )
reporting.check(
    "logarithm_positive",
    claim="gradient_compression_lower",
    found=math.ceil(8 / kappa() ** 2),
    expected=678,
    statement=r"Least d at which $2(\kappa/4)^2 d > 1$.",
)
