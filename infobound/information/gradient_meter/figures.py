"""The figures of one format on one layer, or on all layers together, each beside its limit."""

import math
from dataclasses import dataclass, field, fields
from typing import Any

from infobound.information.gradient_meter.figure import Figure

THRESHOLD = math.sqrt(3.0)
"""Of `norm_ratio`, by Chmiel et al."""


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
        Tr I s^2 / d about the mean gradient when X ~ N(0, s^2 I), s the noise of the layer: the
        mean, and differences between coordinates, are left out; see `fisher.py`. None where the
        mean is plainly not small beside s. Signs of zeros count where a code has them. At most
        `fisher_limit` = 1 - 2^(-2R).
    fisher_efficiency : Figure
        fisher / fisher_limit.
    inflation : Figure
        Var Q / (slope'^2 Var X) with slope' = Cov(Q, X)/Var X, that is 1/correlation^2 about the
        mean: by how much the number of rows grows for whoever averages Q (a constant factor can be
        absorbed in the step size) to estimate the mean gradient as well as from X, but for `bias`,
        which no number of rows removes.
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
