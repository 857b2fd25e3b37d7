"""When two texts say the same, up to rounding in the last printed digit of their numbers."""

import re
from html.parser import HTMLParser

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_DIGITS_OF_A_DOUBLE = 1e-12
_FEW_DIGITS = 1e-3


def alike(first: str, second: str, step: float = 0.0) -> bool:
    """Tell whether two texts agree word for word and number for number.

    Whole numbers must be equal. Others may differ by one in the last printed digit, or by
    `step` where it is known, but by no more than a thousandth.
    """
    one, other = _normal(first), _normal(second)
    if one == other:
        return True
    if _NUMBER.split(one) != _NUMBER.split(other):
        return False
    pairs = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(_near(a, b, step) for a, b in pairs)


def _normal(text: str) -> str:
    return " ".join(text.replace("\N{MINUS SIGN}", "-").split())


def _near(one: str, other: str, step: float) -> bool:
    if one == other:
        return True
    # A trailing 0 is not printed: 0.5 may stand beside 0.5000001.
    if not step and all(re.fullmatch(r"-?\d+", text) for text in (one, other)):
        return False
    a, b = float(one), float(other)
    size = max(abs(a), abs(b))
    if step:
        return abs(a - b) <= 1.5 * step
    printed = max(min(_step(one), _step(other)), _DIGITS_OF_A_DOUBLE * size)
    return abs(a - b) <= min(1.5 * printed, _FEW_DIGITS * size)


def _step(text: str) -> float:
    mantissa, _, exponent = text.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - places))


def visible_text(page: str) -> str:
    """Return the words of a page, without formulas (MathML or TeX) and margins (rounding noise)."""
    reader = _Words()
    reader.feed(page)
    return " ".join(" ".join(reader.words).split())


class _Words(HTMLParser):
    _VOID = frozenset({"img", "br", "hr", "meta", "wbr", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._VOID:
            return
        kinds = (dict(attrs).get("class") or "").split()
        hidden = (
            tag in {"style", "title", "math"}
            or "tex" in kinds
            or kinds == ["banner"]
            or "margin" in kinds
        )
        self._open.append(hidden)

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in self._VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.words.append(data)
