"""A message about d noisy signs keeps at most the share 4 delta^2 of what it knows of them.

Setting. V uniform on {-1, 1}^d, Y_i = V_i N_i with independent noise signs N_i, P(N_i = -1) = 1/2 - delta,
0 <= delta <= 1/2; M is drawn from any channel W(m|y). In bits, for H(M) <= r,

    I(V; M) <= 4 delta^2 I(Y; M) <= 4 delta^2 min(r, d).

For one sign it is a comparison of integrands: with g(z) = 1 - h((1 + z)/2), g(rho z) <= rho^2 g(z), rho =
2 delta. For d signs it follows by the chain rule, as Y_i, given the earlier Y, tells the message at least
as much as given the earlier V. The strong data processing constant 4 delta^2 is that of Ahlswede and Gacs
1976 (Ann. Probab. 4); Mayekar and Tyagi 2020, section 6, use 360 in place of 4: true, and 90 times as much.
"""

from itertools import product

from sympy import Expr, Min, Rational, exp, log, symbols

from infobound.bounds.message_information import contraction_information, sign_information
from infobound.checking import Claim, Step, Zero

d, r = symbols("d r", integer=True, positive=True)
p, q0, q1, p1, p2, p3, r1, r2 = symbols("p q_0 q_1 p1 p2 p3 r1 r2", positive=True)
delta, rho, z, v = symbols("delta rho z v", positive=True)
c, s1, s2, t1, t2, w, R = symbols("c s1 s2 t1 t2 w R", nonnegative=True)
x = symbols("x", real=True)
INSIDE = {z: (0, 1), rho: (0, 1)}


def gap(z: Expr) -> Expr:
    """g(z) ln 2: 1 - h((1 + z)/2) in nats."""
    return ((1 + z) * log(1 + z) + (1 - z) * log(1 - z)) / 2


def primitive(z: Expr) -> Expr:
    """Of z^2 (1 - v)/(1 - z^2 v^2) in v."""
    return ((1 + z) * log(1 + z * v) + (1 - z) * log(1 - z * v)) / 2


def entropy(*probabilities: Expr) -> Expr:
    """In nats."""
    return -sum(one * log(one) for one in probabilities)


# --- one partition from end to end: M = 1 iff Y = (1, 1) ---------------------------------------
def chance(signs: tuple[int, ...], answer: tuple[int, ...]) -> Expr:
    """P(Y = answer | V = signs)."""
    weight = Rational(1)
    for sign, one in zip(signs, answer, strict=True):
        weight *= (1 + 2 * delta * sign * one) / 2
    return weight


def both_up() -> Expr:
    """4 delta^2 I(Y; M) - I(V; M) in bits, from the definitions."""
    known = entropy(Rational(1, 4), Rational(3, 4))
    told = known
    for signs in product((-1, 1), repeat=2):
        up = chance(signs, (1, 1))
        told -= entropy(up, 1 - up) / 4
    return (4 * delta**2 * known - told) / log(2)


