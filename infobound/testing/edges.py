"""Checks at the edge: what must be refused, and what must be quantized without a stumble."""

import inspect
import math
import re
import warnings
from collections.abc import Iterator
from functools import partial

import numpy as np

from infobound.testing.findings import Failed, Finding, NotApplicable, need, refusal, said
from infobound.testing.inputs import Floats, accepts
from infobound.testing.intervals import half_width
from infobound.testing.subject import Subject


def check_domain_errors(s: Subject) -> Finding:
    """nan, inf, complex, text, a number, an empty vector, one just outside: ArgumentError by name."""
    good = s.rows(1, 70)[0]
    bad = {
        "nan": _with(good, np.nan),
        "inf": _with(good, np.inf),
        "-inf": _with(good, -np.inf),
        "complex numbers": good + 1j,
        "text": "text",
        "None": None,
        "a number instead of a vector": 0.0,
        "a vector of no coordinates": np.zeros((*s.unit[:-1], 0)),
    }
    bad |= {f"just outside the domain ({name})": y for name, y in _outside(s)}
    for call in ("encode", "roundtrip"):
        method = getattr(s.quantizer, call)
        name = next(iter(inspect.signature(method).parameters))
        for what, y in bad.items():
            error = refusal(partial(method, y, rng=1))
            need(error is not None, f"{call} accepts {what}.")
            need(
                isinstance(error, ValueError),
                f"{call} meets {what} with {said(error)}, not with a ValueError.",  # type: ignore[arg-type]
            )
            need(
                re.search(rf"\b{name}\b", str(error)),
                f"{call} refuses {what} without naming the argument {name}: {error}",
            )
    return Finding({"refused": len(bad)})


def check_edges(s: Subject) -> Finding:
    """Zero, denormals, all equal, a range of 1e30, the boundary: finite, no warning, small error."""
    if s.source is None:
        raise NotApplicable("Only `inputs` are known to lie in the domain.")
    tried = 0
    bound = s.quantizer.variance_bound(s.d) if hasattr(s.quantizer, "variance_bound") else None
    for name, y in _edge_inputs(s):
        if not accepts(s.quantizer.domain, y):
            continue
        tried += 1
        rows = np.broadcast_to(y, (64, *y.shape))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                values = s.roundtrip(rows, 71)
            except Exception as error:
                raise Failed(f"On {name} it raises {said(error)}.") from error
            decoded = s.decode(s.encode(rows[:2], 72))
            direct = s.roundtrip(rows[:2], 72)
        need(
            np.all(np.isfinite(values)) and np.all(np.isfinite(decoded)),
            f"On {name} the output is not finite.",
        )
        need(np.array_equal(decoded, direct), f"On {name} decode and roundtrip differ.")
        if bound is None or np.max(np.abs(y)) > 1e100:
            continue
        square = np.sum((values - rows).reshape(64, -1) ** 2, axis=1)
        most = float(np.sum(bound.at(y)))
        width = float(half_width(square, s.effort.level / 16))
        # Norms are sent as float32, whose least positive number is 1.4e-45.
        slack = 1e-9 * float(np.sum(y**2)) + s.size * 1e-88
        need(
            float(square.mean()) - width <= most * (1 + 1e-9) + slack,
            f"On {name} the error is larger than variance_bound({s.d}).",
            error=float(square.mean()),
            bound=most,
        )
    return Finding({"inputs": tried})


def _edge_inputs(s: Subject) -> Iterator[tuple[str, Floats]]:
    assert s.source is not None
    center = s.source.center
    yield "the zero vector", np.zeros(s.unit)
    yield "the centre of the domain", np.array(np.broadcast_to(center, s.unit))
    yield "denormal numbers", np.full(s.unit, 1e-310)
    one = np.zeros(s.unit)
    one[..., -1] = -5e-324
    yield "the least denormal number", one
    for name, (direction, end) in s.directions.items():
        if math.isfinite(end) and end > 0:
            yield f"{name}, on the boundary", _unit(s, center + end * direction)
            yield f"{name}, half way to it", _unit(s, center + end / 2 * direction)
        else:
            for size in (1e-200, 1.0, 1e30):
                yield f"{name}, size {size:g}", _unit(s, center + size * direction)


def _outside(s: Subject) -> Iterator[tuple[str, Floats]]:
    """The first float beyond the boundary on several rays."""
    if s.source is None:
        return
    for name, (direction, end) in s.directions.items():
        if not 0 < end < 2.0**1000:
            continue
        y = s.source.center + np.nextafter(end, math.inf) * direction
        for t in (1e-15, 1e-12, 1e-6, 1e-3):
            if not accepts(s.quantizer.domain, _unit(s, y)):
                yield name, _unit(s, y)
                break
            y = s.source.center + end * (1 + t) * direction


def _unit(s: Subject, y: Floats) -> Floats:
    return np.array(np.broadcast_to(y, s.unit))


def _with(good: Floats, value: float) -> Floats:
    bad = good.copy()
    bad[..., -1] = value
    return bad
