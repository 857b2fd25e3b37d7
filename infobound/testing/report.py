"""What the kit found: one row for each check, printed as a table."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["passed", "failed", "not applicable"]


class ConformanceError(AssertionError):
    """A quantizer does not do what it says; the message is the table of what failed."""


@dataclass(frozen=True)
class Row:
    """One check.

    Attributes
    ----------
    check : str
        Its name, such as "unbiased".
    dimensions : tuple of int
        The d it was made at.
    outcome : {"passed", "failed", "not applicable"}
    figures : mapping of str to float
        What was measured.
    explanation : str
        What went wrong and what it means, what the check can find, or why it does not apply.
    """

    check: str
    dimensions: tuple[int, ...]
    outcome: Outcome
    figures: Mapping[str, float] = field(default_factory=dict)
    explanation: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and strings, for JSON."""
        return {
            "check": self.check,
            "dimensions": list(self.dimensions),
            "outcome": self.outcome,
            "figures": dict(self.figures),
            "explanation": self.explanation,
        }


@dataclass(frozen=True)
class Conformance:
    """All rows for one quantizer; prints as a table. Ask `passed`, not its truth value."""

    quantizer: str
    rows: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def failures(self) -> tuple[Row, ...]:
        """The rows that failed."""
        return tuple(row for row in self.rows if row.outcome == "failed")

    def raise_if_failed(self) -> None:
        """Raise ConformanceError with the rows that failed, if any did."""
        if self.failures:
            raise ConformanceError("\n" + str(Conformance(self.quantizer, self.failures)))

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and strings, for JSON."""
        return {
            "quantizer": self.quantizer,
            "passed": self.passed,
            "rows": [row.to_dict() for row in self.rows],
        }

    def __bool__(self) -> bool:
        raise TypeError("A Conformance has no truth value. Use .passed or .raise_if_failed().")

    def __str__(self) -> str:
        rows = _merged(self.rows)
        cells = [
            (row.check, ", ".join(map(str, row.dimensions)), row.outcome, _figures(row.figures))
            for row in rows
        ]
        table = [("check", "d", "outcome", "measured"), *cells]
        widths = [max(len(line[i]) for line in table) for i in range(3)]
        lines = [f"{self.quantizer}: {'passed' if self.passed else 'FAILED'}"]
        for line, row in zip(table, (None, *rows), strict=True):
            head = "  ".join(
                text.ljust(width) for text, width in zip(line[:3], widths, strict=True)
            )
            lines.append(f"{head}  {line[3]}".rstrip())
            if row is not None and row.explanation:
                lines += textwrap.wrap(
                    row.explanation, 96, initial_indent=" " * 4, subsequent_indent=" " * 4
                )
        return "\n".join(lines)


def _merged(rows: tuple[Row, ...]) -> list[Row]:
    """Rows that say the same at several dimensions become one, where the first of them stood."""
    merged: dict[object, Row] = {}
    for row in rows:
        same = (row.check, row.outcome, tuple(row.figures.items()), row.explanation)
        before = merged[same].dimensions if same in merged else ()
        dimensions = tuple(dict.fromkeys(before + row.dimensions))
        merged[same] = Row(row.check, dimensions, row.outcome, row.figures, row.explanation)
    return list(merged.values())


def _figures(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {_number(value)}" for name, value in figures.items())


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
