"""A small decoder-only transformer in autograd.numpy; loaded only when used."""

import math
from typing import TYPE_CHECKING, Any

import autograd.numpy as anp
import numpy as np
from autograd import value_and_grad
from autograd.tracer import getval

from infobound.datasets.gradients import Floats, Ints

if TYPE_CHECKING:
    from infobound.datasets.text import TransformerSize

Parameters = dict[str, Floats]  # weights (outputs, inputs) by layer name


def initial(size: "TransformerSize", vocabulary: int, rng: np.random.Generator) -> Parameters:
    """Normal weights of variance 1/inputs, less where a block adds to the residual stream."""
    d = size.width
    inner = 1 / math.sqrt(2 * size.blocks)
    shapes = {"embedding": (vocabulary, d, 0.5), "position": (size.context, d, 0.1)}
    for block in range(1, size.blocks + 1):
        shapes |= {f"block{block}.{name}": (d, d, d**-0.5) for name in ("query", "key", "value")}
        shapes[f"block{block}.out"] = (d, d, inner * d**-0.5)
        shapes[f"block{block}.up"] = (4 * d, d, d**-0.5)
        shapes[f"block{block}.down"] = (d, 4 * d, inner * (4 * d) ** -0.5)
    shapes["head"] = (vocabulary, d, 0.02)
    return {
        name: rng.normal(scale=scale, size=(outputs, inputs))
        for name, (outputs, inputs, scale) in shapes.items()
    }


def loss(parameters: Parameters, sequences: Ints, size: "TransformerSize") -> Any:
    """Mean cross-entropy in nats of the next character; sequences (n, context + 1)."""
    n, length = len(sequences), size.context
    d, heads = size.width, size.heads
    characters = np.eye(len(parameters["embedding"]))
    # (n * length, d) throughout: products of two matrices are fast, stacks of them are not.
    x = anp.dot(characters[sequences[:, :-1].ravel()], parameters["embedding"])
    x = x + anp.tile(parameters["position"], (n, 1))
    future = np.where(np.tri(length, dtype=bool), 0.0, -np.inf)

    def split(y: Any) -> Any:  # (n, heads, length, d / heads)
        return anp.transpose(anp.reshape(y, (n, length, heads, d // heads)), (0, 2, 1, 3))

    for block in range(1, size.blocks + 1):
        weight = {
            name: parameters[f"block{block}.{name}"].T
            for name in ("query", "key", "value", "out", "up", "down")
        }
        y = _normalised(x)
        query, key, value = (split(anp.dot(y, weight[w])) for w in ("query", "key", "value"))
        scores = anp.matmul(query / math.sqrt(d // heads), anp.swapaxes(key, -1, -2)) + future
        mixed = anp.matmul(anp.exp(_log_softmax(scores)), value)
        mixed = anp.reshape(anp.transpose(mixed, (0, 2, 1, 3)), (n * length, d))
        x = x + anp.dot(mixed, weight["out"])
        x = x + anp.dot(_gelu(anp.dot(_normalised(x), weight["up"])), weight["down"])
    log_probability = _log_softmax(anp.dot(_normalised(x), parameters["head"].T))
    return -anp.sum(log_probability * characters[sequences[:, 1:].ravel()]) / (n * length)


loss_and_gradient = value_and_grad(loss)  # (parameters, sequences, size) -> (float, Parameters)


def adam_step(
    parameters: Parameters,
    gradient: Parameters,
    moments: dict[str, tuple[Floats, Floats]],
    step: int,
    rate: float,
) -> None:
    """One step in place (Kingma and Ba 2015, Algorithm 1; beta = 0.9, 0.99). First step: 1."""
    for name, g in gradient.items():
        first, second = moments.setdefault(name, (np.zeros_like(g), np.zeros_like(g)))
        first += 0.1 * (g - first)
        second += 0.01 * (g * g - second)
        root = np.sqrt(second / (1 - 0.99**step)) + 1e-8
        parameters[name] -= rate / (1 - 0.9**step) * first / root


def _normalised(x: Any) -> Any:
    """Layer normalisation without gains."""
    x = x - anp.mean(x, axis=-1, keepdims=True)
    return x / anp.sqrt(anp.mean(x * x, axis=-1, keepdims=True) + 1e-5)


def _log_softmax(z: Any) -> Any:
    z = z - np.max(getval(z), axis=-1, keepdims=True)  # a constant: the result is free of it
    return z - anp.log(anp.sum(anp.exp(z), axis=-1, keepdims=True))


def _gelu(u: Any) -> Any:
    """Tanh form of u Phi(u) (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""
    return 0.5 * u * (1 + anp.tanh(0.7978845608028654 * u * (1 + 0.044715 * (u * u))))
