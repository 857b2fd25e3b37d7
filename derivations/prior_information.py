"""Prior information J and entropy of the three priors: cos^2 on an interval, Gaussian, ball.

Setting. J(pi) = integral ||grad pi||^2 / pi is what van Trees adds to the Fisher information. With
pi = u^2 it is 4 integral ||grad u||^2, so on a bounded region the least J is four times the first
Dirichlet eigenvalue, attained by the squared eigenfunction:

    interval [-L, L]     (1/L) cos^2(pi x / 2L)     J = pi^2 / L^2   (cube: d times that)
    ball of radius r     first eigenfunction^2      J = 4 j^2 / r^2, j = j_{d/2-1,1} first zero
    R^d                  N(0, tau^2 I)              J = d / tau^2

Entropy of cos^2: h = ln(4L/e), entropy power exp(2h)/(2 pi e) = 8 L^2 / (pi e^3).

Identities in values and derivatives at one point are checked on second-order jets
u0 + u1 y + u2 y^2/2: such an identity holds for every function once it holds for these.
"""

import math

from sympy import (
    E,
    Integer,
    Rational,
    cos,
    diff,
    erf,
    exp,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
    tan,
)

from infobound.bounds.priors import BallPrior, CubePrior, GaussianPrior
from infobound.checking import Claim, Step
from infobound.information.priors import prior_information

x, y, z = symbols("x y z", real=True)
L, tau, r, k, n = symbols("L tau r k n", positive=True)
nu = symbols("nu", nonnegative=True)
c = symbols("c", positive=True)  # an angle in (0, pi/2)
euler = symbols("Euler", real=True)  # integral of ln cos over (0, pi/2)

cos2 = cos(pi * x / (2 * L)) ** 2 / L
normal = exp(-(x**2) / 2) / sqrt(2 * pi)
half_turn = {c: (0, Rational(3, 2))}

# Jets. In one variable: any u. In two: u > 0 (the eigenfunction) and any v.
u0, u1, u2 = symbols("u:3", real=True)
v0, vx, vy, vxx, vxy, vyy = symbols("v0 v_x v_y v_xx v_xy v_yy", real=True)
w0 = symbols("w0", positive=True)
wx, wy, wxx, wxy, wyy = symbols("w_x w_y w_xx w_xy w_yy", real=True)
u = u0 + u1 * y + u2 * y**2 / 2
v = v0 + vx * y + vy * z + vxx * y**2 / 2 + vxy * y * z + vyy * z**2 / 2
w = w0 + wx * y + wy * z + wxx * y**2 / 2 + wxy * y * z + wyy * z**2 / 2
here = {y: 0, z: 0}


def square_gradient(f: object) -> object:
    """||grad f||^2 in the plane."""
    return diff(f, y) ** 2 + diff(f, z) ** 2


def divergence(f: object, g: object) -> object:
    """Of the field (f, g)."""
    return diff(f, y) + diff(g, z)


def radial(f: object, dimension: object) -> object:
    """Laplacian of a function of the radius r."""
    return diff(f, r, 2) + (dimension - 1) / r * diff(f, r)


def coefficient(n: object) -> object:
    """Of (-1)^n r^2n in the power series of r^-nu J_nu(r), up to the factor 2^-nu."""
    return 1 / (4**n * gamma(n + 1) * gamma(n + nu + 1))


sine = sin(pi * r) / r
box = cos(k * y) * cos(n * z)

entropy = log(4 * L) - 1  # of cos^2, nats


def cos2_by_quadrature(L: float) -> float:
    """J of the cos^2 prior from its density and slope alone."""
    rate = math.pi / (2 * L)
    found = prior_information(
        lambda x: math.cos(rate * x) ** 2 / L,
        lambda x: -rate * math.sin(2 * rate * x) / L,
        (-L, L),
    )
    return found.value


