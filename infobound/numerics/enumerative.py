"""Exact codes: subsets, types and points of the l_1 ball of integers, numbered in Python integers.

Enumerative coding (Cover 1973): an object is sent as its number in [0, count), which takes
ceil(log2 count) bits. The binomials and Delannoy numbers on the way are not looked up or computed
afresh but carried from one to its neighbour by an exact ratio or a three-term recurrence, one
product with a small integer each, so that encoding and decoding take O(d + k) steps.
"""

import math
from collections.abc import Iterable
from itertools import pairwise
from operator import index

from infobound.numerics.arguments import argument_error, whole


def subset_count(d: int, size: int) -> int:
    """C(d, size), the number of subsets of {0, ..., d - 1} with `size` elements."""
    return math.comb(whole("d", d, least=0), whole("size", size, least=0))


def rank_subset(places: Iterable[int], d: int) -> int:
    """Number of a subset {c_1 < ... < c_K} of {0, ..., d - 1}: sum_j C(c_j, j).

    This is the combinatorial number system (Lehmer 1964): a bijection onto [0, C(d, K)).

    Parameters
    ----------
    places : iterable of int
        Strictly increasing, in [0, d).
    d : int, d >= 0.

    Returns
    -------
    int

    Raises
    ------
    ArgumentError
        The places are not increasing or not in range.

    Examples
    --------
    >>> [rank_subset(s, 4) for s in ([0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3])]
    [0, 1, 2, 3, 4, 5]
    """
    d, chosen = whole("d", d, least=0), [index(c) for c in places]
    for i, c in enumerate(chosen):
        least = chosen[i - 1] + 1 if i else 0
        if not least <= c < d:
            raise argument_error(f"places[{i}]", c, f"in [{least}, {d}), in increasing order")
    at, total, value = d, 0, math.comb(d, len(chosen))
    for j in range(len(chosen), 0, -1):  # value = C(at, j)
        c = chosen[j - 1]
        if at - c > j:
            at, value = c, math.comb(c, j)
        while at > c:
            value, at = value * (at - j) // at, at - 1
        if not value:  # c = j - 1, and so for all that are left: they add nothing
            break
        total += value
        value, at = value * j // at, at - 1
    return total


def unrank_subset(rank: int, d: int, size: int) -> list[int]:
    """The subset of {0, ..., d - 1} with `size` elements that has this number, increasing.

    Raises
    ------
    ArgumentError
        rank is not in [0, C(d, size)).
    """
    value = subset_count(d, size)
    rank = _below("rank", rank, value, f"C({d}, {size})")
    at = d
    places: list[int] = []
    for j in range(size, 0, -1):  # value = C(at, j); the next place is the last with value <= rank
        if rank == 0:
            return [*range(j), *reversed(places)]
        # c (c - 1) ... (c - j + 1) <= (c - (j - 1) / 2)^j puts the place at `near` or a bit higher.
        middle = math.exp((math.log(rank) + math.lgamma(j + 1)) / j)
        near = max(j, int(middle + (j - 1) / 2))
        if at - near > j:
            at, value = near, math.comb(near, j)
            while value <= rank:
                value, at = value * (at + 1) // (at + 1 - j), at + 1
        while value > rank:
            value, at = value * (at - j) // at, at - 1
        places.append(at)
        rank -= value
        value, at = value * j // at, at - 1
    return places[::-1]


def type_count(d: int, k: int) -> int:
    """C(d + k, k): how many ways there are to share k among d + 1 counts n_0, ..., n_d >= 0."""
    return math.comb(whole("d", d, least=0) + whole("k", k, least=0), k)


def rank_type(counts: Iterable[int]) -> int:
    """Number of (n_0, ..., n_d) among those with the same sum k: stars and bars.

    The d bars stand at b_j = n_0 + ... + n_{j-1} + j - 1 among d + k places, and their subset is
    numbered: a bijection onto [0, C(d + k, k)).

    Parameters
    ----------
    counts : iterable of int
        At least one, each >= 0.

    Returns
    -------
    int

    Raises
    ------
    ArgumentError
        A count is negative, or there is none.
    """
    numbers = [whole(f"counts[{i}]", n, least=0) for i, n in enumerate(counts)]
    if not numbers:
        raise argument_error("counts", numbers, "at least one number")
    bars, at = [], -1
    for n in numbers[:-1]:
        at += n + 1
        bars.append(at)
    return rank_subset(bars, len(bars) + sum(numbers))


def unrank_type(rank: int, d: int, k: int) -> list[int]:
    """The counts (n_0, ..., n_d) with sum k that have this number.

    Raises
    ------
    ArgumentError
        rank is not in [0, C(d + k, k)).
    """
    rank = _below("rank", rank, type_count(d, k), f"C({d} + {k}, {k})")
    bars = [-1, *unrank_subset(rank, d + k, d), d + k]
    return [after - before - 1 for before, after in pairwise(bars)]


