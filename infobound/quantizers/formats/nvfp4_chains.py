"""How public NVFP4 code gets from a tensor to its scales, one float32 rounding after the other.

NVFP4 sends for a tensor one float32 scale D, for each block of 16 one E4M3 scale s, and for each
element one E2M1 number e; the value is s D e. With a the largest magnitude of the tensor and m that
of the block, the wish is D = a / (reach * top) and s = m / (reach D), where `reach` is where a
block's maximum is to land (6, the largest E2M1 number) and `top` the scale of the block that holds
a (448, the largest E4M3 number). Programs differ in the order of the operations, hence in their
roundings, and in what becomes of scales that are too small for E4M3. Here fl is the rounding to the
nearest float32 after each operation, and E4M3(.) saturates at 448:

| chain | D | s = E4M3 of | element = E2M1 of |
|---|---|---|---|
| transformer-engine | fl(1/S), S = min(fl(2688/a), max) | fl(m fl(S fl(1/6))) | x min(fl(1/(sD)), max) |
| torchao | fl(a/2688) | fl(fl(m/6)/D), at least 2^-6 | x fl(fl(1/D)/s) |
| modelopt | fl(a/2688) | fl(m/fl(6D)), at least 2^-9; 0 becomes 1 | x / fl(sD) |
| fouroversix | fl(1/S), S = fl(2688/a) | fl(fl(m/6) S) | x fl(1/fl(Ds)), 0 where s = 0 |
| quartet2 | fl(fl(a/447.99)/6) | fl(fl(m/6)/D); if s = 0 then s = 1 | x / fl(sD) |

Here 2688 = 6 * 448 and max is the largest float32. With the room that Four-over-Six and MS-EDEN
need above the scale of the largest block, 448 becomes 256 (447.99 becomes 255.99), and
TransformerEngine takes the s of fouroversix. For another reach than 6 it stands in the place of 6.
Sources: NVIDIA TransformerEngine core_nvfp4.cuh (2026), pytorch/ao nvfp4_tensor.py, NVIDIA
Model-Optimizer nvfp4_tensor.py, mit-han-lab/fouroversix reference.py, IST-DASLab/Quartet-II
nvfp4_triton.py.

Where a source gives nan (torchao and modelopt for a tensor of zeros), zeros are kept here. All
chains decode as fl(fl(s D) e), and round elements to nearest even (Quartet II's kernels round ties
away from zero). Four-over-Six is in all of them but torchao, and 16/17 in fouroversix alone;
elsewhere they are what the table would do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from infobound.quantizers.formats.elements import E4M3
from infobound.quantizers.formats.rounding import round_to

Reals = npt.NDArray[Any]  # float32 or float64
Name = Literal["transformer-engine", "torchao", "modelopt", "fouroversix", "quartet2"]
LARGEST = np.float32(np.finfo(np.float32).max)


@dataclass(frozen=True)
class TensorScale:
    """The tensor's scale: `decode` is D, which is sent, and `encode` what the encoder has for 1/D.

    Arrays of shape (..., 1), of the type in which the chain is computed; D is a float32 number.
    """

    decode: Reals
    encode: Reals


@dataclass(frozen=True)
class Chain:
    """One way to compute the scales; see the table of the module.

    Attributes
    ----------
    name : str
    top, room : float
        Scale of the block that holds the tensor's maximum, and the same with room above it.
    tensor : callable (peak, reach, top) -> TensorScale
    block, block_with_room : callable (peaks, scale, reach) -> s before E4M3 rounding
        Without and with room.
    factor : callable (scales, scale) -> one number for each block
        What the elements are multiplied by, or divided by if `divides`.
    divides : bool
    least : float
        Lower clamp on s.
    empty, vanished : float
        What s becomes when it is 0 before, and when it is 0 after the rounding to E4M3.
    exact : bool
        Whether decisions are those of exact arithmetic; see `for_type`.
    """

    name: str
    tensor: Callable[[Reals, float, float], TensorScale]
    block: Callable[[Reals, TensorScale, Any], Reals]
    block_with_room: Callable[[Reals, TensorScale, Any], Reals]
    factor: Callable[[Reals, TensorScale], Reals]
    divides: bool
    top: float = 448.0
    room: float = 256.0
    least: float = 0.0
    empty: float = 0.0
    vanished: float = 0.0
    exact: bool = False

    def tensor_scale(self, peak: Reals, *, reach: float, room: bool = False) -> TensorScale:
        """D and its inverse for tensors of largest magnitude `peak`, shape (..., 1)."""
        with np.errstate(all="ignore"):
            return self.tensor(peak, reach, self.room if room else self.top)

    def block_scales(
        self, peaks: Reals, scale: TensorScale, *, reach: float, room: bool = False
    ) -> Reals:
        """The s of blocks of largest magnitude `peaks`, before they are rounded to E4M3."""
        block = self.block_with_room if room else self.block
        with np.errstate(all="ignore"):
            s = block(peaks, scale, peaks.dtype.type(reach))
        s[np.isnan(s)] = 0  # a tensor of zeros
        if self.empty:
            s[s == 0] = self.empty
        return s

    def wider(self, s: Reals, peaks: Reals, scale: TensorScale, *, reach: float) -> Reals:
        """3/2 of these s, so that a maximum lands at 2/3 of `reach`."""
        return self.block(peaks, scale, reach / 1.5) if self.exact else s * s.dtype.type(1.5)

    def rounded(self, s: Reals) -> Reals:
        """E4M3 numbers, after the clamp from below, at most 448."""
        rounded = round_to(np.clip(s, s.dtype.type(self.least), s.dtype.type(E4M3.max)), E4M3)
        if self.vanished:
            rounded[rounded == 0] = self.vanished
        return rounded

    def factors(self, scales: Reals, scale: TensorScale) -> Reals:
        """What elements are multiplied (or divided) by, shape (..., n_blocks); may be infinite."""
        with np.errstate(all="ignore"):
            return self.factor(scales, scale)

    def for_type(self, dtype: npt.DTypeLike) -> "Chain":
        """The chain for inputs of that type: as published in float32, exact decisions in float64.

        In float64, D is the float32 nearest to a / (reach * top), and s and the elements are
        decided by m / (reach D) and x / fl(s D). The divisors are exact there (for reach 6 and 4),
        and so is the side of each midpoint between two numbers of the format on which the rounded
        quotient falls: nothing is rounded twice. Clamps are as published.
        """
        if np.dtype(dtype) == np.float32:
            return self
        silent = self.factor is _inverse_or_zero
        return replace(
            self,
            tensor=_exact_tensor,
            block=_quotient_of_product,
            block_with_room=_quotient_of_product,
            factor=_product_or_infinity if silent else _product,
            divides=True,
            exact=True,
        )


def _full_range(peak: Reals, reach: float, top: float) -> Any:
    return peak.dtype.type(reach * top)


def _inverse_first(peak: Reals, reach: float, top: float) -> TensorScale:
    encode = _full_range(peak, reach, top) / peak
    return TensorScale(1 / encode, encode)  # 0 for a tensor of zeros


def _inverse_capped(peak: Reals, reach: float, top: float) -> TensorScale:
    encode = np.minimum(_full_range(peak, reach, top) / peak, LARGEST)
    encode[peak == 0] = 1
    return TensorScale(1 / encode, encode)


def _quotient(peak: Reals, reach: float, top: float) -> TensorScale:
    decode = peak / _full_range(peak, reach, top)
    return TensorScale(decode, 1 / decode)


def _two_quotients(peak: Reals, reach: float, top: float) -> TensorScale:
    kind = peak.dtype.type
    decode = (peak / kind(top)) / kind(reach)
    decode[peak == 0] = 1
    return TensorScale(decode, 1 / decode)


def _exact_tensor(peak: Reals, reach: float, top: float) -> TensorScale:
    decode = np.maximum((peak / (reach * top)).astype(np.float32), 1 / LARGEST)
    return TensorScale(decode.astype(np.float64), 1 / decode.astype(np.float64))


def _times_inverse(m: Reals, scale: TensorScale, reach: Any) -> Reals:
    s: Reals = m * (scale.encode * (1 / reach))
    return s


def _share_times_inverse(m: Reals, scale: TensorScale, reach: Any) -> Reals:
    s: Reals = (m / reach) * scale.encode
    return s


def _share_quotient(m: Reals, scale: TensorScale, reach: Any) -> Reals:
    s: Reals = (m / reach) / scale.decode
    return s


def _quotient_of_product(m: Reals, scale: TensorScale, reach: Any) -> Reals:
    s: Reals = m / (reach * scale.decode)
    return s


def _capped_inverse(s: Reals, scale: TensorScale) -> Reals:
    factor: Reals = np.minimum(1 / (s * scale.decode), LARGEST)
    return factor


def _inverse_over(s: Reals, scale: TensorScale) -> Reals:
    factor: Reals = scale.encode / s
    return factor


def _inverse_or_zero(s: Reals, scale: TensorScale) -> Reals:
    factor: Reals = 1 / (scale.decode * s)
    factor[s == 0] = 0
    return factor


def _product(s: Reals, scale: TensorScale) -> Reals:
    return decoding_scale(s, scale.decode)


def _product_or_infinity(s: Reals, scale: TensorScale) -> Reals:
    factor = decoding_scale(s, scale.decode)
    factor[s == 0] = np.inf
    return factor


def decoding_scale(s: Reals, decode: Reals) -> Reals:
    """fl(s D), what the decoder multiplies elements by: float32 numbers in the type of s."""
    product = np.multiply(s, decode, dtype=np.float32, casting="same_kind")
    return product.astype(s.dtype, copy=False)


_ALL = (
    Chain(
        "transformer-engine",
        _inverse_capped,
        _times_inverse,
        _share_times_inverse,
        _capped_inverse,
        divides=False,
    ),
    Chain(
        "torchao",
        _quotient,
        _share_quotient,
        _share_quotient,
        _inverse_over,
        divides=False,
        least=2.0**-6,
    ),
    Chain(
        "modelopt",
        _quotient,
        _quotient_of_product,
        _quotient_of_product,
        _product,
        divides=True,
        least=2.0**-9,
        empty=1.0,
    ),
    Chain(
        "fouroversix",
        _inverse_first,
        _share_times_inverse,
        _share_times_inverse,
        _inverse_or_zero,
        divides=False,
    ),
    Chain(
        "quartet2",
        _two_quotients,
        _share_quotient,
        _share_quotient,
        _product,
        divides=True,
        top=447.99,
        room=255.99,
        vanished=1.0,
    ),
)
CHAINS: Mapping[str, Chain] = MappingProxyType({chain.name: chain for chain in _ALL})
"""The chains of the table by their names."""
