"""Biorthogonal and random codebooks: geometry, decoded means, what they keep."""

import math

import numpy as np
import pytest

from infobound.bounds.random_codebook import random_codebook_efficiency
from infobound.information.fisher import fisher_information
from infobound.information.mutual import entropy
from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.largest_projection import expected_largest_magnitude
from infobound.numerics.order_statistics import expected_maximum
from infobound.quantizers import Blocks, Message, Shifted, Sign
from infobound.quantizers.codebook import Biorthogonal, Codebook
from infobound.testing import check_quantizer


@pytest.mark.parametrize(
    ("quantizer", "d"), [(Biorthogonal(), 1), (Biorthogonal(scale=2.0), 5), (Codebook(4, 3), 3)]
)
def test_conformance(quantizer, d):
    check_quantizer(quantizer, dimensions=[d], samples=2**11).raise_if_failed()
    assert not quantizer.unbiased
    assert quantizer.variance_bound(d) is None


def test_words_of_the_biorthogonal_code():
    y = np.array([[0.0, -3.0, 2.0], [3.0, -3.0, 0.0], [0.0, 0.0, -0.0], [0.0, 1.0, -2.0]])
    assert Biorthogonal().index(y).tolist() == [3, 0, 0, 5]
    assert [Biorthogonal().bits(d) for d in (1, 2, 3, 4, 5, 2**19)] == [1, 2, 3, 3, 4, 20]
    reach = 2 * expected_largest_magnitude(3)
    assert Biorthogonal(2.0).roundtrip(y[3]).tolist() == [0, 0, -reach]
    message = Message.pack([6], width=3, shape=(3,))
    with pytest.raises(ArgumentError, match=r"symbol = 6, .* less than 6"):
        Biorthogonal().decode(message)


def test_one_coordinate_is_the_sign():
    y = np.random.default_rng(0).normal(size=(100, 1))
    assert Biorthogonal().roundtrip(y) == pytest.approx(
        Sign(scale=math.sqrt(2 / math.pi)).roundtrip(y), rel=1e-14
    )


def trace(quantizer, d, s=1.0, **options):
    model = GaussianLocation(dimension=d, noise_std=s)
    return fisher_information(model, quantizer, options.pop("theta", 0.0), **options)


def test_biorthogonal_information():
    """d = 1: a sign; d = 2: two signs; more: the U-statistic of 40000 draws, within 5 errors.

    Power: the statistic rejects the value of `Argmax` of 2d coordinates, (E max)^2,
    by more than 8 (asserted).
    """
    assert trace(Biorthogonal(), 1).value == pytest.approx(2 / math.pi, rel=1e-14)
    assert trace(Biorthogonal(), 2, s=0.5).value == pytest.approx(4 * 4 / math.pi, rel=1e-14)
    found = trace(Biorthogonal(), 6)
    assert (found.method, found.stderr) == ("quadrature", 0)
    assert found.matrix == pytest.approx(np.eye(6) * found.value / 6, rel=1e-14)
    sampled = trace(Biorthogonal(), 6, method="monte-carlo", rng=1, samples=40_000)
    assert abs(sampled.value - found.value) < 5 * sampled.stderr
    assert np.all(np.abs(sampled.matrix - found.matrix) < 8 * sampled.stderr)
    assert abs(sampled.value - expected_maximum(12) ** 2) > 8 * sampled.stderr


def test_biorthogonal_in_blocks():
    """Twice the information of one; by simulation as soon as one block is off its centre."""
    blocks, centre = Blocks(Biorthogonal(), 2), np.arange(4.0)
    both = trace(Shifted(blocks, centre), 4, theta=centre)
    assert both.method == "quadrature"
    assert both.value == pytest.approx(2 * 4 / math.pi, rel=1e-14)
    away = np.array([0.0, 0.0, 2.0, 1.0])
    found = trace(blocks, 4, theta=away, rng=3, samples=20_000)
    assert found.method == "monte-carlo"
    assert found.value < both.value - 10 * found.stderr
    model = GaussianLocation(dimension=4, noise_std=1.0)
    assert entropy(model, blocks, 0.0).value == pytest.approx(4, rel=1e-15)
    off_centre = entropy(model, blocks, away, rng=3)
    assert off_centre.value < 3.9


