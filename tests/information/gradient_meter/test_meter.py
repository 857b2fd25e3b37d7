"""Every figure against a quantizer that has a known one."""

import json
import math

import numpy as np
import pytest

from infobound.information.gradient_meter import fisher, meter
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import QSGD, LloydMax
from infobound.quantizers.formats.mx import MX
from tests.information.gradient_meter.known import Affine, Noise, Picky

X = np.random.default_rng(0).standard_normal((64, 256))
MEAN = 0.25
SHIFTED = X + MEAN


@pytest.fixture(autouse=True)
def short_simulation(monkeypatch):
    monkeypatch.setattr(fisher, "_NUMBERS", 1 << 15)


def total(quantizer, x=X, **options):
    kind = meter(x, {"q": quantizer}, **options).formats["q"]
    assert not kind.refused
    return kind.total


def within(figure, truth, z=4.0):
    """A false alarm at 4 standard errors has probability 6e-5; seeds are fixed."""
    return abs(figure.value - truth) <= z * figure.stderr


def test_a_shift_is_bias_and_nothing_else():
    found = total(Affine(shift=0.5))
    energy = np.mean(X**2)
    assert found.nmse.value == pytest.approx(0.25 / energy, rel=1e-12)
    assert found.bias.value == pytest.approx(0.25 / energy, rel=1e-12)
    assert abs(found.variance.value) < 1e-14
    assert abs(found.slope.value) < 1e-14
    assert found.inflation.value == pytest.approx(1, abs=1e-12)


def test_a_factor_costs_no_steps():
    found = total(Affine(slope=0.5), SHIFTED)
    assert found.slope.value == pytest.approx(-0.5, rel=1e-12)
    assert found.inflation.value == pytest.approx(1, abs=1e-12)
    assert found.nmse.value == pytest.approx(0.25, rel=1e-12)
    share = MEAN**2 / (1 + MEAN**2)
    assert within(found.bias, 0.25 * share)
    assert found.bias.value + found.variance.value == pytest.approx(found.nmse.value, rel=1e-12)


def test_independent_noise():
    found = total(Noise(std=0.5), SHIFTED)
    assert within(found.nmse, 0.25 / (1 + MEAN**2))
    assert within(found.inflation, 1.25)
    assert within(found.slope, 0)
    assert within(found.bias, 0)
    assert found.effective_bits.value == pytest.approx(-0.5 * math.log2(found.nmse.value))
    assert within(found.norm_ratio, MEAN / 0.5)
    assert not within(found.inflation, 1.2)  # the same bar rejects another noise
    assert not within(found.norm_ratio, 0.6)


def test_fisher_of_independent_noise_by_its_bound():
    """Linear is all there is: 1/(1 + std^2)."""
    found = total(Noise(std=0.5))
    assert found.fisher.relation == ">="
    assert within(found.fisher, 1 / 1.25)
    assert found.fisher_efficiency.value == pytest.approx(found.fisher.value, rel=1e-6)


def test_lloyd_max_is_its_textbook_self():
    """Centroids: Cov(Q, X) = Var Q, so slope = -D, inflation = 1/(1 - D) = 1/Fisher."""
    distortion = 0.1174818478293
    found = total(LloydMax(bits=2))
    assert found.bits.value == 2
    assert found.bits.stderr == 0
    assert within(found.nmse, distortion)
    assert within(found.slope, -distortion)
    assert within(found.inflation, 1 / (1 - distortion))
    assert found.fisher.relation == "="
    assert found.fisher.value == pytest.approx(1 - distortion, abs=2e-4)  # s is estimated
    assert found.nmse_limit == 2.0**-4
    assert found.fisher_limit == 1 - 2.0**-4
    assert found.least_inflation == pytest.approx(16 / 15)
    assert found.gap.value == pytest.approx(2 - found.effective_bits.value)
    assert found.beats_limit == ()


class Broken(Affine):
    def roundtrip(self, y, *, rng=None):
        return np.asarray(y)[:, :-1] if self.slope else np.full(np.shape(y), np.nan)


@pytest.mark.parametrize(("slope", "said"), [(1, "shape (64, 255)"), (0, "not finite")])
def test_what_a_broken_quantizer_returns_is_refused(slope, said):
    assert said in meter(X, {"q": Broken(slope)}).formats["q"].refused["gradients"]


