"""EDEN and DRIVE after a uniformly random rotation: unbiased, with error D/(1 - D) |y|^2 as d grows.

Setting. R is uniform on the orthogonal group of R^d, z = R y, c = the level of the Lloyd-Max cell
of each coordinate of z in units of |y|/sqrt(d), Q = S R^T c. Then

    unbiased scale S = |y|^2/<c, z>:   E Q = y and |Q - y|^2 = (1/cos^2 - 1)|y|^2,
    biased scale   S = <c, z>/|c|^2:   |Q - y|^2 = (1 - cos^2)|y|^2,      cos = <c, z>/(|c||z|),

so the error relative to |y|^2 has the same law for every y. As d grows cos^2 -> 1 - D, with D the
mean squared error of the Lloyd-Max quantizer of N(0, 1): errors D/(1 - D) and D. For one bit and
finite d they are exact: drive_nmse. A Hadamard transform with random signs is not such a rotation:
the last step gives vectors of every dimension at which it is biased.
"""

from sympy import Matrix, Rational, cos, erf, erfc, exp, eye, log, oo, pi, sin, sqrt, symbols, tan

from infobound.bounds.mean_estimation import drive_nmse, eden_nmse, sampled_nmse
from infobound.checking import Claim, Step, Zero

t, r, k, d, D, S, w, kept = symbols("t r k d D S w kept", positive=True)
a, b = symbols("a b", positive=True)
p1, p2, m1, m2 = symbols("p1 p2 m1 m2", positive=True)
theta, psi, x = symbols("theta psi x", real=True)
y = Matrix(symbols("y1 y2 y3", real=True))
q = Matrix(symbols("q1 q2 q3", real=True))
z = Matrix(symbols("z1 z2 z3", real=True))
c = Matrix(symbols("c1 c2 c3", real=True))

along, size, power = (c.T * z)[0], (z.T * z)[0], (c.T * c)[0]
mirror = 2 * y * y.T / (y.T * y)[0] - eye(3)
normal = sqrt(2 / pi) * exp(-(x**2) / 2)  # of |g|, on x >= 0
erfcx = exp(t**2 / 2) * erfc(t / sqrt(2))
third = sqrt(3) * (2 * sqrt(2) * log(1 + sqrt(2)) + pi) / 12

CLAIM = Claim(
    "eden",
    source="Vargaftik et al. 2021, arXiv:2105.08339 and 2022, arXiv:2108.08842",
    latex=r"\mathbb E\,Q(y)=y,\qquad \mathbb E\|Q(y)-y\|^2/\|y\|^2\to D_b/(1-D_b)",
    statement="With a uniformly random rotation and the scale |y|^2/<c, Ry>, EDEN is unbiased, its "
    "error tends to D/(1 - D) |y|^2, and at one bit it is d(d-2) int t erfcx(t/sqrt 2)^d dt - 1.",
    hypotheses=("R uniform on the orthogonal group", "the scale is sent exactly"),
    assumes=("large_numbers",),
)

