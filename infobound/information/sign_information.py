"""I(V; M) for a message about one observation of a random sign vector: exact sums, in bits.

I(V; M) = sum_m p(m) E (1 + Z) log2(1 + Z), with Z as in `infobound.information.sign_laws`. Since
E Z = 0 the summand is replaced by (1 + Z) log2(1 + Z) - Z log2(e) >= 0: the sum has no cancellation
and keeps its relative accuracy as delta -> 0, where it is of the order delta^2.
"""

import math
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.information.sign_laws import (
    Messages,
    Prior,
    cell_laws,
    columns,
    excess,
    noisy,
    prior_words,
)
from infobound.models.sign_families import (
    SignFamily,
    SparseSign,
    word_numbers,
)
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.dyadic import dyadic

LARGEST_EXACT = 2**18  # rational numbers for one message
Interval = tuple[Fraction, Fraction]


def message_information(family: SignFamily, messages: Messages, prior: Prior = None) -> Estimate:
    """I(V; M) in bits, V uniform on the prior, M the message about one observation Y of V.

    Parameters
    ----------
    family : SparseSign or BernoulliProduct
    messages : array_like
        int of shape (points,): a partition, the message of each point (any labels). Or of shape
        (points, K): W(m | y), rows that sum to 1.
    prior : Packing, or array_like (n, d) of -1 and 1, or None
        V is uniform on its rows; None is the whole cube.

    Returns
    -------
    Estimate
        Method "exact": a finite sum, rounded. For `SparseSign` and a partition over the whole cube
        at most 2 d + 2^r terms, in any dimension; for `BernoulliProduct` 2^d for each cell that is
        not a translate of another.

    Raises
    ------
    ArgumentError
        `messages` or `prior` does not fit, or the sum has more than 2^24 terms for one message or
        2^30 in all. It is refused before it starts, and the message gives the numbers.

    Examples
    --------
    Two bits of one random sign of four, its group of coordinates and its sign:

    >>> from infobound.models.sign_families import SparseSign
    >>> round(message_information(SparseSign(4, 0.25), [0, 1, 0, 1, 2, 3, 2, 3]).value, 7)
    0.0943609
    """
    laws = cell_laws(family, messages, prior)
    total = math.fsum(law.mean(excess(law.deviation)) for law in laws)
    return Estimate(value=total / math.log(2), unit="bits")


def exact_message_information(
    family: SignFamily, messages: Messages, prior: Prior = None, *, precision: int = 256
) -> Interval:
    """An interval that certainly holds I(V; M) in bits, from exact probabilities.

    Parameters
    ----------
    family, messages, prior
        As in `message_information`; delta and the entries of a channel are rational (Fraction or
        int).
    precision : int
        Bits of the ball arithmetic (Arb) for the logarithms.

    Returns
    -------
    (Fraction, Fraction)
        low <= I <= high; the width is about 2^-precision times the number of terms.

    Raises
    ------
    ArgumentError
        As in `message_information`, with 2^18 terms for one message; and for a float delta or
        channel.
    """
    from flint import arb, ctx, fmpq

    family.exact_delta()
    words = prior_words(family, prior)
    with ctx.workprec(whole("precision", precision, least=32, most=2**20)):
        total = arb(0)
        for copies, column in columns(family, messages, cube=words is None):
            law = _exact_law(family, column, words)
            n = sum(law.values())
            mean = sum((count * p for p, count in law.items()), Fraction(0)) / n
            terms = [(-1 * n, mean), *((count, p) for p, count in law.items())]
            for count, p in terms:
                if p:
                    size = fmpq(p.numerator, p.denominator)
                    total += fmpq(copies * count, n) * size * arb(size).log()
        total /= arb.const_log2()
        return dyadic(total.lower()), dyadic(total.upper())


def _exact_law(
    family: SignFamily, channel: npt.NDArray[Any], words: npt.NDArray[np.int8] | None
) -> Counter[Fraction]:
    """P(m | v) with the number of v that have it."""
    if channel.dtype.kind not in "iuO":
        raise argument_error("messages.dtype", str(channel.dtype), "int or Fraction", "Not float.")
    entries = channel.tolist()  # of int or Fraction
    scale = math.lcm(*{w.denominator for w in entries})
    parts = [int(w * scale) for w in entries] if scale > 1 else [int(w) for w in entries]
    slope = 2 * family.exact_delta()
    if isinstance(family, SparseSign):
        plus, minus = parts[0::2], parts[1::2]
        differences = [a - b for a, b in zip(plus, minus, strict=True)]
        sums = _sums(differences) if words is None else _inner(words, differences)
        mass, points = sum(parts), scale * family.points
        return Counter({(mass + slope * value) / points: n for value, n in sums.items()})
    return _noisy(parts, scale, slope, family.dimension, words)


def _sums(sizes: list[int]) -> Counter[int]:
    """Values of sum_i +-sizes_i with the number of signs that give them."""
    found = Counter({0: 1})
    for size, count in Counter(abs(size) for size in sizes).items():
        if len(found) * (count + 1) > LARGEST_EXACT:
            raise _too_many(len(found) * (count + 1))
        steps = {size * (2 * k - count): math.comb(count, k) for k in range(count + 1)}
        grown: Counter[int] = Counter()
        for value, n in found.items():
            for step, ways in steps.items() if size else ((0, 2**count),):
                grown[value + step] += n * ways
        found = grown
    return found


def _inner(words: npt.NDArray[np.int8], differences: list[int]) -> Counter[int]:
    if len(words) > LARGEST_EXACT:
        raise _too_many(len(words))
    return Counter((words.astype(object) @ np.array(differences, dtype=object)).tolist())


def _noisy(
    parts: list[int], scale: int, slope: Fraction, d: int, words: npt.NDArray[np.int8] | None
) -> Counter[Fraction]:
    """The noise in integers, over one denominator."""
    if len(parts) > LARGEST_EXACT:
        raise _too_many(len(parts))
    a, b = slope.numerator, slope.denominator
    small = (2 * b) ** d * max(max(parts), 1) < 2**62
    values = noisy(np.array(parts, dtype=np.int64 if small else object), b + a, b - a)
    if words is not None:
        values = values[word_numbers(words)]
    whole_scale = scale * (2 * b) ** d
    return Counter({Fraction(v, whole_scale): n for v, n in Counter(values.tolist()).items()})


def _too_many(terms: int) -> Exception:
    allowed = f"at most {LARGEST_EXACT} rational numbers for one message"
    return argument_error("messages", f"a sum of {terms} terms", allowed, "Use floats.")
