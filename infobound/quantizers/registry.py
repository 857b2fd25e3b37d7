"""Quantizers by name, for the command line and for configuration files."""

import inspect
import math
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Quantizer
from infobound.quantizers.scalar import Sign

_FORMATS_HOME = "infobound.quantizers.formats"

# Name -> where it is made, and the parameters of `examples` at dimension d.
_MAKERS: Mapping[str, tuple[str, str, Callable[[int], dict[str, object]]]] = {
    "a-ratq": ("gain_shape", "a_ratq", lambda d: {"rms": math.sqrt(d)}),
    "aguq": ("aguq", "AGUQ", lambda d: {}),
    "argmax": ("simplex", "Argmax", lambda d: {}),
    "atuq": ("atuq", "ATUQ", lambda d: {"ranges": (0.25, 1.0)}),
    "biorthogonal": ("codebook", "Biorthogonal", lambda d: {}),
    "codebook": ("codebook", "Codebook", lambda d: {"bits": 3, "dimension": max(2, d)}),
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
    "selected": (
        "selected",
        "Selected",
        lambda d: {"inner": Sign(), "chosen": range(-(-d // 4)), "dimension": d},
    ),
    "sign": ("scalar", "Sign", lambda d: {}),
    "simplex": ("simplex", "Simplex", lambda d: {"bits": d.bit_length()}),
    "simq": ("simq", "SimQ", lambda d: {}),
    "simq+": ("simq_plus", "SimQPlus", lambda d: {}),
    "stochastic-levels": ("stochastic_levels", "StochasticLevels", lambda d: {"levels": 4}),
    "stochastic-sign": ("one_bit", "StochasticSign", lambda d: {}),
    "subtractive-dither": ("dither", "SubtractiveDither", lambda d: {"step": 0.5, "radius": 4.0}),
    "terngrad": ("ternary", "TernGrad", lambda d: {}),
    "top-k": ("sparsify", "TopK", lambda d: {"kept": -(-d // 16)}),
    "trellis": ("trellis", "TrellisCoded", lambda d: {"states": 8}),
    "uniform": ("scalar", "Uniform", lambda d: {"bits": 2}),
    "uniform-gain": ("aguq", "UniformGain", lambda d: {}),
}
# Number formats of low-precision training: module of `quantizers.formats`, class, what the name says.
_FORMATS: Mapping[str, tuple[str, str, Mapping[str, object]]] = {
    "bf16": ("cast", "Cast", {"format": "bf16"}),
    "fp16": ("cast", "Cast", {"format": "fp16"}),
    "e4m3": ("cast", "Cast", {"format": "e4m3", "scaling": "max"}),
    "e5m2": ("cast", "Cast", {"format": "e5m2", "scaling": "max"}),
    "mxfp8-e4m3": ("mx", "MX", {"element": "e4m3"}),
    "mxfp8-e5m2": ("mx", "MX", {"element": "e5m2"}),
    "mxfp6-e2m3": ("mx", "MX", {"element": "e2m3"}),
    "mxfp6-e3m2": ("mx", "MX", {"element": "e3m2"}),
    "mxfp4": ("mx", "MX", {"element": "e2m1"}),
    "mxfp4-sr": ("mx", "MX", {"element": "e2m1", "rounding": "stochastic", "shrink": 0.75}),
    "mxfp4-rht": ("rotated", "mxfp4_rht", {}),
    "mxint8": ("mx", "MX", {"element": "mxint8"}),
    "nvfp4": ("nvfp4", "NVFP4", {}),
    "nvfp4-46": ("nvfp4", "NVFP4", {"chain": "fouroversix", "select": "mse"}),
    "nvfp4-sr": ("nvfp4", "NVFP4", {"rounding": "stochastic"}),
    "nvfp4-1617": ("nvfp4", "NVFP4", {"rounding": "stochastic", "shrink": 16 / 17}),
    "ms-eden": ("ms_eden", "ms_eden", {}),
    "int8-block": ("integer_blocks", "IntegerBlocks", {"width": 8}),
    "int4-block": ("integer_blocks", "IntegerBlocks", {"width": 4}),
}
FORMAT_NAMES = tuple(_FORMATS)
NAMES = (*_MAKERS, *FORMAT_NAMES)


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
    >>> by_name("mxfp4", rule="even")
    MX('e2m1', rule='even')
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
    if name in _FORMATS:
        module, attribute, preset = _FORMATS[name]
        form: Callable[..., Any] = getattr(import_module(f"{_FORMATS_HOME}.{module}"), attribute)
        return partial(form, **preset)
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
    return by_name(name, **(_MAKERS[name][2](d) if name in _MAKERS else {}))


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
