"""A number and how well it is known."""

import math
from dataclasses import dataclass
from typing import Literal

Method = Literal["exact", "quadrature", "enumeration", "monte-carlo"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A value with its uncertainty and the way it was found.

    Attributes
    ----------
    value : float
    stderr : float
        One standard error; 0 when the method is exact, quadrature or enumeration.
    n : int
        Independent samples behind it; 0 when there are none.
    method : {"exact", "quadrature", "enumeration", "monte-carlo"}
    unit : str
        Such as "bits" or "1/theta^2".
    """

    value: float
    unit: str
    method: Method = "exact"
    stderr: float = 0.0
    n: int = 0

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Two-sided confidence interval: Student's t with n - 1 degrees of freedom.

        It is not clipped to the range the quantity can take.
        """
        if not 0 < confidence < 1:
            raise ValueError(f"confidence = {confidence!r}, but it must be in (0, 1).")
        if self.stderr == 0:
            return self.value, self.value
        from scipy.special import stdtrit

        if self.n < 2:
            return -math.inf, math.inf
        reach = float(stdtrit(self.n - 1, 0.5 + confidence / 2)) * self.stderr
        return self.value - reach, self.value + reach
