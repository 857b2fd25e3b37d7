"""Trellis-coded quantization: the search is exact, the bits are the path, and what it keeps."""

from itertools import product

import numpy as np
import pytest

from infobound.information.fisher import fisher_information
from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.bits import read_bits
from infobound.quantizers.blocks import Blocks, Shifted
from infobound.quantizers.trellis import TrellisCoded
from infobound.quantizers.trellis_search import best_words, register_words
from infobound.testing import check_quantizer

SMALL = [(1, 4, 9), (1, 8, 9), (2, 4, 4), (2, 8, 4), (3, 8, 3)]


def walk(symbols, code):
    """Values along one path, symbol by symbol, as the docstring has it."""
    state, values = 0, []
    for symbol in symbols:
        word = state * 2**code.width + int(symbol)
        values.append(code.offset + code.scale * code.levels[word])
        state = word % code.states
    return values


def greedy(source, levels, width):
    """Planted mistake: the nearest level at each step, whatever follows."""
    ways, states = 1 << width, levels.size >> width
    words, state = np.empty(source.shape, dtype=np.int32), np.zeros(len(source), dtype=np.int64)
    for t in range(source.shape[1]):
        choices = levels[state[:, None] * ways + np.arange(ways)]
        words[:, t] = state * ways + np.argmin(np.abs(choices - source[:, t, None]), axis=1)
        state = words[:, t] % states
    return words


def excess(search, width, states, d):
    """Largest squared distance of the path found, above that of the best of all paths."""
    code = TrellisCoded(width, states)
    x = np.random.default_rng(d).standard_normal((60, d))
    paths = np.array([walk(path, code) for path in product(range(1 << width), repeat=d)])
    least = np.min(np.sum((x[:, None] - paths) ** 2, axis=-1), axis=1)
    words = search(x.astype(np.float32), code.levels.astype(np.float32), width)
    return float(np.max(np.sum((x - code.levels[words]) ** 2, axis=1) - least))


@pytest.mark.parametrize(("width", "states", "d"), SMALL)
def test_search_finds_the_best_of_all_paths(width, states, d):
    assert abs(excess(best_words, width, states, d)) < 1e-5
    assert excess(greedy, width, states, d) > 0.1


@pytest.mark.parametrize(
    ("code", "d"),
    [(TrellisCoded(1, 8), 3), (TrellisCoded(2, 16, scale=2.0, offset=-1.0, block=5), 13)],
    ids=["8 states", "restarted"],
)
def test_conformance(code, d):
    check_quantizer(code, dimensions=[d], samples=2**11).raise_if_failed()
    assert not code.unbiased
    assert code.variance_bound(d) is None


@pytest.mark.parametrize("code", [TrellisCoded(1, 256), TrellisCoded(2, 32), TrellisCoded(3, 8)])
def test_decoder_walks_the_trellis(code):
    """The shift register against one step at a time, from the bits alone."""
    x = np.random.default_rng(0).standard_normal(40)
    message = code.encode(x)
    bits = read_bits(message.payload, message.bits).reshape(40, code.width)
    symbols = bits @ (1 << np.arange(code.width)[::-1])
    assert np.array_equal(code.decode(message), walk(symbols, code))
    assert message.bits == code.bits(40) == 40 * code.width
    assert message.side_bits == 0
    assert message.coins is None


def test_register_is_a_window_on_the_bits():
    words = register_words(np.array([[1, 0, 1, 1, 0]]), 1, 4)
    assert words.tolist() == [[0b001, 0b010, 0b101, 0b011, 0b110]]
    assert register_words(np.array([[3, 1, 2]]), 2, 8).tolist() == [[0b00011, 0b01101, 0b10110]]


@pytest.mark.parametrize(
    ("width", "states", "below", "above"),
    [(1, 8, 0.677, 0.695), (1, 32, 0.695, 0.713), (1, 256, 0.712, 0.728), (2, 32, 0.918, 0.926)],
)
def test_what_it_keeps(width, states, below, above):
    """Squared correlation of output and input, a lower bound on Tr I s^2 / d: 48 blocks of 1024.

    The intervals reach 8 standard errors from their middle (asserted), and what was measured with
    four times as many draws is at most 2 from there: false alarm below 1e-8. Power: none contains
    the value of the code with a quarter of the states, or of the scalar quantizer. Seeded.
    """
    x = np.random.default_rng(width).standard_normal((48, 1024))
    q = TrellisCoded(width, states).roundtrip(x)
    parts = [np.mean(a * b, axis=1) for a, b in ((x, q), (q, q), (x, x))]
    inner, square, energy = (float(part.mean()) for part in parts)
    found = inner**2 / (square * energy)
    slope = 2 * parts[0] / inner - parts[1] / square - parts[2] / energy
    stderr = found * slope.std(ddof=1) / np.sqrt(len(x))
    assert below < found < above < 1 - 4.0**-width
    assert above - below > 16 * stderr


