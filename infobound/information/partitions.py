"""Quantizers of the two sign families that theorems speak about, as partitions of the points."""

import numpy as np

from infobound.models.sign_families import Ints
from infobound.numerics.arguments import whole


def raw_signs(dimension: int, bits: int) -> Ints:
    """The first r signs of Y, for `BernoulliProduct(d, .)`: I = r (1 - h(1/2 + delta)).

    Parameters
    ----------
    dimension : int, 1 to 24.
    bits : int, 0 to d.

    Returns
    -------
    ndarray of int, shape (2^d,)
    """
    d = whole("dimension", dimension, most=24)
    return np.arange(1 << d) & (1 << whole("bits", bits, least=0, most=d)) - 1


def hamming_cosets(checks: int) -> Ints:
    """The codeword of the Hamming code nearest to Y, d = 2^checks - 1, d - checks bits.

    For `BernoulliProduct(d, .)`. Every cell is a codeword with its d neighbours, so the cells are
    translates of one another.

    Parameters
    ----------
    checks : int, 1 to 4
        3 is the (7, 4) code, 4 the (15, 11) code.

    Returns
    -------
    ndarray of int, shape (2^d,)
        The number of the codeword.
    """
    d = (1 << whole("checks", checks, most=4)) - 1
    points = np.arange(1 << d)
    syndrome = np.zeros_like(points)
    for i in range(d):
        syndrome ^= (points >> i & 1) * (i + 1)
    return points ^ np.where(syndrome > 0, 1 << np.maximum(syndrome - 1, 0), 0)


def sign_groups(dimension: int, bits: int) -> Ints:
    """The group of the coordinate of Y and its sign, for `SparseSign(d, .)`.

    The coordinates are dealt to 2^(r - 1) groups in turn (to d groups if there are fewer). No cell
    holds both +e_i and -e_i, which is when the chi-square contraction is an equality; so I is the
    best to first order in delta^2, not always the best (d = 6, r = 2: groups of 4 and 2 win).

    Parameters
    ----------
    dimension : int, d >= 1.
    bits : int, r >= 1.

    Returns
    -------
    ndarray of int, shape (2 d,)
    """
    d = whole("dimension", dimension)
    r = whole("bits", bits)
    groups = d if r > d.bit_length() else min(d, 1 << (r - 1))
    return (2 * (np.arange(d) % groups)[:, None] + np.arange(2)).ravel()
