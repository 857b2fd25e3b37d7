"""Some coordinates only: what the rest of the package must know of it."""

import numpy as np
import pytest

from infobound.information.fisher import fisher_information
from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import CUQ, LloydMax, Shifted, Sign, Simplex
from infobound.quantizers.selected import Selected
from infobound.testing import check_quantizer


@pytest.mark.parametrize(
    "quantizer", [Selected(Sign(), (2, 0), 5), Selected(CUQ(levels=4), (0, 1, 2), 3)], ids=str
)
def test_conforms(quantizer):
    report = check_quantizer(quantizer, dimensions=[quantizer.dimension], samples=1024)
    assert report.passed, report


def test_bits_and_places():
    quantizer = Selected(LloydMax(3), (4, 1), 6)
    assert quantizer.bits(6) == 6
    y = np.arange(12.0).reshape(2, 6)
    message = quantizer.encode(y)
    assert message.bits == 12
    shown = quantizer.decode(message)
    assert np.array_equal(shown, quantizer.roundtrip(y))
    assert np.array_equal(np.flatnonzero(shown[1]), [1, 4])
    assert np.array_equal(shown[:, [1, 4]], LloydMax(3).roundtrip(y[:, [1, 4]]))


def test_unbiased_only_when_everything_is_sent():
    assert Selected(CUQ(), (0, 1), 2).unbiased
    assert not Selected(CUQ(), (0, 1), 3).unbiased


def test_information_is_that_of_the_chosen_coordinates():
    model, theta = GaussianLocation(dimension=4, noise_std=0.5), np.array([0.1, 0.0, -0.4, 0.2])
    inner = fisher_information(GaussianLocation(2, 0.5), Sign(), theta[[1, 3]])
    found = fisher_information(model, Selected(Sign(), (1, 3), 4), theta)
    assert found.value == pytest.approx(inner.value, rel=1e-14)
    assert np.array_equal(found.diagonal == 0, [True, False, True, False])
    np.testing.assert_allclose(np.diagonal(found.matrix), found.diagonal, rtol=1e-14)
    around = fisher_information(model, Shifted(Selected(Sign(), (1, 3), 4), theta), theta)
    assert around.value == pytest.approx(2 * 4 * 2 / np.pi, rel=1e-13)
    # A message that ties coordinates together: the matrix is the small one, put in place.
    dense = fisher_information(model, Selected(Simplex(2), (0, 2, 3), 4), np.zeros(4))
    assert np.all(dense.matrix[1] == 0)
    assert np.trace(dense.matrix) == pytest.approx(dense.value, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chosen": (0, 0)}, "chosen"),
        ({"chosen": ()}, "chosen"),
        ({"chosen": (4,)}, r"chosen\[0\]"),
        ({"chosen": 3}, "chosen"),
        ({"dimension": 0}, "dimension"),
        ({"inner": Simplex(4), "chosen": (0, 1)}, "d = 2"),
    ],
)
def test_refused(change, message):
    with pytest.raises(ArgumentError, match=message):
        Selected(**({"inner": Sign(), "chosen": (0, 1), "dimension": 4} | change))


def test_another_length_is_refused():
    with pytest.raises(ArgumentError, match="dimension = 4"):
        Selected(Sign(), (0,), 4).bits(5)
    with pytest.raises(ArgumentError, match="shape"):
        Selected(Sign(), (0,), 4).encode(np.zeros(5))
    with pytest.raises(ArgumentError, match="chosen coordinates"):
        Selected(CUQ(radius=1.0), (0,), 2).encode([2.0, 0.0])
    assert Selected(CUQ(radius=1.0), (0,), 2).encode([0.0, 2.0], rng=0).bits == 4