def test_levels_are_normal_quantiles_permuted():
    from scipy.special import ndtri

    code = TrellisCoded(1, 64)
    assert np.array_equal(code.levels, -code.levels[::-1])  # of complementary words
    quantiles = ndtri((2 * np.arange(128) + 1) / 256)
    assert np.sort(code.levels) == pytest.approx(0.9 * quantiles, rel=1e-12)
    other = TrellisCoded(1, 64, multiplier=61)
    assert not np.array_equal(code.levels, other.levels)
    assert np.sort(other.levels).tolist() == np.sort(code.levels).tolist()


def test_restarts_are_blocks():
    """Long vectors: blocks and a rest, in bits and values the same as one after the other."""
    x = np.random.default_rng(1).standard_normal((3, 40))
    code, alone = TrellisCoded(1, 32, block=8), TrellisCoded(1, 32)
    assert np.array_equal(code.roundtrip(x), Blocks(alone, 8).roundtrip(x))
    assert code.encode(x).payload == Blocks(alone, 8).encode(x).payload
    rest = code.roundtrip(x[:, :37])
    assert np.array_equal(rest[:, :32], code.roundtrip(x[:, :32]))
    assert np.array_equal(rest[:, 32:], alone.roundtrip(x[:, 32:37]))
    assert not np.array_equal(alone.roundtrip(x), code.roundtrip(x))


def test_scale_and_offset():
    x = np.random.default_rng(2).integers(-40, 40, size=(4, 30)) / 16  # exact in every step
    moved = TrellisCoded(1, 16, scale=2.0, offset=3.0).roundtrip(3 + 2 * x)
    assert np.array_equal(moved, 3 + 2 * TrellisCoded(1, 16).roundtrip(x))


def test_many_short_rows_are_cut_into_portions(monkeypatch):
    """The same paths whatever is searched at once."""
    code, x = TrellisCoded(1, 32), np.random.default_rng(3).standard_normal((50, 20))
    expected = code.encode(x)
    monkeypatch.setattr("infobound.quantizers.trellis_search._METRICS", 64 * 3)
    assert code.encode(x) == expected
    monkeypatch.setattr("infobound.quantizers.trellis_search._CHOICES", 1)
    assert code.encode(x) == expected
    assert code.encode(np.zeros((0, 4))).bits == 0


def test_fisher_information_at_a_shifted_centre():
    """The same cells moved: the same information, which is below the limit and above 3/4 of signs.

    Two estimates from the same draws, so equal up to a draw on a boundary; 20000 draws.
    """
    model, code = GaussianLocation(dimension=4, noise_std=1.0), TrellisCoded(1, 8)
    centre = np.array([3.0, -1.0, 0.5, 20.0])
    here = fisher_information(model, code, 0.0, rng=4, samples=20_000)
    there = fisher_information(model, Shifted(code, centre), centre, rng=4, samples=20_000)
    assert there.value == pytest.approx(here.value, abs=1e-3)
    assert 3 / 4 * 4 * 2 / np.pi < here.value < 4 * 0.75
    away = fisher_information(model, code, centre, rng=4, samples=20_000)
    assert away.value < here.value - 10 * here.stderr


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: TrellisCoded(0), "bits = 0"),
        (lambda: TrellisCoded(5), "bits = 5"),
        (lambda: TrellisCoded(1, 100), "states = 100, .* power of two"),
        (lambda: TrellisCoded(3, 4), "states = 4, .* at least 8"),
        (lambda: TrellisCoded(3, 16), "multiplier = None, .* given for 16 states at 3 bits"),
        (lambda: TrellisCoded(multiplier=8), "multiplier = 8, .* odd"),
        (lambda: TrellisCoded(states=4, multiplier=17), "multiplier = 17, .* at most 15"),
        (lambda: TrellisCoded(scale=0), "scale = 0"),
        (lambda: TrellisCoded(offset=np.nan), "offset = nan"),
        (lambda: TrellisCoded(block=0), "block = 0"),
        (lambda: TrellisCoded().encode([np.inf]), r"y\[0\] = inf"),
    ],
)
def test_errors(call, words):
    with pytest.raises(ArgumentError, match=words):
        call()
