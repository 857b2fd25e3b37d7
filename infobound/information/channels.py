"""A message drawn from a known conditional law q(m | x), in one or two dimensions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from infobound.information.law import Floats, MessageLaw, entropy_bits
from infobound.numerics.arguments import argument_error, whole


@dataclass(frozen=True)
class Channel:
    """Any smooth randomized encoder with finitely many messages, by Gauss-Hermite quadrature.

    Parameters
    ----------
    likelihood : callable
        x of shape (n, d) -> q(m | x) of shape (n, K), nonnegative, rows summing to 1.
    nodes : int
        Nodes of the rule per dimension, 16 to 256. Every result is held against the rule with
        three quarters of them.

    Notes
    -----
    The rule suits channels that vary on the scale of the noise or slower. A jump (a deterministic
    cell) converges slowly and is refused: use `Cells`, which is exact.
    """

    likelihood: Callable[[Floats], Floats]
    nodes: int = 96

    def __post_init__(self) -> None:
        whole("nodes", self.nodes, least=16, most=256)

    def law(self, theta: Floats, noise_std: float) -> MessageLaw:
        """Law of the message at theta of shape (d,), d = 1 or 2, and its slope.

        Raises
        ------
        ArgumentError
            d is larger, the rows of `likelihood` are not probabilities, or the channel is too
            rough for this number of nodes (the two rules differ by more than 1e-9).
        """
        fine = self._law(theta, noise_std, self.nodes)
        coarse = self._law(theta, noise_std, 3 * self.nodes // 4)
        gap = max(
            float(np.max(np.abs(fine.probability - coarse.probability))),
            float(np.max(np.abs(fine.slope - coarse.slope))) * noise_std,
        )
        if not gap <= 1e-9:
            remedy = f"The quadrature is uncertain by {gap:.1e}: the channel is too rough for it."
            raise argument_error("nodes", self.nodes, "large enough to converge", remedy)
        return fine

    def equivocation(self, theta: Floats, noise_std: float) -> float:
        """H(M | X) in bits, the randomness that the encoder adds."""
        x, weight, _ = _rule(theta, noise_std, self.nodes)
        return float(weight @ entropy_bits(self._rows(x)))

    def _law(self, theta: Floats, noise_std: float, nodes: int) -> MessageLaw:
        x, weight, z = _rule(theta, noise_std, nodes)
        mass = weight[:, None] * self._rows(x)
        return MessageLaw(mass.sum(axis=0), mass.T @ z / noise_std)

    def _rows(self, x: Floats) -> Floats:
        rows = np.asarray(self.likelihood(x), dtype=np.float64)
        if rows.ndim != 2 or rows.shape[0] != x.shape[0]:
            raise argument_error("likelihood(x).shape", rows.shape, f"({x.shape[0]}, K)")
        excess = float(np.max(np.abs(rows.sum(axis=1) - 1)))
        if not (np.all(rows >= 0) and excess <= 1e-12):
            raise argument_error(
                "likelihood(x)", f"rows off 1 by {excess:.1e}", "nonnegative, with rows of sum 1"
            )
        return rows


def _rule(theta: Floats, noise_std: float, nodes: int) -> tuple[Floats, Floats, Floats]:
    """Points x (n, d), weights (n,), and standardized points z (n, d) for N(theta, s^2 I)."""
    d = theta.size
    if d > 2:
        raise argument_error("model.dimension", d, "1 or 2 for a Channel")
    node, weight = np.polynomial.hermite_e.hermegauss(nodes)
    weight = weight / weight.sum()
    grids = np.meshgrid(*[node] * d, indexing="ij")
    z = np.stack([grid.ravel() for grid in grids], axis=1)
    weights = weight if d == 1 else np.outer(weight, weight).ravel()
    return theta + noise_std * z, weights, z
