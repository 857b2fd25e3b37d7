"""Notebook files in and out, as plain JSON objects with text joined."""

import json
import os
from pathlib import Path
from typing import Any


def load(path: Path) -> dict[str, Any]:
    """Read a notebook file; multi-line text is joined."""
    import nbformat

    node = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    plain: dict[str, Any] = json.loads(json.dumps(node))
    return plain


def dump(notebook: dict[str, Any]) -> str:
    """Return the text of a notebook file: sorted keys, so that the same content is same bytes."""
    import nbformat

    node = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    return str(nbformat.writes(node, version=4)) + "\n"  # type: ignore[no-untyped-call]


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)
