"""Footway network survey levels."""

import numpy as np

from assetplan.condition import classify


def test_fns_levels():
    names = ["as new", "aesthetically impaired", "functionally impaired", "structurally unsound", None]
    assert classify("fns", [1, 2, 3, 4, np.nan]).tolist() == names
