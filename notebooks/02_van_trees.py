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
# # van Trees: what no estimator can beat
#
# **Finding.** With 500 one-bit messages on $[-1, 1]$ the van Trees bound is 0.3 % below the exact Bayes
# risk; the price for not knowing $\theta$ beforehand is one number, the prior information $J$.
#
# Whatever a transcript $M$ is made of, a prior $\pi$ on $\mathbb R^d$ that vanishes at the edge of its
# support turns Fisher information into a bound on the mean squared error:
#
# $$\int \mathbb E_\theta \lVert\hat\theta - \theta\rVert^2 \,\pi(\theta)\, d\theta
# \;\ge\; \frac{d^2}{\int \operatorname{Tr} I_M(\theta)\,\pi(\theta)\, d\theta + J(\pi)},
# \qquad J(\pi) = \int \frac{\lVert\nabla\pi\rVert^2}{\pi}.$$
#
# It needs no likelihood ratio to be bounded and no noise to be truncated (Gill and Levit 1995).

# %% tags=["parameters"]
profile: str = "quick"  # "quick" or "full": how many points the curves have

# %%
from math import cos, gamma, pi, sin, sqrt

import matplotlib.pyplot as plt
import numpy as np

from infobound import (
    BallPrior,
    CubePrior,
    GaussianLocation,
    Sign,
    fisher_information,
    prior_information,
    reporting,
)
from infobound.protocols import sign_bayes_risk

reporting.style()
points = 12 if profile == "quick" else 40
line = {"marker": ""}

# %% [markdown]
# ## Signs on an interval
#
# $\theta$ lies in $[-L, L]$ with the prior $\frac1L\cos^2\frac{\pi\theta}{2L}$, and each round sends the
# sign of a fresh $X_t \sim N(\theta, 1)$. The exact Bayes risk of the best estimator is a sum over the
# number of positive signs. The bound needs only the mean of the Fisher information under the prior.


# %%
def mean_sign_information(half_width):
    """Mean of I_M(theta) under the cos^2 prior, by Gauss-Legendre in theta."""
    node, weight = np.polynomial.legendre.leggauss(60)
    one = GaussianLocation(dimension=1, noise_std=1.0)
    at = [fisher_information(one, Sign(), theta=half_width * x).value for x in node]
    return float(np.sum(weight * np.cos(pi * node / 2) ** 2 * at))


def van_trees(rounds, half_width):
    """Least Bayes risk that van Trees allows after `rounds` signs."""
    known = CubePrior(half_width).information(1)
    return 1 / (rounds * mean_sign_information(half_width) + known)


rounds = np.unique(np.geomspace(1, 1000, points).astype(int))
fig, ax = plt.subplots()
for half_width in (0.5, 1.0, 2.0):
    information = mean_sign_information(half_width)
    known = CubePrior(half_width).information(1)
    exact = [sign_bayes_risk(int(t), half_width=half_width, noise_std=1.0) for t in rounds]
    (drawn,) = ax.plot(rounds, exact, ls="", label=f"exact, L = {half_width:g}")
    dense = np.geomspace(1, 1000, 200)
    bound = 1 / (dense * information + known)
    ax.plot(
        dense,
        bound,
        color=drawn.get_color(),
        ls="-",
        marker="",
        label=f"bound, L = {half_width:g}",
    )
ax.set(xscale="log", yscale="log", xlabel="rounds $T$, one bit each")
ax.set(ylabel="Bayes risk (units of $s^2$)")
ax.legend(ncols=3, loc="lower left")
reporting.figure(
    fig,
    alt="Exact Bayes risk of sign messages as points and the van Trees bound as curves, against the "
    "number of rounds, for three widths of the interval. The points lie on or just above their "
    "curves everywhere and join them as the rounds grow.",
)

# %%
printed = [(1, 0.120861, 0.095443), (50, 0.025796, 0.024838), (500, 0.003196, 0.003187)]
for t, risk, bound in printed:
    exact = sign_bayes_risk(t, half_width=1.0, noise_std=1.0)
    reporting.check(
        f"risk_{t}",
        claim="van_trees",
        found=exact,
        expected=risk,
        atol=5e-7,
        statement=f"Exact Bayes risk, $T = {t}$, $L = 1$.",
    )
    reporting.check(
        f"bound_{t}",
        claim="van_trees",
        found=van_trees(t, 1.0),
        expected=bound,
        atol=5e-7,
        statement=f"van Trees, $T = {t}$, $L = 1$.",
    )
    reporting.check(
        f"order_{t}",
        claim="van_trees",
        found=exact / van_trees(t, 1.0),
        at_least=1.0,
        statement="Exact risk over the bound.",
    )

