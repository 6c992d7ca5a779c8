"""What a programme may use of a limit before it contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest

from assetplan.programme.check import over_limits


@pytest.mark.parametrize(
    ("unit", "used", "count"),
    [
        ("£", 4000.000072, 0),  # a solver's rounding, less than a penny
        ("£ of the day", 4000.004, 0),
        ("£", 4000.01, 1),
        ("km", 4000.00003, 0),
        ("km", 4000.001, 1),
    ],
)
def test_less_than_a_penny_is_no_money_over_a_limit(unit: str, used: float, count: int) -> None:
    for side, value in (("cap", used), ("floor", 8000.0 - used)):
        row: dict[str, Any] = {"limit": "x", "unit": unit, "cap": None, "floor": None, "used": value, side: 4000.0}
        assert len(list(over_limits([row]))) == count
