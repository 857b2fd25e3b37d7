"""The ledger of claims as HTML and as Markdown, from the object that ``Ledger.to_dict`` gives."""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from infobound.reporting.prose import Prose

_OPERATOR = re.compile(r"\\operatorname\*?")
_IN_WORDS = {"assumed", "enumerate", "lemma"}  # kinds of steps whose statement is not LaTeX
_GOOD = {"proved", "certified", "enumerated", "estimated", "matched", "corrected"}
_OPENING = (
    "A claim is as strong as its weakest step: proved by exact algebra, certified by interval "
    "arithmetic, enumerated over all cases, estimated by sampling, or assumed. What a step states is "
    "checked; the words beside it say how it enters the proof, and what carries it from the sizes "
    "shown to all sizes: those are for a reader to judge."
)
_MUTANTS = (
    "Every checked step is also run with altered constants, signs and terms (mutants), "
    "which it must reject."
)


def _opening(ledger: Mapping[str, Any]) -> str:
    mutants = "Mutants were not run." if ledger.get("mutants_per_step") is None else _MUTANTS
    bad = [_name(claim) for claim in ledger["claims"] if not claim.get("ok")]
    words = f"{len(ledger['claims'])} claims, {len(ledger['claims']) - len(bad)} as expected."
    return f"{_OPENING} {mutants} {words}" + (f" ✗ Not: {', '.join(bad)}." if bad else "")


