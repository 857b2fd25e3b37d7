"""What a check returns: one of eight types, never a bool.

A bool would let ``if check(...)`` accept a thing that was merely not refuted. Match on the type::

    match outcome:
        case Proved() | Certified(): ...
        case Refuted(witness=w): ...
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

Detail = Mapping[str, str | int]
"""What to print about a check: counts and exact expressions, no times, no machine paths."""


class Outcome:
    """Common ancestor, for annotations and for the refusal of truth values."""

    __slots__ = ()

    detail: Detail

    def __bool__(self) -> NoReturn:
        kind = type(self).__name__
        raise TypeError(
            f"An outcome has no truth value. Match on its type: isinstance(outcome, {kind})."
        )


@dataclass(frozen=True)
class Proved(Outcome):
    """Exact algebra established the statement."""

    detail: Detail = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Certified(Outcome):
    """Ball arithmetic established the statement on the whole stated domain."""

    detail: Detail = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Enumerated(Outcome):
    """Every one of the finitely many cases was compared in exact rationals."""

    detail: Detail = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Estimated(Outcome):
    """A seeded sample supports the statement at a stated confidence, and could have objected."""

    detail: Detail = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Assumed(Outcome):
    """Nothing was checked: a cited theorem or a regularity condition."""

    cites: str
    detail: Detail = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Matched(Outcome):
    """Code agreed with the derived expression at sampled points.

    A statement about the package, not about the theorem: it takes no part in the verdict of a
    claim unless it fails.
    """

    detail: Detail = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Refuted(Outcome):
    """The statement is false at `witness`, where it was re-checked exactly or in ball arithmetic."""

    witness: Mapping[str, str]
    detail: Detail = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Inconclusive(Outcome):
    """Neither established nor refuted; `reason` says what stood in the way."""

    reason: str
    detail: Detail = field(default_factory=dict, compare=False)


ESTABLISHED = (Proved, Certified, Enumerated, Estimated, Matched)
"""The outcomes that count as success of a check (an assumption is not one)."""
