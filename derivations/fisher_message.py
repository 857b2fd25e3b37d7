"""Fisher information of a message about a Gaussian location is a conditional covariance.

Setting. X ~ N(theta, s^2 I_d); a message m is sent with probability q(m | X), which is free of
theta (0 or 1 for a quantizer). With the score S = (X - theta)/s^2,

    I_M(theta) = Cov(E[S | M]) = Cov(E[X | M]) / s^4 = (s^2 I - E Cov(X | M)) / s^4.

So Tr I_M = (d s^2 - mmse(X | M)) / s^4, and for intervals of a Gaussian everything is closed form.
"""

import numpy as np
from sympy import (
    Add,
    Expr,
    Matrix,
    Mul,
    Rational,
    diff,
    erf,
    exp,
    eye,
    log,
    pi,
    sqrt,
    symbols,
    zeros,
)

from infobound.checking import Claim, Step
from infobound.information.cells import cells_fisher, cells_mmse
from infobound.numerics.normal import cell_score, cell_variance

x, theta, t, a, b = symbols("x theta t a b", real=True)
s, gap = symbols("s c", positive=True)


def phi(z: Expr) -> Expr:
    """Standard normal density."""
    return exp(-(z**2) / 2) / sqrt(2 * pi)


def cdf(z: Expr) -> Expr:
    """Standard normal distribution function."""
    return (1 + erf(z / sqrt(2))) / 2


def standard(end: Expr) -> Expr:
    """In standard deviations from theta."""
    return (end - theta) / s


density = phi(standard(x)) / s
below, inside = cdf(standard(a)), cdf(standard(b)) - cdf(standard(a))

# A standard normal in (a, b]: probability, first and second moment, as the steps establish them.
mass, first = cdf(b) - cdf(a), phi(a) - phi(b)
second = mass + a * phi(a) - b * phi(b)


def variance_inside(z: Expr) -> Expr:
    """E Var(Z | M) of a standard normal Z for the two cells of the threshold z."""
    low, high = cdf(z), 1 - cdf(z)
    return low - z * phi(z) - phi(z) ** 2 / low + high + z * phi(z) - phi(z) ** 2 / high


# One message of any channel: joint masses p_i = P(X = x_i, M = m) of three values in the plane.
p = symbols("p0:3", positive=True)
values = [Matrix(symbols(f"x{i}_1:3", real=True)) for i in range(3)]
mean = sum((p_i * z for p_i, z in zip(p, values, strict=True)), zeros(2, 1)) / Add(*p)


def moment(around: Matrix) -> Expr:
    """Sum over the values of p_i (x_i - around)(x_i - around)^T, off the diagonal."""
    return Add(*[p_i * Mul(*(z - around)) for p_i, z in zip(p, values, strict=True)])


# One bit about a plane, s = 1: whether <u, X> <= t, with the unit vector u = (3, 4)/5.
theta_1, theta_2 = symbols("theta_1 theta_2", real=True)
unit = Matrix([3, 4]) / 5
far = t - unit[0] * theta_1 - unit[1] * theta_2
yes = cdf(far)
slope = Matrix([diff(yes, theta_1), diff(yes, theta_2)])
along = variance_inside(far)
across = eye(2) - unit * unit.T
standard_cell = {b: a + gap}


def one_bit(a: float, s: float) -> float:
    """Fisher information of a threshold a standard deviations off, by the package."""
    return float(cells_fisher(np.array([a * s]), np.zeros(1), s)[0])


def two_thresholds(a: float, c: float) -> float:
    """E Var(X | cell) of a standard normal, by the package."""
    return float(cells_mmse(np.array([a, a + c]), np.zeros(1), 1.0)[0])


