"""Argmax and simplex messages: geometry, decoded means, ties."""

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.order_statistics import expected_maximum
from infobound.quantizers import Argmax, Message, Sign, Simplex


@pytest.mark.parametrize("bits", [1, 2, 3, 6])
def test_scores_are_an_isometry_onto_the_hyperplane(bits):
    """So the law of the index is that of the largest of N independent normals."""
    quantizer = Simplex(bits)
    matrix = quantizer.scores(np.eye(quantizer.dimension))
    assert matrix @ matrix.T == pytest.approx(np.eye(quantizer.dimension), abs=1e-15)
    assert matrix.sum(axis=1) == pytest.approx(np.zeros(quantizer.dimension), abs=1e-15)


@pytest.mark.parametrize("bits", [1, 2, 3, 6])
def test_vertices_are_a_regular_simplex(bits):
    """Decoded values: equal norms, equal angles, each in its own cell."""
    quantizer, count = Simplex(bits), 2**bits
    words = Message.pack(np.arange(count)[:, None], width=bits, shape=(count, count - 1))
    vertex = quantizer.decode(words)
    gram = vertex @ vertex.T
    norm = count / (count - 1) * expected_maximum(count) ** 2
    expected = norm * (np.eye(count) * count - 1) / (count - 1)
    assert gram == pytest.approx(expected, abs=1e-14 * norm * count)
    assert quantizer.index(vertex).tolist() == list(range(count))


@pytest.mark.parametrize(
    ("quantizer", "d"), [(Simplex(2, scale=1.5), 3), (Argmax(scale=1.5), 4), (Argmax(), 3)]
)
def test_decoded_value_is_the_mean_of_the_cell(quantizer, d):
    """E[X | message] for N(0, scale^2 I), each coordinate of each message, 200000 draws.

    False alarm: at most 16 two-sided tests at 5 standard errors, below 1e-5. Power: an error of 3 %
    of the scale is more than 7 standard errors (asserted), and found with probability 0.97. Seeded.
    """
    rng = np.random.default_rng(7)
    x = quantizer.scale * rng.standard_normal((200_000, d))
    decoded = quantizer.roundtrip(x)
    for value in np.unique(decoded, axis=0):
        inside = x[np.all(decoded == value, axis=1)]
        error = inside.std(axis=0, ddof=1) / np.sqrt(len(inside))
        assert np.all(np.abs(inside.mean(axis=0) - value) < 5 * error)
        assert np.all(7 * error < 0.03 * quantizer.scale)


def test_one_bit_simplex_is_the_sign():
    y = np.random.default_rng(0).normal(size=(100, 1))
    scaled = Sign(scale=np.sqrt(2 / np.pi)).roundtrip(y)
    assert Simplex(1).roundtrip(y) == pytest.approx(scaled, rel=1e-14, abs=0)


def test_ties_and_shift():
    """The first of the largest; and a common shift changes nothing."""
    assert Argmax().index(np.array([1.0, 3.0, 3.0])) == 1
    assert Simplex(3).index(np.zeros(7)) == 0
    y = np.random.default_rng(0).integers(-9, 9, size=(50, 5))
    assert Argmax().encode(y) == Argmax().encode(y + 7)


def test_bits():
    assert [Argmax().bits(d) for d in (2, 3, 4, 5, 8, 9, 2**20)] == [1, 2, 2, 3, 3, 4, 20]
    assert Simplex(5).bits(31) == 5
    message = Argmax().encode(np.eye(5)[[4, 0, 2]])
    assert message == Message(b"\x81\x00", 9, (3, 5))
    assert repr(Simplex(5)) == "Simplex(bits=5, scale=1.0)"
    assert Simplex(2).variance_bound(3) is None
    assert Argmax().variance_bound(3) is None


def test_large():
    """20 bits for a million coordinates, without a matrix."""
    y = np.zeros(2**20 - 1)
    y[-1] = -1.0
    assert Simplex(20).index(y) == 2**20 - 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Simplex(0), "bits = 0"),
        (lambda: Simplex(21), "bits = 21"),
        (lambda: Simplex(2, scale=0), "scale = 0"),
        (lambda: Argmax(scale=-1), "scale = -1"),
        (lambda: Simplex(2).encode(np.zeros(4)), r"d = 4, .* 2\*\*bits - 1 = 3\. .*Blocks"),
        (lambda: Simplex(2).roundtrip(np.zeros(4)), "d = 4"),
        (lambda: Argmax().encode([1.0]), "d = 1, .* at least 2"),
        (lambda: Argmax().roundtrip([1.0]), "d = 1"),
        (lambda: Argmax().decode(Message.pack([5], width=3, shape=(5,))), "symbol = 5"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
