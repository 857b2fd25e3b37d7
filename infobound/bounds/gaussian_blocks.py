r"""Exact error and entropy of block formats on a Gaussian source, X_1..X_n ~ N(0, s^2) per block.

A block is encoded with a scale that depends on m = max |X_i| alone, and each element is rounded to
scale * grid. So X_i is independent of the others given that all are at most b in size, and with
F(b) = P(|X| <= b), for a scale that is used when lower < m <= upper,

    E[g(X_i); scale] = E[g; |X_i| <= lower] (F(upper)^(n-1) - F(lower)^(n-1))
                       + E[g; lower < |X_i| <= upper] F(upper)^(n-1),

for any g: the second line has element i above lower, the first needs another one there. With g the
squared error, or the indicator of a code, the sum over the scales is exact, and every term is
positive. With a real-valued scale m / L the sum becomes an integral over m. Derivation
`block_formats`.

Plain numbers in, no quantizers: grids are the nonnegative halves of symmetric ones.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from infobound.bounds.mean_estimation import effective_bits, unbiased_effective_bits
from infobound.numerics.arguments import argument_error, positive, whole
from infobound.numerics.gauss_legendre import gauss_legendre
from infobound.numerics.normal import Floats, cell_probability, density
from infobound.numerics.rounding_cells import Rounding, checked_grid, rounding_parts

WINDOW = 40.0  # standard deviations: no double tells P(|X| <= 40) from 1
OCTAVES = 48  # below one standard deviation; a maximum under 2^-48 has an error nobody sees
FAR = 1e100
_PANELS, _ORDER = 13, 20  # of the integral over the block maximum, on [0, 13]


@dataclass(frozen=True, eq=False)
class ScaleCells:
    """Which scale a block gets: scales[k] when edges[k] < max |x_i| <= edges[k + 1].

    Parameters
    ----------
    edges : array_like (K + 1,)
        From 0 to inf, increasing (not strictly: a scale that no maximum gets does no harm).
    scales : array_like (K,)
        Positive, or 0 for a scale that turns the whole block to 0.
    """

    edges: Floats
    scales: Floats

    def __init__(self, edges: npt.ArrayLike, scales: npt.ArrayLike) -> None:
        ends, factors = (np.array(part, dtype=np.float64) for part in (edges, scales))
        if ends.ndim != 1 or factors.shape != (ends.size - 1,) or not factors.size:
            raise argument_error("scales.shape", factors.shape, f"({ends.size - 1},), one per cell")
        if not (ends[0] == 0 and np.all(ends[1:] >= ends[:-1]) and ends[-1] == math.inf):
            raise argument_error("edges", edges, "increasing from 0 to inf")
        if not np.all((factors >= 0) & np.isfinite(factors)):
            raise argument_error("scales", scales, "finite and not negative")
        for part, name in ((ends, "edges"), (factors, "scales")):
            part.flags.writeable = False
            object.__setattr__(self, name, part)

    @classmethod
    def powers_of_two(
        cls, reach: float, *, std: float = 1.0, least: int = -127, most: int = 127
    ) -> "ScaleCells":
        """Scale 2^e for maxima in (reach/2, reach] 2^e: every rule of the MX formats.

        With the largest element M, its exponent emax, and p bits of mantissa, `reach` (the largest
        scaled maximum) is 2^(emax + 1) for floor, M for rceil, (2 - 2^-(p + 1)) 2^emax for even and
        2^emax for ceil. Exponents are held to [least, most]. Only those are listed that a maximum
        of normals of this standard deviation can ask for.
        """
        unit = positive("std", std) / positive("reach", reach)
        ends = (math.floor(math.log2(unit * 2.0**-OCTAVES)), math.ceil(math.log2(unit * WINDOW)))
        low, high = (min(max(end, least), most) for end in ends)
        exponents = np.arange(low, high + 1)
        edges = np.concatenate([[0.0], np.ldexp(float(reach), exponents[:-1]), [math.inf]])
        return cls(edges, np.ldexp(1.0, exponents))


@dataclass(frozen=True, eq=False, kw_only=True)
class GaussianBlock:
    """A block format on Gaussian input, per coordinate and relative to E X^2.

    Attributes
    ----------
    block : int
    nmse : float
        E(Q - X)^2 / E X^2.
    inner, power : float
        E QX / E X^2 and E Q^2 / E X^2; inner = 1 for an unbiased format.
    clipped : float
        P(|X| is beyond the largest element times the scale).
    magnitudes : ndarray (K,)
        P(Q is scale times grid value k, of either sign).
    scale_entropy : float
        Bits per block; inf for a real-valued scale.
    magnitude_entropy : float
        H(|Q| / scale given the scale), bits per element.
    """

    block: int
    nmse: float
    inner: float
    power: float
    clipped: float
    magnitudes: Floats
    scale_entropy: float
    magnitude_entropy: float

    @property
    def zeros(self) -> float:
        """P(Q = 0)."""
        return float(self.magnitudes[0])

    @property
    def effective_bits(self) -> float:
        """-(1/2) log2 NMSE: the rate at which the Gaussian limit has this error."""
        return effective_bits(self.nmse)

    @property
    def unbiased_effective_bits(self) -> float:
        """(1/2) log2(1 + 1/NMSE): the same for the limit of unbiased quantizers."""
        return unbiased_effective_bits(self.nmse)

    @property
    def used_fisher(self) -> float:
        """(E QX)^2 / (E Q^2 E X^2): Tr I s^2 / d that the average of decoded vectors uses."""
        return self.inner**2 / self.power

    @property
    def value_entropy(self) -> float:
        """Bits per coordinate of values coded one by one given the scale, and of the scale."""
        return self.magnitude_entropy + 1 - self.zeros + self.scale_entropy / self.block

    @property
    def code_entropy(self) -> float:
        """The same for codes that keep +0 and -0 apart, which costs a bit for each 0."""
        return self.value_entropy + self.zeros


def gaussian_block(
    values: npt.ArrayLike,
    cells: ScaleCells,
    *,
    block: int,
    std: float = 1.0,
    rounding: Rounding = "nearest",
) -> GaussianBlock:
    """A format whose scale takes the values of `cells`; exact, to about 1e-12 relative.

    Parameters
    ----------
    values : array_like (K,)
        Nonnegative half of the element grid, 0 = v_0 < v_1 < ...
    cells : ScaleCells
        In the same unit as std.
    block : int, >= 1
        Elements that share a scale.
    std : float
        s > 0.
    rounding : {"nearest", "stochastic", "truncate"}
        Ties have probability 0.

    Examples
    --------
    MXFP4 with the floor rule:

    >>> e2m1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    >>> round(gaussian_block(e2m1, ScaleCells.powers_of_two(8), block=32).nmse, 12)
    0.013218762254
    """
    grid, n, unit = checked_grid(values), whole("block", block), positive("std", std)
    ends = cells.edges / unit
    others, own = block_weights(ends[:-1], ends[1:], n)
    sums: dict[str, list[Floats]] = {"error": [], "inner": [], "power": [], "clipped": []}
    joint = np.zeros((ends.size - 1, grid.size))
    for chosen, scaled, kind in scaled_grids(grid, cells, std=unit, rounding=rounding):
        low, up = ends[:-1][chosen], ends[1:][chosen]
        top = scaled[:, -1]
        for weight, start, stop in (
            (2 * others[chosen], np.zeros_like(low), low),
            (2 * own[chosen], low, up),
        ):
            part = rounding_parts(scaled, start, stop, rounding=kind)
            mass = weight[:, None] * part.mass
            joint[chosen] += mass
            sums["error"].append(weight * part.error)
            sums["inner"].append(np.ravel(mass * part.mean * scaled))
            sums["power"].append(np.ravel(mass * scaled**2))
            beyond = cell_probability(np.clip(top, start, stop), stop)
            sums["clipped"].append(weight * beyond)
    total = {name: math.fsum(np.concatenate(terms).tolist()) for name, terms in sums.items()}
    scale_entropy = _entropy(joint.sum(axis=1))
    return GaussianBlock(
        block=n,
        nmse=total["error"],
        inner=total["inner"],
        power=total["power"],
        clipped=total["clipped"],
        magnitudes=joint.sum(axis=0),
        scale_entropy=scale_entropy,
        magnitude_entropy=_entropy(joint) - scale_entropy,
    )


def absmax_block(
    values: npt.ArrayLike, *, block: int, rounding: Rounding = "nearest"
) -> GaussianBlock:
    """A format with the real-valued scale max |x_i| / v_K, v_K the largest value of the grid.

    The largest element is exact; given its size m the others are normals cut to [-m, m], so

        NMSE = (n - 1) int_0^inf 2 phi(m) F(m)^(n-2) G(m) dm,  G(m) = E[(X - Q_m(X))^2; |X| <= m],

    by Gauss-Legendre quadrature in m, to about 1e-12 relative; the same for every standard
    deviation. Arguments as in `gaussian_block`.

    Examples
    --------
    INT4 with blocks of 32:

    >>> round(absmax_block(range(8), block=32).nmse, 8)
    0.00940973
    """
    grid, n = checked_grid(values), whole("block", block)
    place, weight = gauss_legendre(_ORDER)
    m = np.ravel(np.arange(_PANELS)[:, None] + place)
    measure = np.tile(weight, _PANELS) * 2 * density(m)
    _, below = block_weights(m, m, n)  # F(m)^(n-1): the largest element is this one
    # and with one other in its place, for the elements that are not the largest
    own, others = measure * below, (n - 1) * measure * _power(m, n - 2)
    scaled = m[:, None] * (grid / grid[-1])
    part = rounding_parts(scaled, 0.0, m, rounding=rounding)
    mass = 2 * others[:, None] * part.mass
    largest = math.fsum((own * m**2).tolist())
    joint = mass.copy()
    joint[:, -1] += own
    chance = joint.sum(axis=1)
    surprise = _terms(joint).sum(axis=1) - _terms(chance)
    return GaussianBlock(
        block=n,
        nmse=math.fsum((2 * others * part.error).tolist()),
        inner=largest + math.fsum(np.ravel(mass * part.mean * scaled).tolist()),
        power=largest + math.fsum(np.ravel(mass * scaled**2).tolist()),
        clipped=0.0,
        magnitudes=joint.sum(axis=0),
        scale_entropy=math.inf,
        magnitude_entropy=math.fsum(surprise.tolist()),
    )


def typical_maximum(count: int, *, std: float = 1.0, chance: float = 0.5) -> float:
    """The quantile of max |X_i| over `count` independent N(0, s^2): by default the median.

    What a tensor scale is set by. Solves F(a)^count = chance, 0 < chance < 1, without losing
    digits at any count.
    """
    from scipy.special import erfinv, ndtri

    count, unit = whole("count", count), positive("std", std)
    if not 0 < chance < 1:
        raise argument_error("chance", chance, "in (0, 1)")
    log_size = math.log(chance) / count
    if log_size < -1:
        return math.sqrt(2) * float(erfinv(math.exp(log_size))) * unit
    return -float(ndtri(-math.expm1(log_size) / 2)) * unit


def block_weights(lower: Floats, upper: Floats, block: int) -> tuple[Floats, Floats]:
    """F(upper)^(n-1) - F(lower)^(n-1) and F(upper)^(n-1), F(b) = P(|X| <= b), X ~ N(0, 1)."""
    own = _power(upper, block - 1)
    if block == 1:
        return np.zeros_like(own), own
    inside = 2 * cell_probability(0.0, upper)
    between = 2 * cell_probability(lower, upper)
    share = np.divide(between, inside, out=np.ones_like(inside), where=inside > between)
    with np.errstate(divide="ignore"):
        return own * -np.expm1((block - 1) * np.log1p(-share)), own


def scaled_grids(
    grid: Floats, cells: ScaleCells, *, std: float, rounding: Rounding
) -> list[tuple[npt.NDArray[np.bool_], Floats, Rounding]]:
    """Which scales are in use, their grids in standard deviations, and how they round.

    Scales that are 0 come apart, with a grid so far out that everything is nearest to 0.
    """
    used = cells.edges[1:] > cells.edges[:-1]
    zero = cells.scales == 0
    scaled = cells.scales[used & ~zero, None] / std * grid
    far = np.broadcast_to(FAR / grid[1] * grid, (int(np.sum(used & zero)), grid.size))
    groups: list[tuple[npt.NDArray[np.bool_], Floats, Rounding]]
    groups = [(used & ~zero, scaled, rounding), (used & zero, far, "nearest")]
    return [group for group in groups if np.any(group[0])]


def _power(b: Floats, exponent: int) -> Floats:
    """F(b)^exponent, with the digits of 1 - F(b) where F(b) is near 1."""
    from scipy.special import erf, erfc

    root = b / math.sqrt(2)
    with np.errstate(divide="ignore"):
        log_size = np.where(b > 1, np.log1p(-erfc(root)), np.log(erf(root)))
    return np.exp(exponent * log_size) if exponent else np.ones_like(b)


def _terms(chance: Floats) -> Floats:
    return -chance * np.log2(np.where(chance > 0, chance, 1.0))


def _entropy(chance: Floats) -> float:
    return math.fsum(np.ravel(_terms(chance)).tolist())
