"""Divergences between laws on finitely many points, and the chi-square of a message."""

import math

import numpy as np
import numpy.typing as npt

from infobound.information.sign_laws import Messages, Prior, cell_laws
from infobound.models.sign_families import Floats, SignFamily
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import argument_error


def kl_divergence(p: npt.ArrayLike, q: npt.ArrayLike) -> Floats:
    """D(p || q) = sum p log2(p/q) in bits, along the last axis; inf where p > 0 = q.

    Parameters
    ----------
    p, q : array_like, shapes (..., K) that broadcast
        Nonnegative, of sum 1 along the last axis.

    Returns
    -------
    ndarray of shape (...), >= 0. It is summed as p log(p/q) - p + q, without cancellation of
    entries of both signs.

    Raises
    ------
    ArgumentError
        p or q is no probability vector.

    Examples
    --------
    >>> float(kl_divergence([1, 0], [0.5, 0.5]))
    1.0
    """
    from scipy.special import kl_div

    return np.asarray(np.sum(kl_div(*_laws(p, q)), axis=-1) / math.log(2))


def chi_square_divergence(p: npt.ArrayLike, q: npt.ArrayLike) -> Floats:
    """chi^2(p || q) = sum (p - q)^2/q, along the last axis; inf where p > 0 = q. No unit.

    D(p || q) <= log2(1 + chi^2) <= chi^2 log2(e) in bits.

    Parameters, errors
        As in `kl_divergence`.

    Examples
    --------
    >>> float(chi_square_divergence([1, 0], [0.5, 0.5]))
    1.0
    """
    first, second = _laws(p, q)
    gap = (first - second) ** 2
    ratio = np.divide(gap, second, out=np.full(gap.shape, math.inf), where=second > 0)
    return np.asarray(np.sum(np.where(gap > 0, ratio, 0.0), axis=-1))


def mean_chi_square(family: SignFamily, messages: Messages, prior: Prior = None) -> Estimate:
    """E chi^2(P(M | V) || P(M)) over the prior, P(M) its mixture. No unit.

    I(V; M) <= log2(e) E chi^2 bits always. For `SparseSign` and a prior with as many -v as v, where
    Z is symmetric, E chi^2/(2 ln 2) <= I(V; M) <= E chi^2 in bits; neither half is true in general
    for `BernoulliProduct`.

    Parameters, errors
        As in `infobound.information.sign_information.message_information`.

    Examples
    --------
    Without quantization, 4 delta^2:

    >>> from infobound.models.sign_families import SparseSign
    >>> round(mean_chi_square(SparseSign(3, 0.25), range(6)).value, 15)
    0.25
    """
    laws = cell_laws(family, messages, prior)
    total = math.fsum(law.mean(law.deviation**2) for law in laws)
    return Estimate(value=total, unit="1")


def act_matrix(channel: npt.ArrayLike) -> Floats:
    """H(W) of Acharya, Canonne and Tyagi 2018 (arXiv:1812.11476), shape (k/2, k/2).

    With k = 2 d points, H(W)_ij = sum_m (W(m | 2i) - W(m | 2i+1)) (W(m | 2j) - W(m | 2j+1)) / sum_y W(m | y). For
    `SparseSign` and a prior with E V = 0, E chi^2 = (2 delta^2/d) tr(H E V V^T).

    Parameters
    ----------
    channel : array_like
        float of shape (k, K), W(m | y), or int of shape (k,), a partition; k even.

    Returns
    -------
    ndarray, symmetric and positive semidefinite; its trace is at most min(K, k).

    Raises
    ------
    ArgumentError
        k is odd, or a row is no probability vector.
    """
    given = np.asarray(channel)
    if given.ndim not in (1, 2) or given.shape[0] % 2 or 0 in given.shape:
        raise argument_error("channel.shape", given.shape, "(k, K) or (k,), with k even")
    if given.ndim == 1:
        given = given[:, None] == np.unique(given)
    rows = _law("channel", given)
    mass, difference = rows.sum(axis=0), rows[0::2] - rows[1::2]
    used = mass > 0
    return np.asarray((difference[:, used] / mass[used]) @ difference[:, used].T)


def _laws(p: npt.ArrayLike, q: npt.ArrayLike) -> tuple[Floats, Floats]:
    first, second = _law("p", p), _law("q", q)
    try:
        both = np.broadcast_arrays(first, second)
    except ValueError:
        raise argument_error("q.shape", second.shape, f"like that of p, {first.shape}") from None
    return both[0], both[1]


def _law(name: str, p: npt.ArrayLike) -> Floats:
    law = np.asarray(p, dtype=np.float64)
    if law.ndim == 0 or law.shape[-1] == 0:
        raise argument_error(f"{name}.shape", law.shape, "(..., K) with K at least 1")
    if not (np.all(law >= 0) and np.all(np.abs(law.sum(axis=-1) - 1) <= 1e-12)):
        got = f"a row of least entry {float(law.min())!r} and sum off by more than 1e-12"
        raise argument_error(name, got, "nonnegative, with sum 1 along the last axis")
    return law
