"""Two programmes beside each other: what differs, totals that tie, and what turned each choice."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run
from constraint_cases import LINES, small_plan, small_register
from summaries import with_summary

import assetplan
from assetplan.answers.causes import CAUSES, parts_of
from assetplan.answers.comparison import CHANGES, TOTALS, Comparison, compare, money_of
from assetplan.answers.market import Market
from assetplan.errors import RegisterError
from assetplan.programme import Programme

KEYS: dict = {"forecast": {"futures": 0}, "solver": {"target_gap": 1e-6}}


@cache
def first() -> Programme:
    return with_money()


def with_money(**lines: list[float]) -> Programme:
    """A small plan in two electoral divisions."""
    register = small_register()
    division = np.where(register.assets["asset_id"].str[-1].isin(list("02468")), "Vale & Downs", "North")
    assets = register.assets.assign(division=division)
    return assetplan.plan(small_plan({"lines": {**LINES, **lines}}, **KEYS), replace(register, assets=assets))


@cache
def richer() -> Programme:
    """The same with three times the money for major works on roads."""
    return with_money(carriageway_major=[3 * amount for amount in LINES["carriageway_major"]])


def worn(asset: str, value: float) -> Programme:
    """The same, but for the survey of one asset."""
    register = small_register()
    assets = register.assets.copy()
    assets.loc[assets["asset_id"] == asset, "value"] = value
    return assetplan.plan(small_plan(**KEYS), replace(register, assets=assets))


def of_asset(compared: Comparison, asset: str) -> pd.Series:
    return compared.assets.set_index("asset_id").loc[asset]


def test_a_programme_does_not_differ_from_itself() -> None:
    compared = compare(first(), first())
    assert not len(compared.assets)
    assert not len(compared.settings)
    items, kept, share = compared.kept
    assert items == kept == len(first().works) > 10
    assert share == 1.0
    assert (compared.totals["before"] == compared.totals["after"]).all()


@pytest.mark.parametrize("turned", [False, True])
def test_totals_tie_to_the_penny_whichever_comes_first(turned: bool) -> None:
    pair = (richer(), first()) if turned else (first(), richer())
    compared = compare(*pair)
    assert set(compared.totals["by"]) == set(TOTALS)
    for by, rows in compared.totals.groupby("by"):
        for column, programme in zip(("before", "after"), pair, strict=True):
            works = programme.works["cost"].round(2).groupby(programme.works[by].fillna("")).sum()
            stated = rows.set_index("name")[column]
            # Every cost is a whole number of pence, and so is each sum.
            assert (stated * 100).round().eq((works.reindex(stated.index, fill_value=0.0) * 100).round()).all()
        parts = rows[["before", "came_in", "went_out", "moved", "treatment", "repriced"]].sum(axis=1)
        assert (parts * 100).round().eq((rows["after"] * 100).round()).all()
    assert (compared.totals["came_in"] >= 0).all()
    assert (compared.totals["went_out"] <= 0).all()
    assert compared.totals["went_out" if turned else "came_in"].any()


def test_registers_without_divisions_have_no_totals_by_them() -> None:
    """One where they are blank, and a folder of before there were any."""
    pair = []
    for programme, drop in ((first(), False), (richer(), True)):
        tables = (programme.assets.assign(division=""), programme.works.assign(division=""))
        assets, works = (each.drop(columns="division") if drop else each for each in tables)
        pair.append(replace(programme, assets=assets, works=works))
    compared = compare(*pair)
    assert [*dict.fromkeys(compared.totals["by"])] == [by for by in TOTALS if by != "division"]
    assert set(compared.assets["division"]) == {""}


def test_every_asset_that_differs_is_there_and_no_other() -> None:
    compared = compare(first(), richer())
    was, now = (each.assets.set_index("asset_id")["strategy"] for each in (first(), richer()))
    assert set(compared.assets["asset_id"]) == set(was.index[was != now])
    for row in compared.assets.itertuples():
        assert (row.before, row.after) == (was[row.asset_id], now[row.asset_id])
        assert (row.change == "in") == (row.before == "do-nothing")
        assert (row.change == "out") == (row.after == "do-nothing")
    assert set(compared.assets["change"]) <= set(CHANGES)


def test_more_money_of_a_line_turns_choices_by_its_price() -> None:
    compared = compare(first(), richer())
    assert len(compared.assets) > 3
    assert set(compared.assets["change"]) == {"in", "moved"}
    assert set(compared.assets["cause"]) == {"price"}
    assert set(compared.assets["what"]) == {"carriageway_major"}
    assert compared.settings["key"].tolist() == ["envelope.lines.carriageway_major"]


def test_a_worse_survey_turns_a_choice_by_its_condition() -> None:
    sound = first().assets.query("asset_class == 'carriageway' and strategy == 'do-nothing'")["asset_id"].tolist()
    for asset in sound:
        compared = compare(first(), worn(asset, 52.0))
        mine = compared.assets.query("asset_id == @asset")
        if len(mine):
            assert mine["cause"].item() in ("condition", "possible")
            assert not len(compared.settings)
            return
    pytest.fail("no section is treated at an index of 52")


def test_the_parts_are_the_whole_difference() -> None:
    """By plain sums over limits, of every asset whose two strategies both plans had to choose from."""
    plans = first(), richer()
    markets = tuple(Market.of(each) for each in plans)
    count = 0
    for asset, (was, now) in enumerate(zip(*(each.assets["strategy"] for each in plans), strict=True)):
        rows = []
        for market in markets:
            own = range(market.strategies.starts[asset], market.strategies.starts[asset + 1])
            by_name = {str(market.strategies.names[market.strategies.name[row]]): row for row in own}
            rows.append([by_name.get(was), by_name.get(now)])
        if was == now or None in rows[0] + rows[1]:
            continue
        advantage = []
        for market, (left, taken) in zip(markets, rows, strict=True):
            net = []
            for row in (left, taken):
                used = market.strategies.usage[[row]].toarray()[0]
                paid = sum(float(used[k]) * float(market.prices[k]) for k in range(len(used)))
                net.append(float(market.strategies.objective[row]) - paid)
            advantage.append(net[1] - net[0])
        parts, subjects = parts_of(markets, [[np.array([row]) for row in each] for each in rows])
        assert len(subjects) == parts.shape[1] - 2
        # Two orders of one sum of pounds.
        assert parts.sum() == pytest.approx(advantage[1] - advantage[0], abs=1e-6)
        count += 1
    assert count > 2


@pytest.mark.slow
def test_an_asset_of_one_register_alone() -> None:
    treated = first().works["asset_id"].iloc[0]
    register = small_register()
    fewer = replace(register, assets=register.assets[register.assets["asset_id"] != treated].reset_index(drop=True))
    without = assetplan.plan(small_plan(**KEYS), fewer)
    gone, new = (of_asset(compare(*pair), treated) for pair in ((first(), without), (without, first())))
    assert (gone["change"], gone["cause"], gone["after"]) == ("gone", "register", "")
    assert (new["change"], new["cause"], new["before"]) == ("new", "register", "")
    assert new["cost_before"] == 0 < new["cost_after"]


@pytest.mark.slow
def test_plans_of_other_years_are_compared_where_they_meet_without_causes() -> None:
    later = assetplan.plan(small_plan(**{**KEYS, "years": 2}, envelope={"lines": {k: v[:2] for k, v in LINES.items()}}),
                           small_register())  # fmt: skip
    compared = compare(first(), later)
    assert compared.years == (2019, 2020)
    assert compared.kept[0] == (first().works["year"] <= 2020).sum()
    assert set(compared.assets["cause"]) <= {""}


def test_without_prices_there_are_no_causes() -> None:
    compared = compare(first(), with_summary(richer(), prices_known=False))
    assert len(compared.assets) > 3
    assert set(compared.assets["cause"]) == {""}


@pytest.mark.slow
def test_nothing_in_common_is_refused() -> None:
    later = small_plan(**{**KEYS, "first_year": 2023, "later_surveys": "hold"})
    with pytest.raises(RegisterError, match="no year in common") as caught:
        compare(first(), assetplan.plan(later, small_register()))
    assert "price bases" in str(caught.value)


@pytest.mark.slow
def test_the_command_prints_and_writes_it(tmp_path: Path) -> None:
    folders = first().write(tmp_path / "a"), richer().write(tmp_path / "b")
    done = run("compare", *folders, "-o", tmp_path / "c")
    assert done.returncode == 0, done.stderr
    files = ("comparison.xlsx", "comparison.html")
    for words in ("came in", "cost by line", "envelope.lines.carriageway_major", CAUSES["price"], *files):
        assert words in done.text
    written = pd.read_csv(tmp_path / "c" / "comparison_assets.csv", encoding="utf-8-sig", keep_default_na=False)
    compared = compare(first(), richer())
    assert written["asset_id"].tolist() == compared.assets["asset_id"].tolist()
    assert set(written["basis"]) == {"£, " + money_of(first())}
    assert run("compare", *folders, "-o", tmp_path / "c").returncode == 1
    same = run("compare", folders[0], folders[0])
    assert "No asset differs." in same.text
    missing = run("compare", folders[0], tmp_path)
    assert missing.returncode == 1
    assert "summary.json" in missing.stderr
