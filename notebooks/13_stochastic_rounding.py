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
# # Stochastic rounding: unbiased is not free
#
# **Finding.** Where the noise of a gradient covers half a step of its format, nearest rounding is unbiased
# enough for ten thousand averages and adds half the variance; at a quarter, for ten; below that it goes
# blind, and a coin carries the gradient. Where it matters most, at the worst $\theta$, a coin that the
# decoder knows too carries more than either.
#
# A message $M$ made from $X \sim N(\theta, s^2)$ **carries** the Fisher information $I_M$. Whoever averages
# the decoded numbers $Q$ **uses** what the mean of $Q$ has of it, so
#
# $$\frac{(\partial_\theta \mathbb E Q)^2}{\operatorname{Var} Q} \;\le\; I_M \;\le\; \frac{1 - 4^{-R}}{s^2} ,$$
#
# by Cauchy–Schwarz and by the limit for $R$ bits. Unbiased rounding makes the numerator 1 and pays with
# variance: an unbiased quantizer of relative error $w$ uses $1/(1 + w)$.

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": rounds and repetitions
seed: int = 13131  # root of all randomness

# %%
import matplotlib.pyplot as plt
import numpy as np

from infobound import reporting
from infobound.information.block_figures import gaussian_figures
from infobound.information.block_fisher import block_information
from infobound.information.rounded_location import rounded_location
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4

reporting.style()
line = {"marker": ""}
full = profile == "full"
kinds = ("nearest", "stochastic", "dithered")
labels = {
    "nearest": "nearest", "stochastic": "stochastic (secret coin)",
    "dithered": "dithered (coin known to both)",
}  # fmt: skip

# %% [markdown]
# ## One number on a grid
#
# The grid has step 1, the mean $\theta$ sits somewhere between two of its points, and the noise has
# standard deviation $s$. Left: the mean of the decoded number is off by the bias. Noise is itself a dither,
# and a good one: the bias of nearest rounding is at most $\tfrac1\pi e^{-2\pi^2 s^2}$ in steps, to leading order.
# Right: what the message carries and what averaging uses, relative to $X$, at the worst $\theta$.

# %%
theta = np.linspace(-0.5, 0.5, 101)
noise = np.geomspace(0.05, 2.0, 60 if full else 40)
fig, (left, right) = plt.subplots(1, 2, figsize=(11.4, 4.6))
for s, c in ((0.05, "C0"), (0.15, "C2"), (0.3, "C1"), (0.5, "0.2")):
    left.plot(theta, rounded_location(theta, s).bias, color=c, ls="-", label=f"$s = {s:g}$", **line)
left.set(xlabel="$\\theta$ (steps)", ylabel="bias of nearest rounding (steps)")
left.legend(ncols=2, fontsize=9)
worst = {}
for kind, c in zip(kinds, ("C0", "C1", "C2"), strict=True):
    at = [rounded_location(theta, s, kind) for s in noise]
    carried = np.array([np.min(part.carried) * s**2 for part, s in zip(at, noise, strict=True)])
    used = np.array([np.min(part.used) * s**2 for part, s in zip(at, noise, strict=True)])
    worst[kind] = (carried, used)
    right.plot(noise, carried, color=c, ls="-", label=labels[kind], **line)
    if kind != "nearest":
        right.plot(noise, used, color=c, ls=":", **line)
