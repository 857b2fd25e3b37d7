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
# # Real gradients in four bits
#
# **Finding.** The heavy tails of gradients are a matter of scale: inside blocks of 32 most layers are as
# good as Gaussian, so four-bit block formats make the error that Gaussian tables predict. What is left
# to gain is elsewhere: blocks differ in energy, and an ideal code that shares its bits accordingly has
# the same error with less than half of them.
#
# Two networks, made here and now: a 64-256-10 relu network on scikit-learn's digits, and a character
# transformer with two blocks on Python's reference manual. Each gives independent stochastic gradients $X$
# (of one image, of one sequence) at two fixed points, at initialisation and after training. Layers are
# flattened row by row, so that blocks run along the inputs of a weight matrix. A format of $R$ bits per coordinate that returns $Q$
# is judged by its effective bits
#
# $$-\tfrac12 \log_2 \frac{\mathbb E\lVert Q - X\rVert^2}{\mathbb E\lVert X\rVert^2}\; \le\; R
# \qquad \text{(the inequality for Gaussian } X\text{).}$$

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": size of the transformer, number of gradients
seed: int = 20250512  # root of all randomness

# %%
import matplotlib.pyplot as plt
import numpy as np

from infobound import reporting
from infobound.bounds.mean_estimation import effective_bits
from infobound.bounds.scale_mixture import mixture_rate
from infobound.datasets import (
    block_energies,
    digits_gradients,
    kurtosis,
    text_gradients,
    zero_fractions,
)
from infobound.information.gradient_meter import meter
from infobound.information.gradient_meter.energies import sampling_loss
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rotated import Rotated

reporting.style()
full = profile == "full"
N, size, width, steps = (256, "small", 64, 100) if full else (48, "tiny", 32, 60)
states = ("initial", "trained")
nets = {
    (name, state): make(state)
    for name, make in {
        "digits": lambda state: digits_gradients(state=state, samples=N, rng=seed),
        "transformer": lambda state: text_gradients(
            state=state, samples=N, size=size, steps=steps, rng=seed
        ),
    }.items()
    for state in states
}
layers = {  # those long enough for the transform below
    key: {name: rows for name, rows in net.layers.items() if rows.shape[1] >= 128}
    for key, net in nets.items()
}
formats = {
    "MXFP4": MX("e2m1"),
    "NVFP4": NVFP4(),
    "NVFP4, 4/6": NVFP4(chain="fouroversix", select="mse"),
    "INT4": IntegerBlocks(4),
}


def nmse(rows, form):
    """Energy of the error over that of the gradients, both over all rows."""
    error = np.square(form.roundtrip(rows, rng=seed) - rows, dtype=np.float64).sum()
    return error / np.square(rows, dtype=np.float64).sum()


reporting.table(
    [
        (name, net.flat().shape[1], *(nets[name, state].loss for state in states), net.source)
        for (name, state), net in nets.items()
        if state == "trained"
    ],
    ["network", "d", "loss at first (nats)", "trained", "data"],
    caption=f"{N} gradients at each point; loss of the samples they belong to. The manual differs a "
    "little between versions of Python, and so will the last digits below.",
)
for name in ("digits", "transformer"):
    reporting.check(
        f"trained_{name}",
        found=nets[name, "initial"].loss - nets[name, "trained"].loss,
        at_least=1.5,
        digits=3,
        unit="nats",
        statement=f"How far training lowers the loss of the {name}, on the very samples measured below.",
    )

