"""Mrs. Gerber's lemma: the most that r bits about d noisy signs can know of them.

Setting as in `tensorised_sdpi`. With a * b = a (1 - b) + b (1 - a) and h^-1 into [0, 1/2], in bits,

    I(V; M) <= d [1 - h((1/2 - delta) * h^-1(1 - r/d))],        0 <= r <= d.

Put g(z) = 1 - h((1 + z)/2), rho = 2 delta and r/d = g(x): the right side is d g(rho x), as
1 - 2 (a * b) = (1 - 2a)(1 - 2b). Wyner and Ziv 1973 (IEEE Trans. Inform. Theory 19, 769-772) proved that
u -> h(a * h^-1(u)) is convex; here that comes down to artanh x >= x. Equality at r = 0 and at r = d (M = Y),
and for every fixed r/d as d grows, by covering the cube with balls. As r/d -> 0 the bound tends to
4 delta^2 r: for no delta > 0 is I(V; M) <= c delta^2 r true for all d and r with c < 4.
"""

from sympy import Expr, Rational, diff, exp, log, symbols

from infobound.bounds.message_information import mrs_gerber_information, sign_information
from infobound.checking import Claim, Step, Zero

d, k, j = symbols("d k j", integer=True, positive=True)
delta, rho, a, b, p = symbols("delta rho a b p", positive=True)
x, v, z = symbols("x v z", positive=True)
y = symbols("y", real=True)
t1, t2, w, slope = symbols("t1 t2 w slope", nonnegative=True)
e, f = symbols("e f", real=True)
INSIDE = {x: (0, 1), rho: (0, 1)}


def gap(z: Expr) -> Expr:
    """g(z) ln 2: 1 - h((1 + z)/2) in nats."""
    return ((1 + z) * log(1 + z) + (1 - z) * log(1 - z)) / 2


def primitive(z: Expr) -> Expr:
    """Of z^2 (1 - v)/(1 - z^2 v^2) in v, which integrates to g(z) ln 2."""
    return ((1 + z) * log(1 + z * v) + (1 - z) * log(1 - z * v)) / 2


def h(p: Expr) -> Expr:
    """Binary entropy in nats."""
    return -(p * log(p) + (1 - p) * log(1 - p))


def twice_artanh(z: Expr) -> Expr:
    return log(1 + z) - log(1 - z)


def falls(z: Expr) -> Expr:
    """(1 - z^2) 2 artanh(z)/z."""
    return (1 - z**2) * twice_artanh(z) / z


CLAIM = Claim(
    "mrs_gerber",
    source="Wyner and Ziv 1973, IEEE Trans. Inform. Theory 19, 769-772; proof here",
    latex=r"I(V;M)\le d\,\bigl[1-h\bigl((\tfrac12-\delta)*h^{-1}(1-\tfrac rd)\bigr)\bigr]"
    r"\le4\delta^2r\ \text{ bits}",
    statement="r bits about d independent noisy signs know at most d [1 - h((1/2 - delta) * "
    "h^-1(1 - r/d))] bits of the signs; this is attained as d grows at fixed r/d, so that 4 in "
    "4 delta^2 r is the best constant.",
    hypotheses=(
        "V uniform on {-1, 1}^d",
        "M depends on V through one Y, and H(M) <= r <= d",
        "0 <= delta <= 1/2",
    ),
    assumes=(),
)