crossing = float(np.interp(0, np.log(worst["nearest"][0] / worst["stochastic"][0]), noise))
right.axvline(crossing, color="0.7", lw=0.8)
right.set(
    xscale="log", xlabel="noise $s$ (steps of the grid)", ylim=(0, 1.02),
    ylabel="information at the worst $\\theta$, of $1/s^2$",
)  # fmt: skip
right.set_xticks([0.05, 0.1, 0.2, 0.5, 1, 2], ["0.05", "0.1", "0.2", "0.5", "1", "2"])
right.minorticks_off()
right.legend(fontsize=9, loc="lower right")
reporting.figure(
    fig,
    alt="Left: bias of nearest rounding against theta, a saw-tooth of height one half at s = 0.05 and "
    "invisible at s = 0.5. Right: information at the worst theta against the noise. Nearest rounding "
    "rises from 0 below s = 0.15 to nearly 1 at 1; stochastic rounding is ahead below about a quarter of a "
    "step and behind above; dithering with a known coin is above both. Dotted: what averaging uses.",
)
reporting.check(
    "crossing",
    found=crossing,
    at_least=0.2,
    at_most=0.3,
    digits=3,
    unit="steps",
    statement="Noise at which nearest and stochastic rounding carry the same at their worst $\\theta$.",
)
half = rounded_location(theta, 0.5)
reporting.check(
    "noise_is_a_dither",
    found=float(np.max(np.abs(half.bias))),
    expected=np.exp(-2 * np.pi**2 * 0.25) / np.pi,
    rtol=1e-4,
    digits=4,
    unit="steps",
    statement=r"Largest bias of nearest rounding at $s = 1/2$, against $e^{-2\pi^2 s^2}/\pi$.",
)
reporting.check(
    "known_coins_are_better",
    found=float(
        np.min(worst["dithered"][0] - np.maximum(worst["nearest"][0], worst["stochastic"][0]))
    ),
    at_least=0,
    atol=1e-12,
    digits=3,
    statement="Dithered less the better of the other two, carried at the worst $\\theta$, least over the noise.",
)
loss = {
    kind: 1 / float(rounded_location(0.3, 1.0, kind).used) - 1 for kind in ("nearest", "stochastic")
}
reporting.check(
    "twice_the_loss",
    claim="block_formats",
    found=loss["stochastic"] / loss["nearest"],
    expected=2,
    rtol=1e-3,
    digits=4,
    statement="$s = 1$ step: additional observations that averaging needs, stochastic over nearest (1/6 and 1/12).",
)

# %% [markdown]
# Without noise a coin of chance $p$ still tells $\theta$: it carries $1/(p(1-p)) \ge 4$ per squared step, and nearest
# rounding nothing. Stochastic rounding is dithered rounding with the dither forgotten, so it can only
# carry less; dithering carries what nearest rounding does on the average over $\theta$.
#
# Information is about small changes of $\theta$; averages also have to be right. After $T$ observations the error
# is bias² + Var/T for nearest rounding and Var/T for a coin, so for every noise there is a $T$ beyond which
# the coin wins. It is $\tfrac{\pi^2}{12} e^{4\pi^2 s^2}$ for all but the smallest noise.


# %%
def averages_needed(s):
    """Observations from which the worst mean squared error of stochastic rounding is less."""
    many = np.geomspace(1, 1e10, 2001)
    near, coin = rounded_location(theta, s), rounded_location(theta, s, "stochastic")
    error = np.max(near.bias[:, None] ** 2 + near.variance[:, None] / many, axis=0)
    return many[np.argmax(error > np.max(coin.variance) / many)]


levels = np.linspace(0.05, 0.75, 36)
change = np.array([averages_needed(s) for s in levels])
fig, ax = plt.subplots(figsize=(7.4, 4.4))
ax.plot(levels, change, color="0.2", **line)
ax.plot(levels, np.pi**2 / 12 * np.exp((2 * np.pi * levels) ** 2), color="C1", ls=":", **line)
ax.fill_between(levels, 1, change, color="C0", alpha=0.12, lw=0)
ax.text(0.5, 8, "nearest is better", color="C0")
ax.text(0.07, 1e5, "stochastic is better", color="C1")
ax.set(
    xlim=(0.05, 0.75), ylim=(1, 1e9), yscale="log", xlabel="noise $s$ (steps of the grid)",
    ylabel="observations $T$ that are averaged",
)  # fmt: skip
reporting.figure(
    fig,
    alt="The number of observations from which stochastic rounding has the smaller worst error, against "
    "the noise in steps, logarithmic: about ten at a quarter of a step, ten thousand at a half, and a "
    "hundred million at two thirds. The dotted formula lies on it from a quarter of a step on.",
)
reporting.check(
    "averages_needed",
    found=float(averages_needed(0.5)),
    expected=np.pi**2 / 12 * np.exp(np.pi**2),
    rtol=0.03,
    digits=3,
    unit="observations",
    statement="$s = 1/2$: averages beyond which a coin is better, against the formula.",
)

