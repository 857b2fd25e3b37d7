"""The command line: limits, fisher, mutual, quantizers, meter, verify, report.

Exit codes: 0 done, 1 a claim or a report is not as expected, 2 a user's mistake.
"""

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from infobound import __version__
from infobound.numerics.arguments import ArgumentError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from fractions import Fraction

    from infobound.bounds.bit_oracle import BitOracle, Limits
    from infobound.bounds.priors import Prior
    from infobound.checking import Ledger
    from infobound.quantizers import Quantizer
    from infobound.reporting.result import BuildResult


_LARGEST_EXPONENT = 300  # of a decimal that is read exactly


class _Group(click.Group):
    """Turns a refused argument into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ArgumentError as error:
            raise click.UsageError(str(error)) from None


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="infobound")
def main() -> None:
    """What B bits per stochastic gradient can buy, and how far what people use is from it."""


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")


@main.command()
@click.option("--dimension", type=float, help="d, coordinates of the gradient.")
@click.option("--bits", type=float, required=True, help="B, bits per round, all coordinates.")
@click.option("--noise-std", type=float, help="s, noise per coordinate, in units of theta.")
@click.option("--error", type=float, help="Target E||theta_hat - theta||^2, summed.")
@click.option("--suboptimality", type=float, help="Target E[f - f*] instead; needs --curvature.")
@click.option("--rounds", type=float, help="T, to ask for the least error instead.")
@click.option("--prior-std", type=float, help="Gaussian prior N(0, std^2 I).")
@click.option("--half-width", type=float, help="theta in the cube [-L, L]^d.")
@click.option("--radius", type=float, help="theta in the ball of this radius.")
@click.option("--curvature", type=float, help="mu: f = (mu/2)||x - theta||^2, noise is grad f's.")
@click.option("--curvatures", help="Hessian eigenvalues a_1,a_2,...; bits are then water-filled.")
@click.option(
    "--gradients",
    type=click.Path(path_type=Path),
    help="(N, d) .npy of gradients at one point: estimates --dimension and --noise-std.",
)
@as_json
def limits(as_json: bool, **options: Any) -> None:
    """Lower bounds on rounds for an error, or on error for a number of rounds."""
    given = {name: value for name, value in options.items() if value is not None}
    if "curvatures" in given:
        answer = _anisotropic(given)
    else:
        answer = _limits(given)
    if as_json:
        _print_json(answer)
    else:
        from infobound.terminal import show_limits

        show_limits(answer)


def _limits(given: dict[str, Any]) -> dict[str, Any]:
    from infobound.bounds.bit_oracle import (
        BitOracle,
        limits,
        scalar_optimum,
        squared_error,
        suboptimality,
    )

    answer: dict[str, Any] = {}
    if "gradients" in given:
        from infobound.models.gradient_sample import describe_gradients, load_gradients

        _only(given, "gradients", "dimension", "noise_std")
        sample = describe_gradients(load_gradients(given["gradients"]))
        answer["gradients"] = sample.to_dict()
        given |= {"dimension": sample.dimension, "noise_std": sample.noise_std}
    _need(given, "dimension", "noise_std")
    targets = [name for name in ("error", "suboptimality", "rounds") if name in given]
    if len(targets) != 1:
        raise click.UsageError("Give exactly one of --error, --suboptimality and --rounds.")
    if "suboptimality" in given:
        _need(given, "curvature")
    common = {key: given[key] for key in ("dimension", "bits", "noise_std")}
    common["prior"] = _prior(given)
    curvature = given.get("curvature")
    if curvature is None:
        oracle = BitOracle(**common)
    else:
        oracle = BitOracle.of_quadratic(**common, curvature=curvature)
    target: dict[str, float] = {name: given[name] for name in ("error", "rounds") if name in given}
    if "suboptimality" in given:
        target = {"error": squared_error(given["suboptimality"], curvature=given["curvature"])}
    found = limits(oracle, **target)
    answer = {found.asked: found.values} | answer
    if curvature is not None and found.asked == "error":
        answer["suboptimality"] = {
            name: None if value is None else suboptimality(value, curvature=curvature)
            for name, value in found.values.items()
        }
    if (oracle.dimension == 1 and oracle.bits in range(1, 11)) or oracle.bits == 1:
        exact = scalar_optimum(oracle, **target)
        answer["scalar_optimum"] = {found.asked: None if exact.vacuous else exact.value}
    return answer | {"notes": found.notes, "problem": _problem(oracle, target, found)}


def _problem(oracle: "BitOracle", target: dict[str, Any], found: "Limits") -> dict[str, Any]:
    return {
        "dimension": oracle.dimension,
        "bits": oracle.bits,
        "noise_std": oracle.noise_std,
        "prior": str(oracle.prior),
        "risk": oracle.prior.risk,
        **target,
        "values_are": "least rounds" if found.asked == "rounds" else "least total squared error",
    }


def _anisotropic(given: dict[str, Any]) -> dict[str, Any]:
    from infobound.bounds.anisotropic import anisotropic_suboptimality, water_fill

    _only(given, "curvatures", *(set(given) - {"curvatures", "bits", "noise_std", "rounds"}))
    _need(given, "noise_std", "rounds")
    try:
        curvatures = [float(item) for item in given["curvatures"].split(",")]
    except ValueError:
        raise click.UsageError(
            f"--curvatures = {given['curvatures']!r}, but it must be numbers between commas."
        ) from None
    bits, noise, rounds = given["bits"], given["noise_std"], given["rounds"]
    bound = anisotropic_suboptimality(curvatures, bits=bits, noise_std=noise, rounds=rounds)
    return {
        "suboptimality": {"anisotropic": bound.value},
        "bits_per_direction": water_fill(curvatures, bits=bits).bits.tolist(),
        "problem": {"curvatures": curvatures, "bits": bits, "noise_std": noise, "rounds": rounds},
    }


def _prior(given: dict[str, Any]) -> "Prior":
    from infobound.bounds.priors import BallPrior, CubePrior, GaussianPrior, NoPrior

    kinds: dict[str, Callable[[float], Prior]] = {
        "prior_std": GaussianPrior,
        "half_width": CubePrior,
        "radius": BallPrior,
    }
    named = [name for name in kinds if name in given]
    if len(named) > 1:
        raise click.UsageError("Give at most one of --prior-std, --half-width and --radius.")
    prior: Prior = kinds[named[0]](given[named[0]]) if named else NoPrior()
    return prior


@main.command()
@click.argument("quantizer")
@click.option("--bits", type=int, help="Bits per coordinate (per block, for simplex and argmax).")
@click.option("--dimension", type=int, default=1, show_default=True, help="d.")
@click.option("--noise-std", type=float, default=1.0, show_default=True, help="s.")
@click.option(
    "--offset",
    type=float,
    default=0.0,
    show_default=True,
    help="theta minus the quantizer's centre, in every coordinate and in units of theta.",
)
@as_json
def fisher(as_json: bool, quantizer: str, **options: Any) -> None:
    """Fisher information about theta in one quantized observation, against the limit.

    QUANTIZER is lloyd-max, uniform, sign, simplex or argmax.
    """
    answer = _fisher(quantizer, **options)
    if as_json:
        _print_json(answer)
    else:
        from infobound.terminal import show_fisher

        show_fisher(answer)


def _fisher(
    quantizer: str, *, bits: int | None, dimension: int, noise_std: float, offset: float
) -> dict[str, Any]:
    from infobound.bounds.bit_oracle import fisher_trace
    from infobound.information.fisher import fisher_information
    from infobound.models import GaussianLocation
    from infobound.numerics.arguments import real, scale, whole

    d, s = whole("dimension", dimension), scale("noise_std", noise_std)
    scheme = _scheme(quantizer, bits, s, d)
    found = fisher_information(
        GaussianLocation(dimension=d, noise_std=s), scheme, theta=real("offset", offset)
    )
    spent = scheme.bits(d)
    limit = fisher_trace(dimension=d, bits=spent, noise_std=s).value
    return {
        "quantizer": quantizer,
        "dimension": d,
        "bits": spent,
        "trace": found.value,
        "stderr": found.stderr,
        "method": found.method,
        "limit": limit,
        "efficiency": found.value / limit,
        "unit": found.unit,
    }


def _scheme(name: str, bits: int | None, scale: float, dimension: int) -> "Quantizer":
    """The named quantizer; one made for a whole block is repeated over the dimension."""
    from infobound.numerics.arguments import whole
    from infobound.quantizers import Blocks, by_name

    if name == "argmax" and bits is not None:
        return Blocks(by_name(name, scale=scale), 1 << whole("bits", bits, most=20))
    given = {} if bits is None else {"bits": bits}
    scheme = by_name(name, **given, scale=scale)
    size = getattr(scheme, "dimension", None)  # simplex codes have one
    return scheme if size in (None, dimension) else Blocks(scheme, size)


@main.command()
@click.argument("family", type=click.Choice(["sparse-sign", "bernoulli-product"]))
@click.option("--dimension", type=int, required=True, help="d, signs of V.")
@click.option("--bits", type=int, required=True, help="r, bits of the message.")
@click.option("--delta", required=True, help="Bias of an observed sign, 0 to 1/2, as 1/4 or 0.25.")
@click.option("--exhaustive", is_flag=True, help="Take every partition, none by symmetry.")
@as_json
def mutual(family: str, as_json: bool, **options: Any) -> None:
    """Most that one r-bit message about one observation tells about d random signs, in bits.

    FAMILY is sparse-sign (one noisy sign of d) or bernoulli-product (all of them, noisy); the
    maximum is over all quantizers and stands beside the bounds for every d and r.
    """
    answer = _mutual(family, **options)
    if as_json:
        _print_json(answer)
    else:
        from infobound.terminal import show_mutual

        show_mutual(answer)


def _mutual(
    name: str, *, dimension: int, bits: int, delta: str, exhaustive: bool
) -> dict[str, Any]:
    from infobound.bounds.message_information import (
        bernoulli_product_information,
        sparse_sign_information,
    )
    from infobound.information.best_quantizer import maximum_information
    from infobound.models.sign_families import BernoulliProduct, SparseSign
    from infobound.terminal import part_progress

    sparse, bias = name == "sparse-sign", _fraction("delta", delta)
    family = SparseSign(dimension, bias) if sparse else BernoulliProduct(dimension, bias)
    bound = sparse_sign_information if sparse else bernoulli_product_information
    with part_progress("search") as tell:
        best = maximum_information(family, bits, exhaustive=exhaustive, progress=tell)
    return {
        "max_information_bits": best.information.value,
        "enclosure": best.rounded_enclosure,
        "printed_bound": bound(dimension, bits, bias, form="printed").value,
        "corrected_bound": bound(dimension, bits, bias).value,
        "quantizer": {
            "messages": best.partition.tolist(),
            "cells": _cells(best.partition.tolist(), dimension, sparse=sparse),
        },
        "partitions": best.covered,
        "searched": best.searched,
        "method": best.method,
        "problem": {"family": name, "dimension": dimension, "bits": bits, "delta": str(bias)},
    }


def _cells(messages: list[int], d: int, *, sparse: bool) -> list[list[str]]:
    """The points of each cell by name: +e1 or -e1, or the d signs in order."""
    if sparse:
        names = [f"{sign}e{i}" for i in range(1, d + 1) for sign in "+-"]
    else:
        names = ["".join("+-"[m >> i & 1] for i in range(d)) for m in range(1 << d)]
    cells: list[list[str]] = [[] for _ in range(max(messages) + 1)]
    for point, message in zip(names, messages, strict=True):
        cells[message].append(point)
    return cells


def _fraction(name: str, text: str) -> "Fraction":
    """A number written as a fraction or a decimal, exactly."""
    from decimal import Decimal, InvalidOperation
    from fractions import Fraction

    try:
        if "/" in text:
            return Fraction(text)
        number = Decimal(text)
        if number.is_finite() and abs(number.adjusted()) <= _LARGEST_EXPONENT:
            return Fraction(number)
    except (ValueError, ZeroDivisionError, InvalidOperation):
        pass
    raise click.UsageError(f"--{name} = {text!r}, but it must be a number such as 1/4 or 0.25.")


@main.command()
@click.option("--dimension", type=int, default=64, show_default=True, help="d.")
@click.option(
    "--only",
    metavar="NAME,...",
    help="Only these: names of the list, or your own as module:Class or module:attribute.",
)
@click.option("--samples", type=int, default=4096, show_default=True, help="Vectors to simulate.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulation.")
@click.option("--check", "conformance", is_flag=True, help="Also run the conformance kit on each.")
@as_json
def quantizers(
    dimension: int, only: str | None, samples: int, seed: int, conformance: bool, as_json: bool
) -> None:
    """Every quantizer at one dimension: bits, bias, error and Fisher information, with limits.

    Exit code 1 when, with --check, one of them does not do what it says.
    """
    answer = _quantizers(dimension, only, samples, seed, conformance)
    if as_json:
        _print_json(answer)
    else:
        from infobound.terminal import show_quantizers

        show_quantizers(answer)
    rows = answer["quantizers"].values()
    sys.exit(0 if all(row.get("conformance", {}).get("passed", True) for row in rows) else 1)


def _quantizers(
    dimension: int, only: str | None, samples: int, seed: int, conformance: bool
) -> dict[str, Any]:
    from infobound.information.quantizer_figures import describe_quantizer
    from infobound.numerics.arguments import whole
    from infobound.terminal import step_progress
    from infobound.testing import check_quantizer

    d = whole("dimension", dimension)
    whole("samples", samples, least=64)
    whole("seed", seed, least=0)
    chosen = _chosen(only, d)
    answer: dict[str, Any] = {}
    with step_progress("quantizers", len(chosen)) as tell:
        for name, quantizer in chosen.items():
            row: dict[str, Any]
            try:
                row = describe_quantizer(quantizer, d, rng=seed, samples=samples).to_dict()
            except (ArgumentError, ValueError) as error:
                row = {"quantizer": repr(quantizer), "refused": str(error)}
            if conformance:
                row["conformance"] = check_quantizer(quantizer, rng=seed).to_dict()
            answer[name] = row
            tell(name)
    return {"dimension": d, "samples": samples, "quantizers": answer}


def _chosen(only: str | None, d: int) -> "dict[str, Quantizer]":
    from infobound.quantizers.registry import examples

    known = examples(d)
    if only is None:
        return known
    names = [name.strip() for name in only.split(",")]
    own = partial(_own, option="--only", known=list(known))
    return {name: known[name] if name in known else own(name) for name in names}


def _own(place: str, *, option: str, known: Sequence[str]) -> Any:
    """The user's quantizer at module:attribute; a class is called without arguments."""
    from importlib import import_module

    module, colon, attribute = place.partition(":")
    if not (module and colon and attribute):
        allowed = f"one of {', '.join(known)}, or module:Class of your own"
        raise click.UsageError(f"{option} = {place!r}, but it must be {allowed}.")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found: Any = import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
        made: Any = found() if isinstance(found, type) else found
    except Exception as error:  # noqa: BLE001 (whatever the user's module raises)
        said = f"{type(error).__name__}: {error}"
        raise click.UsageError(f"{option} = {place!r} cannot be loaded: {said}") from None
    finally:
        sys.path.remove(str(Path.cwd()))
    missing = [name for name in ("bits", "domain", "encode", "decode") if not hasattr(made, name)]
    if missing:
        raise click.UsageError(f"{option} = {place!r} is no quantizer: it has no {missing[0]}.")
    return made


