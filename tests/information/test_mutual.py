"""Entropy and mutual information of messages, in bits."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from infobound.information import entropy, mutual_information
from infobound.models import GaussianLocation
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import Argmax, Blocks, Cells, LloydMax, Message, Quantizer, Sign, Simplex


@dataclass(frozen=True)
class Hidden:
    """A quantizer whose structure cannot be seen; with `flip`, its bits are flipped at random."""

    inner: Quantizer
    flip: float = 0.0

    def bits(self, d: int) -> int:
        return self.inner.bits(d)

    def encode(self, y: npt.ArrayLike, *, rng: object = None) -> Message:
        message = self.inner.encode(y)
        if not self.flip:
            return message
        symbols = message.unpack(width=1)
        draw = np.random.default_rng(rng)  # type: ignore[arg-type]
        return Message.pack(
            symbols ^ (draw.random(symbols.shape) < self.flip), width=1, shape=message.shape
        )


@pytest.mark.parametrize(
    ("quantizer", "d", "theta", "bits", "method"),
    [
        (Sign(), 5, 0, 5.0, "exact"),
        (Cells((-0.6744897501960817, 0, 0.6744897501960817)), 3, 0, 6.0, "exact"),
        (LloydMax(4), 1, 0, 3.765328, "exact"),
        (Blocks(LloydMax(4), 2), 4, 0, 4 * 3.7653285, "exact"),
        (Argmax(), 8, 0.3, 3.0, "exact"),
        (Simplex(6), 63, 0, 6.0, "exact"),
        (Blocks(Argmax(), 4), 12, 1.0, 6.0, "exact"),
        (Argmax(), 2, [0.0, math.sqrt(2)], 0.6310827674, "quadrature"),
    ],
)
def test_known_entropies(
    quantizer: Quantizer, d: int, theta: npt.ArrayLike, bits: float, method: str
) -> None:
    """The last: argmax of two is a sign, right with probability Phi(1) = 0.8413, h = 0.6310828."""
    found = entropy(GaussianLocation(d, 1.0), quantizer, theta)
    assert found.value == pytest.approx(bits, abs=2e-6)
    assert (found.method, found.unit) == (method, "bits")
    assert found.value <= quantizer.bits(d) + 1e-12
    assert mutual_information(GaussianLocation(d, 1.0), quantizer, theta) == found


@pytest.mark.parametrize(("inner", "d"), [(LloydMax(3), 2), (Sign(), 6), (Argmax(), 16)])
def test_entropy_from_counts(inner: Quantizer, d: int) -> None:
    """Within 4.5 standard errors of the known value, false alarm 7e-6; a 1 % error is 9 away."""
    model = GaussianLocation(d, 1.0)
    known = entropy(model, inner, 0.0).value
    found = entropy(model, Hidden(inner), 0.0, rng=3, samples=50_000)
    assert found.method == "monte-carlo"
    assert abs(found.value - known) < 4.5 * found.stderr
    assert 0.01 * known > 9 * found.stderr
    assert mutual_information(model, Hidden(inner), 0.0, rng=3, samples=50_000) == found


def test_without_the_correction_entropy_is_low() -> None:
    """64 equally likely messages, n = 50000: counts alone are 63 / (2 n) nats low, 5 errors."""
    model = GaussianLocation(6, 1.0)
    found = entropy(model, Hidden(Sign()), 0.0, rng=3, samples=50_000)
    plug_in = found.value - 63 / (2 * 50_000 * math.log(2))
    assert abs(plug_in - 6) > 4.5 * found.stderr


def test_private_coins_are_not_information() -> None:
    with pytest.raises(ArgumentError, match=r"private coins.*less than its entropy"):
        mutual_information(GaussianLocation(1, 1.0), Hidden(Sign(), 0.2), 0, rng=0)
    assert entropy(GaussianLocation(1, 1.0), Hidden(Sign(), 0.2), 0, rng=0).value > 0.999


def test_too_few_draws_for_so_many_messages() -> None:
    with pytest.raises(ArgumentError, match=r"samples = 1000, but .*only once"):
        entropy(GaussianLocation(20, 1.0), Hidden(Sign()), 0, rng=0, samples=1000)
