"""Lloyd-Max designs: the known table, the two optimality conditions, the high-rate limit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.lloyd_max import lloyd_max
from infobound.numerics.normal import cell_mean, cell_moments

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=40)

# bits: 1 - D, D, entropy in bits; from Newton's method with 50 digits.
TABLE = {
    1: (0.6366197723675813, 0.3633802276324187, 1.000000000),
    2: (0.8825181521706707, 0.1174818478293293, 1.911098766),
    3: (0.9654522392114963, 0.03454776078850373, 2.824865214),
    4: (0.9904989919918081, 0.009501008008191886, 3.765328473),
    5: (0.9974953316443252, 0.002504668355674799, 4.729783539),
    6: (0.9993557603346827, 0.0006442396653172623, 5.710077554),
    7: (0.9998365217700198, 0.0001634782299802368, 6.699582889),
    8: (0.9999588149171329, 4.118508286711749e-5, 7.694119106),
    9: (0.9999896631688853, 1.033683111472411e-5, 8.691311971),
    10: (0.9999974106241624, 2.589375837618815e-6, 9.689881282),
}
POSITIVE_THRESHOLDS = {
    2: (0.98159882157,),
    3: (0.50054973008, 1.0499572799, 1.7479274915),
    4: (
        *(0.25822166467, 0.52240370901, 0.79954978751, 1.0992858269),
        *(1.4371387917, 1.8435318063, 2.4008033988),
    ),
}
POSITIVE_LEVELS = {
    1: (0.7978845608,),
    2: (0.45278003464, 1.5104176085),
    3: (0.24509417894, 0.75600528121, 1.3439092785, 2.1519457045),
    4: (
        *(0.12839502985, 0.38804829949, 0.65675911853, 0.94234045649),
        *(1.2562311973, 1.618046386, 2.0690172265, 2.732589571),
    ),
}


@pytest.mark.parametrize("bits", TABLE)
def test_table(bits):
    information, distortion, entropy = TABLE[bits]
    design = lloyd_max(2**bits)
    assert design.distortion == pytest.approx(distortion, rel=1e-14, abs=0)
    assert design.information == pytest.approx(information, rel=1e-14, abs=0)
    assert design.entropy_bits == pytest.approx(entropy, abs=1e-9)


@pytest.mark.parametrize("bits", POSITIVE_THRESHOLDS)
def test_thresholds(bits):
    half = 2 ** (bits - 1)
    found = lloyd_max(2**bits).thresholds
    assert found[half - 1] == 0
    assert found[half:] == pytest.approx(POSITIVE_THRESHOLDS[bits], rel=1e-10, abs=0)


@pytest.mark.parametrize("bits", POSITIVE_LEVELS)
def test_levels(bits):
    assert lloyd_max(2**bits).levels[2 ** (bits - 1) :] == pytest.approx(
        POSITIVE_LEVELS[bits], rel=1e-10, abs=0
    )


def test_few_levels():
    nothing, three = lloyd_max(1), lloyd_max(3)
    assert (nothing.thresholds, nothing.levels, nothing.distortion) == ((), (0.0,), 1.0)
    assert three.distortion == pytest.approx(0.1901740392479015, rel=1e-14, abs=0)
    assert three.information == pytest.approx(0.8098259607520985, rel=1e-14, abs=0)
    assert three.thresholds[1] == pytest.approx(0.6120, abs=5e-5)
    assert lloyd_max(2).information == pytest.approx(2 / math.pi, rel=1e-15, abs=0)


def defects(thresholds, levels):
    """Largest departure from: thresholds are midpoints; levels are the means of their cells."""
    thresholds, levels = np.array(thresholds), np.array(levels)
    ends = np.concatenate([[-math.inf], thresholds, [math.inf]])
    midpoint = np.abs(thresholds - (levels[:-1] + levels[1:]) / 2)
    mean = np.abs(levels - cell_mean(ends[:-1], ends[1:]))
    return max(midpoint.max(), mean.max())


@EXAMPLES
@given(levels=st.integers(2, 1024))
def test_fixed_point(levels):
    """The optimality conditions of Lloyd and Max, symmetry, order, and total probability."""
    design = lloyd_max(levels)
    assert len(design.thresholds) == levels - 1
    assert len(design.levels) == len(design.probabilities) == levels
    assert defects(design.thresholds, design.levels) < 1e-14
    assert np.all(np.diff(design.thresholds) > 0)
    assert design.thresholds == tuple(-t for t in reversed(design.thresholds))
    assert design.levels == pytest.approx([-y for y in reversed(design.levels)], abs=1e-15)
    assert math.fsum(design.probabilities) == pytest.approx(1, abs=1e-14)


def test_fixed_point_rejects():
    """Planted: one threshold moved by 1e-10; cells of equal probability; scaled by 1 + 1e-10."""
    design = lloyd_max(16)
    moved = [*design.thresholds[:3], design.thresholds[3] + 1e-10, *design.thresholds[4:]]
    assert defects(moved, design.levels) > 1e-11
    assert defects(np.array(design.thresholds) * (1 + 1e-10), design.levels) > 1e-11


def test_least_distortion_nearby():
    """No move of the thresholds lowers the error (16 levels, random directions)."""
    design = lloyd_max(16)
    rng = np.random.default_rng(0)
    for _ in range(50):
        moved = np.array(design.thresholds) + 1e-3 * rng.standard_normal(15)
        ends = np.concatenate([[-math.inf], moved, [math.inf]])
        cells = cell_moments(ends[:-1], ends[1:])
        assert math.fsum(cells.probability * cells.variance) > design.distortion


def test_distortion_decreases_with_the_number_of_levels():
    errors = [lloyd_max(levels).distortion for levels in [*range(1, 70), *range(70, 1025, 50)]]
    assert all(np.diff(errors) < 0)


def test_high_rate():
    """4^B D increases towards sqrt(3) pi / 2 (Panter and Dite 1951)."""
    scaled = [4**bits * lloyd_max(2**bits).distortion for bits in range(1, 11)]
    assert all(np.diff(scaled) > 0)
    assert scaled == pytest.approx(
        [1.45352, 1.87971, 2.21106, 2.43226, 2.56478, 2.63881, 2.67843, 2.69911, 2.70974, 2.71516],
        abs=6e-6,
    )
    limit = math.sqrt(3) * math.pi / 2
    assert scaled[-1] < limit
    assert 2 * scaled[-1] - scaled[-2] == pytest.approx(limit, abs=5e-4)  # the gap goes like 2^-B


def test_memoised():
    assert lloyd_max(32) is lloyd_max(32)


@pytest.mark.parametrize("levels", [0, -1, 1025, 2.5, math.nan, "4", True, None])
def test_errors(levels):
    with pytest.raises(ArgumentError, match=r"levels = .* at most 1024"):
        lloyd_max(levels)
