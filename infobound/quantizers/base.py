"""What a quantizer is: encode to real packed bits, decode from them and public coins alone."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rng = int | np.random.SeedSequence | np.random.Generator | None
