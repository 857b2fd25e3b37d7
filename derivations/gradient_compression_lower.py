"""Lower bounds on optimization with r-bit gradients, for every p, with explicit constants.

Setting. f convex on a set of l_p diameter D, T stochastic subgradients with |Y|_q <= B surely, each seen
through a message of r bits; messages are independent given the oracle (encoders without memory, public
coins allowed). E* is the error of the best method and quantizer for the worst f and oracle. Then, with
kappa = max_u sqrt(u) h^{-1}(1 - u) = 0.108675..., reached at u* = 0.199105...,

    E* >= kappa D B sqrt(d/(T min(r, d)))                               for T >= u* d/min(r, d),
    E* >= sqrt(2) kappa D B d^(1 - 1/p)/sqrt(T min(2^r, 2 d))           for T >= 2 u* d^2/min(2^r, 2 d),

both for every p in [1, inf]; for smaller T both have the form g D B/2 h^{-1}((1 - a/4)_+). So an error of
4 U(T, p), U with c_1 = 1, needs r >= (kappa/4)^2 d^(2/p) and 2^r >= 2 (kappa/4)^2 d bits for p >= 2 and
T >= u* d^2, and r >= kappa^2 d/(32 e ln d) for p < 2. The orders are those of Theorems 6.1, 6.2 and 3.1 of Mayekar and Tyagi 2020, whose proof is
followed up to the choice of prior: signs uniform on the whole cube, where the bounds on the information
of a message hold, and errors of single signs in place of a packing. Large T is a hypothesis that the
printed theorems leave out; at small T the error is at most D B, see `printed_for_all_rounds`.

The second half redoes the way of the paper by Fano's inequality, with distances in place of a packing.
"""

from math import ceil, comb, inf, log2

from sympy import E, Rational, diff, log, sqrt, symbols

from infobound.bounds.fano import lower_error_by_route, route_constant
from infobound.bounds.gradient_compression import BoundedOracle, least_error, least_precision
from infobound.bounds.gradient_compression.hard import best_share, kappa, largest_product
from infobound.checking import Claim, Step

v = symbols("v", positive=True)
D, B, T, F, a, c, g, u, s, r, M, L, k, n = symbols("D B T F a c g u s r M L k n", positive=True)
d = symbols("d", integer=True, positive=True)
x, t = symbols("x t", positive=True)
p1, p2, p3, q1, q2 = symbols("p1:4 q1:3", positive=True)
p4 = 1 - p1 - p2 - p3
SMALL = {p1: (0, Rational(1, 4)), p2: (0, Rational(1, 4)), p3: (0, Rational(1, 4))}

h = -(v * log(v) + (1 - v) * log(1 - v)) / log(2)
PRODUCT = v * sqrt(1 - h)  # sqrt(u) h^{-1}(1 - u) at u = 1 - h(v)
SLOPE = 2 * (1 - h) - v * log((1 - v) / v) / log(2)  # has the sign of its derivative
C_2 = Rational(3, 4) * log(3) / log(2) - 1

# Enclosed to 12 digits below; the code is held against them.
PLACE = Rational(243550324, 10**9)
KAPPA = Rational(10867512881208148, 10**17)
SHARE = Rational(19910533745962553, 10**17)
NEAR = Rational(1, 10**8)


def entropy(*law):
    """In nats."""
    return -sum(p * log(p) for p in law)


def oracle_at(dimension, p=2, **more):
    return BoundedOracle(dimension=dimension, p=p, **more)


def fewest_bits(case: tuple[int, float]) -> tuple[int, int]:
    """Of the code for large T, and the larger of the two closed forms, p >= 2."""
    dimension, p = case
    square = (KAPPA / 4) ** 2
    power = ceil(square * round(dimension ** (2 / p)))  # d^(2/p) is whole in all cases
    logarithm = 0
    while 2**logarithm < 2 * square * dimension:
        logarithm += 1
    return int(least_precision(oracle_at(dimension, p)).value), max(power, logarithm)


