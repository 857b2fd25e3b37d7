"""Is a quantizer what it says? `check_quantizer` for ours and for yours, as a table of checks."""

from infobound.testing.kit import check_quantizer
from infobound.testing.report import Conformance, ConformanceError, Row
from infobound.testing.strategies import vectors

__all__ = ["Conformance", "ConformanceError", "Row", "check_quantizer", "vectors"]
