"""One observation of a sign vector: laws, exact laws and samples."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from infobound.models.sign_families import (
    BernoulliProduct,
    SparseSign,
    cube_weights,
    numbered_words,
    word_numbers,
)
from infobound.numerics.arguments import ArgumentError

FAMILIES = (SparseSign, BernoulliProduct)
V = np.array([1, -1, -1])


def sparse_by_definition(v, delta):
    points = [sign * np.eye(len(v))[i] for i in range(len(v)) for sign in (1, -1)]
    return [(1 + 2 * delta * (y @ v)) / (2 * len(v)) for y in points]


def product_by_definition(v, delta):
    points = [reversed(y) for y in product((1, -1), repeat=len(v))]  # bit 0 is the last to change
    return [math.prod(0.5 + delta * a * b for a, b in zip(y, v, strict=True)) for y in points]


DEFINITION = {SparseSign: sparse_by_definition, BernoulliProduct: product_by_definition}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("delta", [0, Fraction(1, 10), Fraction(1, 2)])
def test_law_is_the_definition(family, delta):
    one, turned = family(3, delta), np.array([V, -V])
    expected = DEFINITION[family](V, float(delta))
    np.testing.assert_allclose(one.law(V), expected, atol=1e-16)
    np.testing.assert_allclose([float(p) for p in one.exact_law(V)], expected, atol=1e-16)
    assert sum(one.exact_law(V)) == 1
    assert one.law(turned).shape == (2, one.points)
    np.testing.assert_array_equal(one.law(turned)[0], one.law(V))
    if delta:  # the opposite vector has another law, and every coordinate counts
        for i in range(3):
            other = V * np.where(np.arange(3) == i, -1, 1)
            assert not np.allclose(one.law(other), expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_samples_follow_the_law(family):
    """Pearson's chi^2 of 6 or 8 points over 20000 draws, below 40 (false alarm below 2e-6).

    Power: draws for the opposite vector have chi^2 above 10000.
    """
    one, n = family(3, 0.25), 20000
    drawn = one.sample(np.broadcast_to(V, (n, 3)), rng=1)
    counts = np.bincount(drawn, minlength=one.points)
    for v, fits in ((V, True), (-V, False)):
        expected = n * one.law(v)
        assert (np.sum((counts - expected) ** 2 / expected) < 40) == fits
    np.testing.assert_array_equal(one.sample(np.broadcast_to(V, (n, 3)), rng=1), drawn)
    assert one.sample(V, rng=0).shape == ()


def test_certain_observations():
    """delta = 1/2: every sign is right."""
    words = numbered_words(np.arange(8), 3)
    np.testing.assert_array_equal(BernoulliProduct(3, 0.5).sample(words, rng=0), np.arange(8))
    points = SparseSign(3, 0.5).sample(words, rng=0)
    seen = 1 - 2 * (points % 2)
    np.testing.assert_array_equal(seen, words[np.arange(8), points // 2])


def test_numbers_and_words_are_inverse():
    numbers = np.arange(32).reshape(4, 8)
    words = numbered_words(numbers, 5)
    np.testing.assert_array_equal(word_numbers(words), numbers)
    np.testing.assert_array_equal(np.sum(words < 0, axis=-1).ravel(), cube_weights(5))
    assert numbered_words(1, 3).tolist() == [-1, 1, 1]


@pytest.mark.parametrize("family", FAMILIES)
def test_refusals(family):
    for delta in (-0.1, 0.6, Fraction(3, 5), math.nan, "half"):
        with pytest.raises(ArgumentError, match="delta"):
            family(3, delta)
    with pytest.raises(ArgumentError, match="dimension"):
        family(0, 0.1)
    with pytest.raises(ArgumentError, match=r"v\.shape = \(2,\)"):
        family(3, 0.1).law([1, -1])
    with pytest.raises(ArgumentError, match="v = 0, but it must be -1 or 1"):
        family(3, 0.1).law([1, 0, 1])
    with pytest.raises(ArgumentError, match=r"v\.shape"):
        family(3, Fraction(1, 10)).exact_law([V, V])
    with pytest.raises(ArgumentError, match=r"delta = 0\.1, but it must be a Fraction"):
        family(3, 0.1).exact_law(V)


def test_a_law_that_would_not_fit_is_refused_with_its_size():
    family = BernoulliProduct(40, 0.1)
    assert family.points == 2**40
    with pytest.raises(ArgumentError, match=f"{8 * 2**40} bytes"):
        family.law(np.ones(40))
    with pytest.raises(ArgumentError, match=f"{2**21} probabilities"):
        BernoulliProduct(21, Fraction(1, 4)).exact_law(np.ones(21))
    assert family.sample(np.ones(40), rng=0) < 2**40
    with pytest.raises(ArgumentError, match="62"):
        BernoulliProduct(63, 0.1).sample(np.ones(63), rng=0)
