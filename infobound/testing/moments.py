"""Checks of the law of the output: unbiased, error as promised, error not below the limit."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from infobound.testing.findings import Finding, NotApplicable, need
from infobound.testing.inputs import Floats
from infobound.testing.intervals import POWER_Z, found_surely, half_width, unseen
from infobound.testing.subject import Subject

TARGET = 0.01  # errors of scale, and shifts in units of the rms error, that should be found
# Norms are sent as 32-bit floats, rounded up: with probability up to 2^-23 another outcome comes,
# which no sample shows. Smaller errors than this, relative to |y| and the rms error, pass.
ROUNDING = 2.0**-22
OUTSIDE = 1.5e-8  # Gaussian mass that a domain may cut off, see `inputs.GaussianInput`
_PILOT = 1 << 12


@dataclass(frozen=True, eq=False)
class Simulation:
    """Errors Q(y) - y for repeated encodings of fixed inputs at one dimension."""

    subject: Subject

    @cached_property
    def errors(self) -> dict[str, tuple[Floats, Floats]]:
        """For each input: y flattened to (size,), and errors (n, size).

        The number n is chosen from a pilot sample, which is thrown away: large enough to find what
        `TARGET` says for an unbiased quantizer, up to `effort.elements` numbers for each input.
        """
        s = self.subject
        found = {}
        for i, (name, y) in enumerate(s.vectors.items()):
            e = s.errors(_repeat(y, max(64, _PILOT // s.size)), 30, i)
            n = self._sample_size(y.ravel(), e) if s.quantizer.unbiased else 0
            most = max(64, s.effort.elements // s.size)
            n = min(max(n, len(e)), most) if s.randomized else 2
            found[name] = (y.ravel(), s.errors(_repeat(y, n), 31, i))
        return found

    def _sample_size(self, y: Floats, e: Floats) -> int:
        """Rows for which a z-test, with half as much again, finds the target."""
        rms, length = math.sqrt(float(np.mean(np.sum(e**2, axis=1)))), float(np.linalg.norm(y))
        z = math.sqrt(2 * math.log(4 / self.subject.effort.level)) + POWER_Z
        along = float((e @ y).std()) / length**2 if length else 0.0
        shift = float(e.sum(axis=1).std()) / math.sqrt(e.shape[1]) / rms if rms else 0.0
        return math.ceil(1.5 * (z * max(along, shift) / TARGET) ** 2 / len(self.subject.vectors))


def check_unbiased(s: Subject, simulation: Simulation) -> Finding:
    """Mean error 0 along y, along ones and signs, and in each coordinate, by simulation.

    The row tells which bias would be found with probability 0.999: a factor (Q(y) = (1 + a) y on
    average) and a shift (the same constant added to every coordinate, its length in units of the
    root mean squared error), both over all inputs together.
    """
    if not s.quantizer.unbiased:
        raise NotApplicable("It does not say that it is unbiased.")
    level = s.effort.level / (2 * len(simulation.errors) + 2)
    scale, shift, total, energy = [], [], 0, 0.0
    far = {"factor found": 0.0, "shift found": 0.0}
    for name, (y, e) in simulation.errors.items():
        rms, length = _rms(e), float(np.linalg.norm(y))
        slack = ROUNDING * (rms + length)
        directions = {
            "along y": y / length if length else y,
            "along (1, ..., 1)": np.full(y.size, y.size**-0.5),
            "along the signs of y": np.sign(y) / max(1.0, np.linalg.norm(np.sign(y))),
        }
        u = np.stack(list(directions.values()), axis=1)
        along = e @ u
        # What has not been seen yet may still be as large as a coordinate of y.
        floor = float(np.max(np.abs(y))) if len(e) > 2 else 0.0
        _no_bias(along, level, slack, name, list(directions), floor * np.max(np.abs(u), axis=0))
        places = [f"in coordinate {k}" for k in range(y.size)]
        _no_bias(e, level, slack, name, places, max(floor, float(np.ptp(e))))
        total += len(e)
        scale.append(along[:, 0] * length)
        energy += len(e) * length**2
        jump = unseen(y, e, whole=True)
        far["factor found"] = max(far["factor found"], jump**2)
        if rms > slack:
            shift.append(along[:, 1] / rms)
            far["shift found"] = max(far["shift found"], jump / (math.sqrt(y.size) * rms))
    figures: dict[str, float] = {"samples": total}
    for what, parts, unit in (("factor found", scale, energy / total), ("shift found", shift, 1.0)):
        if parts and unit > 0:
            pooled, span = np.concatenate(parts) / unit, far[what] / unit
            _no_bias(pooled[:, None], level, ROUNDING, "all inputs", [f"({what.split()[0]})"], span)
            figures[what] = found_surely(pooled, level, span)
    note = (
        f"With probability 0.999 this finds a mean of (1 + a) y for |a| >= "
        f"{figures.get('factor found', 0):.2%}, and a constant shift of "
        f"{figures.get('shift found', 0):.2%} of the rms error."
    )
    return Finding(figures, note)


def check_error(s: Subject, simulation: Simulation) -> Finding:
    """E|Q(y) - y|^2 is mean_squared_error(y) and at most variance_bound(d)."""
    told = getattr(s.quantizer, "mean_squared_error", None)
    bound = s.quantizer.variance_bound(s.d) if hasattr(s.quantizer, "variance_bound") else None
    if told is None and bound is None:
        raise NotApplicable("It promises no error: no mean_squared_error(y), no variance_bound(d).")
    level, used, share = s.effort.level / len(simulation.errors), [], []
    for name, (y, e) in simulation.errors.items():
        square = np.sum(e**2, axis=1)
        jump = unseen(y, e, whole=False)
        span = (jump + float(np.max(np.abs(e)))) ** 2 if jump else 0.0
        mean, width = float(square.mean()), float(half_width(square, level, span))
        slack = ROUNDING * (mean + float(y @ y))
        exact = None if told is None else _told(told, s.vectors[name])
        if exact is not None:
            value = exact
            need(
                abs(mean - value) <= width + slack,
                f"The simulated error is not mean_squared_error(y) ({name}).",
                simulated=mean,
                within=width,
                told=value,
            )
            share.append(width / value if value else 0.0)
            mean, width = value, 0.0
        if bound is not None:
            most = float(np.sum(bound.at(s.vectors[name])))
            need(
                mean - width <= most * (1 + ROUNDING) + slack,
                f"The error is larger than variance_bound({s.d}) says ({name}).",
                error=mean,
                uncertain_by=width,
                bound=most,
            )
            used.append(mean / most if most else 0.0)
    figures = {"error / bound, at most": max(used)} if used else {}
    return Finding(figures | ({"mean error known to": max(share)} if share else {}))


def check_limit(s: Subject) -> Finding:
    """On Gaussian input the normalised error is at least 4^-R, 1/(4^R - 1) if unbiased.

    R counts every bit per coordinate. For X ~ N(c, s^2 I) and public coins independent of X,
    R >= I(X; Q | coins) / d, so E|Q - X|^2 >= d s^2 4^-R (Shannon); if E[Q | X] = X, the best
    multiple of Q - c already has error s^2 w/(1 + w), so w >= 1/(4^R - 1). The error is averaged
    over the length of X too: on a sphere, or with the norm sent free of charge, less is possible at
    small d, and a rule for single vectors would raise false alarms.

    A bounded domain K cuts the Gaussian off. For X conditioned on K, of mass g, and v the variance
    per coordinate in units of s^2, Shannon's lower bound gives E|Q - X|^2 / (d v s^2) >=
    (exp(v - 1) / v) g^(2/d) 4^-R >= g^(2/d) 4^-R. `gaussian_input` makes 1 - g <= 1.4e-8, which the
    rule allows for. The check fails only when the upper confidence limit lies below the limit.
    """
    rate = s.unit_bits / s.size
    if s.source is None:
        raise NotApplicable("No Gaussian input fits into the domain; only `inputs` are known to.")
    n = max(256, s.effort.elements // s.size)
    x = s.source.draw(n, s.unit, s.rng(40))
    if not s.fixed_length:
        few = np.array([s.encode(y, 41, k).bits for k, y in enumerate(x[: s.effort.singles])])
        rate = float(few.mean() + half_width(few, s.effort.level)) / s.size  # on average, at most
    if rate > 24:
        raise NotApplicable(f"{rate:.3g} bits per coordinate come too close to those of a float.")
    squares = np.sum(s.errors(x, 42) ** 2, axis=1)
    energy = np.sum((x - s.source.center).reshape(n, -1) ** 2, axis=1)
    ratio = 4.0**-rate * (1 - OUTSIDE) ** (2 / s.d)
    limit = ratio / (1 - ratio) if s.quantizer.unbiased and rate > 0 else ratio
    excess = squares - limit * energy
    upper = float(excess.mean() + half_width(excess, s.effort.level))
    nmse = float(squares.mean() / energy.mean())
    need(
        upper >= 0,
        f"An error of {nmse:.4g} is impossible at {rate:.4g} bits per coordinate, where no "
        f"{'unbiased ' if s.quantizer.unbiased else ''}quantizer has less than {limit:.4g}: "
        "bits are counted wrong, or it is not unbiased.",
        error=nmse,
        limit=limit,
        rate=rate,
    )
    return Finding({"normalised error": nmse, "limit": limit, "bits per coordinate": rate})


def _no_bias(
    values: Floats,
    level: float,
    slack: float,
    name: str,
    what: list[str],
    span: Floats | float,
) -> None:
    """Fail unless every column has mean 0 within its confidence interval; `span` at least."""
    n, mean = len(values), values.mean(axis=0)
    width = half_width(values, level / values.shape[1], span) + slack
    worst = int(np.argmax(np.abs(mean) / np.maximum(width, np.finfo(float).tiny)))
    need(
        abs(mean[worst]) <= width[worst],
        f"It says that it is unbiased, but the mean error {what[worst]} is {mean[worst]:.3g}, "
        f"beyond {width[worst]:.3g} ({name}, {n:,} samples).",
        bias=float(mean[worst]),
        allowed=float(width[worst]),
        samples=n,
    )


def _told(error: Callable[[Floats], Floats], y: Floats) -> float | None:
    """The error as the quantizer tells it; None where it refuses, as too much to enumerate."""
    try:
        return float(np.sum(error(y)))
    except ValueError:
        return None


def _rms(e: Floats) -> float:
    return math.sqrt(float(np.mean(np.sum(e**2, axis=1))))


def _repeat(y: Floats, n: int) -> Floats:
    return np.broadcast_to(y, (n, *y.shape))
