"""Digits in words: inverse, lengths, words that are not there."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.digits import digits_to_words, word_layout, words_to_digits


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    base=st.integers(2, 40), group=st.integers(1, 6), d=st.integers(1, 20), seed=st.integers(0, 99)
)
def test_there_and_back(base, group, d, seed):
    """The words fit their widths, and reading them gives the digits."""
    digits = np.random.default_rng(seed).integers(0, base, (3, d))
    fields = digits_to_words(digits, base=base, group=group)
    layout = word_layout(d, base=base, group=group)
    assert [(words.shape[-1], width) for words, width in fields] == layout
    assert all(np.all(words.astype(np.int64) < 1 << width) for words, width in fields)
    back = words_to_digits([words for words, _ in fields], d=d, base=base, group=group)
    assert np.array_equal(back, digits)


@pytest.mark.parametrize(("base", "group"), [(3, 5), (3, 17), (17, 7), (5, 3), (2, 32)])
def test_every_word_is_used_or_refused(base, group):
    """Width = ceil(log2(base^group)); the first word that is not a codeword is refused."""
    ((count, width),) = word_layout(group, base=base, group=group)
    assert (count, width) == (1, math.ceil(math.log2(base**group)))
    last = np.array([base**group - 1])
    assert words_to_digits([last], d=group, base=base, group=group).tolist() == [base - 1] * group
    with pytest.raises(ArgumentError, match=f"less than {base}"):
        words_to_digits([last + 1], d=group, base=base, group=group)


def test_no_rows():
    fields = digits_to_words(np.zeros((0, 7), np.int16), base=3, group=5)
    assert [words.shape for words, _ in fields] == [(0, 1), (0, 1)]
    assert words_to_digits([w for w, _ in fields], d=7, base=3, group=5).shape == (0, 7)


def test_ternary_rates():
    """1.6 bits for five in a byte, 27/17 for seventeen; above log2 3."""
    for group, bits in [(1, 2), (5, 8), (17, 27), (20, 32)]:
        assert word_layout(group * 100, base=3, group=group) == [(100, bits)]
        assert bits / group > math.log2(3)
    assert word_layout(7, base=3, group=5) == [(1, 8), (1, 4)]
    assert word_layout(3, base=3, group=5) == [(1, 5)]


def test_refusals():
    with pytest.raises(ArgumentError, match="at most 20"):
        word_layout(5, base=3, group=21)
    for arguments in [(0, 3, 1), (5, 1, 1), (5, 3, 0)]:
        with pytest.raises(ArgumentError):
            word_layout(arguments[0], base=arguments[1], group=arguments[2])
