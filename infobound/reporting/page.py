"""An executed notebook as one self-contained page: prose, figures and checks first, code folded."""

import copy
import hashlib
import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from infobound.reporting.failure import ReportError
from infobound.reporting.fragments import check_html, table_html
from infobound.reporting.mathml import Typesetter
from infobound.reporting.prose import Prose, plain
from infobound.reporting.records import CHECK, IMAGES, TABLE, Check, checks, numbered
from infobound.reporting.scrub import MARK, first_line, is_parameters
from infobound.reporting.shell import audit, document

# No ( : or /: whoever looks for url(...) or http:// in a page must not find a drawing's names.
_SAFE = " !$*+,-.;=@[]^_{|}~'"
_TEMPLATE = """
{%- extends 'basic/index.html.j2' -%}
{% block input_group %}
{%- if cell.source.strip() -%}
<details class="code"><summary>Code{{ ': ' if cell.metadata.about }}{{ cell.metadata.about | join(', ') | e }}</summary>
{{ super() }}
</details>
{%- endif -%}
{% endblock input_group %}
"""


@dataclass(frozen=True)
class Page:
    """A finished page and what the index needs of it."""

    html: str
    title: str
    formulas: int


def render(
    notebook: dict[str, Any],
    *,
    slug: str,
    title: str,
    typesetter: Typesetter,
    failure: str = "",
    claims: frozenset[str] | None = None,
) -> Page:
    """Write the page of an executed notebook.

    Parameters
    ----------
    notebook : dict
        Executed and scrubbed.
    slug : str
        Name of the notebook file beside the page.
    title : str
        In Markdown.
    typesetter : Typesetter
    failure : str
        Why the run failed; such a page says so at its top and tolerates bad TeX.
    claims : frozenset of str, optional
        Names of the claims that the index has an entry for; None means any.

    Raises
    ------
    ReportError
        Bad TeX (with notebook cell and formula), unordered headings, images without text,
        resources from elsewhere.
    """
    prose = Prose()
    up = "../" if failure else ""
    ready = _ready(notebook, prose, up, claims)
    body = str(_exporter().from_notebook_node(ready)[0])
    formulas = len(prose.formulas)
    prose.where = "the title"
    head = prose.inline(title)
    whole, bad = prose.typeset(f"{body}\0{head}", typesetter)
    body, head = whole.split("\0")
    if not failure:
        if bad:
            raise ReportError(bad[0])
        _headings_in_order(prose.headings)
    banner = f'<p class="banner fail">✗ This run failed: {escape(failure)}</p>' if failure else ""
    html = document(
        title=plain(head),
        header=_header(notebook, slug, up, bool(failure)),
        main=banner + _note(typesetter, formulas) + body,
        digest=digest(notebook),
    )
    if not failure:
        audit(html)
    return Page(html, plain(head), formulas)


def digest(notebook: dict[str, Any]) -> str:
    """Return a hash of the executed notebook; a page carries that of the one it was made from."""
    return hashlib.sha256(json.dumps(notebook, sort_keys=True).encode()).hexdigest()[:16]


def verdict(all_checks: tuple[Check, ...]) -> str:
    """Say in one line how the checks of a report came out."""
    failed = sum(not check.passed for check in all_checks)
    if not all_checks:
        return "○ no checks"
    if failed and len(all_checks) == 1:
        return "✗ the check fails"
    if failed:
        return f"✗ {failed} of {len(all_checks)} checks fail"
    return "✓ the check holds" if len(all_checks) == 1 else f"✓ all {len(all_checks)} checks hold"


def _ready(notebook: dict[str, Any], prose: Prose, up: str, claims: frozenset[str] | None) -> Any:
    import nbformat

    ready = copy.deepcopy(notebook)
    cells: list[dict[str, Any]] = []
    for number, cell in numbered(ready):
        prose.where = f"cell {number}"
        if cell["cell_type"] == "markdown":
            # Rendered here, where the number of the cell is known; the exporter passes it on.
            cell["source"] = prose.block(cell["source"])
        cell["metadata"]["about"] = _about(cell)
        for output in cell.get("outputs", ()):
            if "data" in output:
                output["data"] = _html_first(output, prose, up, claims)
        if cells and _continues(cells[-1], cell):
            _merge(cells[-1], cell)
        else:
            cells.append(cell)
    ready["cells"] = cells
    return nbformat.from_dict(ready)  # type: ignore[no-untyped-call]


