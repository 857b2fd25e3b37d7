"""Trackers reach what theory says: test channels the floors, scalar quantizers their quadrature."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from infobound.bounds.drift import (
    DriftingTarget,
    channel_step,
    memory_floor,
    memoryless_floor,
    sharp_floor,
)
from infobound.bounds.mean_estimation import drive_nmse
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.drift import QuantizedKalman
from infobound.protocols.drift_stationary import stationary_error
from infobound.protocols.innovation_codes import GaussianChannel, Measured
from infobound.quantizers.eden import EDEN
from infobound.quantizers.scalar import Cells, LloydMax, Sign, Uniform


def tracker(w, quantizer, *, a=1.0, s=1.0, memory=False):
    target = DriftingTarget(drift_variance=w, noise_std=s, transition=a)
    return QuantizedKalman(target=target, quantizer=quantizer, memory=memory)


@pytest.mark.parametrize(("w", "a", "s"), [(1.0, 1.0, 1.0), (0.3, 1.3, 0.7), (1.0, 0.5, 2.0)])
def test_test_channel_reaches_the_sharp_floor(w, a, s):
    """One bit per coordinate, within 3 standard errors: false alarm 0.3 % each.

    Power: the larger of the two weaker floors is over 8 standard errors away, and is rejected.
    """
    filtered = tracker(w, GaussianChannel(1.0), a=a, s=s)
    found = filtered.run(dimension=8, rounds=200, replicates=256, rng=3).error
    ask = filtered.target
    weaker = max(memoryless_floor(ask, rate=1).value, memory_floor(ask, rate=1).value)
    assert abs(found.value - sharp_floor(ask, rate=1).value) < 3 * found.stderr
    assert found.value - weaker > 4 * found.stderr


@pytest.mark.parametrize(("a", "s"), [(1.0, 1.0), (1.3, 0.7)])
def test_test_channel_with_memory(a, s):
    """Within 3 standard errors of P_f + v/(4^R - a^2); the memoryless floor is rejected."""
    filtered = tracker(0.1, GaussianChannel(0.6), a=a, s=s, memory=True)
    found = filtered.run(dimension=8, rounds=200, replicates=512, rng=4).error
    assert abs(found.value - memory_floor(filtered.target, rate=0.6).value) < 3 * found.stderr
    assert sharp_floor(filtered.target, rate=0.6).value - found.value > 10 * found.stderr


@pytest.mark.parametrize("memory", [False, True])
def test_signs_reach_their_quadrature(memory):
    """Random walk, w = s^2, one bit: within 3 standard errors of the true value, 0.3 % false alarms.

    Power: the error that the filter itself assumes, 1 % below, is over 5 standard errors away.
    """
    signs = tracker(1.0, Sign(), memory=memory)
    exact = stationary_error(signs)
    assert exact.method == "quadrature"
    found = signs.run(dimension=64, rounds=300, replicates=64, rng=5).error
    assert abs(found.value - exact.value) < 3 * found.stderr
    assert found.value - signs.design_error > 4 * found.stderr


QUADRATURE = {  # found with twice the panels
    ("sign", False): 1.2790497281,
    ("sign", True): 1.2066593387,
    ("2 bits", False): 0.7733683181,
    ("2 bits", True): 0.7525933629,
}


@pytest.mark.parametrize(("name", "memory"), QUADRATURE, ids=str)
def test_quadrature_values(name, memory):
    quantizer = Sign() if name == "sign" else LloydMax(2)
    found = stationary_error(tracker(1.0, quantizer, memory=memory))
    assert found.value == pytest.approx(QUADRATURE[name, memory], rel=1e-9)
    assert stationary_error(tracker(1.0, GaussianChannel(1.0), memory=memory)).method == "exact"


@pytest.mark.parametrize("w", [1e-2, 4.0])
@pytest.mark.parametrize("a", [1.0, -0.3])
@pytest.mark.parametrize("bits", [1, 2])
def test_floors_hold(w, a, bits):
    """Exact errors lie above the floors, and close to what the filter assumes."""
    for memory, floor in ((False, sharp_floor), (True, memory_floor)):
        scheme = tracker(w, LloydMax(bits), a=a, memory=memory)
        true = stationary_error(scheme).value
        assert true > floor(scheme.target, rate=bits).value
        assert true == pytest.approx(scheme.design_error, rel=0.05)
    # Memory helps: it beats what memoryless encoders can do at all, where drift is slow.
    if w == 1e-2 and a == 1.0 and bits == 1:
        assert true < sharp_floor(scheme.target, rate=1).value


def test_unit_of_theta():
    """Everything scales with s."""
    small, large = tracker(0.1, Sign()), tracker(0.9, Sign(), s=3.0)
    assert large.design_error == pytest.approx(9 * small.design_error, rel=1e-12)
    assert stationary_error(large).value == pytest.approx(9 * stationary_error(small).value)
    ours, theirs = (scheme.trace(dimension=2, rounds=9, rng=1) for scheme in (small, large))
    np.testing.assert_allclose(theirs.estimates, 3 * ours.estimates, rtol=1e-12)


@pytest.mark.parametrize("prior", [None, 10.0])
@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("quantizer", [Sign(), LloydMax(3), Uniform(2)], ids=str)
def test_decoder_needs_the_messages_only(quantizer, memory, prior):
    scheme = tracker(0.1, quantizer, a=0.9, memory=memory)
    trace = scheme.trace(dimension=5, rounds=12, rng=7, prior_variance=prior)
    assert np.array_equal(scheme.decode(trace.messages, prior_variance=prior), trace.estimates)
    assert {message.bits for message in trace.messages} == {quantizer.bits(5)}
    assert scheme.bits_per_round(5) == quantizer.bits(5)
    flipped = [scheme.quantizer.encode(-np.ones(5)), *trace.messages[1:]]
    changed = scheme.decode(flipped, prior_variance=prior)
    assert not np.array_equal(changed, trace.estimates)  # every message counts


@pytest.mark.parametrize("memory", [False, True])
def test_real_messages_track_an_unstable_target(memory):
    """EDEN at 8 coordinates after a Haar rotation, a = 1.2: the design error is exact.

    Within 3 standard errors, false alarm 0.3 %; the floor at its rate, R = 5 with the scale, and the
    design without the exact fidelity (2/pi for many coordinates) are rejected at 4.
    """
    exact = Measured(EDEN(1, scale="biased", rotation="haar"), 1 - drive_nmse(8, scale="biased"))
    limit = Measured(exact.quantizer, 2 / math.pi)
    scheme, other = (tracker(0.3, code, a=1.2, memory=memory) for code in (exact, limit))
    found = scheme.run(dimension=8, rounds=120, replicates=128, rng=8).error
    assert abs(found.value - scheme.design_error) < 3 * found.stderr
    assert other.design_error - found.value > 4 * found.stderr
    floor = (memory_floor if memory else sharp_floor)(scheme.target, rate=5).value
    assert found.value - floor > 4 * found.stderr
    trace = scheme.trace(dimension=8, rounds=5, rng=1)
    assert [message.bits for message in trace.messages] == 5 * [40]
    assert np.array_equal(scheme.decode(trace.messages), trace.estimates)


def test_measured_moments():
    """Of a scalar quantizer, where they are known: 3 % of 4096 * 16 samples is over 5 sigma."""
    found = Measured.of(LloydMax(2), dimension=16, samples=4096)
    exact = tracker(0.1, LloydMax(2)).fidelity
    assert found.fidelity == pytest.approx(exact, rel=0.03)
    assert found.slope == pytest.approx(1, rel=0.03)
    assert abs(found.fidelity / tracker(0.1, Sign()).fidelity - 1) > 0.3


def test_levels_may_have_any_scale():
    """Sign of scale 7: the decoder's gain makes up for it, and the messages are the same."""
    one, seven = (tracker(0.1, Sign(scale)) for scale in (1.0, 7.0))
    assert seven.design_error == pytest.approx(one.design_error, rel=1e-12)
    assert one.fidelity == pytest.approx(2 / math.pi, rel=1e-12)
    left, right = (scheme.trace(dimension=3, rounds=20, rng=0) for scheme in (one, seven))
    np.testing.assert_allclose(left.estimates, right.estimates, rtol=1e-12)


