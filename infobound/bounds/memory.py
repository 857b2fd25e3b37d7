"""A fixed mean from B bits a round when the encoder may remember: a sum, not a product.

theta ~ N(0, tau^2 I_d), X_t ~ N(theta, s^2 I_d), R = B/d bits per coordinate and round. An encoder that
sees only the fresh X_t obeys the sharp converse: about max{1, d/(2 ln 2 B)} s^2 d/eps^2 rounds. One that
keeps all X of its own (error feedback, momentum before the quantizer) does not, since its best
estimate m_t = E[theta | X^t] is a martingale that it can describe again and again. With
P_t = 1/(1/tau^2 + t/s^2), the variance of theta given X^t,

    bits sent at the end:   D = P_T + (tau^2 - P_T) 4^-(R T)                       (`delayed_error`)
    bits sent each round:   D_t = (1 - 4^-R) P_t + 4^-R D_{t-1},  D_0 = tau^2       (`causal_error`)

are lower bounds for every d and reached as d grows. The second is P_T and what is not yet told of
m_T, N_t = (N_{t-1} + P_{t-1} - P_t) 4^-R, in which early rounds fade:

    D_T  <=  s^2/T + 4 s^2/(T^2 (4^R - 1)) + tau^2 2^-(R T)                  (`causal_upper`)

and T ~ s^2 d/eps^2 + (d/B) log2(tau^2 d/eps^2) rounds suffice: few bits delay, they do not multiply.

Sources: remote rate-distortion (Dobrushin and Tsybakov 1962; Wolf and Ziv 1970) for the first, the
entropy-power inequality (Stam 1959) for the second; that a central encoder has no penalty in the
limit is in Kipnis and Duchi 2022 (arXiv:1901.03403).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from infobound.bounds.drift import DriftingTarget, channel_step
from infobound.bounds.sharp_converse import sharp_error, sharp_rounds
from infobound.numerics.arguments import argument_error, positive, whole

_LN4 = math.log(4)
MOST_ROUNDS = 10**7


@dataclass(frozen=True, kw_only=True)
class FixedTarget:
    """A Gaussian mean to be told in R bits per coordinate and round; errors are per coordinate.

    Parameters
    ----------
    rate : float
        R = B/d > 0, bits per coordinate and round.
    noise_std, prior_std : float
        s and tau, > 0, in units of theta.

    Examples
    --------
    >>> target = FixedTarget(rate=1 / 64, noise_std=1.0, prior_std=1.0)
    >>> target.delayed_rounds(1e-3), target.causal_rounds(1e-3)
    (1000, 1048)
    >>> round(target.memoryless_rounds(1e-3))  # no scheme without memory does it in fewer
    46937
    """

    rate: float
    noise_std: float
    prior_std: float

    def __post_init__(self) -> None:
        for name in ("rate", "noise_std", "prior_std"):
            object.__setattr__(self, name, positive(name, getattr(self, name)))

    def posterior(self, rounds: int) -> float:
        """P_T: the error with unlimited bits."""
        return 1 / (1 / self.prior_std**2 + rounds / self.noise_std**2)

    def delayed_error(self, rounds: int) -> float:
        """Least error when all T B bits are sent after round T: P_T + (tau^2 - P_T) 4^-(R T)."""
        left: float = self.posterior(whole("rounds", rounds, least=0))
        told = math.exp(-_LN4 * self.rate * rounds)
        prior: float = self.prior_std**2
        return left + (prior - left) * told

    def causal_error(self, rounds: int) -> float:
        """Least error when B bits are sent in every round, by an encoder that keeps everything."""
        rounds = whole("rounds", rounds, least=0, most=MOST_ROUNDS)
        return next(islice(self._causal(), rounds, None))

    def causal_upper(self, rounds: int) -> float:
        """s^2/T + 4 s^2/(T^2 (4^R - 1)) + tau^2 2^-(R T): above `causal_error`, for T >= 1."""
        t, square = whole("rounds", rounds), self.noise_std**2
        late = 4 * square / (t**2 * math.expm1(_LN4 * self.rate))
        return square / t + late + self.prior_std**2 * math.exp2(-self.rate * t)

    def memoryless_error(self, rounds: int) -> float:
        """Least error of an encoder that keeps no raw sample: the sharp converse."""
        if whole("rounds", rounds, least=0) == 0:
            return self.prior_std**2
        square = self.prior_std**2
        return sharp_error(rounds, _LN4 * self.rate, 1 / square, square, self.noise_std**2)

    def channel_error(self, rounds: int) -> float:
        """What memoryless Gaussian test channels and a Kalman decoder reach as d grows.

        1/P_{t+1} = 1/P_t + 1/(s^2 + q_t), q_t = (P_t + s^2)/(4^R - 1), from P_0 = tau^2: every bit is
        used at once. A joint decoding after round T would reach `memoryless_error`.
        """
        target = DriftingTarget(drift_variance=0.0, noise_std=self.noise_std)
        error = self.prior_std**2
        for _ in range(whole("rounds", rounds, least=0, most=MOST_ROUNDS)):
            error = channel_step(target, error, rate=self.rate)
        return error

    def delayed_rounds(self, error: float) -> int:
        """Least T with `delayed_error` <= error."""
        return self._least(map(self.delayed_error, count()), error)

    def causal_rounds(self, error: float) -> int:
        """Least T with `causal_error` <= error."""
        return self._least(self._causal(), error)

    def memoryless_rounds(self, error: float) -> float:
        """Least real T that the sharp converse allows without memory."""
        square, error = self.prior_std**2, positive("error", error)
        need = self.noise_std**2 * (1 / error - 1 / square)
        place = max(0.0, math.log(square / error))
        return max(0.0, sharp_rounds(need, _LN4 * self.rate, place))

    def _causal(self) -> Iterator[float]:
        """D_0, D_1, ...: decreasing, since D_{t-1} >= P_{t-1} > P_t."""
        kept, error = math.exp(-_LN4 * self.rate), self.prior_std**2
        for t in count(1):
            yield error
            error = (1 - kept) * self.posterior(t) + kept * error

    def _least(self, curve: Iterator[float], error: float) -> int:
        """First T at which a decreasing curve is at most `error`."""
        error = positive("error", error)
        if self.posterior(MOST_ROUNDS) < error:
            for t, value in enumerate(islice(curve, MOST_ROUNDS)):
                if value <= error:
                    return t
        remedy = f"It takes more than {MOST_ROUNDS} rounds."
        raise argument_error("error", error, "larger", remedy)