def test_biorthogonal_away_from_its_centre():
    """By simulation there, and less."""
    theta = np.array([1.0, 0.0, -0.5])
    found = trace(Biorthogonal(), 3, theta=theta, rng=2, samples=20_000)
    assert found.method == "monte-carlo"
    assert found.value < trace(Biorthogonal(), 3).value - 5 * found.stderr


def test_biorthogonal_entropy():
    model = GaussianLocation(dimension=6, noise_std=1.0)
    assert entropy(model, Biorthogonal(), 0.0).value == pytest.approx(math.log2(12), rel=1e-15)


def test_information_per_bit_grows():
    """Towards 2 ln 2 = 1.386, which no message exceeds."""
    per_bit = [
        trace(Biorthogonal(), 2 ** (b - 1)).value / b for b in (1, 2, 3, 4, 6, 8, 12, 16, 20)
    ]
    assert per_bit[0] == pytest.approx(per_bit[1], rel=1e-14)
    assert per_bit[1:] == sorted(per_bit[1:])
    assert 1.16 < per_bit[-1] < 2 * math.log(2)


def test_directions_are_public():
    one, other = Codebook(5, 7, seed=3), Codebook(5, 7, seed=4)
    assert np.array_equal(one.directions, Codebook(5, 7, seed=3).directions)
    assert not np.array_equal(one.directions, other.directions)
    assert np.sum(one.directions**2, axis=1) == pytest.approx(np.ones(32), rel=1e-14)
    assert one.index(one.directions).tolist() == list(range(32))
    assert one.index(1e300 * one.directions).tolist() == list(range(32))
    assert one.index(np.zeros((2, 7))).tolist() == [0, 0]
    with pytest.raises(ArgumentError, match="made_by"):
        other.decode(one.encode(np.ones(7)))


def test_random_codebooks_keep_what_is_promised():
    """Linear bound of 24 seeds at 6 bits for 6 coordinates against the mean by quadrature.

    The mean over seeds of the square is above the square of the mean by the variance of E max,
    5e-6 here. False alarm: 5 standard errors, 6e-7. Power: a codebook of half the words is rejected
    (asserted). Decoded length: the mean inner product is the length sent, within 5 errors.
    """
    values, gaps = [], []
    for seed in range(24):
        x = np.random.default_rng(seed).standard_normal((4000, 6))
        q = Codebook(6, 6, seed=seed).roundtrip(x)
        reach = np.linalg.norm(q[0])
        inner = np.mean(np.sum(x * q, axis=1)) / reach
        values.append(inner**2 / 6)
        gaps.append(inner - reach)
    stderr = np.std(values, ddof=1) / math.sqrt(24)
    assert abs(np.mean(values) - random_codebook_efficiency(6, 6)) < 5 * stderr
    assert abs(np.mean(values) - random_codebook_efficiency(5, 6)) > 10 * stderr
    assert abs(np.mean(gaps)) < 5 * np.std(gaps, ddof=1) / math.sqrt(24)


def test_information_is_at_least_the_linear_bound():
    """U-statistic of one codebook, 40000 draws, above its own linear bound and below the limit."""
    code = Codebook(5, 4, seed=1)
    found = trace(code, 4, rng=1, samples=40_000)
    x = np.random.default_rng(5).standard_normal((40_000, 4))
    q = code.roundtrip(x)
    linear = np.mean(np.sum(x * q, axis=1)) ** 2 / np.mean(np.sum(q * q, axis=1))
    assert linear - 5 * found.stderr < found.value < 4 * (1 - 4 ** (-5 / 4))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Biorthogonal(scale=0), "scale = 0"),
        (lambda: Codebook(0, 3), "bits = 0"),
        (lambda: Codebook(17, 3), "bits = 17"),
        (lambda: Codebook(3, 1), "dimension = 1"),
        (lambda: Codebook(16, 257), "dimension = 257, .* at most 256.* Blocks"),
        (lambda: Codebook(3, 4, seed=-1), "seed = -1"),
        (lambda: Codebook(3, 4).encode(np.zeros(5)), "d = 5, .* dimension = 4"),
        (lambda: Codebook(3, 4).roundtrip([1.0, 0.0, np.nan, 0.0]), r"y\[2\] = nan"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
