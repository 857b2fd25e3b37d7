"""AR(1) location: an unknown mean seen for T rounds through correlated Gaussian noise."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from infobound.bounds.correlated import correlation_of, mean_information
from infobound.models.gaussian import Floats, GaussianLocation
from infobound.numerics.arguments import argument_error, positive, whole


@dataclass(frozen=True)
class AutoregressiveLocation:
    """X_t = theta + N_t, N_t = rho N_{t-1} + sqrt(1 - rho^2) s W_t, stationary, t = 1, ..., T.

    The d coordinates are independent: E N_t N_{t+k} = s^2 rho^|k| in each. At rho = 0 the rounds
    are independent draws from `GaussianLocation`.

    Parameters
    ----------
    dimension : int, d >= 1.
    noise_std : float, s > 0 per coordinate and round, in units of theta.
    correlation : float
        rho in (-1, 1), of successive rounds.

    Raises
    ------
    ArgumentError
        At |rho| >= 1 the noise is not stationary.
    """

    dimension: int
    noise_std: float
    correlation: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension))
        remedy = "Give it per coordinate."
        object.__setattr__(self, "noise_std", positive("noise_std", self.noise_std, remedy))
        object.__setattr__(self, "correlation", correlation_of(self.correlation))

    @property
    def one_round(self) -> GaussianLocation:
        """The law of X_t alone: N(theta, s^2 I_d)."""
        return GaussianLocation(self.dimension, self.noise_std)

    def covariance(self, rounds: int) -> Floats:
        """Sigma of one coordinate over T rounds: shape (T, T), entries s^2 rho^|t - u|."""
        t = np.arange(whole("rounds", rounds))
        lag = np.abs(t[:, None] - t)
        return np.asarray(self.noise_std**2 * np.power(self.correlation, lag))

    def fisher_information(self, rounds: int) -> float:
        """1^T Sigma^-1 1 per coordinate, exactly: (T (1 - rho) + 2 rho)/((1 + rho) s^2)."""
        return mean_information(
            rounds=rounds, noise_std=self.noise_std, correlation=self.correlation
        )

    def weights(self, rounds: int) -> Floats:
        """Sigma^-1 1, shape (T,), all positive: the score is sum_t w_t (X_t - theta).

        The first and the last round count 1/(1 - rho) times as much as those between.
        """
        T, rho, variance = whole("rounds", rounds), self.correlation, self.noise_std**2
        if T == 1:
            return np.array([1 / variance])
        inner = np.full(T, (1 - rho) / ((1 + rho) * variance))
        inner[[0, -1]] = 1 / ((1 + rho) * variance)
        return inner

    def sample(
        self,
        theta: npt.ArrayLike,
        *,
        rounds: int,
        n: int,
        rng: int | np.random.SeedSequence | np.random.Generator | None = None,
    ) -> Floats:
        """Draw n independent runs of T rounds: shape (n, T, d). theta is (d,), or one number."""
        T, n = whole("rounds", rounds), whole("n", n, least=0)
        draw = np.random.default_rng(rng)
        noise = np.empty((T, n, self.dimension))  # rounds first: each step is one block of memory
        noise[0] = self.first_noise((n, self.dimension), draw)
        for t in range(1, T):
            draw.standard_normal(out=noise[t])
            self.step_noise(noise[t - 1], noise[t])
        noise += self.one_round.parameter(theta)
        return np.moveaxis(noise, 0, 1)

    def first_noise(self, shape: tuple[int, ...], draw: np.random.Generator) -> Floats:
        """N_1, stationary."""
        return self.noise_std * draw.standard_normal(shape)

    def step_noise(self, before: Floats, fresh: Floats, *, lag: int = 1) -> None:
        """Turn `fresh`, standard normal, into N_{t + lag} given N_t = `before`; in place."""
        share = self.correlation**lag
        fresh *= self.noise_std * math.sqrt((1 - share) * (1 + share))
        fresh += share * before

    def log_likelihood(self, x: npt.ArrayLike, theta: npt.ArrayLike) -> Floats:
        """Natural logarithm of the density of T rounds x (..., T, d): shape (...)."""
        z = self._noise(x, theta) / self.noise_std
        T, rho = z.shape[-2], self.correlation
        left = (1 - rho) * (1 + rho)  # innovation variance over s^2
        steps = np.sum((z[..., 1:, :] - rho * z[..., :-1, :]) ** 2, axis=(-2, -1))
        scale = T * (math.log(self.noise_std) + math.log(2 * math.pi) / 2)
        scale += (T - 1) * math.log(left) / 2
        first = np.sum(z[..., 0, :] ** 2, axis=-1)
        return np.asarray(-(first + steps / left) / 2 - self.dimension * scale)

    def score(self, x: npt.ArrayLike, theta: npt.ArrayLike) -> Floats:
        """Gradient in theta of the log-likelihood of x (..., T, d): shape (..., d)."""
        noise = self._noise(x, theta)
        return np.asarray(np.einsum("t,...td->...d", self.weights(noise.shape[-2]), noise))

    def _noise(self, x: npt.ArrayLike, theta: npt.ArrayLike) -> Floats:
        values = self.one_round.vectors("x", x)
        if values.ndim < 2 or values.shape[-2] < 1:
            raise argument_error("x.shape", values.shape, f"(..., T, {self.dimension}), T >= 1")
        return values - self.one_round.parameter(theta)
