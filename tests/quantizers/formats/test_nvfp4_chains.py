"""Scale chains against exact rational arithmetic, one correct rounding after the other.

`exact` below is written from the table in the module's docstring with Fractions alone; it shares no
code with the chains.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infobound.quantizers.formats.elements import E4M3
from infobound.quantizers.formats.nvfp4_chains import CHAINS, decoding_scale
from infobound.quantizers.formats.rounding import round_to

MAX = Fraction(float(np.finfo(np.float32).max))
INF = math.inf
Number = Fraction | float  # float for inf only


def nearest(x: Fraction, bits: int, least: int, largest: Fraction) -> Number:
    """x >= 0 rounded to `bits` significant bits, grid at least 2^least, ties to even."""
    if x == 0:
        return x
    exponent = math.floor(math.log2(x.numerator) - math.log2(x.denominator)) + 2
    while Fraction(2) ** exponent > x:
        exponent -= 1
    unit = Fraction(2) ** max(exponent - bits + 1, least)
    rounded = round(x / unit) * unit  # Python rounds a Fraction half to even
    return rounded if rounded <= largest else INF


def fl(x: Number) -> Number:
    return x if x == INF else nearest(Fraction(x), 24, -149, MAX)


def e4m3(x: Number) -> Fraction:
    return Fraction(448) if x >= 448 else Fraction(nearest(Fraction(x), 4, -9, Fraction(448)))


def over(x: Number, y: Number) -> Number:
    """fl(x / y) with infinities; 0 / 0 is taken for 0, as the chains say."""
    if y == INF or x == 0:
        return Fraction(0)
    return INF if y == 0 or x == INF else fl(Fraction(x) / Fraction(y))


def times(x: Number, y: Number) -> Number:
    if 0 in (x, y):
        return Fraction(0)
    return INF if INF in (x, y) else fl(Fraction(x) * Fraction(y))


def exact(name: str, m: Fraction, a: Fraction, *, room: bool = False, stretch: bool = False):
    """D, s and the factor of the elements for a > 0, from the definitions."""
    six, top = Fraction(6), Fraction(256 if room else 448)
    if name == "transformer-engine":
        inverse = min(over(6 * top, a), MAX)
        decode = over(1, inverse)
        s = times(over(m, six), inverse) if room else times(m, times(inverse, fl(Fraction(1, 6))))
    elif name == "torchao":
        decode = over(a, 6 * top)
        s = over(over(m, six), decode)
    elif name == "modelopt":
        decode = over(a, 6 * top)
        s = over(m, times(six, decode))
        s = Fraction(1) if s == 0 else s
    elif name == "fouroversix":
        inverse = over(6 * top, a)
        decode, s = over(1, inverse), times(over(m, six), inverse)
    else:
        decode = over(over(a, fl(Fraction(25599 if room else 44799, 100))), six)
        s = over(over(m, six), decode)
    least = {"torchao": Fraction(1, 64), "modelopt": Fraction(1, 512)}.get(name, Fraction(0))
    scale = e4m3(max(times(s, Fraction(3, 2)) if stretch else s, least))
    if name == "quartet2" and scale == 0:
        scale = Fraction(1)
    product = times(scale, decode)
    factor = {
        "transformer-engine": min(over(1, product), MAX),
        "torchao": over(over(1, decode), scale),
        "fouroversix": Fraction(0) if scale == 0 else over(1, product),
    }.get(name, product)
    return decode, scale, factor


def computed(name: str, m: float, a: float, *, room: bool = False, stretch: bool = False):
    chain = CHAINS[name]
    tensor = chain.tensor_scale(np.array([a], dtype=np.float32), reach=6, room=room)
    peaks = np.array([m], dtype=np.float32)
    s = chain.block_scales(peaks, tensor, reach=6, room=room)
    if stretch:
        s = chain.wider(s, peaks, tensor, reach=6)
    s = chain.rounded(s)
    return float(tensor.decode[0]), float(s[0]), float(chain.factors(s, tensor)[0])


positive = st.floats(2.0**-149, 2.0**127, width=32)


@pytest.mark.parametrize("name", CHAINS)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(a=positive, share=st.floats(2.0**-24, 1.0), selecting=st.booleans())
@example(a=1e-36, share=1.0, selecting=False)  # 2688 / a overflows
@example(a=2.0**-149, share=1.0, selecting=True)
@example(a=2.0**127, share=2.0**-24, selecting=False)
def test_float32_order(name, a, share, selecting):
    """D, s and the factor are the exactly rounded results, also where numbers are subnormal."""
    m = float(np.float32(share * a))
    got = computed(name, m, a, room=selecting, stretch=selecting)
    want = exact(name, Fraction(m), Fraction(a), room=selecting, stretch=selecting)
    assert got == tuple(float(x) for x in want)


def test_range_16_17_of_fouroversix():
    """Its constants are 6 * 448 * 16/17 and 6 * 16/17, each rounded to float32 once."""
    share, chain = 16 / 17, CHAINS["fouroversix"]
    full, six = (Fraction(float(np.float32(x))) for x in (6 * 448 * share, 6 * share))
    for m, a in [(9, 12), (1, 3), (23, 28), (0.7, 1.1), (1e-4, 3)]:
        m, a = (Fraction(float(np.float32(x))) for x in (m, a))
        inverse = over(full, a)
        tensor = chain.tensor_scale(np.float32([a]), reach=6 * share)
        s = chain.block_scales(np.float32([m]), tensor, reach=6 * share)
        assert float(tensor.decode[0]) == over(1, inverse)
        assert float(s[0]) == times(over(m, six), inverse)


TABLE = [
    # m, a: 448 m / a is half way between two E4M3 numbers; the even one is the exact answer.
    (9, 12, dict.fromkeys(CHAINS, 320.0) | {"transformer-engine": 352.0}),
    (119, 196, dict.fromkeys(CHAINS, 256.0) | {"torchao": 288.0}),
    (93, 124, dict.fromkeys(CHAINS, 320.0) | {"modelopt": 352.0}),
    (319, 616, dict.fromkeys(CHAINS, 224.0) | {"fouroversix": 240.0}),
    (3, 4, dict.fromkeys(CHAINS, 320.0)),
    (15, 16, dict.fromkeys(CHAINS, 416.0)),  # 420, not a tie
    # A maximum 2^-20 of the tensor's: 448 m / a = 2^-11.2 is less than half of 2^-9.
    (
        1,
        2**20,
        {
            "transformer-engine": 0.0,
            "torchao": 2.0**-6,
            "modelopt": 2.0**-9,
            "fouroversix": 0.0,
            "quartet2": 1.0,
        },
    ),
    # A block of zeros.
    (
        0,
        1,
        {
            "transformer-engine": 0.0,
            "torchao": 2.0**-6,
            "modelopt": 1.0,
            "fouroversix": 0.0,
            "quartet2": 1.0,
        },
    ),
]


@pytest.mark.parametrize(("m", "a", "scales"), TABLE)
def test_where_chains_differ(m, a, scales):
    """Inputs, found by search over small integers, on which each chain stands alone once."""
    for name, scale in scales.items():
        assert computed(name, m, a)[1] == scale
        assert exact(name, Fraction(m), Fraction(a))[1] == scale


def test_quartet2_leaves_448_out():
    """368 is a tie, to 384; with 447.99 in the place of 448 it is below, and becomes 352."""
    assert computed("modelopt", 23, 28)[1] == 384
    assert computed("quartet2", 23, 28)[1] == 352


@pytest.mark.parametrize("swap", [("torchao", "modelopt"), ("fouroversix", "transformer-engine")])
def test_order_is_seen(swap):
    """A chain computed in another's order is not taken for it: the table tells them apart."""
    one, other = swap
    wrong = [(m, a) for m, a, _ in TABLE if computed(one, m, a)[1] != computed(other, m, a)[1]]
    assert wrong


