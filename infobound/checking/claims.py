"""What is claimed: a statement of a paper, and what is expected to come of it."""

from dataclasses import dataclass
from typing import Literal

from infobound.checking.exact import ClaimError

Expected = Literal["established", "assumed", "corrected", "refuted", "open"]
EXPECTED = ("established", "assumed", "corrected", "refuted", "open")


@dataclass(frozen=True)
class Claim:
    """A statement of a paper.

    Parameters
    ----------
    name : str
        One name for claim, function, derivation, test and notebook.
    source : str
        Paper and place, "arXiv:2102.05802, Theorem 2".
    latex : str
        The statement as printed (or as corrected, when `expected` is "corrected").
    statement : str
        The same in one plain sentence.
    hypotheses : tuple of str
        What must hold.
    expected : str
        "established": every step holds, and more than assumptions were made. "assumed": nothing
        but assumptions. "corrected": the printed statement is refuted and the remaining steps
        establish another. "refuted", "open": as they say. Any other verdict is a failure.
    assumes : tuple of str, optional
        Names of the assumed steps, pinned: another list is a failure.
    """

    name: str
    source: str
    latex: str = ""
    statement: str = ""
    hypotheses: tuple[str, ...] = ()
    expected: Expected = "established"
    assumes: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ClaimError(f"A claim's name must be an identifier, not {self.name!r}.")
        if not self.source:
            raise ClaimError(f"Claim {self.name!r} needs a source: paper and place.")
        if self.expected not in EXPECTED:
            raise ClaimError(
                f"Claim {self.name!r}: expected = {self.expected!r}, but it must be one of {EXPECTED}."
            )
