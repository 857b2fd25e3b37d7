"""Fisher information and entropy as functionals of a message's law and its slope."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.information.cells import cells_law
from infobound.information.law import MessageLaw, entropy_bits, independent, messages

LAW = settings(deadline=None, derandomize=True)
THRESHOLDS = st.lists(st.floats(-6, 6), min_size=1, max_size=7, unique=True).map(sorted)


@LAW
@given(thresholds=THRESHOLDS, theta=st.floats(-2, 2), data=st.data())
def test_merging_cells_increases_nothing(
    thresholds: list[float], theta: float, data: st.DataObject
) -> None:
    """Data processing, for any relabelling of the cells, neighbours or not."""
    law = cells_law(np.array(thresholds), theta, 1.0)
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(thresholds) + 1,
                                max_size=len(thresholds) + 1))  # fmt: skip
    merged = law.merged(labels)
    assert merged.probability.sum() == pytest.approx(1, abs=1e-14)
    assert merged.fisher()[0, 0] <= law.fisher()[0, 0] * (1 + 1e-12)
    assert merged.entropy() <= law.entropy() * (1 + 1e-12) + 1e-300


@pytest.mark.parametrize("factor", [0.5, 0.85, 0.95])
def test_merging_rejects_a_smaller_limit(factor: float) -> None:
    """Merging a cell of probability 2e-9 away costs next to nothing: a planted factor is seen."""
    law = cells_law(np.array([0.0, 6.0]), 0.0, 1.0)
    merged = law.merged([0, 1, 1])
    assert merged.fisher()[0, 0] > factor * law.fisher()[0, 0]
    assert merged.entropy() > factor * law.entropy()


def test_merging_everything_leaves_nothing() -> None:
    law = cells_law(np.array([-1.0, 0.5]), 0.3, 2.0)
    silent = law.merged([0, 0, 0])
    assert silent.entropy() == pytest.approx(0, abs=1e-15)
    assert silent.fisher()[0, 0] == pytest.approx(0, abs=1e-30)
    relabelled = law.merged([2, 0, 1])
    assert relabelled.fisher() == pytest.approx(law.fisher(), rel=1e-14)


def test_independent_laws_add_up() -> None:
    laws = [
        cells_law(np.array([0.0]), 0.1, 1.0),
        cells_law(np.array([-1.0, 0.5]), 0.3, 1.0),
        cells_law(np.array([2.0]), -0.2, 1.0),
    ]
    joint = independent(laws)
    assert joint.probability.shape == (12,)
    assert joint.entropy() == pytest.approx(sum(law.entropy() for law in laws), rel=1e-14)
    parts = [law.fisher()[0, 0] for law in laws]
    np.testing.assert_allclose(joint.fisher(), np.diag(parts), rtol=1e-13, atol=1e-14)
    symbols = messages([2, 3, 2])
    product = math.prod(law.probability[symbols[7, i]] for i, law in enumerate(laws))
    assert joint.probability[7] == pytest.approx(product, rel=1e-14)


@pytest.mark.parametrize("p", [0.5, 0.3, 1e-9, 1e-20, 1e-33])
def test_entropy_of_one_rare_message(p: float) -> None:
    """Against the series p log2(e/p) - p^2/2 log2(e) and, at moderate p, the definition."""
    expected = p * (math.log2(1 / p) + math.log2(math.e)) if p < 1e-8 else -(
        p * math.log2(p) + (1 - p) * math.log2(1 - p)
    )  # fmt: skip
    assert float(entropy_bits(np.array([p, 1 - p]))) == pytest.approx(expected, rel=1e-8)
    assert float(entropy_bits(np.array([1 - p, p]))) == pytest.approx(expected, rel=1e-8)


def test_entropy_of_many() -> None:
    assert float(entropy_bits(np.full(8, 1 / 8))) == pytest.approx(3, rel=1e-15)
    assert float(entropy_bits(np.array([0.0, 1.0, 0.0]))) == 0
    np.testing.assert_allclose(entropy_bits(np.array([[0.5, 0.5], [1.0, 0.0]])), [1, 0])


def test_a_cell_without_mass_tells_nothing() -> None:
    law = MessageLaw(np.array([0.0, 0.5, 0.5]), np.array([[0.0], [1.0], [-1.0]]))
    assert law.fisher()[0, 0] == 4