def test_wide_prior():
    """From tau = 10: the error after four rounds is that of the recursion, not that of three."""
    scheme, variance = tracker(0.1, GaussianChannel(1.0)), [100.0]
    for _ in range(4):
        variance.append(channel_step(scheme.target, variance[-1], rate=1))
    found = scheme.run(
        dimension=16, rounds=1, warmup=3, replicates=800, rng=2, prior_variance=100
    ).error
    assert abs(found.value - variance[4]) < 3 * found.stderr
    assert abs(found.value - variance[3]) > 10 * found.stderr


@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("w", [0.01, 1.0])
def test_widest_prior_for_signs(w, memory):
    """At the limit no target is lost: the steady error within 5 %; at ten times it many are, refused.

    32768 targets, standard errors below 1 %: false alarm below 1e-4 for a true excess of at most 2 %.
    """
    scheme = tracker(w, Sign(), memory=memory)
    seen = scheme.target.predicted(scheme.design_error) + 1
    if not memory:
        assert seen == pytest.approx(scheme.steady.scale**2, rel=1e-12)
    ask = {"dimension": 256, "rounds": 20, "replicates": 128, "rng": 1}
    found = scheme.run(**ask, prior_variance=15.99 * seen).error
    assert found.stderr < 0.01 * found.value
    assert found.value == pytest.approx(scheme.design_error, rel=0.05)
    far = math.sqrt(160 * seen)
    lost = _untamed(scheme).run(**ask, prior_variance=far**2).error
    assert lost.value > 1.2 * scheme.design_error  # what the limit is for
    message = r"prior_variance = .* at most 16 \(P_p \+ s\^2\) = .* locate first"
    for refused in (
        lambda: scheme.run(**ask, prior_variance=far**2),
        lambda: scheme.trace(dimension=2, rounds=3, prior_variance=far**2),
    ):
        with pytest.raises(ArgumentError, match=message):
            refused()


