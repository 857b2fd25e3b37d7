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
# # Drifting targets
#
# **Finding.** One sign per round tracks a slow random walk within a tenth of the floor that no code
# without memory goes below; the same bit from an encoder that filters first ends a tenth below it.
#
# The target moves, $\theta_{t+1} = a\theta_t + W_t$ with $W_t \sim N(0, w)$ in every coordinate, and is seen in
# noise, $X_t \sim N(\theta_t, s^2)$. Each round may send $R$ bits per coordinate; what counts is the squared
# error $D$ per coordinate, averaged over time. With $P_p = a^2P + w$ and encoders that see the fresh $X_t$
# only,
#
# $$D \ge P, \qquad s^2(P_p - P) = P P_p - 4^{-R} P_p^2 ,$$
#
# and this is what Gaussian test channels with a Kalman filter reach. Below, $s = 1$.

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": replicates and points
seed: int = 1960  # root of all randomness

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

from infobound import EDEN, LloydMax, Sign, reporting
from infobound.bounds.drift import (
    ZERO_DELAY_PENALTY,
    DriftingTarget,
    kalman_floor,
    memory_floor,
    memoryless_floor,
    nonanticipative_rate,
    sharp_floor,
)
from infobound.bounds.sequential import sequential_rate
from infobound.protocols.drift import QuantizedKalman
from infobound.protocols.drift_stationary import stationary_error
from infobound.protocols.innovation_codes import GaussianChannel, Measured

reporting.style()
line = {"marker": ""}
full = profile == "full"
scale = 8 if full else 1


def walk(w, a=1.0):
    return DriftingTarget(drift_variance=w, noise_std=1.0, transition=a)


def tracker(w, quantizer, a=1.0, memory=False):
    return QuantizedKalman(target=walk(w, a), quantizer=quantizer, memory=memory)


# %% [markdown]
# ## Three hundred bits
#
# A random walk with $w = 0.01$, seen through one bit per round: was the observation above the prediction?
# The decoder has nothing but these 300 bits, and gives the curve back from them.

# %%
signs = tracker(0.01, Sign())
shown = signs.trace(dimension=1, rounds=300, rng=seed)
decoded = signs.decode(shown.messages)
time = np.arange(300)
fig, ax = plt.subplots(figsize=(8.4, 3.4))
ax.plot(time, shown.targets[:, 0], color="0.2", label="target", **line)
ax.plot(time, decoded[:, 0], color="C1", label="decoded from one bit per round", **line)
ax.set(xlabel="round $t$", ylabel="$\\theta_t$ (units of $s$)")
ax.legend()
reporting.figure(
    fig,
    alt="A random walk over 300 rounds and the estimate that is decoded from 300 bits: it follows "
    "the walk with a small lag.",
)
reporting.check(
    "from_bits_alone",
    found=int(np.count_nonzero(decoded != shown.estimates)),
    expected=0,
    statement="Rounds in which the decoder, given the messages alone, differs from the tracker.",
)
reporting.check(
    "bits_sent",
    found=sum(message.bits for message in shown.messages),
    expected=300,
    unit="bits",
)

# %% [markdown]
# ## The floor is reached
#
# At one bit per coordinate, against the drift, everything over the sharp floor. The weaker bounds are the
# Kalman floor with noise $s^2/g$, $g = 1 - 4^{-R}$, and what holds with memory. Test channels, simulated,
# lie on the sharp floor. Signs lie above it: their error is computed exactly, as the stationary law
# of a Markov chain.

# %%
drifts = np.geomspace(1e-5, 1e2, 90)
places = [1e-3, 1e-2, 1e-1, 1.0, 10.0]


def sharp_at(w, rate=1.0):
    return sharp_floor(walk(w), rate=rate).value


simulated = {
    w: tracker(w, GaussianChannel(1.0)).run(
        dimension=16,
        rounds=400,
        replicates=64 * scale,
        rng=np.random.SeedSequence([seed, k]),
    )
    for k, w in enumerate(places)
}
exact = {
    (w, remembers): stationary_error(tracker(w, Sign(), memory=remembers)).value
    for w in places
    for remembers in (False, True)
}
fig, ax = plt.subplots()
ax.axhline(1, color="C0", label="sharp floor, memoryless")
for floor, label, color in (
    (memoryless_floor, "Kalman floor with noise $s^2/g$", "C4"),
    (memory_floor, "floor with memory", "C2"),
):
    over = [floor(walk(w), rate=1).value / sharp_at(w) for w in drifts]
    ax.plot(drifts, over, color=color, ls=":", label=label, **line)
