"""The figures of one format from what was added up for it."""

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.energies import LEAST_ROWS, Energies
from infobound.information.gradient_meter.figure import FEW_ROWS, ONE_ROW, Figure, measured, none
from infobound.information.gradient_meter.figures import FormatFigures
from infobound.information.gradient_meter.sums import Sums, jackknife

Floats = npt.NDArray[np.float64]
SIGNIFICANT = 3.0
"""Standard errors by which a figure must pass a limit to be called an error in the accounting."""
ZERO = "every gradient is zero"
EXACT = "nothing was lost: the error is exactly 0"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What figures are computed from; parts of several layers are put together by `total`."""

    dimension: int
    bits: Figure  # per coordinate
    energy: Floats  # (N,)
    error: Floats  # (N,)
    sums: Sums
    zeros_in: int
    zeros_out: int
    clipped: int | None
    coded: float | None  # bits per coordinate
    energies: Energies
    fisher: Figure


def figures(parts: Parts, *, layers_limit: Figure | None = None) -> FormatFigures:
    """All figures of one format."""
    rate, size = float(parts.bits.value or 0.0), parts.energy.size * parts.dimension
    limit = 4.0**-rate
    nmse = _ratio(parts.error, parts.energy)
    effective = _logarithm(nmse)
    fisher_limit = -math.expm1(-math.log(4) * rate)
    inflation = _inflation(parts.sums)
    fractions = (parts.zeros_in, parts.zeros_out, parts.clipped)
    zeros_in, zeros_out, clipped = (
        none("codes not in the open: cannot tell") if k is None else Figure(k / size)
        for k in fractions
    )
    coded = none("codes not in the open: no symbols to count")
    if parts.coded is not None:
        coded = Figure(parts.coded, None, "a plug-in estimate, biased low for few samples")
    bias, variance = _bias(parts.sums)
    square = _norm_square(parts.sums)
    by_layer = layers_limit or none("one layer")
    by_coordinate = _coordinates(parts.energies, rate, parts.energy.size)
    found = FormatFigures(
        dimension=parts.dimension,
        bits=parts.bits,
        nmse=nmse,
        effective_bits=effective,
        gap=_minus(parts.bits, effective),
        bias=bias,
        variance=variance,
        slope=_slope(parts.sums),
        zeros_in=zeros_in,
        zeros_out=zeros_out,
        clipped=clipped,
        fisher=parts.fisher,
        fisher_limit=fisher_limit,
        fisher_efficiency=_over(parts.fisher, fisher_limit),
        inflation=inflation,
        least_inflation=1 / fisher_limit if fisher_limit > 0 else None,
        coded_bits=coded,
        coded_gap=_minus(coded, effective),
        norm_ratio=_norm_ratio(square),
        norm_ratio_square=square,
        nmse_limit=limit,
        layers_limit=by_layer,
        coordinates_limit=by_coordinate,
        layers_gap=_minus(_logarithm(by_layer), effective),
        coordinates_gap=_minus(_logarithm(by_coordinate), effective),
    )
    return FormatFigures(**(_shallow(found) | {"beats_limit": _beats(found)}))


def _shallow(found: FormatFigures) -> dict[str, Any]:
    return {item.name: getattr(found, item.name) for item in fields(found)}


def _beats(found: FormatFigures) -> tuple[str, ...]:
    """Past a limit by more than the error bar; without one only where there is no error at all.

    Fisher information is that of the fit, so it needs no rows.
    """
    least = {"nmse": found.nmse_limit, "inflation": found.least_inflation or math.inf}
    names = []
    for name, limit in least.items():
        figure: Figure = getattr(found, name)
        if figure.value is None or not math.isfinite(limit):
            continue
        if figure.stderr is None and (name != "nmse" or figure.value > 0):
            continue  # too few rows: honest ones pass often
        if figure.value + SIGNIFICANT * (figure.stderr or 0.0) < limit * (1 - 1e-9):
            names.append(name)
    fisher = found.fisher
    if fisher.value is not None and found.fisher_limit > 0:
        most = found.fisher_limit * (1 + 1e-9)
        if fisher.value - SIGNIFICANT * (fisher.stderr or 0.0) > most:
            names.append("fisher")
    return tuple(names)


def _ratio(top: Floats, bottom: Floats) -> Figure:
    """Mean over mean, with the standard error of first order over rows."""
    total = float(bottom.sum())
    if total == 0:
        return none(ZERO)
    value, n = float(top.sum()) / total, top.size
    if n < 3:
        return Figure(value, None, FEW_ROWS)
    return Figure(value, float((top - value * bottom).std(ddof=1)) * math.sqrt(n) / total)


def _logarithm(nmse: Figure) -> Figure:
    if nmse.value is None:
        return nmse
    if nmse.value == 0:
        return none(EXACT)
    stderr = None if nmse.stderr is None else nmse.stderr / nmse.value / (2 * math.log(2))
    return Figure(-0.5 * math.log2(nmse.value), stderr, nmse.reason)


def _minus(first: Figure, second: Figure) -> Figure:
    """Of independent errors, or of one that has none."""
    if first.value is None or second.value is None:
        return none(first.reason if first.value is None else second.reason)
    missing = [figure for figure in (first, second) if figure.stderr is None]
    value = first.value - second.value
    if missing:
        return Figure(value, None, missing[0].reason)
    return Figure(value, math.hypot(first.stderr or 0.0, second.stderr or 0.0))


def _over(figure: Figure, limit: float) -> Figure:
    if figure.value is None:
        return figure
    if limit <= 0:
        return none("no bits carry no information")
    stderr = None if figure.stderr is None else figure.stderr / limit
    return Figure(figure.value / limit, stderr, figure.reason, figure.relation)


def _bias(sums: Sums) -> tuple[Figure, Figure]:
    if sums.sizes.sum() < 2:
        return none(ONE_ROW), none(ONE_ROW)
    energy = sums.mean_energy()
    if energy[0] == 0:
        return none(ZERO), none(ZERO)
    with np.errstate(invalid="ignore", divide="ignore"):
        bias, total = sums.bias_square() / energy, sums.mean_error() / energy
    variance = total - bias
    return _jackknifed(bias), _jackknifed(variance)


def _slope(sums: Sums) -> Figure:
    if sums.sizes.sum() < 2:
        return none(ONE_ROW)
    spread, cross, _ = sums.centred()
    if not spread[0] > 0:
        return none("all rows are equal: no noise to follow")
    with np.errstate(invalid="ignore", divide="ignore"):
        return _jackknifed(cross / spread)


def correlation_square(sums: Sums) -> Floats | None:
    """Cov(Q, X)^2 / (Var Q Var X) of all rows and without each group; None where undefined."""
    spread, cross, error = sums.centred()
    if not spread[0] > 0:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        top, bottom = (spread + cross) ** 2, (spread + 2 * cross + error) * spread
        sent = spread + 2 * cross + error  # Var Q; rounding leaves some of a constant
        varies = sent > 1e-12 * (sums.mean_energy() + sums.mean_error())
        return np.divide(top, bottom, out=np.zeros_like(top), where=varies & (bottom > 0))


def _inflation(sums: Sums) -> Figure:
    if sums.sizes.sum() < 2:
        return none(ONE_ROW)
    square = correlation_square(sums)
    if square is None:
        return none("all rows are equal: no noise to average out")
    if square[0] == 0:
        return none("what is sent does not vary with the gradient: no number of rows is enough")
    with np.errstate(divide="ignore"):
        return _jackknifed(1 / square)


def _norm_square(sums: Sums) -> Figure:
    if sums.sizes.sum() < 2:
        return none(ONE_ROW)
    error = sums.mean_error()
    if error[0] == 0:
        return none(EXACT)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _jackknifed(sums.mean_square() / error)


def _norm_ratio(square: Figure) -> Figure:
    if square.value is None:
        return square
    if square.value <= 0:
        return none("the mean gradient does not stand out from its sampling noise")
    root = math.sqrt(square.value)
    stderr = None if square.stderr is None else square.stderr / (2 * root)
    return Figure(root, stderr, square.reason)


def _coordinates(energies: Energies, rate: float, n: int) -> Figure:
    if n < LEAST_ROWS:
        return none(f"fewer than {LEAST_ROWS} rows: mean squares of coordinates are too noisy")
    if not energies.counts.any():
        return none(ZERO)
    return Figure(energies.limit(rate), None, "estimated from the mean squares of the sample")


def _jackknifed(values: Floats) -> Figure:
    few = len(values) < 4
    reason = FEW_ROWS if few else "no standard error: not defined without some of the rows"
    return measured(float(values[0]), jackknife(values), reason)
