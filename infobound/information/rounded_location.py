"""A Gaussian number rounded to whole numbers: what is carried about its mean, and what is used.

X ~ N(theta, s^2) in units of the step of the grid. Its rounding K is

    nearest      the nearest whole number,
    stochastic   floor(X) or floor(X) + 1 with mean X: the coin is the encoder's secret,
    dithered     the nearest to X + U with U uniform on [-1/2, 1/2], and U known to both ends
                 (subtractive dither: the decoder takes U off again).

Stochastic rounding is floor(X + V) with V uniform on [0, 1] and forgotten, so it never carries more
than dithered rounding, which carries what nearest rounding does on the average over theta.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, positive
from infobound.numerics.gauss_legendre import gauss_legendre
from infobound.numerics.normal import Floats, cell_moments

Kind = Literal["nearest", "stochastic", "dithered"]
REACH = 12.0  # standard deviations on either side that are summed over


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundedLocation:
    """Arrays of the shape of theta, in units of the step of the grid.

    Attributes
    ----------
    carried : ndarray
        Fisher information of the message about theta, at most 1/s^2.
    used : ndarray
        (d E Q / d theta)^2 / Var Q: what the average of many decoded numbers Q has, at most
        `carried` (Cramer and Rao; at most what it has once its bias is known and undone).
    bias, variance : ndarray
        E Q - theta and Var Q.
    """

    carried: Floats
    used: Floats
    bias: Floats
    variance: Floats


def rounded_location(
    theta: npt.ArrayLike, noise_std: float, rounding: Kind = "nearest"
) -> RoundedLocation:
    """Information about theta in one rounded number, and law of the decoded one; exact.

    Parameters
    ----------
    theta : array_like
        Mean of X in steps; everything is periodic in it with period 1.
    noise_std : float
        s in steps, 0.02 to 50.
    rounding : {"nearest", "stochastic", "dithered"}

    Examples
    --------
    >>> middle = rounded_location(0.0, 0.1, "nearest")  # the noise does not reach the thresholds
    >>> coin = rounded_location(0.0, 0.1, "stochastic")
    >>> bool(middle.carried < 0.01), bool(coin.carried > 10)
    (True, True)
    """
    s = positive("noise_std", noise_std)
    if not 0.02 <= s <= 50:
        raise argument_error("noise_std", noise_std, "between 0.02 and 50 steps")
    if rounding not in get_args(Kind):
        raise argument_error("rounding", rounding, "'nearest', 'stochastic' or 'dithered'")
    place = np.asarray(theta, dtype=np.float64)
    offset = place - np.rint(place)
    if rounding == "dithered":
        return _dithered(offset, s)
    return (_stochastic if rounding == "stochastic" else _nearest)(offset[..., None], s)


def _nearest(offset: Floats, s: float) -> RoundedLocation:
    k = _whole(s)
    lower, upper = (k - 0.5 - offset) / s, (k + 0.5 - offset) / s
    cell = cell_moments(lower, upper)
    return _figures(k, offset, cell.probability, cell.score / s)


def _stochastic(offset: Floats, s: float) -> RoundedLocation:
    """P(K = k) = E tent(X - k); its derivative is P(X in (k-1, k]) - P(X in (k, k+1])."""
    k = _whole(s)
    ends = np.append(k, k[-1] + 1)
    cell = cell_moments((k - offset) / s, (ends[1:] - offset) / s)
    rise = np.clip(offset + s * cell.mean - k, 0.0, 1.0)  # mean of X - floor(X) in each gap
    up, down = cell.probability * rise, cell.probability * (1 - rise)
    zero = np.zeros_like(up[..., :1])
    chance = np.concatenate([down, zero], axis=-1) + np.concatenate([zero, up], axis=-1)
    slope = np.diff(-cell.probability, axis=-1, prepend=0.0, append=0.0)
    return _figures(ends, offset, chance, slope)


def _dithered(offset: Floats, s: float) -> RoundedLocation:
    """Carried: the average of `_nearest` over a period, in panels as narrow as the noise."""
    panels = math.ceil(2 + 1 / s)
    place, weight = gauss_legendre(12)
    points = (np.arange(panels)[:, None] + place).ravel() / panels
    carried = _nearest(points[:, None], s).carried
    mean = math.fsum((carried * np.tile(weight / panels, panels)).tolist())
    variance = np.full(offset.shape, s**2 + 1 / 12)
    return RoundedLocation(
        carried=np.full(offset.shape, mean),
        used=1 / variance,
        bias=np.zeros(offset.shape),
        variance=variance,
    )


def _figures(k: Floats, offset: Floats, chance: Floats, slope: Floats) -> RoundedLocation:
    gain = np.divide(slope**2, chance, out=np.zeros_like(chance), where=chance > 0)
    centred = k - offset
    bias = np.sum(centred * chance, axis=-1)
    variance = np.sum((centred - bias[..., None]) ** 2 * chance, axis=-1)
    growth = np.sum((centred - bias[..., None]) * slope, axis=-1)  # the slopes add up to 0
    used = np.divide(growth**2, variance, out=np.zeros_like(bias), where=variance > 0)
    return RoundedLocation(carried=gain.sum(axis=-1), used=used, bias=bias, variance=variance)


def _whole(s: float) -> Floats:
    most = math.ceil(1 + REACH * s)
    return np.arange(-most, most + 1, dtype=np.float64)
