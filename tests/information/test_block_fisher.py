"""Information in a block of codes: full enumeration of small blocks, and the laws it must obey."""

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from scipy.integrate import quad

from infobound.bounds.gaussian_blocks import ScaleCells, gaussian_block
from infobound.information.block_figures import gaussian_figures
from infobound.information.block_fisher import block_information, carried_fisher, rule_information
from infobound.information.block_rules import BlockRule
from infobound.information.cells import cells_entropy, cells_fisher
from infobound.information.quantizer_figures import describe_quantizer
from infobound.numerics.normal import cell_moments
from infobound.quantizers.eden import EDEN
from infobound.quantizers.formats.cast import Cast
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4

GRID = np.array([0.0, 1.0, 2.0, 3.0])
# Edges on, between and beyond the values and the middles of the grids that they bring.
STAIRS = ScaleCells([0, 0.75, 1.25, 2, 2.3, math.inf], [0.25, 0.5, 0.75, 1, 1.5])


def small(block, rounding, cells=STAIRS, grid=GRID):
    return BlockRule(block, grid, cells, rounding, signed_zero=True)


def outcomes(rule, scale, a, b):
    """(code, probability, first moment) of X in (a, b], a cell within which nothing changes."""
    cell = cell_moments(a, b)
    mass, mean, spread = float(cell.probability), float(cell.mean), float(cell.variance)
    middle = (max(a, -99) + min(b, 99)) / 2
    sign, size = math.copysign(1, middle), abs(middle)
    grid = scale * rule.grid
    up = int(np.searchsorted(grid, size))
    if up == grid.size:
        return [((sign, up - 1), mass, mass * mean)]
    u, v = grid[up - 1], grid[up]
    if rule.rounding == "stochastic":
        rise = sign * mean - u
        moment = spread + rise**2 + u * rise  # E[(|X| - u) |X|]
        high, first = mass * rise / (v - u), mass * sign * moment / (v - u)
        return [((sign, up), high, first), ((sign, up - 1), mass - high, mass * mean - first)]
    nearest = up if size - u > v - size and rule.rounding == "nearest" else up - 1
    return [((sign, nearest), mass, mass * mean)]


def by_enumeration(rule, signed=True):
    """Fisher information and entropy of the message, by all combinations of cells."""
    marks = (rule.grid[1:] + rule.grid[:-1]) / 2
    scales, edges = rule.cells.scales, rule.cells.edges
    ends = np.unique(np.concatenate([np.outer(scales, m).ravel() for m in (rule.grid, marks)]))
    ends = np.unique(np.concatenate([ends, edges[:-1]]))
    ends = np.concatenate([[-math.inf], -ends[:0:-1], ends, [math.inf]]).tolist()
    bins = list(itertools.pairwise(ends))
    level = [int(np.searchsorted(edges, min(abs(a), abs(b)), side="right")) - 1 for a, b in bins]
    table = [[outcomes(rule, scale, a, b) for a, b in bins] for scale in scales]
    chance, moment = defaultdict(float), defaultdict(lambda: np.zeros(rule.block))
    for choice in itertools.product(range(len(bins)), repeat=rule.block):
        e = max(level[i] for i in choice)
        for parts in itertools.product(*(table[e][i] for i in choice)):
            codes = [(0 if k == 0 and not signed else sign, k) for (sign, k), _, _ in parts]
            masses = [mass for _, mass, _ in parts]
            total = math.prod(masses)
            if total <= 0:
                continue
            key = (e, *codes)
            chance[key] += total
            moment[key] += [total * first / mass for _, mass, first in parts]
    fisher = sum(float(moment[k] @ moment[k]) / chance[k] for k in chance)
    entropy = sum(-p * math.log2(p) for p in chance.values())
    return fisher / rule.block, entropy / rule.block


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("rounding", ["nearest", "truncate", "stochastic"])
@pytest.mark.parametrize("block", [1, 2])
def test_small_blocks(block, rounding, signed):
    rule = small(block, rounding)
    found = rule_information(rule, signed_zero=signed)
    fisher, entropy = by_enumeration(rule, signed)
    assert found.fisher == pytest.approx(fisher, rel=1e-11)
    assert found.entropy == pytest.approx(entropy, rel=1e-11)


@pytest.mark.parametrize("rounding", ["nearest", "stochastic"])
def test_three_elements(rounding):
    """Two scales and two values: the same magnitude is cut in two or three elements at once."""
    cells = ScaleCells([0, 1.2, math.inf], [0.7, 1.1])
    rule = small(3, rounding, cells, np.array([0.0, 1.0]))
    fisher, entropy = by_enumeration(rule)
    found = rule_information(rule)
    assert found.fisher == pytest.approx(fisher, rel=1e-11)
    assert found.entropy == pytest.approx(entropy, rel=1e-11)


def test_enumeration_notices():
    """Another edge of a scale, or another size of the block, does not pass."""
    fisher, entropy = by_enumeration(small(2, "nearest"))
    moved = ScaleCells([0, 0.75, 1.25, 2, 2.32, math.inf], STAIRS.scales)
    assert rule_information(small(2, "nearest", moved)).fisher != pytest.approx(fisher, rel=1e-5)
    assert rule_information(small(3, "nearest")).entropy != pytest.approx(entropy, rel=1e-4)


