"""Normalised squared error of one compressed vector: what schemes reach and what none can beat.

Everything here is E|Q(x) - x|^2 / |x|^2 (NMSE), dimensionless; rates are in bits per coordinate
with every bit counted, unless a formula says that the norm travels apart.
"""

import math
from typing import Literal

import numpy as np

from infobound.numerics.arguments import argument_error, nonnegative, positive, whole
from infobound.numerics.gauss_legendre import gauss_legendre
from infobound.numerics.lloyd_max import lloyd_max
from infobound.numerics.normal import cell_probability

Scale = Literal["unbiased", "biased"]

SHAPING_GAP = math.log2(2 * math.pi * math.e / 12) / 2
"""0.2546 bits per coordinate: a uniform error against a Gaussian one of the same variance."""


def gaussian_distortion(rate: float) -> float:
    """4^-R: least E|Q - X|^2 / E|X|^2 for Gaussian X at R bits per coordinate (Shannon 1959).

    Every bit counted, shared randomness allowed, every dimension.
    """
    return float(4.0 ** -nonnegative("rate", rate))


def unbiased_converse(rate: float) -> float:
    """1/(4^R - 1): least w with E|Q - X|^2 <= w E|X|^2 when E[Q|X = x] = x for every x.

    X ~ N(0, s^2 I_d), or uniform on a ball (where the bound at finite d is relative to |X|^2); R
    bits per coordinate with every bit counted, shared randomness allowed, unbiased on the average
    over all coins. It can fail where the norm travels for free: at d = 2 and one bit per coordinate
    `drive_nmse` is 0.2732 < 1/3. Derivation `unbiased_converse`.
    """
    return 1 / math.expm1(2 * math.log(2) * positive("rate", rate))


def effective_bits(nmse: float) -> float:
    """-(1/2) log2 NMSE: bits per coordinate at which the Gaussian limit 4^-R has this NMSE."""
    return -math.log2(positive("nmse", nmse)) / 2


def unbiased_effective_bits(nmse: float) -> float:
    """(1/2) log2(1 + 1/NMSE): bits per coordinate at which `unbiased_converse` has this NMSE."""
    return math.log1p(1 / positive("nmse", nmse)) / (2 * math.log(2))


def rate_gap(rate: float, nmse: float, *, unbiased: bool) -> float:
    """Bits per coordinate above what the converse asks for the same NMSE.

    R - (1/2) log2(1 + 1/NMSE) for an unbiased quantizer, R + (1/2) log2 NMSE for another. A
    negative gap says that bits were not counted, or that the input was not of the kind that the
    converse speaks of.
    """
    needed = unbiased_effective_bits if unbiased else effective_bits
    return nonnegative("rate", rate) - needed(nmse)


def drive_nmse(d: int, *, scale: Scale = "unbiased") -> float:
    """NMSE of one bit per coordinate after a uniformly random rotation, norm sent apart.

    DRIVE (Vargaftik et al. 2021, arXiv:2105.08339); exact, and the same for every x. With u uniform
    on the unit sphere of R^d,

        unbiased scale |x|^2/|Rx|_1:  d E |u|_1^-2 - 1
                                      = d (d - 2) int_0^inf t erfcx(t / sqrt 2)^d dt - 1  (d > 2),
        biased scale |Rx|_1/d:        1 - E|u|_1^2 / d = (1 - 2/pi)(1 - 1/d),

    0 at d = 1, 4/pi - 1 at d = 2, and increasing to pi/2 - 1 and 1 - 2/pi. (With g Gaussian, u and
    |g| are independent, so E|g|_1^-2 = E|u|_1^-2 / (d - 2); and E exp(-t|g_i|) = erfcx(t/sqrt 2).)

    Parameters
    ----------
    d : int, >= 1.
    scale : {"unbiased", "biased"}

    Returns
    -------
    float, to about 1e-14 relative up to d = 10^9.

    Examples
    --------
    >>> round(drive_nmse(1024), 5)
    0.57035
    """
    d = whole("d", d)
    if _is_biased(scale):
        return (1 - 2 / math.pi) * (1 - 1 / d)
    if d <= 2:
        return 4 / math.pi - 1 if d == 2 else 0.0
    from scipy.special import erf, erfcx

    # t = (2/d) s/(1 - s): the integrand lives on t ~ 1/d, and decays like t^(1 - d) beyond 1.
    place, weight = gauss_legendre(400)
    t = 2 / d * place / (1 - place)
    x = t / math.sqrt(2)
    near = x < 1  # where log(erfcx) would lose digits that the power d brings back
    log_erfcx = np.where(near, x**2 + np.log1p(-erf(np.where(near, x, 0.0))), np.log(erfcx(x)))
    terms = weight * t * np.exp(d * log_erfcx) / (1 - place) ** 2
    return d * (d - 2) * (2 / d) * math.fsum(terms.tolist()) - 1


