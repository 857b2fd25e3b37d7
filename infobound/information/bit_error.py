"""Least error with which the bits of a random sign vector are known from T messages, exactly.

V is uniform on {-1, 1}^d, the messages are independent given V, and P_i is the error of the best
guess of V_i from all of them:

    P_i = 1/2 - 1/2 sum_m |P(m, V_i = 1) - P(m, V_i = -1)|.

The excess of the best optimizer on the hard families of `infobound.bounds.gradient_compression` is
exactly proportional to sum_i P_i. P_i is concave in the channel of each message, so randomised
quantizers, public coins included, do no better than partitions, and all sequences of one-bit
partitions can be searched; their order does not matter.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from infobound.information.codebook_transcripts import message_law
from infobound.models.sign_families import Floats, Ints, SignFamily, numbered_words
from infobound.numerics.arguments import argument_error, whole

LARGEST_SEARCH = 2**20  # sequences of quantizers
LARGEST_JOINT = 2**24  # probabilities P(m^T, v)
_CHUNK = 1 << 21

Quantizers = Sequence[npt.ArrayLike]


@dataclass(frozen=True, eq=False)
class LeastBitError:
    """The smallest sum of bit errors and a sequence of one-bit quantizers that has it.

    Attributes
    ----------
    total : float
        min sum_i P_i, from 0 to d/2.
    errors : tuple of float
        P_1, ..., P_d of the sequence found.
    quantizers : tuple of ndarray of int, shape (points,)
        The T partitions, with cells 0 and 1.
    searched : int
        How many sequences were compared, up to order and names of the cells.
    """

    total: float
    errors: tuple[float, ...]
    quantizers: tuple[Ints, ...]
    searched: int


def bit_errors(family: SignFamily, quantizers: Quantizers) -> Floats:
    """P_i for given quantizers, one for each message: shape (d,).

    Parameters
    ----------
    family : SparseSign or BernoulliProduct
    quantizers : sequence of array_like
        Each a partition of shape (points,) or a channel of shape (points, K).

    Raises
    ------
    ArgumentError
        A quantizer does not fit, or there are more than 2^24 probabilities P(m^T, v).

    Examples
    --------
    >>> from infobound.models.sign_families import BernoulliProduct
    >>> bit_errors(BernoulliProduct(2, 0.25), [[0, 1, 0, 1], [0, 0, 1, 1]])
    array([0.25, 0.25])
    """
    words = _cube(family)
    law = family.law(words)
    steps = [message_law(family, law, one) for one in quantizers]
    _sized(len(words) * math.prod(step.shape[1] for step in steps))
    joint = np.full((len(words), 1), 1 / len(words))
    for step in steps:
        joint = (joint[:, :, None] * step[:, None]).reshape(len(words), -1)
    return np.asarray((1 - np.abs(words.T.astype(np.float64) @ joint).sum(axis=1)) / 2)


def exact_bit_errors(family: SignFamily, quantizers: Quantizers) -> list[Fraction]:
    """The same in rational numbers, for a rational delta and partitions only.

    Raises
    ------
    ArgumentError
        delta is a float, or a quantizer is no partition; limits as in `bit_errors`.
    """
    words = _cube(family)
    cells = [np.asarray(one) for one in quantizers]
    for one in cells:
        if one.shape != (family.points,) or one.dtype.kind not in "iu":
            allowed = f"an int partition of shape ({family.points},)"
            raise argument_error("quantizers", f"one of shape {one.shape}", allowed)
    _sized(len(words) * math.prod(np.unique(one).size for one in cells))
    doubt = [Fraction(1)] * family.dimension
    laws = [family.exact_law(word) for word in words]
    steps = [[_merged(law, one) for law in laws] for one in cells]
    for branch in itertools.product(*(range(len(step[0])) for step in steps)):
        mass: list[Fraction] = [
            math.prod(
                (step[v][m] for step, m in zip(steps, branch, strict=True)), start=Fraction(1)
            )
            for v in range(len(words))
        ]
        for i in range(family.dimension):
            signed = (int(word[i]) * p for word, p in zip(words, mass, strict=True))
            gap = sum(signed, start=Fraction(0))
            doubt[i] -= abs(gap) / len(words)
    return [each / 2 for each in doubt]


def least_bit_error(family: SignFamily, rounds: int) -> LeastBitError:
    """Minimum of sum_i P_i over all sequences of T one-bit quantizers.

    Parameters
    ----------
    family : SparseSign or BernoulliProduct
    rounds : int, T >= 0.

    Raises
    ------
    ArgumentError
        There are more than 2^20 sequences to search. With 2^(points - 1) - 1 one-bit quantizers,
        d = 2 allows T <= 14 and d = 3 allows T <= 5 (sparse signs) or T <= 3 (products).

    Examples
    --------
    >>> from infobound.models.sign_families import BernoulliProduct
    >>> least_bit_error(BernoulliProduct(2, 0.25), 4).total
    0.40625
    """
    rounds = whole("rounds", rounds, least=0)
    words = _cube(family)
    d, ways = family.dimension, 2 ** (family.points - 1) - 1
    searched = math.comb(ways + rounds - 1, rounds)
    if searched > LARGEST_SEARCH:
        allowed = f"so few that at most {LARGEST_SEARCH} sequences exist; here are {searched}"
        raise argument_error("rounds", rounds, allowed)
    # Point 0 lies in cell 0; the all-0 partition says nothing.
    partitions = np.arange(2, 2**family.points, 2)[:, None] >> np.arange(family.points) & 1
    ones = partitions @ family.law(words).T  # P(M = 1 | v), (ways, 2^d)
    steps = np.stack([1 - ones, ones], axis=1)
    _sized(len(words) * 2**rounds)
    best, found = -1.0, np.zeros(rounds, dtype=np.int64)
    for some in _sequences(ways, rounds, max(1, _CHUNK // (len(words) << rounds))):
        joint = np.full((len(some), 1, len(words)), 1 / len(words))
        for t in range(rounds):
            grown = joint[:, :, None] * steps[some[:, t], None]
            joint = grown.reshape(len(some), -1, len(words))
        known = np.abs(joint @ words.astype(np.float64)).sum(axis=(1, 2))
        if known.max() > best:
            best, found = float(known.max()), some[int(np.argmax(known))]
    quantizers = tuple(partitions[k] for k in found)
    errors = tuple(bit_errors(family, quantizers).tolist())
    return LeastBitError((d - best) / 2, errors, quantizers, searched)


def _cube(family: SignFamily) -> npt.NDArray[np.int8]:
    d = whole("dimension", family.dimension, most=20)
    return numbered_words(np.arange(1 << d), d)


def _merged(law: list[Fraction], cells: npt.NDArray[np.generic]) -> list[Fraction]:
    return [
        sum((law[y] for y in np.flatnonzero(cells == m)), start=Fraction(0))
        for m in np.unique(cells)
    ]


def _sequences(ways: int, rounds: int, rows: int) -> Iterator[Ints]:
    """Multisets of T quantizers, some rows at a time."""
    every = itertools.combinations_with_replacement(range(ways), rounds)
    while some := list(itertools.islice(every, rows)):
        yield np.array(some, dtype=np.int64).reshape(len(some), rounds)


def _sized(terms: int) -> None:
    if terms > LARGEST_JOINT:
        got, allowed = f"{terms} joint probabilities", f"at most {LARGEST_JOINT}"
        raise argument_error("quantizers", got, allowed, "Take fewer messages.")
