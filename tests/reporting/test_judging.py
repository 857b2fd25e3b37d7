"""Verdicts of checks, their margins, and the digits that are shown."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound import Estimate
from infobound.numerics.arguments import ArgumentError
from infobound.reporting.judging import judge
from infobound.reporting.records import Check

NAN = float("nan")


@pytest.mark.parametrize(
    ("options", "passed"),
    [
        ({"found": 2, "expected": 2}, True),
        ({"found": 2, "expected": 3}, False),
        ({"found": Fraction(1, 3), "expected": Fraction(2, 6)}, True),
        ({"found": Fraction(1, 3), "expected": Fraction(1, 4)}, False),
        ({"found": sympy.Rational(1, 3), "expected": Fraction(1, 3)}, True),
        ({"found": "a", "expected": "a"}, True),
        ({"found": "a", "expected": "b"}, False),
        ({"found": np.bool_(True), "expected": True}, True),
        ({"found": 1, "expected": True}, False),
        ({"found": 10**30 + 1, "expected": 10**30}, False),
        ({"found": 0.5, "expected": 0.5 + 1e-9, "atol": 1e-8}, True),
        ({"found": 0.5, "expected": 0.5 + 1e-7, "atol": 1e-8}, False),
        ({"found": 50.5, "expected": 50, "rtol": 0.01}, True),
        ({"found": 50.6, "expected": 50, "rtol": 0.01}, False),
        ({"found": NAN, "expected": 1.0, "atol": 1e9}, False),
        ({"found": math.inf, "expected": 1.0, "atol": 1e9}, False),
        ({"found": 1.0, "at_most": 1.0}, True),
        ({"found": 1.0 + 1e-15, "at_most": 1.0}, False),
        ({"found": 1.0 + 1e-15, "at_most": 1.0, "atol": 1e-12}, True),
        ({"found": 1.0, "at_least": 1.0}, True),
        ({"found": 1, "at_least": np.float64(1.5)}, False),
        ({"found": NAN, "at_most": 1.0}, False),
        ({"found": NAN, "at_least": 1.0}, False),
        ({"found": 1.0, "at_least": NAN}, False),
        ({"found": math.inf, "at_least": 1.0}, False),
        ({"found": -math.inf, "at_most": 1.0}, False),
        ({"found": 1.5, "at_least": 1, "at_most": 2}, True),
        ({"found": 2.5, "at_least": 1, "at_most": 2}, False),
        ({"found": 0.5, "at_least": 1, "at_most": 2}, False),
        ({"found": NAN, "at_least": 1, "at_most": 2}, False),
        ({"found": Estimate(value=0.9, unit="bits"), "at_most": 1}, True),
        ({"found": Estimate(value=NAN, unit="bits"), "at_most": 1}, False),
        ({"found": 0.9, "expected": Estimate(value=1, unit="bits"), "atol": 0.2}, True),
    ],
)
def test_verdict(options, passed):
    row = judge("x", **options)
    assert row.passed is passed
    assert Check.from_json(row.to_json()) == row


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"found": 0.5, "expected": 0.5}, "atol = None, but it must be given (or rtol)"),
        ({"found": Fraction(1, 2), "expected": 0.5}, "atol = None, but it must be given"),
        ({"found": 1}, "expected = None, but it must be given, or else at_most or at_least"),
        ({"found": 1, "expected": 1, "at_most": 1}, "expected = 1, but it must be given, or else"),
        ({"found": np.ones(2), "expected": 1}, "found = array([1., 1.]), but it must be a number"),
        ({"found": 1j, "at_most": 1}, "found = 1j, but it must be a number"),
        ({"found": "a", "at_most": 1}, "found = 'a', but it must be a number"),
        ({"found": True, "at_most": 1}, "found = True, but it must be a number"),
        ({"found": 1.0, "expected": 0, "rtol": 0.1}, "atol = 0.0, but it must be positive (rtol"),
        ({"found": 1.0, "expected": NAN, "atol": 0.1}, "expected = nan, but it must be finite"),
        ({"found": 1.0, "expected": 1, "atol": -1}, "atol = -1, but it must be nonnegative"),
        ({"found": 1.0, "expected": 1, "rtol": NAN}, "rtol = nan, but it must be nonnegative"),
    ],
)
def test_refused(options, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        judge("x", **options)


def test_name_is_needed():
    with pytest.raises(ArgumentError, match="name = ' '"):
        judge(" ", found=1, expected=1)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        # Rounding noise under the tolerance is not shown, on whichever machine.
        ({"found": 3e-17, "expected": 0, "atol": 1e-12}, ("0", "= 0", "1e-12", 1.0)),
        ({"found": -3e-17, "expected": 0, "atol": 1e-12}, ("0", "= 0", "1e-12", 1.0)),
        (
            {"found": 2 / math.pi, "expected": 0.6366197723675814, "atol": 1e-12},
            ("0.6366197723676", "= 0.6366197723676", "1e-12", 1.0),
        ),
        ({"found": 0.63, "expected": 0.64, "atol": 0.02}, ("0.63", "= 0.64", "0.01", 0.5)),
        ({"found": 1234.5678, "at_most": 2000}, ("1234.57", "≤ 2000", "7.7e+02", 0.38)),
        ({"found": 0.3 - 0.1, "at_most": 0.2}, ("0.2", "≤ 0.2", "0", 0.0)),
        # A near miss does not look like a hit.
        ({"found": 3.0000001, "at_most": 3}, ("3.0000001", "≤ 3", "-1e-07", -3.3e-08)),
        ({"found": NAN, "at_most": 3}, ("nan", "≤ 3", "", None)),
        ({"found": 1.5, "at_least": 1, "at_most": 4}, ("1.5", "≥ 1 and ≤ 4", "0.5", 0.5)),
        (
            {"found": Estimate(value=0.512, stderr=0.0031, n=9, unit=""), "at_most": 1},
            ("0.512 ± 0.003", "≤ 1", "0.49", 0.49),
        ),
        ({"found": Fraction(1, 3), "expected": Fraction(1, 3)}, ("1/3", "= 1/3", "", None)),
    ],
)
def test_shown(options, shown):
    row = judge("x", **options)
    assert (row.found, row.wanted, row.margin, row.share) == shown


@settings(deadline=None, derandomize=True)
@given(
    found=st.floats(allow_nan=True, allow_infinity=True),
    limit=st.floats(-1e300, 1e300),
)
def test_limits_agree_with_python(found, limit):
    """Law: without slack the verdict is Python's own comparison, for finite numbers."""
    finite = math.isfinite(found)
    assert judge("x", found=found, at_most=limit).passed is (finite and found <= limit)
    assert judge("x", found=found, at_least=limit).passed is (finite and found >= limit)


@settings(deadline=None, derandomize=True)
@given(
    target=st.floats(-1e6, 1e6),
    deviation=st.floats(-2, 2),
    tolerance=st.floats(1e-9, 1e3),
)
def test_noise_does_not_change_what_is_shown(target, deviation, tolerance):
    """Law: two found values that differ by a millionth of the tolerance print alike."""
    from infobound.reporting.alike import alike

    found = target + deviation * tolerance
    one = judge("x", found=found, expected=target, atol=tolerance)
    other = judge("x", found=found + 1e-6 * tolerance, expected=target, atol=tolerance)
    assert alike(one.found, other.found, one.resolution)


def test_a_changed_number_is_seen():
    from infobound.reporting.alike import alike

    one = judge("x", found=0.5, expected=0.5, atol=1e-6)
    other = judge("x", found=0.5 + 5e-7, expected=0.5, atol=1e-6)
    assert not alike(one.found, other.found, one.resolution)
