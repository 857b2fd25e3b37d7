"""What B bits per stochastic gradient can buy, and how far what people use is from that limit.

Names are loaded on first use, so ``import infobound`` stays light.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "BallPrior": "infobound.bounds.priors",
    "BitOracle": "infobound.bounds.bit_oracle",
    "Bound": "infobound.bounds.bound",
    "CubePrior": "infobound.bounds.priors",
    "Estimate": "infobound.montecarlo.estimate",
    "GaussianPrior": "infobound.bounds.priors",
    "NoPrior": "infobound.bounds.priors",
    "fisher_trace": "infobound.bounds.bit_oracle",
    "limits": "infobound.bounds.bit_oracle",
}
_PARTS = (
    "bounds",
    "checking",
    "information",
    "models",
    "montecarlo",
    "numerics",
    "protocols",
    "quantizers",
    "reporting",
)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _PARTS:
        return import_module(f"infobound.{name}")
    raise AttributeError(f"module 'infobound' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME, *_PARTS])
