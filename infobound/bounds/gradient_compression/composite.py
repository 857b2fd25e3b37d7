"""Parameters of the composite quantizer for l_q balls, q > 2 (p in [1, 2)).

Mayekar and Tyagi 2020 (arXiv:2001.09032), section 5: coordinates up to c = B (Delta_1/d)^(1/q) are
rounded by a uniform quantizer, the others, fewer than d/Delta_1, go through RATQ as one vector. The
paper leaves the dimension d/Delta_1 of that vector as it is; RATQ rotates, so here it is rounded
down to a whole number and padded to a power of two, and the padding is counted.
"""

import math
from dataclasses import dataclass

from infobound.bounds.ratq import default_group, delta_1, delta_2
from infobound.numerics.arguments import argument_error, whole


@dataclass(frozen=True, kw_only=True)
class CompositeSplit:
    """What the composite quantizer does at dimension d.

    Attributes
    ----------
    dimension : int
    inverse_q : float
        1/q = 1 - 1/p, in [0, 1/2).
    large_bits : int
        Delta_1: RATQ has 2^Delta_1 - 1 levels per coordinate.
    small_bits : int
        The uniform quantizer has 2^small_bits - 1 levels per coordinate.
    capacity : int
        floor(d/Delta_1): no more coordinates than that are large.
    padded : int
        Dimension of the vector that RATQ sees, a power of two.
    """

    dimension: int
    inverse_q: float
    large_bits: int
    small_bits: int
    capacity: int
    padded: int

    @property
    def threshold(self) -> float:
        """c/B = (Delta_1/d)^(1/q): larger coordinates than that are large."""
        return float((self.large_bits / self.dimension) ** self.inverse_q)

    @property
    def large_radius(self) -> float:
        """B'/B = d^(1/2 - 1/q), the printed radius of the l_2 ball of the large coordinates."""
        return float(self.dimension ** (0.5 - self.inverse_q))

    @property
    def sharp_radius(self) -> float:
        """capacity^(1/2 - 1/q): there are no more coordinates than that (Hoelder)."""
        return float(self.capacity ** (0.5 - self.inverse_q))

    @property
    def bits(self) -> int:
        """Exact length of a message: which are large, the small ones, RATQ of the large ones."""
        large = ratq_bits(padded=self.padded, sent=self.padded, level_bits=self.large_bits)
        return self.dimension * (1 + self.small_bits) + large


def composite_split(dimension: int, inverse_q: float) -> CompositeSplit:
    """The printed parameters, Delta_1 and the number of levels, at d >= 4 and q > 2.

    Examples
    --------
    >>> split = composite_split(1024, 0.4)
    >>> split.large_bits, split.small_bits, split.padded, split.bits / 1024
    (4, 3, 256, 5.25)
    """
    d = whole("dimension", dimension, least=4, remedy="For d < 4 round every coordinate.")
    if not 0 <= inverse_q < 0.5:
        raise argument_error("inverse_q", inverse_q, "in [0, 1/2)", "For p >= 2 use SimQ+.")
    large_bits = delta_1(delta_2(d), target=0.5 * d ** (2 * inverse_q - 1))
    capacity = d // large_bits
    return CompositeSplit(
        dimension=d,
        inverse_q=inverse_q,
        large_bits=large_bits,
        small_bits=math.ceil(math.log2(2 * math.sqrt(2) * large_bits**inverse_q + 2)),
        capacity=capacity,
        padded=1 << (capacity - 1).bit_length(),
    )


def printed_composite_bits(dimension: int, inverse_q: float) -> int:
    """d (ceil log2(2 sqrt2 Delta_1^(1/q) + 2) + 3) + Delta_2, the left side of Theorem 3.1(2).

    Holds for the padded scheme where d is a power of two; elsewhere see `CompositeSplit.bits`.
    """
    split = composite_split(dimension, inverse_q)
    return split.dimension * (split.small_bits + 3) + delta_2(split.dimension)


def ratq_bits(*, padded: int, sent: int, level_bits: int) -> int:
    """Bits of RATQ for `sent` of `padded` rotated coordinates, in groups of s that share a range.

    ceil(sent/s) log2 h + sent level_bits, with the default s and h of the padded dimension.
    """
    groups = -(-sent // default_group(padded))
    return groups * delta_2(padded) + sent * level_bits