def eden_nmse(bits: int, *, scale: Scale = "unbiased") -> float:
    """NMSE of EDEN as d grows: D/(1 - D), or D with the biased scale.

    D is the mean squared error of the 2^bits-level Lloyd-Max quantizer of N(0, 1)
    (`numerics.lloyd_max`); the norm is sent apart, 32 bits that do not count as d grows. EDEN:
    Vargaftik et al. 2022, arXiv:2108.08842. At one bit these are pi/2 - 1 and 1 - 2/pi.

    Parameters
    ----------
    bits : int, 1 to 10.
    scale : {"unbiased", "biased"}
    """
    least = lloyd_max(2 ** whole("bits", bits, most=10)).distortion
    return least if _is_biased(scale) else least / (1 - least)


def sampled_nmse(nmse: float, kept: float, *, scale: Scale = "unbiased") -> float:
    """NMSE when a random fraction `kept` of the coordinates goes through a scheme of NMSE `nmse`.

    Unbiased: the result is divided by `kept`, (1 + nmse)/kept - 1. Biased: what is left out is
    decoded to 0, 1 - kept (1 - nmse). Both need an inner NMSE that is the same for every vector.

    Parameters
    ----------
    nmse : float, >= 0.
    kept : float, 0 < kept <= 1.
    scale : {"unbiased", "biased"}
    """
    nmse, kept = nonnegative("nmse", nmse), positive("kept", kept)
    if kept > 1:
        raise argument_error("kept", kept, "at most 1")
    return 1 - kept * (1 - nmse) if _is_biased(scale) else (1 + nmse) / kept - 1


def dithered_rate(step: float, scale: float = 1.0) -> float:
    """Bits per coordinate of a uniform quantizer with subtractive dither, ideally entropy coded.

    H(K | U) = I(X; X + N) for X ~ N(0, scale^2) and N uniform on an interval of length `step`
    (Ziv 1985; Zamir and Feder 1992): with p(v) = P(v - step/2 < X < v + step/2), the integral of
    -p log2 p over the line, divided by step. It is at most `SHAPING_GAP` above
    (1/2) log2(1 + 12 scale^2/step^2), for every step.

    Parameters
    ----------
    step, scale : float, > 0, 2^-12 <= step/scale <= 2^10.

    Returns
    -------
    float, in bits, to about 1e-13 relative: the trapezoidal rule, whose error for this integrand
    is below exp(-60).
    """
    ratio = positive("step", step) / positive("scale", scale)
    if not 2.0**-12 <= ratio <= 2.0**10:
        raise argument_error("step / scale", ratio, "in [2**-12, 2**10]")
    width = 1 / 8  # p is analytic, and has no zero within 2.8 standard deviations of the line
    half = math.ceil((ratio / 2 + 14) / width)
    centre = width * np.arange(-half, half + 1)
    p = cell_probability(centre - ratio / 2, centre + ratio / 2)
    terms = np.where(p > 0, -p * np.log(np.where(p > 0, p, 1.0)), 0.0)
    return math.fsum(terms.tolist()) * width / ratio / math.log(2)


def _is_biased(scale: str) -> bool:
    if scale not in ("unbiased", "biased"):
        raise argument_error("scale", scale, "'unbiased' or 'biased'")
    return scale == "biased"
