"""Squared conditional means without bias: products of different draws from one cell.

Draws Z_1..Z_n in R^d carry labels; cell m holds n_m of them, with mean mu_m and covariance C_m. Let
U_m be the mean of Z_i . Z_j over pairs i != j in cell m. Then T = sum_m (n_m/n) U_m has mean
E |mu_M|^2, but for cells with n_m = 1, which are left out. Its variance is

    (1/n) Var |mu_M|^2 + sum_m (n_m/n)^2 v_m,
    v_m = Var(U_m | labels) = 4 mu_m' C_m mu_m / n_m + 2 tr C_m^2 / (n_m (n_m - 1)),

(Hoeffding 1948). The second-order term dominates when the cells are many or tell little. As
E[U_m^2 | labels] = |mu_m|^4 + v_m, an unbiased estimate of the variance is, up to 1/n,

    (1/n) [sum_m (n_m/n) U_m^2 - T^2] + (1/n^2) sum_m [4 (n_m - 1) mu_m' C_m mu_m + 2 tr C_m^2].

With c_i = Z_i . mean_{j != i} Z_j and its variance w_m in cell m, E w_m = ((n_m - 2)/(n_m - 1))^2
mu_m' C_m mu_m + (n_m - 2)/(n_m - 1)^2 tr C_m^2, and tr C_m^2 is the mean of
((Z_1 - Z_2) . (Z_3 - Z_4))^2 / 4 over disjoint quadruples. Cells of two or three draws have no
quadruple; there 2 (n_m - 1) (Z_i . Z_j)^2 has a mean that is larger than what it stands for.
"""

from dataclasses import dataclass

import numpy as np

from infobound.information.law import Floats, Ints


@dataclass(frozen=True, eq=False)
class Cross:
    """Estimates of E mu_M mu_M^T in units of the draws, with the standard error of the trace."""

    diagonal: Floats  # (d,)
    matrix: Floats | None  # (d, d), if asked for
    stderr: float  # of the trace
    alone: float  # squared length of the draws that are alone in their cell, summed
    singletons: int  # cells seen once
    cells: int  # cells seen


def cross_products(draws: Floats, labels: Ints, *, full: bool) -> Cross:
    """The U-statistic of draws (n, d) with labels (n,) = 0, ..., K - 1, each label in use."""
    n = labels.size
    order = np.argsort(labels, kind="stable")
    z, cell = draws[order], labels[order]
    count = np.bincount(cell)
    start = np.cumsum(count) - count
    total = np.add.reduceat(z, start, axis=0)
    pairs = np.maximum(count - 1, 1)  # per draw; cells seen once drop out below
    paired = count[cell] > 1
    kept, home = z[paired], cell[paired]
    weight = 1 / (n * pairs)
    both = count > 1
    diagonal = weight[both] @ total[both] ** 2 - weight[home] @ kept**2
    matrix = None
    if full:
        matrix = (weight[both, None] * total[both]).T @ total[both]
        matrix -= (weight[home, None] * kept).T @ kept
    # c_i of every draw, and U_m, its mean over the cell
    c = np.einsum("ij,ij->i", z, total[cell] - z) / pairs[cell]
    mean = np.bincount(cell, c) / count
    trace = float(count @ mean) / n
    between = (float(count @ mean**2) / n - trace**2) / n
    first, second = _within(z, cell, count, start, c - mean[cell])
    spread = between + (max(first, 0.0) + second) / n**2  # first estimates a square
    return Cross(
        diagonal,
        matrix,
        float(np.sqrt(spread)),
        float(np.sum(z[~paired] ** 2)),
        int(np.sum(count == 1)),
        count.size,
    )


def _within(
    z: Floats, cell: Ints, count: Ints, start: Ints, deviation: Floats
) -> tuple[float, float]:
    """Sums over cells of 4 (n_m - 1) mu' C mu and of 2 tr C^2."""
    size = np.where(count > 3, count, 4).astype(np.float64)  # smaller cells are left to the end
    variance = np.bincount(cell, deviation**2) / (size - 1)
    square = _trace_of_squared_covariance(z, cell, count, start)
    slope = ((size - 1) / (size - 2)) ** 2 * variance - square / (size - 2)
    many = count > 3
    first, second = float((4 * (size - 1) * slope)[many].sum()), float(2 * square[many].sum())
    for few in (2, 3):
        group = z[count[cell] == few].reshape(-1, few, z.shape[1])
        gram = np.einsum("kid,kjd->kij", group, group)
        upper = gram[:, *np.triu_indices(few, 1)]
        second += 2 * (few - 1) * float(np.sum(np.mean(upper**2, axis=1)))
    return first, second


def _trace_of_squared_covariance(z: Floats, cell: Ints, count: Ints, start: Ints) -> Floats:
    place = np.arange(cell.size) - start[cell]
    whole = place < count[cell] // 4 * 4
    four = z[whole].reshape(-1, 4, z.shape[1])
    product = np.einsum("ij,ij->i", four[:, 0] - four[:, 1], four[:, 2] - four[:, 3])
    home = cell[whole][::4]
    quadruples = np.maximum(count // 4, 1)
    return np.bincount(home, product**2 / 4, minlength=count.size) / quadruples