# %% [markdown]
# ## Whole formats
#
# The same on blocks of a Gaussian gradient, exactly. The steps of a 4-bit block are small against the noise
# that sets its scale, so here nearest is ahead. *Coin* is what stochastic rounding sends of its own
# coins: $H(M) - I(X; M)$.

# %%
pairs = {
    "MXFP4": (MX("e2m1", "floor"), MX("e2m1", "floor", "stochastic", shrink=0.75)),
    "MXFP4 rceil": (MX("e2m1", "rceil"), MX("e2m1", "rceil", "stochastic")),
    "NVFP4": (NVFP4(), NVFP4(rounding="stochastic", shrink=16 / 17)),
    "INT4, 32": (IntegerBlocks(4, 32), IntegerBlocks(4, 32, "fp16-up", "stochastic")),
    "MXFP8 E4M3": (MX("e4m3", "rceil"), MX("e4m3", "rceil", "stochastic")),
}
rows, price = [], {}
for name, forms in pairs.items():
    for form, how in zip(forms, ("nearest", "stochastic"), strict=True):
        figures, told = gaussian_figures(form), block_information(form)
        price[name, how] = (figures, told)
        rows.append((
            name, how, figures.nmse, figures.inner, 100 * figures.used_fisher, 100 * told.fisher,
            told.entropy, told.entropy - told.mutual, 100 / figures.used_fisher - 100,
        ))  # fmt: skip
reporting.table(
    rows,
    {
        "format": "format", "how": "rounding", "nmse": "NMSE", "slope": "$E\\,QX/E\\,X^2$",
        "used": "used, %", "carried": "carried, %", "entropy": "$H$, bits", "coin": "coin, bits",
        "steps": "additional steps, %",
    },
    digits={"nmse": 4, "slope": 7, "used": 5, "carried": 5, "entropy": 4, "coin": 3, "steps": 3},
    caption="Per coordinate of N(0, s² I). Stochastic variants never clip here: three quarters of the range, "
    "the scale rounded up, or 16/17 of the range.",
)  # fmt: skip
ratios = [price[name, "stochastic"][0].nmse / price[name, "nearest"][0].nmse for name in pairs]
reporting.check(
    "variance_of_a_coin",
    found=min(ratios),
    at_least=1.9,
    digits=4,
    statement="Squared error of stochastic over that of nearest rounding: least ratio of the pairs.",
)
reporting.check(
    "unbiased_uses",
    claim="unbiased_converse",
    found=max(
        abs(price[name, "stochastic"][0].used_fisher * (1 + price[name, "stochastic"][0].nmse) - 1)
        for name in pairs
    ),
    at_most=1e-7,
    digits=3,
    statement="Unbiased formats use $1/(1 + w)$: largest relative difference.",
)
reporting.check(
    "order",
    claim="block_formats",
    found=min(
        min(told.fisher - figures.used_fisher, 1 - 4.0**-told.mutual - told.fisher)
        for figures, told in price.values()
    ),
    at_least=0,
    digits=3,
    statement=r"used $\le$ carried $\le 1 - 4^{-I(X;M)/d}$: least difference of all formats.",
)
coin = price["MXFP4", "stochastic"][1]
reporting.check(
    "coins_sent",
    found=coin.entropy - coin.mutual,
    expected=0.719,
    atol=1e-3,
    digits=3,
    unit="bits",
    statement="MXFP4: bits per coordinate that tell of coins, not of the gradient.",
)

