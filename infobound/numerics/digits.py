"""Digits of any base in words of bits: g digits below b take ceil(g log2 b) bits together.

One digit per word takes ceil(log2 b) bits, up to one bit more than log2 b. Five ternary digits fit
a byte (1.6 bits each, against log2 3 = 1.585), 17 fit 27 bits.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error, whole

MOST_WIDTH = 32
Digits = npt.NDArray[np.integer[Any]]


def word_layout(d: int, *, base: int, group: int = 1) -> list[tuple[int, int]]:
    """Fields [(number of words, bits of each)] that hold d digits: full words, then the rest.

    Parameters
    ----------
    d : int, d >= 1.
    base : int, base >= 2
        Digits are 0, ..., base - 1.
    group : int, group >= 1
        Digits in one word; base^group is at most 2^32.
    """
    d, base, group = whole("d", d), whole("base", base, least=2), whole("group", group)
    if group > MOST_WIDTH or base**group > 1 << MOST_WIDTH:
        most = max(g for g in range(MOST_WIDTH + 1) if base**g <= 1 << MOST_WIDTH)
        raise argument_error("group", group, f"at most {most}: words have up to 32 bits")
    full, rest = divmod(d, group)
    words = [(full, _width(base, group)), (1, _width(base, rest))]
    return [words[0]] * (full > 0) + [words[1]] * (rest > 0)


def digits_to_words(digits: Digits, *, base: int, group: int = 1) -> list[tuple[Digits, int]]:
    """Words [(symbols of shape (..., k), width)] of digits (..., d): first digit most significant.

    Examples
    --------
    >>> [(w.tolist(), width) for w, width in digits_to_words(np.array([2, 1, 0]), base=3, group=2)]
    [([7], 4), ([0], 2)]
    """
    layout = word_layout(digits.shape[-1], base=base, group=group)
    if group == 1:
        return [(digits, layout[0][1])]
    start, fields = 0, list[tuple[Digits, int]]()
    for count, width in layout:
        each = group if start + group <= digits.shape[-1] else digits.shape[-1] - start
        part = digits[..., start : start + count * each]
        part = part.reshape(*digits.shape[:-1], count, each)
        words = part[..., 0].astype(np.uint32)
        for j in range(1, each):
            words = words * np.uint32(base) + part[..., j].astype(np.uint32)
        fields.append((words, width))
        start += count * each
    return fields


def words_to_digits(words: Sequence[Digits], *, d: int, base: int, group: int = 1) -> Digits:
    """The inverse of `digits_to_words`: shape (..., d), integers.

    Raises
    ------
    ArgumentError
        A word that no digits make.
    """
    parts = []
    left = d
    for word in words:
        each = min(group, left)
        outside = word >= base**each
        if np.any(outside):
            allowed = f"less than {base}**{each}, to be {each} digits below {base}"
            raise argument_error("message symbol", int(word[outside][0]), allowed)
        parts.append(_expand(word, base, each))
        left -= parts[-1].shape[-1]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)


def _expand(words: Digits, base: int, each: int) -> Digits:
    if each == 1:
        return words
    rest = words.astype(np.uint32)
    digits = np.empty((*words.shape, each), dtype=np.uint32)
    for j in reversed(range(each)):
        rest, digits[..., j] = np.divmod(rest, np.uint32(base))
    return digits.reshape(*words.shape[:-1], words.shape[-1] * each)


def _width(base: int, count: int) -> int:
    largest: int = base**count - 1
    return largest.bit_length()
