"""Public coins: random words that are a function of a seed, a row and a place.

Philox is a counter-based generator, and numpy promises its raw stream, so both ends of a message
compute the same words from the seed alone, on any machine, and any message of a batch on its own.
"""

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import whole

Words = npt.NDArray[np.uint64]
_PER_STEP = 4  # words that one step of the counter gives


def public_words(coins: int, *, count: int, per_row: int, first: int = 0, stream: int = 0) -> Words:
    """Uniform 64-bit words for rows first, first + 1, ..., first + count - 1.

    Parameters
    ----------
    coins : int, 0 <= coins < 2^64, the seed.
    count, per_row : int
        Shape of what is returned.
    first : int
        Number of the first row.
    stream : int, 0 <= stream < 2^64
        Different streams of one seed are independent.

    Returns
    -------
    ndarray of uint64, shape (count, per_row).
    """
    coins = whole("coins", coins, least=0, most=2**64 - 1)
    steps = -(-per_row // _PER_STEP)
    source = np.random.Philox(key=np.array([coins, stream], dtype=np.uint64))
    source.advance(first * steps)
    words = source.random_raw(count * steps * _PER_STEP)
    return words.reshape(count, steps * _PER_STEP)[:, :per_row]


def public_uniforms(
    coins: int, *, count: int, per_row: int, first: int = 0, stream: int = 0
) -> npt.NDArray[np.float64]:
    """Uniform numbers in [0, 1), multiples of 2^-53; as `public_words`."""
    words = public_words(coins, count=count, per_row=per_row, first=first, stream=stream)
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def public_signs(
    coins: int, *, count: int, d: int, first: int = 0, stream: int = 0
) -> npt.NDArray[np.int8]:
    """Independent signs -1 or +1, shape (count, d); one bit of a word each."""
    words = public_words(coins, count=count, per_row=-(-d // 64), first=first, stream=stream)
    rows = words.astype("<u8").view(np.uint8).reshape(count, -1)
    signs = np.unpackbits(rows, axis=1, count=d, bitorder="little").view(np.int8)
    signs *= np.int8(-2)
    signs += np.int8(1)
    return signs


def smallest_places(words: Words, kept: int) -> npt.NDArray[np.int64]:
    """A random subset of each row: the places of its `kept` smallest words, in increasing order.

    Uniform over subsets when the words of a row differ; of equal ones the first come first, which
    d words of 64 bits make necessary with probability below d^2 / 2^65.

    Parameters
    ----------
    words : ndarray of uint64, shape (..., d)
    kept : int, 1 <= kept <= d

    Returns
    -------
    ndarray of int64, shape (..., kept).
    """
    d = words.shape[-1]
    if kept == d:
        return np.broadcast_to(np.arange(d), words.shape)
    least = np.partition(words, kept - 1, axis=-1)[..., kept - 1, None]
    chosen = words <= least
    if np.count_nonzero(chosen) > words.size // d * kept:  # a tie at the last place
        order = np.argsort(words, axis=-1, kind="stable")[..., :kept]
        chosen = np.zeros(words.shape, dtype=bool)
        np.put_along_axis(chosen, order, True, axis=-1)
    return np.nonzero(chosen)[-1].reshape(*words.shape[:-1], kept)
