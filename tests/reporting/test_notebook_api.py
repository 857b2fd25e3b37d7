"""What notebooks call, outside of a notebook; and what it puts into one."""

import re
import subprocess
import sys

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from infobound import reporting
from infobound.numerics.arguments import ArgumentError
from infobound.reporting import notebook_api
from infobound.reporting.look import COLOURS, settings
from infobound.reporting.records import CHECK, TABLE, checks, figures

SVG = "image/svg+xml"


@pytest.fixture
def shown(monkeypatch):
    """Collect what would be displayed, in the shape of notebook outputs."""
    found = []

    def show(plain, bundle, metadata=None):
        found.append({"data": {"text/plain": plain, **bundle}, "metadata": metadata or {}})

    monkeypatch.setattr(notebook_api, "_show", show)
    return found


def as_notebook(shown):
    return {"cells": [{"cell_type": "code", "metadata": {}, "outputs": shown}]}


def draw() -> Figure:
    mpl.use("agg")
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots()
    ax.plot([1, 2], [3, 5], label="$x^2$")
    ax.fill_between([1, 2], [3, 4])
    ax.legend()
    return fig


def test_check_is_recorded_and_does_not_raise(shown):
    assert reporting.check("one", found=1, expected=2, unit="bits", statement="a < b") is None
    (row,) = checks(as_notebook(shown))
    assert (row.name, row.passed, row.unit) == ("one", False, "bits")
    data = shown[0]["data"]
    assert data["text/plain"] == "✗ fails  one: found 1 bits, wanted = 2 bits  (a < b)"
    assert 'class="check fail"' in data["text/html"]
    assert "a &lt; b" in data["text/html"]
    assert set(data) == {"text/plain", "text/html", CHECK}


def test_table(shown):
    reporting.table(
        [{"n": 1, "v": 1 / 3, "w": "x"}, {"n": 10, "v": 2e-9, "w": "yy"}],
        {"n": "$n$", "v": "value", "w": "word"},
        caption="Numbers",
        units={"v": "bits"},
        digits={"v": 3},
    )
    data = shown[0]["data"]
    assert data["text/plain"].splitlines() == [
        "Numbers",
        "$n$  value (bits)  word",
        "---  ------------  ----",
        "  1         0.333  x",
        " 10         2e-09  yy",
    ]
    assert data[TABLE]["rows"] == [["1", "0.333", "x"], ["10", "2e-09", "yy"]]
    assert "2\u2009×\u200910<sup>−9</sup>" in data["text/html"]
    assert '<td class="number" style="text-align:right">0.333</td>' in data["text/html"]


def test_table_of_sequences(shown):
    reporting.table([(1, "a"), (2, "b")], ["n", "w"])
    assert shown[0]["data"]["text/plain"].splitlines()[-1] == "2  b"


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([],), {}, "rows = [], but it must be a sequence with at least one row"),
        (([(1, 2)],), {}, "columns = None, but it must be given"),
        (([(1, 2)], ["a"]), {}, "rows[0] = (1, 2), but it must be of length 1"),
        (([{"a": 1}],), {"units": {"b": "bits"}}, "column = 'b', but it must be one of a"),
        (([{"a": 1}],), {"digits": 0}, "digits = 0, but it must be a whole number"),
    ],
)
def test_table_refuses(arguments, options, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        reporting.table(*arguments, **options)


def test_same_figure_same_bytes(shown):
    for _ in range(2):
        reporting.figure(draw(), alt="Two  \n lines & <more>.")
    one, other = (output["data"][SVG] for output in shown)
    assert one == other
    assert one.startswith("<svg")
    assert "<title>Two lines &amp; &lt;more&gt;.</title>" in one
    for noise in ("<dc:date>", "Matplotlib v", "<!DOCTYPE", "<text"):
        assert noise not in one
    (figure, _) = figures(as_notebook(shown))
    assert figure.alt == "Two lines & <more>."


def test_figure_closes_and_needs_words(shown):
    import matplotlib.pyplot as plt

    fig = draw()
    for alt in ("", "  ", None):
        with pytest.raises(ArgumentError, match="but it must be a sentence that stands for"):
            reporting.figure(fig, alt=alt)
    assert plt.fignum_exists(fig.number)
    reporting.figure(fig, alt="Two lines.")
    assert not plt.fignum_exists(fig.number)


def test_style_for_a_block_and_for_good():
    before = dict(mpl.rcParams)
    with mpl.rc_context({"axes.grid": False, "lines.linewidth": 9}):  # a personal matplotlibrc
        with reporting.style(**{"font.size": 13}):
            assert mpl.rcParams["font.size"] == 13
            assert mpl.rcParams["axes.grid"] is True
        assert mpl.rcParams["lines.linewidth"] == 9
        reporting.style()
        assert mpl.rcParams["lines.linewidth"] == settings()["lines.linewidth"]
    assert dict(mpl.rcParams) == before


def test_series_differ_in_more_than_colour():
    rows = list(settings()["axes.prop_cycle"])
    assert len(rows) == len(COLOURS)
    for key in ("color", "linestyle", "marker"):
        assert len({str(row[key]) for row in rows}) == len(rows)


def test_import_is_light():
    code = (
        "import sys; from infobound import reporting; reporting.check; "
        "print([m for m in ('matplotlib', 'nbconvert', 'papermill', 'IPython', 'sympy') "
        "if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_runs_as_a_plain_script(capsys):
    reporting.check("one", found=1, expected=1)
    assert capsys.readouterr().out == "✓ holds  one: found 1, wanted = 1\n"


def test_names():
    assert set(dir(reporting)) == {"check", "figure", "style", "table"}
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        reporting.chek  # noqa: B018
