"""Argument checks: what passes, what does not, and the wording."""

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest

from infobound.numerics.arguments import (
    ArgumentError,
    argument_error,
    nonnegative,
    positive,
    real,
    scale,
    whole,
)


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.float32(3), np.uint8(3), Fraction(3)])
def test_accepts_every_kind_of_number(value):
    assert whole("n", value) == 3
    assert type(whole("n", value)) is int
    assert positive("x", value) == 3.0
    assert type(real("x", value)) is float


@pytest.mark.parametrize(
    "value", [True, np.True_, "3", b"3", 3j, None, [3], math.nan, math.inf, np.float32(math.nan)]
)
def test_refuses(value):
    for check in (real, positive, nonnegative, scale, whole):
        with pytest.raises(ArgumentError, match="x = "):
            check("x", value)


def test_ranges():
    assert nonnegative("x", 0) == 0
    for check in (positive, scale, whole):
        with pytest.raises(ArgumentError, match="x = 0"):
            check("x", 0)
    with pytest.raises(ArgumentError, match=r"x = 2\.5, but it must be a whole number"):
        whole("x", 2.5)
    with pytest.raises(ArgumentError, match="at least 2, at most 5"):
        whole("x", 6, least=2, most=5)
    with pytest.raises(ArgumentError, match="between 1e-60 and 1e60"):
        scale("x", 1e61)
    with pytest.raises(ArgumentError, match="finite real"):
        real("x", 10**400)
    assert whole("x", 1e9) == 10**9


def test_message_and_pickle():
    error = argument_error("y[2]", 1.25, "in [-1, 1]", "Scale y.")
    assert str(error) == "y[2] = 1.25, but it must be in [-1, 1]. Scale y."
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
