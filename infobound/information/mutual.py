"""Entropy of a message, and what it tells about the observation, both in bits."""

import math

import numpy as np
import numpy.typing as npt

from infobound.information.channels import Channel
from infobound.information.law import Floats
from infobound.information.location import at
from infobound.information.structure import known_entropy
from infobound.models.gaussian import GaussianLocation
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Quantizer, Rng

_PROBE = 256  # vectors encoded twice to see whether an encoder uses private coins


def entropy(
    model: GaussianLocation,
    quantizer: Quantizer | Channel,
    theta: npt.ArrayLike,
    *,
    rng: Rng = None,
    samples: int = 100_000,
) -> Estimate:
    """H(M) in bits for the message M = quantizer.encode(X), X ~ N(theta, s^2 I).

    It is at most the length of the message, and the mean length of no uniquely decodable code is
    below it. Exact for scalar cells, by quadrature for `Argmax`, `Simplex` and `Channel`, and
    inside `Blocks` and `Shifted`; with public coins it is conditional on them. Otherwise from
    message counts, with the correction (K - 1) / (2 n) nats of Miller (1955) for K messages seen.

    Parameters
    ----------
    model, quantizer, theta, rng, samples
        As in `fisher_information`.

    Raises
    ------
    ArgumentError
        As in `fisher_information`; and naming samples if more than 1 in 1000 draws is a message
        seen once, where counts say too little about entropy.
    """
    point, noise_std = at(model, theta)
    whole("samples", samples, least=64)
    if isinstance(quantizer, Channel):
        law = quantizer.law(point, noise_std)
        return Estimate(value=law.entropy(), unit="bits", method="quadrature")
    known = known_entropy(quantizer, point, noise_std)
    if known is not None:
        return known
    return _from_counts(quantizer, point, noise_std, np.random.default_rng(rng), samples)


def mutual_information(
    model: GaussianLocation,
    quantizer: Quantizer | Channel,
    theta: npt.ArrayLike,
    *,
    rng: Rng = None,
    samples: int = 100_000,
) -> Estimate:
    """I_theta(X; M) in bits, between the observation X ~ N(theta, s^2 I) and its message.

    For a deterministic encoder it is the entropy of the message. For a `Channel` it is
    H(M) - H(M | X), by quadrature. It limits Fisher information: Tr I_M <= 2 ln 2 I(X; M) / s^2
    (Barnes and Ozgur 2021, arXiv:2102.05802).

    Parameters, errors
        As in `entropy`; and ArgumentError for an encoder with private coins whose law is not known:
        encoding the same vectors under two seeds gave different messages.
    """
    total = entropy(model, quantizer, theta, rng=rng, samples=samples)
    point, noise_std = at(model, theta)
    if isinstance(quantizer, Channel):
        added = quantizer.equivocation(point, noise_std)
        return Estimate(value=total.value - added, unit="bits", method="quadrature")
    if total.method == "monte-carlo":
        _refuse_private_coins(quantizer, point, noise_std)
    return total


def _from_counts(
    quantizer: Quantizer, theta: Floats, noise_std: float, draw: np.random.Generator, n: int
) -> Estimate:
    message = quantizer.encode(theta + noise_std * draw.standard_normal((n, theta.size)), rng=draw)
    count = np.unique(message.keys(), return_counts=True)[1]
    alone = int(np.sum(count == 1))
    if alone > n / 1000:
        remedy = "Draw more, or use fewer bits."
        allowed = f"so many that few messages come up only once ({alone} of {count.size} did)"
        raise argument_error("samples", n, allowed, remedy)
    surprise = np.log2(n / count)  # of each message
    value = float(count @ surprise) / n + (count.size - 1) / (2 * n * math.log(2))
    # First order: the variance of the surprise, less what estimating it from counts adds. It is 0
    # for equally likely messages; then the chi-square term leads.
    noise = (count.size - 1) / (n * math.log(2) ** 2)
    variance = float(count @ (surprise - float(count @ surprise) / n) ** 2) / n - noise
    stderr = math.sqrt((max(variance, 0.0) + noise / 2) / n)
    return Estimate(value=value, stderr=stderr, n=n, method="monte-carlo", unit="bits")


def _refuse_private_coins(quantizer: Quantizer, theta: Floats, noise_std: float) -> None:
    x = theta + noise_std * np.random.default_rng(0).standard_normal((_PROBE, theta.size))
    first, second = (quantizer.encode(x, rng=seed) for seed in (1, 2))
    if first.coins is None and first.payload != second.payload:
        raise argument_error(
            "quantizer", quantizer, "deterministic, or a Channel with a known law",
            "It uses private coins: its mutual information is less than its entropy.",
        )  # fmt: skip
