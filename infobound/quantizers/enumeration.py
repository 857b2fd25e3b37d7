"""Exact laws of outputs by listing them, for vectors of few coordinates."""

import numpy as np

from infobound.numerics.arguments import argument_error
from infobound.quantizers.base import Floats, Ints, Law
from infobound.quantizers.domains import AllReals

MOST_OUTCOMES = 10**6


def one_vector(y: object) -> Floats:
    """y as one vector of shape (d,), or an ArgumentError."""
    values = AllReals().check("y", y)  # type: ignore[arg-type]
    if values.ndim != 1:
        raise argument_error("y.shape", values.shape, "(d,): the law is that of one vector")
    return values


def refuse_many(outcomes: int) -> None:
    """Raise before listing more than a million outcomes."""
    if outcomes > MOST_OUTCOMES:
        remedy = "Take fewer coordinates or repetitions."
        raise argument_error("number of outcomes", outcomes, f"at most {MOST_OUTCOMES}", remedy)


def roundings(place: Floats) -> tuple[Ints, Floats]:
    """All results of independent stochastic rounding of place (d,), with their probabilities.

    Returns
    -------
    (rounded, probabilities) : integers of shape (m, d), floats of shape (m,); m = 2^(number of
    coordinates that are not integers).
    """
    low = np.floor(place)
    part = place - low
    free = np.flatnonzero(part)
    refuse_many(1 << free.size)
    up = (np.arange(1 << free.size)[:, None] >> np.arange(free.size)) & 1
    rounded = np.tile(low.astype(np.int64), (len(up), 1))
    rounded[:, free] += up
    chances: Floats = np.prod(np.where(up == 1, part[free], 1 - part[free]), axis=1)
    return rounded, chances


def merged(vectors: Floats, probabilities: Floats) -> Law:
    """The law with equal vectors listed once."""
    different, where = np.unique(vectors, axis=0, return_inverse=True)
    chances = np.bincount(where.reshape(-1), weights=probabilities)
    return Law(different, chances.astype(np.float64))
