"""What cyclic stochastic rounding reaches when the coordinates of a gradient lie in a known range.

Coordinates in [-A, A] with standard deviation at most s; b bits each, by stochastic rounding to 2^b
points of spacing Delta = 2A/(2^b - 1); k = floor(B/b) coordinates a round, in turn. A described
coordinate is unbiased with variance at most s^2 + Delta^2/4, so after T rounds the average of what
was described has

    E|theta_hat - theta|^2 <= d (s^2 + Delta^2/4) / floor(T / ceil(d/k)).

With b = ceil(log2(1 + A/s)) + 1 bits, Delta < s: the range costs a factor b <= log2(1 + A/s) + 2 and
1.25, beside what rounding k = floor(B/b) and ceil(d/k) loses, which is the logarithm in the achievability of Kim 2026 (arXiv:2606.00703, Theorem 4), with its
constant. On unbounded Gaussian noise `protocols.stochastic_approximation` has no such factor.
"""

import math
from dataclasses import dataclass

from infobound.bounds.bound import Bound
from infobound.numerics.arguments import argument_error, positive, whole

_SOURCE = "Kim 2026 (arXiv:2606.00703), Theorem 4, with explicit constants"
_HYPOTHESES = (
    "every coordinate of a gradient lies in a known interval of half-width A",
    "its variance is at most s^2",
    "rounds are independent given theta",
)


@dataclass(frozen=True)
class BoundedRange:
    """The scheme of cyclic stochastic rounding on a B-bit oracle of bounded range.

    Parameters
    ----------
    dimension : int, d.
    bits : int, B >= 1 per round.
    half_width : float, A > 0: of the range of a coordinate, in units of theta.
    noise_std : float
        s > 0, at most A, since a coordinate in an interval of half-width A varies no more.

    Examples
    --------
    >>> scheme = BoundedRange(dimension=64, bits=16, half_width=8.0, noise_std=1.0)
    >>> scheme.bits_per_coordinate, scheme.described, scheme.rounds(error=0.64).value
    (4, 4, 2064.0)
    """

    dimension: int
    bits: int
    half_width: float
    noise_std: float

    def __post_init__(self) -> None:
        whole("dimension", self.dimension)
        whole("bits", self.bits)
        positive("half_width", self.half_width)
        positive("noise_std", self.noise_std)
        if self.noise_std > self.half_width:
            allowed = f"at most half_width = {self.half_width!r}"
            raise argument_error("noise_std", self.noise_std, allowed)

    @property
    def sufficient_bits(self) -> int:
        """ceil(log2(1 + A/s)) + 1: bits per coordinate at which the step is below s."""
        return math.ceil(math.log2(1 + self.half_width / self.noise_std)) + 1

    @property
    def bits_per_coordinate(self) -> int:
        """b: of those that fit, the one of least error; the fewer bits where two are equal."""
        return min(range(1, min(self.bits, self.sufficient_bits + 8) + 1), key=self._cost)

    @property
    def described(self) -> int:
        """k = min(d, floor(B / b)): coordinates in one message."""
        return self._described(self.bits_per_coordinate)

    @property
    def step(self) -> float:
        """Delta = 2A/(2^b - 1), in units of theta."""
        return self._step(self.bits_per_coordinate)

    @property
    def variance(self) -> float:
        """s^2 + Delta^2/4: at most, of one described coordinate."""
        return self._variance(self.bits_per_coordinate)

    def error(self, rounds: int) -> Bound:
        """Upper bound on the total squared error after `rounds` rounds; inf before one sweep."""
        sweeps = whole("rounds", rounds) // self._sweep(self.bits_per_coordinate)
        value = self.dimension * self.variance / sweeps if sweeps else math.inf
        missing = "" if sweeps else "some coordinates have not been described yet"
        return self._bound(value, "squared error, total", missing)

    def rounds(self, error: float) -> Bound:
        """Rounds that suffice for a total squared error: a multiple of ceil(d/k)."""
        b, error = self.bits_per_coordinate, positive("error", error)
        sweeps = math.ceil(self.dimension * self.variance / error)
        return self._bound(float(self._sweep(b) * sweeps), "rounds", "")

    def _bound(self, value: float, unit: str, vacuous: str) -> Bound:
        return Bound(
            value=value,
            direction="upper",
            unit=unit,
            hypotheses=_HYPOTHESES,
            source=_SOURCE,
            vacuous=vacuous,
        )

    def _cost(self, b: int) -> float:
        return self._sweep(b) * self._variance(b)

    def _described(self, b: int) -> int:
        return min(self.dimension, self.bits // b)

    def _sweep(self, b: int) -> int:
        return -(-self.dimension // self._described(b))

    def _step(self, b: int) -> float:
        return 2 * self.half_width / (math.ldexp(1.0, b) - 1)

    def _variance(self, b: int) -> float:
        return self.noise_std**2 + self._step(b) ** 2 / 4
