"""How many bits of a hidden sign vector one r-bit message of a gradient can carry.

Setting. V is uniform on {-1, 1}^d, Y one observation given V = v, and M a message of r bits about
Y, made with any private coins and any public coins that are independent of V. The two families are
those of Mayekar and Tyagi 2020 (arXiv:2001.09032, section 6), 0 <= delta <= 1/2:

    sparse sign         Y = +-e_i with probability (1 +- 2 delta v_i)/(2d);
    Bernoulli product   Y_i = +-1 with probability (1 +- 2 delta v_i)/2, independent.

Every bound is on I(V; M) in bits. Over a packing instead of the cube none of them holds in
general: a prior may favour a few directions, and then one message says more.

The printed form of the sparse family has too small a constant; with 4 in front of it, the least
that will do, it is true, so what the paper builds on it stands with other constants. The printed
form of the product family is true on the cube and 90 times what is needed.
"""

import math
from fractions import Fraction
from typing import Literal

from infobound.bounds.bound import Bound
from infobound.bounds.gradient_compression.hard import bit_error
from infobound.numerics.arguments import argument_error, nonnegative, real, whole

Form = Literal["corrected", "printed"]

ON_THE_CUBE = (
    "V uniform on the whole hypercube {-1, 1}^d",
    "M depends on V through one observation Y, and takes at most 2^r values",
    "coins, public or private, independent of V",
)
_PAPER = "Mayekar and Tyagi 2020 (arXiv:2001.09032), section 6, as printed"
_CONTRACTION = (
    "chi-square contraction (Acharya, Canonne and Tyagi 2018, arXiv:1812.11476), "
    "and symmetry of the likelihood ratio"
)
_LARGEST = 10**9  # of d


def sparse_sign_information(
    dimension: int, bits: float, delta: float | Fraction, form: Form = "corrected"
) -> Bound:
    """I(V; M) <= 2 delta^2 min(2^r, 2d)/d for the sparse sign family.

    The right side bounds the mean over V of the chi-square divergence (Acharya, Canonne and Tyagi
    2018, arXiv:1812.11476): with W the channel from Y to M and p(m) the law of M at delta = 0, it
    is (delta/d)^2 sum_m sum_i (W(m | e_i) - W(m | -e_i))^2/p(m). That is attained by every
    partition into min(2^r, 2d) cells of which none holds e_i and -e_i together. The mean of
    chi-square bounds I in bits, without a factor log2(e), because the likelihood ratio of a
    message is symmetric about 1; and I is at least 1/(2 ln 2) of it. So for whole r >= 1 the
    constant is within a factor 2 ln 2 = 1.39 of the best at every d and delta, and at d = r = 1,
    delta = 1/2 it is the best.

    Parameters
    ----------
    dimension : int
        d, from 1 to 1e9.
    bits : float
        r >= 0.
    delta : float or Fraction
        From 0 to 1/2.
    form : {"corrected", "printed"}
        "printed" is delta^2 min(2^r, d)/d, which some message exceeds at every d, whole
        r >= 1 and delta > 0.

    Returns
    -------
    Bound
        Upper, in bits. Vacuous from min(r, d) on, which no message exceeds.

    Raises
    ------
    ArgumentError
        If a value is not in its range.

    Examples
    --------
    >>> sparse_sign_information(4, 3, 0.25).value
    0.25
    >>> sparse_sign_information(4, 3, 0.25, form="printed").value
    0.0625
    """
    d, r, half = _arguments(dimension, bits, delta)
    if _printed(form):
        as_printed = "the constant as printed: some message carries more, see the corrected form"
        return _bound(half**2 * _messages(r, d) / d, d, r, _PAPER, as_printed)
    return _bound(2 * half**2 * _messages(r, 2 * d) / d, d, r, _CONTRACTION)


def bernoulli_product_information(
    dimension: int, bits: float, delta: float | Fraction, form: Form = "corrected"
) -> Bound:
    """I(V; M) <= min(4 delta^2 min(r, d), Mrs. Gerber's bound) for the Bernoulli product family.

    The second is never larger: 1 - h((1 - x)/2) is a power series in x^2 with positive
    coefficients, so shrinking x by 2 delta shrinks it by 4 delta^2 at least.

    Parameters
    ----------
    dimension, bits, delta
        As in `sparse_sign_information`.
    form : {"corrected", "printed"}
        "printed" is 360 delta^2 min(r, d).

    Returns
    -------
    Bound
        Upper, in bits.

    Raises
    ------
    ArgumentError
        If a value is not in its range.

    Examples
    --------
    >>> round(bernoulli_product_information(4, 4, 0.25).value, 6)  # 4 (1 - h(1/4))
    0.754888
    >>> bernoulli_product_information(4, 4, 0.25, form="printed").value
    90.0
    """
    d, r, half = _arguments(dimension, bits, delta)
    if _printed(form):
        return _bound(360 * half**2 * min(r, d), d, r, _PAPER)
    simple, sharp = contraction_information(d, r, half), mrs_gerber_information(d, r, half)
    return min(sharp, simple, key=lambda bound: bound.value)


