"""What schemes reach under AR(1) noise: rounds for an error, as the error goes to 0.

Each function gives lim T eps^2/(d s^2), so that T is about that many times n_0 = s^2 d/eps^2. Noise
correlation and quantization add up: kappa = (1 + rho)/(1 - rho) is never a factor of the whole.
Setting as in `correlated`; `infobound.protocols.correlated` runs the schemes.
"""

import math

from infobound.bounds.bound import Bound
from infobound.bounds.correlated import AUTOREGRESSIVE, correlation_of, inflation
from infobound.numerics.arguments import argument_error, positive, scale, whole

_UNIT = "rounds per s^2 d/eps^2"
_LIMIT = "the error tends to 0"
# Near u = 0, arcsin(e^-u) = sum of c u^a over these (a, c, zeta(-a)).
_ROOTS = (
    (0.0, math.pi / 2, -0.5),
    (0.5, -math.sqrt(2), -0.20788622497735457),
    (1.5, math.sqrt(2) / 6, -0.025485201889833036),
    (2.5, -math.sqrt(2) / 120, 0.008516928778850331),
)
_NEAR = 1e-3  # below, these terms are enough: the last is 3e-12 at most, 1 % of it rounding


def sign_law(*, gap: int, correlation: float) -> Bound:
    """Cyclic signs: n (pi/2) [1 + (4/pi) sum_{k >= 1} arcsin(rho^(n k))], n = `gap` = d/B.

    Every coordinate sends the sign of X_t minus the public estimate once in n rounds. The signs of
    Gaussians of correlation r have correlation (2/pi) arcsin r (Sheppard 1899). For rho >= 0 at
    most (pi/2)(n + kappa - 1) (derivation `correlated_product_form`).

    Parameters
    ----------
    gap : int
        n >= 1, a whole number of rounds between two messages about one coordinate.
    correlation : float
        In (-1, 1).

    Examples
    --------
    >>> round(sign_law(gap=64, correlation=0.9).value, 3)
    100.682
    """
    n, rho = whole("gap", gap), correlation_of(correlation)
    value = n * math.pi / 2 * (1 + 4 / math.pi * _arcsine_sum(n, rho))
    return _reached(
        value, rho, "sign_law: stochastic approximation with the signs' long-run variance"
    )


def fixed_sign_error(
    *, rounds: int, gap: int, noise_std: float, correlation: float, half_width: float
) -> Bound:
    """Error of cyclic signs about 0 where |theta_i| <= L is known, at every T; rho >= 0.

    s sqrt(pi/2) times the mean of the m = floor(T/n) signs of a coordinate estimates it with
    E|error|^2/s^2 <= x^6/36 + (pi/2)(1 + r)/((1 - r) m), x = L/s and r = rho^n: bias and variance
    (derivation `correlated_product_form`).

    Parameters
    ----------
    rounds : int
        T >= n.
    gap : int
        n = d/B >= 1.
    noise_std, half_width : float
        s and L > 0, in units of theta.
    correlation : float
        In [0, 1).

    Returns
    -------
    Bound
        Upper, squared error per coordinate, at every theta in the cube.
    """
    n, rho = whole("gap", gap), correlation_of(correlation)
    if rho < 0:
        raise argument_error("correlation", correlation, "in [0, 1)")
    signs = whole("rounds", rounds, least=n, remedy="Each coordinate must send a sign.") // n
    s = scale("noise_std", noise_std, "Give it per coordinate.")
    step = math.inf if rho == 0 else -n * math.log(rho)
    variance = math.pi / 2 / math.tanh(step / 2) / signs  # (1 + r)/(1 - r), accurate as r -> 1
    return Bound(
        value=s**2 * ((scale("half_width", half_width) / s) ** 6 / 36 + variance),
        direction="upper",
        unit="squared error per coordinate",
        hypotheses=(
            AUTOREGRESSIVE.format(rho),
            f"theta in the cube [-{half_width:g}, {half_width:g}]^d",
        ),
        source="fixed_sign_error: bias and variance; Plackett 1954, Sheppard 1899",
    )


def gaussian_channel_law(*, rate: float, correlation: float) -> Bound:
    """Gaussian test channels of R = `rate` bits per coordinate and round: kappa + 1/(4^R - 1).

    Reached as d grows. At rho = 0 it is 1/(1 - 4^-R), which is the limit there.
    """
    rho, growth = correlation_of(correlation), _growth(rate)
    return _reached(inflation(rho) + 1 / growth, rho, "gaussian_channel_law", "d tends to infinity")


def predictive_law(*, rate: float, correlation: float) -> Bound:
    """The same, describing X_t given the past messages: less to describe, less noise added.

    kappa + (1 - rho^2)/((1 - rho^2 4^-R)(4^R - 1)). Encoders are still memoryless: the prediction
    is made of public messages.
    """
    rho, growth = correlation_of(correlation), _growth(rate)
    left = (1 - rho) * (1 + rho) / (1 - rho**2 / (1 + growth))
    return _reached(inflation(rho) + left / growth, rho, "predictive_law", "d tends to infinity")


def _growth(rate: float) -> float:
    """4^R - 1, accurate as R -> 0."""
    return math.expm1(math.log(4) * positive("rate", rate, "Give it per coordinate and round."))


def _reached(value: float, rho: float, source: str, *also: str) -> Bound:
    return Bound(
        value=value,
        direction="upper",
        unit=_UNIT,
        hypotheses=(AUTOREGRESSIVE.format(rho), _LIMIT, *also),
        source=source,
    )


def _arcsine_sum(n: int, rho: float) -> float:
    """Sum of arcsin(rho^(n k)) over k >= 1.

    With step = -n ln|rho|, terms fall like exp(-step k). As step -> 0 the sum is (pi/2) ln 2/step, the
    integral of arcsin(e^-u), plus zeta(-a) c step^a for each term c u^a of arcsin(e^-u) near 0
    (Navot 1961). The alternating sum is twice the one at twice the step, minus the one at the step.
    """
    alternating = rho < 0 and n % 2 == 1
    step = math.inf if rho == 0 else -n * math.log(abs(rho))
    if step < _NEAR:
        integral = 0.0 if alternating else math.pi / 2 * math.log(2) / step
        ends = (
            c * zeta * step**a * (2 ** (1 + a) - 1 if alternating else 1) for a, c, zeta in _ROOTS
        )
        return integral + math.fsum(ends)
    terms = (math.asin(math.exp(-step * k)) for k in range(1, 2 + int(40 / step)))
    return math.fsum(-v if alternating and k % 2 == 0 else v for k, v in enumerate(terms))
