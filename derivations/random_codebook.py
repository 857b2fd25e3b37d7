"""One index for a whole Gaussian vector: what it keeps exactly, and what random codebooks reach.

Setting. X ~ N(theta, s^2 I_d), at theta = 0; Z = X/s. M is the number of the unit vector c_m, of N, with
the largest <c_m, Z>. By `fisher_message`, s^2 Tr I_M = E|E[Z | M]|^2.

- For the 2d vectors +-e_i: s^2 I_M = (E max_i |Z_i|)^2 / d times the identity matrix, exactly.
- For any codebook: s^2 Tr I_M >= (E max_m <c_m, Z>)^2. For c_m independent and uniform on the sphere
  the mean over codebooks of the right side is at least (E|Z| E max_m u_m)^2, u_m independent
  cosines of density proportional to (1 - u^2)^((d-3)/2), so some codebook keeps this much.
- With N = 2^(R d), R fixed, 1/d of it tends to 1 - 4^-R, the most that R bits per coordinate can keep.
"""

from itertools import permutations, product

from sympy import (
    Integer,
    Matrix,
    Rational,
    atan,
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
)

from infobound.bounds.random_codebook import random_codebook_efficiency
from infobound.checking import Claim, Step
from infobound.numerics.largest_projection import (
    expected_largest_cosine,
    expected_largest_magnitude,
    mean_norm,
)

z, y, r, t, a, v, u = symbols("z y r t a v u", positive=True)
d, k, R, m, p, N = symbols("d k R m p N", positive=True)
B = symbols("B", integer=True, positive=True)
f1, f2, g1, g2 = symbols("f1 f2 g1 g2", real=True)

angle = symbols("angle", real=True)
inside = erf(z / sqrt(2))  # P(|Z| < z)
code, mean = Matrix([cos(angle), sin(angle)]), Matrix([g1, g2])
norm = sqrt(2) * gamma((d + 1) / 2) / gamma(d / 2)


def phi(point):
    """Density of N(0, 1)."""
    return exp(-(point**2) / 2) / sqrt(2 * pi)


def orbits():
    """(sizes, coordinate of the largest, its sign, another coordinate), for d = 1..4."""
    for sizes in ((3,), (3, 1), (1, 2, 5), (2, 3, 7, 1)):
        places = range(len(sizes))
        yield from product((sizes,), places, (1, -1), places)


def mean_on_a_cell(case):
    """E[Z_j | M = (i, sign)] when Z is uniform on all signed arrangements of `sizes`; and max * sign."""
    sizes, i, sign, j = case
    found = [
        signs[j] * some[j]
        for some in permutations(sizes)
        for signs in product((1, -1), repeat=len(sizes))
        if some[i] == max(sizes) and signs[i] == sign
    ]
    return Rational(sum(found), len(found)), sign * max(sizes) if i == j else 0


