"""What random codebooks reach at finite length."""

import math

import pytest

from infobound.bounds.random_codebook import random_codebook_efficiency
from infobound.numerics.arguments import ArgumentError


def test_between_nothing_and_the_limit():
    """At every size below 1 - 4^-R; at R = 1 it grows with the length."""
    for bits, d in ((1, 2), (8, 2), (16, 16), (40, 20), (40, 10), (10, 2**20)):
        assert 0 < random_codebook_efficiency(bits, d) < 1 - 4 ** (-bits / d)
    values = [random_codebook_efficiency(b, b) for b in (2, 4, 8, 16, 24, 32, 40)]
    assert values == sorted(values)
    assert 0.72 < values[-1] < 0.75


def test_two_points_on_a_circle():
    """(E|Z| 4/pi^2)^2 / 2 with E|Z|^2 = pi/2."""
    expected = math.pi / 2 * (4 / math.pi**2) ** 2 / 2
    assert random_codebook_efficiency(1, 2) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("bits", "d", "words"), [(41, 3, "bits = 41"), (3, 1, "dimension = 1")])
def test_errors(bits, d, words):
    with pytest.raises(ArgumentError, match=words):
        random_codebook_efficiency(bits, d)
