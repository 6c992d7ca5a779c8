"""The reference tables of this room: their numbers hang together."""

import numpy as np
import pytest

from assetplan.reference import load_table


def test_tables_are_copies():
    mine = load_table("bands")
    mine["band"] = "spoilt"
    assert "spoilt" not in set(load_table("bands")["band"])


def test_bands_tile_their_scales():
    for scale, rows in load_table("bands").groupby("scale"):
        rising = rows.sort_values("low")
        assert rising["high"].to_numpy()[:-1].tolist() == rising["low"].to_numpy()[1:].tolist(), scale
        assert sorted(rows["rank"]) == list(range(1, len(rows) + 1)), scale
        steps = np.diff(rising["rank"])
        assert (steps == 1).all() or (steps == -1).all(), scale


def test_measures_have_points_that_rise_or_fall_all_the_way():
    better = load_table("measures").set_index("measure")["better"]
    points = load_table("measure_points")
    assert set(points["measure"]) == set(better.index)
    assert points["index"].between(0, 100).all()
    for measure, rows in points.groupby("measure"):
        steps = np.diff(rows.sort_values("value")["index"]) * (1 if better[measure] == "higher" else -1)
        assert (steps > 0).all(), measure
        assert rows["index"].max() == 100, measure


def test_discount_rates_follow_on():
    rates = load_table("discount_rates")
    assert rates["first_year"].iloc[0] == 1
    assert (rates["first_year"].iloc[1:].to_numpy() == rates["last_year"].iloc[:-1].to_numpy() + 1).all()
    assert np.isnan(rates["last_year"].iloc[-1])


def test_rci_parameters_cover_every_kind_of_road_once():
    table = load_table("rci_parameters")
    assert len(table) == 6 * 4 * 2
    assert not table.duplicated(["parameter", "road_class", "environment"]).any()
    # The weights of each kind of road reach its published maximum.
    table["points"] = 100 * table["relevance"] * table["reliability"]
    for _, rows in table.groupby(["road_class", "environment"]):
        points = rows.set_index("parameter")["points"]
        reached = points["rut"] + points[["lv3", "lv10"]].max() + points["cracking"] + points["texture"]
        cap = rows.loc[rows["parameter"] == "total", "upper"].item()
        assert reached == pytest.approx(cap)