def test_the_rule_of_sqrt_3():
    """Ratio |mean| sqrt(d) / (std sqrt(d)) of 0.5 and of 2.5."""
    found = meter(SHIFTED, {"stalls": Noise(std=0.5), "goes on": Noise(std=0.1)})
    assert "Below sqrt(3) by that rule, at 2 standard errors: stalls." in found.notes
    centred = total(Noise(std=0.5), X)
    square = centred.norm_ratio_square
    assert abs(square.value) < 4 * square.stderr
    if square.value < 0:
        assert "does not stand out" in centred.norm_ratio.reason


def test_fractions():
    x = np.where(np.arange(256) % 4 == 0, 0.0, X)
    found = total(Affine(), x)
    assert found.zeros_in.value == 0.25
    assert found.zeros_out.value == 0.25
    assert found.clipped.value is None
    assert "cannot tell" in found.clipped.reason


@pytest.mark.parametrize("liar", [Affine(rate=4), Noise(std=0.1, rate=3)])
def test_what_beats_the_limit_is_an_error(liar):
    found = meter(X, {"liar": liar, "honest": Noise(std=0.1, rate=8)})
    assert found.formats["liar"].total.beats_limit[0] == "nmse"
    assert found.formats["honest"].total.beats_limit == ()
    (said,) = found.errors
    assert said.startswith("liar, all layers: NMSE")
    assert "bits are miscounted" in said
    assert found.to_dict()["accounting_errors"] == [said]


def test_entropy_coding_of_zeros_is_no_error_but_said():
    sparse = np.where(np.random.default_rng(1).random(X.shape) < 0.9, 0.0, X)
    found = meter(sparse, {"mx": MX()})
    assert found.formats["mx"].total.coded_gap.value < 0
    assert found.errors == []
    assert any("After entropy coding below the Gaussian limit: mx." in note for note in found.notes)
    dense = meter(X, {"mx": MX()})
    assert not any("After entropy coding" in note for note in dense.notes)


def test_a_result_at_the_limit_is_no_error():
    """Noise that meets 2^(-2R) on average: beyond 3 standard errors in 8 runs, p < 0.011."""
    flagged = [total(Noise(std=2.0**-4, rate=4), rng=seed).beats_limit for seed in range(8)]
    assert not any("nmse" in names for names in flagged)


def test_layers_weigh_by_what_they_hold():
    layers = {"big": 10 * X[:, :64], "small": X[:, 64:]}
    found = meter(layers, {"q": LloydMax(bits=2), "picky": Picky()})
    kind = found.formats["q"]
    errors = [kind.layers[name].nmse.value * np.sum(x**2) for name, x in layers.items()]
    energy = sum(np.sum(x**2) for x in layers.values())
    assert kind.total.nmse.value == pytest.approx(sum(errors) / energy, rel=1e-12)
    assert kind.total.dimension == 256
    fishers = [kind.layers["big"].fisher.value, kind.layers["small"].fisher.value]
    assert kind.total.fisher.value == pytest.approx((fishers[0] + 3 * fishers[1]) / 4, rel=1e-12)
    powers = [np.mean(x**2) for x in layers.values()]
    expected = 2.0**-4 * np.exp((np.log(powers[0]) + 3 * np.log(powers[1])) / 4)
    assert kind.total.layers_limit.value == pytest.approx(expected * 256 * 64 / energy, rel=1e-9)
    assert kind.total.layers_limit.value < kind.total.nmse_limit
    assert found.formats["picky"].total is None
    assert found.formats["picky"].refused == {
        "big": "d is too large",
        "small": "d is too large",
    }


def test_unequal_coordinates_lower_the_limit():
    """Half of the coordinates with 16 times the variance: level 4 2^(-2R), energy 17/2."""
    scale = np.where(np.arange(256) % 2, 4.0, 1.0)
    x = np.random.default_rng(1).standard_normal((512, 256)) * scale
    found = total(LloydMax(bits=3, scale=3.0), x)
    assert found.coordinates_limit.value == pytest.approx(2.0**-6 * 4 * 2 / 17, rel=0.01)
    gap = 0.5 * math.log2(found.nmse.value / found.coordinates_limit.value)
    assert found.coordinates_gap.value == pytest.approx(gap, rel=1e-12)
    assert "fewer than 32 rows" in total(LloydMax(bits=3), x[:31]).coordinates_limit.reason


