"""Checks of what a quantizer is: its members, its length in bits, its name, its parameters."""

import copy
import inspect
import re
from functools import partial
from typing import Any

from infobound.testing.findings import Failed, Finding, need, said
from infobound.testing.subject import entropy_coded, raises_value_error, same

MEMBERS = ("unbiased", "domain", "bits", "encode", "decode", "roundtrip")


def check_interface(quantizer: Any, dimensions: tuple[int, ...]) -> Finding:
    """Members, bits(d), repr, and that a deep copy can be made."""
    missing = [name for name in MEMBERS if not hasattr(quantizer, name)]
    need(not missing, f"It has no {' and no '.join(missing)}.")
    kind = type(quantizer.unbiased).__name__
    need(isinstance(quantizer.unbiased, bool), f"`unbiased` is {kind}, not bool.")
    need(callable(getattr(quantizer.domain, "check", None)), "`domain` has no check(name, y).")
    for name in ("encode", "roundtrip"):
        known = inspect.signature(getattr(quantizer, name)).parameters
        need("rng" in known, f"{name} takes no keyword `rng`.")
    need(dimensions, "No dimension from 1 to 130 is accepted by bits(d): name one in `dimensions`.")
    for d in dimensions:
        _check_bits(quantizer, d)
    for bad in (0, -1, 1.5):
        refused = raises_value_error(partial(quantizer.bits, bad))
        need(refused, f"bits({bad}) must raise a ValueError that names d.")
    name = repr(quantizer)
    need(
        not re.search(r"\bat 0x[0-9a-f]+>", name),
        f"repr is {name}: it must show the parameters, for a message says who made it.",
    )
    try:
        twin = copy.deepcopy(quantizer)
    except Exception as error:  # noqa: BLE001
        note = f"It cannot be copied, as sending it to another process needs: {said(error)}."
        raise Failed(note) from None
    need(repr(twin) == name, f"An equal quantizer prints differently: {name} and {twin!r}.")
    return Finding()


def _check_bits(quantizer: Any, d: int) -> None:
    bits = quantizer.bits(d)
    number = isinstance(bits, int) and not isinstance(bits, bool)
    if entropy_coded(quantizer):
        number = number or isinstance(bits, float)
    need(
        number and bits >= 0,
        f"bits({d}) = {bits!r}, but it must be an int >= 0; a float is for entropy-coded ones, "
        "which have mean_bits(d).",
    )
    need(quantizer.bits(d) == bits, f"bits({d}) changes from call to call.")


def check_unchanged(quantizer: Any, before: dict[str, Any], name: str) -> Finding:
    """The parameters are what they were before the quantizer was used."""
    now = getattr(quantizer, "__dict__", {})
    changed = [key for key in before if key not in now or not same(before[key], now[key])]
    need(not changed, f"Use changed {', '.join(changed)}: a quantizer must be immutable.")
    need(repr(quantizer) == name, f"Use changed how it prints, from {name} to {quantizer!r}.")
    return Finding()
