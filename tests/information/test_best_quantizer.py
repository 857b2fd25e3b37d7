"""The largest I(V; M): tables of exact maxima, plain enumeration, refusals."""

from fractions import Fraction

import numpy as np
import pytest

from infobound.bounds.message_information import (
    bernoulli_product_information,
    sign_information,
    sparse_sign_information,
)
from infobound.information.best_quantizer import _answer, maximum_information
from infobound.information.partitions import raw_signs
from infobound.information.sign_information import exact_message_information, message_information
from infobound.models.sign_families import BernoulliProduct, SparseSign
from infobound.numerics.arguments import ArgumentError
from tests.information.labellings import labellings

F = Fraction


def check(best, family):
    """The partition has the information, and the enclosure holds it tightly."""
    exact = type(family)(family.dimension, F(family.delta))
    low, high = exact_message_information(exact, best.partition)
    assert best.enclosure[0] <= high
    assert low <= best.enclosure[1]
    first, last = best.rounded_enclosure
    assert first <= best.information.value <= last
    assert last - first <= 1e-14 * best.information.value


@pytest.mark.parametrize(
    ("d", "r", "delta", "printed"),
    [
        (1, 1, F(1, 2), "1"),
        (2, 1, F(1, 4), "0.0943609"),
        (2, 2, F(1, 100), "0.000288558"),
        (3, 1, F(1, 4), "0.0622789"),
        (3, 2, F(1, 4), "0.125815"),
        (3, 3, F(1, 4), "0.188722"),
        (4, 1, F(1, 4), "0.0463732"),
        (4, 2, F(1, 4), "0.0943609"),
        (4, 3, F(1, 4), "0.188722"),
        (6, 2, F(1, 4), "0.0625073"),
        (6, 2, 0.25, "0.0625073"),
    ],
)
def test_sparse_maxima(d, r, delta, printed):
    """To all digits; above the printed bound and below the corrected one."""
    family = SparseSign(d, delta)
    best = maximum_information(family, r)
    check(best, family)
    value = best.information.value
    assert f"{value:.6g}" == printed
    assert value > sparse_sign_information(d, r, delta, form="printed").value
    assert value <= sparse_sign_information(d, r, delta).value
    assert best.information.unit == "bits"
    assert best.information.method == "enumeration"


@pytest.mark.parametrize(
    ("d", "delta", "gain", "sizes"),
    [
        (5, F(1, 10), 0.012, [2, 2, 2, 4]),
        (5, F(1, 4), 0.072, [2, 2, 2, 4]),
        (5, F(1, 2), 0.25, [2, 2, 2, 4]),
        (6, F(1, 10), 0.033, [2, 2, 2, 6]),
        (6, F(1, 4), 0.22, [2, 2, 2, 6]),
        (6, F(1, 2), 1.49, [2, 2, 2, 6]),
    ],
)
def test_uneven_cells_win(d, delta, gain, sizes):
    """Gain, in percent, over the best of (group of coordinates, sign), for two groups."""
    family = SparseSign(d, delta)
    best = maximum_information(family, 2)
    assert sorted(np.bincount(best.partition).tolist()) == sizes
    grouped = max(
        message_information(family, [2 * (i < first) + s for i in range(d) for s in (0, 1)]).value
        for first in range(1, d)
    )
    found = 100 * (best.information.value / grouped - 1)
    assert round(found, 2 if gain > 0.1 else 3) == gain


@pytest.mark.parametrize("delta", [F(1, 100), F(1, 10), F(1, 4), F(2, 5), F(49, 100)])
def test_raw_signs_are_best(delta):
    """r raw signs for d <= 3, all r; their information is inside the certified enclosure."""
    for d, r in ((2, 1), (2, 2), (3, 1), (3, 2), (3, 3)):
        best = maximum_information(BernoulliProduct(d, delta), r)
        check(best, BernoulliProduct(d, delta))
        low, high = exact_message_information(BernoulliProduct(d, delta), raw_signs(d, r))
        assert best.enclosure[0] <= high
        assert low <= best.enclosure[1]
        assert best.information.value == pytest.approx(
            r * sign_information(float(2 * delta)), rel=1e-14
        )


@pytest.mark.parametrize("r", [1, 2])
def test_raw_signs_are_best_of_16_points(r):
    """d = 4, one delta: all 178 973 355 partitions at r = 2, by dynamic programming."""
    best = maximum_information(BernoulliProduct(4, F(1, 4)), r)
    check(best, BernoulliProduct(4, F(1, 4)))
    assert best.covered == (32_768, 178_973_355)[r - 1]
    assert best.method == "subsets"
    assert best.information.value == pytest.approx(r * sign_information(0.5), rel=1e-14)
    assert best.information.value < bernoulli_product_information(4, r, 0.25).value


