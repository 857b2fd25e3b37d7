"""Finished runs, kept between builds: what a notebook produced, for which inputs, how long it took."""

import hashlib
import json
import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from infobound.reporting.files import write
from infobound.reporting.source import Source

# Distributions whose version can change what a notebook shows.
_MATTER = (
    "numpy", "scipy", "sympy", "python-flint", "matplotlib", "scikit-learn",
    "jupytext", "papermill", "nbclient", "nbformat", "ipykernel", "ipython",
)  # fmt: skip


def sources_digest() -> str:
    """Hash all Python files of the package and of the derivations beside it."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for root in (package, package.parent / "derivations"):
        for path in sorted(root.rglob("*.py")):
            digest.update(f"{path.relative_to(root.parent).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return what the interpreter and the libraries are that notebooks run on."""
    found = {"python": ".".join(map(str, sys.version_info[:2])), "machine": platform.machine()}
    for name in _MATTER:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


@dataclass(frozen=True)
class Store:
    """The newest finished run of each notebook and profile.

    Attributes
    ----------
    folder : Path
        Where runs are kept.
    base : str
        Hash of everything but the notebook that runs depend on.
    """

    folder: Path
    base: str

    @classmethod
    def open(cls, cache: Path) -> "Store":
        """Open the store for the present package and libraries."""
        inputs = {"sources": sources_digest(), "versions": versions()}
        text = json.dumps(inputs, sort_keys=True)
        return cls(cache / "runs", hashlib.sha256(text.encode()).hexdigest())

    def get(self, source: Source, profile: str) -> dict[str, Any] | None:
        """Return the executed notebook if its inputs are the same as now."""
        entry = self._entry(source, profile)
        if entry is None or entry["key"] != self._key(source, profile):
            return None
        notebook: dict[str, Any] = entry["notebook"]
        return notebook

    def put(self, source: Source, profile: str, notebook: dict[str, Any], seconds: float) -> None:
        """Keep a finished run."""
        entry = {"key": self._key(source, profile), "seconds": seconds, "notebook": notebook}
        write(self._path(source, profile), json.dumps(entry))

    def seconds(self, source: Source, profile: str) -> float:
        """Return how long the last run took, infinite when there was none (so it starts first)."""
        entry = self._entry(source, profile)
        return float("inf") if entry is None else float(entry["seconds"])

    def _key(self, source: Source, profile: str) -> str:
        parts = (self.base, source.slug, source.text, profile)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _path(self, source: Source, profile: str) -> Path:
        # Other checkouts may share the cache and have notebooks of the same name.
        place = hashlib.sha256(str(source.path.resolve()).encode()).hexdigest()[:8]
        return self.folder / f"{source.slug}.{profile}.{place}.json"

    def _entry(self, source: Source, profile: str) -> dict[str, Any] | None:
        try:
            entry = json.loads(self._path(source, profile).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        needed = {"key", "seconds", "notebook"}
        return entry if isinstance(entry, dict) and needed <= entry.keys() else None


def default_cache() -> Path:
    """Return the folder that builds keep things in.

    ``INFOBOUND_CACHE``, else ``.cache`` of the checkout, else the user's cache folder.
    """
    if given := os.environ.get("INFOBOUND_CACHE"):
        return Path(given)
    root = Path(__file__).resolve().parents[2]
    if (root / "pyproject.toml").is_file():
        return root / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "infobound"