# %% [markdown]
# ## Where do the heavy tails come from?
#
# Kurtosis is 3 for a Gaussian and above for a mixture of Gaussians of many scales. Below it is taken over
# all entries of a layer, then with each gradient divided by its own root mean square, then with each
# block of 32 coordinates divided by its own (corrected so that Gaussians still give 3).

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 4.4), sharey=True)
tails = {}
for ax, state in zip(axes, states, strict=True):
    names, values = [], []
    for net in ("digits", "transformer"):
        for name, rows in layers[net, state].items():
            values.append([kurtosis(rows), kurtosis(rows, rows.shape[1]), kurtosis(rows, 32)])
            names.append(f"digits {name}" if net == "digits" else name)
            tails[net, state, name] = values[-1]
    columns = np.array(values).T
    for column, marker, label in zip(
        columns, "s^o", ("whole layer", "scale of each gradient removed", "of each block of 32"),
        strict=True,
    ):  # fmt: skip
        ax.plot(range(len(names)), column, marker, ls="", ms=5, label=label)
    ax.axhline(3, color="0.4", lw=0.8, marker="")
    ax.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    ax.set(yscale="log", title=state)
axes[0].set_ylabel("kurtosis (3 for a Gaussian)")
axes[0].legend(fontsize=8)
reporting.figure(
    fig,
    alt="Kurtosis of every layer, at initialisation and after training, on a logarithmic axis. Whole layers "
    "lie far above 3, some above a hundred; with the scale of each gradient removed they lie from 4 to "
    "some tens; with the scale of each block of 32 removed nearly all lie at 3.",
)
inside = {key: value[2] for key, value in tails.items() if key[0] == "transformer"}
reporting.check(
    "tails_of_layers",
    found=float(np.median([value[0] for value in tails.values()])),
    at_least=10,
    digits=3,
    statement="Kurtosis of a whole layer, median over all layers and points.",
)
reporting.check(
    "no_tails_in_blocks",
    found=float(np.median(list(inside.values()))),
    expected=3,
    atol=0.15,
    digits=3,
    statement="Kurtosis inside blocks of 32, median over the transformer's layers: Gaussian.",
)
reporting.check(
    "exception_down",
    found=max(inside, key=inside.get)[2].split(".")[1],
    expected="down",
    statement="The layer with the heaviest tails inside blocks is the second of a perceptron.",
)

# %% [markdown]
# The exception: in `down`, blocks run along the hidden units behind the nonlinearity, a few of them
# active and most not. The same matrix has no tails along its other side, so which way blocks run is a choice
# that costs nothing and matters. The digits' second layer is an exception for the same reason.

# %%
rows = layers["transformer", "trained"]["block2.down"]
across = rows.reshape(N, width, 4 * width).swapaxes(1, 2).reshape(N, -1)
both = {"along inputs": rows, "along outputs": across}
coarse = {name: formats[name] for name in ("MXFP4", "INT4")}
reporting.table(
    [
        (way, kurtosis(x, 32), *(effective_bits(nmse(x, form)) for form in coarse.values()))
        for way, x in both.items()
    ],
    ["blocks of block2.down", "kurtosis inside", *coarse],
    caption="Kurtosis inside blocks of 32, and effective bits of two formats.",
)
reporting.check(
    "other_side",
    found=kurtosis(across, 32),
    expected=3,
    atol=0.3,
    digits=3,
    statement="Kurtosis inside blocks of 32 of block2.down when blocks run along its outputs.",
)

# %% [markdown]
# ## How many entries are exactly zero?
#
# A character that does not occur leaves its row of the embedding alone; a dark pixel or a silent unit
# leaves its weights. A block of zeros costs a block format as many bits as any other.

# %%
fig, ax = plt.subplots(figsize=(7.6, 3.4))
shown, zeros = [], {}
batches = {
    "layer2.weight": lambda batch: digits_gradients(samples=16, batch=batch, rng=seed),
    "layer1.weight": lambda batch: digits_gradients(samples=16, batch=batch, rng=seed),
    "embedding": lambda batch: text_gradients(samples=2, batch=batch, size=size, rng=seed),
}
long = {name: name if name == "embedding" else f"digits {name}" for name in batches}
for name, draw in batches.items():
    single = nets["transformer" if name == "embedding" else "digits", "initial"]
    for batch, net in ((16, draw(16)), (1, single)):
        zeros[name, batch] = zero_fractions(net.layers[name], 32)
        shown.append((f"{long[name]}, batch of {batch}", *zeros[name, batch]))
