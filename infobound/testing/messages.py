"""Checks of the message: that it alone carries the vector, and that all its bits are counted."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from infobound.quantizers.base import Message
from infobound.testing.findings import Failed, Finding, NotApplicable, need, refusal, said
from infobound.testing.inputs import Floats, accepts
from infobound.testing.subject import Subject, hidden


def check_roundtrip(s: Subject) -> Finding:
    """decode(encode(y)) is roundtrip(y) bit for bit; the decoder has the plain message only.

    The decoder is a copy of the quantizer made before anything was encoded, and decodes the first
    message after others were encoded.
    """
    batches = [s.rows(5, 10), *(y[None] for y in s.vectors.values()), 0.25 * s.rows(3, 11)]
    batches = [y for y in batches if accepts(s.quantizer.domain, y)]
    sent = [s.encode(y, k) for k, y in enumerate(batches)]
    for k, (y, message) in enumerate(zip(batches, sent, strict=True)):
        decoded, direct = s.decode(message), s.roundtrip(y, k)
        for what, values in (("decode", decoded), ("roundtrip", direct)):
            need(values.dtype == np.float64, f"{what} gives {values.dtype.name}, not float64.")
            need(values.shape == y.shape, f"{what} gives shape {values.shape} for {y.shape}.")
        gap = float(np.max(np.abs(decoded - direct)))
        need(
            np.array_equal(decoded, direct),
            "A copy of the quantizer that was made before encoding, given only payload, bits, "
            "shape and public coins, does not decode what roundtrip gives under the same rng: "
            "something else travels, or roundtrip is another quantizer.",
            largest_difference=gap,
        )
    return Finding()


def check_length(s: Subject) -> Finding:
    """Message.bits is count * bits(d), at most that if entropy-coded; payload is ceil(bits / 8)."""
    promised, longest = s.unit_bits, 0.0
    for n, y in ((1, s.rows(1, 12)), (7, s.rows(7, 13))):
        message = s.encode(y, 0)
        each = message.bits / n
        longest = max(longest, each)
        right = each == promised if s.fixed_length else each <= promised
        need(
            right,
            f"A message takes {each:g} bits, but bits({s.d}) promises {promised:g}.",
            bits=each,
            promised=promised,
        )
        size = len(message.payload)
        need(size == -(-message.bits // 8), f"{message.bits} bits are sent in {size} bytes.")
    return Finding({"bits": longest, "per coordinate": longest / s.size})


def check_public_coins(s: Subject) -> Finding:
    """What is not counted (coins, first, shape, side_bits, made_by) does not depend on y."""
    inputs = [s.rows(1, 14, k)[0] for k in range(4)]
    inputs += list(s.vectors.values())
    messages = [s.quantizer.encode(y, rng=s.seeds(15)) for y in inputs]
    extra = hidden(messages[0])
    need(not extra, f"{', '.join(extra)} travels with the message and is not counted in its bits.")
    names = ["coins", "first", "shape", "made_by", *(["side_bits"] if s.fixed_length else [])]
    for name in names:
        seen = {repr(getattr(message, name, None)) for message in messages}
        need(
            len(seen) == 1,
            f"Under the same rng message.{name} depends on y ({', '.join(sorted(seen)[:3])}): "
            "what depends on y must be in the payload and counted.",
        )
    made_by = getattr(messages[0], "made_by", "")
    need(
        made_by in ("", repr(s.quantizer)),
        f"message.made_by = {made_by!r}, but it must be repr(quantizer) or empty.",
    )
    need(messages[0].shape == s.unit, f"message.shape = {messages[0].shape} for {s.unit}.")
    side = messages[0].side_bits
    return Finding({"side bits": side}) if side else Finding()


def check_enumeration(s: Subject) -> Finding:
    """At most 2^bits different outputs for given coins; every payload decodes or is refused.

    For the outputs the coins are held fixed: a quantizer with coins is called with the same rng for
    one vector after the other. The inputs are Gaussian, heavy-tailed where the domain allows it,
    and small changes of one another.
    """
    bits = s.unit_bits
    if bits > s.effort.payload_bits or not s.fixed_length:
        raise NotApplicable(f"At d = {s.d} there are more than 2^{s.effort.payload_bits} payloads.")
    most = 2 ** int(bits)
    y = _many(s)
    if s.randomized or s.encode(y[0], 0).coins is not None:
        outputs = np.stack([s.roundtrip(row, 16) for row in y[: 4 * s.effort.singles]])
    else:
        outputs = s.roundtrip(y, 16)
    distinct = len(np.unique(outputs.reshape(len(outputs), -1), axis=0))
    need(
        distinct <= most,
        f"{len(outputs)} inputs gave {distinct} different outputs under the same coins, but "
        f"{int(bits)} bits tell only {most} apart: bits are counted wrong.",
        outputs=distinct,
        allowed=most,
    )
    valid = sum(_decodes(s, message) for message in _every_payload(s, int(bits)))
    need(valid, "Not one payload could be decoded.")
    return Finding({"outputs seen": distinct, "valid payloads": valid, "payloads": most})


def check_corrupted(s: Subject) -> Finding:
    """Truncated, extended, mislabelled and random payloads: an error or a finite vector."""
    good = s.encode(s.rows(8, 17), 0)
    count, each = good.count, good.bits // max(good.count, 1)
    tried = 0
    for change in (-8, -1, 1, 8):
        if each + change < 0 or not s.fixed_length:
            continue
        bits = count * (each + change)
        wrong = replace(good, payload=bytes(-(-bits // 8)), bits=bits, side_bits=0)
        _must_refuse(s, wrong, f"a message of {each + change} bits instead of {each}")
        tried += 1
    other = s.d + 1
    shape = (*good.shape[:-1], other)
    known = refusal(lambda: s.quantizer.bits(other)) is None
    if s.fixed_length and not (known and s.quantizer.bits(other) == each):
        _must_refuse(s, replace(good, shape=shape), f"its own message relabelled as shape {shape}")
        tried += 1
    if good.made_by:
        other_name = f"Other({good.made_by})"
        _must_refuse(s, replace(good, made_by=other_name), "a message that another quantizer made")
        tried += 1
    rng, junk = s.rng(18), 0
    for _ in range(s.effort.singles):
        raw = rng.integers(0, 2, size=count * each).astype(np.uint8)
        junk += _decodes(s, replace(good, payload=np.packbits(raw).tobytes()))
    return Finding(
        {"wrong messages refused": tried, "random payloads refused": s.effort.singles - junk}
    )


def _many(s: Subject) -> Floats:
    """Many inputs, so that as many outputs as possible are seen."""
    y = s.rows(4096, 19)
    center = s.source.center if s.source is not None else 0.0
    grown = [center + t * (y[::2] - center) for t in (4.0, 1.5, 0.1)]
    fine = y[:1] + (y[:512] - y[:1]) * 1e-3
    kept = [y, *(part for part in (*grown, fine) if accepts(s.quantizer.domain, part))]
    kept += [vector[None] for vector in s.vectors.values()]
    rows = np.concatenate(kept)
    return rows[s.rng(20).permutation(len(rows))]


def _every_payload(s: Subject, bits: int) -> Iterator[Message]:
    good = s.encode(s.rows(1, 21)[0], 0)
    size = -(-bits // 8)
    for number in range(2**bits):
        yield replace(good, payload=(number << (8 * size - bits)).to_bytes(size, "big"))


def _decodes(s: Subject, message: Message) -> bool:
    """False if the message is refused; Failed if it gives anything but finite numbers."""
    try:
        values = s.decode(message)
    except ValueError:
        return False
    except Exception as error:
        payload = message.payload[:16].hex()
        note = f"The payload {payload} is met by {said(error)}, not by a clear ValueError."
        raise Failed(note) from error
    need(
        values.shape == message.shape and bool(np.all(np.isfinite(values))),
        f"The payload {message.payload[:16].hex()} decodes to numbers that are not finite, or to "
        f"shape {values.shape}: it must be refused.",
    )
    return True


def _must_refuse(s: Subject, message: Message, what: str) -> None:
    error = refusal(lambda: s.decode(message))
    need(error is not None, f"decode accepts {what} and returns a vector.")
    need(isinstance(error, ValueError), f"decode meets {what} with {said(error)}, no ValueError.")  # type: ignore[arg-type]
