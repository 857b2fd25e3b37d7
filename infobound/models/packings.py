"""Packings of sign vectors: the cube, greedy ones, and those from binary codes (a bit 1 is -1)."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from infobound.models.packing import Packing, Words, ball, is_inclusion_maximal
from infobound.models.sign_families import cube_weights, numbered_words
from infobound.numerics.arguments import argument_error, whole

__all__ = [
    "Packing",
    "antipodal_clusters_16",
    "best_code_9",
    "best_code_10",
    "constant_weight",
    "extended_hamming_16",
    "gilbert_varshamov_bound",
    "greedy_packing",
    "hypercube",
    "is_inclusion_maximal",
    "reed_muller",
    "weight_classes",
    "with_opposites",
]

LARGEST_CODE = 2**24  # signs in all words together


def hypercube(dimension: int) -> Packing:
    """All 2^d sign vectors in the order of their numbers, distance 1; d <= 20."""
    d = whole("dimension", dimension, most=20)
    return Packing(numbered_words(np.arange(1 << d), d), 1)


def gilbert_varshamov_bound(dimension: int, distance: int) -> int:
    """Least size of an inclusion-maximal packing: ceil(2^d / sum_{i < distance} C(d, i)).

    The balls of radius distance - 1 around its words cover the cube (Gilbert 1952, Varshamov 1957).

    Examples
    --------
    >>> gilbert_varshamov_bound(16, 4)
    95
    """
    d = whole("dimension", dimension)
    return -(-(1 << d) // sum(math.comb(d, i) for i in range(whole("distance", distance, most=d))))


def greedy_packing(dimension: int, distance: int) -> Packing:
    """Every word, in the order of numbers, that is far from all before: a lexicode.

    Inclusion-maximal, so at least as large as `gilbert_varshamov_bound`. It is linear (Conway and
    Sloane 1986).

    Parameters
    ----------
    dimension : int, 1 to 20.
    distance : int, 1 to d.
    """
    d = whole("dimension", dimension, most=20)
    near = ball(d, whole("distance", distance, most=d) - 1)
    free, chosen = np.ones(1 << d, dtype=bool), []
    number = 0
    while number < 1 << d:
        chosen.append(number)
        free[number ^ near] = False
        step = int(np.argmax(free[number:]))  # 0 if none is left: the word itself is taken
        number = number + step if step else 1 << d
    return Packing(numbered_words(chosen, d), distance)


def reed_muller(order: int, variables: int) -> Packing:
    """RM(r, m): values of all polynomials of degree <= r in m bits; d = 2^m, distance 2^(m - r).

    Parameters
    ----------
    order : int, 0 <= r <= m.
    variables : int, m >= 1.

    Raises
    ------
    ArgumentError
        2^(sum_{i <= r} C(m, i)) words of length 2^m are more than 2^24 signs.

    Examples
    --------
    >>> len(reed_muller(1, 4)), reed_muller(1, 4).distance
    (32, 8)
    """
    m = whole("variables", variables, most=24)
    r = whole("order", order, least=0, most=m)
    point = np.arange(1 << m)
    degrees = cube_weights(m)
    monomials = np.flatnonzero(degrees <= r)
    if monomials.size + m > 24:
        got = f"{r}: 2^{monomials.size} words of length 2^{m}"
        raise argument_error("order", got, f"so small that there are at most {LARGEST_CODE} signs")
    basis = (monomials[:, None] & ~point) == 0  # a monomial is 1 where all its bits are
    return Packing(_span(basis), 1 << (m - r))


def extended_hamming_16() -> Packing:
    """The extended Hamming code [16, 11, 4], which is RM(2, 4): 2048 words.

    A largest packing of distance d/4 for d = 16.
    """
    return reed_muller(2, 4)


def best_code_10() -> Packing:
    """The Best code (10, 40, 4), a largest one of its length and distance.

    The image under the Gray map of the 40 cyclic shifts of (c - d, b, c, d, b + c) over the
    integers mod 4, with b, c, d = +-1 (Conway and Sloane 1994).
    """
    rows = [
        np.roll([c - d, b, c, d, b + c], shift) % 4
        for b, c, d in itertools.product((1, -1), repeat=3)
        for shift in range(5)
    ]
    gray = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]], dtype=np.int8)
    return Packing(gray[np.array(rows)].reshape(40, 10), 4)


def best_code_9() -> Packing:
    """The Best code without its last coordinate: 40 words, d = 9, distance 3.

    A largest packing of distance at least d/4; E V V^T has the eigenvalue 1.2.
    """
    return Packing(best_code_10().words[:, :9], 3)


def weight_classes(dimension: int, weights: Sequence[int]) -> Packing:
    """All sign vectors with so many signs -1, for any of `weights`; d <= 20.

    The distance is 2 if some weight is neither 0 nor d, or less where two weights differ by 1.
    Weights 0, 2, 5, 7 with d = 7 are 44 words of distance 2 >= d/4 to which none can be added.

    Examples
    --------
    >>> len(weight_classes(7, (0, 2, 5, 7)))
    44
    """
    d = whole("dimension", dimension, most=20)
    chosen = sorted({whole("weights", w, least=0, most=d) for w in weights})
    if not chosen:
        raise argument_error("weights", list(weights), "at least one")
    gaps = [b - a for a, b in itertools.pairwise(chosen)]
    inside = [2] if any(0 < w < d for w in chosen) else []
    words = numbered_words(np.flatnonzero(np.isin(cube_weights(d), chosen)), d)
    return Packing(words, min(gaps + inside, default=d))


def constant_weight(packing: Packing, weight: int) -> Packing:
    """The words of a packing with so many signs -1."""
    w = whole("weight", weight, least=0, most=packing.dimension)
    words = packing.words[np.sum(packing.words < 0, axis=1) == w]
    if not len(words):
        raise argument_error("weight", weight, "the weight of some word")
    return Packing(words, packing.distance)


def with_opposites(packing: Packing) -> Packing:
    """The words and their opposites, if these keep the distance (ArgumentError if they do not)."""
    return Packing(np.concatenate([packing.words, -packing.words]), packing.distance)


def antipodal_clusters_16() -> Packing:
    """280 words, d = 16, distance 4: weight 4 in the extended Hamming code, and their opposites.

    E V V^T has the eigenvalue 4 along the all-ones vector.
    """
    return with_opposites(constant_weight(extended_hamming_16(), 4))


def _span(basis: npt.NDArray[np.bool_]) -> Words:
    """Sums mod 2 of all subsets of the rows, as signs."""
    words = np.ones((1, basis.shape[1]), dtype=np.int8)
    for row in basis:
        words = np.concatenate([words, words * np.where(row, -1, 1).astype(np.int8)])
    return words
