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
# # Correlated noise: what is true, what is not
#
# **Finding.** Positive correlation multiplies the rounds that unlimited bits take by
# $\kappa = (1+\rho)/(1-\rho)$; to the rounds that few bits take it only adds. At $\rho = 0.9$ and 64
# coordinates per bit, plain signs need 8.7 times fewer rounds than $\kappa$ times the product form.
#
# The gradient of round $t$ tells $X_t = \theta + N_t$, and the noise remembers: in each of $d$ coordinates
# $N_t = \rho N_{t-1} + \sqrt{1-\rho^2}\,s\,W_t$. An encoder sends $B$ bits about $X_t$ and keeps nothing.
# How many rounds does a squared error $\varepsilon^2$ take? Kim (2026, arXiv:2606.00703, abstract) says that
# "positive noise correlation raises the bound by $(1+\rho)/(1-\rho)$ rather than relaxing it". That is so for
# the paper's statistical bound. As a factor of its product form it would be too much.
#
# | | statistical bound | product form |
# |---|---|---|
# | independent noise | $n_0 = s^2(d/\varepsilon^2 - J/d)$ | $n_0\max\{1, d/(2 \ln 2\,B)\}$ |
# | times $\kappa$? | yes, less an edge term: $\kappa n_0 - (\kappa-1)$ | no: signs take $\frac{\pi}{2} n_0 (d/B + \kappa - 1)$ |
# | not relaxed? | true | true if likelihoods are log-concave, else open |

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": runs of the simulations
seed: int = 1601  # root of all randomness

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

from infobound import BitOracle, CubePrior, reporting
from infobound.bounds.bit_oracle import product
from infobound.bounds.correlated import (
    CorrelatedOracle,
    any_messages,
    inflation,
    log_concave_messages,
    mean_information,
    statistical,
)
from infobound.bounds.correlated_laws import (
    fixed_sign_error,
    gaussian_channel_law,
    predictive_law,
    sign_law,
)
from infobound.models.autoregressive import AutoregressiveLocation
from infobound.protocols.correlated import CyclicSigns, GaussianTestChannel, scaled_error

reporting.style()
line = {"marker": ""}
full = profile == "full"

# %% [markdown]
# ## True: with all bits, $\kappa$
#
# The Fisher information about the mean in $T$ raw rounds is
# $\mathbf 1^{\mathsf T}\Sigma^{-1}\mathbf 1 = (T(1-\rho) + 2\rho)/((1+\rho)s^2)$, so $T$ correlated rounds are
# worth $T$ divided by $T(1+\rho)/(T-(T-2)\rho)$ independent ones. That starts at 1, is $1+\rho$ at two rounds, and
# reaches $\kappa$ only when $T$ is large beside $\kappa$: short runs suffer less than the limit says. Negative
# correlation helps.

# %%
horizon = np.unique(np.geomspace(1, 10_000, 60).astype(int))
fig, ax = plt.subplots()
for k, rho in enumerate((0.99, 0.9, 0.5, 0.0, -0.5, -0.9)):
    ax.plot(
        horizon,
        [inflation(rho, rounds=int(T)) for T in horizon],
        color=f"C{k}",
        label=rf"$\rho = {rho:g}$",
        **line,
    )
    ax.axhline(inflation(rho), color=f"C{k}", lw=0.8, ls=":")
ax.set(xscale="log", yscale="log", xlabel="rounds $T$", ylim=(0.03, 2000))
ax.set(ylabel="rounds for one independent round")
ax.legend(fontsize=8, ncols=2)
reporting.figure(
    fig,
    alt="Correlated rounds per independent round against the number of rounds, both logarithmic, for six "
    "correlations. All start at 1; each tends to its dotted limit, 199 for 0.99 after thousands of rounds, "
    "one nineteenth for minus 0.9.",
)
worst = max(
    abs(
        mean_information(rounds=T, noise_std=0.7, correlation=rho)
        / np.linalg.solve(AutoregressiveLocation(1, 0.7, rho).covariance(T), np.ones(T)).sum()
        - 1
    )
    for rho in (-0.8, -0.3, 0.0, 0.5, 0.9, 0.99)
    for T in (1, 2, 3, 10, 200)
)
reporting.check(
    "information_by_linear_solve",
    claim="ar1_fisher",
    found=float(worst),
    at_most=1e-10,
    digits=2,
    statement="Formula against a linear solve with $\\Sigma$, largest relative difference.",
)

