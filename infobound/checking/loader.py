"""Find derivation files and load them by path; a broken file becomes a message, not a traceback."""

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infobound.checking.claims import Claim
from infobound.checking.steps import Step


@dataclass(frozen=True)
class Derivation:
    """A claim and its steps, as one file defines them."""

    path: Path
    claim: Claim
    steps: tuple[Step, ...]


class BrokenFile(Exception):
    """A derivation file that could not be used: file, line, and what was wrong."""


def find(paths: Iterable[str | Path]) -> list[Path]:
    """List the files, and the ``*.py`` files of the directories, in order of their names.

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found += [p for p in sorted(path.glob("*.py")) if not p.name.startswith("_")]
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(f"{path}: no such file or directory.")
    return list(dict.fromkeys(found))


def load(path: str | Path) -> Derivation:
    """Execute the file under a private module name and take CLAIM and STEPS from it.

    Raises
    ------
    BrokenFile
        If the file raises, or does not define what a derivation must.
    """
    path = Path(path).resolve()
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    name = f"_derivation_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BrokenFile(f"{path.name}: not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses in the file look themselves up there
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise BrokenFile(_message(path, error)) from error
    finally:
        sys.modules.pop(name, None)
    return _derivation(path, getattr(module, "CLAIM", None), getattr(module, "STEPS", None))


def _derivation(path: Path, claim: object, steps: object) -> Derivation:
    if not isinstance(claim, Claim):
        raise BrokenFile(f"{path.name}: must define CLAIM = Claim(...), found {claim!r}.")
    if not isinstance(steps, list | tuple) or not steps:
        raise BrokenFile(f"{path.name}: must define STEPS = [Step..., ...], found {steps!r}.")
    for step in steps:
        if not isinstance(step, Step):
            raise BrokenFile(f"{path.name}: STEPS holds {step!r}, which is not a Step.")
    names = [step.name for step in steps]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BrokenFile(f"{path.name}: step names must be unique, but {twice} occur twice.")
    return Derivation(path, claim, tuple(steps))


def _message(path: Path, error: BaseException) -> str:
    """file:line: kind: words, with the last line that lies in the file itself."""
    if isinstance(error, SyntaxError):
        line = error.lineno
    else:
        frames = traceback.extract_tb(error.__traceback__)
        line = next(
            (f.lineno for f in reversed(frames) if Path(f.filename).resolve() == path), None
        )
    return f"{path.name}:{line}: {type(error).__name__}: {error}"
