"""What `meter` returns."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infobound.information.gradient_meter.energies import LEAST_ROWS, sampling_loss
from infobound.information.gradient_meter.figure import Figure
from infobound.information.gradient_meter.figures import THRESHOLD, FormatFigures
from infobound.numerics.arguments import argument_error

THRESHOLD_NOTE = (
    "Chmiel et al. (2025, arXiv:2505.19115, abstract) saw FP4 training become less effective when "
    "the gradient norm falls below about sqrt(3) times the quantization noise: their rule, not a "
    "theorem. Here norm_ratio is |E X| / sqrt(E|Q - X|^2) in the Euclidean norm, the noise that "
    "of one row."
)
LIMIT_NOTE = (
    "nmse_limit = 2^(-2R) is for independent Gaussian coordinates of one variance. Real gradients "
    "have unequal variances, and heavier tails or zeros: the true limit is lower, so gaps are "
    "larger than shown; layers_limit and coordinates_limit allow for the variances."
)
CODED_NOTE = (
    "coded_bits is a plug-in entropy of first order of this sample (values with one zero, and "
    "scales), biased low for few samples; the cost of describing the frequencies is left out."
)
REASONS = (
    "the source is not Gaussian, the format exploits structure (zeros, equal or already quantized "
    "entries, unequal variances), rows are very few, or bits are miscounted"
)
UNEQUAL_NOTE = (
    "Coordinates differ much in energy: Fisher, steps and NMSE weigh them by it, and quiet "
    "coordinates that share a scale with loud ones may be told nothing."
)


@dataclass(frozen=True, kw_only=True)
class LayerSummary:
    """Gradients of one layer.

    Attributes
    ----------
    name : str
    dimension : int
    dtype : str
        As stored.
    rms : float
        Root mean square of the entries.
    noise_std : Figure
        s: root mean square over coordinates of the standard deviation about the mean.
    mean_norm : Figure
        |E X|, from the U-statistic of its square.
    zeros : float
        Fraction of entries that are 0.
    """

    name: str
    dimension: int
    dtype: str
    rms: float
    noise_std: Figure
    mean_norm: Figure
    zeros: float

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "dimension": self.dimension,
            "dtype": self.dtype,
            "rms": self.rms,
            "noise_std": self.noise_std.to_dict(),
            "mean_norm": self.mean_norm.to_dict(),
            "zeros": self.zeros,
        }


@dataclass(frozen=True, kw_only=True)
class FormatMeter:
    """One format.

    Attributes
    ----------
    name, quantizer : str
        What it was asked for as, and as it prints itself.
    layers : dict of FormatFigures
    total : FormatFigures or None
        All layers together: sums over all coordinates, so layers weigh by d in bits and by energy
        in errors; Fisher information is weighted by d. None when a layer was refused.
    refused : dict of str
        Layer -> why it could not be measured there.
    """

    name: str
    quantizer: str
    layers: dict[str, FormatFigures]
    total: FormatFigures | None
    refused: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        found: dict[str, Any] = {
            "quantizer": self.quantizer,
            "total": None if self.total is None else self.total.to_dict(),
            "layers": {name: figures.to_dict() for name, figures in self.layers.items()},
        }
        if self.refused:
            found["reason"] = "; ".join(f"{name}: {why}" for name, why in self.refused.items())
            found["refused"] = self.refused
        return found


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Formats measured on the same gradients.

    Attributes
    ----------
    samples, dimension : int
        Rows measured; coordinates of all layers together.
    dropped, nan, inf : int
        Rows left out, and the entries for which they were.
    layers : dict of LayerSummary
    formats : dict of FormatMeter
    """

    samples: int
    dimension: int
    dropped: int
    nan: int
    inf: int
    layers: dict[str, LayerSummary]
    formats: dict[str, FormatMeter]

    def __getitem__(self, name: str) -> FormatMeter:
        """The figures of one format."""
        if name not in self.formats:
            raise argument_error("name", name, f"one of {', '.join(self.formats)}")
        return self.formats[name]

    @property
    def errors(self) -> list[str]:
        """Figures that pass a limit beyond their error bar: something in the accounting is wrong."""
        found = []
        for name, kind in self.formats.items():
            named = {"all layers": kind.total} | (kind.layers if len(self.layers) > 1 else {})
            for layer, figures in named.items():
                if figures is not None and figures.beats_limit:
                    found.append(f"{name}, {layer}: {_passed(figures)}; {REASONS}.")
        return found

    @property
    def notes(self) -> list[str]:
        """What the figures assume."""
        found = [LIMIT_NOTE, CODED_NOTE, THRESHOLD_NOTE]
        coded = [name for name, kind in self.formats.items() if kind.total and _coded(kind.total)]
        if coded:
            zeros = next(kind.total for kind in self.formats.values() if kind.total).zeros_in.value
            found.append(
                f"After entropy coding below the Gaussian limit: {', '.join(coded)}. That is no "
                f"contradiction: the gradients are not Gaussian ({zeros:.0%} zeros, unequal "
                "variances or heavy tails), or the sample is small; and the frequencies come free."
            )
        if any(kind.total and _unequal(kind.total) for kind in self.formats.values()):
            found.append(UNEQUAL_NOTE)
        low = [name for name, kind in self.formats.items() if kind.total and _stalls(kind.total)]
        if low:
            found.append(f"Below sqrt(3) by that rule, at 2 standard errors: {', '.join(low)}.")
        if self.samples >= LEAST_ROWS:
            loss = sampling_loss(self.samples)
            found.append(
                f"coordinates_limit comes from {self.samples} rows: for Gaussian coordinates that "
                f"alone moves it by {loss:.2g} bits towards 0."
            )
        if self.dropped:
            found.append(
                f"{self.dropped} rows were left out for {self.nan} nan and {self.inf} infinite "
                "entries."
            )
        return found

    def to_dict(self) -> dict[str, Any]:
        """For JSON: no infinities, and a reason beside every null."""
        return {
            "samples": self.samples,
            "dimension": self.dimension,
            "dropped_rows": self.dropped,
            "nan": self.nan,
            "inf": self.inf,
            "layers": {name: layer.to_dict() for name, layer in self.layers.items()},
            "formats": {name: kind.to_dict() for name, kind in self.formats.items()},
            "accounting_errors": self.errors,
            "notes": self.notes,
        }

    def plot(self, path: str | Path) -> None:
        """Write effective bits against bits per coordinate with the Gaussian limit, as SVG."""
        from infobound.information.gradient_meter.plot import write_plot

        write_plot(self, Path(path))


