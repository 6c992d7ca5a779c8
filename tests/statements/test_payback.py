"""What a programme saves year by year: by hand, in its sums, and as its statements print it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from constraint_cases import case, outcome_at

from assetplan.finance import real
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.tables import programme_tables
from assetplan.statements.payback import TOTAL, YEARS, Payback, Savings, payback, payback_years


def test_payback_is_the_year_in_which_what_is_saved_reaches_the_cost_by_hand() -> None:
    cost = np.zeros((5, 6))
    cost[0, 0] = cost[1, 2] = 30.0  # works of the first and of the third year
    cost[2, :2] = 30.0  # two works: what is saved has to reach both
    cost[3, 0] = 100.0
    benefit = np.full((5, 6), 10.0)
    # A scheme of the third year is paid back by what it saves: before that it saves nothing.
    benefit[1, :2] = 0.0
    assert payback_years(cost, benefit) == pytest.approx([3, 3, 6, np.nan, np.nan], nan_ok=True)


def test_a_saving_that_later_renewals_take_back_has_paid_for_itself_when_it_first_did() -> None:
    assert payback_years(np.array([[20.0, 0.0, 0.0]]), np.array([[5.0, 20.0, -30.0]])) == [2.0]


def test_works_are_summed_by_group_and_an_assets_savings_by_share() -> None:
    one = Savings(np.array([[1.0, 2.0]]), np.array([[4.0, 8.0]]), np.zeros((1, 2)))
    parts = one.summed(np.array([0, 1]), 2, np.array([0.25, 0.75]), np.array([0, 0]))
    assert parts.burdens.tolist() == [[1.0, 2.0], [3.0, 6.0]]


@cache
def planned() -> tuple[Outcome, pd.DataFrame, Payback]:
    """A small plan solved, its works items and its payback."""
    stated = case()
    outcome = outcome_at(stated, stated.solve())
    works = pd.DataFrame(programme_tables(outcome)[0])
    return outcome, works, payback(outcome, works, None)


def test_lines_and_schemes_add_up_to_the_plan() -> None:
    outcome, works, made = planned()
    for name in ("cost", "burdens", "works"):
        by_line, by_scheme = getattr(made.by_line, name), getattr(made.by_scheme, name)
        assert by_line.shape == (len(outcome.inputs.limits.lines) + 1, YEARS)
        np.testing.assert_allclose(by_line[:-1].sum(axis=0), by_line[-1])
        np.testing.assert_allclose(by_scheme.sum(axis=0), by_line[-1])
    n = outcome.inputs.plan.years
    spent = works.groupby("year")["cost"].sum()
    assert made.by_line.cost[-1, :n] == pytest.approx(spent.reindex(made.years[:n], fill_value=0.0).to_numpy())
    assert not made.by_line.cost[-1, n:].any()


def test_savings_of_the_plan_years_are_those_of_the_trajectories() -> None:
    outcome, _, made = planned()
    n = outcome.inputs.plan.years
    saved = sum(
        (outcome.nothing.yearly[name] - outcome.plan.yearly[name]).sum(axis=0)
        for name in outcome.plan.yearly
        if name != "works"
    )
    np.testing.assert_allclose(made.by_line.burdens[-1, :n], saved)
    assert not made.by_line.works[-1, :n].any()


def test_statements_print_what_a_summary_holds_and_add_up_as_printed() -> None:
    outcome, _, made = planned()
    lines, years, schemes = made.statements()
    rows, total = made.rows(), made.rows()[-1]
    assert (total["line"], total["within"]) == (TOTAL, YEARS)
    printed = lines.rows.set_index("line")
    for row in rows:
        assert printed.loc[row["line"], "one_off_cost"] == pytest.approx(row["cost"] / lines.pounds, abs=0.51)
        end = row["year"]
        late = f"not within {YEARS} years" if row["cost"] else ""
        assert printed.loc[row["line"], "payback"] == (f"in {end}/{(end + 1) % 100:02d}" if end else late)
    by_year = years.rows
    assert (by_year["burdens_saved"] + by_year["works_avoided"]).to_numpy() == pytest.approx(by_year["benefit"])
    run = by_year.groupby("line", sort=False)["benefit"].cumsum()
    assert run.to_numpy() == pytest.approx(by_year["cumulative"].to_numpy())
    assert lines.prices == real(outcome.inputs.plan.first_year)
    assert len(schemes.rows) == len(made.keys)
    assert made.by_year()[-1]["cumulative"] == pytest.approx(total["benefit"], abs=0.01)
