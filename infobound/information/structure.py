"""What the structure of a quantizer gives away without sampling: information and entropy."""

import math

import numpy as np

from infobound.information.argmax import LARGEST, argmax_law, symmetric_fisher
from infobound.information.cells import cells_entropy, cells_fisher
from infobound.information.channels import Channel
from infobound.information.estimate import FisherEstimate
from infobound.information.law import Floats, MessageLaw, constant
from infobound.montecarlo.estimate import Estimate, Method
from infobound.numerics.largest_projection import expected_largest_magnitude
from infobound.quantizers.base import Quantizer
from infobound.quantizers.blocks import Blocks, Shifted
from infobound.quantizers.codebook import Biorthogonal
from infobound.quantizers.scalar import Cells
from infobound.quantizers.selected import Selected
from infobound.quantizers.simplex import Argmax, Simplex

FISHER_UNIT = "1/theta^2"


def known_fisher(
    quantizer: Quantizer | Channel, theta: Floats, noise_std: float
) -> FisherEstimate | None:
    """Fisher information by formula or quadrature, theta (d,); None if there is no such route."""
    if isinstance(quantizer, Channel):
        return _dense(quantizer.law(theta, noise_std))
    quantizer.bits(theta.size)  # a quantizer made for another length says so here
    thresholds = scalar_thresholds(quantizer)
    if thresholds is not None:
        diagonal = cells_fisher(thresholds, theta, noise_std)
        return _estimate(diagonal, diagonal[:, None, None], "exact")
    match quantizer:
        case Shifted():
            return known_fisher(quantizer.quantizer, theta - quantizer.center, noise_std)
        case Blocks():
            parts = [
                known_fisher(quantizer.inner, row, noise_std) for row in _rows(quantizer, theta)
            ]
            known = [part for part in parts if part is not None]
            return _stacked(known, _count(quantizer, theta)) if len(known) == len(parts) else None
        case Selected():
            return _placed(
                known_fisher(quantizer.inner, theta[quantizer.places], noise_std), quantizer
            )
        case Argmax() if constant(theta):
            return _equal_argmax(theta.size, noise_std)
        case Simplex() if not np.any(theta):
            return _isotropic(symmetric_fisher(theta.size + 1, noise_std), theta)
        case Biorthogonal() if not np.any(theta):
            return _isotropic((expected_largest_magnitude(theta.size) / noise_std) ** 2, theta)
        case Argmax() | Simplex():
            law = index_law(quantizer, theta, noise_std)
            return None if law is None else _dense(law)
    return None


def known_entropy(quantizer: Quantizer, theta: Floats, noise_std: float) -> Estimate | None:
    """Entropy of the message of a deterministic quantizer in bits; None if there is no route."""
    quantizer.bits(theta.size)
    thresholds = scalar_thresholds(quantizer)
    if thresholds is not None:
        return _bits(_total(cells_entropy(thresholds, theta, noise_std)), "exact")
    match quantizer:
        case Shifted():
            return known_entropy(quantizer.quantizer, theta - quantizer.center, noise_std)
        case Selected():
            return known_entropy(quantizer.inner, theta[quantizer.places], noise_std)
        case Blocks():
            entropies = [
                known_entropy(quantizer.inner, row, noise_std) for row in _rows(quantizer, theta)
            ]
            there = [entropy for entropy in entropies if entropy is not None]
            if not there or len(there) < len(entropies):
                return None
            repeats = _count(quantizer, theta) // len(there)
            return _bits(repeats * math.fsum(e.value for e in there), there[0].method)
        case Argmax() if constant(theta):
            return _bits(math.log2(theta.size), "exact")
        case Simplex() if not np.any(theta):
            return _bits(float(quantizer.width), "exact")
        case Biorthogonal() if not np.any(theta):
            return _bits(math.log2(quantizer.count(theta.size)), "exact")
        case Argmax() | Simplex():
            law = index_law(quantizer, theta, noise_std)
            return None if law is None else _bits(law.entropy(), "quadrature")
    return None


def scalar_thresholds(quantizer: object) -> Floats | None:
    """The thresholds, if every coordinate is quantized alike by cells of the line."""
    if isinstance(quantizer, Blocks):  # cut into blocks, still coordinate by coordinate
        return scalar_thresholds(quantizer.inner)
    cells = getattr(quantizer, "cells", None)
    return np.asarray(cells.thresholds) if isinstance(cells, Cells) else None


