"""Is an expression identically zero? Decided in a field of rational functions, exactly.

The expression is rewritten, soundly and without `simplify`, as a rational function of
*generators*: symbols, pi, roots, exponentials, logarithms and opaque function values. Then flint
brings it to one fraction, and powers of algebraic generators are reduced. Reduction to 0 proves
the identity; anything else proves nothing, since generators may be related in unseen ways.

Rewriting rules, each valid wherever its sides are defined:

* exp(u + v) = exp(u) exp(v), b**e = exp(e log b), so 4**-R and exp(-2 R log 2) meet;
* log(p v) = log p + log v and (p v)**a = p**a v**a for p > 0, by declared positivity only;
* circular functions through exp(i u), hyperbolic ones through exp(u), erfc = 1 - erf;
* exp(i pi q) is a power of one root of unity; Gamma(u + n) = u ... (u + n - 1) Gamma(u).
"""

from dataclasses import dataclass, field
from math import lcm

import sympy

from infobound.checking.elementary import elementary
from infobound.checking.exact import ClaimError
from infobound.checking.positivity import (
    Factor,
    Ranges,
    canonical,
    factor_list,
    is_positive,
    prime_factors,
    terms,
)
from infobound.checking.quotient import Relation, is_zero

_HALF = sympy.Rational(1, 2)
_UNITY = sympy.Symbol("exp(i pi)")
_ODD = (sympy.erf, sympy.erfi, sympy.atan, sympy.asin, sympy.asinh, sympy.atanh)


def vanishes(expression: sympy.Expr, ranges: Ranges | None = None) -> bool:
    """Whether the normal form of `expression` is 0. True is a proof, False is not.

    Parameters
    ----------
    expression : sympy.Expr
        Exact expression.
    ranges : mapping, optional
        Open intervals of the symbols, used only to decide that a factor is positive.

    Raises
    ------
    ClaimError
        If the expression divides by 0 or contains something that has no value.
    """
    if expression == 0:
        return True
    plain = elementary(expression)
    rewriter = _Rewriter(ranges or {}, circular=plain.has(sympy.I))
    rational = rewriter.settle(rewriter.rewrite(plain))
    return is_zero(rational, rewriter.relations())


