"""Exact posteriors on a finite codebook: their entropy, and how sure a mean of it is."""

import math

import numpy as np

from infobound.models.sign_families import Floats
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments

SURE = 1e-16  # nats of ambiguity that rounding hides
ROUNDING = 1e-15  # nats; a control variate can leave nothing else
SEEN = 200.0  # nats of ambiguity, summed over the draws, that a sample must hold to know its spread
_SQUARE = 2.2  # sup of ln(1 + x)^2 / sqrt(x), which is 2.187


def posterior_entropy(log_likelihood: Floats) -> Floats:
    """Entropy in nats of the posterior on n equally likely words, from (..., n) to (...).

    The log-likelihoods may carry any term that does not depend on the word; -inf is allowed.
    """
    exponent = log_likelihood - log_likelihood.max(axis=-1, keepdims=True)
    mass = np.exp(exponent)
    total = mass.sum(axis=-1)
    moment = np.einsum("...j,...j->...", mass, np.maximum(exponent, -1e300))
    return np.asarray(np.log(total) - moment / total)


def regression(values: Floats, control: Floats) -> float:
    """Least-squares slope of `values` on `control`; 0 where the control does not move."""
    spread = control - control.mean()
    size = float(spread @ spread)
    return float(spread @ values) / size if size > 0 else 0.0


def ambiguity(overlap: Floats) -> tuple[float, float]:
    """Bounds H_0 <= H(V | observations) <= H_0 + A in nats: returns (H_0, A).

    H_0 is what words with the same law leave open. Apart from that -ln P(v | y) is at most
    sum_w ln(1 + P(y | w)/P(y | v)), and ln(1 + x) <= sqrt(x), so A is the mean over v of the sum
    over w of the overlaps sum_y sqrt(P(y | v) P(y | w)) (Bhattacharyya).

    Parameters
    ----------
    overlap : ndarray, shape (n, n), 1 on the diagonal.
    """
    same = overlap > 1 - 1e-14
    return float(np.log(same.sum(axis=1)).mean()), float(
        np.where(same, 0.0, overlap).sum(axis=1).mean()
    )


def information(words: int, lack: Moments, draws: int, bounds: tuple[float, float]) -> Estimate:
    """log2 n - H(V | observations) in bits, from samples of H in nats.

    Where observations nearly always tell the word, H lies in events so rare that a sample holds
    few or none, and its spread says nothing. A sample has variance at most 2.2 A, because
    ln(1 + x)^2 <= 2.2 sqrt(x); where A times the number of draws is below 200 nats, that bound
    replaces the standard error if it is larger.

    Parameters
    ----------
    lack : Moments
        Of samples of H, or of means of several.
    draws : int
        How many samples in all.
    bounds : (float, float)
        From `ambiguity`.
    """
    stderr = max(float(lack.stderr), ROUNDING)
    if bounds[1] * draws < SEEN:
        stderr = max(stderr, math.sqrt(_SQUARE * bounds[1] / draws))
    return Estimate(
        value=(math.log(words) - float(lack.mean)) / math.log(2),
        stderr=stderr / math.log(2),
        n=lack.count,
        method="monte-carlo",
        unit="bits",
    )
