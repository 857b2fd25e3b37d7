"""Notebook sources: percent-format Python files, read into notebooks with stable cell ids."""

import ast
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infobound.numerics.arguments import ArgumentError, argument_error
from infobound.reporting.failure import ReportError

_NAME = re.compile(r"\d\d_[a-z0-9_]+")
_FINDING = re.compile(r"\*\*Finding\.\*\*\s+(.+?)(?:\n\s*\n|\Z)", re.DOTALL)
PARAMETERS = "parameters"


@dataclass(frozen=True)
class Source:
    """A notebook source file; `slug` is its name without ``.py``, such as 01_price."""

    path: Path
    slug: str
    text: str


@dataclass(frozen=True)
class Opening:
    """The first cell: title and finding in Markdown, as the index shows them."""

    title: str
    finding: str


def sources(folder: Path) -> tuple[Source, ...]:
    """List the notebooks ``NN_slug.py`` of a folder, by name.

    Raises
    ------
    ArgumentError
        When there is no such folder, no notebook in it, or a file with another kind of name
        (names that start with an underscore are skipped).
    """
    if not folder.is_dir():
        raise argument_error("notebooks", str(folder), "a folder with notebooks NN_slug.py")
    paths = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    for path in paths:
        if not _NAME.fullmatch(path.stem):
            raise argument_error(
                "notebook", path.name, "named NN_slug.py: two digits, then a-z, 0-9 and _"
            )
    if not paths:
        raise argument_error("notebooks", str(folder), "a folder with notebooks NN_slug.py")
    return tuple(Source(path, path.stem, path.read_text(encoding="utf-8")) for path in paths)


def chosen(all_sources: tuple[Source, ...], only: tuple[str, ...]) -> tuple[Source, ...]:
    """Keep the sources that are named, with or without their number; all when none is named."""
    by_name = {source.slug: source for source in all_sources}
    by_name |= {source.slug[3:]: source for source in all_sources}
    for name in only:
        if name not in by_name:
            known = ", ".join(source.slug for source in all_sources)
            raise argument_error("only", name, f"one of: {known}")
    wanted = {by_name[name].slug for name in only}
    return tuple(s for s in all_sources if not only or s.slug in wanted)


def read(source: Source) -> Any:
    """Read a source into a notebook with stable cell ids and nothing but language metadata.

    Raises
    ------
    ReportError
        When jupytext cannot read it, or a cell marker is indented (it would cut a function).
    """
    jupytext, nbformat = require_tools()
    for number, line in enumerate(source.text.splitlines(), start=1):
        if re.match(r"\s+# ?%%", line):
            raise ReportError(f"line {number}: the cell marker # %% must start in the first column")
    try:
        notebook = jupytext.reads(source.text, fmt="py:percent")
    except Exception as error:  # a header can be wrong in many ways
        words = " ".join(str(error).split())
        raise ReportError(f"jupytext cannot read the source: {words[:200]}") from error
    for place, cell in enumerate(notebook.cells):
        cell.id = cell_id(place, cell.source)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def require_tools() -> tuple[Any, Any]:
    """Return jupytext and nbformat, or say how to install them.

    Raises
    ------
    ArgumentError
    """
    try:
        import jupytext
        import nbconvert  # noqa: F401
        import nbformat
        import papermill  # noqa: F401
    except ImportError as error:
        raise ArgumentError(
            f"Notebooks need the module {error.name}, which is not installed. "
            'Run: pip install "infobound[notebooks]"'
        ) from None
    return jupytext, nbformat


def cell_id(place: int, text: str) -> str:
    """Return an id that depends on the place and the text of the cell only."""
    return hashlib.sha256(f"{place}\0{text}".encode()).hexdigest()[:12]


def opening(notebook: Any) -> Opening:
    """Read title and finding from the first cell.

    Raises
    ------
    ReportError
        When the first cell is not Markdown with a title and a finding.
    """
    first = notebook["cells"][0] if notebook["cells"] else None
    text = "".join(first["source"]) if first and first["cell_type"] == "markdown" else ""
    title = re.match(r"#[ \t]+(.+)", text.strip())
    finding = _FINDING.search(text)
    if title is None or finding is None:
        raise ReportError(
            "the first cell must be Markdown with a line '# Title' and a paragraph "
            "'**Finding.** one sentence'"
        )
    return Opening(title[1].strip(), " ".join(finding[1].split()))


def parameters(notebook: Any) -> dict[str, object]:
    """Read names and default values from the cell tagged ``parameters``.

    Raises
    ------
    ReportError
        When there is not exactly one such cell, or it holds anything but literals.
    """
    cells = [
        (number, cell)
        for number, cell in enumerate(notebook["cells"], start=1)
        if PARAMETERS in cell["metadata"].get("tags", ()) and cell["cell_type"] == "code"
    ]
    if len(cells) != 1:
        raise ReportError(
            f"{len(cells)} cells are tagged parameters, but there must be one: "
            '# %% tags=["parameters"]'
        )
    number, cell = cells[0]
    try:
        statements = ast.parse(cell["source"]).body
        return dict(_assignment(statement) for statement in statements)
    except (SyntaxError, ValueError) as error:
        raise ReportError(
            f"cell {number} (parameters) may hold lines `name: type = literal` only: {error}"
        ) from None


def _assignment(statement: ast.stmt) -> tuple[str, object]:
    target: ast.expr
    value: ast.expr | None
    if isinstance(statement, ast.AnnAssign):
        target, value = statement.target, statement.value
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    else:
        raise ValueError(f"line {statement.lineno} is not an assignment")
    if not isinstance(target, ast.Name) or value is None:
        raise ValueError(f"line {statement.lineno} does not give a value to one name")
    return target.id, ast.literal_eval(value)


def accept(given: dict[str, object], declared: dict[str, object]) -> None:
    """Refuse parameters that the notebook does not declare (papermill only logs them)."""
    for name, value in given.items():
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise ReportError(
                f"unknown parameter {name}: the parameters cell declares {known}; "
                f"add the line `{name}: {type(value).__name__} = {value!r}`"
            )
