"""A drifting target: theta_{t+1} = a theta_t + W_t in noise, B bits per round.

Setting, per coordinate: W_t ~ N(0, w), X_t ~ N(theta_t, s^2), all independent; message t has
R = B/d bits per coordinate and may depend on all earlier messages and on public coins. A memoryless
encoder sees the fresh X_t only, one with memory all X up to t. D is the long-run time average of
E||theta_hat_t - theta_t||^2 / d. With g = 1 - 4^-R and P_p = a^2 P + w,

    memoryless:            D >= P,  1/P = 1/P_p + g/s^2                          (`memoryless_floor`)
    memoryless, sharp:     D >= P,  s^2 (P_p - P) = P P_p - 4^-R P_p^2           (`sharp_floor`)
    with memory:           D >= P_f + v/(4^R - a^2),                             (`memory_floor`)

P_f the error of the Kalman filter without a limit on bits and v = P_p - P_f there. The second is
what Gaussian test channels reach (`channel_step`), so no gap is left as d grows; it lies above the
other two. The third is reached as d grows too, by encoders that filter first.

An unstable target (|a| >= 1) needs more than log2|a| bits per coordinate, or its error grows without
bound whatever the code (data-rate theorem: Tatikonda and Mitter 2004; Nair and Evans 2004).
"""

import math
from dataclasses import dataclass

from infobound.bounds.bound import Bound
from infobound.numerics.arguments import argument_error, nonnegative, positive, real, scale

# Zero-delay coding of a scalar Gauss-Markov source by entropy-coded dithered quantization takes at
# most this many bits per sample beyond R(D): 0.254 for the cubic cell and 1 for whole codewords
# (Derpich and Ostergaard 2012, arXiv:1001.4181).
ZERO_DELAY_PENALTY = math.log2(2 * math.pi * math.e / 12) / 2 + 1

MEMORYLESS = (
    "Gaussian drift and noise, independent over rounds",
    "encoders keep no earlier sample",
)
WITH_MEMORY = ("Gaussian drift and noise, independent over rounds", "encoders may keep everything")
# A target that only multiplies stays as uncertain as its start: known exactly, or one of finitely
# many values, it would be found without error.
_START = "theta_0 has a density of finite Fisher information"
_AVERAGE = "long-run time average"
_DRIFT = "It is the variance of W in theta_{t+1} = a theta_t + W."
_LN4 = math.log(4)


@dataclass(frozen=True, kw_only=True)
class DriftingTarget:
    """theta_{t+1} = a theta_t + N(0, w), seen in N(0, s^2), coordinate by coordinate.

    Parameters
    ----------
    drift_variance : float
        w, in squared units of theta: 0, or from 1e-120 to 1e120.
    noise_std : float
        s, in units of theta, from 1e-60 to 1e60.
    transition : float
        a, |a| <= 1e6. At 1 (the default) the target is a random walk.

    Raises
    ------
    ArgumentError
        If a value is not in its range.
    """

    drift_variance: float
    noise_std: float
    transition: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "drift_variance", _variance(self.drift_variance))
        object.__setattr__(self, "noise_std", scale("noise_std", self.noise_std))
        object.__setattr__(self, "transition", _transition(self.transition))

    def predicted(self, variance: float) -> float:
        """P_p = a^2 P + w: the variance of theta_{t+1} when that of theta_t is P."""
        return self.transition**2 * variance + self.drift_variance


def information_step(target: DriftingTarget, information: float, *, rate: float) -> float:
    """Next term of J_{t+1} = 1/(w + a^2/J_t) + g/s^2, from J_t > 0 in 1/theta^2.

    J_t bounds the Fisher information per coordinate of the law of theta_t given all messages of
    memoryless encoders, so that E||theta_hat_t - theta_t||^2/d >= 1/J_t for every t once J_0 is that
    of the prior: prediction by Stam's inequality, update by `fisher_trace`. Its limit is
    1/`memoryless_floor`.

    Parameters
    ----------
    target : DriftingTarget
    information : float
        J_t > 0.
    rate : float
        R >= 0, bits per coordinate.
    """
    known = positive("information", information, "Give that of the prior, 1/variance.")
    gain = -math.expm1(-_LN4 * nonnegative("rate", rate))
    return 1 / target.predicted(1 / known) + gain / target.noise_std**2