CLAIM = Claim(
    "fisher_message",
    source="Barnes, Han and Ozgur 2020, arXiv:1902.02890, section 2; Barnes and Ozgur 2021, "
    "arXiv:2102.05802 (the setting); the covariance form is derived here",
    latex=r"I_M(\theta)=\frac{\mathrm{Cov}\,\mathbb E[X|M]}{s^4}"
    r"=\frac{s^2I_d-\mathbb E\,\mathrm{Cov}(X|M)}{s^4}",
    statement="What a message tells about the mean is what it tells about the sample.",
    hypotheses=("X ~ N(theta, s^2 I_d)", "the channel q(m | x) does not depend on theta"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "score",
        diff(log(density), theta),
        (x - theta) / s**2,
        because="One coordinate of the score S = (X - theta)/s^2.",
    ),
    Step.polynomial(
        "domination",
        (x - theta) ** 2 / 2 + theta**2 / 2 - x**2 / 4,
        sos=[(1, x / 2 - theta)],
        because="exp(-(x - theta)^2/2) <= exp(theta^2/2) exp(-x^2/4), so near every theta the "
        "derivative of q(m | x) p(x | theta) is below one integrable function, whatever q is: "
        "d/dtheta passes under the integral, and P(m) has the derivative E[S q(m | X)].",
    ),
    Step.identity(
        "derivative_of_a_cell",
        diff(inside, theta),
        (phi(standard(a)) - phi(standard(b))) / s,
        because="A quantizer: the probability of the cell (a, b], differentiated.",
    ),
    Step.integral(
        "first_moment_of_a_cell",
        x * phi(x),
        (x, a, b),
        first,
        antiderivative=-phi(x),
        because="In standard units, X = theta + s x: E[S; cell] = (phi(a) - phi(b))/s too. So the "
        "score of the message, P'/P, is E[S | M], and I_M = sum_m P(m) E[S | m] E[S | m]^T.",
    ),
    Step.integral(
        "second_moment_of_a_cell",
        x**2 * phi(x),
        (x, a, b),
        second,
        antiderivative=cdf(x) - x * phi(x),
        because="For the variance inside a cell.",
    ),
    Step.identity(
        "total_covariance",
        moment(zeros(2, 1)),
        moment(mean) + Add(*p) * mean[0] * mean[1],
        because="E[Z Z^T; m] = P(m) Cov(Z | m) + P(m) E[Z | m] E[Z | m]^T for every message; here "
        "three values in the plane, entry (1, 2) (equal coordinates give those on the diagonal). "
        "Summed over m, with Z = X - theta: s^2 I = E Cov(X | M) + s^4 I_M, the theorem.",
    ),
    Step.identity(
        "one_threshold",
        diff(below, theta).subs(theta, 0) ** 2 * (1 / cdf(a / s) + 1 / (1 - cdf(a / s))),
        (s**2 - s**2 * variance_inside(a / s)) / s**4,
        when={a: (-2, 2), s: (1, 2)},
        because="The theorem for one threshold: left by differentiation, right by the variances "
        "inside the two cells.",
    ),
    Step.identity(
        "half_space",
        (slope * slope.T * (1 / yes + 1 / (1 - yes)))[0, :],
        (eye(2) - (along * unit * unit.T + across))[0, :],
        when={t: (-1, 1), theta_1: (-1, 1), theta_2: (-1, 1)},
        because="The theorem as matrices (first row) for one bit in the plane: nothing is learnt "
        "across u, where the covariance stays 1.",
    ),
    Step.code(
        "code_one_bit",
        phi(a) ** 2 / (cdf(a) * (1 - cdf(a))) / s**2,
        one_bit,
        at={a: (-5, 5), s: (Rational(1, 16), 4)},
        because="One threshold, a standard deviations from the mean.",
    ),
    Step.code(
        "code_two_thresholds",
        1 - (phi(a) ** 2 / cdf(a) + first**2 / mass + phi(b) ** 2 / (1 - cdf(b))).subs(b, a + gap),
        two_thresholds,
        at={a: (-2, 1), gap: (Rational(1, 2), 2)},
        because="The theorem with three cells: s^2 - s^4 I_M, by differentiation, against what "
        "the package integrates inside the cells.",
    ),
    Step.code(
        "code_cell_score",
        first.subs(standard_cell),
        lambda a, c: float(cell_score(a, a + c)),
        at={a: (-4, 4), gap: (Rational(1, 16), 3)},
        because="phi(a) - phi(b).",
    ),
    Step.code(
        "code_cell_variance",
        (second / mass - (first / mass) ** 2).subs(standard_cell),
        lambda a, c: float(cell_variance(a, a + c)),
        at={a: (-4, 4), gap: (Rational(1, 16), 3)},
        because="Var(X | cell).",
    ),
]
