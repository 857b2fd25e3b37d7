"""Codebooks with exact posteriors, against quadrature, enumeration and closed forms."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from infobound.information.binary_gaussian import binary_gaussian_information
from infobound.information.codebooks import (
    AdaptiveTranscript,
    GaussianNoise,
    Transcript,
    codebook_information,
)
from infobound.information.sign_information import message_information
from infobound.models.packings import Packing
from infobound.models.sign_families import BernoulliProduct, SparseSign, numbered_words
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import ArgumentError

CUBE = numbered_words(np.arange(64), 6)  # 64 words, d = 6
REPEATED = np.repeat(CUBE, [3, 3, 3, 3, 2, 2], axis=1)  # 64 words, d = 16
RANDOM = np.random.default_rng(0).choice([-1, 1], size=(64, 16))
GROUPS = np.tile([0, 1], 16) + 2 * (np.arange(32) > 15)  # half of the coordinates, and the sign


def repeated_truth(noise_std: float) -> float:
    """r equal coordinates are one with noise s/sqrt(r), and the six bits are independent."""
    each = {r: binary_gaussian_information(noise_std / math.sqrt(r)).value for r in (2, 3)}
    return 4 * each[3] + 2 * each[2]


def within(found: Estimate, truth: float, reach: float = 4.5) -> bool:
    """False alarm of a normal estimate 7e-6; with 16 replicates (Student, 15 degrees) 4e-4."""
    return abs(found.value - truth) < reach * found.stderr


@pytest.mark.parametrize("method", ["random", "sobol"])
@pytest.mark.parametrize("noise_std", [0.3, 2.0, 30.0])
def test_gaussian_codebook_of_16_dimensions(method: Any, noise_std: float) -> None:
    """64 words in R^16, turned by a random rotation; seeds fixed. Read as nats it is far off."""
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((16, 16)))[0]
    found = codebook_information(
        REPEATED @ turn, GaussianNoise(noise_std), samples=2048, rng=1, method=method
    )
    truth = repeated_truth(noise_std)
    assert within(found, truth)
    assert (found.unit, found.method) == ("bits", "monte-carlo")
    assert found.stderr < 3e-3 * truth
    for wrong in (math.log(2), 1 / math.log(2), 1.01):  # nats for bits, and one percent
        assert not within(found, truth * wrong)


def test_standard_error_of_a_thousandth() -> None:
    """What is promised at d = 16, 64 words, with the default number of draws."""
    for case, channel in {
        "gaussian": GaussianNoise(4.0),
        "sparse": Transcript(SparseSign(16, 0.25), rounds=16),
    }.items():
        found = codebook_information(RANDOM, channel, rng=2)
        assert 0 < found.stderr < 1e-3 * found.value, case


def test_two_words_are_one_bit() -> None:
    words = np.random.default_rng(3).standard_normal((2, 7))
    half = float(np.linalg.norm(words[0] - words[1])) / 2
    found = codebook_information(words, GaussianNoise(0.8))
    assert found.value == pytest.approx(binary_gaussian_information(0.8 / half).value, rel=1e-12)
    drawn = codebook_information(words, GaussianNoise(0.8), rng=0, method="sobol")
    assert within(drawn, found.value)
    assert drawn.stderr < 1e-4


def test_edges_of_gaussian_noise() -> None:
    """Equal words, words that cannot be confused, and both."""
    far = 1e5 * np.arange(3.0)[:, None]
    for words, bits in [
        ([[1.0, 2.0]], 0),
        (np.ones((5, 2)), 0),
        (far, math.log2(3)),
        (np.vstack([far, far[:1]]), 1.5),
    ]:
        found = codebook_information(words, GaussianNoise(1.0))
        assert (found.value, found.stderr) == (pytest.approx(bits, abs=1e-14), 0)
    # Two clusters 400 apart: the kernel under- and overflows, and the slow sum takes over.
    near = np.array([[0.0], [1.0], [400.0], [401.0]])
    found = codebook_information(near, GaussianNoise(0.5), rng=1, samples=1024)
    assert within(found, 1 + binary_gaussian_information(1.0).value)


@pytest.mark.parametrize("delta", [0.05, 0.25, 0.5])
def test_one_message_is_the_exact_sum(delta: float) -> None:
    for messages in (np.arange(32), GROUPS, np.random.default_rng(1).dirichlet([1] * 3, 32)):
        family = SparseSign(16, delta)
        found = codebook_information(Packing(RANDOM, 1), Transcript(family, messages))
        truth = message_information(family, messages, RANDOM).value
        assert found.method == "enumeration"
        assert found.value == pytest.approx(truth, abs=1e-13)


def test_transcripts_of_independent_signs_add_up() -> None:
    """T raw vectors of signs over the whole cube: d times one bit seen T times."""
    one = codebook_information([[1], [-1]], Transcript(BernoulliProduct(1, 0.2), rounds=4))
    cube = numbered_words(np.arange(8), 3)
    channel = Transcript(BernoulliProduct(3, 0.2), rounds=4)
    assert codebook_information(cube, channel).value == pytest.approx(3 * one.value, abs=1e-13)
    drawn = codebook_information(cube, channel, rng=4, samples=8192, method="random")
    assert within(drawn, 3 * one.value)
    assert not within(drawn, 3 * one.value * math.log(2))


@pytest.mark.parametrize(
    ("delta", "messages", "rounds"),
    [
        (0.25, None, 2),  # T < K: sparse counts
        (0.05, GROUPS, 9),
        (0.25, GROUPS, 40),  # T > 4 K: multinomial counts
        (0.5, GROUPS, 12),
        (0.5, None, 2),  # zeros in the law
    ],
)
def test_random_transcripts(delta: float, messages: Any, rounds: int) -> None:
    """Within 4.5 standard errors, false alarm 7e-6 each; a 3 % error is outside."""
    channel = Transcript(SparseSign(16, delta), messages, rounds)
    truth = codebook_information(RANDOM, channel, method="enumeration").value
    found = codebook_information(RANDOM, channel, rng=7, samples=8192, method="random")
    assert within(found, truth)
    assert found.stderr * 4.5 < 0.03 * truth


def mirrored(past: tuple[int, ...]) -> Any:
    """A rule that looks at the past, by a symmetry under which nothing changes."""
    return GROUPS if sum(past) % 2 == 0 else GROUPS ^ 1


def test_histories() -> None:
    """Renaming messages by the past changes nothing; a rule that uses it can do better."""
    family = SparseSign(16, 0.25)
    truth = codebook_information(RANDOM, Transcript(family, GROUPS, 5)).value
    channel = AdaptiveTranscript(family, mirrored, 5)
    found = codebook_information(RANDOM, channel)
    assert (found.method, found.value) == ("enumeration", pytest.approx(truth, abs=1e-12))
    drawn = codebook_information(RANDOM, channel, rng=3, samples=4096, method="random")
    assert within(drawn, truth)

    # d = 1 through a Z-channel: ask the other way round once a message has told the word.
    def z_channel(past: tuple[int, ...]) -> Any:
        return [[1, 0], [0.5, 0.5]] if sum(past) % 2 == 0 else [[0.5, 0.5], [1, 0]]

    channel = AdaptiveTranscript(SparseSign(1, 0.5), z_channel, 2)
    # After 1 (probability 1/4) V is known; after 0 the prior is 2/3, 1/3 and 0 comes with 5/6.
    left = 3 / 4 * 5 / 6 * -(0.8 * math.log2(0.8) + 0.2 * math.log2(0.2))
    assert codebook_information([[1], [-1]], channel).value == pytest.approx(1 - left, abs=1e-13)


def hits(estimates: list[Estimate], truth: float, shrink: float = 1.0) -> int:
    shrunk = (replace(one, stderr=shrink * one.stderr) for one in estimates)
    return sum(low <= truth <= high for low, high in (one.interval() for one in shrunk))


@pytest.mark.parametrize(
    ("words", "channel", "method"),
    [
        (REPEATED[::9], GaussianNoise(3.0), "random"),
        (CUBE[:16, :4], GaussianNoise(2.0), "sobol"),
        (CUBE[:16, :4], GaussianNoise(0.25), "random"),
        (RANDOM[:8], Transcript(SparseSign(16, 0.25), GROUPS, 8), "random"),
        (RANDOM[:8], AdaptiveTranscript(SparseSign(16, 0.4), mirrored, 3), "random"),
    ],
    ids=["gaussian", "sobol", "rare errors", "messages", "adaptive"],
)
def test_coverage(words: Any, channel: Any, method: Any) -> None:
    """95 % intervals over 100 seeds hold the truth at least 88 times.

    Binomial(100, 0.95) is below 88 with probability 0.0015. Half the standard error covers 67 %
    and would pass with probability 2e-6; where errors are rare the standard error is an
    upper bound, and intervals may always hold. The mean of the runs has no bias above 4.5 of its
    own standard errors.
    """
    rare = isinstance(channel, GaussianNoise) and channel.noise_std < 0.5
    truth = truth_of(words, channel)
    found = [
        codebook_information(words, channel, samples=512, rng=seed, method=method)
        for seed in range(100)
    ]
    assert hits(found, truth) >= 88
    assert rare or hits(found, truth, shrink=0.5) < 88
    values = np.array([one.value for one in found])
    assert abs(values.mean() - truth) < 4.5 * max(values.std() / 100**0.5, rare * found[0].stderr)


def truth_of(words: Any, channel: Any) -> float:
    if not isinstance(channel, GaussianNoise):
        return codebook_information(words, channel, method="enumeration").value
    if len(words) == 16:
        return 4 * binary_gaussian_information(channel.noise_std).value
    # No closed form: 2^15 points, whose standard error is a small part of one run's.
    found = codebook_information(words, channel, samples=1 << 15, rng=10**6, method="sobol")
    assert found.stderr < 1e-4
    return found.value


def test_same_seed_same_number() -> None:
    channel = GaussianNoise(1.0)
    one, two = (codebook_information(RANDOM, channel, samples=256, rng=5) for _ in range(2))
    assert one == two
    assert one != codebook_information(RANDOM, channel, samples=256, rng=6)


@pytest.mark.parametrize(
    ("words", "channel", "options", "message"),
    [
        (np.ones((2, 2, 2)), GaussianNoise(1), {}, "codebook.shape = "),
        ([[math.nan]], GaussianNoise(1), {}, "codebook = nan"),
        (np.zeros((5000, 1)), GaussianNoise(1), {}, "5000 words, 400000000 bytes"),
        (RANDOM, GaussianNoise(1), {"method": "enumeration"}, "method = 'enumeration'"),
        (RANDOM, GaussianNoise(1), {"method": "best"}, "method = 'best'"),
        (RANDOM, GaussianNoise(1), {"samples": 10}, "samples = 10"),
        (2 * RANDOM, Transcript(SparseSign(16, 0.1)), {}, "codebook = "),
        (RANDOM, Transcript(SparseSign(16, 0.1)), {"method": "sobol"}, "method = 'sobol'"),
        (RANDOM, Transcript(SparseSign(16, 0.1), [0, 1]), {}, "messages.shape"),
        (
            RANDOM,
            Transcript(SparseSign(16, 0.1), None, 9),
            {"method": "enumeration"},
            "above 131072 count vectors; here are 273438880",
        ),
        (
            RANDOM,
            AdaptiveTranscript(SparseSign(16, 0.1), mirrored, 9),
            {"method": "enumeration"},
            "above 16384 histories; here are 262144",
        ),
    ],
)
def test_refused(words: Any, channel: Any, options: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        codebook_information(words, channel, **options)


def test_refused_channels() -> None:
    with pytest.raises(ArgumentError, match="noise_std = 0"):
        GaussianNoise(0)
    with pytest.raises(ArgumentError, match="rounds = 0"):
        Transcript(SparseSign(2, 0.1), rounds=0)
