"""Small wrong quantizers: for each mistake the row that must catch it does, and by name.

All are seeded. A statistical row fails a right quantizer with probability below 1e-6, and each
mistake here is many times larger than what its row finds with probability 0.999.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from infobound.numerics.arguments import ArgumentError, argument_error, whole
from infobound.quantizers.base import AllReals, Box, ErrorBound, Law, Message, draw_coins
from infobound.quantizers.formats.integer_blocks import IntegerBlocks
from infobound.testing import ConformanceError, check_quantizer
from infobound.testing.intervals import unseen

DIMENSIONS = (3,)


def check(quantizer, dimensions=DIMENSIONS, **options):
    return check_quantizer(quantizer, dimensions=dimensions, samples=1 << 16, **options)


def failed(quantizer, **options):
    return {row.check for row in check(quantizer, **options).failures}


@dataclass(frozen=True)
class Rounder:
    """Stochastic rounding to 4 levels of [-1, 1], with one thing wrong; nothing inherited."""

    mistake: str = ""
    cache: dict = field(default_factory=dict, compare=False, repr=False)
    unbiased = True
    width = 2
    levels = 4

    @property
    def domain(self):
        return Box(1.0)

    def bits(self, d):
        return whole("d", d) * self.width

    def variance_bound(self, d):
        return ErrorBound(d * (0.25 if self.mistake == "claimed variance" else 1.0) / 9)

    def mean_squared_error(self, y):
        place = (self.domain.check("y", y) + 1) * 1.5
        f = place - np.floor(place)
        return np.sum(f * (1 - f), axis=-1) * (4 / 9) * (0.9 if self.mistake == "told error" else 1)

    def law(self, y):
        y = self.domain.check("y", y)
        if y.size > 4:
            raise argument_error("d", y.size, "at most 4")
        place = (y + 1) * 1.5
        low = np.minimum(np.floor(place), 2)
        f = (place - low) * (0.9 if self.mistake == "law" else 1)
        corners = np.stack(np.meshgrid(*[[0, 1]] * y.size, indexing="ij"), -1).reshape(-1, y.size)
        return Law((low + corners) / 1.5 - 1, np.prod(np.where(corners == 1, f, 1 - f), axis=1))

    def encode(self, y, *, rng=None):
        y = self._check(y)
        symbols = self._draw(y, rng)
        message = Message.pack(symbols, width=2, shape=y.shape, made_by=repr(self))
        if self.mistake == "made_by of y":
            return replace(message, made_by=f"{self!r} {float(np.sum(y)):.3f}")
        if self.mistake == "attribute":
            object.__setattr__(message, "norm", float(np.sum(y**2)))
        if self.mistake == "cache":
            self.cache["y"] = y
        if self.mistake == "global rng":
            np.random.random()  # noqa: NPY002
        return message

    def decode(self, message):
        if self.mistake != "accepts anything":
            message.accept(self)
        if self.mistake == "cache" and "y" in self.cache:
            return np.array(self.cache["y"])
        count = message.bits // 2
        symbols = message.unpack(width=2).ravel()[:count]
        wanted = int(np.prod(message.shape))
        symbols = np.resize(symbols, wanted) if self.mistake == "accepts anything" else symbols
        values = symbols.reshape(message.shape) / 1.5 - 1
        if self.mistake == "crashes":
            return np.array([0.0])[symbols - symbols + (symbols == 3)].reshape(message.shape)
        if self.mistake == "nan":
            values[values > 0.99] = np.nan
        return values.astype(np.float32) if self.mistake == "float32 output" else values

    def roundtrip(self, y, *, rng=None):
        values = self._check(y)
        if self.mistake in ("input returned", "cache"):
            return values.copy()
        if self.mistake == "input mutated" and isinstance(y, np.ndarray) and y.flags.writeable:
            y *= 0.5
        out = self._draw(values, rng) / 1.5 - 1
        if self.mistake == "nan":
            out[out > 0.99] = np.nan
        if self.mistake == "float32 output":
            out = out.astype(np.float32)
        return out * (1 + 1e-15) if self.mistake == "last digit" else out

    def _check(self, y):
        if self.mistake == "domain clipped":
            return np.clip(AllReals().check("y", y), -1, 1)
        if self.mistake == "silent nan":
            return np.nan_to_num(np.asarray(y, dtype=np.float64))
        if self.mistake == "unnamed error":
            try:
                return self.domain.check("y", y)
            except ArgumentError:
                raise ValueError("bad input") from None
        values = self.domain.check("y", y)
        if self.mistake == "zero refused" and not np.all(np.any(values, axis=-1)):
            raise argument_error("y", 0.0, "not zero")
        if self.mistake == "warns":
            _ = values / np.max(np.abs(values), axis=-1, keepdims=True)
        return values

    def _draw(self, y, rng):
        rng = np.random.default_rng(1 if self.mistake == "fixed seed" else rng)
        if self.mistake == "seed ignored":
            rng = np.random.default_rng()
        place = (y + 1) * 1.5
        if self.mistake == "scale of the batch" and y.ndim > 1 and y.size:
            place = (y / max(np.max(np.abs(y)), 1e-300) + 1) * 1.5
        low = np.minimum(np.floor(place), 2)
        shape = y.shape[-1:] if self.mistake == "rows share coins" else y.shape
        u = rng.random(shape)
        if self.mistake == "neighbours share coins" and y.ndim > 1:
            u = np.repeat(u[::2], 2, axis=0)[: len(u)]
        up = place - low
        if self.mistake == "1 % up":
            up = up + 0.01
        if self.mistake == "1 % factor":
            up = (1.01 * y + 1) * 1.5 - low
        return (low + (u < up)).astype(np.int64).clip(0, 3)


def test_the_sound_twin_passes():
    found = check(Rounder(), dimensions=(1, 2, 6))
    found.raise_if_failed()
    assert found.passed
    assert {row.outcome for row in found.rows} == {"passed", "not applicable"}
    shown = str(found)
    assert "With probability 0.999 this finds" in shown
    assert max(map(len, shown.splitlines())) <= 130
    with pytest.raises(TypeError, match="truth value"):
        bool(found)


ROWS = {
    "input returned": "roundtrip",
    "cache": "roundtrip",
    "last digit": "roundtrip",
    "float32 output": "roundtrip",
    "crashes": "corrupted messages",
    "nan": "corrupted messages",
    "accepts anything": "corrupted messages",
    "made_by of y": "public coins",
    "attribute": "public coins",
    "1 % up": "unbiased",
    "1 % factor": "unbiased",
    "claimed variance": "error",
    "told error": "error",
    "law": "exact law",
    "fixed seed": "same rng",
    "seed ignored": "same rng",
    "global rng": "same rng",
    "rows share coins": "independent rows",
    "neighbours share coins": "independent rows",
    "scale of the batch": "batch = loop",
    "input mutated": "arrays",
    "domain clipped": "domain errors",
    "silent nan": "domain errors",
    "unnamed error": "domain errors",
    "zero refused": "edge inputs",
    "warns": "edge inputs",
}


@pytest.mark.parametrize("mistake", ROWS)
def test_planted(mistake):
    found = check(Rounder(mistake))
    rows = {row.check for row in found.failures}
    assert ROWS[mistake] in rows, str(found)
    with pytest.raises(ConformanceError, match=ROWS[mistake]):
        found.raise_if_failed()


@pytest.mark.parametrize("mistake", ["1 % up", "1 % factor", "claimed variance", "unnamed error"])
def test_only_the_row_that_is_meant(mistake):
    """A mistake of one kind leaves the other rows alone (but where it shows twice)."""
    also = {"claimed variance": ["edge inputs"], "1 % up": ["error", "exact law"]}
    also["1 % factor"] = also["1 % up"]
    allowed = {ROWS[mistake], *also.get(mistake, [])}
    assert failed(Rounder(mistake)) <= allowed


@dataclass(frozen=True)
class Norm:
    """sqrt(d) |y| times a random sign vector near y: the length must travel, somewhere.

    Sends the sign of every coordinate and, rightly, 32 bits of norm; `place` says where the norm
    travels instead, uncounted.
    """

    place: str
    sign_sent: bool = True
    cache: list = field(default_factory=list, compare=False, repr=False)
    unbiased = False
    domain = AllReals()

    def bits(self, d):
        return whole("d", d) * self.sign_sent + 32 * (self.place == "payload")

    def encode(self, y, *, rng=None):
        y = self.domain.check("y", y)
        norm = np.sqrt(np.mean(y**2, axis=-1, keepdims=True)).astype(np.float32)
        fields = [((y < 0).astype(np.int64), int(self.sign_sent))] if self.sign_sent else []
        if self.place == "payload":
            fields.append((norm.view(np.uint32), 32))
        coins = None
        if self.place == "coins":
            coins = int(norm.ravel()[:1].view(np.uint32)[0]) if norm.size else 0
        message = Message.join(fields, shape=y.shape, coins=coins, made_by=repr(self))
        if self.place == "attribute":
            object.__setattr__(message, "norm", norm)
        if self.place == "cache":
            self.cache[:] = [norm]
        if not self.sign_sent:
            object.__setattr__(message, "signs", np.sign(y))
        return message

    def decode(self, message):
        d = message.accept(self)
        layout = [(d, 1)] if self.sign_sent else []
        fields = message.split([*layout, *([(1, 32)] if self.place == "payload" else [])])
        signs = 1 - 2.0 * fields[0] if self.sign_sent else getattr(message, "signs", 1.0)
        if self.place == "payload":
            norm = fields[1].astype(np.uint32).view(np.float32).astype(np.float64)
            if not np.all(np.isfinite(norm) & (norm >= 0)):
                raise argument_error("message norm", float(norm.max()), "finite and >= 0")
        elif self.place == "coins":
            norm = np.float64(np.array(message.coins, np.uint32).view(np.float32))
        elif self.place == "attribute":
            norm = getattr(message, "norm", 1.0)
        else:
            norm = self.cache[0] if self.cache else 1.0
        return (signs * norm * np.ones(message.shape)).astype(np.float64)

    def roundtrip(self, y, *, rng=None):
        y = self.domain.check("y", y)
        norm = np.sqrt(np.mean(y**2, axis=-1, keepdims=True)).astype(np.float32)
        return np.where(y < 0, -1.0, 1.0) * norm.astype(np.float64)


@pytest.mark.parametrize(
    ("place", "row"),
    [("coins", "public coins"), ("attribute", "public coins"), ("cache", "roundtrip")],
)
def test_uncounted_norm(place, row):
    assert row in failed(Norm(place))


def test_uncounted_sign():
    rows = failed(Norm("payload", sign_sent=False))
    assert {"public coins", "roundtrip"} <= rows


@dataclass(frozen=True)
class Largest:
    """The largest coordinate and its value in 8 bits; the index is not counted in `bits`."""

    honest: bool = False
    unbiased = False
    domain = Box(8.0)

    def bits(self, d):
        return 8 + (whole("d", d) - 1).bit_length() * self.honest

    def encode(self, y, *, rng=None):
        y = self.domain.check("y", y)
        index, value = self._draw(y)
        fields = [(value, 8), (index, (y.shape[-1] - 1).bit_length())]
        return Message.join(fields, shape=y.shape)

    def decode(self, message):
        d = message.shape[-1]
        width = (d - 1).bit_length()
        value, index = message.split([(1, 8), (1, width)])
        if np.any(index >= d):
            raise argument_error("message index", int(index.max()), f"below {d}")
        return self._values(index, value, message.shape)

    def roundtrip(self, y, *, rng=None):
        y = self.domain.check("y", y)
        return self._values(*self._draw(y), y.shape)

    def _draw(self, y):
        index = np.argmax(np.abs(y), axis=-1)[..., None]
        top = np.take_along_axis(y, index, axis=-1)
        return index, np.clip(np.floor((top + 8) * 16), 0, 255).astype(np.int64)

    def _values(self, index, value, shape):
        out = np.zeros(shape)
        np.put_along_axis(out, index, (value + 0.5) / 16 - 8, axis=-1)
        return out


def test_uncounted_indices():
    assert failed(Largest(honest=True)) == set()
    assert "payload length" in failed(Largest())


@dataclass(frozen=True)
class Dithering:
    """Rounding to -8/8, ..., 8/8: 17 outcomes. `how` says how they are sold as 4 bits."""

    how: str
    unbiased = True
    domain = Box(1.0)

    def bits(self, d):
        return 4 * whole("d", d)

    def _draw(self, y, rng):
        place = (self.domain.check("y", y) + 1) * 8
        low = np.minimum(np.floor(place), 15)
        return (low + (np.random.default_rng(rng).random(place.shape) < place - low)).astype(int)

    def encode(self, y, *, rng=None):
        symbols = self._draw(y, rng)
        if self.how == "wide":
            return Message.pack(symbols, width=5, shape=symbols.shape)
        if self.how == "int64":
            raw = symbols.astype("<i8").tobytes()
            return Message(raw, 8 * len(raw), symbols.shape)
        if self.how == "lying length":
            return Lie(symbols.astype("<i8").tobytes(), 4 * symbols.size, symbols.shape)
        if self.how == "text":
            return Lie(str(symbols.tolist()), 4 * symbols.size, symbols.shape)
        if self.how == "zeros":
            return Message.pack(np.zeros_like(symbols), width=4, shape=symbols.shape)
        return Message.pack(symbols & 15, width=4, shape=symbols.shape)  # 16 wraps to 0

    def decode(self, message):
        if self.how == "wide":
            return message.unpack(width=5).reshape(message.shape) / 8 - 1
        if self.how in ("int64", "lying length"):
            symbols = np.frombuffer(message.payload, "<i8").reshape(message.shape)
            return symbols / 8 - 1
        return message.unpack(width=4).reshape(message.shape) / 8 - 1

    def roundtrip(self, y, *, rng=None):
        return self._draw(y, rng) / 8 - 1


@dataclass(frozen=True)
class Lie:
    """Somebody's own message class, which checks nothing."""

    payload: object
    bits: int
    shape: tuple
    side_bits: int = 0
    coins: int | None = None
    first: int = 0
    made_by: str = ""
    count = 1


