"""Relative entropy is at most chi-square: what the base of the logarithm costs, and when nothing.

Setting. P, Q laws on finitely many points, chi2 = sum (P - Q)^2/Q, D(P||Q) = sum P log2(P/Q) in bits:

    D(P||Q) <= log2(1 + chi2) <= chi2 log2 e,

where log2 e = 1.4427 is 1 in nats and cannot be dropped in bits. Now V with -V ~ V and messages with
P(m|V) = p(m) (1 + Z_m), Z_m odd in V, as when P(m|V) is affine in V. Put chi2 = E_V sum_m p(m) Z_m^2, the
mean chi-square divergence of P(.|V) from their mean p. Then, in bits,

    chi2/(2 ln 2) <= I(V; M) = sum_m p(m) E[1 - h((1 + Z_m)/2)] <= chi2:

here the factor log2 e is not lost; the right side is reached at |Z| = 1, the left one as Z -> 0. A proof
that contracts chi-square for symmetric V may therefore read its bound in bits. Mayekar and Tyagi 2020
(arXiv:2001.09032, section 6) pass from chi-square to bits without showing this step; it is sound.
"""

from sympy import Rational, exp, log, symbols

from infobound.checking import Claim, Step, Zero
from infobound.information.divergences import chi_square_divergence, kl_divergence

p1, p2, p3, q1, q2, a, b = symbols("p1 p2 p3 q1 q2 a b", positive=True)
z, z1, z2, z3, v, y = symbols("z z1 z2 z3 v y", positive=True)
x = symbols("x", real=True)
INSIDE = {z: (0, 1)}


def bits(nats):
    return nats / log(2)


def gap(z):
    """1 - h((1 + z)/2), in nats; h in nats has ln 2 for 1."""
    return ((1 + z) * log(1 + z) + (1 - z) * log(1 - z)) / 2


def entropy(weight):
    """h in bits."""
    return -bits(weight * log(weight) + (1 - weight) * log(1 - weight))


def primitive(z, v):
    """Of z^2 (1 - v)/(1 - z^2 v^2) in v."""
    return ((1 + z) * log(1 + z * v) + (1 - z) * log(1 - z * v)) / 2


def information(*cells):
    """I(V; M) in bits for a fair sign V, from its definition: cells are (p, z)."""
    joint = [(p * (1 + sign * z) / 2, p) for p, z in cells for sign in (1, -1)]
    return sum(w * bits(log(w / (p / 2))) for w, p in joint)


P, Q = (p1, p2, p3), (q1, q2, 1 - q1 - q2)
EXCESS = sum(p**2 / q for p, q in zip(P, Q, strict=True))  # 1 + chi2

CLAIM = Claim(
    "chi_square_divergence",
    source="Gibbs and Su 2002, Int. Stat. Rev. 70, 419-435 (general laws); symmetric case derived here",
    latex=r"D(P\|Q)\le\log_2(1+\chi^2)\le\chi^2\log_2 e;\qquad"
    r"\frac{\chi^2}{2\ln 2}\le I(V;M)\le\chi^2\ \text{ bits, for symmetric }V",
    statement="Relative entropy in bits is at most chi-square times log2 e; for a symmetric prior and "
    "messages affine in it, mutual information in bits is at most the mean chi-square, with factor 1, "
    "and at least 0.7213 times it.",
    hypotheses=("right: -V ~ V and P(m|V) - p(m) is odd in V", "finitely many messages"),
    assumes=(),
)

