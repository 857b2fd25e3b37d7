"""I(V; M) for both families: closed forms, known values, and enclosures in exact arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.information import sign_information, sign_laws
from infobound.information.partitions import hamming_cosets, raw_signs, sign_groups
from infobound.information.sign_information import (
    exact_message_information,
    message_information,
)
from infobound.models.packings import hypercube
from infobound.models.sign_families import BernoulliProduct, SparseSign
from infobound.numerics.arguments import ArgumentError

FAMILIES = (SparseSign, BernoulliProduct)
HUNDREDTH, TENTH, QUARTER, HALF = (Fraction(1, n) for n in (100, 10, 4, 2))


def information(family, messages, prior=None):
    return message_information(family, messages, prior).value


def one_sign(delta):
    """1 - h(1/2 + delta) in bits."""
    z = 2 * float(delta)
    return sum(math.log2(1 + s) * (1 + s) / 2 for s in (z, -z) if s > -1)


def by_definition(family, channel, words):
    """H(M) - H(M | V) from the law of every v, the long way."""
    laws = family.law(words) @ channel

    def entropy(p):
        return -np.sum(p * np.log2(p, where=p > 0, out=np.zeros_like(p)), axis=-1)

    return float(entropy(laws.mean(axis=0)) - entropy(laws).mean())


def indicator(partition):
    return (np.asarray(partition)[:, None] == np.unique(partition)).astype(float)


@pytest.mark.parametrize(
    ("d", "r", "delta", "bits"),
    [
        (1, 1, HALF, 1.0),
        (2, 1, QUARTER, 0.0943609),
        (2, 2, HUNDREDTH, 2.88558e-4),
        (3, 2, QUARTER, 0.125815),
        (3, 3, QUARTER, 0.188722),
        (4, 1, QUARTER, 0.0463732),
        (4, 2, QUARTER, 0.0943609),
        (4, 3, QUARTER, 0.188722),
    ],
)
def test_sparse_sign_best_cells(d, r, delta, bits):
    """Optimal partitions, values from an independent exhaustive search."""
    found = information(SparseSign(d, delta), sign_groups(d, r))
    assert found == pytest.approx(bits, rel=5e-6)
    low, high = exact_message_information(SparseSign(d, delta), sign_groups(d, r))
    assert high - low < Fraction(1, 10**60)
    assert abs(found - low) < 1e-14


@pytest.mark.parametrize(("d", "gains"), [(5, (0.012, 0.072, 0.25)), (6, (0.033, 0.22, 1.49))])
def test_uneven_cells_win_at_five_and_six_coordinates(d, gains):
    """Sizes 4, 2, 2, 2 and 6, 2, 2, 2 against the best two groups, in percent."""
    uneven = {5: [0, 1, 0, 1, 0, 2, 0, 3, 2, 3], 6: [0, 1, 0, 1, 0, 2, 0, 2, 0, 3, 0, 3]}[d]
    groups = [np.arange(2 * d) % 2 + 2 * (np.arange(2 * d) < 2 * size) for size in range(1, d)]
    for delta, percent in zip((0.1, 0.25, 0.5), gains, strict=True):
        family = SparseSign(d, delta)
        best = max(information(family, cells) for cells in groups)
        assert 100 * (information(family, uneven) / best - 1) == pytest.approx(percent, rel=0.05)
    if d == 6:
        assert information(SparseSign(6, 0.25), uneven) == pytest.approx(0.0625073, abs=5e-8)


def test_binomial():
    """Against exact rationals, to the far tail; and the edges."""
    for n, p in ((7, Fraction(1, 2)), (40, Fraction(51, 100)), (301, Fraction(1, 8))):
        exact = [float(math.comb(n, k) * p**k * (1 - p) ** (n - k)) for k in range(n + 1)]
        np.testing.assert_allclose(sign_laws.binomial(n, float(p)), exact, rtol=1e-12, atol=0)
    assert sign_laws.binomial(3, 1.0).tolist() == [0, 0, 0, 1]
    assert sign_laws.binomial(3, 0.0).tolist() == [1, 0, 0, 0]
    assert sign_laws.binomial(0, 0.3).tolist() == [1]


@pytest.mark.parametrize("d", [1, 3, 50, 20_000])
@pytest.mark.parametrize("delta", [1e-8, 0.01, 0.3, 0.5])
def test_unquantized_sparse_sign(d, delta):
    """The whole observation tells 1 - h(1/2 + delta), in any dimension."""
    expected = one_sign(delta) if delta > 1e-3 else 2 * delta**2 / math.log(2)
    assert information(SparseSign(d, delta), np.arange(2 * d)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("bits", range(6))
@pytest.mark.parametrize("delta", [HUNDREDTH, TENTH, Fraction(2, 5), HALF])
def test_raw_signs(bits, delta):
    family, cells = BernoulliProduct(5, delta), raw_signs(5, bits)
    low, high = exact_message_information(family, cells)
    assert abs(information(family, cells) - low) < 1e-14
    assert float(low) == pytest.approx(bits * one_sign(delta), rel=1e-12, abs=1e-15)
    assert low <= high


@pytest.mark.parametrize(
    ("delta", "bits", "raw"),
    [
        (HUNDREDTH, 0.00331386, 0.00317414),
        (TENTH, 0.333113, 0.319543),
        (Fraction(2, 5), 5.90066, 5.84105),
    ],
)
def test_hamming_15_11_beats_raw_signs(delta, bits, raw):
    found = information(BernoulliProduct(15, delta), hamming_cosets(4))
    assert found == pytest.approx(bits, rel=2e-6)
    low, _ = exact_message_information(BernoulliProduct(15, delta), hamming_cosets(4), precision=64)
    assert abs(found - low) < 1e-14
    assert 11 * one_sign(delta) == pytest.approx(raw, rel=2e-6)


def test_hamming_15_11_certified():
    family, cells = BernoulliProduct(15, TENTH), hamming_cosets(4)
    low, high = exact_message_information(family, cells, precision=64)
    raw = exact_message_information(SparseSign(1, TENTH), [0, 1])[1]
    assert high - low < 1e-12
    assert low > 11 * raw


def test_hamming_15_11_loses_at_little_noise_and_hamming_7_4_always():
    """-0.4 % at delta = .49; -1.3 % to -3.8 %."""
    gain = information(BernoulliProduct(15, 0.49), hamming_cosets(4)) / (11 * one_sign(0.49)) - 1
    assert gain == pytest.approx(-0.004, abs=5e-4)
    losses = [
        information(BernoulliProduct(7, delta), hamming_cosets(3)) / (4 * one_sign(delta)) - 1
        for delta in (0.01, 0.1, 0.25, 0.4, 0.49)
    ]
    assert [round(100 * loss, 1) for loss in losses] == [-1.6, -1.8, -2.8, -3.8, -1.3]


@pytest.mark.parametrize("precision", [32, 53, 100])
def test_enclosures_are_nested(precision):
    """A coarse interval holds a fine one strictly inside: its ends are rounded outwards."""
    case = SparseSign(3, TENTH), sign_groups(3, 2)
    low, high = exact_message_information(*case, precision=precision)
    fine_low, fine_high = exact_message_information(*case, precision=400)
    assert low < fine_low < fine_high < high
    assert high - low < Fraction(1, 2 ** (precision - 8))


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.data())
def test_all_routes_agree(data):
    """Cube in closed form, cube as a list, soft channel, exact ball, definition."""
    kind, d = data.draw(st.sampled_from(FAMILIES)), data.draw(st.integers(1, 3))
    delta = data.draw(st.fractions(0, HALF, max_denominator=40))
    family = kind(d, delta)
    entry = st.integers(0, 3)
    cells = data.draw(st.lists(entry, min_size=family.points, max_size=family.points))
    words = hypercube(d).words
    expected = by_definition(family, indicator(cells), words)
    low, high = exact_message_information(family, cells)
    found = information(family, cells)
    assert low <= high
    assert abs(found - low) < 1e-14
    for other in (
        expected,
        information(family, indicator(cells)),
        information(family, cells, words),
        float(exact_message_information(family, cells, hypercube(d))[0]),
    ):
        assert other == pytest.approx(found, abs=1e-14)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.data())
def test_soft_channels_and_lopsided_priors(data):
    kind, d = data.draw(st.sampled_from(FAMILIES)), data.draw(st.integers(1, 3))
    family = kind(d, data.draw(st.fractions(0, HALF, max_denominator=40)))
    level = st.integers(0, 4)
    levels = data.draw(st.lists(level, min_size=family.points, max_size=family.points))
    channel = np.array([[Fraction(a, 4), 1 - Fraction(a, 4), Fraction(0)] for a in levels])
    draw = st.lists(st.sampled_from([-1, 1]), min_size=d, max_size=d)
    words = data.draw(st.none() | st.lists(draw, min_size=1, max_size=5))
    low, _ = exact_message_information(family, channel, words)
    soft = channel.astype(float)
    assert abs(information(family, soft, words) - low) < 1e-14
    listed = hypercube(d).words if words is None else np.array(words)
    assert by_definition(family, soft, listed) == pytest.approx(float(low), abs=1e-14)


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_nat_is_not_a_bit(kind):
    """Planted: values in nats, and a message about nothing."""
    family = kind(1, HALF)
    assert information(family, [0, 1]) == 1
    assert information(family, [0, 1]) != pytest.approx(math.log(2), rel=0.2)
    assert message_information(family, [0, 1]).unit == "bits"
    assert information(kind(3, 0.2), np.zeros(kind(3, 0.2).points, dtype=int)) == 0


def test_shared_cells_are_counted_with_care():
    """Cells that merely have the same size are not taken for translates."""
    cells = np.zeros(16, dtype=int)
    for message, cell in enumerate([(0, 1, 2, 4), (3, 5, 6, 7), (8, 9, 10, 11), (12, 13, 14, 15)]):
        cells[list(cell)] = message
    family = BernoulliProduct(4, 0.3)
    expected = by_definition(family, indicator(cells), hypercube(4).words)
    assert information(family, cells) == pytest.approx(expected, rel=1e-13)


def test_small_delta_keeps_its_digits():
    """I is of the order 1e-12 here; the definition has an error of 1e-5 of it."""
    cells, delta = sign_groups(3, 2), Fraction(1, 10**6)
    low, _ = exact_message_information(SparseSign(3, delta), cells)
    assert information(SparseSign(3, delta), cells) == pytest.approx(float(low), rel=1e-14, abs=0)
    rough = by_definition(SparseSign(3, delta), indicator(cells), hypercube(3).words)
    assert rough != pytest.approx(float(low), rel=1e-6, abs=0)


def test_refusals():
    family = SparseSign(2, 0.1)
    with pytest.raises(ArgumentError, match=r"messages\.shape = \(3,\).*\(4,\)"):
        message_information(family, [0, 1, 0])
    with pytest.raises(ArgumentError, match=r"messages\.dtype"):
        message_information(family, [0.5, 1, 0, 1])
    with pytest.raises(ArgumentError, match="rows of sum 1"):
        message_information(family, np.full((4, 2), 0.4))
    with pytest.raises(ArgumentError, match="rows of sum 1"):
        message_information(family, [[2.0, -1.0]] * 4)
    with pytest.raises(ArgumentError, match=r"prior\.shape"):
        message_information(family, [0, 1, 0, 1], [[1, 1, 1]])
    with pytest.raises(ArgumentError, match="prior = 2"):
        message_information(family, [0, 1, 0, 1], [[1, 2]])
    with pytest.raises(ArgumentError, match="a Fraction"):
        exact_message_information(family, [0, 1, 0, 1])
    with pytest.raises(ArgumentError, match="Not float"):
        exact_message_information(SparseSign(2, TENTH), np.full((4, 2), 0.5))


def test_sums_that_are_too_long_are_refused_with_their_size():
    channel = np.zeros((60, 2))
    channel[:, 0] = np.linspace(0.1, 0.9, 60) ** 2  # 30 different |D_i|
    channel[:, 1] = 1 - channel[:, 0]
    with pytest.raises(ArgumentError, match=f"{2**30} terms, {2**33} bytes"):
        message_information(SparseSign(30, 0.1), channel)


def test_long_exact_sums_are_refused(monkeypatch):
    monkeypatch.setattr(sign_information, "LARGEST_EXACT", 100)
    powers = [Fraction(1, 2 ** (i // 2 + 1)) * (i % 2) for i in range(60)]
    channel = np.array([[w, 1 - w] for w in powers])
    for family, messages, prior in (
        (SparseSign(30, TENTH), channel, None),
        (BernoulliProduct(7, TENTH), hamming_cosets(3), None),
        (SparseSign(7, TENTH), sign_groups(7, 1), hypercube(7)),
    ):
        with pytest.raises(ArgumentError, match="terms', but it must be at most 100 rational"):
            exact_message_information(family, messages, prior)


def test_the_limit_counts_translates_once(monkeypatch):
    """16 values for each of 8 cells; cells of one point are all alike."""
    monkeypatch.setattr(sign_laws, "LARGEST_SUM", 100)
    family = BernoulliProduct(4, 0.1)
    assert information(family, np.arange(16)) == pytest.approx(4 * one_sign(0.1), rel=1e-13)
    cells = np.repeat(np.arange(8), 2)[np.random.default_rng(1).permutation(16)]
    with pytest.raises(ArgumentError, match=r"a sum of 1?[0-9]{2} terms, 128 bytes"):
        message_information(family, cells)
