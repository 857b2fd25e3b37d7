"""Hypothesis strategies for vectors in a domain."""

from typing import TYPE_CHECKING, Any

import numpy as np

from infobound.numerics.arguments import whole
from infobound.testing.inputs import Floats, accepts, middle

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def vectors(domain: Any, d: int, *, batch: bool = False) -> "SearchStrategy[Floats]":
    """Vectors of d coordinates in `domain`, for Hypothesis.

    Zeros, ties, denormals, a few coordinates of any size up to the boundary, which is approached
    by halving. They shrink towards the zero vector (the `center` of the domain, if it has one).

    Parameters
    ----------
    domain : object with check(name, y)
    d : int, >= 1.
    batch : bool
        Arrays of shape (n, d), 0 <= n <= 4, instead of (d,).

    Raises
    ------
    ImportError
        Hypothesis is not installed.
    """
    d = whole("d", d)
    try:
        from hypothesis import assume
        from hypothesis import strategies as st
        from hypothesis.extra import numpy as hnp
    except ModuleNotFoundError:
        message = "infobound.testing.vectors needs Hypothesis: pip install hypothesis."
        raise ImportError(message) from None

    number = st.one_of(
        st.sampled_from([0.0, 1.0, -1.0, 0.5, -0.0, 1e-310, -5e-324, 1e-30]),
        st.floats(-1, 1, allow_nan=False),
    )
    center = middle(domain, d)

    @st.composite
    def drawn(draw: Any) -> Floats:
        shape = (draw(st.integers(0, 4)), d) if batch else (d,)
        direction = draw(hnp.arrays(np.float64, shape, elements=number))
        exponent = draw(st.sampled_from([0, 0, -3, 3, -40, 40, -1000, 120]))
        for smaller in range(exponent, exponent - 1200, -1):
            y: Floats = center + np.ldexp(direction, smaller)
            if accepts(domain, y):
                return y
        assume(False)
        raise AssertionError  # not reached

    made: SearchStrategy[Floats] = drawn()
    return made
