"""Vectors in a domain, confidence intervals, and the Hypothesis strategy."""

import builtins
import math

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import Blocks, LloydMax, Shifted, Sign
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.domains import AllReals, Box, LpBall
from infobound.testing import vectors
from infobound.testing.inputs import gaussian_input, reach
from infobound.testing.intervals import found_surely, half_width


def test_gaussian_input():
    """Half the largest scale at which 4096 draws fit; the scale that a quantizer is made for."""
    box = gaussian_input(CUQ(radius=3.0), 1)
    pilot = np.abs(np.random.default_rng(1).standard_normal((4096, 1))).max()
    assert 3.0 / (1 + 1 / 16) < 2 * box.scale * pilot <= 3.0
    assert gaussian_input(LloydMax(2, scale=7.0), 3).scale == 7.0
    assert gaussian_input(Sign(), 3).bounded is False
    moved = gaussian_input(Shifted(Blocks(CUQ(), 2), [5.0, -3.0]), 2)
    assert np.array_equal(moved.center, [5.0, -3.0])
    draws = moved.draw(100, (2,), np.random.default_rng(0))
    assert np.all(np.abs(draws - moved.center) <= 1)


@pytest.mark.parametrize(
    ("domain", "end"),
    [(Box(0.3), 0.3), (AllReals(), math.inf), (LpBall(2.0, 5.0), 5 * (1 + 2.0**-32) / 2)],
)
def test_reach_is_the_last_float(domain, end):
    t = reach(domain, np.zeros(4), np.ones(4))
    assert t == pytest.approx(end, rel=1e-15)
    if math.isfinite(t):
        domain.check("y", t * np.ones(4))
        with pytest.raises(ArgumentError):
            domain.check("y", np.nextafter(t, math.inf) * np.ones(4))


def test_interval_of_rare_events():
    """Coverage at level 1e-3 for events of probability 1/500 and n = 1000, where a z-test fails.

    2000 intervals; a right one misses at most 2 on average, so more than 12 have probability below
    1e-6. The z-interval of the same level misses about 30 % of the time (no event was seen, or
    few), and must be seen to.
    """
    rng = np.random.default_rng(0)
    x = (rng.random((1000, 2000)) < 0.002).astype(float)
    gap = np.abs(x.mean(axis=0) - 0.002)
    assert np.sum(gap > half_width(x, 1e-3, span=1.0)) <= 12
    z = 3.29 * x.std(axis=0, ddof=1) / math.sqrt(1000)
    assert np.sum(gap > z) > 100


def test_what_is_found_surely_is_found():
    """A mean that large is outside the interval in all but 1 of 1000 cases; 3000 trials.

    More than 15 misses have probability below 1e-6. At half of it most are missed.
    """
    x = np.random.default_rng(1).standard_normal((400, 3000))
    least = found_surely(x[:, 0], 1e-3)
    for factor, some in ((1.0, False), (0.5, True)):
        missed = np.sum(np.abs((x + factor * least).mean(axis=0)) <= half_width(x, 1e-3))
        assert (missed > 15) is np.bool_(some)


@pytest.mark.parametrize("domain", [AllReals(), Box(2.0), Box(1.0, center=10.0), LpBall(1.0, 3.0)])
@pytest.mark.parametrize("batch", [False, True])
def test_vectors_are_in_the_domain(domain, batch):
    @settings(deadline=None, derandomize=True, max_examples=12)
    @given(st.integers(1, 4).flatmap(lambda d: vectors(domain, d, batch=batch)))
    def law(y):
        assert y.ndim == 1 + batch
        domain.check("y", y)

    law()


def test_vectors_reach_far_and_shrink():
    quick = settings(deadline=None, derandomize=True, max_examples=100)
    far = find(vectors(LpBall(2.0, 3.0), 1), lambda y: np.linalg.norm(y) > 2, settings=quick)
    assert 2 < np.linalg.norm(far) <= 3.001
    assert np.any(find(vectors(AllReals(), 1), lambda y: np.max(np.abs(y)) > 1e20, settings=quick))
    assert not np.any(find(vectors(AllReals(), 1), lambda y: True, settings=quick))


def test_without_hypothesis(monkeypatch):
    real = builtins.__import__

    def absent(name, *rest):
        if name.startswith("hypothesis"):
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError, match="needs Hypothesis: pip install hypothesis"):
        vectors(AllReals(), 2)
