"""From a sympy expression to a straight-line program, interpreted over balls or series.

An expression is compiled once; subexpressions that occur twice are computed once. Flint's working
precision and series length are global, so they are changed only inside `working`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any

import sympy
from flint import arb, arb_series, ctx, fmpq

from infobound.checking.arithmetic import BALL, Arithmetic
from infobound.checking.exact import Box, ClaimError, Interval, flint_rational, least_value


@contextmanager
def working(bits: int, terms: int = 10) -> Iterator[None]:
    """Work at `bits` of precision and `terms` series coefficients; restore both afterwards."""
    before = ctx.prec, ctx.cap
    ctx.prec, ctx.cap = bits, terms
    try:
        yield
    finally:
        ctx.prec, ctx.cap = before


def interval(ends: Interval) -> arb:
    """A ball that covers [low, high]. It leaks past the ends: the radius of a ball has 30 bits."""
    low, high = ends
    return arb(low).union(arb(high))


def taylor(
    run: Callable[..., arb_series], place: int, balls: Sequence[arb], *, bits: int, terms: int
) -> list[arb]:
    """Taylor coefficients in one argument, the others held in their balls.

    A coefficient that the series does not reach is nan. (Flint reads it as 0, and a series is
    as short as the shortest that went into it.)
    """
    with working(bits, terms):
        arguments = [
            arb_series([b, 1]) if i == place else arb_series([b]) for i, b in enumerate(balls)
        ]
        series = run(*arguments)
        return [series[j] if j < series.prec else arb("nan") for j in range(terms)]


_UNARY: dict[Any, str] = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.tanh: "tanh",
    sympy.asin: "asin",
    sympy.acos: "acos",
    sympy.atan: "atan",
    sympy.asinh: "asinh",
    sympy.acosh: "acosh",
    sympy.atanh: "atanh",
    sympy.erf: "erf",
    sympy.erfc: "erfc",
    sympy.erfi: "erfi",
    sympy.gamma: "gamma",
    sympy.loggamma: "lgamma",
    sympy.Abs: "abs",
}

Instruction = tuple[str, tuple[int, ...], tuple[Any, ...]]
"""Operation, the registers it reads, and what else it needs (an exponent, a constant)."""


@dataclass(frozen=True)
class Program:
    """A compiled expression: the arguments fill the first registers, each instruction one more."""

    instructions: tuple[Instruction, ...]
    result: int

    def bind(self, arithmetic: Arithmetic) -> Callable[..., Any]:
        """Return the expression as a function of its arguments.

        Raises
        ------
        ClaimError
            If the arithmetic lacks an operation.
        """
        missing = {op for op, _, _ in self.instructions} - set(arithmetic)
        if missing:
            raise ClaimError(f"No enclosure is known for {', '.join(sorted(missing))} here.")
        code = [(arithmetic[op], reads, extra) for op, reads, extra in self.instructions]

        def run(*arguments: Any) -> Any:
            registers = list(arguments)
            for function, reads, extra in code:
                registers.append(function(*[registers[i] for i in reads], *extra))
            return registers[self.result]

        return run

    def ball(self, *values: arb | fmpq) -> arb:
        """Evaluate over real balls, at balls or exact rationals."""
        value: arb = self.bind(BALL)(*map(arb, values))
        return value


def compile_expression(
    expression: sympy.Expr,
    arguments: Sequence[sympy.Symbol] = (),
    domain: Mapping[sympy.Symbol, Interval] | None = None,
) -> Program:
    """Compile `expression` as a function of `arguments`.

    Parameters
    ----------
    expression : sympy.Expr
        Exact: rationals, pi, E, + * /, powers, elementary functions, erf and gamma functions,
        Abs, Min, Max, besselj of rational order.
    arguments : sequence of Symbol
        Every free symbol of the expression, in calling order.
    domain : mapping, optional
        Intervals from which the arguments will be taken. Where they make a radicand >= 0, or p
        in p log p, the edge 0 is enclosed although the ball of the radicand leaks below it.

    Raises
    ------
    ClaimError
        For a function without an enclosure, or a free symbol that is no argument.
    """
    return _compiled(expression, tuple(arguments), tuple((domain or {}).items()))


@lru_cache(maxsize=64)  # the mutants of a statement share all of it but one side
def _compiled(expression: sympy.Expr, arguments: tuple[sympy.Symbol, ...], domain: Box) -> Program:
    compiler = _Compiler(dict(domain), {name: i for i, name in enumerate(arguments)})
    result = compiler.place(expression)
    return Program(tuple(compiler.instructions), result)


@dataclass
class _Compiler:
    domain: dict[sympy.Symbol, Interval]
    places: dict[sympy.Expr, int]
    instructions: list[Instruction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arity = len(self.places)

    def place(self, node: sympy.Expr) -> int:
        """The register that holds `node`, computed on first use."""
        if node not in self.places:
            self.places[node] = self.build(node)
        return self.places[node]

    def emit(self, op: str, *operands: sympy.Expr, extra: tuple[Any, ...] = ()) -> int:
        reads = tuple(self.place(operand) for operand in operands)
        self.instructions.append((op, reads, extra))
        return self.arity + len(self.instructions) - 1

    def build(self, node: sympy.Expr) -> int:
        match node:
            case sympy.Rational():
                return self.emit("number", extra=(flint_rational(node),))
            case sympy.Add():
                return self.emit("add", *node.args)
            case sympy.Mul():
                return self.product(node)
            case sympy.Pow():
                return self.power(node.base, node.exp)
            case sympy.Max() | sympy.Min():
                return self.extremum("max" if isinstance(node, sympy.Max) else "min", node.args)
            case sympy.besselj() if node.order.is_Rational:
                return self.emit("besselj", node.argument, extra=(flint_rational(node.order),))
            case sympy.polygamma() if node.args[0] == 0:
                return self.emit("digamma", node.args[1])
            case sympy.Symbol():
                raise ClaimError(f"{node} is free, but no range or value is given for it.")
        if node is sympy.pi:
            return self.emit("pi")
        if node is sympy.E:
            return self.emit("e")
        if node.func in _UNARY:
            return self.emit(_UNARY[node.func], *node.args)
        raise ClaimError(f"No enclosure is known for {node.func.__name__}.")

    def product(self, node: sympy.Expr) -> int:
        """Factors in turn; a**r log a is one operation where a may touch 0."""
        for logarithm in node.args:
            base = logarithm.args[0] if isinstance(logarithm, sympy.log) else None
            for factor in node.args:
                same, exponent = factor.as_base_exp()
                if same == base and exponent.is_Rational and exponent > 0 and self.may_touch(base):
                    extra = ((int(exponent.p), int(exponent.q)),)
                    xlog = self.emit("xlog at edge", base, extra=extra)
                    rest = [f for f in node.args if f not in (logarithm, factor)]
                    return self.times(xlog, rest)
        return self.emit("mul", *node.args)

    def times(self, register: int, rest: Sequence[sympy.Expr]) -> int:
        reads = (register, *[self.place(factor) for factor in rest])
        self.instructions.append(("mul", reads, ()))
        return self.arity + len(self.instructions) - 1

    def power(self, base: sympy.Expr, exponent: sympy.Expr) -> int:
        if exponent == -1:
            return self.emit("inverse", base)
        if exponent.is_Integer:
            return self.emit("power", base, extra=(int(exponent),))
        if exponent.is_Rational:
            op = "root at edge" if self.may_touch(base) else "root"
            return self.emit(op, base, extra=((int(exponent.p), int(exponent.q)),))
        return self.emit("exp", exponent if base is sympy.E else exponent * sympy.log(base))

    def extremum(self, op: str, arguments: Sequence[sympy.Expr]) -> int:
        def pair(x: int, y: int) -> int:
            self.instructions.append((op, (x, y), ()))
            return self.arity + len(self.instructions) - 1

        return reduce(pair, [self.place(argument) for argument in arguments])

    def may_touch(self, base: sympy.Expr) -> bool:
        """Whether `base` is exactly known to be >= 0 on the domain."""
        least = least_value(base, self.domain)
        return least is not None and bool(least >= 0)