@pytest.mark.parametrize(
    ("how", "row"),
    [
        ("wide", "payload length"),
        ("int64", "payload length"),
        ("lying length", "payload length"),
        ("text", "payload length"),
        ("wrapped", "roundtrip"),
        ("zeros", "roundtrip"),
    ],
)
def test_seventeen_outcomes_in_four_bits(how, row):
    assert row in failed(Dithering(how))


def test_the_limit_catches_what_is_consistent():
    """A decoder told the signs by a module-level list passes every look at the message."""
    told = []

    @dataclass(frozen=True)
    class Telepath:
        unbiased = False
        domain = AllReals()

        def bits(self, d):
            whole("d", d)
            return 1

        def encode(self, y, *, rng=None):
            y = self.domain.check("y", y)
            told.append(y)
            return Message.pack(np.zeros((*y.shape[:-1], 1), dtype=int), width=1, shape=y.shape)

        def decode(self, message):
            if message.bits != message.count:
                raise argument_error("message.bits", message.bits, f"{message.count}")
            return np.zeros(message.shape)

        def roundtrip(self, y, *, rng=None):
            return np.array(self.domain.check("y", y))

    found = check(Telepath())
    row = next(row for row in found.failures if row.check == "limit")
    assert row.figures["error"] == 0
    assert "bits are counted wrong" in row.explanation
    assert "enumeration" in {row.check for row in found.failures}


