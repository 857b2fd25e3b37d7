"""The ledger for a terminal. Green is for what was checked; an assumption is never green."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from infobound.checking.outcomes import Assumed, Inconclusive, Refuted
from infobound.checking.report import ClaimReport, StepReport

COLOUR = {
    "proved": "green",
    "certified": "green",
    "enumerated": "green",
    "matched": "green",
    "estimated": "cyan",
    "corrected": "magenta",
    "assumed": "yellow",
    "refuted": "red",
    "open": "red",
    "inconclusive": "red",
    "broken": "red",
}


def claims_table(claims: Sequence[ClaimReport], caption: str) -> Table:
    """Claim, source, verdict, number of steps, mutants killed."""
    table = _table("Ledger", "claim", "source", "verdict", "steps", "mutants killed")
    table.caption = caption
    for claim in claims:
        table.add_row(
            Text(claim.name),
            Text(claim.claim.source if claim.claim else claim.error),
            _coloured(claim.verdict, claim.ok),
            str(len(claim.steps)),
            _killed(claim.mutants),
        )
    return table


def steps_table(claim: ClaimReport) -> Table:
    """Step, kind, outcome, mutants killed, detail."""
    table = _table(claim.name, "step", "kind", "outcome", "mutants killed", "detail")
    for step in claim.steps:
        trial = step.mutants
        table.add_row(
            Text(step.name),
            step.kind,
            _coloured(step.word, step.holds),
            _killed((trial.killed, trial.tried) if trial else None),
            Text(_detail(step)),
        )
    return table


def assumptions_table(rows: Sequence[tuple[str, str, str, str]]) -> Table:
    """Claim, step, statement, citation."""
    table = _table("Assumed, not checked", "claim", "step", "statement", "cites")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", caption_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _coloured(word: str, ok: bool) -> Text:
    return Text(word, style=COLOUR[word] if ok else "red")


def _killed(counts: tuple[int, int] | None) -> str:
    return "–" if counts is None else f"{counts[0]} / {counts[1]}"


def _detail(step: StepReport) -> str:
    parts = [f"{key} {value}" for key, value in step.outcome.detail.items()]
    match step.outcome:
        case Assumed(cites=cites):
            parts.insert(0, cites)
        case Refuted(witness=witness):
            parts.insert(0, "at " + ", ".join(f"{k} = {v}" for k, v in witness.items()))
        case Inconclusive(reason=reason):
            parts.insert(0, reason)
    return "; ".join(parts)
