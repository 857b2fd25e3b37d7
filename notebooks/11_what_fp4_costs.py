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
# # What FP4 costs
#
# **Finding.** On a Gaussian gradient a 4-bit format spends one bit in four on nothing: MXFP4 sends 4.25
# bits for the error that 3.12 would buy. About a third of that bit is in codes that are rarely used and
# would be won back by lossless coding. Yet for the mean gradient it hardly matters: 1.3 % more steps.
#
# A block format sends a scale for $n$ coordinates, which depends on their largest magnitude
# $m = \max_i |x_i|$, and rounds every coordinate to scale times a small grid. On $X \sim N(0, s^2 I)$ its
# error is exact: a coordinate is independent of the others given that all are at most $b$ in size, so with
# $F(b) = P(|X| \le b)$, and for each scale the maxima $(l, u]$ that it is used for,
#
# $$\begin{aligned}\mathbb E\, g(X_i) = \sum_{\text{scales}}\; &\mathbb E[g;\, |X_i| \le l]\,\bigl(F(u)^{n-1} - F(l)^{n-1}\bigr)\\
# &+ \mathbb E[g;\, l < |X_i| \le u]\, F(u)^{n-1} .\end{aligned}$$
#
# With $g$ the squared error that is the NMSE; with $g$ the indicators of the codes, their entropy. At $R$
# bits per coordinate no method has an NMSE below $4^{-R}$ (Shannon 1959), so an error is worth
# $-\tfrac12\log_2 \mathrm{NMSE}$ **effective bits**, and the gap is what was sent beyond.

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": samples for the formats without a closed form
seed: int = 44044  # root of all randomness

# %%
import matplotlib.pyplot as plt
import numpy as np

from infobound import LloydMax, entropy, reporting
from infobound.bounds.gaussian_blocks import typical_maximum
from infobound.bounds.mean_estimation import SHAPING_GAP, eden_nmse, effective_bits
from infobound.information.block_figures import gaussian_figures
from infobound.information.block_fisher import block_information
from infobound.models.gaussian import GaussianLocation
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.ms_eden import ms_eden
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4

reporting.style()
line = {"marker": ""}
full = profile == "full"
peak = typical_maximum(2**22)  # what the tensor scale of NVFP4 is made for: 5.2 s

# %% [markdown]
# ## Every format, exactly
#
# $H$ is the entropy of a whole block of codes per coordinate, signs of zeros included: what an ideal
# lossless coder would send.

# %%
formats = {
    "MXFP4 floor": MX("e2m1", "floor"),
    "MXFP4 even": MX("e2m1", "even"),
    "MXFP4 rceil": MX("e2m1", "rceil"),
    "MXFP4 SR 3/4": MX("e2m1", "floor", "stochastic", shrink=0.75),
    "NVFP4": NVFP4(),
    "NVFP4 to 4": NVFP4(largest=4),
    "NVFP4 SR 16/17": NVFP4(rounding="stochastic", shrink=16 / 17),
    "INT4, 32": IntegerBlocks(4, 32),
    "INT4, 64": IntegerBlocks(4, 64),
    "INT4, 128": IntegerBlocks(4, 128),
    "MXFP6 E2M3": MX("e2m3", "floor"),
    "MXFP6 E3M2": MX("e3m2", "floor"),
    "FP8 E4M3": Cast("e4m3", "max"),
    "MXFP8 E4M3 floor": MX("e4m3", "floor"),
    "MXFP8 E4M3 rceil": MX("e4m3", "rceil"),
    "MXFP8 E5M2": MX("e5m2", "floor"),
    "MXINT8": MX("mxint8", "floor"),
    "INT8, 128": IntegerBlocks(8, 128),
}
exact = {name: gaussian_figures(form, tensor_max=peak) for name, form in formats.items()}
told = {name: block_information(form, tensor_max=peak) for name, form in formats.items()}
rate = {name: form.bits(2**22) / 2**22 for name, form in formats.items()}
reporting.table(
    [
        (name, round(rate[name], 4), f.nmse, f.effective_bits, rate[name] - f.effective_bits,
         told[name].entropy, told[name].entropy - f.effective_bits)
        for name, f in exact.items()
    ],
    {
        "format": "format", "bits": "bits", "nmse": "NMSE", "effective": "effective",
        "gap": "gap", "entropy": "$H$", "coded": "gap at $H$",
    },
    digits={"nmse": 4, "effective": 4, "gap": 3, "coded": 3},
    caption="Gaussian source, bits per coordinate with all scales, in a tensor of $2^{22}$ numbers. SR: "
    "stochastic rounding in a range where it never clips. INT4, 32: blocks of 32, half-precision scale.",
)  # fmt: skip

