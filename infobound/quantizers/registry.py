"""Quantizers by name, for the command line and for configuration files."""

import inspect

from infobound.numerics.arguments import argument_error
from infobound.quantizers.base import Quantizer
from infobound.quantizers.scalar import LloydMax, Sign, Uniform
from infobound.quantizers.simplex import Argmax, Simplex

NAMES = ("argmax", "lloyd-max", "sign", "simplex", "uniform")


def by_name(name: str, **params: object) -> Quantizer:
    """Make the quantizer called `name` with the parameters of its class.

    Parameters
    ----------
    name : str
        "sign" (scale, offset), "uniform" (bits, step, scale, offset), "lloyd-max" (bits, scale,
        offset), "argmax" (scale) or "simplex" (bits, scale).
    **params
        By keyword, those in brackets; bits is required where it is listed.

    Raises
    ------
    ArgumentError
        Unknown name, unknown or missing parameter, or a value that the class refuses.

    Examples
    --------
    >>> by_name("lloyd-max", bits=4, offset=0.5)
    LloydMax(bits=4, scale=1.0, offset=0.5)
    """
    makers = {
        "argmax": Argmax,
        "lloyd-max": LloydMax,
        "sign": Sign,
        "simplex": Simplex,
        "uniform": Uniform,
    }
    if name not in makers:
        raise argument_error("name", name, f"one of {', '.join(NAMES)}")
    maker = makers[name]
    known = inspect.signature(maker).parameters
    for param, value in params.items():
        if param not in known:
            raise argument_error(param, value, f"left out: {name} takes {', '.join(known)}")
    for param, spec in known.items():
        if spec.default is spec.empty and param not in params:
            raise argument_error(param, None, f"given for {name}")
    made: Quantizer = maker(**params)
    return made
