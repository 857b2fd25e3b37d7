"""A quantizer behind a randomized Hadamard transform, as training recipes put it around FP4."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.hadamard import hadamard, rotate, rotate_back
from infobound.numerics.public_coins import public_signs
from infobound.quantizers.base import Floats, Message, Quantizer, Rng, draw_coins
from infobound.quantizers.domains import AllReals, Box, Domain
from infobound.quantizers.formats.base import (
    Reals,
    block_count,
    float_values,
    padded_rows,
    refuse_outside,
)
from infobound.quantizers.formats.mx import MX
from infobound.quantizers.formats.mx_scales import Rule


@dataclass(frozen=True)
class Rotated:
    """`inner`, applied after H diag(signs) on consecutive blocks of `size` coordinates.

    The decoder undoes it. The transform spreads large coordinates over their block, which brings
    the law of what is quantized nearer to a normal one; errors keep their length. A vector is padded
    with zeros to whole blocks, and what the inner quantizer sends for the padding is counted.

    float32 input is rotated in float32. Everything after the inner quantizer is float64. Statements
    on the mean of the output hold up to the rounding errors of the transform.

    Parameters
    ----------
    inner : Quantizer
        Its domain must be all reals or a box around 0.
    size : int
        A power of two, at least 2: 16 in the NVFP4 recipe of NVIDIA (2025, arXiv:2509.25149), 64 in
        that of Tseng et al. (2025, arXiv:2502.20586).
    signs : int, 0 <= signs < 2^64, or None
        None: public coins for every block of every call. A seed: one sign vector, the same for all
        blocks and calls, part of the quantizer.
    """

    inner: Quantizer
    size: int
    signs: int | None = None

    def __post_init__(self) -> None:
        size = whole("size", self.size, least=2)
        if size & size - 1:
            raise argument_error("size", size, "a power of two")
        object.__setattr__(self, "size", size)
        if self.signs is not None:
            object.__setattr__(self, "signs", whole("signs", self.signs, least=0, most=2**64 - 1))
        _rotated_domain(self.inner.domain, size)
        self.inner.bits(size)  # a quantizer made for another length says so here

    @property
    def unbiased(self) -> bool:
        """As the inner quantizer: no rotation makes a biased one unbiased."""
        return self.inner.unbiased

    @property
    def domain(self) -> Domain:
        """All reals, or the box in which no rotated coordinate leaves that of the inner one."""
        return _rotated_domain(self.inner.domain, self.size)

    def bits(self, d: int) -> int:
        """Those of the inner quantizer for the padded vector."""
        return self.inner.bits(self._padded(d))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """The inner message for the rotated vectors of y (..., d)."""
        values, generator = self._checked(y), np.random.default_rng(rng)
        coins = self._coins(generator)
        message = self.inner.encode(self._rotate(values, coins), rng=generator)
        if self.signs is None:
            if message.coins is not None:
                remedy = "Give `signs`: the message has room for one seed."
                raise argument_error("inner", self.inner, "one without public coins", remedy)
            message = replace(message, coins=coins)
        return replace(message, shape=values.shape, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """Shape (..., d)."""
        d = message.accept(self)
        coins = message.coins if self.signs is None else self.signs
        if coins is None:
            raise argument_error("message.coins", None, "the seed that encode drew")
        inner = replace(
            message,
            shape=(*message.shape[:-1], self._padded(d)),
            coins=None if self.signs is None else message.coins,
            made_by=repr(self.inner),
        )
        return self._rotate_back(self.inner.decode(inner), coins, d, message.first)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)), by the inner roundtrip."""
        values, generator = self._checked(y), np.random.default_rng(rng)
        coins = self._coins(generator)
        rotated = self.inner.roundtrip(self._rotate(values, coins), rng=generator)
        return self._rotate_back(rotated, coins, values.shape[-1], 0)

    def _checked(self, y: npt.ArrayLike) -> Reals:
        values, domain = float_values("y", y), self.domain
        most = domain.radius if isinstance(domain, Box) else np.finfo(np.float64).max
        if values.size and not max(values.max(), -values.min()) <= most:
            refuse_outside(values, float(most))
        return values

    def _coins(self, generator: np.random.Generator) -> int:
        return draw_coins(generator) if self.signs is None else self.signs

    def _rotate(self, values: Reals, coins: int) -> Reals:
        """H diag(signs) on every block, shape (..., padded d)."""
        rows = padded_rows(values, self.size).reshape(-1, self.size)
        if self.signs is None:
            rotated = rotate(rows, coins)
        else:
            rotated = hadamard(rows * self._fixed())
        return rotated.reshape(*values.shape[:-1], self._padded(values.shape[-1]))

    def _rotate_back(self, rotated: Reals, coins: int, d: int, first: int) -> Floats:
        """diag(signs) H on every block of the vectors from number `first` on, padding removed."""
        lead, size = rotated.shape[:-1], rotated.shape[-1]
        rows: Floats = rotated.reshape(-1, self.size).astype(np.float64, copy=False)
        if self.signs is None:
            blocks = size // self.size
            back: Reals = rotate_back(rows, coins, d=self.size, first=first * blocks)
        else:
            back = hadamard(rows) * self._fixed()
        return back.reshape(*lead, size)[..., :d]

    def _fixed(self) -> npt.NDArray[np.int8]:
        """The one sign vector."""
        assert self.signs is not None
        return public_signs(self.signs, count=1, d=self.size)

    def _padded(self, d: int) -> int:
        return block_count(self.size, d) * self.size


def _rotated_domain(inner: Domain, size: int) -> Domain:
    """Rotated coordinates are at most sqrt(size) times as large, and rounding errors are allowed."""
    if isinstance(inner, Box) and inner.center == 0:
        return Box(inner.radius * (1 - 2.0**-16) / math.sqrt(size))
    if isinstance(inner, AllReals):
        return inner
    raise argument_error("inner.domain", inner, "all reals, or a box around 0")


def mxfp4_rht(rule: Rule = "floor", size: int = 64, signs: int | None = None) -> Rotated:
    """MXFP4 to nearest behind the transform: rotations of 64 as in Tseng et al. (2025)."""
    return Rotated(MX("e2m1", rule), size, signs)