def memoryless_floor(target: DriftingTarget, *, rate: float) -> Bound:
    """The Kalman floor with s^2 replaced by s^2/g: the fixed point of `information_step`.

    For a = 1: D >= (-w + sqrt(w^2 + 4 w s^2/g))/2. Holds for every late round, hence for the time
    average. `sharp_floor` is stronger.

    Parameters
    ----------
    target : DriftingTarget
    rate : float
        R >= 0, bits per coordinate and round.

    Returns
    -------
    Bound
        Lower, squared error per coordinate, in squared units of theta.

    Raises
    ------
    ArgumentError
        |a| >= 1 and R <= log2|a|: the error of every code grows without bound. Only at |a| = 1, w = 0
    and R = 0, where the target keeps its prior variance, the floor is 0.

    Examples
    --------
    >>> walk = DriftingTarget(drift_variance=0.01, noise_std=1)
    >>> round(memoryless_floor(walk, rate=1).value, 6)
    0.110578
    """
    gain = -math.expm1(-_LN4 * _rate(target, rate))
    source = "drift_floor: Stam's inequality with fisher_trace in every round"
    return _lower(_filtered(target, gain), _given(target, MEMORYLESS), source)


def sharp_floor(target: DriftingTarget, *, rate: float) -> Bound:
    """Least time average that memoryless messages allow: reached by test channels as d grows.

    P is the positive root of s^2 (P_p - P) = P P_p - 4^-R P_p^2, P_p = a^2 P + w. For a = 1,
    P = (-w (2g - 1) + sqrt(w^2 + 4 g w s^2))/(2g). By Stam's inequality, the entropy-power
    inequality and a budget of bits: those that tell where theta_t lies are not left to tell the
    noise apart. At most (1 + sqrt(5))/2 above the larger of `memoryless_floor` and `memory_floor`
    for a = 1. A statement about the average: single rounds can be better. Arguments and errors as
    in `memoryless_floor`.

    Examples
    --------
    >>> walk = DriftingTarget(drift_variance=0.01, noise_std=1)
    >>> round(sharp_floor(walk, rate=1).value, 6)
    0.112329
    """
    left = math.exp(-_LN4 * _rate(target, rate))  # 4^-R
    square, w = target.transition**2, target.drift_variance / target.noise_std**2
    root = _positive_root(
        square * _unstable_margin(target, rate),
        w * (1 - 2 * left * square) + (1 - target.transition) * (1 + target.transition),
        w * (left * w + 1),
    )
    source = "sharp_drift_floor: bit budget, entropy-power inequality and Stam's inequality"
    return _lower(target.noise_std**2 * root, _given(target, MEMORYLESS), source)


def memory_floor(target: DriftingTarget, *, rate: float) -> Bound:
    """P_f + v/(4^R - a^2): what encoders that remember every sample cannot beat either.

    The encoder's own Kalman estimate, of error P_f, is a Gauss-Markov source with innovations of
    variance v = P_p - P_f (w for a = 1), to be described causally (`nonanticipative_rate`). Reached
    as d grows. Arguments and errors as in `memoryless_floor`.
    """
    filtered = kalman_floor(target).value
    innovation = target.predicted(filtered) ** 2 / (
        target.predicted(filtered) + target.noise_std**2
    )
    source = "memory: Kalman filter at the encoder, Gorbunov and Pinsker 1974 for its estimate"
    described = _described(target, innovation, _rate(target, rate))
    return _lower(filtered + described, _given(target, WITH_MEMORY), source)


def kalman_floor(target: DriftingTarget) -> Bound:
    """P_f, the error of the Kalman filter: no limit on bits."""
    source = "Kalman 1960: steady state of the scalar filter"
    return _lower(_filtered(target, 1.0), _given(target, WITH_MEMORY), source)


def channel_step(target: DriftingTarget, variance: float, *, rate: float) -> float:
    """Error of the next round of a Gaussian test channel with a Kalman filter behind it.

    X - (prediction) is described at rate R: noise n = s^2 + (P_p + s^2)/(4^R - 1) in all, and
    P' = P_p n/(P_p + n) = P_p - g P_p^2/(P_p + s^2). Its fixed point is `sharp_floor`.

    Parameters
    ----------
    target : DriftingTarget
    variance : float
        P >= 0 of this round.
    rate : float
        R >= 0, bits per coordinate.
    """
    before = target.predicted(nonnegative("variance", variance))
    left = math.exp(-_LN4 * nonnegative("rate", rate))
    # P_p (1 - g k) with k = P_p/(P_p + s^2), without the difference.
    return before * (left * before + target.noise_std**2) / (before + target.noise_std**2)


