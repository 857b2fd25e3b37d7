"""Encoders with memory pass the memoryless bound; their messages hold all that the decoder has."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from infobound.bounds.memory import FixedTarget
from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.protocols.error_feedback import ErrorFeedback
from infobound.protocols.memory import AveragingEncoder
from infobound.quantizers import ScaledSign, TopK


@pytest.mark.parametrize("b", [1, 2])
def test_a_bit_in_64_costs_nothing_in_the_end(b):
    """d = 64, B = b: T MSE / (d s^2) is 1.03 at T = 4096, 4 standard errors (0.1) from 1.

    60 runs of 64 coordinates; false alarm 6e-5. Power: the memoryless bound is 46 (b = 1) or 23.
    """
    scheme = AveragingEncoder(64, b, 1.0, 1.0, b)
    (early, late) = scheme.scaled_errors(rounds=[512, 4096], runs=60, rng=b)
    bound = scheme.target.memoryless_error(4096) * 4096
    assert bound > 20
    assert abs(late.value - 1.02) < 4 * late.stderr
    assert early.value > scheme.target.causal_error(512) * 512 - 4 * early.stderr


def test_messages_hold_everything():
    scheme = AveragingEncoder(5, 4, 0.5, 3.0, 2)
    rng = np.random.default_rng(0)
    samples = rng.normal(1.0, 0.5, size=(120, 5))
    messages = scheme.transcript(samples)
    assert [m.bits for m in messages[:4]] == [4, 4, 2, 4]
    shown = scheme.decode(messages)
    assert np.max(np.abs(shown - samples.mean(axis=0))) < 0.03
    # From the definition, coordinate 0: described in rounds 0, 3, 6, ...
    untold, known, estimate, s2 = 0.0, 9.0, 0.0, 0.25
    levels = np.array([-1.510, -0.4528, 0.4528, 1.510]) * 1.5
    for t in range(0, 120, 3):
        now = 1 / (1 / 9 + (t + 1) / s2)
        sigma = np.sqrt(untold + known - now)
        mean = samples[: t + 1, 0].sum() * now / s2
        cell = np.searchsorted([-0.9816 * 1.5, 0, 0.9816 * 1.5], (mean - estimate) / sigma)
        estimate += sigma * levels[cell]
        untold, known = scheme._shrink * sigma**2, now
    assert estimate == pytest.approx(shown[0], abs=2e-3)


def test_cells_for_the_predicted_variance_lose_theta(monkeypatch):
    """Without the widening a decoder far off never catches up: the error is not near 1."""
    monkeypatch.setattr("infobound.protocols.memory.WIDER", 1.0)
    (late,) = AveragingEncoder(64, 1, 1.0, 1.0).scaled_errors(rounds=[2048], runs=20, rng=0)
    assert late.value > 3


def test_error_feedback_passes_the_memoryless_bound():
    """T MSE / (d s^2) plus 4 standard errors below the bound for memoryless encoders of those bits.

    Dropping the memory puts it above (the planted mistake), and it stays above what memory allows.
    """
    model, rounds = GaussianLocation(64, 1.0), 1000
    scheme, plain = ErrorFeedback(ScaledSign()), ErrorFeedback(ScaledSign(), memory=False)
    limits = scheme.limits(model)
    (found,) = scheme.scaled_errors(model, rounds=[rounds], runs=100, rng=1)
    assert found.value + 4 * found.stderr < rounds * limits.memoryless_error(rounds)
    assert found.value > rounds * limits.causal_error(rounds) - 4 * found.stderr
    (without,) = plain.scaled_errors(model, rounds=[300], runs=40, rng=1)
    assert without.value - 4 * without.stderr > 300 * limits.memoryless_error(300)


@pytest.mark.parametrize("memory", [True, False])
def test_error_feedback_by_messages(memory):
    scheme = ErrorFeedback(TopK(1), memory)
    samples = np.random.default_rng(3).standard_normal((50, 6))
    messages = scheme.transcript(samples)
    assert {m.bits for m in messages} == {TopK(1).bits(6)}
    point, left = np.zeros(6), np.zeros(6)
    for t, x in enumerate(samples, start=1):
        step = (point - x) / t + left
        sent = np.zeros(6)
        j = np.argmax(np.abs(step))
        sent[j] = np.float32(step[j])
        point, left = point - sent, (step - sent) * memory
    np.testing.assert_allclose(scheme.decode(messages), point, atol=1e-6)
    if memory:  # what was sent and what is left make the average, but for the lag of the gradients
        assert np.max(np.abs(point - left - samples.mean(axis=0))) < 0.3


@pytest.mark.parametrize(
    ("scheme", "about"),
    [
        (AveragingEncoder(4, 1, 1.0, 1.0), ()),
        (ErrorFeedback(ScaledSign()), (GaussianLocation(4, 1.0),)),
    ],
    ids=["average", "feedback"],
)
def test_killed_sweeps_resume_with_the_same_numbers(scheme, about, tmp_path, monkeypatch):
    """Small tasks; a sweep that dies after two of five finds them again, on any executor."""
    module = type(scheme).__module__
    monkeypatch.setattr(f"{module}._TASK", 8)
    options = {"rounds": [2, 5], "runs": 10, "rng": 3}
    alone = scheme.scaled_errors(*about, **options)

    def die(done, total):
        assert total == 5
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scheme.scaled_errors(*about, store=tmp_path, progress=die, **options)
    seen = []
    with ThreadPoolExecutor(2) as pool:
        again = scheme.scaled_errors(
            *about, store=tmp_path, executor=pool, progress=lambda *at: seen.append(at), **options
        )
    assert again == alone
    assert seen[0] == (2, 5)


def test_refused():
    with pytest.raises(ArgumentError, match="bits"):
        AveragingEncoder(4, 1, 1.0, 1.0, bits_per_coordinate=2)
    with pytest.raises(ArgumentError, match="prior_std"):
        AveragingEncoder(4, 1, 1.0, 0.0)
    with pytest.raises(ArgumentError, match="rounds"):
        AveragingEncoder(4, 1, 1.0, 1.0).scaled_errors(rounds=[], runs=2)
    with pytest.raises(ArgumentError, match="messages"):
        ErrorFeedback(TopK(1)).decode([])
    assert AveragingEncoder(4, 1, 1.0, 1.0).target == FixedTarget(
        rate=0.25, noise_std=1.0, prior_std=1.0
    )


def test_whole_numbers_are_numbers():
    """tau = 2 and tau = 2.0 are the same prior."""
    whole, real = (AveragingEncoder(4, 1, 1, tau) for tau in (2, 2.0))
    assert whole.scaled_errors(rounds=[5, 50], runs=8, rng=1) == real.scaled_errors(
        rounds=[5, 50], runs=8, rng=1
    )
