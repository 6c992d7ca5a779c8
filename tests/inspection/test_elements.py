"""Bridge inspections by element and date: BCI of the latest inspected elements."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import run
from shapely import Point

from assetplan.errors import RegisterError
from assetplan.inspection import inspect_bridges
from assetplan.register import Register
from assetplan.register.fill import fill_assumed
from assetplan.register.validation import nothing_with

HEAD = "asset_id,element,date,severity,extent,kind"
# The check of the domain reference: BCI_av 64.4455, BCI_crit 55.48.
CHECK = {1: "3,C", 9: "2,B", 18: "4,D", 17: "3,B", 25: "2,C"}


def bridge_register() -> Register:
    columns = {"asset_id": ["B1"], "asset_class": "bridge", "quantity": 80.0}
    assets = fill_assumed(gpd.GeoDataFrame(columns, geometry=[Point(450000, 300000)], crs=27700))
    return Register(assets, **nothing_with(assets))


def write(folder: Path, *rows: str) -> Path:
    (folder / "e.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    return folder / "e.csv"


def rows(date: str, scores: dict[int, str], kind: str = "general", bridge: str = "B1") -> list[str]:
    return [f"{bridge},{element},{date},{score},{kind}" for element, score in scores.items()]


def test_an_element_keeps_its_latest_inspected_condition(tmp_path: Path) -> None:
    earlier = rows("2018-05-01", CHECK | {18: "1,A"}, "principal")
    later = rows("2022-06-01", {18: "4,D", 1: ",", 9: "2,B"})
    quick = rows("2024-06-01", {1: "5,E"}, "superficial")
    result = inspect_bridges(bridge_register(), write(tmp_path, *later, *earlier, *quick))
    one = result.bridges.iloc[0]
    # The printed digits of the reference, to the two decimals of the table.
    assert one["bci_av"] == pytest.approx(64.4455, abs=0.006)
    assert one["bci_crit"] == pytest.approx(55.48, abs=0.006)
    assert (one["elements"], one["inherited"]) == (5, 3)
    assert (one["inspected"], one["oldest"]) == (pd.Timestamp("2022-06-01"), pd.Timestamp("2018-05-01"))
    kept = result.elements.set_index("element")
    assert kept["inherited"].to_dict() == {1: "yes", 9: "no", 17: "yes", 18: "no", 25: "yes"}
    assert kept["age_years"].to_dict() == {1: 4.1, 9: 0.0, 17: 4.1, 18: 0.0, 25: 4.1}
    assert kept.loc[1, ["severity", "extent", "date"]].tolist() == [3, "C", pd.Timestamp("2018-05-01")]
    counts = dict(result.notes)
    left = sum(number for note, number in counts.items() if note.startswith("element records left out"))
    assert counts["element records read"] == left + 5
    asset = result.register.assets.set_index("asset_id").loc["B1"]
    assert asset[["measure", "surveyed_year", "confidence"]].tolist() == ["bci", 2022, "high"]
    assert result.register.inspections[["asset_id", "year", "measure"]].to_numpy().tolist() == [["B1", 2022, "bci"]]


def test_faults_are_listed_together(tmp_path: Path) -> None:
    wrong = [
        "B9,1,2022-01-01,2,B,",
        "B1,40,2022-01-01,2,B,",
        "B1,1,2022,2,B,",
        "B1,1,2022-01-01,1,C,",
        "B1,2,2022-01-01,2,,x",
    ]
    with pytest.raises(RegisterError) as error:
        inspect_bridges(bridge_register(), write(tmp_path, *wrong))
    assert {(fault.row, fault.column) for fault in error.value.faults} == {
        (2, "asset_id"), (3, "element"), (4, "date"), (5, "extent"), (6, "extent"), (6, "kind"),
    }  # fmt: skip


def test_the_command(tmp_path: Path) -> None:
    from assetplan.register import read_register, write_register

    write_register(bridge_register(), tmp_path / "r.gpkg")
    done = run(
        "import", "bridge-inspections", write(tmp_path, *rows("2022-06-01", CHECK)), "--register", tmp_path / "r.gpkg",
        "-o", tmp_path / "n.gpkg", "--csv", tmp_path / "t",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert read_register(tmp_path / "n.gpkg").assets["value"].tolist() == pytest.approx([64.45])
    assert (tmp_path / "t" / "bridges.csv").exists()
    assert (tmp_path / "t" / "elements.csv").read_text().splitlines()[1] == "B1,1,3,C,2022-06-01,no,0.0"
