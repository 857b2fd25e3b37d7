"""Messages whose quantizers depend on the messages before: a walk over the tree of histories.

All draws, or all probability, start at the root. At each node the law of the next message given
each word is known; draws split among the branches as multinomials, which is the law of independent
draws, and the log-likelihood of every word grows by its own term. So a node costs the same however
many draws pass it, and the posterior at a leaf is exact whatever the rule.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from infobound.information.posteriors import posterior_entropy
from infobound.models.sign_families import Floats, Ints, Rng
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error

LARGEST_TREE = 2**14  # leaves

NextLaw = Callable[[tuple[int, ...]], Floats]


def history_codebook(
    next_law: NextLaw, words: int, rounds: int, *, samples: int, rng: Rng, method: str
) -> Estimate:
    """I(V; M^T) in bits; next_law(past) has shape (n, K). See `codebook_information`."""
    leaves = next_law(()).shape[1] ** rounds
    if method == "enumeration" and leaves > LARGEST_TREE:
        allowed = f"'random' above {LARGEST_TREE} histories; here are {leaves}"
        raise argument_error("method", method, allowed)
    if method != "random" and leaves <= LARGEST_TREE:
        parts = [
            float(mass @ (math.log(words) - posterior_entropy(level)))
            for mass, level in _branches(next_law, words, rounds)
        ]
        return Estimate(value=math.fsum(parts) / math.log(2), unit="bits", method="enumeration")
    draw = np.random.default_rng(rng)
    ends = list(_draws(next_law, words, rounds, samples, draw))
    count = np.concatenate([n for n, _ in ends]).astype(np.float64)
    entropy = np.concatenate([posterior_entropy(level) for _, level in ends])
    found = (math.log(words) - entropy) / math.log(2)
    mean = float(count @ found) / samples
    variance = float(count @ (found - mean) ** 2) / (samples - 1)
    stderr = math.sqrt(variance / samples)
    return Estimate(value=mean, stderr=stderr, n=samples, method="monte-carlo", unit="bits")


def _branches(next_law: NextLaw, words: int, rounds: int) -> Iterator[tuple[Floats, Floats]]:
    """Probabilities and log-likelihoods, (k,) and (k, n), of histories that share all but the end."""
    waiting: list[tuple[tuple[int, ...], Floats]] = [((), np.zeros(words))]
    while waiting:
        past, level = waiting.pop()
        grown = level + _log(next_law(past)).T
        kept = np.flatnonzero(np.any(grown > -np.inf, axis=1))
        if len(past) == rounds - 1:
            yield np.exp(grown[kept]).mean(axis=1), grown[kept]
        else:
            waiting.extend(((*past, int(m)), grown[m]) for m in kept)


def _draws(
    next_law: NextLaw, words: int, rounds: int, samples: int, draw: np.random.Generator
) -> Iterator[tuple[Ints, Floats]]:
    """The same, with the number of draws that end in each history that is met."""
    start = draw.multinomial(samples, np.full(words, 1 / words))
    waiting: list[tuple[tuple[int, ...], Ints, Floats]] = [((), start, np.zeros(words))]
    while waiting:
        past, count, level = waiting.pop()
        law = next_law(past)
        split = draw.multinomial(count, law / law.sum(axis=1, keepdims=True)).T  # (K, n)
        grown = level + _log(law).T
        met = np.flatnonzero(split.any(axis=1))
        if len(past) == rounds - 1:
            yield split[met].sum(axis=1), grown[met]
        else:
            waiting.extend(((*past, int(m)), split[m], grown[m]) for m in met)


def _log(law: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(law)