@dataclass(frozen=True)
class Shared:
    """Sign with a public random threshold: a correct user of public coins, or one that leaks y."""

    leak: bool = False
    unbiased = False
    domain = AllReals()

    def bits(self, d):
        return whole("d", d)

    def encode(self, y, *, rng=None):
        y = self.domain.check("y", y)
        coins = draw_coins(np.random.default_rng(rng))
        if self.leak:
            coins ^= int(np.sum(y > 0))
        return Message.pack((y > 0).astype(int), width=1, shape=y.shape, coins=coins)

    def decode(self, message):
        if message.bits != int(np.prod(message.shape)):
            raise argument_error("message.bits", message.bits, "as many as coordinates")
        return 2.0 * message.unpack(width=1).reshape(message.shape) - 1

    def roundtrip(self, y, *, rng=None):
        return np.where(self.domain.check("y", y) > 0, 1.0, -1.0)


def test_public_coins():
    assert failed(Shared()) == set()
    assert failed(Shared(leak=True)) == {"public coins"}


class Plain:
    """Members are missing, or wrong: the interface is told and nothing else is tried."""

    def __init__(self, drop="", bits=lambda d: d):
        self.inner, self.drop, self._bits = Rounder(), drop, bits

    def bits(self, d):
        self.inner.bits(d)
        return self._bits(d)

    def __getattr__(self, name):
        if name.startswith("_") or name == self.__dict__.get("drop"):
            raise AttributeError(name)
        return getattr(self.inner, name)