ax.errorbar(
    places,
    [simulated[w].error.value / sharp_at(w) for w in places],
    [2 * simulated[w].error.stderr / sharp_at(w) for w in places],
    ls="",
    marker="o",
    color="C0",
    label="test channel, simulated",
)
for remembers, marker, color, label in (
    (False, "s", "C1", "signs"),
    (True, "^", "C3", "signs with memory"),
):
    over = [exact[w, remembers] / sharp_at(w) for w in places]
    ax.plot(places, over, marker, color=color, ls="", label=label)
ax.set(xscale="log", xlabel="drift variance $w/s^2$ per round", ylabel="error / sharp floor")
ax.legend(fontsize=8)
reporting.figure(
    fig,
    alt="Error over the sharp memoryless floor against drift, one bit per coordinate. Test channels lie "
    "at one; signs lie above, by a tenth for slow drift and by 60 % for fast; signs with memory lie a "
    "tenth below for slow drift and cross over between w = 0.1 and w = 1.",
)

# %%
listed = {  # w, R: larger of the weaker two, sharp floor
    (1e-2, 1 / 2): (0.136510, 0.141774),
    (1e-2, 1.0): (0.110578, 0.112329),
    (1.0, 1.0): (0.951367, 1.0),
    (1e-4, 1 / 16): (0.034661, 0.035219),
}
for (w, rate), (low, high) in listed.items():
    pair = memoryless_floor(walk(w), rate=rate).value, memory_floor(walk(w), rate=rate).value
    name = f"w{w:g}_R{rate:g}".replace(".", "_").replace("-", "m")
    reporting.check(
        f"weaker_{name}", claim="drift_floor", found=max(pair), expected=low, atol=5e-7,
        statement=f"Larger of the weaker two at $w = {w:g}$, $R = {rate:g}$.",
    )  # fmt: skip
    reporting.check(
        f"sharp_{name}", claim="sharp_drift_floor", found=sharp_at(w, rate),
        expected=high, atol=5e-7, statement=f"Sharp floor at $w = {w:g}$, $R = {rate:g}$.",
    )  # fmt: skip
deviations = [(run.error.value - sharp_at(w)) / run.error.stderr for w, run in simulated.items()]
reporting.check(
    "test_channel_on_the_floor",
    claim="sharp_drift_floor",
    found=max(map(abs, deviations)),
    at_most=3.3,
    digits=2,
    statement="Test channels: largest distance to the sharp floor over five drifts, in standard errors.",
)
one = simulated[1.0].error
reporting.check(
    "weaker_is_rejected",
    claim="sharp_drift_floor",
    found=(one.value - listed[1.0, 1.0][0]) / one.stderr,
    at_least=5,
    digits=2,
    statement="The same distance to the weaker floor at $w = 1$: the simulation tells them apart.",
)
for w in (1e-3, 1e-2):
    name = f"w{w:g}".replace(".", "_")
    floor = sharp_at(w)
    reporting.check(
        f"signs_{name}", claim="sharp_drift_floor", found=exact[w, False] / floor, at_least=1,
        at_most=1.1, digits=4, statement=f"Signs over the sharp floor, $w = {w:g}$.",
    )  # fmt: skip
    reporting.check(
        f"signs_with_memory_{name}", found=exact[w, True] / floor, at_most=0.9, digits=4,
        statement=f"Signs with memory over the memoryless floor, $w = {w:g}$.",
    )  # fmt: skip

# %% [markdown]
# ## More bits, or memory
#
# At $w = 0.01$ against the rate: what limited bits add to the error of the Kalman filter. With memory the
# encoder runs that filter itself and sends the innovations of its estimate, so that almost no bit
# is spent on noise: one bit with memory does better than two without. The points are Lloyd–Max
# messages of 1 to 4 bits, exact by quadrature; the table has simulations of real messages beside them.

# %%
slow = 0.01
free = kalman_floor(walk(slow)).value
rates = np.linspace(0.1, 4.5, 80)
fig, ax = plt.subplots()
off, rows, exact_at = [], [], {}
for remembers, floor, marker, color in (
    (False, sharp_floor, "o", "C0"),
    (True, memory_floor, "^", "C2"),
):
    kind = "with memory" if remembers else "memoryless"
    over = [floor(walk(slow), rate=r).value / free - 1 for r in rates]
    ax.plot(rates, over, label=f"floor, {kind}", color=color, **line)
    for bits in (1, 2, 3, 4):
        scheme = tracker(slow, LloydMax(bits), memory=remembers)
        run = scheme.run(
            dimension=16,
            rounds=400,
            replicates=32 * scale,
            rng=np.random.SeedSequence([seed, bits]),
        )
        truth = exact_at[bits, remembers] = stationary_error(scheme).value
        off.append(abs(run.error.value - truth) / run.error.stderr)
        least = floor(walk(slow), rate=bits).value
        rows.append((bits, kind, least, truth, run.error.value, run.error.stderr))
    over = [exact_at[bits, remembers] / free - 1 for bits in (1, 2, 3, 4)]
    ax.plot((1, 2, 3, 4), over, marker, color=color, ls="", label=f"Lloyd–Max, {kind}")
