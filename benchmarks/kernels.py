"""Kernels against what a user would write or call instead: (ours, peer, repeats) pairs.

All at the size that is named, float32, in one process; BLAS threads are left as they are found.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from infobound.numerics.bits import pack, unpack
from infobound.numerics.hadamard import hadamard
from infobound.numerics.stochastic_rounding import stochastic_round

Timed = Callable[[], object]
Pair = tuple[Timed, Timed, float]
Singles = npt.NDArray[np.float32]
LEVELS = 16


def normal(size: int) -> Singles:
    return np.random.default_rng(size).standard_normal(size, dtype=np.float32)


def copying(size: int) -> Timed:
    """numpy's memory copy between two arrays that exist already."""
    values = normal(size)
    target = np.empty_like(values)
    return lambda: np.copyto(target, values)


def butterflies(values: Singles) -> Singles:
    """The transform as most numpy code has it: one level of the butterfly at a time."""
    out, half = values.copy(), 1
    while half < out.size:
        pairs = out.reshape(-1, 2, half)
        out = np.concatenate(
            [pairs[:, :1] + pairs[:, 1:], pairs[:, :1] - pairs[:, 1:]], axis=1
        ).reshape(-1)
        half *= 2
    return out / np.float32(math.sqrt(out.size))


def fast_coins() -> np.random.Generator:
    """SFC64, the fastest of numpy's generators: rounding spends a third of its time on PCG64."""
    return np.random.Generator(np.random.SFC64(1))


def _transform(size: int) -> Timed:
    values = normal(size)
    target = np.empty_like(values)
    return lambda: hadamard(values, out=target)


def hadamard_against_copy(size: int = 2**16) -> Pair:
    return _transform(size), copying(size), 1.0


def hadamard_against_butterflies(size: int = 2**16) -> Pair:
    values = normal(size)
    return _transform(size), lambda: butterflies(values), 1.0


def hadamard_against_rfft(size: int = 2**16) -> Pair:
    """scipy has no fast Walsh-Hadamard transform; its real FFT is n log n work of the same kind."""
    from scipy.fft import rfft

    values = normal(size)
    return _transform(size), lambda: rfft(values), 1.0


def hadamard_against_matrix(size: int = 2**10) -> Pair:
    """A product with scipy.linalg.hadamard(size), the matrix already there."""
    from scipy.linalg import hadamard as matrix

    values = normal(size)
    sylvester = matrix(size).astype(np.float32) / np.float32(math.sqrt(size))
    return _transform(size), lambda: sylvester @ values, 1.0


def _rounding(size: int) -> tuple[Timed, Singles]:
    place = np.random.default_rng(size).random(size, dtype=np.float32) * np.float32(LEVELS - 1)
    coins, target = fast_coins(), np.empty(size, dtype=np.uint8)
    return lambda: stochastic_round(place, coins, out=target), place


def rounding_against_copy(size: int = 2**20) -> Pair:
    return _rounding(size)[0], copying(size), 1.0


def rounding_against_comparison(size: int = 2**20) -> Pair:
    """floor(x) + (uniform < x - floor(x)), in float64 as it is usually written."""
    ours, place = _rounding(size)
    coins = fast_coins()

    def usual() -> npt.NDArray[np.uint8]:
        low = np.floor(place)
        return (low + (coins.random(size) < place - low)).astype(np.uint8)

    return ours, usual, 1.0


def packing_against_bits(width: int = 3, size: int = 2**20) -> Pair:
    """Symbols of `width` bits to bytes, against unpackbits and packbits."""
    symbols = np.random.default_rng(width).integers(0, 1 << width, size, dtype=np.uint8)

    def by_bits() -> bytes:
        return np.packbits(np.unpackbits(symbols[:, None], axis=1)[:, 8 - width :]).tobytes()

    if by_bits() != pack(symbols, width=width):
        raise AssertionError("the two packings differ")
    return lambda: pack(symbols, width=width), by_bits, 1.0


def unpacking_against_bits(width: int = 3, size: int = 2**20) -> Pair:
    """Bytes to symbols (int64), against unpackbits and a product with powers of two."""
    symbols = np.random.default_rng(width).integers(0, 1 << width, size, dtype=np.uint8)
    payload = pack(symbols, width=width)
    powers = 1 << np.arange(width)[::-1]

    def by_bits() -> npt.NDArray[np.int64]:
        bits = np.unpackbits(np.frombuffer(payload, dtype=np.uint8), count=size * width)
        return bits.reshape(size, width) @ powers

    return lambda: unpack(payload, count=size, width=width), by_bits, 1.0


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """Name -> (against, what to time, promise in seconds, runs), as in `benchmarks.__main__`."""
    plan: list[tuple[str, str, Callable[..., Pair], tuple[int, ...]]] = []
    for power in (16, 20):
        name = f"Hadamard 2^{power}"
        plan.append((name, "copy", hadamard_against_copy, (2**power,)))
        plan.append((name, "numpy butterflies", hadamard_against_butterflies, (2**power,)))
        plan.append((name, "scipy.fft.rfft", hadamard_against_rfft, (2**power,)))
    plan.append(("Hadamard 2^10", "scipy.linalg.hadamard @", hadamard_against_matrix, (2**10,)))
    for power in (16, 20):
        name = f"stochastic rounding 2^{power}"
        plan.append((name, "copy", rounding_against_copy, (2**power,)))
        plan.append((name, "floor and compare", rounding_against_comparison, (2**power,)))
    for width in (3, 4):
        plan.append((f"pack {width} bits", "packbits", packing_against_bits, (width,)))
        plan.append((f"unpack {width} bits", "unpackbits", unpacking_against_bits, (width,)))
    return {
        f"{name} / {against}": (against, lambda build=build, at=at: build(*at), None, 31)
        for name, against, build, at in plan
    }
