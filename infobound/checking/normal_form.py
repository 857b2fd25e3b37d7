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

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import lcm

import sympy
from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from infobound.checking.exact import ClaimError, Interval

Ranges = Mapping[sympy.Symbol, Interval]


def vanishes(expression: sympy.Expr, ranges: Ranges | None = None) -> bool:
    """Whether the normal form of `expression` is 0. True is a proof, False is not.

    Parameters
    ----------
    expression : sympy.Expr
        Exact expression.
    ranges : mapping, optional
        Open intervals of the symbols, used only to decide that a factor is positive.
    """
    if expression == 0:
        return True
    rewriter = Rewriter(dict(ranges or {}))
    rational = rewriter.rewrite(_elementary(expression))
    rational = rewriter.settle(rational)
    return _fraction_vanishes(rational, rewriter.relations())


# --- step 1: fewer functions ------------------------------------------------------------------


def _elementary(expression: sympy.Expr) -> sympy.Expr:
    """Express hyperbolic and circular functions by exp, erfc by erf, Min and Max by Abs."""
    imaginary, half = sympy.I, sympy.Rational(1, 2)
    rules = {
        sympy.sinh: lambda u: (sympy.exp(u) - sympy.exp(-u)) * half,
        sympy.cosh: lambda u: (sympy.exp(u) + sympy.exp(-u)) * half,
        sympy.tanh: lambda u: 1 - 2 / (sympy.exp(2 * u) + 1),
        sympy.coth: lambda u: 1 + 2 / (sympy.exp(2 * u) - 1),
        sympy.sech: lambda u: 2 / (sympy.exp(u) + sympy.exp(-u)),
        sympy.csch: lambda u: 2 / (sympy.exp(u) - sympy.exp(-u)),
        sympy.sin: lambda u: _circular(u, -1) / (2 * imaginary),
        sympy.cos: lambda u: _circular(u, 1) / 2,
        sympy.tan: lambda u: _circular(u, -1) / (imaginary * _circular(u, 1)),
        sympy.cot: lambda u: imaginary * _circular(u, 1) / _circular(u, -1),
        sympy.sec: lambda u: 2 / _circular(u, 1),
        sympy.csc: lambda u: 2 * imaginary / _circular(u, -1),
        sympy.erfc: lambda u: 1 - sympy.erf(u),
        sympy.factorial: lambda u: sympy.gamma(u + 1),
        sympy.binomial: lambda n, k: (
            sympy.gamma(n + 1) / (sympy.gamma(k + 1) * sympy.gamma(n - k + 1))
        ),
        sympy.Max: lambda *us: _fold(us, 1),
        sympy.Min: lambda *us: _fold(us, -1),
    }
    if not expression.args:
        return expression
    arguments = [_elementary(argument) for argument in expression.args]
    rule = rules.get(expression.func)
    if rule is not None:
        return rule(*arguments)
    return expression.func(*arguments) if list(expression.args) != arguments else expression


def _circular(u: sympy.Expr, sign: int) -> sympy.Expr:
    # Unevaluated, or sympy turns exp(I*pi/3) back into cosines and radicals.
    up = sympy.exp(sympy.I * u, evaluate=False)
    down = sympy.exp(-sympy.I * u, evaluate=False)
    return up + sign * down


def _fold(us: tuple[sympy.Expr, ...], sign: int) -> sympy.Expr:
    first, *rest = us
    for u in rest:
        first = (first + u + sign * sympy.Abs(first - u)) / 2
    return first


# --- step 2: generators -----------------------------------------------------------------------


