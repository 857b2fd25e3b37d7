"""What a page holds: real MathML, text for every image, nothing loaded, headings in order."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from infobound.reporting.failure import ReportError
from infobound.reporting.files import load
from infobound.reporting.judging import judge
from infobound.reporting.mathml import Typesetter
from infobound.reporting.page import render
from infobound.reporting.records import CHECK
from infobound.reporting.shell import audit

FORMULAS_IN_GOOD = 1 + 1 + 3 + 1 + 1 + 1 + 2 + 3 + 1 + 1
"""Title, finding, opening text, display, align, check, table, words table, proof, sympy."""


class Reader(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self._stack = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._stack.append(tag)

    def handle_endtag(self, tag):
        while self._stack and self._stack.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "pre", "code"} & set(self._stack):
            self.text.append(data)

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module", params=["01_good.html", "02_small.html", "index.html"])
def page(fresh, request):
    return request.param, (fresh.first.out / request.param).read_text(encoding="utf-8")


def test_nothing_is_loaded(page):
    _, text = page
    reader = Reader(text)
    assert not {"script", "link", "iframe"} & {tag for tag, _ in reader.tags}
    for tag, attributes in reader.tags:
        for name, value in attributes.items():
            assert not (name == "src" and "//" in value.split(",")[0]), (tag, value[:80])
            assert not name.startswith("on")
    assert "url(" not in text
    assert "@import" not in text


def test_shell(page):
    name, text = page
    reader = Reader(text)
    assert text.startswith("<!DOCTYPE html>")
    assert reader.named("html") == [{"lang": "en"}]
    for once in ("main", "h1", "title", "header"):
        assert len(reader.named(once)) == 1, once
    assert any(a.get("name") == "viewport" for a in reader.named("meta"))
    assert reader.named("a")[0] == {"class": "skip", "href": "#main"}
    assert reader.named("main")[0]["id"] == "main"
    title = re.search("<title>(.*)</title>", text)[1]
    expected = {
        "01_good.html": "What a bit can know about θ",
        "02_small.html": "A small report",
        "index.html": "What B bits per gradient can buy: reports",
    }
    assert title == expected[name]
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    identifiers = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_every_image_has_text(page):
    name, text = page
    images = Reader(text).named("img")
    assert len(images) == (0 if name == "02_small.html" else 1)
    assert all(image["alt"].startswith("The best quantizer") for image in images)


def test_no_tex_is_left(page):
    _, text = page
    words = " ".join(Reader(text).text)
    assert "$" not in words
    assert not re.search(r"\\[a-zA-Z]+", words)


def test_every_formula_is_mathml(fresh):
    text = (fresh.first.out / "01_good.html").read_text(encoding="utf-8")
    assert text.count("<math") == FORMULAS_IN_GOOD
    assert "tex-formula" not in text
    assert "merror" not in text


def test_code_is_folded_and_results_are_not(fresh):
    text = (fresh.first.out / "01_good.html").read_text(encoding="utf-8")
    folded = re.findall(r'<details class="code">\s*<summary>(.*?)</summary>', text)
    assert folded == [
        "Code: parameters, Draw the limit and what is reached",
        "Code",
        "Code",
        "Code",
    ]
    outside = re.sub(r'<details class="code">.*?</details>', "", text, flags=re.DOTALL)
    for shown in ("✓ holds", "<figure", "Fisher information at", "2/pi is 0.6366"):
        assert shown in outside
    assert "plt.subplots" not in outside


def test_size(fresh):
    for path in fresh.first.out.glob("*.html"):
        assert path.stat().st_size < 150_000


def notebook(*cells: str | dict) -> dict:
    def cell(place, content):
        if isinstance(content, str):
            return {"cell_type": "markdown", "id": f"a{place}", "metadata": {}, "source": content}
        output = {"output_type": "display_data", "metadata": {}, "data": content}
        return {"cell_type": "code", "id": f"a{place}", "metadata": {}, "source": "x",
                "execution_count": 1, "outputs": [output]}  # fmt: skip

    return {"cells": [cell(place, c) for place, c in enumerate(cells)], "nbformat": 4, "nbformat_minor": 5,
            "metadata": {"infobound": {"generated": True, "profile": "quick"}}}  # fmt: skip


def page_of(*cells: str | dict, typesetter: Typesetter, **options) -> str:
    return render(notebook(*cells), slug="01_x", title="X", typesetter=typesetter, **options).html


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["# A", r"B $\frac{1}$"], r"bad TeX in cell 2: .* in the formula \\frac\{1\}"),
        (["# A", r"$$\nosuch{x}$$"], r"bad TeX in cell 2: .*nosuch.* in the formula \\nosuch"),
        (["# A", r"\begin{align}a & \left( b\end{align}"], "bad TeX in cell 2"),
        (["# A", r"so \alpha is"], "bad TeX in cell 2: TeX outside of a formula"),
        (["# A", "costs $5"], "a \\$ without its partner"),
        (["# A", {"text/latex": r"$\frac{1}$"}], "bad TeX in cell 2"),
        (["# A", "| a |\n|---|\n| $P(A|B)$ |"], r"bad TeX in cell 2: a \| inside the formula"),
        (["# A", "| a |\n|---|\n| $\\|x\\|$ |"], r"a \| inside the formula"),
        (["# A", "### C"], "the heading 'C' has level 3 after level 1"),
        (["# A", "# C"], "the heading 'C' is a second title"),
        (["# A", "![](x.png)"], "an image without alternative text"),
        (["# A", "![x](https://example.org/x.png)"], "must work offline"),
        (["# A", {"text/html": "<script>1</script>"}], "has a script element"),
        (["# A", {"text/html": "<b onclick='x'>1</b>"}], "has a script"),
    ],
)
def test_refused(cells, words, typesetter):
    with pytest.raises(ReportError, match=words):
        page_of(*cells, typesetter=typesetter)


def test_tables_take_formulas_with_mid(typesetter):
    text = page_of("# A", "| a | b |\n|---|---|\n| $P(A \\mid B)$ | $c$ |", typesetter=typesetter)
    assert text.count("<td>") == text.count("<math") == 2


def test_bar_outside_of_tables_is_fine(typesetter):
    assert "<math" in page_of("# A", "so $P(A|B)$ and $|x|$", typesetter=typesetter)


def test_check_names_a_claim_of_the_ledger(typesetter):
    row = judge("r", found=1, expected=1, claim="van_trees").to_json()
    text = page_of("# A", {CHECK: row}, typesetter=typesetter, claims=frozenset({"van_trees"}))
    assert '<a href="index.html#claim-van_trees">van_trees</a>' in text
    with pytest.raises(ReportError, match="check r names the claim van_trees, which is not"):
        page_of("# A", {CHECK: row}, typesetter=typesetter, claims=frozenset({"other"}))


def test_html_in_texts_is_escaped(typesetter):
    row = judge("<i>", found="<b>", expected="<b>", unit="<u>", statement="a < b").to_json()
    text = page_of("# A", {CHECK: row}, typesetter=typesetter)
    for raw in ("<i>", "<b><b>", "<u>"):
        assert raw not in text.replace("<i> · </i>", "")


def test_failed_page_says_why_and_tolerates_bad_tex(typesetter):
    text = page_of("# A", r"$\frac{1}$", typesetter=typesetter, failure="bad <TeX>")
    assert "✗ This run failed: bad &lt;TeX&gt;" in text
    assert r'<code class="tex">\frac{1}</code>' in text
    assert 'href="../index.html"' in text


def test_page_is_made_from_the_notebook_beside_it(fresh):
    executed = load(fresh.first.out / "01_good.ipynb")
    text = (fresh.first.out / "01_good.html").read_text(encoding="utf-8")
    executed["cells"][0]["source"] += "."
    with pytest.raises(AssertionError):
        assert digest_of(executed) in text
    executed["cells"][0]["source"] = executed["cells"][0]["source"][:-1]
    assert digest_of(executed) in text


def digest_of(executed: dict) -> str:
    from infobound.reporting.page import digest

    return f'content="{digest(executed)}"'


def test_audit_of_styles():
    with pytest.raises(ReportError, match="style of p loads"):
        audit('<p style="background: url(x.png)">')
    audit('<a href="https://example.org">a link may lead elsewhere</a>')
