"""When a kept run counts."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infobound.reporting import store as module
from infobound.reporting.source import Source
from infobound.reporting.store import Store, default_cache, versions

RUN = {"cells": []}


@pytest.fixture
def source(tmp_path):
    return Source(tmp_path / "01_a.py", "01_a", "# %%\n")


def test_kept(source, tmp_path):
    store = Store.open(tmp_path)
    assert store.get(source, "quick") is None
    assert store.seconds(source, "quick") == float("inf")
    store.put(source, "quick", RUN, 2.5)
    assert Store.open(tmp_path).get(source, "quick") == RUN
    assert store.seconds(source, "quick") == 2.5


def test_not_kept_when_an_input_changes(source, tmp_path, monkeypatch):
    store = Store.open(tmp_path)
    store.put(source, "quick", RUN, 2.5)
    assert store.get(source, "full") is None
    assert store.get(replace(source, text="# %%\n1"), "quick") is None
    assert store.get(replace(source, path=Path("/elsewhere/01_a.py")), "quick") is None
    monkeypatch.setattr(module, "sources_digest", lambda: "changed")
    assert Store.open(tmp_path).get(source, "quick") is None
    monkeypatch.undo()
    monkeypatch.setattr(module, "versions", lambda: versions() | {"numpy": "0"})
    assert Store.open(tmp_path).get(source, "quick") is None


def test_durations_survive_a_change(source, tmp_path):
    store = Store.open(tmp_path)
    store.put(source, "quick", RUN, 2.5)
    assert store.seconds(replace(source, text="# %%\n1"), "quick") == 2.5


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"key": "x"})])
def test_damaged_entry_is_no_entry(source, tmp_path, text):
    store = Store.open(tmp_path)
    store.put(source, "quick", RUN, 2.5)
    (entry,) = store.folder.iterdir()
    entry.write_text(text, encoding="utf-8")
    assert store.get(source, "quick") is None


def test_sources_digest_sees_every_file(tmp_path, monkeypatch):
    package = tmp_path / "infobound" / "reporting"
    package.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(package / "store.py"))
    digest = DIGEST
    seen = [digest()]
    for name in ("infobound/a.py", "infobound/b/c.py", "derivations/d.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x = 1\n", encoding="utf-8")
        seen.append(digest())
        path.write_text("x = 2\n", encoding="utf-8")
        seen.append(digest())
    (tmp_path / "derivations" / "notes.txt").write_text("", encoding="utf-8")
    assert len(set(seen)) == len(seen) == 7
    assert digest() == seen[-1]


DIGEST = module.sources_digest  # before the tests freeze it


def test_default_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("INFOBOUND_CACHE", str(tmp_path))
    assert default_cache() == tmp_path
    monkeypatch.delenv("INFOBOUND_CACHE")
    monkeypatch.setattr(module, "__file__", str(tmp_path / "infobound" / "reporting" / "store.py"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default_cache() == tmp_path / "x" / "infobound"
    (tmp_path / "pyproject.toml").touch()
    assert default_cache() == tmp_path / ".cache"
