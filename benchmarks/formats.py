"""Number formats against the libraries that know them: (ours, peer, repeats) pairs.

All on float32 with random signs at the size that is named, in one process.
"""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from benchmarks.kernels import Pair, Timed, copying, fast_coins, normal
from infobound.quantizers.formats.elements import E4M3
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rounding import round_to


def cast_against_ml_dtypes(size: int = 2**20) -> Pair:
    """Values rounded to E4M3 against ml_dtypes' astype (which gives codes)."""
    values = normal(size)
    target = np.empty_like(values)
    kind = np.dtype(ml_dtypes.float8_e4m3fn)
    return lambda: round_to(values, E4M3, out=target), lambda: values.astype(kind), 1.0


def stochastic_against_copy(size: int = 2**24) -> Pair:
    """E4M3 values, stochastically rounded, against numpy's copy of the input."""
    values, coins = normal(size), fast_coins()
    target = np.empty_like(values)

    def ours() -> object:
        return round_to(values, E4M3, rounding="stochastic", rng=coins, out=target)

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


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """Name -> (against, what to time, promise in seconds, runs), as in `benchmarks.__main__`."""
    plan: list[tuple[str, str, Callable[..., Pair], tuple[int, ...], int]] = [
        ("E4M3 values 2^20", "ml_dtypes", cast_against_ml_dtypes, (2**20,), 31),
        ("E4M3 stochastic 2^24", "copy", stochastic_against_copy, (2**24,), 7),
        ("NVFP4 2^20", "copy", nvfp4_against_copy, (2**20,), 31),
        ("NVFP4 Four-over-Six 2^20", "copy", four_over_six_against_copy, (2**20,), 15),
        ("NVFP4 stochastic 2^20", "copy", nvfp4_stochastic_against_copy, (2**20,), 15),
        ("NVFP4 2^20", "ml_dtypes", nvfp4_against_casts, (2**20,), 15),
        ("NVFP4 2^20", "gfloat", nvfp4_against_gfloat, (2**20,), 3),
    ]
    return {
        f"{name} / {against}": (against, lambda build=build, at=at: build(*at), None, runs)
        for name, against, build, at, runs in plan
    }
