"""Markdown to HTML with formulas taken out, to be typeset together afterwards."""

import re
from functools import cache
from html import escape, unescape
from typing import Any

from infobound.reporting.failure import ReportError
from infobound.reporting.mathml import Formula, Typesetter

_PLACE = re.compile(r'<tex-formula n="(\d+)"></tex-formula>')
_DELIMITER_ROW = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")


class Prose:
    """Renders Markdown pieces of one page and collects their formulas and headings."""

    def __init__(self) -> None:
        self.where = ""
        self.formulas: list[tuple[str, Formula]] = []
        self.headings: list[tuple[int, str]] = []

    def block(self, text: str) -> str:
        """Render Markdown; formulas become placeholders."""
        _refuse_bars_in_tables(text, self.where)
        from nbconvert.filters.markdown_mistune import MarkdownWithMath

        return str(MarkdownWithMath(renderer=_renderer_class()(self)).render(text))

    def inline(self, text: str) -> str:
        """Render one paragraph without the paragraph element."""
        return re.sub(r"\A<p>(.*)</p>\s*\Z", r"\1", self.block(text), flags=re.DOTALL)

    def words(self, text: str) -> str:
        """Render a sentence that is not Markdown: only what stands between dollars is TeX."""
        pieces = re.split(r"(?<!\\)\$", text)
        if len(pieces) % 2 == 0:
            return escape(text)
        return "".join(
            self.formula(piece, display=False) if place % 2 else escape(piece)
            for place, piece in enumerate(pieces)
        )

    def formula(self, tex: str, *, display: bool) -> str:
        """Put a formula aside and return its placeholder."""
        self.formulas.append((self.where, Formula(tex, display)))
        return f'<tex-formula n="{len(self.formulas) - 1}"></tex-formula>'

    def typeset(self, html: str, typesetter: Typesetter) -> tuple[str, list[str]]:
        """Put the typeset formulas in their places; also say where which formula is not TeX.

        Formulas without a place are passed over: something else reports them.
        """
        done = typesetter([formula for _, formula in self.formulas])
        bad = [
            f"bad TeX in {where}: {result.error} in the formula {' '.join(formula.tex.split())}"
            for (where, formula), result in zip(self.formulas, done, strict=True)
            if result.error and where
        ]
        return _PLACE.sub(lambda match: done[int(match[1])].html, html), bad


def plain(html: str) -> str:
    """Return the text of a piece of HTML."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@cache
def _renderer_class() -> Any:
    from nbconvert.filters.markdown_mistune import IPythonRenderer

    class Renderer(IPythonRenderer):
        def __init__(self, page: Prose) -> None:
            super().__init__(escape=False, exclude_anchor_links=True)
            self._page = page

        def block_math(self, body: str) -> str:
            return self._page.formula(body, display=True)

        def inline_math(self, body: str) -> str:
            return self._page.formula(body, display=False)

        def latex_environment(self, name: str, body: str) -> str:
            return self._page.formula(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True)

        def heading(self, text: str, level: int, **_attributes: Any) -> str:
            self._page.headings.append((level, plain(text)))
            name = re.sub(r"[^a-z0-9]+", "-", plain(text).lower()).strip("-") or "part"
            return f'<h{level} id="{name}-{len(self._page.headings)}">{text}</h{level}>\n'

        def table(self, text: str) -> str:
            return f'<div class="scroll"><table>\n{text}</table></div>\n'

        def text(self, text: str) -> str:
            if re.search(r"\$|\\[a-zA-Z]{2,}", text):
                raise ReportError(
                    f"bad TeX in {self._page.where}: TeX outside of a formula, or a $ without "
                    f"its partner, in: {text.strip()[:80]}"
                )
            return str(super().text(text))

    return Renderer


def _refuse_bars_in_tables(text: str, where: str) -> None:
    r"""A ``|`` inside a formula cuts the table row; Markdown would not say so."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if "|" not in line or not _in_table(lines, number):
            continue
        pieces = re.split(r"(?<!\\)\$", line)
        for tex in pieces[1:-1:2]:
            if "|" in tex:
                raise ReportError(
                    f"bad TeX in {where}: a | inside the formula {tex} cuts the row of its table; "
                    r"write \mid, \vert or \Vert instead"
                )


def _in_table(lines: list[str], number: int) -> bool:
    if number + 1 < len(lines) and _is_delimiter(lines[number + 1]):
        return True
    while number >= 0 and "|" in lines[number]:
        if _is_delimiter(lines[number]):
            return True
        number -= 1
    return False


def _is_delimiter(line: str) -> bool:
    return "|" in line and _DELIMITER_ROW.fullmatch(line) is not None
