"""Check of the exact law of the output, where the quantizer tells it."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.special import bdtr, bdtrc

from infobound.quantizers.base import Law
from infobound.testing.findings import Finding, NotApplicable, need
from infobound.testing.inputs import Floats
from infobound.testing.moments import ROUNDING, Simulation
from infobound.testing.subject import Subject

MOST_OUTCOMES = 4096  # of a law whose frequencies are tested
_LAW_INPUTS = 3
_LAW_DIMENSION = 8


def check_law(s: Subject, simulation: Simulation) -> Finding:
    """Where `law(y)` exists: its mean is y, and the encoder follows it.

    Every outcome is counted over the simulated encodings and tested by the exact binomial law, with
    Bonferroni's correction; an outcome that the law does not know is a failure.
    """
    if not hasattr(s.quantizer, "law") or s.joint:
        raise NotApplicable("It has no law(y).")
    if s.d > _LAW_DIMENSION:
        raise NotApplicable(f"Laws are enumerated up to d = {_LAW_DIMENSION}.")
    names = list(simulation.errors)[:_LAW_INPUTS]
    laws: dict[str, Law] = {}
    for name in names:
        try:
            laws[name] = s.quantizer.law(s.vectors[name])
        except ValueError as error:
            raise NotApplicable(f"law(y) refuses d = {s.d}: {error}") from None
    outcomes = 0
    for name, law in laws.items():
        y, e = simulation.errors[name]
        vectors, p = np.asarray(law.vectors), np.asarray(law.probabilities)
        outcomes = max(outcomes, len(p))
        size = float(np.max(np.abs(vectors))) + float(np.max(np.abs(y)))
        need(
            np.all(p >= 0) and abs(p.sum() - 1) <= 1e-12,
            f"The probabilities of law(y) sum to {p.sum()!r} ({name}).",
        )
        if s.quantizer.unbiased:
            gap = float(np.max(np.abs(law.mean() - y)))
            need(
                gap <= 1e-10 * size,
                f"The mean of law(y) is not y ({name}).",
                bias=gap,
                relative=gap / size,
            )
        if hasattr(s.quantizer, "mean_squared_error"):
            exact, told = law.mean_squared_error(y), float(s.quantizer.mean_squared_error(y))
            need(
                abs(exact - told) <= ROUNDING * size**2,
                f"mean_squared_error(y) is not that of law(y) ({name}).",
                law=exact,
                told=told,
            )
        if len(p) <= MOST_OUTCOMES:
            _follows(law, y + e, size, s.effort.level / len(laws), name)
    n = min(len(e) for _, e in simulation.errors.values() if len(e) > 2) if s.randomized else 2
    return Finding({"outcomes": outcomes, "samples": n}, "Mean exact, frequencies as the law says.")


def _follows(law: Law, outputs: Floats, size: float, level: float, name: str) -> None:
    """Every outcome as often as its probability says, by exact binomial tails."""
    n, count = len(outputs), len(law.probabilities)
    home = _labels(np.concatenate([np.asarray(law.vectors), outputs]), size)
    p = np.bincount(home[:count], law.probabilities, minlength=home.max() + 1)
    seen = np.bincount(home[count:], minlength=home.max() + 1)
    new = int(seen[p == 0].sum())
    need(not new, f"The encoder gives outputs that law(y) does not have ({name}).", outputs=new)
    p = np.minimum(p, 1.0)
    above = np.where(seen > 0, bdtrc(np.maximum(seen, 1) - 1, n, p), 1.0)
    tail = np.minimum(bdtr(seen, n, p), above)
    worst = int(np.argmin(tail))
    need(
        tail[worst] >= level / (2 * len(p)),
        f"The encoder does not follow law(y): an outcome of probability {p[worst]:.4g} came "
        f"{seen[worst]} times in {n} ({name}).",
        probability=float(p[worst]),
        frequency=float(seen[worst] / n),
    )


def _labels(rows: Floats, size: float) -> npt.NDArray[np.intp]:
    """A number for each row (n, d); rows nearer than float32 rounding of `size` share it."""
    # A random odd combination modulo 2^64 tells cells apart but for a chance of about 2^-40.
    odd = np.random.default_rng(0).integers(1 << 62, size=rows.shape[1]) * 2 + 1
    cells = np.floor(rows / (1e-9 * size or 1.0) + 0.3217).astype(np.int64) @ odd
    _, first, home = np.unique(cells, return_index=True, return_inverse=True)
    near = cKDTree(rows[first]).sparse_distance_matrix(
        cKDTree(rows[first]), ROUNDING * size, p=np.inf, output_type="coo_matrix"
    )
    ones = coo_matrix((np.ones(near.nnz), (near.row, near.col)), shape=near.shape)
    _, cluster = connected_components(ones, directed=False)
    label: npt.NDArray[np.intp] = cluster[home.ravel()]
    return label
