"""The statement of carbon adds up, and leaves blank what is not known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from constraint_cases import case, outcome_at

from assetplan.finance import Statement
from assetplan.formulation.carbon import carbon_of_works
from assetplan.formulation.works import Works
from assetplan.outcome.notes import unverified
from assetplan.outcome.tables import programme_tables
from assetplan.statements import accounts


def carbon_statement(**keys: object) -> tuple[Statement | None, object]:
    """The statement of carbon of a small plan as it is solved, and its outcome."""
    stated = case(**keys)
    outcome = outcome_at(stated, stated.solve())
    tables = {table.name: table for table in accounts(outcome, programme_tables(outcome)[0])}
    return tables.get("carbon"), outcome


def test_a_plan_states_carbon_only_where_it_is_asked_to() -> None:
    statement, outcome = carbon_statement()
    assert statement is None
    assert "Carbon: what treatments emit" not in unverified(outcome.inputs)


def test_rows_by_line_and_kind_sum_to_what_the_works_emit_and_the_unknown_is_blank() -> None:
    statement, outcome = carbon_statement(report={"carbon": True})
    rows, years = statement.rows, ["2019/20", "2020/21", "2021/22"]
    inputs = outcome.inputs
    works = Works.of(inputs.register.assets, inputs.model, outcome.options.take(outcome.chosen))
    carbon = carbon_of_works(inputs, works)
    total = rows.iloc[-1]
    assert total["line"] == "total"
    assert total["total"] == pytest.approx(np.nansum(carbon), abs=1e-3)
    np.testing.assert_allclose(rows.iloc[:-1][years].sum(), total[years].astype(float), atol=2e-3)
    assert total[years].sum() == pytest.approx(total["total"], abs=2e-3)
    known = works.cost[~np.isnan(carbon)].sum() / works.cost.sum()
    assert 0 < known < 1
    assert total["known"] == pytest.approx(known, abs=1e-4)
    bridges = rows[rows["line"] == "bridges"].iloc[0]
    assert (np.isnan(bridges["total"]), bridges["known"]) == (True, 0)
    assert "not counted as nothing" in statement.note
    assert "Surface dressing" in statement.note
    assert "Carbon: what treatments emit" in unverified(inputs)


def test_factors_of_its_own_or_a_limit_on_carbon_ask_for_the_statement(tmp_path: Path) -> None:
    head = "treatment,group,unit,kg_co2e,source,verified\n"
    (tmp_path / "own.csv").write_text(f"{head}resurfacing,,m2,8,a survey,yes\n", encoding="utf-8")
    statement, outcome = carbon_statement(tables={"treatment_carbon": str(tmp_path / "own.csv")})
    assert statement is not None
    assert "Carbon: what treatments emit" not in unverified(outcome.inputs)
    limit = {"name": "carbon", "of": "carbon", "treatment": "resurfacing", "at_most": 1e3}
    assert carbon_statement(limits=[limit])[0] is not None
