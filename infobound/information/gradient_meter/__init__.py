"""Gradients through number formats: what is kept, what is lost, and what must be."""

from infobound.information.gradient_meter.answer import FormatMeter, LayerSummary, Meter
from infobound.information.gradient_meter.figure import Figure
from infobound.information.gradient_meter.figures import FormatFigures
from infobound.information.gradient_meter.formats import DEFAULT_FORMATS, KNOWN_NAMES
from infobound.information.gradient_meter.meter import meter

__all__ = [
    "DEFAULT_FORMATS",
    "KNOWN_NAMES",
    "Figure",
    "FormatFigures",
    "FormatMeter",
    "LayerSummary",
    "Meter",
    "meter",
]
