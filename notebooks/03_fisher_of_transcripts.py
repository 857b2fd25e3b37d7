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
# # Fisher information of messages and transcripts
#
# **Finding.** One well-centred bit keeps 64 % of what a sample knows about its mean, four bits keep
# 99 %, and the obvious estimate of this number can claim more than any message can carry.
#
# For $X \sim N(\theta, s^2 I_d)$ and any message $M$ about it,
#
# $$I_M(\theta) = \frac{\operatorname{Cov}\,\mathbb E[X \mid M]}{s^4}
# = \frac{s^2 I - \mathbb E \operatorname{Cov}(X \mid M)}{s^4},
# \qquad \operatorname{Tr} I_M \le \frac d{s^2}\bigl(1 - 4^{-B/d}\bigr).$$
#
# Only the cells of a quantizer matter for it, not the values it decodes to.

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": sizes of the simulations
seed: int = 20190208  # root of all randomness

# %%
import matplotlib.pyplot as plt
import numpy as np

from infobound import (
    Cells,
    GaussianLocation,
    LloydMax,
    Sign,
    Simplex,
    Uniform,
    fisher_information,
    fisher_trace,
    reporting,
    transcript_fisher_information,
)
from infobound.information.plug_in import plug_in_fisher_information
from infobound.protocols import LloydMaxRecursion, transcript_law

reporting.style()
line = {"marker": ""}
full = profile == "full"
one = GaussianLocation(dimension=1, noise_std=1.0)
seeds = np.random.SeedSequence(seed).spawn(40)

# %% [markdown]
# ## How much of the limit
#
# Lloyd–Max cells are the best message about one coordinate (they are the quantizer of least squared
# error, and $s^2 I = 1 - D$). Simplex codes spread $b$ bits over $2^b - 1$ coordinates; they are the
# proof that $2 \ln 2$ per bit is the right constant, which they approach slowly.

# %%
bits = np.arange(1, 9)
scalar = {
    "Lloyd–Max": [fisher_information(one, LloydMax(bits=int(b)), theta=0.0).value for b in bits],
    "uniform, best step": [
        fisher_information(one, Uniform(bits=int(b)), theta=0.0).value for b in bits
    ],
}
limit = np.array([fisher_trace(dimension=1, bits=int(b), noise_std=1.0).value for b in bits])
widths = np.arange(1, 13 if full else 10)
simplex = []
for b in widths:
    code = Simplex(bits=int(b))
    model = GaussianLocation(dimension=code.dimension, noise_std=1.0)
    simplex.append(fisher_information(model, code, theta=0.0).value)

fig, (left, right) = plt.subplots(1, 2, figsize=(9.2, 4.0))
for name, values in scalar.items():
    left.plot(bits, 1 - np.array(values) / limit, label=name)
left.set(xlabel="bits per coordinate", ylabel="share of the limit that is lost", yscale="log")
left.legend()
right.plot(widths, np.array(simplex) / widths, label="simplex code on $2^b - 1$ coordinates")
right.axhline(2 * np.log(2), color="0.4", lw=1, ls=":")
right.text(1, 2 * np.log(2) + 0.02, r"limit for few bits, $2\ln 2$", color="0.3", fontsize=9)
right.axhline(2 / np.pi, color="0.4", lw=1, ls=":")
right.text(6, 2 / np.pi - 0.06, r"one sign, $2/\pi$", color="0.3", fontsize=9)
right.set(
    xlabel="bits $b$ of one message", ylabel="Fisher information per bit ($1/s^2$)", ylim=(0.5, 1.5)
)
right.legend(loc="upper right", bbox_to_anchor=(1, 0.86))
reporting.figure(
    fig,
    alt="Left: the share of the limit lost by Lloyd-Max and uniform cells falls from 15 percent at "
    "one bit to below 1e-4 at eight bits. Right: Fisher information per bit of simplex codes rises "
    "slowly from 2 over pi towards 2 ln 2.",
)

