"""Quantizers by name, for the command line and for configuration files."""

import inspect
import math
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Quantizer

# Name -> where it is made, and the parameters of `examples` at dimension d.
_MAKERS: Mapping[str, tuple[str, str, Callable[[int], dict[str, object]]]] = {
    "a-ratq": ("gain_shape", "a_ratq", lambda d: {"rms": math.sqrt(d)}),
    "aguq": ("aguq", "AGUQ", lambda d: {}),
    "argmax": ("simplex", "Argmax", lambda d: {}),
    "atuq": ("atuq", "ATUQ", lambda d: {"ranges": (0.25, 1.0)}),
    "composite": ("composite", "Composite", lambda d: {"p": 1.5}),
    "correlated": ("correlated", "CorrelatedQuantization", lambda d: {"low": 1.0, "workers": 4}),
    "cross-polytope": ("cross_polytope", "CrossPolytope", lambda d: {"repetitions": d}),
    "cuq": ("cuq", "CUQ", lambda d: {"levels": 16}),
    "drive": ("eden", "DRIVE", lambda d: {}),
    "eden": ("eden", "EDEN", lambda d: {"width": 4}),
    "entropy-coded-dither": ("dither", "EntropyCodedDither", lambda d: {"step": 0.5}),
    "lloyd-max": ("scalar", "LloydMax", lambda d: {"bits": 2}),
    "natural": ("natural", "NaturalCompression", lambda d: {}),
    "perm-k": ("perm_k", "PermK", lambda d: {"workers": 4}),
    "qsgd": ("qsgd", "QSGD", lambda d: {}),
    "rand-k": ("sparsify", "RandK", lambda d: {"kept": -(-d // 16)}),
    "ratq": ("ratq", "RATQ", lambda d: {}),
    "scaled-sign": ("scaled_sign", "ScaledSign", lambda d: {}),
    "sign": ("scalar", "Sign", lambda d: {}),
    "simplex": ("simplex", "Simplex", lambda d: {"bits": d.bit_length()}),
    "simq": ("simq", "SimQ", lambda d: {}),
    "simq+": ("simq_plus", "SimQPlus", lambda d: {}),
    "stochastic-levels": ("stochastic_levels", "StochasticLevels", lambda d: {"levels": 4}),
    "stochastic-sign": ("one_bit", "StochasticSign", lambda d: {}),
    "subtractive-dither": ("dither", "SubtractiveDither", lambda d: {"step": 0.5, "radius": 4.0}),
    "terngrad": ("ternary", "TernGrad", lambda d: {}),
    "top-k": ("sparsify", "TopK", lambda d: {"kept": -(-d // 16)}),
    "uniform": ("scalar", "Uniform", lambda d: {"bits": 2}),
    "uniform-gain": ("aguq", "UniformGain", lambda d: {}),
}
NAMES = tuple(_MAKERS)


def by_name(name: str, **params: object) -> Quantizer:
    """Make the quantizer called `name` with the parameters of its class.

    Parameters
    ----------
    name : str
        One of `NAMES`; `maker(name)` says which class that is.
    **params
        By keyword, those of the class.

    Raises
    ------
    ArgumentError
        Unknown name, unknown or missing parameter, or a value that the class refuses.

    Examples
    --------
    >>> by_name("lloyd-max", bits=4, offset=0.5)
    LloydMax(bits=4, scale=1.0, offset=0.5)
    """
    make = maker(name)
    known = inspect.signature(make).parameters
    for param, value in params.items():
        if param not in known:
            takes = ", ".join(known) or "no parameters"
            raise argument_error(param, value, f"left out: {name} takes {takes}")
    for param, spec in known.items():
        if spec.default is spec.empty and param not in params:
            raise argument_error(param, None, f"given for {name}")
    made: Quantizer = make(**params)
    return made


def maker(name: str) -> Callable[..., Any]:
    """The class, or function, that makes the quantizers called `name`."""
    if name not in _MAKERS:
        raise argument_error("name", name, f"one of {', '.join(NAMES)}")
    module, attribute, _ = _MAKERS[name]
    made: Callable[..., Any] = getattr(import_module(f"infobound.quantizers.{module}"), attribute)
    return made


def example(name: str, d: int) -> Quantizer:
    """The quantizer called `name` with parameters that suit vectors of d coordinates.

    Some do not accept every d: their `bits(d)` then says why.
    """
    d = whole("d", d)
    maker(name)  # says which names there are
    return by_name(name, **_MAKERS[name][2](d))


def examples(d: int) -> dict[str, Quantizer]:
    """One quantizer for each of `NAMES`; see `example`.

    Entropy coding is left out where its package (the extra `coding`) is not installed.
    """
    found: dict[str, Quantizer] = {}
    for name in NAMES:
        try:
            found[name] = example(name, d)
        except ImportError:
            continue
    return found