def nonanticipative_rate(error: float, *, drift_variance: float, transition: float = 1.0) -> Bound:
    """R(D) = max{0, log2(a^2 + w/D)/2}: causal description of a target seen without noise.

    Gorbunov and Pinsker 1974; Tatikonda, Sahai and Mitter 2004. Codes of one sample at a time take
    at most `ZERO_DELAY_PENALTY` bits more (mean length).

    Parameters
    ----------
    error : float
        D > 0, time average of the squared error.
    drift_variance : float
        w >= 0.
    transition : float
        a.

    Returns
    -------
    Bound
        Lower, bits per coordinate and round.

    Examples
    --------
    >>> nonanticipative_rate(1 / 15, drift_variance=1).value
    2.0
    """
    target = DriftingTarget(drift_variance=drift_variance, noise_std=1.0, transition=transition)
    growth = target.transition**2 + target.drift_variance / positive("error", error)
    return Bound(
        value=math.log2(growth) / 2 if growth > 1 else 0.0,
        direction="lower",
        unit="bits",
        hypotheses=("Gaussian drift, no noise", "causal code", _AVERAGE),
        source="nonanticipative rate-distortion, Gorbunov and Pinsker 1974",
    )


def nonanticipative_error(rate: float, *, drift_variance: float, transition: float = 1.0) -> Bound:
    """D(R) = w/(4^R - a^2), the inverse of `nonanticipative_rate`.

    Raises
    ------
    ArgumentError
        |a| >= 1 and R <= log2|a|, except |a| = 1, w = 0 and R = 0 (see `memoryless_floor`).
    """
    target = DriftingTarget(drift_variance=drift_variance, noise_std=1.0, transition=transition)
    value = _described(target, target.drift_variance, _rate(target, rate))
    hypotheses = ("Gaussian drift, no noise", "causal code")
    return _lower(value, hypotheses, "nonanticipative rate-distortion, Gorbunov and Pinsker 1974")


def _filtered(target: DriftingTarget, gain: float) -> float:
    """Root of 1/P = 1/(a^2 P + w) + gain/s^2."""
    a, w = target.transition, target.drift_variance / target.noise_std**2
    middle = (1 - a) * (1 + a) + gain * w
    return target.noise_std**2 * _positive_root(gain * a**2, middle, w)


def _described(target: DriftingTarget, innovation: float, rate: float) -> float:
    """v/(4^R - a^2) for innovations of variance v; 0 where there are none."""
    if not innovation:
        return 0.0
    return innovation * math.exp(-_LN4 * rate) / _unstable_margin(target, rate)


def _given(target: DriftingTarget, hypotheses: tuple[str, ...]) -> tuple[str, ...]:
    """With that on the start, where no drift makes it forgotten."""
    unforgotten = not target.drift_variance and abs(target.transition) > 1
    return (*hypotheses, _START) if unforgotten else hypotheses


def _positive_root(leading: float, middle: float, constant: float) -> float:
    """Largest root >= 0 of leading x^2 + middle x = constant, leading and constant >= 0.

    0 if everything is 0: no drift and no information.
    """
    if not constant and middle >= 0:
        return 0.0
    # Roots are taken first: the products could overflow or underflow.
    reach = math.hypot(middle, 2 * math.sqrt(leading) * math.sqrt(constant))
    if middle <= 0:
        return (reach - middle) / (2 * leading)
    return 2 * (constant / (middle + reach))


def _unstable_margin(target: DriftingTarget, rate: float) -> float:
    """1 - 4^-R a^2 > 0, accurate where it is small."""
    size = abs(target.transition)
    return -math.expm1(2 * math.log(size) - _LN4 * rate) if size else 1.0


def _rate(target: DriftingTarget, rate: float) -> float:
    bits = nonnegative("rate", rate, "Give bits per coordinate and round.")
    still = abs(target.transition) == 1 and not target.drift_variance
    if abs(target.transition) >= 1 and not still and not _unstable_margin(target, bits) > 0:
        need = math.log2(abs(target.transition))
        raise argument_error(
            "rate",
            rate,
            f"above log2|a| = {need:.6g} for a transition a = {target.transition!r}",
            "The target is not stable: with fewer bits the error of every code grows without bound.",
        )
    return bits


def _variance(value: object) -> float:
    w = nonnegative("drift_variance", value, _DRIFT)
    if w and not 1e-120 <= w <= 1e120:
        raise argument_error("drift_variance", value, "0, or from 1e-120 to 1e120", _DRIFT)
    return w


def _transition(value: object) -> float:
    a = real("transition", value)
    if abs(a) > 1e6:
        raise argument_error("transition", value, "from -1e6 to 1e6")
    return a


def _lower(value: float, hypotheses: tuple[str, ...], source: str) -> Bound:
    return Bound(
        value=value,
        direction="lower",
        unit="theta^2 per coordinate",
        hypotheses=(*hypotheses, _AVERAGE),
        source=source,
    )
