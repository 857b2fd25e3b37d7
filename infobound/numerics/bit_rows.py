"""Rows of packed bits, most significant first: many symbols or many rows at a time.

These are kernels: the callers in `infobound.numerics.bits` check the arguments. A row is padded
with zeros to whole bytes. Symbols of up to 8 bits are packed eight to a 64-bit word, in three
rounds that close the gaps between neighbours: lanes of 8, 16 and 32 bits. Of wider ones, eight make
`width` bytes, each put together from the symbols that it overlaps.
"""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
_BLOCKS = 2**12  # groups of eight symbols that stay in the cache
_LONG_ROW = 2**12  # bits from which a row is shifted by itself


def packed_rows(values: npt.NDArray[np.integer], width: int, rows: int = 1) -> Bytes:
    """Symbols in rows as packed bits: shape (rows, ceil(k width / 8)), each row padded with 0."""
    k = values.size // rows if rows else 0
    size = -(-k * width // 8)
    if width > 8:
        if width % 8 == 0:
            word = 2 if width <= 16 else 4
            whole_words = values.astype(f">u{word}").reshape(rows, k, 1).view(np.uint8)
            return whole_words[:, :, word - width // 8 :].reshape(rows, size)
        wide = _in_eights(values.reshape(rows, k))
        return _bytes_of(wide, width).reshape(rows, -(-k // 8) * width)[:, :size]
    symbols = _in_eights(values.reshape(rows, k)).astype(np.uint8, copy=False)
    symbols = symbols.reshape(rows, k + -k % 8)
    eights = np.ascontiguousarray(symbols).view(">u8").astype(np.uint64)
    for lane in (8, 16, 32):  # two lanes of this many bits become one
        used = lane // 8 * width
        low = _mask(used, 2 * lane)
        eights = (eights >> np.uint64(lane - used) & low << np.uint64(used)) | (eights & low)
    if width in (1, 2, 4, 8):
        packed = eights.astype(f">u{width}").view(np.uint8)
    else:
        # Column after column, for loops that are long.
        eight_bytes = eights.astype(">u8").view(np.uint8).reshape(-1, 8)
        packed = np.empty((eights.size, width), dtype=np.uint8)
        for i in range(width):
            packed[:, i] = eight_bytes[:, 8 - width + i]
    return packed.reshape(rows, eights.shape[1] * width)[:, :size]


def unpacked_rows(packed: Bytes, k: int, width: int) -> Ints:
    """The k symbols of each row: the inverse of `packed_rows`."""
    rows = len(packed)
    if width > 8:
        word = 2 if width <= 16 else 4
        if width % 8 == 0:
            whole_words = np.zeros((rows, k, word), dtype=np.uint8)
            whole_words[:, :, word - width // 8 :] = packed.reshape(rows, k, width // 8)
            return whole_words.view(f">u{word}").reshape(rows, k).astype(np.int64)
    count = -(-k // 8)
    if packed.shape[1] != count * width:
        packed = np.pad(packed, ((0, 0), (0, count * width - packed.shape[1])))
    if width > 8:
        return _symbols_of(packed.reshape(-1, width), width).reshape(rows, count * 8)[:, :k]
    if width in (1, 2, 4, 8):
        eights = np.ascontiguousarray(packed).view(f">u{width}").astype(np.uint64)
    else:
        whole_words, parts = np.zeros((rows * count, 8), dtype=np.uint8), packed.reshape(-1, width)
        for i in range(width):
            whole_words[:, 8 - width + i] = parts[:, i]
        eights = whole_words.view(">u8").astype(np.uint64)
    for lane in (32, 16, 8):  # one lane of twice as many bits becomes two
        used = lane // 8 * width
        low = _mask(used, 2 * lane)
        eights = (eights & low << np.uint64(used)) << np.uint64(lane - used) | (eights & low)
    return eights.astype(">u8").view(np.uint8).reshape(rows, count * 8)[:, :k].astype(np.int64)


def _in_eights(symbols: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Rows of symbols, each filled up with 0 to a multiple of 8: shape (-1, 8)."""
    left = -symbols.shape[1] % 8
    return (np.pad(symbols, ((0, 0), (0, left))) if left else symbols).reshape(-1, 8)


def _bytes_of(eights: npt.NDArray[np.integer], width: int) -> Bytes:
    """Eight symbols in a row, of 9 to 31 bits, as `width` bytes in a row."""
    packed = np.empty((len(eights), width), dtype=np.uint8)
    for start in range(0, len(eights), _BLOCKS):
        some = slice(start, start + _BLOCKS)
        columns = eights[some].T.astype(np.uint32, order="C")
        for j in range(width):
            byte = np.zeros(columns.shape[1], dtype=np.uint32)
            for i in range(8 * j // width, (8 * j + 7) // width + 1):
                byte |= _shifted(columns[i], 8 * (j + 1) - (i + 1) * width)
            packed[some, j] = byte & np.uint32(0xFF)
    return packed


def _symbols_of(packed: Bytes, width: int) -> Ints:
    """The inverse of `_bytes_of`."""
    eights = np.empty((len(packed), 8), dtype=np.int64)
    for start in range(0, len(packed), _BLOCKS):
        some = slice(start, start + _BLOCKS)
        columns = packed[some].T.astype(np.uint32, order="C")
        for i in range(8):
            symbol = np.zeros(columns.shape[1], dtype=np.uint32)
            for j in range(i * width // 8, ((i + 1) * width - 1) // 8 + 1):
                symbol |= _shifted(columns[j], (i + 1) * width - 8 * (j + 1))
            eights[some, i] = symbol & np.uint32((1 << width) - 1)
    return eights


def _shifted(words: npt.NDArray[np.uint32], by: int) -> npt.NDArray[np.uint32]:
    """To the left, or to the right where `by` is negative."""
    return words << np.uint32(by) if by >= 0 else words >> np.uint32(-by)


def _mask(ones: int, lane: int) -> np.uint64:
    """The lowest `ones` bits of every lane of a 64-bit word."""
    return np.uint64(sum(((1 << ones) - 1) << place for place in range(0, 64, lane)))


def put(rows: Bytes, start: int, packed: Bytes) -> None:
    """Write packed bits into each row from bit `start` on, where the row is still 0."""
    first, shift = divmod(start, 8)
    size = packed.shape[1]
    if shift == 0:
        rows[:, first : first + size] = packed
        return
    rows[:, first : first + size] |= packed >> np.uint8(shift)
    room = min(size, rows.shape[1] - first - 1)  # the rest of the last byte may be padding
    rows[:, first + 1 : first + 1 + room] |= packed[:, :room] << np.uint8(8 - shift)


def get(rows: Bytes, start: int, bits: int) -> Bytes:
    """`bits` bits of each row from bit `start` on, padded with 0 to whole bytes."""
    first, shift = divmod(start, 8)
    size = -(-bits // 8)
    part = rows[:, first : first + size]
    if shift:
        part = part << np.uint8(shift)
        rest = rows[:, first + 1 : first + 1 + size]
        part[:, : rest.shape[1]] |= rest >> np.uint8(8 - shift)
    if bits % 8:
        part = part.copy()
        part[:, -1] &= 0x100 - (1 << -bits % 8)
    return part


def without_gaps(rows: Bytes, each: int) -> Bytes:
    """Rows of `each` bits, padded to whole bytes, put one right after the other."""
    if each % 8 == 0 or len(rows) == 1:
        return rows
    if each < _LONG_ROW:
        return np.packbits(np.unpackbits(rows, axis=1, count=each))
    joined = np.zeros((1, -(-len(rows) * each // 8)), dtype=np.uint8)
    for i, row in enumerate(rows):
        put(joined, i * each, row[None])
    return joined


def with_gaps(joined: Bytes, count: int, each: int) -> Bytes:
    """The inverse of `without_gaps`."""
    if each % 8 == 0 or count == 1:
        return joined.reshape(count, -(-each // 8))
    if each < _LONG_ROW:
        bits = np.unpackbits(joined, count=count * each).reshape(count, each)
        return np.packbits(bits, axis=1)
    return np.concatenate([get(joined[None], i * each, each) for i in range(count)])