def _continues(before: dict[str, Any], cell: dict[str, Any]) -> bool:
    """Code after code that showed nothing is folded together with it."""
    return before["cell_type"] == cell["cell_type"] == "code" and not before["outputs"]


def _merge(before: dict[str, Any], cell: dict[str, Any]) -> None:
    before["source"] = "\n\n".join(filter(None, (before["source"], cell["source"])))
    words = dict.fromkeys([*before["metadata"]["about"], *cell["metadata"]["about"]])
    before["metadata"]["about"] = list(words)
    before["outputs"] = cell["outputs"]


def _about(cell: dict[str, Any]) -> list[str]:
    """What folded code is about, in the words of its first comment."""
    if is_parameters(cell):
        return ["parameters"]
    line = first_line(cell)
    return [line.lstrip("# ")] if line.startswith("#") else []


def _html_first(
    output: dict[str, Any], prose: Prose, up: str, claims: frozenset[str] | None
) -> dict[str, str]:
    data = output["data"]
    if CHECK in data:
        check = Check.from_json(data[CHECK])
        if check.claim and claims is not None and check.claim not in claims:
            raise ReportError(
                f"check {check.name} names the claim {check.claim}, which is not in the ledger"
            )
        link = f"{up}index.html#claim-{check.claim}" if check.claim else ""
        return {"text/html": check_html(check, prose.inline, link)}
    if TABLE in data:
        return {"text/html": table_html(data[TABLE], prose.inline)}
    for mime in IMAGES:
        if mime in data:
            alt = output.get("metadata", {}).get(mime, {}).get("alt", "")
            return {"text/html": image(data[mime], mime, alt)}
    if "text/latex" in data and "text/html" not in data:
        return {"text/html": _latex("".join(data["text/latex"]), prose)}
    if "text/markdown" in data:
        return {"text/html": prose.block("".join(data["text/markdown"]))}
    return {mime: text for mime, text in data.items() if mime in {"text/html", "text/plain"}}


def image(data: str, mime: str, alt: str) -> str:
    """Return an image element that carries its data."""
    # Percent-encoding costs less than base64 for drawings, which are text.
    body = f",{quote(data, safe=_SAFE)}" if mime == "image/svg+xml" else f";base64,{data.strip()}"
    return f'<figure class="figure"><img alt="{escape(alt)}" src="data:{mime}{body}"></figure>'


def _latex(text: str, prose: Prose) -> str:
    text = text.strip()
    for mark in ("$$", "$"):
        if text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark):
            text = text[len(mark) : -len(mark)]
            break
    return prose.formula(text.strip().removeprefix(r"\displaystyle").strip(), display=True)


def _rendered_before(html: str) -> str:
    return html


def _exporter() -> Any:
    from nbconvert import HTMLExporter

    class Exporter(HTMLExporter):
        def default_filters(self) -> Any:
            yield from super().default_filters()  # type: ignore[no-untyped-call]
            yield "markdown2html", _rendered_before

    return Exporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        raw_template=_TEMPLATE,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )


def _header(notebook: dict[str, Any], slug: str, up: str, failed: bool) -> str:
    profile = escape(notebook["metadata"][MARK]["profile"])
    row = checks(notebook)
    kind = "fail" if failed or any(not c.passed for c in row) else "pass" if row else "none"
    state = f'<span class="badge {kind}">{verdict(row)}</span>'
    return (
        f'<a href="{up}index.html">← All reports</a> {state} '
        f'<span>{profile} profile</span> <a href="{slug}.ipynb">Notebook</a>'
    )


def _note(typesetter: Typesetter, formulas: int) -> str:
    if typesetter.works or not formulas:
        return ""
    return (
        '<p class="banner">Formulas are shown as TeX source: this page was made on a machine '
        "without Node.js or Temml.</p>"
    )


def _headings_in_order(headings: list[tuple[int, str]]) -> None:
    before = 0
    for level, text in headings:
        if level > before + 1:
            raise ReportError(f"the heading {text!r} has level {level} after level {before}")
        if level == 1 and before:
            raise ReportError(f"the heading {text!r} is a second title; use ## or lower")
        before = level


def finding_only(text: str) -> str:
    """Return a finding without Markdown emphasis, for places that show plain text."""
    return re.sub(r"[*_`]", "", text)
