"""Checks of coins and batches: same seed same bits, independent rows, any shape, any real dtype."""

import numpy as np

from infobound.testing.findings import Finding, NotApplicable, need
from infobound.testing.inputs import Floats, accepts
from infobound.testing.intervals import half_width
from infobound.testing.subject import Subject

# Other outcomes of total probability p come 4 times in 12 with probability <= 495 p^4, and then not
# in a batch of n with (1 - p)^n: together at most 2320 / n^4, 5e-7 at n = 256 and 8e-12 at 4096.
_SINGLES, _OTHERS = 12, 4


def check_seeds(s: Subject) -> Finding:
    """The same rng gives the same bits, as an int, a SeedSequence or a Generator."""
    y = s.rows(4, 50)
    for make in (lambda: 5, lambda: np.random.SeedSequence(5), lambda: np.random.default_rng(5)):
        a, b = (s.quantizer.encode(y, rng=make()) for _ in range(2))
        kind = type(make()).__name__
        equal = (a.payload, a.coins) == (b.payload, b.coins)
        need(equal, f"The same rng (a {kind}) gives different messages.")
        c, d = (s.quantizer.roundtrip(y, rng=make()) for _ in range(2))
        need(np.array_equal(c, d), f"The same rng (a {kind}) gives different roundtrips.")
    before = np.random.get_state()  # noqa: NPY002
    s.quantizer.encode(y, rng=6)
    after = np.random.get_state()  # noqa: NPY002
    need(
        np.array_equal(before[1], after[1]) and before[2] == after[2],  # type: ignore[index]
        "It draws from numpy's global generator, so nothing can be repeated: use `rng`.",
    )
    if s.varies:
        return Finding()
    need(
        s.chance_alike >= s.effort.level,
        "Nine different seeds gave the same output, though law(y) has several outcomes.",
        probability=s.chance_alike,
    )
    if s.quantizer.unbiased and not s.randomized:
        error = float(np.max(np.abs(s.roundtrip(y, 51) - y)))
        size = float(np.max(np.abs(y)))
        need(
            error <= 1e-6 * size,
            "It says that it is unbiased, but nine different seeds gave the same output.",
            error=error,
        )
    return Finding()


