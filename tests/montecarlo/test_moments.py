"""Moments of a sample do not depend on how it was cut into parts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.montecarlo.moments import Moments

LAW = settings(deadline=None, derandomize=True)


@LAW
@given(
    values=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=5),
)
def test_merging_equals_pooling(values: list[float], cuts: list[int]) -> None:
    sample = np.array(values) + 1e6  # an offset that a sum of squares would drown in
    parts = [part for part in np.split(sample, sorted(cuts)) if part.size]
    merged, pooled = Moments.merged(map(Moments.of, parts)), Moments.of(sample)
    assert merged.count == pooled.count
    np.testing.assert_allclose(merged.mean, pooled.mean, rtol=1e-14)
    np.testing.assert_allclose(merged.squares, pooled.squares, rtol=1e-6, atol=1e-6)


def test_values_and_estimate() -> None:
    """1, 2, 4: mean 7/3, sum of squared deviations 14/3, variance 7/3, standard error sqrt(7)/3."""
    moments = Moments.of([1.0, 2.0, 4.0])
    assert moments.variance == pytest.approx(7 / 3, rel=1e-15)
    estimate = moments.estimate("bits")
    assert estimate.value == pytest.approx(7 / 3, rel=1e-15)
    assert estimate.stderr == pytest.approx(7**0.5 / 3, rel=1e-15)
    assert (estimate.n, estimate.method, estimate.unit) == (3, "monte-carlo", "bits")


def test_a_merge_that_forgets_the_step_between_means_is_seen() -> None:
    left, right = Moments.of([0.0, 1.0]), Moments.of([10.0, 11.0])
    assert left.merge(right).squares == pytest.approx(101.0)
    assert left.squares + right.squares != pytest.approx(101.0, rel=0.5)


def test_too_few_or_not_numbers() -> None:
    with pytest.raises(ValueError, match=r"shape \(0,\).*n >= 1"):
        Moments.of([])
    with pytest.raises(ValueError, match="two or more numbers"):
        Moments.of([1.0]).estimate("bits")
    with pytest.raises(ValueError, match="two or more numbers"):
        Moments.of(np.ones((5, 2))).estimate("bits")
    assert np.isnan(Moments.of([1.0]).variance)
