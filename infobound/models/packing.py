"""A set of sign vectors that are pairwise far apart: the prior of Fano's inequality."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from infobound.models.sign_families import (
    cube_weights,
    sign_vectors,
    word_numbers,
)
from infobound.numerics.arguments import argument_error, whole
from infobound.numerics.hadamard import hadamard

Words = npt.NDArray[np.int8]

_CUBE = 24  # largest dimension whose whole cube is held in memory
_PAIRS = 2**34  # most pairs of words that are compared one by one
_ROWS = 2**10  # words compared with all others at a time


@dataclass(frozen=True, eq=False)
class Packing:
    """Distinct sign vectors, any two of which differ in at least `distance` places.

    Parameters
    ----------
    words : array_like of -1 and 1, shape (n, d)
        Kept as read-only int8.
    distance : int, >= 1
        Verified when the packing is made.

    Raises
    ------
    ArgumentError
        Two words are closer; the message names them and their distance.
    """

    words: Words
    distance: int

    def __post_init__(self) -> None:
        given = np.asarray(self.words)
        if given.ndim != 2 or 0 in given.shape:
            raise argument_error("words.shape", given.shape, "(n, d), n and d at least 1")
        words = sign_vectors("words", given, given.shape[1])
        words.flags.writeable = False
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "distance", whole("distance", self.distance))
        if len(words) > 1:
            first, second = closest_words(words)
            found = int(np.sum(words[first] != words[second]))
            if found < self.distance:
                pair = f"words {first} and {second} differ in {found} places"
                raise argument_error("distance", self.distance, f"at most {found}: {pair}")

    @property
    def dimension(self) -> int:
        """d."""
        return int(self.words.shape[1])

    def __len__(self) -> int:
        return len(self.words)


def closest_words(words: Words) -> tuple[int, int]:
    """Row numbers i < j of two words that differ in the fewest places."""
    n, d = words.shape
    if d <= _CUBE and n * n > 1 << d:
        return _closest_in_cube(words)
    if n * n > _PAIRS:
        raise argument_error("words", f"{n} rows", f"at most {int(_PAIRS**0.5)} for {d} > {_CUBE}")
    signs, best = words.astype(np.float32), (-d - 1.0, 0, 1)
    for start in range(0, n - 1, _ROWS):
        inner = signs[start : start + _ROWS] @ signs[start:].T  # d - 2 distance, exact in float32
        inner[np.tril_indices(len(inner), 0, n - start)] = -d - 1
        place = int(np.argmax(inner))
        i, j = divmod(place, n - start)
        best = max(best, (float(inner[i, j]), start + i, start + j), key=lambda found: found[0])
    return best[1], best[2]


def _closest_in_cube(words: Words) -> tuple[int, int]:
    """By counting pairs for every difference at once: the autocorrelation of the set."""
    d = words.shape[1]
    numbers = word_numbers(words)
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    twins = np.flatnonzero(ranked[1:] == ranked[:-1])
    if twins.size:
        i, j = sorted(order[twins[0] : twins[0] + 2].tolist())
        return i, j
    member = np.zeros(1 << d)
    member[numbers] = 1
    pairs = hadamard(hadamard(member) ** 2) * 2 ** (d / 2)
    weight = cube_weights(d)
    weight[(pairs < 0.5) | (weight == 0)] = d + 1
    step = int(np.argmin(weight))
    first = int(np.flatnonzero(member[numbers ^ step])[0])
    second = int(np.flatnonzero(numbers == numbers[first] ^ step)[0])
    return min(first, second), max(first, second)


def is_inclusion_maximal(packing: Packing) -> bool:
    """Whether every vector of the cube is closer than `distance` to some word; d <= 24."""
    d = packing.dimension
    if d > _CUBE:
        raise argument_error("packing.dimension", d, f"at most {_CUBE}")
    covered, numbers = np.zeros(1 << d, dtype=bool), word_numbers(packing.words)
    for step in ball(d, packing.distance - 1).tolist():
        covered[numbers ^ step] = True
    return bool(covered.all())


def ball(d: int, radius: int) -> npt.NDArray[np.int64]:
    """Numbers of the vectors with at most `radius` signs -1."""
    return np.flatnonzero(cube_weights(d) <= radius)