# %% [markdown]
# ## Sixteen seventeenths, and where they do not help
#
# An E4M3 block scale that is rounded down pushes the largest element of its block beyond 6, where it is clipped.
# Normal E4M3 numbers are rounded down by a factor of 16/17 at most, so a range shrunk by as much never clips.
# Subnormal ones are rounded by more: in a tensor with an outlier $10^5$ times its noise the block scales are
# there, and "unbiased" rounding is biased. A floor under the scales (torchao) keeps it unbiased, and pays.

# %%
outliers = np.geomspace(1e3, 1e6, 61 if full else 19)
chains = {"transformer-engine": ("C0", "-"), "torchao": ("C1", "--")}
fig, (left, right) = plt.subplots(1, 2, figsize=(10.4, 4.0))
shrunk = {}
for chain, (c, ls) in chains.items():
    form = NVFP4(chain, rounding="stochastic", shrink=16 / 17)
    found = [gaussian_figures(form, tensor_max=top) for top in outliers]
    shrunk[chain] = np.array([1 - part.inner for part in found])
    seen = np.where(shrunk[chain] > 1e-12, shrunk[chain], np.nan)
    left.plot(outliers, seen, color=c, ls=ls, label=chain, **line)
    right.plot(outliers, [part.nmse for part in found], color=c, ls=ls, label=chain, **line)
left.set(ylabel="bias $1 - E\\,QX/E\\,X^2$", ylim=(1e-9, 2))
right.set(ylabel="NMSE")
for ax in (left, right):
    ax.set(xscale="log", yscale="log", xlabel="largest magnitude of the tensor, in $s$")
left.legend(loc="upper left")
reporting.figure(
    fig,
    alt="Bias and squared error of NVFP4 with stochastic rounding in 16/17 of the range, against the largest "
    "magnitude of the tensor. The bias of the first chain is nil up to 20 000 standard deviations, one "
    "per cent at 200 000, one half at a million; the other chain has none, but its error grows.",
)
reporting.check(
    "normal_scales_are_unbiased",
    found=float(np.max(np.abs(shrunk["transformer-engine"][outliers < 1e4]))),
    at_most=1e-11,
    digits=2,
    statement="16/17 of the range, largest magnitude up to $10^4 s$: largest bias.",
)
reporting.check(
    "subnormal_scales_clip",
    found=float(np.interp(3e5, outliers, shrunk["transformer-engine"])),
    at_least=5e-3,
    digits=2,
    statement="The same at $3\\cdot10^5 s$: bias.",
)
reporting.check(
    "floor_under_scales",
    found=float(np.max(np.abs(shrunk["torchao"]))),
    at_most=1e-11,
    digits=2,
    statement="torchao's chain, up to $10^6 s$: largest bias.",
)

# %% [markdown]
# ## Where nearest goes blind
#
# A block shares one scale, so a coordinate is blind when its noise and its gradient are small against its
# *neighbours'*. Stochastic gradient descent on $f(x) = \tfrac12\lVert x - x^*\rVert^2$, step $1/t$ (the average
# of all that was heard), 64 coordinates; the noise of every coordinate is 1, or it is 1 for each fourth of
# them and $1/100$ for the others. Everything starts up to $0.3$ away from $x^*$.

# %%
rounds, runs, d = (8192 if full else 512), (128 if full else 48), 64
stops = np.unique(np.geomspace(1, rounds, 60).astype(int))


def descend(quantizer, scale):
    """Mean excess of f at `stops`, over the small-noise coordinates if there are such."""
    draw, coins = (np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(2))
    position = draw.uniform(-0.3, 0.3, (runs, d))
    watch = scale < scale.max() if scale.min() < scale.max() else scale > 0
    excess = []
    for t in range(1, rounds + 1):
        gradient = position + scale * draw.standard_normal((runs, d))
        heard = quantizer.roundtrip(gradient, rng=coins) if quantizer else gradient
        position = position - heard / t
        if t in stops:
            excess.append(np.mean(position[:, watch] ** 2) / 2)
    return np.array(excess)


