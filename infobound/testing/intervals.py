"""How far the mean of a sample may lie from the truth, without assuming a normal law.

The outputs of quantizers are often rare and large (one coordinate in d is sent, times d), so that a
z-test at a level of 1e-8 would raise false alarms. Maurer and Pontil (2009, Theorem 4): for n
independent values of sample variance V in an interval of length r, with probability >= 1 - level,

    |mean - truth| <= sqrt(2 V ln(4 / level) / n) + 7 r ln(4 / level) / (3 (n - 1)).

For r we take the range seen. The statement is then exact up to values beyond all that were seen.
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
POWER_Z = 3.0902323  # standard normal quantile of 0.999


def half_width(values: Floats, level: float, span: Floats | float = 0.0) -> Floats:
    """Half the two-sided confidence interval of the mean along the first axis, n >= 2.

    The interval that holds the values is taken to have at least the length `span`.
    """
    n, log = values.shape[0], math.log(4 / level)
    variance = values.var(axis=0, ddof=1)
    length = np.maximum(np.ptp(values, axis=0), span)
    width: Floats = np.sqrt(2 * variance * log / n) + 7 * length * log / (3 * (n - 1))
    return width


def found_surely(values: Floats, level: float) -> float:
    """The least error of the mean of a scalar sample that is found with probability 0.999."""
    deviation = float(values.std(ddof=1))
    return float(half_width(values, level)) + POWER_Z * deviation / math.sqrt(values.shape[0])
