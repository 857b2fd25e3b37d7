"""Equal content has an equal name, unequal content another one."""

import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from infobound.montecarlo.fingerprint import fingerprint


@dataclass(frozen=True)
class Point:
    x: float
    y: float


def double(x: float) -> float:
    return 2 * x


def triple(x: float) -> float:
    return 3 * x


UNEQUAL = [
    (1, 1.0), (0.0, -0.0), (True, 1), ("1", 1), (b"1", "1"), (None, "None"), ((1, 2), [1, 2]),
    (("ab", "c"), ("a", "bc")), ([[1], 2], [[1, 2]]), ({"a": 1}, {"a": 2}), ({1, 2}, {1, 3}),
    (np.array([1, 2]), np.array([1.0, 2.0])), (np.zeros((2, 3)), np.zeros((3, 2))),
    (Point(1, 2), Point(2, 1)), (double, triple), (partial(double, 1), partial(double, 2)),
    (Path("a"), Path("b")), (1 + 2j, 2 + 1j),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), UNEQUAL, ids=lambda value: repr(value)[:20])
def test_unequal_content_has_unequal_names(left: object, right: object) -> None:
    assert fingerprint(left) != fingerprint(right)
    assert fingerprint(left) == fingerprint(left)


def test_order_matters_only_where_it_should() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({3, 1, 2}) == fingerprint({2, 3, 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])


def test_what_a_closure_holds_counts() -> None:
    def times(factor: float):
        return lambda x: factor * x

    assert fingerprint(times(2.0)) != fingerprint(times(3.0))
    assert fingerprint(times(2.0)) == fingerprint(times(2.0))


def test_the_same_in_another_process() -> None:
    """String hashing differs between processes; the name may not."""
    program = (
        "from infobound.montecarlo.fingerprint import fingerprint as f; print(f({'a', 'b', 3}))"
    )
    names = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert names == {fingerprint({"a", "b", 3})}


@pytest.mark.parametrize("value", [object(), np.array([object()])], ids=["object", "object array"])
def test_what_has_no_content_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="plain data"):
        fingerprint(value)
