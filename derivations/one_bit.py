"""One bit about a Gaussian vector carries at most 2/(pi s^2) of information, in every dimension.

Setting as in `fisher_trace`, M in {0, 1} drawn from any channel w(x) = P(M = 1 | X = x). Put
Z = (X - theta)/s ~ N(0, I_d), p = P(M = 1) in (0, 1) and v = E[Z w(Z)]. Then

    s^2 Tr I_M = ||v||^2/(p (1 - p)) <= phi(a)^2/(Phi(a) Phi(-a)) <= 2/pi,    Phi(-a) = p,

the first inequality because a half-space is the best cell of its probability, the second because a
square lies inside its circumscribed circle. The sign of X_1 - theta_1 attains both.
"""

from sympy import Rational, erf, exp, oo, pi, sqrt, symbols

from infobound.bounds.bit_oracle import BitOracle, scalar_optimum
from infobound.checking import Claim, Step, Zero
from infobound.numerics.normal import cell_probability, cell_score

a, x, y, z, cosine, sine = symbols("a x y z c k", real=True)
d = symbols("d", integer=True, positive=True)
p, r, s, error, tau = symbols("p r s e tau", positive=True)
t, w = symbols("t w", positive=True)
v1, v2 = symbols("v1 v2", real=True)

BEST = 2 / pi


def phi(point):
    return exp(-(point**2) / 2) / sqrt(2 * pi)


def Phi(point):
    return (1 + erf(point / sqrt(2))) / 2


CLAIM = Claim(
    "one_bit",
    source="Barnes, Han and Ozgur 2018, Allerton (Gaussian, one bit); proof here",
    latex=r"\mathrm{Tr}\,I_M(\theta)\le\frac{2}{\pi s^2}\quad\text{for } M\in\{0,1\}",
    statement="One bit about X ~ N(theta, s^2 I_d) carries at most 2/(pi s^2) for every d; the sign "
    "of one centred coordinate attains it.",
    hypotheses=("X ~ N(theta, s^2 I_d)", "M is one bit, a random function of X alone"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "fisher_message",
        "Tr I_M = sum over m of ||E[Z; M = m]||^2/(s^2 P(M = m))",
        claim="fisher_message",
    ),
    Step.identity(
        "two_cells",
        (v1**2 + v2**2) / p + ((-v1) ** 2 + (-v2) ** 2) / (1 - p),
        (v1**2 + v2**2) / (p * (1 - p)),
        because="E[Z (1 - w)] = E Z - v = -v, so both messages have the same numerator (d = 2 shown; "
        "the squares of v add in every dimension).",
    ),
    Step.identity(
        "rotation",
        (cosine * v1 + sine * v2) ** 2 + (cosine * v2 - sine * v1) ** 2,
        (cosine**2 + sine**2) * (v1**2 + v2**2),
        because="Z is isotropic: turn it so that v = (||v||, 0, ..., 0). Then ||v|| = E[Z_1 w_1(Z_1)] "
        "with w_1(z) = E[w(Z) | Z_1 = z] in [0, 1] and E w_1 = p: from here on d = 1.",
    ),
    Step.polynomial(
        "bathtub_above",
        t * (1 - w),
        over={t: (0, 1), w: (0, 1)},
        sos=[(t * (1 - w), 1)],
        because="Choose a with P(Z_1 > a) = p. Where z > a, (z - a)(1 - w_1) >= 0; t = z - a, and the "
        "sign does not depend on its size.",
    ),
    Step.polynomial(
        "bathtub_below",
        t * w,
        over={t: (0, 1), w: (0, 1)},
        sos=[(t * w, 1)],
        because="Where z <= a, (z - a)(0 - w_1) = (a - z) w_1 >= 0. Taking means of both, "
        "E[(Z_1 - a)(1{Z_1 > a} - w_1)] >= 0; the terms in a cancel since both have probability p: "
        "||v|| <= E[Z_1; Z_1 > a].",
    ),
    Step.integral(
        "half_space",
        z * phi(z),
        (z, a, oo),
        phi(a),
        antiderivative=-phi(z),
        because="E[Z_1; Z_1 > a] = phi(a), so s^2 Tr I_M <= phi(a)^2/(p (1 - p)), p = Phi(-a).",
    ),
    Step.integral(
        "square_mass",
        phi(z),
        (z, -a, a),
        erf(a / sqrt(2)),
        antiderivative=erf(z / sqrt(2)) / 2,
        because="The square [-a, a]^2 has Gaussian mass erf(a/sqrt 2)^2, by independence.",
    ),
    Step.integral(
        "disc_mass",
        r * exp(-(r**2) / 2),
        (r, 0, sqrt(2) * a),
        1 - exp(-(a**2)),
        antiderivative=-exp(-(r**2) / 2),
        because="The disc of radius sqrt(2) a has mass 1 - exp(-a^2), in polar coordinates.",
    ),
    Step.polynomial(
        "square_in_disc",
        2 - x**2 - y**2,
        over={x: (-1, 1), y: (-1, 1)},
        sos=[((1 - x) * (x + 1), 1), ((1 - y) * (y + 1), 1)],
        because="|x|, |y| <= 1 gives x^2 + y^2 <= 2 (in units of a): erf(a/sqrt 2)^2 <= 1 - exp(-a^2) "
        "for every a.",
    ),
    Step.identity(
        "circle_is_enough",
        BEST * Phi(a) * Phi(-a) - phi(a) ** 2,
        (1 - exp(-(a**2)) - erf(a / sqrt(2)) ** 2) / (2 * pi),
        because="The mass of the disc outside the square, over 2 pi, is what is left of the claim: "
        "phi(a)^2 <= (2/pi) Phi(a) Phi(-a) for every real a.",
    ),
    Step.inequality(
        "theorem",
        BEST * Phi(a) * Phi(-a) - phi(a) ** 2,
        over={a: (0, 6)},
        zero=Zero(at={a: 0}, order=2, leading=1 / (2 * pi) - 1 / pi**2),
        because="A second proof on [0, 6] (the left side is even in a), with the tangency: 2/pi is "
        "reached at a = 0, only there, and cannot be lowered.",
    ),
    Step.identity(
        "sign_attains",
        phi(0) ** 2 / Rational(1, 2) + (-phi(0)) ** 2 / Rational(1, 2),
        BEST,
        because="M = sign(X_1 - theta_1): two cells of probability 1/2 and means +-2 phi(0).",
    ),
    Step.code(
        "cell_code",
        phi(a) ** 2 / (Phi(a) * Phi(-a)),
        lambda a: float(
            cell_score(a, float("inf")) ** 2
            * (1 / cell_probability(a, float("inf")) + 1 / cell_probability(float("-inf"), a))
        ),
        at={a: (-3, 3)},
        because="s^2 times the information of one threshold, a standard deviations off centre.",
    ),
    Step.code(
        "implementation",
        s**2 * (d**2 / error) / BEST,
        lambda d, e, s: scalar_optimum(BitOracle(dimension=d, bits=1, noise_std=s), error=e).value,
        at={d: (1, 40), error: (Rational(1, 64), 8), s: (Rational(1, 8), 8)},
        because="van Trees with T rounds of 2/(pi s^2) each and no prior: eps^2 >= d^2 pi s^2/(2 T).",
    ),
]
