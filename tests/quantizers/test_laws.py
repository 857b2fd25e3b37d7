"""Laws that every quantizer obeys, and planted quantizers that break each of them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import (
    AllReals,
    Argmax,
    Blocks,
    Cells,
    LloydMax,
    Message,
    Quantizer,
    Shifted,
    Sign,
    Simplex,
    Uniform,
    rate,
)

CASES = {  # name: quantizer, a dimension that it accepts, how many messages there are
    "sign": (Sign(), 3, 2**3),
    "sign, moved": (Sign(scale=0.5, offset=-0.3), 2, 2**2),
    "uniform, best step": (Uniform(3), 2, 8**2),
    "uniform, given step": (Uniform(2, step=0.5, offset=1.0), 3, 4**3),
    "Lloyd-Max 1 bit": (LloydMax(1), 4, 2**4),
    "Lloyd-Max 3 bits": (LloydMax(3, scale=2.0, offset=0.1), 2, 8**2),
    "three cells": (Cells((-1.0, 0.5), (-2.0, 0.0, 1.0)), 3, 3**3),
    "one threshold": (Cells((12.0,), (0.0, 13.0)), 2, 2**2),
    "argmax of 5": (Argmax(), 5, 5),
    "argmax of 2": (Argmax(scale=3.0), 2, 2),
    "simplex 1 bit": (Simplex(1), 1, 2),
    "simplex 3 bits": (Simplex(3, scale=0.5), 7, 8),
    "blocks of simplex": (Blocks(Simplex(2), 3), 6, 4**2),
    "blocks of Lloyd-Max": (Blocks(LloydMax(2), 2), 4, 4**4),
    "shifted": (Shifted(LloydMax(2), [0.5, -0.25, 1.0]), 3, 4**3),
    "shifted blocks": (Shifted(Blocks(Simplex(2), 3), [0.1] * 6), 6, 4**2),
}

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=15)
each = pytest.mark.parametrize(
    ("quantizer", "d"), [case[:2] for case in CASES.values()], ids=list(CASES)
)


def inputs(d):
    """Batches of any shape, with ties, thresholds, and magnitudes from denormal to 1e150."""
    number = st.one_of(
        st.floats(-4, 4), st.sampled_from([0.0, -0.0, 0.5, -1.0, 12.0]), st.floats(-1e150, 1e150)
    )
    leading = st.lists(st.integers(0, 3), max_size=2).map(tuple)
    return leading.flatmap(lambda shape: hnp.arrays(np.float64, (*shape, d), elements=number))


def check_roundtrip(quantizer, y):
    """decode(encode(y)) is roundtrip(y), and the bits are as many as promised."""
    message = quantizer.encode(y)
    count = int(np.prod(y.shape[:-1]))
    assert message.shape == y.shape
    assert message.bits == count * quantizer.bits(y.shape[-1])
    assert len(message.payload) == -(-message.bits // 8)
    assert 0 <= message.side_bits <= message.bits
    decoded = quantizer.decode(message)
    assert decoded.shape == y.shape
    assert decoded.dtype == np.float64
    assert np.array_equal(decoded, quantizer.roundtrip(y))


def check_batch(quantizer, y):
    """A batch is a loop: same values, same messages."""
    rows = y.reshape(-1, y.shape[-1])
    keys = quantizer.encode(rows).keys()
    whole = quantizer.roundtrip(rows)
    for k, row in enumerate(rows):
        assert quantizer.encode(row).keys()[0] == keys[k]
        assert np.array_equal(quantizer.roundtrip(row), whole[k])


def check_distinct(quantizer, d, expected):
    """Exactly `expected` messages, no more than the bits allow, and one value for each.

    The draws are seeded and reach every cell of every case (each has probability above 2e-4).
    """
    rng = np.random.default_rng(0)
    y = np.concatenate([rng.standard_normal((50_000, d)), 4 * rng.standard_cauchy((50_000, d))])
    message = quantizer.encode(y)
    _, first, which = np.unique(message.keys(), return_index=True, return_inverse=True)
    values = quantizer.decode(message)
    assert np.array_equal(values[first][which], values)
    assert len(first) == expected <= 2 ** quantizer.bits(d)
    assert message.bits == len(y) * quantizer.bits(d)


@each
def test_roundtrip(quantizer, d):
    @EXAMPLES
    @given(y=inputs(d))
    def law(y):
        check_roundtrip(quantizer, y)

    law()


@each
def test_batch_is_loop(quantizer, d):
    @EXAMPLES
    @given(y=inputs(d))
    def law(y):
        check_batch(quantizer, y)

    law()


@pytest.mark.parametrize(("quantizer", "d", "messages"), CASES.values(), ids=list(CASES))
def test_number_of_messages(quantizer, d, messages):
    check_distinct(quantizer, d, messages)


@each
def test_float32_and_integers(quantizer, d):
    """Narrow floats and integers stand for the same real numbers."""
    y = np.random.default_rng(1).normal(size=(5, d)).astype(np.float32)
    assert quantizer.encode(y) == quantizer.encode(y.astype(np.float64))
    whole = np.random.default_rng(1).integers(-3, 3, size=(5, d))
    assert quantizer.encode(whole) == quantizer.encode(whole.astype(np.float64))
    assert quantizer.encode(whole.tolist()) == quantizer.encode(whole)


@each
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_refused_by_name(quantizer, d, bad):
    y = np.zeros((3, 2, d))
    y[2, 1, d - 1] = bad
    words = rf"y\[2, 1, {d - 1}\] = {bad}, but it must be finite"
    for call in (quantizer.encode, quantizer.roundtrip, lambda y: quantizer.domain.check("y", y)):
        with pytest.raises(ArgumentError, match=words):
            call(y)


@each
@pytest.mark.parametrize("bad", ["text", [1 + 2j], [None], [], 1.0])
def test_not_vectors_of_numbers(quantizer, d, bad):
    with pytest.raises(ArgumentError, match=r"^y(\.shape)? = "):
        quantizer.encode(bad)


@each
def test_another_length_is_refused(quantizer, d):
    """A message that is too short for its shape, or made by another quantizer."""
    message = quantizer.encode(np.zeros((8, d)))
    with pytest.raises(ArgumentError, match=r"message\.bits = "):
        quantizer.decode(replace(message, payload=message.payload * 3, bits=3 * message.bits))


@each
def test_is_a_quantizer(quantizer, d):
    assert isinstance(quantizer, Quantizer)
    assert quantizer.unbiased is False
    assert rate(quantizer, d) == quantizer.bits(d) / d
    assert np.array_equal(quantizer.domain.check("y", np.ones(d)), np.ones(d))
    for bad in (0, -1, 1.5, True):
        with pytest.raises(ArgumentError, match="d = "):
            quantizer.bits(bad)


@dataclass(frozen=True)
class Planted:
    """Lloyd-Max with one thing wrong; with nothing wrong it obeys every law."""

    mistake: str
    unbiased = False
    domain = AllReals()
    inner = LloydMax(2)

    def bits(self, d):
        return self.inner.bits(d) - (self.mistake == "bits")

    def encode(self, y, *, rng=None):
        y = np.asarray(y, dtype=np.float64)
        if self.mistake == "scale of the batch":
            y = y / np.max(np.abs(y), initial=1e-300)
        symbols = self.inner.cells.index(y)
        if self.mistake == "wide":
            noise = np.abs(y * 64).astype(np.int64) % 256
            return Message.pack(symbols + 4 * noise, width=2 * 8, shape=y.shape)
        return Message.pack(symbols, width=2, shape=y.shape)

    def decode(self, message):
        if self.mistake == "wide":
            return self.inner.cells.level(message.unpack(width=16) % 4)
        return self.inner.decode(message)

    def roundtrip(self, y, *, rng=None):
        value = self.decode(self.encode(y))
        return value * (1 + 1e-15) if self.mistake == "roundtrip" else value


@pytest.mark.parametrize("mistake", ["none", "bits", "roundtrip", "scale of the batch", "wide"])
def test_planted_mistakes(mistake):
    """Each law passes the sound twin; each mistake is found by a law."""
    y = np.random.default_rng(0).normal(size=(6, 2))

    def laws():
        check_roundtrip(Planted(mistake), y)
        check_batch(Planted(mistake), y)
        check_distinct(Planted(mistake), 2, 16)

    if mistake == "none":
        laws()
    else:
        with pytest.raises(AssertionError):
            laws()


def test_the_protocol_needs_every_member():
    class NoDecode:
        unbiased, domain = False, AllReals()
        bits = encode = roundtrip = Sign.bits

    assert not isinstance(NoDecode(), Quantizer)
