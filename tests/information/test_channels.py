"""Random small channels: the identity behind everything here, and the chain of inequalities.

Quadrature, not sampling: sampling noise alone breaks the inequalities by about 1 %.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest

from infobound.information import Channel, entropy, fisher_information, mutual_information
from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import Sign

Floats = np.ndarray
CASES = [(d, messages, seed) for d in (1, 2) for messages in (2, 3, 5) for seed in range(4)]


def random_channel(d: int, messages: int, seed: int, steepness: float = 0.6) -> Channel:
    """Softmax of random affine and cosine features: smooth, generic, and not log-concave."""
    draw = np.random.default_rng([d, messages, seed])
    slope, wave = draw.normal(size=(2, d, messages)) * steepness
    shift, phase = draw.normal(size=(2, messages))

    def likelihood(x: Floats) -> Floats:
        score = x @ slope + shift + np.cos(x @ wave + phase)
        weight = np.exp(score - score.max(axis=1, keepdims=True))
        return weight / weight.sum(axis=1, keepdims=True)

    return Channel(likelihood)


def covariance_route(channel: Channel, theta: Floats, s: float) -> Floats:
    """(s^2 I - E Cov(X | M)) / s^4 from second moments, on a rule of its own."""
    d = theta.size
    node, weight = np.polynomial.hermite_e.hermegauss(110)
    z = np.stack([g.ravel() for g in np.meshgrid(*[node] * d, indexing="ij")], axis=1)
    w = math.prod(np.meshgrid(*[weight] * d, indexing="ij")).ravel() / weight.sum() ** d
    mass = w[:, None] * channel.likelihood(theta + s * z)
    total = np.zeros((d, d))
    for m in mass.T:
        mean = m @ z / m.sum()
        total += (z - mean).T @ (m[:, None] * (z - mean))
    return (np.eye(d) - total) / s**2


def differences(channel: Channel, theta: Floats, s: float) -> Floats:
    """Fisher information from central differences of the message probabilities alone."""
    h, d = 1e-4, theta.size
    gradient = np.stack(
        [
            (channel.law(theta + h * e, s).probability - channel.law(theta - h * e, s).probability)
            / (2 * h)
            for e in np.eye(d)
        ]
    )
    return (gradient / channel.law(theta, s).probability) @ gradient.T


@pytest.mark.parametrize(("d", "messages", "seed"), [case for case in CASES if case[2] < 2])
def test_the_central_identity(d: int, messages: int, seed: int) -> None:
    """I_M = (s^2 I - E Cov(X | M)) / s^4, and both are what differences of p(m) give."""
    channel, theta, s = random_channel(d, messages, seed), np.array([0.3, -0.6])[:d], 0.7
    found = fisher_information(GaussianLocation(d, s), channel, theta)
    assert found.method == "quadrature"
    np.testing.assert_allclose(found.matrix, covariance_route(channel, theta, s), atol=1e-10)
    np.testing.assert_allclose(found.matrix, differences(channel, theta, s), atol=1e-6)
    planted = covariance_route(channel, theta, s) * s  # a power of s lost
    assert np.max(np.abs(found.matrix - planted)) > 0.2 * np.max(found.matrix)


def chain(d: int, channel: Channel, s: float, factor: float = 1.0) -> list[bool]:
    """Each inequality of the chain, with its right side multiplied by `factor`."""
    model, theta = GaussianLocation(d, s), np.full(d, 0.2)
    fisher = fisher_information(model, channel, theta)
    nats = mutual_information(model, channel, theta).value * math.log(2)
    determinant = np.linalg.slogdet(np.eye(d) - s**2 * fisher.matrix)[1]
    return [
        fisher.value <= factor * d / s**2 * -math.expm1(-2 * nats / d) + 1e-9,
        -determinant / 2 <= factor * nats + 1e-9,
        fisher.value <= factor * 2 * nats / s**2 + 1e-9,
        nats <= factor * entropy(model, channel, theta).value * math.log(2) + 1e-9,
    ]


@pytest.mark.parametrize(("d", "messages", "seed"), CASES)
@pytest.mark.parametrize("steepness", [0.1, 0.6])
def test_the_chain_of_inequalities(d: int, messages: int, seed: int, steepness: float) -> None:
    """Tr I <= (d/s^2)(1 - e^(-2I/d)); -1/2 ln det(I - s^2 I_M) <= I; Tr I <= 2I/s^2; I <= H."""
    assert all(chain(d, random_channel(d, messages, seed, steepness), 0.7))


def tilt(x: Floats) -> Floats:
    """A weak exponential tilt, which comes within 1 % of equality in the first three."""
    up = 1 / (1 + np.exp(-0.1 * x))
    return np.concatenate([up, 1 - up], axis=1)


def steep(x: Floats) -> Floats:
    up = 1 / (1 + np.exp(-3.5 * x))
    return np.concatenate([up, 1 - up], axis=1)


def test_the_chain_rejects_smaller_limits() -> None:
    for factor in (0.5, 0.85, 0.95):
        assert chain(1, Channel(tilt), 0.7, factor)[:3] == [False, False, False]
    # A nearly noiseless one: H - H(M | X) is most of H.
    assert [chain(1, Channel(steep, nodes=256), 1.0, f)[3] for f in (1.0, 0.5)] == [True, False]


def test_information_of_a_noisy_sign() -> None:
    """Flipping a steep soft sign with probability e: I(X; M) tends to 1 - h(e) bits."""
    e = 0.1

    def flipped(x: Floats) -> Floats:
        up = e + (1 - 2 * e) / (1 + np.exp(-1.5 * x))
        return np.concatenate([up, 1 - up], axis=1)

    clean = lambda x: (flipped(x) - e) / (1 - 2 * e)
    model = GaussianLocation(1, 1.0)
    noisy = mutual_information(model, Channel(flipped), 0).value
    assert noisy < mutual_information(model, Channel(clean), 0).value < 1
    assert noisy < 1 + e * math.log2(e) + (1 - e) * math.log2(1 - e)
    assert entropy(model, Channel(flipped), 0).value == pytest.approx(1, rel=1e-12)
    assert fisher_information(model, Channel(flipped), 0).value == pytest.approx(
        (1 - 2 * e) ** 2 * fisher_information(model, Channel(clean), 0).value, rel=1e-9
    )


@pytest.mark.parametrize(
    ("likelihood", "d", "message"),
    [
        (lambda x: np.concatenate([x > 0, x <= 0], axis=1) * 1.0, 1, "nodes = 96, .*too rough"),
        (lambda x: np.ones((len(x), 2)), 1, "likelihood.*rows of sum 1"),
        (lambda x: np.concatenate([1 + x**2, -(x**2)], axis=1), 1, "likelihood.*nonnegative"),
        (lambda x: np.ones(len(x)), 1, r"likelihood\(x\).shape = \(96,\), .*\(96, K\)"),
        (tilt, 3, r"model.dimension = 3, but it must be 1 or 2"),
    ],
)
def test_channels_that_cannot_be_used(
    likelihood: Callable[[Floats], Floats], d: int, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        fisher_information(GaussianLocation(d, 1.0), Channel(likelihood), 0)


def test_routes_of_a_channel() -> None:
    with pytest.raises(ArgumentError, match='"auto" or "quadrature" for a Channel'):
        fisher_information(GaussianLocation(1, 1.0), Channel(tilt), 0, method="monte-carlo")
    with pytest.raises(ArgumentError, match="nodes = 8"):
        Channel(tilt, nodes=8)
    limit = fisher_information(GaussianLocation(1, 1.0), Sign(), 0).value
    assert fisher_information(GaussianLocation(1, 1.0), Channel(tilt), 0).value < limit