ax.set(yscale="log", xlabel="$R$, bits per coordinate and round")
ax.set_ylabel("error / error of the Kalman filter $-$ 1")
ax.legend(fontsize=8)
reporting.figure(
    fig,
    alt="Excess over the Kalman error against rate for a slow random walk, on a logarithmic scale: two "
    "falling lines, the floor with memory five times below the memoryless one; Lloyd-Max points of one "
    "to four bits lie above each, the ones with memory below the memoryless line.",
)
reporting.table(
    rows,
    columns=["bits", "encoder", "floor", "exact", "simulated", "standard error"],
    caption="Lloyd–Max messages, w = 0.01: the floor at that rate, the true error, the simulation.",
    digits=5,
)
reporting.check(
    "simulation_agrees",
    found=max(off),
    at_most=3.5,
    digits=2,
    statement="Largest distance of eight simulations to their quadrature, in standard errors.",
)
reporting.check(
    "memory_is_worth_a_bit",
    found=exact_at[1, True] / exact_at[2, False],
    at_most=1,
    digits=4,
    statement="One bit with memory over two bits without: exact errors.",
)

# %% [markdown]
# ## The golden ratio
#
# How much does the sharp floor add to the older two? For a random walk, at most a factor
# $(1 + \sqrt 5)/2$, where the two cross, and in the limit of few bits.

# %%
golden = (1 + math.sqrt(5)) / 2
fig, ax = plt.subplots()
peaks = {}
multiples = np.geomspace(1e-2, 1e2, 801)
for rate in (2, 1 / 2, 1 / 8, 1 / 64, 2.0**-20):
    g = -math.expm1(-rate * math.log(4))
    ratios = []
    for multiple in multiples:
        ask = walk(g * multiple)
        both = memoryless_floor(ask, rate=rate).value, memory_floor(ask, rate=rate).value
        ratios.append(sharp_floor(ask, rate=rate).value / max(both))
    peaks[rate] = max(ratios)
    label = f"$R = 1/{round(1 / rate)}$" if rate < 1 else f"$R = {rate}$"
    ax.plot(multiples, ratios, label=label if rate > 1e-3 else "$R = 2^{-20}$", **line)
ax.axhline(golden, color="0.5", ls="--", label="$(1 + \\sqrt{5})/2$")
ax.set(xscale="log", xlabel="$w/(g s^2)$", ylabel="sharp floor / larger of the weaker two")
ax.legend(fontsize=8)
reporting.figure(
    fig,
    alt="Ratio of the sharp floor to the larger of the two weaker ones against the drift, for five "
    "rates: each curve has one peak, which rises to the golden ratio as the rate falls.",
)
for rate, expected in ((1 / 2, 1.2018), (1 / 64, 1.5224), (2.0**-20, golden)):
    reporting.check(
        f"peak_{round(1 / rate)}", claim="sharp_drift_floor", found=peaks[rate], expected=expected,
        atol=3e-3, statement=f"Largest ratio at $R = 1/{round(1 / rate)}$, on the grid drawn.",
    )  # fmt: skip
reporting.check(
    "golden_ratio",
    claim="sharp_drift_floor",
    found=max(peaks.values()),
    at_most=golden,
    statement="Largest ratio of all.",
)

# %% [markdown]
# ## A target that runs away
#
# For $|a| > 1$ the error stays bounded only if $R > \log_2|a|$. Below, no floor is a number, and the
# library says why instead of returning one. A fixed scalar quantizer loses such a target sooner or later,
# since its corrections are bounded. EDEN sends a scale with its bits, and holds it: real messages for
# 1024 coordinates, one, two or three bits for each and 32 for the scale.

# %%
unstable = 1.2
need = math.log2(unstable)
fig, ax = plt.subplots()
rates = need + np.geomspace(0.01, 3, 80)
ax.plot(
    rates, [sharp_floor(walk(0.1, unstable), rate=r).value for r in rates], label="sharp floor",
    color="C0", **line,
)  # fmt: skip
off = []
for k, rate in enumerate((0.35, 0.5, 1.0, 2.0)):
    run = tracker(0.1, GaussianChannel(rate), a=unstable).run(
        dimension=16, rounds=400, replicates=32 * scale, rng=np.random.SeedSequence([seed, 50 + k])
    )
    floor = sharp_floor(walk(0.1, unstable), rate=rate).value
    off.append(abs(run.error.value - floor) / run.error.stderr)
    ax.errorbar(rate, run.error.value, 2 * run.error.stderr, marker="o", color="C1",
                label="test channel, simulated" if k == 0 else None)  # fmt: skip
