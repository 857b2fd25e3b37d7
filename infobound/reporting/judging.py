"""Whether a number found in a notebook is what it should be, and by what margin."""

import math
from collections.abc import Callable
from functools import partial
from numbers import Rational, Real

from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error, nonnegative
from infobound.reporting.numbers import is_bool, resolved, significant
from infobound.reporting.records import Check

_NOISE = 1e-12  # relative; what is smaller is rounding, and would differ between machines
_WHOLE_DIGITS = 15  # whole numbers up to here are shown in full
_FINEST = 1e-14  # relative step of the last digit that is ever shown
_REDUCE = "Reduce arrays first, to their largest deviation for example."
_Row = Callable[..., Check]


def judge(
    name: str,
    *,
    found: object,
    expected: object = None,
    at_most: object = None,
    at_least: object = None,
    atol: float | None = None,
    rtol: float | None = None,
    digits: int = 6,
    unit: str = "",
    claim: str = "",
    statement: str = "",
) -> Check:
    """Compare `found` with what it should be; see `infobound.reporting.check`."""
    if not str(name).strip():
        raise argument_error("name", name, "a text that is not empty")
    if (expected is None) == (at_most is None and at_least is None):
        raise argument_error(
            "expected", expected, "given, or else at_most or at_least (or both)", "Choose one."
        )
    row = partial(Check, name=name, unit=unit, claim=claim, statement=statement)
    exact = atol is None and rtol is None
    slack = (nonnegative("atol", atol or 0.0), nonnegative("rtol", rtol or 0.0))
    if expected is None:
        return _limited(row, found, at_least, at_most, slack, digits)
    return _same(row, found, expected) if exact else _near(row, found, expected, slack)


def _same(row: _Row, found: object, expected: object) -> Check:
    """Exact equality, for what has no rounding error."""
    for value in (found, expected):
        if not (is_bool(value) or isinstance(value, (Rational, str))):
            _number("found", value)  # an array is the worse mistake
            raise argument_error(
                "atol",
                None,
                "given (or rtol), since floats are compared",
                "Say how near is enough.",
            )
    passed = bool(found == expected) and is_bool(found) == is_bool(expected)
    return row(passed=passed, found=significant(found, 6), wanted=f"= {significant(expected, 6)}")


def _near(row: _Row, found: object, expected: object, slack: tuple[float, float]) -> Check:
    """Equality within a tolerance."""
    value, target = _number("found", found), _number("expected", expected)
    if not math.isfinite(target):
        raise argument_error("expected", expected, "finite")
    tolerance = slack[0] + slack[1] * abs(target)
    if not 0 < tolerance < math.inf:
        raise argument_error("atol", slack[0], "positive (rtol alone does not do for expected = 0)")
    margin = tolerance - abs(value - target)
    step = max(tolerance, abs(target) * _FINEST)
    return row(
        passed=margin >= 0,  # phrased so that nan fails
        found=resolved(value, step) + _spread(found),
        wanted=f"= {resolved(target, step)}",
        tolerance=f"{tolerance:.2g}",
        margin=_margin(margin, tolerance),
        share=_share(margin, tolerance),
        resolution=step / 10,
    )


def _limited(
    row: _Row,
    found: object,
    at_least: object,
    at_most: object,
    slack: tuple[float, float],
    digits: int,
) -> Check:
    """One limit or two."""
    value = _number("found", found)
    sides = [
        (sign, _number(name, limit), symbol)
        for name, limit, sign, symbol in (
            ("at_least", at_least, 1, "≥"),
            ("at_most", at_most, -1, "≤"),
        )
        if limit is not None
    ]
    room = {edge: slack[0] + slack[1] * abs(edge) for _, edge, _ in sides}
    margins = [(sign * (value - edge) + room[edge], edge) for sign, edge, _ in sides]
    # Phrased so that nan and infinite numbers fail.
    passed = math.isfinite(value) and all(margin >= 0 for margin, _ in margins)
    margin, edge = min(margins)
    digits = digits if passed else 15  # a near miss must not look like a hit
    return row(
        passed=passed,
        found=_text(value, digits) + _spread(found),
        wanted=" and ".join(f"{symbol} {_text(edge, digits)}" for _, edge, symbol in sides),
        tolerance=f"{room[edge]:.2g}" if room[edge] else "",
        margin=_margin(margin, abs(edge)),
        share=_share(margin, abs(edge)),
        resolution=_step(value, digits),
    )


def _number(name: str, value: object) -> float:
    if isinstance(value, Estimate):
        return value.value
    if isinstance(value, Real) and not is_bool(value):
        return float(value)
    raise argument_error(name, value, "a number or an Estimate", _REDUCE)


def _spread(found: object) -> str:
    if isinstance(found, Estimate) and found.stderr > 0:
        return f" ± {found.stderr:.1g}"
    return ""


def _text(value: float, digits: int) -> str:
    whole = value.is_integer() and abs(value) < 10**_WHOLE_DIGITS
    return str(int(value)) if whole else significant(value, digits)


def _step(value: float, digits: int) -> float:
    """The unit of the last significant digit."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    return float(10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits))


def _margin(margin: float, scale: float) -> str:
    if 0 <= margin < _NOISE * scale:
        return "0"
    return "" if math.isnan(margin) else f"{margin:.2g}"


def _share(margin: float, scale: float) -> float | None:
    if not (math.isfinite(margin) and math.isfinite(scale) and scale > 0):
        return None
    share = min(margin / scale, 1.0)
    return 0.0 if 0 <= share < _NOISE else float(f"{share:.2g}")
