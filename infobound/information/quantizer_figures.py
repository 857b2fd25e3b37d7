"""One quantizer in figures: bits, bias, error and Fisher information, each beside its limit."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from infobound.information.fisher import fisher_information
from infobound.information.structure import known_fisher
from infobound.models.gaussian import GaussianLocation
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import ArgumentError, argument_error, whole
from infobound.quantizers.base import Floats, Quantizer, Rng
from infobound.quantizers.formats.base import BlockFormat
from infobound.testing.inputs import GaussianInput, gaussian_input

FEW_BITS = 12  # messages of at most so many bits are told apart by their frequencies
_CHUNK = 1 << 18  # numbers at a time

Relation = Literal["=", ">="]


@dataclass(frozen=True, kw_only=True)
class QuantizerFigures:
    """What a quantizer does to X ~ N(c, s^2 I_d), and what is possible at its rate.

    Attributes
    ----------
    quantizer : str
    dimension : int
        Coordinates of what is encoded together: d, times the workers of a joint family.
    unbiased : bool
    rate, side_rate : float
        Bits per coordinate, and how many of them are side information (norms, scales). The worst
        case; the mean on this input for entropy-coded quantizers, with `rate_stderr`.
    scale : float
        s: what the quantizer is made for, or 1, or small enough for its domain (`GaussianInput`).
    bias_squared : Estimate
        E|E[Q | X] - X|^2 / E|X - c|^2; exactly 0 for an unbiased quantizer. May come out below 0.
    error : Estimate
        E|Q - X|^2 / E|X - c|^2.
    error_limit, unbiased_limit : float
        4^-R, and 1/(4^R - 1) for an unbiased one (inf at R = 0).
    fisher : Estimate
        Efficiency at theta = c: Tr I_M s^2 / d, of at most 1 - 4^-R.
    fisher_relation : {"=", ">="}
        ">=": only what a linear function of the output keeps, a lower bound.
    fisher_limit : float
        1 - 4^-R.
    """

    quantizer: str
    dimension: int
    unbiased: bool
    rate: float
    rate_stderr: float
    side_rate: float
    scale: float
    bias_squared: Estimate
    error: Estimate
    error_limit: float
    unbiased_limit: float
    fisher: Estimate
    fisher_relation: Relation
    fisher_limit: float

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and strings, for JSON; no infinities."""
        finite = math.isfinite(self.unbiased_limit)
        return {
            "quantizer": self.quantizer,
            "dimension": self.dimension,
            "unbiased": self.unbiased,
            "bits_per_coordinate": self.rate,
            "bits_stderr": self.rate_stderr,
            "side_bits_per_coordinate": self.side_rate,
            "input_std": self.scale,
            "bias_squared": _plain(self.bias_squared),
            "error": _plain(self.error),
            "error_limit": self.error_limit,
            "unbiased_limit": self.unbiased_limit if finite else None,
            "fisher_efficiency": _plain(self.fisher) | {"relation": self.fisher_relation},
            "fisher_limit": self.fisher_limit,
        }


def describe_quantizer(
    quantizer: Quantizer, d: int, *, rng: Rng = None, samples: int = 4096
) -> QuantizerFigures:
    """Measure a quantizer on Gaussian input.

    Bias and error by simulation; the bias by the product of the errors of two encodings of the same
    vector, so that it needs no average. Fisher information exactly or by quadrature where
    `fisher_information` can, and for whole blocks of number formats (`block_information`); by its
    U-statistic where a message has at most 12 bits and the samples suffice; else the lower bound (E<Z, Q - c>)^2 / (d E|Q - c|^2) for Z = (X - c)/s, which is
    Cauchy-Schwarz for E<E[Z | M], Q - c>. For an unbiased quantizer of error w that is 1/(1 + w).

    Parameters
    ----------
    quantizer : Quantizer
    d : int
        Accepted by quantizer.bits.
    rng : int, SeedSequence, Generator or None
    samples : int, >= 64
        Vectors (groups of a joint family) to draw.

    Raises
    ------
    ArgumentError
        The quantizer does not accept d, or no Gaussian input fits into its domain.
    """
    d, samples = whole("d", d), whole("samples", samples, least=64)
    bits = quantizer.bits(d)
    source, draw = gaussian_input(quantizer, d), np.random.default_rng(rng)
    workers = int(getattr(quantizer, "workers", 1)) if getattr(quantizer, "joint", False) else 1
    unit = (workers, d) if getattr(quantizer, "joint", False) else (d,)
    sums = _simulate(quantizer, source, samples, unit, draw)
    rate, rate_stderr, side = _rates(quantizer, source, unit, bits / d, draw)
    ratio = 4.0**-rate
    fisher, relation = _fisher(quantizer, source, d, workers, bits, sums, samples, draw)
    return QuantizerFigures(
        quantizer=repr(quantizer),
        dimension=d * workers,
        unbiased=quantizer.unbiased,
        rate=rate,
        rate_stderr=rate_stderr,
        side_rate=side,
        scale=source.scale,
        bias_squared=Estimate(value=0.0, unit="|X|^2")
        if quantizer.unbiased
        else _ratio(sums["bias"], sums["energy"], "|X|^2"),
        error=_ratio(sums["error"], sums["energy"], "|X|^2"),
        error_limit=ratio,
        unbiased_limit=ratio / -math.expm1(-math.log(4) * rate) if rate > 0 else math.inf,
        fisher=fisher,
        fisher_relation=relation,
        fisher_limit=-math.expm1(-math.log(4) * rate),
    )