@main.command()
@click.argument("gradients", type=click.Path(path_type=Path))
@click.option(
    "--formats",
    metavar="NAME,...",
    help="Names of formats or quantizers (an unknown one lists all), or your own as module:Class.",
)
@click.option(
    "--nan-policy",
    type=click.Choice(["refuse", "omit"]),
    default="refuse",
    show_default=True,
    help="What to do with gradients that hold nan or infinity; omit leaves them out.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of random formats.")
@click.option("--layers", "each", is_flag=True, help="Show the tables for every layer too.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write a figure, OUT.svg.")
@click.option("--strict", is_flag=True, help="Exit code 1 when a figure beats its limit.")
@as_json
def meter(
    gradients: Path,
    formats: str | None,
    nan_policy: Literal["refuse", "omit"],
    seed: int,
    each: bool,
    plot: Path | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Number formats measured on your gradients, against the limit at their rate.

    GRADIENTS is an .npy file of shape (N, d), one stochastic gradient at the same point in each
    row, or an .npz file with an array (N, ...) for each layer. Files may be larger than memory.

    A figure that beats its limit is an error in the accounting and said so; the exit code is 1 for
    that under --strict only.
    """
    from infobound.information.gradient_meter import meter as measure
    from infobound.information.gradient_meter.plot import check_plot
    from infobound.numerics.arguments import whole
    from infobound.terminal import part_progress, show_meter

    whole("seed", seed, least=0)
    if plot is not None:
        check_plot(plot)
    chosen = _formats(formats)
    with part_progress("meter") as tell:
        found = measure(gradients, chosen, nan_policy=nan_policy, rng=seed, progress=tell)
    if plot is not None:
        found.plot(plot)
    if as_json:
        _print_json(found.to_dict())
    else:
        show_meter(found, each=each)
    if all(kind.total is None and not kind.layers for kind in found.formats.values()):
        raise click.UsageError("No format could be measured on these gradients.")
    sys.exit(1 if strict and found.errors else 0)


def _formats(names: str | None) -> "dict[str, Quantizer | str] | None":
    from infobound.information.gradient_meter import KNOWN_NAMES

    if names is None:
        return None
    items = [name.strip() for name in names.split(",")]
    own = partial(_own, option="--formats", known=KNOWN_NAMES)
    return {name: name if name in KNOWN_NAMES else own(name) for name in items}


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--mutants", is_flag=True, help="Also plant mistakes: each must be rejected.")
@click.option("--quick", is_flag=True, help="Fewer mutants per step.")
@click.option("--steps", is_flag=True, help="Show every step, not only the claims.")
@click.option("--jobs", type=int, default=2, show_default=True, help="Processes.")
@as_json
def verify(
    paths: tuple[Path, ...], mutants: bool, quick: bool, steps: bool, jobs: int, as_json: bool
) -> None:
    """Check proofs step by step: those that come with infobound, or the files in PATHS.

    Exit code 1 when a claim is not as its file expects.
    """
    from infobound.numerics.arguments import whole
    from infobound.terminal import show_ledger, step_progress

    for path in paths:
        if not path.exists():
            raise click.UsageError(f"PATH = {str(path)!r}, but it must be a file or a folder.")
    files = paths or (_shipped("derivations"),)
    ledger = _verify(
        files, mutants=mutants, quick=quick, jobs=whole("jobs", jobs), progress=step_progress
    )
    if as_json:
        _print_json(ledger.to_dict())
    else:
        show_ledger(ledger, steps=steps)
    sys.exit(0 if ledger.ok else 1)


def _verify(
    files: tuple[Path, ...],
    *,
    mutants: bool,
    quick: bool,
    jobs: int,
    progress: "Callable[[str, int], AbstractContextManager[Callable[[str], None]]]",
) -> "Ledger":
    from infobound.checking import find
    from infobound.checking import verify as check

    with progress("verify", len(find(files))) as tell:
        return check(
            files,
            mutants=mutants,
            quick=quick,
            jobs=jobs,
            progress=lambda claim: tell(claim.name),
        )


@main.command()
@click.option(
    "--profile",
    type=click.Choice(["quick", "full"]),
    default="quick",
    show_default=True,
    help="How much the notebooks compute.",
)
@click.option("--only", multiple=True, metavar="SLUG", help="Only this notebook; repeatable.")
@click.option("--jobs", type=int, default=2, show_default=True, help="Notebooks at a time.")
@click.option("--force", is_flag=True, help="Run again what is up to date.")
@click.option("--check", "compare", is_flag=True, help="Write nothing: compare with what is there.")
@click.option("--timeout", type=float, default=600, show_default=True, help="Seconds a notebook.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
)
@click.option("--notebooks", type=click.Path(path_type=Path, exists=True, file_okay=False))
def report(
    profile: str,
    only: tuple[str, ...],
    jobs: int,
    force: bool,
    compare: bool,
    timeout: float,
    out: Path,
    notebooks: Path | None,
) -> None:
    """Execute the notebooks and write readable pages; the ledger goes with them.

    Exit code 1 when a notebook or a claim is not as it should be, or, with --check, when the
    reports in --out are not what the sources produce.
    """
    from tempfile import TemporaryDirectory

    from infobound.numerics.arguments import whole
    from infobound.reporting.build import build, default_cache
    from infobound.reporting.compare import compare as differences
    from infobound.reporting.source import chosen, sources
    from infobound.terminal import show_build, show_differences, stderr

    folder = notebooks or _shipped("notebooks")
    picked = chosen(sources(folder), only)  # an unknown slug is told before anything is computed
    if compare and not (out / "index.html").is_file():
        raise click.UsageError(f"--out = {str(out)!r}, but it must hold reports to compare with.")
    ledger = _ledger(whole("jobs", jobs), force=force)

    def make(target: Path) -> "BuildResult":
        return build(
            folder,
            target,
            cache=default_cache(),
            profile=profile,
            only=only,
            jobs=jobs,
            force=force,
            timeout=timeout,
            progress=stderr(),
            ledger=ledger,
        )

    if not compare:
        result = make(out)
        show_build(result, ledger_ok=ledger["ok"])
        sys.exit(0 if result.ok and ledger["ok"] else 1)
    with TemporaryDirectory(prefix="infobound-") as fresh:
        result = make(Path(fresh))
        names = tuple(source.slug for source in picked) if only else ()
        found = differences(Path(fresh), out, only=names)
        show_differences(result, found, ledger_ok=ledger["ok"])
    sys.exit(0 if result.ok and ledger["ok"] and not found else 1)


def _ledger(jobs: int, *, force: bool) -> dict[str, Any]:
    """The shipped derivations with their mutants; kept between runs of the same sources."""
    from infobound.reporting.build import default_cache
    from infobound.reporting.files import write
    from infobound.reporting.store import Store
    from infobound.terminal import step_progress

    place, key = default_cache() / "ledger.json", Store.open(default_cache()).base
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        kept = {}
    if force or kept.get("key") != key:
        files = (_shipped("derivations"),)
        found = _verify(files, mutants=True, quick=False, jobs=jobs, progress=step_progress)
        kept = {"key": key, "ledger": found.to_dict()}
        if found.ok:
            write(place, json.dumps(kept))
    ledger: dict[str, Any] = kept["ledger"]
    return ledger


def _shipped(kind: str) -> Path:
    """Where derivations or notebooks are: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    for place in (package / "_data" / kind, package.parent / kind):
        if place.is_dir():
            return place
    raise click.UsageError(f"This installation carries no {kind}; name a path.")


def _need(given: dict[str, Any], *names: str) -> None:
    missing = ["--" + name.replace("_", "-") for name in names if name not in given]
    if missing:
        raise click.UsageError(f"Missing {' and '.join(missing)}.")


def _only(given: dict[str, Any], name: str, *others: str) -> None:
    clash = ["--" + other.replace("_", "-") for other in sorted(others) if other in given]
    if clash:
        raise click.UsageError(f"--{name} does not go with {' or '.join(clash)}.")


def _print_json(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, indent=2, allow_nan=False, ensure_ascii=False))
