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
# # The price of a bit
#
# **Finding.** Describing each stochastic gradient with 4 bits per coordinate costs at least 0.4 % more
# rounds than sending it whole; with one bit for every 32 coordinates, at least 23.6 times as many.
#
# An optimizer sees, in each of $T$ rounds, a $B$-bit message about a fresh stochastic gradient in
# $\mathbb R^d$ with noise $s$ per coordinate. To reach a squared error $\varepsilon^2$ it needs
#
# $$T \;\ge\; \frac{1}{1 - 4^{-B/d}}\; s^2 \Bigl(\frac{d}{\varepsilon^2} - \frac{J}{d}\Bigr),$$
#
# where $J$ is what the prior knows (0 when $\theta$ may be anywhere). The first factor is the price
# of the bits; everything else would be needed with unlimited bits too.

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": how many points the curves have
seed: int = 20260530  # of the small network's weights and data order

# %%
from math import pi

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from infobound import (
    BitOracle,
    CubePrior,
    GaussianLocation,
    GaussianPrior,
    LloydMax,
    Sign,
    describe_gradients,
    fisher_information,
    fisher_trace,
    limits,
    reporting,
)
from infobound.bounds.bit_oracle import communication, product, rate_distortion, sharp, statistical

reporting.style()
points = 80 if profile == "quick" else 400
line = {"marker": ""}  # curves are computed everywhere, so they carry no markers

# %% [markdown]
# ## Rounds against bits per coordinate
#
# The solid line is the limit for every scheme, adaptive or not. One sign in every $n$ coordinates,
# in turn, stays within $\pi\ln 2 = 2.18$ of it as bits get scarce; scalar Lloyd–Max cells, best for a
# single coordinate, come within 1 % at 4 bits. The product form
# $\max\{1, d/(2\ln 2\,B)\}$ is what is left of the limit when only its two ends are kept.


# %%
def price(rate):
    """Least rounds at `rate` bits per coordinate, in units of the rounds with unlimited bits."""
    return 1 / fisher_trace(dimension=10**6, bits=rate * 10**6, noise_std=1000.0).value


rates = np.geomspace(1 / 64, 8, points)
one = GaussianLocation(dimension=1, noise_std=1.0)
bits = np.arange(1, 9)
scalar = [1 / fisher_information(one, LloydMax(bits=int(b)), theta=0.0).value for b in bits]
gaps = 2.0 ** np.arange(0, 7)
signs = 64 / fisher_information(one, Sign(), theta=0.0).value  # rounds at one bit for 64

fig, ax = plt.subplots()
ax.plot(rates, [price(r) for r in rates], label="limit, $1/(1-4^{-B/d})$", **line)
ax.plot(rates, np.maximum(1, 1 / (2 * np.log(2) * rates)), label="product form", **line)
ax.plot(1 / gaps, signs / 64 * gaps, ls="", marker="^", label="one sign every $d/B$ coordinates")
ax.plot(bits, scalar, ls="", marker="D", label="Lloyd–Max, per coordinate")
ax.set(xscale="log", yscale="log", xlabel="bits per coordinate, $B/d$")
ax.set(ylabel="rounds / rounds with unlimited bits", ylim=(0.8, None))
ax.set_xticks([1 / 64, 1 / 16, 1 / 4, 1, 2, 4, 8], ["1/64", "1/16", "1/4", "1", "2", "4", "8"])
ax.minorticks_off()
ax.legend()
reporting.figure(
    fig,
    alt="Rounds needed against bits per coordinate, both logarithmic. The limit falls like d over "
    "B below one bit and flattens to 1 above two bits. Sign schemes lie about 2.2 times above it "
    "on the left, Lloyd-Max cells just above it on the right.",
)

# %%
for rate, factor, digits in [(1 / 32, 23.5867, 4), (1, 4 / 3, 12), (4, 1.003922, 6)]:
    reporting.check(
        f"price_at_{rate:g}_bits",
        claim="fisher_trace",
        found=price(rate),
        expected=factor,
        atol=0.5 * 10.0**-digits,
        statement=f"Rounds over rounds with unlimited bits, {rate:g} bits per coordinate.",
    )