CLAIM = Claim(
    "prior_information",
    source="Gill and Levit 1995, Bernoulli 1, 59-79 (least prior information); entropies computed",
    latex=r"\min_{[-L,L]}J=\frac{\pi^2}{L^2},\qquad\min_{\|\theta\|\le r}J=\frac{4j_{d/2-1,1}^2}"
    r"{r^2},\qquad J\bigl(\mathcal N(0,\tau^2I)\bigr)=\frac d{\tau^2}",
    statement="The squared first Dirichlet eigenfunction has the least prior information.",
    hypotheses=("pi = u^2 with u in H^1, zero on the boundary",),
    assumes=(),
)

STEPS = [
    Step.identity(
        "information_of_a_square",
        diff(u**2, y) ** 2 / u**2,
        4 * (u1 + u2 * y) ** 2,
        because="pi = u^2: (pi')^2/pi = 4 u'^2.",
    ),
    Step.integral(
        "cos2_is_a_density",
        cos2,
        (x, -L, L),
        Integer(1),
        antiderivative=x / (2 * L) + sin(pi * x / L) / (2 * pi),
        because="(1/L) cos^2(pi x / 2L) integrates to 1 over [-L, L].",
    ),
    Step.identity(
        "cos2_pointwise",
        diff(cos2, x) ** 2 / cos2,
        pi**2 / L**3 * (1 - cos(pi * x / L)) / 2,
        because="The integrand of J; it stays bounded at the ends, where the density vanishes.",
    ),
    Step.integral(
        "cos2_information",
        pi**2 / L**3 * (1 - cos(pi * x / L)) / 2,
        (x, -L, L),
        pi**2 / L**2,
        antiderivative=pi**2 / L**2 * (x / (2 * L) - sin(pi * x / L) / (2 * pi)),
        because="J = pi^2/L^2.",
    ),
    Step.identity(
        "least_on_the_interval",
        (diff(u, y) ** 2 - k**2 * u**2).subs(here),
        ((diff(u, y) + k * tan(k * (x + y)) * u) ** 2 - diff(k * tan(k * (x + y)) * u**2, y)).subs(
            here
        ),
        because="k = pi/2L. The last term integrates to 0 when u(-L) = u(L) = 0, since u^2 is then "
        "o(distance to the end). So integral u'^2 >= k^2 integral u^2, and J >= 4 k^2 = pi^2/L^2.",
    ),
    Step.identity(
        "least_on_any_region",
        (square_gradient(v) - divergence(v**2 * diff(w, y) / w, v**2 * diff(w, z) / w)).subs(here),
        (
            (diff(v, y) - v / w * diff(w, y)) ** 2
            + (diff(v, z) - v / w * diff(w, z)) ** 2
            - v**2 / w * divergence(diff(w, y), diff(w, z))
        ).subs(here),
        because="Picone: let -Laplace w = lambda w with w > 0 inside. For v of compact support "
        "(dense in H^1 with zero boundary) the divergence integrates to 0: integral ||grad v||^2 "
        ">= lambda integral v^2: w^2 has the least J, 4 lambda. In the plane; every further "
        "coordinate adds the same terms.",
    ),
    Step.identity(
        "cube",
        divergence(diff(box, y), diff(box, z)),
        -(k**2 + n**2) * box,
        because="On a box the product is the eigenfunction and eigenvalues add; on the cube all "
        "are (pi/2L)^2, so J = d pi^2/L^2.",
    ),
    Step.integral(
        "gaussian_information",
        (x / tau) ** 2 * normal,
        (x, -oo, oo),
        1 / tau**2,
        antiderivative=(erf(x / sqrt(2)) / 2 - x * normal) / tau**2,
        because="pi'/pi = -theta/tau^2 = -x/tau in units x = theta/tau: J = 1/tau^2 for each "
        "coordinate, d/tau^2 together.",
    ),
    Step.identity(
        "radial_laplacian",
        radial(r ** (2 * n), 2 * nu + 2),
        2 * n * (2 * n + 2 * nu) * r ** (2 * n - 2),
        because="In dimension d = 2 nu + 2 >= 2, on one term of a power series in r^2.",
    ),
    Step.identity(
        "ball_by_power_series",
        2 * n * (2 * n + 2 * nu) * coefficient(n),
        coefficient(n - 1),
        because="Term by term, with alternating signs: w = r^-nu J_nu(r) has -Laplace w = w. It is "
        "positive before the first zero j of J_nu: w(j r) is the first eigenfunction of the unit "
        "ball, eigenvalue j^2, and J = 4 j^2 / r^2 at radius r.",
    ),
    Step.identity(
        "ball_in_three_dimensions",
        radial(sine, 3),
        -(pi**2) * sine,
        because="d = 3 in closed form: sin(pi r)/r, positive inside, 0 at r = 1, so j = pi.",
    ),
    Step.identity(
        "entropy_half_angle",
        cos(c) ** 2 * log(cos(c)),
        log(cos(c)) / 2 + cos(2 * c) * log(cos(c)) / 2,
        when=half_turn,
        because="Splits the entropy integral of cos^2.",
    ),
    Step.identity(
        "entropy_by_parts",
        diff(sin(2 * c) * log(cos(c)) / 2, c),
        cos(2 * c) * log(cos(c)) - sin(c) ** 2,
        when=half_turn,
        because="sin(2c) ln cos c is 0 at both ends of (0, pi/2).",
    ),
    Step.integral(
        "entropy_second_half",
        sin(x) ** 2,
        (x, 0, pi / 2),
        pi / 4,
        antiderivative=x / 2 - sin(2 * x) / 4,
        because="So the integral of cos(2c) ln cos c over (0, pi/2) is pi/4.",
    ),
    Step.identity(
        "euler_doubling",
        sin(2 * c),
        2 * sin(c) * cos(c),
        because="E = integral of ln cos = integral of ln sin over (0, pi/2), which is also that of "
        "ln sin 2c. Take logarithms and integrate: E = (pi/2) ln 2 + 2 E (Euler).",
    ),
    Step.identity(
        "entropy",
        (log(L) - 8 / pi * (euler / 2 + pi / 8)).subs(euler, -pi / 2 * log(2)),
        entropy,
        because="h = ln L - (8/pi) integral of cos^2 ln cos over (0, pi/2), by x = 2 L c / pi.",
    ),
    Step.identity(
        "entropy_power",
        [2 * entropy - log(2 * pi * E), 2 * log(2 * L) - log(2 * pi * E)],
        [log(8 * L**2 / (pi * E**3)), log(2 * L**2 / (pi * E))],
        because="Entropy power N = exp(2h)/(2 pi e), in logarithms: of cos^2, and of the uniform "
        "law, which has h = ln 2L, the largest on the interval.",
    ),
    Step.code(
        "code_cube",
        pi**2 / L**2,
        lambda L: CubePrior(L).information(7),
        because="J/d of the cube.",
    ),
    Step.code(
        "code_quadrature",
        pi**2 / L**2,
        cos2_by_quadrature,
        at=[{L: 1}, {L: Rational(5, 2)}],
        rtol=Rational(1, 10**9),
        because="J by the quadrature that serves every other prior.",
    ),
    Step.code(
        "code_cube_power",
        exp(2 * entropy) / (2 * pi * E),
        lambda L: CubePrior(L).entropy_power(7),
        because="Entropy power of the cos^2 prior.",
    ),
    Step.code(
        "code_uniform_power",
        2 * L**2 / (pi * E),
        lambda L: CubePrior(L).largest_entropy_power(7),
        because="Entropy power of the uniform prior.",
    ),
    Step.code(
        "code_gaussian",
        1 / tau**2,
        lambda tau: GaussianPrior(tau).information(7),
        because="J/d of the Gaussian.",
    ),
    Step.code(
        "code_ball_1",
        pi**2 / r**2,
        lambda r: BallPrior(r).information(1),
        because="In one dimension the ball is the interval; j = pi/2 is the first zero of cos.",
    ),
    Step.code(
        "code_ball_3",
        4 * pi**2 / (3 * r**2),
        lambda r: BallPrior(r).information(3),
        because="J/d in three dimensions, j = pi.",
    ),
    Step.code(
        "code_ball_power",
        8 * r**2 / (pi * E**3),
        lambda r: BallPrior(r).entropy_power(1),
        at=[{r: 1}, {r: Rational(11, 4)}],
        because="The quadrature for the entropy on the ball, against the interval.",
    ),
]
