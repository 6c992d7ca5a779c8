"""Footway network survey levels."""

import numpy as np

from assetplan.condition import fns_name


def test_fns_levels():
    names = ["as new", "aesthetically impaired", "functionally impaired", "structurally unsound", None]
    assert fns_name([1, 2, 3, 4, np.nan]).tolist() == names
