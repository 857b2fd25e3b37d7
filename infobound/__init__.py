"""What B bits per stochastic gradient can buy, and how far what people use is from that limit.

Names are loaded on first use, so ``import infobound`` stays light.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "Estimate": "infobound.montecarlo.estimate",
}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in {"bounds", "checking", "information", "models", "montecarlo", "numerics",
                "protocols", "quantizers", "reporting"}:
        return import_module(f"infobound.{name}")
    raise AttributeError(f"module 'infobound' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
