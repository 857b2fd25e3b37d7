"""Scalar quantizers: which cells, which levels, and what they keep about a Gaussian mean."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.lloyd_max import lloyd_max
from infobound.numerics.normal import cell_probability, cell_score
from infobound.numerics.uniform_step import fisher_optimal_step
from infobound.quantizers import Cells, LloydMax, Message, Sign, Uniform

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=60)


def information(cells):
    """Fisher information of the cell index about the mean of N(0, 1) at 0."""
    low, up = cells.ends[:-1], cells.ends[1:]
    return math.fsum(cell_score(low, up) ** 2 / cell_probability(low, up))


@pytest.mark.parametrize(
    ("bits", "kept"),
    [(1, 0.636620), (2, 0.882518152), (3, 0.964189112), (4, 0.989208164), (8, 0.999918267)],
)
def test_uniform_information(bits, kept):
    assert information(Uniform(bits).cells) == pytest.approx(kept, abs=6e-7 if bits == 1 else 6e-10)


@pytest.mark.parametrize("bits", range(1, 11))
def test_lloyd_max_information(bits):
    """1 - D, from the cells alone; no uniform quantizer keeps more."""
    kept = information(LloydMax(bits).cells)
    assert kept == pytest.approx(1 - lloyd_max(2**bits).distortion, rel=1e-13, abs=0)
    assert kept >= information(Uniform(bits).cells) - 1e-15


def number_format(points, scale):
    """Cells of rounding to the nearest of +-points, at `scale` standard deviations per unit."""
    grid = np.unique([*points, *(-p for p in points)])
    return Cells(tuple(((grid[:-1] + grid[1:]) / 2).tolist()), tuple(grid.tolist())).scaled(scale)


@pytest.mark.parametrize(
    ("points", "scale", "kept"),
    [
        ((0, 0.5, 1, 1.5, 2, 3, 4, 6), 0.494458, 0.98831256),  # FP4 E2M1
        (range(8), 0.337451, 0.98793064),  # symmetric INT4
    ],
)
def test_four_bit_formats(points, scale, kept):
    """At their best scale: 15 cells, and less kept than by any scale nearby."""
    cells = number_format(points, scale)
    assert (cells.count, cells.width) == (15, 4)
    assert information(cells) == pytest.approx(kept, abs=6e-9)
    for factor in (0.99, 1.01):
        assert information(number_format(points, factor * scale)) < information(cells)


def test_off_centre_sign():
    """phi(a)^2 / (Phi(a) (1 - Phi(a))) at offset a."""
    kept = [information(Sign(offset=a).cells) for a in (0, 0.5, 1, 2, 3)]
    assert kept == pytest.approx([0.6366, 0.5810, 0.4386, 0.1311, 0.01457], abs=5e-5)
    assert kept[0] == pytest.approx(2 / math.pi, rel=1e-14, abs=0)


QUANTIZERS = st.one_of(
    st.builds(Sign, st.floats(0.1, 5), st.floats(-9, 9)),
    st.builds(Uniform, st.integers(1, 6), st.floats(0.01, 3) | st.none(), offset=st.floats(-9, 9)),
    st.builds(LloydMax, st.integers(1, 6), st.floats(0.1, 5), st.floats(-9, 9)),
)


@EXAMPLES
@given(quantizer=QUANTIZERS, seed=st.integers(0, 99))
def test_affine(quantizer, seed):
    """Thresholds are offset + scale * (those at offset 0, scale 1); a level lies in its cell."""
    cells, ends = quantizer.cells, quantizer.cells.ends
    assert cells.cells is cells
    assert cells.levels is not None
    levels = np.array(cells.levels)
    assert np.all((ends[:-1] < levels) & (levels <= ends[1:]))
    symmetric = np.sort(2 * quantizer.offset - ends[1:-1])
    assert symmetric == pytest.approx(ends[1:-1], abs=1e-12)
    y = quantizer.offset + 3 * np.random.default_rng(seed).normal(size=(5, 4))
    symbols = quantizer.encode(y).unpack(width=cells.width)
    assert np.all((ends[symbols] < y) & (y <= ends[symbols + 1]))
    assert np.array_equal(symbols, cells.encode(y).unpack(width=cells.width))
    assert np.array_equal(quantizer.roundtrip(y), levels[symbols])


def test_a_threshold_belongs_to_the_cell_below():
    cells = Cells((-1.0, 0.0, 2.0), (-5.0, -4.0, 4.0, 5.0))
    on = np.array([-1.0, 0.0, -0.0, 2.0])
    assert cells.roundtrip(on).tolist() == [-5, -4, -4, 4]
    assert cells.roundtrip(np.nextafter(on, np.inf)).tolist() == [-4, 4, 4, 5]
    assert Sign().roundtrip([0.0, 5e-324]).tolist() == [-1, 1]


def test_levels():
    assert Sign(2.0, offset=1.0).cells.levels == (-1.0, 3.0)
    assert Uniform(2, step=0.5).cells.levels == (-0.75, -0.25, 0.25, 0.75)
    assert Uniform(2, step=0.5, offset=1.0).cells.thresholds == (0.5, 1.0, 1.5)
    assert Uniform(3, scale=2.0).step == 2 * fisher_optimal_step(8)
    assert LloydMax(3).cells.levels == lloyd_max(8).levels
    assert LloydMax(1, scale=2.0).cells.levels == pytest.approx((-1.5957691216, 1.5957691216))


def test_golden_payload():
    """Bits as they go over the wire, so that a change of layout is seen."""
    message = LloydMax(2).encode([[-2.0, -0.5, 0.5, 2.0], [0.1, 0.2, -3.0, 1.0]])
    assert message == Message(b"\x1b\xa3", 16, (2, 4))
    assert Sign().encode([1.0, -1.0, 1.0]).payload == b"\xa0"


def test_bits_and_names():
    assert LloydMax(bits=4).bits(64) == 256
    assert Cells((0.0, 1.0)).bits(3) == 6
    assert repr(LloydMax(4)) == "LloydMax(bits=4, scale=1.0, offset=0.0)"
    assert eval(repr(Uniform(3, step=0.5, offset=1.0))) == Uniform(3, 0.5, offset=1.0)
    assert eval(repr(LloydMax(2, 0.5, 1.0))) == LloydMax(2, 0.5, 1.0)
    assert len({LloydMax(2), LloydMax(2), LloydMax(3), LloydMax(2, offset=1.0)}) == 3
    assert LloydMax(4).variance_bound(3) is None


def test_cells_without_levels():
    cells = Cells((0.0, 1.0))
    message = cells.encode([0.5, 2.0])
    for call in (lambda: cells.decode(message), lambda: cells.roundtrip([0.5, 2.0])):
        with pytest.raises(ArgumentError, match=r"levels = None, .* no levels are needed"):
            call()
    assert cells.scaled(2.0, 1.0) == Cells((1.0, 3.0))


def test_symbol_of_no_cell():
    with pytest.raises(ArgumentError, match=r"message symbol = 3, .* number of cells, 3"):
        Cells((0.0, 1.0), (0, 1, 2)).decode(Message.pack([3], width=2, shape=(1,)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Cells(()), r"thresholds = \(\)"),
        (lambda: Cells("01"), "thresholds = '01'"),
        (lambda: Cells(1.0), "thresholds = 1.0"),
        (lambda: Cells((0.0, math.nan)), r"thresholds\[1\] = nan"),
        (lambda: Cells((0.0, math.inf)), r"thresholds\[1\] = inf"),
        (lambda: Cells((1.0, 1.0)), r"thresholds\[1\] = 1.0, .* greater than thresholds\[0\]"),
        (lambda: Cells((1.0, 2.0), (1.0, 2.0)), r"len\(levels\) = 2, .* 3"),
        (lambda: Cells((1.0,), (1.0, math.nan)), r"levels\[1\] = nan"),
        (lambda: Cells((1.0,)).scaled(0), "scale = 0"),
        (lambda: Sign(scale=-1), "scale = -1"),
        (lambda: Sign(offset=math.inf), "offset = inf"),
        (lambda: LloydMax(0), "bits = 0, .* at least 1, at most 10"),
        (lambda: LloydMax(11), "bits = 11"),
        (lambda: LloydMax(2.5), "bits = 2.5"),
        (lambda: LloydMax(4, offset=1e20), r"offset = 1e\+20, .* not distinct"),
        (lambda: LloydMax(4, scale=math.nan), "scale = nan"),
        (lambda: Uniform(17), "bits = 17"),
        (lambda: Uniform(3, step=0), "step = 0"),
        (lambda: Uniform(3, scale=0), "scale = 0"),
        (lambda: Uniform(3, step=1.0, offset=1e17), r"offset = 1e\+17"),
    ],
)
def test_errors(make, words):
    with pytest.raises(ArgumentError, match=words):
        make()
