"""Noise estimated from gradients at one point, and its departure from Gaussian."""

import numpy as np
import pytest
from scipy.stats import kurtosis

from infobound.models import gradient_sample
from infobound.models.gradient_sample import describe_gradients, load_gradients
from infobound.numerics.arguments import ArgumentError


@pytest.fixture
def rng():
    return np.random.default_rng(20260530)


def test_gaussian(rng):
    """s within 1e-2 and both departures at their Gaussian values.

    400 x 500 numbers: s has standard error s/sqrt(2 N d) = 0.0016 s, the mean kurtosis
    sqrt(24/(N d)) = 0.011, the mean squared correlation 2e-5 about 1/399. Bands of 5 standard errors: a
    correct version fails with probability 2e-6; kurtosis 0.1 or correlation 0.1 would be seen.
    """
    sample = describe_gradients(3 * rng.standard_normal((400, 500)) + rng.standard_normal(500))
    assert sample.noise_std == pytest.approx(3, rel=0.008)
    assert abs(sample.excess_kurtosis) < 0.055
    excess = sample.square_correlation - sample.square_correlation_independent
    assert abs(excess) < 1e-4
    assert (sample.samples, sample.dimension, sample.constant_coordinates) == (400, 500, 0)
    assert sample.least_std < 3 < sample.largest_std


def test_departures_show(rng):
    x = rng.standard_normal((300, 40))
    heavy = describe_gradients(rng.standard_t(5, size=(300, 40)))
    assert heavy.excess_kurtosis > 1
    common = describe_gradients(x + rng.standard_normal((300, 1)))
    assert common.square_correlation == pytest.approx(0.25, abs=0.05)
    # Wide matrices go through the N x N Gram matrix: the same number.
    wide = describe_gradients((x + rng.standard_normal((300, 1))).T.copy())
    assert wide.dimension == 300


def test_definitions(rng):
    """Each number against its definition, computed another way."""
    x = rng.standard_normal((30, 7)) * np.arange(1, 8)
    sample = describe_gradients(x)
    assert sample.noise_std**2 == pytest.approx(x.var(axis=0, ddof=1).mean(), rel=1e-12)
    assert sample.excess_kurtosis == pytest.approx(
        kurtosis(x, axis=0, bias=False).mean(), rel=1e-10
    )
    r = np.corrcoef(x.T)[~np.eye(7, dtype=bool)]
    assert sample.square_correlation == pytest.approx((r**2).mean(), rel=1e-12)


def test_chunks_and_gram_agree(rng, monkeypatch):
    """Reading in small pieces gives the same answer; so does the other Gram matrix."""
    x = rng.standard_normal((20, 50))
    whole = describe_gradients(x)
    monkeypatch.setattr(gradient_sample, "_CHUNK", 64)
    pieces = describe_gradients(x)
    assert pieces.noise_std == pytest.approx(whole.noise_std, rel=1e-14)
    assert pieces.excess_kurtosis == pytest.approx(whole.excess_kurtosis, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes_and_constants(rng, dtype):
    x = rng.standard_normal((50, 6)).astype(dtype)
    x[:, 2] = 0.1  # a dead coordinate: no noise at all, whatever the rounding
    sample = describe_gradients(x)
    assert sample.constant_coordinates == 1
    assert sample.least_std == 0
    assert np.isfinite(sample.excess_kurtosis)


def test_many_samples_and_coordinates(rng, monkeypatch, tmp_path):
    """Where there are too many for the correlation, an evenly spaced part is used, and said."""
    monkeypatch.setattr(gradient_sample, "_GRAM", 16)
    monkeypatch.setattr(gradient_sample, "_CHUNK", 64)
    np.save(tmp_path / "g.npy", rng.standard_normal((100, 60)) + rng.standard_normal((100, 1)))
    sample = describe_gradients(load_gradients(tmp_path / "g.npy"))
    assert (sample.samples, sample.dimension) == (100, 60)
    assert (sample.correlated_samples, sample.correlated_coordinates) == (32, 16)
    assert sample.square_correlation_independent == 1 / 31
    assert 0.1 < sample.square_correlation < 0.5  # 1/4 is the truth


def test_one_coordinate(rng):
    assert describe_gradients(rng.standard_normal((50, 1))).square_correlation is None


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.ones((5, 3), dtype=int), "array of int64"),
        (np.ones((5, 3), dtype=complex), "array of complex128"),
        (np.ones(5), r"shape \(5,\)"),
        (np.ones((3, 5)), r"shape \(3, 5\)"),
        (np.ones((5, 3)), "equal rows"),
        ([[1.0]], "list"),
    ],
)
def test_refused(array, said):
    with pytest.raises(ArgumentError, match=said):
        describe_gradients(array)


def test_nan_is_named(rng):
    x = rng.standard_normal((9, 30))
    x[4, 17] = np.nan
    with pytest.raises(ArgumentError, match=r"gradients\[4, 17\] = nan"):
        describe_gradients(x)


def test_load(tmp_path, rng):
    good = tmp_path / "g.npy"
    np.save(good, rng.standard_normal((5, 2)))
    assert load_gradients(good).shape == (5, 2)
    torn = tmp_path / "torn.npy"
    torn.write_bytes(good.read_bytes()[:40])
    pickled = tmp_path / "pickled.npy"
    np.save(pickled, np.array([{}], dtype=object))
    archive = tmp_path / "a.npz"
    np.savez(archive, x=1)
    text = tmp_path / "text.npy"
    text.write_text("1 2 3")
    for bad in (torn, pickled, archive, text, tmp_path / "missing.npy", tmp_path):
        with pytest.raises(ArgumentError, match="gradients = "):
            load_gradients(bad)
