"""Fano's inequality: what a message does not tell, a guess gets wrong.

Setting. V takes N >= 2 values, M is a message, the guess g depends on V through M only (private coins
allowed: they count as part of M). Write e = P(g != V), h for the binary entropy, bits throughout. Then

    H(V | M) <= h(e) + e log2(N - 1),        and for uniform V        e >= 1 - (I(V; M) + 1)/log2 N.

Proof. Compare the law of V given M = m with the law that has 1 - e on the guess and e/(N - 1) on every
other value. Its logarithm takes two values only, so the mean over m needs nothing but e.
"""

from fractions import Fraction
from math import log2

from sympy import exp, log, symbols

from infobound.bounds.fano import fano_error
from infobound.bounds.gradient_compression.hard import bit_error
from infobound.checking import Claim, Step, Zero

N, L, K, h, I, B = symbols("N L K h I B", positive=True)
e, v = symbols("e v", positive=True)
w, y = symbols("w y", real=True)
p1, p2, p3 = symbols("p1:4", positive=True)
posterior = (p1, p2, p3, 1 - p1 - p2 - p3)
compared = (1 - e, e / 3, e / 3, e / 3)
SIMPLEX = {p1: (0, Fraction(1, 4)), p2: (0, Fraction(1, 4)), p3: (0, Fraction(1, 4)), e: (0, 1)}


def entropy(law):
    """In nats."""
    return -sum(p * log(p) for p in law)


def guesses(case: tuple[int, int]) -> tuple[Fraction, Fraction]:
    """Fano's bound on e, and e, when M names a block of 2^(k - j) of the 2^k values."""
    k, j = case
    values, size = range(2**k), 2 ** (k - j)
    blocks = [[one for one in values if one // size == m] for m in range(2**j)]
    right = sum(1 for block in blocks for one in block if one == min(block))
    return 1 - Fraction(j + 1, k), 1 - Fraction(right, 2**k)


CLAIM = Claim(
    "fano",
    source="Fano 1961, Transmission of Information; Cover and Thomas 2006, section 2.10; proof here",
    latex=r"P(\hat V\ne V)\ge 1-\frac{I(V;M)+1}{\log_2 N}",
    statement="A guess of one of N equally likely values, made from a message with I bits about it, is "
    "wrong with probability at least 1 - (I + 1)/log2 N.",
    hypotheses=("V uniform on N values", "V - M - guess is a Markov chain"),
    assumes=(),
)

STEPS = [
    Step.integral(
        "log_tangent",
        y**2 * (1 - w) * exp(y * w),
        (w, 0, 1),
        exp(y) - 1 - y,
        antiderivative=((1 - w) * y + 1) * exp(y * w),
        because="The integrand is >= 0: e^y >= 1 + y, so ln t <= t - 1 for every t = e^y > 0.",
    ),
    Step.identity(
        "gibbs",
        sum(p * (q / p - 1) for p, q in zip(posterior, compared, strict=True)),
        0,
        when=SIMPLEX,
        because="So sum p ln(q/p) <= sum (q - p) = 0: -sum p ln p <= -sum p ln q for any two laws (N = 4 "
        "is shown; 1 - e on the guess and e/(N - 1) on each other value add up to 1 for every N).",
    ),
    Step.identity(
        "two_logarithms",
        -sum(p * log(q) for p, q in zip(posterior, compared, strict=True)),
        -p1 * log(1 - e) - (1 - p1) * log(e / 3),
        when=SIMPLEX,
        because="With p1 the posterior probability of the guess: linear in p1. Its mean over M is 1 - e.",
    ),
    Step.identity(
        "mean_over_messages",
        -(1 - e) * log(1 - e) - e * log(e / (N - 1)),
        entropy((e, 1 - e)) + e * log(N - 1),
        when={e: (0, 1), N: (2, 9)},
        because="H(V | M) <= h(e) + e log(N - 1). At e = 0 or 1 take the limit of the compared law.",
    ),
    Step.identity(
        "equality",
        entropy((1 - e, e / 3, e / 3, e / 3)),
        entropy((e, 1 - e)) + e * log(3),
        when={e: (0, 1)},
        because="Reached when the posterior is the compared law for every message (N = 4).",
    ),
    Step.identity(
        "at_most_one_bit",
        [
            e * (1 / (2 * e) - 1) + (1 - e) * (1 / (2 * (1 - e)) - 1),
            entropy((e, 1 - e)).subs(e, "1/2"),
        ],
        [0, log(2)],
        when={e: (0, 1)},
        because="By gibbs against the fair coin h(e) <= 1, with equality at e = 1/2.",
    ),
    Step.inequality(
        "one_bit_tight",
        log(2) - entropy((e, 1 - e)),
        over={e: (Fraction(1, 64), Fraction(63, 64))},
        zero=Zero(at={e: Fraction(1, 2)}, order=2, leading=2),
        because="The same again by ball arithmetic; e = 1/2 is the only place of equality.",
    ),
    Step.identity(
        "theorem",
        e - (1 - (I + 1) / L),
        ((1 - h) + e * (L - K) + (h + e * K - (L - I))) / L,
        because="L = log2 N, K = log2(N - 1) <= L, h = h(e), and H(V | M) = L - I as V is uniform. The "
        "three terms are >= 0: at_most_one_bit, N - 1 <= N, mean_over_messages.",
    ),
    Step.enumerate(
        "blocks",
        [(k, j) for k in range(1, 8) for j in range(k + 1)],
        guesses,
        size=35,
        relation="<=",
        slack=Fraction(1, 7) - Fraction(1, 128),
        because="M names one of 2^j blocks of 2^k values, so that I = j; any guess inside the block is "
        "best. Least slack at k = 7, j = 0.",
    ),
    Step.code(
        "implementation",
        1 - (I + 1) * log(2) / log(N),
        lambda I, N: fano_error(information=I, count=N).value,
        at={I: (0, 3), N: (40, 4000)},
    ),
    Step.code(
        "bit_code",
        v,
        lambda v: bit_error(1 + v * log2(v) + (1 - v) * log2(1 - v)),
        at={v: (Fraction(1, 64), Fraction(7, 16))},
        because="N = 2, where log2(N - 1) = 0 and e <= 1/2: e >= h^{-1}(1 - I), nothing dropped.",
    ),
]
