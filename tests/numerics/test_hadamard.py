"""Walsh-Hadamard transform and rotation: against the matrix, and the laws."""

import math

import numpy as np
import pytest
import scipy.linalg

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.hadamard import hadamard, padded, rotate, rotate_back
from infobound.numerics.public_coins import public_signs

KINDS = pytest.mark.parametrize("kind", [np.float32, np.float64])
# Every matrix order up to 2^11 by itself, and orders on both sides of the block sizes.
LARGE = [2**12, 2**13, 2**15, 2**16, 2**17, 2**18, 2**19]


def normal(*shape, kind=np.float64, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(kind)


def excess(found, expected, rows=1):
    """Largest error beside the rounding that log2(D) additions of unit numbers may make."""
    rounding = np.finfo(found.dtype).eps * math.log2(2 * found.shape[-1])
    return np.abs(found.astype(np.float64) - expected).max() / rounding


def plain(y):
    """Butterflies one level at a time: the definition, in float64."""
    out, half = y.astype(np.float64), 1
    while half < y.shape[-1]:
        pairs = out.reshape(-1, 2, half)
        out = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1)
        half *= 2
    return out.reshape(y.shape) / math.sqrt(y.shape[-1])


@KINDS
@pytest.mark.parametrize("size", [2**k for k in range(12)])
def test_is_the_sylvester_matrix(size, kind):
    y = normal(3, size, kind=kind)
    expected = y.astype(np.float64) @ scipy.linalg.hadamard(size) / math.sqrt(size)
    found = hadamard(y)
    assert found.dtype == kind
    assert excess(found, expected) < 8
    assert excess(hadamard(y[:, ::-1]), expected) > 8 or size == 1  # the order matters


@KINDS
@pytest.mark.parametrize("size", LARGE)
def test_large_agrees_with_butterflies(size, kind):
    y = normal(size, kind=kind, seed=size)
    found = hadamard(y)
    assert excess(found, plain(y)) < 8
    assert math.isclose(np.linalg.norm(found), np.linalg.norm(y), rel_tol=1e-5)
    assert excess(hadamard(found), y) < 16


@pytest.mark.parametrize("shape", [(0, 8), (5, 8), (2, 3, 64), (7, 4096), (600, 128), (3, 2**16)])
def test_batch_is_row_by_row(shape):
    y = normal(*shape)
    found = hadamard(y)
    assert found.shape == shape
    for row, alone in zip(found.reshape(-1, shape[-1])[:7], y.reshape(-1, shape[-1]), strict=False):
        assert np.array_equal(row, hadamard(alone))


@pytest.mark.parametrize("size", [64, 2**16])
def test_linear(size):
    x, y = normal(size, seed=1), normal(size, seed=2)
    assert excess(hadamard(2.5 * x - y), 2.5 * hadamard(x) - hadamard(y)) < 32


@pytest.mark.parametrize("size", [1, 16, 4096, 2**16])
def test_out(size):
    y = normal(2, size)
    before, expected = y.copy(), hadamard(y)
    assert np.array_equal(y, before)
    other = np.empty_like(y)
    assert hadamard(y, out=other) is other
    assert np.array_equal(other, expected)
    assert np.array_equal(y, before)
    assert hadamard(y, out=y) is y
    assert np.array_equal(y, expected)


def test_views_and_integers():
    wide = normal(6, 32)
    assert np.array_equal(hadamard(wide[::2, ::4]), hadamard(wide[::2, ::4].copy()))
    assert hadamard([3, 1]).tolist() == pytest.approx([4 / math.sqrt(2), 2 / math.sqrt(2)])


def test_no_overflow_on_the_way():
    """Every stage is orthonormal, so 1e38 in float32 stays finite where the result is."""
    y = np.full(256, 1e36, dtype=np.float32)
    assert hadamard(y)[0] == pytest.approx(1.6e37, rel=1e-6)


@pytest.mark.parametrize(
    ("y", "options", "words"),
    [
        (np.zeros(12), {}, r"y.shape = \(12,\), .* Pad with zeros to 16"),
        (np.zeros((3, 0)), {}, r"y.shape = \(3, 0\)"),
        (1.0, {}, r"y.shape = \(\)"),
        (np.zeros(8), {"out": np.zeros(8, dtype=np.float32)}, r"out = .* type float64"),
        (np.zeros(8), {"out": np.zeros(16)[::2]}, r"out = .* C-contiguous"),
    ],
)
def test_refuses(y, options, words):
    with pytest.raises(ArgumentError, match=words):
        hadamard(y, **options)


def test_padded():
    assert [padded(d) for d in (1, 2, 3, 4, 5, 1024, 1025)] == [1, 2, 4, 4, 8, 1024, 2048]


@KINDS
@pytest.mark.parametrize("d", [1, 2, 3, 64, 100, 5000])
def test_rotate_is_the_definition_and_back(d, kind):
    y = normal(2, 3, d, kind=kind, seed=d)
    size = padded(d)
    padding = np.zeros((2, 3, size))
    padding[..., :d] = y * public_signs(77, count=6, d=d, first=5).reshape(2, 3, d)
    found = rotate(y, 77, first=5)
    assert found.shape == (2, 3, size)
    assert found.dtype == kind
    assert excess(found, plain(padding)) < 8
    assert excess(rotate_back(found, 77, d=d, first=5), y) < 16
    if d > 3:
        assert excess(rotate_back(found, 77, d=d, first=4), y) > 1000  # the signs matter
        assert excess(rotate_back(found, 78, d=d, first=5), y) > 1000


@KINDS
@pytest.mark.parametrize(
    ("d", "count"),
    [
        *[(1, 7), (3, 700), (16, 999), (100, 77), (256, 50), (512, 40), (1024, 35), (3000, 40)],
        *[(2**13, 17), (2**16, 3), (2**17 - 1, 3), (2**18, 5)],
    ],
)
def test_row_alone_is_the_row_of_the_batch(d, count, kind):
    """Bit for bit, also where a batch is worked on in pieces or padded to a whole unit."""
    y = normal(count, d, kind=kind)
    z = rotate(y, 3, first=10)
    back = rotate_back(z, 3, d=d, first=10)
    for i in {0, 1, count // 2, count - 1}:
        assert np.array_equal(z[i], rotate(y[i], 3, first=10 + i))
        assert np.array_equal(back[i], rotate_back(z[i], 3, d=d, first=10 + i))
    assert np.array_equal(rotate(y[1:], 3, first=11), z[1:])
    assert d == 1 or not np.array_equal(rotate(y[1:], 3, first=10), z[1:])


def test_rotate_leaves_the_input():
    y = normal(4, 16)
    before = y.copy()
    rotate_back(rotate(y, 1), 1, d=16)
    assert np.array_equal(y, before)


def test_rotate_back_refuses():
    with pytest.raises(ArgumentError, match=r"z.shape = \(2, 8\), .* \(..., 16\)"):
        rotate_back(np.zeros((2, 8)), 0, d=9)
    with pytest.raises(ArgumentError, match="coins = -1"):
        rotate(np.zeros(8), -1)
