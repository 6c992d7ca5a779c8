"""Late against early treatment: the packaged costs by hand, and catalogues that lack something."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from assetplan.deterioration import load_groups
from assetplan.finance import late_multiple, late_multiple_table
from assetplan.reference import load_table
from assetplan.treatments import load_catalogue

GROUPS = load_groups()
CATALOGUE = load_catalogue(GROUPS)
RENEWAL = 257.543 * 112.2 / 101.7  # £/m² of brick wall: stated in prices of 2016, read in those of 2019


def only(group, treatments=None):
    """The multiples of one group, with treatments of its own."""
    catalogue = CATALOGUE
    if treatments is not None:
        catalogue = replace(catalogue, treatments={group: tuple(treatments)})
    return late_multiple(catalogue, {group: GROUPS[group]})


def reaching(index):
    """Treatments of A roads, dressing of which may be had up to an index."""
    own = CATALOGUE.own("carriageway_A")
    return [replace(t, index_high=index, environment="rural") if t.name == "surface_dressing" else t for t in own]


def test_an_a_road_by_hand():
    cheapest, sound = only("carriageway_A", reaching(85.0)).to_dict("records")
    assert (cheapest["early"], cheapest["late"], cheapest["sound"]) == ("Patching", "Reconstruction", False)
    assert cheapest["multiple"] == pytest.approx(140 / 4.5)
    assert (sound["early"], sound["early_index"], sound["sound"]) == ("Surface dressing", 85, True)
    assert sound["multiple"] == pytest.approx(140 / 7.5)
    assert sound["multiple_a_year"] == pytest.approx((140 / 40) / (7.5 / 8))


def test_assets_in_states_pay_the_share_of_each_grade():
    row = only("brick_wall").iloc[0]
    assert row["early_cost"] == pytest.approx(0.05 * RENEWAL)  # grade B
    assert row["late_cost"] == pytest.approx(RENEWAL)  # grade E
    assert row["multiple"] == pytest.approx(20)
    wider = [replace(t, states=(2, 3, 4)) if t.kind == "major" else t for t in CATALOGUE.own("brick_wall")]
    assert only("brick_wall", wider).iloc[0]["late_cost"] == pytest.approx(RENEWAL)  # grade C takes a quarter


def test_grade_b_itself_is_sound():
    patching, dressing = (t for t in CATALOGUE.own("carriageway_A") if t.name in ("patching", "surface_dressing"))
    assert len(only("carriageway_A", [patching, replace(dressing, index_high=75.0)])) == 2
    assert len(only("carriageway_A", [patching, replace(dressing, index_high=74.9)])) == 1


def test_every_group_from_the_rows_of_the_table():
    table = load_table("treatments")
    plain = table[table["states"].isna() & table["restores"].isna()]
    multiples = late_multiple(CATALOGUE, GROUPS)
    assert list(dict.fromkeys(multiples["group"])) == list(GROUPS)
    assert (multiples["why"] == "").all()
    for name, rows in plain.groupby("group"):
        early = rows[rows["kind"] == "preventative"]["unit_cost"].min()
        major = rows[rows["kind"] == "major"]
        late = major.loc[major["index_low"].idxmin(), "unit_cost"]
        assert multiples.loc[multiples["group"] == name, "multiple"].iloc[0] == pytest.approx(late / early)
    assert multiples["multiple"].max() < 32  # a published upper bound; not reached by these costs


def test_what_is_missing_is_named_and_the_group_stays():
    own = CATALOGUE.own("carriageway_A")
    majors = [t for t in own if t.kind == "major"]
    row = only("carriageway_A", majors).iloc[0]
    assert (row["why"], row["late"], row["early"]) == ("no preventative treatment", "Reconstruction", "")
    assert pd.isna(row["multiple"])
    assert only("carriageway_A", []).iloc[0]["why"] == "no preventative and no major treatment"
    assert only("carriageway_A", [t for t in own if t.kind == "preventative"])["why"].eq("no major treatment").all()


def test_which_major_treatment_is_late():
    dressing, rebuilt = (next(t for t in reaching(70.0) if t.name == n) for n in ("surface_dressing", "reconstruction"))
    cheaper = replace(rebuilt, name="recycling", label="Recycling", unit_cost=90.0)
    assert only("carriageway_A", [dressing, cheaper, rebuilt]).iloc[0]["late"] == "Recycling"  # the cheapest
    urban = replace(rebuilt, environment="urban")
    above = replace(cheaper, index_low=10.0)
    assert only("carriageway_A", [dressing, urban, above]).iloc[0]["late"] == "Recycling"  # where it is rural


def test_the_statement():
    table = late_multiple_table(late_multiple(CATALOGUE, GROUPS))
    assert table.name == "late_multiple"
    assert table.basis == "£, prices of 2019/20"
    assert "up to 32 times" in table.note
    assert "up to £150m" in table.note
    assert table.rows["multiple"].iloc[0] == 31.1
    assert set(table.rows["sound"]) == {"yes", "no"}
    assert set(table.rows["verified"]) == {"no"}
    assert set(table.rows["price_base"]) == {"2019"}
    lacking = late_multiple_table(only("footway", [t for t in CATALOGUE.own("footway") if t.kind == "major"]))
    row = dict(zip(lacking.as_json()["columns"], lacking.as_json()["rows"][0], strict=True))
    assert (row["multiple"], row["early_cost"], row["sound"]) == (None, None, "")