CLAIM = Claim(
    "tensorised_sdpi",
    source="Ahlswede and Gacs 1976; Anantharam, Gohari, Kamath and Nair 2013, arXiv:1304.6133; "
    "self-contained here",
    latex=r"I(V;M)\le4\delta^2\,I(Y;M)\le4\delta^2\min(r,d)\ \text{ bits}",
    statement="A message about d independent noisy signs knows at most 4 delta^2 times as much of the "
    "signs V as of the observation Y.",
    hypotheses=(
        "V uniform on {-1, 1}^d",
        "M depends on V through one Y, and H(M) <= r",
        "0 <= delta <= 1/2",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "noise_is_independent_of_Y",
        [p * (1 + 2 * delta) / 2 + p * (1 - 2 * delta) / 2, p * (1 + 2 * delta) / 2],
        [p, (p * (1 + 2 * delta) / 2 + p * (1 - 2 * delta) / 2) * (1 + 2 * delta) / 2],
        because="V_i = y n has the same probability p (= 1/2) for both n. So Y_i is uniform, and N_i is "
        "independent of Y_i as well as of V_i. M is made from Y alone: N is independent of (Y, M).",
    ),
    Step.identity(
        "correlation_shrinks",
        (1 + z) / 2 * (1 + rho) / 2 + (1 - z) / 2 * (1 - rho) / 2,
        (1 + rho * z) / 2,
        because="So if E[Y_i | u] = z then E[V_i | u] = rho z, rho = 2 delta, for any u = (M, other "
        "coordinates) that is independent of N_i.",
    ),
    Step.integral(
        "representation",
        z**2 * (1 - v) / (1 - z**2 * v**2),
        (v, 0, 1),
        gap(z),
        antiderivative=primitive(z),
        when=INSIDE,
        because="g(z) = 1 - h((1 + z)/2), in nats: a fair sign with posterior mean z has lost g(z), so "
        "I(Y_i; u) = E g(z) and I(V_i; u) = E g(rho z). (z = 0 and z = -z are plain; z = 1 in the limit.)",
    ),
    Step.integral(
        "one_sign",
        rho**2
        * (1 - rho**2)
        * z**4
        * v**2
        * (1 - v)
        / ((1 - z**2 * v**2) * (1 - rho**2 * z**2 * v**2)),
        (v, 0, 1),
        rho**2 * gap(z) - gap(rho * z),
        antiderivative=rho**2 * primitive(z) - primitive(rho * z),
        when=INSIDE,
        because="The integrand is >= 0: g(rho z) <= rho^2 g(z). Mean over u: I(V_i; u) <= 4 delta^2 I(Y_i; u).",
    ),
    Step.inequality(
        "one_sign_tight",
        (gap(z) / 4 - gap(z / 2)) / log(2),
        over={z: (0, Rational(15, 16))},
        zero=Zero(at={z: 0}, order=4, leading=1 / (64 * log(2))),
        because="delta = 1/4, in bits. The zero at z = 0 is of order 4, where both sides are of order 2: "
        "rho^2 is their ratio as z -> 0 and cannot be lowered.",
    ),
    Step.identity(
        "chain_rule",
        entropy(p * q0, p * (1 - q0), (1 - p) * q1, (1 - p) * (1 - q1)),
        entropy(p, 1 - p) + p * entropy(q0, 1 - q0) + (1 - p) * entropy(q1, 1 - q1),
        when={p: (0, 1), q0: (0, 1), q1: (0, 1)},
        because="H(A, B) = H(A) + H(B|A) (two signs here). So I(V; M) = sum_i I(V_i; M | V_<i), and as the "
        "V_i are independent, I(V_i; M | V_<i) = I(V_i; M, V_<i). By one_sign with u = (M, V_<i) that is "
        "at most 4 delta^2 I(Y_i; M, V_<i).",
    ),
    Step.integral(
        "log_tangent",
        x**2 * (1 - v) * exp(x * v),
        (v, 0, 1),
        exp(x) - 1 - x,
        antiderivative=((1 - v) * x + 1) * exp(x * v),
        because="The integrand is >= 0: e^x >= 1 + x, and with y = e^x, ln y <= y - 1 for all y > 0.",
    ),
    Step.identity(
        "data_processing",
        p1 * (r1 / p1 - 1) + p2 * (r2 / p2 - 1) + p3 * ((1 - r1 - r2) / p3 - 1),
        1 - p1 - p2 - p3,
        because="For laws p, r: E_p ln(r/p) <= 0 by log_tangent, so conditional mutual information is >= 0. "
        "Given (M, Y_<i), V_<i is Y_<i with noise that is independent of Y_i and M, so I(Y_i; M, V_<i) <= "
        "I(Y_i; M, Y_<i, V_<i) = I(Y_i; M, Y_<i) = I(Y_i; M | Y_<i), and these add up to I(Y; M).",
    ),
    Step.identity(
        "uniform_is_most",
        sum(one * (1 / (4 * one) - 1) for one in (p1, p2, p3, p)),
        1 - p1 - p2 - p3 - p,
        because="H(M) - ln K = E ln(1/(K p)) <= 0 by log_tangent (K = 4 here): I(Y; M) <= H(M) <= r for "
        "2^r messages. And I(Y; M) <= H(Y) = d, as Y is uniform.",
    ),
    Step.polynomial(
        "theorem",
        rho**2 * R - ((rho**2 * (c - t1) - s1) + (rho**2 * (R - w - c - t2) - s2)),
        sos=[(s1, 1), (s2, 1), (rho**2 * t1, 1), (rho**2 * t2, 1), (rho**2 * w, 1)],
        because="R = min(r, d), two signs. I(Y_1; M) = c, I(Y_2; M | Y_1) = R - w - c; data_processing "
        "takes t_i >= 0 off, one_sign s_i >= 0: rho^2 R - I(V; M) >= 0. The same for d signs.",
    ),
    Step.inequality(
        "end_to_end",
        both_up(),
        over={delta: (0, Rational(1, 4))},
        zero=Zero(
            at={delta: 0},
            order=2,
            leading=(4 * entropy(Rational(1, 4), Rational(3, 4)) - Rational(4, 3)) / log(2),
        ),
        because="d = 2, M = 1 iff Y = (1, 1): 4 delta^2 I(Y; M) - I(V; M), both from their definitions.",
    ),
    Step.code(
        "one_sign_code",
        gap(z) / log(2),
        lambda z: sign_information(z),
        at={z: (Rational(1, 64), Rational(63, 64))},
        because="g in bits: r raw signs tell r g(2 delta).",
    ),
    Step.code(
        "implementation",
        4 * delta**2 * Min(r, d),
        lambda d, r, delta: contraction_information(d, r, delta).value,
        at={d: (1, 12), r: (1, 12), delta: (Rational(1, 64), Rational(1, 2))},
    ),
]
