"""Quantizers by name."""

import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import Argmax, LloydMax, Quantizer, Sign, Simplex, Uniform, by_name
from infobound.quantizers.registry import NAMES


def test_names():
    assert by_name("sign", scale=2.0) == Sign(2.0)
    assert by_name("uniform", bits=3, step=0.5, offset=1) == Uniform(3, 0.5, offset=1)
    assert by_name("lloyd-max", bits=4, scale=2, offset=0.5) == LloydMax(4, 2, 0.5)
    assert by_name("argmax") == Argmax()
    assert by_name("simplex", bits=3) == Simplex(3)
    bits = {"uniform": 2, "lloyd-max": 2, "simplex": 2}
    for name in NAMES:
        params = {"bits": bits[name]} if name in bits else {}
        assert isinstance(by_name(name, **params), Quantizer)


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("float", {}, "name = 'float', .* one of argmax, lloyd-max, sign, simplex, uniform"),
        ("Sign", {}, "name = 'Sign'"),
        ("sign", {"bits": 2}, "bits = 2, .* left out: sign takes scale, offset"),
        ("lloyd-max", {}, "bits = None, .* given for lloyd-max"),
        ("lloyd-max", {"bits": 2.5}, "bits = 2.5"),
        ("simplex", {"bits": 2, "offset": 1.0}, "offset = 1.0, .* left out"),
    ],
)
def test_errors(name, params, words):
    with pytest.raises(ArgumentError, match=words):
        by_name(name, **params)
