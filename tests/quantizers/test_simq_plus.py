"""SimQ+: Theorem 4.2 of Mayekar and Tyagi 2020 in its sharp form, two codes, two samplings."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from infobound.bounds.simq import second_moment, worst_second_moment
from infobound.numerics.arguments import ArgumentError
from infobound.numerics.enumerative import delannoy
from infobound.quantizers.base import Message, Quantizer
from infobound.quantizers.simq import SimQ
from infobound.quantizers.simq_plus import SimQPlus

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=25)
VARIANTS = list(product(["iid", "systematic"], ["delannoy", "type-sign"]))
each = pytest.mark.parametrize(("sampling", "code"), VARIANTS)


def scaled(y, quantizer):
    """y, brought into the ball of the quantizer."""
    q, radius = quantizer.domain.p, quantizer.radius
    return y * (radius / max(1.0, np.linalg.norm(y, ord=q)))


def vectors(d):
    number = st.one_of(st.floats(-1, 1), st.sampled_from([0.0, 1.0, -1.0, 1e-310]))
    return hnp.arrays(np.float64, d, elements=number)


quantizers = st.builds(
    SimQPlus,
    p=st.sampled_from([1, 1.5, 2, 3, 4, 8, math.inf]),
    radius=st.sampled_from([0.5, 1.0, 3.0]),
    draws=st.integers(1, 4),
    sampling=st.sampled_from(["iid", "systematic"]),
    code=st.sampled_from(["delannoy", "type-sign"]),
)


def test_protocol():
    assert isinstance(SimQPlus(), Quantizer)
    assert repr(SimQPlus(2, 1, 3)) == (
        "SimQPlus(p=2.0, radius=1.0, draws=3, sampling='iid', code='delannoy')"
    )


@pytest.mark.parametrize(
    ("d", "p", "draws", "types", "fewest"),
    [
        (16, 2, 16, 46, 38),
        (64, 2, 64, 189, 159),
        (256, 2, 256, 764, 647),
        (1024, 2, 1024, 3067, 2599),
        (256, 4, 16, 101, 100),
        (1024, 4, 32, 236, 235),
        (1024, 8, 6, 57, 57),
        (1024, math.inf, 1, 12, 12),
    ],
)
def test_bits(d, p, draws, types, fewest):
    """By the lengths of real messages as well."""
    y = np.zeros(d)
    y[:3] = [0.3, -0.4, 0.1]
    for code, bits in (("type-sign", types), ("delannoy", fewest)):
        quantizer = SimQPlus(p, code=code)
        assert quantizer.draws_at(d) == draws
        assert quantizer.bits(d) == bits
        message = quantizer.encode(y, rng=0)
        assert message.bits == bits
        assert len(message.payload) == -(-bits // 8)
        assert np.array_equal(quantizer.decode(message), quantizer.roundtrip(y, rng=0))


def test_with_slack():
    assert SimQPlus.with_slack(256) == SimQPlus(draws=17)
    assert SimQPlus.with_slack(256).bits(256) == 105
    assert SimQPlus.with_slack(1024).bits(1024) == 433
    quantizer = SimQPlus.with_slack(100, 4, 2.0, factor=2, sampling="systematic", code="type-sign")
    assert quantizer == SimQPlus(4.0, 2.0, 3, "systematic", "type-sign")
    with pytest.raises(ArgumentError, match=r"p = 1\.5"):
        SimQPlus.with_slack(100, 1.5)


def independent(y, draws):
    """Law of x at R = 1 in rationals, draw after draw."""
    steps = [((0, 0, 0), 1 - sum(map(abs, y)))]
    for i, value in enumerate(y):
        corner = tuple((-1 if value < 0 else 1) * (i == place) for place in range(3))
        steps.append((corner, abs(value)))
    law = {}
    for drawn in product(steps, repeat=draws):
        point = tuple(sum(column) for column in zip(*(corner for corner, _ in drawn), strict=True))
        law[point] = law.get(point, 0) + math.prod(mass for _, mass in drawn)
    return {point: mass for point, mass in law.items() if mass}


def systematic(y, draws):
    """Law of x at R = 1 in rationals, from the breakpoints of U."""
    sums = [draws * sum(map(abs, y[:i])) for i in range(4)]
    ends = sorted({Fraction(0), Fraction(1), *(-total % 1 for total in sums)})
    law = {}
    for low, high in pairwise(ends):
        floors = [math.floor(total + (low + high) / 2) for total in sums]
        point = tuple((-1 if y[i] < 0 else 1) * (floors[i + 1] - floors[i]) for i in range(3))
        law[point] = law.get(point, 0) + high - low
    return law


@pytest.mark.parametrize("draws", [1, 2, 3, 4])
@pytest.mark.parametrize(("sampling", "exact"), [("iid", independent), ("systematic", systematic)])
def test_law_in_rationals(sampling, exact, draws):
    """d = 3, all y in quarters with |y|_1 <= 1: outcomes, masses, mean, both closed forms."""
    quantizer = SimQPlus(math.inf, draws=draws, sampling=sampling)
    grid = [Fraction(i, 4) for i in (-2, 0, 1, 3)]
    for y in (y for y in product(grid, repeat=3) if sum(map(abs, y)) <= 1):
        masses = exact(y, draws)
        floats = [float(x) for x in y]
        law = quantizer.law(floats)
        found = {}
        for x, mass in zip((law.vectors * draws).tolist(), law.probabilities, strict=True):
            point = tuple(round(c) for c in x)
            assert x == pytest.approx(point, abs=1e-14)
            found[point] = found.get(point, 0) + mass
        assert set(found) == set(masses)
        assert all(abs(found[x] - float(mass)) < 1e-14 for x, mass in masses.items())
        mean = [sum(mass * x[i] for x, mass in masses.items()) / draws for i in range(3)]
        assert mean == list(y)
        squares, size = sum(x * x for x in y), sum(map(abs, y))
        second = sum(mass * sum(c * c for c in x) for x, mass in masses.items()) / draws**2
        if sampling == "iid":
            closed = squares - squares / draws + size / draws
            assert float(second) == pytest.approx(
                second_moment(
                    norm1=float(size), norm2_squared=float(squares), radius=1.0, draws=draws
                ),
                rel=1e-14,
            )
        else:
            parts = [draws * abs(x) % 1 for x in y]
            closed = squares + sum(f * (1 - f) for f in parts) / draws**2
        assert second == closed
        assert quantizer.mean_squared_error(floats) == pytest.approx(
            float(second - squares), abs=1e-15
        )


@EXAMPLES
@given(data=st.data(), quantizer=quantizers, d=st.integers(1, 4))
def test_theorem(data, quantizer, d):
    """Law: unbiased, error in closed form and within the bound, outputs in the codebook."""
    y = scaled(data.draw(vectors(d)), quantizer)
    law = quantizer.law(y)
    size, k = quantizer.l1_radius(d), quantizer.draws_at(d)
    assert law.probabilities.sum() == pytest.approx(1, abs=1e-13)
    np.testing.assert_allclose(law.mean(), y, rtol=0, atol=1e-13 * size)
    error = quantizer.mean_squared_error(y)
    assert law.mean_squared_error(y) == pytest.approx(error, rel=1e-12, abs=1e-13 * size**2)
    assert error <= quantizer.variance_bound(d).value * (1 + 1e-13) + 1e-13 * size**2
    points = law.vectors * (k / size)
    np.testing.assert_allclose(points, points.round(), atol=1e-12)
    assert abs(points).sum(axis=1).max() <= k + 1e-12
    if quantizer.sampling == "iid":
        moment = law.probabilities @ (law.vectors**2).sum(axis=1)
        most = worst_second_moment(dimension=d, p=quantizer.p, draws=k, bound=quantizer.radius)
        assert moment <= most * (1 + 1e-12)


@EXAMPLES
@given(y=st.integers(1, 30).flatmap(vectors), draws=st.integers(1, 40))
def test_systematic_is_never_worse(y, draws):
    """Law: E|Q - y|^2 with systematic draws <= that with independent ones, for every y."""
    iid = SimQPlus(2, draws=draws)
    y = scaled(y, iid)
    slack = 1e-13 * iid.l1_radius(y.size) ** 2
    assert replace(iid, sampling="systematic").mean_squared_error(y) <= (
        iid.mean_squared_error(y) + slack
    )


def test_never_worse_can_fail():
    """The law above rejects the two samplings exchanged."""
    y = [0.5, -0.5, 0.5, 0.5]
    assert SimQPlus().mean_squared_error(y) > 3 * SimQPlus(
        draws=6, sampling="systematic"
    ).mean_squared_error(y)


@EXAMPLES
@given(data=st.data(), quantizer=quantizers, seed=st.integers(0, 2**32))
def test_roundtrip(data, quantizer, seed):
    """decode(encode(y)) = roundtrip(y), messages decode alone, a batch is a loop, codes agree."""
    d = data.draw(st.integers(1, 6))
    shape = data.draw(st.sampled_from([(), (3,), (2, 2)]))
    y = np.array([scaled(data.draw(vectors(d)), quantizer) for _ in range(math.prod(shape))])
    y = y.reshape(*shape, d)
    message = quantizer.encode(y, rng=seed)
    decoded = quantizer.decode(message)
    assert message.bits == math.prod(shape) * quantizer.bits(d)
    assert message.side_bits == 0
    assert np.array_equal(decoded, quantizer.roundtrip(y, rng=seed))
    other = replace(quantizer, code="type-sign" if quantizer.code == "delannoy" else "delannoy")
    assert np.array_equal(decoded, other.decode(other.encode(y, rng=seed)))
    rng = np.random.default_rng(seed)
    for i, row in enumerate(y.reshape(-1, d)):
        assert np.array_equal(quantizer.decode(message.single(i)), decoded.reshape(-1, d)[i])
        assert np.array_equal(quantizer.roundtrip(row, rng=rng), decoded.reshape(-1, d)[i])


@pytest.mark.parametrize("code", ["delannoy", "type-sign"])
@pytest.mark.parametrize(("d", "draws"), [(1, 1), (1, 3), (2, 2), (3, 2), (2, 4), (4, 3)])
def test_every_word(code, d, draws):
    """As many words decode as there are integer points, each to its own; the rest is refused."""
    quantizer = SimQPlus(2, draws=draws, code=code)
    width = quantizer.bits(d)
    seen, refused = set(), 0
    for word in range(1 << width):
        message = Message.pack([word], width=width, shape=(d,), made_by=repr(quantizer))
        try:
            vector = quantizer.decode(message)
        except ArgumentError:
            refused += 1
        else:
            seen.add(tuple((vector * (draws / quantizer.l1_radius(d))).round().tolist()))
    assert len(seen) + refused == 1 << width
    assert len(seen) == delannoy(d, draws)
    assert max(sum(map(abs, point)) for point in seen) == draws


@pytest.mark.parametrize(
    ("code", "word", "words"),
    [
        ("delannoy", 25, "rank = 25"),
        ("type-sign", 10 << 2, "rank = 10"),
        ("type-sign", 9 << 2 | 1, "unused sign bits in message 0"),
    ],
)
def test_refused_word(code, word, words):
    """d = 3, k = 2: 25 points, 10 types; the last type is (2, 0, 0, 0), without signs."""
    quantizer = SimQPlus(draws=2, code=code)
    width = quantizer.bits(3)
    message = Message.pack([word], width=width, shape=(3,), made_by=repr(quantizer))
    with pytest.raises(ArgumentError, match=words):
        quantizer.decode(message)


@each
def test_damaged_bits(sampling, code):
    """Any bit flipped: refused, or another point of the codebook; never the same vector."""
    quantizer, d = SimQPlus(2, draws=5, sampling=sampling, code=code), 9
    y = np.linspace(-0.4, 0.4, d)
    message = quantizer.encode(y, rng=3)
    sent, outcomes = quantizer.decode(message), set()
    for place in range(message.bits):
        payload = bytearray(message.payload)
        payload[place // 8] ^= 0x80 >> place % 8
        try:
            found = quantizer.decode(replace(message, payload=bytes(payload)))
        except ArgumentError:
            outcomes.add("refused")
        else:
            outcomes.add("other")
            assert not np.array_equal(found, sent)
            assert abs(found).sum() <= quantizer.l1_radius(d) * (1 + 1e-14)
    assert "other" in outcomes
    with pytest.raises(ArgumentError, match="payload"):
        quantizer.decode(replace(message, payload=message.payload[:-1]))


def test_other_parameters_are_refused():
    message = SimQPlus(draws=4).encode([0.5, 0.5])
    for other in (
        SimQPlus(draws=5),
        SimQPlus(draws=4, radius=2.0),
        SimQPlus(draws=4, sampling="systematic"),
        SimQPlus(draws=4, code="type-sign"),
        SimQ(),
    ):
        with pytest.raises(ArgumentError, match="made_by"):
            other.decode(message)


def test_one_draw_is_simq():
    """p = inf and k = 1: the law, the error, and the bits of SimQ."""
    y = [0.25, -0.5, 0.0]
    one, other = SimQPlus(math.inf, 2.0).law(y), SimQ(2.0).law(y)
    as_sets = [
        {
            (tuple(v), round(p, 12))
            for v, p in zip(law.vectors.tolist(), law.probabilities, strict=True)
        }
        for law in (one, other)
    ]
    assert as_sets[0] == as_sets[1]
    assert SimQPlus(math.inf, 2.0).mean_squared_error(y) == SimQ(2.0).mean_squared_error(y)
    for d in (1, 2, 3, 1000):
        assert SimQPlus(math.inf).bits(d) == SimQ().bits(d)
        assert SimQPlus(math.inf).variance_bound(d) == SimQ().variance_bound(d)


@pytest.mark.parametrize(("sampling", "nmse"), [("iid", 0.797), ("systematic", 0.167)])
def test_gaussian_directions(sampling, nmse):
    """p = 2, k = d = 1024, 2.54 bits each: sqrt(2/pi) and 1/6 as d grows, from the closed forms.

    200 directions; the standard errors are below 1e-3. One draw of each agrees with the closed
    form within 6 standard errors of 200 averages (false alarm 2e-9 by the normal law).
    """
    rng = np.random.default_rng(1)
    y = rng.standard_normal((200, 1024))
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    quantizer = SimQPlus(sampling=sampling)
    errors = quantizer.mean_squared_error(y)
    assert errors.mean() == pytest.approx(nmse, abs=2e-3)
    found = ((quantizer.roundtrip(y, rng=rng) - y) ** 2).sum(axis=1)
    spread = found.std() / math.sqrt(200)
    assert abs(found.mean() - errors.mean()) < 6 * spread
    assert spread < 0.01 * nmse


def test_edges():
    """Zero, a denormal, one coordinate, float32, a flat vector on the sphere, huge units."""
    for sampling, code in VARIANTS:
        quantizer = SimQPlus(sampling=sampling, code=code)
        assert not quantizer.roundtrip(np.zeros((5, 6)), rng=0).any()
        assert not quantizer.roundtrip(np.full((5, 6), 1e-310), rng=0).any()
        assert quantizer.roundtrip([-1.0], rng=0).tolist() == [-1.0]
        flat = np.full((40, 7), 7**-0.5, dtype=np.float32)
        out = quantizer.decode(quantizer.encode(flat, rng=0))
        assert out.dtype == np.float64
        assert abs(out).sum(axis=1).max() <= quantizer.l1_radius(7) * (1 + 1e-14)
        big = replace(quantizer, radius=1e30)
        y = np.array([3e29, -4e29, 1e-310])
        np.testing.assert_allclose(
            big.roundtrip(y, rng=2), 1e30 * quantizer.roundtrip(y / 1e30, rng=2), rtol=1e-14
        )
        assert big.mean_squared_error(y) == pytest.approx(
            1e60 * quantizer.mean_squared_error(y / 1e30), rel=1e-12
        )


@each
def test_no_vectors(sampling, code):
    quantizer = SimQPlus(sampling=sampling, code=code)
    for shape in ((0, 3), (2, 0, 1)):
        message = quantizer.encode(np.zeros(shape), rng=0)
        assert message.bits == 0
        assert quantizer.decode(message).shape == shape
        assert quantizer.roundtrip(np.zeros(shape)).shape == shape
        assert quantizer.mean_squared_error(np.zeros(shape)).shape == shape[:-1]


@pytest.mark.parametrize(
    ("p", "y", "words"),
    [
        (2, [0.8, 0.8], "l_2 norm of y"),
        (4, [0.8, 0.8], "l_1.33333 norm"),
        (math.inf, [0.5, 0.6], "l_1 norm"),
        (1, [0.5, 1.5], r"max \|y_i\|"),
        (2, [math.nan], "finite"),
        (2, [[]], "shape"),
    ],
)
def test_domain(p, y, words):
    for method in ("encode", "roundtrip", "mean_squared_error", "law"):
        with pytest.raises(ArgumentError, match=words):
            getattr(SimQPlus(p), method)(y)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"p": 0.9}, r"p = 0\.9"),
        ({"p": math.nan}, "p = nan"),
        ({"p": "2"}, "p = '2'"),
        ({"radius": 0.0}, "radius = 0.0"),
        ({"draws": 0}, "draws = 0"),
        ({"draws": 2.5}, "draws = 2.5"),
        ({"draws": 2**24 + 1}, "draws"),
        ({"sampling": "stratified"}, "sampling = 'stratified'"),
        ({"code": "elias"}, "code = 'elias'"),
    ],
)
def test_parameters(given, words):
    with pytest.raises(ArgumentError, match=words):
        SimQPlus(**given)


def test_too_many_draws_by_default():
    """p = 1 asks for d^2 draws."""
    with pytest.raises(ArgumentError, match=r"draws = 25000000.*Give fewer draws"):
        SimQPlus(1).draws_at(5000)


def test_law_that_is_too_long():
    with pytest.raises(ArgumentError, match="number of outcomes"):
        SimQPlus(draws=30).law(np.full(10, 0.1))
    with pytest.raises(ArgumentError, match=r"\(d,\)"):
        SimQPlus().law([[0.5]])


@pytest.mark.parametrize(
    ("p", "code", "bits"),
    [(8, "type-sign", 555), (math.inf, "delannoy", 22)],
)
def test_long_vector(p, code, bits):
    """d = 2^20 with 32 draws and with 1, from the encoder to the decoder."""
    y = np.zeros(1 << 20)
    y[[5, 1000, -1]] = [0.3, -0.4, 0.25]
    quantizer = SimQPlus(p, code=code)
    assert quantizer.bits(y.size) == bits
    message = quantizer.encode(y, rng=1)
    assert np.array_equal(quantizer.decode(message), quantizer.roundtrip(y, rng=1))
