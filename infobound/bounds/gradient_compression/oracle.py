"""The problem of gradient compression, and the rate of first-order methods without it."""

from dataclasses import dataclass

from infobound.bounds.first_order import mirror_descent_error, subgradient_error
from infobound.numerics.arguments import argument_error, scale, whole

ORACLE = ("convex f", "|Y|_q <= B surely", "T is fixed in advance")
_LARGEST = 10**9  # of d


@dataclass(frozen=True, kw_only=True)
class BoundedOracle:
    """Stochastic subgradients with |Y|_q <= B surely, on a set of l_p diameter D.

    Parameters
    ----------
    dimension : int
        d, from 1 to 1e9.
    p : float
        1 <= p <= inf; q is the dual exponent.
    diameter : float
        D, in units of x.
    gradient : float
        B, in units of f over x.

    Raises
    ------
    ArgumentError
        If a value is not in its range.
    """

    dimension: int
    p: float
    diameter: float = 1.0
    gradient: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension, most=_LARGEST))
        if not self.p >= 1:
            raise argument_error("p", self.p, "a number from 1 to inf")
        scale("diameter", self.diameter)
        scale("gradient", self.gradient)

    @property
    def inverse_q(self) -> float:
        """1/q = 1 - 1/p."""
        return 1 - 1 / self.p

    @property
    def unit(self) -> float:
        """D B: no method has a larger error than this, not even one that asks nothing."""
        return self.diameter * self.gradient

    @property
    def method_factor(self) -> float:
        """F in the error F D alpha_0/sqrt(T) of the first-order method, on any convex set.

        Projected subgradient for p >= 2, F = d^(1/2 - 1/p); mirror descent below, at its best
        exponent, F <= sqrt(2 e ln d) for d >= 3: the paper's sqrt(log d). See `first_order`.
        """
        method = subgradient_error if self.p >= 2 else mirror_descent_error
        return method(
            rounds=1,
            dimension=self.dimension,
            p=self.p,
            diameter=1.0,
            gradient_norm=1.0,
            centered=False,
        ).value
