"""Number formats against the libraries that know them: (ours, peer, repeats) pairs.

All on float32 with random signs at the size that is named, in one process.
"""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from benchmarks.kernels import Pair, Timed, copying, fast_coins, normal
from benchmarks.promise import Ratio
from infobound.quantizers.formats.base import to_bytes
from infobound.quantizers.formats.elements import E2M1, E4M3, E5M2, FloatFormat
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rounding import decode_codes, round_codes, round_to

SR = "stochastic"
PEERS = {
    E4M3: np.dtype(ml_dtypes.float8_e4m3fn),
    E5M2: np.dtype(ml_dtypes.float8_e5m2),
    E2M1: np.dtype(ml_dtypes.float4_e2m1fn),
}


def cast_against_ml_dtypes(form: FloatFormat = E4M3, size: int = 2**20) -> Pair:
    """Values rounded to a format against ml_dtypes' astype (which gives codes)."""
    values, kind = normal(size), PEERS[form]
    target = np.empty_like(values)
    return lambda: round_to(values, form, out=target), lambda: values.astype(kind), 1.0


def codes_against_ml_dtypes(form: FloatFormat = E4M3, size: int = 2**20) -> Pair:
    """Codes against astype, which gives the same."""
    values, kind = normal(size), PEERS[form]
    if not np.array_equal(round_codes(values, form), values.astype(kind).view(np.uint8)):
        raise AssertionError("the codes differ")
    return lambda: round_codes(values, form), lambda: values.astype(kind), 1.0


def decoding_against_ml_dtypes(form: FloatFormat = E4M3, size: int = 2**20) -> Pair:
    """Codes to float32 against astype(float32)."""
    theirs = normal(size).astype(PEERS[form])
    codes, target = theirs.view(np.uint8), np.empty(size, dtype=np.float32)
    return lambda: decode_codes(codes, form, out=target), lambda: theirs.astype(np.float32), 1.0


def cast_against_gfloat(size: int = 2**20) -> Pair:
    """E4M3 values against gfloat's vectorised rounding, which is timed on 2^14 numbers."""
    from gfloat import round_ndarray
    from gfloat.formats import format_info_ocp_e4m3

    few = normal(2**14)
    ours, _, _ = cast_against_ml_dtypes(E4M3, size)
    return ours, lambda: round_ndarray(format_info_ocp_e4m3, few, sat=True), size / few.size


def stochastic_against_copy(size: int = 2**24) -> Pair:
    """E4M3 values, stochastically rounded, against numpy's copy of the input."""
    values, coins = normal(size), fast_coins()
    target = np.empty_like(values)

    def ours() -> object:
        return round_to(values, E4M3, rounding=SR, rng=coins, out=target)

    return ours, copying(size), 1.0


def _nvfp4(size: int, **options: Any) -> Timed:
    """Quantize and dequantize one vector."""
    values, quantizer, coins = normal(size), NVFP4(**options), fast_coins()
    return lambda: quantizer.roundtrip(values, rng=coins)


def nvfp4_against_copy(size: int = 2**20) -> Pair:
    return _nvfp4(size), copying(size), 1.0


def four_over_six_against_copy(size: int = 2**20) -> Pair:
    return _nvfp4(size, select="mse"), copying(size), 1.0


def nvfp4_stochastic_against_copy(size: int = 2**20) -> Pair:
    return _nvfp4(size, rounding="stochastic"), copying(size), 1.0


def nvfp4_against_casts(size: int = 2**20) -> Pair:
    """NVFP4 against whole-array numpy with the casts of ml_dtypes, as one would write it first."""
    blocks = normal(size).reshape(-1, 16)

    def peer() -> object:
        maxima = np.abs(blocks).max(axis=1, keepdims=True)
        unit = maxima.max() / np.float32(2688)
        scales = (maxima / (6 * unit)).astype(ml_dtypes.float8_e4m3fn).astype(np.float32) * unit
        elements = (blocks / scales).astype(ml_dtypes.float4_e2m1fn)
        return elements.astype(np.float32) * scales

    return _nvfp4(size), peer, 1.0


def nvfp4_against_gfloat(size: int = 2**20) -> Pair:
    """NVFP4 against gfloat's block code with an E4M3 scale, which is timed on 64 blocks."""
    from gfloat import BlockFormatInfo, quantize_block
    from gfloat.formats import format_info_ocp_e2m1, format_info_ocp_e4m3

    form = BlockFormatInfo("nvfp4", format_info_ocp_e2m1, 16, format_info_ocp_e4m3)
    blocks = normal(1024).astype(np.float64).reshape(-1, 16)
    scales = np.abs(blocks).max(axis=1) / 6
    scales = scales.astype(ml_dtypes.float8_e4m3fn).astype(np.float64)

    def one(block: Any, scale: float) -> object:
        def given(emax: float, vals: Any) -> float:
            return scale

        return quantize_block(form, block, given)

    def peer() -> object:
        return [one(block, scale) for block, scale in zip(blocks, scales, strict=True)]

    return _nvfp4(size), peer, size / blocks.size


def _mx(size: int, *options: Any) -> Timed:
    """Quantize and dequantize one vector."""
    values, quantizer, coins = normal(size), MX(*options), fast_coins()
    return lambda: quantizer.roundtrip(values, rng=coins)


