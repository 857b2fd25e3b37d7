"""Lemma 1: the oracle under any query rule, and mean estimation, give one transcript."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infobound.models import QuadraticFamily
from infobound.models.quadratic import exact, rounded
from infobound.numerics.arguments import ArgumentError
from infobound.protocols import mean_estimation_transcript, oracle_transcript
from infobound.quantizers import AllReals, Cells, LloydMax, Message, Shifted

FAMILY = QuadraticFamily(dimension=3, curvature=0.3, noise_std=0.7)
THETA = np.array([0.4, -1.7, 1e-3])
EXAMPLES = settings(deadline=None, derandomize=True, max_examples=30)
PROTOCOLS = [oracle_transcript, mean_estimation_transcript]


def hashed(t, past, coins):
    """Chaotic: a hash of every bit sent so far, as a point of any magnitude."""
    digest = hashlib.sha256(b"".join(m.payload for m in past) + bytes([t])).digest()
    rng = np.random.default_rng(list(digest))
    return rng.standard_normal(3) * 10.0 ** rng.integers(-300, 300, size=3)


def descent(t, past, coins):
    """What an optimizer does: move along what was received, with a decreasing step."""
    steps = [np.frombuffer(m.payload, np.uint8)[:1] / 128 - 1 for m in past]
    return np.full(3, sum(float(step[0]) / (k + 1) for k, step in enumerate(steps)))


def last_bit(t, past, coins):
    return np.full(3, 1e300 if past and past[-1].payload[0] & 0x80 else -5e-324)


QUERIES = {
    "constant": lambda t, past, coins: np.ones(3),
    "huge": lambda t, past, coins: np.full(3, 1e300),
    "denormal": lambda t, past, coins: np.array([5e-324, -5e-324, 2e-310]),
    "mixed magnitudes": lambda t, past, coins: np.array([-1.7e308, 0.0, 1e-30]),
    "at theta": lambda t, past, coins: THETA,
    "last bit": last_bit,
    "descent": descent,
    "all bits, chaotic": hashed,
    "public coins": lambda t, past, coins: np.random.default_rng(coins).standard_cauchy(3) * 1e9,
}


def adaptive(t, past, coins):
    """Re-centre at what was said, with a public dither; a new resolution every round."""
    said = past[-1].unpack(width=1)[0] if past and past[-1].bits == 3 else None
    center = 0.0 if not past else 0.25 if said is None else 2.0 * said - 1
    dither = np.random.default_rng(coins).uniform(-0.1, 0.1, size=3)
    return Shifted(LloydMax(1 + t % 3, scale=2.0), dither + center)


@dataclass(frozen=True)
class StochasticSign:
    """A user's own quantizer, with private coins: +1 with probability clip((1 + y) / 2)."""

    unbiased = False
    domain = AllReals()

    def bits(self, d):
        return d

    def encode(self, y, *, rng=None):
        values = self.domain.check("y", y)
        up = np.random.default_rng(rng).random(values.shape) < (1 + values) / 2
        return Message.pack(up.astype(np.int64), width=1, shape=values.shape)

    def decode(self, message):
        return 2.0 * message.unpack(width=1) - 1

    def roundtrip(self, y, *, rng=None):
        return self.decode(self.encode(y, rng=rng))


ENCODERS = {
    "Lloyd-Max": LloydMax(2),
    "seven cells, no levels": Cells((-3.0, -1.0, -0.1, 0.1, 1.0, 3.0)),
    "private coins": StochasticSign(),
    "adaptive": adaptive,
}


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_oracle_is_mean_estimation(query, encoder):
    """An encoder of samples: the oracle gives the transcript of mean estimation."""
    runs = [run(FAMILY, encoder, query, THETA, 8, 11) for run in PROTOCOLS]
    assert runs[0] == runs[1]
    assert len(runs[0].messages) == len(runs[0].queries) == 8


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_mean_estimation_is_the_oracle(query, encoder):
    """The other direction: an encoder made for gradients serves mean estimation."""
    runs = [run(FAMILY, encoder, query, THETA, 8, 11, describes="gradient") for run in PROTOCOLS]
    assert runs[0] == runs[1]


finite = st.floats(allow_nan=False, allow_infinity=False)


@EXAMPLES
@given(
    curvature=st.floats(1e-150, 1e150),
    noise_std=st.floats(1e-150, 1e150),
    theta=st.floats(-1e150, 1e150),
    points=st.lists(finite, min_size=4, max_size=4),
    seed=st.integers(0, 2**32),
)
def test_reduction_at_any_scale(curvature, noise_std, theta, points, seed):
    """Law: no family, no query and no coins can tell the two apart."""
    family = QuadraticFamily(1, curvature, noise_std)
    runs = [
        run(family, LloydMax(3), lambda t, past, coins: [points[t]], theta, 4, seed)
        for run in PROTOCOLS
    ]
    assert runs[0] == runs[1]