def _simulate(
    quantizer: Quantizer,
    source: GaussianInput,
    samples: int,
    unit: tuple[int, ...],
    draw: np.random.Generator,
) -> dict[str, Floats]:
    """Per sample: |X|^2, |Q - X|^2, the product of two errors, <X, Q> and |Q|^2, around c."""
    step = max(1, _CHUNK // math.prod(unit))
    names = ("energy", "error", "bias", "inner", "square")
    parts: dict[str, list[Floats]] = {name: [] for name in names}
    for first in range(0, samples, step):
        x = source.draw(min(step, samples - first), unit, draw)
        q = quantizer.roundtrip(x, rng=draw)
        again = q if quantizer.unbiased else quantizer.roundtrip(x, rng=draw)
        z, out = x - source.center, q - source.center
        pairs = ((z, z), (q - x, q - x), (q - x, again - x), (z, out), (out, out))
        for name, (a, b) in zip(names, pairs, strict=True):
            parts[name].append(np.sum((a * b).reshape(len(x), -1), axis=1))
    return {name: np.concatenate(values) for name, values in parts.items()}


def _rates(
    quantizer: Quantizer,
    source: GaussianInput,
    unit: tuple[int, ...],
    promised: float,
    draw: np.random.Generator,
) -> tuple[float, float, float]:
    """Bits per coordinate with standard error, and those of side information."""
    size = math.prod(unit)
    if not hasattr(quantizer, "mean_bits"):
        message = quantizer.encode(source.draw(1, unit, draw)[0], rng=draw)
        if message.bits != promised * size:
            allowed = f"{promised * size:g}, as bits(d) promises"
            raise argument_error("message.bits", message.bits, allowed)
        return promised, 0.0, message.side_bits / size
    sent = [quantizer.encode(x, rng=draw) for x in source.draw(128, unit, draw)]
    bits = np.array([message.bits for message in sent]) / size
    side = float(np.mean([message.side_bits for message in sent])) / size
    return float(bits.mean()), float(bits.std(ddof=1)) / math.sqrt(bits.size), side


def _fisher(
    quantizer: Quantizer,
    source: GaussianInput,
    d: int,
    workers: int,
    bits: float,
    sums: dict[str, Floats],
    samples: int,
    draw: np.random.Generator,
) -> tuple[Estimate, Relation]:
    unit = "Tr I s^2 / d"
    # A worker of a joint family is not a quantizer of its own: only the linear bound is for it.
    if workers == 1 and not getattr(quantizer, "joint", False):
        model = GaussianLocation(dimension=d, noise_std=source.scale)
        known = known_fisher(quantizer, source.center, source.scale)
        whole_blocks = _block_fisher(quantizer, source, d) if known is None else None
        if whole_blocks is not None:
            return Estimate(value=whole_blocks, unit=unit), "="
        if known is None and bits <= FEW_BITS:
            try:
                known = fisher_information(
                    model, quantizer, source.center, rng=draw, samples=16 * samples
                )
            except ArgumentError:  # too few samples for so many messages
                known = None
        if known is not None:
            per = source.scale**2 / d
            efficiency = Estimate(
                value=known.value * per,
                stderr=known.stderr * per,
                n=known.n,
                method=known.method,
                unit=unit,
            )
            return efficiency, "="
    inner, square, energy = sums["inner"], sums["square"], sums["energy"]
    means = [float(part.mean()) for part in (inner, square, energy)]
    if means[1] == 0:
        return Estimate(value=0.0, unit=unit, method="monte-carlo", n=samples), ">="
    value = means[0] ** 2 / (means[1] * means[2])
    slope = 2 * inner / means[0] - square / means[1] - energy / means[2] if means[0] else square * 0
    stderr = value * float(slope.std(ddof=1)) / math.sqrt(samples)
    return Estimate(value=value, stderr=stderr, n=samples, method="monte-carlo", unit=unit), ">="


def _block_fisher(quantizer: Quantizer, source: GaussianInput, d: int) -> float | None:
    """Exact for whole blocks that say nothing of one another; None for anything else."""
    if not isinstance(quantizer, BlockFormat) or quantizer.tensor_bits:
        return None
    if d % quantizer.block or np.any(source.center):
        return None
    from infobound.information.block_fisher import block_information  # it falls back on this module

    found = block_information(quantizer, std=source.scale)
    return None if found is None else found.fisher


def _ratio(top: Floats, bottom: Floats, unit: str) -> Estimate:
    """Mean of top over mean of bottom, with the standard error of first order."""
    value = float(top.mean() / bottom.mean())
    spread = float((top - value * bottom).std(ddof=1)) / float(bottom.mean())
    n = top.size
    return Estimate(value=value, stderr=spread / math.sqrt(n), n=n, method="monte-carlo", unit=unit)


def _plain(estimate: Estimate) -> dict[str, Any]:
    return {"value": estimate.value, "stderr": estimate.stderr, "method": estimate.method}
