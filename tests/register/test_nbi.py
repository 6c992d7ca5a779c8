"""A state's bridges from the National Bridge Inventory."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from register_helpers import faults_of

from assetplan.errors import RegisterError
from assetplan.register import import_nbi
from assetplan.register.nbi import degrees

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
        ("records left out: not the road on the bridge", 1),
        ("records left out: no usable position", 1),
    )
    one = assets.loc["000000000000123"]
    assert one[["measure", "value", "built_year", "aadt", "hgv"]].tolist() == ["nbi", 5, 1964, 850, 85]
    assert one["quantity"] == pytest.approx(30.5 * 9)
    assert one[["capacity_t", "environment"]].tolist() == [44.5, "urban"]
    assert one["name"].startswith("FARMERS ROAD")
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