# %% [markdown]
# ## The best prior
#
# The bound is for any prior, so choose the one with the least $J$. With $\pi = u^2$,
# $J = 4\int \lVert\nabla u\rVert^2$ is four times a Dirichlet energy: the least is $4\lambda_1$, and the
# minimiser is the squared first eigenfunction of the Laplacian. On $[-1, 1]$ that is $\cos^2$.


# %%
def power_of_cosine(k):
    """cos^k(pi x/2) on [-1, 1], normalised, and its derivative."""
    mass = 2 / sqrt(pi) * gamma((k + 1) / 2) / gamma(k / 2 + 1)
    return (
        lambda x: cos(pi * x / 2) ** k / mass,
        lambda x: -k * pi / 2 * sin(pi * x / 2) * cos(pi * x / 2) ** (k - 1) / mass,
    )


quartic = (lambda x: 15 / 16 * (1 - x**2) ** 2, lambda x: -15 / 4 * x * (1 - x**2))
rows = [
    (r"$\cos^2$", prior_information(*power_of_cosine(2), (-1, 1)).value, pi**2),
    (r"$\frac{15}{16}(1-x^2)^2$", prior_information(*quartic, (-1, 1)).value, 10.0),
    (r"$\frac43\cos^4$", prior_information(*power_of_cosine(4), (-1, 1)).value, 4 * pi**2 / 3),
]
reporting.table(
    rows,
    columns=["prior on [-1, 1]", "J by quadrature", "J in closed form"],
    caption="Prior information of three densities.",
    digits=9,
)
for name, found, exact in rows:
    reporting.check(
        f"J of {name}", claim="prior_information", found=found, expected=exact, rtol=1e-8
    )

# %% [markdown]
# In a ball of radius $r$ the eigenfunction is a Bessel function and $J = 4 j_{d/2-1,1}^2/r^2$. As $d$
# grows $J/d^2$ tends to $1/r^2$, which is what a Gaussian of the same size would have: the bound
# becomes the linear minimax risk of Pinsker. Inscribing a cube in the ball is worse by $\pi^2$.

# %%
dimensions = np.unique(np.geomspace(1, 10**6, 3 * points).astype(int))
ball = [BallPrior(1.0).information(int(d)) / d for d in dimensions]
cube = [CubePrior(1 / sqrt(d)).information(int(d)) / d for d in dimensions]
fig, ax = plt.subplots()
ax.plot(dimensions, ball, label="ball: squared first eigenfunction", **line)
ax.plot(dimensions, cube, label=r"cube inscribed in the ball: product of $\cos^2$", **line)
ax.axhline(1, color="0.4", lw=1, ls=":")
ax.text(1.2, 1.06, "Gaussian of the same size", color="0.3", fontsize=9)
ax.set(xscale="log", yscale="log", xlabel="dimension $d$", ylabel="$J/d^2$ (units of $1/r^2$)")
ax.legend()
reporting.figure(
    fig,
    alt="Prior information over d squared against the dimension. For the ball it falls from pi "
    "squared at d = 1 to 1; for the cube inscribed in the ball it stays at pi squared.",
)

# %%
for d, value, digits in [(1, pi**2, 12), (3, 4 * pi**2 / 9, 12), (16, 1.9204, 4), (256, 1.1378, 4)]:
    reporting.check(
        f"ball_{d}",
        claim="prior_information",
        found=BallPrior(1.0).information(d) / d,
        expected=value,
        atol=0.5 * 10.0**-digits,
        statement=f"$4 j^2/d^2$ at $d = {d}$.",
    )
reporting.check(
    "ball_limit",
    found=BallPrior(1.0).information(10**12) / 10**12,
    expected=1.0,
    atol=1e-6,
    statement=r"$J r^2/d^2 \to 1$.",
)
