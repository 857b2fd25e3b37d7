"""The plug-in estimate of Fisher information: a negative control, not an estimator to use."""

import numpy as np
import numpy.typing as npt

from infobound.information.location import at
from infobound.information.structure import FISHER_UNIT
from infobound.models.gaussian import GaussianLocation
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import whole
from infobound.quantizers.base import Quantizer, Rng


def plug_in_fisher_information(
    model: GaussianLocation,
    quantizer: Quantizer,
    theta: npt.ArrayLike,
    *,
    rng: Rng = None,
    samples: int = 100_000,
) -> Estimate:
    """Sum over messages of n_m/n |mean score of its draws|^2: biased, kept to show how.

    The square of an estimated mean is too large by its variance. Over K messages that came up,
    the bias is sum_m tr Cov(score | m) / n, which is K (d / s^2 - Tr I_M) / n when the cells are
    alike. It can exceed every upper bound on Tr I_M, and its standard error, the one a sample mean
    would have, does not show it. Use `fisher_information`.

    Parameters, returns and errors as in `fisher_information`, but for the trace only.
    """
    point, noise_std = at(model, theta)
    n = whole("samples", samples, least=64)
    draw = np.random.default_rng(rng)
    score = draw.standard_normal((n, point.size)) / noise_std
    message = quantizer.encode(point + noise_std**2 * score, rng=draw)
    _, label, count = np.unique(message.keys(), return_inverse=True, return_counts=True)
    total = np.zeros((count.size, point.size))
    np.add.at(total, label, score)
    square = np.sum((total / count[:, None]) ** 2, axis=1)[label]
    return Estimate(
        value=float(square.mean()),
        stderr=float(square.std(ddof=1)) / n**0.5,
        n=n,
        method="monte-carlo",
        unit=FISHER_UNIT,
    )
