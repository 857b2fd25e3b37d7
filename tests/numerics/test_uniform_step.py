"""The best step of a uniform quantizer: known values, and that no other step does better."""

import math

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.numerics.lloyd_max import lloyd_max
from infobound.numerics.normal import cell_moments
from infobound.numerics.uniform_step import fisher_optimal_step

TABLE = {  # bits: step, Fisher information
    2: (0.98159882, 0.882518152),
    3: (0.56458150, 0.964189112),
    4: (0.31990767, 0.989208164),
    5: (0.17921866, 0.996765110),
    6: (0.09931642, 0.999038786),
    7: (0.05446326, 0.999717817),
    8: (0.02957745, 0.999918267),
}


def distortion(cells, step):
    ends = np.array([-math.inf, *(step * np.arange(1 - cells // 2, cells // 2)), math.inf])
    found = cell_moments(ends[:-1], ends[1:])
    return math.fsum(found.probability * found.variance)


@pytest.mark.parametrize("bits", TABLE)
def test_table(bits):
    step, information = TABLE[bits]
    found = fisher_optimal_step(2**bits)
    assert found == pytest.approx(step, abs=1.1e-8)
    assert 1 - distortion(2**bits, found) == pytest.approx(information, abs=6e-10)


@pytest.mark.parametrize("cells", [4, 6, 10, 16, 100, 256])
def test_no_other_step_is_better(cells):
    """Over a grid from half to twice the step, and 1 part in 1000 away."""
    step = fisher_optimal_step(cells)
    best = distortion(cells, step)
    others = [step * factor for factor in (0.5, 0.7, 0.9, 0.999, 1.001, 1.1, 1.4, 2)]
    assert min(distortion(cells, other) for other in others) > best


def test_two_and_four_cells():
    """Two: the middles are the means. Four: there is one threshold, so it is Lloyd-Max."""
    assert fisher_optimal_step(2) / 2 == pytest.approx(lloyd_max(2).levels[1], rel=1e-15, abs=0)
    assert fisher_optimal_step(4) == pytest.approx(lloyd_max(4).thresholds[2], rel=1e-13, abs=0)


@pytest.mark.parametrize("cells", [0, 1, 3, 2**17, 2.5])
def test_errors(cells):
    with pytest.raises(ArgumentError, match="cells = "):
        fisher_optimal_step(cells)
