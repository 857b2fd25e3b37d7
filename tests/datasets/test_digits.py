"""The digits network: gradients against finite differences, batches, seeds, training."""

import sys

import numpy as np
import pytest

from infobound.datasets import digits, digits_gradients
from infobound.datasets.digits import _backward, _initial

SMALL = {"samples": 6, "hidden": (5,), "rng": 3}


def finite_difference(parameters, x, digit, layer, place, h=1e-6):
    """Central difference of the loss of one image by one weight."""
    weight = parameters[layer][0]
    losses = []
    for sign in (1, -1):
        weight.flat[place] += sign * h
        losses.append(_backward(parameters, x, digit)[2])
        weight.flat[place] -= sign * h
    return (losses[0] - losses[1]) / (2 * h)


@pytest.mark.parametrize("hidden", [(), (5,), (6, 4)])
def test_gradient_is_the_derivative(hidden):
    rng = np.random.default_rng(1)
    parameters = _initial([7, *hidden, 10], rng)
    x, digit = rng.uniform(size=(1, 7)), np.array([4])
    activations, errors, _ = _backward(parameters, x, digit)
    for layer in range(len(parameters)):
        gradient = np.outer(errors[layer], activations[layer]).ravel()
        for place in rng.choice(gradient.size, size=8, replace=False):
            expected = finite_difference(parameters, x, digit, layer, place)
            assert gradient[place] == pytest.approx(expected, abs=1e-8)
            wrong = 1.001 * gradient[place] + 1e-6
            assert wrong != pytest.approx(expected, abs=1e-8)


def test_shapes_and_dtype():
    result = digits_gradients(**SMALL)
    shapes = {name: rows.shape for name, rows in result.layers.items()}
    assert shapes == {
        "layer1.weight": (6, 320),
        "layer1.bias": (6, 5),
        "layer2.weight": (6, 50),
        "layer2.bias": (6, 10),
    }
    assert all(rows.dtype == np.float32 for rows in result.layers.values())
    assert "1797 images" in result.source
    assert result.point == "64-5-10 relu network at initialisation"


def test_default_network():
    result = digits_gradients(samples=1)
    assert result.flat().shape == (1, 19_210)


def test_a_batch_is_the_mean_of_its_images():
    """Three rows of two images against the same six images one by one."""
    one, pairs = (
        digits_gradients(samples=n, batch=b, hidden=(5,), rng=3) for n, b in ((6, 1), (3, 2))
    )
    for name, rows in one.layers.items():
        mean = rows.reshape(3, 2, -1).mean(axis=1)
        np.testing.assert_allclose(pairs.layers[name], mean, rtol=1e-5, atol=1e-7)
    assert pairs.loss == pytest.approx(one.loss, rel=1e-12)


def test_one_seed_one_result():
    first, again, other = (
        digits_gradients(**{**SMALL, "rng": seed}).flat()
        for seed in (3, np.random.default_rng(3), 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_last_layer_has_errors_that_sum_to_zero():
    """Softmax minus indicator, to the accuracy of float32."""
    bias = digits_gradients(samples=50).layers["layer2.bias"]
    assert np.abs(bias.sum(axis=1)).max() < 1e-6
    assert np.all((bias < 0).sum(axis=1) == 1)


def test_training_lowers_the_loss():
    """The same images at both points: about ln 10 = 2.3, and 0.3 after 200 steps."""
    few = {"samples": 4, "batch": 50, "hidden": (32,)}
    before = digits_gradients(**few)
    after = digits_gradients(**few, state="trained", steps=200)
    assert 2.0 < before.loss < 2.9
    assert after.loss < 0.6
    untouched = digits_gradients(**few, state="trained", steps=0)
    assert untouched.loss == before.loss


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"state": "final"}, r"state = 'final', but it must be 'initial' or 'trained'"),
        ({"samples": 0}, r"samples = 0, but it must be a whole number, at least 1"),
        ({"batch": 0}, r"batch = 0"),
        ({"hidden": (0,)}, r"hidden = 0"),
        ({"steps": -1}, r"steps = -1"),
        ({"learning_rate": 0}, r"learning_rate = 0"),
    ],
)
def test_arguments(wrong, message):
    with pytest.raises(ValueError, match=message):
        digits_gradients(**wrong)


def test_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'infobound\[datasets\]'"):
        digits._images()
