"""Least bit error from few one-bit messages: exact values, and direct enumeration."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from infobound.bounds.gradient_compression.hard import bit_error, product_family, sparse_family
from infobound.information.bit_error import bit_errors, exact_bit_errors, least_bit_error
from infobound.models.sign_families import BernoulliProduct, SignFamily, SparseSign
from infobound.numerics.arguments import ArgumentError


@pytest.mark.parametrize(
    ("family", "rounds", "total"),
    [
        (BernoulliProduct(2, Fraction(1, 4)), 4, Fraction(13, 32)),
        (SparseSign(3, Fraction(1, 10)), 3, Fraction(3037, 2250)),
        (SparseSign(2, Fraction(1, 4)), 4, Fraction(309, 512)),
        (SparseSign(2, Fraction(1, 2)), 0, Fraction(1)),
    ],
)
def test_least(family: SignFamily, rounds: int, total: Fraction) -> None:
    """0.40625 and 1.34978 among them; the sequence found has the value, in rational numbers."""
    found = least_bit_error(family, rounds)
    assert found.total == pytest.approx(float(total), abs=1e-14)
    assert sum(exact_bit_errors(family, found.quantizers)) == total
    assert sum(found.errors) == pytest.approx(found.total, abs=1e-14)


@pytest.mark.parametrize("family", [SparseSign(2, 0.3), BernoulliProduct(2, 0.3)])
@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_search_against_all_ordered_sequences(family: SignFamily, rounds: int) -> None:
    """All 16^T sequences for T <= 2, and 2000 random ones: no order or name of a cell does better."""
    best = least_bit_error(family, rounds)
    every = list(itertools.product((0, 1), repeat=4))
    if rounds <= 2:
        tried = list(itertools.product(every, repeat=rounds))
        assert min(bit_errors(family, some).sum() for some in tried) == pytest.approx(best.total)
    draw = np.random.default_rng(rounds)
    soft = draw.random((200, rounds, 4, 1))
    for some in np.concatenate([soft, 1 - soft], axis=-1):  # randomised: never better
        assert bit_errors(family, list(some)).sum() > best.total - 1e-14


@pytest.mark.parametrize("delta", [0.1, 0.25, 0.5])
def test_fano_bound_is_respected(delta: float) -> None:
    """mean P_i >= h^{-1}((1 - T I/d)_+), and a bound with half the information is not respected."""
    cases = [(SparseSign(3, delta), sparse_family(3, 0.5, 1), 3)]
    cases += [(BernoulliProduct(2, delta), product_family(2, 1), rounds) for rounds in (1, 2, 3, 4)]
    for family, hard, rounds in cases:
        mean = least_bit_error(family, rounds).total / family.dimension
        assert mean >= bit_error(hard.information * rounds * delta**2)
    # One observed bit of one: P = 1/2 - delta = h^{-1}(1 - I) with I its own information.
    assert least_bit_error(SparseSign(1, delta), 1).total == pytest.approx(0.5 - delta, abs=1e-14)
    assert 0.5 - delta < bit_error(4 * delta**2 / 2)


def test_refused() -> None:
    with pytest.raises(ArgumentError, match=r"rounds = 4, but .*at most 1048576.*11358880"):
        least_bit_error(BernoulliProduct(3, 0.1), 4)
    with pytest.raises(ArgumentError, match="joint probabilities"):
        bit_errors(SparseSign(4, 0.1), [range(8)] * 9)
    with pytest.raises(ArgumentError, match=r"messages\.shape"):
        bit_errors(SparseSign(2, 0.1), [[0, 1]])
    with pytest.raises(ArgumentError, match="quantizers"):
        exact_bit_errors(SparseSign(2, Fraction(1, 4)), [[0, 1]])
