"""Fisher information about the mean gradient that a format keeps."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from infobound.information.gradient_meter.figure import ONE_ROW, Figure, Relation, measured, none
from infobound.information.gradient_meter.figures import correlation_square
from infobound.information.gradient_meter.sums import Sums, jackknife

if TYPE_CHECKING:
    from infobound.information.gradient_meter.figures import Parts

Floats = npt.NDArray[np.float64]


def linear_fisher(sums: Sums) -> Figure:
    """What a linear function of Q keeps of Tr I s^2 / d for Gaussian X of one variance s^2.

    E<X - EX, Q>^2 / (Var X Var Q), a lower bound by Cauchy-Schwarz for E<E[X | Q], Q>.
    """
    if sums.sizes.sum() < 2:
        return none(ONE_ROW)
    square = correlation_square(sums)
    if square is None:
        return none("all rows are equal: no noise about the mean")
    return replace(measured(float(square[0]), jackknife(square)), relation=">=")


def layers_fisher(parts: "list[Parts]") -> Figure:
    """Weighted by dimension over the layers that have it."""
    known = [part for part in parts if part.fisher.value is not None]
    if not known:
        return parts[0].fisher
    weights = np.array([part.dimension for part in known], dtype=float)
    values = np.array([part.fisher.value for part in known], dtype=float)
    value = float(weights @ values / weights.sum())
    exact = all(part.fisher.relation == "=" for part in known)
    relation: Relation = "=" if exact else ">="
    errors = [part.fisher.stderr for part in known]
    if any(error is None for error in errors):
        reason = next(part.fisher.reason for part in known if part.fisher.stderr is None)
        return Figure(value, None, reason, relation)
    # Layers share rows: errors may all go the same way.
    stderr = float(weights @ np.array(errors, dtype=float) / weights.sum())
    return Figure(value, stderr, "", relation)
