"""Fisher information about the mean gradient that a format keeps, when gradients are Gaussian.

The fit of a layer is N(0, s^2 I_d) with the noise s of the layer: the mean gradient, small beside
the noise of one row, is left out, as are differences between coordinates. In units of Tr I s^2 / d,
all of it is 1.
"""

import math

import numpy as np
import numpy.typing as npt

from infobound.bounds.gaussian_blocks import typical_maximum
from infobound.information.gradient_meter.figure import Figure, Relation, none
from infobound.information.structure import known_fisher
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Quantizer
from infobound.quantizers.formats.base import BlockFormat
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.rotated import Rotated

Floats = npt.NDArray[np.float64]
_NUMBERS = 1 << 20  # drawn for a simulation
_LONGEST = 1 << 22
_KNOWN = 1 << 14  # coordinates; longer messages have no structure that is exploited
_PIECE = 1 << 18
_LONG = 64  # blocks, for the tensor scale to depend on hardly any of them
LARGE_MEAN = "the mean gradient is not small beside the noise: N(0, s^2 I) is no fit"
ONE_ROW_FIT = "one row: fitted with mean 0, and no standard error"


def fitted_fisher(quantizer: Quantizer, d: int, noise: Figure, rng: np.random.Generator) -> Figure:
    """Tr I s^2 / d of one message about N(theta, s^2 I_d) at theta = 0.

    Exact inside the cells of block formats (`block_information`, whole blocks of a vector that is
    long enough for its tensor scale to tell nothing else), of casts and of
    scalar quantizers; the standard error is then that of s alone. For others, and for the block
    that is not full, a lower bound by simulation of the fit: E<X, Q>^2 / (E|X|^2 E|Q|^2), what a
    linear function of Q keeps.

    Parameters
    ----------
    noise : Figure
        s.
    """
    if noise.value is None:
        return noise
    s = noise.value
    if s == 0:
        return none("all rows are equal: no noise about the mean")
    try:
        exact = _exact(quantizer, d, s)
        if exact is None:
            return _simulated(quantizer, d, s, rng)
        near = [] if noise.stderr is None else [s - noise.stderr, s + noise.stderr]
        if isinstance(quantizer, IntegerBlocks):  # scales in the same ratios everywhere
            gaps = [0.0 for _ in near[:1]]
        else:
            ends = [_exact(quantizer, d, max(std, s / 2)) for std in near]
            gaps = [abs(end - exact) for end in ends if end is not None]
        full = Figure(exact, max(gaps), "") if gaps else Figure(exact, None, noise.reason)
        rest = d % quantizer.block if isinstance(quantizer, BlockFormat) else 0
        if not rest:
            return full
        return layers_fisher([(d - rest, full), (rest, _simulated(quantizer, rest, s, rng))])
    except (ArgumentError, ValueError) as error:
        return none(f"not for N(0, {s:.3g}^2): {error}")


def _exact(quantizer: Quantizer, d: int, s: float) -> float | None:
    """None where only a bound is known. Tensor scales are made for the median of the maximum."""
    if isinstance(quantizer, Rotated):  # a rotation leaves N(0, s^2 I) and the trace as they are
        return None if d % quantizer.size else _exact(quantizer.inner, d, s)
    top = typical_maximum(d, std=s)
    least = 1
    if isinstance(quantizer, BlockFormat):
        least = quantizer.block * (_LONG if quantizer.tensor_bits else 1)
    elif isinstance(quantizer, Cast) and quantizer.scaling:
        least = _LONG * _LONG
    if isinstance(quantizer, BlockFormat | Cast):
        from infobound.information.block_fisher import block_information

        found = None if d < least else block_information(quantizer, std=s, tensor_max=top)
        return None if found is None else found.fisher
    if d > _KNOWN:
        return None
    known = known_fisher(quantizer, np.zeros(d), s)
    return None if known is None else float(known.value) * s**2 / d


def _simulated(quantizer: Quantizer, d: int, s: float, rng: np.random.Generator) -> Figure:
    if d > _LONGEST:
        return none(f"rows of more than {_LONGEST:,} coordinates are not simulated")
    rows = max(4, min(4096, _NUMBERS // d))
    step = max(1, _PIECE // d)
    parts = []
    for first in range(0, rows, step):
        x = s * rng.standard_normal((min(step, rows - first), d))
        q = np.asarray(quantizer.roundtrip(x, rng=rng), dtype=np.float64)
        parts.append(np.stack([np.einsum("ij,ij->i", a, b) for a, b in ((x, q), (q, q), (x, x))]))
    inner, square, energy = np.concatenate(parts, axis=1)
    a, b, c = inner.mean(), square.mean(), energy.mean()
    if not (a and b):
        return Figure(0.0, 0.0, "", ">=")
    value = float(a**2 / (b * c))
    influence = 2 * inner / a - square / b - energy / c
    stderr = value * float(influence.std(ddof=1)) / math.sqrt(rows)
    return Figure(value, stderr, "", ">=")


def layers_fisher(parts: list[tuple[int, Figure]]) -> Figure:
    """Weighted by dimension over the layers that have it."""
    known = [(d, figure) for d, figure in parts if figure.value is not None]
    if not known:
        return parts[0][1]
    weights = np.array([d for d, _ in known], dtype=np.float64)
    weights /= weights.sum()
    values = np.array([figure.value for _, figure in known], dtype=np.float64)
    exact = all(figure.relation == "=" for _, figure in known)
    relation: Relation = "=" if exact else ">="
    value = float(weights @ values)
    missing = [figure.reason for _, figure in known if figure.stderr is None]
    if missing:
        return Figure(value, None, missing[0], relation)
    # Layers share rows: errors may all go the same way.
    errors = np.array([figure.stderr for _, figure in known], dtype=np.float64)
    return Figure(value, float(weights @ errors), "", relation)
