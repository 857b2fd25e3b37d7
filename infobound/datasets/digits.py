"""Per-sample gradients of a small network on the handwritten digits that scikit-learn brings."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from infobound.datasets.gradients import (
    Floats,
    Gradients,
    Ints,
    Rng,
    Rows,
    State,
    check_state,
    fingerprint,
    one_thread,
)
from infobound.numerics.arguments import positive, whole

Parameters = list[tuple[Floats, Floats]]  # (weight (outputs, inputs), bias (outputs,)) per layer
_CLASSES = 10


@one_thread
def digits_gradients(
    *,
    state: State = "initial",
    samples: int = 256,
    batch: int = 1,
    hidden: Sequence[int] = (256,),
    steps: int = 1000,
    learning_rate: float = 0.1,
    rng: Rng = 0,
) -> Gradients:
    """Gradients of the cross-entropy of a relu network on 8 x 8 images of digits (64-256-10).

    Each row is the gradient of one image (the mean over `batch` of them) drawn with replacement
    from the 1797, so rows are independent draws of a stochastic gradient whose mean is the
    gradient of the loss over the whole set. Weights start as N(0, 2/inputs) with zero biases; the
    trained point is reached by `steps` steps of SGD on batches of 32. The images drawn depend on
    the seed only, not on the state. Pixels are scaled to [0, 1].

    Many coordinates are exactly 0, as real ones are: dark pixels and silent units.

    Parameters
    ----------
    state : {"initial", "trained"}
    samples : int
        N >= 1. The result takes 4 N d bytes, d = 19 210 by default.
    batch : int
        B >= 1 images per row.
    hidden : sequence of int
        Widths of the hidden layers; may be empty.
    steps : int
        Of training, >= 0.
    learning_rate : float
        Positive.
    rng : int, SeedSequence, Generator or None
        One seed, one result (on the same machine and libraries).

    Returns
    -------
    Gradients
        Layers "layer1.weight" (d = 64 * 256), "layer1.bias", "layer2.weight", ...; float32,
        rounded once from float64.

    Raises
    ------
    ImportError
        scikit-learn is not installed.
    ArgumentError
    """
    trained = check_state(state)
    samples, batch = whole("samples", samples), whole("batch", batch)
    steps, rate = whole("steps", steps, least=0), positive("learning_rate", learning_rate)
    pixels, digit, source = _images()
    widths = [pixels.shape[1], *(whole("hidden", width) for width in hidden), _CLASSES]
    for_weights, for_training, for_rows = np.random.default_rng(rng).spawn(3)
    parameters = _initial(widths, for_weights)
    if trained:
        for _ in range(steps):
            drawn = for_training.integers(len(digit), size=32)
            _step(parameters, pixels[drawn], digit[drawn], rate)
    drawn = for_rows.integers(len(digit), size=samples * batch)
    activations, errors, loss = _backward(parameters, pixels[drawn], digit[drawn])
    layers: dict[str, Rows] = {}
    for number, (x, delta) in enumerate(zip(activations, errors, strict=True), start=1):
        x, delta = x.reshape(samples, batch, -1), delta.reshape(samples, batch, -1) / batch
        layers[f"layer{number}.weight"] = _outer(delta, x)
        layers[f"layer{number}.bias"] = delta.sum(axis=1).astype(np.float32)
    training = f"after {steps} steps of SGD" if trained else "at initialisation"
    network = "-".join(map(str, widths))
    return Gradients(layers, source, f"{network} relu network {training}", loss)


def _images() -> tuple[Floats, Ints, str]:
    """Pixels (1797, 64) in [0, 1], digits, and what they are."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ImportError(
            "The digits come with scikit-learn, but it is not installed. "
            "Do pip install 'infobound[datasets]'."
        ) from None
    pixels, digit = load_digits(return_X_y=True)
    pixels, digit = np.asarray(pixels, dtype=np.float64), np.asarray(digit, dtype=np.int64)
    mark = fingerprint(pixels.tobytes() + digit.tobytes())
    return pixels / 16, digit, f"scikit-learn digits, {len(digit)} images, sha256 {mark}"


def _initial(widths: Sequence[int], rng: np.random.Generator) -> Parameters:
    return [
        (rng.normal(scale=(2 / inputs) ** 0.5, size=(outputs, inputs)), np.zeros(outputs))
        for inputs, outputs in pairwise(widths)
    ]


def _backward(
    parameters: Parameters, x: Floats, digit: Ints
) -> tuple[list[Floats], list[Floats], float]:
    """Input of every layer, derivative of each sample's loss by its output, and the mean loss."""
    activations = [x]
    for weight, bias in parameters[:-1]:
        activations.append(np.maximum(activations[-1] @ weight.T + bias, 0))
    weight, bias = parameters[-1]
    scores = activations[-1] @ weight.T + bias
    scores -= scores.max(axis=1, keepdims=True)
    log_probability = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    rows = np.arange(len(digit))
    delta = np.exp(log_probability)
    delta[rows, digit] -= 1
    errors = [delta]
    for (weight, _), output in zip(parameters[:0:-1], activations[:0:-1], strict=True):
        errors.append((errors[-1] @ weight) * (output > 0))
    return activations, errors[::-1], float(-log_probability[rows, digit].mean())


def _step(parameters: Parameters, x: Floats, digit: Ints, rate: float) -> None:
    activations, errors, _ = _backward(parameters, x, digit)
    for (weight, bias), a, delta in zip(parameters, activations, errors, strict=True):
        weight -= rate / len(digit) * (delta.T @ a)
        bias -= rate * delta.mean(axis=0)


def _outer(delta: Floats, x: Floats) -> Rows:
    """sum_b delta[n, b] x[n, b]^T, flattened: (N, outputs * inputs), rounded once."""
    out = np.empty((len(x), delta.shape[2], x.shape[2]), dtype=np.float32)
    np.matmul(delta.swapaxes(1, 2), x, out=out, casting="same_kind")
    return out.reshape(len(x), -1)
