"""Names for the arrays in signatures: one name, one kind of item."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]  # kept by the million: condition indices by asset, strategy and year
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]  # counts, codes and places in other arrays
Ints32 = NDArray[np.int32]
Codes = NDArray[np.int8]  # places in a short list, such as a treatment's; −1 for none
Bytes = NDArray[np.uint8]
Texts = NDArray[np.object_]  # names and words, each a str
Shapes = NDArray[np.object_]  # geometries of shapely
