"""The firm programme scheme by scheme, and routine jobs that may be done under a scheme's closure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from constraint_cases import Case, case, outcome_at, small_register

from assetplan.errors import ConfigError
from assetplan.finance import Statement
from assetplan.outcome.closures import closures_by_year, shared_closures
from assetplan.outcome.outcome import Outcome
from assetplan.outcome.tables import programme_tables
from assetplan.statements import firm
from assetplan.statements.ledger import Ledger

COLUMNS = ["asset_id", "job", "due", "cost", "traffic_management", "price_base"]
MONEY = {
    "unit": "£", "prices": "cash", "inflation": 0.1,
    "lines": {"carriageway_preventative": [9e6] * 3, "carriageway_major": [9e6] * 3},
}  # fmt: skip


def street() -> pd.DataFrame:
    """Two sections of one link, poor enough for works, and a bridge, a gully and a footway beside the second."""
    assets = small_register().assets
    by_class = {name: assets[assets["asset_class"] == name].index[0] for name in ("carriageway", "bridge", "footway")}
    road, bridge, footway = (by_class[name] for name in ("carriageway", "bridge", "footway"))
    part = assets.loc[[road, road, bridge, footway]].reset_index(drop=True)
    return part.assign(
        asset_id=["R0", "R1", "B", "F"], parent_id=["", "", "R1", ""], link_id=["L", "L", "", "L"],
        length_m=120.0, chainage_m=[0.0, 120.0, np.nan, 120.0], quantity=700.0, measure="index",
        value=[40.0, 40.0, 99.0, 99.0], surveyed_year=2018.0, road="High Street", road_class="C",
        capacity_t=np.nan, weight_limit_t=np.nan, district=["North", "South", "South", "South"],
        geometry=[
            shapely.LineString([(0, 0), (120, 0)]), shapely.LineString([(120, 0), (240, 0)]),
            shapely.Point(150, 0), shapely.LineString([(130, 5), (230, 5)]),
        ],
        committed_treatment=["resurfacing", "resurfacing", "", ""], committed_year=[2019.0, 2020.0, np.nan, np.nan],
    )  # fmt: skip


def jobs_file(folder: Path, *rows: tuple) -> dict[str, str]:
    """A council's table of routine jobs, as the plan names it."""
    pd.DataFrame(rows, columns=COLUMNS).to_csv(folder / "jobs.csv", index=False)
    return {"routine_jobs": str(folder / "jobs.csv")}


def stated(**keys: object) -> tuple[Outcome, gpd.GeoDataFrame]:
    """A plan that resurfaces one section in its first year and the other in its second."""
    made: Case = case(MONEY, street(), strategies={"max_treatments": 1}, **keys)
    outcome = outcome_at(made, made.solve())
    works = programme_tables(outcome)[0]
    return outcome, works[works["asset_id"].isin(["R0", "R1"])].reset_index(drop=True)


def statement(outcome: Outcome, works: pd.DataFrame, name: str) -> Statement:
    return {each.name: each for make in firm.STATEMENTS for each in make(Ledger(outcome, works))}[name]


@cache
def resurfaced() -> tuple[Outcome, gpd.GeoDataFrame]:
    return stated()


def test_the_firm_programme_is_listed_by_scheme_in_the_money_of_the_envelope() -> None:
    outcome, works = resurfaced()
    table = statement(outcome, works, "firm")
    assert table.rows["year"].tolist() == ["2019/20", "2020/21"]
    assert table.rows["scheme_id"].tolist() == works["scheme_id"].tolist()
    assert table.rows["cost"].tolist() == [round(works["cost"][0]), round(works["cost"][1] * 1.1)]
    assert table.rows[["road", "district", "length_m", "quantity"]].to_numpy().tolist() == [
        ["High Street", "North", 120.0, 700.0], ["High Street", "South", 120.0, 700.0],
    ]  # fmt: skip
    assert table.basis == "£, cash"
    assert table.note.startswith("Firm: 2019/20 and 2020/21. Years after them are indicative.")
    # A scheme of both, in one row.
    one = works.assign(months=["", "April to June"], year=2019, scheme_id="S1", district=["North", "South"])
    row = statement(outcome, one, "firm").rows.iloc[0]
    assert (row["works"], row["length_m"], row["district"]) == (2, 240.0, "North; South")
    assert row["months"] == "April to June"