@dataclass
class Rewriter:
    """Rewrites one expression bottom-up, naming each transcendental part by a generator.

    Exponentials and roots are named by their base with the exponent kept rational; `settle`
    brings the rational exponents of one base to a common denominator at the end.
    """

    ranges: dict[sympy.Symbol, Interval]
    names: dict[sympy.Expr, sympy.Dummy] = field(default_factory=dict)
    meaning: dict[sympy.Dummy, sympy.Expr] = field(default_factory=dict)
    bases: dict[sympy.Expr, sympy.Dummy] = field(default_factory=dict)
    denominators: dict[sympy.Dummy, int] = field(default_factory=dict)

    def rewrite(self, node: sympy.Expr) -> sympy.Expr:
        """Return a rational function of symbols and generators, with rational powers of the latter."""
        if node.is_Rational or node.is_Symbol:
            return node
        if node is sympy.E:
            return self.exponential(sympy.Integer(1))
        if node is sympy.pi or node.is_NumberSymbol:
            return self.opaque(node)
        if node is sympy.I:
            return self.unity(sympy.Rational(1, 2))
        if node.is_Add or node.is_Mul:
            return node.func(*[self.rewrite(argument) for argument in node.args])
        if isinstance(node, sympy.exp):
            return self.exponential(self.rewrite(node.args[0]))
        if node.is_Pow:
            return self.power(node.base, node.exp)
        if isinstance(node, sympy.log):
            return self.logarithm(self.rewrite(node.args[0]))
        if isinstance(node, sympy.Abs):
            return self.root(self.canonical(self.rewrite(node.args[0]) ** 2), sympy.Rational(1, 2))
        if isinstance(node, sympy.gamma):
            return self.gamma(self.canonical(self.rewrite(node.args[0])))
        if isinstance(node, sympy.Function | sympy.Derivative):
            return self.function(node)
        raise ClaimError(f"{node.func.__name__} cannot stand in an identity: {node}.")

    # Canonical forms ------------------------------------------------------------------------

    def canonical(self, rational: sympy.Expr) -> sympy.Expr:
        """One form for equal rational functions of the generators."""
        numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(rational)))
        return sympy.expand(numerator) / sympy.expand(denominator)

    def terms(self, rational: sympy.Expr) -> list[tuple[sympy.Rational, sympy.Expr]]:
        """Split into (rational coefficient, monomial / common denominator)."""
        numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(rational)))
        content, denominator = sympy.expand(denominator).as_content_primitive()
        pairs = [term.as_coeff_Mul() for term in sympy.Add.make_args(sympy.expand(numerator))]
        return [(c / content, monomial / denominator) for c, monomial in pairs if c != 0]

    def opaque(self, node: sympy.Expr) -> sympy.Dummy:
        """The generator that stands for `node`."""
        if node not in self.names:
            self.names[node] = sympy.Dummy(
                f"g{len(self.names)}", real=node.is_real, positive=node.is_positive
            )
            self.meaning[self.names[node]] = node
        return self.names[node]

    def based(self, base: sympy.Expr, exponent: sympy.Rational, positive: bool) -> sympy.Expr:
        """base**exponent through the generator base**(1/D), D settled at the end."""
        if base not in self.bases:
            # Without `positive` sympy keeps to what holds for every complex base.
            self.bases[base] = sympy.Dummy(f"r{len(self.bases)}", positive=positive or None)
        name = self.bases[base]
        self.denominators[name] = lcm(self.denominators.get(name, 1), int(exponent.q))
        return name**exponent

    # Functions ------------------------------------------------------------------------------

    def exponential(self, argument: sympy.Expr) -> sympy.Expr:
        """Exp of a rational function of generators, one factor per term."""
        result: sympy.Expr = sympy.Integer(1)
        for coefficient, monomial in self.terms(argument):
            result *= self.exponential_term(coefficient, monomial)
        return result

    def exponential_term(self, coefficient: sympy.Rational, monomial: sympy.Expr) -> sympy.Expr:
        meaning = self.meaning.get(monomial)
        if isinstance(meaning, sympy.log):  # exp(q log v) = v**q
            return self.root(meaning.args[0], coefficient)
        if self.is_unity(monomial):
            return self.unity(coefficient)
        return self.based(sympy.exp(monomial, evaluate=False), coefficient, bool(monomial.is_real))

    def power(self, base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        if exponent.is_Integer:
            return self.rewrite(base) ** exponent
        if base is sympy.E:
            return self.exponential(self.rewrite(exponent))
        if exponent.is_Rational:
            return self.root(self.rewrite(base), exponent)
        return self.exponential(self.rewrite(exponent) * self.logarithm(self.rewrite(base)))

    def logarithm(self, argument: sympy.Expr) -> sympy.Expr:
        result: sympy.Expr = sympy.Integer(0)
        for factor, multiplicity, positive in self.factors(argument):
            if not positive:
                result += self.opaque(sympy.log(factor**multiplicity, evaluate=False))
            else:
                result += multiplicity * self.log_factor(factor)
        return result

    def log_factor(self, factor: sympy.Expr) -> sympy.Expr:
        """Log of one positive factor; log exp(u) = u for real u."""
        base = next((base for base, name in self.bases.items() if name == factor), None)
        if isinstance(base, sympy.exp):
            return base.args[0]  # positive, so the exponent is real
        if base is not None:
            return self.logarithm(base)
        return self.opaque(sympy.log(factor, evaluate=False))

    def root(self, radicand: sympy.Expr, exponent: sympy.Rational) -> sympy.Expr:
        """radicand**exponent, positive factors split off."""
        if exponent.is_Integer:
            return radicand**exponent
        result: sympy.Expr = sympy.Integer(1)
        for factor, multiplicity, positive in self.factors(radicand):
            if positive and (multiplicity * exponent).is_Integer:
                result *= factor ** (multiplicity * exponent)
            elif positive and factor in self.bases.values():
                result *= self.again(factor, multiplicity * exponent)
            elif positive:
                result *= self.based(factor, multiplicity * exponent, True)
            else:
                result *= self.based(factor**multiplicity, exponent, False)
        return result

    def again(self, name: sympy.Dummy, exponent: sympy.Rational) -> sympy.Expr:
        """A root of something that is itself a generator base."""
        self.denominators[name] = lcm(self.denominators[name], int(exponent.q))
        return name**exponent

    def factors(self, rational: sympy.Expr) -> list[tuple[sympy.Expr, sympy.Rational, bool]]:
        """Positive factors with multiplicity, then what is left as one factor of unknown sign."""
        found: list[tuple[sympy.Expr, sympy.Rational, bool]] = []
        rest: sympy.Expr = sympy.Integer(1)
        rational, bare = self.without_roots(rational)
        content, pieces = _factor_list(rational)
        for prime, multiplicity in sympy.factorint(abs(content.p)).items():
            found.append((sympy.Integer(prime), sympy.Integer(multiplicity), True))
        for prime, multiplicity in sympy.factorint(content.q).items():
            if prime != 1:
                found.append((sympy.Integer(prime), -sympy.Integer(multiplicity), True))
        if content.p < 0:
            rest = -rest
        for piece, multiplicity in pieces:
            if self.is_positive(piece):
                found.append((piece, multiplicity, True))
            elif self.is_positive(-piece):
                found.append((sympy.expand(-piece), multiplicity, True))
                rest *= (-1) ** multiplicity
            else:
                rest *= piece**multiplicity
        found += [(name, exponent, True) for name, exponent in bare]
        if rest != 1:
            found.append((self.canonical(rest), sympy.Integer(1), False))
        return [item for item in found if item[0] != 1]

    def without_roots(
        self, rational: sympy.Expr
    ) -> tuple[sympy.Expr, list[tuple[sympy.Dummy, sympy.Rational]]]:
        """Take out the monomial factors that are powers of generator bases (all positive)."""
        rest, bare = sympy.Integer(1), []
        for factor in sympy.Mul.make_args(sympy.powsimp(sympy.factor_terms(rational))):
            base, exponent = factor.as_base_exp()
            if base in self.denominators and base.is_positive and exponent.is_Rational:
                bare.append((base, exponent))
            else:
                rest *= factor
        return rest, bare

    def gamma(self, argument: sympy.Expr) -> sympy.Expr:
        constant, _ = argument.as_coeff_Add()
        shift = int(sympy.floor(constant)) if constant.is_Rational else 0
        start = argument - shift
        if start == 0:
            shift, start = shift - 1, sympy.Integer(1)
        if abs(shift) > 64:
            return self.opaque(sympy.gamma(argument, evaluate=False))
        rising = sympy.Mul(*[start + k for k in range(shift)])
        falling = sympy.Mul(*[start - k - 1 for k in range(-shift)])
        value = sympy.gamma(start)  # 1 or sqrt(pi) at the special points
        name = (
            self.rewrite(value)
            if start.is_Rational and not value.has(sympy.gamma)
            else (self.opaque(sympy.gamma(start, evaluate=False)))
        )
        return name * rising / falling

    def function(self, node: sympy.Expr) -> sympy.Expr:
        """Any other function value: a generator, odd functions with a normalised sign."""
        if isinstance(node, sympy.Derivative):
            return self.opaque(node)
        arguments = [self.canonical(self.rewrite(argument)) for argument in node.args]
        odd = isinstance(node, sympy.erf | sympy.erfi | sympy.atan | sympy.asin | sympy.asinh)
        if (odd or isinstance(node, sympy.atanh)) and _leads_negative(arguments[0]):
            return -self.opaque(node.func(sympy.expand(-arguments[0]), evaluate=False))
        return self.opaque(node.func(*arguments, evaluate=False))

    # Roots of unity -------------------------------------------------------------------------

    def unity(self, turn: sympy.Rational) -> sympy.Expr:
        """exp(i pi turn)."""
        turn = turn - 2 * sympy.floor(turn / 2)
        return self.based(_UNITY, turn, False)

    def is_unity(self, monomial: sympy.Expr) -> bool:
        unit = self.bases.get(_UNITY)
        circle = self.names.get(sympy.pi)
        if unit is None or circle is None:
            return False
        return bool(monomial == unit ** sympy.Rational(1, 2) * circle)

    def is_positive(self, factor: sympy.Expr) -> bool:
        """Whether assumptions, or the ranges, make a polynomial factor positive."""
        if factor.is_positive:
            return True
        return _positive_on(factor, self.ranges)

    # Settling -------------------------------------------------------------------------------

    def settle(self, rational: sympy.Expr) -> sympy.Expr:
        """Replace each base**(p/q) by an integer power of base**(1/D)."""
        if not rational.args:
            return rational ** self.denominators.get(rational, 1)
        base, exponent = rational.as_base_exp()
        if base in self.denominators:
            return base ** (exponent * self.denominators[base])
        return rational.func(*[self.settle(argument) for argument in rational.args])

    def relations(self) -> list[tuple[sympy.Dummy, int, sympy.Expr]]:
        """(generator, degree, value): generator**degree = value, newest first."""
        found = []
        for base, name in self.bases.items():
            if isinstance(base, sympy.exp):
                continue
            if base == _UNITY:
                degree = lcm(self.denominators[name], 2)
                minimal = sympy.Poly(sympy.cyclotomic_poly(2 * degree, name), name)
                top = minimal.degree()
                found.append((name, top, sympy.expand(name**top - minimal.as_expr())))
            else:
                found.append((name, self.denominators[name], self.settle(base)))
        return found[::-1]


_UNITY = sympy.Symbol("exp(i pi)")


def _leads_negative(expression: sympy.Expr) -> bool:
    numerator, _ = sympy.fraction(expression)
    terms = sorted(sympy.Add.make_args(sympy.expand(numerator)), key=sympy.default_sort_key)
    return bool(terms[0].as_coeff_Mul()[0] < 0)


def _factor_list(
    rational: sympy.Expr,
) -> tuple[sympy.Rational, list[tuple[sympy.Expr, sympy.Integer]]]:
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(rational)))
    top, above = sympy.factor_list(numerator)
    bottom, below = sympy.factor_list(denominator)
    pieces = [(p, sympy.Integer(m)) for p, m in above] + [(p, -sympy.Integer(m)) for p, m in below]
    return sympy.Rational(top) / sympy.Rational(bottom), pieces


