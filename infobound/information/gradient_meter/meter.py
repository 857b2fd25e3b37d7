"""Number formats measured on real gradients, each beside what is possible at its rate."""

from collections.abc import Callable

import numpy as np

from infobound.information.gradient_meter.answer import FormatMeter, LayerSummary, Meter
from infobound.information.gradient_meter.assembly import layer_parts, summary, total_parts
from infobound.information.gradient_meter.estimates import figures
from infobound.information.gradient_meter.formats import Formats, Maker, makers, refusal
from infobound.information.gradient_meter.layers import Layer
from infobound.information.gradient_meter.source import Gradients, open_gradients
from infobound.information.gradient_meter.survey import NanPolicy, Survey, survey
from infobound.information.gradient_meter.tally import FormatTally, LayerTally, tally
from infobound.numerics.arguments import argument_error
from infobound.quantizers.base import Quantizer, Rng

Progress = Callable[[int, int], None]


def meter(
    gradients: Gradients,
    formats: Formats = None,
    *,
    nan_policy: NanPolicy = "refuse",
    rng: Rng = 0,
    progress: Progress | None = None,
) -> Meter:
    """Measure number formats on stochastic gradients at one point.

    Every figure is explained at `FormatFigures`; limits are those of Gaussian gradients at the same
    exact number of bits per coordinate.

    Parameters
    ----------
    gradients : array, mapping, path or callable
        An (N, d) array, one gradient in each row; a mapping of layer names to arrays (N, ...),
        flattened to (N, d); the path of an .npy file with such an array, or of an .npz file of
        layers; or a callable that returns an iterable of batches, each an (n, d) array or a
        mapping. float16, bfloat16 and float32 are measured as float32, float64 as float64. Rows
        are independent gradients at the same point, and row i is the same sample in every layer.
    formats : iterable of names or quantizers, or a mapping of names to quantizers, optional
        Names are those of `quantizers.registry.NAMES` (with example
        parameters), or "module:Class". Default: `DEFAULT_FORMATS`.
    nan_policy : {"refuse", "omit"}
        What to do with rows that hold nan or infinity; "omit" leaves them out of every layer.
    rng : int, SeedSequence, Generator or None
        Coins of the formats that are random.
    progress : callable, optional
        Called with the work done and the work in all, in numbers read or quantized.

    Returns
    -------
    Meter

    Notes
    -----
    One row of one layer is one message: bits count its padding, and tensor scales are its own.

    A file is mapped and read twice in pieces of 2^20 numbers: 1e8 float32 numbers take less than
    1 GB of memory in all for block formats and casts. What grows with the file are 16 bytes for
    every row and layer, and 16 more for each format. Members of an .npz file that are compressed, and the
    batches of a callable, are first written to temporary files. Other quantizers work on whole
    rows: beyond 65,536 coordinates they take what they need for one row, and min(N, 32) rows of
    float64 beside.

    Raises
    ------
    ArgumentError
        On what is no such array (object arrays are never unpickled), on nan or infinity under
        "refuse", on an unknown name (the message lists the known ones).

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.random.default_rng(0).standard_normal((16, 256))
    >>> found = meter(rows, ["lloyd-max"]).formats["lloyd-max"].total
    >>> found.bits.value, found.fisher.relation, round(found.gap.value, 1)
    (2.0, '=', 0.4)
    """
    if nan_policy not in ("refuse", "omit"):
        raise argument_error("nan_policy", nan_policy, "'refuse' or 'omit'")
    made = makers(formats)
    with open_gradients(gradients) as layers:
        size = sum(layer.samples * layer.dimension for layer in layers)
        tell = _counter(progress, size * (1 + len(made)))
        found = survey(layers, nan_policy, tell)
        answer = _measure(found, made, rng, tell)
    if progress is not None:
        progress(size * (1 + len(made)), size * (1 + len(made)))
    return answer


def _counter(progress: Progress | None, total: int) -> Callable[[int], None]:
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(min(done, total), total)

    return tell


def _measure(found: Survey, made: dict[str, Maker], rng: Rng, tell: Callable[[int], None]) -> Meter:
    streams = np.random.default_rng(rng).spawn(len(made) * len(found.layers))
    bases: list[LayerTally] = []
    kinds: dict[str, dict[str, FormatTally]] = {name: {} for name in made}
    refused: dict[str, dict[str, str]] = {name: {} for name in made}
    for place, (layer, maxima) in enumerate(zip(found.layers, found.maxima, strict=True)):
        some = streams[place * len(made) : (place + 1) * len(made)]
        chosen = _quantizers(layer, made, refused)
        base, done = tally(layer, maxima, chosen, dict(zip(made, some, strict=True)), tell)
        bases.append(base)
        for name, kind in done.items():
            if kind.refused:
                refused[name][layer.name] = kind.refused
            else:
                kinds[name][layer.name] = kind
    summaries = tuple(map(summary, found.layers, bases))
    return Meter(
        samples=found.samples,
        dimension=sum(layer.dimension for layer in found.layers),
        dropped=found.dropped,
        nan=found.nan,
        inf=found.inf,
        layers={item.name: item for item in summaries},
        formats={
            name: _format(name, found, bases, kinds[name], refused[name], summaries)
            for name in made
        },
    )


def _quantizers(
    layer: Layer, made: dict[str, Maker], refused: dict[str, dict[str, str]]
) -> dict[str, Quantizer]:
    """Those that take rows of this layer; the others are noted with the reason."""
    chosen = {}
    for name, make in made.items():
        quantizer = make(layer.dimension)
        why = refusal(quantizer, layer.dimension)
        if why:
            refused[name][layer.name] = why
        else:
            chosen[name] = quantizer
    return chosen


def _format(
    name: str,
    found: Survey,
    bases: list[LayerTally],
    kinds: dict[str, FormatTally],
    refused: dict[str, str],
    summaries: tuple[LayerSummary, ...],
) -> FormatMeter:
    parts = {
        layer.name: layer_parts(layer, base, kinds[layer.name], like)
        for layer, base, like in zip(found.layers, bases, summaries, strict=True)
        if layer.name in kinds
    }
    total = None
    if not refused:
        merged, layers_limit = total_parts(list(parts.values()), summaries)
        total = figures(merged, layers_limit=layers_limit)
    return FormatMeter(
        name=name,
        quantizer=next((repr(kind.quantizer) for kind in kinds.values()), name),
        layers={layer: figures(part) for layer, part in parts.items()},
        total=total,
        refused=refused,
    )