labels, all_zeros, empty = zip(*shown, strict=True)
ax.barh(labels, empty, color="C0", label="in blocks of 32 zeros")
ax.barh(labels, np.subtract(all_zeros, empty), left=empty, color="C1", label="scattered")
ax.set(xlabel="fraction of coordinates that are 0", xlim=(0, 1))
ax.legend(fontsize=8)
reporting.figure(
    fig,
    alt="Fractions of zeros. The embedding has about four fifths, all in blocks of zeros, and the digits' "
    "first layer three quarters, most of them in such blocks; its second layer one half, scattered. "
    "With batches of 16 all are smaller.",
)
reporting.check(
    "embedding_is_sparse",
    found=zeros["embedding", 1][0],
    at_least=0.7,
    digits=3,
    statement="Fraction of zeros in the embedding's gradients.",
)
reporting.check(
    "embedding_is_sparse_in_blocks",
    found=zeros["embedding", 1][1] - zeros["embedding", 1][0],
    expected=0,
    atol=1e-3,
    statement="All of them lie in blocks of zeros: a row of the embedding is whole blocks.",
)

# %% [markdown]
# ## Does the Gaussian prediction hold, layer by layer?
#
# Four formats of 4.25 and 4.5 bits. Lines: the same formats on Gaussian noise of the same size. Layers with
# scattered zeros can do better than that, as 0 is coded without error.

# %%
noise = np.random.default_rng(seed).standard_normal((N, 2**15), dtype=np.float32)
gaussian = {name: effective_bits(nmse(noise, form)) for name, form in formats.items()}


def against_gaussian(some, around=lambda form: form):
    """Effective bits of every layer, minus the Gaussian figure."""
    return {
        name: np.array([effective_bits(nmse(x, around(form))) for x in some.values()])
        - gaussian[name]
        for name, form in formats.items()
    }


plain = {key: against_gaussian(some) for key, some in layers.items()}
fig, axes = plt.subplots(1, 4, figsize=(9.6, 3.8), sharey=True)
for ax, name in zip(axes, formats, strict=True):
    for place, (key, color) in enumerate(zip(plain, ("C1", "C1", "C0", "C0"), strict=True)):
        y = gaussian[name] + plain[key][name]
        x = place + np.linspace(-0.25, 0.25, len(y))
        ax.plot(x, y, "o", ls="", ms=4, color=color, alpha=0.9 if key[1] == "trained" else 0.45)
    ax.axhline(gaussian[name], color="0.3", lw=0.9, marker="")
    ax.set_xticks(range(4), [f"{net}, {state}" for net, state in plain], rotation=90, fontsize=7)
    bits = formats[name].bits(2**15) / 2**15
    ax.set_title(f"{name}: {bits:.2f} bits", fontsize=10)
axes[0].set_ylabel("effective bits, each layer")
reporting.figure(
    fig,
    alt="Effective bits of every layer for four formats, with the Gaussian value as a line. The transformer's "
    "layers lie on the line, but for the down layers under MXFP4 and INT4, which are up to a quarter "
    "and more than half a bit below. Layers of the digits lie above it under all formats but MXFP4.",
)
both_states = {
    name: np.concatenate([plain["transformer", state][name] for state in states])
    for name in formats
}
reporting.check(
    "typical_layer",
    found=max(float(np.median(np.abs(off))) for off in both_states.values()),
    at_most=0.15,
    digits=2,
    unit="bits",
    statement="Distance of a layer from the Gaussian figure, median over the transformer, worst format.",
)
reporting.check(
    "worst_layer_of_nvfp4",
    found=min(float(both_states[name].min()) for name in ("NVFP4", "NVFP4, 4/6")),
    at_least=-0.25,
    digits=2,
    unit="bits",
    statement="NVFP4, either way: worst layer of the transformer, relative to the Gaussian figure.",
)
reporting.check(
    "worst_layer_of_int4",
    found=float(both_states["INT4"].min()),
    at_most=-0.3,
    digits=2,
    unit="bits",
    statement="The same for INT4, whose even steps suit `down` least.",
)
meant = meter({"down": rows}, {"MXFP4": formats["MXFP4"]}).formats["MXFP4"].total
reporting.check(
    "meter_says_the_same",
    found=effective_bits(nmse(rows, formats["MXFP4"])),
    expected=meant.effective_bits.value,
    rtol=1e-9,
    unit="bits",
    statement="The figures above are those of `infobound meter`; here for MXFP4 on block2.down.",
)