reporting.check(
    "cyclic_signs",
    claim="one_bit",
    found=signs / price(1 / 64),
    at_least=2.15,
    at_most=pi * np.log(2),
    statement=r"One sign every 64 coordinates, over the limit: just below $\pi \ln 2$.",
)
reporting.check(
    "four_bit_lloyd_max",
    claim="lloyd_max",
    found=scalar[3],
    expected=1.009592143036,
    atol=5e-13,
    statement="Rounds with 4-bit Lloyd–Max cells over rounds with whole gradients.",
)

# %% [markdown]
# Formats in use lie on the flat part. The asymptotic law $\max\{1, d/B\}$ cannot tell them apart:
# it is 1 for all of them. The constants can.

# %%
formats = [
    ("one sign per coordinate", 1.0),
    ("2-bit", 2.0),
    ("4-bit", 4.0),
    ("MXFP4, with its block scale", 4.25),
    ("NVFP4, with its block scale", 4.5),
    ("FP8", 8.0),
]
reporting.table(
    [(name, rate, 100 * (price(rate) - 1)) for name, rate in formats],
    columns=["bits spent", "bits per coordinate", "extra rounds, at least (%)"],
    caption="The least that any scheme at this many bits must pay.",
    digits=6,
)

# %% [markdown]
# ## Which bound binds
#
# At low noise the bits alone bind (`communication`), at high noise the noise does (`statistical`);
# between them the rate-distortion form and, above all of them, the sharp converse, which charges the
# bits that tell where $\theta$ is against those that average the noise.

# %%
noises = np.geomspace(1e-3, 10, points)
bounds = {f.__name__: f for f in (communication, statistical, product, rate_distortion, sharp)}


def rounds_at(bound, noise):
    """Rounds for an error of 1e-2 per coordinate, d = 100, B = 25, theta ~ N(0, I)."""
    oracle = BitOracle(dimension=100, bits=25, noise_std=noise, prior=GaussianPrior(1.0))
    return bound(oracle, error=1.0).value


fig, ax = plt.subplots()
for name, bound in bounds.items():
    ax.plot(noises, [rounds_at(bound, s) for s in noises], label=name.replace("_", "-"), **line)
ax.set(xscale="log", yscale="log", xlabel="noise per coordinate, $s$")
ax.set(ylabel="rounds $T$, at least", ylim=(1, None))
ax.legend()
reporting.figure(
    fig,
    alt="Least number of rounds against noise for the five bounds. The communication bound is "
    "flat, the statistical, product and rate-distortion bounds rise with the square of the noise, "
    "and the sharp converse runs above all of them, joining the first on the left and the "
    "rate-distortion bound on the right.",
)

# %%
asked = BitOracle(dimension=1000, bits=100, noise_std=1.0, prior=CubePrior(1.0))
answer = limits(asked, error=1.0).values
reporting.table(
    [(name.replace("_", "-"), value) for name, value in answer.items()],
    columns=["bound", "rounds, at least"],
    caption="d = 1000, B = 100, s = 1, theta in the cube [-1, 1]^d, squared error 1 in all.",
    digits=7,
)
reporting.check(
    "rate_distortion_rounds",
    claim="product",
    found=answer["rate_distortion"],
    expected=7648.78,
    atol=0.005,
    unit="rounds",
)
reporting.check(
    "sharp_is_largest",
    claim="sharp_converse",
    found=answer["sharp"],
    at_least=max(value for name, value in answer.items() if name != "sharp"),
    unit="rounds",
    statement="The sharp converse is above the four others.",
)

# %% [markdown]
# ## Real gradients
#
# A network with one hidden layer of 16 units reads scikit-learn's bundled digits. After a few passes
# of plain gradient descent we take the gradient of every training example at the same point: a sample
# of the stochastic gradient. How many $B$-bit messages does it take to know its mean to 10 % of its
# norm? The limit assumes independent Gaussian noise of equal size in every coordinate, so we measure
# how far this sample is from that before we believe the answer.

