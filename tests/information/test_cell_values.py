"""Values of cells against I(V; M) from the laws themselves."""

from fractions import Fraction

import numpy as np
import pytest

from infobound.information.cell_values import product_table, sparse_table, sparse_values
from infobound.models.sign_families import BernoulliProduct, SparseSign, numbered_words


def value_of(family, points):
    """The value of one cell in longdouble, from P(Y = point | v)."""
    d = family.dimension
    p = family.law(numbered_words(np.arange(2**d), d))[:, points].sum(axis=1, dtype=np.longdouble)
    mean = p.mean()
    return float(np.mean(p * np.log2(np.where(p > 0, p, 1) / mean)))


@pytest.mark.parametrize("delta", [0.01, Fraction(1, 4), 0.49, Fraction(1, 2)])
@pytest.mark.parametrize(
    ("family", "table"),
    [(SparseSign(3, 0), sparse_table), (BernoulliProduct(3, 0), product_table)],
    ids=["sparse", "product"],
)
def test_every_cell(family, table, delta):
    given = type(family)(family.dimension, delta)
    values = table(given)
    assert values[0] == 0
    assert values.shape == (1 << given.points,)
    for subset in range(1, 1 << given.points, 7):
        cell = np.flatnonzero(subset >> np.arange(given.points) & 1)
        assert values[subset] == pytest.approx(value_of(given, cell), rel=1e-10, abs=1e-15)


def test_accurate_for_small_delta():
    """One raw sign, 1 - h(1/2 + delta) = (2/ln 2) delta^2 (1 + 2 delta^2/3 + ...)."""
    delta = 1e-9
    sign = 2 * product_table(BernoulliProduct(2, delta))[0b0101]
    assert sign == pytest.approx(2 / np.log(2) * delta**2, rel=1e-15)
    whole = sparse_values(SparseSign(2, delta))[1, 1] * 4
    assert whole == pytest.approx(2 / np.log(2) * delta**2, rel=1e-15)


def test_more_points_of_one_sign_tell_more():
    """Dropping a partner for another point raises the value: no pair is ever worth it."""
    values = sparse_values(SparseSign(8, 0.3))
    for n in range(2, 9):
        column = [values[n, u] for u in range(n % 2, n + 1, 2)]
        assert all(np.diff(column) > 0)
    assert np.isnan(values[2, 1])