# %%
integral = {  # the same expectation as an integral over the block maximum
    "MXFP4 floor": 0.0132187623, "MXFP4 even": 0.0125088240, "MXFP4 rceil": 0.0133132099,
    "MXFP8 E4M3 floor": 8.62026962e-4, "MXFP8 E4M3 rceil": 7.04507148e-4,
    "MXFP6 E2M3": 8.05244965e-4, "MXFP6 E3M2": 2.91086812e-3,
}  # fmt: skip
sampled = {  # 2^22 samples, third digit
    "NVFP4": 9.05e-3, "NVFP4 to 4": 9.65e-3, "NVFP4 SR 16/17": 2.35e-2, "MXFP4 SR 3/4": 2.82e-2,
    "FP8 E4M3": 7.03e-4, "MXINT8": 6.80e-5, "INT4, 32": 9.41e-3, "INT4, 128": 1.38e-2,
}  # fmt: skip
for slug, table, limit, against in (
    ("integral", integral, 1e-8, "an integral over the block maximum, seven formats"),
    ("samples", sampled, 4e-3, "$2^{22}$ samples, eight formats"),
):
    reporting.check(
        f"nmse_against_{slug}",
        claim="block_formats",
        found=max(abs(exact[name].nmse / value - 1) for name, value in table.items()),
        at_most=limit,
        digits=2,
        statement=f"Largest relative difference of the exact NMSE from {against}.",
    )

# %% [markdown]
# ## The picture for the wall
#
# Sent bits to the right, bits' worth of accuracy upwards; the diagonal is the limit, nothing can be above
# it. A full point is a format as it is; the open point to its left is the same format, losslessly coded.
# Four-over-Six (each block of NVFP4 takes the better of two scales) and MS-EDEN are simulated.

# %%
draw = np.random.default_rng(seed)
x = draw.standard_normal(2**24 if full else 2**20, dtype=np.float32)
simulated = {}
for name, form in {"NVFP4 four-over-six": NVFP4(select="mse"), "MS-EDEN": ms_eden()}.items():
    error = np.mean((form.roundtrip(x, rng=draw) - x) ** 2, dtype=np.float64)
    simulated[name] = effective_bits(error / np.mean(x**2, dtype=np.float64))
scalar = [
    (b, effective_bits(eden_nmse(b, scale="biased")),
     entropy(GaussianLocation(dimension=1, noise_std=1.0), LloydMax(b), theta=0.0).value)
    for b in range(2, 9)
]  # fmt: skip