# %% [markdown]
# ## Not true: with few bits, $\kappa$ times $d/B$
#
# Let $n = d/B$ coordinates take turns at each bit: a coordinate sends the sign of $X_t$ minus its public
# estimate once in $n$ rounds. Meanwhile its noise has changed: successive signs of one coordinate meet noise of
# correlation $\rho^n$, not $\rho$. The coordinates that wait lose nothing by it, and
#
# $$\frac{T\varepsilon^2}{s^2 d} \;\to\; n\,\frac{\pi}{2}\Bigl[1 + \frac{4}{\pi}\sum_{k \ge 1}\arcsin\rho^{nk}\Bigr]
# \;\le\; \frac{\pi}{2}\,(n + \kappa - 1).$$
#
# A sum. Gaussian test channels (the limit of good codes as $d$ grows) add up as well:
# $\kappa + 1/(4^{1/n}-1)$, and a little less if they describe $X_t$ given the public past. The marks are
# simulations of one bit per round, every message of one bit.

# %%
rho = 0.9
gaps = np.unique(np.geomspace(1, 1024, 41).astype(int))
kappa = inflation(rho)
runs = {1: 4000, 4: 1000, 16: 240, 64: 60} if not full else {1: 40000, 4: 10000, 16: 2400, 64: 600}
simulated = {
    n: scaled_error(
        CyclicSigns(1),
        AutoregressiveLocation(n, 1.0, rho),
        rounds=2000 + 300 * n,
        runs=r,
        rng=seed + n,
    )
    for n, r in runs.items()
}
fig, ax = plt.subplots(figsize=(7.2, 4.6))
curves = {
    r"$\kappa\,\max\{1, n/(2 \ln 2)\}$: not a bound": [
        kappa * max(1, n / (2 * math.log(2))) for n in gaps
    ],
    "cyclic signs": [sign_law(gap=int(n), correlation=rho).value for n in gaps],
    "Gaussian channels": [gaussian_channel_law(rate=1 / n, correlation=rho).value for n in gaps],
    "predictive channels": [predictive_law(rate=1 / n, correlation=rho).value for n in gaps],
}
for (label, values), style in zip(curves.items(), ("--", "-", "-", "-"), strict=True):
    ax.plot(gaps, values, ls=style, label=label, **line)