def nulls(found, path=""):
    """Paths of nulls without a reason beside them."""
    if isinstance(found, list):
        return [line for i, item in enumerate(found) for line in nulls(item, f"{path}[{i}]")]
    if not isinstance(found, dict):
        return []
    bare = [
        f"{path}.{key}"
        for key, value in found.items()
        if value is None and not (found.get("reason") or found.get(f"{key}_reason"))
    ]
    return bare + [line for key, value in found.items() for line in nulls(value, f"{path}.{key}")]


ODD = {
    "one row": X[:1],
    "two rows": X[:2],
    "zeros": np.zeros((4, 70)),
    "a row of zeros": np.zeros((1, 70)),
    "equal rows": np.ones((5, 64)),
    "one coordinate": X[:, :1],
    "zero blocks": np.where(np.arange(256) < 128, 0.0, X),
    "not a multiple": X[:, :77],
    "tiny": 1e-30 * X.astype(np.float32),
}


@pytest.mark.parametrize("name", ODD)
def test_every_null_has_a_reason(name):
    formats = {"mxfp4": "mxfp4", "nvfp4": "nvfp4", "q": LloydMax(bits=2), "qsgd": QSGD()}
    found = meter(ODD[name], formats | {"picky": Picky()}).to_dict()
    json.dumps(found, allow_nan=False)
    assert nulls(found) == []


def test_the_search_for_nulls_finds_one():
    assert nulls({"a": {"value": None, "stderr": 1.0}}) == [".a.value"]
    assert nulls({"a": [{"value": None, "reason": "so"}, {"b": None}]}) == [".a[1].b"]


def test_one_row_says_what_can_be_said():
    found = total(LloydMax(bits=2), X[:1])
    assert found.nmse.value > 0
    assert found.nmse.stderr is None
    assert "fewer than three rows" in found.nmse.reason
    for name in ("bias", "variance", "slope", "inflation", "norm_ratio"):
        figure = getattr(found, name)
        assert figure.value is None
        assert "one row" in figure.reason
    assert found.fisher.value == pytest.approx(0.88, abs=0.01)
    assert "fitted with mean 0" in found.fisher.reason


def test_all_zero():
    found = total(Affine(), np.zeros((4, 10)))
    assert found.nmse.value is None
    assert found.nmse.reason == "every gradient is zero"
    assert found.beats_limit == ()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_counted_and_refused(value):
    x = X.copy()
    x[3, 5] = x[3, 6] = x[9, 0] = value
    with pytest.raises(ArgumentError) as caught:
        meter({"a": X, "b": x}, [LloydMax(bits=2)])
    count = "3 nan and 0 infinite" if np.isnan(value) else "0 nan and 3 infinite"
    assert f"{count} entries in 2 of 64 rows, the first at b[3, 5]" in str(caught.value)
    assert "omit" in str(caught.value)
    kept = np.delete(np.arange(64), [3, 9])
    left = meter({"a": X, "b": x}, {"q": LloydMax(bits=2)}, nan_policy="omit")
    clean = meter({"a": X[kept], "b": X[kept]}, {"q": LloydMax(bits=2)})
    assert left.formats["q"].total == clean.formats["q"].total
    assert (left.samples, left.dropped, left.nan + left.inf) == (62, 2, 3)
    assert any("2 rows were left out" in note for note in left.notes)
    with pytest.raises(ArgumentError, match="No row is left"):
        meter(np.full((2, 3), value), [LloydMax(bits=2)], nan_policy="omit")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"formats": ["mxfp5"]}, "one of bf16, fp16, e4m3"),
        ({"formats": []}, "at least one"),
        ({"formats": ["sign", "sign"]}, "distinct"),
        ({"formats": [3]}, "it has no bits"),
        ({"formats": ["no_such_module:Q"]}, "importable"),
        ({"nan_policy": "drop"}, "'refuse' or 'omit'"),
    ],
)
def test_mistakes(options, said):
    with pytest.raises(ArgumentError, match=said):
        meter(X, **options)


def test_extreme_units_are_refused():
    with pytest.raises(ArgumentError, match="Change the unit"):
        meter(1e150 * X, ["sign"])
    with pytest.raises(ArgumentError, match="Change the unit"):
        meter(1e-150 * X, ["sign"])


def test_own_quantizer_by_place():
    found = meter(X, ["infobound.quantizers.scalar:Sign", "sign"])
    own, known = found.formats.values()
    assert own.total == known.total


def test_joint_families_are_refused():
    kind = meter(X, ["perm-k"]).formats["perm-k"]
    assert kind.total is None
    assert "no message" in kind.refused["gradients"]
