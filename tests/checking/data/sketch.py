"""B bits carry at most 2 ln 2 B / s^2; R = B / d."""

import math

from sympy import log, symbols

from infobound.checking import Claim, Step, Zero

R, u, d, s = symbols("R u d s", real=True)
limit = d / s**2 * (1 - 4**-R)


def fisher_trace(*, dimension: int, bits: float, noise_std: float) -> float:
    """Stand-in for the package function, with its argument checks."""
    if not (dimension >= 1 and float(dimension).is_integer() and bits >= 0 and noise_std > 0):
        raise ValueError("outside the domain")
    return dimension * -math.expm1(-math.log(4) * bits / dimension) / noise_std**2


CLAIM = Claim(
    "fisher_trace",
    source="arXiv:2102.05802 (right side); middle derived here",
    latex=r"\mathrm{Tr}\,I_M\le\frac d{s^2}(1-4^{-B/d})\le\frac{2\ln 2}{s^2}B",
)
STEPS = [
    Step.assumed("distortion_rate", "mmse(X|M) >= d s^2 4^-R", cites="Cover and Thomas 2006, 10.3"),
    Step.identity("substitute", (d * s**2 - d * s**2 * 4**-R) / s**4, limit),
    # Tangent at R = 0: order and leading coefficient are what catch a loosened constant.
    Step.inequality("per_bit", 2 * log(2) * R - (1 - 4**-R), over={R: (0, 1)},
                    zero=Zero(at={R: 0}, order=2, leading=2 * log(2) ** 2)),
    Step.inequality("per_bit_tail", 2 * log(2) - u, over={u: (0, 1)}, nearest={u: 1},
                    because="R >= 1: drop 4^-R, divide by R, put u = 1/R"),
    Step.code("implementation", limit, lambda d, R, s: fisher_trace(
        dimension=d, bits=R * d, noise_std=s)),
]  # fmt: skip