convex = [max(kappa, n / (2 * math.log(2))) for n in gaps]
anyone = [max(kappa, 1 / (kappa * (1 - 4 ** (-1 / n)))) for n in gaps]
ax.plot(gaps, convex, color="0.2", ls=":", label="bound, log-concave messages", **line)
ax.plot(gaps, anyone, color="0.5", ls=":", label="bound, any messages", **line)
ax.fill_between(gaps, anyone, convex, color="0.85", lw=0, label="open")
ax.errorbar(
    list(simulated),
    [e.value for e in simulated.values()],
    [3 * e.stderr for e in simulated.values()],
    color="C1", ls="", marker="o", label="cyclic signs, simulated",
)  # fmt: skip
ax.set(xscale="log", yscale="log", xlabel="coordinates per bit $n = d/B$")
ax.set(ylabel=r"rounds, in units of $s^2 d/\varepsilon^2$")
ax.legend(fontsize=8)
reporting.figure(
    fig,
    alt="Rounds against coordinates per bit at correlation 0.9, both logarithmic. The dashed line, kappa times the "
    "product form, rises above 10 000. Signs, Gaussian and predictive channels lie close together, flat near "
    "20 and then parallel to it, signs a factor of nine lower and channels of nineteen. The bound for log-concave "
    "messages runs along the channels; that for any messages leaves an open region below.",
)
last = simulated[64]
reporting.check(
    "signs_reach_their_law",
    claim="correlated_product_form",
    found=max(
        abs(e.value - sign_law(gap=n, correlation=rho).value) / e.stderr
        for n, e in simulated.items()
    ),
    at_most=4,
    digits=2,
    statement="Simulated signs against the law, largest distance in standard errors, four values of $n$.",
)
reporting.check(
    "signs_beat_the_product",
    claim="correlated_product_form",
    found=kappa * 64 / (2 * math.log(2)) / (last.value + 4 * last.stderr),
    at_least=7,
    digits=3,
    statement=r"$n = 64$: $\kappa n/(2\ln 2) = 877$ over the simulated value plus 4 standard errors.",
)
reporting.check(
    "factor_at_64",
    claim="correlated_product_form",
    found=kappa * 64 / (2 * math.log(2)) / sign_law(gap=64, correlation=rho).value,
    expected=8.7122,
    rtol=1e-4,
    statement=r"$n = 64$: $\kappa n/(2\ln 2)$ over the law of cyclic signs.",
)
reporting.check(
    "a_sum",
    claim="correlated_product_form",
    found=max(
        sign_law(gap=int(n), correlation=r).value / (math.pi / 2 * (n + inflation(r) - 1))
        for n in gaps
        for r in (0.0, 0.3, 0.9, 0.999)
    ),
    at_most=1,
    atol=1e-12,
    statement=r"Law of cyclic signs over $\frac{\pi}{2}(n + \kappa - 1)$, at most; 1 at $\rho = 0$.",
)

# %% [markdown]
# How far can it go? As $\rho \to 1$ at fixed $n$ the law of signs is $\kappa\,\frac{\pi}{2}\ln 2$, whatever $n$:
# slow noise is limited by the noise, and bits come free. So $\kappa n/(2\ln 2)$ exceeds it by
# $n/(\pi \ln^2 2) = 0.6625\,n$, beyond any factor as $d/B$ grows.

# %%
rows = []
for r, n in ((0.5, 16), (0.9, 1), (0.9, 64), (0.99, 64), (0.99, 1024)):
    signs = sign_law(gap=n, correlation=r).value
    times = inflation(r) * max(1, n / (2 * math.log(2)))
    rows.append(
        (
            r,
            n,
            signs,
            predictive_law(rate=1 / n, correlation=r).value,
            inflation(r),
            times,
            times / signs,
        )
    )
reporting.table(
    rows,
    [
        r"$\rho$",
        "$d/B$",
        "signs",
        "predictive",
        r"$\kappa$",
        r"$\kappa\,\max\{1, n/(2\ln 2)\}$",
        "ratio",
    ],
    caption="Rounds in units of $s^2 d/\\varepsilon^2$ as the error tends to 0; the ratio is to signs.",
    digits=5,
)
reporting.check(
    "slow_noise",
    claim="correlated_product_form",
    found=sign_law(gap=64, correlation=1 - 1e-8).value / inflation(1 - 1e-8),
    expected=math.pi / 2 * math.log(2),
    rtol=1e-3,
    statement=r"$n = 64$, $\rho = 1 - 10^{-8}$: law of signs over $\kappa$, against $\frac{\pi}{2}\ln 2$.",
)

# %% [markdown]
# ## A witness without limits
#
# Limits can hide an edge effect, so here is one case with all numbers finite: $d = 64$, $B = 1$, $\rho = 0.9$,
# $|\theta_i| \le s/4$ known, signs about 0, 4096 of each coordinate. Bias and variance of the mean sign are
# elementary; no simulation and no limit is involved. The derivation has the same case in exact numbers.