family = {"MXFP": "C0", "FP8": "C4", "NVFP": "C1", "INT": "C2", "MXINT": "C3", "MS-": "C1"}
colour = {
    name: next(c for key, c in family.items() if name.startswith(key))
    for name in [*formats, *simulated]
}
places = {
    "MXFP4 floor": (7, -2), "MXFP4 even": (7, -2), "MXFP4 rceil": (7, -11), "MXFP4 SR 3/4": (7, -4),
    "NVFP4": (7, 1), "NVFP4 SR 16/17": (7, -3), "INT4, 32": (7, -5), "INT4, 64": (7, -3),
    "INT4, 128": (-24, -14), "NVFP4 four-over-six": (-30, 8), "MS-EDEN": (7, -11),
    "MXFP6 E2M3": (-12, -14), "MXFP6 E3M2": (-12, -14), "MXFP8 E4M3 floor": (8, -8),
    "FP8 E4M3": (-18, 8), "MXFP8 E4M3 rceil": (8, 1), "MXFP8 E5M2": (8, -4), "MXINT8": (8, -4), "INT8, 128": (8, -4),
}  # fmt: skip
fig, axes = plt.subplots(2, 1, figsize=(8.0, 10.5))
views = [((2.5, 4.95), (2.5, 3.65)), ((4.2, 9.9), (3.8, 8.3))]
for ax, (across, up) in zip(axes, views, strict=True):
    ends = np.array([0.0, 10.0])
    ax.plot(ends, ends, color="0.2", lw=2, **line)
    for gap in (0.5, 1.0, 2.0, 3.0):
        ax.plot(ends, ends - gap, color="0.8", lw=0.8, zorder=0, ls="-", **line)
        edge = min(across[1], up[1] + gap) - 0.02 * (across[1] - across[0])
        if up[0] < edge - gap < up[1]:
            label = f"{gap:g} bit{'s' if gap > 1 else ''} lost"
            ax.text(edge, edge - gap, label, color="0.5", fontsize=8, ha="right", va="bottom")
    points = {
        name: (rate[name], f.effective_bits, told[name].entropy) for name, f in exact.items()
    } | {name: (4.5, e, None) for name, e in simulated.items()}
    for name, (r, e, h) in points.items():
        if name not in places or not (across[0] < r < across[1] and up[0] < e < up[1]):
            continue
        c, mark = colour[name], "^" if "SR" in name or "MS" in name else "o"
        if h is not None:
            ax.plot([h, r], [e, e], color=c, lw=1, ls=":", **line)
            ax.plot([h], [e], mark, mfc="white", mec=c, mew=1.2, ms=6)
        ax.plot([r], [e], mark, color=c, ms=8)
        ax.annotate(name, (r, e), places[name], textcoords="offset points", fontsize=8.5, color=c)
    inside = [(b, e) for b, e, _ in scalar if across[0] < b < across[1] and up[0] < e < up[1]]
    ax.plot(*zip(*inside, strict=True), "x", color="0.3", ms=6, mew=1.4)
    coded = [(h, e) for _, e, h in scalar if across[0] < h < across[1] and up[0] < e < up[1]]
    ax.plot(*zip(*coded, strict=True), "+", color="0.3", ms=7, mew=1.2)
    ax.set(xlim=across, ylim=up, xlabel="bits per coordinate, scales included")
axes[0].text(
    2.72, 2.75, "limit: NMSE $= 4^{-R}$", rotation=45, transform_rotates_text=True,
    rotation_mode="anchor", fontsize=10, color="0.2",
)  # fmt: skip
for ax in axes:
    ax.set(ylabel="effective bits, $-\\frac{1}{2}\\log_2$ NMSE")
axes[0].set(title="4-bit formats")
axes[1].set(title="6- and 8-bit formats")
axes[1].plot([], [], "o", color="0.4", label="as sent; triangles: randomized")
axes[1].plot([], [], "o", mfc="white", mec="0.4", mew=1.2, label="ideally entropy coded")
axes[1].plot([], [], "x", color="0.3", mew=1.4, label="best scalar quantizer (Lloyd–Max)")
axes[1].plot([], [], "+", color="0.3", mew=1.2, label="the same, entropy coded")
axes[1].legend(loc="upper left", fontsize=9)
reporting.figure(
    fig,
    alt="Effective bits against bits per coordinate, two panels, with the Gaussian limit as the "
    "diagonal. Four-bit formats with nearest rounding are about one bit to the right of the limit, "
    "stochastic ones 1.6 to 1.8, FP8 formats three to four. Entropy-coded points are half a bit to "
    "two bits further left; the integer formats then come nearest to the limit.",
)

# %%
gaps = {name: rate[name] - f.effective_bits for name, f in exact.items()}
four = ["MXFP4 floor", "MXFP4 even", "MXFP4 rceil", "NVFP4", "INT4, 32", "INT4, 64", "INT4, 128"]
reporting.check(
    "four_bits_lose_one",
    found=min(gaps[name] for name in four),
    at_least=1.0,
    digits=4,
    unit="bits",
    statement="Least gap of the 4-bit formats with nearest rounding and one scale per block.",
)
reporting.check(
    "four_bits_lose_one_at_most",
    found=max(gaps[name] for name in four),
    at_most=1.14,
    digits=4,
    unit="bits",
    statement="Their largest gap.",
)
for name, bits in {"NVFP4 four-over-six": 3.523, "MS-EDEN": 3.342}.items():
    reporting.check(
        name.lower().replace(" ", "_").replace("-", "_"),
        found=simulated[name],
        expected=bits,
        atol=0.012,
        digits=4,
        unit="effective bits",
        statement=f"{name}, simulated, against the published measure.",
    )
