"""`assetplan survey`: readings of ten metres carried to the sections of a register, through the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import Done, run
from places import county_register, part_of

import assetplan
from assetplan.errors import RegisterError
from assetplan.register import write_register


@pytest.fixture(scope="module")
def roads(small_county: Path) -> pd.DataFrame:
    assets = pd.DataFrame(county_register().assets)
    return assets[assets["asset_class"] == "carriageway"]


def ten_metres(roads: pd.DataFrame, links: list[str], year: int = 2021, seed: int = 1) -> pd.DataFrame:
    """Readings of whole links, the last of each cut at its end, with an RCI drawn for each."""
    chance = np.random.default_rng(seed)
    parts = []
    for link in links:
        own = roads[roads["link_id"] == link]
        end = float((own["chainage_m"] + own["length_m"]).max())
        start = np.arange(0, end, 10.0)
        parts.append(pd.DataFrame({"link_id": link, "start_m": start, "end_m": np.minimum(start + 10, end)}))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(year=year, value=np.round(chance.gamma(1.5, 40.0, len(table)).clip(0, 300), 1))


def surveyed(small_county: Path, table: pd.DataFrame, folder: Path, *options: object) -> Done:
    table.to_csv(folder / "readings.csv", index=False)
    return run(
        "survey", small_county / "register.gpkg", folder / "readings.csv", "-o", folder / "new.gpkg",
        "--csv", folder / "tables", *options,
    )  # fmt: skip


LINKS = ["L0001", "L0002", "L0005", "L0010"]


@pytest.fixture(scope="module")
def some_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a register of the links that are read and one other asset in twenty."""
    folder, register = tmp_path_factory.mktemp("some"), county_register()
    chosen = register.assets["link_id"].isin(LINKS) | (register.assets.index % 20 == 0)
    write_register(part_of(register, chosen.to_numpy()), folder / "register.gpkg")
    return folder


@pytest.mark.slow
def test_sections_take_the_mean_by_length_that_a_plain_loop_gives(small_county, roads, tmp_path) -> None:
    readings = ten_metres(roads, LINKS)
    done = surveyed(small_county, readings, tmp_path)
    assert done.returncode == 0, done.stderr
    before = roads.set_index("asset_id")
    after = pd.DataFrame(assetplan.read_register(tmp_path / "new.gpkg").assets).set_index("asset_id")
    for name, road in before.iterrows():
        total = weight = 0.0
        for reading in readings[readings["link_id"] == road["link_id"]].itertuples():
            lap = min(reading.end_m, road["chainage_m"] + road["length_m"]) - max(reading.start_m, road["chainage_m"])
            if lap > 0:
                total += lap * reading.value
                weight += lap
        new = after.loc[name]
        if road["link_id"] in LINKS:
            assert new["value"] == pytest.approx(total / weight, abs=0.006)
            assert (new["surveyed_year"], new["confidence"], new["measure"]) == (2021, "high", "rci")
        else:
            assert (new["value"], new["surveyed_year"]) == (road["value"], road["surveyed_year"])
    others = after["asset_class"] != "carriageway"
    assert others.sum() == 8226 - len(roads)
    history = assetplan.read_register(tmp_path / "new.gpkg").inspections
    assert (history["year"] == 2021).sum() == before["link_id"].isin(LINKS).sum()


def test_the_reported_figure_is_the_share_of_ten_metre_lengths(some_county, roads, tmp_path) -> None:
    readings = ten_metres(roads, LINKS)
    done = surveyed(some_county, readings, tmp_path)
    assert done.returncode == 0, done.stderr
    classes = roads.drop_duplicates("link_id").set_index("link_id")["road_class"]
    bands = pd.read_csv(tmp_path / "tables" / "bands.csv").set_index(["by", "name", "band"])["length_km"]
    for road_class in set(classes[LINKS]):
        red = sum(
            r.end_m - r.start_m for r in readings.itertuples() if classes[r.link_id] == road_class and r.value >= 100
        )
        assert bands["road_class", road_class, "red"] == pytest.approx(red / 1000)
    assert "the reported shares" in done.text


