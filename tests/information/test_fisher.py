"""fisher_information: every route, against closed forms, tables and each other."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.bit_oracle import fisher_trace
from infobound.information import FisherEstimate, entropy, fisher_information
from infobound.information.fisher import Route
from infobound.models import GaussianLocation, QuadraticFamily
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import (
    Argmax,
    Blocks,
    Cells,
    LloydMax,
    Message,
    Quantizer,
    Shifted,
    Sign,
    Simplex,
    Uniform,
)

LAW = settings(deadline=None, derandomize=True)
THETA = np.array([0.3, -0.2, 0.5, 1.0, 0.0, -2.0])


def location(dimension: int, noise_std: float = 1.0) -> GaussianLocation:
    return GaussianLocation(dimension=dimension, noise_std=noise_std)


@dataclass(frozen=True)
class Noisy:
    """One coordinate, one bit, flipped with private coins: nothing about it is known in advance."""

    flip: float
    public: bool = False

    def bits(self, d: int) -> int:
        return d

    def encode(self, y: npt.ArrayLike, *, rng: object = None) -> Message:
        draw = np.random.default_rng(rng)  # type: ignore[arg-type]
        values = np.asarray(y)
        if not self.public:
            symbols = (values > 0) ^ (draw.random(values.shape) < self.flip)
            return Message.pack(symbols.astype(np.int64), width=1, shape=values.shape)
        coins = int(draw.integers(2**32))
        threshold = np.random.default_rng(coins).normal()  # a public random threshold
        symbols = (values > threshold).astype(np.int64)
        return Message.pack(symbols, width=1, shape=values.shape, coins=coins)


@LAW
@given(cuts=st.lists(st.floats(-3, 3), min_size=1, max_size=3, unique=True).map(sorted),
       s=st.floats(1e-2, 1e2))  # fmt: skip
def test_information_adds_up_over_coordinates_and_blocks(cuts: list[float], s: float) -> None:
    cells = Cells(tuple(s * t for t in cuts))
    theta = s * THETA
    whole = fisher_information(location(6, s), cells, theta)
    parts = [fisher_information(location(1, s), cells, t).value for t in theta]
    assert whole.value == pytest.approx(math.fsum(parts), rel=1e-14)
    np.testing.assert_allclose(whole.diagonal, parts, rtol=1e-14)
    np.testing.assert_allclose(whole.matrix, np.diag(parts), rtol=1e-14)
    blocks = fisher_information(location(6, s), Blocks(cells, 2), theta)
    assert blocks.value == pytest.approx(whole.value, rel=1e-14)
    assert blocks.method == "exact"
    bits = entropy(location(6, s), Blocks(cells, 3), theta).value
    assert bits == pytest.approx(
        sum(entropy(location(1, s), cells, t).value for t in theta), rel=1e-12
    )
    assert whole.value <= fisher_trace(dimension=6, bits=bits, noise_std=s).value
    assert whole.value <= 2 * math.log(2) * bits / s**2


@pytest.mark.parametrize(
    "quantizer",
    [Argmax(), Sign(), LloydMax(3), Blocks(Argmax(), 3), Blocks(Simplex(2), 3), Blocks(Sign(), 2)],
    ids=repr,
)
def test_shifting_is_moving_theta(quantizer: Quantizer) -> None:
    center = np.array([0.1, -0.4, 2.0, 0.0, 1.0, -1.0])
    model = location(6, 0.8)
    shifted = fisher_information(model, Shifted(quantizer, center), THETA + center)
    plain = fisher_information(model, quantizer, THETA)
    np.testing.assert_allclose(shifted.matrix, plain.matrix, rtol=1e-9, atol=1e-12)
    assert entropy(model, Shifted(quantizer, center), THETA + center).value == pytest.approx(
        entropy(model, quantizer, THETA).value, rel=1e-12
    )
    assert fisher_information(model, quantizer, THETA + center).value != pytest.approx(
        plain.value, rel=1e-3
    )


def test_blocks_of_vectors_are_block_diagonal() -> None:
    model = location(6, 0.8)
    joint = fisher_information(model, Blocks(Argmax(), 3), THETA)
    first, second = (fisher_information(location(3, 0.8), Argmax(), t) for t in np.split(THETA, 2))
    expected = np.zeros((6, 6))
    expected[:3, :3], expected[3:, 3:] = first.matrix, second.matrix
    np.testing.assert_allclose(joint.matrix, expected, rtol=1e-14)
    assert joint.value == pytest.approx(np.trace(joint.matrix), rel=1e-14)
    assert joint.method == "quadrature"
    alike = fisher_information(model, Blocks(Argmax(), 3), np.tile(THETA[:3], 2))
    np.testing.assert_allclose(alike.matrix[3:, 3:], first.matrix, rtol=1e-14)
    assert alike.value == pytest.approx(2 * first.value, rel=1e-14)
    # One block at theta = 0, where the matrix is known to be diagonal, and one elsewhere.
    mixed = fisher_information(model, Blocks(Simplex(2), 3), [0, 0, 0, 1.0, 0, 0])
    assert mixed.matrix[0, 1] == 0
    assert mixed.matrix[3, 4] != 0
    assert mixed.value == pytest.approx(np.trace(mixed.matrix), rel=1e-12)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_simplex_by_formula_and_by_quadrature(bits: int) -> None:
    """At 0 the closed form; a hair away from 0 the N x N quadrature must continue it."""
    d = 2**bits - 1
    at_zero = fisher_information(location(d, 1.5), Simplex(bits), 0)
    nearby = fisher_information(location(d, 1.5), Simplex(bits), 1e-9)
    assert at_zero.value == pytest.approx(nearby.value, rel=1e-8)
    np.testing.assert_allclose(at_zero.matrix, nearby.matrix, atol=1e-8)
    argmax = fisher_information(location(d + 1, 1.5), Argmax(), 0.3)
    assert argmax.value == pytest.approx(at_zero.value, rel=1e-12)
    assert np.trace(argmax.matrix) == pytest.approx(argmax.value, rel=1e-12)
    if bits == 1:
        for theta in (0.0, 0.7):
            sign = fisher_information(location(1, 1.5), Sign(), theta)
            simplex = fisher_information(location(1, 1.5), Simplex(1), theta)
            assert simplex.value == pytest.approx(sign.value, rel=1e-11)


def test_per_bit_values_order() -> None:
    """Sign bits < simplex < 2 ln 2 per bit, and no message reaches what its bits allow."""
    sign = fisher_information(location(8), Sign(), 0).value / 8
    assert sign == pytest.approx(2 / math.pi, rel=1e-14)
    for bits in (2, 4, 8, 16, 20):
        trace = fisher_information(location(2**bits - 1), Simplex(bits), 0).value
        limit = fisher_trace(dimension=2**bits - 1, bits=bits, noise_std=1).value
        assert sign < trace / bits < 2 * math.log(2)
        assert trace < limit
        assert trace > 0.5 * limit


def test_a_million_coordinates() -> None:
    theta = np.linspace(-1, 1, 10**6)
    estimate = fisher_information(location(10**6), Sign(), theta)
    single = fisher_information(location(1), Sign(), theta[123_456])
    assert estimate.diagonal[123_456] == pytest.approx(single.value, rel=1e-14)
    assert estimate.value == pytest.approx(float(np.sum(estimate.diagonal)), rel=1e-12)
    constant = fisher_information(location(10**9), Sign(), 0)  # equal theta take no memory
    assert constant.value == pytest.approx(2e9 / math.pi, rel=1e-14)
    with pytest.raises(ArgumentError, match=r"dimension = 1000000.*at most 16384.*`diagonal`"):
        _ = estimate.matrix


@pytest.mark.parametrize(
    ("quantizer", "d"),
    [(Sign(), 2), (LloydMax(2), 2), (Uniform(3), 1), (Argmax(), 5), (Simplex(3), 7),
     (Blocks(Argmax(), 2), 6), (Shifted(Sign(), [0.5, 1.0]), 2)],
    ids=repr,
)  # fmt: skip
def test_monte_carlo_agrees(quantizer: Quantizer, d: int) -> None:
    """Trace within 4.5 standard errors: false alarm 7e-6 each; a 3 % error is 6 or more away."""
    model, theta = location(d, 0.8), 0.5 * THETA[:1] if d == 1 else np.resize(0.4 * THETA, d)
    known = fisher_information(model, quantizer, theta)
    found = fisher_information(
        model, quantizer, theta, rng=11, samples=200_000, method="monte-carlo"
    )
    assert (found.method, found.n) == ("monte-carlo", 200_000)
    assert abs(found.value - known.value) < 4.5 * found.stderr
    assert 0.03 * known.value > 6 * found.stderr
    assert found.trace == pytest.approx(np.trace(found.matrix), rel=1e-10)
    np.testing.assert_allclose(np.diagonal(found.matrix), found.diagonal, rtol=1e-10)
    np.testing.assert_allclose(found.matrix, known.matrix, atol=0.05)


def test_private_and_public_coins() -> None:
    """A sign flipped with probability e keeps (1 - 2e)^2 2/pi at 0. A public random threshold keeps
    the mean of the threshold's information, not the information of the mixture.

    Within 4.5 standard errors, false alarm 7e-6 (Student, 63 degrees of freedom: 3e-5).
    """
    flipped = fisher_information(location(1), Noisy(0.2), 0, rng=1)
    assert abs(flipped.value - 0.36 * 2 / math.pi) < 4.5 * flipped.stderr
    assert flipped.stderr < 0.005
    public = fisher_information(location(1), Noisy(0, public=True), 0, rng=2)
    node, weight = np.polynomial.hermite_e.hermegauss(80)
    each = [fisher_information(location(1), Cells((t,)), 0).value for t in node]
    mean = float(weight @ each) / math.sqrt(2 * math.pi)
    assert public.n == 64
    assert abs(public.value - mean) < 4.5 * public.stderr
    assert public.stderr < 0.04
    assert fisher_information(location(1), Noisy(0.2), 0, rng=1).value == flipped.value


def test_refuses_when_messages_hardly_repeat() -> None:
    model = location(64)
    with pytest.raises(
        ArgumentError, match=r"samples = 1000, but .*come up only once.*conditional"
    ):
        fisher_information(model, Sign(), 0, rng=0, samples=1000, method="monte-carlo")
    with pytest.raises(ArgumentError, match=r"samples = 1000, but .*no unseen message matters"):
        fisher_information(location(1), Sign(), 6, rng=0, samples=1000, method="monte-carlo")


@pytest.mark.parametrize(
    ("quantizer", "method", "message"),
    [
        (Sign(), "quadrature", r'method = \'quadrature\', .*"exact" or "monte-carlo" for a Sign'),
        (Argmax(), "exact", r'method = \'exact\', .*"quadrature" or "monte-carlo" for a Argmax'),
        (Noisy(0.1), "exact", r'"monte-carlo" for a Noisy'),
        (Sign(), "guess", r'one of "auto"'),
        (Simplex(3), "auto", r"d = 2, but it must be 2\*\*bits - 1 = 7"),
        (Blocks(Sign(), 3), "auto", "d = 2, but it must be a multiple of size = 3"),
    ],
)
def test_refuses_routes_that_are_not_there(
    quantizer: Quantizer, method: Route, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        fisher_information(location(2), quantizer, 0, method=method)


@pytest.mark.parametrize(
    ("theta", "message"),
    [
        ([0.0, 1.0, 2.0], r"theta.shape = \(3,\)"),
        ([0.0, math.nan], r"theta\[1\] = nan, but it must be finite"),
        ("a", "theta"),
    ],
)
def test_bad_theta(theta: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        fisher_information(location(2), Sign(), theta)  # type: ignore[arg-type]


def test_bad_model_and_samples() -> None:
    oracle = QuadraticFamily(dimension=2, curvature=2.0, noise_std=1.0)
    with pytest.raises(ArgumentError, match=r"a GaussianLocation. Of a QuadraticFamily, use its"):
        fisher_information(oracle, Sign(), 0)  # type: ignore[arg-type]
    found = fisher_information(oracle.location, Sign(), 0)  # s = 1/2
    assert found.value == pytest.approx(2 * 4 * 2 / math.pi, rel=1e-14)
    with pytest.raises(
        ArgumentError, match="samples = 10, but it must be a whole number, at least"
    ):
        fisher_information(location(1), Sign(), 0, samples=10, method="monte-carlo")


def test_the_estimate_is_about_the_trace() -> None:
    estimate = fisher_information(location(3, 2.0), Sign(), 0)
    assert isinstance(estimate, FisherEstimate)
    assert estimate.trace == estimate.value == pytest.approx(3 * 2 / math.pi / 4, rel=1e-14)
    assert estimate.interval() == (estimate.value, estimate.value)
    assert (estimate.unit, estimate.method, estimate.n) == ("1/theta^2", "exact", 0)
