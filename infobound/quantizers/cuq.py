"""CUQ: every coordinate rounded without bias to one of k equally spaced levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from infobound.bounds.ratq import rounding_bound, rounding_variance
from infobound.numerics.arguments import argument_error, real, whole
from infobound.numerics.bits import bits_integers, integer_bits
from infobound.numerics.stochastic_rounding import stochastic_round
from infobound.quantizers.base import ErrorBound, Floats, Law, Message, Rng
from infobound.quantizers.domains import AllReals, Box, Domain, finite
from infobound.quantizers.enumeration import one_vector, roundings

Symbols = npt.NDArray[np.integer[Any]]
Reals = npt.NDArray[np.float32 | np.float64]

MOST_LEVELS = 2**22
MOST_JOINT_BITS = 2**19


@dataclass(frozen=True)
class CUQ:
    """Coordinate-wise uniform quantizer: stochastic rounding to k levels of [-M, M].

    Levels are -M + i step, step = 2M/(k - 1), i = 0, ..., k - 1; a coordinate goes to one of its
    two neighbours, with probabilities that make it right on average. For odd k zero is a level, and
    a zero is reproduced without noise. Error at most one step, always; variance step^2 f (1 - f)
    where y lies a fraction f between levels. Mayekar and Tyagi 2020 (arXiv:2001.09032), Section 5
    and Lemma 5.1; as k-level quantization Suresh et al. 2017 (arXiv:1611.00429).

    float32 input is computed in float32: the mean is then y up to about 2^-24 M.

    Parameters
    ----------
    radius : float
        M > 0, in units of y; between 1e-140 and 1e140.
    levels : int
        k, 2 to 2^22.
    packing : {"coordinate", "joint"}
        Bits of a message: d ceil(log2 a), or ceil(d log2 a) when all its symbols make one integer,
        with a = k or, with the overflow symbol, k + 1. Joint packing takes exact integer arithmetic
        of more than linear cost, and messages of at most 2^19 bits.
    overflow : bool
        With it, every real vector is accepted: a coordinate beyond M is sent as one more symbol,
        as in the paper, and decoded to 0. That is biased.

    Examples
    --------
    >>> CUQ(radius=1.0, levels=3).roundtrip([1.0, 0.0, -1.0], rng=0)
    array([ 1.,  0., -1.])
    >>> CUQ(levels=5).bits(10), CUQ(levels=5, packing="joint").bits(10)
    (30, 24)
    """

    radius: float = 1.0
    levels: int = 16
    packing: Literal["coordinate", "joint"] = "coordinate"
    overflow: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius", moderate("radius", self.radius))
        object.__setattr__(self, "levels", whole("levels", self.levels, least=2, most=MOST_LEVELS))
        if self.packing not in ("coordinate", "joint"):
            raise argument_error("packing", self.packing, "'coordinate' or 'joint'")
        object.__setattr__(self, "overflow", bool(self.overflow))

    @property
    def unbiased(self) -> bool:
        """Whether nothing can overflow."""
        return not self.overflow

    @property
    def domain(self) -> Domain:
        """[-M, M]^d, or every real vector when it may overflow."""
        return AllReals() if self.overflow else Box(self.radius)

    @property
    def alphabet(self) -> int:
        """Number of symbols of one coordinate: k, or k + 1 with the overflow symbol."""
        return self.levels + self.overflow

    @property
    def step(self) -> float:
        """Distance of neighbouring levels, 2M/(k - 1)."""
        return 2 * self.radius / (self.levels - 1)

    def bits(self, d: int) -> int:
        """d ceil(log2 a), or ceil(d log2 a) packed jointly, for an alphabet of a symbols.

        Raises ArgumentError when joint packing would need more than 2^19 bits.
        """
        d, width = whole("d", d), width_of(self.alphabet)
        if self.packing == "coordinate" or self.alphabet == 1 << width:
            return d * width
        if d * width > MOST_JOINT_BITS:
            allowed = f"at most {MOST_JOINT_BITS // width} for joint packing of {self.alphabet}"
            raise argument_error("d", d, allowed + " symbols", "Use packing='coordinate'.")
        return int(self.alphabet**d - 1).bit_length()

    def variance_bound(self, d: int) -> ErrorBound | None:
        """d (M/(k - 1))^2; attained where every coordinate is halfway between two levels.

        None with overflow: then the error is not bounded.
        """
        d = whole("d", d)
        return None if self.overflow else ErrorBound(d * rounding_bound(self.radius, self.levels))

    def mean_squared_error(self, y: npt.ArrayLike) -> Floats:
        """E|Q(y) - y|^2 exactly: the sum of step^2 f (1 - f), and of y_i^2 where it overflows."""
        values = self.domain.check("y", y)
        beyond = np.abs(values) > self.radius
        place = self._place(np.where(beyond, 0.0, values))
        errors = np.where(beyond, values**2, self.step**2 * rounding_variance(place))
        total: Floats = np.sum(errors, axis=-1)
        return total

    def law(self, y: npt.ArrayLike) -> Law:
        """The law of Q(y) for one vector y: at most 2^d outcomes, refused beyond 10^6."""
        values = self.domain.check("y", one_vector(y))
        place = np.where(np.abs(values) > self.radius, self.levels, self._place(values))
        symbols, chances = roundings(place)
        return Law(self._values(symbols), chances)

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Round y, shape (..., d), with private coins; one symbol per coordinate."""
        values = self._check(y)
        d, width = values.shape[-1], width_of(self.alphabet)
        bits, symbols = self.bits(d), self._draw(values, np.random.default_rng(rng))
        field: tuple[npt.ArrayLike, int] = symbols, width
        if bits != d * width:
            integers = [to_integer(row, self.alphabet) for row in symbols.reshape(-1, d)]
            rows = integer_bits(integers, width=bits)
            field = rows.reshape(*values.shape[:-1], bits), 1
        return Message.join([field], shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """The levels, shape (..., d).

        Raises ArgumentError for a message of another quantizer or length, or with a symbol that is
        none (a power-of-two alphabet has none of these).
        """
        d, width = message.accept(self), width_of(self.alphabet)
        bits = self.bits(d)
        if bits != d * width:
            (rows,) = message.split([(bits, 1)])
            integers = bits_integers(rows.reshape(message.count, bits))
            return self._values(self._unpack_joint(integers, d).reshape(message.shape))
        (symbols,) = message.split([(d, width)])
        check_symbols(symbols, self.alphabet)
        return self._values(symbols)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        return self._values(self._draw(self._check(y), np.random.default_rng(rng)))

    def _check(self, y: npt.ArrayLike) -> Reals:
        """y in its own precision, checked in two passes where nothing is wrong."""
        values = np.asarray(y)
        if values.dtype != np.float32 or not 1e-30 < self.radius < 1e30:
            return self.domain.check("y", y)
        if self.overflow:
            return finite("y", values)
        if values.size and not -self.radius <= values.min() <= values.max() <= self.radius:
            self.domain.check("y", y)  # says where
        return values if values.size else finite("y", values)

    def _draw(self, values: Reals, rng: np.random.Generator) -> Symbols:
        kind = np.min_scalar_type(self.alphabet - 1)
        slope, middle = slope_of(self.radius, self.levels, values.dtype), (self.levels - 1) / 2
        beyond = np.abs(values) > self.radius if self.overflow else np.False_
        inside = np.where(beyond, 0, values).astype(values.dtype) if np.any(beyond) else values
        if slope > 1e30:  # beyond what stochastic_round scales by
            inside, slope = inside * slope, 1.0
        symbols = stochastic_round(inside, rng, scale=slope, offset=middle, dtype=kind)
        if np.any(beyond):
            symbols[beyond] = self.levels
        return symbols

    def _values(self, symbols: Symbols) -> Floats:
        values = levels_at(symbols, self.levels)
        values *= self.radius
        if self.overflow:
            values[symbols == self.levels] = 0.0
        return values

    def _place(self, values: Floats) -> Floats:
        """Where y lies among the levels, from 0 to k - 1, as `_draw` computes it."""
        slope = slope_of(self.radius, self.levels, values.dtype)
        return values * slope + (self.levels - 1) / 2

    def _unpack_joint(self, integers: Sequence[int], d: int) -> Symbols:
        most = self.alphabet**d
        for i, integer in enumerate(integers):
            if integer >= most:
                allowed = f"less than {self.alphabet}**{d}, the number of codewords"
                raise argument_error(f"codeword of message {i}", integer, allowed)
        rows = [to_symbols(integer, self.alphabet, d) for integer in integers]
        return np.array(rows, dtype=np.int64).reshape(len(rows), d)


def moderate(name: str, value: object, exponent: int = 140) -> float:
    """A number in [1e-140, 1e140]: its square and the reciprocal of that are still floats."""
    number = real(name, value)
    if not 10.0**-exponent <= number <= 10.0**exponent:
        allowed = f"between 1e-{exponent} and 1e{exponent}"
        raise argument_error(name, number, allowed, "Change the unit of y.")
    return number


def width_of(alphabet: int) -> int:
    """ceil(log2 alphabet), the bits of one symbol."""
    return (alphabet - 1).bit_length()


def slope_of(radius: float, levels: int, kind: np.dtype[Any]) -> float:
    """(k - 1)/(2M) as a float of the kind, low enough that M times it is at most (k - 1)/2.

    So y slope + (k - 1)/2 lies in [0, k - 1] for every |y| <= M, whatever the rounding.
    """
    half = kind.type((levels - 1) / 2)
    slope = kind.type((levels - 1) / 2 / radius)
    while kind.type(radius) * slope > half:
        slope = np.nextafter(slope, kind.type(0))
    return float(slope)


def levels_at(symbols: Symbols, levels: int) -> Floats:
    """(2 i - (k - 1))/(k - 1), exactly -1, 0 and 1 at the ends and in the middle."""
    values = symbols.astype(np.float64)
    values *= 2
    values -= levels - 1
    values /= levels - 1
    return values


def check_symbols(symbols: Symbols, alphabet: int) -> None:
    """Refuse symbols at or above the size of the alphabet; below 0 there are none."""
    if symbols.size and (top := int(symbols.max())) >= alphabet:
        raise argument_error("message symbol", top, f"less than the number of them, {alphabet}")


def to_integer(symbols: Symbols, base: int) -> int:
    """sum_i symbols[i] base^i: neighbours are joined, then pairs of them, and so on."""
    parts = [int(symbol) for symbol in symbols]
    while len(parts) > 1:
        odd = [parts.pop()] if len(parts) % 2 else []
        parts = [low + high * base for low, high in zip(parts[::2], parts[1::2], strict=True)]
        parts, base = parts + odd, base * base
    return parts[0]


def to_symbols(integer: int, base: int, d: int) -> list[int]:
    """The d digits of an integer below base^d, the lowest first: the inverse of `to_integer`."""
    if d == 1:
        return [integer]
    half = d // 2
    high, low = divmod(integer, base**half)
    return to_symbols(low, base, half) + to_symbols(high, base, d - half)
