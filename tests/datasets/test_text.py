"""The transformer: gradients against finite differences, masking, batches, seeds, training."""

import sys

import numpy as np
import pytest

from infobound.datasets import TransformerSize, text_gradients
from infobound.datasets.text import _codes, _draw
from infobound.datasets.transformer import adam_step, initial, loss, loss_and_gradient

SIZE = TransformerSize(width=8, blocks=2, heads=2, context=6)
VERSE = "the quick brown fox jumps over the lazy dog; " * 3
SMALL = {"samples": 3, "size": SIZE, "text": VERSE, "rng": 3}


@pytest.fixture(scope="module")
def point():
    """Parameters, two sequences, and the gradient there."""
    rng = np.random.default_rng(5)
    codes, vocabulary = _codes(VERSE, SIZE.context)
    parameters = initial(SIZE, vocabulary, rng)
    parameters["head"] *= 20  # as large as the others, so that every layer matters
    sequences = _draw(codes, 2, SIZE.context, rng)
    return parameters, sequences, loss_and_gradient(parameters, sequences, SIZE)[1]


def finite_difference(parameters, sequences, name, direction, h=1e-5):
    ends = (
        loss({**parameters, name: parameters[name] + sign * h * direction}, sequences, SIZE)
        for sign in (1, -1)
    )
    return (next(ends) - next(ends)) / (2 * h)


def test_gradient_is_the_derivative(point):
    """Along a random direction in every layer; one part in a million is seen."""
    parameters, sequences, gradient = point
    assert len(gradient) == 15
    rng = np.random.default_rng(6)
    for name, slope in gradient.items():
        direction = rng.normal(size=slope.shape)
        found = float(np.sum(slope * direction))
        expected = finite_difference(parameters, sequences, name, direction)
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9), name
        assert abs(expected) > 1e-4, name
        assert found * 1.00001 != pytest.approx(expected, rel=1e-6, abs=1e-9), name


def total_probability(parameters, prefix):
    """Sum over the last character of P(prefix, character), over P(prefix): 1 for a causal model."""
    vocabulary, length = len(parameters["embedding"]), len(prefix)
    logs = []
    for rows in (prefix[None], np.c_[np.tile(prefix, (vocabulary, 1)), np.arange(vocabulary)]):
        size = TransformerSize(width=8, blocks=2, heads=2, context=rows.shape[1] - 1)
        part = {**parameters, "position": parameters["position"][: size.context]}
        logs.append([-size.context * loss(part, row[None], size) for row in rows])
    assert length == SIZE.context
    return float(np.sum(np.exp(np.array(logs[1]) - logs[0])))


def test_it_is_a_law_of_sequences(point):
    """Chain rule: the probabilities of all continuations sum to that of the prefix."""
    parameters, sequences, _ = point
    assert total_probability(parameters, sequences[0, :-1]) == pytest.approx(1, abs=1e-12)


def test_seeing_ahead_is_found(point, monkeypatch):
    parameters, sequences, _ = point
    monkeypatch.setattr(np, "tri", lambda n, dtype: np.ones((n, n), dtype=dtype))
    assert abs(total_probability(parameters, sequences[0, :-1]) - 1) > 0.01


def test_loss_is_a_mean_over_sequences(point):
    parameters, sequences, gradient = point
    parts = [loss_and_gradient(parameters, one[None], SIZE) for one in sequences]
    assert loss(parameters, sequences, SIZE) == pytest.approx((parts[0][0] + parts[1][0]) / 2)
    for name, slope in gradient.items():
        mean = (parts[0][1][name] + parts[1][1][name]) / 2
        np.testing.assert_allclose(slope, mean, rtol=1e-9, atol=1e-14)


