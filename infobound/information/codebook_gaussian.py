"""Which word was sent, seen through Gaussian noise: Monte Carlo over the noise alone.

In units of the noise let y = c_i + z. With x_ij = -|c_i - c_j|^2/2 + (c_j - c_i) . z, in nats,

    F(z) = mean_i ln sum_j e^{x_ij}            -ln P(V | y), averaged over the word V sent;
    G(z) = mean_i H(softmax_j x_ij)            the entropy of the posterior, averaged likewise;

and E F = E G = H(V | Y). With K_ij = exp(-|c_i - c_j|^2/2) the sums over j are products of the
matrix K with exp(c_j . z): n exponentials, not n^2, for each draw of z. To second order in c,
F - G = z' S z - tr S with S the covariance of the words, while F and G fluctuate by +-half of it,
so F + b (G - F) with b near 1/2 keeps nothing of that order.
"""

import math
from collections.abc import Iterator

import numpy as np

from infobound.information.binary_gaussian import binary_gaussian_information
from infobound.information.posteriors import SURE, ambiguity, information, regression
from infobound.models.sign_families import Floats, Rng
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.numerics.arguments import argument_error

LARGEST_CODEBOOK = 4096  # words: two matrices of 128 MiB
REPLICATES = 16  # scramblings of the Sobol sequence
LARGEST_SOBOL = 1000  # dimensions; scipy has direction numbers for 21201
_PILOT = 512  # draws that only choose the coefficient b
_CHUNK = 1 << 20  # numbers in memory at a time, a few times over
_SPREAD = 600.0  # of c_j . z over j, in nats, up to which exp neither over- nor underflows


def gaussian_codebook(
    words: Floats, noise_std: float, *, samples: int, rng: Rng, method: str
) -> Estimate:
    """I(V; V's word + noise) in bits; words of shape (n, d). See `codebook_information`."""
    if len(words) > LARGEST_CODEBOOK:
        got = f"{len(words)} words, {16 * len(words) ** 2} bytes"
        raise argument_error("codebook", got, f"at most {LARGEST_CODEBOOK} words")
    code = _coordinates(words / noise_std)
    if code.shape[1] == 0:
        return Estimate(value=0.0, unit="bits")
    if method == "auto" and len(words) == 2:
        return binary_gaussian_information(2 / abs(float(code[1, 0] - code[0, 0])))
    if method == "auto":
        method = "sobol" if code.shape[1] <= LARGEST_SOBOL else "random"
    if method == "sobol" and code.shape[1] > LARGEST_SOBOL:
        allowed = f"'random' where words span more than {LARGEST_SOBOL} dimensions"
        raise argument_error("method", method, allowed)
    half_squares = _half_squares(code)
    bounds = ambiguity(np.exp(-half_squares / 4))
    if bounds[1] < SURE:
        return Estimate(value=(math.log(len(words)) - bounds[0]) / math.log(2), unit="bits")
    draw = np.random.default_rng(rng)
    shape = (samples, code.shape[1])
    share = _share(*_entropies(code, half_squares, draw.standard_normal((_PILOT, shape[1]))))

    def lack(noise: Floats) -> Floats:
        surprise, entropy = _entropies(code, half_squares, noise)
        return surprise + share * (entropy - surprise)

    if method == "random":
        found = Moments.of(lack(draw.standard_normal(shape)))
    else:
        found = Moments.of([lack(noise).mean() for noise in _sobol(*shape, draw)])
    return information(len(words), found, samples, bounds)


def _half_squares(code: Floats) -> Floats:
    """|c_i - c_j|^2 / 2, shape (n, n)."""
    norms = np.sum(code**2, axis=1)
    half = np.maximum((norms[:, None] + norms) / 2 - code @ code.T, 0.0)
    np.fill_diagonal(half, 0.0)
    return np.asarray(half)


def _coordinates(words: Floats) -> Floats:
    """The words about their mean, in an orthonormal basis of what they span, widest first.

    Noise in other directions tells nothing, and a rotation keeps its law.
    """
    left, size, _ = np.linalg.svd(words - words.mean(axis=0), full_matrices=False)
    kept = size > 1e-14 * size[0] * max(words.shape) if size[0] > 0 else size > 0
    return np.asarray(left[:, kept] * size[kept])


def _share(surprise: Floats, entropy: Floats) -> float:
    """The b of least variance, from a pilot; within [0, 1], where F + b (G - F) is a mean."""
    return min(max(-regression(surprise, entropy - surprise), 0.0), 1.0)


def _entropies(code: Floats, half_squares: Floats, noise: Floats) -> tuple[Floats, Floats]:
    """F and G for each row of noise, shape (m,) each, in nats."""
    kernel = np.exp(-half_squares)
    slope = -half_squares * kernel
    surprise, entropy = np.empty((2, len(noise)))
    rows = max(1, _CHUNK // len(code))
    for first in range(0, len(noise), rows):
        piece = slice(first, first + rows)
        level = noise[piece] @ code.T
        level -= level.max(axis=1, keepdims=True)
        mass = np.exp(level)
        total = mass @ kernel
        with np.errstate(divide="ignore", invalid="ignore"):  # rows that are done again below
            log_total = np.log(total)
            moment = (mass @ slope + (mass * level) @ kernel) / total
        surprise[piece] = np.mean(log_total - level, axis=1)
        entropy[piece] = np.mean(log_total - moment, axis=1)
        for row in first + np.flatnonzero(level.min(axis=1) < -_SPREAD):
            surprise[row], entropy[row] = _direct(half_squares, code @ noise[row])
    return surprise, entropy


def _direct(half_squares: Floats, level: Floats) -> tuple[float, float]:
    """F and G for one z from the n x n exponents, for words that are far apart."""
    exponent = level - level[:, None] - half_squares
    top = exponent.max(axis=1)
    mass = np.exp(exponent - top[:, None])
    total = mass.sum(axis=1)
    log_total = top + np.log(total)
    entropy = log_total - np.sum(mass * exponent, axis=1) / total
    return float(log_total.mean()), float(entropy.mean())


def _sobol(samples: int, dimension: int, draw: np.random.Generator) -> Iterator[Floats]:
    """Standard normal draws from independently scrambled Sobol points.

    The points are multiples of 2^-30; each is placed at random in its cell, so that every one of
    them is normal and the estimate unbiased.
    """
    from scipy.special import ndtri
    from scipy.stats import qmc

    size = max(1, math.ceil(math.log2(samples / REPLICATES)))
    for child in draw.spawn(REPLICATES):
        points = qmc.Sobol(dimension, bits=30, rng=child).random_base2(size)
        cell = (child.integers(1 << 20, size=points.shape) + 0.5) * 2.0**-20
        yield ndtri((np.floor(points * 2.0**30) + cell) * 2.0**-30)