# %%
for b, value in [
    (1, 0.6366197723676),
    (2, 0.8825181521707),
    (4, 0.9904989919918),
    (8, 0.9999588149171),
]:
    reporting.check(
        f"lloyd_max_{b}",
        claim="lloyd_max",
        found=scalar["Lloyd–Max"][b - 1],
        expected=value,
        atol=1e-12,
        unit="1/s²",
        statement=f"Fisher information of {b}-bit Lloyd–Max cells.",
    )
reporting.check(
    "simplex_8",
    claim="fisher_trace",
    found=simplex[7],
    expected=8.02249,
    atol=5e-6,
    unit="1/s²",
    statement="Eight bits on 255 coordinates.",
)

# %% [markdown]
# ## Exact, sampled, and wrong
#
# Ten signs of ten coordinates are $K = 1024$ different messages. Averaging
# $\lVert\text{mean score in the cell}\rVert^2$ over cells, the plug-in estimate, is too high by about
# $K (d - \operatorname{Tr} I)/n$: with few samples it exceeds the limit and would "refute" the theorem.
# The U-statistic drops the diagonal and has no such bias; it refuses to answer when too many
# messages came up only once.

# %%
ten, signs = GaussianLocation(dimension=10, noise_std=1.0), Sign()
exact = fisher_information(ten, signs, theta=0.0).value
most = fisher_trace(dimension=10, bits=10, noise_std=1.0).value
sizes = [1000, 2000, 4000, 8000, 16000, 32000, 64000] + ([256000] if full else [])
plug_in = [
    plug_in_fisher_information(ten, signs, theta=0.0, rng=seeds[k], samples=n).value
    for k, n in enumerate(sizes)
]
enough = [n for n in sizes if n >= 16000]
unbiased = [
    fisher_information(ten, signs, theta=0.0, rng=seeds[10 + k], samples=n, method="monte-carlo")
    for k, n in enumerate(enough)
]
fig, ax = plt.subplots()
ax.plot(sizes, plug_in, label="plug-in")
ax.errorbar(
    enough,
    [e.value for e in unbiased],
    [(e.interval()[1] - e.interval()[0]) / 2 for e in unbiased],
    label="U-statistic, 95 % interval",
    ls="",
    capsize=3,
)
ax.plot(sizes, exact + 1024 * (10 - exact) / np.array(sizes), label="predicted plug-in", **line)
ax.axhline(exact, color="0.2", lw=1)
ax.text(sizes[0], exact - 0.1, r"exact, $20/\pi$", color="0.2", fontsize=9, va="top")
ax.axhline(most, color="#b00", lw=1)
ax.text(sizes[-1], most + 0.1, "limit for 10 bits", color="#b00", fontsize=9, ha="right")
ax.set(xscale="log", xlabel="samples $n$", ylabel=r"$\operatorname{Tr} I_M$ (units of $1/s^2$)")
ax.set_ylim(5.8, 9.5)
ax.legend()
reporting.figure(
    fig,
    alt="Estimates of the Fisher trace of ten signs against the number of samples. The plug-in "
    "estimate starts near 9, higher than the limit of 7.5, and falls slowly; the U-statistic "
    "scatters about the exact value 6.37 within its error bars.",
)

# %%
reporting.check(
    "plug_in_exceeds_the_limit",
    found=plug_in[0],
    at_least=most,
    statement="Negative control: the plug-in estimate at 1000 samples is above what is possible.",
)
last = unbiased[-1]
reporting.check(
    "u_statistic",
    claim="fisher_message",
    found=(last.value - exact) / last.stderr,
    at_least=-4.0,
    at_most=4.0,
    digits=3,
    statement="U-statistic minus exact, in standard errors (a correct one fails with probability 6e-5).",
)

# %% [markdown]
# ## Why the encoder must follow
#
# A quantizer tells little about a mean far from its centre. One sign loses half of its information
# at 1.35 noise widths. This is what the query point is for in practice: it re-centres the quantizer.

