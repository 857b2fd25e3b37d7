"""Viterbi's search for the best path through a shift-register trellis, many rows at once.

The register holds the last L symbols' worth of bits: with `width` bits k a symbol and S = 2^L
states, symbol u takes state s to (s 2^k + u) mod S, and the branch carries the word w = s 2^k + u,
one of S 2^k. So the 2^k branches into state t carry the words j S + t, and those that leave state m
of one of the 2^k parts of the states stand side by side: no index is looked up in the forward pass.
"""

import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]
Words = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
_METRICS = 1 << 17  # branch metrics at once, small enough for the cache
_CHOICES = 1 << 26  # bytes of remembered choices at once
_LEVELLED = 32  # steps after which the metrics are brought back to 0, to keep their digits


def best_words(source: Singles, levels: Singles, width: int) -> Words:
    """The words of the path from state 0 that is nearest to each row in squared distance.

    Maximises sum_t (x_t l_t - l_t^2 / 2), in float32: a path that is better by less than about
    1e-6 of the metric may be missed. The end is free. Of equal paths, the first in a fixed order.

    Parameters
    ----------
    source : ndarray of float32, shape (n, d)
    levels : ndarray of float32, shape (S 2^width,)
        By word.
    width : int
        Bits of a symbol.

    Returns
    -------
    ndarray of int32, shape (n, d); word mod 2^width is the symbol.
    """
    n, d = source.shape
    states = levels.size >> width
    step = max(1, min(_METRICS // levels.size, _CHOICES // (states * max(d, 1))))
    words = np.empty((n, d), dtype=np.int32)
    for first in range(0, n, step):
        some = slice(first, first + step)
        choices, last = _forward(source[some].T, levels, width)
        words[some] = _backward(choices, last, width).T
    return words


def register_words(symbols: npt.NDArray[np.integer], width: int, states: int) -> Words:
    """The words that symbols, shape (n, d), pass through from state 0."""
    d = symbols.shape[-1]
    words = np.zeros(symbols.shape, dtype=np.int32)
    length = states.bit_length() - 1 + width  # bits of a word
    for age in range(min(d, -(-length // width))):
        words[:, age:] |= symbols[:, : d - age].astype(np.int32) << np.int32(width * age)
    words &= np.int32((1 << length) - 1)
    return words


def _forward(
    source: npt.NDArray[np.float32], levels: Singles, width: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp]]:
    """Which of the 2^k ways into each state is best, (d, S, n), and the best last state (n,)."""
    (d, n), ways = source.shape, 1 << width
    states = levels.size >> width
    # One product of matrices gives x l - l^2 / 2 for all words: faster than two broadcasts.
    pairs = np.stack([levels, -levels * levels / np.float32(2)], axis=1)
    sample = np.ones((2, n), dtype=np.float32)
    metric = np.full((states, n), -np.inf, dtype=np.float32)
    metric[0] = 0
    branch = np.empty((levels.size, n), dtype=np.float32)
    out, into = branch.reshape(ways, states // ways, ways, n), branch.reshape(ways, states, n)
    choices = np.empty((d, states, n), dtype=np.uint8)
    later = np.empty((states, n), dtype=np.uint8)
    for t in range(d):
        sample[0] = source[t]
        np.matmul(pairs, sample, out=branch)
        out += metric.reshape(ways, states // ways, 1, n)
        np.greater(into[1], into[0], out=choices[t].view(np.bool_))
        np.maximum(into[0], into[1], out=metric)
        for j in range(2, ways):
            np.greater(into[j], metric, out=later.view(np.bool_))
            later *= np.uint8(j)
            np.maximum(choices[t], later, out=choices[t])
            np.maximum(metric, into[j], out=metric)
        if t % _LEVELLED == _LEVELLED - 1:
            metric -= metric.max(axis=0)
    return choices, np.argmax(metric, axis=0)


def _backward(
    choices: npt.NDArray[np.uint8], last: npt.NDArray[np.intp], width: int
) -> npt.NDArray[np.int32]:
    """Words of the path that ends in state `last`, shape (d, n)."""
    d, states, n = choices.shape
    words = np.empty((d, n), dtype=np.int32)
    rows, state = np.arange(n), last
    for t in range(d - 1, -1, -1):
        word = choices[t, state, rows].astype(np.intp) * states + state
        words[t] = word
        state = word >> width
    return words
