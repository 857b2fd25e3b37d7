"""A number that bounds another, with what it takes for granted."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A bound and its hypotheses.

    Attributes
    ----------
    value : float
        Never clipped: a vacuous bound keeps what the formula gives (a negative number of
        rounds, say) and says in `vacuous` why it excludes nothing.
    direction : {"lower", "upper"}
        Which side of the truth the value is on.
    unit : str
    hypotheses : tuple of str
    source : str
        The theorem, as a paper would cite it.
    vacuous : str
        Empty when the bound excludes something.
    """

    value: float
    direction: Literal["lower", "upper"]
    unit: str
    hypotheses: tuple[str, ...]
    source: str
    vacuous: str = ""
