"""Claims, the steps that establish or refute them, and the ledger of their outcomes.

A derivation is a Python file with a ``CLAIM`` and a list ``STEPS``; `verify` runs it. Nothing of
the rest of the package is needed::

    from sympy import Rational, log, symbols
    from infobound.checking import Claim, Step, Zero

    x = symbols("x", real=True)
    CLAIM = Claim("log_bound", source="Folklore", latex=r"\\log(1+x) \\le x")
    STEPS = [
        Step.inequality("tangent", x - log(1 + x), over={x: (0, 1)},
                        zero=Zero(at={x: 0}, order=2, leading=Rational(1, 2))),
    ]
"""

from infobound.checking.claims import Claim
from infobound.checking.exact import ClaimError, FloatInClaim
from infobound.checking.ledger import Ledger, verify
from infobound.checking.loader import BrokenFile, Derivation, find, load
from infobound.checking.outcomes import (
    Assumed,
    Certified,
    Enumerated,
    Estimated,
    Inconclusive,
    Matched,
    Outcome,
    Proved,
    Refuted,
)
from infobound.checking.report import ClaimReport, StepReport
from infobound.checking.steps import Step
from infobound.checking.tightness import Zero

__all__ = [
    "Assumed",
    "BrokenFile",
    "Certified",
    "Claim",
    "ClaimError",
    "ClaimReport",
    "Derivation",
    "Enumerated",
    "Estimated",
    "FloatInClaim",
    "Inconclusive",
    "Ledger",
    "Matched",
    "Outcome",
    "Proved",
    "Refuted",
    "Step",
    "StepReport",
    "Zero",
    "find",
    "load",
    "verify",
]
