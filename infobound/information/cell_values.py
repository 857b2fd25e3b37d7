"""What a cell of a quantizer adds to I(V; M), V uniform on the cube: I is the sum over the cells.

With p(v) the probability of the cell given v and p its mean over the cube, the cell adds

    E [p(v) log2(p(v)/p) - (p(v) - p)/ln 2],

every term of which is nonnegative, so that sums lose nothing. Few different values of p(v) occur;
their terms come from balls (Arb) far narrower than a double, and are rounded once.
"""

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from infobound.information.law import Floats
from infobound.models.sign_families import BernoulliProduct, SparseSign, cube_weights

if TYPE_CHECKING:
    from flint import arb


def sparse_values(family: SparseSign) -> Floats:
    """Value in bits of a cell of n points of which u have no partner in it, shape (2d + 1, d + 1).

    Partners are e_i and -e_i. Given v the cell has probability (n + 2 delta S)/(2 d) with S a sum
    of u signs, so nothing else about it matters. An entry without a cell is nan.

    Returns
    -------
    ndarray
        Relative error of an entry at most 2^-52.
    """
    from flint import ctx, fmpq

    d, delta = family.dimension, Fraction(family.delta)
    values = np.full((2 * d + 1, d + 1), np.nan)
    with ctx.workprec(_precision(delta)):
        for n in range(2 * d + 1):
            for u in range(n % 2, min(n, 2 * d - n) + 1, 2):
                mean = Fraction(n, 2 * d)
                terms = (
                    fmpq(math.comb(u, k), 2**u) * _term(mean + delta * (2 * k - u) / d, mean)
                    for k in range(u + 1)
                )
                values[n, u] = float(sum(terms))
    return values


def sparse_table(family: SparseSign) -> Floats:
    """Value in bits of every set of points, shape (4^d,); relative error at most 2^-52."""
    subsets, size = np.arange(1 << family.points), cube_weights(family.points)
    paired = 2 * sum(subsets >> 2 * i & subsets >> 2 * i + 1 & 1 for i in range(family.dimension))
    return np.asarray(sparse_values(family)[size, size - paired], dtype=float)


def product_table(family: BernoulliProduct) -> Floats:
    """Value in bits of every set of points, shape (2^(2^d),).

    The probability given v depends on how many points are at each Hamming distance from v.

    Returns
    -------
    ndarray
        Relative error of an entry at most (2^d + 2) 2^-53: a mean of 2^d rounded terms.
    """
    from flint import ctx

    d, points, delta = family.dimension, family.points, Fraction(family.delta)
    weight, size, base = cube_weights(d), cube_weights(points), points + 1
    subsets = np.arange(1 << points)
    profile = np.zeros((subsets.size, points), dtype=np.int64)  # the counts, as digits
    for v in range(points):
        for distance in range(d + 1):
            sphere = sum(1 << m for m in range(points) if weight[m ^ v] == distance)
            profile[:, v] += size[subsets & sphere] * base**distance
    kinds, which = np.unique(profile, return_inverse=True)
    right, wrong = Fraction(1, 2) + delta, Fraction(1, 2) - delta
    chance = [wrong**j * right ** (d - j) for j in range(d + 1)]
    terms = np.empty(kinds.size)
    with ctx.workprec(_precision(delta)):
        for place, kind in enumerate(kinds.tolist()):
            counts = [kind // base**j % base for j in range(d + 1)]
            p = sum((n * q for n, q in zip(counts, chance, strict=True)), Fraction(0))
            terms[place] = float(_term(p, Fraction(sum(counts), points)))
    return np.asarray(terms[which].reshape(profile.shape).mean(axis=1), dtype=float)


def _precision(delta: Fraction) -> int:
    """Bits enough for the cancellation between terms of order delta in one of order delta^2."""
    return 128 + 2 * delta.denominator.bit_length()


def _term(p: Fraction, mean: Fraction) -> "arb":
    """P log2(p/mean) - (p - mean)/ln 2, at the working precision."""
    from flint import arb, fmpq

    if not mean:
        return arb(0)
    gap = p - mean
    value = arb(fmpq(-gap.numerator, gap.denominator))
    if p:
        ratio = p / mean
        chance = arb(fmpq(p.numerator, p.denominator))
        value += chance * arb(fmpq(ratio.numerator, ratio.denominator)).log()
    return value / arb.const_log2()
