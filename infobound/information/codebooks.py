"""I(V; observations) in bits for V uniform on a finite codebook, with exact posteriors.

The law of the observations given V is known, so P(V | observations) is exact and the entropy of
that posterior is an unbiased sample of H(V | observations): one level of sampling, no density to
estimate, no nearest neighbours. I = log2 n - H(V | observations), never clipped.

Files: `codebook_gaussian` (a word plus Gaussian noise), `codebook_transcripts` (T messages that are
independent given V), `codebook_histories` (messages that depend on earlier ones).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from infobound.information.codebook_gaussian import gaussian_codebook
from infobound.information.codebook_histories import history_codebook
from infobound.information.codebook_transcripts import message_law, transcript_codebook
from infobound.models.packings import Packing
from infobound.models.sign_families import Floats, Rng, SignFamily, sign_vectors
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error, positive, whole

Method = Literal["auto", "enumeration", "random", "sobol"]
Rule = Callable[[tuple[int, ...]], npt.ArrayLike]

LEAST_SAMPLES = 256


@dataclass(frozen=True)
class GaussianNoise:
    """Y = word + N(0, s^2 I).

    Parameters
    ----------
    noise_std : float, s > 0 per coordinate, in units of the words.
    """

    noise_std: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise_std", positive("noise_std", self.noise_std))


@dataclass(frozen=True)
class Transcript:
    """T messages about T independent observations of a sign vector, by one quantizer.

    Parameters
    ----------
    family : SparseSign or BernoulliProduct
    messages : array_like or None
        int of shape (points,): a partition, the message of each point; or float of shape
        (points, K): W(m | y). None sends the observations themselves.
    rounds : int, T >= 1.
    """

    family: SignFamily
    messages: npt.ArrayLike | None = field(default=None, repr=False)
    rounds: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "rounds", whole("rounds", self.rounds))


@dataclass(frozen=True)
class AdaptiveTranscript:
    """T messages, each by a quantizer that may depend on the messages before it.

    Parameters
    ----------
    family : SparseSign or BernoulliProduct
    rule : callable
        rule(past) is the quantizer of the next message, as in `Transcript`: a partition or a
        channel matrix. `past` is the tuple of earlier messages, numbered from 0 within each round
        (the cells of a partition in the order of their labels). It is asked once for every history
        that is met, and must answer equal histories alike.
    rounds : int, T >= 1.
    """

    family: SignFamily
    rule: Rule
    rounds: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "rounds", whole("rounds", self.rounds))


def codebook_information(
    codebook: Packing | npt.ArrayLike,
    channel: GaussianNoise | Transcript | AdaptiveTranscript,
    *,
    samples: int | None = None,
    rng: Rng = None,
    method: Method = "auto",
) -> Estimate:
    """I(V; observations) in bits, V uniform on the n words of a codebook.

    Parameters
    ----------
    codebook : Packing, or array_like of shape (n, d)
        Real words for `GaussianNoise`, sign vectors otherwise. Equal words are allowed: V is then
        uniform on the word itself, counted as often as it occurs.
    channel : GaussianNoise, Transcript or AdaptiveTranscript
    samples : int, at least 256, or None
        Draws: of the noise, each used with every word (default 2^14, for "sobol" rounded up to 16
        times a power of two), or of the transcript (default 2^16).
    rng : int, SeedSequence or Generator
    method : {"auto", "enumeration", "random", "sobol"}
        - "enumeration": exact, for transcripts with at most 2^17 count vectors or 2^14 histories.
        - "random": independent draws.
        - "sobol": 16 independent scramblings of a Sobol sequence, for Gaussian noise. Messages are
          step functions of the uniforms they are made from, and gain nothing from it.
        - "auto": the exact way where there is one, then "sobol", then "random".

    Returns
    -------
    Estimate
        In bits. Monte Carlo values are unbiased and have `n` independent samples (16 for "sobol").
        Rounding adds about 1e-14 bits. Two words in Gaussian noise are one bit in one dimension,
        found by quadrature.

    Raises
    ------
    ArgumentError
        A codebook of the wrong shape or with words that are not finite, or are no sign vectors;
        more than 4096 words in Gaussian noise; a method that the channel does not have; an
        enumeration above its limit, with the number.

    Notes
    -----
    Two exact identities lower the variance. For Gaussian noise the sample -log2 P(V | Y), averaged
    over all words V under one draw of the noise, and the posterior entropy have one mean: their
    difference has mean 0, and to first order in the signal-to-noise ratio its fluctuation is twice
    that of either. For messages the variance of the log-likelihood over the codebook is a quadratic
    form in the counts, whose mean is known. Coefficients come from draws that are not used again,
    so nothing is biased. Where observations tell the word but for rare events, a rigorous bound
    replaces the sample's own spread in the standard error (`infobound.information.posteriors`);
    `AdaptiveTranscript` does not have it, and errs there by a small part of log2 n.

    Examples
    --------
    >>> from infobound.models.sign_families import SparseSign
    >>> channel = Transcript(SparseSign(2, 0.25), rounds=2)
    >>> found = codebook_information([[1, 1], [1, -1], [-1, 1], [-1, -1]], channel)
    >>> found.method, round(found.value, 6)
    ('enumeration', 0.354661)
    """
    if method not in ("auto", "enumeration", "random", "sobol"):
        raise argument_error("method", method, "'auto', 'enumeration', 'random' or 'sobol'")
    if samples is not None:
        samples = whole("samples", samples, least=LEAST_SAMPLES)
    given = codebook.words if isinstance(codebook, Packing) else codebook
    if isinstance(channel, GaussianNoise):
        if method == "enumeration":
            raise argument_error("method", method, "'auto', 'random' or 'sobol' for GaussianNoise")
        words = _real_words(given)
        return gaussian_codebook(
            words, channel.noise_std, samples=samples or 1 << 14, rng=rng, method=method
        )
    if method == "sobol":
        raise argument_error("method", method, "'auto', 'enumeration' or 'random' for messages")
    signs = sign_vectors("codebook", given, channel.family.dimension, axes=2)
    if not len(signs):
        raise argument_error("codebook.shape", signs.shape, "(n, d), n at least 1")
    law = channel.family.law(signs)  # (n, points)
    if isinstance(channel, Transcript):
        return transcript_codebook(
            message_law(channel.family, law, channel.messages),
            channel.rounds,
            samples=samples or 1 << 16,
            rng=rng,
            method=method,
        )

    def next_law(past: tuple[int, ...]) -> Floats:
        return message_law(channel.family, law, channel.rule(past))

    return history_codebook(
        next_law, len(signs), channel.rounds, samples=samples or 1 << 16, rng=rng, method=method
    )


def _real_words(given: npt.ArrayLike) -> Floats:
    words = np.asarray(given, dtype=np.float64)
    if words.ndim != 2 or 0 in words.shape:
        raise argument_error("codebook.shape", words.shape, "(n, d), n and d at least 1")
    if not np.all(np.isfinite(words)):
        raise argument_error("codebook", words[~np.isfinite(words)].flat[0].item(), "finite")
    return words
