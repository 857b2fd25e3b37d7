"""The folder of reports: what builds write there, what they may remove."""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infobound.reporting.files import dump, load, write
from infobound.reporting.mathml import Typesetter
from infobound.reporting.page import render
from infobound.reporting.records import Figure, checks, figures
from infobound.reporting.result import Report
from infobound.reporting.scrub import MARK
from infobound.reporting.source import opening


@dataclass(frozen=True)
class Output:
    """A folder with reports.

    Good reports are ``<slug>.ipynb``, ``<slug>.html`` and ``figures/<slug>.svg``. A run that
    failed goes to ``failed/`` and leaves the last good report alone.
    """

    folder: Path

    def passed(self, report: Report, notebook: dict[str, Any], html: str) -> Report:
        """Write a good report and forget an earlier failure."""
        write(self.folder / f"{report.slug}.ipynb", dump(notebook))
        write(self.folder / f"{report.slug}.html", html)
        self._write_figure(report.slug, report.figure)
        self._clear_failed(report.slug)
        return replace(report, kept_page=True)

    def failed(
        self, report: Report, notebook: dict[str, Any] | None, typesetter: Typesetter
    ) -> Report:
        """Write what there is of a failed run, with the reason."""
        self._clear_failed(report.slug)
        reason = {"generated": True, "verdict": report.verdict, "error": report.error,
                  "title": report.title, "finding": report.finding}  # fmt: skip
        failed = self.folder / "failed"
        text = json.dumps(reason, indent=1, ensure_ascii=False, sort_keys=True)
        write(failed / f"{report.slug}.json", text + "\n")
        page = False
        if notebook is not None:
            write(failed / f"{report.slug}.ipynb", dump(notebook))
            with suppress(Exception):  # the reason itself may be that there is no page
                html = render(notebook, slug=report.slug, title=report.title,
                              typesetter=typesetter, failure=report.error).html  # fmt: skip
                write(failed / f"{report.slug}.html", html)
                page = True
        return replace(report, failed_page=page, kept_page=self._has_good(report.slug))

    def found(self, slug: str) -> Report:
        """Return a report as an earlier build left it."""
        path, reason = self.folder / f"{slug}.ipynb", self.folder / "failed" / f"{slug}.json"
        report = Report(slug=slug, title=slug)
        if generated(path):
            notebook = load(path)
            head = opening(notebook)
            report = replace(
                report, title=head.title, finding=head.finding, verdict="passed",
                checks=checks(notebook), figure=next(iter(figures(notebook)), None),
                profile=notebook["metadata"][MARK]["profile"], kept_page=self._has_good(slug),
            )  # fmt: skip
        if reason.is_file():
            said = json.loads(reason.read_text(encoding="utf-8"))
            run = reason.with_suffix(".ipynb")
            report = replace(
                report, title=said["title"], finding=said["finding"], verdict=said["verdict"],
                error=said["error"], failed_page=reason.with_suffix(".html").is_file(),
                checks=checks(load(run)) if run.is_file() else (),
            )  # fmt: skip
        return report

    def remove_stale(self, slugs: set[str]) -> None:
        """Remove reports that a build wrote and whose notebook is gone; nothing else."""
        for path in sorted(self.folder.glob("[0-9][0-9]_*.ipynb")):
            if path.stem not in slugs and generated(path):
                path.unlink()
                self._remove_page(path.with_suffix(".html"))
                (self.folder / "figures" / f"{path.stem}.svg").unlink(missing_ok=True)
        for path in sorted((self.folder / "failed").glob("*.json")):
            if path.stem not in slugs:
                self._clear_failed(path.stem)

    def _remove_page(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            if '<meta name="generator" content="infobound">' in path.read_text(encoding="utf-8"):
                path.unlink()

    def _has_good(self, slug: str) -> bool:
        return (self.folder / f"{slug}.html").is_file()

    def _write_figure(self, slug: str, figure: Figure | None) -> None:
        path = self.folder / "figures" / f"{slug}.svg"
        if figure is not None and figure.mime == "image/svg+xml":
            write(path, figure.data)
        else:
            path.unlink(missing_ok=True)

    def _clear_failed(self, slug: str) -> None:
        folder = self.folder / "failed"
        for kind in ("json", "ipynb", "html"):
            (folder / f"{slug}.{kind}").unlink(missing_ok=True)
        with suppress(OSError):  # not there, or not empty
            folder.rmdir()


def generated(path: Path) -> bool:
    """Tell whether a build wrote this notebook."""
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        return bool(metadata[MARK]["generated"])
    except (OSError, ValueError, KeyError, TypeError):  # whatever is unreadable is not ours
        return False
