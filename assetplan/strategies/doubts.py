"""How sure a plan is of its data, where no calibration estimates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assetplan.reference import load_table


@dataclass(frozen=True)
class Doubts:
    """How sure a plan is of its data, where no calibration estimates it.

    Attributes
    ----------
    life : float; standard deviation of the logarithm of the pace of a group whose curve was typed in
    readings : mapping of str → float
        Standard deviation of a surveyed condition [index points] by confidence: high, medium, low, "not stated"; and
        "assumed" where a rule filled it.
    """

    life: float
    readings: Mapping[str, float]


def load_doubts() -> Doubts:
    """The packaged doubts, reference/doubts.csv."""
    table = load_table("doubts")
    values = {str(name): float(value) for name, value in zip(table["doubt"], table["value"], strict=True)}
    return Doubts(values.pop("life"), values)
