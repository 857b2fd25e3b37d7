"""Messages: real bits, exact counts, labels; and domains that name what is outside."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import AllReals, Box, Domain, Message

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=100)


@EXAMPLES
@given(
    width=st.integers(1, 32),
    leading=st.lists(st.integers(0, 4), max_size=2).map(tuple),
    k=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_pack_and_unpack(width, leading, k, seed):
    symbols = np.random.default_rng(seed).integers(0, 2**width, size=(*leading, k))
    message = Message.pack(symbols, width=width, shape=(*leading, 7), coins=3)
    assert message.bits == symbols.size * width
    assert message.count == np.prod(leading)
    assert message.shape == (*leading, 7)
    assert message.coins == 3
    if symbols.size:
        assert np.array_equal(message.unpack(width=width), symbols)
    assert pickle.loads(pickle.dumps(message)) == message


@EXAMPLES
@given(rows=st.lists(st.lists(st.integers(0, 7), min_size=3, max_size=3), max_size=30))
def test_keys_tell_messages_apart(rows):
    """Nine bits each, so messages do not begin at whole bytes; trailing zeros count too."""
    symbols = np.array(rows, dtype=np.int64).reshape(-1, 3)
    keys = Message.pack(symbols, width=3, shape=(len(rows), 3)).keys()
    assert keys.shape == (len(rows),)
    for i, row in enumerate(rows):
        for j, other in enumerate(rows):
            assert (keys[i] == keys[j]) == (row == other)
    assert len(np.unique(keys)) == len(set(map(tuple, rows)))


def test_keys_do_not_depend_on_the_batch():
    message = Message.pack([[1, 2], [5, 0], [1, 2]], width=3, shape=(3, 2))
    single = Message.pack([[5, 0]], width=3, shape=(1, 2))
    assert bytes(message.keys()[1]) == bytes(single.keys()[0]) == b"\xa0"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((b"", 0, ()), r"shape = \(\)"),
        ((b"", 0, (3, 0)), r"shape = \(3, 0\)"),
        ((b"\x00", 9, (1,)), r"len\(payload\) = 1"),
        ((b"\x01", 7, (1,)), r"payload\[-1\] = 1"),
        ((b"\x00", 7, (2, 1)), "bits = 7, .* a multiple of the 2 messages"),
        ((b"\x00", 8, (0, 1)), "bits = 8"),
        ((b"\x00", 8, (1,), 9), "side_bits = 9"),
        ((b"", -1, (1,)), "bits = -1"),
    ],
)
def test_message_refuses(fields, words):
    with pytest.raises(ArgumentError, match=words):
        Message(*fields)


def test_pack_refuses_another_batch():
    with pytest.raises(ArgumentError, match=r"symbols.shape = \(2, 1\), .* \(3,\) \+ \(k,\)"):
        Message.pack([[1], [0]], width=1, shape=(3, 5))


def test_unpack_refuses_another_width():
    message = Message.pack([[1, 0]], width=3, shape=(1, 2))
    with pytest.raises(ArgumentError, match="width = 4"):
        message.unpack(width=4)


def test_domains():
    assert isinstance(AllReals(), Domain)
    assert AllReals().check("y", [1, 2]).dtype == np.float64
    box = Box(1.0, center=0.5)
    assert np.array_equal(box.check("y", [-0.5, 1.5]), [-0.5, 1.5])
    with pytest.raises(
        ArgumentError, match=r"y\[1, 0\] = 1.6, but it must be in \[-0.5, 1.5\]\. Scale it"
    ):
        box.check("y", [[0.0, 0.0], [1.6, 9.0]])
    with pytest.raises(ArgumentError, match="radius = 0"):
        Box(0)
    with pytest.raises(ArgumentError, match=r"y\[0\] = nan"):
        box.check("y", [np.nan])
