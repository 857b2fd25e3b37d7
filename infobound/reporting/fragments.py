"""Checks and tables as HTML and as plain text.

The HTML is shown by any notebook viewer; a report page writes the same fragments again from
the recorded JSON, with a `prose` function that turns Markdown and TeX into HTML.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from infobound.reporting.numbers import pretty
from infobound.reporting.records import Check

Prose = Callable[[str], str]

_COLOUR = {True: "#1a7f37", False: "#cf222e"}
_DOT = "<i> · </i>"  # pages hide it and leave space instead
_WORD = {True: "✓ holds", False: "✗ fails"}


def check_html(check: Check, prose: Prose = escape, claim_link: str = "") -> str:
    """One row: verdict in words and symbol, statement, found, wanted, margin."""
    unit = f" {escape(check.unit)}" if check.unit else ""
    about = f' <span class="statement">{prose(check.statement)}</span>' if check.statement else ""
    if check.claim:
        claim = escape(check.claim)
        inner = f'<a href="{escape(claim_link)}">{claim}</a>' if claim_link else claim
        about += f' <span class="claim">claim {inner}</span>'
    facts = [f"<span>found <b>{_number(check.found)}{unit}</b></span>"]
    word = "expected" if check.wanted.startswith("=") else "limit"
    wanted = _number(check.wanted.removeprefix("= "))
    facts.append(f"<span>{word} <b>{wanted}{unit}</b></span>")
    if check.tolerance:
        facts.append(f"<span>tolerance {_number(check.tolerance)}{unit}</span>")
    if check.margin:
        facts.append(
            f'<span class="margin">margin {_number(check.margin)}{unit}{_share(check)}</span>'
        )
    return (
        f'<div class="check {"pass" if check.passed else "fail"}" role="group" '
        f'aria-label="check {escape(check.name)}" '
        f'style="border-left:4px solid {_COLOUR[check.passed]};padding:.35em .8em;margin:.4em 0">'
        f'<div><strong class="verdict">{_WORD[check.passed]}</strong> '
        f"<code>{escape(check.name)}</code>{about}</div>"
        f'<div class="facts">{_DOT.join(facts)}</div></div>'
    )


def check_plain(check: Check) -> str:
    """The same row as one line of text."""
    unit = f" {check.unit}" if check.unit else ""
    text = f"{_WORD[check.passed]}  {check.name}: found {check.found}{unit}, wanted {check.wanted}"
    text += unit
    if check.tolerance:
        text += f" within {check.tolerance}"
    if check.margin:
        text += f", margin {check.margin}"
    return text + (f"  ({check.statement})" if check.statement else "")


def _share(check: Check) -> str:
    if check.share is None:
        return ""
    return f" ({check.share:.0%} of the {'tolerance' if check.wanted[0] == '=' else 'limit'})"


def _number(text: str) -> str:
    return pretty(escape(text)).replace("-", "\N{MINUS SIGN}")


def table_html(table: Mapping[str, Any], prose: Prose = escape) -> str:
    """A table from its record: caption, columns (label, unit, numeric), rows of text."""
    columns = table["columns"]
    kinds = [' class="number" style="text-align:right"' if c["numeric"] else "" for c in columns]
    head = "".join(
        f'<th scope="col"{kind}>{prose(column["label"])}{_unit(column["unit"])}</th>'
        for column, kind in zip(columns, kinds, strict=True)
    )
    body = "\n".join(
        "<tr>" + "".join(map(_cell, row, columns, kinds, [prose] * len(row))) + "</tr>"
        for row in table["rows"]
    )
    caption = f"<caption>{prose(table['caption'])}</caption>" if table["caption"] else ""
    return (
        f'<div class="scroll"><table class="results">{caption}'
        f"<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"
    )


def _unit(unit: str) -> str:
    return f' <span class="unit">({escape(unit)})</span>' if unit else ""


def _cell(text: str, column: Mapping[str, Any], kind: str, prose: Prose) -> str:
    return f"<td{kind}>{_number(text) if column['numeric'] else prose(text)}</td>"


def table_plain(table: Mapping[str, Any]) -> str:
    """The same table in columns of text."""
    heads = [c["label"] + (f" ({c['unit']})" if c["unit"] else "") for c in table["columns"]]
    widths = [max(map(len, column)) for column in zip(heads, *table["rows"], strict=True)]

    def line(cells: list[str]) -> str:
        padded = (
            cell.rjust(width) if column["numeric"] else cell.ljust(width)
            for cell, width, column in zip(cells, widths, table["columns"], strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    lines = [line(heads), rule, *map(line, table["rows"])]
    return "\n".join([table["caption"], *lines] if table["caption"] else lines)
