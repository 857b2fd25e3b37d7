"""Every quantizer of the package does what it says, by the conformance kit.

A right quantizer fails with probability below 1e-6. Few samples here, so that only gross mistakes
of the law show (each row tells how gross); `check_quantizer(..., thorough=True)` is for more, and
each family has exact tests of its own.
"""

import pytest

from infobound.testing import check_quantizer
from tests.testing.cases import CASES


@pytest.mark.parametrize("name", CASES)
def test_conforms(name):
    case = CASES[name]
    check_quantizer(
        case.quantizer, dimensions=case.dimensions, inputs=case.inputs, samples=1 << 12
    ).raise_if_failed()
