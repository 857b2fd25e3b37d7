"""The steps of a derivation: one constructor for each kind of check."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sympy

from infobound.checking.assumption import Assumption
from infobound.checking.code import Implementation
from infobound.checking.enumeration import Enumeration
from infobound.checking.estimate import Direction, Sample, Sampler
from infobound.checking.exact import Box, ClaimError, box, exact, exact_mapping, rational
from infobound.checking.identity import Identity
from infobound.checking.inequality import Inequality
from infobound.checking.integral import Integral, Tail
from infobound.checking.lemma import Lemma
from infobound.checking.mutants import Check
from infobound.checking.polynomial import Polynomial
from infobound.checking.refutation import Counterexample
from infobound.checking.tightness import Nearest, Tangency, Zero


@dataclass(frozen=True)
class Step:
    """One step of a derivation: a name, a check, and why the step is there."""

    name: str
    check: Check
    because: str = ""

    @property
    def kind(self) -> str:
        """Which constructor made the step."""
        return self.check.kind

    @staticmethod
    def assumed(name: str, statement: str, *, cites: str, because: str = "") -> "Step":
        """A theorem used as it stands, or a regularity condition: listed, never green."""
        return Step(name, Assumption(statement, cites), because)

    @staticmethod
    def lemma(name: str, statement: str, *, claim: str, because: str = "") -> "Step":
        """What another claim establishes: as strong as that claim in the ledger at hand.

        In a ledger without the claim it is an assumption.
        """
        if not claim.isidentifier():
            raise ClaimError(f"Step {name!r}: claim = {claim!r}, but it must be a claim's name.")
        return Step(name, Lemma(claim, statement), because)

    @staticmethod
    def identity(
        name: str,
        left: Any,
        right: Any,
        *,
        when: Mapping[Any, Any] | None = None,
        because: str = "",
    ) -> "Step":
        """left = right, for expressions, or matrices entry by entry.

        Parameters
        ----------
        name : str
            Name of the step, unique in the derivation.
        left, right : expression or matrix
            Exact; finite sums are expanded.
        when : mapping, optional
            Symbol -> (low, high), the open range in which the identity is claimed. It serves to
            choose the evaluation points and to decide that a factor is positive.
        because : str
            Why the step is there.
        """
        sides = _entries(left, name), _entries(right, name)
        if len(sides[0]) != len(sides[1]):
            raise ClaimError(f"Step {name!r}: {len(sides[0])} entries left, {len(sides[1])} right.")
        return Step(name, Identity(*sides, box(when or {}, name)), because)

    @staticmethod
    def integral(
        name: str,
        integrand: Any,
        limits: tuple[Any, Any, Any],
        value: Any,
        *,
        antiderivative: Any = None,
        tail: tuple[Any, Any] | None = None,
        when: Mapping[Any, Any] | None = None,
        because: str = "",
    ) -> "Step":
        """The integral of `integrand` over `limits` = (x, a, b) equals `value`.

        Parameters
        ----------
        name : str
            Name of the step.
        integrand, value : expression
            Exact; other symbols are parameters.
        limits : (x, a, b)
            Either end may be -oo or oo.
        antiderivative : expression, optional
            With it the step is Proved: it is differentiated back exactly. Without, the step is
            Certified by Arb integration at random rational parameters.
        tail : (cut, bound), optional
            The declared bound on the integral beyond abs(x) > cut; needed for infinite limits when
            there is no antiderivative.
        when : mapping, optional
            Parameter -> (low, high).
        because : str
            Why the step is there.
        """
        symbol, low, high = limits
        check = Integral(
            exact(integrand, name),
            symbol,
            _end(low, name),
            _end(high, name),
            exact(value, name),
            None if antiderivative is None else exact(antiderivative, name),
            None if tail is None else Tail(exact(tail[0], name), exact(tail[1], name)),
            box(when or {}, name),
        )
        return Step(name, check, because)

    @staticmethod
    def inequality(
        name: str,
        expr: Any,
        *,
        over: Mapping[Any, Any],
        zero: Zero | Sequence[Zero] = (),
        nearest: Mapping[Any, Any] | None = None,
        slack: Any = None,
        strict: bool = False,
        because: str = "",
    ) -> "Step":
        """expr >= 0 (> 0 when `strict`) on a box with rational ends.

        Parameters
        ----------
        name : str
            Name of the step.
        expr : expression
            Exact.
        over : mapping
            Symbol -> (low, high), a closed interval with rational ends.
        zero : Zero or sequence of Zero
            Every place where expr vanishes, with order and leading coefficient.
        nearest : mapping, optional
            Where the slack is least, when expr does not vanish.
        slack : expression, optional
            The exact slack at `nearest`; recorded from expr when not given.
        strict : bool
            Claim > 0.
        because : str
            Why the step is there.
        """
        expression, domain = exact(expr, name), box(over, name)
        missing = expression.free_symbols - {symbol for symbol, _ in domain}
        if missing:
            raise ClaimError(f"Step {name!r}: no range is given for {sorted(map(str, missing))}.")
        tight = _tightness(expression, domain, zero, nearest, slack, strict, name)
        return Step(name, Inequality(expression, domain, *tight, strict), because)

    @staticmethod
    def polynomial(
        name: str,
        expr: Any,
        *,
        over: Mapping[Any, Any] | None = None,
        sos: Sequence[tuple[Any, Any]] | None = None,
        zero: Zero | Sequence[Zero] = (),
        nearest: Mapping[Any, Any] | None = None,
        slack: Any = None,
        strict: bool = False,
        because: str = "",
    ) -> "Step":
        """A polynomial is >= 0, by an exact certificate.

        With `sos` = [(weight, p), ...] the certificate is expr = sum of weight * p**2, where each
        weight is a nonnegative rational, or a product of such with the factors x - low, high - x
        that `over` makes nonnegative. Without it, expr has one symbol and Sturm's theorem counts
        its roots; declare `zero` or `nearest` as for an inequality.
        """
        expression, domain = exact(expr, name), box(over or {}, name)
        squares = None if sos is None else tuple((exact(w, name), exact(p, name)) for w, p in sos)
        tight = _tightness(expression, domain, zero, nearest, slack, strict, name)
        return Step(name, Polynomial(expression, domain, squares, *tight, strict), because)

    @staticmethod
    def enumerate(
        name: str,
        cases: Iterable[Any] | Callable[[], Iterable[Any]],
        check: Callable[[Any], tuple[Any, Any]],
        *,
        size: int,
        relation: Literal["==", "<="] = "==",
        slack: Any = 0,
        because: str = "",
    ) -> "Step":
        """left == right (or <=) in every one of `size` cases, in exact rationals.

        `check(case)` returns (left, right). For "<=", `slack` is the least right - left over the
        cases: 0 says that some case attains equality.
        """
        if relation not in ("==", "<="):
            raise ClaimError(
                f"Step {name!r}: relation = {relation!r}, but it must be '==' or '<='."
            )
        if callable(cases):
            source = cases
        else:
            kept = tuple(cases)
            source = lambda: kept
        least = rational(slack, name)
        return Step(name, Enumeration(name, source, check, size, relation, least), because)

    @staticmethod
    def estimate(
        name: str,
        sampler: Sampler,
        *,
        at_most: Any = None,
        at_least: Any = None,
        equals: Any = None,
        rejects: Any,
        confidence: float = 0.999,
        seed: int = 0,
        because: str = "",
    ) -> "Step":
        """The mean that `sampler(rng) -> (value, stderr)` estimates is at most / at least / equal to.

        Established when the one-sided confidence limit lies on the claimed side, and the same test
        rejects the stated wrong value `rejects`; otherwise inconclusive.
        """
        options: dict[Direction, Any] = {
            "at_most": at_most, "at_least": at_least, "equals": equals,
        }  # fmt: skip
        given = [(direction, value) for direction, value in options.items() if value is not None]
        if len(given) != 1:
            raise ClaimError(f"Step {name!r}: give one of at_most, at_least, equals.")
        (direction, value), wrong = given[0], exact(rejects, name)
        return Step(
            name, Sample(sampler, direction, exact(value, name), wrong, confidence, seed), because
        )

    @staticmethod
    def code(
        name: str,
        expr: Any,
        function: Callable[..., Any],
        *,
        at: Mapping[Any, Any] | Sequence[Mapping[Any, Any]] | None = None,
        rtol: float = 1e-12,
        because: str = "",
    ) -> "Step":
        """The derived expression against the function that implements it.

        The function is called with the symbols' names as keywords, at random rationals that float64
        holds exactly; points that it refuses with a ValueError are replaced. `at` gives ranges
        {symbol: (low, high)} or a list of points {symbol: value}. The expression is evaluated to 50
        digits.
        """
        expression, tolerance = exact(expr, name), float(rtol)
        symbols = tuple(sorted(expression.free_symbols, key=str))
        if at is None or isinstance(at, Mapping):
            check = Implementation(expression, symbols, function, box(at or {}, name), tolerance)
        else:
            points = tuple(
                tuple((symbol, rational(value, name)) for symbol, value in point.items())
                for point in at
            )
            check = Implementation(expression, symbols, function, (), tolerance, points)
        return Step(name, check, because)

    @staticmethod
    def refute(
        name: str,
        *,
        witness: Mapping[Any, Any],
        left: Any,
        right: Any,
        relation: Literal["<=", ">=", "<", ">", "=="] = "<=",
        because: str = "",
    ) -> "Step":
        """The printed statement `left relation right` is false at `witness`."""
        point = tuple(exact_mapping(witness, name).items())
        return Step(
            name, Counterexample(exact(left, name), exact(right, name), relation, point), because
        )


def _entries(side: Any, name: str) -> tuple[sympy.Expr, ...]:
    if isinstance(side, sympy.MatrixBase):
        return tuple(_expanded(entry, name) for entry in side)
    if isinstance(side, list | tuple):
        return tuple(_expanded(entry, name) for entry in side)
    return (_expanded(side, name),)


def _expanded(entry: Any, name: str) -> sympy.Expr:
    expression = exact(entry, name)
    return expression.doit() if expression.has(sympy.Sum, sympy.Product) else expression


def _end(end: Any, name: str) -> sympy.Expr:
    return end if end in (sympy.oo, -sympy.oo) else exact(end, name)


def _tightness(
    expression: sympy.Expr,
    domain: Box,
    zero: Zero | Sequence[Zero],
    nearest: Mapping[Any, Any] | None,
    slack: Any,
    strict: bool,
    name: str,
) -> tuple[tuple[Tangency, ...], Nearest | None]:
    zeros = (zero,) if isinstance(zero, Zero) else tuple(zero)
    if strict and zeros:
        raise ClaimError(f"Step {name!r}: a strict inequality has no zeros on its domain.")
    if slack is not None and nearest is None:
        raise ClaimError(f"Step {name!r}: say with nearest= where the slack is {slack}.")
    tangencies = tuple(Tangency.declared(one, domain, name) for one in zeros)
    if nearest is None:
        return tangencies, None
    return tangencies, Nearest.declared(nearest, expression, slack, domain, name)
