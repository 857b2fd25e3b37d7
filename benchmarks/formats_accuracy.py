"""NVFP4 on Gaussian numbers against published errors: `python -m benchmarks.formats_accuracy`.

One long vector of 2^24 numbers by default (`--log2 20` for a quick look), error relative to the
energy of the sample. Where the scale follows the block's maximum alone, the exact error for this
vector's tensor scale stands beside; the published numbers have three digits and are for a vector of
2^22, whose tensor scale is another one.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from rich.console import Console
from rich.table import Table

from infobound.bounds.gaussian_blocks import gaussian_block
from infobound.information.block_rules import block_rule
from infobound.quantizers.formats.ms_eden import ms_eden
from infobound.quantizers.formats.nvfp4 import NVFP4
from infobound.quantizers.formats.rotated import Rotated

PUBLISHED: dict[str, tuple[NVFP4 | Rotated, float]] = {
    "NVFP4": (NVFP4(), 9.05e-3),
    "NVFP4, torchao": (NVFP4("torchao"), 9.05e-3),
    "NVFP4, quartet2": (NVFP4("quartet2"), 9.05e-3),
    "maximum to 4": (NVFP4(largest=4), 9.65e-3),
    "Four-over-Six, MSE": (NVFP4("fouroversix", select="mse"), 7.57e-3),
    "Four-over-Six, MAE": (NVFP4("fouroversix", select="mae"), 7.80e-3),
    "block 32": (NVFP4(block=32), 1.03e-2),
    "block 8": (NVFP4(block=8), 7.31e-3),
    "stochastic": (NVFP4(rounding="stochastic"), 1.89e-2),
    "stochastic, 16/17": (NVFP4(rounding="stochastic", shrink=16 / 17), 2.35e-2),
    "MS-EDEN": (ms_eden(), 9.73e-3),
    "MS-EDEN, published ratio": (ms_eden("quartet2"), 9.73e-3),
}
_PIECES = 64


def measured(log2: int) -> Iterator[tuple[str, float, float, float, float, float | None]]:
    """Name, NMSE, its standard error, <Q(y), y> / |y|^2, published, exact."""
    y = np.random.default_rng(2024).standard_normal(1 << log2, dtype=np.float32)
    most = float(np.abs(y).max())
    parts = np.split(y, _PIECES)
    energy = np.array([np.sum(part.astype(np.float64) ** 2) for part in parts])
    for name, (quantizer, published) in PUBLISHED.items():
        values = quantizer.roundtrip(y, rng=1)
        error, inner = np.empty(_PIECES), np.empty(_PIECES)
        for k, (part, decoded) in enumerate(zip(parts, np.split(values, _PIECES), strict=True)):
            wide, e = part.astype(np.float64), decoded.astype(np.float64)
            inner[k] = wide @ e
            e -= wide
            error[k] = e @ e
        nmse = float(error.sum() / energy.sum())
        spread = float(np.std(error - nmse * energy, ddof=1) / energy.mean() / _PIECES**0.5)
        rule = block_rule(quantizer, tensor_max=most)
        exact = None
        if rule is not None:
            found = gaussian_block(rule.grid, rule.cells, block=rule.block, rounding=rule.rounding)
            exact = found.nmse
        yield name, nmse, spread, float(inner.sum() / energy.sum()), published, exact


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--log2", type=int, default=24, help="log2 of the sample size")
    table = Table("", "NMSE", "s.e.", "exact", "published", "to published", "<Q, y> / |y|^2 - 1")
    for name, nmse, spread, share, published, exact in measured(parser.parse_args().log2):
        theory = "" if exact is None else f"{exact:.5e}"
        gap = f"{nmse / published - 1:+.2%}"
        bias = f"{share - 1:+.2e}"
        table.add_row(name, f"{nmse:.5e}", f"{spread:.1e}", theory, f"{published:.2e}", gap, bias)
    Console().print(table)


if __name__ == "__main__":
    main()