def test_coins_are_not_information():
    """One element: I(X; M) is H(M) less the mean of the entropy of its coin."""
    rule = small(1, "stochastic")

    def coin(x):
        scale = STAIRS.scales[np.searchsorted(STAIRS.edges, x) - 1]
        share = (x / scale) % 1 if x < 3 * scale else 0.0
        bits = sum(-t * math.log2(t) for t in (share, 1 - share) if 0 < t < 1)
        return math.sqrt(2 / math.pi) * math.exp(-x * x / 2) * bits

    ends = np.unique(np.concatenate([np.outer(STAIRS.scales, GRID).ravel(), STAIRS.edges[:-1]]))
    lost = sum(quad(coin, a, b, epsabs=1e-12)[0] for a, b in itertools.pairwise(ends.tolist()))
    found = rule_information(rule)
    assert found.entropy - found.mutual == pytest.approx(lost, rel=1e-9)
    assert (
        rule_information(small(1, "nearest")).mutual
        == rule_information(small(1, "nearest")).entropy
    )


FORMATS = [
    MX("e2m1"),
    MX("e2m1", "even"),
    MX("e2m1", "rceil", "truncate"),
    MX("e2m1", "floor", "stochastic"),
    MX("e2m1", "floor", "stochastic", shrink=0.75),
    MX("e3m2", "rceil"),
    NVFP4(),
    NVFP4(rounding="stochastic", shrink=16 / 17),
    IntegerBlocks(3, block=64),
]


@pytest.mark.parametrize("form", FORMATS, ids=repr)
def test_laws(form):
    """used by averages <= carried by numbers <= carried by codes <= 1 - 4^-I(X; M), I <= H <= R.

    Two bits that were not counted would be noticed: the limit would be passed.
    """
    figures = gaussian_figures(form)
    codes, numbers = block_information(form), block_information(form, signed_zero=False)
    rate = form.bits(form.block) / form.block - form.tensor_bits / form.block
    assert figures.used_fisher < numbers.fisher <= codes.fisher < 1 - 4**-codes.mutual
    assert codes.mutual <= codes.entropy < rate
    assert codes.entropy < (figures.code_entropy if codes != numbers else figures.value_entropy)
    assert numbers.entropy < figures.value_entropy
    assert numbers.mutual <= codes.mutual
    assert codes.fisher > 1 - 4 ** -(codes.mutual - 2)


def test_scale_of_input():
    """MX repeats when the input doubles; information is in units of 1/s^2."""
    form = MX("e2m1")
    again = block_information(form, std=2.0**-9)
    assert again.fisher == pytest.approx(block_information(form).fisher, rel=1e-12)
    between = block_information(form, std=1.5)
    assert abs(between.fisher - again.fisher) > 1e-4


def test_scale_of_zero():
    """A block with scale 0 says only that it is small: one element, |X| <= 1."""
    grid, cells = np.array([0.0, 1.0]), ScaleCells([0, 1, math.inf], [0.0, 2.0])
    found = rule_information(BlockRule(1, grid, cells, "nearest", True), signed_zero=False)
    outer = cell_moments(1, math.inf)
    expected = 2 * float(outer.probability * outer.mean**2)  # 2 x and -2 x in two codes
    assert found.fisher == pytest.approx(expected, rel=1e-12)
    assert gaussian_block(grid, cells, block=1).zeros == pytest.approx(
        float(cell_moments(-1, 1).probability), rel=1e-12
    )


def test_single_numbers():
    """E2M1 and INT4 at their best scales, blocks of one: values of the scalar theory.

    With one zero E2M1 has 15 cells; the cast, whose codes have two, agrees with `cells_fisher`.
    """
    e2m1, int4 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6]), np.arange(8.0)
    for grid, scale, fisher in ((e2m1, 0.494458, 0.98831256), (int4, 0.337451, 0.98793064)):
        cells = ScaleCells([0, math.inf], [scale])
        found = rule_information(BlockRule(1, grid, cells, "nearest", False))
        assert found.fisher == pytest.approx(fisher, abs=6e-9)
    middles = (e2m1[1:] + e2m1[:-1]) / 2
    ends = np.concatenate([-middles[::-1], [0], middles])
    whole = float(cells_fisher(ends, np.zeros(1), 1.7)[0]) * 1.7**2
    found = block_information(Cast("e2m1"), std=1.7)
    assert found.fisher == pytest.approx(whole, rel=1e-12)
    bits = float(cells_entropy(ends, np.zeros(1), 1.7)[0])
    assert found.entropy == pytest.approx(bits, rel=1e-12)


def test_carried_fisher():
    """Exact for a block format, and never below the lower bound that any quantizer has."""
    exact, relation = carried_fisher(MX("e2m1"), 64)
    assert (relation, exact.method, exact.stderr) == ("=", "exact", 0.0)
    bound = describe_quantizer(MX("e2m1"), 50, rng=1, samples=512)  # a block is not full
    assert bound.fisher_relation == ">="
    assert bound.fisher.value < exact.value + 4 * bound.fisher.stderr
    other, relation = carried_fisher(NVFP4(select="mse"), 64, rng=1, samples=512)
    assert (relation, other.method) == (">=", "monte-carlo")
    assert carried_fisher(EDEN(1), 64, rng=1, samples=256)[1] == ">="
    assert gaussian_figures(EDEN(1)) is None
