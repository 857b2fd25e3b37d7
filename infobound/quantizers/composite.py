"""The composite quantizer for l_q balls, q > 2: small coordinates rounded, large ones by RATQ."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from infobound.bounds.gradient_compression.composite import CompositeSplit, composite_split
from infobound.numerics.arguments import argument_error, real
from infobound.numerics.bits import read_bits
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.cuq import CUQ, moderate
from infobound.quantizers.domains import Domain, LpBall
from infobound.quantizers.enumeration import one_vector, refuse_many
from infobound.quantizers.ratq import RATQ

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Composite:
    """Quantizer of vectors with |y|_q <= B, q = p/(p - 1) > 2: about 6 bits per coordinate.

    A message says which coordinates are larger than c = B (Delta_1/d)^(1/q) (d bits), rounds the
    others to the levels of `CUQ(c)`, and sends the large ones, at most floor(d/Delta_1), as one
    vector by `RATQ`. Unbiased, with E|Q|_q^2 <= 4 B^2. Mayekar and Tyagi 2020
    (arXiv:2001.09032), section 5, where the constant is 12. The vector of large coordinates is
    padded to a power of two, as RATQ has to rotate it; the paper counts d/Delta_1 coordinates,
    and its total holds with padding too if d is a power of two. Plain `CUQ(B)` is shorter unless
    q is near 2 or d is huge.

    Parameters
    ----------
    p : float
        1 <= p < 2.
    radius : float
        B > 0, in units of y, between 1e-120 and 1e120.
    sharp : bool
        Give RATQ the l_2 radius B m^(1/2 - 1/q), m = floor(d/Delta_1), which is enough for m
        coordinates, in place of the printed B d^(1/2 - 1/q). Same bits, smaller error.

    Examples
    --------
    >>> Composite(p=1.5).bits(1024) / 1024
    5.5
    """

    p: float
    radius: float = 1.0
    sharp: bool = False
    unbiased: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 1 <= real("p", self.p) < 2:
            raise argument_error("p", self.p, "in [1, 2)", "For p >= 2 use SimQ+.")
        object.__setattr__(self, "p", float(self.p))
        object.__setattr__(self, "radius", moderate("radius", self.radius, 120))
        object.__setattr__(self, "sharp", bool(self.sharp))

    @property
    def q(self) -> float:
        """The dual exponent p/(p - 1), inf at p = 1."""
        return self.p / (self.p - 1) if self.p > 1 else np.inf

    @property
    def domain(self) -> Domain:
        """The l_q ball of radius B; d must be 4 or more."""
        return LpBall(self.q, self.radius)

    def at(self, d: int) -> CompositeSplit:
        """The parameters at dimension d >= 4."""
        return composite_split(d, 1 - 1 / self.p)

    def small_at(self, d: int) -> CUQ:
        """What rounds the small coordinates: 2^b - 1 levels of [-c, c], 0 among them."""
        split = self.at(d)
        return CUQ(split.threshold * self.radius, levels=2**split.small_bits - 1)

    def large_at(self, d: int) -> RATQ:
        """What sends the large coordinates, 2^Delta_1 - 1 levels each."""
        split = self.at(d)
        radius = split.sharp_radius if self.sharp else split.large_radius
        return RATQ(radius * self.radius, levels=2**split.large_bits - 1)

    def bits(self, d: int) -> int:
        """d for which are large, then CUQ of d coordinates, then RATQ of the padded vector."""
        return d + self.small_at(d).bits(d) + self.large_at(d).bits(self.at(d).padded)

    def variance_bound(self, d: int) -> ErrorBound:
        """Of E|Q - y|_2^2: that of CUQ, and the share m/D of that of RATQ.

        RATQ spreads its error evenly over the D padded coordinates (its rotation does), and at most
        m = floor(d/Delta_1) of them are kept.
        """
        split = self.at(d)
        small, large = self.small_at(d).variance_bound(d), self.large_at(d)
        share = split.capacity / split.padded
        rounding = small.value if small else 0.0
        return ErrorBound(rounding + share * large.variance_bound(split.padded).value)

    def second_moment_bound(self, d: int) -> float:
        """4 B^2, a bound on E|Q(y)|_q^2, the norm that counts for p < 2.

        |e_1|_q <= B/sqrt(2) surely for the small part and E|e_2|_2^2 <= B^2/2 for the large one;
        their supports do not meet, so E|e|_q^2 <= B^2 (derivation `composite`).
        """
        self.at(d)
        return 4 * self.radius**2

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|_2^2 over all coins, exactly; see `RATQ.mean_squared_error` for its price."""
        values = self.domain.check("y", y)
        d, large = values.shape[-1], self._is_large(values)
        split, packed = self.at(d), self._gather(values, large)
        errors = self.small_at(d).mean_squared_error(np.where(large, 0.0, values))
        share = np.count_nonzero(large, axis=-1) / split.padded
        total: Floats = errors + share * self.large_at(d).mean_squared_error(packed)
        return total

    def law(self, y: npt.ArrayLike) -> Law:
        """The law of Q(y) over all coins for one short vector y, refused beyond 10^6 outcomes."""
        values = self.domain.check("y", one_vector(y))
        large = self._is_large(values)
        small = self.small_at(values.size).law(np.where(large, 0.0, values))
        if not large.any():
            return small
        rest = self.large_at(values.size).law(self._gather(values, large))
        count = len(small.probabilities) * len(rest.probabilities)
        refuse_many(count)
        spread = np.zeros((len(rest.vectors), values.size))
        spread[:, large] = rest.vectors[:, : np.count_nonzero(large)]
        vectors = (small.vectors[:, None, :] + spread).reshape(count, values.size)
        return Law(vectors, np.outer(small.probabilities, rest.probabilities).reshape(count))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send which coordinates of y, shape (..., d), are large, the small ones, the large ones."""
        values, generator = self.domain.check("y", y), np.random.default_rng(rng)
        d, large = values.shape[-1], self._is_large(values)
        second = self.large_at(d).encode(self._gather(values, large), rng=generator)
        first = self.small_at(d).encode(np.where(large, 0.0, values), rng=generator)
        fields = [(large.astype(np.uint8), 1), (_bits(first), 1), (_bits(second), 1)]
        return Message.join(fields, shape=values.shape, coins=second.coins, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """The sum of both parts, shape (..., d).

        Raises ArgumentError for a message of another quantizer or length, with too many large
        coordinates, a large one that is not zero among the small ones, or an unknown level.
        """
        d = message.accept(self)
        split, small, large = self.at(d), self.small_at(d), self.large_at(d)
        layout = [(d, 1), (small.bits(d), 1), (large.bits(split.padded), 1)]
        which, first, second = message.split(layout)
        most = int(np.count_nonzero(which, axis=-1).max(initial=0))
        if most > split.capacity:
            allowed = f"at most {split.capacity}, as |y|_q <= B"
            raise argument_error("number of large coordinates in the message", most, allowed)
        values = small.decode(_inner(first, message, d, repr(small)))
        mask = which.astype(np.bool_)
        if np.any(values[mask]):
            raise argument_error("small part at a large coordinate", "a level", "the level 0")
        packed = large.decode(_inner(second, message, split.padded, repr(large)))
        return self._scatter(values, packed, mask)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values, generator = self.domain.check("y", y), np.random.default_rng(rng)
        d, large = values.shape[-1], self._is_large(values)
        packed = self.large_at(d).roundtrip(self._gather(values, large), rng=generator)
        rounded = self.small_at(d).roundtrip(np.where(large, 0.0, values), rng=generator)
        return self._scatter(rounded, packed, large)

    def _is_large(self, values: Floats) -> Mask:
        mask: Mask = np.abs(values) > self.small_at(values.shape[-1]).radius
        return mask

    def _gather(self, values: Floats, large: Mask) -> Floats:
        """The large coordinates in their order, then zeros: shape (..., D)."""
        packed = np.zeros((*values.shape[:-1], self.at(values.shape[-1]).padded))
        packed[_filled(large, packed.shape[-1])] = values[large]
        return packed

    def _scatter(self, values: Floats, packed: Floats, large: Mask) -> Floats:
        values[large] = packed[_filled(large, packed.shape[-1])]
        return values


def _filled(large: Mask, length: int) -> Mask:
    """Which places of the packed vectors hold a large coordinate: the first ones."""
    filled: Mask = np.arange(length) < np.count_nonzero(large, axis=-1)[..., None]
    return filled


def _bits(message: Message) -> npt.NDArray[np.uint8]:
    """The bits of each message, shape (..., k)."""
    leading = message.shape[:-1]
    each = message.bits // max(message.count, 1)
    return read_bits(message.payload, message.bits).reshape(*leading, each)


def _inner(bits: npt.NDArray[np.int64], outer: Message, d: int, made_by: str) -> Message:
    """The message of a part, with the coins and the place of the whole."""
    shape = (*outer.shape[:-1], d)
    part = Message.pack(bits, width=1, shape=shape, coins=outer.coins, made_by=made_by)
    return replace(part, first=outer.first)
