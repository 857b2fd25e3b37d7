"""What to measure: names of `quantizers.registry`, users' own, or quantizers as they are."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from infobound.numerics.arguments import ArgumentError, argument_error
from infobound.quantizers.base import Quantizer
from infobound.quantizers.registry import FORMAT_NAMES, NAMES, example

KNOWN_NAMES = (*FORMAT_NAMES, *(name for name in NAMES if name not in FORMAT_NAMES))
DEFAULT_FORMATS = (
    "e4m3",
    "mxfp8-e4m3",
    "mxfp6-e2m3",
    "mxfp4",
    "mxfp4-sr",
    "nvfp4",
    "nvfp4-46",
    "int4-block",
)
Formats = Quantizer | Mapping[str, Quantizer | str] | Iterable[str | Quantizer] | None
Maker = Callable[[int], Quantizer]


def makers(formats: Formats) -> dict[str, Maker]:
    """Name -> what makes the quantizer for rows of d coordinates.

    Raises
    ------
    ArgumentError
        Unknown name (the message lists the known ones), the same name twice, or none at all.
    """
    if isinstance(formats, str):
        formats = [name.strip() for name in formats.split(",")]
    if isinstance(formats, Quantizer):
        formats = [formats]
    if isinstance(formats, Mapping):
        items: list[tuple[str, str | Quantizer]] = list(formats.items())
    else:
        chosen = DEFAULT_FORMATS if formats is None else formats
        items = [(item, item) if isinstance(item, str) else (repr(item), item) for item in chosen]
    found: dict[str, Maker] = {}
    for name, item in items:
        if name in found:
            raise argument_error("formats", [key for key, _ in items], "distinct names")
        found[name] = _maker(item) if isinstance(item, str) else _given(name, item)
    if not found:
        raise argument_error("formats", [], "at least one name or quantizer")
    return found


def load(place: str) -> Quantizer:
    """Your own quantizer at module:attribute; a class is called without arguments."""
    module, _, attribute = place.partition(":")
    try:
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
        made: Any = found() if isinstance(found, type) else found
    except Exception as error:  # noqa: BLE001 (whatever that module raises)
        allowed = f"importable ({type(error).__name__}: {error})"
        raise argument_error("format", place, allowed) from None
    return _checked(place, made)


def _maker(name: str) -> Maker:
    if name in NAMES:
        return lambda d: example(name, d)
    if ":" in name:
        own = load(name)
        return lambda d: own
    allowed = f"one of {', '.join(KNOWN_NAMES)}, or module:Class of your own"
    raise argument_error("format", name, allowed)


def _given(name: str, item: Any) -> Maker:
    made = _checked(name, item)
    return lambda d: made


def _checked(name: str, made: Any) -> Quantizer:
    missing = [
        part
        for part in ("bits", "domain", "encode", "decode", "roundtrip")
        if not hasattr(made, part)
    ]
    if missing:
        raise argument_error("format", name, f"a quantizer: it has no {missing[0]}")
    quantizer: Quantizer = made
    return quantizer


def refusal(quantizer: Quantizer, d: int) -> str:
    """Why rows of d coordinates cannot be measured with it; empty if they can."""
    if getattr(quantizer, "joint", False):
        return "it is one of a family of workers that send jointly: a row alone is no message"
    try:
        quantizer.bits(d)
    except (ArgumentError, ValueError) as error:
        return str(error)
    return ""