held = []
for width in (1, 2, 3):
    code = Measured.of(EDEN(width, scale="biased"), dimension=1024, samples=64, rng=seed)
    scheme = tracker(0.1, code, a=unstable)
    run = scheme.run(
        dimension=1024,
        rounds=60,
        replicates=4 * scale,
        rng=np.random.SeedSequence([seed, 60 + width]),
    )
    held.append(run.error.value / scheme.design_error)
    ax.plot(run.bits_per_round / 1024, run.error.value, "s", color="C3",
            label="EDEN, 1024 coordinates" if width == 1 else None)  # fmt: skip
ax.axvline(need, color="0.5", ls="--", label="$\\log_2 a$")
ax.set(yscale="log", xlabel="$R$, bits per coordinate", ylabel="squared error $D$ (units of $s^2$)")
ax.legend()
reporting.figure(
    fig,
    alt="Sharp floor against rate for a = 1.2: it diverges at log2(1.2) = 0.263 bits; four simulated "
    "test channels lie on it, and real messages of EDEN above.",
)
try:
    sharp_floor(walk(0.1, unstable), rate=0.2)
    refusal = "nothing was refused"
except ValueError as error:
    refusal = str(error)
print(refusal)
reporting.check(
    "unstable_on_the_floor",
    claim="sharp_drift_floor",
    found=max(off),
    at_most=3.3,
    digits=2,
    statement="Largest distance of the test channels to the floor, in standard errors.",
)
reporting.check(
    "unstable_held",
    found=max(abs(ratio - 1) for ratio in held),
    at_most=0.05,
    digits=2,
    statement="Real messages: largest relative distance to the error that the filter was designed for.",
)
reporting.check(
    "refusal",
    found="above log2|a| = 0.263034" in refusal,
    expected=True,
    statement="Too few bits for an unstable target are refused, with the number that is needed.",
)

# %% [markdown]
# ## Without noise: causal rate-distortion
#
# A target seen exactly takes $\tfrac12\log_2(a^2 + w/D)$ bits per round (Gorbunov and Pinsker 1974), and codes
# without delay at most 1.2546 bits more. For vectors no closed form is known: the rate is a semidefinite
# program (Tanaka, Kim, Parrilo and Mitter 2017). The tempting rule, the same error in every
# direction as in reverse water-filling, takes more than is needed: here two coordinates with
# $a = (1.8, 0.3)$ and $w = (1, 2)$.

# %%
totals = np.geomspace(0.1, 3.5, 12 if full else 7)
solved = [sequential_rate(np.diag([1.8, 0.3]), np.diag([1.0, 2.0]), error=D) for D in totals]
equal = [
    sum(nonanticipative_rate(D / 2, drift_variance=w, transition=a).value
        for a, w in ((1.8, 1.0), (0.3, 2.0)))
    for D in totals
]  # fmt: skip
beyond = [e - s.value for e, s in zip(equal, solved, strict=True)]
fig, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.8))
left.plot(totals, equal, color="C1", ls="--", label="equal errors", **line)
left.plot(totals, [s.value for s in solved], color="C0", label="semidefinite program")
left.set(xscale="log", xlabel="total error $D$", ylabel="bits per round")
left.legend()
right.plot(totals, beyond, color="C1")
right.set(
    xscale="log", xlabel="total error $D$", ylabel="bits that equal errors waste", ylim=(0, None)
)
reporting.figure(
    fig,
    alt="Left: bits per round against total error for a source of two coordinates, by the semidefinite "
    "program and by the rule of equal errors just above. Right: the difference, which grows "
    "with the error to an eighth of a bit.",
)
reporting.check(
    "water_filling_is_wrong",
    found=max(beyond),
    at_least=0.1,
    digits=3,
    unit="bits",
    statement="What equal errors cost beyond the least rate, at most over the grid.",
)
reporting.check(
    "certified",
    found=max(s.gap for s in solved),
    at_most=1e-5,
    digits=1,
    unit="bits",
    statement="Largest gap between the rate and its dual certificate, checked without the solver.",
)
scalar = sequential_rate([[2.0]], [[1.0]], error=1 / 12).value
reporting.check(
    "scalar_case", claim="nonanticipative_rate", found=scalar, expected=2.0, atol=1e-8, unit="bits",
    statement=r"One coordinate, $a = 2$, $w = 1$, $D = 1/12$: $\tfrac12\log_2 16$.",
)  # fmt: skip
reporting.check(
    "zero_delay", found=ZERO_DELAY_PENALTY, expected=1.2546, atol=5e-5, unit="bits",
    statement="Penalty of coding without delay, at most (Derpich and Ostergaard 2012).",
)  # fmt: skip
