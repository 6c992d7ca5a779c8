"""A state's bridges from the National Bridge Inventory."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from register_helpers import faults_of

from assetplan.errors import RegisterError
from assetplan.importers import import_nbi
from assetplan.importers.nbi import degrees

PLAIN = {
    "STATE_CODE_001": "27",
    "STRUCTURE_NUMBER_008": "'000000000000123 '",
    "RECORD_TYPE_005A": "1",
    "FACILITY_CARRIED_007": "'FARMER'S ROAD    '",
    "YEAR_BUILT_027": "1964",
    "ADT_029": "000850",
    "LAT_016": "45585400",
    "LONG_017": "093150000",
    "STRUCTURE_LEN_MT_049": "30.5",
    "DECK_WIDTH_MT_052": "9.0",
    "DECK_COND_058": "7",
    "SUPERSTRUCTURE_COND_059": "6",
    "SUBSTRUCTURE_COND_060": "5",
    "CULVERT_COND_062": "N",
    "OPERATING_RATING_064": "44.5",
    "PERCENT_ADT_TRUCK_109": "10",
    "FUNCTIONAL_CLASS_026": "17",
}


def write(folder: Path, *records: dict[str, str]) -> Path:
    rows = [PLAIN | record for record in records]
    text = "\n".join([",".join(PLAIN), *(",".join(row.values()) for row in rows)])
    (folder / "MN.txt").write_text(text + "\n")
    return folder / "MN.txt"


def test_the_coordinate_rule() -> None:
    packed = pd.Series(["45585400", "093150000", "0", "", "45995400", "N"])
    # The published digits of the domain reference.
    assert degrees(packed)[:2] == pytest.approx([45.98167, 93.25], abs=5e-6)
    assert np.isnan(degrees(packed)[2:]).all()


def test_a_states_bridges(tmp_path: Path) -> None:
    culvert = {
        "STRUCTURE_NUMBER_008": "'C1'",
        "DECK_COND_058": "N",
        "SUPERSTRUCTURE_COND_059": "N",
        "SUBSTRUCTURE_COND_060": "N",
        "CULVERT_COND_062": "4",
        "DECK_WIDTH_MT_052": "0",
        "FUNCTIONAL_CLASS_026": "07",
    }
    under = {"STRUCTURE_NUMBER_008": "'U1'", "RECORD_TYPE_005A": "2"}
    lost = {"STRUCTURE_NUMBER_008": "'L1'", "LAT_016": "00000000"}
    unrated = {"STRUCTURE_NUMBER_008": "'N1'"} | {name: "N" for name in PLAIN if "_COND_" in name}
    register = import_nbi(write(tmp_path, {}, culvert, under, lost, unrated))
    assets = register.assets.set_index("asset_id")
    assert register.notes == (
        ("records read", 5),
        ("records left out: not the road on the bridge", 1),
        ("records left out: no usable position (line 5)", 1),
        ("bridges kept", 3),
        ("bridges of which item 41 does not say whether they are open: the operating rating decides (line 2, 3, 6)", 3),
        ("bridges rated whose date of inspection (item 90) is not given (line 2, 3)", 2),
    )
    one = assets.loc["000000000000123"]
    assert one[["measure", "value", "built_year", "aadt", "hgv"]].tolist() == ["nbi", 5, 1964, 850, 85]
    assert one["quantity"] == pytest.approx(30.5 * 9)
    assert one[["capacity_t", "environment"]].tolist() == [44.5, "urban"]
    assert one["name"] == "FARMER'S ROAD"
    assert assets.loc["C1", "value"] == 4
    assert np.isnan(assets.loc["C1", "width_m"]) or "width_m" in assets.loc["C1", "assumed"]
    assert assets.loc["N1", "measure"] == "index"
    assert register.assets.crs.to_epsg() == 32615


def test_two_states_may_share_a_number(tmp_path: Path) -> None:
    register = import_nbi(write(tmp_path, {}, {"STATE_CODE_001": "55"}))
    assert register.assets["asset_id"].tolist() == ["27-000000000000123", "55-000000000000123"]


def test_faults_are_listed_by_line(tmp_path: Path) -> None:
    wrong = {"STRUCTURE_NUMBER_008": "'B'", "DECK_COND_058": "X", "YEAR_BUILT_027": "19x4"}
    with pytest.raises(RegisterError) as error:
        import_nbi(write(tmp_path, {}, {"RECORD_TYPE_005A": "A"}, wrong, {}))
    assert faults_of(error) == {
        (4, "DECK_COND_058", "must be 0 to 9 or N"),
        (4, "built_year", "must be a number"),
        (5, "asset_id", "is there more than once"),
    }


def test_a_file_of_another_shape(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("a,b\n1,2\n")
    with pytest.raises(RegisterError) as error:
        import_nbi(tmp_path / "x.txt")
    assert len(error.value.faults) == 13
    with pytest.raises(FileNotFoundError):
        import_nbi(tmp_path / "none.txt")
    with pytest.raises(RegisterError, match="there are no assets"):
        import_nbi(write(tmp_path, {"RECORD_TYPE_005A": "2"}))


HEAD = (
    "STATE_CODE_001,STRUCTURE_NUMBER_008,RECORD_TYPE_005A,FACILITY_CARRIED_007,LAT_016,LONG_017,FUNCTIONAL_CLASS_026,"
    "YEAR_BUILT_027,ADT_029,OPEN_CLOSED_POSTED_041,STRUCTURE_LEN_MT_049,DECK_WIDTH_MT_052,DECK_COND_058,"
    "SUPERSTRUCTURE_COND_059,SUBSTRUCTURE_COND_060,CULVERT_COND_062,OPERATING_RATING_064,DATE_OF_INSPECT_090"
)


def record(number: str, status: str = "A", rating: float = 60, inspected: str = "0609", **other: str) -> str:
    """A line under `HEAD`; bridges lie a minute apart."""
    usual = {"name": "'MILL ROAD'", "latitude": "39100000", "longitude": "080100000", "width": "8", "length": "20"}
    o = usual | other
    return (
        f"54,{number},1,{o['name']},{o['latitude']},{o['longitude']},07,1950,500,{status},{o['length']},{o['width']},"
        f"6,6,6,N,{rating},{inspected}"
    )


def from_lines(folder: Path, *lines: str, head: str = HEAD, encoding: str = "utf-8") -> pd.DataFrame:
    (folder / "n.txt").write_text("\n".join([head, *lines]) + "\n", encoding=encoding)
    return import_nbi(folder / "n.txt").assets.set_index("asset_id")


def test_dates_of_inspection_and_what_is_open_posted_or_closed(tmp_path: Path) -> None:
    assets = from_lines(
        tmp_path,
        record("OPEN40", "A", 40.5),
        record("POSTED50", "P", 50, "609"),
        record("POSTED20", "R", 20, "1298"),
        record("CLOSED", "K", 0, "1370"),
        record("WEAK", "P", 1),
        record("UNRATED", "A", 0, ""),
        record("NOT_SAID", "", 20),
    )
    # Item 90 is MMYY and may have lost its leading zero; there is no month 13.
    years = assets["surveyed_year"].tolist()
    assert years == pytest.approx([2009, 2009, 1998, np.nan, 2009, np.nan, 2009], nan_ok=True)
    assert assets["posting"].tolist() == ["open", "posted", "posted", "closed", "posted", "open", ""]
    assert assets["capacity_t"].tolist() == pytest.approx([40.5, 50, 20, 0, 1, np.nan, 20], nan_ok=True)
    open40, weak = assets.loc["OPEN40", "sources"], assets.loc["WEAK", "sources"]
    assert "posting = US bridge inventory 2009" in open40
    assert "capacity_t = US bridge inventory 2009" in open40
    assert "weight_limit_t" not in weak
    assert "value" in weak
    # A limit of posted bridges is below full loading and above nothing.
    limits = assets["weight_limit_t"].tolist()
    assert limits == pytest.approx([np.nan, 40, 18, 0, 3, np.nan, np.nan], nan_ok=True)
    assert assets["assumed"].str.contains("weight_limit_t").tolist() == [limit in (40, 18, 3) for limit in limits]


def test_what_stands_open_posted_or_closed_decides_todays_limits(tmp_path: Path) -> None:
    from assetplan.connectivity.layout import carried_today, limits_today

    rows = [record("O", "A", 40.5), record("P", "P", 50), record("K", "K", 0), record("N", "", 20)]
    assets = from_lines(tmp_path, *rows)
    assert limits_today(assets).tolist() == pytest.approx([np.nan, 40, 0, 18], nan_ok=True)
    # Open today: full loading, with what the rating has to spare over the legal load.
    assert carried_today(assets, np.full(4, 58.0)) == pytest.approx([44 * 40.5 / 36.3, 60 * 0.944, 0, 20])


def test_decay_posts_an_open_bridge_once_what_its_rating_has_to_spare_is_gone(tmp_path: Path) -> None:
    from assetplan.condition import capacity_at, posting_level
    from assetplan.connectivity.layout import carried_today

    assets = from_lines(tmp_path, record("SPARE", "A", 42), record("LEAST", "A", 20), record("UNRATED", "A", 0))
    today = carried_today(assets, np.full(3, 58.0))
    assert today == pytest.approx([44 * 42 / 36.3, 44, 60 * 0.944])
    for index, limits in ((58, [44, 44, 44]), (50, [44, 40, 44]), (40, [40, 26, 44]), (30, [26, 26, 40])):
        left = capacity_at(np.full(3, index), today, np.full(3, 58.0))
        assert posting_level(left).tolist() == limits


def test_a_rating_that_is_a_factor_is_blank(tmp_path: Path) -> None:
    head = HEAD + ",OPR_RATING_METH_063"
    assets = from_lines(tmp_path, record("F", rating=1.3) + ",8", record("T", rating=32.7) + ",1", head=head)
    assert assets["capacity_t"].tolist() == pytest.approx([np.nan, 32.7], nan_ok=True)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("'FARMER'S ROAD'", "FARMER'S ROAD"),
        ("'MAIN, N OF 'A' STREET'", "MAIN, N OF 'A' STREET"),
        ("O'HARE WAY", "O'HARE WAY"),
        ("'ROAD \"X\"'", 'ROAD "X"'),
        ("''", "Q"),
        ("'  I   90 '", "I 90"),
    ],
)
def test_quotes_and_commas_in_names(tmp_path: Path, written: str, name: str) -> None:
    assert from_lines(tmp_path, record("Q", name=written))["name"].tolist() == [name]


def test_positions(tmp_path: Path) -> None:
    assets = from_lines(
        tmp_path,
        record("SIXTY", latitude="39106000"),
        record("NO_ZERO", longitude="80100000"),
        record("DECIMAL", latitude="39.1667", longitude="-80.1667"),
        record("SHORT", latitude="391000"),
        record("SWAPPED", latitude="80100000", longitude="039100000"),
        record("MINUTE", latitude="39610000"),
    )
    assert assets.index.tolist() == ["SIXTY", "NO_ZERO", "DECIMAL"]
    places = assets.to_crs(4326).geometry
    assert places.y.tolist() == pytest.approx([39 + 11 / 60, 39 + 1 / 6, 39.1667], abs=1e-6)
    assert places.x.tolist() == pytest.approx([-80 - 1 / 6, -80 - 1 / 6, -80.1667], abs=1e-6)


def test_headers_of_other_years_and_other_delimiters(tmp_path: Path) -> None:
    rows = (record("A"), record("B", status="K", latitude="39200000"))
    plain = from_lines(tmp_path, *rows)
    other = HEAD.replace("OPEN_CLOSED_POSTED_041", "Status 41").replace("LAT_016", "nbi16")
    lines = [line.replace(",", "\t") for line in rows]
    assert from_lines(tmp_path, *lines, head=other.replace(",", "\t")).equals(plain)
    assert from_lines(tmp_path, *rows, encoding="utf-16").equals(plain)


def fixed(number: str, latitude: str = "39100000") -> str:
    """A record of fixed width, of the items that an import reads."""
    line = [" "] * 432
    for first, text in (
        (1, "543"), (4, number), (19, "1"), (63, "MILL ROAD"), (130, latitude), (138, "080100000"), (155, "07"),
        (157, "1950"), (165, "000500"), (199, "P"), (223, "000200"), (239, "0080"), (259, "666"), (263, "N"),
        (264, "1"), (265, "500"), (287, "0609"), (370, "05"),
    ):  # fmt: skip
        line[first - 1 : first - 1 + len(text)] = text
    return "".join(line)


def test_a_file_of_fixed_width(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("\n".join([fixed("A1"), fixed("A2", "00000000"), fixed("A3")]) + "\n")
    register = import_nbi(tmp_path / "f.txt")
    one = register.assets.set_index("asset_id").loc["A1"]
    assert register.assets["asset_id"].tolist() == ["A1", "A3"]
    assert one[["length_m", "width_m", "quantity", "capacity_t", "aadt", "hgv"]].tolist() == [20, 8, 160, 50, 500, 25]
    assert one[["value", "surveyed_year", "posting", "weight_limit_t"]].tolist() == [6, 2009, "posted", 40]
    counts = dict(register.notes)
    assert counts["records read"] == counts["bridges kept"] + counts["records left out: no usable position (line 2)"]


def test_a_mapping_adds_items_and_puts_them_in_place_of_the_rules_own(tmp_path: Path) -> None:
    head = HEAD + ",COUNTY_CODE_003,FEATURES_DESC_006A,POSTED_LIMIT_070,YEAR_RECONSTRUCTED_106"
    lines = [
        record("A", "P", 50) + ",025,'O'NEILL'S CREEK',20.5,2001",
        record("B", "P", 50) + ",075,,,",
        record("C", "A", 50) + ",099,'X, Y',,1999",
    ]
    (tmp_path / "n.txt").write_text("\n".join([head, *lines]) + "\n")
    (tmp_path / "m.toml").write_text(
        '[columns]\ndistrict = "003"\nname = "FEATURES_DESC_006A"\nweight_limit_t = "Item 70"\nbuilt_year = "106"\n'
        '[constants]\nroad_class = "B"\n[values.district]\n025 = "Greenbrier"\n[units]\nweight_limit_t = "ton_us"\n'
    )
    with pytest.raises(RegisterError, match=r"units\.weight_limit_t"):
        import_nbi(tmp_path / "n.txt", tmp_path / "m.toml")
    text = (tmp_path / "m.toml").read_text().partition("[units]")[0]
    (tmp_path / "m.toml").write_text(text + "[factors]\nweight_limit_t = 0.9\n")
    register = import_nbi(tmp_path / "n.txt", tmp_path / "m.toml")
    assets = register.assets
    assert assets["district"].tolist() == ["Greenbrier", "075", "099"]
    assert assets["name"].tolist() == ["O'NEILL'S CREEK", "MILL ROAD", "X, Y"]
    assert assets["built_year"].tolist() == [2001, 1950, 1999]
    assert set(assets["road_class"]) == {"B"}
    # A blank cell leaves the limit that the rule reckons from the rating.
    assert assets["weight_limit_t"].tolist() == pytest.approx([18.45, 40, np.nan], nan_ok=True)
    assert assets["assumed"].str.contains("weight_limit_t").tolist() == [False, True, False]
    assert assets["sources"].str.contains("district = ").all()
    assert not assets["sources"].str.contains("road_class = ").any()
    assert dict(register.notes)["weight_limit_t from the mapping"] == 1


def test_faults_of_a_mapping_of_items(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("\n".join([HEAD, record("A")]) + "\n")
    wrong = {"columns": {"district": "county", "nothing": "003"}}
    with pytest.raises(RegisterError, match="nothing"):
        import_nbi(tmp_path / "n.txt", wrong)
    with pytest.raises(RegisterError) as error:
        import_nbi(tmp_path / "n.txt", {"columns": {"district": "county"}, "leave_out": {"003": ["1"]}})
    assert {fault.column for fault in error.value.faults} == {"leave_out", "columns.district"}
    with pytest.raises(RegisterError) as error:
        import_nbi(tmp_path / "n.txt", {"columns": {"district": "003"}})
    assert faults_of(error) == {(1, "item 003", "a mapping asks for this item, and it is not in the file")}
    with pytest.raises(RegisterError) as error:
        import_nbi(tmp_path / "n.txt", {"columns": {"built_year": "007"}})
    assert (2, "built_year", "must be a number") in faults_of(error)
    (tmp_path / "f.txt").write_text(fixed("A1") + "\n")
    assets = import_nbi(tmp_path / "f.txt", {"columns": {"road": "008"}, "constants": {"district": "X"}}).assets
    assert assets[["road", "district"]].to_numpy().tolist() == [["A1", "X"]]
    with pytest.raises(RegisterError, match="item 003"):
        import_nbi(tmp_path / "f.txt", {"columns": {"district": "003"}})


@pytest.mark.parametrize(
    "text", ["BID01,BID02,BL01\n1,X,54\n", "B.ID.01,B.L.01\n1,54\n", '[{"BID01": "1", "BL01": 54}]\n']
)
def test_a_file_of_the_newer_form_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(RegisterError, match=r"is in the form of 2022 \(SNBI"):
        import_nbi(tmp_path / "s.csv")
