"""A claim as a stranger would write it: the entropy of a coin is at most its chi-square bound."""

from sympy import Rational, log, symbols

from infobound.checking import Claim, Step, Zero

p = symbols("p", real=True)
entropy = -p * log(p) - (1 - p) * log(1 - p)
bound = log(2) - 2 * (p - Rational(1, 2)) ** 2

CLAIM = Claim(
    "coin_entropy",
    source="Pinsker's inequality against the fair coin",
    latex=r"h(p) \le \ln 2 - 2 (p - 1/2)^2",
    statement="A biased coin has less entropy than a fair one, by twice its squared bias.",
)
STEPS = [
    Step.identity(
        "slack_is_pinsker",
        bound - entropy,
        p * log(2 * p) + (1 - p) * log(2 * (1 - p)) - 2 * (p - Rational(1, 2)) ** 2,
        when={p: (0, 1)},
    ),
    Step.inequality(
        "pinsker",
        bound - entropy,
        over={p: (Rational(1, 100), Rational(99, 100))},
        zero=Zero(at={p: Rational(1, 2)}, order=4, leading=Rational(4, 3)),
    ),
]
