"""Numbers of the five bounds, their order, limits and inverses."""

import math
from itertools import pairwise

import mpmath as mp
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from infobound.bounds.bit_oracle import (
    BOUNDS,
    BitOracle,
    communication,
    fisher_trace,
    limits,
    product,
    rate_distortion,
    scalar_optimum,
    sharp,
    squared_error,
    statistical,
    suboptimality,
)
from infobound.bounds.priors import BallPrior, CubePrior, GaussianPrior, NoPrior
from infobound.numerics.arguments import ArgumentError

law = settings(deadline=None, derandomize=True, max_examples=150)
LN4 = math.log(4)


def oracle(d=1, b=1.0, s=1.0, prior=None):
    return BitOracle(dimension=d, bits=b, noise_std=s, prior=prior or GaussianPrior(1.0))


@pytest.mark.parametrize(
    ("bits", "cube", "everywhere"),
    [
        (10, 71919.02, 72635.91),
        (100, 7648.78, 7725.02),
        (1000, 1320.17, 1333.33),
        (4000, 994.01, 1003.92),
    ],
)
def test_rate_distortion_rounds(bits, cube, everywhere):
    """d = 1000, s = L = 1, squared error 1e-3 per coordinate."""
    assert round(rate_distortion(oracle(1000, bits, 1, CubePrior(1)), error=1).value, 2) == cube
    assert round(rate_distortion(oracle(1000, bits, 1, NoPrior()), error=1).value, 2) == everywhere


@pytest.mark.parametrize(
    ("rate", "factor"),
    [
        (1 / 32, 23.5867),
        (1 / 8, 6.2852),
        (1 / 2, 2),
        (1, 1.3333),
        (2, 1.0667),
        (4, 1.003922),
        (4.25, 1.002770),
        (4.5, 1.001957),
        (8, 1.00001526),
    ],
)
def test_extra_rounds_per_rate(rate, factor):
    """1/g: the rounds that R bits per coordinate cost beyond unlimited bits."""
    ask = oracle(10**6, rate * 10**6, 1, NoPrior())
    ratio = rate_distortion(ask, error=1).value / statistical(ask, error=1).value
    digits = len(str(factor).partition(".")[2]) if isinstance(factor, float) else 12
    assert round(ratio, digits) == factor


@pytest.mark.parametrize(
    ("noise", "rounds", "expected", "without_place"),
    [
        (1, 1, 0.625, 0.571429),
        (1, 2, 0.444444, 0.4),
        (1, 3, 0.341630, 0.307692),
        (1, 4, 0.276198, 0.25),
        (1, 100, 0.01335161, 0.01315789),
        (0.5, 4, 0.100969, 0.076923),
        (0.5, 1, 0.4, None),
    ],
)
def test_sharp_error(noise, rounds, expected, without_place):
    digits = 8 if rounds == 100 else 6
    assert round(sharp(oracle(s=noise), rounds=rounds).value, digits) == expected
    if without_place is not None:
        weaker = rate_distortion(oracle(s=noise), rounds=rounds).value
        assert round(weaker, digits) == without_place


def test_sharp_where_memory_would_help():
    """R = 1/64, s = tau = 1, error 1e-3: 46936.9 rounds by (C), 46621.4 by rate-distortion."""
    ask = oracle(64, 1)
    assert round(sharp(ask, error=0.064).value, 1) == 46936.9
    assert round(rate_distortion(ask, error=0.064).value, 1) == 46621.4


