"""Information of the binary-input Gaussian channel: a fair sign seen through Gaussian noise.

X = +-1 with probability 1/2, Y = X + s N. With a = 1/s and t = a^2 + a Z, Z standard normal, the
posterior mean of X is tanh t, and since g below is even X may be taken to be 1:

    I(X; Y) = E g(t) nats,   g(t) = ln 2 - H((1 + tanh t)/2) = t tanh t - ln cosh t.

g >= 0, so there is no cancellation and the relative accuracy holds for all s. For the tails,
g <= ln 2, and g <= t^2/2 because g' = t / cosh(t)^2 <= t for t >= 0.
"""

import math
from fractions import Fraction
from typing import Any, Literal, overload

import numpy as np

from infobound.models.sign_families import Floats
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.dyadic import dyadic

Interval = tuple[Fraction, Fraction]

STEP = 0.05
REACH = 10.0
_NEAR = 1 / 4  # below this g is summed by its series
_TANH = (
    1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925, 21844 / 6081075, -929569 / 638512875,
    6404582 / 10854718875, -443861162 / 1856156927625,
)  # tanh t / t in powers of t^2  # fmt: skip
_SERIES = [0.0, *(c * (1 - 1 / (2 * k)) for k, c in enumerate(_TANH, 1))]  # g, likewise


@overload
def binary_gaussian_information(
    noise_std: float | Fraction, certified: Literal[False] = False, *, digits: int = 30
) -> Estimate: ...
@overload
def binary_gaussian_information(
    noise_std: float | Fraction, certified: Literal[True], *, digits: int = 30
) -> Interval: ...


def binary_gaussian_information(
    noise_std: float | Fraction, certified: bool = False, *, digits: int = 30
) -> Estimate | Interval:
    """I(X; X + s N) in bits, X = +-1 equally likely, N standard normal.

    It tends to 1 as s -> 0, and to 1/(2 ln 2 s^2) as s -> infinity.

    Parameters
    ----------
    noise_std : float or Fraction, s in [1e-100, 1e100]
        For inputs +-c give s/c.
    certified : bool
        Return an interval that certainly holds the information, by ball arithmetic (Arb), instead
        of a value by quadrature. A float s stands for the binary fraction that it is.
    digits : int, 5 to 200
        Of the certified interval: it is relative and narrower than 10^-digits.

    Returns
    -------
    Estimate, method "quadrature", about 14 digits; or (low, high) of Fraction, in bits.

    Raises
    ------
    ArgumentError
        noise_std or digits is out of range.

    Notes
    -----
    The trapezoid sum with step h errs by the poles of tanh at t = i pi/2, that is by a multiple of
    exp(-pi^2/(a h) - a^2/2 + pi^2/(8 a^2)), and by exp(-2 pi^2/h^2): below 1e-16 for all a at
    h = 0.05.

    Examples
    --------
    >>> round(binary_gaussian_information(1.0).value, 12)
    0.485944154133
    >>> low, high = binary_gaussian_information(1.0, certified=True)
    >>> round(float(low), 12), float((high - low) / low) < 1e-30
    (0.485944154133, True)
    """
    size = positive("noise_std", noise_std)
    if not 1e-100 <= size <= 1e100:
        raise argument_error("noise_std", noise_std, "between 1e-100 and 1e100")
    if certified:
        return _certified(Fraction(noise_std), whole("digits", digits, least=5, most=200))
    a = 1 / size
    place: Floats = np.asarray(
        STEP * np.arange(-round(REACH / STEP), round(REACH / STEP) + 1), dtype=np.float64
    )
    weight = STEP * np.exp(-(place**2) / 2) / math.sqrt(2 * math.pi)
    nats = float(weight @ _gain(a * a + a * place))
    return Estimate(value=nats / math.log(2), unit="bits", method="quadrature")


def _gain(t: Floats) -> Floats:
    """g(t) to full relative accuracy."""
    size = np.abs(t)
    series = np.polynomial.polynomial.polyval(np.minimum(size, _NEAR) ** 2, _SERIES)
    fall = np.exp(-2 * size)
    direct = math.log(2) - 2 * size * fall / (1 + fall) - np.log1p(fall)
    return np.asarray(np.where(size < _NEAR, series, direct))


def _certified(noise_std: Fraction, digits: int) -> Interval:
    from flint import acb, arb, ctx, fmpq

    bits = math.ceil(digits * math.log2(10)) + 16
    lost = math.ceil(2 * abs(math.log2(noise_std)))  # g is near t^2 / 2 where s is large
    with ctx.workprec(bits + lost + 32):
        a = 1 / arb(fmpq(noise_std.numerator, noise_std.denominator))
        cut = arb(math.isqrt(2 * bits) + 2)  # exp(-cut^2 / 2) < 2^-bits

        def integrand(z: Any, analytic: bool) -> Any:
            t = a * a + a * z
            fall = (-2 * t).exp()
            lack = 2 * t * fall / (1 + fall) + (1 + fall).log(analytic=analytic)
            return (acb(2).log() - lack) * (-z * z / 2).exp()

        goal = arb(2) ** -bits
        least = goal * a * a / (1 + a * a)
        area = acb.integral(integrand, acb(-cut), acb(cut), rel_tol=goal, abs_tol=least)
        nats = area.real / (2 * arb.pi()).sqrt()
        low, high = nats.lower(), (nats + _tail(a, cut)).upper()
        low, high = (low / arb.const_log2()).lower(), (high / arb.const_log2()).upper()
        if not high - low < low * arb(10) ** -digits:
            raise ArithmeticError(f"no interval of {digits} digits at s = {noise_std}")
        return dyadic(low), dyadic(high)


def _tail(a: Any, cut: Any) -> Any:
    """Upper bound of E g(t) on |Z| > cut, from g <= ln 2 and from g <= t^2 / 2."""
    from flint import arb

    beyond = (cut / arb(2).sqrt()).erfc()  # P(|Z| > cut)
    square = 2 * cut * (-cut * cut / 2).exp() / (2 * arb.pi()).sqrt() + beyond  # E Z^2 there
    flat, curved = arb.const_log2() * beyond, (a**4 * beyond + a * a * square) / 2
    return min(curved, flat)
