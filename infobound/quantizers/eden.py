"""EDEN and DRIVE: rotate at random, round to the Lloyd-Max cells of a normal, send one scale.

After a uniformly random rotation R the coordinates of Ry are nearly normal, whatever y is. With c
the levels of the cells of Ry, in units of |y|/sqrt(D), the decoder returns S R^T c, where the scale

    unbiased   S = |y|^2 / <c, Ry>,      biased   S = <c, Ry> / |c|^2

is sent in 32 bits. The unbiased scale makes <Q(y), y> = |y|^2 for every draw, so the mean of Q(y)
is y as soon as the law of R treats all directions orthogonal to y alike. A uniform (Haar) rotation
does. A Hadamard transform of y with random signs, the fast rotation of the papers, does not: see
`EDEN`.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from infobound.bounds.mean_estimation import drive_nmse, sampled_nmse
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.bits import float_symbols, symbols_float
from infobound.numerics.hadamard import hadamard, rotate, rotate_back
from infobound.numerics.public_coins import public_words, smallest_places
from infobound.quantizers.base import ErrorBound, Floats, Ints, Law, Message, Rng, draw_coins
from infobound.quantizers.cell_table import cell_table
from infobound.quantizers.domains import AllReals, Domain, finite
from infobound.quantizers.haar import haar_rotate

Scale = Literal["unbiased", "biased"]
Rotation = Literal["hadamard", "haar"]
Reals = npt.NDArray[Any]  # float32 or float64
LARGEST = float(np.finfo(np.float32).max)
UNIT = "Change the unit of y."
MOST_HAAR = 1024  # d^2/2 public normal variables for each row
MOST_LAW = 16  # 2^16 sign vectors
_CHUNK = 1 << 15
_SAMPLING = 1  # stream of the public coins; rotate() uses 0, haar_rotate() 2


@dataclass(frozen=True)
class EDEN:
    """`width` bits per rotated coordinate and one 32-bit scale (Vargaftik et al. 2022).

    arXiv:2108.08842. At one bit it is DRIVE (Vargaftik et al. 2021, arXiv:2105.08339). As d grows
    its error is D/(1 - D) |y|^2, or D |y|^2 with the biased scale, where D is the mean squared
    error of the Lloyd-Max quantizer of N(0, 1): `bounds.mean_estimation.eden_nmse`.

    Unbiased or not. With `rotation="haar"` and the unbiased scale, E Q(y) = y for every y. With
    `rotation="hadamard"` it is not, in any dimension d >= 2: for y = (a, b, 0, ..., 0), a > b > 0,
    at one bit Q(y) = (a + b^2/a, 0, ..., 0) for every draw of the signs, and averaging over many
    workers does not help. For vectors without a few dominant coordinates the bias is small and
    vanishes as d grows; `law` gives it exactly for d <= 16. So `unbiased` is True for Haar only.

    The scale is rounded to the nearest float32: 2^-24 relative, for scales above 1.2e-38 (below,
    float32 loses digits; below 7e-46 the vector is decoded to 0). Statements of unbiasedness and
    the bounds below hold up to that rounding.

    Parameters
    ----------
    width : int
        Bits per rotated coordinate, 1 to 8.
    scale : {"unbiased", "biased"}
        The biased scale gives the least error for one vector.
    kept : float, optional
        0 < kept <= 1: only max(1, round(kept d)) coordinates, chosen at random by public coins, go
        through the scheme: less than one bit per coordinate. They are divided by the fraction kept
        with the unbiased scale, and taken as they are with the biased one. Default: all.
    rotation : {"hadamard", "haar"}
        "hadamard": O(d log d), pads the coordinates to a power of two, and the padding is sent and
        counted. "haar": exact, no padding, O(d^2), for at most 1024 coordinates.
    """

    width: int = 1
    scale: Scale = "unbiased"
    kept: float | None = None
    rotation: Rotation = "hadamard"

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", whole("width", self.width, most=8))
        if self.scale not in ("unbiased", "biased"):
            raise argument_error("scale", self.scale, "'unbiased' or 'biased'")
        if self.rotation not in ("hadamard", "haar"):
            raise argument_error("rotation", self.rotation, "'hadamard' or 'haar'")
        if self.kept is not None:
            if not 0 < self.kept <= 1:
                raise argument_error("kept", self.kept, "in (0, 1], or None for all coordinates")
            object.__setattr__(self, "kept", float(self.kept))

    @property
    def unbiased(self) -> bool:
        """True for the unbiased scale after a Haar rotation; see the class for Hadamard."""
        return self.scale == "unbiased" and self.rotation == "haar"

    @property
    def domain(self) -> Domain:
        """Every finite vector whose scale fits in a float32: |y|_2 up to about 1e38."""
        return AllReals()

    def kept_at(self, d: int) -> int:
        """Number of coordinates that go through the scheme."""
        d = whole("d", d)
        return d if self.kept is None else max(1, round(self.kept * d))

    def sent_at(self, d: int) -> int:
        """Number of cell indices in a message: `kept_at(d)`, padded for Hadamard."""
        kept = self.kept_at(d)
        if self.rotation == "hadamard":
            return 1 << (kept - 1).bit_length()
        if kept > MOST_HAAR:
            remedy = "Use rotation='hadamard', or keep fewer coordinates."
            raise argument_error("d", d, f"at most {MOST_HAAR} coordinates to rotate", remedy)
        return kept

    def bits(self, d: int) -> int:
        """width * sent_at(d) + 32."""
        return self.width * self.sent_at(d) + 32

    def variance_bound(self, d: int) -> ErrorBound | None:
        """The best proved bound relative to |y|^2, or None.

        Haar at one bit: exact, the same for every y (`drive_nmse`, `sampled_nmse`). Hadamard at one
        bit, biased scale: 1/2, attained at d = 2 by equal coordinates, since E|<a, signs>| is at
        least |a|/sqrt 2 (Szarek 1976). Unbiased scale: D - 1, because |Ry|_1 >= |y|. More bits:
        for the biased scale 1, and None for the unbiased one.
        """
        kept, sent = self.kept_at(d), self.sent_at(d)
        biased = self.scale == "biased"
        if self.width > 1 and not biased:
            return None
        if self.width > 1:
            inner = 1.0
        elif self.rotation == "haar":
            inner = drive_nmse(sent, scale=self.scale)
        elif biased:
            inner = 0.5 if sent > 1 else 0.0
        else:
            inner = sent - 1.0
        nmse = sampled_nmse(inner, kept / d, scale=self.scale)
        return ErrorBound(nmse * (1 + 2.0**-22) + 2.0**-46, relative=True)

    def law(self, y: npt.ArrayLike) -> Law:
        """Exact law of the output for one vector over the 2^D signs of a Hadamard rotation.

        For all coordinates, D <= 16 of them after padding.
        """
        values = self.domain.check("y", y)
        d, size = values.shape[-1], self.sent_at(values.shape[-1])
        if values.ndim != 1:
            raise argument_error("y.shape", values.shape, "(d,), one vector")
        if self.rotation != "hadamard" or self.kept is not None or size > MOST_LAW:
            allowed = f"a Hadamard EDEN of all coordinates, at most {MOST_LAW} with padding"
            raise argument_error("law of", self, allowed, "Estimate it by Monte Carlo.")
        signs = 1 - 2 * ((np.arange(1 << size)[:, None] >> np.arange(size)) & 1)
        padded = np.pad(values, (0, size - d))
        scale, index = self._cells(hadamard(signs * padded), np.array([values @ values]))
        scale = symbols_float(float_symbols(scale))
        vectors: Floats = np.multiply(
            signs, hadamard(self._rotated(scale, index)), dtype=np.float64
        )
        return Law(vectors[:, :d], np.full(len(signs), 0.5**size))

    def encode(self, y: npt.ArrayLike, *, rng: Rng = None) -> Message:
        """Send the scale and the cell of every rotated coordinate; y is (..., d).

        float32 input is rotated in float32, other input in float64.
        """
        values, coins = finite("y", y), draw_coins(np.random.default_rng(rng))
        scale, index = self._draw(values, coins)
        lead = values.shape[:-1]
        fields: list[tuple[npt.ArrayLike, int]] = [
            (scale.reshape(*lead, 1), 32),
            (index.reshape(*lead, index.shape[1]), self.width),
        ]
        return Message.join(fields, shape=values.shape, side=[0], coins=coins, made_by=repr(self))

    def decode(self, message: Message) -> Floats:
        """S R^T c, shape (..., d); refuses a scale that is not a finite number >= 0."""
        d = message.accept(self)
        if message.coins is None:
            raise argument_error("message.coins", None, "the seed that encode drew")
        scale, index = message.split([(1, 32), (self.sent_at(d), self.width)])
        rows = index.reshape(-1, index.shape[-1])
        values = self._values(scale.reshape(-1, 1), rows, message.coins, message.first, d)
        return values.reshape(message.shape)

    def roundtrip(self, y: npt.ArrayLike, *, rng: Rng = None) -> Floats:
        """decode(encode(y)) without the bits."""
        values, coins = finite("y", y), draw_coins(np.random.default_rng(rng))
        scale, index = self._draw(values, coins)
        return self._values(scale, index, coins, 0, values.shape[-1]).reshape(values.shape)

    def _draw(self, values: Reals, coins: int) -> tuple[npt.NDArray[np.uint32], Reals]:
        """Float32 patterns of the scales (n, 1) and cells (n, D) for n rows, from row 0 on."""
        d = values.shape[-1]
        self.sent_at(d)  # refuses what is too long for a Haar rotation
        rows = values.reshape(-1, d)
        if self.kept is not None:
            rows = np.take_along_axis(rows, self._places(coins, len(rows), 0, d), axis=1)
        # Powers of two bring extreme rows to where squares and sums neither over- nor underflow.
        exponent = np.frexp(np.abs(rows).max(axis=1, initial=0.0))[1]
        exponent[np.abs(exponent) <= 60] = 0
        if exponent.any():
            rows = np.ldexp(rows, -exponent[:, None])
        square = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
        if self.rotation == "haar":
            rotated: Reals = haar_rotate(rows, coins)
        else:
            rotated = rotate(rows, coins)
        scale, index = self._cells(rotated, square)
        with np.errstate(over="ignore"):
            scale = np.ldexp(scale, exponent[:, None])
        if np.any(scale > LARGEST):
            i, allowed = int(np.argmax(scale)), f"at most {LARGEST!r}, the largest float32"
            raise argument_error(f"scale of y, row {i},", float(scale[i, 0]), allowed, UNIT)
        return float_symbols(scale), index

    def _cells(self, rotated: Reals, square: Floats) -> tuple[Floats, npt.NDArray[np.uint8]]:
        """Scale (n, 1) and cell indices for rotated rows (n, D) with squared norms (n,) or (1,)."""
        n, size = rotated.shape
        table = cell_table(self.width, rotated.dtype.name)
        square = np.broadcast_to(square, n)
        unit = np.sqrt(np.divide(size, square, out=np.zeros(n), where=square > 0))
        index = np.empty(rotated.shape, dtype=np.uint8)
        along, power = np.zeros(n), np.zeros(n)
        step = max(1, _CHUNK // size)
        for i in range(0, n, step):
            some = slice(i, i + step)
            factor = unit[some, None].astype(rotated.dtype)
            for j in range(0, size, _CHUNK):
                part = rotated[some, j : j + _CHUNK]
                index[some, j : j + _CHUNK] = cells = table.index(part * factor)
                levels = table.levels.take(cells, mode="clip")
                along[some] += np.einsum("ij,ij->i", levels, part)
                if self.scale == "biased":
                    power[some] += np.einsum("ij,ij->i", levels, levels)
        top, bottom = (along, power) if self.scale == "biased" else (square, along)
        scale = np.divide(top, bottom, out=np.zeros(n), where=square > 0)
        return scale[:, None], index

    def _rotated(self, scale: Floats, index: npt.NDArray[np.integer]) -> Floats:
        """S c, shape (n, D)."""
        rotated: Floats = cell_table(self.width, "float64").levels.take(index)
        rotated *= scale
        return rotated

    def _values(
        self,
        symbols: npt.NDArray[np.integer],
        index: npt.NDArray[np.integer],
        coins: int,
        first: int,
        d: int,
    ) -> Floats:
        rotated = self._rotated(symbols_float(symbols, nonnegative=True), index)
        kept = self.kept_at(d)
        if self.rotation == "haar":
            values: Reals = haar_rotate(rotated, coins, first=first, back=True)
        else:
            values = rotate_back(rotated, coins, d=kept, first=first)
        if self.kept is None:
            return values.astype(np.float64, copy=False)
        if self.scale == "unbiased":
            values *= d / kept
        full = np.zeros((len(values), d))
        np.put_along_axis(full, self._places(coins, len(values), first, d), values, axis=1)
        return full

    def _places(self, coins: int, count: int, first: int, d: int) -> Ints:
        """Which coordinates are kept in each row, chosen by public coins."""
        words = public_words(coins, count=count, per_row=d, first=first, stream=_SAMPLING)
        return smallest_places(words, self.kept_at(d))


def DRIVE(scale: Scale = "unbiased", rotation: Rotation = "hadamard") -> EDEN:
    """One bit per coordinate and a scale: EDEN(width=1) (Vargaftik et al. 2021, arXiv:2105.08339).

    The error after a Haar rotation is exactly `bounds.mean_estimation.drive_nmse(d)` |y|^2 for
    every y. The docstring of `EDEN` says what a Hadamard rotation changes.
    """
    return EDEN(1, scale, rotation=rotation)