STEPS = [
    Step.identity(
        "two_forms",
        sum((p - q) ** 2 / q for p, q in zip((p1, p2, 1 - p1 - p2), Q, strict=True)),
        (p1**2 / q1 + p2**2 / q2 + (1 - p1 - p2) ** 2 / (1 - q1 - q2)) - 1,
        because="chi2 = sum (P - Q)^2/Q = sum P^2/Q - 1 (three points; the cross terms are -2 sum P, and "
        "sum P = sum Q = 1).",
    ),
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0: e^x >= 1 + x, and with y = e^x, ln y <= y - 1 for all y > 0, with "
        "equality at y = 1 only.",
    ),
    Step.identity(
        "jensen",
        sum(p * (p / q / EXCESS - 1) for p, q in zip(P, Q, strict=True)),
        1 - p1 - p2 - p3,
        because="log_tangent at y = (P/Q)/(1 + chi2), where 1 + chi2 = E_P(P/Q): D(P||Q) ln 2 - "
        "ln(1 + chi2) = E_P ln y <= E_P(y - 1) = 0.",
    ),
    Step.inequality(
        "conversion",
        y / log(2) - log(1 + y) / log(2),
        over={y: (0, 1)},
        zero=Zero(at={y: 0}, order=2, leading=1 / (2 * log(2))),
        because="log2(1 + chi2) <= chi2 log2 e by log_tangent, for every chi2 >= 0. Here the unit enters: ln "
        "has slope 1 at 1, log2 has log2 e. The zero is of order 2, so no smaller factor will do.",
    ),
    Step.identity(
        "attained_by_an_event",
        [(1 - a) ** 2 / a + (0 - (1 - a)) ** 2 / (1 - a), bits(log(1 / a))],
        [1 / a - 1, bits(log(1 + (1 - a) / a))],
        because="P = Q given an event with Q = a, that is (1, 0) against (a, 1 - a): chi2 = 1/a - 1 and "
        "D = log2(1/a) = log2(1 + chi2).",
    ),
    Step.inequality(
        "bits_need_the_factor",
        -log(a) / log(2) - (1 / a - 1),
        over={a: (Rational(1, 2), 1)},
        zero=[
            Zero(at={a: 1}, order=1, leading=1 - 1 / log(2)),
            Zero(at={a: Rational(1, 2)}, order=1, leading=4 - 2 / log(2)),
        ],
        because="For those laws D in bits is above chi2 whenever 1/2 < a < 1, and D/chi2 -> log2 e as "
        "a -> 1: D <= chi2 is a statement in nats.",
    ),
    Step.identity(
        "pairing",
        bits(((1 + z) * log(1 + z) + (1 - z) * log(1 - z)) / 2),
        1 - entropy((1 + z) / 2),
        when=INSIDE,
        because="Z symmetric: E[(1 + Z) log2(1 + Z)] is a mean over pairs z, -z.",
    ),
    Step.identity(
        "information",
        information((p1, z1), (p2, z2)),
        p1 * (1 - entropy((1 + z1) / 2)) + p2 * (1 - entropy((1 + z2) / 2)),
        when={z1: (0, 1), z2: (0, 1)},
        because="I(V; M) = E_V D(P(.|V) || p), since -V ~ V and Z_m(-V) = -Z_m(V) make p the mean law; the "
        "sum over m of p(m) E[(1 + Z_m) log2(1 + Z_m)] is paired as before. From the definition of I "
        "here, for two messages and V in {v, -v}; pairs and messages add.",
    ),
    Step.integral(
        "representation",
        z**2 * (1 - v) / (1 - z**2 * v**2),
        (v, 0, 1),
        gap(z),
        antiderivative=primitive(z, v),
        when=INSIDE,
        because="1 - h((1 + z)/2), in nats, for 0 <= z < 1 (it is even in z).",
    ),
    Step.integral(
        "lower",
        z**4 * v**2 * (1 - v) / (1 - z**2 * v**2),
        (v, 0, 1),
        gap(z) - z**2 / 2,
        antiderivative=primitive(z, v) - z**2 * (v - v**2 / 2),
        when=INSIDE,
        because="The integrand is >= 0: 1 - h >= z^2/(2 ln 2) in bits. Mean over Z and m: I >= chi2/(2 ln 2).",
    ),
    Step.integral(
        "upper",
        z**2 * (1 - z**2) * v**2 / ((1 + v) * (1 - z**2 * v**2)),
        (v, 0, 1),
        z**2 * log(2) - gap(z),
        antiderivative=z**2 * log(1 + v) - primitive(z, v),
        when=INSIDE,
        because="The integrand is >= 0, and 0 at z = 1: 1 - h <= z^2 in bits. Mean over Z and m: I <= chi2.",
    ),
    Step.inequality(
        "lower_tight",
        1 - entropy((1 + z) / 2) - z**2 / (2 * log(2)),
        over={z: (0, Rational(15, 16))},
        zero=Zero(at={z: 0}, order=4, leading=1 / (12 * log(2))),
        because="The same once more, in bits and by balls: the zero of order 4 says that 1/(2 ln 2) is the "
        "ratio as Z -> 0 and cannot be raised.",
    ),
    Step.inequality(
        "upper_tight",
        z**2 - (1 - entropy((1 + z) / 2)),
        over={z: (0, Rational(15, 16))},
        zero=Zero(at={z: 0}, order=2, leading=1 - 1 / (2 * log(2))),
        because="And the right side, up to 15/16.",
    ),
    Step.integral(
        "noiseless_sign",
        1 / (1 + v),
        (v, 0, 1),
        log(2),
        antiderivative=log(1 + v),
        because="representation at z = 1, (1 - v)/(1 - v^2): a sign that is told, |Z| = 1, gives ln 2 nats, "
        "1 bit, where chi2 = 1. So upper holds at z = 1 too, and its factor 1 cannot be lowered.",
    ),
    Step.code(
        "kl_code",
        bits(a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))),
        lambda a, b: kl_divergence([a, 1 - a], [b, 1 - b]),
        at={a: (Rational(1, 16), Rational(7, 16)), b: (Rational(9, 16), Rational(15, 16))},
        because="In bits.",
    ),
    Step.code(
        "chi_square_code",
        (a - b) ** 2 / b + (a - b) ** 2 / (1 - b),
        lambda a, b: chi_square_divergence([a, 1 - a], [b, 1 - b]),
        at={a: (Rational(1, 16), Rational(7, 16)), b: (Rational(9, 16), Rational(15, 16))},
    ),
]
