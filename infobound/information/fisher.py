"""Fisher information that one message carries about a Gaussian location."""

from typing import Literal

import numpy.typing as npt

from infobound.information.channels import Channel
from infobound.information.estimate import FisherEstimate
from infobound.information.location import at
from infobound.information.monte_carlo import monte_carlo_fisher
from infobound.information.structure import known_fisher
from infobound.models.gaussian import GaussianLocation
from infobound.numerics.arguments import argument_error, whole
from infobound.quantizers.base import Quantizer, Rng

Route = Literal["auto", "exact", "quadrature", "monte-carlo"]


def fisher_information(
    model: GaussianLocation,
    quantizer: Quantizer | Channel,
    theta: npt.ArrayLike,
    *,
    rng: Rng = None,
    samples: int = 100_000,
    method: Route = "auto",
) -> FisherEstimate:
    """Fisher information about theta in the message M = quantizer.encode(X), X ~ N(theta, s^2 I).

    I_M(theta) = E[E[S | M] E[S | M]^T] with the score S = (X - theta)/s^2, which for a Gaussian is
    also (s^2 I - E Cov(X | M)) / s^4 (Barnes, Han and Ozgur 2020, arXiv:1902.02890). Only
    the cells of the quantizer matter, not what decode makes of them. With public coins it is the
    mean over the coins, I_{M | coins}.

    Routes, the first that fits:

    - exact: scalar cells in every coordinate (closed form, any theta, d = 10^6 in seconds);
    - quadrature: `Argmax`, `Simplex`, `Biorthogonal` at theta = 0, and `Channel` in one or two
      dimensions;
    - both of them inside `Blocks` and `Shifted`;
    - monte-carlo: conditional means where the quantizer offers
      ``conditional_mean(message, model, theta)``, E[X | message] of shape (count, d); otherwise a
      U-statistic over messages that came up at least twice (see `monte_carlo_fisher`).

    Parameters
    ----------
    model : GaussianLocation
        Gaussian with `dimension` d and `noise_std` s.
    quantizer : Quantizer or Channel
    theta : float or array of shape (d,)
        Where the information is taken; a number stands for equal coordinates.
    rng : int, SeedSequence, Generator or None
        Used by Monte Carlo only.
    samples : int
        Draws of X for Monte Carlo, at least 64.
    method : {"auto", "exact", "quadrature", "monte-carlo"}
        Forces a route; refused if the quantizer does not have it.

    Returns
    -------
    FisherEstimate
        Trace, diagonal and matrix, unit "1/theta^2". The standard error of the trace is 0 unless
        the method is monte-carlo.

    Raises
    ------
    ArgumentError
        theta does not fit the model or the model the quantizer; the route is not available; or the
        samples are too few for the number of different messages.
    """
    point, noise_std = at(model, theta)
    whole("samples", samples, least=64)
    if method not in ("auto", "exact", "quadrature", "monte-carlo"):
        raise argument_error(
            "method", method, 'one of "auto", "exact", "quadrature", "monte-carlo"'
        )
    if method == "monte-carlo":
        if isinstance(quantizer, Channel):
            raise argument_error("method", method, '"auto" or "quadrature" for a Channel')
        return monte_carlo_fisher(model, quantizer, point, noise_std, rng=rng, samples=samples)
    known = known_fisher(quantizer, point, noise_std)
    if known is not None and method in ("auto", known.method):
        return known
    if method != "auto" or isinstance(quantizer, Channel):
        there = '"monte-carlo"' if known is None else f'"{known.method}" or "monte-carlo"'
        raise argument_error("method", method, f"{there} for a {type(quantizer).__name__}")
    return monte_carlo_fisher(model, quantizer, point, noise_std, rng=rng, samples=samples)