CLAIM = Claim(
    "random_codebook",
    source="Shannon's random coding; Sakrison 1968 (the limit); as Fisher information here",
    latex=r"\max_{c}\,s^2\,\mathrm{Tr}\,I_M\ge\bigl(\mathbb E|Z|\;\mathbb E\max_m u_m\bigr)^2"
    r"\sim d\,(1-4^{-R})",
    statement="Some codebook of N unit vectors keeps (E|Z| E max cosine)^2 of s^2 Tr I at least, which at "
    "R bits per coordinate tends to the limit d (1 - 4^-R); the 2d signed axes keep (E max |Z_i|)^2.",
    hypotheses=("X ~ N(theta, s^2 I_d)", "information at theta = 0, where the code is centred"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "fisher_message",
        "s^2 I_M = Cov(E[Z | M]), for every message M made from Z",
        claim="fisher_message",
    ),
    # The signed axes.
    Step.enumerate(
        "signed_axes",
        orbits,
        mean_on_a_cell,
        size=2 * (1 + 4 + 9 + 16),
        because="Given the sizes |Z_i| in order, Z is uniform on their signed arrangements, and in each cell "
        "of M the mean is max |Z_i| times the signed axis (d up to 4; in general the other signs "
        "cancel in pairs). Every M is as likely as any other, also given the sizes, so "
        "E[Z | M] = E max |Z_i| times the signed axis.",
    ),
    Step.identity(
        "alike_in_all_directions",
        (
            2 * m**2 * Matrix([1, 0]) * Matrix([1, 0]).T
            + 2 * m**2 * Matrix([0, 1]) * Matrix([0, 1]).T
        )
        / 4,
        m**2 / 2 * Matrix([[1, 0], [0, 1]]),
        because="Cov(E[Z | M]) = sum of E[Z | M] E[Z | M]^T/(2d), m = E max |Z_i| (d = 2 here).",
    ),
    Step.identity(
        "by_parts",
        diff(z * (1 - inside**d), z),
        1 - inside**d - z * d * inside ** (d - 1) * 2 * phi(z),
        because="E max = integral of z times its density, d erf^(d-1) 2 phi: it is the integral of "
        "P(max > z), as z (1 - erf^d) is 0 at both ends.",
    ),
    Step.identity(
        "by_parts_again",
        diff(-2 * phi(z) * d * inside ** (d - 1), z),
        z * d * inside ** (d - 1) * 2 * phi(z)
        - d * (d - 1) * inside ** (d - 2) * (2 * phi(z)) ** 2,
        because="So E max = d (d-1) times the integral of (2 phi)^2 erf^(d-2) for d >= 2 ...",
    ),
    Step.integral(
        "one_axis",
        z * 2 * phi(z),
        (z, 0, oo),
        sqrt(2 / pi),
        antiderivative=-2 * phi(z),
        because="... and sqrt(2/pi) for d = 1, one sign bit.",
    ),
    Step.integral(
        "two_axes",
        2 * (2 * phi(z)) ** 2,
        (z, 0, oo),
        2 / sqrt(pi),
        antiderivative=2 * erf(z) / sqrt(pi),
        because="d = 2: 4/pi is kept, twice one bit's 2/pi, since max(|a|, |b|) = (|a + b| + |a - b|)/2: "
        "two sign bits, turned by 45 degrees.",
    ),
    Step.integral(
        "three_axes_slope",
        6 * (2 / pi) * exp(-(z**2)) * 2 / sqrt(pi) * z * exp(-((a * z) ** 2)),
        (z, 0, oo),
        12 / pi ** Rational(3, 2) / (1 + a**2),
        antiderivative=-12 / pi ** Rational(3, 2) * exp(-(1 + a**2) * z**2) / (1 + a**2),
        because="d = 3: the integral of 6 (2/pi) exp(-z^2) erf(a z), differentiated in a; it is 0 at a = 0.",
    ),
    Step.integral(
        "three_axes",
        12 / pi ** Rational(3, 2) / (1 + a**2),
        (a, 0, 1 / sqrt(2)),
        12 / pi ** Rational(3, 2) * atan(1 / sqrt(2)),
        antiderivative=12 / pi ** Rational(3, 2) * atan(a),
        because="Integrated over a up to 1/sqrt(2), as erf(z/sqrt(2)) asks.",
    ),
    # Any codebook.
    Step.identity(
        "reach",
        mean.dot(mean) - code.dot(mean) ** 2,
        (code[0] * g2 - code[1] * g1) ** 2,
        because="|E[Z | m]| >= <c_m, E[Z | m]> = E[max <c, Z> | m] for a unit vector c_m (here in the plane; "
        "in general Cauchy-Schwarz).",
    ),
    Step.identity(
        "jensen",
        p * f1**2 + (1 - p) * f2**2 - (p * f1 + (1 - p) * f2) ** 2,
        p * (1 - p) * (f1 - f2) ** 2,
        because="E h^2 >= (E h)^2 (two values here; in general E(h - E h)^2 >= 0): over the messages, so "
        "s^2 Tr I_M >= (E max <c, Z>)^2 for each codebook; and over codebooks. A mean of squares is at "
        "most the largest. Z/|Z| is independent of |Z|, and given it the cosines <c_m, Z>/|Z| of a random "
        "codebook have one law: the mean over both is E|Z| E max u_m.",
    ),
    # The length.
    Step.identity(
        "norm_by_parts",
        diff(r ** (d + 1) * exp(-(r**2) / 2), r),
        ((d + 1) * r**d - r ** (d + 2)) * exp(-(r**2) / 2),
        because="|Z| has density proportional to r^(d-1) exp(-r^2/2). So E|Z|, the ratio of the integrals of "
        "r^d and r^(d-1), grows by the factor (d+1)/d from d to d + 2; E|Z|^2 = d, E|Z|^4 = d (d+2).",
    ),
    Step.identity(
        "norm_recursion",
        norm.subs(d, d + 2) / norm,
        (d + 1) / d,
        because="The closed form does too ...",
    ),
    Step.identity(
        "norm_starts",
        [norm.subs(d, 1), norm.subs(d, 2)],
        [sqrt(2 / pi), sqrt(pi / 2)],
        because="... and starts as it should: d = 1 is one_axis, ...",
    ),
    Step.integral(
        "norm_of_two",
        exp(-(r**2) / 2),
        (r, 0, oo),
        sqrt(pi / 2),
        antiderivative=sqrt(pi / 2) * erf(r / sqrt(2)),
        because="... and d = 2, where r^2 exp(-r^2/2) has the integral of exp(-r^2/2), by norm_by_parts.",
    ),
    Step.identity(
        "norm_tangent",
        u - (3 * u**2 - u**4) / 2,
        u * (u - 1) ** 2 * (u + 2) / 2,
        because=">= 0, with u = |Z|/sqrt(d+2): ...",
    ),
    Step.identity(
        "norm_at_least",
        sqrt(d + 2) * (3 * (d / (d + 2)) - d * (d + 2) / (d + 2) ** 2) / 2,
        d / sqrt(d + 2),
        because="... E|Z| >= d/sqrt(d+2), so (E|Z|)^2/d -> 1.",
    ),
    # The largest cosine.
    Step.identity(
        "slice_of_the_sphere",
        sqrt(1 - u**2) ** (d - 2) * sqrt(1 + diff(sqrt(1 - u**2), u) ** 2),
        (1 - u**2) ** ((d - 3) / 2),
        when={u: (0, 1)},
        because="The points of the sphere at height u are a sphere of radius sqrt(1 - u^2) and dimension d-2, "
        "and the surface leans: with the length of its arc this is the density of a cosine.",
    ),
    Step.integral(
        "three_dimensions",
        (2 * exp(-y) - 1) * N * exp(-N * y),
        (y, 0, oo),
        (N - 1) / (N + 1),
        antiderivative=exp(-N * y) - 2 * N * exp(-(N + 1) * y) / (N + 1),
        because="d = 3: a cosine is uniform on (-1, 1), and (1 + max)/2 = e^-y with y of density N e^-(N y).",
    ),
    Step.integral(
        "two_dimensions",
        cos(t) * 4 / pi * (1 - t / pi) ** 3,
        (t, 0, pi),
        12 / pi**2 - 48 / pi**4,
        antiderivative=4
        / pi
        * (
            (1 - t / pi) ** 3 * sin(t)
            - 3 / pi * (1 - t / pi) ** 2 * cos(t)
            - 6 / pi**2 * (1 - t / pi) * sin(t)
            + 6 / pi**3 * cos(t)
        ),
        because="d = 2: the angle is uniform on (0, pi), and the least of four has this density.",
    ),
    Step.integral(
        "five_dimensions",
        1 - (1 - (1 - y) ** 2 * (2 + y) / 4) ** 2 - ((1 - y) ** 2 * (2 + y) / 4) ** 2,
        (y, 0, 1),
        Rational(9, 35),
        because="d = 5, density 3/4 (1 - u^2): P(u > y) = (1 - y)^2 (2 + y)/4, and the mean is the "
        "integral of P(max > y) - P(max < -y), for two directions.",
    ),
    Step.identity(
        "five_dimensions_tail",
        diff((1 - y) ** 2 * (2 + y) / 4, y),
        -Rational(3, 4) * (1 - y**2),
        because="As was used; it is 0 at 1 and 1/2 at 0.",
    ),
    # The limit.
    Step.integral(
        "cap_at_least",
        exp(-(k + 1) * y) / 2,
        (y, t, oo),
        exp(-(k + 1) * t) / (2 * (k + 1)),
        antiderivative=-exp(-(k + 1) * y) / (2 * (k + 1)),
        because="k = (d-3)/2 > 0. The density of a cosine is (1 - u^2)^k over its integral on (-1, 1), at "
        "most 2, and (1 - u^2)^k >= u (1 - u^2)^k; with 1 - u^2 = e^-y, 1 - x^2 = e^-t, one cosine is "
        "above x with probability q >= (1 - x^2)^(k+1)/(4 (k+1)).",
    ),
    Step.integral(
        "log_tangent",
        f1**2 * (1 - v) * exp(f1 * v),
        (v, 0, 1),
        exp(f1) - 1 - f1,
        antiderivative=((1 - v) * f1 + 1) * exp(f1 * v),
        because="The integrand is >= 0, so 1 - q <= e^-q: all of N = 2^(Rd) are below x with probability "
        "(1 - q)^N <= e^(-N q).",
    ),
    Step.identity(
        "enough_directions",
        exp(R * d * log(2)) * (exp(-2 * R * log(2)) * exp(v)) ** ((d - 1) / 2) / (2 * (d - 1)),
        2**R * exp(v * (d - 1) / 2) / (2 * (d - 1)),
        when={d: (4, 9)},
        because="N times the bound on q at 1 - x^2 = 4^-R e^v, v > 0: it grows without bound with d. So "
        "E max u_m >= x (1 - e^(-N q)) - 2^-N -> x (all cosines are negative with probability 2^-N), "
        "for every x below sqrt(1 - 4^-R): with norm_at_least the limit is at least 1 - 4^-R.",
    ),
    Step.lemma(
        "converse",
        "s^2 Tr I_M <= d (1 - 4^-R) for every message of 2^(Rd) values",
        claim="fisher_trace",
        because="So it is at most 1 - 4^-R, for each d.",
    ),
    Step.code("one_axis_code", sqrt(2 / pi), lambda: expected_largest_magnitude(1)),
    Step.code("two_axes_code", 2 / sqrt(pi), lambda: expected_largest_magnitude(2)),
    Step.code(
        "three_axes_code",
        12 / pi ** Rational(3, 2) * atan(1 / sqrt(2)),
        lambda: expected_largest_magnitude(3),
    ),
    Step.code(
        "norm_code", norm, lambda d: mean_norm(int(d)), at=[{d: n} for n in (1, 2, 3, 8, 99)]
    ),
    Step.code(
        "two_dimensions_code",
        12 / pi**2 - 48 / pi**4,
        lambda: expected_largest_cosine(4, 2),
    ),
    Step.code("five_dimensions_code", Rational(9, 35), lambda: expected_largest_cosine(2, 5)),
    Step.code(
        "implementation",
        8 / pi * ((2**B - 1) / (2**B + Integer(1))) ** 2 / 3,
        lambda B: random_codebook_efficiency(int(B), 3),
        at={B: (1, 40)},
        rtol=1e-9,
        because="(E|Z| E max u_m)^2/d for d = 3.",
    ),
]
