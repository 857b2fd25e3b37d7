"""One bit of a Bernoulli product for two opposite clusters."""

from fractions import Fraction

import numpy as np
import pytest

from infobound.information.majority import majority_information
from infobound.information.sign_information import exact_message_information, message_information
from infobound.models.packings import weight_classes
from infobound.models.sign_families import BernoulliProduct, cube_weights
from infobound.numerics.arguments import ArgumentError


@pytest.mark.parametrize(
    ("d", "ratio"),
    [(16, 1.8), (64, 7.3), (256, 29), (1024, 115), (4096, 429), (16384, 1326)],
)
def test_two_clusters_break_the_printed_bound(d, ratio):
    """I/(4 delta^2) at delta = .01; 360 delta^2 is exceeded from d = 1024 on."""
    found = majority_information(BernoulliProduct(d, 0.01), d // 4).value
    assert found / (4 * 0.01**2) == pytest.approx(ratio, abs=0.5 if d > 100 else 0.05)
    assert (found > 360 * 0.01**2) == (d >= 1024)
    assert found <= 1


@pytest.mark.parametrize(("d", "weight"), [(3, 1), (6, 2), (8, 2), (7, 0), (5, 5)])
def test_same_as_the_sum_over_all_points(d, weight):
    """Any words of that weight, with their opposites; a fair coin for a sum of 0."""
    total = d - 2 * cube_weights(d)
    chance = np.where(total > 0, Fraction(1), np.where(total < 0, Fraction(0), Fraction(1, 2)))
    channel = np.stack([chance, 1 - chance], axis=1)
    words = np.concatenate([sign * weight_classes(d, [weight]).words[:3] for sign in (1, -1)])
    family = BernoulliProduct(d, Fraction(3, 10))
    found = majority_information(family, weight).value
    assert found == pytest.approx(
        message_information(family, channel.astype(float), words).value, rel=1e-12
    )
    low, _ = exact_message_information(family, channel, words)
    assert abs(found - low) < 1e-14


def test_edges():
    assert majority_information(BernoulliProduct(4, 0.3), 2).value == pytest.approx(0, abs=1e-30)
    assert majority_information(BernoulliProduct(4, 0.5), 1).value == 1
    assert majority_information(BernoulliProduct(9, 0), 1).value == pytest.approx(0, abs=1e-30)
    with pytest.raises(ArgumentError, match="weight"):
        majority_information(BernoulliProduct(4, 0.3), 5)
    with pytest.raises(ArgumentError, match="10000000000 terms"):
        majority_information(BernoulliProduct(200000, 0.3), 100000)
