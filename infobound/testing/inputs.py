"""Vectors that lie in a domain of which only `check` is known."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import ArgumentError, argument_error

Floats = npt.NDArray[np.float64]
PILOT = 4096  # draws that must all lie in half the domain
_LARGEST = 60  # a domain that holds the pilot times 2^60 counts as unbounded
_TOP = 1020  # the same for a single ray


def accepts(domain: Any, rows: npt.ArrayLike) -> bool:
    """Whether every row lies in the domain."""
    try:
        domain.check("y", rows)
    except (ValueError, TypeError):
        return False
    return True


@dataclass(frozen=True, eq=False)
class GaussianInput:
    """N(center, scale^2 I), kept inside a domain.

    `scale` is what the quantizer says that it is made for (its attribute `scale`), else 1; but in a
    bounded domain at most, and without such an attribute exactly, half the largest for which 4096
    pilot draws all lie in the domain.

    So at most a fraction 1.4e-8 of the Gaussian mass lies outside a symmetric convex domain K
    (confidence 1 - 1e-8): the draws give mass >= 1 - 18.4 / 4096 to K / 2, that of a strip of half
    width 2.84, and by Latala and Oleszkiewicz (1999) K has at least that of a strip twice as wide.
    """

    domain: Any
    center: Floats  # (d,)
    scale: float
    bounded: bool

    def draw(self, n: int, unit: tuple[int, ...], rng: np.random.Generator) -> Floats:
        """n draws of shape `unit` = (..., d), conditional on lying in the domain."""
        rows: Floats = self.center + self.scale * rng.standard_normal((n, *unit))
        if accepts(self.domain, rows):
            return rows
        for i in range(n):
            while not accepts(self.domain, rows[i]):
                rows[i] = self.center + self.scale * rng.standard_normal(unit)
        return rows


def gaussian_input(quantizer: Any, d: int) -> GaussianInput:
    """Gaussian input for a quantizer; raises ArgumentError when none can be found by scaling."""
    domain = quantizer.domain
    center, made_for = middle(domain, d), getattr(quantizer, "scale", None)
    wanted = made_for if _positive(made_for) else None
    pilot = np.random.default_rng(d).standard_normal((PILOT, d))

    def fits(scale: float) -> bool:
        return accepts(domain, center + scale * pilot)

    if fits(2.0**_LARGEST):
        return GaussianInput(domain, center, wanted or 1.0, bounded=False)
    low, high = -_LARGEST, _LARGEST
    if not fits(2.0**low):
        remedy = "Give `inputs`; the domain is tried around its `center`, or 0 where it has none."
        raise argument_error("domain", domain, "one that holds small vectors", remedy)
    while high - low > 1:
        half = (low + high) // 2
        low, high = (half, high) if fits(2.0**half) else (low, half)
    sixteenths = max(k for k in range(16, 32) if k == 16 or fits(k / 16 * 2.0**low))
    most = sixteenths / 32 * 2.0**low
    return GaussianInput(domain, center, min(most, wanted or most), bounded=True)


def _positive(value: Any) -> TypeGuard[float]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 < value < math.inf


def middle(domain: Any, d: int) -> Floats:
    """A point that the domain is centred at: its `center`, plus that of the domain inside it."""
    own = np.broadcast_to(np.asarray(getattr(domain, "center", 0.0), dtype=np.float64), (d,))
    inner = getattr(domain, "inner", None)
    if inner is None:
        return np.array(own)
    size = int(getattr(domain, "size", d))
    return own + np.tile(middle(inner, size), d // size)


def reach(domain: Any, center: Floats, direction: Floats) -> float:
    """The largest t for which center + t * direction is accepted; inf if there is no end."""

    def inside(t: float) -> bool:
        return accepts(domain, center + t * direction)

    if inside(2.0**_TOP):
        return math.inf
    low, high = -_TOP, _TOP
    if not inside(2.0**low):
        return 0.0
    while high - low > 1:
        power = (low + high) // 2
        low, high = (power, high) if inside(2.0**power) else (low, power)
    below, above = 2.0**low, 2.0**high
    while above > np.nextafter(below, math.inf):
        half = below + (above - below) / 2
        below, above = (half, above) if inside(half) else (below, half)
    return below


def patterns(d: int, rng: np.random.Generator) -> Iterator[tuple[str, Floats]]:
    """Directions on which quantizers differ most, largest coordinate 1."""
    yield "all equal", np.ones(d)
    yield "one coordinate", np.eye(d)[d // 2]
    yield "alternating signs", np.where(np.arange(d) % 2, -1.0, 1.0)
    yield "ramp", np.linspace(-1.0, 1.0, d) if d > 1 else np.array([-0.3])
    huge = np.full(d, 1e-30)
    huge[0] = 1.0
    yield "one huge among tiny", huge
    gauss = rng.standard_normal(d)
    yield "Gaussian", gauss / np.max(np.abs(gauss))


def user_rows(inputs: Any, d: int, rng: np.random.Generator) -> Floats | None:
    """The vectors a user gave for dimension d, shape (m, d): an array or a callable (d, rng)."""
    if inputs is None:
        return None
    given = inputs(d, rng) if isinstance(inputs, Callable) else inputs  # type: ignore[arg-type]
    rows = np.atleast_2d(np.asarray(given, dtype=np.float64))
    if rows.ndim != 2 or rows.size == 0:
        raise argument_error("inputs.shape", rows.shape, "(m, d) with m >= 1")
    return rows if rows.shape[1] == d else None


def accepted_dimension(quantizer: Any, d: int) -> bool:
    """Whether bits(d) returns."""
    try:
        quantizer.bits(d)
    except (ValueError, ArgumentError):
        return False
    return True