def check_independence(s: Subject) -> Finding:
    """Equal rows of one batch have independent errors.

    Shared coins make averages over workers or repetitions useless. Two tests: rows differ where
    seeds make a difference; and neighbours (at distance 1 and n/2) are uncorrelated.
    """
    if not s.randomized:
        raise NotApplicable("Its output does not depend on coins.")
    n = max(256, min(4096, (1 << 16) // s.size))
    for name, y in s.vectors.items():
        rows = np.broadcast_to(y, (n, *y.shape))
        e = s.errors(rows, 52) if n * s.size <= 1 << 18 else s.errors(rows[:256], 52)
        across = np.stack([(s.roundtrip(y, 53, k) - y).ravel() for k in range(_SINGLES)])
        _, often = np.unique(across, axis=0, return_counts=True)
        if _SINGLES - often.max() < _OTHERS:
            continue
        need(
            np.any(e != e[0]),
            f"All {len(e)} equal rows of a batch gave the same output, though the coins matter: "
            f"rows share their randomness ({name}).",
        )
        e = e - e.mean(axis=0)
        total = float(np.mean(np.sum(e**2, axis=1)))
        if total <= 1e-24 * float(np.sum(y**2)):
            continue  # nothing but rounding errors
        for lag in (1, len(e) // 2):
            product = np.sum(e[:-lag] * e[lag:], axis=1)
            half = product[: len(product) // (2 * lag) * 2 * lag].reshape(-1, 2, lag)[:, 0].ravel()
            half = half if len(half) else product  # products that share no row
            width = float(half_width(half, s.effort.level / (2 * len(s.vectors))))
            correlation = float(half.mean()) / total if total else 0.0
            need(
                abs(half.mean()) <= width + 2 * total / len(e),
                f"Rows at distance {lag} have correlated errors ({name}).",
                correlation=correlation,
                allowed=width / total,
            )
    return Finding({"rows": n})


def check_batch(s: Subject) -> Finding:
    """A batch is a loop: every single(i) decodes alone, and no row depends on the others.

    The rows have very different lengths, so that a scale taken over the batch shows.
    """
    rows = _mixed(s, 9)
    message = s.encode(rows, 54)
    whole = s.decode(message).reshape(-1, s.d)
    if s.fixed_length:
        for i in range(message.count):
            alone = s.decode(message.single(i))
            need(
                np.array_equal(alone, whole[i]),
                f"Message {i} of a batch does not decode alone to its row.",
                largest_difference=float(np.max(np.abs(alone - whole[i]))),
            )
    if not s.randomized:
        for i, row in enumerate(rows):
            need(
                np.array_equal(s.roundtrip(row, 55), s.roundtrip(rows, 55)[i]),
                f"Row {i} of a batch is quantized in another way than alone: rows depend on one "
                "another.",
            )
        return Finding({"rows compared": len(rows)})
    few = rows[:3]
    many = np.broadcast_to(few, (10 * s.effort.singles, *few.shape)).reshape(-1, *s.unit)
    joint = np.sum(s.errors(many, 56).reshape(-1, 3, s.size) ** 2, axis=2)
    alone = np.stack(
        [
            [np.sum((s.roundtrip(y, 57, i, k) - y) ** 2) for i, y in enumerate(few)]
            for k in range(s.effort.singles)
        ]
    )
    level = s.effort.level / 6
    gap = np.abs(joint.mean(axis=0) - alone.mean(axis=0))
    span = np.maximum(np.ptp(joint, axis=0), np.ptp(alone, axis=0))
    width = half_width(joint, level) + np.sqrt(
        2 * np.maximum(joint.var(axis=0), alone.var(axis=0)) * np.log(4 / level) / len(alone)
    )
    width = width + 2 * span * np.log(4 / level) / (3 * len(alone))
    slack = 1e-9 * np.sum(few.reshape(3, -1) ** 2, axis=1)
    worst = int(np.argmax(gap - width - slack))
    need(
        gap[worst] <= width[worst] + slack[worst],
        "The mean error of a row in a batch is not that of the row alone: rows depend on another.",
        in_batch=float(joint.mean(axis=0)[worst]),
        alone=float(alone.mean(axis=0)[worst]),
    )
    return Finding({"rows compared": len(rows)})


def check_shapes(s: Subject) -> Finding:
    """Shapes (d,), (1, d), (n, d), (2, 3, d) and the empty batch (0, d), in units of a family."""
    for lead in ((), (1,), (5,), (2, 3), (0,)):
        y = s.rows(max(1, int(np.prod(lead))), 58)[: int(np.prod(lead))].reshape(*lead, *s.unit)
        message = s.encode(y, 59)
        need(message.shape == y.shape, f"message.shape = {message.shape} for input {y.shape}.")
        decoded, direct = s.decode(message), s.roundtrip(y, 59)
        need(
            decoded.shape == y.shape == direct.shape,
            f"Input of shape {y.shape} gives {decoded.shape} and {direct.shape}.",
        )
        need(np.array_equal(decoded, direct), f"decode and roundtrip differ for shape {y.shape}.")
    return Finding()


def check_arrays(s: Subject) -> Finding:
    """float32, float64, integers, lists; C and Fortran order, views, read-only; y is not changed."""
    y = s.rows(6, 60)
    kept = y.copy()
    reference = s.encode(y, 61)
    s.roundtrip(y, 61)
    need(np.array_equal(y, kept), "encode or roundtrip changes its input.")
    spaced = np.zeros((*y.shape[:-1], 2 * s.d))
    spaced[..., ::2] = y
    frozen = y.copy()
    frozen.flags.writeable = False
    forms = {
        "Fortran order": np.asfortranarray(y),
        "a strided view": spaced[..., ::2],
        "a read-only array": frozen,
        "a list": y.tolist(),
    }
    for what, form in forms.items():
        message = s.encode(form, 61)
        need(message.payload == reference.payload, f"{what} is encoded to other bits.")
        need(
            np.array_equal(s.roundtrip(form, 61), s.roundtrip(y, 61)),
            f"{what} has another roundtrip.",
        )
    _check_narrow(s)
    _check_integers(s)
    return Finding()


def _check_narrow(s: Subject) -> None:
    y = s.rows(max(64, min(512, (1 << 13) // s.size)), 62).astype(np.float32)
    if not accepts(s.quantizer.domain, y):
        return
    kept = y.copy()
    decoded, direct = s.decode(s.encode(y, 63)), s.roundtrip(y, 63)
    need(np.array_equal(y, kept), "encode or roundtrip changes its float32 input.")
    need(decoded.dtype == np.float64, f"decode gives {decoded.dtype.name} for float32 input.")
    need(np.array_equal(decoded, direct), "decode and roundtrip differ for float32 input.")
    wide = y.astype(np.float64)
    a, b = (np.sum((q - wide) ** 2, axis=-1).ravel() for q in (direct, s.roundtrip(wide, 64)))
    gap = abs(float(a.mean() - b.mean()))
    width = sum(float(half_width(part, s.effort.level / 2)) for part in (a, b))
    need(
        gap <= width + 1e-5 * float(np.mean(wide**2)) * s.d,
        "float32 and float64 input of the same values have different errors.",
        float32=float(a.mean()),
        float64=float(b.mean()),
    )


def _check_integers(s: Subject) -> None:
    for whole in (np.arange(s.size).reshape(s.unit) % 3 - 1, np.zeros(s.unit, dtype=np.int64)):
        as_float = whole.astype(np.float64)
        if accepts(s.quantizer.domain, as_float):
            equal = s.encode(whole, 65).payload == s.encode(as_float, 65).payload
            need(equal, "Integers are encoded to other bits than the same numbers as floats.")


def _mixed(s: Subject, n: int) -> Floats:
    """Rows of very different lengths, in the domain."""
    y = s.rows(n, 66)
    if s.source is None:
        return y
    factor = np.array([1.0, 1e-3, 0.1])[np.arange(n) % 3].reshape(-1, *[1] * len(s.unit))
    scaled = s.source.center + factor * (y - s.source.center)
    return scaled if accepts(s.quantizer.domain, scaled) else y
