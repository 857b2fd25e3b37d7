"""Uniform rotations: orthogonal, undone by the decoder, and uniform by their moments."""

import math

import numpy as np
import pytest

from infobound.quantizers.haar import haar_rotate


def matrices(d, count, coins=5):
    """R of each row, shape (count, d, d), from the images of the unit vectors."""
    columns = [haar_rotate(np.tile(unit, (count, 1)), coins) for unit in np.eye(d)]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("d", [1, 2, 5, 30])
def test_orthogonal(d):
    turn = matrices(d, 20)
    np.testing.assert_allclose(
        turn @ np.swapaxes(turn, 1, 2), np.tile(np.eye(d), (20, 1, 1)), atol=1e-13
    )
    assert {-1, 1} == set(np.linalg.det(turn).round(9))
    y = np.random.default_rng(0).normal(size=(20, d)).astype(np.float32)
    turned = haar_rotate(y, 5)
    np.testing.assert_allclose(turned, np.einsum("nij,nj->ni", turn, y), atol=1e-13)
    np.testing.assert_allclose(haar_rotate(turned, 5, back=True), y, atol=1e-13)
    assert np.array_equal(haar_rotate(y[7:9], 5, first=7), turned[7:9])


def test_blocks():
    """More rows than one block of normal variables holds."""
    y = np.random.default_rng(0).normal(size=(5, 600))
    turned = haar_rotate(y, 1)
    np.testing.assert_allclose(
        np.linalg.norm(turned, axis=1), np.linalg.norm(y, axis=1), rtol=1e-12
    )
    assert np.array_equal(haar_rotate(y[4:], 1, first=4), turned[4:])


def moments(turn):
    """Traces and entries whose mean and mean product Haar measure gives, as z-scores."""
    d = turn.shape[-1]
    trace = np.trace(turn, axis1=1, axis2=2)
    samples = [
        (trace, 0),
        (trace**2, 1),
        (np.trace(turn @ turn, axis1=1, axis2=2), 1),
        (turn[:, 0, 0] ** 2 * d, 1),
        (turn[:, -1, -1] ** 4 * d * (d + 2), 3),
        (turn[:, -1, 0] ** 4 * d * (d + 2), 3),
        (turn[:, 0, 1] ** 2 * turn[:, 1, 0] ** 2 * (d - 1) * d * (d + 2), d + 1),
        (np.linalg.det(turn), 0),
    ]
    return [(x.mean() - mean) * math.sqrt(len(x)) / x.std() for x, mean in samples]


@pytest.mark.parametrize("d", [3, 4])
def test_uniform(d):
    """8 z-scores from 20000 matrices: |z| > 5.2 in one of them has probability 2e-6.

    A sign fixed by the first entry must be noticed, and so must the law of the square of R.
    """
    turn = matrices(d, 20000)
    assert np.abs(moments(turn)).max() < 5.2
    assert np.abs(moments(turn * np.sign(turn[:, :1, :1]))).max() > 5.2
    assert np.abs(moments(turn @ turn)).max() > 5.2
