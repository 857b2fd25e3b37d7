"""Scaled signs: the best multiple of the signs, its error, its bits."""

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.scaled_sign import ScaledSign


def test_error_and_bits():
    y = np.array([[3.0, -4.0, 0.0, 1.0], [0.0, 0.0, -8.0, 0.0]])
    quantizer = ScaledSign()
    assert quantizer.roundtrip(y).tolist() == [[2, -2, 2, 2], [2, 2, -2, 2]]
    assert quantizer.mean_squared_error(y).tolist() == [26 - 64 / 4, 64 - 64 / 4]
    assert quantizer.mean_squared_error(y)[1] <= quantizer.variance_bound(4).at(y)[1]
    assert quantizer.bits(4) == 36
    message = quantizer.encode(y)
    assert message.payload.hex() == "40000000" + "4" + "40000000" + "2"  # 2.0, 0100, 2.0, 0010
    assert message.side_bits == 64
    assert not quantizer.unbiased


def test_no_multiple_is_better():
    y = np.random.default_rng(0).standard_normal(50)
    best = ScaledSign().mean_squared_error(y)
    for factor in (0.98, 1.02):
        assert np.sum((factor * ScaledSign().roundtrip(y) - y) ** 2) > best
    assert best == pytest.approx(np.sum(y**2) - np.sum(abs(y)) ** 2 / 50, rel=1e-6)


def test_a_negative_scale_is_refused():
    fields = [(np.array([0xC0000000], np.uint32), 32), (np.zeros(3, np.uint8), 1)]
    message = Message.join(fields, shape=(3,), made_by=repr(ScaledSign()))
    with pytest.raises(ArgumentError, match=">= 0"):
        ScaledSign().decode(message)
