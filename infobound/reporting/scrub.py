"""Take out of an executed notebook what differs between runs, and inspect what is left."""

import re
import sys
import sysconfig
from pathlib import Path
from typing import Any

from infobound.reporting.failure import ReportError
from infobound.reporting.records import IMAGES, INJECTED, checks, numbered, outputs
from infobound.reporting.source import METADATA, PARAMETERS

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_CELL_FILE = re.compile(r"[^\s\"']*ipykernel_\d+[/\\]\d+\.py")  # holds a process id
_BANNER = "papermill-error-cell-tag"
MARK = "infobound"


def scrub(notebook: dict[str, Any], *, profile: str, folder: str) -> dict[str, Any]:
    """Return the notebook without times, paths, random ids, versions and memory addresses.

    Parameters
    ----------
    notebook : dict
        As papermill wrote it.
    profile : str
        Recorded in the metadata, which also mark the file as generated.
    folder : str
        Where the notebook ran; taken out of its outputs like the other paths of the machine.
    """
    kept = [c for c in notebook["cells"] if _BANNER not in c["metadata"].get("tags", ())]
    places = _places(folder)
    return {
        "cells": [_cell(cell, places) for cell in kept],
        "metadata": {**METADATA, MARK: {"generated": True, "profile": profile}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _places(folder: str) -> list[tuple[str, str]]:
    package = Path(__file__).parents[1]
    places = [
        (folder + "/", ""),
        (folder, "."),
        (str(package.parent) + "/", ""),
        (sysconfig.get_paths()["stdlib"], "<python>"),
        (sys.prefix, "<environment>"),
        (sys.base_prefix, "<python>"),
        (str(Path.home()), "~"),
    ]
    return sorted((place for place in places if len(place[0]) > 2), key=lambda p: -len(p[0]))


def _cell(cell: dict[str, Any], places: list[tuple[str, str]]) -> dict[str, Any]:
    tags = cell["metadata"].get("tags", [])
    clean = {
        "cell_type": cell["cell_type"],
        "id": INJECTED if INJECTED in tags else cell["id"],
        "metadata": {"tags": tags} if tags else {},
        "source": cell["source"],
    }
    if cell["cell_type"] == "code":
        clean["execution_count"] = cell.get("execution_count")
        clean["outputs"] = [_clean(output, places) for output in cell.get("outputs", ())]
    return clean


def _clean(value: Any, places: list[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        return {key: _clean(item, places) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, places) for item in value]
    if not isinstance(value, str):
        return value
    for place, name in places:
        value = value.replace(place, name)
    return _CELL_FILE.sub("<cell>", _ADDRESS.sub("", value))


def inspect(notebook: dict[str, Any]) -> None:
    """Refuse an executed notebook that only looks finished.

    Raises
    ------
    ReportError
        When a cell did not run or wrote to stderr; when an image has no alternative
        text; when two checks have one name.
    """
    for number, cell in numbered(notebook):
        is_code = cell["cell_type"] == "code" and "".join(cell["source"]).strip()
        if is_code and cell["execution_count"] is None:
            raise ReportError(f"cell {number} did not run: {first_line(cell)}")
    for number, output in outputs(notebook):
        if output.get("name") == "stderr":
            text = "".join(output["text"]).strip().splitlines() or [""]
            raise ReportError(f"cell {number} wrote to stderr: {text[-1]}")
        for mime in IMAGES:
            alt = output.get("metadata", {}).get(mime, {}).get("alt", "")
            if mime in output.get("data", {}) and not alt.strip():
                raise ReportError(
                    f"cell {number} shows an image without alternative text; "
                    "use reporting.figure(fig, alt=...)"
                )
    names = [check.name for check in checks(notebook)]
    for name in names:
        if names.count(name) > 1:
            raise ReportError(f"{names.count(name)} checks are named {name!r}; names must differ")


def raised(notebook: dict[str, Any]) -> str:
    """Say which cell raised what; empty when none did."""
    for number, output in outputs(notebook):
        if output["output_type"] == "error":
            return f"cell {number} raised {output['ename']}: {output['evalue']}".rstrip(": ")
    return ""


def stopped_at(notebook: dict[str, Any], started: int) -> str:
    """Say which cell was the last of those `started`."""
    code = [
        (number, cell)
        for number, cell in numbered(notebook)
        if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
    ]
    if not 0 < started <= len(code):
        return ""
    number, cell = code[started - 1]
    return f"in cell {number}: {first_line(cell)}"


def first_line(cell: dict[str, Any]) -> str:
    """Return the first line of a cell that says something."""
    lines = [line for line in "".join(cell["source"]).splitlines() if line.strip()]
    return lines[0].strip() if lines else ""


def is_parameters(cell: dict[str, Any]) -> bool:
    """Tell whether the cell holds parameters, declared or injected."""
    return bool({PARAMETERS, INJECTED} & set(cell["metadata"].get("tags", ())))