@pytest.mark.parametrize(
    ("quantizer", "words"),
    [
        (Plain(drop="decode"), "no decode"),
        (Plain(bits=lambda d: -d), "int >= 0"),
        (Plain(bits=lambda d: 2.5 * d), "mean_bits"),
        (Plain(), "repr"),
        (3, "no unbiased"),
    ],
    ids=["no decode", "negative bits", "fractional bits", "no repr", "not one at all"],
)
def test_interface(quantizer, words):
    found = check(quantizer)
    assert [row.check for row in found.rows] == ["interface"]
    assert words in found.failures[0].explanation


def test_parameters_change():
    @dataclass
    class Counting:
        calls: int = 0
        unbiased = False
        domain = AllReals()
        bits, decode = Shared.bits, Shared.decode

        def encode(self, y, *, rng=None):
            self.calls += 1
            return Shared.encode(self, y, rng=1)

        def roundtrip(self, y, *, rng=None):
            return Shared.roundtrip(self, y)

        leak = False

    assert failed(Counting()) == {"parameters unchanged"}


def test_strict_and_seeds():
    """Strict asks for the power to find 1 %; the same seed gives the same table."""
    weak = check_quantizer(Rounder(), dimensions=[3], samples=1024)
    assert weak.passed
    assert not check_quantizer(Rounder(), dimensions=[3], samples=1024, strict=True).passed
    assert str(weak) == str(check_quantizer(Rounder(), dimensions=[3], samples=1024))
    other = check_quantizer(Rounder(), dimensions=[3], samples=1024, rng=1)
    assert str(other) != str(weak)


