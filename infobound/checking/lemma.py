"""Claims that rest on other claims: a lemma is as strong as the claim that establishes it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from infobound.checking.mutants import Candidate
from infobound.checking.outcomes import Assumed, Inconclusive, Outcome
from infobound.checking.report import STRENGTH, ClaimReport, StepReport


@dataclass(frozen=True)
class Lemma:
    """What another derivation establishes, used here."""

    claim: str
    words: str

    kind = "lemma"

    def run(self) -> Outcome:
        """Assumed on its own; a ledger that holds the claim knows better, see `resolve`."""
        return Assumed(f"claim {self.claim}, which is not in this ledger", {"claim": self.claim})

    def mutants(self) -> Iterator[Candidate]:
        """None here: they are tried where the claim is established."""
        return iter(())

    def statement(self) -> str:
        """The words of the lemma."""
        return self.words


def resolve(claims: Sequence[ClaimReport]) -> tuple[ClaimReport, ...]:
    """Give every lemma the verdict of its claim, lemmas of that claim first.

    A claim that is not as expected establishes nothing, nor does one that rests on itself.
    """
    by_name = {claim.name: claim for claim in claims if claim.claim}
    settled: dict[str, ClaimReport] = {}

    def settle(name: str) -> ClaimReport:
        if name not in settled:
            claim = by_name[name]
            steps = tuple(look_up(name, step) for step in claim.steps)
            settled[name] = replace(claim, steps=steps)
        return settled[name]

    def look_up(name: str, step: StepReport) -> StepReport:
        used = _claim_of(step)
        if used not in by_name:
            return step
        circle = _way(by_name, used, name)
        if circle:
            reason = f"it rests on itself: {' -> '.join((name, *circle))}"
            return replace(step, outcome=Inconclusive(reason))
        return _with(step, settle(used))

    return tuple(settle(claim.name) if claim.claim else claim for claim in claims)


def _claim_of(step: StepReport) -> str:
    return str(step.outcome.detail["claim"]) if step.kind == "lemma" else ""


def _way(claims: Mapping[str, ClaimReport], start: str, goal: str) -> tuple[str, ...]:
    """A chain of lemmas from `start` to `goal`, or nothing."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while waiting:
        way = waiting.pop()
        if way[-1] == goal:
            return way
        for step in claims[way[-1]].steps:
            used = _claim_of(step)
            if used in claims and used not in seen:
                seen.add(used)
                waiting.append((*way, used))
    return ()


def _with(step: StepReport, claim: ClaimReport) -> StepReport:
    """The step, with what `claim` is worth."""
    detail = {"claim": claim.name}
    kinds: dict[str, Callable[..., Outcome]] = {word: kind for kind, word in STRENGTH}
    if not claim.ok or claim.verdict not in kinds:
        reason = f"claim {claim.name} came out {claim.verdict}"
        return replace(step, outcome=Inconclusive(reason, detail))
    if claim.verdict == "assumed":
        return replace(step, outcome=Assumed(f"claim {claim.name}, itself assumed", detail))
    return replace(step, outcome=kinds[claim.verdict](detail=detail))
