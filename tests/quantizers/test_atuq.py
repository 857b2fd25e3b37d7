"""ATUQ: each group takes the smallest range that holds it, and nothing else is decoded."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.atuq import ATUQ
from infobound.quantizers.base import Message, Quantizer
from infobound.quantizers.cuq import CUQ

RANGES = (0.1, 0.35, 1.0)


def smallest(y, group):
    """Range indices by their definition."""
    tops = np.maximum.reduceat(np.abs(y), np.arange(0, len(y), group)).astype(np.float64)
    return (tops[:, None] > np.array(RANGES)).sum(axis=-1).tolist()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("group", [1, 2, 3, 40_000])
@pytest.mark.parametrize("shape", [(1,), (5,), (2, 3, 17), (33_001,), (5000, 7), (0, 4)])
def test_smallest_range_that_holds_the_group(shape, group, kind):
    """Also over the edges of the blocks that are worked on at a time."""
    rng = np.random.default_rng(0)
    y = (rng.uniform(-1, 1, shape) ** 3).astype(kind)
    quantizer = ATUQ(RANGES, levels=7, group=group)
    index, symbols = quantizer.draw(y, np.random.default_rng(1))
    rows, found = y.reshape(-1, shape[-1]), index.reshape(-1, index.shape[-1])
    for i in range(0, len(rows), 1500):
        assert found[i].tolist() == smallest(rows[i], group)
    decoded = quantizer.values(index, symbols)
    size = np.array(RANGES)[index].repeat(min(group, shape[-1]), axis=-1)[..., : shape[-1]]
    assert np.all(np.abs(decoded - y) <= size / 3 * (1 + 1e-6))
    assert np.array_equal(decoded, quantizer.roundtrip(y.astype(np.float64), rng=1)) or (
        kind == np.float32
    )


def test_a_range_is_closed():
    """|y| = M_j still takes range j, in both precisions, and the next float the next range."""
    for kind in (np.float32, np.float64):
        limit = kind(0.1)
        if float(limit) > 0.1:
            limit = np.nextafter(limit, kind(0))
        y = np.array([limit, np.nextafter(limit, kind(1))])
        index, _ = ATUQ(RANGES).draw(y, np.random.default_rng(0))
        assert index.tolist() == [0, 1]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    y=st.lists(st.floats(-1, 1), min_size=1, max_size=5),
    levels=st.integers(2, 9),
    group=st.integers(1, 4),
)
def test_unbiased_and_the_error_is_exact(y, levels, group):
    quantizer, y = ATUQ(RANGES, levels, group), np.array(y)
    law = quantizer.law(y)
    assert np.abs(law.mean() - y).max() < 1e-14
    error = law.mean_squared_error(y)
    assert error == pytest.approx(quantizer.mean_squared_error(y), rel=1e-9, abs=1e-15)
    assert error <= quantizer.variance_bound(y.size).value * (1 + 1e-12)
    fixed = CUQ(1.0, levels).mean_squared_error(y)
    assert levels > 2 or error <= fixed + 1e-15  # with two levels a smaller range never hurts


def test_the_law_check_finds_a_wrong_range():
    """Values of the range above, with the same probabilities: not the mean any more."""
    y = np.array([0.2, 0.3])
    law = ATUQ(RANGES).law(y)
    assert np.abs(law.mean() - y).max() < 1e-15
    assert np.abs(law.mean() / 0.35 - y).max() > 0.1


def test_variance_bound_is_attained():
    quantizer = ATUQ(RANGES, levels=4)
    y = np.full(3, 2 / 3)  # halfway between 1/3 and 1, in the last range
    assert quantizer.mean_squared_error(y) == pytest.approx(quantizer.variance_bound(3).value)


@pytest.mark.parametrize("overflow", [False, True])
@pytest.mark.parametrize("levels", [2, 7, 8, 256])
@pytest.mark.parametrize("shape", [(1,), (2, 3, 5), (0, 4)])
def test_decode_of_encode_is_roundtrip(shape, levels, overflow):
    quantizer = ATUQ(RANGES, levels, 2, overflow)
    y = np.random.default_rng(0).uniform(-1, 1, shape) ** 3
    message = quantizer.encode(y, rng=2)
    decoded = quantizer.decode(message)
    assert message.bits == message.count * quantizer.bits(shape[-1])
    assert np.array_equal(decoded, quantizer.roundtrip(y, rng=2))
    for i in range(message.count):
        assert np.array_equal(
            quantizer.decode(message.single(i)), decoded.reshape(-1, shape[-1])[i]
        )


def test_bits():
    assert isinstance(ATUQ(RANGES), Quantizer)
    assert ATUQ(RANGES, levels=7, group=3).bits(10) == 4 * 2 + 10 * 3
    assert ATUQ(RANGES, levels=8, group=3).bits(10) == 4 * 2 + 10 * 4
    assert ATUQ(RANGES, levels=8, group=3, overflow=False).bits(10) == 4 * 2 + 10 * 3
    assert ATUQ((1.0,), levels=3).bits(10) == 20
    assert repr(ATUQ([1])) == "ATUQ(ranges=(1.0,), levels=7, group=1, overflow=True)"


def test_choice_of_the_paper():
    """h = 4, s = 2, k = 7; M_j^2 = (3 e^{*j} + 2 ln 2) B^2/d; capped at B."""
    found = ATUQ.for_dimension(1024, radius=2.0)
    wanted = [(3 * tower + 2 * math.log(2)) / 256 for tower in (1, math.e, math.e**math.e)]
    assert (found.levels, found.group, len(found.ranges)) == (7, 2, 4)
    assert [size**2 for size in found.ranges] == pytest.approx([*wanted, 4.0])
    own = ATUQ.for_dimension(1024, levels=5, ranges=2, group=4, m=1.0, m_0=0.5, overflow=False)
    assert own == ATUQ((math.sqrt(1.5 / 1024), 1.0), 5, 4, overflow=False)


def message_of(index, symbols):
    return Message.join([(index, 2), (symbols, 3)], shape=(len(symbols),))


def test_codewords():
    """A range above the first is needed by some coordinate: a flipped index mostly shows."""
    quantizer = ATUQ(RANGES, group=2)
    for y in ([0.3, 0.0], [0.9, 0.01], [-0.36, 0.36], [0.11, 0.0]):
        index, symbols = quantizer.draw(np.array(y), np.random.default_rng(0))
        assert quantizer.decode(message_of(index, symbols)) is not None
    with pytest.raises(ArgumentError, match=r"range index\[0\] = 2, .* least that its group needs"):
        quantizer.decode(message_of([2], [3, 3]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ATUQ(()), r"len\(ranges\) = 0"),
        (lambda: ATUQ((1.0, 0.5)), "ranges = .* increasing"),
        (lambda: ATUQ((0.5, 0.5, 1.0)), "ranges = .* increasing"),
        (lambda: ATUQ((0.0, 0.5)), r"ranges\[0\] = 0.0"),
        (lambda: ATUQ(RANGES, levels=1), "levels = 1"),
        (lambda: ATUQ(RANGES, group=0), "group = 0"),
        (lambda: ATUQ(RANGES).encode([0.5, 1.01]), r"y\[1\] = 1.01"),
        (lambda: ATUQ(RANGES).law(np.full((1, 2), 0.5)), "y.shape"),
        (lambda: ATUQ(RANGES, group=2).decode(message_of([3], [0, 0])), "symbol = 3"),
        (lambda: ATUQ(RANGES, group=2).decode(message_of([0], [7, 0])), "symbol = 7"),
        (lambda: ATUQ(RANGES, group=2).decode(message_of([0], [0])), "bits = 5|symbol"),
        (lambda: ATUQ(RANGES).decode(ATUQ(RANGES, 6).encode([0.5])), "made_by"),
        (lambda: ATUQ((0.5, 1.0, 1.0)).decode(message_of([2], [6])), "symbol = 2"),
    ],
)
def test_errors(call, words):
    if "bits = 5" in words:
        call()  # one group of one coordinate is the same length for every s
        return
    with pytest.raises(ArgumentError, match=words):
        call()
