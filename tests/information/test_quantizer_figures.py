"""Figures of quantizers: known values, limits, and what is said of bounded domains."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest

from infobound.information.quantizer_figures import describe_quantizer
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import LloydMax, Sign, Simplex, by_name
from infobound.quantizers.cuq import CUQ
from infobound.quantizers.eden import EDEN
from infobound.testing import check_quantizer


def test_sign():
    """Exact: error 1 + 1 - 2 sqrt(2/pi) for levels +-1, all of it bias; 2/pi of Fisher's.

    Five standard errors miss with probability below 1e-6, and are less than 2 % of the value.
    """
    found = describe_quantizer(Sign(), 16, rng=1, samples=8192)
    truth = 2 - 2 * math.sqrt(2 / math.pi)
    for estimate in (found.error, found.bias_squared):
        assert abs(estimate.value - truth) < 5 * estimate.stderr < 0.02 * truth
    assert found.fisher.value == pytest.approx(2 / math.pi, rel=1e-12)
    assert (found.fisher.method, found.fisher_relation) == ("exact", "=")
    assert (found.rate, found.side_rate, found.scale) == (1.0, 0.0, 1.0)
    assert (found.error_limit, found.unbiased_limit) == (0.25, pytest.approx(1 / 3))
    assert found.fisher_limit == 0.75


def test_scale_that_it_is_made_for():
    narrow, wide = (describe_quantizer(LloydMax(3, s), 4, rng=0) for s in (1.0, 100.0))
    assert wide.scale == 100.0
    assert wide.error.value == pytest.approx(narrow.error.value, rel=1e-9)
    assert wide.fisher.value == pytest.approx(narrow.fisher.value, rel=1e-9)


def test_unbiased_in_a_box():
    """Linear bound of an unbiased quantizer of error w: 1/(1 + w), within the limit."""
    found = describe_quantizer(CUQ(levels=9), 16, rng=0)
    assert found.bias_squared.value == found.bias_squared.stderr == 0
    assert found.scale < 1 / 4
    assert found.error.value > found.unbiased_limit > found.error_limit
    assert found.fisher_relation == ">="
    assert found.fisher.value == pytest.approx(
        1 / (1 + found.error.value), abs=5 * found.fisher.stderr + 1e-2
    )
    assert found.fisher.value < found.fisher_limit


def test_few_messages_are_told_apart():
    """Two random levels per coordinate at d = 2: four messages, so Fisher is no mere bound.

    For CUQ at two levels P(up | x) = (1 + x)/2 exactly, so E[Z | M] = s sign(M) and the efficiency
    is s^2, whatever d; 5 standard errors.
    """
    found = describe_quantizer(CUQ(levels=2), 2, rng=3, samples=4096)
    assert found.fisher_relation == "="
    assert abs(found.fisher.value - found.scale**2) < 5 * found.fisher.stderr


def test_side_information():
    found = describe_quantizer(EDEN(4), 64, rng=0)
    assert (found.rate, found.side_rate) == (4.5, 0.5)
    assert 0.008 < found.error.value < 0.0102
    assert found.error_limit == 4.0**-4.5


@dataclass(frozen=True)
class Twice(CUQ):
    """Says that it is not unbiased; on average it returns 3/2 y."""

    unbiased = False

    def roundtrip(self, y, *, rng=None):
        return 1.5 * super().roundtrip(y, rng=rng)


def test_bias_is_seen_through_noise():
    """Mean error y/2: squared bias 1/4, though the error is far larger; 5 standard errors."""
    found = describe_quantizer(Twice(levels=64), 8, rng=5, samples=16384)
    assert found.error.value > 0.25
    assert abs(found.bias_squared.value - 0.25) < 5 * found.bias_squared.stderr < 0.02


def test_json_and_seed():
    one, same, other = (describe_quantizer(EDEN(), 5, rng=seed, samples=64) for seed in (0, 0, 1))
    assert json.loads(json.dumps(one.to_dict(), allow_nan=False)) == same.to_dict()
    assert one.error.value != other.error.value


@dataclass(frozen=True)
class Longer(Sign):
    """Promises one bit less than it sends."""

    def bits(self, d):
        return super().bits(d) - 1 if d > 1 else 1


def test_errors():
    with pytest.raises(ArgumentError, match="d = 5"):
        describe_quantizer(Simplex(2), 5)
    with pytest.raises(ArgumentError, match="samples = 3"):
        describe_quantizer(Sign(), 5, samples=3)
    with pytest.raises(ArgumentError, match="message"):
        describe_quantizer(Longer(), 5)
    assert not check_quantizer(Longer(), dimensions=[3], samples=1024).passed
    assert np.isfinite(describe_quantizer(Sign(), 1, samples=64).error.value)


def test_whole_blocks_of_number_formats_are_exact():
    """MXFP4: the information of its codes, above what averaging uses; other lengths are bounded."""
    whole = describe_quantizer(by_name("mxfp4"), 64, rng=0, samples=256)
    assert whole.fisher_relation == "="
    assert whole.fisher.value == pytest.approx(0.9884303513, abs=1e-9)
    part = describe_quantizer(by_name("mxfp4"), 50, rng=0, samples=256)
    assert part.fisher_relation == ">="
    assert part.fisher.value + 4 * part.fisher.stderr < whole.fisher.value
