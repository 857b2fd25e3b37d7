"""The first page of the reports: a card per report, then the ledger; also as Markdown."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from infobound.reporting.failure import ReportError
from infobound.reporting.files import write
from infobound.reporting.ledger import ledger_html, ledger_markdown
from infobound.reporting.mathml import Typesetter
from infobound.reporting.numbers import pretty
from infobound.reporting.page import image, verdict
from infobound.reporting.prose import Prose
from infobound.reporting.records import Figure
from infobound.reporting.result import Report
from infobound.reporting.shell import audit, document

_TITLE = "What B bits per gradient can buy: reports"


def write_index(
    reports: Sequence[Report],
    out: Path,
    *,
    ledger: Mapping[str, Any] | None,
    typesetter: Typesetter,
) -> list[str]:
    """Write index.html, README.md and, with a ledger, ledger.json.

    Returns
    -------
    list of str
        What is wrong with the index itself, such as bad TeX in the ledger.
    """
    prose = Prose()
    main = [f"<h1>{escape(_TITLE)}</h1>", _summary(reports)]
    main.append('<div class="cards">')
    main += [_card(report, prose) for report in reports]
    main.append("</div>")
    if ledger is not None:
        main.append(ledger_html(ledger, prose, _seen_in(reports)))
    formulas = len(prose.formulas)
    body, problems = prose.typeset("\n".join(main), typesetter)
    if formulas and not typesetter.works:
        body = _TEX_ONLY + body
    html = document(title=_TITLE, header="<span>infobound</span>", main=body, wide=True)
    try:
        audit(html)
    except ReportError as error:
        problems.append(f"index: {error}")
    write(out / "index.html", html)
    write(out / "README.md", _readme(reports, ledger))
    if ledger is None:
        (out / "ledger.json").unlink(missing_ok=True)
    else:
        text = json.dumps(ledger, indent=1, ensure_ascii=False, sort_keys=True)
        write(out / "ledger.json", text + "\n")
    return problems


_TEX_ONLY = (
    '<p class="banner">Formulas are shown as TeX source: this page was made on a machine '
    "without Node.js or Temml.</p>\n"
)


def _summary(reports: Sequence[Report]) -> str:
    return f"<p>{escape(_in_short(reports))}</p>"


def _in_short(reports: Sequence[Report]) -> str:
    checks = [check for report in reports for check in report.checks]
    bad = [report for report in reports if report.verdict in {"failed", "error"}]
    text = f"{len(reports)} reports, {sum(c.passed for c in checks)} of {len(checks)} checks hold."
    if bad:
        names = ", ".join(report.slug for report in bad)
        text += f" ✗ Not in order: {names}."
    return text


def _seen_in(reports: Sequence[Report]) -> dict[str, list[str]]:
    seen: dict[str, list[str]] = {}
    for report in reports:
        for check in report.checks:
            if check.claim and report.kept_page and report.slug not in seen.get(check.claim, []):
                seen.setdefault(check.claim, []).append(report.slug)
    return seen


def _state(report: Report) -> tuple[str, str]:
    """Kind of badge and its words."""
    if report.verdict == "not built":
        return "none", "○ not built"
    if report.verdict == "error":
        return "fail", "✗ did not become a report"
    kind = "fail" if report.verdict == "failed" else "pass" if report.checks else "none"
    return kind, verdict(report.checks)


def _card(report: Report, prose: Prose) -> str:
    kind, words = _state(report)
    prose.where = ""  # bad TeX here already made this report fail
    title = _inline(prose, report.title)
    target = _target(report)
    heading = f'<a href="{target}">{title}</a>' if target else title
    parts = [f"<h2>{heading}</h2>"]
    if report.figure is not None:
        parts.append(_thumbnail(report.slug, report.figure, report.verdict == "passed"))
    if report.finding:
        parts.append(f"<p>{_inline(prose, report.finding)}</p>")
    if report.error:
        parts.append(f'<p class="reason">{escape(report.error)}</p>')
        if report.kept_page:
            parts.append(
                f'<p class="quiet">The <a href="{report.slug}.html">last good report</a> is kept.</p>'
            )
    foot = [f'<span class="badge {kind}">{words}</span>', *_facts(report)]
    parts.append(f'<div class="foot">{" ".join(foot)}</div>')
    return f'<article class="card {kind}" id="{report.slug}">\n' + "\n".join(parts) + "\n</article>"


def _thumbnail(slug: str, figure: Figure, good: bool) -> str:
    if not good or figure.mime != "image/svg+xml":
        return image(figure.data, figure.mime, figure.alt)
    source = f"figures/{slug}.svg"
    return f'<figure class="figure"><img alt="{escape(figure.alt)}" src="{source}"></figure>'


def _facts(report: Report) -> list[str]:
    facts = []
    if report.tightest is not None and report.tightest.margin:
        check = report.tightest
        margin = pretty(escape(f"{check.margin} {check.unit}".strip()))
        facts.append(f'<span class="margin">tightest: {escape(check.name)}, margin {margin}</span>')
    if report.profile:
        facts.append(f"<span>{escape(report.profile)}</span>")
    if report.failed_page:
        facts.append(f'<a href="failed/{report.slug}.html">failed run</a>')
    elif report.kept_page:
        facts.append(f'<a href="{report.slug}.ipynb">notebook</a>')
    return facts


def _target(report: Report) -> str:
    if report.failed_page:
        return f"failed/{report.slug}.html"
    return f"{report.slug}.html" if report.kept_page else ""


def _inline(prose: Prose, text: str) -> str:
    try:
        return prose.inline(text)
    except ReportError:  # the card of that report says so
        return escape(text)


def _readme(reports: Sequence[Report], ledger: Mapping[str, Any] | None) -> str:
    lines = [f"# {_TITLE}", "", _in_short(reports), "",
             "Open `index.html` in a browser for the pages with figures and typeset formulas.",
             ""]  # fmt: skip
    for report in reports:
        words = _state(report)[1]
        lines += [f"## {report.title}", ""]
        if report.finding:
            lines += [report.finding, ""]
        if report.figure is not None and report.verdict == "passed":
            alt = report.figure.alt.replace("]", ")").replace("[", "(")
            if report.figure.mime == "image/svg+xml":
                lines += [f"![{alt}](figures/{report.slug}.svg)", ""]
        if report.error:
            lines += [f"**{report.error}**", ""]
        links = f" · [notebook]({report.slug}.ipynb) · [page]({report.slug}.html)"
        lines += [words + (links if report.kept_page else ""), ""]
    return "\n".join(lines) + ("" if ledger is None else "\n" + ledger_markdown(ledger))