# %%
offsets = np.linspace(0, 4, 120 if full else 60)
fig, ax = plt.subplots()
for b in (1, 2, 3, 4):
    kept = [fisher_information(one, LloydMax(bits=b), theta=float(a)).value for a in offsets]
    ax.plot(offsets, kept, label=f"{b} bit" + "s" * (b > 1), **line)
ax.set(xlabel="distance of the mean from the centre ($s$)", ylabel="Fisher information ($1/s^2$)")
ax.legend()
reporting.figure(
    fig,
    alt="Fisher information of Lloyd-Max cells of one to four bits against the distance of the mean "
    "from the centre of the quantizer. All fall; more bits hold out further.",
)
for a, value in [(0.5, 0.5810), (1.0, 0.4386), (2.0, 0.1311), (3.0, 0.01457)]:
    reporting.check(
        f"sign_off_centre_{a:g}",
        claim="fisher_message",
        found=fisher_information(one, Sign(), theta=a).value,
        expected=value,
        rtol=5e-4,
        unit="1/s²",
    )

# %% [markdown]
# ## Adaptive transcripts
#
# The Fisher information of a transcript is the sum of what each message adds given the past. Three
# signs at $\theta = 0.3$ with thresholds $0$, $0.8 m_1$ and $0.8 m_1 + 0.5 m_2$, $m_t = \pm 1$:


# %%
def follow(t, past, coins):
    """Threshold of round t from the earlier signs."""
    steps = (0.8, 0.5)
    heard = [2 * int(message.unpack(width=1).item()) - 1 for message in past]
    return Cells(thresholds=(float(np.dot(steps[: len(heard)], heard)),))


chain = transcript_fisher_information(one, follow, theta=0.3, rounds=3)
whole = transcript_law(one, follow, theta=0.3, rounds=3)
reporting.check(
    "chain_rule",
    claim="transcript_chain_rule",
    found=chain.value,
    expected=1.6819153944,
    atol=5e-11,
    unit="1/s²",
    statement="Sum of conditional Fisher information over three adaptive signs.",
)
reporting.check(
    "by_definition",
    claim="transcript_chain_rule",
    found=float(np.sum(whole.slope**2 / whole.probability[:, None])),
    expected=chain.value,
    atol=1e-12,
    unit="1/s²",
    statement="The same from the law of all eight transcripts.",
)

# %% [markdown]
# With the encoder centred at a public recursive estimate, $T$ times the squared error tends to
# $s^2 / I_B$: no scalar quantizer of $B$ bits can do better, and one bit costs $\pi/2$. The early rounds
# cost a little extra, which shrinks like $1/T$.

# %%
horizons = [10, 30, 100, 300, 1000] + ([3000] if full else [])
runs = 40000 if full else 8000
fig, ax = plt.subplots()
final = {}
for b in (1, 2, 3):
    walk = LloydMaxRecursion(b)
    reached = [
        walk.scaled_error(one, 0.0, rounds=T, runs=runs, start=0.7, rng=seeds[20 + 6 * (b - 1) + k])
        for k, T in enumerate(horizons)
    ]
    final[b] = (reached[-1], 1 / walk.fisher)
    ax.errorbar(horizons, [e.value for e in reached], [2 * e.stderr for e in reached],
                label=f"{b} bit" + "s" * (b > 1), capsize=3)  # fmt: skip
    ax.axhline(1 / walk.fisher, color="0.5", lw=0.8, ls=":")
ax.set(xscale="log", xlabel="rounds $T$", ylabel="$T$ × squared error / $s^2$")
ax.legend()
reporting.figure(
    fig,
    alt="Scaled error of the recursive estimate against the number of rounds for one, two and three "
    "bits, with error bars. Each curve falls to its dotted line, the inverse Fisher information.",
)
for b, (found, goal) in final.items():
    reporting.check(
        f"localization_{b}",
        claim="lloyd_max",
        found=found.value,
        expected=goal,
        atol=4 * found.stderr + 5 / horizons[-1],
        digits=4,
        statement=f"Scaled error after {horizons[-1]} rounds, bits = {b}; 4 standard errors and 5/T.",
    )
