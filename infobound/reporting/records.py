"""What a notebook leaves behind for the index: checks, figures, tables, as JSON outputs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

CHECK = "application/vnd.infobound.check+json"
TABLE = "application/vnd.infobound.table+json"
IMAGES = ("image/svg+xml", "image/png", "image/jpeg")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One checked statement of a notebook.

    Numbers are text, as printed: what a reader sees is what is recorded and compared.

    Attributes
    ----------
    name : str
        Unique within its notebook.
    passed : bool
    found : str
    wanted : str
        The right side with its relation, such as "= 0.5" or "≤ 2".
    tolerance : str
        Largest accepted deviation, empty when the comparison is exact.
    margin : str
        Distance to failing, in the unit of `found`; negative when the check fails.
    share : float or None
        Margin as a share of the tolerance, or of the limit; comparable between checks.
        Rounded to three digits and at most 1; None when there is no scale.
    resolution : float
        Step of the last printed digit; 0 when exact.
    unit, claim, statement : str
        Unit of the numbers, name of the claim in the ledger, sentence in Markdown.
    """

    name: str
    passed: bool
    found: str
    wanted: str
    tolerance: str = ""
    margin: str = ""
    share: float | None = None
    resolution: float = 0.0
    unit: str = ""
    claim: str = ""
    statement: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Check":
        """Read a record; unknown keys are refused by the constructor."""
        return cls(**record)


@dataclass(frozen=True)
class Figure:
    """An image of a notebook, with the text that stands for it."""

    data: str
    mime: str
    alt: str


INJECTED = "injected-parameters"


def numbered(notebook: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number, cell), numbered from 1 as in the source: an injected cell does not count."""
    number = 0
    for cell in notebook["cells"]:
        number += INJECTED not in cell["metadata"].get("tags", ())
        yield number, cell


def outputs(notebook: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield (cell number, output) for every output of an executed notebook."""
    for number, cell in numbered(notebook):
        for output in cell.get("outputs", ()):
            yield number, output


def checks(notebook: Mapping[str, Any]) -> tuple[Check, ...]:
    """Read the checks recorded in an executed notebook, in the order they were made."""
    return tuple(
        Check.from_json(output["data"][CHECK])
        for _, output in outputs(notebook)
        if CHECK in output.get("data", {})
    )


def figures(notebook: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Read the images of an executed notebook; the alternative text is empty when missing."""
    found = []
    for _, output in outputs(notebook):
        mime = next((mime for mime in IMAGES if mime in output.get("data", {})), None)
        if mime is not None:
            alt = output.get("metadata", {}).get(mime, {}).get("alt", "")
            found.append(Figure("".join(output["data"][mime]), mime, alt.strip()))
    return tuple(found)
