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
# # Who reaches the limit
#
# **Finding.** At one bit per coordinate a sign keeps 0.637 of the Fisher information, the limit is 0.75, and
# a trellis with 256 states keeps 0.720: it closes 74 % of the gap, as a random codebook would with about
# $2^{37}$ words.
#
# A message of $B = Rd$ bits about $X \sim \mathcal N(\theta, s^2 I_d)$ keeps at most the fraction
# $1 - 4^{-R}$ of the Fisher information $d/s^2$ about $\theta$. That is met by random codes of infinite
# length. Which codes that one can run come how close? By *efficiency* we mean
# $\operatorname{Tr} I_M\, s^2/d$ with the code centred at $\theta$, which is what a scheme that follows its own
# estimate has in the long run: it needs $1/\text{efficiency}$ times the rounds of unquantized averaging.

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": how many draws
seed: int = 14  # root of all randomness

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

from infobound import (
    EDEN,
    GaussianLocation,
    LloydMax,
    Sign,
    Simplex,
    describe_quantizer,
    fisher_information,
    fisher_trace,
    reporting,
)
from infobound.bounds.mean_estimation import dithered_rate
from infobound.bounds.random_codebook import random_codebook_efficiency
from infobound.quantizers.codebook import Biorthogonal, Codebook
from infobound.quantizers.trellis import TrellisCoded

reporting.style()
full = profile == "full"
line = {"marker": ""}


def limit(rate):
    """Largest efficiency at `rate` bits per coordinate."""
    return fisher_trace(dimension=1, bits=rate, noise_std=1.0).value


def known(quantizer, d):
    """Bits per coordinate and efficiency, exactly or by quadrature."""
    found = fisher_information(GaussianLocation(dimension=d, noise_std=1.0), quantizer, 0.0)
    assert found.stderr == 0
    return quantizer.bits(d) / d, found.value / d


def measured(quantizer, d=1024, draws=64):
    """Bits per coordinate and efficiency by simulation; a lower bound for long messages."""
    figures = describe_quantizer(
        quantizer, d, rng=np.random.SeedSequence([seed, d]), samples=(8 if full else 1) * draws
    )
    return figures.rate, figures.fisher


# %% [markdown]
# ## All on one picture
#
# Exact or by quadrature: scalar cells, simplex and biorthogonal words. Random codebooks: what an average one
# keeps at least, by quadrature; 40 bits are beyond any search, and are drawn to show how slowly random
# codes of finite length approach the limit (above two bits they turn away from it, because they tell
# the direction of $X$ only). Trellis codes and EDEN: squared correlation of input and output, simulated, a
# lower bound on what the message carries. Dither with an ideal entropy code: the same bound in closed form.

# %%
states = {1: (8, 32, 256), 2: (8, 32, 256), 3: (8, 256)}
trellis = {(b, n): measured(TrellisCoded(b, n)) for b in states for n in states[b]}
scalar = [known(LloydMax(b), 1) for b in range(1, 9)]
simplex = [known(Simplex(b), 2**b - 1) for b in range(2, 12)]
axes = [known(Biorthogonal(), 2 ** (b - 1)) for b in range(3, 13)]
eden = [measured(EDEN(b, "biased")) for b in range(1, 9)]
turns = [(1 / n, known(Sign(), 1)[1] / n) for n in (256, 64, 16, 4)]
lengths = np.unique(np.geomspace(5, 2**12, 40).astype(int))
random_words = {
    B: [(B / d, random_codebook_efficiency(B, int(d))) for d in lengths if 1 / 256 < B / d < 8]
    for B in (8, 16, 40)
}
steps = np.geomspace(0.015, 40, 60)
dither = [(dithered_rate(step), 1 / (1 + step**2 / 12)) for step in steps]
dither = [point for point in dither if point[0] > 1 / 256]


def draw(ax, height):
    """Every code on one panel; `height` says what is drawn of rate and efficiency."""

    def add(points, style, **options):
        rates, values = zip(*points, strict=True)
        heights = [height(r, v) for r, v in zip(rates, values, strict=True)]
        ax.plot(rates, heights, style, **options)

    grid = np.geomspace(1 / 256, 8, 200)
    add([(r, limit(r)) for r in grid], "k-", label="limit $1 - 4^{-R}$", **line)
    for B, style in zip(random_words, (":", "--", "-"), strict=True):
        add(random_words[B], style, color="0.6", lw=1, label=f"random words, {B} bits", **line)
    add(dither, "-", color="C1", lw=1, label="dither, entropy coded", **line)
    add(turns, "v", color="C0", ms=6, label="signs in turn")
    add(simplex, "^", color="C2", ms=5, label="simplex")
    add(axes, "D", color="C4", ms=4, label="biorthogonal")
    add(scalar, "o", color="C0", ms=6, label="Lloyd\N{EN DASH}Max")
    add([(r, f.value) for r, f in eden], "x", color="k", mew=1.2, ms=5, label="EDEN")
    for n, color in ((8, "#f4a3b5"), (32, "#e0506f"), (256, "#8f0f2c")):
        found = [(r, f.value) for (_, m), (r, f) in trellis.items() if m == n]
        add(found, "*", color=color, ms=8, mew=0, label=f"trellis, {n} states")
    ax.set_xscale("log", base=2)
    ticks = [1 / 256, 1 / 64, 1 / 16, 1 / 4, 1, 2, 4, 8]
    ax.set_xticks(ticks, [f"1/{round(1 / t)}" if t < 1 else f"{t:g}" for t in ticks])


