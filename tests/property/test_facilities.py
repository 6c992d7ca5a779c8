"""Facility condition index, sufficiency of schools and survey programme on small estates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from estates import PARAMETERS, estate
from hypothesis import given, settings
from hypothesis import strategies as st
from register_helpers import mixed

from assetplan import schema
from assetplan.property import decay, estate_of, maintenance, property_statements
from assetplan.property.facilities import UNKNOWN, block_index, in_bands, premises_index
from assetplan.property.sufficiency import holdings, in_grades, sufficiency
from assetplan.property.surveys import survey_programme, surveys_by_year

BLOCKS = [{"block_id": "B1", "premises_id": "P1", "replacement_value": 15e6}, {"block_id": "B2", "premises_id": "P1"},
          {"block_id": "B3", "premises_id": "P2"}]  # fmt: skip
PREMISES = [{"premises_id": "P1", "use": "primary school"}, {"premises_id": "P2", "use": "office"}]

TEMPLATE = estate({})


def test_the_published_example_is_fair() -> None:
    one = estate({}, blocks=BLOCKS[:1], premises=PREMISES)
    blocks = block_index(one, np.array([1.2e6]))
    assert blocks["fci"].tolist() == [pytest.approx(0.08)]
    assert blocks["band"].tolist() == ["fair"]


def test_premises_have_the_index_of_all_their_blocks_or_none() -> None:
    rows = [{"parent_id": "B1"}, {"parent_id": "B2", "replacement_value": 1e6}, {"parent_id": "B3"}]
    some = estate(*rows, blocks=BLOCKS, premises=PREMISES)
    blocks = block_index(some, np.array([0.75e6, 0.85e6, np.nan]))
    assert blocks.set_index("block")["band"].to_dict() == {"B1": "good", "B2": "critical", "B3": UNKNOWN}
    assert blocks["block"].tolist()[0] == "B2"
    assert blocks.set_index("block")["not_counted"].to_dict() == {"B1": 0, "B2": 0, "B3": 1}
    both = premises_index(some.premises, blocks).set_index("premises")
    assert both.loc["P1", "fci"] == pytest.approx(1.6e6 / 16e6)
    assert both["band"].to_dict() == {"P1": "fair", "P2": UNKNOWN}
    bands = in_bands(blocks, both.reset_index())
    assert bands["number"].sum() == 5
    assert bands["backlog"].sum() == pytest.approx(2 * 1.6e6)


def test_buildings_without_blocks_are_blocks_of_their_own() -> None:
    some = estate({"parent_id": "hall", "replacement_value": 1e5}, {"parent_id": "", "replacement_value": 2e5})
    assert block_index(some, np.array([1e3, 1e3]))["block"].tolist() == ["hall", "a2"]


def test_capacity_is_graded_by_pupils_over_places_at_every_edge() -> None:
    cases = ((0, 100, "C"), (74, 100, "C"), (75, 100, "A"), (95, 100, "A"), (96, 100, "B"), (100, 100, "B"),
             (101, 100, "D"), (5, 0, "D"), (None, 100, ""), (80, None, ""))  # fmt: skip
    rows = [{"premises_id": f"P{n}", "use": "school", "pupils": p, "capacity": c} for n, (p, c, _) in enumerate(cases)]
    premises = schema.conform(pd.DataFrame(rows), "premises", "drawn")[0]
    index = pd.DataFrame({"premises": premises["premises_id"], "fci": np.nan, "band": UNKNOWN})
    table = sufficiency(premises, index).set_index("premises")
    assert table.loc[premises["premises_id"], "capacity_grade"].tolist() == [grade for _, _, grade in cases]


def test_a_school_is_graded_on_three_aspects_each_with_its_reason() -> None:
    school = PREMISES[0] | {"pupils": 210, "capacity": 200, "suitability": "C", "expansion_year": 2027}
    one = estate({}, blocks=BLOCKS[:1], premises=[school, PREMISES[1]])
    table = sufficiency(one.premises, premises_index(one.premises, block_index(one, np.array([1.2e6]))))
    row = table.iloc[0]
    assert len(table) == 1  # the office is no school
    assert (row["condition_grade"], row["condition_reason"]) == ("B", "facility condition index 8.0 %: fair")
    assert (row["suitability_grade"], row["capacity_grade"], row["worst"]) == ("C", "D", "D")
    assert row["capacity_reason"] == "210 pupils, 200 places: more pupils than places"
    assert in_grades(table).set_index("aspect")["D"].to_dict() == {
        "condition": 0, "suitability": 0, "capacity": 1, "worst of the three": 1
    }  # fmt: skip


def test_surveys_begin_with_the_unknown_and_go_on_with_what_narrows_need_most() -> None:
    blocks = [{"block_id": f"B{n}", "premises_id": "P1", "floor_area_m2": 100.0} for n in range(1, 7)]
    rows = [{"parent_id": "B1"}, {"parent_id": "B2"}, {"parent_id": "B3", "measure": "", "value": None},
            {"parent_id": "B4", "responsibility": "PFI"}, {"parent_id": "B5"}]  # fmt: skip
    some = estate(*rows, blocks=blocks, premises=PREMISES)
    low = np.array([0.0, 0.0, np.nan, np.nan, 0.0])
    table = survey_programme(some, low, np.array([5.0, 9.0, np.nan, np.nan, 7.0]), 0.4)
    # B4 is kept up by others; B6 has no components at all.
    assert table["block"].tolist() == ["B3", "B6", "B2", "B5", "B1"]
    assert table["year"].tolist() == [2026, 2026, 2027, 2027, 2028]
    assert table["share"].sum() == pytest.approx(1.0)
    assert surveys_by_year(table)["blocks"].tolist() == [2, 2, 1]
    assert surveys_by_year(table)["range"].tolist() == [0.0, 16.0, 5.0]


def test_an_estate_without_floor_areas_is_surveyed_by_number() -> None:
    some = estate(*({"parent_id": f"B{n}"} for n in range(10)))
    table = survey_programme(some, np.zeros(10), np.arange(10.0), 0.2)
    assert table["year"].value_counts().to_dict() == dict.fromkeys(range(2026, 2031), 2)
    assert table["block"].tolist()[0] == "B9"


def test_planned_and_reactive_spend_stand_beside_seventy_to_thirty() -> None:
    rows = maintenance([2026, 2027], np.array([70.0, 0.0]), np.array([30.0, 0.0]), "cash").rows
    assert rows["planned_share"].tolist()[::2] == [70.0, 70.0]
    assert np.isnan(rows["planned_share"].iloc[1])
    assert rows["target"].tolist() == [70.0] * 3


def test_holdings_count_premises_by_tenure_and_use() -> None:
    premises = [
        {"premises_id": "P1", "tenure": "freehold", "operational": "yes"},
        {"premises_id": "P2", "tenure": "freehold", "operational": "no", "retention": "dispose"},
        {"premises_id": "P3"},
    ]
    table = holdings(estate({}, premises=premises).premises).set_index("tenure")
    assert table.loc["freehold", ["operational", "not_operational", "dispose"]].tolist() == [1, 1, 1]
    assert table.loc["total", "premises"] == 3


def test_every_statement_ties_to_the_others() -> None:
    rows = [{"parent_id": f"B{1 + n % 3}", "value": 1 + n % 4, "replacement_value": 2e5, "priority": 1 + n % 4,
             "responsibility": "tenant" if n == 3 else ""} for n in range(8)]  # fmt: skip
    some = estate(*rows, blocks=BLOCKS, premises=PREMISES)
    tables = {each.name: each.rows for each in property_statements(some, 3)}
    ours = tables["property_responsibility"].set_index("responsibility")["backlog"]
    assert tables["property_backlog"]["total"].iloc[-1] == pytest.approx(ours["council"], abs=8)
    assert tables["property_ahead"]["backlog"].iloc[0] == pytest.approx(ours["council"], abs=2)
    assert tables["property_blocks"]["council_backlog"].sum() == pytest.approx(ours["council"], abs=3)
    assert tables["property_premises"]["backlog"].sum() == pytest.approx(ours.sum(), abs=3)
    assert tables["property_surveys"]["blocks"].sum() == 3
    assert decay(some, 0).kind.max() == 3


def test_a_register_of_roads_has_no_property() -> None:
    register = mixed()
    roads = replace(register, assets=register.assets[register.assets["asset_class"] != "building"])
    assert property_statements(estate_of(roads, PARAMETERS, 2025), 1) == ()


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(1, 5000), st.booleans()), min_size=1, max_size=30),
    st.sampled_from([0.1, 0.2, 0.35, 1.0]),
)
@settings(max_examples=30, deadline=None)
def test_a_survey_programme_reaches_every_block_once_and_keeps_to_its_share(
    drawn: list[tuple[float, float, bool]], share: float
) -> None:
    blocks = pd.DataFrame({"block_id": [f"b{n}" for n in range(len(drawn))], "premises_id": "P1"})
    blocks["floor_area_m2"] = [size for _, size, _ in drawn]
    parts = pd.DataFrame({"block": blocks["block_id"], "value": [np.nan if bare else 3.0 for *_, bare in drawn]})
    parts = parts.assign(confidence="", surveyed_year=2020.0, replacement_value=1e5, responsibility="council")
    whole = replace(TEMPLATE, components=parts, blocks=schema.conform(blocks, "blocks", "drawn")[0])
    width = np.array([np.nan if bare else worth for worth, _, bare in drawn])
    table = survey_programme(whole, np.zeros(len(drawn)), width, share)
    assert sorted(table["block"]) == sorted(blocks["block_id"])
    assert table["share"].sum() == pytest.approx(1.0)
    of_year = table.groupby("year")["share"]
    # A year goes over its share by no more than a part of its last block.
    assert (of_year.sum() <= share + table["share"].max() + 1e-9).all()
    assert table["year"].is_monotonic_increasing
    first = table["without_condition"] > 0
    assert first.is_monotonic_decreasing
    assert table.loc[~first, "range"].is_monotonic_decreasing
    assert table["year"].iloc[-1] <= 2025 + int(np.ceil(1 / share))