def test_gaussian_blocks_agree():
    """On 2^14 Gaussian blocks all chains but quartet2 give the same scales (seeded, exact)."""
    m = np.abs(np.random.default_rng(3).standard_normal((2**14, 16), dtype=np.float32)).max(axis=1)
    scales = {}
    for name, chain in CHAINS.items():
        tensor = chain.tensor_scale(m.max(keepdims=True), reach=6)
        scales[name] = chain.rounded(chain.block_scales(m, tensor, reach=6))
    reference = scales.pop("transformer-engine")
    moved = scales.pop("quartet2") != reference
    assert 0 < moved.mean() < 3e-3
    for other in scales.values():
        assert np.array_equal(other, reference)


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tensor_of_zeros(name, dtype):
    """Scales are finite numbers, and nan does not come out, though some sources have it."""
    chain = CHAINS[name].for_type(dtype)
    zero = np.zeros(1, dtype=dtype)
    tensor = chain.tensor_scale(zero, reach=6)
    s = chain.rounded(chain.block_scales(zero, tensor, reach=6))
    assert np.isfinite(decoding_scale(s, tensor.decode)).all()
    assert s.dtype == dtype


@pytest.mark.parametrize("name", CHAINS)
def test_float64_decides_exactly(name):
    """A ratio 2^-50 below or above a tie between E4M3 numbers goes to its own side."""
    chain = CHAINS[name].for_type(np.float64)
    peak = np.array([6 * chain.top])
    tensor = chain.tensor_scale(peak, reach=6)
    decode = float(tensor.decode[0])  # 1, or the float32 next to it for 447.99
    below, tie, above = (6 * decode * 9.5 * (1 + k * 2.0**-50) for k in (-1, 0, 1))
    s = chain.block_scales(np.array([below, tie, above]), tensor, reach=6)
    assert chain.rounded(s).tolist() == [9.0, 10.0, 10.0]
    fine = np.float32([below, tie, above])  # the same in float32 is a tie three times
    assert round_to(fine / np.float32(6 * decode), E4M3).tolist() == [10.0, 10.0, 10.0]
