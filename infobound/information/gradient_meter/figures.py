"""The figures of one format on one layer, or on all layers together, each beside its limit."""

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.energies import LEAST_ROWS, Energies
from infobound.information.gradient_meter.figure import FEW_ROWS, ONE_ROW, Figure, measured, none
from infobound.information.gradient_meter.sums import Sums, jackknife

Floats = npt.NDArray[np.float64]
SIGNIFICANT = 3.0
"""Standard errors by which a figure must pass a limit to be called an error in the accounting."""
THRESHOLD = math.sqrt(3.0)
ZERO = "every gradient is zero"
EXACT = "nothing was lost: the error is exactly 0"


@dataclass(frozen=True, kw_only=True)
class FormatFigures:
    """One format on gradients X, one row each, with Q = Q(X) the dequantized rows and e = Q - X.

    Expectations are over rows; N rows, d coordinates, R bits per coordinate.

    Attributes
    ----------
    dimension : int
    bits : Figure
        R, exact: elements, scales and padding. A mean over messages for entropy-coded quantizers.
    nmse : Figure
        E|e|^2 / E|X|^2.
    effective_bits : Figure
        -(1/2) log2 nmse: bits per coordinate at which a Gaussian could have this error.
    gap : Figure
        R - effective_bits, at least 0 for a Gaussian source.
    bias, variance : Figure
        |E e|^2 and E|e - E e|^2 over E|X|^2; their sum is nmse. |E e|^2 is a U-statistic over
        pairs of rows and may come out below 0. It is what averaging many rows leaves.
    slope : Figure
        Cov(Q, X) / Var X - 1, moments about the mean and summed over coordinates: how much the
        format shrinks (below 0) or stretches the noise of the gradient.
    zeros_in, zeros_out, clipped : Figure
        Fractions of coordinates: zero in X, zero in Q, and beyond the largest element of their
        block.
    fisher : Figure
        Tr I s^2 / d about the mean gradient when X is Gaussian with the variance s^2 of the layer;
        see `fisher.py`. At most `fisher_limit` = 1 - 2^(-2R).
    fisher_efficiency : Figure
        fisher / fisher_limit.
    inflation : Figure
        Var Q / (slope'^2 Var X) with slope' = Cov(Q, X)/Var X, that is 1/correlation^2 about the
        mean: by how much the number of rows grows for whoever averages Q (a constant factor can be
        absorbed in the step size) to estimate the mean gradient as well as from X.
    least_inflation : float
        1/(1 - 2^(-2R)), the least for Gaussian X at R bits, whatever the method.
    coded_bits, coded_gap : Figure
        The same with ideal entropy coding of elements and scales by their frequencies in this
        sample (first order, one zero): an estimate, biased low for few samples. The gap is
        coded_bits - effective_bits.
    norm_ratio : Figure
        |E X| / sqrt(E|e|^2): norm of the mean gradient over the root mean square norm of the
        quantization noise of one row. Chmiel et al. (2025, arXiv:2505.19115) report that training
        loses effectiveness below about sqrt(3); that is their rule, not a theorem. None where the
        mean gradient does not stand out from its sampling noise.
    norm_ratio_square : Figure
        Its square, by the U-statistic of |E X|^2: it may come out below 0.
    nmse_limit : float
        2^(-2R): least nmse for independent Gaussian coordinates of one variance.
    layers_limit, coordinates_limit : Figure
        The same when each layer, or each coordinate, has its own mean square, known to the
        decoder (reverse water-filling). Below nmse_limit where these differ.
    layers_gap, coordinates_gap : Figure
        (1/2) log2 of nmse over these limits, in bits; `gap` is the same over nmse_limit.
    beats_limit : tuple of str
        Which figures pass their limit by more than 3 standard errors: an error in the accounting.
    """

    dimension: int
    bits: Figure
    nmse: Figure
    effective_bits: Figure
    gap: Figure
    bias: Figure
    variance: Figure
    slope: Figure
    zeros_in: Figure
    zeros_out: Figure
    clipped: Figure
    fisher: Figure
    fisher_limit: float
    fisher_efficiency: Figure
    inflation: Figure
    least_inflation: float | None
    coded_bits: Figure
    coded_gap: Figure
    norm_ratio: Figure
    norm_ratio_square: Figure
    nmse_limit: float
    layers_limit: Figure
    coordinates_limit: Figure
    layers_gap: Figure
    coordinates_gap: Figure
    beats_limit: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        found: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            found[item.name] = value.to_dict() if isinstance(value, Figure) else value
        if self.least_inflation is None:
            found["least_inflation_reason"] = "no bits: no number of rows is enough"
        found["beats_limit"] = list(self.beats_limit)
        return found


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
    """Below a limit by more than the error bar; without one, below it at all."""
    least = {"nmse": found.nmse_limit, "inflation": found.least_inflation or math.inf}
    names = []
    for name, limit in least.items():
        figure: Figure = getattr(found, name)
        if figure.value is None or not math.isfinite(limit):
            continue
        if figure.value + SIGNIFICANT * (figure.stderr or 0.0) < limit * (1 - 1e-9):
            names.append(name)
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
        return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


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
    return measured(float(values[0]), jackknife(values))