even_noise = np.ones(d)
outlier = np.full(d, 0.01)
outlier[::4] = 1.0  # loud neighbours in every block
methods = {
    "exact gradients": (None, "0.2", "-"),
    "MXFP4, nearest": (MX("e2m1", "even"), "C0", "-"),
    "MXFP4, stochastic 3/4": (pairs["MXFP4"][1], "C0", ":"),
    "NVFP4, nearest": (NVFP4(), "C1", "-"),
    "NVFP4, stochastic 16/17": (pairs["NVFP4"][1], "C1", ":"),
}
runs_of = {
    (where, name): descend(form, scale)
    for where, scale in (("even", even_noise), ("outlier", outlier))
    for name, (form, _, _) in methods.items()
}
fig, axes = plt.subplots(1, 2, figsize=(11.4, 4.8))
for ax, where, title in (
    (axes[0], "even", "equal noise: all coordinates"),
    (axes[1], "outlier", "loud neighbours: the quiet coordinates"),
):
    for name, (_, c, ls) in methods.items():
        ax.plot(stops, runs_of[where, name], color=c, ls=ls, label=name, **line)
    ax.set(xscale="log", yscale="log", xlabel="rounds", title=title)
axes[0].set(ylabel="$f - \\min f$ per coordinate")
axes[0].legend(fontsize=9)
reporting.figure(
    fig,
    alt="Excess of f against rounds, both logarithmic. With equal noise all five curves fall together like "
    "one over the rounds. With loud neighbours the quiet coordinates stall under nearest rounding at "
    "nearly a constant, while stochastic rounding falls like one over the rounds, far above exact gradients.",
)
last = {key: float(values[-1]) for key, values in runs_of.items()}
reporting.check(
    "even_noise_nearest",
    found=last["even", "MXFP4, nearest"] / last["even", "exact gradients"],
    expected=1.013,
    atol=0.02,
    digits=3,
    statement="Equal noise: MXFP4 nearest over exact gradients, at the end.",
)
reporting.check(
    "even_noise_coin",
    found=last["even", "MXFP4, stochastic 3/4"] / last["even", "exact gradients"],
    expected=1.028,
    atol=0.03,
    digits=3,
    statement="Equal noise: MXFP4 stochastic over exact gradients, at the end.",
)
for name in ("MXFP4", "NVFP4"):
    near, coin_name = (n for n in methods if n.startswith(name))
    quarter = runs_of["outlier", near][np.searchsorted(stops, rounds // 4)]
    reporting.check(
        f"{name.lower()}_stalls",
        found=last["outlier", near] / float(quarter),
        at_least=0.7,
        digits=3,
        statement=f"Loud neighbours, {near}: error at the end over that at a quarter of the rounds.",
    )
    reporting.check(
        f"{name.lower()}_coin_goes_on",
        found=last["outlier", near] / last["outlier", coin_name],
        at_least=3,
        digits=3,
        statement="Error of nearest over that of stochastic rounding, at the end.",
    )

# %% [markdown]
# Nearest rounding sends a quiet coordinate as 0 while it is below half a step, and the step is set by its loud
# neighbours; their noise moves the scale a little, which is why the curves still creep. A coin hears the
# quiet coordinate at the price of noise that is the neighbours' doing: ten to twenty times that of exact
# gradients.
#
# | | nearest | stochastic |
# |---|---|---|
# | noise above half a step | unbiased enough for $10^4$ averages and more, half the added variance | pays for nothing |
# | noise of a quarter to half a step | better for up to $\tfrac{\pi^2}{12} e^{4\pi^2 s^2}$ averages | better beyond |
# | noise below a quarter, or quiet beside loud | blind | the only one that hears |
#
# Where both ends can share the coin, dithering needs no such table.