# %%
T = 64 * 4096
reached = fixed_sign_error(rounds=T, gap=64, noise_std=1, correlation=rho, half_width=0.25)
cube = BitOracle(dimension=64, bits=1, noise_std=1, prior=CubePrior(0.25))
question = CorrelatedOracle(oracle=cube, correlation=rho)
asked = {"error": 64 * reached.value}
times = kappa * product(cube, **asked).value
reporting.table(
    [
        ("reached by signs", T),
        (r"$\kappa$ times the product form", round(times)),
        ("product form, no correlation", round(product(cube, **asked).value)),
        (
            "proved for log-concave messages",
            math.ceil(log_concave_messages(question, **asked).value),
        ),
        ("proved for any messages", math.ceil(any_messages(question, **asked).value)),
        ("proved for unlimited bits", math.ceil(statistical(question, **asked).value)),
    ],
    ["", "rounds"],
    caption=f"Rounds for an error of {reached.value:.3g} $s^2$ per coordinate, the worst over the cube.",
)
reporting.check(
    "witness",
    claim="correlated_product_form",
    found=times / T,
    at_least=7.8,
    digits=3,
    statement=r"$\kappa$ times the product form, over the rounds that do.",
)
reporting.check(
    "nothing_proved_is_broken",
    claim="correlated_convex_cells",
    found=log_concave_messages(question, **asked).value / T,
    at_most=1,
    digits=3,
    statement="The bound for log-concave messages, over the rounds that do. Signs are such messages.",
)

# %% [markdown]
# ## Predicting helps
#
# Encoders without memory may still use the public past: what earlier messages say about the noise need not be
# described again. The receiver is a Kalman filter for $(\theta, N_t)$, so its error is exact at every $T$; the simulation only
# confirms it.

# %%
T, rate = 1000, 0.25
rows, distance, limit = [], [], []
for r in (0.9, 0.5, -0.5):
    model, law = AutoregressiveLocation(8, 1.0, r), {}
    for predictive, formula in ((False, gaussian_channel_law), (True, predictive_law)):
        scheme = GaussianTestChannel(rate, predictive=predictive)
        exact = T * scheme.error(model, rounds=T)
        seen = scaled_error(scheme, model, rounds=T, runs=4000 if full else 400, rng=seed)
        law[predictive] = formula(rate=rate, correlation=r).value
        distance.append(abs(seen.value - exact) / seen.stderr)
        limit.append(abs(T * 20 * scheme.error(model, rounds=T * 20) / law[predictive] - 1))
        rows.append(
            (r, "yes" if predictive else "no", exact, f"{seen.value:.3f} ± {seen.stderr:.3f}",
             law[predictive], inflation(r) / (1 - 4**-rate))
        )  # fmt: skip
reporting.table(
    rows,
    [r"$\rho$", "predictive", f"exact, $T = {T}$", "simulated", "limit", r"$\kappa/g$"],
    caption="Gaussian channels of 1/4 bit per coordinate, rounds in units of $s^2 d/\\varepsilon^2$.",
)
reporting.check(
    "filter_is_exact",
    found=max(distance),
    at_most=4,
    digits=2,
    statement="Simulated channels against the filter's error, largest distance in standard errors.",
)
reporting.check(
    "channels_reach_their_laws",
    claim="correlated_product_form",
    found=max(limit),
    at_most=3e-3,
    digits=2,
    statement="Exact error after 20 000 rounds against the limit, largest relative difference.",
)

# %% [markdown]
# ## Negative correlation
#
# For $\rho < 0$ the noise cancels itself, $\kappa < 1$, and $\kappa n_0/g$ with $g = 1 - 4^{-B/d}$ *is* a lower
# bound: the noise holds an independent part of variance $\kappa s^2$, and the rest may be told to everyone. The
# same argument for $\rho > 0$ leaves variance $s^2/\kappa$, which is why the general bound there is weak.
#
# Signs in turns of an even number of rounds see the noise at $\rho^{n} > 0$ only and gain nothing. With one
# coordinate more they gain a little: turns of 17 see $\rho^{17} < 0$.

