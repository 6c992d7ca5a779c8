"""Crews, embargoes, the calendar and roads closed again: what they leave, what crews' days come to, each fault."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from constraint_cases import Case, case, case_of, check, exact, outcome_at, small_plan, small_register, street
from test_sites import RICH

from assetplan.errors import ConfigError, InfeasibleError
from assetplan.formulation import build_problem
from assetplan.formulation.closed_years import closed_works, months_left
from assetplan.formulation.works import Works
from assetplan.inputs.spent import Spent
from assetplan.limits import LimitKey
from assetplan.outcome.crews import crew_rows
from assetplan.outcome.tables import programme_tables
from assetplan.programme.words import crew_cells
from assetplan.reference import load_table
from assetplan.sites import bits_words, load_sites, month_bits

SURFACING, DRESSING = "surfacing crew", "dressing train"
SHARED = {"costs": "shared", "minimum": 0}
SITES = load_table("sites").set_index("treatment")
MIDDLING = "R0114"  # surface dressing, micro asphalt and a thin overlay may treat it


def faults(**keys: object) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        case(**keys)
    return [(fault.column, fault.value) for fault in caught.value.faults]


def sharers(stated: Case, option: int, crew: str) -> int:
    """How many sections share the site of a crew in the mode of an option, its own among them."""
    options, sharing = stated.formulation.options, stated.formulation.sharing
    asset, mode = options.asset[option], sharing.mode[option]
    if mode < 0 or sharing.year[option] < 0 or sharing.beside[asset]:
        return 1
    same = np.flatnonzero(
        (sharing.mode == mode) & (sharing.year == sharing.year[option]) & ~sharing.beside[options.asset]
    )
    return len({options.asset[k] for k in same if SITES.loc[stated.works(k)[0][1], "crew"] == crew})


def days_by_hand(stated: Case, option: int, crew: str) -> list[float]:
    """Days of a crew that an option takes in each year."""
    asset = stated.formulation.options.asset[option]
    quantity = float(stated.inputs.register.assets["quantity"].iloc[asset])
    out = [0.0] * stated.inputs.plan.years
    for year, name in stated.works(option):
        if name in SITES.index and SITES.loc[name, "crew"] == crew:
            setup = SITES.loc[name, "setup_days"] / sharers(stated, option, crew)
            out[year] += quantity / SITES.loc[name, "per_day"] + setup
    return out


def used(stated: Case, crew: str) -> np.ndarray:
    """Days that every option takes of the limits on a crew, (n_options, n_years)."""
    places = [stated.formulation.place[LimitKey("crew", crew, year=year)] for year in stated.inputs.plan.plan_years]
    return stated.problem.usage[:, places].toarray()


@pytest.mark.parametrize("bridge", [None, 45.0])
def test_works_take_their_quantity_over_a_days_output_and_their_part_of_setting_up(bridge: float | None) -> None:
    crews = [{"crew": crew} for crew in (SURFACING, DRESSING, "bridge crew")]
    stated = case(RICH, street([35.0, 38.0, 60.0], bridge), years=2, sites=SHARED, crews=crews)
    assert (stated.formulation.sharing.mode >= 0).any()
    for crew in (SURFACING, DRESSING, "bridge crew"):
        by_hand = [days_by_hand(stated, option, crew) for option in range(stated.problem.n_options)]
        assert used(stated, crew) == pytest.approx(np.array(by_hand))
    caps = {row.key.name: row.cap for row in stated.formulation.rows if row.key.kind == "crew"}
    assert caps == pytest.approx({SURFACING: 52 * 5, DRESSING: 26 * 5, "bridge crew": 52 * 5})


def test_a_scheme_of_the_plan_file_with_one_crew_is_set_up_once() -> None:
    scheme = {"name": "s", "assets": ["R0", "R1"], "treatment": ["resurfacing", "thin_overlay"]}
    crews = [{"crew": crew} for crew in (SURFACING, "patching gang")]
    often = {"sites": SHARED | {"closed_again": 0}, "strategies": {"min_interval": 1}}
    stated = case(RICH, street([50.0, 52.0]), years=2, crews=crews, schemes=[scheme], **often)
    twice = False
    for option in range(stated.problem.n_options):
        works = stated.works(option)
        for year, name in works:
            crew, joint = SITES.loc[name, "crew"], name in scheme["treatment"]
            twice |= len(works) == 2 and not joint
            if crew in (SURFACING, "patching gang"):
                days = 700.0 / SITES.loc[name, "per_day"] + SITES.loc[name, "setup_days"] / (2 if joint else 1)
                assert used(stated, crew)[option, year] == pytest.approx(days)
    assert twice  # works beside those of the scheme set up for themselves
    several = [scheme | {"treatment": ["resurfacing", "surface_dressing"]}]
    apart = case(RICH, street([35.0, 38.0]), years=2, sites=SHARED, crews=crews, schemes=several)
    option = next(k for k in range(apart.problem.n_options) if apart.works(k) == [(0, "resurfacing")])
    assert used(apart, SURFACING)[option, 0] == pytest.approx(700.0 / 1800 + 0.5)


def test_a_crews_days_bind_as_in_an_exact_model_with_their_price() -> None:
    stated = case(crews=[{"crew": SURFACING, "weeks": 0.6}])
    solution = check(stated, f"{SURFACING} 2019", 0.01)
    rows = crew_rows(outcome_at(stated, solution))
    mine = [row for row in rows if row["crew"] == SURFACING]
    assert [row["year"] for row in mine] == [2019, 2020, 2021]
    assert {row["days_available"] for row in mine} == {3.0}
    by_hand = np.sum([days_by_hand(stated, option, SURFACING) for option in solution.chosen], axis=0)
    assert [row["days_used"] for row in mine] == pytest.approx(by_hand, abs=0.005)
    assert {row["days_available"] for row in rows if row["crew"] != SURFACING} == {None}


def test_the_solve_is_the_best_of_every_choice_within_the_crews_days() -> None:
    crews = [
        {"crew": SURFACING, "weeks": 0.2, "days": 5, "years": [2019]},
        {"crew": SURFACING, "weeks": 0.1, "years": [2020]},
    ]
    stated = case(RICH, street([35.0, 38.0, 40.0]), years=2, sites=SHARED, crews=crews)
    options, mode, group = stated.formulation.options, stated.formulation.sharing.mode, stated.formulation.sharing.group
    days = np.array([days_by_hand(stated, option, SURFACING) for option in range(stated.problem.n_options)])
    best = -np.inf
    for choice in map(list, product(*map(range, options.starts[:-1], options.starts[1:]))):
        modes = pd.Series(mode[choice]).groupby(group).nunique()
        if (modes[modes.index >= 0] == 1).all() and (days[choice].sum(axis=0) <= [1.0, 0.5]).all():
            best = max(best, stated.problem.benefit[choice].sum())
    assert stated.solve().benefit == pytest.approx(best, abs=0.01)
    assert best < case(RICH, street([35.0, 38.0, 40.0]), years=2, sites=SHARED).solve().benefit - 1.0


@pytest.mark.slow
def test_more_weeks_never_lower_the_optimum() -> None:
    weeks = (0.1, 0.3, 0.6, 1.2, 5.0)
    reached = [case(crews=[{"crew": SURFACING, "weeks": each}]).solve().benefit for each in weeks]
    assert reached == sorted(reached)
    assert reached[0] < reached[2] < reached[-1] == pytest.approx(case().solve().benefit, abs=0.01)
    two = case(crews=[{"crew": SURFACING, "weeks": 0.3, "gangs": 2}]).solve().benefit
    assert two == pytest.approx(reached[2], abs=0.01)


def test_crews_that_cannot_do_what_is_required_are_named() -> None:
    require = {"asset": ["R0010", "R0011"], "treatment": "resurfacing", "by_year": 2019}
    stated = case(RICH | {"lines": {name: [9e9] * 3 for name in RICH["lines"]}}, rules={"require": [require]},
                  crews=[{"crew": SURFACING, "weeks": 0.2}])  # fmt: skip
    with pytest.raises(InfeasibleError, match=f"cap of {SURFACING} 2019") as caught:
        stated.solve()
    assert f'crews[1] "{SURFACING}" 2019' in str(stated.formulation.in_plan_words(caught.value))


def dressed(names: set[str], year: int | str = "") -> set[str]:
    return {name for name in names if f"surface_dressing@{year}" in name}


def test_a_year_is_closed_where_embargoes_leave_no_month_of_the_season() -> None:
    free = case()
    whole = case(embargoes=[{"months": "4-9", "road": "C36"}])
    assert whole.names(MIDDLING) == free.names(MIDDLING) - dressed(free.names(MIDDLING))
    assert whole.names("R0122") == free.names("R0122")
    assert case(embargoes=[{"months": "4-8", "road": "C36"}]).names(MIDDLING) == free.names(MIDDLING)
    both = [
        {"months": "4-6", "road_class": "C", "years": [2019, 2020]},
        {"months": "July-September", "asset": MIDDLING},
    ]
    split = case(embargoes=both)
    assert split.names(MIDDLING) == {
        name for name in free.names(MIDDLING) if not dressed({name}, 2019) and not dressed({name}, 2020)
    }
    others = case(embargoes=[{"months": "1-12", "road": "C36", "treatment": "thin_overlay"}])
    assert others.names(MIDDLING) == {name for name in free.names(MIDDLING) if "thin_overlay" not in name}
    assert exact(whole.problem) == pytest.approx(whole.solve().benefit, abs=0.01)


def test_the_calendar_closes_years_or_opens_some_alone() -> None:
    free = case().names(MIDDLING)
    gas = {"name": "gas main", "road": "C36"}
    assert case(calendar=[gas | {"years": [2020]}]).names(MIDDLING) == {name for name in free if "@2020" not in name}
    after = case(calendar=[gas | {"years": [2019, 2020], "to": [2021]}])
    assert after.names(MIDDLING) == {name for name in free if "@2019" not in name and "@2020" not in name}
    assert after.names("B003") == {name for name in case().names("B003") if "@2021" in name or "@" not in name}
    assert after.formulation.notes == (
        ("calendar", "Utility works (1): no works in some year on 11 assets."),
    )  # fmt: skip


def test_no_year_that_is_past_is_closed() -> None:
    stated = case(embargoes=[{"months": "1-12", "road": "C36"}], calendar=[{"name": "g", "road": "C3", "to": [2021]}],
                  crews=[{"crew": SURFACING}])  # fmt: skip
    assets = stated.inputs.register.assets
    nothing = Spent(1, pd.Series("do-nothing", index=assets["asset_id"], dtype=object), pd.DataFrame(), {})
    later = replace(stated.inputs, spent=nothing)
    works = Works.of(assets, stated.inputs.model, stated.candidates)
    for (_, rows), (_, then) in zip(closed_works(stated.inputs, works), closed_works(later, works), strict=True):
        assert then.tolist() == rows[works.year[rows] >= 1].tolist() != rows.tolist()
    left = build_problem(later, stated.candidates)
    assert [row.key.year for row in left.rows if row.key.kind == "crew"] == [2020, 2021]


@pytest.mark.slow
def test_an_asset_is_not_closed_twice_within_the_years_stated(tmp_path: Path) -> None:
    settings = {"max_treatments": 2, "min_interval": 1}
    free = case(strategies=settings, sites={"costs": "none", "closed_again": 0})
    two = case(strategies=settings, sites={"costs": "none", "closed_again": 2})

    def gaps(stated: Case, asset: str) -> set[int]:
        years = [[int(step.split("@")[1]) for step in name.split("+")] for name in stated.names(asset) if "+" in name]
        return {later - first for first, later in years}

    assert gaps(free, MIDDLING) == {1, 2}
    assert gaps(two, MIDDLING) == {2}
    assert len(two.names(MIDDLING)) == len(free.names(MIDDLING)) - sum("+" in n for n in free.names(MIDDLING)) + sum(
        "+" in name for name in two.names(MIDDLING)
    )
    assert gaps(case(strategies=settings), MIDDLING) == set()  # three years apart at least, and the plan has three
    assets = small_register().assets.copy()
    assets.loc[assets["asset_id"] == MIDDLING, "built_year"] = 2018.0
    assets.loc[assets["asset_id"] == "R0115", ["built_year", "assumed"]] = [2018.0, "width_m built_year"]
    renewed = case(assets=assets, sites={"costs": "none", "closed_again": 3})
    assert {name[-4:] for name in renewed.names(MIDDLING)} == {"hing", "2021"}
    assert {"2019", "2020"} <= {name[-4:] for name in renewed.names("R0115")}
    earlier = pd.DataFrame({"asset_id": assets["asset_id"], "strategy": "do-nothing"})
    earlier.loc[earlier["asset_id"] == "R0116", "strategy"] = "surface_dressing@2018+thin_overlay@2021"
    earlier.loc[earlier["asset_id"] == "F0001", "strategy"] = "footway_slurry@2018"
    earlier.to_parquet(tmp_path / "assets.parquet")
    plan = small_plan(
        sites={"costs": "none", "closed_again": 2}, stability={"from": str(tmp_path), "price": 0.0},
    )  # fmt: skip
    stated = case_of(plan)
    assert {name[-4:] for name in stated.names("R0116")} == {"hing", "2020", "2021"}
    assert "2019" not in {name[-4:] for name in stated.names("F0001")}


def test_months_that_are_left_stand_in_the_tables() -> None:
    stated = case(embargoes=[{"months": "6-8", "road": "C36"}, {"months": 12, "years": [2020]}])
    works = Works.of(stated.inputs.register.assets, stated.inputs.model, stated.formulation.options)
    left = months_left(stated.inputs, works)
    names = works.treatments["treatment"].to_numpy()[works.treatment]
    on_c36 = (works.assets["road"] == "C36").to_numpy()[works.asset]
    dressing = (names == "surface_dressing") & on_c36
    assert {bits_words(bits) for bits in left[dressing]} == {"April to May and September"}
    assert {bits_words(bits) for bits in left[(names == "resurfacing") & ~on_c36 & (works.year == 1)]} == {
        "January to November"
    }
    outcome = outcome_at(stated, stated.solve())
    table = programme_tables(outcome)[0]
    elsewhere = table[table["road"] != "C36"]
    assert set(elsewhere.loc[elsewhere["year"] == 2020, "months"]) <= {
        "January to November",
        "April to September",
        "April to October",
    }
    assert set(elsewhere.loc[(elsewhere["year"] == 2019) & (elsewhere["asset_class"] == "bridge"), "months"]) <= {""}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"crews": [{"crew": SURFACING, "gangs": 0}]}, ("crews[1].gangs", "0")),
        ({"crews": [{"crew": SURFACING, "weeks": 0}]}, ("crews[1].weeks", "0")),
        ({"crews": [{"crew": SURFACING, "weeks": -2}]}, ("crews[1].weeks", "-2")),
        ({"crews": [{"crew": SURFACING, "days": 8}]}, ("crews[1].days", "8")),
        ({"crews": [{"crew": DRESSING, "weeks": 40}]}, ("crews[1].weeks", "40")),
        ({"crews": [{"crew": "gilders"}]}, ("crews[1].crew", "gilders")),
        ({"crews": [{"crew": SURFACING}, {"crew": SURFACING, "years": [2020]}]}, ("crews[2]", SURFACING)),
        ({"crews": [{"crew": SURFACING, "years": [2031]}]}, ("crews[1].years", "2031")),
        ({"crews": [{"crew": SURFACING}], "limits": [{"name": SURFACING, "at_most": 1}]}, ("crews[1].crew", SURFACING)),
        ({"embargoes": [{"months": "4-9", "treatment": "surface_dressing"}]}, ("embargoes[1].months", "4-9")),
        (
            {"embargoes": [{"months": "4-7"}, {"months": "8-9", "years": [2020], "treatment": "surface_dressing"}]},
            ("embargoes[2].months", "8-9"),
        ),
        ({"embargoes": [{"months": "04-Sep", "road": "C36"}]}, ("embargoes[1].months", "04-Sep")),
        ({"embargoes": [{"months": "6", "road": "C360"}]}, ("embargoes[1].road", "C360")),
        ({"embargoes": [{"months": "6", "asset": "X1"}]}, ("embargoes[1].asset", "X1")),
        ({"embargoes": [{"months": "6", "line": "gilding"}]}, ("embargoes[1].line", "gilding")),
        ({"calendar": [{"name": "g", "road": "C360", "years": [2020]}]}, ("calendar[1].road", "C360")),
        ({"calendar": [{"name": "g", "district": "Nowhere", "years": [2020]}]}, ("calendar[1].district", "Nowhere")),
        ({"calendar": [{"name": "g", "road": "C36"}]}, ("calendar[1]", "g")),
        ({"calendar": [{"name": "g", "years": [2020]}]}, ("calendar[1]", "g")),
        ({"calendar": [{"name": "g", "road": "C36", "years": [2019, 2020], "to": [2020]}]}, ("calendar[1].to", "2020")),
        ({"calendar": [{"name": "g", "road": "C36", "years": [2031]}]}, ("calendar[1].years", "2031")),
    ],
)
def test_each_fault_is_named(keys: dict, expected: tuple[str, str]) -> None:
    assert faults(**keys) == [expected]


def test_what_would_mend_a_fault_is_stated() -> None:
    with pytest.raises(ConfigError) as caught:
        case(
            crews=[{"crew": "gilders"}, {"crew": DRESSING, "weeks": 40}],
            embargoes=[{"months": "4-9"}],
            calendar=[{"name": "g", "road": "C-36", "years": [2020]}],
        )
    text = str(caught.value)
    assert "no treatment has this crew; the crews of the table of sites are bridge crew, dressing train" in text
    assert "is more than the 26 weeks of its season, April to September" in text
    assert "leaves surface_dressing no working week: its season is April to September" in text
    assert "the register has no such road; the nearest names are C36" in text
    with pytest.raises(ConfigError, match="a crew without a gang does nothing: state 1 or more"):
        small_plan(crews=[{"crew": DRESSING, "gangs": 0}])


SHUT = {
    "calendar": [
        {"name": "gas main", "road": "C36", "years": [2019, 2020]},
        {"name": "fair", "asset": MIDDLING, "to": [2020]},
    ]
}
NEVER = {"embargoes": [{"months": "1-12", "asset": MIDDLING}]}


@pytest.mark.parametrize("closed", [SHUT, NEVER])
@pytest.mark.parametrize(
    ("keys", "column"),
    [
        ({"rules": {"lock": [{"asset": MIDDLING, "strategy": "surface_dressing@2020"}]}}, "rules.lock[1]"),
        ({"rules": {"require": [{"asset": MIDDLING, "kind": "preventative"}]}}, "rules.require[1]"),
        (
            {"schemes": [{"name": "s", "assets": [MIDDLING, "R0115"], "treatment": "surface_dressing"}]},
            "schemes[1].assets",
        ),
    ],
)
def test_an_asset_with_no_year_left_for_what_it_must_have_is_named(closed: dict, keys: dict, column: str) -> None:
    assert faults(**closed, **keys) == [(column, MIDDLING)]


def test_a_commitment_in_a_closed_year_is_named() -> None:
    assets = small_register().assets.copy()
    assets.loc[assets["asset_id"] == MIDDLING, ["committed_treatment", "committed_year"]] = ["resurfacing", 2020.0]
    with pytest.raises(ConfigError, match="its commitment, resurfacing in 2020") as caught:
        case(assets=assets, calendar=[{"name": "g", "road": "C36", "years": [2020]}])
    assert [(fault.column, fault.value) for fault in caught.value.faults] == [("calendar[1]", MIDDLING)]


@pytest.mark.parametrize(
    ("column", "value"), [("season", "13-14"), ("season", "04-Sep"), ("per_day", ""), ("per_day", "0")]
)
def test_a_season_and_an_output_of_an_own_table_are_checked(column: str, value: str, tmp_path: Path) -> None:
    table = load_table("sites").astype(object)
    table.loc[1, column] = value
    table.to_csv(tmp_path / "sites.csv", index=False)
    with pytest.raises(ConfigError) as caught:
        load_sites(SITES.index, tmp_path / "sites.csv")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(3, column)]
    table.loc[1, ["season", "per_day"]] = ["November-February, 4", 100]
    table.to_csv(tmp_path / "sites.csv", index=False)
    assert load_sites(SITES.index, tmp_path / "sites.csv").loc["surface_dressing", "months"] == month_bits(
        [11, 12, 1, 2, 4]
    )


def test_crews_stated_have_a_line_each() -> None:
    stated = case(crews=[{"crew": SURFACING, "weeks": 10, "years": [2020, 2021]}])
    rows = crew_rows(outcome_at(stated, stated.solve()))
    crews = {row["crew"] for row in rows}
    assert {SURFACING, DRESSING, "bridge crew"} <= crews
    assert "signals crew" not in crews  # the register has no signals

    class Summary:
        crews = rows

    cells = crew_cells(Summary())  # type: ignore[arg-type]
    assert list(cells) == [SURFACING]
    assert [cell.split(" of ")[1:] for cell in cells[SURFACING]] == [[], ["50.0"], ["50.0"]]
