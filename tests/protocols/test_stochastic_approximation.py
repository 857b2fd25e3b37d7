"""Recursions from B < d bits: messages, counts, limits."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.localization import LloydMaxRecursion
from infobound.protocols.stochastic_approximation import CoordinateRecursion
from infobound.protocols.transcripts import transcript_fisher_information
from infobound.quantizers import LloydMax

RANDOM = CoordinateRecursion(5, 4, 1.0, 2, order="random", coins=3)
SCHEMES = [
    CoordinateRecursion(5, 2, 0.5),
    CoordinateRecursion(5, 4, 1.0, 2, half_width=40.0),
    CoordinateRecursion(4, 9, 1.0, 3, averaging=True, half_width=8.0),
    RANDOM,
]


def played(scheme, theta, rounds, seed):
    """The protocol message by message."""
    draw, messages = np.random.default_rng(seed), []
    for t in range(rounds):
        x = theta + scheme.noise_std * draw.standard_normal(scheme.dimension)
        messages.append(scheme.rule(t, messages).encode(x))
    return messages


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_messages_hold_every_bit_and_nothing_else_is_needed(scheme):
    """`decode` is a plain recursion over the same noise; bits are exact in every round."""
    theta, rounds = np.linspace(-1, 1, scheme.dimension), 40
    messages = played(scheme, theta, rounds, 7)
    assert [m.bits for m in messages] == [
        scheme.bits_per_coordinate * scheme.chosen(t).size for t in range(rounds)
    ]
    assert sum(m.bits for m in messages) == scheme.sent(rounds)
    assert max(m.bits for m in messages) == scheme.bits_per_round <= scheme.bits
    draw, estimate = np.random.default_rng(7), np.zeros(scheme.dimension)
    count, iterates = np.zeros(scheme.dimension, dtype=int), [[] for _ in theta]
    b, s = scheme.bits_per_coordinate, scheme.noise_std
    for t in range(rounds):
        x = theta + s * draw.standard_normal(scheme.dimension)
        for j in scheme.chosen(t):
            gap, n = x[j] - estimate[j], count[j] - len(scheme.search)
            if n < 0:
                width = scheme.search[count[j]]
                cell = np.clip(np.ceil((gap / width + 1) * 2 ** (b - 1)) - 1, 0, 2**b - 1)
                estimate[j] += width * ((cell + 0.5) / 2 ** (b - 1) - 1)
            else:
                gain = (n + 1) ** (-2 / 3) if scheme.averaging else 1 / (n + 1)
                estimate[j] += gain / scheme.fisher * s * LloydMax(b).roundtrip([gap / s])[0]
                iterates[j].append(estimate[j])
            count[j] += 1
    if scheme.averaging:
        estimate = np.array([np.mean(path[math.isqrt(len(path)) :]) for path in iterates])
    assert np.array_equal(count, scheme.counts(rounds))
    np.testing.assert_allclose(scheme.decode(messages), estimate, rtol=1e-12, atol=1e-12)


def test_run_is_the_recursion_of_the_messages():
    """One coordinate, one run: the same normals in the same order give the same estimate."""
    scheme = CoordinateRecursion(1, 2, 0.5, 2, half_width=9.0, averaging=True)
    messages = played(scheme, 3.3, 60, 11)
    found = scheme.run(3.3, rounds=60, runs=1, rng=11)
    np.testing.assert_allclose(found[0], scheme.decode(messages), rtol=1e-12)


@pytest.mark.parametrize("b", [1, 3])
def test_whole_vectors_are_the_lloyd_max_recursion(b):
    scheme = CoordinateRecursion(1, b, 0.5, b)
    ours = scheme.run(0.2, rounds=50, runs=6, rng=4)
    theirs = LloydMaxRecursion(b).run(GaussianLocation(1, 0.5), 0.2, rounds=50, runs=6, rng=4)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_counts():
    scheme = CoordinateRecursion(5, 2, 1.0)
    assert scheme.counts(4).tolist() == [2, 2, 1, 1, 1]
    assert [scheme.chosen(t).tolist() for t in range(4)] == [[0, 1], [2, 3], [4], [0, 1]]
    assert scheme.sent(4) == 7
    assert RANDOM.counts(200).sum() == 400
    assert np.array_equal(
        RANDOM.counts(50), np.bincount(np.concatenate([RANDOM.chosen(t) for t in range(50)]))
    )


@pytest.mark.parametrize(
    "options", [{}, {"order": "random", "coins": 5}, {"averaging": True}], ids=str
)
def test_signs_of_some_coordinates_reach_pi_over_two_d_over_b(options):
    """T MSE / (d s^2) within 3 standard errors of (pi/2) d/B, and not of other constants.

    1200 runs of 4 coordinates, T = 4000: standard error about 1.6 %, false alarm 0.3 % (averaging
    is 3 % above its limit at this T, which is added). Power: 4/3 d/B, the whole-vector limit at
    one bit a coordinate, and pi d/B are over 5 standard errors away.
    """
    scheme = CoordinateRecursion(4, 2, 1.0, **options)
    found = scheme.scaled_error(0.1, rounds=4000, runs=1200, rng=1)
    limit = math.pi / 2 * 2
    assert scheme.limit == pytest.approx(limit, rel=1e-12)
    excess = 0.03 * limit if scheme.averaging else 0
    assert abs(found.value - limit - excess / 2) < 3 * found.stderr + excess / 2
    for rival in (8 / 3, math.pi * 2):
        assert abs(found.value - rival) > 3 * found.stderr


@pytest.mark.parametrize("b", [1, 2, 4])
@pytest.mark.parametrize("theta", [0.0, 370.0, 1000.0])
def test_search_loses_no_run_and_costs_a_sum(b, theta):
    """theta in [-1000, 1000], s = 1: after the search and 300 messages the error is s^2/(300 I).

    Every one of 1500 runs is within 6 standard deviations, and the mean square within 4 standard
    errors and 3 %. Power: a search that ends 50 times too early is noticed, see below.
    """
    scheme = CoordinateRecursion(1, b, 1.0, b, half_width=1000.0)
    assert len(scheme.search) == {1: 9, 2: 5, 4: 3}[b]
    final = scheme.run(theta, rounds=len(scheme.search) + 300, runs=1500, rng=2)
    error = 300 * scheme.fisher * np.mean((final - theta) ** 2)
    assert abs(error - 1) < 4 * math.sqrt(2 / 1500) + 0.03
    assert np.max(np.abs(final - theta)) < 6 / math.sqrt(300 * scheme.fisher)


def test_a_search_that_ends_too_early_loses_theta(monkeypatch):
    monkeypatch.setattr("infobound.protocols.stochastic_approximation.FOUND", 100.0)
    scheme = CoordinateRecursion(1, 1, 1.0, half_width=1000.0)
    final = scheme.run(370.0, rounds=len(scheme.search) + 300, runs=200, rng=2)
    assert np.max(np.abs(final - 370.0)) > 6 / math.sqrt(300 * scheme.fisher)


def test_information_of_the_transcript_is_exact():
    """The chain rule runs on the rule itself: cyclic signs, started at theta, d = 2, B = 1."""
    scheme, model = CoordinateRecursion(2, 1, 1.0), GaussianLocation(2, 1.0)
    found = transcript_fisher_information(model, scheme.rule, 0.0, rounds=2)
    assert found.method == "enumeration"
    assert found.value == pytest.approx(2 * 2 / math.pi, rel=1e-12)
    longer = transcript_fisher_information(model, scheme.rule, 0.0, rounds=6)
    assert 0.5 * 6 * 2 / math.pi < longer.value < 6 * 2 / math.pi


def test_executor_and_store_change_nothing(tmp_path):
    scheme, options = CoordinateRecursion(2, 1, 1.0), {"rounds": 10, "runs": 40000, "rng": 3}
    alone = scheme.scaled_error(0.1, **options)
    with ThreadPoolExecutor(2) as pool:
        together = scheme.scaled_error(0.1, executor=pool, store=tmp_path, **options)
    seen = []
    again = scheme.scaled_error(
        0.1, store=tmp_path, progress=lambda *at: seen.append(at), **options
    )
    assert alone == together == again
    assert seen == [(3, 3)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bits": 1, "bits_per_coordinate": 2}, "bits"),
        ({"order": "sorted"}, "order"),
        ({"order": "random", "half_width": 2.0}, "cyclic"),
        ({"half_width": -1.0}, "half_width"),
        ({"noise_std": 0.0}, "noise_std"),
        ({"coins": -1}, "coins"),
    ],
)
def test_refused(change, message):
    with pytest.raises(ArgumentError, match=message):
        CoordinateRecursion(**({"dimension": 2, "bits": 2, "noise_std": 1.0} | change))
