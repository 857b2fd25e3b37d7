"""Lower bounds for the B-bit oracle: T rounds, each a B-bit message about a fresh gradient.

Setting. X_t ~ N(theta, s^2 I_d), independent over t. M_t takes at most 2^B values and is a
function of X_t, the earlier messages and public coins; encoders keep no earlier X. The error is
the total squared error E||theta_hat - theta||^2: the Bayes risk under a Gaussian prior, the
minimax risk on a cube or a ball. Optimizing (mu/2)||x - theta||^2 from B-bit gradients is the
same problem whatever the queries are (see the derivation `reduction`).

Each bound has both readings: the least number of rounds for an error, and the least error for a
number of rounds. They are ordered

    statistical, product  <=  rate_distortion  <=  sharp        and        communication <= sharp.

Messages of random length: read B as their mean length, if they are prefix-free given the past.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from infobound.bounds.bound import Bound
from infobound.bounds.priors import NoPrior, Prior
from infobound.bounds.sharp_converse import sharp_error, sharp_rounds
from infobound.numerics.arguments import (
    ArgumentError,
    argument_error,
    nonnegative,
    positive,
    scale,
    whole,
)

MEMORYLESS = (
    "Gaussian noise, independent over rounds",
    "encoders keep no earlier gradient",
    "the number of rounds is fixed in advance",
)
_LARGEST = 10**18  # of d, B and T


def fisher_trace(*, dimension: int, bits: float, noise_std: float) -> Bound:
    """Most Fisher information that one message carries about theta in R^d.

    X ~ N(theta, s^2 I_d) and I(X; M | coins) <= B: Tr I_M <= (d / s^2) (1 - 4^(-B/d)).
    Strengthens 2 ln 2 B / s^2 (Barnes and Ozgur 2021, arXiv:2102.05802). Approached as d grows
    at fixed B/d; the best single bit reaches 2 / (pi s^2) for every d.

    Parameters
    ----------
    dimension : int
        d >= 1.
    bits : float
        B >= 0, for the whole message.
    noise_std : float
        s > 0 per coordinate, in units of theta.

    Returns
    -------
    Bound
        Upper, per squared unit of theta.

    Examples
    --------
    >>> fisher_trace(dimension=1, bits=1, noise_std=1).value
    0.75
    """
    d = whole("dimension", dimension, most=_LARGEST)
    b = nonnegative("bits", bits)
    s = scale("noise_std", noise_std, "Give it per coordinate.")
    gain = -math.expm1(-math.log(4) * b / d)  # accurate as B/d -> 0
    return Bound(
        value=d * gain / s**2,
        direction="upper",
        unit="1/theta^2",
        hypotheses=("Gaussian noise",),
        source="fisher_trace: Barnes and Ozgur 2021, arXiv:2102.05802, in rate-distortion form",
    )


@dataclass(frozen=True, kw_only=True)
class BitOracle:
    """What is asked: d coordinates, B bits per round, noise and prior.

    Parameters
    ----------
    dimension : int
        d, from 1 to 1e18.
    bits : float
        B > 0 per round, for all coordinates together.
    noise_std : float
        s per coordinate of X, in units of theta, from 1e-60 to 1e60. For a gradient oracle of
        noise sigma and curvature mu, s = sigma / mu (see `of_quadratic`).
    prior : Prior
        GaussianPrior, CubePrior, BallPrior or NoPrior.

    Raises
    ------
    ArgumentError
        If a value is not in its range.
    """

    dimension: int
    bits: float
    noise_std: float
    prior: Prior = field(default_factory=NoPrior)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dimension", whole("dimension", self.dimension, most=_LARGEST))
        bits = positive("bits", self.bits, "Give the bits of one round, all coordinates together.")
        if bits > _LARGEST or bits / self.dimension < 1e-60:
            raise argument_error("bits", self.bits, f"from 1e-60 dimension to {_LARGEST:.0e}")
        object.__setattr__(self, "bits", bits)
        scale("noise_std", self.noise_std, "Give it per coordinate, in units of theta.")
        if not isinstance(self.prior, Prior):
            raise argument_error("prior", self.prior, "a Prior", "See infobound.bounds.priors.")

    @classmethod
    def of_quadratic(
        cls,
        *,
        dimension: int,
        bits: float,
        noise_std: float,
        curvature: float,
        prior: Prior | None = None,
    ) -> "BitOracle":
        """Oracle of f(x) = (mu/2)||x - theta||^2 with gradient noise of `noise_std` = sigma.

        `curvature` is mu. An error in f is `squared_error` away from the error bounded here.
        """
        mu, sigma = scale("curvature", curvature), scale("noise_std", noise_std)
        return cls(dimension=dimension, bits=bits, noise_std=sigma / mu, prior=prior or NoPrior())

    @property
    def gain(self) -> float:
        """g = 1 - 4^(-B/d), the part of the Fisher information that B bits can carry."""
        return -math.expm1(-self.budget)

    @property
    def budget(self) -> float:
        """B ln 4 / d."""
        return math.log(4) * self.bits / self.dimension


def squared_error(suboptimality: float, *, curvature: float) -> float:
    """||x - theta||^2 that leaves (mu/2)||x - theta||^2 = `suboptimality`, mu the `curvature`."""
    return 2 * positive("suboptimality", suboptimality) / scale("curvature", curvature)


def suboptimality(error: float, *, curvature: float) -> float:
    """(mu/2) `error`, with mu the `curvature`."""
    return scale("curvature", curvature) / 2 * nonnegative("error", error)


def statistical(
    oracle: BitOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """No bits at all can do better: T >= s^2 (d/eps^2 - J/d).

    van Trees with the Fisher information d/s^2 of an unquantized sample (Gill and Levit 1995).

    Parameters
    ----------
    oracle : BitOracle
    error : float, optional
        Target eps^2 = E||theta_hat - theta||^2 > 0, summed over coordinates.
    rounds : float, optional
        T >= 1. Exactly one of the two is given.

    Returns
    -------
    Bound
        Lower, in rounds when `error` was given, in squared error when `rounds` was.

    Raises
    ------
    ArgumentError
        If the target is not below what is reached with no rounds at all.
    """
    return _van_trees(oracle, 1.0, "statistical: van Trees, Gill and Levit 1995", error, rounds)


def product(oracle: BitOracle, *, error: float | None = None, rounds: float | None = None) -> Bound:
    """T >= s^2 (d/eps^2 - J/d) max{1, d/(2 ln 2 B)}: the product form.

    van Trees with Tr I <= min{d, 2 ln 2 B}/s^2 per round (Barnes and Ozgur 2021; Kim 2026,
    arXiv:2606.00703, Theorem 3, there without constants). Arguments as in `statistical`.
    """
    return _van_trees(
        oracle,
        min(1.0, oracle.budget),
        "product: Kim 2026, arXiv:2606.00703, Theorem 3, with explicit constants",
        error,
        rounds,
    )


def rate_distortion(
    oracle: BitOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """T >= s^2 (d/eps^2 - J/d) / (1 - 4^(-B/d)).

    van Trees with `fisher_trace` per round. Tight, constant included, as d and then T grow.
    Arguments as in `statistical`.

    Examples
    --------
    >>> from infobound.bounds.priors import CubePrior
    >>> oracle = BitOracle(dimension=1000, bits=100, noise_std=1, prior=CubePrior(1))
    >>> round(rate_distortion(oracle, error=1).value, 2)
    7648.78
    """
    return _van_trees(
        oracle, oracle.gain, "rate_distortion: van Trees with fisher_trace", error, rounds
    )


def communication(
    oracle: BitOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """T B >= (d/2) log2(d N/eps^2): the bits alone, whatever the encoders remember.

    Rate-distortion function of the Gaussian prior (N = tau^2), Shannon lower bound of the uniform
    prior on a cube (N = 2 L^2/(pi e)) or a ball. Arguments as in `statistical`.

    Raises
    ------
    ArgumentError
        Without a prior: over all of R^d the minimax error is infinite at any number of bits.
    """
    target = _target(oracle, error, rounds)
    power = oracle.prior.largest_entropy_power(oracle.dimension)
    if math.isinf(power):
        raise argument_error("prior", oracle.prior, "a prior of finite entropy", _PLACE)
    source = "communication: rate-distortion function, Shannon lower bound"
    if target is None:
        value = oracle.dimension * power * math.exp(-oracle.budget * float(rounds or 0))
        return _bound(oracle, value, "squared error", source, hypotheses=())
    value = math.log(power / target) / oracle.budget
    vacuous = "" if target < power else "the error is not below d times the entropy power"
    return _bound(oracle, value, "rounds", source, vacuous, hypotheses=())


def sharp(oracle: BitOracle, *, error: float | None = None, rounds: float | None = None) -> Bound:
    """The sharp converse, above all the others; one root of one equation.

    1/D <= J/d + (T/s^2) (1 - 4^-r) with D = eps^2/d and r = B/d - [log2(N/D)]_+ / (2T): the
    Gaussian CEO outer bound (Oohama 1998; Prabhakaran, Tse and Ramchandran 2004) for interactive
    messages. Attained for the Gaussian prior as d grows at fixed T and B/d. On a cube or a ball
    the larger of (C) under the Dirichlet eigenfunction prior and `communication` under the uniform
    one: both are minimax bounds. Arguments and errors as in `communication`.
    """
    target = _target(oracle, error, rounds)
    d, s, prior = oracle.dimension, oracle.noise_std, oracle.prior
    bits_alone = communication(oracle, error=error, rounds=rounds)
    information, power = prior.information(d), prior.entropy_power(d)
    source = "sharp: Gaussian CEO outer bound, Oohama 1998, for interactive messages"
    if target is None:
        total = sharp_error(float(rounds or 0), oracle.budget, information, power, s**2)
        return _bound(oracle, max(d * total, bits_alone.value), "squared error", source)
    need = s**2 * (1 / target - information)
    place = max(math.log(power / target), 0.0)  # [.]_+ is part of the statement
    value = max(sharp_rounds(need, oracle.budget, place), bits_alone.value)
    return _bound(oracle, value, "rounds", source, "" if value > 0 else _TOO_EASY)


def scalar_optimum(
    oracle: BitOracle, *, error: float | None = None, rounds: float | None = None
) -> Bound:
    """d = 1: T >= s^2 (1/eps^2 - J) / I_B with I_B the Fisher information of Lloyd-Max cells.

    The best B-bit message about X ~ N(theta, s^2) is the quantizer of least squared error, so
    s^2 I = 1 - D (derivation `lloyd_max`). Reached by re-centring as T grows: the constant is exact.
    For one bit it holds in every dimension: s^2 Tr I_M <= 2/pi for a message of one bit.

    Arguments as in `statistical`; the dimension must be 1 and the bits whole, at most 10, or the
    bits 1 in any dimension.
    """
    from infobound.numerics.lloyd_max import lloyd_max  # numpy: kept off the path of the others

    bits = whole("bits", oracle.bits, most=10, remedy="Lloyd-Max cells are tabulated to 10 bits.")
    if oracle.dimension != 1 and bits != 1:
        raise argument_error(
            "dimension", oracle.dimension, "1 (or bits = 1)", "Use rate_distortion or sharp."
        )
    best = (1 - lloyd_max(2**bits).distortion) / oracle.dimension
    return _van_trees(oracle, best, "scalar_optimum: Lloyd-Max cells, Max 1960", error, rounds)


@dataclass(frozen=True)
class Limits:
    """All bounds for one question.

    Attributes
    ----------
    asked : {"rounds", "error"}
        What the values are.
    values : dict of str to float or None
        By the bound's name; None where it says nothing, with the reason in `notes`.
    notes : dict of str to str
    """

    asked: Literal["rounds", "error"]
    values: dict[str, float | None]
    notes: dict[str, str]


BOUNDS: dict[str, Callable[..., Bound]] = {
    "communication": communication,
    "statistical": statistical,
    "product": product,
    "rate_distortion": rate_distortion,
    "sharp": sharp,
}


def limits(oracle: BitOracle, *, error: float | None = None, rounds: float | None = None) -> Limits:
    """All five bounds at once; a vacuous one, or one that needs a prior, is None with a note."""
    _target(oracle, error, rounds)
    values: dict[str, float | None] = {}
    notes: dict[str, str] = {}
    for name, bound in BOUNDS.items():
        if name in ("communication", "sharp") and isinstance(oracle.prior, NoPrior):
            values[name], notes[name] = None, f"needs a prior. {_PLACE}"
            continue
        found = bound(oracle, error=error, rounds=rounds)
        values[name] = None if found.vacuous else found.value
        if found.vacuous:
            notes[name] = f"vacuous: {found.vacuous}"
    return Limits("error" if error is None else "rounds", values, notes)


_TOO_EASY = "the prior alone nearly gives this error; d/eps^2 is not above J/d"
_PLACE = (
    "Over all of R^d the minimax error is infinite at any number of bits: "
    "give a Gaussian prior, a cube or a ball."
)


def _van_trees(
    oracle: BitOracle, gain: float, source: str, error: float | None, rounds: float | None
) -> Bound:
    """eps^2 >= d / (T gain/s^2 + J/d), both readings."""
    target = _target(oracle, error, rounds)
    information = oracle.prior.information(oracle.dimension)
    if target is None:
        known = float(rounds or 0) * gain / oracle.noise_std**2 + information
        return _bound(oracle, oracle.dimension / known, "squared error", source)
    value = oracle.noise_std**2 * (1 / target - information) / gain
    return _bound(oracle, value, "rounds", source, "" if value > 0 else _TOO_EASY)


def _target(oracle: BitOracle, error: float | None, rounds: float | None) -> float | None:
    """Target error per coordinate, or None when it is the rounds that are given."""
    if (error is None) == (rounds is None):
        raise ArgumentError("Give exactly one of error and rounds.")
    if error is None:
        whole("rounds", rounds, most=_LARGEST)
        return None
    allowed = oracle.prior.largest_error(oracle.dimension)
    target = positive("error", error, "It is E||theta_hat - theta||^2.") / oracle.dimension
    if target >= allowed:
        raise argument_error(
            "error",
            error,
            f"below {oracle.dimension * allowed:.6g}, which this prior allows with no rounds at all",
            "Ask for a smaller error.",
        )
    if not 1e-120 <= target <= 1e120:
        raise argument_error("error", error, "1e-120 to 1e120 per coordinate")
    return target


def _bound(
    oracle: BitOracle,
    value: float,
    unit: str,
    source: str,
    vacuous: str = "",
    hypotheses: tuple[str, ...] = MEMORYLESS,
) -> Bound:
    return Bound(
        value=value,
        direction="lower",
        unit=unit,
        hypotheses=(*hypotheses, f"{oracle.prior.risk} risk, {oracle.prior}"),
        source=source,
        vacuous=vacuous,
    )