@pytest.mark.parametrize(
    ("family", "r"),
    [
        (SparseSign(2, 0.3), 1),
        (SparseSign(3, 0.3), 1),
        (SparseSign(3, 0.45), 2),
        (BernoulliProduct(2, 0.3), 1),
    ],
)
def test_plain_enumeration(family, r):
    """The information of every partition, none of it shared with the search."""
    every = [message_information(family, m).value for m in labellings(family.points, 2**r)]
    best = maximum_information(family, r)
    assert best.information.value == pytest.approx(max(every), rel=1e-13)
    assert best.covered == len(every)
    assert sorted(every)[-2] > 0


@pytest.mark.parametrize(
    ("family", "r"),
    [
        (SparseSign(5, 0.5), 2),
        (SparseSign(4, 0.1), 1),
        (SparseSign(3, 0.1), 3),
        (BernoulliProduct(1, 0.1), 1),
        (BernoulliProduct(3, 0.1), 2),
        (BernoulliProduct(3, 0.4), 3),
    ],
)
def test_exhaustive_agrees(family, r):
    quick, slow = (maximum_information(family, r, exhaustive=e) for e in (False, True))
    check(slow, family)
    assert slow.method == "exhaustive"
    assert slow.searched == slow.covered == quick.covered
    assert quick.searched < slow.searched or quick.method == "identity"
    assert slow.information.value == pytest.approx(quick.information.value, rel=1e-14)
    assert quick.enclosure[0] <= slow.enclosure[1]
    assert slow.enclosure[0] <= quick.enclosure[1]


def test_enclosure_counts_what_rounding_hides():
    """Sums of doubles leave 2 (2^d + 2 + 2^r) ulps open; kinds compared with balls leave nothing."""
    for family, ulps in ((BernoulliProduct(3, F(1, 3)), 28), (SparseSign(3, F(1, 3)), 0)):
        low, high = maximum_information(family, 2).enclosure
        width = (high / low - 1) * 2**53
        assert ulps - 2 <= width <= ulps + 2 if ulps else width < 1e-15


@pytest.mark.parametrize("order", [1, -1])
def test_rivals_are_compared_with_balls(order):
    """Of partitions that doubles cannot tell apart the better one is returned, in any order."""
    family, even, uneven = SparseSign(2, F(1, 3)), np.arange(4) % 2, np.array([0, 0, 0, 1])
    best = _answer(family, 2, [even, uneven][::order], 2, "types")
    assert best.partition.tolist() == even.tolist()
    assert best.enclosure == maximum_information(family, 1).enclosure


def test_no_information():
    for family in (SparseSign(3, 0), BernoulliProduct(2, 0)):
        assert maximum_information(family, 1).information.value == 0


def test_progress_is_told():
    told = []
    maximum_information(
        BernoulliProduct(3, 0.1), 2, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1][0] == told[-1][1] > 0


@pytest.mark.parametrize(
    ("family", "r", "more", "said"),
    [
        (BernoulliProduct(5, 0.1), 2, {}, r"768,614,337,478,306,475 partitions.* 34,359,738,368 b"),
        (BernoulliProduct(50, 0.1), 2, {}, "dimension = 50, but it must be at most 4"),
        (SparseSign(33, 0.1), 2, {}, "dimension = 33, but it must be at most 32"),
        (SparseSign(32, 0.1), 2, {}, "of 4,334,642 kinds"),
        (BernoulliProduct(4, 0.1), 3, {"exhaustive": True}, "have 9,433,737,120 partitions"),
        (SparseSign(9, 0.1), 1, {"exhaustive": True}, "18 points have 131,072 partitions"),
        (BernoulliProduct(4, 0.1), 2, {"memory_limit": 10**6}, "memory_limit = 1000000, .* bytes"),
        (SparseSign(4, 0.1), 0, {}, "bits = 0"),
        (SparseSign(4, 1e-200), 1, {}, "delta = 1e-200"),
        (None, 1, {}, "family = None"),
    ],
)
def test_refusals(family, r, more, said):
    with pytest.raises(ArgumentError, match=said):
        maximum_information(family, r, **more)


def test_refused_delta():
    with pytest.raises(ArgumentError, match=r"delta = 0.6, but it must be in \[0, 1/2\]"):
        SparseSign(4, 0.6)
