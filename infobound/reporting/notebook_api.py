"""What a notebook calls: `check`, `figure`, `table`. Each shows something and records it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from infobound.numerics.arguments import argument_error, whole
from infobound.reporting.drawing import compact
from infobound.reporting.fragments import check_html, check_plain, table_html, table_plain
from infobound.reporting.judging import judge
from infobound.reporting.numbers import significant
from infobound.reporting.records import CHECK, TABLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "image/svg+xml"


def check(
    name: str,
    *,
    claim: str | None = None,
    found: object,
    expected: object = None,
    at_most: object = None,
    at_least: object = None,
    atol: float | None = None,
    rtol: float | None = None,
    digits: int = 6,
    unit: str = "",
    statement: str = "",
) -> None:
    """Record and show whether a number is what it should be. A failing check does not raise.

    Parameters
    ----------
    name : str
        Unique within the notebook.
    claim : str, optional
        Name of the claim in the ledger that this number belongs to.
    found : number, Fraction, str or Estimate
        What the notebook computed. nan and infinite numbers never pass.
    expected : same kinds, optional
        Equality: exact for whole numbers, fractions and text; for floats within
        ``atol + rtol * abs(expected)``, which must then be given.
    at_most, at_least : number, optional
        Limits, in place of `expected`; both together make an interval. `atol` and `rtol`
        widen them (default: not at all).
    digits : int
        Significant digits shown where no tolerance says how many.
    unit, statement : str
        Unit of the numbers; a sentence in Markdown, TeX between dollars allowed.

    Raises
    ------
    ArgumentError
        When the call itself makes no sense (two kinds of comparison, floats without tolerance).
    """
    row = judge(
        name,
        found=found,
        expected=expected,
        at_most=at_most,
        at_least=at_least,
        atol=atol,
        rtol=rtol,
        digits=whole("digits", digits, most=15),
        unit=unit,
        claim=claim or "",
        statement=statement,
    )
    _show(check_plain(row), {"text/html": check_html(row), CHECK: row.to_json()})


def table(
    rows: Sequence[Mapping[str, object]] | Sequence[Sequence[object]],
    columns: Sequence[str] | Mapping[str, str] | None = None,
    *,
    caption: str = "",
    units: Mapping[str, str] | None = None,
    digits: int | Mapping[str, int] = 4,
) -> None:
    """Show a table: text to the left, numbers to the right with stated digits.

    Parameters
    ----------
    rows : sequence of mappings, or of sequences
        With mappings the columns default to the keys of the first row.
    columns : sequence of names, or mapping from key to heading
        Headings may hold TeX between dollars.
    caption : str
    units : mapping from column key to unit, optional
    digits : int or mapping from column key to int
        Significant digits of floats (default 4); whole numbers and fractions are shown exactly.
    """
    keys, heads = _columns(rows, columns)
    widths = [digits.get(key, 4) if isinstance(digits, Mapping) else digits for key in keys]
    for known in (units or {}, digits if isinstance(digits, Mapping) else {}):
        for key in known:
            if key not in keys:
                raise argument_error("column", key, f"one of {', '.join(keys)}")
    cells = [_cells(row, keys, number) for number, row in enumerate(rows)]
    record = {
        "caption": caption,
        "columns": [
            {
                "label": head,
                "unit": (units or {}).get(key, ""),
                "numeric": all(not isinstance(row[place], str) for row in cells),
            }
            for place, (key, head) in enumerate(zip(keys, heads, strict=True))
        ],
        "rows": [
            [significant(v, whole("digits", w, most=15)) for v, w in zip(row, widths, strict=True)]
            for row in cells
        ],
    }
    _show(table_plain(record), {"text/html": table_html(record), TABLE: record})


def _columns(
    rows: Sequence[Any], columns: Sequence[str] | Mapping[str, str] | None
) -> tuple[list[str], list[str]]:
    if not rows:
        raise argument_error("rows", rows, "a sequence with at least one row")
    if columns is None:
        if not isinstance(rows[0], Mapping):
            raise argument_error("columns", None, "given when rows are not mappings")
        columns = list(rows[0])
    keys = list(columns)
    return keys, list(columns.values()) if isinstance(columns, Mapping) else keys


def _cells(row: Any, keys: list[str], number: int) -> list[object]:
    values = [row[key] for key in keys] if isinstance(row, Mapping) else list(row)
    if len(values) != len(keys):
        raise argument_error(f"rows[{number}]", row, f"of length {len(keys)}")
    return [value if isinstance(value, str) or _is_number(value) else str(value)
            for value in values]  # fmt: skip


def _is_number(value: object) -> bool:
    from numbers import Real

    return isinstance(value, Real) and not isinstance(value, bool)


def figure(fig: Figure, alt: str) -> None:
    """Show a matplotlib figure as SVG with a text that stands for it, and close the figure.

    The same figure gives the same bytes. Text becomes outlines, so the look does not depend
    on installed fonts; the text `alt` is what a screen reader says.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        One or two sentences: what is drawn and what one sees. Not empty.
    """
    import matplotlib.pyplot as plt

    if not str(alt or "").strip():
        raise argument_error("alt", alt, "a sentence that stands for the figure")
    alt = " ".join(alt.split())
    buffer = io.StringIO()
    with plt.rc_context({"svg.hashsalt": "infobound", "svg.fonttype": "path", "svg.id": None}):
        fig.savefig(
            buffer,
            format="svg",
            bbox_inches="tight",
            metadata={"Date": None, "Creator": None, "Title": alt},
        )
    plt.close(fig)
    drawing = compact(buffer.getvalue())
    _show(f"[figure] {alt}", {_SVG: drawing}, {_SVG: {"alt": alt}})


def _show(plain: str, bundle: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
    """Display in a notebook; print when the notebook runs as a plain script."""
    import sys

    interactive = sys.modules.get("IPython")
    if interactive is None or interactive.get_ipython() is None:
        print(plain)
        return
    from IPython.display import display

    everything = {"text/plain": plain, **bundle}
    display(everything, raw=True, metadata=metadata or {})  # type: ignore[no-untyped-call]
