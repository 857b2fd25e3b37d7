"""Say how far a build is: one bar on a terminal, one line per finished notebook elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infobound.reporting.result import Report

Tell = Callable[[Report], None]


@contextmanager
def progress_on(console: Console | None, total: int) -> Iterator[Tell]:
    """Yield a function to call with every finished report."""
    if console is None:
        yield lambda report: None
        return
    if not console.is_terminal:
        yield lambda report: console.print(
            _line(report), highlight=False, markup=False, soft_wrap=True
        )
        return
    columns = (
        TextColumn("reports"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )  # fmt: skip
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total, last="")

        def tell(report: Report) -> None:
            if not report.ok:
                bar.console.print(_line(report), highlight=False, markup=False)
            bar.update(task, advance=1, last=report.slug)

        yield tell


def _line(report: Report) -> str:
    took = "kept run" if report.cached else f"{report.seconds:.1f} s"
    if report.error:
        return f"✗ {report.slug} ({took}): {report.error}"
    return f"✓ {report.slug} ({took}), {len(report.checks)} checks hold"