def test_the_query_carries_no_information():
    """With the same coins all query rules give the same messages (not the same queries)."""
    runs = [oracle_transcript(FAMILY, LloydMax(2), q, THETA, 12, 3) for q in QUERIES.values()]
    assert len({run.messages for run in runs}) == 1
    assert len({run.queries for run in runs}) == len(QUERIES)


def test_own_coins_of_the_optimizer():
    """A rule may draw from a generator of its own: one for each run, in the same state."""

    def wandering():
        rng = np.random.default_rng(5)
        return lambda t, past, coins: rng.standard_normal(3) * 1e6

    first, second = (run(FAMILY, LloydMax(4), wandering(), THETA, 10, 2) for run in PROTOCOLS)
    assert first == second


def test_coins():
    """Other coins give another transcript; a SeedSequence is not used up; a Generator is."""
    root = np.random.SeedSequence(4)

    def run(rng):
        return oracle_transcript(FAMILY, LloydMax(4), descent, THETA, 6, rng)

    assert run(root) == run(root) == run(4)
    assert run(root).messages != run(5).messages
    assert run(np.random.default_rng(4)) == run(np.random.default_rng(4))
    rng = np.random.default_rng(4)
    assert run(rng).messages != run(rng).messages


def test_bits_are_those_of_the_messages():
    run = oracle_transcript(FAMILY, LloydMax(4), descent, THETA, 6, 0)
    assert run.bits == 6 * 3 * 4
    assert [len(message.payload) for message in run.messages] == [2] * 6


class MultiplicativeNoise(QuadraticFamily):
    """Planted: the noise grows with the distance from theta, as in least squares."""

    def oracle(self, theta, query, noise):
        scale = np.array([1 + abs(gap) for gap in query - theta], dtype=object)
        return super().oracle(theta, query, noise * scale)


def test_noise_that_depends_on_the_state_breaks_it():
    """Away from theta; a query at theta itself would hide it, and does."""
    family = MultiplicativeNoise(3, 0.3, 0.7)
    away, near = (
        [run(family, LloydMax(2), QUERIES[name], THETA, 8, 11) for run in PROTOCOLS]
        for name in ("constant", "at theta")
    )
    assert away[0] != away[1]
    assert near[0] == near[1]


def test_unknown_curvature_breaks_it():
    """Planted: the encoder turns gradients into samples with another curvature."""

    class Mistaken(QuadraticFamily):
        def to_sample(self, query, gradient):
            return super().to_sample(query, gradient * exact(1.01))

    family = Mistaken(3, 0.3, 0.7)
    runs = [run(family, LloydMax(4), QUERIES["huge"], THETA, 8, 11) for run in PROTOCOLS]
    assert runs[0] != runs[1]


@pytest.mark.parametrize("name", ["constant", "huge", "descent", "all bits, chaotic"])
def test_an_encoder_that_does_not_know_the_query_breaks_it(name):
    """Planted: the oracle's encoder describes G as it stands, mean estimation describes Y."""
    query = QUERIES[name]
    gradient = oracle_transcript(FAMILY, LloydMax(4), query, THETA, 8, 11, describes="gradient")
    sample = mean_estimation_transcript(FAMILY, LloydMax(4), query, THETA, 8, 11)
    assert gradient.messages != sample.messages


def test_floats_would_break_it():
    """Why the arithmetic is exact: in floats a distant query swallows the noise."""
    noise = FAMILY.noise(1)
    query = np.full(3, 1e300)
    in_floats = FAMILY.to_sample(query, FAMILY.oracle(THETA, query, noise))
    exactly = FAMILY.to_sample(
        exact(query), FAMILY.oracle(exact(THETA), exact(query), exact(noise))
    )
    sample = THETA - noise / 0.3
    assert rounded(exactly, name="Y") == pytest.approx(sample, rel=1e-15, abs=0)
    assert np.all(in_floats == 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"query_rule": lambda *_: [1.0, np.nan, 0.0]}, r"query of round 0\[1\] = nan"),
        ({"query_rule": lambda *_: [1.0]}, r"query of round 0: shape = \(1,\)"),
        ({"rounds": 0}, "rounds = 0"),
        ({"describes": "noise"}, "describes = 'noise'"),
        ({"theta": [1.0, 2.0]}, r"theta.shape = \(2,\)"),
    ],
)
@pytest.mark.parametrize("run", PROTOCOLS)
def test_errors(run, change, words):
    good = {"query_rule": descent, "theta": 0.0, "rounds": 2, "rng": 0}
    with pytest.raises(ArgumentError, match=words):
        run(FAMILY, LloydMax(2), **(good | change))


def test_a_gradient_beyond_floats_is_refused():
    steep = QuadraticFamily(3, 1e10, 1.0)
    with pytest.raises(ArgumentError, match=r"gradient of round 0\[0\] = .*float64"):
        oracle_transcript(steep, LloydMax(2), QUERIES["huge"], THETA, 2, 0, describes="gradient")