coded = {name: told[name].entropy - f.effective_bits for name, f in exact.items()}
floats = [name for name in formats if "INT" not in name]
reporting.check(
    "integers_code_best",
    found=min(coded[name] for name in floats)
    - max(coded[name] for name in formats if name not in floats),
    at_least=0.04,
    digits=3,
    unit="bits",
    statement="After ideal coding every integer format is nearer to the limit than every float format.",
)
reporting.check(
    "integers_ahead_at_4_25",
    found=exact["INT4, 64"].effective_bits - exact["MXFP4 even"].effective_bits,
    at_least=0.05,
    digits=3,
    unit="bits",
    statement="Without coding, at 4.25 bits: INT4 in blocks of 64 ahead of MXFP4 with its best rule.",
)
reporting.check(
    "nvfp4_ahead_at_4_5",
    found=exact["NVFP4"].effective_bits - exact["INT4, 32"].effective_bits,
    at_least=0.02,
    digits=3,
    unit="bits",
    statement="Without coding, at 4.5 bits: NVFP4 ahead of INT4 in blocks of 32.",
)
reporting.check(
    "no_coded_point_beats_uniform",
    found=min(coded.values()),
    at_least=SHAPING_GAP,
    digits=4,
    unit="bits",
    statement=r"No scalar grid comes nearer than $\tfrac12\log_2(2\pi e/12)$, even coded, at these rates.",
)

# %% [markdown]
# Floats have fine steps near zero, where a Gaussian needs none finer than elsewhere: coded, they lose more
# than equal steps, which are nearly optimal with a coder behind them (the gap tends to 0.2546 bits).
# Without a coder a 4-bit float and a 4-bit integer of the same rate are within about an eighth of a bit.
#
# ## What it costs in steps
#
# A message *carries* the Fisher information $\operatorname{Tr} I\, s^2/d$ about the mean, at most
# $1 - 4^{-R}$ at $R$ bits; it too is exact, from the means of the cells. *Used* is what is left of it if decoded
# vectors are averaged. One over it is how many times as many gradients are needed as exact ones. With the
# noise of a gradient at hand four bits are almost free: noise is a dither, and rounding adds little to it.
# (This is about noise; where a coordinate's noise is small against the step, see the report on stochastic
# rounding.)

# %%
inflation = {
    name: (100 / f.used_fisher - 100, 100 / told[name].fisher - 100, 100 / (1 - 4.0 ** -rate[name]) - 100)
    for name, f in exact.items()
}  # fmt: skip
reporting.table(
    [
        (name, 100 * (1 - 4.0 ** -rate[name]), 100 * told[name].fisher, 100 * f.used_fisher, inflation[name][0])
        for name, f in exact.items()
    ],
    ["format", "limit, %", "carried, %", "used, %", "additional steps, %"],
    digits={"limit, %": 5, "carried, %": 5, "used, %": 5, "additional steps, %": 3},
    caption="Fisher information about the mean, of that in exact gradients.",
)  # fmt: skip
shown = [name for name in formats if rate[name] < 5]
fig, ax = plt.subplots(figsize=(8.2, 4.6))
height = np.arange(len(shown))[::-1]
for k, (label, c) in enumerate((
    ("averaging decoded vectors", "C0"), ("best use of the same codes", "C2"), ("limit at these bits", "0.35"),
)):  # fmt: skip
    ax.barh(
        height + 0.27 - 0.27 * k, [inflation[name][k] for name in shown], 0.25, color=c, label=label
    )