fig, (top, bottom) = plt.subplots(2, 1, figsize=(7.2, 9), sharex=True)
draw(top, lambda rate, value: value)
draw(bottom, lambda rate, value: value / limit(rate))
top.set(yscale="log", ylim=(0.002, 1.3), ylabel="efficiency")
bottom.set(ylim=(0.42, 1.015), ylabel="efficiency / limit", xlabel="bits per coordinate $R$")
top.legend(fontsize=9, loc="lower right")
reporting.figure(
    fig,
    alt="Efficiency against bits per coordinate, and efficiency divided by the limit. Signs in turn fall to "
    "0.46 of the limit as the bits get fewer; simplex and biorthogonal words stay between 0.71 and 0.8. At one "
    "bit scalar cells reach 0.85 of the limit and trellis codes 0.92 to 0.96; at four bits all are close to 1.",
)

# %% [markdown]
# Two regimes. From one bit on, everything is within 17 %, and what remains is the shape of the cells. Below,
# a scalar code of fixed length can only leave coordinates out, and falls to $1/(\pi\ln 2) = 0.459$ of the limit; one index for
# many coordinates does better, slowly.

# %%
picked = [
    ("16 simplex words, 15 coordinates", *simplex[2], "quadrature"),
    ("256 axes both ways, 9 bits", *axes[6], "quadrature"),
    ("random words, 16 bits for 16", 1.0, random_codebook_efficiency(16, 16), "quadrature, \N{GREATER-THAN OR EQUAL TO}"),
    ("sign", *scalar[0], "exact"),
    ("Lloyd\N{EN DASH}Max, 2 bits", *scalar[1], "exact"),
    ("Lloyd\N{EN DASH}Max, 4 bits", *scalar[3], "exact"),
] + [
    (name, rate, f.value, f"simulated, ± {f.stderr:.4f}, \N{GREATER-THAN OR EQUAL TO}")
    for name, (rate, f) in {
        "EDEN, 1 bit": eden[0],
        "trellis, 8 states": trellis[1, 8],
        "trellis, 256 states": trellis[1, 256],
        "trellis, 256 states, 2 bits": trellis[2, 256],
        "trellis, 256 states, 3 bits": trellis[3, 256],
    }.items()
]  # fmt: skip
reporting.table(
    [(name, rate, value, value / limit(rate), how) for name, rate, value, how in picked],
    ["code", "bits each", "efficiency", "of the limit", "how"],
    caption="Some of the codes; \N{GREATER-THAN OR EQUAL TO} marks lower bounds.",
)

# %%
everything = [
    *((r, v) for points in (scalar, simplex, axes, turns, dither) for r, v in points),
    *((r, v) for points in random_words.values() for r, v in points),
    *((r, f.value - 4 * f.stderr) for r, f in [*trellis.values(), *eden]),
]
reporting.check(
    "nobody_passes",
    claim="fisher_trace",
    found=max(v / limit(r) for r, v in everything),
    at_most=1,
    digits=6,
    statement="Efficiency over the limit, largest of all codes drawn (simulated ones less 4 standard errors).",
)
reporting.check(
    "signs_in_turn",
    claim="one_bit",
    found=turns[0][1] / turns[0][0] / (2 * math.log(2)),
    expected=1 / (math.pi * math.log(2)),
    rtol=1e-12,
    digits=4,
    statement="Signs in turn, information per bit over $2\\ln2$.",
)

# %% [markdown]
# ## One bit per coordinate
#
# The encoder of a trellis code searches for the best of $2^d$ paths in $2S$ operations per coordinate
# for $S$ states (Marcellin and Fischer 1990). A codebook of $2^d$ unrelated words takes $2^d$.

