"""Lower bounds for the B-bit oracle whose noise is correlated over rounds.

Setting as in `bit_oracle`, but X_t = theta + N_t, where each coordinate of N_t is a stationary
Gaussian AR(1) process of variance s^2: E N_t N_{t+k} = s^2 rho^|k|. With n_0 = s^2 (d/eps^2 - J/d),
the rounds that uncorrelated noise and unlimited bits would take, g = 1 - 4^(-B/d) and
kappa = (1 + rho)/(1 - rho), memoryless encoders need

    any message, rho >= 0     T >= max{kappa n_0 - (kappa - 1), n_0/(kappa g)},
    log-concave,  rho >= 0    T >= n_0 d/(2 ln 2 B), and what holds for any message,
    any message, rho < 0      T >= max{kappa n_0 + (1 - kappa), kappa n_0/g}    (kappa < 1).

Log-concave: the likelihood of each message is a log-concave function of X_t, given the past (cells
are half-spaces, boxes, Voronoi; stochastic rounding; Gaussian test channels).

The product kappa n_0/g is a bound for rho <= 0 only: for rho > 0 cyclic signs beat kappa n_0 d/(2 ln 2 B)
by any factor (derivation `correlated_product_form`), at about (pi/2) n_0 (d/B + kappa - 1), a sum
(`correlated_laws`). Open: for rho > 0 whether messages that are not log-concave can go below
n_0 d/(2 ln 2 B), where that exceeds the first line; for rho < 0 whether anything reaches kappa n_0/g.
"""

import math
from dataclasses import dataclass, replace
from functools import partial

from infobound.bounds.bit_oracle import BitOracle, Limits, product, rate_distortion, sharp
from infobound.bounds.bit_oracle import statistical as independent_statistical
from infobound.bounds.bound import Bound
from infobound.bounds.priors import NoPrior
from infobound.numerics.arguments import ArgumentError, argument_error, real, scale, whole

AUTOREGRESSIVE = "stationary Gaussian AR(1) noise of correlation {:g}, coordinates independent"
LOG_CONCAVE = "the likelihood of each message is log-concave in X_t, given the past"
OPEN = (
    "open: where n_0 d/(2 ln 2 B) exceeds this, by at most a factor kappa, whether messages whose "
    "likelihood is not log-concave can go below it; no scheme that does is known"
)
OPEN_NEGATIVE = (
    "open: between this and what predictive channels take (predictive_law), up to a factor 1/kappa, "
    "nothing is known"
)


def correlation_of(value: object) -> float:
    """Accept a correlation of successive rounds, -1 < rho < 1, and return it as a float.

    Raises
    ------
    ArgumentError
        At |rho| >= 1 no stationary process of finite variance has innovations: the noise of one
        round, up to sign, is that of every other, or grows without limit.
    """
    try:
        rho = real("correlation", value)
    except ArgumentError:
        rho = math.nan
    if not -1 < rho < 1:
        remedy = "At |rho| >= 1 AR(1) noise is not stationary: it repeats itself or grows."
        raise argument_error("correlation", value, "in (-1, 1)", remedy)
    return rho


def inflation(correlation: float, *, rounds: int | None = None) -> float:
    """How many correlated rounds are worth one independent round, without quantization.

    T (1 + rho)/(T - (T - 2) rho) for T `rounds`: 1 at T = 1, 1 + rho at T = 2, and monotone to the
    limit kappa = (1 + rho)/(1 - rho), which is what no `rounds` gives.

    Examples
    --------
    >>> inflation(0.5), inflation(0.5, rounds=1), inflation(0.5, rounds=2)
    (3.0, 1.0, 1.5)
    """
    rho = correlation_of(correlation)
    if rounds is None:
        return (1 + rho) / (1 - rho)
    T = whole("rounds", rounds)
    return T * (1 + rho) / (T * (1 - rho) + 2 * rho)


def mean_information(*, rounds: int, noise_std: float, correlation: float) -> float:
    """Fisher information about the mean in T raw rounds, per coordinate and squared unit of theta.

    1^T Sigma^-1 1 = (T (1 - rho) + 2 rho)/((1 + rho) s^2), exactly; over T it tends to
    1/(kappa s^2).

    Examples
    --------
    >>> mean_information(rounds=2, noise_std=1, correlation=0.6)
    1.25
    """
    rho, s = correlation_of(correlation), scale("noise_std", noise_std, "Give it per coordinate.")
    return (whole("rounds", rounds) * (1 - rho) + 2 * rho) / ((1 + rho) * s**2)


@dataclass(frozen=True, kw_only=True)
class CorrelatedOracle:
    """A B-bit oracle and the correlation of its noise over rounds.

    Parameters
    ----------
    oracle : BitOracle
        Dimension, bits, noise of one round and prior.
    correlation : float
        rho in (-1, 1), of each coordinate of the noise in successive rounds.
    """

    oracle: BitOracle
    correlation: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "correlation", correlation_of(self.correlation))

    @property
    def kappa(self) -> float:
        """(1 + rho)/(1 - rho), the long-run variance of the noise over s^2."""
        return inflation(self.correlation)

    @property
    def easier(self) -> BitOracle:
        """An oracle with independent noise that is no harder than this one.

        The spectrum of the noise is at least c s^2, c = (1 - |rho|)/(1 + |rho|). So N_t is
        independent noise of variance c s^2 plus an independent process; let everyone know the
        latter. Each bound of `bit_oracle` on what is left holds here.
        """
        rho = abs(self.correlation)
        shrink = math.sqrt((1 - rho) / (1 + rho))
        return replace(self.oracle, noise_std=self.oracle.noise_std * shrink)


