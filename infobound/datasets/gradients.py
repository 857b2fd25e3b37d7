"""What every data set here returns: N stochastic gradients at one point, layer by layer."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from infobound.numerics.arguments import argument_error

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.float32]
Rng = int | np.random.SeedSequence | np.random.Generator | None
State = Literal["initial", "trained"]
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Gradients:
    """N independent stochastic gradients at one point.

    Attributes
    ----------
    layers : mapping from layer name to (N, d) float32 array
        Row k of every layer belongs to the same draw. A weight matrix of shape (outputs, inputs)
        is flattened row by row, so consecutive coordinates share an output.
    source : str
        The data, with a fingerprint: two results are comparable when it is the same.
    point : str
        The network, and how far it was trained.
    loss : float
        Mean loss at this point over everything drawn, in nats.
    """

    layers: Mapping[str, Rows]
    source: str
    point: str
    loss: float

    def flat(self) -> Rows:
        """All layers side by side, (N, sum of d)."""
        return np.concatenate(list(self.layers.values()), axis=1)

    def save(self, path: str | Path) -> Path:
        """Write the layers, and nothing else, to an .npz file; returns its path.

        Raises
        ------
        ArgumentError
            The name does not end in .npz.
        """
        path = Path(path)
        if path.suffix != ".npz":
            raise argument_error("path", str(path), "a file name that ends in .npz")
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **self.layers)
        return path


def one_thread(function: Callable[P, T]) -> Callable[P, T]:
    """Keep BLAS to one thread, where threadpoolctl (which scikit-learn brings) is installed.

    Matrices here are small: more threads cost more than they bring, and change the last digits.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            limits = import_module("threadpoolctl").threadpool_limits(1)
        except ImportError:
            return function(*args, **kwargs)
        with limits:
            return function(*args, **kwargs)

    return limited


def check_state(state: str) -> bool:
    """True for "trained", False for "initial", else ArgumentError."""
    if state not in ("initial", "trained"):
        raise argument_error("state", state, "'initial' or 'trained'")
    return state == "trained"


def fingerprint(data: bytes) -> str:
    """First 12 hexadecimal digits of the SHA-256 digest."""
    return hashlib.sha256(data).hexdigest()[:12]
