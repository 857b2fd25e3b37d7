"""Lemma 1 as a program: a B-bit gradient oracle is compressed mean estimation, bit for bit.

Setting: f_theta(x) = (mu / 2) |x - theta|^2, and in round t the oracle at the public query x_t sees
G_t = mu (x_t - theta) + xi_t, xi_t ~ N(0, sigma^2 I), and sends a message of B bits. In mean
estimation the encoder of round t sees Y_t = theta - xi_t / mu ~ N(theta, (sigma / mu)^2 I) instead.
Kim 2026 (arXiv:2606.00703), Lemma 1: the two say the same, whatever the rule that picks x_t.

With the same coins `oracle_transcript` and `mean_estimation_transcript` are equal, bit for bit, in
both directions: an encoder that describes samples also serves an oracle (`describes="sample"`: it
turns G into x - G / mu), and an encoder that describes gradients also serves mean estimation
(`describes="gradient"`: it turns Y into mu (x - Y)). Both need the query, which is public.

Floats are rational numbers, and each side computes with them exactly; what the quantizer is given
is the float nearest to the exact value. So no rounding can tell the two sides apart, even where
mu (x - theta) would swallow the noise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from infobound.models.quadratic import Numbers, QuadraticFamily, exact, rounded
from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Message, Quantizer, Rng

Past = tuple[Message, ...]
QuantizerRule = Callable[[int, Past, int], Quantizer]
QueryRule = Callable[[int, Past, int], npt.ArrayLike]
Describes = Literal["sample", "gradient"]


@dataclass(frozen=True)
class Transcript:
    """What everyone has seen after the last round; equal iff all of it is equal, bit for bit.

    Attributes
    ----------
    messages : tuple of Message
        One per round.
    queries : tuple of tuple of float
        The point x_t of each round.
    coins : tuple of int
        The public coins of each round, a seed of 64 bits.
    """

    messages: tuple[Message, ...]
    queries: tuple[tuple[float, ...], ...]
    coins: tuple[int, ...]

    @property
    def bits(self) -> int:
        """Bits of all messages together."""
        return sum(message.bits for message in self.messages)


def oracle_transcript(
    family: QuadraticFamily,
    quantizer_rule: Quantizer | QuantizerRule,
    query_rule: QueryRule,
    theta: npt.ArrayLike,
    rounds: int,
    rng: Rng,
    *,
    describes: Describes = "sample",
) -> Transcript:
    """Run the B-bit first-order oracle.

    Parameters
    ----------
    family : QuadraticFamily
    quantizer_rule : Quantizer, or callable (t, past messages, public coins) -> Quantizer
        The encoder of round t, counted from 0. Its private coins are fresh in every round.
    query_rule : callable (t, past messages, public coins) -> array_like of shape (d,)
        Any rule whatever, adaptive or adversarial; the values must be finite.
    theta : array_like
        The minimiser, shape (d,) or one number for all coordinates.
    rounds : int, >= 1.
    rng : int, SeedSequence, Generator or None
        All coins. An int or a SeedSequence gives the same coins in every call, as comparing two
        transcripts requires; a Generator moves on.
    describes : {"sample", "gradient"}
        Whether the quantizer is applied to x - G / mu or to G itself.

    Returns
    -------
    Transcript

    Raises
    ------
    ArgumentError
        A query that is not finite or of the wrong shape, a described value beyond the range of
        floats or outside the domain of the quantizer.
    """
    center = exact(family.location.parameter(theta))

    def described(query: Numbers, noise: Numbers) -> Numbers:
        gradient = family.oracle(center, query, noise)
        return gradient if describes == "gradient" else family.to_sample(query, gradient)

    return _run(family, quantizer_rule, query_rule, rounds, rng, describes, described)


def mean_estimation_transcript(
    family: QuadraticFamily,
    quantizer_rule: Quantizer | QuantizerRule,
    query_rule: QueryRule,
    theta: npt.ArrayLike,
    rounds: int,
    rng: Rng,
    *,
    describes: Describes = "sample",
) -> Transcript:
    """Run compressed estimation of the mean of `family.location` with the coins of the oracle.

    Round t sees Y_t = theta - xi_t / mu, a fresh sample, and no gradient. Anyone can work out the
    queries from the messages and the public coins; with describes = "sample" they touch nothing
    else. Arguments, value and errors as in `oracle_transcript`.
    """
    center = exact(family.location.parameter(theta))

    def described(query: Numbers, noise: Numbers) -> Numbers:
        sample = family.observation(center, noise)
        return sample if describes == "sample" else family.to_gradient(query, sample)

    return _run(family, quantizer_rule, query_rule, rounds, rng, describes, described)


def _run(
    family: QuadraticFamily,
    quantizer_rule: Quantizer | QuantizerRule,
    query_rule: QueryRule,
    rounds: int,
    rng: Rng,
    describes: str,
    described: Callable[[Numbers, Numbers], Numbers],
) -> Transcript:
    """The rounds; the two protocols differ in `described` only: how the encoder's input arises."""
    if describes not in ("sample", "gradient"):
        raise argument_error("describes", describes, '"sample" or "gradient"')
    root = _root(rng)
    messages: Past = ()
    queries: list[tuple[float, ...]] = []
    coins: list[int] = []
    for t in range(whole("rounds", rounds)):
        noise_seed, private_seed, public_seed = (_child(root, t, part) for part in range(3))
        public = int(public_seed.generate_state(1, np.uint64)[0])
        query = _query(query_rule(t, messages, public), t, family.dimension)
        quantizer = (
            quantizer_rule
            if isinstance(quantizer_rule, Quantizer)
            else quantizer_rule(t, messages, public)
        )
        value = described(exact(query), exact(family.noise(noise_seed)))
        seen = rounded(value, name=f"{describes} of round {t}")
        messages += (quantizer.encode(seen, rng=np.random.default_rng(private_seed)),)
        queries.append(tuple(query.tolist()))
        coins.append(public)
    return Transcript(messages, tuple(queries), tuple(coins))


def _query(values: npt.ArrayLike, t: int, dimension: int) -> npt.NDArray[np.float64]:
    query = np.asarray(values, dtype=np.float64)
    if query.shape != (dimension,):
        raise argument_error(f"query of round {t}: shape", query.shape, f"({dimension},)")
    if not np.all(np.isfinite(query)):
        place = int(np.argmin(np.isfinite(query)))
        raise argument_error(f"query of round {t}[{place}]", float(query[place]), "finite")
    return query


def _root(rng: Rng) -> np.random.SeedSequence:
    if isinstance(rng, np.random.Generator):
        return np.random.SeedSequence([int(word) for word in rng.integers(2**32, size=4)])
    return rng if isinstance(rng, np.random.SeedSequence) else np.random.SeedSequence(rng)


def _child(root: np.random.SeedSequence, t: int, part: int) -> np.random.SeedSequence:
    """Like `spawn`, but without counting the children, so that the same root gives the same."""
    key = (*root.spawn_key, t, part)
    return np.random.SeedSequence(root.entropy, spawn_key=key, pool_size=root.pool_size)
