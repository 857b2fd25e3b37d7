"""The examples in docstrings print what they say."""

import doctest
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import infobound

MODULES = [
    found.name
    for found in pkgutil.walk_packages(infobound.__path__, "infobound.")
    if not found.name.endswith("__main__")
]


def has_examples(name: str) -> bool:
    parts = name.split(".")[1:]
    path = Path(infobound.__file__).parent.joinpath(*parts)
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ">>>" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in MODULES if has_examples(name)])
def test_examples(name):
    result = doctest.testmod(import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_examples_are_found():
    assert sum(map(has_examples, MODULES)) > 50
