"""How one check ends: with figures, with a failure, or because it does not apply."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infobound.testing.report import Row


@dataclass(frozen=True)
class Finding:
    """The check passed; what was measured, and what it could have found."""

    figures: dict[str, float] = field(default_factory=dict)
    note: str = ""


class Failed(Exception):
    """The quantizer does not do what it says."""

    def __init__(self, note: str, **figures: float) -> None:
        super().__init__(note)
        self.figures = {name.replace("_", " "): value for name, value in figures.items()}


class NotApplicable(Exception):
    """The quantizer promises nothing that could be checked."""


def need(condition: object, note: str, **figures: float) -> None:
    """Raise Failed unless the condition holds."""
    if not condition:
        raise Failed(note, **figures)


def row_of(name: str, dimensions: tuple[int, ...], check: Callable[[], Finding]) -> Row:
    """Run a check; whatever it raises becomes a row, an unexpected error a failed one."""
    try:
        found = check()
    except NotApplicable as reason:
        return Row(name, dimensions, "not applicable", {}, str(reason))
    except Failed as failure:
        return Row(name, dimensions, "failed", failure.figures, str(failure))
    except Exception as error:  # noqa: BLE001 (whatever the quantizer may raise)
        return Row(name, dimensions, "failed", {}, f"It raised {said(error)}.")
    return Row(name, dimensions, "passed", found.figures, found.note)


def said(error: Exception) -> str:
    """The error in one short line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}".rstrip(".: ")


def refusal(call: Callable[[], Any]) -> Exception | None:
    """What the call raises; None if it returns."""
    try:
        call()
    except Exception as error:  # noqa: BLE001 (the caller looks at its type)
        return error
    return None
