"""Committed reports against fresh ones: what counts as a difference and what is noise."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.reporting.alike import alike, visible_text
from infobound.reporting.compare import compare


@pytest.fixture
def committed(fresh, tmp_path):
    shutil.copytree(fresh.first.out, tmp_path / "reports")
    return tmp_path / "reports"


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def edit_check(folder: Path, slug: str, name: str, **fields) -> None:
    """Change a recorded check and leave everything else as it is."""
    from infobound.reporting.files import dump, load
    from infobound.reporting.records import CHECK

    path = folder / f"{slug}.ipynb"
    notebook = load(path)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            row = output.get("data", {}).get(CHECK, {})
            if row.get("name") == name:
                assert all(row[field] != value for field, value in fields.items())
                row.update(fields)
    path.write_text(dump(notebook), encoding="utf-8")


def places(fresh, committed, only=("01_good",)):
    return [f"{d.file}, {d.place}" for d in compare(fresh.first.out, committed, only=only)]


def test_same(fresh, committed):
    assert compare(fresh.first.out, committed) == []


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"passed": False}, "check one_bit, passed"),
        ({"found": "0.6366197723681"}, "check one_bit, found"),
        ({"wanted": "= 0.6366"}, "check one_bit, wanted"),
        ({"tolerance": "1e-11"}, "check one_bit, tolerance"),
        ({"unit": "bits"}, "check one_bit, unit"),
        ({"claim": "another"}, "check one_bit, claim"),
    ],
)
def test_changed_check(fresh, committed, fields, place):
    edit_check(committed, "01_good", "one_bit", **fields)
    found = places(fresh, committed)
    assert f"01_good.ipynb, {place}" in found
    # The page still shows the old run, and that is said too.
    assert "01_good.html, " in found


def test_message_names_file_place_and_both_values(fresh, committed):
    edit_check(committed, "01_good", "one_bit", passed=False)
    (first, *_) = compare(fresh.first.out, committed)
    assert str(first) == "01_good.ipynb, check one_bit, passed: expected True, found False"


def test_rounding_is_noise(fresh, committed):
    edit_check(committed, "01_good", "one_bit", found="0.6366197723677", margin="9e-13", share=0.9)
    assert places(fresh, committed) == ["01_good.html, "]  # only that the page is of another run


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("2/pi is 0.6366", "2/pi is 0.6466", "cell 8"),
        ("2/pi is 0.6366", "2/pi was 0.6366", "cell 8"),
        ('"alt": "The best', '"alt": "The worst', "cell 4, image"),
        ('"0.8825"', '"0.8925"', "cell 5, table.rows[2][3]"),
        ("Two and two", "Two or two", "cell 1, source"),
        ("fig, ax = plt.subplots()", "fig, ax = plt.subplots(1)", "cell 4, source"),
    ],
)
def test_changed_notebook(fresh, committed, old, new, place):
    slug = "02_small" if "Two" in old else "01_good"
    edit(committed / f"{slug}.ipynb", lambda text: text.replace(old, new))
    assert f"{slug}.ipynb, {place}" in places(fresh, committed, only=(slug,))


def test_changed_page(fresh, committed):
    edit(committed / "01_good.html", lambda text: text.replace("reached", "surpassed"))
    assert "01_good.html, text" in places(fresh, committed)


def test_how_formulas_and_figures_are_drawn_is_noise(fresh, committed):
    edit(
        committed / "01_good.html",
        lambda text: re.sub(
            r"<math.*?</math>", '<code class="tex">x</code>', text, flags=re.DOTALL
        ),
    )
    edit(committed / "01_good.html", lambda text: re.sub('(svg.xml,)[^"]*', r"\1AAAA", text))
    edit(committed / "figures/01_good.svg", lambda text: text.replace("0", "1"))
    assert compare(fresh.first.out, committed) == []


@pytest.mark.parametrize("name", [
    "01_good.ipynb", "01_good.html", "figures/01_good.svg", "index.html", "README.md", "ledger.json",
])  # fmt: skip
def test_missing_file(fresh, committed, name):
    (committed / name).unlink()
    assert name in {d.file for d in compare(fresh.first.out, committed)}


def test_additional_report(fresh, committed):
    shutil.copy(committed / "02_small.ipynb", committed / "03_old.ipynb")
    (difference,) = compare(fresh.first.out, committed)
    assert str(difference) == "03_old.ipynb: expected no such report, found a report"
    (committed / "03_old.ipynb").write_text('{"cells": []}', encoding="utf-8")  # not generated
    assert compare(fresh.first.out, committed) == []


def test_changed_ledger(fresh, committed):
    path = committed / "ledger.json"
    ledger = json.loads(path.read_text(encoding="utf-8"))
    ledger["claims"][0]["verdict"] = "proved"
    ledger["claims"][0]["steps"][1]["mutants"]["killed"] = 5
    path.write_text(json.dumps(ledger), encoding="utf-8")
    found = [str(d) for d in compare(fresh.first.out, committed)]
    assert found == [
        "ledger.json, claims[fisher_trace].steps[per_bit].mutants.killed: expected '6', found '5'",
        "ledger.json, claims[fisher_trace].verdict: expected 'assumed', found 'proved'",
    ]


def test_missing_folder(tmp_path):
    with pytest.raises(ArgumentError, match=r"committed = .* a folder of reports"):
        compare(tmp_path, tmp_path / "nothing")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a  b\n", "a b", True),
        ("a", "b", False),
        ("17 boxes", "18 boxes", False),
        ("0.63662", "0.63663", True),
        ("0.63662", "0.63665", False),
        ("0.5", "0.6", False),
        ("0.5", "0.5000002", False),
        ("0.6366197723675814", "0.6366197723675811", True),
        ("1.234e-05", "1.235e-05", True),
        ("1.234e-05", "1.234e-06", False),
        ("-1.2345", "1.2345", False),
        ("\N{MINUS SIGN}1.2345", "-1.2345", True),
        ("nan", "0.5", False),
        ("1e-12", "2e-12", False),
    ],
)
def test_alike(one, other, same):
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_alike_with_a_known_step():
    assert alike("0.5", "0.5001", step=1e-4)
    assert not alike("0.5", "0.5002", step=1e-4)


def test_visible_text():
    page = '<title>t</title><p class="banner">b</p><p>so <math><mi>x</mi></math> is<br> 3</p>'
    assert visible_text(page) == "so is 3"
