"""Keys of a plan file a year later: every list by plan year moves on, what is past goes, money is re-based."""

from __future__ import annotations

import datetime
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetplan.rolling import toml_text
from assetplan.rolling.keys import Moved

PLAN: dict[str, Any] = {
    "first_year": 2020,
    "years": 3,
    "envelope": {"lines": {"roads": [1.0, 2.0, 4.0]}, "floors": {"roads": [0.1, 0.2, 0.3]}, "current": {"roads": 0.5}},
    "sources": [
        {"name": "grant", "type": "grant", "amounts": [1.0, 1.0, 2.0]},
        {"name": "depot", "type": "receipt", "amounts": [0.0, 3.0, 5.0]},
        {"name": "reserve", "type": "reserve", "balance": 9.0, "amounts": [0.0, 0.0, 1.0], "committed": 0.5},
    ],
    "limits": [
        {"name": "crew", "of": "quantity", "at_most": [10.0, 20.0, 30.0]},
        {"name": "past", "at_most": [1.0], "years": [2020]},
        {"name": "late", "at_most": [1.0, 2.0], "years": [2020, 2022]},
        {"name": "all", "at_least": 6.0},
    ],
    "rules": {
        "forbid": [{"treatment": "a", "years": [2020]}, {"treatment": "b", "years": [2020, 2021]}, {"road": "c"}]
    },
    "targets": [{"asset_class": "bridge", "year": 2020}, {"asset_class": "bridge", "year": 2022}],
    "calendar": [{"name": "gas", "years": [2020], "to": [2021]}],
}


def moved(past: int = 1, rebase: float = 1.0, growth: tuple[float, ...] = (0.0,)) -> Moved:
    out = Moved(tomllib.loads(toml_text(PLAN)), past, 3, 2020 + past, rebase, growth)
    out.all_keys()
    return out


def test_lists_by_plan_year_move_on_and_the_last_year_goes_on() -> None:
    data = moved().data
    assert data["envelope"]["lines"]["roads"] == [2.0, 4.0, 4.0]
    assert data["envelope"]["floors"]["roads"] == [0.2, 0.3, 0.3]
    # A receipt, a contribution and what is paid into a reserve come once.
    assert [source["amounts"] for source in data["sources"]] == [[1, 2, 2], [3, 5, 0], [0, 1, 0]]
    assert data["sources"][2]["committed"] == 0.5
    assert moved(past=2).data["envelope"]["lines"]["roads"] == [4.0, 4.0, 4.0]


def test_limits_rules_and_targets_of_years_that_are_past_go() -> None:
    data = moved().data
    assert data["limits"] == [
        {"name": "crew", "of": "quantity", "at_most": [20, 30, 30]},
        {"name": "late", "at_most": [2], "years": [2022]},
        {"name": "all", "at_least": 6},
    ]
    assert data["rules"]["forbid"] == [{"treatment": "b", "years": [2021]}, {"road": "c"}]
    assert [target["year"] for target in data["targets"]] == [2022]
    assert data["calendar"] == [{"name": "gas", "to": [2021]}]


def test_money_is_rebased_and_quantities_are_not() -> None:
    data = moved(rebase=1.1).data
    assert data["envelope"]["lines"]["roads"] == pytest.approx([2.2, 4.4, 4.4])
    assert data["envelope"]["current"]["roads"] == pytest.approx(0.55)
    assert data["limits"][0]["at_most"] == [20, 30, 30]
    assert data["limits"][1]["at_most"] == pytest.approx([2.2])
    assert data["limits"][2]["at_least"] == pytest.approx(6.6)


def test_all_money_of_a_bid_is_rebased() -> None:
    bid = {
        "costs": {"roads": [1.0, 2.0]},
        "benefits": {"risk": 3.0},
        "grants": [0.5],
        "match": 1.0,
        "running_cost": 0.1,
    }
    out = Moved({"bids": [bid]}, 1, 3, 2021, 2.0, (0.0,))
    out.all_keys()
    assert out.data["bids"] == [
        {"costs": {"roads": [2, 4]}, "benefits": {"risk": 6}, "grants": [1], "match": 2, "running_cost": 0.2}
    ]


def test_a_year_that_is_added_to_a_plan_in_cash_has_its_inflation() -> None:
    assert moved(growth=(0.05, 0.03)).data["envelope"]["lines"]["roads"] == pytest.approx([2, 4, 4.12])


def test_of_a_plan_in_cash_what_is_in_prices_of_the_first_year_follows_its_inflation() -> None:
    data = {"bids": [{"costs": {"roads": [100.0]}}], "energy": {"prices": {"gas": 0.05}}, "sources": [{}]}
    data["sources"][0]["least_balance"] = 3.0
    out = Moved(data, 2, 3, 2022, 1.0, (0.05, 0.03))
    out.all_keys()
    assert out.data["bids"][0]["costs"]["roads"] == pytest.approx([100 * 1.05 * 1.03])
    assert out.data["energy"]["prices"]["gas"] == pytest.approx(0.05 * 1.05 * 1.03, abs=1e-6)  # six decimals
    assert out.data["sources"][0]["least_balance"] == 3


def test_every_change_is_listed_with_its_reason() -> None:
    listed = {change.key: (change.was, change.now, change.why) for change in moved(rebase=1.1).changes}
    assert listed["envelope.lines.roads"] == ("1, 2, 4", "2.2, 4.4, 4.4", "years move on, prices re-based")
    assert listed["limits[1].at_most"] == ("10, 20, 30", "20, 30, 30", "years move on")
    assert listed["targets"] == ("2 rows", "1 row", "1 of past years")
    unchanged = Moved({"name": "a"}, 1, 3, 2021, 1.0, (0.0,))
    unchanged.all_keys()
    assert unchanged.changes == []


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.one_of(
    texts, st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False)
)
values = st.one_of(scalars, st.lists(scalars, max_size=3), st.dates(datetime.date(1900, 1, 1)))
tables = st.dictionaries(texts, values, max_size=3)


@settings(max_examples=50)
@given(st.dictionaries(texts, st.one_of(values, tables, st.lists(tables, min_size=1, max_size=2)), max_size=4))
def test_settings_are_read_back_from_their_text(data: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(data)) == data
