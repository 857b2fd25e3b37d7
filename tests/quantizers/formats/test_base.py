"""What all block formats share: shapes, exact bits, bytes, pieces, what is refused."""

import ml_dtypes
import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.formats.base import (
    CHUNK,
    BlockFormat,
    Quantized,
    block_maxima,
    float_values,
    from_bytes,
    to_bytes,
)
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX

FORMS = [
    MX("e2m1"),
    MX("e3m2", "even"),
    MX("e4m3", "rceil"),
    MX("mxint8", "ceil"),
    MX("e2m1", "floor", "stochastic", 0.75),
    IntegerBlocks(4, 32),
    IntegerBlocks(8, 64, "fp16-up"),
    IntegerBlocks(3, 8, "real"),
]
every_form = pytest.mark.parametrize("form", FORMS, ids=repr)


def gradients(*shape, seed=0):
    """Heavy tails and exact zeros, as gradients have them."""
    rng = np.random.default_rng(seed)
    return rng.standard_t(3, size=shape) * (rng.random(shape) < 0.8)


def same_bits(a, b):
    """Equal, the signs of zeros included."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@every_form
def test_is_a_block_format(form):
    assert isinstance(form, BlockFormat)


@every_form
@pytest.mark.parametrize("d", [1, 31, 32, 33, 200])
def test_bits_count_scales_and_padding(form, d):
    """Bits are those of the bytes that hardware stores; nothing is left out at the end."""
    blocks = -(-d // form.block)
    each = form.block * form.element.width + form.scale_bits
    assert form.bits(d) == blocks * each
    packed = to_bytes(form, form.quantize(gradients(d), rng=1))
    assert 8 * (packed.elements.size + packed.scales.size) == form.bits(d)
    message = form.encode(gradients(3, d), rng=1)
    assert message.bits == 3 * form.bits(d) == 8 * len(message.payload)
    assert message.side_bits == 3 * blocks * form.scale_bits


@every_form
@pytest.mark.parametrize("shape", [(70,), (2, 3, 64), (4, 5), (0, 40)])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_three_ways_to_the_same_values(form, shape, kind):
    """roundtrip, dequantize(quantize), and bytes there and back agree bit for bit."""
    y = gradients(*shape).astype(kind)
    quantized = form.quantize(y, rng=5)
    assert quantized.shape == y.shape
    values = form.dequantize(quantized)
    assert same_bits(form.roundtrip(y, rng=5).astype(values.dtype), values)
    again = from_bytes(form, to_bytes(form, quantized), shape[-1])
    assert same_bits(again.elements, quantized.elements)
    assert same_bits(again.scales, quantized.scales)
    assert same_bits(form.decode(form.encode(y, rng=5)), values.astype(np.float64))


@every_form
def test_zeros(form):
    """A block of zeros has scale code 0 and zero elements, and comes back as zeros."""
    quantized = form.quantize(np.zeros((2, 50)), rng=0)
    assert not quantized.scales.any()
    assert not quantized.elements.any()
    assert same_bits(form.roundtrip(np.zeros((2, 50)), rng=0), np.zeros((2, 50)))


@every_form
def test_pieces_are_the_whole(form):
    """Pieces of whole chunks, one generator for all: the codes of the vector, bit for bit."""
    y = gradients(2 * CHUNK + 3 * form.block, seed=3)
    whole = form.quantize(y, rng=np.random.default_rng(9))
    rng = np.random.default_rng(9)
    parts = [form.quantize(y[i : i + CHUNK], rng=rng) for i in range(0, len(y), CHUNK)]
    for name in ("elements", "scales"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert same_bits(joined, getattr(whole, name))


@pytest.mark.parametrize("form", [f for f in FORMS if f.rounding != "stochastic"], ids=repr)
@pytest.mark.parametrize("blocks", [1, 7])
def test_any_whole_blocks_are_pieces_without_coins(form, blocks):
    y = gradients(40 * form.block, seed=4)
    step = blocks * form.block
    parts = [form.roundtrip(y[i : i + step]) for i in range(0, len(y), step)]
    assert same_bits(np.concatenate(parts), form.roundtrip(y))


@every_form
def test_narrow_input(form):
    """float16, bfloat16 and float32 of the same values: the same codes, and float32 values."""
    for kind in (np.float16, ml_dtypes.bfloat16):
        y = gradients(3, 40).astype(kind)
        narrow = form.quantize(y, rng=2)
        wide = form.quantize(y.astype(np.float64), rng=2)
        assert same_bits(narrow.elements, wide.elements)
        assert same_bits(narrow.scales, wide.scales)
        exact = form.roundtrip(y.astype(np.float64), rng=2)
        np.testing.assert_array_equal(form.roundtrip(y, rng=2), exact)


@every_form
def test_clipped_counts_what_is_beyond_the_largest_element(form):
    y = gradients(3, 100)
    quantized = form.quantize(y, rng=1)
    most = form.scale_values(quantized) * form.element.max
    by_hand = sum(
        abs(y[i, j]) > most[i, j // form.block] for i in range(3) for j in range(y.shape[1])
    )
    assert form.clipped(quantized, y) == by_hand
    assert form.clipped(quantized, 1e4 * np.ones_like(y)) == y.size  # it can count


@every_form
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2e38])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_what_is_not_quantized_is_named(form, bad, kind):
    y = np.zeros((3, 40), dtype=kind)
    y[2, 33] = bad
    for call in (form.quantize, form.roundtrip, form.encode):
        with pytest.raises(ArgumentError, match=r"y\[2, 33\] = "):
            call(y, rng=0)


def test_codes_that_are_no_numbers_are_refused():
    """Scale 255 of MX, elements that are nan or inf, values beyond float32, negative scales."""
    for element, scale in [("e2m1", 255), ("e2m1", 254), ("mxint8", 254)]:
        form, symbols = MX(element), np.full((1, 32), 0x7 if element == "e2m1" else 0x80, np.uint8)
        with pytest.raises(ArgumentError):
            form.dequantize(Quantized(symbols, np.array([scale], np.uint8), None, 32))
        form.dequantize(Quantized(symbols, np.array([251], np.uint8), None, 32))
    for element, code in [("e4m3", 0x7F), ("e5m2", 0x7C), ("e5m2", 0xFE)]:
        symbols = np.zeros((1, 32), np.uint8)
        symbols[0, 3] = code
        with pytest.raises(ArgumentError, match="element 3 of the codes"):
            MX(element).dequantize(Quantized(symbols, np.array([127], np.uint8), None, 32))
    for pattern in (0x7C00, 0xFC00, 0x7E00, 0xBC00):
        scales = np.array([pattern], np.uint16)
        with pytest.raises(ArgumentError, match="scales"):
            IntegerBlocks().dequantize(Quantized(np.ones((1, 32), np.uint8), scales, None, 32))


def test_messages_start_with_the_scales():
    y = np.zeros(64)
    y[0], y[33] = 4.0, -0.75
    message = MX("e2m1").encode(y)
    assert isinstance(message, Message)
    # exponents 2 - 2 and -1 - 2; 4 = 0110, -0.75 / 2^-3 = -6 = 1111
    assert message.payload[:2] == bytes([127, 124])
    assert message.payload[2:18] == bytes([0x06]) + bytes(15)
    assert message.payload[18:] == bytes([0xF0]) + bytes(15)


def test_quantized_refuses_shapes_that_do_not_fit():
    elements, scales = np.zeros((2, 3, 32), np.uint8), np.zeros((2, 3), np.uint8)
    assert Quantized(elements, scales, None, 70).shape == (2, 70)
    with pytest.raises(ArgumentError, match=r"scales.shape"):
        Quantized(elements, scales[:1], None, 70)
    with pytest.raises(ArgumentError, match="d = 64"):
        Quantized(elements, scales, None, 64)
    with pytest.raises(ArgumentError, match=r"tensor.shape"):
        Quantized(elements, scales, np.zeros(3, np.float32), 70)
    with pytest.raises(ArgumentError, match=r"y.shape"):
        MX().clipped(Quantized(elements, scales, None, 70), np.zeros(70))


@pytest.mark.parametrize("block", [2, 12, 16, 32, 7])
def test_block_maxima(block):
    y = gradients(block * 9).astype(np.float32)
    kept = y.copy()
    expected = [max(abs(v) for v in y[i : i + block].tolist()) for i in range(0, y.size, block)]
    assert block_maxima(y, block).tolist() == expected
    assert block_maxima(y, block, np.empty_like(y)).tolist() == expected
    np.testing.assert_array_equal(y, kept)
    y[block + 1] = np.nan
    assert np.flatnonzero(np.isnan(block_maxima(y, block))).tolist() == [1]


def test_float_values():
    assert float_values("y", np.ones(2, np.float16)).dtype == np.float32
    assert float_values("y", np.ones(2, ml_dtypes.bfloat16)).dtype == np.float32
    assert float_values("y", [1, 2]).dtype == np.float64
    for bad in (np.array(["a"]), 1.0, np.zeros((2, 0)), np.ones(2) + 1j, np.array([None])):
        with pytest.raises(ArgumentError, match="y"):
            float_values("y", bad)
