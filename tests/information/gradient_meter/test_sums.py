"""U-statistics, covariances and jackknife against sums over all pairs of rows."""

import itertools

import numpy as np
import pytest

from infobound.information.gradient_meter.sums import Sums, group_starts, jackknife


def sums(x, e):
    """As the meter makes them, from whole arrays."""
    starts = group_starts(len(x))
    by_group = [np.add.reduceat(a, starts[:-1]) for a in (x, e)]
    rows = [np.sum(a * b, axis=1) for a, b in ((x, x), (x, e), (e, e))]
    return Sums(
        np.diff(starts).astype(float),
        *(np.add.reduceat(a, starts[:-1]) for a in rows),
        by_group[0] @ by_group[0].T,
        by_group[0] @ by_group[1].T,
        by_group[1] @ by_group[1].T,
    )


def pairs(a, b):
    """Mean of <a_i, b_j> over pairs i != j."""
    n = len(a)
    return np.mean([a[i] @ b[j] for i, j in itertools.permutations(range(n), 2)])


@pytest.mark.parametrize("n", [5, 32, 45])
def test_moments_are_those_of_pairs(n):
    draw = np.random.default_rng(n)
    x, e = draw.standard_normal((n, 7)) + 0.5, draw.standard_normal((n, 7)) - 0.2
    e += 0.3 * x
    found = sums(x, e)
    assert found.mean_square()[0] == pytest.approx(pairs(x, x), rel=1e-12)
    assert found.bias_square()[0] == pytest.approx(pairs(e, e), rel=1e-12)
    spread, cross, error = found.centred()
    xc, ec = x - x.mean(axis=0), e - e.mean(axis=0)
    assert spread[0] == pytest.approx(np.sum(xc * xc) / (n - 1), rel=1e-12)
    assert cross[0] == pytest.approx(np.sum(xc * ec) / (n - 1), rel=1e-12)
    assert error[0] == pytest.approx(np.sum(ec * ec) / (n - 1), rel=1e-12)
    assert found.mean_error()[0] == pytest.approx(np.mean(np.sum(e * e, axis=1)), rel=1e-12)


@pytest.mark.parametrize("n", [6, 45])
def test_without_a_group_is_what_the_other_rows_give(n):
    draw = np.random.default_rng(n)
    x, e = draw.standard_normal((n, 3)) + 1, draw.standard_normal((n, 3))
    found, starts = sums(x, e), group_starts(n)
    for group, (a, b) in enumerate(itertools.pairwise(starts)):
        keep = np.r_[0:a, b:n]
        alone = sums(x[keep], e[keep])
        for name in ("mean_square", "bias_square", "mean_error", "mean_energy"):
            left = getattr(found, name)()[1 + group]
            assert left == pytest.approx(getattr(alone, name)()[0], rel=1e-10, abs=1e-13)
        for left, other in zip(found.centred(), alone.centred(), strict=True):
            assert left[1 + group] == pytest.approx(other[0], rel=1e-10, abs=1e-13)


def test_pieces_of_coordinates_add_up():
    draw = np.random.default_rng(0)
    x, e = draw.standard_normal((2, 40, 9))
    whole, parts = sums(x, e), sums(x[:, :4], e[:, :4]) + sums(x[:, 4:], e[:, 4:])
    for name in ("energy", "cross", "error", "xx", "xe", "ee"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), rel=1e-12, abs=1e-12)


def test_groups_are_consecutive_and_nearly_equal():
    for n in (1, 2, 31, 32, 33, 1000):
        starts = group_starts(n)
        sizes = np.diff(starts)
        assert starts[0] == 0
        assert starts[-1] == n
        assert len(sizes) == min(n, 32)
        assert sizes.max() - sizes.min() <= 1


def test_jackknife():
    """For a mean it is the textbook standard error."""
    values = np.random.default_rng(0).standard_normal(20)
    left = (values.sum() - values) / 19
    exact = values.std(ddof=1) / np.sqrt(20)
    assert jackknife(np.concatenate([[values.mean()], left])) == pytest.approx(exact, rel=1e-12)
    assert jackknife(np.array([1.0, 2.0, 3.0])) is None
    assert jackknife(np.array([1.0, 2.0, 3.0, np.nan, 1.0])) is None


def test_error_bars_cover():
    """|E e|^2 by U-statistic, 64 rows in 32 groups: 2 standard errors cover in 400 seeds.

    Expected 95 %: fewer than 370 of 400 has probability 1e-2 at 0.95 and the seed is fixed; an
    error bar too small by 1.5 covers 82 % at most and is rejected.
    """
    mean, covered, narrow = 0.5, 0, 0
    for seed in range(400):
        e = np.random.default_rng(seed).standard_normal((64, 4)) + mean
        square = sums(e, e).bias_square()
        gap, bar = abs(square[0] - 4 * mean**2), jackknife(square)
        covered += gap < 2 * bar
        narrow += gap < 2 * bar / 1.5
    assert covered >= 370
    assert narrow < 370
