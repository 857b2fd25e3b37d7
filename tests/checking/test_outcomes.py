"""Outcomes are types."""

import pickle

import pytest

from infobound.checking import (
    Assumed,
    Certified,
    Enumerated,
    Estimated,
    Inconclusive,
    Matched,
    Proved,
    Refuted,
)

ALL = [
    Proved({"points": 3}),
    Certified({"boxes": 1}),
    Enumerated(),
    Estimated(),
    Matched(),
    Assumed("Fisher 1922"),
    Refuted({"x": "1/2"}),
    Inconclusive("stuck"),
]


@pytest.mark.parametrize("outcome", ALL, ids=lambda o: type(o).__name__)
def test_no_truth_value(outcome):
    """`if outcome` would accept what was merely not refuted, and what was refuted."""
    with pytest.raises(TypeError, match="Match on its type"):
        bool(outcome)
    with pytest.raises(TypeError):
        assert outcome


@pytest.mark.parametrize("outcome", ALL, ids=lambda o: type(o).__name__)
def test_survives_pickling(outcome):
    """Worker processes send outcomes back."""
    copy = pickle.loads(pickle.dumps(outcome))
    assert copy == outcome
    assert copy.detail == outcome.detail


def test_types_are_distinct():
    assert Proved() != Certified()
    assert len({type(outcome) for outcome in ALL}) == len(ALL)