def _positive_on(factor: sympy.Expr, ranges: Ranges) -> bool:
    """Map each range to (0, oo); if all coefficients become positive, so is the factor."""
    free = [name for name in factor.free_symbols if name in ranges]
    others = factor.free_symbols - set(free)
    if not free or not all(name.is_positive for name in others):
        return False
    moved = factor
    for name in free:
        low, high = (sympy.Rational(int(q.p), int(q.q)) for q in ranges[name])
        moved = moved.subs(name, (low + high * name) / (1 + name))
    numerator, _ = sympy.fraction(sympy.cancel(sympy.together(moved)))
    coefficients = sympy.Poly(numerator, *numerator.free_symbols).coeffs()
    return all(c.is_Rational and c > 0 for c in coefficients)


# --- step 3: one fraction ---------------------------------------------------------------------

_Fraction = tuple[fmpq_mpoly, fmpq_mpoly]


def _fraction_vanishes(
    rational: sympy.Expr, relations: list[tuple[sympy.Dummy, int, sympy.Expr]]
) -> bool:
    symbols = set(rational.free_symbols)
    for name, _, value in relations:
        symbols |= {name} | value.free_symbols
    order = sorted(symbols, key=sympy.default_sort_key)
    if not order:
        return bool(rational == 0)
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(order))], "lex")
    generators = dict(zip(order, context.gens(), strict=True))
    numerator, _ = _fraction(rational, generators, context)
    for name, degree, value in relations:
        top, bottom = _fraction(value, generators, context)
        numerator = _reduce(numerator, order.index(name), degree, top, bottom, context)
    return bool(numerator.is_zero())


