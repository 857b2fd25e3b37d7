"""One look for all figures: colour-blind safe, readable small, on a white card in any page."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

# Okabe and Ito (2008), without the yellow, which is too light on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_LINES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))


def settings() -> dict[str, Any]:
    """Return the rcParams of the look; colour, line and marker change together."""
    from cycler import cycler

    cycle = cycler(color=COLOURS) + cycler(linestyle=_LINES) + cycler(marker=_MARKERS)
    return {
        "axes.prop_cycle": cycle,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.titlelocation": "left",
        "axes.titlesize": 12,
        "axes.labelsize": 11,
        "grid.color": "#e3e6ea",
        "grid.linewidth": 0.7,
        "font.size": 11,
        "xtick.labelsize": 10,
        "ytick.labelsize": 10,
        "legend.fontsize": 10,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "lines.markersize": 5,
        "lines.markeredgewidth": 0,
        "figure.figsize": (7.2, 4.2),
        "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
        "savefig.facecolor": "white",
    }


class style(AbstractContextManager["style"]):
    """Apply the look: at once for the rest of the notebook, or only within a ``with`` block.

    It starts from matplotlib's defaults, so a personal matplotlibrc changes nothing.

    Examples
    --------
    >>> from infobound import reporting
    >>> with reporting.style():
    ...     pass  # figures made here have the look
    """

    def __init__(self, **overrides: Any) -> None:
        now, default = _rc()
        keep = ("backend", "interactive", "toolbar", "timezone")
        base = {key: value for key, value in default.items() if not key.startswith(keep)}
        look = {**base, **settings(), **overrides}
        # Not matplotlib's rc_context: that one undoes itself when it is garbage-collected.
        self._before = {key: now[key] for key in look}
        now.update(look)

    def _ipython_display_(self) -> None:
        """Show nothing when it is the last line of a cell."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        now, _ = _rc()
        now.update(self._before)


def _rc() -> tuple[Any, Any]:
    import matplotlib as mpl

    return mpl.rcParams, mpl.rcParamsDefault
