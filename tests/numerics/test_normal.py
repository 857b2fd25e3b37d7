"""Gaussian cells against 50 and more digits, wherever the cell lies and however narrow it is."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.normal import (
    Cell,
    cell_mean,
    cell_moments,
    cell_probability,
    cell_score,
    cell_variance,
    density,
    log_cell_probability,
)

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=300)
place = st.one_of(st.floats(-30, 30), st.floats(-1, 1), st.just(0.0))
size = st.one_of(
    st.builds(lambda digits: 10.0**digits, st.floats(-12, 2)), st.floats(0.01, 8), st.just(math.inf)
)


@st.composite
def cells(draw):
    lower, width = draw(place), draw(size)
    upper = lower + width
    if not lower < upper:  # a width below the spacing of floats
        upper = math.nextafter(lower, math.inf)
    return (lower, upper) if draw(st.booleans()) else (-upper, -lower)


def reference(lower, upper):
    """Textbook formulas with so many digits that their cancellation does not matter."""
    narrow = 0 if math.isinf(upper - lower) else max(0, -round(4 * math.log10(upper - lower)))
    with mpmath.workdps(100 + narrow):
        a, b = mpmath.mpf(lower), mpmath.mpf(upper)
        if a + b < 0:
            mirror = reference(-upper, -lower)
            return Cell(mirror[0], -mirror[1], -mirror[2], mirror[3])
        tail = lambda x: mpmath.erfc(x / mpmath.sqrt(2)) / 2
        height = lambda x: mpmath.npdf(x) if abs(x) < mpmath.inf else mpmath.mpf(0)
        slope = lambda x: x * height(x) if abs(x) < mpmath.inf else mpmath.mpf(0)
        probability = tail(a) - tail(b) if a >= 0 else 1 - tail(-a) - tail(b)
        score = height(a) - height(b)
        mean = score / probability
        return Cell(probability, score, mean, 1 + (slope(a) - slope(b)) / probability - mean**2)


def relative_error(found, exact):
    if exact == 0:
        return abs(float(found))
    return float(abs((mpmath.mpf(float(found)) - exact) / exact))


@EXAMPLES
@given(cell=cells())
@example(cell=(30.0, math.inf))
@example(cell=(30.0, 30.0 + 1e-9))
@example(cell=(-math.inf, 30.0))
@example(cell=(-1e-9, 1e-9 + 1e-20))
@example(cell=(-0.5, math.inf))
@example(cell=(-9.0, 9.5))
@example(cell=(1.0, math.nextafter(1.0, 2.0)))
def test_moments_to_twelve_digits(cell):
    """Relative error below 1e-12 for all four, and for the closed forms."""
    exact = reference(*cell)
    found = cell_moments(*cell)
    for name in Cell._fields:
        assert relative_error(getattr(found, name), getattr(exact, name)) < 1e-12, name
    assert relative_error(cell_probability(*cell), exact.probability) < 1e-12
    assert relative_error(cell_score(*cell), exact.score) < 1e-12
    log = mpmath.log(exact.probability)
    assert abs(float(log_cell_probability(*cell) - log)) < 1e-12 * (1 + abs(float(log)))


@pytest.mark.parametrize("cell", [(30.0, math.inf), (2.0, 2.0 + 1e-6), (-1e-6, 2e-6)])
def test_the_textbook_variance_would_fail(cell):
    """Planted: 1 + (a phi(a) - b phi(b)) / P - mean^2 in floats loses half the digits or more."""
    a, b = cell
    edge = (a * density(a) - (0.0 if math.isinf(b) else b * density(b))) / cell_probability(a, b)
    textbook = 1 + edge - cell_mean(a, b) ** 2
    assert relative_error(textbook, reference(a, b).variance) > 1e-10
    assert relative_error(cell_variance(a, b), reference(a, b).variance) < 1e-13


@EXAMPLES
@given(cell=cells())
def test_mean_is_inside_and_variance_below_that_of_a_uniform(cell):
    """Popoviciu, and log-concavity: Var <= 1; a cell on one side of 0 has its mean near 0."""
    lower, upper = cell
    _, score, mean, variance = cell_moments(lower, upper)
    assert lower <= mean <= upper
    assert 0 < variance <= min(1 + 1e-15, (upper - lower) ** 2 / 4)
    if lower >= 0 and upper - lower > 1e-6 and not math.isinf(upper):
        assert mean < (lower + upper) / 2
    assert score == -cell_score(-upper, -lower)


@EXAMPLES
@given(ends=st.lists(st.floats(-12, 12), min_size=1, max_size=20, unique=True))
def test_total_law(ends):
    """Over a partition: probabilities add to 1, scores to 0, and second moments to 1."""
    ends = np.array([-math.inf, *sorted(ends), math.inf])
    probability, score, mean, variance = cell_moments(ends[:-1], ends[1:])
    assert math.fsum(probability) == pytest.approx(1, abs=1e-14)
    assert math.fsum(score) == pytest.approx(0, abs=1e-14)
    assert math.fsum(probability * (variance + mean**2)) == pytest.approx(1, abs=1e-13)


def test_far_beyond_underflow():
    """Mean and variance of a far tail: x + 1/x - 2/x^3 and 1/x^2 - 6/x^4, to leading orders."""
    for x in (50.0, 1e3, 1e8, 1e100):
        found = cell_moments(x, math.inf)
        assert found.probability == 0
        assert found.mean - x == pytest.approx(1 / x - 2 / x**3, rel=1e-4, abs=math.ulp(x))
        assert found.variance == pytest.approx((1 - 6 / x**2) / x**2, rel=1e-4, abs=0)
    assert log_cell_probability(50, math.inf) == pytest.approx(-1254.831361, abs=1e-6)


def test_infinite_and_empty_cells():
    whole = cell_moments(-math.inf, math.inf)
    assert whole == pytest.approx((1, 0, 0, 1), abs=1e-14)
    for point in (-math.inf, -3.0, 0.0, 2.5, math.inf):
        probability, score, mean, variance = cell_moments(point, point)
        assert (probability, score, mean, variance) == (0, 0, point, 0)
        assert cell_probability(point, point) == 0
        assert log_cell_probability(point, point) == -math.inf


def test_shapes():
    """Ends broadcast; a batch is what a loop gives, bit for bit, also beyond one block."""
    lower = np.random.default_rng(0).normal(size=(3, 4001))
    batch = cell_moments(lower, 1.5 + np.abs(lower))
    assert all(part.shape == (3, 4001) for part in batch)
    for k in (0, 17, 4000):
        single = cell_moments(lower[2, k], 1.5 + abs(lower[2, k]))
        assert [part[2, k] for part in batch] == [float(part) for part in single]
    assert cell_mean(np.zeros((2, 0)), 1.0).shape == (2, 0)
    assert cell_probability(0, [[1], [2]]).shape == (2, 1)


@pytest.mark.parametrize("call", [cell_probability, cell_score, cell_moments])
def test_errors(call):
    with pytest.raises(ArgumentError, match=r"upper = 1.0, .* lower = 2.0"):
        call(2.0, 1.0)
    with pytest.raises(ArgumentError, match=r"upper = nan"):
        call([0.0, 0.0], [1.0, math.nan])
