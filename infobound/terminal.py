"""What the command line shows to people: tables, and progress that a log can hold too."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from infobound.checking.ledger import Ledger
    from infobound.information.gradient_meter import Figure, FormatFigures, Meter
    from infobound.reporting.compare import Difference
    from infobound.reporting.result import BuildResult


def table(*columns: str, title: str = "") -> Table:
    """Plain aligned table: the first column is text, the others are numbers."""
    grid = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for place, name in enumerate(columns):
        grid.add_column(name, justify="right" if place else "left", overflow="fold")
    return grid


def show_limits(answer: dict[str, Any]) -> None:
    """The bounds, largest last, then notes and what was asked."""
    console = Console()
    problem = answer["problem"]
    for asked, unit in (("rounds", "rounds T, at least"), ("error", "squared error, at least")):
        if asked not in answer:
            continue
        rows = dict(answer[asked])
        if "scalar_optimum" in answer:
            rows["scalar_optimum"] = answer["scalar_optimum"][asked]
        gaps = answer.get("suboptimality")
        grid = table("bound", unit, *(["suboptimality f - f*"] if gaps else []))
        for name, value in sorted(rows.items(), key=lambda row: (row[1] is None, row[1] or 0)):
            shown = (
                "-" if value is None else _rounds(value) if asked == "rounds" else _number(value)
            )
            extra = [_number(gaps[name]) if gaps.get(name) is not None else "-"] if gaps else []
            grid.add_row(name, shown, *extra)
        console.print(grid)
    if "bits_per_direction" in answer:
        grid = table("curvature", "bits", title=f"f - f*, at least {_least(answer)}")
        for row in zip(problem["curvatures"], answer["bits_per_direction"], strict=True):
            grid.add_row(*map(_number, row))
        console.print(grid)
    for name, note in answer.get("notes", {}).items():
        console.print(Text(f"{name}: {note}"))
    if "gradients" in answer:
        _show_gradients(console, answer["gradients"])
    if "risk" in problem:
        console.print(
            Text(
                f"d = {problem['dimension']}, B = {_number(problem['bits'])} bits per round, "
                f"s = {_number(problem['noise_std'])}; {problem['risk']} risk, {problem['prior']}."
            )
        )


def show_fisher(answer: dict[str, Any]) -> None:
    """One quantizer against the limit."""
    grid = table("quantity", "value")
    for name, value in answer.items():
        grid.add_row(name, _number(value) if isinstance(value, float) else str(value))
    Console().print(grid)


def show_mutual(answer: dict[str, Any]) -> None:
    """The maximum beside the bounds, and the quantizer that has it."""
    console, problem = Console(), answer["problem"]
    most, printed = answer["max_information_bits"], answer["printed_bound"]
    console.print(Text("{family}, d = {dimension}, r = {bits}, delta = {delta}".format(**problem)))
    grid = table("I(V; M)", "bits")
    grid.add_row("maximum over all quantizers", _number(most))
    grid.add_row("bound, corrected form", _number(answer["corrected_bound"]))
    grid.add_row("bound, as printed", _number(printed))
    console.print(grid)
    for message, cell in enumerate(answer["quantizer"]["cells"]):
        console.print(Text(f"message {message}: {' '.join(cell)}"), soft_wrap=True)
    how = {
        "types": "by symmetry",
        "subsets": "by dynamic programming over sets of points",
        "exhaustive": "one by one",
        "identity": "as none tells more than the observation itself",
    }[answer["method"]]
    console.print(Text(f"All {answer['partitions']:,} partitions are covered, {how}."))
    if most > printed:
        console.print(
            Text(
                f"The maximum is {most / printed:.4g} times the printed form; the corrected form "
                "holds for every d, r and delta."
            ),
            soft_wrap=True,
        )


def show_quantizers(answer: dict[str, Any]) -> None:
    """Every quantizer beside what is possible at its rate, then those that were left out."""
    console = Console()
    checked = any("conformance" in row for row in answer["quantizers"].values())
    columns = ["bits", "side", "bias", "error", "least", "Fisher", "most"]
    if console.width < 92:  # what follows from the other columns, or from the docstring
        columns = [name for name in columns if name not in ("side", "most")]
    grid = table("quantizer", *columns, *(["check"] if checked else []))
    for column in grid.columns[: 1 + len(columns)]:
        column.no_wrap = True
    grid.padding = (0, 1, 0, 0)
    grid.show_edge = False
    for name, row in answer["quantizers"].items():
        if "refused" in row:
            continue
        fisher = row["fisher_efficiency"]
        least = row["unbiased_limit"] if row["unbiased"] else row["error_limit"]
        sign = "\u2265" if fisher["relation"] == ">=" else ""
        figures = {
            "bits": f"{row['bits_per_coordinate']:.4g}",
            "side": f"{row['side_bits_per_coordinate']:.2g}",
            "bias": _bias(row["bias_squared"]),
            "error": _measured(row["error"]),
            "least": "-" if least is None else f"{least:.3g}",
            "Fisher": sign + _measured(fisher),
            "most": f"{row['fisher_limit']:.4f}",
        }
        cells = [figures[column] for column in columns]
        if checked:
            found = row["conformance"]
            wrong = [line["check"] for line in found["rows"] if line["outcome"] == "failed"]
            cells.append(
                "passed" if found["passed"] else f"FAILED: {', '.join(dict.fromkeys(wrong))}"
            )
        grid.add_row(name, *cells)
    console.print(grid)
    for name, row in answer["quantizers"].items():
        if "refused" in row:
            console.print(
                Text(f"{name}: not measured at d = {answer['dimension']}: {row['refused']}")
            )
        for line in row.get("conformance", {"rows": []})["rows"]:
            if line["outcome"] == "failed":
                at = ", ".join(map(str, line["dimensions"]))
                text = f"\u2717 {name}, {line['check']} (d = {at}): {line['explanation']}"
                console.print(Text(text, style="red"), soft_wrap=True)
    console.print(
        Text(
            f"Gaussian input, d = {answer['dimension']}. Bits and side information are per "
            "coordinate; error is E|Q - X|\u00b2 / E|X|\u00b2 and bias the root of its part that "
            "averaging leaves; Fisher is Tr I s\u00b2 / d at theta = 0; (n) is the standard error in units "
            "of the last digit. Least error: 4^-R, for an "
            "unbiased quantizer 1/(4^R - 1); most Fisher information: 1 - 4^-R."
        )
    )


def show_meter(found: "Meter", *, each: bool = False) -> None:
    """What the gradients are like, every format in two tables, then what to make of it."""
    console = Console()
    console.print(Text(_sample(found)))
    if len(found.layers) > 1:
        console.print(_layers(found))
    _formats(console, {name: kind.total for name, kind in found.formats.items()}, "")
    if each and len(found.layers) > 1:
        for layer in found.layers:
            rows = {name: kind.layers.get(layer) for name, kind in found.formats.items()}
            _formats(console, rows, f"layer {layer}")
    for name, kind in found.formats.items():
        for layer, why in kind.refused.items():
            console.print(Text(f"{name}: not measured on {layer}: {why}"), soft_wrap=True)
    for error in found.errors:
        console.print(Text(f"\u2717 ERROR IN THE ACCOUNTING: {error}", style="red"), soft_wrap=True)
    console.print(Text(_METER_WORDS))
    for note in found.notes:
        console.print(Text(note))


_METER_WORDS = (
    "NMSE is E|Q - X|\u00b2/E|X|\u00b2 and eff. bits -(1/2) log2 of it; gap is to the Gaussian limit at "
    "these bits, for one variance, for one in each layer, for one in each coordinate; coded is bits "
    "after ideal entropy coding, and its gap theirs. Bias is |E Q - E X| over the root of E|X|\u00b2, "
    "slope Cov(Q, X)/Var X - 1. Fisher is Tr I s\u00b2/d for N(0, s\u00b2 I), at most 1 - 2^(-2R); "
    "\u2265 is a lower bound. Steps is how many times more gradients the average of Q takes than that "
    "of X, least what any method at R bits takes. (n) is the standard error in units of the last "
    "digit."
)


def _sample(found: "Meter") -> str:
    rows = "1 gradient" if found.samples == 1 else f"{found.samples:,} gradients"
    said = f"{rows} in {found.dimension:,} coordinate{'s' * (found.dimension > 1)}"
    if len(found.layers) > 1:
        return f"{said}, {len(found.layers)} layers."
    (layer,) = found.layers.values()
    return (
        f"{said}, {layer.dtype}: rms {layer.rms:.4g}, noise {_figure(layer.noise_std)} per "
        f"coordinate, |mean| {_figure(layer.mean_norm)}, zeros {layer.zeros:.2%}."
    )


def _layers(found: "Meter") -> Table:
    grid = _tight(table("layer", "coordinates", "rms", "noise s", "|mean|", "zeros"))
    for name, layer in found.layers.items():
        figures = (_figure(layer.noise_std), _figure(layer.mean_norm), f"{layer.zeros:.2%}")
        grid.add_row(name, f"{layer.dimension:,}", f"{layer.rms:.4g}", *figures)
    return grid


def _formats(console: Console, rows: "dict[str, FormatFigures | None]", title: str) -> None:
    """Rate and error in one table, what is lost to whoever uses it in the other."""
    known = {name: row for name, row in rows.items() if row is not None}
    rate: dict[str, Callable[[FormatFigures], Figure]] = {
        "bits": lambda row: row.bits,
        "eff. bits": lambda row: row.effective_bits,
        "gap": lambda row: row.gap,
        "by layer": lambda row: row.layers_gap,
        "by coord.": lambda row: row.coordinates_gap,
        "coded": lambda row: row.coded_bits,
        "its gap": lambda row: row.coded_gap,
    }
    for name in ("by layer", "by coord."):
        if all(rate[name](row).value is None for row in known.values()):
            del rate[name]
    first = _tight(table("format", *rate, "bias", "slope", title=title))
    second = _tight(
        table("format", "NMSE", "zeros", "clipped", "Fisher", "of limit", "steps \u00d7", "least",
              "|mean|/noise", title=title)
    )  # fmt: skip
    reasons: dict[str, None] = {}
    for name, row in known.items():
        shown = [figure(row) for figure in rate.values()]
        use = [row.fisher, row.fisher_efficiency, row.inflation]
        first.add_row(name, *map(_figure, shown), _root_bias(row), _figure(row.slope))
        shares = (_share(row.zeros_out), _share(row.clipped))
        least = "-" if row.least_inflation is None else f"{row.least_inflation:.5g}"
        last = _norm_ratio(row)
        second.add_row(name, _figure(row.nmse), *shares, *map(_figure, use), least, last)
        everything = [
            *shown,
            row.bias,
            row.slope,
            row.nmse,
            row.clipped,
            *use,
            row.norm_ratio_square,
        ]
        reasons |= {item.reason: None for item in everything if item.value is None}
    for grid in (first, second):
        if known:  # in full on a narrow terminal too: a number cut short is another number
            needed = Console(width=1000).measure(grid).maximum
            Console(width=max(console.width, needed)).print(grid)
    for reason in reasons:
        console.print(Text(f"-: {reason}."))


def _tight(grid: Table) -> Table:
    for column in grid.columns:
        column.no_wrap = True
    grid.padding = (0, 1, 0, 0)
    grid.show_edge = False
    return grid


def _share(figure: "Figure") -> str:
    return "-" if figure.value is None else f"{figure.value:.2%}"


def _norm_ratio(row: "FormatFigures") -> str:
    """As `_bias`: an upper limit where the mean gradient does not stand out."""
    square = row.norm_ratio_square
    if square.value is None or square.stderr is None or square.value > 3 * square.stderr:
        return _figure(row.norm_ratio)
    return _bias({"value": square.value, "stderr": square.stderr})


def _root_bias(row: "FormatFigures") -> str:
    if row.bias.value is None or (row.bias.stderr is None and row.bias.value <= 0):
        return "-"
    if row.bias.stderr is None:
        return f"{math.sqrt(row.bias.value):.3g}"
    return _bias({"value": row.bias.value, "stderr": row.bias.stderr})


def _figure(figure: "Figure") -> str:
    """A value with one digit of its standard error, a bound with its sign, or a dash."""
    value, stderr = figure.value, figure.stderr
    if value is None:
        return "-"
    sign = "\u2265" if figure.relation == ">=" else ""
    if 0 < abs(value - 1) < 5e-4 and (stderr or 0.0) < abs(value - 1):
        return f"{sign}1{value - 1:+.1e}"
    if not stderr or stderr < 1e-5 * max(abs(value), 0.01):
        return f"{sign}{value:.4g}" if stderr is None else f"{sign}{value:.5g}"
    power = math.floor(math.log10(abs(value))) if 0 < abs(value) < 1e-3 < 1e3 * abs(value) else 0
    power = power if abs(value) > stderr else 0
    digits = max(0, power - math.floor(math.log10(stderr)))
    last = max(1, round(stderr / 10.0 ** (power - digits)))
    shown = f"{sign}{value / 10.0**power:.{digits}f}({last})"
    return f"{shown}e{power}" if power else shown


def show_ledger(ledger: "Ledger", *, steps: bool = False) -> None:
    """What everything rests on, the claims, and whatever is not as it should be."""
    console = Console()
    if ledger.assumptions:
        console.print(ledger.assumptions_table())
    if steps:
        for claim in ledger.claims:
            if claim.steps:
                console.print(ledger.steps_table(claim.name))
    console.print(ledger.table())
    for problem in ledger.problems:
        console.print(Text(f"\u2717 {problem}", style="red"), soft_wrap=True)
    if not ledger.claims:
        console.print("No derivation found: a file needs CLAIM and STEPS.")


def show_build(result: "BuildResult", *, ledger_ok: bool) -> None:
    """What was made, what went wrong, and where to look."""
    console = Console()
    _show_failures(console, result, ledger_ok)
    console.print(Text(f"Open {result.index}"), soft_wrap=True)


def show_differences(
    result: "BuildResult", found: "Sequence[Difference]", *, ledger_ok: bool
) -> None:
    """How committed reports differ from fresh ones, or that they do not."""
    console = Console()
    _show_failures(console, result, ledger_ok)
    for difference in found:
        console.print(Text(f"\u2717 {difference}", style="red"), soft_wrap=True)
    if not found:
        console.print("The reports are what the sources produce.")


def _show_failures(console: Console, result: "BuildResult", ledger_ok: bool) -> None:
    for note in result.notes:
        console.print(Text(note), soft_wrap=True)
    wrong = [f"{report.slug}: {report.error}" for report in result.reports if report.error]
    if not ledger_ok:
        wrong.append("the ledger is not as expected: see infobound verify --mutants")
    for line in (*wrong, *result.problems):
        console.print(Text(f"\u2717 {line}", style="red"), soft_wrap=True)


_MEASURED = {
    "samples": "samples N",
    "dimension": "dimension d",
    "noise_std": "noise s, root mean square",
    "least_std": "noise, least coordinate",
    "largest_std": "noise, largest coordinate",
    "constant_coordinates": "coordinates that never vary",
    "excess_kurtosis": "excess kurtosis (Gaussian: 0)",
    "square_correlation": "mean squared correlation",
    "square_correlation_independent": "the same, if independent",
    "correlated_coordinates": "coordinates it was measured on",
    "correlated_samples": "samples it was measured on",
}


def _show_gradients(console: Console, sample: dict[str, Any]) -> None:
    grid = table("gradient sample", "value")
    for name, label in _MEASURED.items():
        grid.add_row(label, "-" if sample[name] is None else _number(sample[name]))
    console.print(grid)
    console.print(Text(f"Assumed: {sample['assumption']}."))


def _measured(estimate: dict[str, Any]) -> str:
    """A value, exact or with its standard error in units of the last digit: 0.0841(12)."""
    value, stderr = estimate["value"], estimate["stderr"]
    if not stderr:
        return f"{value:.4g}"
    digits = math.floor(math.log10(stderr)) - (stderr < 2 * 10 ** math.floor(math.log10(stderr)))
    if value:  # five digits of the value are enough in a table
        digits = max(digits, math.floor(math.log10(abs(value))) - 4)
    last = max(1, round(stderr / 10.0**digits))
    if digits < -6:
        power = math.floor(math.log10(abs(value))) if value else digits
        return f"{value / 10.0**power:.{max(0, power - digits)}f}({last})e{power}"
    if digits > 0:
        return f"{round(value, -digits):.0f}({last * 10**digits})"
    return f"{value:.{-digits}f}({last})"


def _bias(squared: dict[str, Any]) -> str:
    """The root of the squared bias; an upper limit where it is not seen."""
    value, stderr = squared["value"], squared["stderr"]
    if value == stderr == 0:
        return "0"
    if value <= 3 * stderr:
        return f"< {math.sqrt(max(value, 0.0) + 3 * stderr):.2g}"
    return f"{math.sqrt(value):.3g}"


def _least(answer: dict[str, Any]) -> str:
    return _number(next(iter(answer["suboptimality"].values())))


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.6g}"


def _rounds(value: float) -> str:
    return f"{math.ceil(value):,}" if value < 1e15 else f"{value:.6g}"


def stderr() -> Console:
    """Where progress goes, so that stdout holds only the answer."""
    return Console(stderr=True)


@contextmanager
def step_progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function to call with each thing done: a bar on a terminal, a line each elsewhere."""
    console = stderr()
    if not console.is_terminal:
        count = iter(range(1, total + 1))
        yield lambda what: console.print(
            f"{title} {next(count)}/{total} {what}", soft_wrap=True, markup=False, highlight=False
        )
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[what]}"), console=console) as bar:
        task = bar.add_task(title, total=total, what="")
        yield lambda what: bar.update(task, advance=1, what=what)


@contextmanager
def part_progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to call with what is done and the total: a bar, or a line each 10 %."""
    console, told = stderr(), 0
    if not console.is_terminal:

        def line(done: int, total: int) -> None:
            nonlocal told
            if done * 10 // total > told:
                told = done * 10 // total
                console.print(f"{title} {done:,}/{total:,}", markup=False, highlight=False)

        yield line
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(title), BarColumn(), TextColumn("{task.completed:,}/{task.total:,}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(title, total=1)
        yield lambda done, total: bar.update(task, completed=done, total=total)
