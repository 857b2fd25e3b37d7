"""Laws that all baseline quantizers obey: code, roundtrip, exact mean and error, bad messages."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Law, Quantizer
from infobound.quantizers.cross_polytope import CrossPolytope
from infobound.quantizers.natural import NaturalCompression
from infobound.quantizers.perm_k import PermK
from infobound.quantizers.qsgd import QSGD
from infobound.quantizers.scaled_sign import ScaledSign
from infobound.quantizers.sparsify import RandK, TopK
from infobound.quantizers.stochastic_levels import StochasticLevels
from infobound.quantizers.ternary import TernGrad

CASES = [
    QSGD(), QSGD(3), QSGD(8, math.inf), QSGD(2, group=3), TernGrad(), TernGrad(0.5),
    TernGrad(group=1), StochasticLevels(), StochasticLevels(3, group=5),
    StochasticLevels(4, rotated=True), CrossPolytope(), CrossPolytope(2), NaturalCompression(),
    RandK(1), RandK(1, "private"), TopK(1), PermK(2), PermK(3), ScaledSign(),
]  # fmt: skip
UNBIASED = [q for q in CASES if q.unbiased]
each = pytest.mark.parametrize("quantizer", CASES, ids=repr)
CORRUPT = settings(deadline=None, derandomize=True, max_examples=15)
ROWS = 12  # a multiple of every number of workers


def shaped(quantizer, y):
    """Rows y (..., d) as the quantizer wants them: joint ones in groups of n rows."""
    n = getattr(quantizer, "workers", 1)
    return y.reshape(-1, n, y.shape[-1]) if n > 1 else y


def inputs(d):
    rng = np.random.default_rng(d)
    y = rng.standard_normal((ROWS, d))
    y[0], y[1], y[2, 1:] = 0.0, -0.75, 0.0
    for scale in (1.0, 1e-310, 1e30):
        yield y * scale
    yield y.astype(np.float32)
    yield y * 10.0 ** rng.uniform(-30, 30, size=y.shape)


@each
@pytest.mark.parametrize("d", [1, 3, 7])
def test_decode_of_encode_is_roundtrip(quantizer, d):
    """Bit for bit; lengths as declared; every message decodes alone; same rng, same bits."""
    assert isinstance(quantizer, Quantizer)
    for y in inputs(d):
        y = shaped(quantizer, y)
        message = quantizer.encode(y, rng=5)
        decoded = quantizer.decode(message)
        assert decoded.dtype == np.float64
        assert decoded.shape == y.shape
        assert decoded.tobytes() == quantizer.roundtrip(y, rng=5).tobytes()
        assert message.bits == ROWS * quantizer.bits(d)
        assert message == quantizer.encode(y, rng=5)
        rows = decoded.reshape(ROWS, d)
        for i in (0, 5, ROWS - 1):
            assert quantizer.decode(message.single(i)).tobytes() == rows[i].tobytes()
        assert np.all(decoded.reshape(ROWS, d)[np.all(y.reshape(ROWS, d) == 0, axis=1)] == 0)


@each
def test_empty_batch(quantizer):
    y = np.zeros((0, getattr(quantizer, "workers", 1), 4))
    message = quantizer.encode(y, rng=0)
    assert message.bits == 0
    assert quantizer.decode(message).shape == quantizer.roundtrip(y, rng=0).shape == y.shape
    assert quantizer.mean_squared_error(y).shape == y.shape[:-1]


@each
@pytest.mark.parametrize("y", [[0.3, -1.7, 0.9], [-2.0], [1 / 3, 1e-3], [1.0, 1.0, 1.0]])
def test_exact_law(quantizer, y):
    """Mean y where unbiased; the error is the closed form and at most the bound; planted bias."""
    y = np.array(y)
    law, bound = quantizer.law(y), quantizer.variance_bound(y.size)
    error = law.mean_squared_error(y)
    assert np.all(law.probabilities >= 0)
    assert law.probabilities.sum() == pytest.approx(1, abs=1e-13)
    assert error == pytest.approx(float(quantizer.mean_squared_error(y)), rel=1e-9, abs=1e-16)
    assert (abs(law.mean() - y).max() < 1e-13) == (quantizer.unbiased or error < 1e-14)
    if bound is not None:
        assert error <= bound.at(y)
    if quantizer.unbiased:
        planted = Law(law.vectors * 1.01, law.probabilities)
        assert abs(planted.mean() - y).max() > 1e-3


def chi_square(law, outputs):
    """Upper tail probability of the counts of the outputs under the law; 0 for a strange output."""
    index = {vector.tobytes(): i for i, vector in enumerate(law.vectors + 0.0)}
    rows, counts = np.unique(outputs + 0.0, axis=0, return_counts=True)
    observed = np.zeros(len(law.vectors))
    for row, count in zip(rows, counts, strict=True):
        if row.tobytes() not in index:
            return 0.0
        observed[index[row.tobytes()]] = count
    expected = law.probabilities * len(outputs)
    rare = expected < 8
    merge = np.append(observed[~rare], observed[rare].sum())
    wanted = np.append(expected[~rare], expected[rare].sum())
    merge, wanted = merge[wanted > 0], wanted[wanted > 0]
    if len(wanted) < 2:
        return 1.0
    return float(stats.chi2.sf(np.sum((merge - wanted) ** 2 / wanted), len(wanted) - 1))


@pytest.mark.parametrize("quantizer", UNBIASED, ids=repr)
def test_outputs_follow_the_law(quantizer):
    """Counts of 30000 outputs, d = 3, against `law` by a chi-square test.

    False alarm: 1e-7 for each of 17 quantizers (the chi-square limit is good to well within a
    factor 100 with cells of 8 and more), 2e-5 in all at worst. Power: the same test refuses the law
    with two probabilities changed by 0.03 in all (asserted). Seeded.
    """
    y, count = np.array([0.5, -1.25, 0.75]), 30_000
    n = getattr(quantizer, "workers", 1)
    outputs = quantizer.roundtrip(np.broadcast_to(y, (count, n, 3)), rng=11)[:, 0]
    law = quantizer.law(y)
    if isinstance(quantizer, StochasticLevels) and quantizer.rotated:
        law = Law(law.vectors.round(9), law.probabilities)  # the sums differ in the last bits
        vectors, where = np.unique(law.vectors + 0.0, axis=0, return_inverse=True)
        law = Law(vectors, np.bincount(where.reshape(-1), weights=law.probabilities))
        outputs = outputs.round(9)
    assert chi_square(law, outputs) > 1e-7
    wrong = law.probabilities.copy()
    first, second = np.argsort(wrong)[-2:]
    wrong[[first, second]] += (0.03, -0.03)
    assert chi_square(Law(law.vectors, wrong), outputs) < 1e-7


@each
@CORRUPT
@given(data=st.data())
def test_corrupted_message(quantizer, data):
    """Any bits at all are refused, or decode to finite numbers of the right shape."""
    y = shaped(quantizer, np.linspace(-1, 2, ROWS * 5).reshape(ROWS, 5))
    message = quantizer.encode(y, rng=1)
    bits = np.unpackbits(np.frombuffer(message.payload, np.uint8))
    flips = data.draw(st.lists(st.integers(0, message.bits - 1), min_size=1, max_size=20))
    bits[flips] ^= 1
    try:
        decoded = quantizer.decode(replace(message, payload=np.packbits(bits).tobytes()))
    except ArgumentError:
        return
    assert decoded.shape == y.shape
    assert np.all(np.isfinite(decoded))


@each
def test_bad_messages_and_inputs_are_refused(quantizer):
    y = shaped(quantizer, np.ones((ROWS, 4)))
    message = quantizer.encode(y, rng=1)
    for payload in (message.payload[:-1], message.payload + b"\0"):
        with pytest.raises(ArgumentError, match="len"):
            quantizer.decode(replace(message, payload=payload))
    with pytest.raises(ArgumentError, match=r"message\.made_by"):
        quantizer.decode(replace(message, made_by="QSGD(levels=77, norm=2.0, group=1)"))
    if quantizer.bits(40) != quantizer.bits(4):
        with pytest.raises(ArgumentError, match=r"message\.bits"):
            quantizer.decode(replace(message, shape=(*message.shape[:-1], 40)))
    for wrong in (np.nan, np.inf, 1e39):
        bad = y.copy()
        bad.reshape(-1)[3] = wrong
        with pytest.raises(ArgumentError, match=r"y"):
            quantizer.encode(bad, rng=1)
        with pytest.raises(ArgumentError, match=r"y"):
            quantizer.roundtrip(bad, rng=1)
    with pytest.raises(ArgumentError):
        quantizer.encode(np.array(["a"]))
    with pytest.raises(ArgumentError):
        quantizer.bits(0)


@each
def test_law_of_many_outcomes_is_refused(quantizer):
    """Before any is listed; and the law is that of one vector."""
    with pytest.raises(ArgumentError):
        quantizer.law(np.ones((2, 3)))
    if quantizer.unbiased and not isinstance(quantizer, RandK | CrossPolytope | PermK):
        with pytest.raises(ArgumentError, match="number of outcomes"):
            quantizer.law(np.linspace(0.1, 1.1, 50))


@each
def test_norms_up_to_the_largest_float(quantizer):
    """d = 2 at 3e38 for one coordinate works; denormals keep the error below the resolution."""
    y = shaped(quantizer, np.tile([3.4e38, 0.0], (6, 1)))
    assert np.all(np.isfinite(quantizer.roundtrip(y, rng=0)))
    tiny = shaped(quantizer, np.full((6, 3), 1e-42, np.float32))
    assert np.all(abs(quantizer.roundtrip(tiny, rng=0)) <= 2 * 2.0**-126)