def test_first_step_of_adam_has_the_size_of_the_rate():
    """Corrected moments are g and g^2 at step 1, so every coordinate moves by the rate."""
    parameters, gradient = {"w": np.zeros(3)}, {"w": np.array([2.0, -0.5, 1e-3])}
    moments = {}
    adam_step(parameters, gradient, moments, 1, 0.1)
    np.testing.assert_allclose(parameters["w"], [-0.1, 0.1, -0.1], rtol=1e-4)
    adam_step(parameters, {"w": -gradient["w"]}, moments, 2, 0.1)
    # First moment (0.09 - 0.1) g / 0.19, second g^2: back by 0.1 / 19.
    np.testing.assert_allclose(parameters["w"][0], -0.1 + 0.1 / 19, rtol=1e-6)


def test_shapes_and_dtype():
    result = text_gradients(**SMALL)
    vocabulary = len(set(VERSE))
    assert result.layers["embedding"].shape == (3, 8 * vocabulary)
    assert result.layers["position"].shape == (3, 6 * 8)
    assert result.layers["block2.down"].shape == (3, 8 * 32)
    assert list(result.layers)[:3] == ["embedding", "position", "block1.query"]
    assert all(rows.dtype == np.float32 for rows in result.layers.values())
    assert result.point == "transformer of width 8, 2 blocks, 2 heads, context 6 at initialisation"
    assert result.source.startswith("given text, 135 characters, sha256 ")


def test_unused_characters_have_zero_gradient():
    """A sequence of 6 characters leaves all other rows of the embedding at exactly 0."""
    rows = text_gradients(**SMALL).layers["embedding"].reshape(3, -1, 8)
    used = (rows != 0).any(axis=2).sum(axis=1)
    assert used.max() <= 6
    assert used.min() >= 1


def test_a_batch_is_the_mean_of_its_sequences():
    one = text_gradients(**{**SMALL, "samples": 4})
    pairs = text_gradients(**{**SMALL, "samples": 2}, batch=2)
    for name, rows in one.layers.items():
        mean = rows.reshape(2, 2, -1).mean(axis=1)
        np.testing.assert_allclose(pairs.layers[name], mean, rtol=1e-4, atol=1e-7)


def test_one_seed_one_result():
    first, again, other = (
        text_gradients(**{**SMALL, "rng": seed}, state="trained", steps=3).flat()
        for seed in (3, np.random.default_rng(3), 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_training_lowers_the_loss():
    """On the manual: ln 103 = 4.6 before, below 3.4 after 30 steps (the same sequences)."""
    few = {"size": TransformerSize(width=16, heads=2, blocks=1, context=16), "samples": 16}
    before = text_gradients(**few)
    after = text_gradients(**few, state="trained", steps=30, learning_rate=0.03)
    assert 4.3 < before.loss < 5.0
    assert after.loss < 3.4
    assert before.source == after.source
    assert before.source.startswith(f"pydoc_data.topics of Python {sys.version_info.major}.")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"state": "final"}, r"state = 'final', but it must be 'initial' or 'trained'"),
        ({"samples": 0}, r"samples = 0"),
        ({"size": "huge"}, r"size = 'huge', but it must be 'small', 'tiny' or a TransformerSize"),
        (
            {"text": "short", "size": SIZE},
            r"len\(text\) = 5, but it must be above the context of 6",
        ),
        ({"text": "a" * 70}, r"text = 'aaa.*at least two different characters"),
        ({"learning_rate": -1}, r"learning_rate = -1"),
    ],
)
def test_arguments(wrong, message):
    with pytest.raises(ValueError, match=message):
        text_gradients(**wrong)


def test_heads_divide_the_width():
    with pytest.raises(ValueError, match=r"heads = 3, but it must be a divisor of width = 64"):
        TransformerSize(heads=3)


def test_without_autograd(monkeypatch):
    monkeypatch.setitem(sys.modules, "infobound.datasets.transformer", None)
    with pytest.raises(ImportError, match=r"pip install 'infobound\[datasets\]'"):
        text_gradients(**SMALL)