def _coded(figures: FormatFigures) -> bool:
    return figures.coded_gap.value is not None and figures.coded_gap.value < 0


def _stalls(figures: FormatFigures) -> bool:
    square = figures.norm_ratio_square
    if square.value is None or square.stderr is None:
        return False
    return square.value + 2 * square.stderr < THRESHOLD**2


def _unequal(figures: FormatFigures) -> bool:
    """Whether the geometric mean of coordinate energies is below half of the arithmetic one."""
    limit = figures.coordinates_limit.value
    return limit is not None and limit < 0.5 * figures.nmse_limit


def _passed(figures: FormatFigures) -> str:
    said = []
    if "nmse" in figures.beats_limit:
        nmse = figures.nmse
        bar = "no error bar" if nmse.stderr is None else f"standard error {nmse.stderr:.2g}"
        said.append(f"NMSE {nmse.value:.4g} ({bar}) is below 2^(-2R) = {figures.nmse_limit:.4g}")
    if "inflation" in figures.beats_limit:
        least = figures.least_inflation
        said.append(f"step inflation {figures.inflation.value:.6g} is below {least:.6g}")
    if "fisher" in figures.beats_limit:
        most = figures.fisher_limit
        said.append(
            f"Fisher information {figures.fisher.value:.4g} is above 1 - 2^(-2R) = {most:.4g}"
        )
    return " and ".join(said)
