"""Results by PAS 2161: categories, coverage, the network's attributes, and the sections that take them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from commands import run

import assetplan
from assetplan.errors import RegisterError
from assetplan.inspection import against_register, pas2161_register, read_pas2161, survey

HEAD = (
    "section_label,from_m,to_m,category,valid,reason,date,technology,road_name,road_number,start_x,start_y,end_x,end_y,"
    "length_m,road_class,road_type,function,lanes"
)
NETWORK = {
    "S1": "High Street,A606,450000,300000,450100,300000,100.00,A,single two way,main carriageway,2",
    "S2": "Mill Lane,,450100,300000,450100,300060,60.00,U,single two way,main carriageway,1",
    "M9": ",M9,460000,300000,460100,300000,100.00,M,dual,main carriageway,3",
}


def write(folder: Path, *rows: str, head: str = HEAD) -> Path:
    (folder / "p.csv").write_text("\n".join([head, *rows]) + "\n")
    return folder / "p.csv"


def lengths(label: str, *categories: object, date: str = "2025-05-01", technology: str = "M") -> list[str]:
    """Rows of ten metres; a text in place of a category is the reason why the length is not valid."""
    out = []
    for n, given in enumerate(categories):
        bad = isinstance(given, str)
        values = f"{'' if bad else given},{'no' if bad else 'yes'},{given if bad else ''}"
        out.append(f"{label},{10 * n},{10 * n + 10},{values},{date},{technology},{NETWORK[label]}")
    return out


ROWS = [
    *lengths("S1", 1, 1, 2, 3, 5, 5, 4, 2, "wet surface", "wet surface"),
    *lengths("S2", 1, "hard shadow", "wet surface", "motion blur", "wet surface", 2),
    *lengths("M9", 1),
]


def test_lengths_coverage_and_network(tmp_path: Path) -> None:
    results = read_pas2161(write(tmp_path, *ROWS))
    assert len(results.readings.row) == 11
    assert results.readings.method == "PAS 2161 M"
    assert results.coverage.loc["S1"].tolist() == [80, 20, 100, 0.8]
    assert results.coverage.loc["S2", "valid"] == pytest.approx(20 / 60)
    assert results.reasons["length_m"].to_dict() == {"hard shadow": 10, "motion blur": 10, "wet surface": 40}
    assert results.network.loc["S2", "road_class"] == "U"
    assert dict(results.notes) == {
        "lengths read": 17,
        "lengths not valid": 6,
        "sections whose road_name the file does not give": 1,
        "sections whose road_number the file does not give": 1,
    }


def test_a_register_of_the_files_own_sections(tmp_path: Path) -> None:
    results = read_pas2161(write(tmp_path, *ROWS))
    register = pas2161_register(results)
    assert register.assets["asset_id"].tolist() == ["S1", "S2"]
    assert dict(register.notes)["sections left out: motorway"] == 1
    carried = survey(register, results.readings)
    table = carried.sections.set_index("asset_id")
    assert table.loc["S1", ["value", "coverage", "carried"]].tolist() == [2.88, 0.8, True]
    # A third of it is too little: the section stays as it was.
    assert not table.loc["S2", "carried"]
    assert carried.register.inspections["method"].tolist() == ["PAS 2161 M"]
    assert any("no such link" in fault.rule or "no carriageway section" in fault.rule for fault in carried.faults)


def test_sections_that_lie_where_they_cannot_are_left_out(tmp_path: Path) -> None:
    degrees = lengths("S1", 1)[0].replace("S1", "S0").replace("450000,300000,450100,300000", "-1.2,52.6,-1.201,52.6")
    register = pas2161_register(read_pas2161(write(tmp_path, degrees, *ROWS)))
    assert register.assets["asset_id"].tolist() == ["S1", "S2"]
    left = {note: count for note, count in register.notes if note.startswith("sections left out")}
    assert left["sections left out, for they lie with degrees for coordinates, where EPSG:27700 has metres: S0"] == 1
    counts = dict(register.notes)
    assert counts["sections read"] == sum(left.values()) + counts["sections drawn straight between their ends"]


def test_a_change_of_method_breaks_the_series(tmp_path: Path) -> None:
    results = read_pas2161(write(tmp_path, *ROWS))
    first = survey(pas2161_register(results), results.readings)
    assert first.breaks == ()
    later = read_pas2161(write(tmp_path, *lengths("S1", *[2] * 10, date="2027-05-01"))).readings
    assert survey(first.register, later).breaks == ()
    other = read_pas2161(write(tmp_path, *lengths("S1", *[2] * 10, date="2027-05-01", technology="V"))).readings
    assert survey(first.register, other).breaks == ("S1",)


def test_other_names_by_a_mapping(tmp_path: Path) -> None:
    head = HEAD.replace("section_label", "Section").replace("category", "Band")
    path = write(tmp_path, *ROWS, head=head)
    (tmp_path / "m.toml").write_text('[columns]\nsection_label = "Section"\ncategory = "Band"\n')
    assert len(read_pas2161(path, tmp_path / "m.toml").readings.row) == 11
    with pytest.raises(RegisterError) as error:
        read_pas2161(path)
    assert {fault.column for fault in error.value.faults} == {"section_label", "category"}
    with pytest.raises(RegisterError) as error:
        read_pas2161(path, {"colour": "Section", "date": "Nowhere"})
    assert len(error.value.faults) == 2


def test_faults_are_listed_together(tmp_path: Path) -> None:
    rows = ["S1,0,10,6,yes,,2025-05-01", "S1,10,x,2,maybe,,2025-05-01", ",20,30,,yes,,", "S1,30,40,2.5,yes,,2025-05-01"]
    with pytest.raises(RegisterError) as error:
        read_pas2161(write(tmp_path, *rows, head="section_label,from_m,to_m,category,valid,reason,date"))
    places = {(fault.row, fault.column) for fault in error.value.faults}
    assert places == {
        (2, "category"), (3, "to_m"), (3, "valid"), (4, "section_label"), (4, "category"), (4, "date"), (5, "category"),
    }  # fmt: skip


def test_what_the_register_says_otherwise_is_counted(tmp_path: Path) -> None:
    results = read_pas2161(write(tmp_path, *ROWS))
    register = pas2161_register(results)
    odd = [row.replace("100.00,A", "130.00,B") for row in ROWS]
    notes = dict(against_register(read_pas2161(write(tmp_path, *odd)), register))
    assert sorted(notes.values()) == [1, 1]


def test_the_command(tmp_path: Path) -> None:
    done = run("import", "pas2161", write(tmp_path, *ROWS), "-o", tmp_path / "r.gpkg", "--csv", tmp_path / "tables")
    assert done.returncode == 0, done.stderr
    assert "coverage: 0.11 km valid of 0.17 km surveyed" in done.text
    assert "not valid, wet surface: 0.04 km" in done.text
    assets = pd.DataFrame(assetplan.read_register(tmp_path / "r.gpkg").assets).set_index("asset_id")
    assert assets.loc["S1", ["measure", "surveyed_year"]].tolist() == ["pas2161", 2025]
    assert (pd.read_csv(tmp_path / "tables" / "coverage.csv")["total_m"]).sum() == 170
    bare = write(tmp_path, "S1,0,10,2,2025-05-01", head="section_label,from_m,to_m,category,date")
    done = run("import", "pas2161", bare, "-o", tmp_path / "x.gpkg")
    assert done.returncode == 1
    assert "start_x" in done.stderr
