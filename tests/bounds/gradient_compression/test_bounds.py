"""Precision and error of quantized first-order methods: values, orderings, limits, refusals."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.bounds.gradient_compression import (
    BoundedOracle,
    least_error,
    least_precision,
    reached_error,
    sufficient_precision,
    unrestricted_error,
)
from infobound.bounds.gradient_compression.hard import best_share, kappa
from infobound.numerics.arguments import ArgumentError

P = [1, 1.1, 1.5, 1.99, 2, 2.5, 4, 10, math.inf]
exponents = st.sampled_from(P)
dimensions = st.integers(1, 1000)
LAWS = settings(deadline=None, derandomize=True, max_examples=30)


@LAWS
@given(dimensions, exponents, st.integers(1, 10**9), st.integers(0, 4000))
def test_lower_below_upper(d, p, rounds, bits):
    oracle = BoundedOracle(dimension=d, p=p)
    low = least_error(oracle, rounds=rounds, bits=bits)
    high = reached_error(oracle, rounds=rounds, bits=bits)
    assert 0 < low.value <= high.value <= 1
    assert (low.direction, high.direction) == ("lower", "upper")


@LAWS
@given(dimensions, exponents, st.integers(1, 10**9), st.integers(0, 3000), st.integers(1, 500))
def test_more_bits_and_more_rounds_never_hurt(d, p, rounds, bits, more):
    oracle = BoundedOracle(dimension=d, p=p)
    for error in (least_error, reached_error):
        here = error(oracle, rounds=rounds, bits=bits).value
        assert error(oracle, rounds=rounds, bits=bits + more).value <= here * (1 + 1e-12)
        assert error(oracle, rounds=rounds * more, bits=bits).value <= here * (1 + 1e-12)


@LAWS
@given(dimensions, exponents, st.one_of(st.none(), st.integers(1, 10**9)), st.floats(1.1, 20))
def test_precision_lower_below_upper(d, p, rounds, slack):
    oracle = BoundedOracle(dimension=d, p=p)
    low = least_precision(oracle, rounds=rounds, slack=slack).value
    assert low <= sufficient_precision(oracle, slack=slack).value


@LAWS
@given(dimensions, exponents, st.integers(1, 10**8), st.floats(1.1, 20))
def test_precision_and_error_agree(d, p, rounds, slack):
    """Sufficient bits reach slack * U; with one bit less than `least_precision` nothing can."""
    oracle = BoundedOracle(dimension=d, p=p)
    target = slack * unrestricted_error(oracle, rounds=rounds).value
    enough = int(sufficient_precision(oracle, slack=slack).value)
    assert reached_error(oracle, rounds=rounds, bits=enough).value <= target * (1 + 1e-9)
    needed = int(least_precision(oracle, rounds=rounds, slack=slack).value)
    assert least_error(oracle, rounds=rounds, bits=needed).value <= target * (1 + 1e-12)
    if needed:
        assert least_error(oracle, rounds=rounds, bits=needed - 1).value > target


@pytest.mark.parametrize("p", P)
@pytest.mark.parametrize("d", [1, 2, 7, 300])
def test_limit_of_many_bits(d, p):
    oracle = BoundedOracle(dimension=d, p=p, diameter=3.0, gradient=0.5)
    free = unrestricted_error(oracle, rounds=10**6).value
    at_infinity = reached_error(oracle, rounds=10**6, bits=math.inf).value
    assert at_infinity == pytest.approx(free, rel=1e-15)
    assert reached_error(oracle, rounds=10**6, bits=50 * d).value == pytest.approx(free, rel=1e-6)
    assert least_error(oracle, rounds=10**6, bits=math.inf).value <= free


def test_unrestricted_error():
    """D B d^(1/2 - 1/p)/sqrt(T) above 2; below 2 D B/sqrt((p - 1) T), or D B sqrt(2 e ln d/T)."""
    above = BoundedOracle(dimension=81, p=4, diameter=2, gradient=5)
    assert unrestricted_error(above, rounds=100).value == pytest.approx(2 * 5 * 3 / 10)
    below = BoundedOracle(dimension=10**6, p=1.5, diameter=2, gradient=5)
    assert unrestricted_error(below, rounds=100).value == pytest.approx(math.sqrt(2))
    for d in (3, 10, 1000, 10**8):
        factor = BoundedOracle(dimension=d, p=1).method_factor
        assert 0.7 * math.sqrt(2 * math.e * math.log(d)) < factor
        assert factor <= math.sqrt(2 * math.e * math.log(d))


@pytest.mark.parametrize(("d", "bits"), [(1, 1), (50, 20), (50, 50), (50, 400)])
@pytest.mark.parametrize("p", [1, 2, 3, math.inf])
def test_closed_forms(d, bits, p):
    """The larger of the two, at a T for which both hold; c = 0.10868 and 0.15369."""
    rounds = 4 * d**2
    product = kappa() * math.sqrt(d / (rounds * min(bits, d)))
    cells = min(2.0**bits, 2 * d)
    sparse = math.sqrt(2 / rounds) * kappa() * d ** (1 - 1 / p) / math.sqrt(cells)
    found = least_error(BoundedOracle(dimension=d, p=p), rounds=rounds, bits=bits)
    assert found.value == pytest.approx(max(product, sparse), rel=1e-12)
    if abs(product - sparse) > 1e-9 * product:
        assert ("product" if product > sparse else "sparse") in found.source


def test_small_rounds_use_the_largest_gap():
    """d = 100, r = 1, T = 1: T r/d = 0.01 is below u*, and D B h^{-1}(0.99) is what is left."""
    oracle = BoundedOracle(dimension=100, p=2, diameter=2.0, gradient=3.0)
    found = least_error(oracle, rounds=1, bits=1)
    assert best_share() > 0.01
    share = found.value / 6
    assert -share * math.log2(share) - (1 - share) * math.log2(1 - share) == pytest.approx(0.99)
    assert "delta = 1/2" in found.source
    assert kappa() * math.sqrt(100) > 1  # the closed form would contradict E <= D B


def test_printed_error_is_vacuous_where_it_is_false():
    """p = inf, T = 1, r = 1: c_0 D B d/sqrt(2) is more than D B."""
    oracle = BoundedOracle(dimension=100, p=math.inf)
    bad = least_error(oracle, rounds=1, bits=1, form="printed", c_0=0.1)
    assert bad.value == pytest.approx(0.1 * 100 / math.sqrt(2))
    assert "T is too small" in bad.vacuous
    fine = least_error(oracle, rounds=10**6, bits=1, form="printed", c_0=0.1)
    assert fine.value == pytest.approx(bad.value / 1000)
    assert not fine.vacuous
    below = BoundedOracle(dimension=100, p=1.5)
    value = least_error(below, rounds=10**6, bits=4, form="printed", c_0=0.1).value
    assert value == pytest.approx(0.1 * 5 / 1000)


@pytest.mark.parametrize(
    ("d", "p", "scheme", "bits"),
    [
        (256, 2, "simq_plus", 105),
        (1024, 2, "simq_plus", 433),
        (1024, math.inf, "simq_plus", 12),
        (1024, 1, "", 1024),
        (37, 1, "uniform", 37),
    ],
)
def test_sufficient_precision(d, p, scheme, bits):
    oracle = BoundedOracle(dimension=d, p=p)
    assert sufficient_precision(oracle, scheme=scheme).value == bits


@LAWS
@given(dimensions, st.floats(2, 50))
def test_printed_precision_holds_above_2(d, p):
    """Theorem 3.1 (1), left side, in whole bits of SimQ+ alone."""
    oracle = BoundedOracle(dimension=d, p=p)
    bits = sufficient_precision(oracle, scheme="simq_plus").value
    assert bits <= sufficient_precision(oracle, form="printed").value
    assert sufficient_precision(oracle).value <= bits


@pytest.mark.parametrize(("p", "bits"), [(2, 55.08), (4, 19.06), (math.inf, 6.53)])
def test_printed_sufficient_precision(p, bits):
    found = sufficient_precision(BoundedOracle(dimension=16, p=p), form="printed").value
    assert found == pytest.approx(bits, abs=0.01)


@pytest.mark.parametrize("p", [2, 4, math.inf])
def test_least_precision_closed_form(p):
    """(kappa/4)^2 d^(2/p) and log2 of (0.15369/4)^2 d, the larger, rounded up."""
    d = 10**8
    power = (kappa() / 4) ** 2 * d ** (2 / p)
    logarithm = math.log2(2 * (kappa() / 4) ** 2 * d)
    found = least_precision(BoundedOracle(dimension=d, p=p))
    assert found.value == math.ceil(max(power, logarithm))
    assert logarithm == pytest.approx(math.log2(d) - 9.40, abs=0.005)
    assert not found.vacuous


@pytest.mark.parametrize("p", P)
def test_least_precision_is_a_bit_at_least(p):
    """For large T a message of 0 bits is too little, and one bit is all that is proved at d = 5."""
    found = least_precision(BoundedOracle(dimension=5, p=p))
    assert found.value == 1
    assert found.vacuous


def test_least_precision_below_2():
    """(kappa/(4 F))^2 d with F = 1/sqrt(p - 1)."""
    d, factor = 10**8, math.sqrt(2)
    found = least_precision(BoundedOracle(dimension=d, p=1.5))
    assert found.value == math.ceil((kappa() / 4 / factor) ** 2 * d)


def test_least_precision_needs_rounds():
    """For T <= 16 d^(1 - 2/p), 4 U is D B: nothing need be sent, and the bound says so."""
    oracle = BoundedOracle(dimension=10**6, p=math.inf)
    few = least_precision(oracle, rounds=16 * 10**6)
    assert few.value == 0
    assert few.vacuous
    assert least_precision(oracle, rounds=10**13).value == 11


def test_printed_least_precision():
    oracle = BoundedOracle(dimension=10**6, p=4)
    found = least_precision(oracle, form="printed", c_0=0.5, c_1=1.0)
    assert found.value == pytest.approx((1000**0.5 / 8) ** 2)
    assert least_precision(oracle, form="printed", c_0=1e-3, c_1=1.0).vacuous
    below = BoundedOracle(dimension=2**10, p=1.5)
    value = least_precision(below, form="printed", c_0=0.5, c_1=1.0).value
    assert value == pytest.approx(2**10 / 64 / 10)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda o: least_error(o, rounds=0, bits=1), "rounds"),
        (lambda o: least_error(o, rounds=1, bits=1.5), "bits"),
        (lambda o: least_error(o, rounds=1, bits=-1), "bits"),
        (lambda o: least_error(o, rounds=1, bits=1, form="printed"), "c_0"),
        (lambda o: least_error(o, rounds=1, bits=1, c_0=1.0), "left out"),
        (lambda o: least_error(o, rounds=1, bits=1, form="best"), "'corrected' or 'printed'"),
        (lambda o: least_precision(o, form="printed", c_0=1.0), "c_1"),
        (lambda o: sufficient_precision(o, slack=1.0), "slack"),
        (lambda o: sufficient_precision(o, scheme="composite"), "simq_plus"),
        (lambda o: BoundedOracle(dimension=0, p=2), "dimension"),
        (lambda o: BoundedOracle(dimension=3, p=0.5), "from 1 to inf"),
        (lambda o: BoundedOracle(dimension=3, p=math.nan), "from 1 to inf"),
        (lambda o: BoundedOracle(dimension=3, p=2, diameter=0), "diameter"),
        (
            lambda o: sufficient_precision(BoundedOracle(dimension=3, p=1.5), form="printed"),
            "dimension",
        ),
    ],
)
def test_refuses(call, words):
    with pytest.raises(ArgumentError, match=words):
        call(BoundedOracle(dimension=16, p=2))
