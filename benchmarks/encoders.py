"""Encoders at 2^20 float32 numbers, real messages included, against what peers do."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks.kernels import Pair, butterflies, copying, fast_coins, normal
from infobound.quantizers import CUQ, EDEN, QSGD, RATQ, LloydMax, Quantizer, SimQPlus

SIZE = 2**20


def _unit(size: int = SIZE) -> npt.NDArray[np.float32]:
    values = normal(size)
    return values / np.float32(1.01 * np.linalg.norm(values))


def against_copy(quantizer: Quantizer, values: npt.NDArray[np.float32]) -> Pair:
    coins = fast_coins()
    return lambda: quantizer.encode(values, rng=coins), copying(values.size), 1.0


def cuq() -> Pair:
    values = normal(SIZE)
    return against_copy(CUQ(radius=float(np.abs(values).max())), values)


def cuq_symbols() -> Pair:
    """The symbols alone, not packed, as the peers leave them."""
    values, coins = normal(SIZE), fast_coins()
    quantizer = CUQ(radius=float(np.abs(values).max()))
    return lambda: quantizer._draw(values, coins), copying(SIZE), 1.0


def qsgd() -> Pair:
    """s = 16 against the same in plain numpy, codes left as int8 and the norm apart."""
    values, coins, levels = normal(SIZE), fast_coins(), 16

    def plain() -> tuple[npt.NDArray[np.int8], np.floating]:
        norm = np.linalg.norm(values)
        place = levels * np.abs(values) / norm
        low = np.floor(place)
        up = coins.random(values.size) < place - low
        return (np.sign(values) * (low + up)).astype(np.int8), norm

    return lambda: QSGD(levels).encode(values, rng=coins), plain, 1.0


def eden() -> Pair:
    """4 bits against butterflies, searchsorted and int64 codes, as the authors' code has it."""
    values, coins = normal(SIZE), fast_coins()
    thresholds = np.array(LloydMax(4).cells.thresholds, dtype=np.float32)

    def plain() -> tuple[npt.NDArray[np.int64], np.floating]:
        signs = 2 * coins.integers(0, 2, values.size).astype(np.float32) - 1
        rotated = butterflies(values * signs)
        codes = np.searchsorted(thresholds, rotated * (np.sqrt(SIZE) / np.linalg.norm(rotated)))
        return codes, np.linalg.norm(rotated)

    return lambda: EDEN(4).encode(values, rng=coins), plain, 1.0


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """As in `benchmarks.__main__`; promises in seconds for 2^20 numbers."""
    return {
        "CUQ symbols 2^20": ("copy", cuq_symbols, SIZE / 300e6, 15),
        "CUQ encode 2^20": ("copy", cuq, None, 15),
        "RATQ encode 2^20": (
            "copy",
            lambda: against_copy(RATQ(), _unit()),
            SIZE / 30e6,
            15,
        ),
        "QSGD encode 2^20, s = 16": ("numpy, codes not packed", qsgd, SIZE / 60e6, 15),
        "EDEN encode 2^20, 4 bits": ("numpy, codes not packed", eden, SIZE / 20e6, 9),
        "SimQ+ encode, d = k = 1024": (
            "copy",
            lambda: against_copy(SimQPlus(), _unit(1024)),
            None,
            9,
        ),
    }
