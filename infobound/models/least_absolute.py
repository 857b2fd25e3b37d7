"""Least absolute deviations with a known optimum: an ordinary problem, nobody's worst case."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from infobound.models.oracle_families import Ball, Floats, Rng, norm_order
from infobound.numerics.arguments import argument_error, nonnegative, positive, whole
from infobound.numerics.norms import lp_norm


@dataclass(frozen=True, eq=False, kw_only=True)
class LeastAbsoluteDeviations:
    """f(x) = E|<A, x> - b| on an l_p ball, A a uniform row of `rows`, b = <A, target> + noise.

    The noise is Laplace(`noise_scale`), so f(x) - f(target) is the mean over rows of
    h(<row, x - target>), h(u) = |u| + s (exp(-|u|/s) - 1), and the target is a minimiser. An answer is
    sign(<A, x> - b) A: its l_q norm is at most the largest of the rows.

    Parameters
    ----------
    rows : array_like, shape (m, d)
    target : array_like, shape (d,), in the domain.
    noise_scale : float, s > 0.
    p : float, 1 <= p <= inf.
    diameter : float, D > 0: the domain is the l_p ball of radius D/2 about 0.
    """

    rows: Floats
    target: Floats
    noise_scale: float
    p: float
    diameter: float

    def __post_init__(self) -> None:
        rows, target = (np.array(v, dtype=np.float64) for v in (self.rows, self.target))
        if rows.ndim != 2 or rows.size == 0 or not np.all(np.isfinite(rows)):
            raise argument_error("rows", self.rows, "finite, of shape (m, d) with m, d >= 1")
        if target.shape != rows.shape[1:] or not np.all(np.isfinite(target)):
            raise argument_error("target", self.target, f"finite, of shape {rows.shape[1:]}")
        checked = {
            "rows": rows,
            "target": target,
            "noise_scale": positive("noise_scale", self.noise_scale),
            "p": norm_order("p", self.p),
            "diameter": positive("diameter", self.diameter),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        norm = float(lp_norm(target, self.p))
        if norm > self.domain.radius * (1 + 2.0**-40):
            raise argument_error("norm of target", norm, f"at most D/2 = {self.domain.radius!r}")

    @classmethod
    def random(
        cls,
        *,
        dimension: int,
        p: float,
        gradient_bound: float,
        diameter: float,
        rows: int,
        noise_scale: float,
        inside: float = 0.5,
        rng: Rng = None,
    ) -> Self:
        """Gaussian rows scaled to l_q norm B; a Gaussian target at `inside` of the way to the edge."""
        draw = np.random.default_rng(rng)
        design = draw.standard_normal((whole("rows", rows), whole("dimension", dimension)))
        q = 1 / (1 - 1 / p) if p > 1 else np.inf
        design *= positive("gradient_bound", gradient_bound) / lp_norm(design, q)[:, None]
        way: Floats = draw.standard_normal((int(dimension),))
        far = nonnegative("inside", inside) * positive("diameter", diameter) / 2
        target = far * way / lp_norm(way, p)
        return cls(rows=design, target=target, noise_scale=noise_scale, p=p, diameter=diameter)

    @property
    def dimension(self) -> int:
        """d."""
        return int(self.rows.shape[1])

    @property
    def gradient_bound(self) -> float:
        """B, the largest l_q norm of a row."""
        q = 1 / (1 - 1 / self.p) if self.p > 1 else np.inf
        return float(lp_norm(self.rows, q).max())

    @property
    def domain(self) -> Ball:
        """The l_p ball of radius D/2."""
        return Ball(self.p, self.diameter / 2)

    @property
    def minimum(self) -> float:
        """f(target) = E|noise| = s."""
        return self.noise_scale

    def value(self, x: npt.ArrayLike) -> Floats:
        """f(x) for x of shape (..., d); shape (...)."""
        return self.minimum + self.excess(x)

    def excess(self, x: npt.ArrayLike) -> Floats:
        """f(x) - min f exactly, shape (...)."""
        away = np.abs(self._gaps(x))
        lost = away + self.noise_scale * np.expm1(-away / self.noise_scale)
        return np.asarray(np.mean(lost, axis=-1), dtype=np.float64)

    def subgradient(self, x: npt.ArrayLike) -> Floats:
        """Gradient of f, the mean of `sample`: shape of x."""
        gaps = self._gaps(x)
        slopes = -np.sign(gaps) * np.expm1(-np.abs(gaps) / self.noise_scale)
        gradient: Floats = slopes @ self.rows / len(self.rows)
        return gradient

    def sample(self, x: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """One fresh stochastic subgradient at each query; x and the result are (..., d)."""
        draw, queries = np.random.default_rng(rng), np.asarray(x, dtype=np.float64)
        rows = self.rows[draw.integers(len(self.rows), size=queries.shape[:-1])]
        noise = draw.laplace(scale=self.noise_scale, size=queries.shape[:-1])
        gaps = np.sum(rows * (queries - self.target), axis=-1) - noise
        answers: Floats = np.sign(gaps)[..., None] * rows
        return answers

    def _gaps(self, x: npt.ArrayLike) -> Floats:
        queries = np.asarray(x, dtype=np.float64)
        if queries.ndim == 0 or queries.shape[-1] != self.dimension:
            raise argument_error("x.shape", queries.shape, f"(..., {self.dimension})")
        gaps: Floats = (queries - self.target) @ self.rows.T
        return gaps
