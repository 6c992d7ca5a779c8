"""HMDIF files: separators, types and fields from the file itself, and what of them becomes condition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commands import run
from places import county_register

import assetplan
from assetplan.condition import rci
from assetplan.errors import RegisterError
from assetplan.inspection import hmdif_readings, read_hmdif, read_hmdif_mapping, survey

TYPES = [
    "SURVEY\\TYPE,VERSION,NUMBER,NAME,SUBSECT,CWXSPUSED,OFFCWXSPUSED",
    "SECTION\\NETWORK,NUMBER,LABEL,NORMDIR,SURVDIR,MASTER,LENGTH,COMMENT,SDATE,EDATE,STIME,ETIME,INSP",
    "OBSERV\\NUMBER,DEFECT,VERSION,XSECT,SCHAIN,ECHAIN",
    "OBVAL\\PARM,OPTION,VALUE,PERCENT",
    "OBNOTE\\NOTE,COMMENT",
]


def observed(code: str, lane: str, start: int, value: object, unit: str = "P", end: int | None = None) -> list[str]:
    return [f"OBSERV\\1,{code},235,{lane},{start},{end or start + 20}", f"OBVAL\\1,1,{value},{unit},,"]


def section(label: str, date: str = "01042025") -> str:
    return f"SECTION\\4b,1,{label},F,F,M,160.0,,{date},{date},09:00,09:05,INSP"


def write(folder: Path, *records: str, head: str = 'HMSTART ukPMS 001 " " ; , \\', types: list[str] = TYPES) -> Path:
    body = ["TSTART", *types, f"TEND\\{len(types) + 2}", "DSTART", "SURVEY\\CVI,235,5,survey_a,,,", *records]
    body += [f"DEND\\{len(records) + 3}", f"HMEND\\{len(body) + 3}"]
    marks = head.split()[-3:]
    lines = [head]
    for line in body:
        name, mark, values = line.partition("\\")
        lines.append(name + (marks[2] if mark else "") + values.replace(",", marks[1]) + marks[0])
    (folder / "s.hmd").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "s.hmd"


VISUAL = [
    section("L0001"),
    *observed("BUTS", "CL1", 0, 0),
    *observed("BCKJ", "CL1", 0, 30),
    *observed("BWTR", "CL1", 0, 10),
    *observed("KBLD", "CL1", 0, 90),
    *observed("BUTS", "CR1", 0, 100),
    *observed("BUTS", "CL1", 20, 1, "V"),
    *observed("NFLT", "CR1", 20, 1, "V"),
    section("L0002"),
]


@pytest.mark.parametrize("head", ['HMSTART ukPMS 001 " " ; , \\', "HMSTART ukPMS 001  ; , \\", "HMSTART x 001 ! | :"])
def test_a_file_says_its_own_separators_types_and_fields(tmp_path: Path, head: str) -> None:
    hmdif = read_hmdif(write(tmp_path, *VISUAL, head=head))
    assert dict(hmdif.notes) == {
        "SURVEY records read": 1,
        "SECTION records read": 2,
        "OBSERV records read": 7,
        "OBVAL records read": 7,
        "OBNOTE records read": 0,
    }
    assert hmdif.records["SECTION"]["LABEL"].tolist() == ["L0001", "L0002"]
    one = hmdif.records["OBVAL"].iloc[1]
    assert (one["VALUE"], hmdif.records["OBSERV"].loc[one["observ"], "DEFECT"]) == ("30", "BCKJ")
    assert hmdif.records["SECTION"].loc[one["section"], "SDATE"] == "01042025"


def test_a_type_that_nothing_reads_is_kept_and_quoted_text_is_whole(tmp_path: Path) -> None:
    types = [*TYPES, "SCRIM\\CODE,READING"]
    hmdif = read_hmdif(write(tmp_path, *VISUAL, "SCRIM\\SC50,0.42", types=types))
    assert hmdif.records["SCRIM"][["CODE", "READING"]].to_numpy().tolist() == [["SC50", "0.42"]]
    note = write(tmp_path, *VISUAL[:3])
    note.write_text(note.read_text().replace("DEND", 'OBNOTE\\1,"a note, with; marks";\nDEND'))
    assert read_hmdif(note).records["OBNOTE"]["COMMENT"].tolist() == ["a note, with; marks"]


def test_counts_that_do_not_fit_are_noted_and_what_breaks_the_form_is_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, *VISUAL)
    path.write_text(path.read_text().replace("TEND\\7", "TEND\\6"))
    assert dict(read_hmdif(path).notes)["counts that do not fit: TEND on line 8 has 6 for 7 lines"] == 1
    path.write_text(path.read_text().split("DEND")[0])
    assert dict(read_hmdif(path).notes)["sections of the file cut off: DSTART has no end"] == 1
    with pytest.raises(RegisterError) as error:
        read_hmdif(write(tmp_path, "OTHER\\1", "OBVAL\\1,1,1,V,extra"))
    assert [fault.row for fault in error.value.faults] == [11, 12]
    with pytest.raises(RegisterError, match="is no name of a type of record"):
        read_hmdif(write(tmp_path, types=[*TYPES, "../ELSE\\A"]))
    path.write_text("road,condition\n")
    with pytest.raises(RegisterError, match="is no HMDIF file"):
        read_hmdif(path)


def test_a_visual_inspection_becomes_an_index_by_the_worst_carriageway_defect(tmp_path: Path) -> None:
    readings, notes = hmdif_readings(read_hmdif(write(tmp_path, *VISUAL)))
    assert readings.start_m.tolist() == [0, 20]
    # Of two lanes the mean: 100 − 30 and 100; a kerb or a count says nothing of the carriageway.
    assert readings.value.tolist() == [85, 100]
    assert (readings.measure, readings.method, set(readings.year)) == ("index", "coarse visual inspection", {2025})
    assert dict(notes) == {
        "observations not interpreted: KBLD": 1,
        "observations not interpreted: NFLT": 1,
        "sections surveyed without observations": 1,
    }
    (tmp_path / "m.toml").write_text("[points]\nBCKJ = 0.5\n")
    own = read_hmdif_mapping(tmp_path / "m.toml")
    assert hmdif_readings(read_hmdif(write(tmp_path, *VISUAL)), own)[0].value[0] == 92.5


MACHINE = {"LLRT": 140.0, "LRRT": 90.0, "LV3": 7.0, "LV10": 49.0, "LTRC": 0.5, "LLTX": 0.55, "LEDR": 3.0}


def test_a_machine_survey_is_read_by_its_codes(tmp_path: Path) -> None:
    records = [section("L0001")]
    for start in (0, 10):
        for code, value in MACHINE.items():
            records += observed(code, "CL1", start, 9999 if start and code == "LV3" else value, "V", start + 10)
    (tmp_path / "m.toml").write_text("[factors]\nLLRT = 0.1\nLRRT = 0.1\n")
    readings, notes = hmdif_readings(read_hmdif(write(tmp_path, *records)), read_hmdif_mapping(tmp_path / "m.toml"))
    assert dict(notes)["values left blank: 9999, not read at a valid speed"] == 1
    assert dict(notes)["observations not interpreted: LEDR"] == 2
    score = rci("A", "rural", **readings.parameters)
    # The check of the domain reference: an A road of these figures.
    assert score[0] == pytest.approx(136.851, abs=5e-4)
    assert np.isnan(score[1])


def test_a_mapping_says_where_a_councils_file_keeps_things(tmp_path: Path) -> None:
    types = ["SURVEY\\TYPE,VERSION,NUMBER,NAME,SUBSECT,CWXSPUSED,OFFCWXSPUSED", "SECTION\\ID,WHEN", "OBSERV\\C,F,T,V"]
    records = ["SECTION\\L0001,01042025", "OBSERV\\RUTS,0,10,7.5"]
    path = write(tmp_path, *records, types=types)
    with pytest.raises(RegisterError) as error:
        hmdif_readings(read_hmdif(path))
    assert "OBSERV.DEFECT" in {fault.column for fault in error.value.faults}
    (tmp_path / "m.toml").write_text(
        '[fields]\nlink = "SECTION.ID"\ndate = "SECTION.WHEN"\ncode = "OBSERV.C"\nstart_m = "OBSERV.F"\n'
        'end_m = "OBSERV.T"\nvalue = "OBSERV.V"\n[parameters]\nRUTS = "rut"\n'
    )
    readings = hmdif_readings(read_hmdif(path), read_hmdif_mapping(tmp_path / "m.toml"))[0]
    assert (readings.link.tolist(), readings.parameters["rut"].tolist()) == (["L0001"], [7.5])
    (tmp_path / "m.toml").write_text('[fields]\nlinks = "x"\n[parameters]\nA = "colour"\n[factors]\nB = -1\n[else]\n')
    with pytest.raises(RegisterError) as error:
        read_hmdif_mapping(tmp_path / "m.toml")
    assert len(error.value.faults) == 4


def test_faults_of_values_name_the_line(tmp_path: Path) -> None:
    records = [*observed("BUTS", "CL1", 0, 0), section("L1", "2025-04-01"), *observed("BCKJ", "CL1", 0, "much")]
    with pytest.raises(RegisterError) as error:
        hmdif_readings(read_hmdif(write(tmp_path, *records)))
    assert {(fault.row, fault.column) for fault in error.value.faults} == {
        (11, "link"), (11, "date"), (14, "date"), (14, "value"),
    }  # fmt: skip


@pytest.mark.slow
def test_the_command_carries_it_to_sections_and_a_change_of_method_breaks_the_series(
    small_county: Path, tmp_path: Path
) -> None:
    length = float(pd.DataFrame(county_register().assets).query("link_id == 'L0001'")["length_m"].sum())
    starts = range(0, int(length) - 19, 20)
    records = [section("L0001"), *(line for start in starts for line in observed("BUTS", "CL1", start, 0))]
    register = small_county / "register.gpkg"
    done = run(
        "import", "hmdif", write(tmp_path, *records), "--register", register, "-o", tmp_path / "n.gpkg",
        "--csv", tmp_path / "tables",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "not an index of UKPMS" in done.text
    assert "were measured otherwise before: there the series breaks" in done.text
    assert len(pd.read_csv(tmp_path / "tables" / "records_observ.csv")) == len(starts)
    new = assetplan.read_register(tmp_path / "n.gpkg")
    seen = new.assets[(new.assets["measure"] == "index") & (new.assets["surveyed_year"] == 2025)]
    assert (seen["value"] == 100).all()
    assert set(seen["confidence"]) == {"medium"}
    assert set(new.inspections.query("year == 2025")["method"]) == {"coarse visual inspection"}
    # Surveyed again in the same way, nothing breaks.
    readings = hmdif_readings(read_hmdif(write(tmp_path, *records)))[0]
    plain = survey(county_register(), readings)
    again = survey(plain.register, readings)
    assert len(again.breaks) <= len(plain.breaks)
