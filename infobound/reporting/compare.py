"""Whether committed reports are what the sources produce: verdicts exactly, numbers as printed."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infobound.numerics.arguments import argument_error
from infobound.reporting.alike import alike, visible_text
from infobound.reporting.files import load
from infobound.reporting.output import generated
from infobound.reporting.page import digest
from infobound.reporting.records import CHECK, IMAGES, TABLE, Check, numbered
from infobound.reporting.scrub import MARK

_DIGEST = re.compile(r'<meta name="infobound-digest" content="([0-9a-f]*)">')
_PAGES = ("index.html", "README.md")


@dataclass(frozen=True)
class Difference:
    """One place where a committed report is not what the sources produce.

    Attributes
    ----------
    file : str
        Relative to the folder of reports.
    place : str
        Cell, check or entry; empty for the whole file.
    expected : str
        What the sources produce now.
    found : str
        What is committed.
    """

    file: str
    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = f", {self.place}" if self.place else ""
        return f"{self.file}{place}: expected {self.expected}, found {self.found}"


def compare(fresh: Path, committed: Path, *, only: Sequence[str] = ()) -> list[Difference]:
    """Compare a fresh build with committed reports.

    Verdicts, names and text must agree; numbers may differ by rounding in their last printed
    digit; of images the presence and the text that stands for them count. How formulas were
    typeset does not.

    Parameters
    ----------
    fresh, committed : Path
        Folders of reports.
    only : sequence of str
        Slugs (files without suffix) to compare; then the index is not compared.

    Returns
    -------
    list of Difference
        Empty when the committed reports are up to date.

    Raises
    ------
    ArgumentError
        When one of the folders does not exist.
    """
    for name, folder in (("fresh", fresh), ("committed", committed)):
        if not folder.is_dir():
            raise argument_error(name, str(folder), "a folder of reports", "Build them first.")
    return list(_differences(fresh, committed, tuple(only)))


def _differences(fresh: Path, committed: Path, only: tuple[str, ...]) -> Iterator[Difference]:
    new, old = (_slugs(folder, only) for folder in (fresh, committed))
    for slug in sorted(new | old):
        file = f"{slug}.ipynb"
        if slug not in new:
            yield Difference(file, "", "no such report", "a report")
        elif slug not in old:
            yield Difference(file, "", "a report", "no such file")
        else:
            yield from _notebook(file, load(fresh / file), load(committed / file))
            yield from _page(slug, fresh, committed)
    for folder in (fresh, committed):
        for reason in sorted((folder / "failed").glob("*.json")):
            if not only or reason.stem in only:
                said = json.loads(reason.read_text(encoding="utf-8"))["error"]
                words = ("a run that fails: ", "a good run")
                expected, found = (words[0] + said, "") if folder == fresh else (words[1], said)
                yield Difference(f"failed/{reason.name}", "", expected, found or "a good run")
    if not only:
        for name in _PAGES:
            yield from _text_file(name, fresh, committed)
    yield from _ledger(fresh, committed)


def _slugs(folder: Path, only: tuple[str, ...]) -> set[str]:
    found = {path.stem for path in folder.glob("[0-9][0-9]_*.ipynb") if generated(path)}
    return found & set(only) if only else found


def _notebook(file: str, new: dict[str, Any], old: dict[str, Any]) -> Iterator[Difference]:
    profiles = [notebook["metadata"][MARK]["profile"] for notebook in (new, old)]
    if profiles[0] != profiles[1]:
        yield Difference(file, "profile", *profiles)
        return
    if len(new["cells"]) != len(old["cells"]):
        counts = [f"{len(notebook['cells'])} cells" for notebook in (new, old)]
        yield Difference(file, "", *counts)
        return
    for (number, one), (_, other) in zip(numbered(new), numbered(old), strict=True):
        place = f"cell {number}"
        if (one["cell_type"], one["source"]) != (other["cell_type"], other["source"]):
            yield Difference(file, f"{place}, source", *_around(one["source"], other["source"]))
            continue
        first, second = one.get("outputs", []), other.get("outputs", [])
        if len(first) != len(second):
            yield Difference(file, place, f"{len(first)} outputs", f"{len(second)} outputs")
            continue
        for ours, theirs in zip(first, second, strict=True):
            yield from _output(file, place, ours, theirs)


def _output(
    file: str, place: str, new: Mapping[str, Any], old: Mapping[str, Any]
) -> Iterator[Difference]:
    if "data" not in new or "data" not in old:
        yield from _texts(file, place, new.get("text", ""), old.get("text", ""))
        return
    one, other = new["data"], old["data"]
    if set(one) != set(other):
        yield Difference(file, place, ", ".join(sorted(one)), ", ".join(sorted(other)))
    elif CHECK in one:
        yield from _check(file, Check.from_json(one[CHECK]), Check.from_json(other[CHECK]))
    elif TABLE in one:
        yield from json_differences(file, f"{place}, table", one[TABLE], other[TABLE])
    else:
        for mime in sorted(set(one) - set(IMAGES)):
            yield from _texts(file, place, one[mime], other[mime])
        # The drawing of an image may differ in its last digits; what stands for it may not.
        for mime in sorted(set(one) & set(IMAGES)):
            alts = (o.get("metadata", {}).get(mime, {}).get("alt", "") for o in (new, old))
            yield from _texts(file, f"{place}, image", *alts)


def _check(file: str, new: Check, old: Check) -> Iterator[Difference]:
    place = f"check {new.name}"
    for field in ("name", "passed", "unit", "claim", "statement"):
        one, other = getattr(new, field), getattr(old, field)
        if one != other:
            yield Difference(file, f"{place}, {field}", str(one), str(other))
    step = max(new.resolution, old.resolution)
    for field in ("found", "wanted", "tolerance"):
        one, other = getattr(new, field), getattr(old, field)
        if not alike(one, other, 0.0 if field == "tolerance" else step):
            yield Difference(file, f"{place}, {field}", one, other)


def _page(slug: str, fresh: Path, committed: Path) -> Iterator[Difference]:
    file = f"{slug}.html"
    yield from _text_file(file, fresh, committed)
    path = committed / file
    if path.is_file():
        said = _DIGEST.search(path.read_text(encoding="utf-8"))
        wanted = digest(load(committed / f"{slug}.ipynb"))
        if said is None or said[1] != wanted:
            yield Difference(file, "", f"the page of {slug}.ipynb", "one made from another run")
    figure = f"figures/{slug}.svg"
    if (fresh / figure).is_file() != (committed / figure).is_file():
        words = ("a figure", "no figure")
        yield Difference(figure, "", *(words if (fresh / figure).is_file() else words[::-1]))


def _text_file(file: str, fresh: Path, committed: Path) -> Iterator[Difference]:
    texts = []
    for path in (fresh / file, committed / file):
        text = path.read_text(encoding="utf-8") if path.is_file() else None
        texts.append(visible_text(text) if text is not None and file.endswith("html") else text)
    if texts[0] is None or texts[1] is None:
        if texts[0] != texts[1]:
            words = ("no such file" if text is None else "a file" for text in texts)
            yield Difference(file, "", *words)
        return
    yield from _texts(file, "text", texts[0], texts[1])


def _ledger(fresh: Path, committed: Path) -> Iterator[Difference]:
    paths = [folder / "ledger.json" for folder in (fresh, committed)]
    if not all(path.is_file() for path in paths):
        if paths[0].is_file() != paths[1].is_file():
            words = ("a file" if path.is_file() else "no such file" for path in paths)
            yield Difference("ledger.json", "", *words)
        return
    one, other = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    yield from json_differences("ledger.json", "", one, other)


def json_differences(file: str, place: str, new: Any, old: Any) -> Iterator[Difference]:
    """Yield where two JSON values differ; texts and floats are compared as printed."""
    if isinstance(new, dict) and isinstance(old, dict):
        for key in sorted(new.keys() | old.keys()):
            inner = f"{place}.{key}".lstrip(".")
            yield from json_differences(file, inner, new.get(key), old.get(key))
    elif isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        for number, (one, other) in enumerate(zip(new, old, strict=True), start=1):
            yield from json_differences(file, f"{place}[{_label(one, number)}]", one, other)
    elif isinstance(new, str) and isinstance(old, str):
        yield from _texts(file, place, new, old)
    elif isinstance(new, float) and isinstance(old, float):
        yield from _texts(file, place, repr(new), repr(old))
    elif type(new) is not type(old) or new != old:
        yield Difference(file, place, _short(str(new)), _short(str(old)))


def _label(item: Any, number: int) -> str:
    if isinstance(item, dict):
        return str(item.get("claim") or item.get("name") or number)
    return str(number)


def _texts(file: str, place: str, new: Any, old: Any) -> Iterator[Difference]:
    one, other = ("".join(text) if isinstance(text, list) else str(text) for text in (new, old))
    if not alike(one, other):
        yield Difference(file, place, *_around(one, other))


def _around(one: str, other: str) -> tuple[str, str]:
    """Cut both texts to the neighbourhood of their first difference."""
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    start = max(0, (min(len(one), len(other)) if same is None else same) - 30)
    return _short(one[start:]), _short(other[start:])


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 90 else text[:89] + "…")
