"""The prefix code for dithered normal cells: length, prefix property, damage."""

import sys
from itertools import pairwise

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.normal import cell_probability
from infobound.quantizers.range_code import NormalCode


def sample(deviation, d, seed):
    rng = np.random.default_rng(seed)
    dither = rng.random(d)
    cells = np.floor(rng.normal(0, deviation, d) + dither).astype(np.int64)
    return cells, dither


def ideal_length(cells, dither, deviation):
    lower = (cells - dither) / deviation
    return -np.log2(cell_probability(lower, lower + 1 / deviation)).sum()


@pytest.mark.parametrize("deviation", [2.0**-10, 0.05, 0.7, 3.0, 200.0])
@pytest.mark.parametrize("d", [1, 2, 7, 60, 3000])
def test_round_trip(deviation, d):
    """Whatever bits follow a word are not read; its length is the ideal one plus at most 2.

    Probabilities are multiples of 2^-24, and each of 18 deviation cells gets at least one: that
    costs at most another 0.001 bits per coordinate here.
    """
    code = NormalCode(deviation)
    cells, dither = sample(deviation, d, seed=d)
    word = code.encode(cells, dither)
    for tail in (np.zeros(0), np.zeros(70), np.ones(70), np.arange(70) % 2):
        longer = np.concatenate([word, tail.astype(np.uint8)])
        assert np.array_equal(code.decode(longer, dither), cells)
    ideal = ideal_length(cells, dither, deviation)
    assert ideal - 1e-3 * d <= len(word) <= ideal + 2 + 1e-3 * d


def test_prefix_free():
    """All words of three cells, for one dither: none begins another, and Kraft's sum is <= 1."""
    code, dither = NormalCode(0.4), np.array([0.2, 0.5, 0.9])
    words = [
        "".join(map(str, code.encode(np.array(cells), dither)))
        for cells in np.ndindex(5, 5, 5)
        for cells in [np.array(cells) - 2]
    ]
    ordered = sorted(words)
    assert len(set(words)) == 125
    assert not any(b.startswith(a) for a, b in pairwise(ordered))
    assert sum(2.0 ** -len(word) for word in words) <= 1


def test_too_short():
    """A truncated word is decoded to something else: what notices is encoding it again."""
    code = NormalCode(3.0)
    cells, dither = sample(3.0, 50, seed=0)
    word = code.encode(cells, dither)
    assert not np.array_equal(code.decode(word[:-8], dither), cells)


def test_refused(monkeypatch):
    with pytest.raises(ArgumentError, match="a code word"):
        NormalCode(0.5).decode(np.ones(600, dtype=np.uint8), np.full(20, 0.5))
    monkeypatch.setitem(sys.modules, "constriction", None)
    with pytest.raises(ImportError, match=r"pip install 'infobound\[coding\]', or use Subtractive"):
        NormalCode(1.0)
