"""How far the mean of a sample may lie from the truth, without assuming a normal law.

The outputs of quantizers are often rare and large (one coordinate in d is sent, times d), so that a
z-test at a level of 1e-8 would raise false alarms. Maurer and Pontil (2009, Theorem 4): for n
independent values of sample variance V in an interval of length r, with probability >= 1 - level,

    |mean - truth| <= sqrt(2 V ln(4 / level) / n) + 7 r ln(4 / level) / (3 (n - 1)).

For r we take the range seen. The statement is then exact up to values beyond all that were seen.

Where nothing was seen to change, that is not good enough: an outcome of probability 1e-4 (a scale
that is rounded up by a hair) may carry the whole error and not come once in 1e4 samples, which then
have variance and range 0. So a coordinate whose error is the same in all samples is taken to have
outcomes as far from y as max |y| (`unseen`), and r is at least what one of them would make. The rate
of false alarms is then the stated one for quantizers whose outcomes lie within the range seen or, in
such coordinates, within max |y|; errors that such an outcome could explain are not found.
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
POWER_Z = 3.0902323  # standard normal quantile of 0.999
CONSTANT = 2.0**-22  # changes below this, relative to max |y|, are rounding errors


def half_width(values: Floats, level: float, span: Floats | float = 0.0) -> Floats:
    """Half the two-sided confidence interval of the mean along the first axis, n >= 2.

    The interval that holds the values is taken to have at least the length `span`.
    """
    n, log = values.shape[0], math.log(4 / level)
    variance = values.var(axis=0, ddof=1)
    length = np.maximum(np.ptp(values, axis=0), span)
    width: Floats = np.sqrt(2 * variance * log / n) + 7 * length * log / (3 * (n - 1))
    return width


def found_surely(values: Floats, level: float, span: float = 0.0) -> float:
    """The least error of the mean of a scalar sample that is found with probability 0.999."""
    deviation = float(values.std(ddof=1))
    return float(half_width(values, level, span)) + POWER_Z * deviation / math.sqrt(len(values))


def unseen(y: Floats, errors: Floats, *, whole: bool) -> float:
    """How far from y an outcome may lie in a coordinate where no sample showed one.

    Parameters
    ----------
    y : (size,)
    errors : (n, size)
        Of repeated encodings; n = 2 stands for a quantizer without coins, where nothing is unseen.
    whole : bool
        Ask for an output that never changed at all, rather than in some coordinate.

    Returns
    -------
    float
        max |y|, or 0 where the errors changed.
    """
    size = float(np.max(np.abs(y)))
    same = np.ptp(errors, axis=0) <= CONSTANT * size
    return size if len(errors) > 2 and (np.all(same) if whole else np.any(same)) else 0.0