def index_law(quantizer: Argmax | Simplex, theta: Floats, noise_std: float) -> MessageLaw | None:
    """Law of the index at any theta, by quadrature; None if it would be too large."""
    if isinstance(quantizer, Argmax):
        return argmax_law(theta, noise_std) if theta.size <= LARGEST else None
    if theta.size >= LARGEST:
        return None
    # The scores are those of N independent normals less their average, which decides nothing.
    law = argmax_law(quantizer.scores(theta), noise_std)
    return MessageLaw(law.probability, law.slope @ quantizer.scores(np.eye(theta.size)).T)


def _equal_argmax(count: int, noise_std: float) -> FisherEstimate:
    scale = symmetric_fisher(count, noise_std) / (count - 1)
    diagonal = np.broadcast_to(scale * (1 - 1 / count), (count,))
    blocks = (scale * (np.eye(count) - 1 / count))[None] if count <= LARGEST else None
    return _estimate(diagonal, blocks, "quadrature")


def _isotropic(trace: float, theta: Floats) -> FisherEstimate:
    """The same information in every direction."""
    diagonal = np.broadcast_to(trace / theta.size, theta.shape)
    return _estimate(diagonal, diagonal[:, None, None], "quadrature")


def _placed(part: FisherEstimate | None, quantizer: Selected) -> FisherEstimate | None:
    """Information of the chosen coordinates among all; the others have none."""
    if part is None:
        return None
    diagonal = np.zeros(quantizer.dimension)
    diagonal[quantizer.places] = part.diagonal
    blocks: Floats | None = None
    if part.blocks is not None and part.blocks.shape[-1] == 1:
        blocks = diagonal[:, None, None]
    elif part.blocks is not None and quantizer.dimension <= LARGEST:
        blocks = np.zeros((1, quantizer.dimension, quantizer.dimension))
        blocks[0][np.ix_(quantizer.places, quantizer.places)] = part.matrix
    return FisherEstimate(
        value=part.value, unit=FISHER_UNIT, method=part.method, diagonal=diagonal, blocks=blocks
    )


def _stacked(parts: list[FisherEstimate], count: int) -> FisherEstimate | None:
    """Information of consecutive blocks; a single part stands for `count` equal ones."""
    if not parts:
        return None
    repeats = count // len(parts)
    diagonal = np.tile(np.concatenate([part.diagonal for part in parts]), repeats)
    matrices = [part.blocks for part in parts if part.blocks is not None]
    blocks: Floats | None = None
    if len(matrices) == len(parts):
        alike = len({matrix.shape for matrix in matrices}) == 1
        joint = np.concatenate(matrices if alike else [part.matrix[None] for part in parts])
        many = (repeats, *joint.shape)
        blocks = np.broadcast_to(joint, many).reshape(-1, *joint.shape[1:])
    value = repeats * math.fsum(part.value for part in parts)
    return FisherEstimate(
        value=value, unit=FISHER_UNIT, method=parts[0].method, diagonal=diagonal, blocks=blocks
    )


def _rows(quantizer: Blocks, theta: Floats) -> Floats:
    """Theta of each block, or of the first one if all are alike."""
    rows = theta.reshape(-1, quantizer.size)
    return rows[:1] if np.all(rows == rows[0]) else rows


def _count(quantizer: Blocks, theta: Floats) -> int:
    return theta.size // quantizer.size


def _dense(law: MessageLaw) -> FisherEstimate:
    matrix = law.fisher()
    return _estimate(np.diagonal(matrix), matrix[None], "quadrature")


def _estimate(diagonal: Floats, blocks: Floats | None, method: Method) -> FisherEstimate:
    return FisherEstimate(
        value=_total(diagonal), unit=FISHER_UNIT, method=method, diagonal=diagonal, blocks=blocks
    )


def _bits(value: float, method: Method) -> Estimate:
    return Estimate(value=value, unit="bits", method=method)


def _total(values: Floats) -> float:
    """Exactly rounded sum; a constant vector of any length costs one product."""
    if values.strides == (0,):
        return float(values[0]) * values.size
    return math.fsum(values)
