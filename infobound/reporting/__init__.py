"""Notebooks to readable reports: what a notebook calls, and the pipeline that runs notebooks.

In a notebook: ``from infobound import reporting``, then `check`, `figure`, `table`, `style`.
The pipeline is in `infobound.reporting.build` and `infobound.reporting.compare`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infobound.reporting.look import style
    from infobound.reporting.notebook_api import check, figure, table

_HOME = {"check": "notebook_api", "figure": "notebook_api", "table": "notebook_api",
         "style": "look"}  # fmt: skip

__all__ = ["check", "figure", "style", "table"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'infobound.reporting' has no attribute {name!r}")
    module = import_module(f"infobound.reporting.{_HOME[name]}")
    return getattr(module, name)


def __dir__() -> list[str]:
    return list(__all__)
