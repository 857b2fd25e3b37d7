"""The conformance kit: does a quantizer do what it says, and are all its bits counted?"""

import copy
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Rng
from infobound.testing import batches, edges, laws, messages, moments
from infobound.testing.findings import Finding, row_of
from infobound.testing.inputs import accepted_dimension
from infobound.testing.interface import check_interface, check_unchanged
from infobound.testing.moments import TARGET, Simulation
from infobound.testing.report import Conformance, Row
from infobound.testing.subject import Effort, Subject, state

Check = Callable[[Subject], Finding]
Progress = Callable[[str, int, int], None]
PREFERRED = (1, 3, 16, 50)  # dimensions, or the nearest ones that are accepted
_MOST = 130  # dimensions up to here are tried
_STATISTICAL = 8  # rows per dimension that share the rate of false alarms


def check_quantizer(
    quantizer: Any,
    *,
    dimensions: Sequence[int] | None = None,
    inputs: npt.ArrayLike | Callable[[int, np.random.Generator], npt.ArrayLike] | None = None,
    rng: Rng = 0,
    false_alarm: float = 1e-6,
    strict: bool = False,
    thorough: bool = False,
    samples: int | None = None,
    progress: Progress | None = None,
) -> Conformance:
    """Check a quantizer of any class against what it promises.

    Nothing needs to be inherited: the class has the members of `infobound.Quantizer` (`unbiased`,
    `domain`, `bits`, `encode`, `decode`, `roundtrip`), and `encode` returns an `infobound.Message`.
    `variance_bound`, `mean_squared_error` and `law` are used where they exist. A family with `joint`
    true quantizes `workers` rows together, y of shape (..., workers, d). Where messages vary in
    length there is a method `mean_bits`, and bits(d) is the most.

    The checks: interface; roundtrip (the decoder has a plain copy of the message only); payload
    length; public coins (independent of y); enumeration; exact law; unbiased; error; limit; same
    rng; independent rows; batch = loop; shapes; arrays; domain errors; corrupted messages; edge
    inputs; parameters unchanged. Each is told where it is defined, in `infobound.testing`.

    Parameters
    ----------
    quantizer : object
    dimensions : sequence of int, optional
        By default up to four that bits(d) accepts, near 1, 3, 16 and 50.
    inputs : array_like (m, d), or callable (d, rng) -> (m, d), optional
        Vectors of the domain to use in addition; needed where the domain holds no small vectors
        around 0 (or around its attribute `center`).
    rng : int, SeedSequence, Generator or None
        Seed of everything random; the same seed gives the same rows.
    false_alarm : float, in (0, 0.1)
        Probability, at most, that a quantizer fails which does what it says. It is shared equally
        by all statistical rows; see `infobound.testing.intervals` for what it rests on.
    strict : bool
        A row that could not have found a bias of 1 % (of y, and of the rms error) fails too.
    thorough : bool
        Eight times the samples, all payloads up to 14 bits.
    samples : int, optional
        Numbers simulated for each input vector and dimension, at most.
    progress : callable (check, done, total), optional

    Returns
    -------
    Conformance
        Prints as a table; `passed`, `failures`, `raise_if_failed()`.

    Raises
    ------
    ArgumentError
        An argument of the kit itself is out of range. What the quantizer does is in the rows.

    Examples
    --------
    >>> from infobound import Sign
    >>> check_quantizer(Sign(), dimensions=[3]).passed
    True
    """
    if not 0 < false_alarm < 0.1:
        raise argument_error("false_alarm", false_alarm, "in (0, 0.1)")
    chosen = _dimensions(quantizer, dimensions)
    level = false_alarm / (_STATISTICAL * max(1, len(chosen)))
    effort = Effort.of(
        thorough=thorough,
        level=level,
        elements=None if samples is None else whole("samples", samples, least=1024),
    )
    name = _printed(quantizer)
    tell = _Progress(progress, total=2 + len(_CHECKS) * len(chosen))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the check of edge inputs looks at them
        first = row_of("interface", chosen, partial(check_interface, quantizer, chosen))
        tell("interface")
        if first.outcome == "failed":
            return Conformance(name, (first,))
        before, twin = state(quantizer), copy.deepcopy(quantizer)
        seed = int(np.random.default_rng(rng).integers(1 << 62))
        rows = [first]
        for d in chosen:
            subject = Subject(quantizer, twin, d, effort, seed, inputs)
            rows += _rows(subject, strict, tell)
        unchanged = partial(check_unchanged, quantizer, before, name)
        rows.append(row_of("parameters unchanged", chosen, unchanged))
        tell("parameters unchanged")
    order = list(dict.fromkeys(row.check for row in rows))
    return Conformance(name, tuple(sorted(rows, key=lambda row: order.index(row.check))))


def _rows(subject: Subject, strict: bool, tell: Callable[[str], None]) -> list[Row]:
    simulation = Simulation(subject)
    rows = []
    for name, check in _CHECKS.items():
        row = row_of(name, (subject.d,), partial(check, subject, simulation))
        rows.append(_strictly(row) if strict else row)
        tell(name)
    return rows


def _strictly(row: Row) -> Row:
    weak = max(row.figures.get("factor found", 0.0), row.figures.get("shift found", 0.0))
    if row.outcome != "passed" or weak <= TARGET:
        return row
    note = f"{row.explanation} Strict: not enough to find 1 %; take more samples."
    return Row(row.check, row.dimensions, "failed", row.figures, note)


def _alone(check: Check) -> Callable[[Subject, Simulation], Finding]:
    return lambda subject, simulation: check(subject)


_CHECKS: dict[str, Callable[[Subject, Simulation], Finding]] = {
    "roundtrip": _alone(messages.check_roundtrip),
    "payload length": _alone(messages.check_length),
    "public coins": _alone(messages.check_public_coins),
    "enumeration": _alone(messages.check_enumeration),
    "exact law": laws.check_law,
    "unbiased": moments.check_unbiased,
    "error": moments.check_error,
    "limit": _alone(moments.check_limit),
    "same rng": _alone(batches.check_seeds),
    "independent rows": _alone(batches.check_independence),
    "batch = loop": _alone(batches.check_batch),
    "shapes": _alone(batches.check_shapes),
    "arrays": _alone(batches.check_arrays),
    "domain errors": _alone(edges.check_domain_errors),
    "corrupted messages": _alone(messages.check_corrupted),
    "edge inputs": _alone(edges.check_edges),
}


class _Progress:
    """Counts the checks for the caller's callback."""

    def __init__(self, callback: Progress | None, total: int) -> None:
        self.callback, self.total, self.done = callback, total, 0

    def __call__(self, check: str) -> None:
        self.done += 1
        if self.callback is not None:
            self.callback(check, self.done, self.total)


def _dimensions(quantizer: Any, asked: Sequence[int] | None) -> tuple[int, ...]:
    if asked is not None:
        return tuple(whole(f"dimensions[{i}]", d) for i, d in enumerate(asked))
    if not callable(getattr(quantizer, "bits", None)):
        return ()
    there = [d for d in range(1, _MOST) if accepted_dimension(quantizer, d)]
    return tuple(dict.fromkeys(_nearest(there, to) for to in PREFERRED if there))


def _nearest(there: list[int], to: int) -> int:
    return min(there, key=lambda d: (abs(d - to), d))


def _printed(quantizer: Any) -> str:
    try:
        return repr(quantizer)
    except Exception:  # noqa: BLE001
        return type(quantizer).__name__