def contraction_information(dimension: int, bits: float, delta: float | Fraction) -> Bound:
    """I(V; M) <= 4 delta^2 I(Y; M) <= 4 delta^2 min(r, d), Bernoulli product family.

    V is Y through d binary symmetric channels of correlation 2 delta, whose strong data
    processing constant is 4 delta^2 also for all of them together (Ahlswede and Gacs 1976;
    Anantharam, Gohari, Kamath and Nair 2013, arXiv:1304.6133). No smaller constant than 4 is true
    for all d and r, at any delta: see `mrs_gerber_information`.

    Parameters, returns, errors
        As in `bernoulli_product_information`.

    Examples
    --------
    >>> contraction_information(4, 2, 0.25).value
    0.5
    """
    d, r, half = _arguments(dimension, bits, delta)
    source = "strong data processing, tensorised (Ahlswede and Gacs 1976; arXiv:1304.6133)"
    return _bound(4 * half**2 * min(r, d), d, r, source)


def mrs_gerber_information(dimension: int, bits: float, delta: float | Fraction) -> Bound:
    """I(V; M) <= d [1 - h((1/2 - delta) * h^{-1}(1 - r/d))], Bernoulli product family.

    a * b = a (1 - b) + b (1 - a), and r above d counts as d. Mrs. Gerber's lemma (Wyner and
    Ziv 1973) with H(Y | M) >= d - r. Equality at r = d, with M = Y, and in the limit of large d at
    fixed r/d; as r/d -> 0 it tends to 4 delta^2 r.

    Parameters, returns, errors
        As in `bernoulli_product_information`.

    Examples
    --------
    >>> round(mrs_gerber_information(4, 2, 0.25).value, 6)
    0.450665
    """
    d, r, half = _arguments(dimension, bits, delta)
    value = d * sign_information(2 * half * _correlation(min(r, d) / d))
    return _bound(value, d, r, "Mrs. Gerber's lemma (Wyner and Ziv 1973)")


def sign_information(correlation: float) -> float:
    """1 - h((1 - x)/2): bits of a fair sign told by one of correlation x; accurate as x -> 0.

    r raw signs of a Bernoulli product carry r times this at x = 2 delta, and an unquantized
    observation of either family d times or once.

    Parameters
    ----------
    correlation : float
        x in [-1, 1].

    Raises
    ------
    ArgumentError
        If it is outside.

    Examples
    --------
    >>> round(sign_information(0.5), 6), sign_information(1.0)
    (0.188722, 1.0)
    """
    x = abs(real("correlation", correlation))
    if x > 1:
        raise argument_error("correlation", correlation, "in [-1, 1]")
    if x == 1:
        return 1.0
    if x > 0.5:
        return ((1 + x) * math.log1p(x) + (1 - x) * math.log1p(-x)) / (2 * math.log(2))
    return (x * math.atanh(x) + math.log1p(-x * x) / 2) / math.log(2)


def _correlation(information: float) -> float:
    """The x in [0, 1] with sign_information(x) = information, to full relative accuracy."""
    if information > 0.5:
        return 1 - 2 * bit_error(information)
    # Newton's method on a convex function falls monotonically from above the root.
    x = math.sqrt(2 * math.log(2) * information)
    while x and x - (step := (sign_information(x) - information) * math.log(2) / math.atanh(x)) < x:
        x -= step
    return x


def _arguments(dimension: int, bits: float, delta: float | Fraction) -> tuple[int, float, float]:
    d, r = whole("dimension", dimension, most=_LARGEST), nonnegative("bits", bits)
    half = real("delta", delta)
    if not 0 <= half <= 0.5:
        raise argument_error("delta", delta, "in [0, 1/2]")
    return d, r, half


def _printed(form: Form) -> bool:
    if form not in ("corrected", "printed"):
        raise argument_error("form", form, "'corrected' or 'printed'")
    return form == "printed"


def _messages(bits: float, most: int) -> float:
    """min(2^r, most), without overflow."""
    return float(most) if bits >= most.bit_length() else min(2**bits, most)


def _bound(value: float, d: int, r: float, source: str, *more: str) -> Bound:
    anyway = f"no message of {r:g} bits tells more than {min(r, d):g} bits of {d} signs"
    return Bound(
        value=value,
        direction="upper",
        unit="bits",
        hypotheses=(*ON_THE_CUBE, *more),
        source=source,
        vacuous=anyway if value >= min(r, d) else "",
    )
