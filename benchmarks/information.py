"""Mutual information of a codebook: exact posteriors beside estimators that see samples only.

V is uniform on a codebook, observed through Gaussian noise or noisy signs. Peers get as many pairs
(V, Y) as we draw observations: scikit-learn's `mutual_info_classif`, which estimates I(V; Y_i) for
one coordinate at a time (its sum is no information of V and Y, but it is what there is), and a
nearest-neighbour estimator for a discrete V and a continuous Y (Ross 2014), as in NPEET. Run

    python -m benchmarks.information

for errors; `rows()` gives times for the runner.
"""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from infobound.information.codebooks import GaussianNoise, Transcript, codebook_information
from infobound.models.sign_families import SparseSign

Timed = Callable[[], object]
Pair = tuple[Timed, Timed, float]
Floats = npt.NDArray[np.float64]
DIMENSION, WORDS, AMPLITUDE, ROUNDS = 16, 64, 0.25, 16
FEW = 2048
NEEDED = {"gaussian": 2**14, "sparse": 2**16}  # draws for a standard error of 1e-3


class Sampled(NamedTuple):
    """Labels of shape (n,), observations of shape (n, d)."""

    labels: npt.NDArray[np.int64]
    values: Floats


def signs() -> Floats:
    return np.random.default_rng(0).choice([-1.0, 1.0], size=(WORDS, DIMENSION))


def gaussian_pairs(n: int, seed: int) -> Sampled:
    draw = np.random.default_rng(seed)
    labels = draw.integers(WORDS, size=n)
    return Sampled(labels, AMPLITUDE * signs()[labels] + draw.standard_normal((n, DIMENSION)))


def sparse_pairs(n: int, seed: int) -> Sampled:
    """Sum of the ROUNDS sparse signs of each transcript and how often each place was hit."""
    draw, family = np.random.default_rng(seed), SparseSign(DIMENSION, 0.25)
    labels = draw.integers(WORDS, size=n)
    return Sampled(labels, draw.multinomial(ROUNDS, family.law(signs())[labels]).astype(float))


def neighbours(pairs: Sampled, k: int = 3) -> float:
    """Ross (2014), eq. 2, in bits: psi(n) + psi(k) - mean psi(n_v) - mean psi(m)."""
    from scipy.spatial import cKDTree
    from scipy.special import digamma

    jitter = 1e-10 * np.random.default_rng(0).standard_normal(pairs.values.shape)
    values = pairs.values + jitter  # ties
    every, sizes, inside = cKDTree(values), [], []
    for label in np.unique(pairs.labels):
        own = values[pairs.labels == label]
        near = min(k, len(own) - 1)
        reach = cKDTree(own).query(own, near + 1, p=np.inf)[0][:, -1]
        inside.append(
            every.query_ball_point(own, reach * (1 - 1e-12), p=np.inf, return_length=True)
        )
        sizes.append(np.full(len(own), len(own)))
    m, size = np.concatenate(inside), np.concatenate(sizes)
    nats = digamma(len(values)) + digamma(k) - digamma(size).mean() - digamma(m).mean()
    return float(nats) / math.log(2)


def classif(pairs: Sampled) -> float:
    """The sum over coordinates of scikit-learn's estimates, in bits."""
    from sklearn.feature_selection import mutual_info_classif

    found = mutual_info_classif(pairs.values, pairs.labels, random_state=0)
    return float(found.sum()) / math.log(2)


def ours(case: str, n: int, seed: int) -> float:
    if case == "gaussian":
        words, channel = AMPLITUDE * signs(), GaussianNoise(1.0)
        return codebook_information(words, channel, samples=n, rng=seed).value
    channel = Transcript(SparseSign(DIMENSION, 0.25), rounds=ROUNDS)
    return codebook_information(signs(), channel, samples=n, rng=seed, method="random").value


PAIRS = {"gaussian": gaussian_pairs, "sparse": sparse_pairs}
PEERS = {"nearest neighbours": neighbours, "mutual_info_classif": classif}


def errors(case: str, n: int, runs: int = 2) -> dict[str, tuple[float, float]]:
    """Root mean square error relative to the truth, and median seconds, drawing included."""
    truth = ours(case, 1 << 18, 99)
    found: dict[str, tuple[float, float]] = {}
    for name, estimate in {"exact posterior": None, **PEERS}.items():
        values, times = [], []
        for seed in range(runs):
            start = time.perf_counter()
            values.append(
                ours(case, n, seed) if estimate is None else estimate(PAIRS[case](n, seed))
            )
            times.append(time.perf_counter() - start)
        off = math.sqrt(np.mean((np.array(values) - truth) ** 2)) / truth
        found[name] = (off, float(np.median(times)))
    return found


def against(case: str, peer: str, n: int, peer_n: int) -> Pair:
    estimate, draw = PEERS[peer], PAIRS[case]
    return lambda: ours(case, n, 1), lambda: estimate(draw(peer_n, 1)), 1.0


def rows() -> dict[str, tuple[str, Callable[[], Pair], float | None, int]]:
    """Name -> (against, what to time, promise in seconds, runs), as in `benchmarks.__main__`.

    With a promise: the time to a standard error of 1e-3 of the information, against what nearest
    neighbours take for 2048 draws. Without: equal draws.
    """
    plan = [(case, peer, FEW, FEW, None) for case in PAIRS for peer in PEERS] + [
        (case, "nearest neighbours", NEEDED[case], FEW, 1.0) for case in PAIRS
    ]
    return {
        f"I(V; Y), {case}, {n} draws / {peer}": (
            f"{peer}, {few} draws",
            lambda case=case, peer=peer, n=n, few=few: against(case, peer, n, few),
            promise,
            3,
        )
        for case, peer, n, few, promise in plan
    }


def main() -> None:
    for case in PAIRS:
        for n in (FEW, 4 * FEW):
            found = errors(case, n)
            error, seconds = found["exact posterior"]
            for name, (off, took) in found.items():
                line = f"{case:9} n={n:6} {name:20} error {off:.2e} in {took:.3f} s"
                print(f"{line}   x{off / error:.3g} error, x{took / seconds:.3g} time")


if __name__ == "__main__":
    main()
