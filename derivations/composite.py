"""The composite quantizer for p in [1, 2): alpha_0 <= 2 B, where the paper has sqrt(12) B.

Setting. q = p/(p - 1) > 2, |Y|_q <= B, d >= 4, Delta_2 = ceil(log2(1 + ln*(d/3))),
Delta_1 = ceil(log2(2 + sqrt(18 + 6 ln Delta_2) d^(1/2 - 1/q))), c = B (Delta_1/d)^(1/q). A message
says which coordinates are above c (d bits), has the others as in `composite_small`, and sends the
vector Y_2 of the large ones by RATQ for |Y_2|_2 <= B' = B d^(1/2 - 1/q), with k = 2^Delta_1 - 1 levels.
There are at most floor(d/Delta_1) of them, padded to a power of two D, since RATQ rotates. Then

    E Q = Y,   alpha_0^2 = sup E|Q|_q^2 <= 4 B^2,   bits <= d (b + 3) + Delta_2 for d a power of two.

The printed alpha_0 <= sqrt(12) B adds the two parts by (x + y)^2 <= 2 x^2 + 2 y^2; Minkowski's inequality
gives (1 + sqrt2) B, and that the parts do not overlap, 2 B. The printed count of bits lets RATQ have
dimension d/Delta_1. With padding it holds as printed for powers of two; other d may need up to
2 d/Delta_1 bits more.
"""

from fractions import Fraction

from sympy import Rational, log, sqrt, symbols

from infobound.bounds.gradient_compression.composite import (
    composite_split,
    printed_composite_bits,
)
from infobound.bounds.gradient_compression.p_below_2 import composite
from infobound.bounds.ratq import delta_2
from infobound.checking import Claim, Step

B, Delta, n, q, t, v, a, s, m = symbols("B Delta n q t v a s m", positive=True)
u = symbols("u", positive=True)  # 1/q
w, g, h = symbols("w g h", nonnegative=True)
d, N, f = symbols("d N f", integer=True, positive=True)

threshold = B * (Delta / d) ** u
wide = B * d ** (Rational(1, 2) - u)  # B'
least_steps = sqrt(18 + 6 * log(s)) * d ** (Rational(1, 2) - u)

POWERS = [(2**e, 1 / q_) for e in range(2, 31) for q_ in (2.01, 2.5, 3, 4, 8, 1e9)]
OTHERS = [(dimension, 1 / q_) for dimension in range(4, 404) for q_ in (2.01, 2.5, 4, 1e9)]


def total_bits(case: tuple[int, float]) -> tuple[int, int]:
    """Exact length of a message, and as printed."""
    return composite_split(*case).bits, printed_composite_bits(*case)


def total_bits_elsewhere(case: tuple[int, float]) -> tuple[Fraction, Fraction]:
    """Exact length, and as printed plus 2 d/Delta_1."""
    split = composite_split(*case)
    more = Fraction(2 * split.dimension, split.large_bits)
    return Fraction(split.bits), printed_composite_bits(*case) + more


def fewer_ranges(case: tuple[int, float]) -> tuple[int, int]:
    """Bits of a range at the padded dimension, and Delta_2 at d."""
    split = composite_split(*case)
    return delta_2(split.padded), delta_2(split.dimension)


CLAIM = Claim(
    "composite",
    source="Mayekar and Tyagi 2020, arXiv:2001.09032, section 5 and Lemma 5.2; sharper here",
    latex=r"\alpha_0(Q;p)\le 2B\le(1+\sqrt2)B\le\sqrt{12}\,B,\qquad "
    r"d\bigl(\lceil\log_2(2\sqrt2\Delta_1^{1/q}+2)\rceil+3\bigr)+\Delta_2\text{ bits}",
    statement="The composite quantizer is unbiased on the l_q ball, q > 2, with E|Q|_q^2 <= 4 B^2, in "
    "the printed number of bits when d is a power of two.",
    hypotheses=("1 <= p < 2", "|Y|_q <= B surely", "d >= 4; d a power of two for the bits"),
    assumes=(),
)

