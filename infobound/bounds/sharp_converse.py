"""The sharp converse: the Gaussian CEO outer bound for interactive public-coin transcripts.

theta has prior information J and entropy power N; T rounds of B-bit messages, each a function of
a fresh X_t ~ N(theta, s^2 I_d), the earlier messages and public coins. With D the squared error
per coordinate,

    1/D <= J/d + (T/s^2) (1 - 4^-r),    r = B/d - [log2(N/D)]_+ / (2T).                     (C)

Bits that tell where theta lies are not left to tell the noise apart. For the Gaussian prior this
is the outer bound of Oohama (1998) and Prabhakaran, Tse and Ramchandran (2004), here for every
finite d and T and for interactive messages, by Fisher information and van Trees. Attained as
d grows at fixed T and B/d.

Both roots below start on the side from which Newton's method converges monotonically (the
functions are concave and convex), so no bracket and no tolerance is chosen.
"""

import math

_STEPS = 200  # monotone and quadratic in the end; 60 at most were ever needed


def sharp_rounds(need: float, budget: float, place: float) -> float:
    """Least real T >= 0 that (C) allows for a target error.

    Parameters
    ----------
    need : float
        s^2 (1/D - J/d): rounds that would do with unlimited bits.
    budget : float
        B ln 4 / d > 0.
    place : float
        [ln(N/D)]_+: what it takes to locate theta, in the unit of `budget`.
    """
    if need <= 0:
        return max(need, place / budget) if place > 0 else need
    if math.isinf(place):
        return math.inf
    located = place / budget  # rounds whose bits all go into locating theta

    def usable(extra: float) -> float:
        return budget * (extra / (located + extra)) if extra > 0 else 0.0

    # T (1 - exp(-usable)) = need, increasing and concave in T = located + extra.
    extra = max(need / -math.expm1(-budget) - located, 0.0)
    for _ in range(_STEPS):
        rounds, rate = located + extra, usable(extra)
        gain = -math.expm1(-rate)
        slope = gain + math.exp(-rate) * (budget - rate)
        step = (need - rounds * gain) / slope
        if not extra + step > extra:
            break
        extra += step
    return located + extra


def sharp_error(
    rounds: float, budget: float, information: float, power: float, noise: float
) -> float:
    """Least squared error per coordinate that (C) allows for a number of rounds.

    Parameters
    ----------
    rounds : float
        T > 0.
    budget : float
        B ln 4 / d > 0.
    information, power : float
        J/d and N of the prior.
    noise : float
        s^2 > 0.
    """
    unlocated = information + rounds * -math.expm1(-budget) / noise  # 1/D at place = 0
    if power * unlocated <= 1:
        return 1 / unlocated

    # With x = ln(N/D): e^x / N = J/d + (T/s^2)(1 - e^(x/T - budget)), excess convex increasing.
    x = min(budget * rounds, math.log(power * unlocated))
    for _ in range(_STEPS):
        left, spent = math.exp(x) / power, math.exp(x / rounds - budget)
        excess = left - information + rounds / noise * math.expm1(x / rounds - budget)
        step = excess / (left + spent / noise)
        if not x - step < x:
            break
        x -= step
    return power * math.exp(-x)