ax.set_yticks(height, shown)
ax.set(xlabel="additional steps over exact gradients, %")
ax.grid(axis="y", visible=False)
ax.legend(loc="lower right")
reporting.figure(
    fig,
    alt="Bars of additional steps by format, in per cent. Nearest rounding needs 0.9 to 1.4, "
    "stochastic rounding 2.4 to 2.8; the limit at these bits is 0.2 to 0.33. Best use of the codes is "
    "little better than averaging for integers, and a tenth better for floats.",
)
reporting.check(
    "steps_mxfp4",
    found=inflation["MXFP4 floor"][0],
    expected=1.335,
    atol=5e-3,
    digits=4,
    unit="%",
    statement="MXFP4, floor rule, nearest: additional steps of averaging.",
)
reporting.check(
    "order_of_information",
    found=min(
        min(inflation[name][0] - inflation[name][1], inflation[name][1] - inflation[name][2])
        for name in formats
    ),
    at_least=0,
    digits=3,
    unit="%",
    statement=r"used $\le$ carried $\le$ limit for every format: least difference.",
)
lossless = min((1 - 4.0 ** -told[name].mutual) - told[name].fisher for name in formats)
reporting.check(
    "information_below_its_own_bits",
    claim="fisher_message",
    found=lossless,
    at_least=0,
    digits=3,
    statement=r"$\operatorname{Tr} I\, s^2/d \le 1 - 4^{-I(X;M)/d}$, with the information that the message really has.",
)

# %% [markdown]
# ## The unit matters
#
# Scales that are powers of two make the error of MX formats periodic in $\log_2 s$: multiply all gradients by
# 1.4, and MXFP8 E4M3 with the floor rule gains or loses an eighth of a bit, MXFP4 half of that. Rounding the scale up
# (rceil) is what makes E4M3 indifferent; for E2M1 it is "even". NVFP4 has finer scales, and the
# unit drops out; there the phase is that of the tensor's own maximum, and matters little.

# %%
octave = np.arange(0, 1, 1 / (48 if full else 16))
phase = np.concatenate([octave, octave + 1, [2.0]])
fig, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.4))
swing = {}
for ax, element, rules in (
    (left, "e2m1", ("floor", "even", "rceil")), (right, "e4m3", ("floor", "even", "rceil")),
):  # fmt: skip
    for rule in rules:
        bits = [gaussian_figures(MX(element, rule), std=2.0**x).effective_bits for x in octave]
        swing[f"{element.upper()} {rule}"] = (min(bits), max(bits))
        ax.plot(phase, bits + bits + bits[:1], label=rule, **line)
    ax.set(xlabel="$\\log_2 s$, unit of the gradient", ylabel="effective bits")
bits = [gaussian_figures(NVFP4(), tensor_max=peak * 2.0**x).effective_bits for x in octave]
swing["NVFP4"] = (min(bits), max(bits))
left.set(title="MXFP4, 4.25 bits", ylim=(3.0, 3.25))
right.set(title="MXFP8 E4M3, 8.25 bits", ylim=(4.95, 5.3))
left.legend(fontsize=9, ncols=3, loc="upper center")
right.legend(fontsize=9, ncols=3, loc="lower center")
reporting.figure(
    fig,
    alt="Effective bits against the binary logarithm of the standard deviation, over two octaves. "
    "Curves repeat every octave. MXFP4 swings by 0.06 bits with the floor rule and 0.02 with even; "
    "MXFP8 E4M3 by 0.13 with floor and hardly at all with rceil.",
)
reporting.table(
    [(name, low, high, high - low) for name, (low, high) in swing.items()],
    ["format", "least effective bits", "most", "swing"],
    caption="Over an octave of $s$; for NVFP4 of the maximum that the tensor scale is made for, upwards.",
)
reporting.check(
    "swing_e4m3_floor",
    found=swing["E4M3 floor"][1] - swing["E4M3 floor"][0],
    at_least=0.12,
    digits=3,
    unit="bits",
    statement="MXFP8 E4M3 with the floor rule: most less least, over an octave.",
)
reporting.check(
    "swing_nvfp4",
    found=swing["NVFP4"][1] - swing["NVFP4"][0],
    at_most=0.01,
    digits=3,
    unit="bits",
    statement="The same for NVFP4 over an octave of tensor scales.",
)
reporting.check(
    "one_octave_on",
    found=gaussian_figures(MX("e2m1", "even"), std=2.0**-7).nmse,
    expected=gaussian_figures(MX("e2m1", "even")).nmse,
    rtol=1e-12,
    digits=9,
    statement="MXFP4 with a standard deviation of 1/128 and of 1.",
)