def _untamed(scheme):
    """The tracker without its limit on the prior."""

    class Untamed(QuantizedKalman):
        def _reachable(self, prior_variance):
            return prior_variance

    return Untamed(target=scheme.target, quantizer=scheme.quantizer, memory=scheme.memory)


def test_progress_is_told():
    seen = []
    ask = {"dimension": 4096, "rounds": 3, "replicates": 8, "rng": 11, "warmup": 0}
    tracker(0.1, Sign()).run(**ask, progress=lambda now, total: seen.append((now, total)))
    assert seen[-1] == (2, 2)


def test_executor_and_resume(tmp_path):
    """Five chunks: same numbers with threads, and when two of the stored chunks were lost."""
    scheme = tracker(0.1, Sign(), memory=True)
    ask = {"dimension": 4096, "rounds": 3, "replicates": 20, "rng": 11, "warmup": 0}
    alone = scheme.run(**ask, store=tmp_path)
    kept = sorted(tmp_path.iterdir())
    assert len(kept) == 5
    for entry in kept[:2]:
        entry.unlink()
    assert scheme.run(**ask, store=tmp_path) == alone
    with ThreadPoolExecutor(2) as pool:
        assert scheme.run(**ask, executor=pool) == alone
    assert scheme.run(**{**ask, "rng": 12}) != alone
    assert (alone.bits_per_round, alone.rounds) == (4096, 3)


def test_refusals():
    with pytest.raises(ArgumentError, match=r"transition = 1.1, .* corrections are bounded"):
        tracker(0.1, Sign(), a=1.1)
    with pytest.raises(ArgumentError, match=r"above log2\|a\| = 1"):
        tracker(0.1, GaussianChannel(0.9), a=2.0)
    with pytest.raises(ArgumentError, match="stands still use LloydMaxRecursion"):
        tracker(0.0, Sign())
    with pytest.raises(ArgumentError, match="correlated with its input"):
        tracker(0.1, Cells((0.0,), (1.0, -1.0)))
    with pytest.raises(ArgumentError, match="rate = 0"):
        GaussianChannel(0)
    with pytest.raises(ArgumentError, match="no bits that could be decoded"):
        tracker(0.1, GaussianChannel(1)).decode([])
    with pytest.raises(ArgumentError, match=r"messages = \[\], .* at least one"):
        tracker(0.1, Sign()).decode([])
    with pytest.raises(ArgumentError, match="fidelity = 1, but it must be in"):
        Measured(Sign(), 1)
    with pytest.raises(ArgumentError, match=r"a scalar quantizer\. Run it"):
        stationary_error(tracker(0.1, Measured(Sign(), 0.6)))
    with pytest.raises(ArgumentError, match="With less drift use design_error"):
        stationary_error(tracker(1e-9, Sign()))
    with pytest.raises(ArgumentError, match="replicates = 1"):
        tracker(0.1, Sign()).run(dimension=1, rounds=1, replicates=1)
