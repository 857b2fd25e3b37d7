"""Per-sequence gradients of a small transformer on the text that comes with Python itself."""

import sys
from dataclasses import dataclass
from typing import Literal

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
from infobound.numerics.arguments import argument_error, positive, whole

_TRAINING_BATCH = 8


@dataclass(frozen=True)
class TransformerSize:
    """Width d, blocks, heads (a divisor of d), and characters of context."""

    width: int = 64
    blocks: int = 2
    heads: int = 4
    context: int = 64

    def __post_init__(self) -> None:
        for name in ("width", "blocks", "heads", "context"):
            object.__setattr__(self, name, whole(name, getattr(self, name)))
        if self.width % self.heads:
            raise argument_error("heads", self.heads, f"a divisor of width = {self.width}")

    def __str__(self) -> str:
        return (
            f"width {self.width}, {self.blocks} blocks, {self.heads} heads, context {self.context}"
        )


@one_thread
def text_gradients(
    *,
    state: State = "initial",
    samples: int = 64,
    batch: int = 1,
    size: Literal["small", "tiny"] | TransformerSize = "small",
    steps: int = 100,
    learning_rate: float = 0.005,
    text: str | None = None,
    rng: Rng = 0,
) -> Gradients:
    """Gradients of a decoder-only transformer that predicts the next character.

    Each row is the gradient of the mean cross-entropy of one sequence (of `batch` of them) that
    starts at a uniformly random place, so rows are independent draws of a stochastic gradient.
    Two blocks with layer normalisation in front (without gains), no biases; trained by Adam on
    batches of 8 sequences. The sequences drawn depend on the seed only, not on the state.

    The text is Python's own reference manual, ``pydoc_data.topics``. It differs a little between
    versions of Python, and so do the gradients: `source` says which text it was, and numbers
    should be compared across versions with a tolerance, or with a `text` of one's own.

    Parameters
    ----------
    state : {"initial", "trained"}
    samples : int
        N >= 1. The result takes 4 N d bytes; d is 115 584 for "small", 32 192 for "tiny" (when the
        text has 103 different characters).
    batch : int
        B >= 1 sequences per row.
    size : {"small", "tiny"} or TransformerSize
        "small" is width 64, 4 heads, context 64; "tiny" width 32, 2 heads, context 32; 2 blocks.
    steps : int
        Of training, >= 0.
    learning_rate : float
        Positive.
    text : str, optional
        In place of the manual; longer than the context, with at least two different characters.
    rng : int, SeedSequence, Generator or None
        One seed, one result (on the same machine and libraries).

    Returns
    -------
    Gradients
        Layers "embedding" (a row per character), "position", "block1.query", ".key", ".value",
        ".out", ".up", ".down", the same for block 2, and "head"; float32, rounded once from
        float64.

    Raises
    ------
    ImportError
        autograd is not installed.
    ArgumentError
    """
    trained = check_state(state)
    samples, batch = whole("samples", samples), whole("batch", batch)
    steps, rate = whole("steps", steps, least=0), positive("learning_rate", learning_rate)
    shape = _shape(size)
    try:
        from infobound.datasets.transformer import adam_step, initial, loss_and_gradient
    except ImportError:
        raise ImportError(
            "The transformer needs autograd, but it is not installed. "
            "Do pip install 'infobound[datasets]'."
        ) from None
    text, source = _manual() if text is None else (text, "given text")
    codes, vocabulary = _codes(text, shape.context)
    source += f", {len(text)} characters, sha256 {fingerprint(text.encode())}"
    for_weights, for_training, for_rows = np.random.default_rng(rng).spawn(3)
    parameters = initial(shape, vocabulary, for_weights)
    if trained:
        moments: dict[str, tuple[Floats, Floats]] = {}
        for step in range(1, steps + 1):
            drawn = _draw(codes, _TRAINING_BATCH, shape.context, for_training)
            _, gradient = loss_and_gradient(parameters, drawn, shape)
            adam_step(parameters, gradient, moments, step, rate)
    layers: dict[str, Rows] = {
        name: np.empty((samples, weight.size), dtype=np.float32)
        for name, weight in parameters.items()
    }
    losses = np.empty(samples)
    for row in range(samples):
        drawn = _draw(codes, batch, shape.context, for_rows)
        losses[row], gradient = loss_and_gradient(parameters, drawn, shape)
        for name, values in gradient.items():
            layers[name][row] = values.ravel()
    training = f"after {steps} steps of Adam" if trained else "at initialisation"
    return Gradients(layers, source, f"transformer of {shape} {training}", float(losses.mean()))


def _shape(size: str | TransformerSize) -> TransformerSize:
    if isinstance(size, TransformerSize):
        return size
    named = {"small": TransformerSize(), "tiny": TransformerSize(width=32, heads=2, context=32)}
    if size not in named:
        raise argument_error("size", size, "'small', 'tiny' or a TransformerSize")
    return named[size]


def _manual() -> tuple[str, str]:
    from pydoc_data.topics import topics

    text = "\n".join(topics[name] for name in sorted(topics))
    return text, f"pydoc_data.topics of Python {sys.version_info.major}.{sys.version_info.minor}"


def _codes(text: str, context: int) -> tuple[Ints, int]:
    """Places of the characters in the sorted vocabulary, and the size of the vocabulary."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    if len(points) <= context:
        raise argument_error("len(text)", len(text), f"above the context of {context} characters")
    vocabulary, codes = np.unique(points, return_inverse=True)
    if len(vocabulary) < 2:
        raise argument_error("text", text[:20], "of at least two different characters")
    return codes.astype(np.int64), len(vocabulary)


def _draw(codes: Ints, count: int, context: int, rng: np.random.Generator) -> Ints:
    """Sequences of context + 1 characters from uniform places, (count, context + 1)."""
    starts = rng.integers(len(codes) - context, size=count)
    return np.asarray(codes[starts[:, None] + np.arange(context + 1)])