CLAIM = Claim(
    "gradient_compression_lower",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, Theorems 6.1, 6.2 and 3.1 (right sides), with the "
    "hypothesis on T and constants; bitwise proof here",
    latex=r"\mathcal E^*\ge\kappa\,DB\sqrt{\frac{d}{T(r\wedge d)}}\ \vee\ "
    r"\sqrt2\,\kappa\,\frac{DB\,d^{1-1/p}}{\sqrt{T(2^r\wedge 2d)}},\quad\kappa=0.1086\ldots",
    statement="With r-bit gradients and T large no method errs by less than kappa D B sqrt(d/(T min(r, d))), "
    "nor less than sqrt(2) kappa D B d^(1 - 1/p)/sqrt(T min(2^r, 2 d)).",
    hypotheses=(
        "T >= u* d/min(r, d) for the first, T >= 2 u* d^2/min(2^r, 2 d) for the second",
        "messages independent given the oracle: encoders without memory, public coins allowed",
        "the set is a cube, the oracle's law does not depend on the query",
    ),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "reduction",
        "for V uniform on signs the least mean excess is (2 D B delta/d) sum P_i (product family), "
        "(2 D B delta/d^(1 + 1/p)) sum P_i (sparse signs), P_i <= 1/2 the least chance of a wrong V_i; "
        "the worst V is no better than a random one",
        claim="hard_oracles",
    ),
    Step.lemma("one_bit_at_a_time", "h(P_i) >= 1 - I(V_i; messages), bits", claim="fano"),
    Step.identity(
        "entropies_add_at_most",
        entropy(p1 + p2, p3 + p4) + entropy(p1 + p3, p2 + p4) - entropy(p1, p2, p3, p4),
        p1 * log(p1 / ((p1 + p2) * (p1 + p3)))
        + p2 * log(p2 / ((p1 + p2) * (p2 + p4)))
        + p3 * log(p3 / ((p3 + p4) * (p1 + p3)))
        + p4 * log(p4 / ((p3 + p4) * (p2 + p4))),
        when=SMALL,
        because="H(V_1) + H(V_2) - H(V_1, V_2) is a divergence, >= 0 (`fano`, gibbs; two bits shown, one "
        "coordinate after the other in general). Given the messages: sum H(V_i | .) >= H(V | .), and "
        "without them equality for independent signs: sum I(V_i; messages) <= I(V; messages).",
    ),
    Step.identity(
        "entropies_of_independent_messages",
        entropy(q1 * q2, q1 * (1 - q2), (1 - q1) * q2, (1 - q1) * (1 - q2)),
        entropy(q1, 1 - q1) + entropy(q2, 1 - q2),
        when={q1: (0, 1), q2: (0, 1)},
        because="Given V and the public coins the messages are independent, so their entropies add; "
        "without V they add at most to the sum: I(V; all) <= sum over rounds of I(V; one).",
    ),
    Step.lemma(
        "one_message_product",
        "product family: I(V; M) <= 4 delta^2 min(r, d) bits",
        claim="tensorised_sdpi",
    ),
    Step.lemma(
        "one_message_sparse",
        "sparse signs: I(V; M) <= 2 delta^2 min(2^r, 2 d)/d bits",
        claim="chi_square_contraction",
    ),
    Step.identity(
        "entropy_is_concave",
        [diff(h, v), diff(h, v, 2)],
        [log((1 - v) / v) / log(2), -1 / (v * (1 - v) * log(2))],
        when={v: (0, Rational(1, 2))},
        because="h' >= 0 up to 1/2 and h'' < 0: h(mean of P_i) >= mean of h(P_i) >= 1 - T I/d, so the mean "
        "of P_i is at least h^{-1}((1 - T I/d)_+), the same for all values of public coins. Here "
        "T I/d = a delta^2, a = 4 T min(r, d)/d or 2 T min(2^r, 2 d)/d^2.",
    ),
    Step.identity(
        "derivative",
        diff(PRODUCT, v) * 2 * sqrt(1 - h),
        SLOPE,
        when={v: (0, Rational(1, 2))},
        because="Put u = a delta^2 = 1 - h(v): delta h^{-1}(1 - a delta^2) is v sqrt(1 - h(v)) over "
        "sqrt(a), which rises in v where SLOPE > 0.",
    ),
    Step.identity(
        "slope_is_convex",
        [diff(SLOPE, v, 2), SLOPE.subs(v, Rational(1, 2)), diff(SLOPE, v).subs(v, Rational(1, 2))],
        [3 / (v * (1 - v) * log(2)) + 1 / ((1 - v) ** 2 * log(2)), 0, 2 / log(2)],
        when={v: (0, Rational(1, 2))},
        because="SLOPE is strictly convex, 0 at 1/2 and negative just below: it changes sign once in "
        "(0, 1/2), from plus (it is 2 at 0) to minus. One stationary point, a maximum.",
    ),
    Step.inequality(
        "rises_before",
        SLOPE,
        over={v: (PLACE - 2 * NEAR, PLACE - NEAR)},
        nearest={v: PLACE - NEAR},
        strict=True,
        because="The stationary point is above PLACE - 1e-8.",
    ),
    Step.inequality(
        "falls_behind",
        -SLOPE,
        over={v: (PLACE + NEAR, PLACE + 2 * NEAR)},
        nearest={v: PLACE + NEAR},
        strict=True,
        because="And below PLACE + 1e-8.",
    ),
    Step.inequality(
        "kappa_above",
        (KAPPA * (1 + Rational(1, 10**12))) ** 2 - PRODUCT**2,
        over={v: (PLACE - NEAR, PLACE + NEAR)},
        nearest={v: PLACE},
        strict=True,
        because="kappa < KAPPA (1 + 1e-12).",
    ),
    Step.inequality(
        "kappa_below",
        PRODUCT**2 - (KAPPA * (1 - Rational(1, 10**12))) ** 2,
        over={v: (PLACE - NEAR / 10**3, PLACE)},
        nearest={v: PLACE - NEAR / 10**3},
        strict=True,
        because="kappa > KAPPA (1 - 1e-12).",
    ),
    Step.code("kappa_code", KAPPA, kappa),
    Step.code("share_code", SHARE, best_share),
    Step.code(
        "small_rounds_code",
        v / 2,
        lambda v: largest_product(4 * (1 + v * log2(v) + (1 - v) * log2(1 - v))),
        at={v: (Rational(1, 4), Rational(15, 32))},
        because="For a < 4 u* the best delta is 1/2: SLOPE < 0, so v = h^{-1}(1 - a/4) > v* gives the "
        "most, v/2.",
    ),
    Step.identity(
        "theorem",
        [2 * k / sqrt(a).subs(a, 4 * T * M / d), 2 * d ** (-x) * k / sqrt(2 * T * M / d**2)],
        [k * sqrt(d / (T * M)), sqrt(2) * k * d ** (1 - x) / sqrt(T * M)],
        because="g kappa/sqrt(a) in units of D B; x = 1/p; M = min(r, d) or min(2^r, 2 d).",
    ),
    Step.identity(
        "hypothesis",
        [4 * T * M / d - 4 * u, 2 * T * M / d**2 - 4 * u],
        [(T - u * d / M) * 4 * M / d, (T - 2 * u * d**2 / M) * 2 * M / d**2],
        because="sqrt(u*/a) <= 1/2 where a >= 4 u*: this is the hypothesis on T.",
    ),
    Step.code(
        "product_code",
        KAPPA * D * B * sqrt(d / (T * r)),
        lambda D, B, d, T, r: (
            least_error(oracle_at(d, 1, diameter=D, gradient=B), rounds=T, bits=r).value
        ),
        at=[
            {d: 9, T: 50, r: 4, D: 2, B: 3},
            {d: 100, T: 20, r: 100, D: 1, B: 1},
            {d: 1000, T: 10**4, r: 7, D: Rational(1, 2), B: 1},
        ],
        because="p = 1, where this is the larger of the two.",
    ),
    Step.code(
        "sparse_code",
        sqrt(2) * KAPPA * D * d ** (1 - x) / sqrt(T * M),
        lambda D, d, x, T, M: (
            least_error(oracle_at(d, 1 / x, diameter=D), rounds=T, bits=M.bit_length() - 1).value
        ),
        at=[
            {d: 16, T: 600, M: 4, D: 2, x: Rational(1, 2)},
            {d: 64, T: 10**5, M: 64, D: 1, x: Rational(1, 4)},
            {d: 64, T: 10**5, M: 128, D: 1, x: Rational(1, 8)},
        ],
        because="M = 2^r <= 2 d; all bits are useful up to r = log2(2 d).",
    ),
    Step.identity(
        "precision",
        [
            k * sqrt(d / (T * (k / (c * F)) ** 2 * d)),
            (k / (4 * d ** (Rational(1, 2) - x))) ** 2 * d,
            (k / (4 * sqrt(2 * E * log(d)))) ** 2 * d,
        ],
        [c * F / sqrt(T), (k / 4) ** 2 * d ** (2 * x), k**2 * d / (32 * E * log(d))],
        when={d: (3, 99)},
        because="r = (kappa/(c F))^2 d turns the first bound into c F D B/sqrt(T), and fewer bits miss "
        "this target. F = d^(1/2 - 1/p) for p >= 2; F <= sqrt(2 e ln d) for p < 2 (`mirror_descent`).",
    ),
    Step.identity(
        "precision_sparse",
        [
            sqrt(2) * k * d ** (1 - x) / sqrt(T * 2 * (k * d ** (1 - x) / (c * F)) ** 2),
            2 * (k * d ** (1 - x) / (4 * d ** (Rational(1, 2) - x))) ** 2,
        ],
        [c * F / sqrt(T), 2 * (k / 4) ** 2 * d],
        because="The same for 2^r. With min(2^r, 2 d) >= 2 and min(r, d) >= 1, T >= u* d^2 is enough for both.",
    ),
    Step.enumerate(
        "precision_code",
        [
            (10**6, 2),
            (10**6, inf),
            (1355, 2),
            (1354, 2),
            (10**6, 4),
            (8**5, 6),
            (2**20, inf),
            (10**8, 8),
        ],
        fewest_bits,
        size=8,
        because="Both forms need more than one bit from d^(2/p) or d = 1355 on, the least whole number "
        "above (4/kappa)^2 = 1354.75.",
    ),
    Step.identity(
        "half_the_price",
        [
            d / 4 * (2 * B * t / d ** (1 - x)) * (D / (2 * d**x)),
            d / 4 * (2 * B * t / d) * (D / (2 * d**x)),
        ],
        [D * B * t / 4, D * B * t / (4 * d**x)],
        because="By Fano, as in the paper: a coordinate with a wrong sign costs slope (h + a_i x_i) >= "
        "slope h, since a_i x_i >= 0 there. So much for d/4 of them, t = delta, x = 1/p.",
    ),
    Step.lemma(
        "far_from_the_truth",
        "P(d/4 or more wrong signs) >= 1 - (T I + 1)/L, L = d - log2 sum_{i < d/4} C(d, i); the largest "
        "a delta (A - b delta^2) is (2/(3 sqrt3)) a A^(3/2) b^(-1/2)",
        claim="distance_fano",
    ),
    Step.lemma("enough_words", "L >= c_2 d, c_2 = (3/4) log2 3 - 1", claim="packing_bounds"),
    Step.identity(
        "fano_constants",
        [
            2 / (3 * sqrt(3)) / 4 / sqrt(c * T * M / (s * d)),
            2 / (3 * sqrt(3)) / 4 * d ** (-x) / sqrt(c * T * M / (s * d**2)),
        ],
        [sqrt(s / (108 * c)) * sqrt(d / (T * M)), sqrt(s / (108 * c)) * d ** (1 - x) / sqrt(T * M)],
        because="A -> 1, s = c_2, and T I/L = c T delta^2 M/(s d), or with d^2 for sparse signs; "
        "1/16 * 4/27 = 1/108.",
    ),
    Step.code(
        "fano_constants_code",
        sqrt(C_2 / (108 * c)),
        lambda c: route_constant(
            "packing_fano" if c == 360 else "distance_fano", "sparse" if c == 2 else "product"
        ),
        at=[{c: 360}, {c: 4}, {c: 2}],
        because="0.00220 with the printed 360 delta^2 min(r, d), 0.0209 and 0.0296 with the bounds used here; "
        "kappa and sqrt(2) kappa are 5.2 times as much.",
    ),
    Step.identity(
        "what_fano_loses",
        2 / (3 * sqrt(3)) * (g * v) * sqrt((1 - h) / a),
        g * PRODUCT / sqrt(a) * 2 / (3 * sqrt(3)),
        when={v: (0, Rational(1, 2))},
        because="With corners as answers a wrong sign costs twice as much: g delta v with v d for d/4, "
        "probability 1 - a delta^2/(1 - h(v)). The best v is that of kappa, 0.2436, near 1/4: distances "
        "then give 2/(3 sqrt3) = 0.385 of the bitwise bound in large dimension, for both families.",
    ),
    Step.code(
        "fano_code",
        (sqrt(L / (108 * c * T * r)) * (1 - 1 / L) ** Rational(3, 2)).subs(L, d - log(n) / log(2)),
        lambda d, n, c, T, r: (
            lower_error_by_route(
                oracle_at(d, 1),
                rounds=T,
                bits=r,
                route="distance_fano" if c == 4 else "packing_fano",
            ).value
        ),
        at=[
            {d: 4, n: 1, c: 4, T: 50, r: 3},
            {d: 7, n: 8, c: 4, T: 9, r: 2},
            {d: 64, n: sum(comb(64, i) for i in range(16)), c: 360, T: 10, r: 6},
        ],
        because="In finite dimension, n words nearer than d/4; p = 1, product family.",
    ),
    Step.code(
        "fano_code_sparse",
        sqrt(L / (108 * c * T * M)) * d ** (1 - x) * (1 - 1 / L) ** Rational(3, 2) / sqrt(d),
        lambda L, c, T, M, d, x: (
            lower_error_by_route(
                oracle_at(d, 1 / x),
                rounds=T,
                bits=M.bit_length() - 1,
                route="distance_fano" if c == 2 else "packing_fano",
            ).value
        ),
        at=[
            {d: 4, L: 4, c: 2, T: 50, M: 8, x: Rational(1, 8)},
            {d: 4, L: 4, c: 4, T: 50, M: 4, x: Rational(1, 8)},
            {d: 7, L: 4, c: 2, T: 90, M: 2, x: Rational(1, 4)},
        ],
        because="The sparse family, where it is the larger one; d = 7 has N = 8.",
    ),
]