def test_homogeneous_sections_cover_the_links_from_end_to_end(some_county, roads, tmp_path) -> None:
    readings = ten_metres(roads, LINKS)
    assert surveyed(some_county, readings, tmp_path, "--minimum", 50).returncode == 0
    table = pd.read_csv(tmp_path / "tables" / "homogeneous.csv")
    for link, part in readings.groupby("link_id"):
        own = table[table["link_id"] == link]
        assert own["from_m"].iloc[0] == 0
        assert own["to_m"].iloc[-1] == pytest.approx(part["end_m"].max())
        assert own["from_m"].to_numpy()[1:] == pytest.approx(own["to_m"].to_numpy()[:-1])
        assert (own["to_m"] - own["from_m"] >= 50).all() or len(own) == 1
        lengths = own[["green_m", "amber_m", "red_m"]].sum(axis=1)
        assert lengths.to_numpy() == pytest.approx((own["to_m"] - own["from_m"]).to_numpy(), abs=0.3)


def test_what_does_not_fit_is_listed_by_row_with_what_was_done(some_county, roads, tmp_path) -> None:
    link = "L0001"
    own = roads[roads["link_id"] == link]
    end = float((own["chainage_m"] + own["length_m"]).max())
    table = ten_metres(roads, [link])
    table.loc[0, ["start_m", "end_m"]] = [10.0, 0.0]
    table.loc[len(table) - 1, "end_m"] = end + 7
    table = table.drop(index=[3, 4])
    extra = pd.DataFrame({"link_id": ["000", link], "start_m": [0.0, end + 50], "end_m": [10.0, end + 60]})
    table = pd.concat([table, extra.assign(year=2021, value=50.0)], ignore_index=True)
    done = surveyed(some_county, table, tmp_path)
    assert done.returncode == 0, done.stderr
    faults = pd.read_csv(tmp_path / "tables" / "faults.csv", dtype={"value": str})
    rules = dict(zip(faults["row"], faults["fault"], strict=True))
    assert rules == {
        2: "runs against its link: turned round",
        5: "leaves a gap of 20.0 m before it: nothing is assumed there",
        len(table) - 1: "runs 7.0 m past the end of its link: cut there",
        len(table): "no carriageway section of the register has this link_id: left out",
        len(table) + 1: f"lies {50:.1f} m off its link: left out",
    }
    assert faults["value"].iloc[-2] == "000"
    assert "readings.csv, row 2, column link_id: 'L0001' runs against its link" in done.text
    sections = pd.read_csv(tmp_path / "tables" / "sections.csv").set_index("asset_id")
    assert sections["coverage"].iloc[0] == pytest.approx(1 - 20 / own["length_m"].iloc[0], abs=1e-3)