@pytest.mark.parametrize("d", [1, 7])
@pytest.mark.parametrize("s", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("b", [0.01, 1.0, 30.0])
def test_one_round_is_remote_rate_distortion(d, s, b):
    """T = 1: exactly mmse + (tau^2 - mmse) 4^(-B/d)."""
    mmse = 4 * s**2 / (4 + s**2)
    exact = mmse + (4 - mmse) * 4 ** (-b / d)
    found = sharp(oracle(d, b, s, GaussianPrior(2.0)), rounds=1).value / d
    assert found == pytest.approx(exact, rel=1e-13)


priors = st.one_of(
    st.builds(GaussianPrior, st.floats(1e-3, 1e3)),
    st.builds(CubePrior, st.floats(1e-3, 1e3)),
    st.builds(BallPrior, st.floats(1e-3, 1e3)),
)
oracles = st.builds(
    oracle,
    st.sampled_from([1, 2, 3, 10, 1000, 10**6]),
    st.floats(-4, 6).map(lambda e: 10**e),
    st.floats(1e-3, 1e3),
    priors,
)
ABOVE = [
    ("statistical", "rate_distortion"),
    ("product", "rate_distortion"),
    ("statistical", "product"),
    ("rate_distortion", "sharp"),
    ("communication", "sharp"),
]


@law
@given(ask=oracles, part=st.floats(-6, -0.01).map(lambda e: 10**e))
def test_order_of_rounds(ask, part):
    found = limits(ask, error=part * ask.dimension * ask.prior.largest_error(ask.dimension)).values
    for low, high in ABOVE:
        if found[low] is not None and found[high] is not None:
            assert found[low] <= found[high] * (1 + 1e-9)
    for name in ("statistical", "product", "rate_distortion", "communication"):
        if found[name] is not None:
            assert found["sharp"] is not None


@law
@given(ask=oracles, rounds=st.floats(0, 9).map(lambda e: int(10**e)))
def test_order_of_errors(ask, rounds):
    found = limits(ask, rounds=rounds).values
    for low, high in ABOVE:
        assert found[low] <= found[high] * (1 + 1e-9)
    # Nothing excludes what no rounds at all reach.
    assert found["sharp"] <= ask.dimension * ask.prior.largest_error(ask.dimension) * (1 + 1e-12)


def test_order_rejects_a_swap():
    """The same comparison objects when rate-distortion is planted above the sharp converse."""
    found = limits(oracle(64, 1), error=0.064).values
    assert not found["sharp"] <= found["rate_distortion"] * (1 + 1e-9)


def test_communication_and_rate_distortion_are_not_ordered():
    quiet, loud = oracle(s=1e-3), oracle(s=10)
    assert communication(quiet, error=1e-4).value > 3 * rate_distortion(quiet, error=1e-4).value
    assert communication(loud, error=0.1).value < 0.1 * rate_distortion(loud, error=0.1).value


@law
@given(ask=oracles, name=st.sampled_from(sorted(BOUNDS)), rounds=st.integers(1, 10**6))
def test_readings_are_inverse(ask, name, rounds):
    """The error for T rounds asks for T rounds again.

    Skipped where the error is within 1e-3 of what the prior gives (d/eps^2 - J/d then loses
    digits) or where the two priors of the sharp bound on a bounded set cross.
    """
    bound = BOUNDS[name]
    error = bound(ask, rounds=rounds).value
    j = ask.prior.information(ask.dimension)
    assume(error / ask.dimension > 1e-100)
    assume(
        error / ask.dimension * j < 0.999
        and error < ask.dimension * ask.prior.largest_error(ask.dimension)
    )
    back = bound(ask, error=error)
    assert back.value == pytest.approx(rounds, rel=1e-6)


@law
@given(
    tau=st.floats(1e-2, 1e2),
    s=st.floats(1e-2, 1e2),
    rate=st.floats(-3, 1).map(lambda e: 10**e),
    rounds=st.integers(1, 200),
)
def test_sharp_solves_its_equation(tau, s, rate, rounds):
    """(C) with equality in 50 digits, at the root that the function returns."""
    found = sharp(oracle(1, rate, s, GaussianPrior(tau)), rounds=rounds).value
    assume(found > 1e-250)
    with mp.workdps(50):
        power = mp.mpf(tau) ** 2

        def slack(d):
            kept = mp.mpf(4) ** (-mp.mpf(rate)) * (power / d) ** (mp.mpf(1) / rounds)
            return 1 / power + rounds / mp.mpf(s) ** 2 * (1 - kept) - 1 / d

        root = mp.mpf(found)
        assert slack(root * (1 - mp.mpf(10) ** -10)) < 0 < slack(root * (1 + mp.mpf(10) ** -10))


def test_few_and_many_bits():
    """B -> 0 leaves the prior, B -> infinity the unquantized bound; in between it is continuous."""
    for prior in (GaussianPrior(2.0), CubePrior(2.0), BallPrior(2.0)):
        plenty, none = oracle(5, 1e4, 1, prior), oracle(5, 1e-9, 1, prior)
        floor = statistical(plenty, rounds=10).value
        assert rate_distortion(plenty, rounds=10).value == floor
        assert sharp(plenty, rounds=10).value == pytest.approx(floor, rel=1e-12)
        assert rate_distortion(none, rounds=10).value == pytest.approx(
            5 / prior.information(5), rel=1e-6
        )
        values = [sharp(oracle(5, 1.01**k, 1, prior), rounds=10).value for k in range(-900, 900)]
        steps = [b / a for a, b in pairwise(values)]
        assert max(steps) <= 1
        assert min(steps) > 0.93  # 4^(-0.01 T r) at the steepest


@pytest.mark.parametrize("prior", [GaussianPrior(1.0), CubePrior(1.0), BallPrior(1.0)])
@pytest.mark.parametrize(("d", "bits"), [(10**12, 1e3), (10**12, 4e12), (1, 1e-9), (10**12, 1e18)])
def test_extremes_stay_finite(prior, d, bits):
    error = 1e-3 * d * prior.largest_error(d)
    for ask in ({"error": error}, {"rounds": 10**12}):
        values = limits(oracle(d, bits, 1, prior), **ask).values
        assert all(math.isfinite(value) and value >= 0 for value in values.values())


def test_linear_in_few_bits():
    """At B/d = 1e-9 the rate-distortion form agrees with the product form to its own curvature."""
    ask = oracle(10**12, 1000, 1, NoPrior())
    ratio = rate_distortion(ask, error=1).value / product(ask, error=1).value
    assert ratio == pytest.approx(1 + LN4 * 1e-9 / 2, rel=1e-12)


def test_without_a_prior():
    found = limits(oracle(10, 5, 1, NoPrior()), error=1)
    assert found.values["communication"] is None
    assert found.values["sharp"] is None
    assert "infinite" in found.notes["sharp"]
    assert found.values["rate_distortion"] == pytest.approx(100 / 10 * 10 / 1 / (1 - 0.5) / 10)
    with pytest.raises(ArgumentError, match="prior = NoPrior"):
        sharp(oracle(10, 5, 1, NoPrior()), error=1)


def test_vacuous_on_the_cube():
    """Above d L^2/pi^2 van Trees is silent, above d 2 L^2/(pi e) so is rate-distortion."""
    cube = oracle(10, 5, 1, CubePrior(1.0))
    mid, high = limits(cube, error=10 * 0.15), limits(cube, error=10 * 0.3)
    assert mid.values["statistical"] is None
    assert mid.values["sharp"] == mid.values["communication"] > 0
    assert set(high.values.values()) == {None}
    assert set(high.notes) == set(BOUNDS)
    assert statistical(cube, error=1.5).value < 0  # said, not clipped
    with pytest.raises(ArgumentError, match=r"error = 10.0, but it must be below 10"):
        limits(cube, error=10.0)


def test_scalar_optimum():
    """d = 1: pi/2 at one bit; I_B of Lloyd-Max above; between rate-distortion and what is reached."""
    ask = oracle(1, 1, 1, NoPrior())
    assert scalar_optimum(ask, error=1e-3).value == pytest.approx(500 * math.pi, rel=1e-12)
    two = scalar_optimum(oracle(1, 2, 1, NoPrior()), error=1e-3).value
    assert two == pytest.approx(1133.121168715, rel=1e-12)
    for b in range(1, 11):
        ask = oracle(1, b, 1, CubePrior(3.0))
        assert scalar_optimum(ask, error=0.01).value > rate_distortion(ask, error=0.01).value
    # One bit in d dimensions: 2/pi in all, whatever d.
    one = scalar_optimum(oracle(7, 1, 1, NoPrior()), error=7e-3).value
    assert one == pytest.approx(7 * 500 * math.pi, rel=1e-12)


def test_quadratic():
    """f = (mu/2)||x - theta||^2: s = sigma/mu and eps^2 = 2 delta/mu."""
    mu, sigma, delta, half = 4.0, 3.0, 0.01, 2.0
    ask = BitOracle.of_quadratic(
        dimension=5, bits=2, noise_std=sigma, curvature=mu, prior=CubePrior(half)
    )
    g = 1 - 4 ** (-2 / 5)
    by_hand = (sigma**2 * 5 / (2 * mu * delta) - math.pi**2 * sigma**2 / (mu * half) ** 2) / g
    error = squared_error(delta, curvature=mu)
    assert rate_distortion(ask, error=error).value == pytest.approx(by_hand, rel=1e-13)
    assert suboptimality(error, curvature=mu) == pytest.approx(delta, rel=1e-15)


def test_fisher_trace():
    assert fisher_trace(dimension=1, bits=1, noise_std=1).value == 0.75
    assert fisher_trace(dimension=3, bits=0, noise_std=1).value == 0
    assert fisher_trace(dimension=10**12, bits=1, noise_std=2).value == pytest.approx(
        LN4 / 4, rel=1e-11
    )
    assert fisher_trace(dimension=4, bits=1e6, noise_std=0.5).value == 16


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dimension": 0}, "dimension = 0"),
        ({"dimension": 2.5}, "dimension = 2.5"),
        ({"bits": 0}, "bits = 0, but it must be positive"),
        ({"bits": -1}, "bits = -1"),
        ({"bits": math.nan}, "bits = nan"),
        ({"noise_std": math.inf}, "noise_std = inf"),
        ({"noise_std": 0}, "noise_std = 0"),
        ({"noise_std": 1e-200}, "noise_std = 1e-200"),
        ({"prior": 3}, "prior = 3"),
    ],
)
def test_bad_oracle(change, said):
    with pytest.raises(ArgumentError, match=said):
        BitOracle(**{"dimension": 1, "bits": 1, "noise_std": 1} | change)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({}, "exactly one"),
        ({"error": 1e-2, "rounds": 3}, "exactly one"),
        ({"error": -1}, "error = -1"),
        ({"error": math.nan}, "error = nan"),
        ({"error": 1.0}, "error = 1.0, but it must be below 1"),
        ({"rounds": 0}, "rounds = 0"),
        ({"rounds": 1.5}, "rounds = 1.5"),
    ],
)
def test_bad_question(ask, said):
    for bound in BOUNDS.values():
        with pytest.raises(ArgumentError, match=said):
            bound(oracle(), **ask)


def test_bad_scalar_optimum():
    with pytest.raises(ArgumentError, match="bits = 11"):
        scalar_optimum(oracle(1, 11), error=0.1)
    with pytest.raises(ArgumentError, match=r"bits = 1.5"):
        scalar_optimum(oracle(1, 1.5), error=0.1)
    with pytest.raises(ArgumentError, match="dimension = 2"):
        scalar_optimum(oracle(2, 2), error=0.1)