@dataclass
class _Rewriter:
    """Rewrites one expression bottom-up, naming each transcendental part by a generator.

    Exponentials and roots are powers of a named *base* with rational exponents; `settle` turns
    base**(p/q) into an integer power of base**(1/D), with D common to the whole expression. For
    base = exp(u) that generator means exp(u/D), otherwise the principal root.
    """

    ranges: Ranges
    circular: bool
    names: dict[sympy.Expr, sympy.Dummy] = field(default_factory=dict)
    meaning: dict[sympy.Dummy, sympy.Expr] = field(default_factory=dict)
    denominators: dict[sympy.Dummy, int] = field(default_factory=dict)
    rewritten: dict[sympy.Expr, sympy.Expr] = field(default_factory=dict)

    def rewrite(self, node: sympy.Expr) -> sympy.Expr:
        """Return a rational function of symbols and rational powers of generators."""
        if node not in self.rewritten:  # derivatives repeat their factors term by term
            self.rewritten[node] = self.rule(node)
        return self.rewritten[node]

    def rule(self, node: sympy.Expr) -> sympy.Expr:
        if node.is_Rational or node.is_Symbol:
            return node
        if node is sympy.E:
            return self.exponential(sympy.Integer(1))
        if node is sympy.I:
            return self.unity(_HALF)
        if node.is_Add or node.is_Mul:
            return node.func(*[self.rewrite(argument) for argument in node.args])
        if isinstance(node, sympy.exp):
            return self.exponential(self.rewrite(node.args[0]))
        if node.is_Pow:
            return self.power(node.base, node.exp)
        if isinstance(node, sympy.log):
            return self.logarithm(self.rewrite(node.args[0]))
        if isinstance(node, sympy.Abs) and node.args[0].is_extended_real:
            return self.root(canonical(self.rewrite(node.args[0]) ** 2), _HALF)
        if isinstance(node, sympy.gamma):
            return self.gamma(canonical(self.rewrite(node.args[0])))
        if node.is_NumberSymbol or isinstance(node, sympy.Derivative | sympy.Integral):
            return self.opaque(node)
        if isinstance(node, sympy.Function):
            return self.function(node)
        raise ClaimError(f"{node.func.__name__} cannot stand in an identity.")

    # Generators ---------------------------------------------------------------------------------

    def opaque(self, node: sympy.Expr) -> sympy.Dummy:
        """The generator that stands for `node`, related to nothing."""
        return self.name(node, real=node.is_real, positive=node.is_positive)

    def based(self, base: sympy.Expr, exponent: sympy.Rational, positive: bool) -> sympy.Expr:
        """base**exponent. Without `positive` sympy keeps to what holds for every complex base."""
        # exp(u/2) is the principal root of exp(u) only where that is positive.
        again = base in self.denominators and bool(base.is_positive)
        name = base if again else self.name(base, positive=positive or None)
        self.denominators[name] = lcm(self.denominators.get(name, 1), int(exponent.q))
        return name**exponent

    def name(self, node: sympy.Expr, **assumptions: bool | None) -> sympy.Dummy:
        if node not in self.names:
            self.names[node] = sympy.Dummy(f"g{len(self.names)}", **assumptions)
            self.meaning[self.names[node]] = node
        return self.names[node]

    # Exponentials -------------------------------------------------------------------------------

    def exponential(self, argument: sympy.Expr) -> sympy.Expr:
        """One factor per term of the argument."""
        factors = [self.exponential_term(c, monomial) for c, monomial in terms(argument)]
        return sympy.Mul(*factors)

    def exponential_term(self, coefficient: sympy.Rational, monomial: sympy.Expr) -> sympy.Expr:
        meaning = self.meaning.get(monomial)
        if isinstance(meaning, sympy.log):  # exp(q log v) = v**q
            return self.root(meaning.args[0], coefficient)
        if self.circular and monomial == self.unity(_HALF) * self.opaque(sympy.pi):
            return self.unity(coefficient)
        base = sympy.exp(monomial, evaluate=False)
        return self.based(base, coefficient, bool(monomial.is_real))

    def unity(self, turn: sympy.Rational) -> sympy.Expr:
        """exp(i pi turn)."""
        turns, turn = divmod(turn, 1)
        sign = 1 if turns % 2 == 0 else -1
        return sign * self.based(_UNITY, turn, False) if turn else sympy.Integer(sign)

    # Powers and logarithms ----------------------------------------------------------------------

    def power(self, base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        if exponent.is_Integer:
            return self.rewrite(base) ** exponent
        if base is sympy.E:
            return self.exponential(self.rewrite(exponent))
        if exponent.is_Rational:
            return self.root(self.rewrite(base), exponent)
        return self.exponential(self.rewrite(exponent) * self.logarithm(self.rewrite(base)))

    def root(self, radicand: sympy.Expr, exponent: sympy.Rational) -> sympy.Expr:
        """radicand**exponent, positive factors split off."""
        if exponent.is_Integer:
            return radicand**exponent
        positive, rest = self.split(radicand)
        result = sympy.Mul(*[self.positive_root(f, m * exponent) for f, m in positive])
        return result if rest == 1 else result * self.based(rest, exponent, False)

    def positive_root(self, factor: sympy.Expr, exponent: sympy.Rational) -> sympy.Expr:
        if exponent.is_Integer:
            return factor**exponent
        if self.circular and factor in (2, 3) and exponent.q == 2:
            # A root of unity is at hand: sqrt 2 = 2 cos(pi/4), sqrt 3 = 2 cos(pi/6).
            eighth = sympy.Rational(1, 4 if factor == 2 else 6)
            return (self.unity(eighth) + self.unity(-eighth)) * factor ** (exponent - _HALF)
        return self.based(factor, exponent, True)

    def logarithm(self, argument: sympy.Expr) -> sympy.Expr:
        """Log of the positive factors one by one, and of what is left as a whole."""
        positive, rest = self.split(argument)
        parts = [m * self.positive_logarithm(factor) for factor, m in positive]
        if rest != 1:
            parts.append(self.opaque(sympy.log(rest, evaluate=False)))
        return sympy.Add(*parts)

    def positive_logarithm(self, factor: sympy.Expr) -> sympy.Expr:
        meaning = self.meaning.get(factor)
        if isinstance(meaning, sympy.exp):
            return meaning.args[0]  # exp(u) > 0 is known only for real u
        if factor in self.denominators:
            return self.logarithm(meaning)
        return self.opaque(sympy.log(factor, evaluate=False))

    def split(self, rational: sympy.Expr) -> tuple[list[Factor], sympy.Expr]:
        """Positive factors with multiplicities, and the rest, of unknown sign, as one factor."""
        bare, rest = self.without_bases(rational)
        content, factors = factor_list(rest)
        found = bare + prime_factors(abs(content))
        left = sympy.Integer(1) if content > 0 else sympy.Integer(-1)
        for factor, multiplicity in factors:
            if is_positive(factor, self.ranges):
                found.append((factor, multiplicity))
            elif is_positive(-factor, self.ranges):
                found.append((sympy.expand(-factor), multiplicity))
                left *= (-1) ** multiplicity
            else:
                left *= factor**multiplicity
        return found, canonical(left)

    def without_bases(self, rational: sympy.Expr) -> tuple[list[Factor], sympy.Expr]:
        """Take out the factors that are rational powers of positive bases."""
        bare, rest = [], []
        for factor in sympy.Mul.make_args(sympy.factor_terms(rational)):
            base, exponent = factor.as_base_exp()
            if base in self.denominators and base.is_positive and exponent.is_Rational:
                bare.append((base, exponent))
            else:
                rest.append(factor)
        return bare, sympy.Mul(*rest)

    # Other functions ----------------------------------------------------------------------------

    def gamma(self, argument: sympy.Expr) -> sympy.Expr:
        """Shift the constant term of the argument into [0, 1)."""
        constant, _ = argument.as_coeff_Add()
        shift = int(sympy.floor(constant)) if constant.is_Rational else 0
        start = argument - shift
        if start == 0 or abs(shift) > 64:
            return self.opaque(sympy.gamma(argument, evaluate=False))
        value = sympy.gamma(start)  # sqrt(pi) at 1/2
        found = self.opaque(value) if value.has(sympy.gamma) else self.rewrite(value)
        rising = sympy.Mul(*[start + k for k in range(shift)])
        falling = sympy.Mul(*[start - k - 1 for k in range(-shift)])
        return found * rising / falling

    def function(self, node: sympy.Expr) -> sympy.Expr:
        """Any other function value is opaque; odd functions get the sign of their argument."""
        arguments = [canonical(self.rewrite(argument)) for argument in node.args]
        if isinstance(node, _ODD) and _leads_negative(arguments[0]):
            return -self.opaque(node.func(canonical(-arguments[0]), evaluate=False))
        return self.opaque(node.func(*arguments, evaluate=False))

    # At the end ---------------------------------------------------------------------------------

    def settle(self, rational: sympy.Expr) -> sympy.Expr:
        """Replace each base**(p/q) by an integer power of its generator base**(1/D)."""
        base, exponent = rational.as_base_exp()
        if base in self.denominators:
            return base ** (exponent * self.denominators[base])
        if not rational.args:
            return rational
        return rational.func(*[self.settle(argument) for argument in rational.args])

    def relations(self) -> list[Relation]:
        """The equations of the algebraic generators, newest first, since it is built on the old."""
        found: list[Relation] = []
        for name, common in self.denominators.items():
            base = self.meaning.get(name, name)
            if base == _UNITY:
                minimal = sympy.Poly(sympy.cyclotomic_poly(2 * common, name), name)
                top = minimal.degree()
                found.append((name, top, sympy.expand(name**top - minimal.as_expr())))
            elif not isinstance(base, sympy.exp):
                found.append((name, common, self.settle(base)))
        return found[::-1]


def _leads_negative(expression: sympy.Expr) -> bool:
    numerator, _ = sympy.fraction(expression)
    parts = sorted(sympy.Add.make_args(sympy.expand(numerator)), key=sympy.default_sort_key)
    return bool(parts[0].as_coeff_Mul()[0] < 0)