def statistical(
    correlated: CorrelatedOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """No bits at all can do better: T >= kappa n_0 - (kappa - 1), n_0 = s^2 (d/eps^2 - J/d).

    van Trees with the exact `mean_information` of T raw samples. The edge term kappa - 1 cannot be
    dropped: one round suffices at n_0 = 1. Below one round T >= n_0, whatever rho.

    Parameters
    ----------
    correlated : CorrelatedOracle
    error : float, optional
        Target eps^2 = E||theta_hat - theta||^2 > 0, summed over coordinates.
    rounds : float, optional
        T >= 1. Exactly one of the two is given.

    Returns
    -------
    Bound
        Lower, in rounds when `error` was given, in squared error when `rounds` was.

    Raises
    ------
    ArgumentError
        If the target is not below what is reached with no rounds at all.
    """
    oracle, kappa = correlated.oracle, correlated.kappa
    found = independent_statistical(oracle, error=error, rounds=rounds)  # n_0, and the checks
    if rounds is None:
        value = kappa * found.value - (kappa - 1) if found.value > 1 else found.value
    else:
        known = mean_information(
            rounds=int(rounds), noise_std=oracle.noise_std, correlation=correlated.correlation
        )
        value = oracle.dimension / (known + oracle.prior.information(oracle.dimension))
    source = "statistical: van Trees, exact information of T AR(1) samples; Kim 2026, abstract"
    return _noted(correlated, replace(found, value=value), source)


def public_remainder(
    correlated: CorrelatedOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """T >= c n_0/g with c = (1 - |rho|)/(1 + |rho|): any memoryless messages.

    c = 1/kappa for rho >= 0, and c = kappa for rho < 0, where kappa multiplies after all. Bound
    `rate_distortion` on `CorrelatedOracle.easier`; arguments as in `statistical`.
    """
    found = rate_distortion(correlated.easier, error=error, rounds=rounds)
    return _noted(correlated, found, "public_remainder: spectral minimum and rate_distortion")


def any_messages(
    correlated: CorrelatedOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """The larger of what is proved for all memoryless encoders; arguments as in `statistical`.

    `statistical`, `public_remainder`, and under a prior of finite entropy `sharp` on
    `CorrelatedOracle.easier`, which is above the second.
    """
    placed = not isinstance(correlated.oracle.prior, NoPrior)
    ask = {"error": error, "rounds": rounds}
    bits = sharp(correlated.easier, **ask) if placed else public_remainder(correlated, **ask)
    best = _larger(statistical(correlated, **ask), bits)
    return _noted(correlated, best, "any_messages: " + best.source)


def log_concave_messages(
    correlated: CorrelatedOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """T >= n_0 d/(2 ln 2 B) for log-concave likelihoods, rho >= 0, and what holds for any messages.

    The larger of `bit_oracle.product` without correlation and `any_messages`. Positive correlation then makes no bit worth more than it was: Tr I <= 2 ln 2 B T/s^2, as for
    independent noise (derivation `correlated_convex_cells`). Within a constant of the truth for
    B <= d: cyclic signs come with (pi/2)(d/B + kappa - 1) n_0. Arguments as in `statistical`.

    Raises
    ------
    ArgumentError
        Also for rho < 0, where the slope of the score can exceed 1/s^2.
    """
    if correlated.correlation < 0:
        remedy = "For rho < 0 use any_messages."
        raise argument_error("correlation", correlated.correlation, "in [0, 1)", remedy)
    ask = {"error": error, "rounds": rounds}
    best = _larger(any_messages(correlated, **ask), product(correlated.oracle, **ask))
    source = "log_concave_messages: " + best.source
    return _noted(correlated, best, source, LOG_CONCAVE)


def limits(
    correlated: CorrelatedOracle, *, error: float | None = None, rounds: float | None = None
) -> Limits:
    """All four bounds at once; None with a note where one says nothing, and what is open."""
    ask = {"error": error, "rounds": rounds}
    names = {
        "statistical": partial(statistical, correlated, **ask),
        "public_remainder": partial(public_remainder, correlated, **ask),
        "any_messages": partial(any_messages, correlated, **ask),
        "log_concave_messages": partial(log_concave_messages, correlated, **ask),
    }
    values: dict[str, float | None] = {}
    notes: dict[str, str] = {}
    if correlated.correlation < 0:
        values["log_concave_messages"] = None
        notes["log_concave_messages"] = "proved for rho >= 0 only"
        notes["any_messages"] = OPEN_NEGATIVE
        del names["log_concave_messages"]
    elif correlated.correlation > 0:
        notes["any_messages"] = OPEN
    for name, bound in names.items():
        found = bound()
        values[name] = None if found.vacuous else found.value
        if found.vacuous:
            notes[name] = f"vacuous: {found.vacuous}"
    return Limits("error" if error is None else "rounds", values, notes)


def _larger(first: Bound, second: Bound) -> Bound:
    """The stronger of two lower bounds, a vacuous one only if both are."""
    return max(first, second, key=lambda bound: (not bound.vacuous, bound.value))


def _noted(correlated: CorrelatedOracle, bound: Bound, source: str, *also: str) -> Bound:
    """The same value, with the noise that it is for."""
    noise = AUTOREGRESSIVE.format(correlated.correlation)
    kept = [one for one in bound.hypotheses if not one.startswith("Gaussian noise, independent")]
    hypotheses = tuple(dict.fromkeys((noise, *also, *kept)))
    return replace(bound, hypotheses=hypotheses, source=source)