STEPS = [
    Step.lemma(
        "small",
        "the small coordinates: unbiased, |e_1|_q <= B/sqrt(2) surely; and k is odd, so that where a "
        "large coordinate has been replaced by 0 it stays 0",
        claim="composite_small",
    ),
    Step.lemma(
        "large",
        "RATQ on |Y_2|_2 <= B' in a power of two dimensions: unbiased, "
        "E|e_2|_2^2 <= (9 + 3 ln s) B'^2/(k - 1)^2, s the size of a group",
        claim="ratq",
    ),
    Step.identity(
        "number_of_large",
        n * threshold ** (1 / u) - B ** (1 / u),
        (n * Delta / d - 1) * B ** (1 / u),
        because="n coordinates above c have sum |Y_i|^q >= n c^q, and at most B^q: n <= d/Delta_1.",
    ),
    Step.integral(
        "power_mean",
        q / 2 * (q / 2 - 1) * v ** (q / 2 - 2) * (t - v),
        (v, 1, t),
        t ** (q / 2) - 1 - q / 2 * (t - 1),
        antiderivative=q / 2 * t * v ** (q / 2 - 1) - (q / 2 - 1) * v ** (q / 2),
        when={q: (2, 6), t: (Rational(1, 8), 4)},
        because="For q >= 2 the integral is >= 0: t^(q/2) >= 1 + (q/2)(t - 1). With "
        "t_i = n Y_i^2/|Y_2|_2^2, of average 1, sum t_i^(q/2) >= n, which is "
        "|Y_2|_2 <= n^(1/2 - 1/q) |Y_2|_q <= B'.",
    ),
    Step.identity(
        "error_of_large",
        (9 + 3 * log(s)) * wide**2 / least_steps**2,
        B**2 / 2,
        when={s: (1, 8)},
        because="k - 1 = 2^Delta_1 - 2 >= sqrt(18 + 6 ln Delta_2) d^(1/2 - 1/q), and s <= Delta_2 as the "
        "padded dimension is at most d: E|e_2|_2^2 <= B^2/2.",
    ),
    Step.enumerate(
        "groups_code",
        POWERS + OTHERS,
        fewer_ranges,
        size=174 + 1600,
        relation="<=",
        because="The padded dimension has no more ranges than d.",
    ),
    Step.integral(
        "power_decreases",
        -log(a) * a**v,
        (v, 2, q),
        a**2 - a**q,
        antiderivative=-(a**v),
        when={q: (2, 6), a: (0, 1)},
        because="a <= 1 and q >= 2: a^q <= a^2, so |e_2|_q <= |e_2|_2 (a_i = |e_2(i)|/|e_2|_2). The "
        "same for two numbers: (x^q + y^q)^(1/q) <= sqrt(x^2 + y^2). The supports of e_1 and e_2 do "
        "not meet, so |e_1 + e_2|_q^2 <= |e_1|_q^2 + |e_2|_q^2. At q = inf by continuity.",
    ),
    Step.polynomial(
        "error_together",
        B**2 - ((B**2 / 2 - g) + (B**2 / 2 - h)),
        sos=[(g, 1), (h, 1)],
        because="So E|e|_q^2 <= B^2 for the error e of the whole: B^2/2 - g and B^2/2 - h, g, h >= 0.",
    ),
    Step.polynomial(
        "minkowski",
        (a + m + w) ** 2 - (a**2 + 2 * a * m + (m + w) ** 2),
        sos=[(2 * a * w, 1)],
        because="|Q|_q <= |Y|_q + |e|_q. With a = |Y|_q, m = E|e|_q and sqrt(E|e|_q^2) = m + w, w >= 0: "
        "E(a + |e|_q)^2 <= (a + sqrt(E|e|_q^2))^2.",
    ),
    Step.polynomial(
        "theorem",
        4 - (2 - g) ** 2,
        over={g: (0, 2)},
        sos=[(g * (2 - g), 1), (2 * g, 1)],
        because="In units of B: |Y|_q + sqrt(E|e|_q^2) is 2 - g with 0 <= g <= 2, as each term is at "
        "most 1. So E|Q|_q^2 <= 4 B^2.",
    ),
    Step.identity(
        "constants",
        [(1 + sqrt(2)) ** 2 - 4, 12 - (1 + sqrt(2)) ** 2],
        [2 * sqrt(2) - 1, 9 - 2 * sqrt(2)],
        because="Both positive: 2 B <= (1 + sqrt2) B, which is B + B/sqrt2 + B/sqrt2 and needs no "
        "disjoint supports, and that is <= sqrt(12) B as printed.",
    ),
    Step.code(
        "growth_code",
        B / B + sqrt(B**2 / 2 + B**2 / 2) / B,
        lambda: composite(1024, 0.4).growth,
        because="alpha_0/B.",
    ),
    Step.identity(
        "padding",
        2 ** (N - f) * (2 ** (f + 1) - 1 + 1),
        2 * 2**N,
        because="d = 2^N and 2^f <= Delta_1 <= 2^(f + 1) - 1: floor(d/Delta_1) <= 2^(N - f), a power of "
        "two, so D <= 2^(N - f), and RATQ takes at most D (1 + Delta_1) + Delta_2 <= 2 d + Delta_2 bits: "
        "ceil(D/s) ranges of s = log2 h <= Delta_2 bits are at most D + Delta_2.",
    ),
    Step.enumerate(
        "bits_code",
        POWERS,
        total_bits,
        size=174,
        relation="<=",
        slack=1,
        because="Exact lengths, d = 4 to 2^30: d for which are large, d b, and RATQ.",
    ),
    Step.enumerate(
        "bits_elsewhere_code",
        OTHERS,
        total_bits_elsewhere,
        size=1600,
        relation="<=",
        slack=7,
        because="Any d: D < 2 d/Delta_1, at most 2 d/Delta_1 bits more than printed.",
    ),
]
