"""Effective bits against bits per coordinate, with the Gaussian limit."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from infobound.numerics.arguments import ArgumentError, argument_error

if TYPE_CHECKING:
    from infobound.information.gradient_meter.answer import Meter

_MARKS = "osD^vP*Xhd<>p"


def check_plot(path: Path) -> None:
    """Refuse what `write_plot` could not write, before the work.

    Raises
    ------
    ArgumentError
        matplotlib is not installed, or `path` is no .svg in a folder that exists.
    """
    if path.suffix.lower() != ".svg" or not path.parent.is_dir():
        raise argument_error("plot", str(path), "a path that ends in .svg, in a folder that exists")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ArgumentError(
            "plot needs matplotlib, which is not installed: pip install 'infobound[notebooks]'."
        ) from None


def write_plot(found: "Meter", path: Path) -> None:
    """Write the figure as SVG; the same bytes for the same figures.

    Raises
    ------
    ArgumentError
        As `check_plot`, or the file cannot be written.
    """
    check_plot(path)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "infobound", "font.size": 9}):
        figure = Figure(figsize=(7.2, 4.6), layout="constrained")
        _draw(found, figure.add_subplot())
        try:
            figure.savefig(path, format="svg", metadata={"Date": None})
        except OSError as error:
            allowed = f"a path that can be written ({error.strerror})"
            raise argument_error("plot", str(path), allowed) from None


def _draw(found: "Meter", axes: Any) -> None:
    shown = [
        (name, kind.total)
        for name, kind in found.formats.items()
        if kind.total is not None and kind.total.effective_bits.value is not None
    ]
    most = max([kind.bits.value or 0.0 for _, kind in shown], default=1.0) * 1.05
    axes.plot([0, most], [0, most], color="0.3", lw=1, label="limit, Gaussian of one variance")
    for place, (name, kind) in enumerate(shown):
        effective = kind.effective_bits
        axes.errorbar(
            kind.bits.value,
            effective.value,
            yerr=None if effective.stderr is None else 2 * effective.stderr,
            fmt=_MARKS[place % len(_MARKS)],
            color=f"C{place % 10}",
            mfc="none",  # formats at nearly equal rates stay visible
            mew=1.4,
            ms=7,
            label=name,
        )
    axes.set(
        xlabel="bits per coordinate R, scales and padding counted",
        ylabel="effective bits −½ log₂ NMSE (bits per coordinate)",
        title=f"{found.samples:,} gradients in {found.dimension:,} coordinates",
        xlim=(0, most),
    )
    axes.grid(alpha=0.25)
    axes.legend(loc="upper left", fontsize=8, frameon=False)
