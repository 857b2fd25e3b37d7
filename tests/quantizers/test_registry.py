"""Quantizers by name."""

import inspect

import pytest

import infobound.quantizers
from infobound.numerics.arguments import ArgumentError
from infobound.quantizers import (
    EDEN,
    Argmax,
    Blocks,
    Cells,
    LloydMax,
    Quantizer,
    Shifted,
    Sign,
    Simplex,
    SimQPlus,
    Uniform,
    by_name,
)
from infobound.quantizers.registry import NAMES, example, examples


def test_names():
    assert by_name("sign", scale=2.0) == Sign(2.0)
    assert by_name("uniform", bits=3, step=0.5, offset=1) == Uniform(3, 0.5, offset=1)
    assert by_name("lloyd-max", bits=4, scale=2, offset=0.5) == LloydMax(4, 2, 0.5)
    assert by_name("argmax") == Argmax()
    assert by_name("simplex", bits=3) == Simplex(3)
    assert by_name("simq+", p=4, draws=3) == SimQPlus(4, draws=3)
    assert by_name("drive", scale="biased") == EDEN(1, "biased")


def test_every_public_quantizer_has_a_name():
    made = {type(quantizer) for quantizer in examples(64).values()}
    assert all(isinstance(quantizer, Quantizer) for quantizer in examples(64).values())
    public = {
        thing
        for thing in vars(infobound.quantizers).values()
        if isinstance(thing, type) and not inspect.isabstract(thing) and hasattr(thing, "encode")
    }
    assert public - made == {Blocks, Shifted, Cells, Quantizer}  # these are made of others


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"aguq", "uniform-gain", "simplex"}))
def test_examples_suit_their_dimension(name):
    for d in (4, 64, 100):
        assert 0 < example(name, d).bits(d) < 2**14


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("float", {}, "name = 'float', .* one of a-ratq, aguq, argmax, .* uniform-gain"),
        ("Sign", {}, "name = 'Sign'"),
        ("sign", {"bits": 2}, "bits = 2, .* left out: sign takes scale, offset"),
        ("lloyd-max", {}, "bits = None, .* given for lloyd-max"),
        ("lloyd-max", {"bits": 2.5}, "bits = 2.5"),
        ("simplex", {"bits": 2, "offset": 1.0}, "offset = 1.0, .* left out"),
        ("natural", {"bits": 2}, "bits = 2, .* left out: natural takes no parameters"),
        ("composite", {}, "p = None, .* given for composite"),
    ],
)
def test_errors(name, params, words):
    with pytest.raises(ArgumentError, match=words):
        by_name(name, **params)


def test_example_of_an_unknown_name():
    with pytest.raises(ArgumentError, match=r"name = 'float'"):
        example("float", 8)
