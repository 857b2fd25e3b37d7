"""Fisher information of adaptive transcripts, by the chain rule.

In round t the encoder sees a fresh X_t ~ N(theta, s^2 I), the messages before it and public coins,
and nothing else. Then X_t given the past is still N(theta, s^2 I), and

    I_{M^T}(theta) = sum_t E[ I_{M_t | M^{t-1}}(theta) ],

where each term is the Fisher information of one message of a known quantizer (Barnes, Han and Ozgur
2020, arXiv:1902.02890).
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from infobound.information.estimate import FisherEstimate
from infobound.information.law import Floats, MessageLaw
from infobound.information.location import at
from infobound.information.structure import FISHER_UNIT, known_fisher
from infobound.models.gaussian import GaussianLocation
from infobound.montecarlo.moments import Moments
from infobound.numerics.arguments import argument_error, whole
from infobound.protocols.enumeration import every_message
from infobound.protocols.reduction import Past, QuantizerRule
from infobound.quantizers.base import Quantizer, Rng

MOST_HISTORIES = 2**16
_FULL_MATRIX = 512

Route = Literal["auto", "enumeration", "monte-carlo"]


@dataclass(frozen=True, eq=False)
class _Node:
    """A history, and how much of the sum of the chain rule it has gathered."""

    past: Past
    weight: float  # probability, or number of simulated histories
    slope: Floats  # gradient of the probability in theta; only where histories are enumerated
    information: Floats  # blocks of the summed conditional Fisher information


def transcript_fisher_information(
    model: GaussianLocation,
    rule: Quantizer | QuantizerRule,
    theta: npt.ArrayLike,
    *,
    rounds: int,
    rng: Rng = None,
    samples: int = 2000,
    public_coins: bool = False,
    method: Route = "auto",
) -> FisherEstimate:
    """Fisher information about theta in all messages of an adaptive protocol.

    Exact, by enumeration, when there are at most 2^16 histories. Otherwise histories are
    simulated, and the conditional Fisher information along each, which is exact, is averaged;
    histories that begin alike share the work. The messages of the last round need not be drawn.

    Parameters
    ----------
    model : GaussianLocation
    rule : Quantizer, or callable (t, past messages, coins) -> Quantizer
        The encoder of round t = 0, 1, ..., as in `oracle_transcript`. Its Fisher information must
        be known without sampling: scalar cells, `Argmax`, `Simplex`, and `Blocks` and `Shifted` of
        them. Each past `Message` has shape (d,); ``message.unpack(width=...)`` gives its symbols.
    theta : float or array of shape (d,)
    rounds : int, >= 1
    rng : int, SeedSequence, Generator or None
        Used where histories are simulated.
    samples : int
        Histories to simulate, at least 64.
    public_coins : bool
        Draw fresh coins, a seed of 63 bits, for each round of each simulated history, and average
        over them. Without, the rule is given coins = 0, and must not need them.
    method : {"auto", "enumeration", "monte-carlo"}

    Returns
    -------
    FisherEstimate
        Of all rounds together, unit "1/theta^2".

    Raises
    ------
    ArgumentError
        A round's quantizer has no exact Fisher information, or enumeration is asked for and there
        are too many histories, or with public coins.
    """
    point, noise_std = at(model, theta)
    rounds = whole("rounds", rounds)
    samples = whole("samples", samples, least=64)
    if method not in ("auto", "enumeration", "monte-carlo"):
        raise argument_error("method", method, 'one of "auto", "enumeration", "monte-carlo"')
    if method != "monte-carlo" and not public_coins:
        leaves = _enumerate(_as_rule(rule), point, noise_std, rounds, last=False)
        if leaves is not None:
            return _mean(leaves, method="enumeration")
    if method == "enumeration":
        allowed = f'"monte-carlo" for public coins or more than {MOST_HISTORIES} histories'
        raise argument_error("method", method, allowed)
    draw = np.random.default_rng(rng)
    return _mean(
        _simulate(_as_rule(rule), point, noise_std, rounds, draw, samples, public_coins),
        method="monte-carlo",
    )


def transcript_law(
    model: GaussianLocation,
    rule: Quantizer | QuantizerRule,
    theta: npt.ArrayLike,
    *,
    rounds: int,
) -> MessageLaw:
    """Law of the whole transcript at theta, and its slope: histories in lexicographic order.

    Its ``fisher()`` is the information by definition, without the chain rule, and its
    ``entropy()`` is H(M^T) in bits at this theta. Parameters as in `transcript_fisher_information`.

    Raises
    ------
    ArgumentError
        More than 2^16 histories.
    """
    point, noise_std = at(model, theta)
    leaves = _enumerate(_as_rule(rule), point, noise_std, whole("rounds", rounds), last=True)
    if leaves is None:
        raise argument_error("rounds", rounds, f"so small that 2^16 = {MOST_HISTORIES} suffices")
    return MessageLaw(
        np.array([leaf.weight for leaf in leaves]), np.array([leaf.slope for leaf in leaves])
    )


def _enumerate(
    rule: QuantizerRule, theta: Floats, noise_std: float, rounds: int, *, last: bool
) -> list[_Node] | None:
    """All histories, without the message of the last round unless it is wanted."""
    first = rule(0, (), 0)
    if first.bits(theta.size) * (rounds - (not last)) > math.log2(MOST_HISTORIES):
        return None
    nodes = [_Node((), 1.0, np.zeros(theta.size), np.zeros(()))]
    for t in range(rounds):
        children: list[_Node] = []
        for node in nodes:
            quantizer = rule(t, node.past, 0)
            told = node.information + _conditional(quantizer, theta, noise_std)
            if t == rounds - 1 and not last:
                children.append(_Node(node.past, node.weight, node.slope, told))
                continue
            room = MOST_HISTORIES - len(children)
            found = every_message(quantizer, theta, noise_std, most=max(room, 1))
            if found is None or len(found[1]) > room:
                return None
            law, every = found
            children.extend(
                _Node(
                    (*node.past, message), node.weight * p, node.slope * p + node.weight * g, told
                )
                for p, g, message in zip(law.probability, law.slope, every, strict=True)
            )
        nodes = children
    return nodes


def _simulate(
    rule: QuantizerRule,
    theta: Floats,
    noise_std: float,
    rounds: int,
    draw: np.random.Generator,
    samples: int,
    public_coins: bool,
) -> list[_Node]:
    none = np.zeros(theta.size)
    alike, count = (samples, 1) if public_coins else (1, samples)
    nodes = [_Node((), count, none, np.zeros(())) for _ in range(alike)]
    for t in range(rounds):
        children: list[_Node] = []
        for node in nodes:
            coins = int(draw.integers(2**63)) if public_coins else 0
            quantizer = rule(t, node.past, coins)
            told = node.information + _conditional(quantizer, theta, noise_std)
            if t == rounds - 1:
                children.append(_Node(node.past, node.weight, none, told))
                continue
            x = theta + noise_std * draw.standard_normal((int(node.weight), theta.size))
            keys = quantizer.encode(x).keys()
            _, first, counts = np.unique(keys, return_index=True, return_counts=True)
            children.extend(
                _Node((*node.past, quantizer.encode(x[k])), float(c), none, told)
                for k, c in zip(first, counts, strict=True)
            )
        nodes = children
    return nodes


def _conditional(quantizer: Quantizer, theta: Floats, noise_std: float) -> Floats:
    """The d x d information of one message, or its diagonal where d is large."""
    known = known_fisher(quantizer, theta, noise_std)
    if known is None:
        raise argument_error(
            "rule(...)", quantizer, "a quantizer whose Fisher information is known exactly"
        )
    if theta.size <= _FULL_MATRIX and known.blocks is not None:
        return known.matrix
    return known.diagonal


def _mean(leaves: list[_Node], *, method: Literal["enumeration", "monte-carlo"]) -> FisherEstimate:
    weights = np.array([leaf.weight for leaf in leaves])
    mean = np.tensordot(weights / weights.sum(), [leaf.information for leaf in leaves], axes=1)
    diagonal = np.diagonal(mean) if mean.ndim == 2 else mean
    stderr, n = 0.0, 0
    if method == "monte-carlo":
        traces = [
            float(np.trace(i) if i.ndim == 2 else i.sum())
            for i in (leaf.information for leaf in leaves)
        ]
        moments = Moments.of(np.repeat(traces, weights.astype(np.int64)))
        stderr, n = float(moments.stderr), moments.count
    return FisherEstimate(
        value=float(diagonal.sum()),
        stderr=stderr,
        n=n,
        method=method,
        unit=FISHER_UNIT,
        diagonal=diagonal,
        blocks=mean[None] if mean.ndim == 2 else None,
    )


def _as_rule(rule: Quantizer | QuantizerRule) -> QuantizerRule:
    return (lambda t, past, coins: rule) if isinstance(rule, Quantizer) else rule
