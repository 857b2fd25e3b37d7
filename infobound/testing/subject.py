"""The quantizer under test at one dimension, and the plain message that its decoder gets."""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from infobound.numerics.arguments import ArgumentError
from infobound.quantizers.base import Message
from infobound.testing.findings import need, said
from infobound.testing.inputs import (
    Floats,
    GaussianInput,
    accepts,
    gaussian_input,
    patterns,
    reach,
    user_rows,
)
from infobound.testing.intervals import CONSTANT

_FIELDS = ("payload", "bits", "shape", "side_bits", "coins", "first", "made_by")


@dataclass(frozen=True)
class Effort:
    """How much is computed, and at which level of false alarm a single row is tested."""

    level: float
    elements: int = 1 << 18  # numbers simulated for each input vector, at most
    singles: int = 48  # calls with a single vector
    payload_bits: int = 10  # payloads of so many bits are all decoded

    @classmethod
    def of(cls, *, thorough: bool, level: float, elements: int | None) -> "Effort":
        """Ordinary or thorough; `elements` overrides."""
        if thorough:
            return cls(level, elements or 1 << 21, singles=512, payload_bits=14)
        most = elements or 1 << 18
        return cls(level, most, singles=max(16, min(48, most >> 10)))


@dataclass(frozen=True, eq=False)
class Subject:
    """One quantizer at one dimension.

    `twin` is a copy made before anything was encoded; only it decodes. A joint family of n workers
    is looked at as a quantizer of n rows together: a `unit` of it has shape (n, d).
    """

    quantizer: Any
    twin: Any
    d: int
    effort: Effort
    seed: int
    inputs: Any = None

    @property
    def unit(self) -> tuple[int, ...]:
        """Shape of what is encoded together."""
        return (self.workers, self.d) if self.joint else (self.d,)

    @property
    def workers(self) -> int:
        """Rows that are quantized together, 1 unless the family is joint."""
        return int(self.quantizer.workers) if self.joint else 1

    @property
    def joint(self) -> bool:
        """Whether the rows of a batch are workers that quantize together."""
        return bool(getattr(self.quantizer, "joint", False))

    @property
    def size(self) -> int:
        """Numbers in one unit."""
        return self.d * self.workers

    @property
    def fixed_length(self) -> bool:
        """Whether every message has bits(d) bits; entropy-coded quantizers have at most that."""
        return not entropy_coded(self.quantizer)

    @property
    def unit_bits(self) -> float:
        """Bits of the messages of one unit, worst case."""
        bits: float = self.quantizer.bits(self.d)
        return bits * self.workers

    def rng(self, *key: int) -> np.random.Generator:
        """A generator for one purpose; the same key gives the same one."""
        return np.random.default_rng(self.seeds(*key))

    def seeds(self, *key: int) -> np.random.SeedSequence:
        """The seed of `rng`."""
        return np.random.SeedSequence([self.seed, self.d, *key])

    @cached_property
    def given(self) -> Floats | None:
        """The user's own vectors, (m, d); nonnegative ones where the domain holds no others."""
        rows = user_rows(self.inputs, self.d, self.rng(1))
        domain, size = self.quantizer.domain, (64, self.d)
        if rows is not None or accepts(domain, -1e-9 * np.ones(self.d)):
            return rows
        positive: Floats = np.abs(self.rng(8).standard_normal(size))
        return positive if accepts(domain, positive) else None

    @cached_property
    def source(self) -> GaussianInput | None:
        """Gaussian input in the domain; None where only the user's vectors are known to fit."""
        try:
            return gaussian_input(self.quantizer, self.d)
        except ArgumentError:
            if self.given is None:
                raise
            return None

    def rows(self, n: int, *key: int) -> Floats:
        """n units in the domain, shape (n, *unit): Gaussian, or drawn from the user's vectors."""
        rng = self.rng(2, *key)
        if self.source is not None:
            return self.source.draw(n, self.unit, rng)
        assert self.given is not None
        return self.given[rng.integers(len(self.given), size=(n, *self.unit[:-1]))]

    @cached_property
    def directions(self) -> dict[str, tuple[Floats, float]]:
        """Directions (d,), and how far the domain reaches along each from its centre."""
        source = self.source
        if source is None:
            return {}
        domain, center = self.quantizer.domain, source.center
        return {
            name: (direction, reach(domain, center, direction))
            for name, direction in patterns(self.d, self.rng(4))
        }

    @cached_property
    def vectors(self) -> dict[str, Floats]:
        """Inputs of shape `unit` for the statistical checks; all in the domain."""
        found = {"Gaussian": self.rows(1, 3)[0]}
        if self.source is not None:
            fractions = {"all equal": 0.61, "one coordinate": 0.83, "ramp": 0.97}
            for name, fraction in fractions.items():
                direction, end = self.directions[name]
                size = self.source.scale if end > 2.0**60 else end
                y = self.source.center + fraction * size * direction
                found[name] = np.array(np.broadcast_to(y, self.unit))
        for i, y in enumerate(self.given[:8] if self.given is not None else ()):
            found[f"inputs[{i}]"] = np.array(np.broadcast_to(y, self.unit))
        return {name: y for name, y in found.items() if accepts(self.quantizer.domain, y)}

    def encode(self, y: Any, *key: int) -> Message:
        """The message as a plain one."""
        return plain(self.quantizer.encode(y, rng=self.seeds(5, *key)))

    def decode(self, message: Message) -> Floats:
        """By the twin, from a message that nothing but its fields came along with."""
        return np.asarray(self.twin.decode(plain(message)))

    def roundtrip(self, y: Any, *key: int) -> Floats:
        """Under the coins of `encode` with the same key."""
        return np.asarray(self.quantizer.roundtrip(y, rng=self.seeds(5, *key)))

    def errors(self, y: Floats, *key: int) -> Floats:
        """Q(y) - y of units y (n, *unit), flattened to (n, size); in chunks of 2^18 numbers."""
        step = max(1, (1 << 18) // self.size)
        parts = [
            (self.roundtrip(y[k : k + step], *key, k) - y[k : k + step]).reshape(-1, self.size)
            for k in range(0, len(y), step)
        ]
        return np.concatenate(parts)

    @cached_property
    def randomized(self) -> bool:
        """Whether the output depends on the coins, as seen on generic input or as law(y) tells."""
        if self.varies or self.chance_alike < 1:
            return True
        return any(self._again(y, self.roundtrip(y, 7)) < 1 for y in self.vectors.values())

    @cached_property
    def varies(self) -> bool:
        """Whether nine seeds give different outputs, on eight generic inputs."""
        first, others = self._first, range(1, 9)
        return any(not np.array_equal(first, self.roundtrip(self._generic, 7, k)) for k in others)

    @cached_property
    def chance_alike(self) -> float:
        """Probability that eight more seeds give the first output; 1 unless law(y) tells better."""
        return math.prod(map(self._again, self._generic, self._first)) ** 8

    def _again(self, y: Floats, output: Floats) -> float:
        """Probability of this output by law(y), 1 where that is not told."""
        if self.joint or not hasattr(self.quantizer, "law"):
            return 1.0
        try:
            law = self.quantizer.law(y)
        except ValueError:
            return 1.0
        away = np.max(np.abs(np.asarray(law.vectors) - output), axis=1)
        other = away > CONSTANT * (np.max(np.abs(output)) + np.max(np.abs(y)))
        return 1.0 - float(np.sum(np.asarray(law.probabilities)[other]))

    @cached_property
    def _generic(self) -> Floats:
        return self.rows(8, 6)

    @cached_property
    def _first(self) -> Floats:
        return self.roundtrip(self._generic, 7, 0)


def entropy_coded(quantizer: Any) -> bool:
    """Whether bits(d) is only the most that a message can take: it then has mean_bits(d)."""
    return hasattr(quantizer, "mean_bits")


def plain(message: Any) -> Message:
    """A fresh Message with the seven fields of the given one and nothing else.

    Raises Failed when a field has another type than a message may have.
    """
    payload = getattr(message, "payload", None)
    need(type(payload) is bytes, f"message.payload is {type(payload).__name__}, not bytes.")
    for name in ("bits", "side_bits", "first"):
        value = getattr(message, name, 0)
        need(_whole(value) and value >= 0, f"message.{name} = {value!r}, not a whole number >= 0.")
    coins = getattr(message, "coins", None)
    need(
        coins is None or (_whole(coins) and 0 <= coins < 1 << 64),
        f"message.coins = {coins!r}, but public coins are None or a seed below 2^64.",
    )
    made_by = getattr(message, "made_by", "")
    need(isinstance(made_by, str), f"message.made_by = {made_by!r}, not a string.")
    shape = getattr(message, "shape", None)
    need(
        isinstance(shape, tuple) and all(_whole(k) for k in shape),
        f"message.shape = {shape!r}, not a tuple of whole numbers.",
    )
    try:
        return Message(
            bytes(bytearray(payload)),  # type: ignore[arg-type]
            int(message.bits),
            tuple(int(k) for k in shape),  # type: ignore[union-attr]
            side_bits=int(getattr(message, "side_bits", 0)),
            coins=None if coins is None else int(coins),
            first=int(getattr(message, "first", 0)),
            made_by=str(made_by),
        )
    except ArgumentError as error:
        need(False, f"The message contradicts itself: {said(error)}.")
        raise


def hidden(message: Any) -> list[str]:
    """Attributes that travel with a message but are none of its fields."""
    slots = [name for base in type(message).__mro__ for name in getattr(base, "__slots__", ())]
    return sorted({*getattr(message, "__dict__", {}), *slots} - {*_FIELDS, "__weakref__"})


def state(quantizer: Any) -> dict[str, Any]:
    """A deep copy of the attributes."""
    return copy.deepcopy(dict(getattr(quantizer, "__dict__", {})))


def same(a: Any, b: Any) -> bool:
    """Equal in value, for parameters that may be arrays or quantizers."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    if hasattr(a, "encode") or "__eq__" not in _known(type(a)):
        return type(a) is type(b) and repr(a) == repr(b)
    return bool(a == b)


def _known(kind: type) -> set[str]:
    """Attributes of a class that are not those of every object."""
    return {name for base in kind.__mro__ if base is not object for name in vars(base)}


def raises_value_error(call: Callable[[], Any]) -> bool:
    """Whether the call raises a ValueError (ArgumentError is one)."""
    try:
        call()
    except ValueError:
        return True
    return False


def _whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.bool_)
