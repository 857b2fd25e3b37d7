"""Fisher information of adaptive transcripts: chain rule, definition, simulation."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.bit_oracle import fisher_trace
from infobound.information import fisher_information
from infobound.models import GaussianLocation, QuadraticFamily
from infobound.numerics.arguments import ArgumentError
from infobound.protocols import oracle_transcript
from infobound.protocols.transcripts import transcript_fisher_information, transcript_law
from infobound.quantizers import (
    Argmax,
    Blocks,
    Cells,
    LloydMax,
    Message,
    Quantizer,
    Shifted,
    Sign,
    Simplex,
)

LAW = settings(deadline=None, derandomize=True, max_examples=25)
UNIT = GaussianLocation(dimension=1, noise_std=1.0)
Past = tuple[Message, ...]


def signs(past: Past) -> list[int]:
    return [2 * int(message.unpack(width=1)[0]) - 1 for message in past]


def three_rounds(t: int, past: Past, coins: int) -> Quantizer:
    """Thresholds 0, then 0.8 m_1, then 0.8 m_1 + 0.5 m_2."""
    steps = [0.8, 0.5]
    return Sign(offset=sum(c * m for c, m in zip(steps, signs(past), strict=False)))


def centred(t: int, past: Past, coins: int) -> Quantizer:
    """Lloyd-Max cells of two bits, moved by what the last message said."""
    if not past:
        return LloydMax(2)
    said = replace(past[-1], made_by=repr(LloydMax(2)))  # relative to the last centre
    return Shifted(LloydMax(2), 0.7 * LloydMax(2).decode(said) / (t + 1))


def test_the_worked_example_three_ways() -> None:
    """1.6819153944 by the chain rule, by definition, and from differences of probabilities."""
    found = transcript_fisher_information(UNIT, three_rounds, 0.3, rounds=3)
    assert found.value == pytest.approx(1.6819153944, abs=1e-9)
    assert (found.method, found.stderr) == ("enumeration", 0)
    law = transcript_law(UNIT, three_rounds, 0.3, rounds=3)
    assert law.fisher()[0, 0] == pytest.approx(found.value, rel=1e-13)
    h = 1e-4
    up, down = (transcript_law(UNIT, three_rounds, 0.3 + e, rounds=3) for e in (h, -h))
    slope = (up.probability - down.probability) / (2 * h)
    assert float(slope @ (slope / law.probability)) == pytest.approx(found.value, abs=1e-7)


def test_the_check_rejects_thresholds_that_do_not_adapt() -> None:
    planted = transcript_fisher_information(UNIT, Sign(), 0.3, rounds=3).value
    assert planted == pytest.approx(3 * fisher_information(UNIT, Sign(), 0.3).value, rel=1e-13)
    assert planted != pytest.approx(1.6819153944, abs=0.1)


@LAW
@given(
    table=st.lists(st.floats(-2, 2), min_size=7, max_size=7),
    theta=st.floats(-2, 2),
    s=st.floats(0.1, 10),
)
def test_chain_rule_for_any_tree_of_thresholds(table: list[float], theta: float, s: float) -> None:
    """Sum of conditional terms = information of the joint law <= T (1 - 1/4) / s^2."""

    def rule(t: int, past: Past, coins: int) -> Quantizer:
        node = 2**t - 1 + sum(2**k * (m > 0) for k, m in enumerate(reversed(signs(past))))
        return Sign(offset=s * table[node])

    model = GaussianLocation(1, s)
    chain = transcript_fisher_information(model, rule, s * theta, rounds=3).value
    joint = transcript_law(model, rule, s * theta, rounds=3)
    assert chain == pytest.approx(joint.fisher()[0, 0], rel=1e-10)
    assert joint.probability.sum() == pytest.approx(1, abs=1e-13)
    assert joint.entropy() <= 3 + 1e-12
    assert chain < 3 * fisher_trace(dimension=1, bits=1, noise_std=s).value


@pytest.mark.parametrize("factor", [0.5, 0.8])
def test_the_bound_rejects(factor: float) -> None:
    """One centred bit attains 0.849 of the limit in every round."""
    found = transcript_fisher_information(UNIT, Sign(), 0, rounds=3).value
    assert found > factor * 3 * fisher_trace(dimension=1, bits=1, noise_std=1).value


@pytest.mark.parametrize(
    ("rule", "d", "rounds"),
    [
        (centred, 2, 3),
        (Simplex(2), 3, 3),
        (Argmax(), 3, 2),
        (Blocks(Argmax(), 2), 4, 2),
        (Shifted(Blocks(Simplex(2), 3), np.linspace(-1, 1, 6)), 6, 2),
        (Blocks(Cells((-0.5, 0.7)), 1), 3, 2),
    ],
)
def test_vectors_by_chain_rule_definition_and_simulation(rule: object, d: int, rounds: int) -> None:
    """Matrices; the simulated trace within 4.5 standard errors (false alarm 7e-6)."""
    model, theta = GaussianLocation(d, 0.8), np.linspace(-0.5, 0.4, d)
    exact = transcript_fisher_information(model, rule, theta, rounds=rounds)  # type: ignore[arg-type]
    law = transcript_law(model, rule, theta, rounds=rounds)  # type: ignore[arg-type]
    np.testing.assert_allclose(exact.matrix, law.fisher(), rtol=1e-8, atol=1e-10)
    found = transcript_fisher_information(
        model, rule, theta, rounds=rounds, rng=4, samples=3000, method="monte-carlo"  # type: ignore[arg-type]
    )  # fmt: skip
    assert (found.method, found.n) == ("monte-carlo", 3000)
    assert abs(found.value - exact.value) <= 4.5 * found.stderr + 1e-12 * exact.value
    assert found.stderr < 0.01 * exact.value
    np.testing.assert_allclose(found.matrix, exact.matrix, atol=0.05)


def test_public_coins_are_averaged_over() -> None:
    """A public random threshold in each of two rounds, against quadrature; 4.5 standard errors."""

    def rule(t: int, past: Past, coins: int) -> Quantizer:
        return Sign(offset=np.random.default_rng(coins).normal())

    node, weight = np.polynomial.hermite_e.hermegauss(80)
    each = [fisher_information(UNIT, Sign(offset=t), 0).value for t in node]
    mean = 2 * float(weight @ each) / math.sqrt(2 * math.pi)
    found = transcript_fisher_information(
        UNIT, rule, 0, rounds=2, rng=0, samples=600, public_coins=True
    )
    assert found.method == "monte-carlo"
    assert abs(found.value - mean) < 4.5 * found.stderr
    assert found.stderr < 0.025 * mean


def test_many_rounds_are_simulated_and_many_coordinates_fit() -> None:
    found = transcript_fisher_information(UNIT, three_rounds, 0.3, rounds=3, method="auto")
    assert found.method == "enumeration"

    def drifting(t: int, past: Past, coins: int) -> Quantizer:
        return Sign(offset=sum(signs(past)) / (t + 1))

    many = transcript_fisher_information(UNIT, drifting, 0.3, rounds=20, rng=0, samples=64)
    assert (many.method, many.n) == ("monte-carlo", 64)
    assert 10 < many.value < 20 * 2 / math.pi
    wide = GaussianLocation(1000, 1.0)
    large = transcript_fisher_information(wide, centred, 0.1, rounds=2, rng=0, samples=64)
    assert large.diagonal.shape == (1000,)
    with pytest.raises(ArgumentError, match="dimension = 1000"):
        _ = large.matrix


def test_the_rule_is_the_one_of_the_oracle() -> None:
    """The same rule drives `oracle_transcript`; its messages are what the rule is given here."""
    family = QuadraticFamily(dimension=1, curvature=1.0, noise_std=1.0)
    played = oracle_transcript(family, three_rounds, lambda t, past, coins: [0.0], 0.3, 3, 1)
    law = transcript_law(UNIT, three_rounds, 0.3, rounds=3)
    index = sum(2**k * (m > 0) for k, m in enumerate(reversed(signs(played.messages))))
    assert law.probability[index] > 0
    seen: list[Past] = []

    def spy(t: int, past: Past, coins: int) -> Quantizer:
        seen.append(past)
        return three_rounds(t, past, coins)

    transcript_law(UNIT, spy, 0.3, rounds=3)
    assert played.messages[:2] in seen


def test_bad_arguments() -> None:
    with pytest.raises(ArgumentError, match=r"method = 'enumeration', .*more than 65536 hist"):
        transcript_fisher_information(UNIT, Sign(), 0, rounds=30, method="enumeration")
    with pytest.raises(ArgumentError, match="rounds = 30"):
        transcript_law(UNIT, Sign(), 0, rounds=30)
    with pytest.raises(ArgumentError, match="rounds = 0"):
        transcript_fisher_information(UNIT, Sign(), 0, rounds=0)
    with pytest.raises(ArgumentError, match="method = 'exact'"):
        transcript_fisher_information(UNIT, Sign(), 0, rounds=1, method="exact")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="samples = 2"):
        transcript_fisher_information(UNIT, Sign(), 0, rounds=1, samples=2)

    class Unknown(Sign):
        cells = None  # type: ignore[assignment]

        def __post_init__(self) -> None: ...

        def bits(self, d: int) -> int:
            return d

    with pytest.raises(ArgumentError, match="Fisher information is known exactly"):
        transcript_fisher_information(UNIT, Unknown(), 0, rounds=2)
