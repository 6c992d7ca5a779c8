"""Whether numbers are on the scale that they are given on."""

from __future__ import annotations

import numpy as np

from assetplan._types import Floats
from assetplan.reference import load_table

_ENOUGH = 3  # values from which shares are recognised
_WHOLE = 100
SHARE_RULE = "no value above 1: the index runs from 0 to 100; these look like shares"
"""The rule that shares of one break where hundredths are meant."""

SHARE_HINT = 'where they are, say so in the mapping, as [units] value = "share"'
"""What mends it."""


def are_shares(values: Floats, measure: str) -> bool:
    """Whether values of a measure that runs from 0 to 100, 100 the best, look like shares of one.

    Parameters
    ----------
    values : array (n,)
        Values, NaN where there is none.
    measure : str
        What they measure.

    >>> are_shares(np.array([0.93, 0.71, 0.2]), "index"), are_shares(np.array([0.93, 0.71, 20.0]), "index")
    (True, False)
    """
    table = load_table("measures")
    of_hundred = table[(table["better"] == "higher") & (table["high"] == _WHOLE)]
    if measure not in set(of_hundred["measure"]):
        return False
    known = values[~np.isnan(values)]
    return len(known) >= _ENOUGH and bool((known <= 1).all() and ((known > 0) & (known < 1)).any())
