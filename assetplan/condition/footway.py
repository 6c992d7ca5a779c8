"""Footways: the footway network survey (FNS), reported as length by level and hierarchy (`bands.share_by`)."""

from __future__ import annotations

from numpy.typing import ArrayLike

from assetplan._types import Texts
from assetplan.condition.bands import classify


def fns_name(level: ArrayLike) -> Texts:
    """Return the name of each FNS level [1 as new to 4 structurally unsound], None where missing."""
    return classify("fns", level)