def delannoy(d: int, k: int) -> int:
    """N(d, k) = sum_j 2^j C(d, j) C(k, j), the number of x in Z^d with |x_1| + ... + |x_d| <= k.

    By (k + 1) N(d, k + 1) = (2 d + 1) N(d, k) + k N(d, k - 1), which is the differential equation
    (1 - t^2) F' = (2 d + 1 + t) F of F(t) = sum_k N(d, k) t^k = (1 + t)^d / (1 - t)^(d + 1);
    N is symmetric, so the smaller argument counts the steps.

    Parameters
    ----------
    d, k : int, >= 0.

    Returns
    -------
    int

    Examples
    --------
    >>> delannoy(2, 1), delannoy(3, 3), (delannoy(1024, 1024) - 1).bit_length()
    (5, 63, 2599)
    """
    steps, fixed = sorted((whole("d", d, least=0), whole("k", k, least=0)))
    now, before = 1, 0
    for i in range(steps):
        now, before = ((2 * fixed + 1) * now + i * before) // (i + 1), now
    return now


class _Ball:
    """A = N(m, q) and B = N(m, q - 1), carried to a smaller m or q; N(m, -1) is taken as 0."""

    def __init__(self, m: int, q: int) -> None:
        self.m, self.q = m, q
        self.inside, self.below = delannoy(m, q), delannoy(m, q - 1) if q else 0

    def drop_coordinate(self) -> None:
        """To N(m - 1, q) = A - (q / m)(A - B) and N(m - 1, q - 1) = (q / m)(A - B) - B.

        A - B counts the sphere, with generating function S_m = ((1 + t) / (1 - t))^m, and
        S_{m+1} - S_{m-1} = (2 / m) t S_m'; (1 + t) F_m = S_{m+1}, (1 - t) F_{m-1} = S_{m-1}.
        """
        part = self.q * (self.inside - self.below) // self.m
        self.inside, self.below, self.m = self.inside - part, part - self.below, self.m - 1

    def drop_radius(self) -> None:
        """To N(m, q - 1) = B and N(m, q - 2) = (q A - (2 m + 1) B) / (q - 1)."""
        q, below = self.q, self.below
        rest = (q * self.inside - (2 * self.m + 1) * below) // (q - 1) if q > 1 else 0
        self.inside, self.below, self.q = below, rest, q - 1


def rank_ball(x: Iterable[int], k: int) -> int:
    """Number of a point of {x in Z^d : |x|_1 <= k}.

    Points are in lexicographic order, each coordinate in the order 0, +1, -1, +2, -2, ...; a
    bijection onto [0, N(d, k)), N as in `delannoy`.

    Parameters
    ----------
    x : iterable of int, of length d.
    k : int, k >= 0.

    Returns
    -------
    int

    Raises
    ------
    ArgumentError
        |x|_1 > k.

    Examples
    --------
    >>> [rank_ball(x, 1) for x in ([0, 0], [0, 1], [0, -1], [1, 0], [-1, 0])]
    [0, 1, 2, 3, 4]
    """
    k, point = whole("k", k, least=0), [index(c) for c in x]
    size = sum(abs(c) for c in point)
    if size > k:
        raise argument_error("|x|_1", size, f"at most k = {k}")
    ball, rank = _Ball(len(point), k), 0
    for c in point:
        ball.drop_coordinate()
        if c:
            rank += ball.inside
            for _ in range(abs(c) - 1):
                ball.drop_radius()
                rank += 2 * ball.inside
            ball.drop_radius()
            rank += ball.inside if c < 0 else 0
    return rank


def unrank_ball(rank: int, d: int, k: int) -> list[int]:
    """The point of {x in Z^d : |x|_1 <= k} that has this number.

    Raises
    ------
    ArgumentError
        rank is not in [0, N(d, k)).
    """
    rank = _below("rank", rank, delannoy(d, k), f"the Delannoy number D({d}, {k})")
    ball, point = _Ball(d, k), []
    for _ in range(d):
        ball.drop_coordinate()
        size = 0
        if rank >= ball.inside:
            rank -= ball.inside
            ball.drop_radius()
            size = 1
            while rank >= 2 * ball.inside:
                rank -= 2 * ball.inside
                ball.drop_radius()
                size += 1
            if rank >= ball.inside:
                rank -= ball.inside
                size = -size
        point.append(size)
    return point


def _below(name: str, rank: int, count: int, meaning: str) -> int:
    number = index(rank)
    if not 0 <= number < count:
        raise argument_error(name, _short(number), f"in [0, {_short(count)}), below {meaning}")
    return number


def _short(number: int) -> int | str:
    """Long integers by their length: Python refuses to print more than 4300 digits."""
    return number if number.bit_length() < 200 else f"an integer of {number.bit_length()} bits"
