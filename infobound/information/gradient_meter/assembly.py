"""From what was added up to what the figures need: bits, codes and Fisher information."""

import math
from functools import reduce

import numpy as np
import numpy.typing as npt

from infobound.bounds.scale_mixture import mixture_distortion
from infobound.information.gradient_meter.answer import LayerSummary
from infobound.information.gradient_meter.energies import Energies
from infobound.information.gradient_meter.estimates import ZERO, Parts
from infobound.information.gradient_meter.figure import FEW_ROWS, ONE_ROW, Figure, measured, none
from infobound.information.gradient_meter.fisher import (
    LARGE_MEAN,
    ONE_ROW_FIT,
    fitted_fisher,
    layers_fisher,
)
from infobound.information.gradient_meter.layers import Layer
from infobound.information.gradient_meter.sums import Sums, group_starts, jackknife
from infobound.information.gradient_meter.tally import FormatTally, LayerTally, group_sums, sums

Floats = npt.NDArray[np.float64]
_ENCODED = 64  # rows encoded, at most, for the mean length of variable messages
_SMALL_MEAN = 0.01  # of s^2: a square of the mean per coordinate that the Fisher figure allows


def summary(layer: Layer, base: LayerTally) -> LayerSummary:
    """What one layer is like, whatever the format."""
    n, d = base.energy.size, layer.dimension
    plain = _sums_of(base)
    spread, square = plain.centred()[0] / d, plain.mean_square()
    noise = none(ONE_ROW) if n < 2 else _root(spread)
    mean = none(ONE_ROW) if n < 2 else _root(square)
    return LayerSummary(
        name=layer.name,
        dimension=d,
        dtype=layer.dtype,
        rms=math.sqrt(float(base.energy.sum()) / (n * d)),
        noise_std=noise,
        mean_norm=mean,
        zeros=base.zeros / (n * d),
    )


def layer_parts(layer: Layer, base: LayerTally, kind: FormatTally, like: LayerSummary) -> Parts:
    """One format on one layer."""
    d = layer.dimension
    noise = _fit(like, d)
    if base.energy.size == 1:
        noise = Figure(like.rms, None, ONE_ROW_FIT)
    return Parts(
        dimension=d,
        bits=_bits(layer, kind),
        energy=base.energy,
        error=kind.error,
        sums=sums(base, kind),
        zeros_in=base.zeros,
        zeros_out=kind.zeros,
        clipped=None if kind.codes is None else kind.codes.clipped,
        coded=None if kind.codes is None else kind.codes.coded_bits(d),
        energies=base.energies,
        fisher=fitted_fisher(kind.quantizer, d, noise, kind.rng),
    )


def _fit(like: LayerSummary, d: int) -> Figure:
    """The noise s, where N(0, s^2 I) is a fit: not where the mean is plainly beside it."""
    s, mean = like.noise_std, like.mean_norm
    if not s.value or mean.value is None or mean.stderr is None:
        return s
    least = max(0.0, mean.value - 3 * mean.stderr)
    return none(LARGE_MEAN) if least**2 / d > _SMALL_MEAN * s.value**2 else s


def total_parts(
    parts: list[Parts], summaries: tuple[LayerSummary, ...]
) -> tuple[Parts, Figure | None]:
    """All layers together, and the limit when the decoder knows the energy of each."""
    d = sum(part.dimension for part in parts)
    clipped = [part.clipped for part in parts if part.clipped is not None]
    coded = [part.coded * part.dimension for part in parts if part.coded is not None]
    bits = [(part.bits.value or 0.0) * part.dimension for part in parts]
    spread = math.hypot(*((part.bits.stderr or 0.0) * part.dimension for part in parts))
    together = Parts(
        dimension=d,
        bits=Figure(sum(bits) / d, spread / d),
        energy=np.sum([part.energy for part in parts], axis=0),
        error=np.sum([part.error for part in parts], axis=0),
        sums=reduce(Sums.__add__, (part.sums for part in parts)),
        zeros_in=sum(part.zeros_in for part in parts),
        zeros_out=sum(part.zeros_out for part in parts),
        clipped=sum(clipped) if len(clipped) == len(parts) else None,
        coded=sum(coded) / d if len(coded) == len(parts) else None,
        energies=reduce(Energies.merged, (part.energies for part in parts)),
        fisher=layers_fisher([(part.dimension, part.fisher) for part in parts]),
    )
    return together, _layers_limit(sum(bits), summaries)


def _layers_limit(bits: float, summaries: tuple[LayerSummary, ...]) -> Figure | None:
    if len(summaries) < 2:
        return None
    alive = [item for item in summaries if item.rms > 0]
    if not alive:
        return none(ZERO)
    counts = np.array([float(item.dimension) for item in alive])
    powers = np.array([item.rms**2 for item in alive])
    reason = "estimated from the mean squares of the layers"
    limit = mixture_distortion(powers, rate=bits / float(counts.sum()), counts=counts)
    return Figure(limit, None, reason)


def _bits(layer: Layer, kind: FormatTally) -> Figure:
    """Exact bits per coordinate; the mean over rows where the length varies."""
    quantizer, d = kind.quantizer, layer.dimension
    if not hasattr(quantizer, "mean_bits"):
        return Figure(quantizer.bits(d) / d)
    everything, last = slice(0, d), kind.error.size - 1
    places = np.unique(np.linspace(0, last, _ENCODED).astype(int))  # rows may be in some order
    sent = [
        quantizer.encode(layer.piece(slice(i, i + 1), everything)[0], rng=kind.rng).bits / d
        for i in places
    ]
    value, rows = float(np.mean(sent)), places.size
    if rows < 3:
        return Figure(value, None, FEW_ROWS)
    return Figure(value, float(np.std(sent, ddof=1)) / math.sqrt(rows))


def _sums_of(base: LayerTally) -> Sums:
    starts = group_starts(base.energy.size)
    energy = group_sums(base.energy, starts)
    none_, gram = np.zeros_like(energy), np.zeros_like(base.xx)
    return Sums(np.diff(starts).astype(float), energy, none_, none_, base.xx, gram, gram)


def _root(squares: Floats) -> Figure:
    """Root of a quantity that may come out below 0, with its standard error."""
    value = float(squares[0])
    if not value > 0:
        return none("does not stand out from its sampling noise") if value < 0 else Figure(0.0)
    root, stderr = math.sqrt(value), jackknife(squares)
    return measured(root, None if stderr is None else stderr / (2 * root))
