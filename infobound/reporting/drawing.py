"""Drawings with no more digits and names than one can see."""

import re

_PLACES = re.compile(r'(?<= )(d|x|y|points)="([^"]*)"')
_FRACTION = re.compile(r"-?\d+\.\d{3,}")
_UNSEEN = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_NAME = re.compile(r' id="([^"]*)"')
_USED = re.compile(r'(?:url\(|href=")#([^")]*)')


def compact(svg: str) -> str:
    """Shorten an SVG drawing and make it independent of rounding noise.

    Coordinates keep two decimals (a hundredth of a point). The prolog, comments, the RDF block
    and names that nothing refers to go, so that the drawing can also stand inside a page.
    """
    drawing = _UNSEEN.sub("", svg[svg.index("<svg") :])
    drawing = _PLACES.sub(_rounded, drawing)
    used = set(_USED.findall(drawing))
    drawing = _NAME.sub(lambda name: name[0] if name[1] in used else "", drawing)
    return "\n".join(line.strip() for line in drawing.splitlines() if line.strip()) + "\n"


def _rounded(match: re.Match[str]) -> str:
    text = _FRACTION.sub(lambda number: _short(float(number[0])), match[2])
    return f'{match[1]}="{" ".join(text.split())}"'


def _short(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
