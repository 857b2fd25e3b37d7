"""The page around a report: no script, nothing loaded, readable by people and screen readers."""

import re
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib.resources import files

from infobound.reporting.failure import ReportError

_NO_TEXT = "No description has been provided for this image"
_LOADS = {"script", "iframe", "object", "embed", "audio", "video", "link"}


@cache
def stylesheet() -> str:
    """Return the style sheet of all pages."""
    return files("infobound.reporting").joinpath("page.css").read_text(encoding="utf-8")


def document(*, title: str, header: str, main: str, digest: str = "", wide: bool = False) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Plain text.
    header, main : str
        HTML.
    digest : str
        Hash of what the page was made from.
    wide : bool
        For pages of cards and tables rather than text.
    """
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="infobound">
<meta name="infobound-digest" content="{escape(digest)}">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{stylesheet()}</style>
</head>
<body{' class="wide"' if wide else ""}>
<a class="skip" href="#main">Skip to content</a>
<header class="top">{header}</header>
<main id="main">
{_tidy(main)}
</main>
</body>
</html>
"""


def _tidy(html: str) -> str:
    return "\n".join(line.rstrip() for line in html.strip().splitlines() if line.strip())


def audit(html: str) -> None:
    """Refuse a page that loads something, runs a script or has an image without text.

    Raises
    ------
    ReportError
    """
    _Audit().feed(html)


class _Audit(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _LOADS:
            raise ReportError(f"the page has a {tag} element; reports must work without")
        if tag == "img" and given.get("alt", "").strip() in {"", _NO_TEXT}:
            raise ReportError("the page has an image without alternative text")
        for name in ("src", "srcset", "poster", "data"):
            if re.match(r"\s*(?!data:)[a-zA-Z]*:?//", given.get(name, "")):
                raise ReportError(f"the page loads {given[name][:80]}; reports must work offline")
        for name in given:
            if name.startswith("on"):
                raise ReportError(f"the page has a script ({name} of {tag})")
        if "url(" in given.get("style", ""):
            raise ReportError(f"the style of {tag} loads something; reports must work offline")
