"""What first-order methods reach with stochastic, possibly quantized, subgradients.

T rounds of projected subgradient or mirror descent with a constant step, answered by the average
of the queries x_1, ..., x_T. Mayekar and Tyagi 2020 (arXiv:2001.09032), Theorems 2.2 and 2.3, here
with the constants of the very steps that are used; proofs in the derivations
`projected_subgradient` and `mirror_descent`.

The one inequality behind all of them: with psi(x) = |x|_a^2 / (2 (a - 1)), 1 < a <= 2 (a = 2 is the
projected subgradient method), 1/a + 1/b = 1, start x_1 and minimiser x* with |x* - x_1|_a <= R, and
E|g_t|_b^2 <= G^2 for what is received as a subgradient,

    E f(average) - min f  <=  R^2 / (2 (a - 1) step T) + step G^2 / 2  =  R G / sqrt((a - 1) T)

at the best step. A bias of l_q norm at most beta costs beta times the l_p diameter more.
"""

import math

from infobound.bounds.bound import Bound
from infobound.numerics.arguments import argument_error, nonnegative, positive, real, whole

FIRST_ORDER = (
    "f convex on a convex domain",
    "the mean of what is received, given the past, is a subgradient at the query, up to the bias",
    "gradient_norm^2 bounds the mean squared norm of what is received",
    "the answer is the average of the queries",
)
_LARGEST = 10**18  # of T and d


def descent_step(
    *, rounds: int, distance: float, gradient_norm: float, exponent: float = 2.0
) -> float:
    """The constant step of least bound, R / (G sqrt((a - 1) T)).

    Parameters
    ----------
    rounds : int, T >= 1.
    distance : float, R > 0, greatest l_a distance from the start to a point of the domain.
    gradient_norm : float, G > 0, root of the mean squared l_b norm of what is received.
    exponent : float, a in (1, 2]; 2 is the projected subgradient method.
    """
    T, R, G = _common(rounds, distance, gradient_norm)
    return R / (G * math.sqrt((_exponent(exponent) - 1) * T))


def descent_error(
    *,
    rounds: int,
    distance: float,
    gradient_norm: float,
    exponent: float = 2.0,
    step: float | None = None,
    bias: float = 0.0,
    diameter: float | None = None,
) -> Bound:
    """Error of T steps on any domain: R^2 / (2 (a - 1) step T) + step G^2 / 2 + diameter * bias.

    The constant is exact at a = 2, step by step: T = d rounds on max_i x_i attain R G / sqrt(T).

    Parameters
    ----------
    rounds, distance, gradient_norm, exponent
        As in `descent_step`.
    step : float, optional
        > 0; by default the best one.
    bias : float
        >= 0, greatest norm of E[received] - subgradient.
    diameter : float, optional
        Of the domain in the norm dual to that of `bias`; needed if there is a bias.

    Returns
    -------
    Bound
        Upper, in units of f.

    Examples
    --------
    >>> descent_error(rounds=100, distance=1.0, gradient_norm=2.0).value
    0.2
    """
    T, R, G = _common(rounds, distance, gradient_norm)
    a, beta = _exponent(exponent), nonnegative("bias", bias)
    best = descent_step(rounds=T, distance=R, gradient_norm=G, exponent=a)
    eta = best if step is None else positive("step", step)
    value = R / math.sqrt((a - 1) * T) * G
    # (eta/best + best/eta)/2 is 1 at the best step and symmetric in log(eta).
    value *= (eta / best + best / eta) / 2
    if beta:
        if diameter is None:
            raise argument_error("diameter", diameter, "given with a bias")
        value += positive("diameter", diameter) * beta
    return _bound(
        value, "one-step inequality of mirror descent, summed (Nemirovsky and Yudin 1983)"
    )


def subgradient_error(
    *,
    rounds: int,
    dimension: int,
    p: float,
    diameter: float,
    gradient_norm: float,
    bias: float = 0.0,
    centered: bool = True,
) -> Bound:
    """Projected subgradient method on a domain of l_p diameter D (Theorems 2.2 and 2.3, part 1).

    D_2 alpha / sqrt(T) + D beta, D_2 = D d^{max(0, 1/2 - 1/p)}; half of the first term from the
    centre of a symmetric domain. So c_1 = 1, or 1/2 from the centre. The domain is only known to
    lie in an l_p ball; where more is known use `descent_error` (a cube with p < 2, say).

    Parameters
    ----------
    rounds : int, T >= 1.
    dimension : int, d >= 1.
    p : float, 1 <= p <= inf.
    diameter : float, D > 0.
    gradient_norm : float
        alpha > 0, root of the greatest mean squared l_2 norm of what is received. Without a
        quantizer and for p >= 2 it is at most B.
    bias : float
        beta >= 0, greatest l_q norm of E Q(Y) - Y, 1/p + 1/q = 1.
    centered : bool
        The domain is symmetric and the start is its centre.

    Examples
    --------
    >>> subgradient_error(rounds=100, dimension=16, p=4, diameter=1.0, gradient_norm=1.0).value
    0.1
    """
    radius = start_distance(
        dimension=dimension, p=p, diameter=diameter, norm=2.0, centered=centered
    )
    bound = descent_error(
        rounds=rounds, distance=radius, gradient_norm=gradient_norm, bias=bias, diameter=diameter
    )
    return _bound(bound.value, "Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 2.3 (1)")