def _fraction(
    node: sympy.Expr, generators: Mapping[sympy.Expr, fmpq_mpoly], context: fmpq_mpoly_ctx
) -> _Fraction:
    one = context.constant(1)
    if node.is_Rational:
        return context.constant(fmpq(int(node.p), int(node.q))), one
    if node in generators:
        return generators[node], one
    if node.is_Pow and node.exp.is_Integer:
        top, bottom = _fraction(node.base, generators, context)
        n = int(node.exp)
        if n < 0:
            top, bottom, n = bottom, top, -n
        if bottom.is_zero():
            raise ClaimError("A denominator vanishes identically.")
        return top**n, bottom**n
    if node.is_Mul:
        top, bottom = one, one
        for factor in node.args:
            n, d = _fraction(factor, generators, context)
            top, bottom = top * n, bottom * d
        return _lowest(top, bottom)
    if node.is_Add:
        top, bottom = context.constant(0), one
        for term in node.args:
            n, d = _fraction(term, generators, context)
            if d == bottom:
                top = top + n
                continue
            shared = d.gcd(bottom)
            left, right = bottom / shared, d / shared
            top, bottom = top * right + n * left, bottom * right
        return top, bottom
    raise ClaimError(f"Not a rational function of the generators: {node}.")


def _lowest(top: fmpq_mpoly, bottom: fmpq_mpoly) -> _Fraction:
    if bottom.is_one() or top.is_zero():
        return top, bottom
    shared = top.gcd(bottom)
    return top / shared, bottom / shared


def _reduce(
    polynomial: fmpq_mpoly,
    place: int,
    degree: int,
    top: fmpq_mpoly,
    bottom: fmpq_mpoly,
    context: fmpq_mpoly_ctx,
) -> fmpq_mpoly:
    """Replace generator**degree by top / bottom, clearing the denominator (only 0 matters)."""
    while not polynomial.is_zero() and polynomial.degrees()[place] >= degree:
        parts: dict[int, dict[tuple[int, ...], fmpq]] = {}
        for monomial, coefficient in polynomial.to_dict().items():
            turns, left = divmod(monomial[place], degree)
            lowered = (*monomial[:place], left, *monomial[place + 1 :])
            parts.setdefault(turns, {})[lowered] = coefficient
        most = max(parts)
        polynomial = sum(
            (context.from_dict(part) * top**k * bottom ** (most - k) for k, part in parts.items()),
            context.constant(0),
        )
    return polynomial