# %%
n = 16
grid = np.linspace(-0.98, 0.98, 99)
fig, ax = plt.subplots()
ax.plot(
    grid,
    [sign_law(gap=n, correlation=r).value for r in grid],
    label="cyclic signs",
    color="C1",
    **line,
)
ax.plot(
    grid,
    [predictive_law(rate=1 / n, correlation=r).value for r in grid],
    label="predictive channels", color="C3", **line,
)  # fmt: skip
ax.plot(
    grid,
    [inflation(r) / (1 - 4 ** (-1 / n)) for r in grid],
    label=r"$\kappa/g$", color="C0", ls="--", **line,
)  # fmt: skip
proved = [
    max(inflation(r), inflation(r) ** (1 if r < 0 else -1) / (1 - 4 ** (-1 / n))) for r in grid
]
ax.plot(grid, proved, color="0.5", ls=":", label="bound, any messages", **line)
convex = [max(inflation(r), n / (2 * math.log(2))) for r in grid[grid >= 0]]
ax.plot(grid[grid >= 0], convex, color="0.2", ls=":", label="bound, log-concave messages", **line)
ax.axvline(0, color="0.8", lw=0.8)
ax.set(xlabel=r"correlation $\rho$", yscale="log", ylim=(0.1, 2000))
ax.set(ylabel=r"rounds, in units of $s^2 d/\varepsilon^2$")
ax.legend(fontsize=8)
reporting.figure(
    fig,
    alt="Rounds against correlation from minus 0.98 to 0.98 for 16 coordinates per bit, logarithmic. Signs are flat "
    "at 25 between correlations minus 0.8 and 0.8 and rise at both ends; predictive channels rise slowly from "
    "10 and steeply at the right end. Kappa over g is below both on the left, where it is a bound, and crosses "
    "both on the right, where it is none. There the bound for log-concave messages runs just below the channels.",
)
left = grid[grid < 0]
reporting.check(
    "multiplied_form_for_negative_rho",
    claim="correlated_product_form",
    found=min(
        predictive_law(rate=1 / n, correlation=r).value * (1 - 4 ** (-1 / n)) / inflation(r)
        for r in left
    ),
    at_least=1,
    digits=4,
    statement=r"$\rho < 0$: predictive channels over $\kappa/g$, at least.",
)

# %% [markdown]
# ## Every bit is real
#
# A transcript of cyclic signs holds the packed messages, and the estimates follow from them alone.

# %%
model, scheme = AutoregressiveLocation(16, 1.0, rho), CyclicSigns(4)
theta = np.random.default_rng(seed).normal(size=(10, 16))
estimates, messages = scheme.transcript(model, theta, rounds=100, rng=seed)
reporting.check(
    "bits_of_a_run",
    found=sum(message.single(0).bits for message in messages),
    expected=100 * 4,
    unit="bits",
    statement="100 rounds of 4 bits about 16 coordinates, one run.",
)
reporting.check(
    "decoded_from_messages",
    found=float(np.max(np.abs(scheme.decode(model, messages) - estimates))),
    at_most=0,
    statement="Largest difference between the estimates and those decoded from the messages alone.",
)

# %% [markdown]
# ## What stays open
#
# For messages with log-concave likelihoods (half-spaces, boxes, Voronoi cells, stochastic rounding) the truth
# is $\max\{\kappa, d/B\}$ up to a factor 3.75, and positive correlation does not relax the product form. For other messages,
# unions of distant cells say, the proof fails: such a message about an early round can make the score of a later
# one steeper. Whether it ever pays is not known; the grey region in the second figure is a factor of at most
# $\kappa$. For $\rho < 0$ nothing is known between $\kappa/g$ and the predictive channels of the last figure.