STEPS = [
    Step.identity(
        "projection_is_kept",
        (size / along) * along,
        size,
        because="Unbiased scale: <Q, y> = S <R^T c, y> = S <c, z> = |z|^2 = |y|^2, for every draw.",
    ),
    Step.identity(
        "scale_algebra",
        [
            ((c * size / along - z).T * (c * size / along - z))[0],
            ((c * along / power - z).T * (c * along / power - z))[0],
        ],
        [size * (power * size / along**2 - 1), size * (1 - along**2 / (power * size))],
        because="|Q - y| = |S c - z| (d = 3 here): 1/cos^2 - 1 and 1 - cos^2.",
    ),
    Step.identity(
        "best_scale",
        ((S * c - z).T * (S * c - z))[0],
        size * (1 - along**2 / (power * size)) + power * (S - along / power) ** 2,
        because="No scale has a smaller error than the biased one.",
    ),
    Step.identity(
        "mirror_keeps_y",
        [*(mirror * y), *(mirror.T * mirror)],
        [*y, *eye(3)],
        because="M = 2 y y^T/|y|^2 - 1 is orthogonal and keeps y, so R M has the law of R, and gives the "
        "same z, c and S: its output is M^T R^T c S = M Q.",
    ),
    Step.identity(
        "unbiased",
        q + mirror * q,
        2 * y * (q.T * y)[0] / (y.T * y)[0],
        because="2 E Q = E(Q + M Q) = 2 y E<Q, y>/|y|^2 = 2 y by projection_is_kept.",
    ),
    Step.identity(
        "centroids",
        [
            1 - 2 * (p1 * m1**2 + p2 * m2**2) + (p1 * m1**2 + p2 * m2**2),
            (p1 * m1**2 + p2 * m2**2) ** 2 / (p1 * m1**2 + p2 * m2**2),
        ],
        [1 - (p1 * m1**2 + p2 * m2**2), p1 * m1**2 + p2 * m2**2],
        because="Levels are the means m_k of their cells, of probability p_k, so for X ~ N(0, 1) "
        "E c X = E c^2 = sum p m^2, D = E X^2 - 2 E c X + E c^2 = 1 - E c^2, and (E c X)^2/(E c^2 E X^2) "
        "= 1 - D (two cells here; sums over k for any number).",
    ),
    Step.assumed(
        "large_numbers",
        "cos^2 -> 1 - D, and the mean of 1/cos^2 -> 1/(1 - D), as d grows",
        cites="strong law of large numbers; Pratt 1960 (dominated convergence with converging "
        "majorants)",
        because="z in units of |y|/sqrt d is sqrt(d) g/|g|, g standard normal, so averages over the "
        "coordinates converge. As all |c_i| lie in [c_min, c_max], 1/cos^2 is at most (c_max/c_min)^2 "
        "d |z|^2/|z|_1^2, the same quantity at one bit, whose mean converges by one_bit_limit below.",
    ),
    Step.identity(
        "eden_limit",
        [1 / (1 - D) - 1, 1 - (1 - D)],
        [D / (1 - D), D],
        because="scale_algebra with cos^2 = 1 - D.",
        when={D: (0, 1)},
    ),
    Step.integral(
        "one_bit_levels",
        x * normal,
        (x, 0, oo),
        sqrt(2 / pi),
        antiderivative=-normal,
        because="One bit: both cells have the mean of |X|, sqrt(2/pi), so D = 1 - 2/pi. With c = "
        "sqrt(2/pi) sign: cos^2 = |u|_1^2/d, u = z/|z| uniform on the sphere.",
    ),
    Step.identity(
        "one_bit_biased",
        1 - (d * (1 / d) + d * (d - 1) * (2 / pi) / d) / d,
        (1 - 2 / pi) * (1 - 1 / d),
        because="E u_i^2 = 1/d, E|u_i u_j| = (E|X|)^2/d, because |g| is independent of u and E|g|^2 = d.",
    ),
    Step.integral(
        "inverse_square",
        t * exp(-t * r),
        (t, 0, oo),
        1 / r**2,
        antiderivative=-exp(-t * r) * (t / r + 1 / r**2),
        because="At r = |g|_1: E|g|_1^-2 = int t E exp(-t|g|_1) dt, a power of one coordinate's.",
    ),
    Step.integral(
        "laplace_transform",
        normal * exp(-t * x),
        (x, 0, oo),
        erfcx,
        antiderivative=exp(t**2 / 2) * erf((x + t) / sqrt(2)),
        because="E exp(-t|X|) = erfcx(t/sqrt 2).",
    ),
    Step.integral(
        "inverse_chi_square",
        exp(-r * (k + 2) / 2) * exp(r) / 2,
        (r, 0, oo),
        1 / k,
        antiderivative=-exp(-r * k / 2) / k,
        because="E|g|^-2 = int_0^oo E exp(-s|g|^2/2) ds/2 = int (1 + s)^(-d/2) ds/2 = 1/(d - 2), with "
        "1 + s = e^r and d = k + 2. So E|u|_1^-2 = (d - 2) E|g|_1^-2, and the error is d E|u|_1^-2 - 1 = "
        "d (d - 2) int t erfcx(t/sqrt 2)^d dt - 1 for d > 2.",
    ),
    Step.integral(
        "one_bit_limit",
        t * exp(-t * sqrt(2 / pi)),
        (t, 0, oo),
        pi / 2,
        antiderivative=-exp(-t * sqrt(2 / pi)) * (t * sqrt(pi / 2) + pi / 2),
        because="t -> t/d: (1 - 2/d) int t erfcx(t/(d sqrt 2))^d dt, whose integrand tends to this one and "
        "is below t (1 + sqrt(2/pi) t/d)^-d, which decreases in d, for d >= 4, by erfcx_majorant: the error tends "
        "to pi/2 - 1 = D/(1 - D).",
    ),
    Step.inequality(
        "erfcx_majorant",
        1 - (1 + sqrt(2 / pi) * t) * erfcx,
        over={t: (0, 4)},
        zero=Zero(at={t: 0}, order=2, leading=2 / pi - Rational(1, 2)),
        because="erfcx(t/sqrt 2) <= 1/(1 + sqrt(2/pi) t); beyond t = 4, erfcx(t/sqrt 2) <= sqrt(2/pi)/t by "
        "Mills' ratio, and sqrt(2/pi)(1 + sqrt(2/pi) t) <= t.",
    ),
    Step.integral(
        "two_coordinates",
        2 * 2 / (pi * (cos(theta) + sin(theta)) ** 2),
        (theta, 0, pi / 2),
        4 / pi,
        antiderivative=2 * tan(theta - pi / 4) / pi,
        because="d = 2: 2 E|u|_1^-2 over a uniform angle; the error is 4/pi - 1.",
    ),
    Step.integral(
        "three_coordinates",
        sqrt(1 / (6 * cos(psi) ** 2) + Rational(1, 3)),
        (psi, 0, pi / 3),
        third,
        because="d = 3: seen from 0, an octant of the sphere is the triangle sum p = 1, p >= 0, at distance "
        "1/sqrt 3; with p in it, |u|_1 = 1/|p| and the solid angle is dA/(sqrt 3 |p|^3): E|u|_1^-2 = "
        "(2/(pi sqrt 3)) int dA/|p|, in polar coordinates about the centre six times "
        "int_0^(pi/3) (this - 1/sqrt 3) dpsi.",
    ),
    Step.identity(
        "three_exact",
        3 * (2 / (pi * sqrt(3))) * 6 * (third - (pi / 3) / sqrt(3)) - 1,
        6 * sqrt(2) * log(1 + sqrt(2)) / pi - 2,
        because="The error at d = 3, 0.38055.",
    ),
    Step.identity(
        "hadamard_is_biased",
        [(a**2 + b**2) / a - a, 0 - b],
        [b * (b / a), -b],
        because="y = (a, b, 0, ..., 0), a > b > 0, any power of two D, R = H diag(s): every coordinate of "
        "z is (s1 a h_1j + s2 b h_2j)/sqrt D, with the sign of s1 h_1j. So R^T sign(z) = sqrt D e_1, "
        "|z|_1 = sqrt D a, and one-bit Q = ((a^2 + b^2)/a, 0, ..., 0) for every s: E Q - y = "
        "(b/a)(b, -a), as long as b|y|/a, for ever.",
    ),
    Step.code("drive_two", 4 / pi - 1, lambda: drive_nmse(2), at=[{}]),
    Step.code(
        "drive_three",
        6 * sqrt(2) * log(1 + sqrt(2)) / pi - 2,
        lambda: drive_nmse(3),
        at=[{}],
        because="The general formula at d = 3.",
    ),
    Step.code(
        "drive_biased",
        (1 - 2 / pi) * (1 - 1 / d),
        lambda d: drive_nmse(d, scale="biased"),
        at=[{d: n} for n in (1, 2, 3, 10, 1024)],
    ),
    Step.code("eden_one_bit", pi / 2 - 1, lambda: eden_nmse(1), at=[{}]),
    Step.code(
        "sampled_code",
        (1 + w) / kept - 1,
        lambda w, kept: sampled_nmse(w, kept),
        at={w: (Rational(1, 64), 2), kept: (Rational(1, 64), 1)},
        because="E|Q|^2 = (1 + w) E|y_K|^2/kept^2 and E|y_K|^2 = kept |y|^2.",
    ),
]
