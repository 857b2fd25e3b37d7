"""Codes of fixed length for the integer points x of an l_1 ball, |x|_1 <= k: what SimQ+ sends.

"delannoy" numbers the points. "type-sign" numbers the types (n_0, ..., n_d) = (k - |x|_1, |x_1|,
..., |x_d|) and appends min(k, d) sign bits, one for each x_i that is not 0 in the order of i, the
rest 0. A type is n_0 stars, a bar, n_1 stars, a bar, ...: the k places of the stars among d + k are
a subset, and that is numbered, which is fast for few draws in many coordinates.
"""

import numpy as np
import numpy.typing as npt

from infobound.bounds.simq import Code
from infobound.numerics.arguments import argument_error
from infobound.numerics.bits import bits_integers, integer_bits
from infobound.numerics.enumerative import (
    delannoy,
    rank_ball,
    rank_subset,
    type_count,
    unrank_ball,
    unrank_subset,
)
from infobound.quantizers.base import Ints

Bits = npt.NDArray[np.integer]


def field_widths(d: int, draws: int, code: Code) -> tuple[int, int]:
    """Bits of the number, and of the signs, of one point."""
    if code == "delannoy":
        return (delannoy(d, draws) - 1).bit_length(), 0
    return (type_count(d, draws) - 1).bit_length(), min(d, draws)


def write_points(points: Ints, draws: int, code: Code) -> tuple[Bits, Bits]:
    """Numbers and signs of points (n, d), as rows of bits of the widths in `field_widths`."""
    n, d = points.shape
    width, sign_width = field_widths(d, draws, code)
    signs = np.zeros((n, sign_width), dtype=np.uint8)
    if code == "delannoy":
        ranks = [rank_ball(point, draws) for point in points.tolist()]
        return integer_bits(ranks, width=width), signs
    ranks = []
    for i, point in enumerate(points):
        ranks.append(rank_subset(_stars(np.abs(point), draws).tolist(), d + draws))
        negative = point[point != 0] < 0
        signs[i, : negative.size] = negative
    return integer_bits(ranks, width=width), signs


def read_points(numbers: Bits, signs: Bits, d: int, draws: int, code: Code) -> Ints:
    """Points (n, d) from the rows of `write_points`.

    Raises
    ------
    ArgumentError
        A number that is not below the number of codewords, or a sign without a coordinate.
    """
    points = np.zeros((len(numbers), d), dtype=np.int64)
    for i, rank in enumerate(bits_integers(numbers)):
        if code == "delannoy":
            points[i] = unrank_ball(rank, d, draws)
        else:
            stars = unrank_subset(rank, d + draws, draws)
            points[i] = _with_signs(_sizes(stars, d), signs[i], i)
    return points


def _stars(sizes: Ints, draws: int) -> Ints:
    """Places of the stars, increasing: star j of coordinate i has i bars and j stars before it."""
    counts = np.concatenate([[draws - sizes.sum()], sizes])
    stars: Ints = np.repeat(np.arange(counts.size), counts) + np.arange(draws)
    return stars


def _sizes(stars: list[int], d: int) -> Ints:
    """|x_1|, ..., |x_d| from the places of the stars."""
    coordinate = np.array(stars, dtype=np.int64) - np.arange(len(stars))
    return np.bincount(coordinate, minlength=d + 1)[1:]


def _with_signs(sizes: Ints, signs: Bits, i: int) -> Ints:
    point = sizes.copy()
    (drawn,) = np.nonzero(point)
    if np.any(signs[drawn.size :]):
        raise argument_error(f"unused sign bits in message {i}", 1, "0")
    point[drawn] *= 1 - 2 * signs[: drawn.size].astype(np.int64)
    return point