def test_each_job_shares_the_closure_nearest_to_its_due_year(tmp_path: Path) -> None:
    named = jobs_file(
        tmp_path,
        ("R0", "signs", 2019, 100, 300, 2019),
        ("R0", "markings", 2020, 100, 50, 2019),  # a year after its works
        ("R0", "vegetation", 2021, 100, 70, 2019),  # two years after
        ("B", "gully cleansing", 2021, 10, 20, 2019),  # beside the second section, which it names
        ("F", "vegetation", 2020, 10, 0, 2019),  # beside it on its link
        ("F", "signs", 2022, 10, 5, 2019),
    )
    outcome, works = stated(tables=named)
    shared = shared_closures(outcome, works)
    assert shared is not None
    assert shared[["year", "asset_id", "job", "due", "saving"]].to_numpy().tolist() == [
        [2019, "R0", "markings", 2020, 50.0], [2019, "R0", "signs", 2019, 300.0],
        [2020, "B", "gully cleansing", 2021, 20.0], [2020, "F", "vegetation", 2020, 0.0],
    ]  # fmt: skip
    assert [tuple(row.values()) for row in closures_by_year(shared, (2019, 2020, 2021))] == [
        (2019, 2, 350.0), (2020, 2, 20.0), (2021, 0, 0.0),
    ]  # fmt: skip
    table = statement(outcome, works, "shared_closures")
    assert table.rows["saving"].tolist() == [50.0, 300.0, 22.0, 0.0]
    assert table.note.startswith("4 of 6 routine jobs may share a closure within 1 year")
    # Of two years as near to the due year, the earlier; and works on another asset alone bring no closure.
    both = pd.concat([works.assign(asset_id="R0", year=[2018, 2020], scheme_id=["a", "b"])])
    both.loc[0, "year"] = 2019
    near = shared_closures(outcome, both)
    assert near is not None
    assert near.set_index("job")["year"].to_dict() == {"signs": 2019, "markings": 2020, "vegetation": 2020}


def test_jobs_wait_for_no_closure_outside_their_window(tmp_path: Path) -> None:
    named = jobs_file(tmp_path, ("R0", "signs", 2020, 100, 300, 2019), ("R1", "signs", 2020, 100, 300, 2019))
    outcome, works = stated(tables=named, sites={"costs": "none", "jobs_window": 0})
    shared = shared_closures(outcome, works)
    assert shared is not None
    assert shared["asset_id"].tolist() == ["R1"]


def test_without_a_table_of_jobs_there_is_nothing_to_share() -> None:
    outcome, works = resurfaced()
    assert shared_closures(outcome, works) is None
    assert closures_by_year(None, (2019,)) == ()
    assert [each.name for make in firm.STATEMENTS for each in make(Ledger(outcome, works))] == ["firm"]


def test_faults_of_jobs_are_listed_together(tmp_path: Path) -> None:
    named = jobs_file(
        tmp_path,
        ("R9", "signs", 2019, 100, 300, 2019),
        ("R0", "signs", 2018, 100, 300, 2019),
        ("R0", "", 2019, -1, 300, 2019),
        ("R1", "signs", 2019, 1, 1, 2019),
        ("R1", "signs", 2019, 2, 1, None),
        ("R1", "markings", 2019.5, "x", 1, 2019),
    )
    with pytest.raises(ConfigError) as caught:
        case(MONEY, street(), tables=named)
    assert {(fault.row, fault.column, fault.rule.partition(":")[0]) for fault in caught.value.faults} == {
        (4, "job", "a value is required"),
        (7, "due", "must be a whole year"),
        (4, "cost", "must be at least 0"),
        (7, "cost", "must be a number"),
        (2, "asset_id", "the register has no such asset"),
        (3, "due", "must be 2019, the plan's first year, or later"),
        (6, "job", "is there twice for this asset and year"),
        (6, "price_base", "state the year whose prices the row is in, as in 2019"),
    }