# %% [markdown]
# ## What does the Hadamard transform do?
#
# With random signs and length 128 it makes every layer Gaussian: the worst get better, and those whose
# zeros came for free get worse. Four over Six has little to gain: blocks of 16 with a choice of
# scale had absorbed the tails already.

# %%
rotated = {
    (net, "trained"): against_gaussian(layers[net, "trained"], lambda form: Rotated(form, 128))
    for net in ("digits", "transformer")
}
fig, axes = plt.subplots(1, 4, figsize=(9.6, 3.6), sharey=True)
for ax, name in zip(axes, formats, strict=True):
    for key, color in zip(rotated, ("C1", "C0"), strict=True):
        pairs = gaussian[name] + np.array([plain[key][name], rotated[key][name]])
        ax.plot([0, 1], pairs, color=color, lw=0.9, ms=4, marker="o", ls="-")
        ax.plot([], [], color=color, marker="o", ms=4, ls="-", label=key[0])
    ax.axhline(gaussian[name], color="0.3", lw=0.9, marker="", ls=":")
    ax.set_xticks([0, 1], ["as it is", "rotated"])
    ax.set(title=name, xlim=(-0.3, 1.3))
axes[0].set_ylabel("effective bits, each layer")
axes[0].legend(fontsize=8)
reporting.figure(
    fig,
    alt="Effective bits of every trained layer before and after the transform, four formats. Before, layers "
    "are spread by more than a bit under INT4; after, all of them meet at the Gaussian value. "
    "NVFP4 with Four over Six hardly moves, except for the digits, which fall.",
)
reporting.check(
    "rotated",
    found=float(max(np.abs(off).max() for some in rotated.values() for off in some.values())),
    at_most=0.2,
    digits=2,
    unit="bits",
    statement="After it: largest distance from the Gaussian figure, over all layers and formats.",
)
gain = {
    name: rotated["transformer", "trained"][name] - plain["transformer", "trained"][name]
    for name in formats
}
reporting.check(
    "rotation_helps_int4",
    found=float(gain["INT4"].max()),
    at_least=0.25,
    digits=2,
    unit="bits",
    statement="What the transform brings INT4 on the layer that needs it most.",
)
reporting.check(
    "rotation_helps_mxfp4",
    found=float(gain["MXFP4"].max()),
    at_least=0.12,
    digits=2,
    unit="bits",
    statement="The same for MXFP4.",
)
reporting.check(
    "rotation_idle_46",
    found=float(np.median(gain["NVFP4, 4/6"])),
    expected=0,
    atol=0.03,
    digits=2,
    unit="bits",
    statement="What it brings Four over Six, median over the transformer's layers.",
)
reporting.check(
    "rotation_hurts_zeros",
    found=float((rotated["digits", "trained"]["INT4"] - plain["digits", "trained"]["INT4"]).min()),
    at_most=-0.3,
    digits=2,
    unit="bits",
    statement="What it costs INT4 on the digits' first layer, where most entries were zero.",
)

# %% [markdown]
# ## How far from the limit, then?
#
# It depends on what an ideal code would know. For the total squared error that MXFP4 makes, the least rate is
#
# - (a) $\frac12 \log_2 \frac1{\text{NMSE}}$ if all coordinates are Gaussian with one variance,
# - (b) that of reverse water-filling over the layers, if each has a variance of its own,
# - (c) that of reverse water-filling over the blocks of 32 in each gradient, a Gaussian scale mixture whose
#   scales a genie tells both ends; every gradient gets the same number of bits.
#
# $D(B; e) = \min \{\sum_i c_i e_i 4^{-b_i} : \sum_i c_i b_i = B,\ b_i \ge 0\}$ is concave in the energies $e$, so knowing
# more can only lower the limit: (a) $\ge$ (b) $\ge$ (c). A mean square of 32 Gaussian numbers is itself random,
# which makes (c) too low by 0.023 bits on noise of one variance; the last group of bars is that control.