# %%
sizes = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
one_bit = {
    n: trellis[1, n][1] if (1, n) in trellis else measured(TrellisCoded(1, n))[1] for n in sizes
}
sign = scalar[0][1]
closed = {n: (e.value - sign) / (0.75 - sign) for n, e in one_bit.items()}
as_many = {
    n: next((d for d in range(2, 41) if random_codebook_efficiency(d, d) >= e.value), None)
    for n, e in one_bit.items()
}
rows = [
    (str(n), e.value, f"{e.stderr:.4f}", closed[n], 1 / e.value, f"2^{d}" if d else "over 2^40")
    for (n, e), d in zip(one_bit.items(), as_many.values(), strict=True)
]
reporting.table(
    [("sign", sign, "exact", 0.0, 1 / sign, ""), *rows, ("limit", 0.75, "exact", 1.0, 4 / 3, "")],
    ["states", "efficiency", "std. error", "gap closed", "rounds", "words"],
    caption="One bit per coordinate, $d = 1024$. Rounds: times those of unquantized averaging. Words: what a "
    "random codebook needs to be as good, by the same kind of lower bound.",
)

# %%
fig, ax = plt.subplots(figsize=(6.6, 4.2))
ax.errorbar(
    [2 * n for n in sizes], [e.value for e in one_bit.values()],
    [2 * e.stderr for e in one_bit.values()], fmt="*-", color="C3", label="trellis",
)  # fmt: skip
words = range(6, 41)
ax.plot(
    [2.0**d for d in words], [random_codebook_efficiency(d, d) for d in words],
    color="0.5", label="random codebook", **line,
)  # fmt: skip
ax.axhline(0.75, color="k", lw=1)
ax.axhline(sign, color="C0", lw=1, ls="--")
ax.text(2**34, 0.7515, "limit", va="bottom")
ax.text(2**34, sign + 0.0015, "sign", color="C0", va="bottom")
ax.set_xscale("log", base=2)
ax.set(xlabel="operations per coordinate", ylabel="efficiency at one bit", ylim=(0.625, 0.765))
ax.legend(loc="center right")
reporting.figure(
    fig,
    alt="Efficiency at one bit per coordinate against operations of the search. The trellis rises from 0.68 at "
    "8 operations to 0.725 at 2048; random codebooks need two to the 15 operations to reach 0.69 "
    "and two to the 40 for 0.722. The limit is 0.75, signs are at 0.637.",
)

# %%
reporting.check(
    "trellis_256",
    found=one_bit[256].value - 4 * one_bit[256].stderr,
    at_least=0.71,
    digits=4,
    statement="256 states at one bit, less 4 standard errors.",
)
reporting.check(
    "gap_closed",
    found=closed[256],
    expected=0.738,
    atol=4 * one_bit[256].stderr / (0.75 - sign),
    digits=3,
    statement="Share of the gap between a sign and the limit that 256 states close; within 4 standard errors.",
)
reporting.check(
    "scalar",
    claim="lloyd_max",
    found=sign,
    expected=2 / math.pi,
    rtol=1e-12,
    digits=6,
    statement="The best scalar code of one bit, of fixed length: $2/\\pi$.",
)
reporting.check(
    "random_words",
    found=random_codebook_efficiency(32, 32),
    at_most=one_bit[256].value - 4 * one_bit[256].stderr,
    digits=4,
    statement="An average random codebook of $2^{32}$ words for 32 coordinates, against 256 states less 4 "
    "standard errors.",
)
reporting.check(
    "two_bits",
    claim="fisher_trace",
    found=1 - (limit(2) - trellis[2, 256][1].value) / (limit(2) - scalar[1][1]),
    expected=0.826,
    atol=4 * trellis[2, 256][1].stderr / (limit(2) - scalar[1][1]),
    digits=3,
    statement="At two bits: share of the gap above Lloyd\N{EN DASH}Max, 0.883, that 256 states close; within 4 standard errors.",
)

# %% [markdown]
# ## It is what an estimate gets
#
# The efficiencies above are computed or bounded; here one is used. Both ends keep an estimate of $\theta$, the
# sample is sent relative to it, and the estimate moves by what is decoded, divided by the number of samples and
# by the slope $\mathbb E[ZQ]$. After $T$ samples its variance should be $s^2/(T \cdot \text{efficiency})$.

# %%
runs, d, earlier, rounds = 400 if full else 80, 256, 60, 120
rng = np.random.default_rng(seed)


def scaled_error(code, efficiency):
    """T E|estimate - theta|^2 / (d s^2), from an estimate that has seen `earlier` such messages."""
    probe = rng.standard_normal((64, d))
    slope = np.mean(probe * code.roundtrip(probe))
    error = rng.standard_normal((runs, d)) / math.sqrt(earlier * efficiency)
    for t in range(earlier + 1, rounds + 1):
        sample = rng.standard_normal((runs, d))  # X - theta; the encoder sends X - estimate
        error += code.roundtrip(sample - error) / (slope * t)
    each = rounds * np.mean(error**2, axis=1)
    return each.mean(), each.std(ddof=1) / math.sqrt(runs)