def test_a_section_read_too_little_keeps_what_it_had(some_county, roads, tmp_path) -> None:
    table = ten_metres(roads, ["L0001"]).iloc[:3]
    done = surveyed(some_county, table, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 keep what they had: too little of them was read" in done.text
    first = roads[roads["link_id"] == "L0001"].iloc[0]
    after = assetplan.read_register(tmp_path / "new.gpkg").assets.set_index("asset_id").loc[first["asset_id"]]
    assert (after["value"], after["surveyed_year"]) == (first["value"], first["surveyed_year"])
    done = surveyed(some_county, table, tmp_path, "--coverage", 0.25, "--force")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 sections take")


def test_a_later_year_wins_where_it_covers_enough(some_county, roads, tmp_path) -> None:
    old, new = ten_metres(roads, ["L0001"], 2019), ten_metres(roads, ["L0001"], 2022, seed=2).iloc[:10]
    assert surveyed(some_county, pd.concat([new, old]), tmp_path).returncode == 0
    after = assetplan.read_register(tmp_path / "new.gpkg").assets
    own = after[(after["asset_class"] == "carriageway") & (after["link_id"] == "L0001")].sort_values("chainage_m")
    assert own["surveyed_year"].tolist() == [2022] + [2019] * (len(own) - 1)


def test_parameters_become_an_rci_by_the_class_of_their_section(some_county, roads, tmp_path) -> None:
    table = ten_metres(roads, LINKS).drop(columns=["value", "year"]).assign(date="2021-05-31")
    table = table.assign(rut=12.0, rut_right=16.0, lv3=4.0, lv10=12.0, cracking=0.5, texture=0.6)
    done = surveyed(some_county, table, tmp_path)
    assert done.returncode == 0, done.stderr
    after = assetplan.read_register(tmp_path / "new.gpkg").assets
    for road in after[(after["asset_class"] == "carriageway") & after["link_id"].isin(LINKS)].itertuples():
        expected = assetplan.condition.rci(
            road.road_class, road.environment, rut=[16.0], lv3=[4.0], lv10=[12.0], cracking=[0.5], texture=[0.6]
        )
        assert road.value == pytest.approx(float(expected[0]), abs=0.006)
        assert road.texture_mm == 0.6
    sections = pd.read_csv(tmp_path / "tables" / "sections.csv")
    assert sections.loc[sections["carried"], "texture_mm"].unique().tolist() == [0.6]


@pytest.mark.parametrize(
    ("table", "rules"),
    [
        ("link_id,start_m\nL0001,0\n", ["row 0, column end_m"]),
        ("link_id,start_m,end_m\nL0001,0,10\n", ["column date: this column is missing (or year)", "column value"]),
        (
            "link_id,start_m,end_m,year,value\n,x,10,2020,5\nL0001,0,10,20,-4\n",
            ["row 2, column link_id: a value is required", "row 2, column start_m: 'x' must be a number",
             "row 3, column year: '20' must lie from 1900 to 2200", "row 3, column value: '-4' must lie from 0"],
        ),
        ("link_id,start_m,end_m,year,value\nnowhere,0,10,2020,5\n", ["no reading lies on a link of the register"]),
        ("link_id,start_m,end_m,year,rut\nL0001,0,10,2020,5\n", ["column lv3: this column is missing"]),
    ],
)  # fmt: skip
def test_wrong_files_end_in_faults_and_write_nothing(some_county, tmp_path, table, rules) -> None:
    path = tmp_path / "readings.csv"
    path.write_text(table)
    done = run("survey", some_county / "register.gpkg", path, "-o", tmp_path / "new.gpkg")
    assert done.returncode == 1
    for rule in rules:
        assert rule.removeprefix("row 0, ") in done.stderr
    assert not (tmp_path / "new.gpkg").exists()


def test_nothing_is_replaced_unless_asked(some_county, roads, tmp_path) -> None:
    table = ten_metres(roads, ["L0001"])
    assert surveyed(some_county, table, tmp_path).returncode == 0
    kept = (tmp_path / "new.gpkg").read_bytes()
    done = surveyed(some_county, table, tmp_path)
    assert done.returncode == 1
    assert "exists already" in done.text
    assert surveyed(some_county, table, tmp_path, "--force").returncode == 0
    assert (tmp_path / "new.gpkg").read_bytes() == kept


def test_a_register_without_links_is_refused_with_what_readings_need(roads, tmp_path, some_county) -> None:
    table = ten_metres(roads, ["L0001"])
    table.to_csv(tmp_path / "readings.csv", index=False)
    whole = county_register()
    bare = assetplan.Register(whole.assets.assign(link_id=""), whole.inspections, whole.places, whole.districts)
    with pytest.raises(RegisterError, match="which place readings"):
        assetplan.survey(bare, assetplan.read_readings(tmp_path / "readings.csv"))
    with pytest.raises(ValueError, match="measures one of"):
        assetplan.read_readings(tmp_path / "readings.csv", "bci")
    rough = assetplan.Register(whole.assets.assign(texture_mm=0.4), whole.inspections, whole.places, whole.districts)
    survey = assetplan.survey(rough, assetplan.read_readings(tmp_path / "readings.csv"))
    # Texture is of the survey that gave the RCI: one without texture leaves none.
    carried = survey.register.assets["asset_id"].isin(survey.sections["asset_id"])
    assert survey.register.assets["texture_mm"].isna().equals(carried)
    assert repr(survey).splitlines()[:3] == ["Survey", "  measure  rci", "  carried  11 of 11 sections"]