STEPS = [
    Step.identity(
        "correlations_multiply",
        1 - 2 * (a * (1 - b) + b * (1 - a)),
        (1 - 2 * a) * (1 - 2 * b),
        because="With b = (1 - x)/2 and a = 1/2 - delta: h(a * b) = 1 - g(rho x), and h(b) = 1 - g(x).",
    ),
    Step.identity(
        "slope",
        [diff(gap(x), x), diff(gap(rho * x), x)],
        [twice_artanh(x) / 2, rho * twice_artanh(rho * x) / 2],
        when=INSIDE,
        because="Along u = 1 - g(x), phi(u) = h(a * h^-1(u)) = 1 - g(rho x) has slope "
        "rho artanh(rho x)/artanh(x) > 0. phi is convex iff this falls as x rises, since u falls.",
    ),
    Step.identity(
        "slope_falls_if",
        x * diff(log(twice_artanh(rho * x)) - log(twice_artanh(x)), x),
        2 / falls(rho * x) - 2 / falls(x),
        when=INSIDE,
        because="Its logarithmic derivative is <= 0 as soon as (1 - x^2) artanh(x)/x falls, for rho x <= x.",
    ),
    Step.identity(
        "falls_if",
        diff(falls(x), x),
        -(1 + x**2) / x**2 * (twice_artanh(x) - 2 * x / (1 + x**2)),
        when={x: (0, 1)},
        because="And that falls as soon as artanh(x) >= x/(1 + x^2).",
    ),
    Step.integral(
        "artanh",
        8 * z**2 / ((1 - z**2) * (1 + z**2) ** 2),
        (z, 0, x),
        twice_artanh(x) - 2 * x / (1 + x**2),
        antiderivative=log(1 + z) - log(1 - z) - 2 * z / (1 + z**2),
        when={x: (0, 1)},
        because="The integrand is >= 0. So phi increases and is convex, on [0, 1] by continuity: the lemma "
        "of Wyner and Ziv for one sign.",
    ),
    Step.inequality(
        "falls",
        falls(rho * x) - falls(x),
        over={x: (Rational(1, 4), Rational(3, 4)), rho: (Rational(1, 4), 1)},
        zero=Zero(at={rho: 1}, order=1, leading=-(1 + x**2) / x * twice_artanh(x) + 2),
        because="The same by balls, away from the ends. The zero is rho = 1, no noise, where phi(u) = u is "
        "convex and no more.",
    ),
    Step.lemma(
        "chain_rule",
        "H(V|M) = sum_i H(V_i | M, V_<i), and H(Y_i | M, V_<i) >= H(Y_i | M, Y_<i)",
        claim="tensorised_sdpi",
        because="With u_i = H(Y_i | M, Y_<i): H(V_i | M, V_<i) >= phi(H(Y_i | M, V_<i)) >= phi(u_i), by "
        "Jensen's inequality for phi over the values of (M, V_<i), and since phi increases.",
    ),
    Step.polynomial(
        "theorem",
        (f + slope * e + t1) + (f + slope * (w - e) + t2) - 2 * f,
        sos=[(slope * w, 1), (t1, 1), (t2, 1)],
        because="Two signs: f = phi(1 - r/d), slope >= 0 that of phi there, phi(u_i) = f + slope "
        "(u_i - 1 + r/d) + t_i with t_i >= 0, and u_1 + u_2 = H(Y|M) = 2 (1 - r/d) + w, w >= 0, as "
        "I(Y; M) <= r. So H(V|M) >= d phi(1 - r/d): the bound. The same for d signs.",
    ),
    Step.identity(
        "all_told",
        sum((1 + s * rho) / 2 * log((1 + s * rho) / 4 / Rational(1, 4)) for s in (-1, 1)),
        gap(rho),
        when=INSIDE,
        because="r = d and M = Y: d independent pairs, each with I(V_i; Y_i) = g(rho) from the definition; "
        "equality, as x = 1. At r = 0, x = 0 and g(0) = 0.",
    ),
    Step.lemma(
        "below_contraction",
        "g(rho x) <= rho^2 g(x)",
        claim="tensorised_sdpi",
        because="So d g(rho x) <= rho^2 d g(x) = 4 delta^2 r: never above that bound ...",
    ),
    Step.integral(
        "small_rate",
        rho**2
        * x**4
        * (1 - v)
        * (1 - v**2 + rho**2 * v**2 * (1 - x**2))
        / ((1 - x**2 * v**2) * (1 - rho**2 * x**2 * v**2)),
        (v, 0, 1),
        gap(rho * x) - rho**2 * (1 - x**2) * gap(x),
        antiderivative=primitive(rho * x) - rho**2 * (1 - x**2) * primitive(x),
        when=INSIDE,
        because="... and the integrand is >= 0: at least 4 delta^2 r (1 - x^2), so it tends to 4 delta^2 r as "
        "r/d = g(x) -> 0.",
    ),
    Step.identity(
        "largest_term",
        (d - j) * k - (j + 1) * (d - k),
        d * (k - j - 1) + k,
        because="Attained: the chance of j ones among d, each with chance k/d, grows from j to j + 1 by the "
        "factor (d - j) k/((j + 1)(d - k)): at least 1 for j < k, at most 1 for j >= k (k <= d). So k is "
        "the likeliest number, of chance at least 1/(d + 1).",
    ),
    Step.identity(
        "ball",
        b * d * log(b) + (d - b * d) * log(1 - b),
        -d * h(b),
        when={b: (0, Rational(1, 2))},
        because="k = b d: the logarithm of b^k (1 - b)^(d - k). So C(d, k) >= 2^(d h(b))/(d + 1), and a random word lies within k of a given y "
        "with chance P >= 2^(-d (1 - h(b)))/(d + 1), h in bits.",
    ),
    Step.integral(
        "log_tangent",
        y**2 * (1 - v) * exp(y * v),
        (v, 0, 1),
        exp(y) - 1 - y,
        antiderivative=((1 - v) * y + 1) * exp(y * v),
        because="The integrand is >= 0: 1 - P <= e^-P. Of 2^r independent random words none is within k of y "
        "with chance at most exp(-2^r P).",
    ),
    Step.identity(
        "covering",
        (d * (log(2) - h(b)) + 2 * log(d + 1))
        - (b * d * log(b) + (d - b * d) * log(1 - b) + d * log(2) + log(d + 1)),
        log(d + 1),
        when={b: (0, Rational(1, 2))},
        because="With r = d (1 - h(b)) + 2 log2(d + 1), rounded up, ln(2^r P) >= ln(d + 1). So some 2^r "
        "words have mean distance at most (b + e^(-d-1)) d from Y to the nearest, whose number is M.",
    ),
    Step.identity(
        "concave",
        diff(h(p), p, 2),
        -1 / (p * (1 - p)),
        when={p: (0, 1)},
        because="H(V_i | M) <= h(P(V_i differs from the word's sign)) and h is concave: H(V|M) <= "
        "sum_i H(V_i | M) <= d h((1/2 - delta) * (b + e^(-d-1))). As d grows r/d -> 1 - h(b) and I(V; M)/d "
        "comes as close to 1 - h((1/2 - delta) * b) as we like: the bound is attained. With small_rate, "
        "I/(delta^2 r) -> 4 for b -> 1/2.",
    ),
    Step.code(
        "implementation",
        d * gap(2 * delta * x) / log(2),
        lambda d, delta, x: mrs_gerber_information(d, d * sign_information(x), delta).value,
        at={
            d: (1, 40),
            delta: (Rational(1, 64), Rational(1, 2)),
            x: (Rational(1, 64), Rational(63, 64)),
        },
        rtol=Rational(1, 10**10),
        because="At r = d g(x).",
    ),
]