def test_inputs_and_progress():
    """A domain away from 0 needs `inputs`; the callback sees every check once."""

    @dataclass(frozen=True)
    class Far(Rounder):
        @property
        def domain(self):
            return _Far()

    class _Far:
        def check(self, name, y):
            return Box(1.0).check(name, np.asarray(y, dtype=np.float64) - 5.0) + 5.0

    seen = []
    found = check_quantizer(
        Rounder(),
        dimensions=[2],
        samples=1024,
        inputs=lambda d, rng: rng.uniform(-1, 1, (3, d)),
        progress=lambda *step: seen.append(step),
    )
    found.raise_if_failed()
    assert [step[1] for step in seen] == list(range(1, len(seen) + 1))
    assert seen[-1][2] == len(seen)
    lost = check_quantizer(Far(), dimensions=[2], samples=1024)
    assert "Give `inputs`" in lost.failures[0].explanation


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"false_alarm": 0.5}, "false_alarm = 0.5"),
        ({"dimensions": [0]}, r"dimensions\[0\] = 0"),
        ({"samples": 10}, "samples = 10"),
    ],
)
def test_arguments_of_the_kit(options, words):
    with pytest.raises(ArgumentError, match=words):
        check_quantizer(Rounder(), **options)


@pytest.mark.parametrize("scale", ["fp16", "fp16-up"])
def test_rare_outcomes_are_no_mistake(scale):
    """Alone in its block a number goes elsewhere with a probability of 1e-3 or less.

    That outcome carries the whole error, and at this seed samples of some inputs have none of it: an
    interval from the sample alone raises an alarm.
    """
    rare = IntegerBlocks(4, block=32, scale=scale, rounding="stochastic")
    check_quantizer(rare, dimensions=(1, 3), samples=1 << 12).raise_if_failed()


def test_what_never_changed_is_allowed_for():
    """Only an output that did not change, among enough samples, may hide an outcome."""
    y = np.array([3.0, -4.0])
    still, half = np.full((50, 2), 0.25), np.stack([np.arange(50.0), np.zeros(50)], axis=1)
    assert [unseen(y, still, whole=whole) for whole in (True, False)] == [4.0, 4.0]
    assert [unseen(y, half, whole=whole) for whole in (True, False)] == [0.0, 4.0]
    assert unseen(y, still[:2], whole=False) == 0.0
    assert unseen(y, half[:, :1] + np.zeros(2), whole=False) == 0.0
