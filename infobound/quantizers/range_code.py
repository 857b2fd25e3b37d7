"""A prefix code for the cells of a dithered normal variable, by the range coder of constriction."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error
from infobound.numerics.bits import bits_integers, integer_bits
from infobound.quantizers.base import Floats, Ints

Bits = npt.NDArray[np.uint8]
_WORD, _STATE = 32, 64  # bits of a word and of the coder's interval


@dataclass(frozen=True)
class NormalCode:
    """Codes integers K = floor(X + U), X ~ N(0, deviation^2), with U in [0, 1) known to both ends.

    Parameters
    ----------
    deviation : float
        In units of the quantization step, 2^-10 to 2^12.

    Raises
    ------
    ImportError
        constriction is not installed.
    """

    deviation: float

    def __post_init__(self) -> None:
        _stream()  # now, not after the work of quantizing

    @property
    def reach(self) -> int:
        """Largest |K| in the code: 9 standard deviations and one step."""
        return int(np.ceil(9 * self.deviation)) + 1

    @cached_property
    def _model(self) -> Any:
        return _stream().model.QuantizedGaussian(-self.reach, self.reach)

    def encode(self, cells: Ints, dither: Floats) -> Bits:
        """The shortest string of bits whose continuations all lie in the coder's interval."""
        coder = _stream().queue.RangeEncoder()
        coder.encode(cells.astype(np.int32), self._model, *self._normal(dither))
        words, (low, size) = coder.pos()
        width = _WORD * words + _STATE
        sealed = coder.get_compressed().astype(">u4").tobytes()
        inside = int.from_bytes(sealed, "big") << (width - 8 * len(sealed))
        low = inside - (inside - low) % (1 << _STATE)  # the interval is [low, low + size) / 2^width
        spare = size.bit_length() - 1
        while (-(-low >> spare) + 1) << spare > low + size:
            spare -= 1
        word: Bits = integer_bits([-(-low >> spare)], width=width - spare)[0]
        return word

    def decode(self, bits: Bits, dither: Floats) -> Ints:
        """The integers that these bits begin with; whatever follows them is not read."""
        words = -(-len(bits) // _WORD) + _STATE // _WORD
        padded = np.zeros(_WORD * words, dtype=np.uint8)
        padded[: len(bits)] = bits
        buffer = np.packbits(padded).view(">u4").astype(np.uint32)
        try:
            cells: npt.NDArray[np.int32] = (
                _stream().queue.RangeDecoder(buffer).decode(self._model, *self._normal(dither))
            )
        except AssertionError:
            raise argument_error("payload", bits_integers(bits[None])[0], "a code word") from None
        return cells.astype(np.int64)

    def _normal(self, dither: Floats) -> tuple[Floats, Floats]:
        """Mean and deviation of X + U - 1/2, whose nearest integer is K."""
        return dither - 0.5, np.full(len(dither), self.deviation)


def _stream() -> Any:
    """constriction.stream, or an error that says how to get it."""
    try:
        import constriction
    except ImportError:
        raise ImportError(
            "Entropy coding needs constriction, but it is not installed. "
            "Do pip install 'infobound[coding]', or use SubtractiveDither."
        ) from None
    return constriction.stream
