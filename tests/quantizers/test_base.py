"""Messages: real bits, exact counts, labels; and domains that name what is outside."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import AllReals, Box, Domain, Message, Sign
from infobound.quantizers.base import ErrorBound, Law
from infobound.quantizers.domains import LpBall, finite

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


WIDTHS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 32)), min_size=1, max_size=4)


@EXAMPLES
@given(layout=WIDTHS, count=st.integers(0, 3), seed=st.integers(0, 99))
def test_fields_of_different_widths(layout, count, seed):
    rng = np.random.default_rng(seed)
    fields = [(rng.integers(0, 2**width, size=(count, k)), width) for k, width in layout]
    message = Message.join(fields, shape=(count, 9), side=[0], coins=7)
    assert message.bits == count * sum(k * width for k, width in layout)
    assert message.side_bits == count * layout[0][0] * layout[0][1]
    for read, (sent, _) in zip(message.split(layout), fields, strict=True):
        assert np.array_equal(read, sent)
    for i in range(count):
        one = message.single(i)
        assert (one.shape, one.coins, one.first) == ((9,), 7, i)
        for read, (sent, _) in zip(one.split(layout), fields, strict=True):
            assert np.array_equal(read, sent[i])


def test_join_and_split_refuse():
    with pytest.raises(ArgumentError, match=r"fields\[1\] symbols.shape = \(3, 1\)"):
        Message.join([([[1]], 1), ([[1], [0], [0]], 1)], shape=(1, 4))
    with pytest.raises(ArgumentError, match=r"symbols = 1, .* 0 where the width is 0"):
        Message.join([([[0, 1]], 0)], shape=(1, 4))
    message = Message.join([([[1, 0]], 3)], shape=(1, 4))
    with pytest.raises(ArgumentError, match=r"message.bits = 6, .* 7, 7 for each of 1"):
        message.split([(1, 7)])
    with pytest.raises(ArgumentError, match="i = 1"):
        message.single(1)


def test_single_of_a_single():
    message = Message.pack([[1], [2], [3]], width=2, shape=(3, 5), coins=1)
    assert message.single(2).single(0) == message.single(2)


def test_accept_knows_the_sender():
    message = Message.pack([[1, 0]], width=1, shape=(1, 2), made_by=repr(Sign(2.0)))
    assert message.accept(Sign(2.0)) == 2
    with pytest.raises(ArgumentError, match=r"made_by = 'Sign\(scale=2.0.*must be Sign\(scale=1.0"):
        message.accept(Sign(1.0))
    short = Message.pack([[1]], width=1, shape=(1, 2))
    with pytest.raises(ArgumentError, match=r"message.bits = 1, .* 2, as encode makes it"):
        short.accept(Sign(1.0))


def test_error_bounds_and_laws():
    y = np.array([[3.0, 4.0], [0.0, 0.0]])
    assert ErrorBound(2.0).at(y).tolist() == [2.0, 2.0]
    assert ErrorBound(2.0, relative=True).at(y).tolist() == [50.0, 0.0]
    law = Law(np.array([[1.0, 0.0], [-1.0, 2.0]]), np.array([0.75, 0.25]))
    assert law.mean().tolist() == [0.5, 0.5]
    assert law.mean_squared_error([0.5, 0.5]) == pytest.approx(0.75 * 0.5 + 0.25 * 4.5)


def test_lp_ball():
    ball = LpBall(1.0, 2.0)
    assert ball.check("y", [1.5, -0.5]).tolist() == [1.5, -0.5]
    with pytest.raises(ArgumentError, match=r"l_1 norm of y\[1\] = 2.5, .* at most 2.0. Scale it"):
        ball.check("y", [[0.0, 0.0], [1.5, 1.0]])
    with pytest.raises(ArgumentError, match=r"max \|y_i\| of y = 3.0"):
        LpBall(np.inf, 2.0).check("y", [3.0])
    with pytest.raises(ArgumentError, match=r"p = 0\.5"):
        LpBall(0.5, 1.0)


def test_lp_ball_forgives_rounding_only():
    """A vector scaled in float32 may leave the sphere by 1e-6; in float64 that is an error."""
    y = np.array([0.6, 0.8]) * (1 + 1e-6)
    inside = LpBall(2.0, 1.0).check("y", y.astype(np.float32))
    assert np.linalg.norm(inside) == pytest.approx(1.0, rel=1e-12, abs=0)
    assert inside == pytest.approx([0.6, 0.8], rel=2e-7, abs=0)
    with pytest.raises(ArgumentError, match=r"l_2 norm of y = 1\.00000"):
        LpBall(2.0, 1.0).check("y", y)
    assert np.linalg.norm(LpBall(2.0, 1.0).check("y", y * (1 - 1e-6 + 1e-11))) <= 1 + 1e-15


def test_finite_keeps_the_type_of_floats():
    assert finite("y", np.ones(2, dtype=np.float32)).dtype == np.float32
    assert finite("y", [1, 2]).dtype == np.float64
    assert finite("y", np.ones(2, dtype=np.float16)).dtype == np.float64
