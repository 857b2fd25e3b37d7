"""Every message of a small quantizer, with its probability and its slope in theta."""

import numpy as np

from infobound.information.cells import cells_law
from infobound.information.law import Floats, Ints, MessageLaw, independent, messages
from infobound.information.structure import index_law, scalar_thresholds
from infobound.quantizers.base import Message, Quantizer
from infobound.quantizers.blocks import Blocks, Shifted
from infobound.quantizers.selected import Selected
from infobound.quantizers.simplex import Argmax, Simplex


def every_message(
    quantizer: Quantizer, theta: Floats, noise_std: float, *, most: int
) -> tuple[MessageLaw, list[Message]] | None:
    """Law at theta (d,) of all messages, and the messages in the same order.

    None if they are more than `most` or the cells of the quantizer are not understood.
    """
    found = _symbols(quantizer, theta, noise_std, most)
    if found is None:
        return None
    law, symbols, width = found
    return law, [Message.pack(row, width=width, shape=theta.shape) for row in symbols]


def _symbols(
    quantizer: Quantizer, theta: Floats, noise_std: float, most: int
) -> tuple[MessageLaw, Ints, int] | None:
    """The law, the symbols (K, k) of each message, and the width of one symbol in bits."""
    d = theta.size
    thresholds = scalar_thresholds(quantizer)
    if thresholds is not None:
        count = thresholds.size + 1
        if d * np.log2(count) > np.log2(most):
            return None
        law = independent([cells_law(thresholds, float(t), noise_std) for t in theta])
        return law, messages([count] * d), (count - 1).bit_length()
    match quantizer:
        case Shifted():
            return _symbols(quantizer.quantizer, theta - quantizer.center, noise_std, most)
        case Selected():
            places = quantizer.places
            part = _symbols(quantizer.inner, theta[places], noise_std, most)
            if part is None:
                return None
            slope = np.zeros((part[0].probability.size, d))
            slope[:, places] = part[0].slope
            return MessageLaw(part[0].probability, slope), part[1], part[2]
        case Blocks():
            rows = theta.reshape(-1, quantizer.size)
            parts = [_symbols(quantizer.inner, row, noise_std, most) for row in rows]
            known = [part for part in parts if part is not None]
            count = known[0][1].shape[0] if known else most + 1
            if len(known) * np.log2(count) > np.log2(most):
                return None
            chosen = messages([count] * len(known))
            symbols = np.concatenate(
                [part[1][pick] for part, pick in zip(known, chosen.T, strict=True)], axis=1
            )
            return independent([part[0] for part in known]), symbols, known[0][2]
        case Argmax() | Simplex():
            index = index_law(quantizer, theta, noise_std)
            if index is None or index.probability.size > most:
                return None
            return index, np.arange(index.probability.size)[:, None], quantizer.bits(d)
    return None
