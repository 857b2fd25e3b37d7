"""What is used and not checked."""

from collections.abc import Iterator
from dataclasses import dataclass

from infobound.checking.mutants import Candidate
from infobound.checking.outcomes import Assumed, Outcome


@dataclass(frozen=True)
class Assumption:
    """A cited theorem, or a regularity condition."""

    words: str
    cites: str

    kind = "assumed"

    def run(self) -> Outcome:
        """Always Assumed."""
        return Assumed(self.cites)

    def mutants(self) -> Iterator[Candidate]:
        """None: there is no check to fool."""
        return iter(())

    def statement(self) -> str:
        """The words of the assumption."""
        return self.words
