"""Room under the council's own limits, by the figures that a county printed for 31 March 2018."""

from __future__ import annotations

import pytest
from constraint_cases import small_plan

from assetplan.finance import ceilings


def test_other_liabilities_count_with_loans_against_the_limits_on_debt() -> None:
    treasury = {
        "external_debt": 367.38,
        "other_liabilities": 21.0,
        "operational_boundary": 450.0,
        "authorised_limit": 455.0,
        "within_income": False,
    }
    plan = small_plan({"prices": "cash", "inflation": 0.0}, treasury=treasury)
    rooms = {ceiling.name: ceiling.room.tolist() for ceiling in ceilings(plan, 3)}
    assert rooms["authorised limit"] == pytest.approx([66.62] * 3)
    assert rooms["operational boundary"] == pytest.approx([61.62] * 3)