# %%
def least_rates(some):
    """Bits per coordinate for the total error of MXFP4 under (a), (b) and (c)."""
    flat = np.concatenate(list(some.values()), axis=1)
    error = nmse(flat, formats["MXFP4"])
    energies, counts = zip(*(block_energies(x, 32) for x in some.values()), strict=True)
    each = [float(np.mean(np.square(x, dtype=np.float64))) for x in some.values()]
    return (
        mixture_rate([1.0], nmse=error),
        mixture_rate(each, counts=[x.shape[1] for x in some.values()], nmse=error),
        mixture_rate(np.hstack(energies), counts=np.hstack(counts), nmse=error),
    )


cases = {f"{net}, {state}": layers[net, state] for net, state in layers} | {
    "Gaussian noise": {"": noise}
}
rates = {name: least_rates(some) for name, some in cases.items()}
fig, ax = plt.subplots(figsize=(8.4, 4))
place = np.arange(len(rates))
for k, label in enumerate(("(a) one Gaussian", "(b) one for each layer", "(c) one for each block")):
    ax.bar(place + 0.25 * (k - 1), [r[k] for r in rates.values()], 0.23, label=label)
ax.axhline(4.25, color="0.3", lw=0.9, marker="")
ax.text(place[-1] + 0.45, 4.29, "MXFP4 spends 4.25", ha="right", fontsize=8)
ax.set_xticks(place, list(rates), fontsize=8)
ax.set(ylabel="least bits per coordinate\nfor the error of MXFP4", ylim=(0, 5.2))
ax.legend(fontsize=8, ncols=3, loc="upper left")
reporting.figure(
    fig,
    alt="Bars: least rates for the error of MXFP4. One Gaussian: 3.1 bits throughout. One Gaussian for each "
    "layer: 1.2 to 2.8 bits. One for each block: about one bit for all real gradients, and 3.1 for "
    "Gaussian noise.",
)
reporting.table(
    [(name, 4.25, *r, 4.25 - r[2]) for name, r in rates.items()],
    ["gradients", "MXFP4", "(a)", "(b)", "(c)", "4.25 - (c)"],
    caption="Bits per coordinate for the same total squared error.",
)
reporting.check(
    "control",
    found=rates["Gaussian noise"][0] - rates["Gaussian noise"][2],
    expected=sampling_loss(32),
    atol=0.003,
    unit="bits",
    statement="On Gaussian noise (c) is below (a) by what mean squares of 32 numbers explain, no more.",
)
reporting.check(
    "finer_is_lower",
    found=min(
        min(r[0] - r[1], r[1] - r[2]) for name, r in rates.items() if name != "Gaussian noise"
    ),
    at_least=0,
    digits=2,
    unit="bits",
    statement="Least difference between one limit and the next, over the four real cases.",
)
reporting.check(
    "half_the_bits",
    found=max(r[2] for name, r in rates.items() if name != "Gaussian noise"),
    at_most=2.125,
    digits=3,
    unit="bits",
    statement="The largest of the limits (c) on real gradients, against half of what MXFP4 spends.",
)

# %% [markdown]
# Is that gap a defect of the formats? They give every block the same *relative* error, the best guess
# for an optimiser that rescales each coordinate, and a waste for one that follows the total error.
# The first kind of user can still gain the one bit down to (a), from a better quantizer of Gaussian
# numbers. The second kind gains more by not sending four bits for every block, even if it pays for what
# the genie tells: 8 bits for the energy of each block, as in MXFP4, are a quarter of a bit per coordinate. And (c) is no floor under
# real gradients: blocks that are not Gaussian inside, those with scattered zeros above all, need less.