# %%
rng = np.random.default_rng(seed)
digits = load_digits()
images, labels = digits.data / 16, np.eye(10)[digits.target]
w1, w2 = rng.normal(0, 0.3, (64, 16)), rng.normal(0, 0.3, (16, 10))


def per_sample_gradients(w1, w2):
    """Gradient of the cross-entropy for every image, (N, 1184): hidden tanh layer, softmax."""
    hidden = np.tanh(images @ w1)
    scores = hidden @ w2
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    error = odds / odds.sum(axis=1, keepdims=True) - labels
    back = error @ w2.T * (1 - hidden**2)
    first = images[:, :, None] * back[:, None, :]
    second = hidden[:, :, None] * error[:, None, :]
    return np.concatenate([first.reshape(len(images), -1), second.reshape(len(images), -1)], axis=1)


for _ in range(30):
    mean = per_sample_gradients(w1, w2).mean(axis=0)
    w1, w2 = w1 - mean[: w1.size].reshape(w1.shape), w2 - mean[w1.size :].reshape(w2.shape)
gradients = per_sample_gradients(w1, w2)
single = describe_gradients(gradients)
batch = gradients[rng.permutation(len(gradients))[:1792]].reshape(56, 32, -1).mean(axis=1)
batched = describe_gradients(batch)

# %%
rows = [("one example", single), ("mean of 32", batched)]
reporting.table(
    [
        (
            name,
            g.samples,
            g.noise_std,
            g.excess_kurtosis,
            g.square_correlation,
            g.square_correlation_independent,
            g.constant_coordinates,
        )
        for name, g in rows
    ],
    columns=[
        "gradient of",
        "samples",
        "noise s",
        "excess kurtosis",
        "mean squared correlation",
        "same, if independent",
        "constant coordinates",
    ],
    caption=f"Measured departure from N(theta, s^2 I), d = {single.dimension}.",
)
target = 0.01 * float(np.sum(gradients.mean(axis=0) ** 2))
fig, ax = plt.subplots()
for name, sample in rows:
    need = [
        rate_distortion(
            BitOracle(dimension=sample.dimension, bits=r * sample.dimension,
                      noise_std=sample.noise_std),
            error=target,
        ).value
        for r in rates
    ]  # fmt: skip
    ax.plot(rates, need, label=f"gradient of {name}", **line)
ax.set(xscale="log", yscale="log", xlabel="bits per coordinate, $B/d$")
ax.set(ylabel="messages for 10 % accuracy, at least")
ax.set_xticks([1 / 64, 1 / 16, 1 / 4, 1, 2, 4, 8], ["1/64", "1/16", "1/4", "1", "2", "4", "8"])
ax.minorticks_off()
ax.legend()
reporting.figure(
    fig,
    alt="Least number of messages to know the mean gradient of a small network to ten percent, "
    "against bits per coordinate, for single examples and for minibatches of 32. Both curves fall "
    "until about two bits and are flat beyond; the minibatch curve is lower.",
)

# %%
reporting.check(
    "heavy_tails_seen",
    found=single.excess_kurtosis,
    at_least=1.0,
    digits=3,
    statement="Single gradients have far heavier tails than a Gaussian: the limit is a baseline.",
)
reporting.check(
    "averaging_helps",
    found=batched.excess_kurtosis,
    at_most=0.25 * single.excess_kurtosis,
    digits=3,
    statement="Minibatch means are nearer to Gaussian.",
)
reporting.check(
    "minibatch_noise",
    found=single.noise_std**2 / batched.noise_std**2 / 32,
    expected=1.0,
    atol=0.15,
    digits=3,
    statement="Averaging 32 gradients divides the noise variance by 32.",
)

# %% [markdown]
# Read it with care: a heavy-tailed or correlated gradient can be cheaper to describe than a Gaussian
# one of the same variance, so for this network the curves are the Gaussian baseline and not a
# theorem. `infobound limits --gradients FILE.npy` prints the same numbers for your own gradients.