def mx_against_copy(size: int, *options: Any) -> Pair:
    return _mx(size, *options), copying(size), 1.0


def mx_against_casts(size: int = 2**20) -> Pair:
    """MXFP4, rule floor, against whole-array numpy with the casts of ml_dtypes."""
    blocks = normal(size).reshape(-1, 32)

    def peer() -> object:
        maxima = np.abs(blocks).max(axis=1, keepdims=True)
        scales = np.ldexp(np.float32(1), np.frexp(maxima)[1] - 3)
        elements = np.clip(blocks / scales, -6, 6).astype(ml_dtypes.float4_e2m1fn)
        return elements.astype(np.float32) * scales

    return _mx(size), peer, 1.0


def mx_against_gfloat(size: int = 2**20) -> Pair:
    """MXFP4 against gfloat's block code, which is timed on 64 blocks."""
    from gfloat import compute_scale_amax, quantize_block
    from gfloat.formats import format_info_mxfp4_e2m1

    blocks = normal(2048).reshape(-1, 32)

    def peer() -> object:
        return [quantize_block(format_info_mxfp4_e2m1, b, compute_scale_amax) for b in blocks]

    return _mx(size), peer, size / blocks.size


def mx_against_torchao(size: int = 2**20) -> Pair:
    """Packed MXFP4 codes and scales against those of torchao in one thread."""
    from torchao.prototype.mx_formats.mx_tensor import to_mx  # isort: skip

    import torch

    torch.set_num_threads(1)
    values, quantizer = normal(size), MX()
    tensor = torch.from_numpy(values)
    return (
        lambda: to_bytes(quantizer, quantizer.quantize(values)),
        lambda: to_mx(tensor, torch.float4_e2m1fn_x2, 32),
        1.0,
    )


def integers_against_copy(size: int = 2**20) -> Pair:
    """INT4, blocks of 32 with half-precision scales."""
    values, quantizer = normal(size), IntegerBlocks(4, 32)
    return lambda: quantizer.roundtrip(values), copying(size), 1.0


PROMISES = {
    "E4M3 values 2^20 / ml_dtypes": Ratio(1 / 4),
    "E4M3 codes 2^20 / ml_dtypes": Ratio(1 / 4),
    "E4M3 stochastic 2^24 / copy": Ratio(6),
    "NVFP4 2^20 / gfloat": Ratio(1 / 100),
    "MXFP4 2^20 / gfloat": Ratio(1 / 100),
    "MXFP4 codes 2^20 / torchao": Ratio(1 / 3),
}


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """Name -> (against, what to time, promise, runs), as in `benchmarks.__main__`."""
    plan: list[tuple[str, str, Callable[..., Pair], tuple[Any, ...], int]] = [
        ("E4M3 values 2^20", "ml_dtypes", cast_against_ml_dtypes, (E4M3, 2**20), 31),
        ("E4M3 codes 2^20", "ml_dtypes", codes_against_ml_dtypes, (E4M3, 2**20), 31),
        ("E5M2 codes 2^20", "ml_dtypes", codes_against_ml_dtypes, (E5M2, 2**20), 31),
        ("E2M1 codes 2^20", "ml_dtypes", codes_against_ml_dtypes, (E2M1, 2**20), 31),
        ("E4M3 decoding 2^20", "ml_dtypes", decoding_against_ml_dtypes, (E4M3, 2**20), 31),
        ("E4M3 values 2^20", "gfloat", cast_against_gfloat, (2**20,), 15),
        ("E4M3 stochastic 2^24", "copy", stochastic_against_copy, (2**24,), 7),
        ("NVFP4 2^20", "copy", nvfp4_against_copy, (2**20,), 31),
        ("NVFP4 Four-over-Six 2^20", "copy", four_over_six_against_copy, (2**20,), 15),
        ("NVFP4 stochastic 2^20", "copy", nvfp4_stochastic_against_copy, (2**20,), 15),
        ("NVFP4 2^20", "ml_dtypes", nvfp4_against_casts, (2**20,), 15),
        ("NVFP4 2^20", "gfloat", nvfp4_against_gfloat, (2**20,), 3),
        ("MXFP4 2^20", "copy", mx_against_copy, (2**20,), 31),
        ("MXFP8 E4M3 2^20", "copy", mx_against_copy, (2**20, "e4m3"), 31),
        ("MXFP4 stochastic 2^20", "copy", mx_against_copy, (2**20, "e2m1", "rceil", SR), 15),
        ("MXFP4 3/4 2^20", "copy", mx_against_copy, (2**20, "e2m1", "floor", SR, 0.75), 15),
        ("MXFP4 2^20", "ml_dtypes", mx_against_casts, (2**20,), 15),
        ("MXFP4 2^20", "gfloat", mx_against_gfloat, (2**20,), 3),
        ("INT4 2^20", "copy", integers_against_copy, (2**20,), 15),
        # Too large to be a dependency: timed where it is there.
        ("MXFP4 codes 2^20", "torchao", mx_against_torchao, (2**20,), 15),
    ]
    return {
        key: (against, lambda build=build, at=at: build(*at), PROMISES.get(key), runs)
        for name, against, build, at, runs in plan
        for key in (f"{name} / {against}",)
    }
