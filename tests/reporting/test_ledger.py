"""The ledger as a page and as Markdown."""

import json
import re

import pytest

from infobound.checking.ledger import verify
from infobound.reporting.failure import ReportError
from infobound.reporting.index import write_index
from infobound.reporting.ledger import claim_names, ledger_html, ledger_markdown
from infobound.reporting.prose import Prose
from infobound.reporting.shell import audit

DERIVATION = r"""
from sympy import Rational, symbols
from infobound.checking import Claim, Step

x, y = symbols("x y", real=True)
CLAIM = Claim("square", source="Euclid | Elements II.4", latex=r"(x+y)^2 \ge 4xy",
              statement="A square.", hypotheses=("real numbers $x$, $y$",))
STEPS = [
    Step.assumed("order", "the reals are ordered, $a^2 >= 0$", cites="Landau 1930"),
    Step.identity("expand", (x + y)**2 - 4 * x * y, (x - y)**2, because="collect"),
]
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    path = tmp_path_factory.mktemp("derivations") / "square.py"
    path.write_text(DERIVATION, encoding="utf-8")
    found = verify([path], mutants=True, quick=True).to_dict()
    assert found["claims"][0]["verdict"] == "assumed"
    return json.loads(json.dumps(found))


def test_page(ledger, typesetter):
    prose = Prose()
    html, bad = prose.typeset(ledger_html(ledger, prose, {"square": ["01_x"]}), typesetter)
    assert not bad
    assert claim_names(ledger) == {"square"}
    for shown in (
        'id="claim-square"', "– assumed", "Euclid | Elements II.4", "Landau 1930",
        "Holds when: real numbers ", '<a href="01_x.html">01_x</a>', "<summary>2 steps</summary>",
        '<span class="good">proved</span>', "collect",
    ):  # fmt: skip
        assert shown in html, shown
    # latex, x, y, the assumption twice, the identity
    assert html.count("<math") == 6
    assert html.index("Assumed, not checked") < html.index("<h3>Claims</h3>")
    trial = ledger["claims"][0]["steps"][1]["mutants"]
    assert f"<td>{trial['killed']} of {trial['tried']}</td>" in html
    audit(html)


def test_markdown(ledger):
    text = ledger_markdown(ledger)
    assert r"| `square` | – assumed | 2 |" in text
    assert r"Euclid \| Elements II.4 |" in text
    assert r"$$(x+y)^2 \ge 4xy$$" in text
    assert "- the reals are ordered, $a^2 >= 0$ (Landau 1930; used by `square`)" in text


def test_what_is_wrong_is_shown(ledger):
    broken = json.loads(json.dumps(ledger))
    claim = broken["claims"][0]
    claim |= {"ok": False, "problems": ["expand: mutant survives: x < y"], "verdict": "open"}
    claim["steps"][1] |= {"outcome": "refuted", "witness": {"x": "1"}, "reason": "no <b>"}
    broken["claims"].append(
        {"file": "bad.py", "verdict": "broken", "ok": False, "error": "no CLAIM"}
    )
    html = ledger_html(broken, Prose(), {})
    assert "2 claims, 0 as expected. ✗ Not: square, bad." in html
    assert "Mutants were not run" in ledger_html(broken | {"mutants_per_step": None}, Prose(), {})
    for shown in (
        "✗ open", "✗ broken", "✗ no CLAIM", "✗ expand: mutant survives: x &lt; y", "x = 1",
        "no &lt;b&gt;",
    ):  # fmt: skip
        assert shown in html, shown


def test_bad_tex_in_the_ledger_is_a_problem(ledger, typesetter, tmp_path):
    broken = json.loads(json.dumps(ledger))
    broken["claims"][0]["latex"] = r"\frac{1}"
    assert write_index([], tmp_path, ledger=ledger, typesetter=typesetter) == []
    (problem,) = write_index([], tmp_path, ledger=broken, typesetter=typesetter)
    assert re.fullmatch(
        r"bad TeX in the ledger, claim square: .* in the formula \\frac\{1\}", problem
    )
    assert r'<code class="tex">\frac{1}</code>' in (tmp_path / "index.html").read_text("utf-8")


def test_ledger_goes_when_there_is_none(ledger, typesetter, tmp_path):
    write_index([], tmp_path, ledger=ledger, typesetter=typesetter)
    assert json.loads((tmp_path / "ledger.json").read_text("utf-8")) == ledger
    write_index([], tmp_path, ledger=None, typesetter=typesetter)
    assert not (tmp_path / "ledger.json").exists()


def test_unpaired_dollar_is_words():
    prose = Prose()
    assert prose.words("costs $5 & <more>") == "costs $5 &amp; &lt;more&gt;"
    assert prose.formulas == []


def test_audit_objects_to_a_script():
    with pytest.raises(ReportError):
        audit("<script></script>")
