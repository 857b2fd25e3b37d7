"""A number with its standard error, or the reason why there is none."""

import math
from dataclasses import dataclass
from typing import Any, Literal

ONE_ROW = "one row: the mean gradient cannot be told from noise; give at least two"
FEW_ROWS = "fewer than three rows: no standard error"

Relation = Literal["=", ">="]


@dataclass(frozen=True)
class Figure:
    """A measured or exact number.

    Attributes
    ----------
    value : float or None
    stderr : float or None
        One standard error over rows; 0 for what is exact.
    reason : str
        Why value or stderr is None; empty when neither is.
    relation : {"=", ">="}
        ">=": a lower bound.
    """

    value: float | None
    stderr: float | None = 0.0
    reason: str = ""
    relation: Relation = "="

    def __post_init__(self) -> None:
        missing = self.value is None or self.stderr is None
        if missing and not self.reason:
            raise ValueError(f"{self!r} must say why there is no number")

    def to_dict(self) -> dict[str, Any]:
        """For JSON: `reason` wherever there is a null, `relation` where it is a bound."""
        found: dict[str, Any] = {"value": self.value, "stderr": self.stderr}
        if self.value is None or self.stderr is None:
            found["reason"] = self.reason
        if self.relation != "=":
            found["relation"] = self.relation
        return found


def none(reason: str) -> Figure:
    """No number, and why."""
    return Figure(None, None, reason)


def measured(value: float, stderr: float | None, reason: str = FEW_ROWS) -> Figure:
    """A number from the sample; `reason` says why there is no standard error or no number."""
    if not math.isfinite(value):
        return none(reason)
    usable = stderr is not None and math.isfinite(stderr)
    return Figure(value, stderr if usable else None, "" if usable else reason)
