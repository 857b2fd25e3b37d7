"""Node and Temml: found, checked, and done without."""

import shutil
import subprocess

import pytest

from infobound.reporting import mathml
from infobound.reporting.mathml import Formula, Typesetter, find_typesetter

TEX = [
    r"\tag{1} x", r"\mathbb{E}\lVert x\rVert^2", r"\binom{n}{k}", r"\boxed{a}", r"\cancel{x}",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{cases}1&x>0\\0\end{cases}",
    r"\operatorname*{arg\,max}_x f", r"\stackrel{d}{=}", r"\limsup_{n\to\infty}", r"\mathrm{d}x",
    r"\underbrace{a+b}_{c}", r"\bigl|x\bigr|", r"\sqrt[3]{x}", r"\text{if } $x$ \text{ then}",
]  # fmt: skip


def test_one_process_for_a_page(typesetter, monkeypatch):
    started = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: (started.append(a), run(*a, **k))[1])
    done = typesetter([Formula(tex, display=n % 2 == 0) for n, tex in enumerate(TEX[:-1])])
    assert len(started) == 1
    for result in done:
        assert result.error == ""
        assert result.html.count("<math") == 1
    assert done[0].html.startswith('<span class="formula"><math display="block"')
    assert done[1].html.startswith("<math>")
    assert "𝔼" in done[1].html


def test_one_bad_formula_does_not_hide_the_others(typesetter):
    good, bad, other = typesetter([Formula("a"), Formula(r"\frac{<a>}"), Formula("b")])
    assert (good.error, other.error) == ("", "")
    assert bad.error == "Unexpected end of input in a macro argument, expected '}'"
    assert bad.html == r'<code class="tex">\frac{&lt;a&gt;}</code>'
    (unknown,) = typesetter([Formula(r"\nosuch{x}")])
    assert unknown.error == r"Unsupported function name: \nosuch"


def test_without_node():
    done = Typesetter()([Formula(" a < b ", display=True), Formula(r"\x")])
    assert done[0].html == '<span class="formula"><code class="tex">a &lt; b</code></span>'
    assert done[1].html == r'<code class="tex">\x</code>'


def test_nothing_to_do_starts_nothing(typesetter, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert typesetter([]) == []


@pytest.mark.parametrize(
    ("node", "npm", "words"),
    [
        ("#!/bin/sh\necho v16.20.0", "#!/bin/sh", "there is no Node.js >= 18"),
        ("#!/bin/sh\necho nonsense", "#!/bin/sh", "there is no Node.js >= 18"),
        (None, "#!/bin/sh", "there is no Node.js >= 18"),
        ("#!/bin/sh\necho v18.0.0", None, "there is no npm beside Node.js"),
        ("#!/bin/sh\necho v18.0.0", "#!/bin/sh\necho npm error far >&2; exit 3", "npm error far"),
        ("#!/bin/sh\necho v18.0.0", "#!/bin/sh\nexit 3", "npm ended with code 3"),
    ],
)
def test_machine_without(node, npm, words, tmp_path, monkeypatch):
    monkeypatch.setattr(mathml, "_wheel_node", lambda: None)
    for name, text in (("node", node), ("npm", npm)):
        if text is not None:
            (tmp_path / name).write_text(text + "\n", encoding="utf-8")
            (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_typesetter(tmp_path / "cache")
    assert not found.works
    assert words in found.note
    assert "stay TeX" in found.note
    leftovers = tmp_path / "cache"
    assert not leftovers.exists() or not list(leftovers.iterdir())


def test_other_content_is_not_run(typesetter, tmp_path):
    from pathlib import Path

    engine = Path(typesetter.temml).parents[3]
    shutil.copytree(engine, tmp_path / engine.name)
    assert find_typesetter(tmp_path).works
    module = tmp_path / engine.name / Path(typesetter.temml).relative_to(engine)
    module.write_text(module.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = find_typesetter(tmp_path)
    assert not found.works
    assert "is not Temml 0.13.5; delete it" in found.note
