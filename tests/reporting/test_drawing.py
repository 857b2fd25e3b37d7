"""Drawings lose what cannot be seen, and nothing else."""

import re

from infobound.reporting.drawing import compact

SVG = """<?xml version="1.0"?>
<!DOCTYPE svg>
<svg viewBox="0 0 10.1234 9">
 <metadata><x/></metadata>
 <defs><path id="m1" d="M 0.123456 1.999999
L -0.0000001 3"/></defs>
 <!-- a -->
 <g id="axes_1" clip-path="url(#p1)" transform="translate(1.2345 2)">
  <use xlink:href="#m1" x="65.534999" y="-1e-9" id="unused"/>
  <clipPath id="p1"/>
 </g>
</svg>
"""


def test_compact():
    assert compact(SVG).splitlines() == [
        '<svg viewBox="0 0 10.1234 9">',
        '<defs><path id="m1" d="M 0.12 2 L 0 3"/></defs>',
        '<g clip-path="url(#p1)" transform="translate(1.2345 2)">',
        '<use xlink:href="#m1" x="65.53" y="-1e-9"/>',
        '<clipPath id="p1"/>',
        "</g>",
        "</svg>",
    ]


def test_rounding_noise_is_gone():
    def numbers(shift: float) -> str:
        return compact(f'<svg><path d="M {1 / 3 + shift:.6f} {2.5 + shift:.6f}"/></svg>')

    assert numbers(0) == numbers(1e-5)
    assert numbers(0) != numbers(1e-2)


def test_every_reference_still_resolves():
    drawing = compact(SVG)
    used = set(re.findall(r'(?:url\(|href=")#([^")]*)', drawing))
    assert used == {"m1", "p1"}
    assert used == set(re.findall(r' id="([^"]*)"', drawing))
