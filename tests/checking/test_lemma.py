"""A lemma is worth what its claim is worth in the ledger at hand, and never more."""

from dataclasses import replace

import pytest

from infobound.checking import Claim, ClaimError, Step, verify
from infobound.checking.ledger import run_step
from infobound.checking.lemma import resolve
from infobound.checking.mutants import Trial
from infobound.checking.outcomes import Proved
from infobound.checking.report import ClaimReport, StepReport

HEAD = """
from sympy import Rational, log, symbols
from infobound.checking import Claim, Step, Zero
x = symbols("x", real=True)
TRUE = Step.identity("square", (x + 1) ** 2, x**2 + 2 * x + 1)
FALSE = Step.identity("square", (x + 1) ** 2, x**2 + 1)
CITED = Step.assumed("cited", "as it stands", cites="Somebody")
TANGENT = Step.inequality("tangent", x - log(1 + x), over={x: (0, 1)},
                          zero=Zero(at={x: 0}, order=2, leading=Rational(1, 2)))
"""


def ledger(folder, *, only=None, **files):
    """Verify files of which each is (its steps in Python, the claims it rests on)."""
    for name, (steps, uses) in files.items():
        lemmas = ", ".join(f'Step.lemma("{use}", "used", claim="{use}")' for use in uses)
        text = f'{HEAD}\nCLAIM = Claim("{name}", source="Test")\nSTEPS = [{steps} {lemmas}]\n'
        (folder / f"{name}.py").write_text(text, "utf-8")
    return verify([folder / f"{only}.py" if only else folder])


def test_takes_the_verdict_of_its_claim(tmp_path):
    found = ledger(tmp_path, top=("TRUE,", ["low"]), low=("TANGENT,", []))
    assert found["low"].verdict == "certified"
    assert found["top"].verdict == "certified"  # its own step is proved: the lemma is weaker
    assert found.ok
    assert found.assumptions == ()


def test_assumptions_come_through(tmp_path):
    """Two lemmas deep: still assumed, never green, and listed once, where it is made."""
    found = ledger(tmp_path, a=("TRUE,", ["b"]), b=("TRUE,", ["c"]), c=("TRUE, CITED,", []))
    assert [claim.verdict for claim in found.claims] == ["assumed"] * 3
    assert [row[:2] for row in found.assumptions] == [("c", "cited")]


def test_a_false_lemma_spoils_what_rests_on_it(tmp_path):
    found = ledger(tmp_path, a=("TRUE,", ["b"]), b=("TRUE,", ["c"]), c=("FALSE,", []))
    assert [claim.verdict for claim in found.claims] == ["open", "open", "refuted"]
    assert not found.ok
    assert "claim c came out refuted" in " ".join(found["b"].problems)


def test_alone_it_is_an_assumption(tmp_path):
    found = ledger(tmp_path, only="top", top=("TRUE,", ["low"]), low=("TRUE,", []))
    assert found["top"].verdict == "assumed"
    assert "not in this ledger" in found.assumptions[0][3]


@pytest.mark.parametrize("circle", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_circles_establish_nothing(tmp_path, circle):
    files = {name: ("TRUE,", [circle[(k + 1) % len(circle)]]) for k, name in enumerate(circle)}
    found = ledger(tmp_path, **files, outside=("TRUE,", ["a"]))
    assert [claim.verdict for claim in found.claims] == ["open"] * (len(circle) + 1)
    assert "rests on itself" in " ".join(found["a"].problems)


def test_a_lemma_alone_is_no_proof(tmp_path):
    found = ledger(tmp_path, top=("", ["low"]), low=("TRUE,", []))
    assert not found.ok
    assert found["top"].verdict == "proved"
    assert not found["top"].ok


def test_surviving_mutants_spoil_it():
    """A claim whose own check is not trusted is no support."""
    lemma = run_step(Step.lemma("l", "used", claim="low"), limit=None)
    own = StepReport("own", "identity", "", "", Proved())
    top = ClaimReport("top.py", Claim("top", source="Test"), (own, lemma))
    for survivors, word in (((), "proved"), (("1 -> 2",), "inconclusive")):
        step = replace(own, mutants=Trial(tried=1, survivors=survivors))
        low = ClaimReport("low.py", Claim("low", source="Test"), (step,))
        assert resolve([top, low])[0].steps[1].word == word


def test_name_is_checked():
    with pytest.raises(ClaimError, match="must be a claim's name"):
        Step.lemma("l", "used", claim="not a name")