def mirror_descent_error(
    *,
    rounds: int,
    dimension: int,
    p: float,
    diameter: float,
    gradient_norm: float,
    exponent: float | None = None,
    bias: float = 0.0,
    centered: bool = True,
) -> Bound:
    """Stochastic mirror descent on a domain of l_p diameter D (Theorems 2.2 and 2.3, part 2).

    (D/2) alpha d^{1/p - 1/a} / sqrt((a - 1) T) + D beta from the centre of a symmetric domain, twice
    the first term from elsewhere (psi centred at the start); p <= a <= 2. At the best exponent the
    first term is at most D alpha sqrt(e ln d / (2 T)) for every p in [1, 2) and d >= 3, and at most
    (D/2) alpha / sqrt((p - 1) T), without the logarithm.

    Parameters
    ----------
    rounds, dimension, diameter, centered
        As in `subgradient_error`.
    p : float, 1 <= p <= 2.
    gradient_norm : float
        alpha > 0, root of the greatest mean squared l_q norm of what is received; at most B
        without a quantizer.
    exponent : float, optional
        a in [p, 2], above 1; by default `mirror_exponent`.
    bias : float
        beta >= 0, greatest l_q norm of E Q(Y) - Y.
    """
    a = mirror_exponent(dimension=dimension, p=p) if exponent is None else _exponent(exponent)
    if not 1 <= p <= a:
        raise argument_error("exponent", a, f"from p = {p!r} to 2", "Above p = 2 use a = 2.")
    radius = start_distance(dimension=dimension, p=p, diameter=diameter, norm=a, centered=centered)
    # |g|_b <= d^{1/b - 1/q} |g|_q, and 1/b - 1/q = 1/p - 1/a.
    norm = positive("gradient_norm", gradient_norm) * dimension ** (1 / p - 1 / a)
    bound = descent_error(
        rounds=rounds, distance=radius, gradient_norm=norm, exponent=a, bias=bias, diameter=diameter
    )
    return _bound(bound.value, "Mayekar and Tyagi 2020, arXiv:2001.09032, Theorem 2.3 (2)")


def mirror_exponent(*, dimension: int, p: float) -> float:
    """The a in [p, 2] of least d^{1/p - 1/a} / sqrt(a - 1).

    max(p, 1/(1 - s)) with s (1 - s) = 1 / (2 ln d), s <= 1/2; 2 where ln d <= 2. For large d and p = 1
    it is close to 1 + 1/(2 ln d).

    Parameters
    ----------
    dimension : int, d >= 1.
    p : float, 1 <= p <= 2.

    Examples
    --------
    >>> mirror_exponent(dimension=1024, p=1.5), round(mirror_exponent(dimension=1024, p=1), 6)
    (1.5, 1.084904)
    """
    d = whole("dimension", dimension, most=_LARGEST)
    if not 1 <= real("p", p) <= 2:
        raise argument_error("p", p, "from 1 to 2", "Above 2 use the subgradient method.")
    log_d = math.log(d)
    s = 1 / (log_d * (1 + math.sqrt(1 - 2 / log_d))) if log_d > 2 else 0.5
    return max(float(p), 1 / (1 - s))


def start_distance(
    *, dimension: int, p: float, diameter: float, norm: float = 2.0, centered: bool = True
) -> float:
    """Greatest l_norm distance from the start to a point of a domain of l_p diameter D.

    D d^{max(0, 1/norm - 1/p)}, or half of it from the centre of a symmetric domain. Attained by an
    l_p ball. (Remark 4 of Mayekar and Tyagi 2020 calls d^{1/2 - 1/p} the l_2 diameter of a unit l_p
    ball; it is the radius. What is used there, D' <= D d^{1/2 - 1/p}, is right.)
    """
    d, D = whole("dimension", dimension, most=_LARGEST), positive("diameter", diameter)
    for name, value in (("p", p), ("norm", norm)):
        if not value >= 1:
            raise argument_error(name, value, "from 1 to inf")
    return float(D * d ** max(0.0, 1 / norm - 1 / p) / (2 if centered else 1))


def _common(rounds: int, distance: float, gradient_norm: float) -> tuple[int, float, float]:
    T = whole("rounds", rounds, most=_LARGEST)
    return T, positive("distance", distance), positive("gradient_norm", gradient_norm)


def _exponent(value: float) -> float:
    a = real("exponent", value)
    if not 1 < a <= 2:
        raise argument_error("exponent", value, "in (1, 2]", "2 is the subgradient method.")
    return a


def _bound(value: float, source: str) -> Bound:
    return Bound(value=value, direction="upper", unit="f", hypotheses=FIRST_ORDER, source=source)
