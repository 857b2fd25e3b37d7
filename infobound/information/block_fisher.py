r"""Fisher information that a block of codes carries about the mean of a Gaussian, exactly.

For X ~ N(theta, s^2 I_n) and a message M made from X, Tr I = E|E[X - theta | M]|^2 / s^4. A block
format sends a scale, which says lower < max |X_i| <= upper, and element codes, which say in which
cell each X_i is (or, rounded at random, weigh the places of X_i). So given M, X lies in a product
of cells cut at `upper`, less the product of the same cells cut at `lower`. Let p_c and q_c be the
probabilities of the parts of cell c below and above `lower`, nu_c and tau_c the means of X in
them, r_c = p_c/(p_c + q_c), and rho the product of r over the block. Then

    P(M) = prod_j (p + q)_j (1 - rho),
    E[X_i | M] = (1 - w_i) nu_i + w_i tau_i,   w_i = (1 - r_i)/(1 - rho),

w_i being the probability that X_i is above `lower`. Only codes whose cells are cut in two matter
for rho: a cell above has r = 0, and then rho = 0; a cell below has r = 1. At most one magnitude is
cut in two under deterministic rounding, two under stochastic rounding, and E[X_i | M] depends on
how many elements have it: a sum over these counts is exact, with positive terms only. The entropy
of M follows from the same sum. Derivation `block_formats`.

Everything is at theta = 0, where the grids have their centre.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from infobound.bounds.gaussian_blocks import block_weights, scaled_grids
from infobound.information.block_rules import BlockRule, block_rule
from infobound.information.quantizer_figures import Relation, describe_quantizer
from infobound.montecarlo.estimate import Estimate
from infobound.numerics.arguments import positive
from infobound.numerics.gauss_legendre import gauss_legendre
from infobound.numerics.normal import Floats, density
from infobound.numerics.rounding_cells import Rounding, checked_grid, rounding_parts
from infobound.quantizers.base import Quantizer, Rng

UNIT = "Tr I s^2 / d"
_ORDER = 40  # nodes in a gap, for the entropy of a stochastic rounding
_ROWS = 256  # scales at a time


@dataclass(frozen=True, kw_only=True)
class BlockInformation:
    """What a message of a block format tells of X ~ N(0, s^2 I), per coordinate.

    Attributes
    ----------
    fisher : float
        Tr I s^2 / d about the mean, at most 1 - 4^-mutual.
    mutual : float
        I(X; M) / d in bits; the entropy for deterministic rounding.
    entropy : float
        H(M) / d in bits: what ideal coding of whole blocks would send, at most the rate.
    """

    fisher: float
    mutual: float
    entropy: float


def carried_fisher(
    quantizer: Quantizer,
    d: int,
    *,
    std: float = 1.0,
    tensor_max: float | None = None,
    rng: Rng = None,
    samples: int = 4096,
) -> tuple[Estimate, Relation]:
    """Tr I s^2 / d of one message about the mean of N(0, std^2 I_d), and how it relates.

    Exact ("=") where `block_information` is, for whole blocks; for any other quantizer what
    `describe_quantizer` finds, which may be the lower bound (">=") of a linear estimate and is
    measured on input of the scale that it chooses.
    """
    found = block_information(quantizer, std=std, tensor_max=tensor_max)
    if found is not None:
        return Estimate(value=found.fisher, unit=UNIT), "="
    figures = describe_quantizer(quantizer, d, rng=rng, samples=samples)
    return figures.fisher, figures.fisher_relation


def block_information(
    quantizer: Quantizer,
    *,
    std: float = 1.0,
    tensor_max: float | None = None,
    signed_zero: bool | None = None,
) -> BlockInformation | None:
    """Information in a block of codes; None for a quantizer that is no such block format.

    Parameters
    ----------
    quantizer : Quantizer
        As for `block_rule`: MX, IntegerBlocks with a half-precision scale, NVFP4 without `select`,
        `Cast`, `Rotated` ones.
    std : float, > 0
    tensor_max : float, > 0
        As in `gaussian_figures`. The tensor scale is taken as known: in a long vector it tells
        about its largest coordinate only.
    signed_zero : bool, optional
        Whether the reader tells +0 from -0, as the codes of floats do; False for one who reads
        numbers.

    Examples
    --------
    >>> from infobound.quantizers.formats.mx import MX
    >>> found = block_information(MX("e2m1"))
    >>> round(found.fisher, 6) < 1 - 4**-found.mutual < 1 - 4**-4.25
    True
    """
    rule = block_rule(quantizer, std=std, tensor_max=tensor_max)
    return None if rule is None else rule_information(rule, std=std, signed_zero=signed_zero)


def rule_information(
    rule: BlockRule, *, std: float = 1.0, signed_zero: bool | None = None
) -> BlockInformation:
    """`block_information` of a format in plain numbers.

    A block whose scale is 0 says that its maximum is small, and nothing else.
    """
    unit = positive("std", std)
    signed = rule.signed_zero if signed_zero is None else signed_zero
    ends = rule.cells.edges / unit
    fisher, surprise, coins = [], [], []
    for chosen, grid, kind in scaled_grids(
        checked_grid(rule.grid), rule.cells, std=unit, rounding=rule.rounding
    ):
        cells = _Cells.of(grid, ends[:-1][chosen], ends[1:][chosen], rule.block, kind, signed)
        for part in (cells.whole(), *cells.cut()):
            fisher.append(part[0])
            surprise.append(part[1])
        if kind == "stochastic":
            coins.append(cells.coin_entropy(grid))
    entropy = _sum(surprise)
    return BlockInformation(fisher=_sum(fisher), mutual=entropy - math.fsum(coins), entropy=entropy)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Parts of cells below and above the least maximum of each scale, (E, K) by scale and code.

    p, q are probabilities of both signs together, nu, tau means of |X|, 0 where the sign of the
    code does not tell that of X.
    """

    block: int
    low: Floats
    up: Floats
    others: Floats  # F(up)^(n-1) - F(low)^(n-1): another element is above
    own: Floats  # F(up)^(n-1)
    p: Floats
    q: Floats
    nu: Floats
    tau: Floats
    signed: bool

    @classmethod
    def of(
        cls, grid: Floats, low: Floats, up: Floats, block: int, rounding: Rounding, signed: bool
    ) -> "_Cells":
        below = rounding_parts(grid, 0.0, low, rounding=rounding)
        above = rounding_parts(grid, low, up, rounding=rounding)
        nu, tau = below.mean.copy(), above.mean.copy()
        if not signed:
            nu[:, 0] = tau[:, 0] = 0.0
        others, own = block_weights(low, up, block)
        return cls(block, low, up, others, own, 2 * below.mass, 2 * above.mass, nu, tau, signed)

    def whole(self) -> tuple[Floats, Floats]:
        """E E[X|M]^2 of codes that are not cut: the mean of the cell, whatever the others are.

        And -E log2 of the first factor of P(M), of all codes.
        """
        total = self.p + self.q
        mean = (self.p * self.nu + self.q * self.tau) / np.where(total > 0, total, 1.0)
        chance = self.others[:, None] * self.p + self.own[:, None] * self.q
        codes = np.where(total > 0, total / 2, 1.0)
        if not self.signed:
            codes[:, 0] = np.where(total[:, 0] > 0, total[:, 0], 1.0)
        is_cut = (self.p > 0) & (self.q > 0)
        return np.where(is_cut, 0.0, chance * mean**2), -chance * np.log2(codes)

    def cut(self) -> Iterator[tuple[Floats, Floats]]:
        """E E[X|M]^2 of codes that are cut in two, and -E log2(1 - rho) / n, in pieces."""
        n, both = self.block, (self.p > 0) & (self.q > 0)
        below = np.where(self.q == 0, self.p, 0.0).sum(axis=1)
        above = np.where(self.p == 0, self.q, 0.0).sum(axis=1)
        kinds = both.sum(axis=1)
        for count in range(1, int(kinds.max(initial=0)) + 1):
            rows = np.flatnonzero(kinds == count)
            for piece in np.array_split(rows, -(-rows.size // _ROWS)) if rows.size else ():
                cut = both[piece]
                p, q, nu, tau = (
                    part[piece][cut].reshape(-1, count)
                    for part in (self.p, self.q, self.nu, self.tau)
                )
                base, top = below[piece], above[piece]
                inside = base + np.sum(p + q, axis=1)
                # With another element wholly above, rho = 0.
                share = np.where(top > 0, top / (inside + top), 0.0)
                with np.errstate(divide="ignore"):
                    free = -np.expm1((n - 1) * np.log1p(-share)) if n > 1 else 0 * share
                yield (
                    (self.own[piece] * free)[:, None] * (p * nu + q * tau) ** 2 / (p + q),
                    np.zeros(0),
                )
                counts = _counts(n, np.max((p + q) / inside[:, None], axis=0))
                squares, bits = _counted(counts, n, base, p, q, nu, tau)
                yield squares / n, bits / n

    def coin_entropy(self, grid: Floats) -> float:
        """E h(share) for an element at `share` of the way between its neighbours, h binary entropy.

        Gauss-Legendre in each gap, in a variable in which -t log t is smooth enough at the ends.
        """
        place, weight = gauss_legendre(_ORDER)
        smooth = place**3 * (10 - 15 * place + 6 * place**2)
        weight = 60 * weight * (place * (1 - place)) ** 2  # both signs
        terms = []
        for chance, start, stop in (
            (self.others, 0 * self.low, self.low),
            (self.own, self.low, self.up),
        ):
            a, b = (
                np.clip(end, start[:, None], stop[:, None])[..., None]
                for end in (grid[:, :-1], grid[:, 1:])
            )
            x = a + (b - a) * smooth
            share = np.clip((x - grid[:, :-1, None]) / np.diff(grid)[..., None], 0.0, 1.0)
            bits = _surprise(share) + _surprise(1 - share)
            terms.append(chance[:, None, None] * (b - a) * density(x) * bits * weight)
        return _sum(terms)


def _counted(
    counts: Floats, n: int, base: Floats, p: Floats, q: Floats, nu: Floats, tau: Floats
) -> tuple[Floats, Floats]:
    """Blocks without an element wholly above: P times the sum of E[X_i|M]^2 over cut elements.

    And -P log2(1 - rho), both (E, m). `counts` (m, A): how many of the n elements have each cut
    magnitude; p, q, nu, tau (E, A); `base` (E,): the probability of a magnitude wholly below.
    """
    from scipy.special import gammaln, xlogy

    share = q / (p + q)
    log_r = np.where(share < 0.5, np.log1p(-np.minimum(share, 0.5)), np.log(p) - np.log(p + q))
    gone = -np.expm1(log_r @ counts.T)  # 1 - rho
    rest = n - counts.sum(axis=1)
    log_ways = gammaln(n + 1) - gammaln(counts + 1).sum(axis=1) - gammaln(rest + 1)
    log_ways = log_ways + np.log(p + q) @ counts.T + xlogy(rest, base[:, None])
    chance = np.exp(log_ways) * gone
    squares = np.zeros_like(chance)
    for k in range(p.shape[1]):
        weight = share[:, k, None] / gone
        mean = (1 - weight) * nu[:, k, None] + weight * tau[:, k, None]
        squares += counts[:, k] * mean**2
    return chance * squares, -chance * np.log2(gone)


def _counts(n: int, chance: Floats) -> Floats:
    """All (k_1, ..., k_A) with 1 <= sum <= n, shape (m, A), `chance` being that of each kind.

    But for counts with a binomial probability below 1e-18 to be so large.
    """
    from scipy.special import bdtrc

    tail = bdtrc(np.arange(n)[:, None], n, np.minimum(chance, 1.0))  # of more than k
    most = 1 + np.count_nonzero(tail[1:] > 1e-18, axis=0)
    grid = np.indices(most + 1).reshape(most.size, -1).T
    size = grid.sum(axis=1)
    counts: Floats = grid[(size >= 1) & (size <= n)].astype(np.float64)
    return counts


def _surprise(chance: Floats) -> Floats:
    bits: Floats = -chance * np.log2(np.where(chance > 0, chance, 1.0))
    return bits


def _sum(parts: list[Floats]) -> float:
    return math.fsum(np.concatenate([np.ravel(part) for part in parts]).tolist())