def claim_names(ledger: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that checks in notebooks may refer to."""
    return frozenset(_name(claim) for claim in ledger["claims"])


def ledger_html(ledger: Mapping[str, Any], prose: Prose, seen_in: Mapping[str, list[str]]) -> str:
    """Return a section: what is assumed, a table of claims, then each with its steps folded.

    Parameters
    ----------
    ledger : mapping
    prose : Prose
        Collects the formulas of the page.
    seen_in : mapping from claim to slugs
        Reports whose checks refer to the claim.
    """
    claims = ledger["claims"]
    rows = "\n".join(map(_row, claims))
    entries = "\n".join(_entry(claim, prose, seen_in) for claim in claims)
    return (
        f'<h2 id="ledger">Ledger of claims</h2>\n<p>{escape(_opening(ledger))}</p>\n{_assumptions(ledger, prose)}'
        '<div class="scroll"><table class="claims"><thead><tr><th scope="col">claim</th>'
        '<th scope="col">verdict</th><th scope="col">steps</th>'
        '<th scope="col">mutants rejected</th><th scope="col">source</th>'
        f"</tr></thead><tbody>\n{rows}\n</tbody></table></div>\n{entries}"
    )


def _assumptions(ledger: Mapping[str, Any], prose: Prose) -> str:
    rows = []
    for row in ledger["assumptions"]:
        prose.where = f"the ledger, claim {row['claim']}, step {row['step']}"
        rows.append(
            f'<li>{prose.words(row["statement"])} <span class="quiet">'
            f"{prose.words(row['cites'])} · used by {_link(row['claim'])}</span></li>"
        )
    if not rows:
        return "<p>Nothing is assumed.</p>\n"
    listed = "\n".join(rows)
    return f"<h3>Assumed, not checked</h3>\n<ul>\n{listed}\n</ul>\n<h3>Claims</h3>\n"


def _link(name: str) -> str:
    return f'<a href="#claim-{escape(name)}">{escape(name)}</a>'


def _row(claim: Mapping[str, Any]) -> str:
    steps = claim.get("steps", [])
    return (
        f'<tr><th scope="row">{_link(_name(claim))}</th><td>{_verdict(claim)}</td>'
        f"<td>{len(steps) or ''}</td><td>{_killed(steps)}</td>"
        f"<td>{escape(claim.get('source', ''))}</td></tr>"
    )


def _entry(claim: Mapping[str, Any], prose: Prose, seen_in: Mapping[str, list[str]]) -> str:
    name = _name(claim)
    prose.where = f"the ledger, claim {name}"
    steps = claim.get("steps", [])
    about = []
    if claim.get("statement"):
        about.append(f"<div>{prose.words(claim['statement'])}</div>")
    if claim.get("latex"):
        about.append(prose.formula(claim["latex"], display=True))
    if claim.get("hypotheses"):
        listed = "; ".join(map(prose.words, claim["hypotheses"]))
        about.append(f'<div class="quiet">Holds when: {listed}</div>')
    if claim.get("source"):
        about.append(f'<div class="quiet">Source: {escape(claim["source"])}</div>')
    if reports := seen_in.get(name):
        links = ", ".join(f'<a href="{slug}.html">{slug}</a>' for slug in reports)
        about.append(f'<div class="quiet">Checked by numbers in {links}</div>')
    problems = claim.get("problems", []) or ([claim["error"]] if claim.get("error") else [])
    about += [f'<div class="bad">✗ {escape(line)}</div>' for line in problems]
    if steps:
        inner = "\n".join(_step(step, name, prose) for step in steps)
        about.append(
            f"<details><summary>{len(steps)} steps</summary>\n"
            '<div class="scroll"><table><thead><tr><th scope="col">step</th>'
            '<th scope="col">outcome</th><th scope="col">mutants</th>'
            '<th scope="col">statement</th></tr></thead>'
            f"<tbody>\n{inner}\n</tbody></table></div></details>"
        )
    return (
        f'<section class="entry" id="claim-{escape(name)}"><h3>{escape(name)} '
        f"{_verdict(claim)}</h3>\n" + "\n".join(about) + "\n</section>"
    )


def _step(step: Mapping[str, Any], claim: str, prose: Prose) -> str:
    prose.where = f"the ledger, claim {claim}, step {step['name']}"
    notes = [prose.words(step[key]) for key in ("because", "cites", "reason") if step.get(key)]
    if step.get("witness"):
        notes.append(escape(", ".join(f"{k} = {v}" for k, v in step["witness"].items())))
    if step.get("detail"):
        notes.append(escape("; ".join(f"{k} {v}" for k, v in step["detail"].items())))
    statement = step["statement"]
    if step["kind"] in _IN_WORDS:
        shown = prose.words(statement)
    else:
        shown = prose.formula(statement, display=True)
    survivors = step.get("mutants", {}).get("survivors", [])
    notes += [f'<span class="bad">mutant survives: {escape(label)}</span>' for label in survivors]
    return (
        f'<tr><th scope="row"><code>{escape(step["name"])}</code></th>'
        f"<td>{_word(step['outcome'])}</td><td>{_killed([step])}</td>"
        f"<td>{shown}"
        f'<div class="quiet">{"<br>".join(notes)}</div></td></tr>'
    )


def _verdict(claim: Mapping[str, Any]) -> str:
    symbol = _symbol(claim)
    kind = {"✗": "bad", "✓": "good", "–": "quiet"}[symbol]
    return f'<span class="{kind}">{symbol} {escape(claim["verdict"])}</span>'


def _symbol(claim: Mapping[str, Any]) -> str:
    """A tick only for what was checked: a claim that rests on an assumption is never green."""
    if not claim.get("ok"):
        return "✗"
    return "✓" if claim["verdict"] in _GOOD else "–"


def _word(word: str) -> str:
    kind = "good" if word in _GOOD else "quiet" if word in {"assumed", "refuted"} else "bad"
    return f'<span class="{kind}">{escape(word)}</span>'


def _killed(steps: Any) -> str:
    trials = [step["mutants"] for step in steps if step.get("mutants")]
    if not trials:
        return "–"
    return f"{sum(t['killed'] for t in trials)} of {sum(t['tried'] for t in trials)}"


def _name(claim: Mapping[str, Any]) -> str:
    """The claim's name; for a file without a claim the name that the claim would have."""
    return str(claim.get("claim") or Path(claim["file"]).stem)


def ledger_markdown(ledger: Mapping[str, Any]) -> str:
    """Return the same in Markdown, for places that do not show HTML files."""
    lines = ["## Ledger of claims", "", _opening(ledger), ""]
    if ledger["assumptions"]:
        lines += ["Assumed, not checked:", ""]
        for row in ledger["assumptions"]:
            lines.append(f"- {row['statement']} ({row['cites']}; used by `{row['claim']}`)")
        lines.append("")
    lines += ["| claim | verdict | steps | mutants rejected | source |", "|---|---|---|---|---|"]
    for claim in ledger["claims"]:
        steps = claim.get("steps", [])
        source = str(claim.get("source", "")).replace("|", r"\|")
        symbol = _symbol(claim)
        lines.append(
            f"| `{_name(claim)}` | {symbol} {claim['verdict']} | {len(steps)} "
            f"| {_killed(steps)} | {source} |"
        )
    # Not in the table: a bar in a formula would cut its row.
    for claim in ledger["claims"]:
        if claim.get("latex"):
            # GitHub's renderer refuses this one macro.
            latex = _OPERATOR.sub(r"\\mathrm", claim["latex"])
            lines += ["", f"`{_name(claim)}`", "", f"$${latex}$$"]
    return "\n".join(lines) + "\n"
