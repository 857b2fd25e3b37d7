"""T messages that are independent given V: their counts are sufficient for V.

With counts c of the K messages, ln P(c | v) = c . ln P(. | v) + a term free of v. All count vectors
are enumerated where they are few; otherwise the transcript is drawn and the entropy of its exact
posterior taken. Where a message tells little, log n minus that entropy is Q/2 to leading order, with
Q the variance of the log-likelihood over the codebook, a quadratic form in c with known mean, which
is used as a control variate.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.information.posteriors import (
    ambiguity,
    information,
    posterior_entropy,
    regression,
)
from infobound.information.sign_laws import checked_messages
from infobound.models.sign_families import Floats, Ints, Rng, SignFamily
from infobound.montecarlo.estimate import Estimate
from infobound.montecarlo.moments import Moments
from infobound.numerics.arguments import argument_error

LARGEST_ENUMERATION = 2**17  # count vectors
_PILOT = 2048  # draws that only choose the coefficient of Q
_CHUNK = 1 << 20  # numbers in memory at a time, a few times over
_NEVER = -1e200  # stands for ln 0: finite, so that 0 times it is 0, and exp of it is 0


def message_law(family: SignFamily, law: Floats, messages: npt.ArrayLike | None) -> Floats:
    """P(M = m | v), shape (n, K), from P(Y = point | v), shape (n, points)."""
    if messages is None:
        return law
    given = checked_messages(family, messages)
    if given.ndim == 2:
        return np.asarray(law @ given.astype(np.float64))
    starts = np.flatnonzero(np.diff(np.sort(given), prepend=-1))  # every label occurs
    return np.asarray(np.add.reduceat(law[:, np.argsort(given, kind="stable")], starts, axis=1))


def transcript_codebook(
    law: Floats, rounds: int, *, samples: int, rng: Rng, method: str
) -> Estimate:
    """I(V; M^T) in bits; law of shape (n, K). See `codebook_information`."""
    law = law[:, law.any(axis=0)]
    vectors = math.comb(rounds + law.shape[1] - 1, rounds)
    if method == "enumeration" and vectors > LARGEST_ENUMERATION:
        allowed = f"'random' above {LARGEST_ENUMERATION} count vectors; here are {vectors}"
        raise argument_error("method", method, allowed)
    levels = _Levels(law, rounds)
    if method != "random" and vectors <= LARGEST_ENUMERATION:
        return Estimate(value=_enumerated(levels), unit="bits", method="enumeration")
    draw = np.random.default_rng(rng)
    share = regression(*levels.drawn(_PILOT, draw))
    values, control = levels.drawn(samples, draw)
    lack = values - share * (control - levels.control_mean())
    with np.errstate(under="ignore"):
        overlap = (np.sqrt(law) @ np.sqrt(law).T) ** rounds
    return information(len(law), Moments.of(lack), samples, ambiguity(overlap))


@dataclass(frozen=True, eq=False)
class _Levels:
    """Log-likelihoods of n words, for T messages of one law (n, K)."""

    law: Floats
    rounds: int

    @cached_property
    def bounded(self) -> Floats:
        """ln P(m | v) about its mean over v, shape (K, n), with something mild for ln 0."""
        level = np.log(np.where(self.law > 0, self.law, self.law[self.law > 0].min()))
        return np.ascontiguousarray((level - level.mean(axis=0)).T)

    @cached_property
    def never(self) -> Floats | None:
        """What `bounded` lacks where P(m | v) = 0, if that happens."""
        return np.where(self.law.T > 0, 0.0, _NEVER) if np.any(self.law == 0) else None

    def of(self, counts: Any) -> Floats:
        """Log-likelihoods, shape (rows, n), up to a term free of the word."""
        level: Floats = counts @ self.bounded
        return level if self.never is None else level + counts @ self.never

    def drawn(self, samples: int, draw: np.random.Generator) -> tuple[Floats, Floats]:
        """Posterior entropy in nats and Q for independent transcripts, shape (samples,) each."""
        values, control = np.empty((2, samples))
        for piece in _pieces(samples, max(len(self.law), min(self.rounds, 4 * self.law.shape[1]))):
            counts = _drawn_counts(self.law, self.rounds, piece.stop - piece.start, draw)
            level = counts @ self.bounded
            control[piece] = np.einsum("ij,ij->i", level, level) / len(self.law)
            if self.never is not None:
                level += counts @ self.never
            values[piece] = posterior_entropy(level)
        return values, control

    def control_mean(self) -> float:
        """E Q: given V, counts have mean T p and covariance T (diag p - p p')."""
        first = np.mean((self.law @ self.bounded) ** 2)
        second = np.mean(self.law @ np.mean(self.bounded**2, axis=1))
        return float(self.rounds * (self.rounds - 1) * first + self.rounds * second)


def _pieces(rows: int, width: int) -> Iterator[slice]:
    step = max(1, _CHUNK // width)
    return (slice(first, min(first + step, rows)) for first in range(0, rows, step))


def _sparse(messages: Ints, cells: int) -> Any:
    """Counts of the messages in each row of (rows, T), as a sparse array of shape (rows, K)."""
    from scipy.sparse import csr_array

    ends = np.arange(len(messages) + 1) * messages.shape[1]
    counts = csr_array(
        (np.ones(messages.size), messages.ravel(), ends), shape=(len(messages), cells)
    )
    counts.sum_duplicates()
    return counts


def _drawn_counts(law: Floats, rounds: int, samples: int, draw: np.random.Generator) -> Any:
    """Counts of the messages for V drawn anew each time, (samples, K), sparse where T is small."""
    words, times = np.unique(draw.integers(len(law), size=samples), return_counts=True)
    pairs = list(zip(words.tolist(), times.tolist(), strict=True))
    if rounds > 4 * law.shape[1]:
        drawn = [draw.multinomial(rounds, law[v] / law[v].sum(), size=n) for v, n in pairs]
        return np.concatenate(drawn).astype(np.float64)
    messages = [_drawn_messages(law[v], draw.random((n, rounds))) for v, n in pairs]
    return _sparse(np.concatenate(messages), law.shape[1])


def _drawn_messages(law: Floats, uniform: Floats) -> Ints:
    possible = np.flatnonzero(law)
    ends = np.cumsum(law[possible])
    # The last end is not needed, and rounding could put a place beyond it.
    return np.asarray(possible[ends[:-1].searchsorted(uniform * ends[-1], side="right")])


# Enumeration --------------------------------------------------------------------------------------


def _enumerated(levels: _Levels) -> float:
    """Sum over count vectors of P(c) (log2 n - H(V | c))."""
    law, parts = levels.law, []
    with np.errstate(divide="ignore"):
        log_law = np.ascontiguousarray(np.where(law > 0, np.log(law), _NEVER).T)
    for counts, ways in _count_vectors(levels.rounds, law.shape[1], len(law)):
        mass = np.exp(np.maximum(counts @ log_law + ways[:, None], _NEVER)).mean(axis=1)
        parts.append(float(mass @ (math.log(len(law)) - posterior_entropy(levels.of(counts)))))
    return math.fsum(parts) / math.log(2)


def _count_vectors(rounds: int, cells: int, words: int) -> Iterator[tuple[Any, Floats]]:
    """All ways to put T messages into K cells, with the logarithm of their multinomials.

    As multisets of messages where T <= K, and by stars and bars where K < T.
    """
    from scipy.special import gammaln

    rows = max(1, _CHUNK // max(words, min(rounds, cells)))
    total = gammaln(rounds + 1)
    if rounds <= cells:
        sets = itertools.combinations_with_replacement(range(cells), rounds)
        while some := list(itertools.islice(sets, rows)):
            sparse = _sparse(np.array(some, dtype=np.int64), cells)
            weights = sparse.copy()
            weights.data = gammaln(weights.data + 1)
            yield sparse, total - weights.sum(axis=1)
        return
    bars = itertools.combinations(range(rounds + cells - 1), cells - 1)
    while some := list(itertools.islice(bars, rows)):
        place = np.array(some, dtype=np.float64).reshape(len(some), cells - 1)
        ends = np.full((len(some), 1), float(rounds + cells - 1))
        counts = np.diff(np.hstack([np.full_like(ends, -1.0), place, ends]), axis=1) - 1
        yield counts, total - gammaln(counts + 1).sum(axis=1)
