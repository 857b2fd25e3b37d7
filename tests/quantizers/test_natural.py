"""Natural compression: powers of two, nine bits, underflow and the top of the range."""

from fractions import Fraction

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.quantizers.natural import NaturalCompression

NATURAL = NaturalCompression()


def test_bits_and_payload():
    """Sign, then the exponent + 127; 0 is all zeros."""
    assert NATURAL.bits(100) == 900
    message = NATURAL.encode([1.0, -2.0, 0.0, 2.0**-126, 2.0**128], rng=0)
    assert NATURAL.decode(message).tolist() == [1.0, -2.0, 0.0, 2.0**-126, 2.0**128]
    codes = [f"{c:09b}" for c in message.split([(5, 9)])[0]]
    assert codes == ["001111111", "110000000", "000000000", "000000001", "011111111"]
    assert message.side_bits == 0


@pytest.mark.parametrize(
    "t", [4 / 3, 1.0, 1.999999, 1e-30, 3e-40, 1e-310, 5e-324, 3.4028234663852886e38, 2.0**128]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_exactly_unbiased(t, sign):
    """Two neighbours, mean t, in rationals; a chance that is 1 % off is noticed."""
    law = NATURAL.law([sign * t])
    outcomes = [Fraction(v) for v in law.vectors[:, 0]]
    chances = [Fraction(p) for p in law.probabilities]
    mean = sum(p * v for p, v in zip(chances, outcomes, strict=True))
    assert abs(mean - Fraction(sign * t)) <= Fraction(t) / 2**50
    if len(chances) == 2:
        low, high = sorted(map(abs, outcomes))
        assert high == 2 * low or (low, high) == (0, Fraction(2) ** -126)
        planted = mean + chances[0] / 100 * (outcomes[1] - outcomes[0])
        assert abs(planted - Fraction(sign * t)) > Fraction(t) / 2**50


def test_worst_case_is_an_eighth():
    y = np.array([4 / 3, -8 / 3, 2.0**-100 / 3])
    assert NATURAL.mean_squared_error(y) == pytest.approx(np.sum(y**2) / 8, rel=1e-14)
    tiny = np.array([2.0**-127])
    assert NATURAL.mean_squared_error(tiny) == 2.0**-254  # the largest of the underflow region


def test_beyond_the_range():
    with pytest.raises(ArgumentError, match=r"y\[0\]"):
        NATURAL.encode([np.nextafter(2.0**128, np.inf)])
    with pytest.raises(ArgumentError):
        NATURAL.variance_bound(0)


def test_every_pattern_is_a_codeword():
    """All 512, for the kit's counting: 511 different numbers and -0."""
    message = Message.join([(np.arange(512), 9)], shape=(512,), made_by=repr(NATURAL))
    values = NATURAL.decode(message)
    assert len(np.unique(values)) == 511
    assert np.isfinite(values).all()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_outputs_go_up_as_often_as_they_should(kind):
    """20000 roundings of each of five sizes, normal and below 2^-126, against the exact chance.

    False alarm: 5 standard errors, ten tests, below 1e-5. Power: a chance that is off by 0.02 is more
    than 5 standard errors away (asserted). Seeded.
    """
    sizes = np.array([4 / 3, -1.75, 1e-39, 2e-45, 0.1], dtype=kind)
    outputs = abs(NATURAL.roundtrip(np.tile(sizes, (20_000, 1)), rng=3))
    for i in range(5):
        law = NATURAL.law(sizes[i : i + 1])
        top = abs(law.vectors[:, 0]).max()
        chance = float(law.probabilities[abs(law.vectors[:, 0]) == top].sum())
        error = np.sqrt(chance * (1 - chance) / 20_000)
        assert set(outputs[:, i]) <= set(abs(law.vectors[:, 0]))
        assert abs(np.mean(outputs[:, i] == top) - chance) <= 5 * error + 1e-6
        assert 5 * error < 0.02
    exact = np.array([0.0, 1.0, -4.0, 2.0**-126, 2.0**127], dtype=kind)
    assert np.all(NATURAL.roundtrip(np.tile(exact, (50, 1)), rng=0) == exact)