code = TrellisCoded(1, 256, block=d)
expected = measured(code, d=d, draws=256)[1]
with_trellis, with_signs = scaled_error(code, expected.value), scaled_error(Sign(), sign)
reporting.check(
    "trellis_recursion",
    found=with_trellis[0],
    expected=1 / expected.value,
    atol=4 * with_trellis[1] + 0.04,
    digits=4,
    statement="Trellis of 256 states, blocks of 256: scaled error after 120 samples against 1/efficiency, "
    "within 4 standard errors and 0.04 for finite $T$.",
)
reporting.check(
    "better_than_any_scalar_code",
    claim="lloyd_max",
    found=with_trellis[0] + 4 * with_trellis[1],
    at_most=math.pi / 2,
    digits=4,
    statement="The same plus 4 standard errors, against $\\pi/2$, what the best scalar code of fixed length has.",
)
reporting.check(
    "sign_recursion",
    claim="recursion_variance",
    found=with_signs[0],
    expected=math.pi / 2,
    atol=4 * with_signs[1] + 0.04,
    digits=4,
    statement="Signs: against $\\pi/2$, within 4 standard errors and 0.04 for finite $T$.",
)

# %% [markdown]
# ## Far fewer bits than coordinates
#
# As $R \to 0$ the limit is $2\ln2 = 1.386$ of information per bit, in units of $1/s^2$. Nobody is near it: the
# information in the index of the largest of $N$ scores is about $(\mathbb E \max)^2 \approx 2\ln N - \ln\ln N$,
# so what is missing falls only like $\ln B/B$. Simplex and biorthogonal words are at least easy to find, in
# $O(d)$ operations.

# %%
bits = range(1, 21)
per_bit = {
    "simplex, $d = 2^B - 1$": [known(Simplex(b), 2**b - 1) for b in bits],
    "biorthogonal, $d = 2^{B-1}$": [known(Biorthogonal(), 2 ** (b - 1)) for b in bits],
}
fig, ax = plt.subplots(figsize=(6.6, 4.2))
for (name, points), style in zip(per_bit.items(), ("^-", "D-"), strict=True):
    ax.plot(bits, [e / r for r, e in points], style, ms=4, label=name)
ax.plot(
    bits, [random_codebook_efficiency(b, 2**12) * 2**12 / b for b in bits],
    "s-", color="0.5", ms=3, label="random words, $d = 4096$",
)  # fmt: skip
ax.axhline(2 / math.pi, color="C0", ls="--", lw=1, label="signs in turn")
ax.axhline(2 * math.log(2), color="k", lw=1, label=r"$2\ln 2$")
ax.set_xticks(range(0, 21, 4))
ax.set(xlabel="bits in one message $B$", ylabel="information per bit ($1/s^2$)", ylim=(0, 1.45))
ax.legend(loc="lower right")
reporting.figure(
    fig,
    alt="Fisher information per bit against the length of one index. Simplex and biorthogonal words start at "
    "0.637 like signs and rise together to 1.18 at 20 bits; random words start near 0.32 "
    "and join them. The limit is 1.386.",
)

# %%
reporting.check(
    "simplex_of_four",
    claim="fisher_message",
    found=2 * per_bit["simplex, $d = 2^B - 1$"][1][1] / per_bit["simplex, $d = 2^B - 1$"][1][0],
    expected=1.41281821,
    atol=1e-8,
    digits=9,
    statement="Simplex words, two bits for three coordinates: $\\operatorname{Tr} I_M s^2$.",
)
reporting.check(
    "per_bit_at_20",
    claim="fisher_trace",
    found=min(e / r for r, e in (points[-1] for points in per_bit.values())) / (2 * math.log(2)),
    at_least=0.84,
    digits=4,
    statement="Information per bit at 20 bits over $2\\ln2$, the smaller of simplex and biorthogonal.",
)
one = describe_quantizer(Codebook(8, 8, seed=seed), 8, rng=seed, samples=4096).fisher
reporting.check(
    "one_random_codebook",
    found=one.value + 4 * one.stderr,
    at_least=random_codebook_efficiency(8, 8),
    digits=4,
    statement="256 random words in 8 dimensions: efficiency of one codebook (U-statistic, plus 4 standard "
    "errors) against the lower bound for the average one.",
)

# %% [markdown]
# In short: at a bit or more per coordinate the limit can be had to within a few per cent by a search that is
# linear in $d$; far below one bit per coordinate bits are worth more in long
# messages, and 20 bits in one index still leave a factor of 1.17.
