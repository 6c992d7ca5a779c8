"""The street gazetteer in DTF 8.1: what is maintainable, classes, limits, traffic, direction, joining by USRN."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from commands import run
from register_helpers import assets, register
from shapely import LineString

from assetplan.errors import RegisterError
from assetplan.importers import import_dtf
from assetplan.register import read_register, validate_register

DAY = "2026-04-01"


def street(usrn: str, kind: int = 1, state: int = 2, surface: int = 1, end: str = "") -> str:
    return f'11,"I",1,{usrn},{kind},1440,{state},{DAY},{surface},0,{DAY},{DAY},{DAY},{end},0,0,0,0,10,1'


def name(usrn: str, words: str, language: str = "ENG") -> str:
    return f'15,"I",1,{usrn},"{words}","","HAM","SHIRE","{language}"'


def unit(esuid: str, x: float, direction: int = 1, end: str = "", version: int = 0) -> list[str]:
    return [
        f'13,"I",1,{esuid},{version},2,10,{DAY},{DAY},{DAY},{end},{direction}',
        f'14,"I",1,{esuid},{version},1,{x:.2f},300000.00',
        f'14,"I",1,{esuid},{version},2,{x + 240:.2f},300000.00',
    ]


def over(usrn: str, esuid: str) -> str:
    return f'12,"I",1,{usrn},0,{esuid},0'


def interest(usrn: str, status: int, end: str = "", whole: int = 1) -> str:
    return f'61,"I",1,{usrn},1,1440,1,{DAY},{DAY},{end},{whole},0,0,"",1440,{status},1,,,,'


def construction(usrn: str, code: int) -> str:
    return f'62,"I",1,{usrn},{DAY},{DAY},,1,1,{code},,,0,0,1,0,0,"",,,,,"",,'


def limit(usrn: str, code: int, value: float, whole: int = 1, ends: str = ",,,", end: str = "") -> str:
    return f'64,"I",1,{usrn},1,{code},{DAY},{DAY},{DAY},{end},{whole},0,0,{ends},"",{value},"","","",,'


def write(folder: Path, *records: str, file: str = "1440_LG.csv", count: int | None = None) -> Path:
    head = f'10,"SHIRE COUNCIL",1440,{DAY},1,{DAY},101500,"8.1.2.10","F"'
    stated = len(records) if count is None else count
    (folder / file).write_text("\n".join([head, *records, f"99,0,{stated},{DAY},101500"]) + "\n", encoding="utf-8")
    return folder / file


STREETS = [
    street("39900012"), name("39900012", "MAIN ROAD"), name("39900012", "PRIF FFORDD", "CYM"),
    over("39900012", "00450120300000"), *unit("450120300000", 450000),
    street("39900099", kind=3), name("39900099", "A606"), over("39900099", "450120300000"),
    street("801245"), name("801245", "MILL LANE"), over("801245", "450360300000"), *unit("450360300000", 450240, 2),
    street("39900014"), name("39900014", "PRIVATE DRIVE"), over("39900014", "450600300000"),
    *unit("450600300000", 450480),
    street("39900015", state=4), over("39900015", "450840300000"), *unit("450840300000", 450720),
    street("39900016"), name("39900016", "COUNTY ROAD"), over("39900016", "451080300000"),
    *unit("451080300000", 450960),
    *unit("451320300000", 451200),
    *unit("451560300000", 451440, end=DAY),
    street("39900017"), over("39900017", "451800300000"), *unit("451800300000", 451680),
]  # fmt: skip
ASSOCIATED = [
    interest("39900012", 1),
    interest("00801245", 1),
    interest("39900014", 3),
    interest("39900016", 4),
    interest("39900012", 3, end=DAY),
    construction("39900012", 2),
    construction("801245", 4),
    construction("801245", 8),
    limit("39900012", 3, 7.5, whole=0, ends="450125.00,300000.00,450235.00,300000.00"),
    limit("801245", 3, 18),
    limit("801245", 3, 3, end=DAY),
    limit("801245", 1, 4.2),
    limit("801245", 2, 2.1),
    '63,"I",1,39900012,1,1,,,,',
]


def files(folder: Path) -> list[Path]:
    return [write(folder, *STREETS), write(folder, *ASSOCIATED, file="1440_AD.csv")]


def test_what_the_council_maintains(tmp_path: Path) -> None:
    gazetteer = import_dtf(files(tmp_path))
    roads = gazetteer.assets
    first = roads.groupby("usrn").first()
    # A number that has lost its zeros is the same street.
    assert first.index.tolist() == ["00801245", "39900012"]
    assert first["road_class"].tolist() == ["U", "A"]
    assert first["road"].tolist() == ["MILL LANE", "A606"]
    assert first.loc["39900012", "name"] == "A606 MAIN ROAD"
    assert first["one_way"].tolist() == ["forward", ""]
    assert roads.groupby("usrn")["length_m"].sum().tolist() == [240, 240]
    counts = dict(gazetteer.notes)
    left = sum(number for note, number in gazetteer.notes if note.startswith("units left out"))
    assert counts["units read"] == counts["units kept"] + left == 7
    assert counts["units left out: neither, a private street"] == 1
    assert counts["units left out: permanently closed"] == 1
    assert counts["units left out: maintainable by another highway authority"] == 1
    assert counts["units left out: no street with a name or description"] == 1
    assert counts["units left out: nobody says who maintains it"] == 1
    assert gazetteer.other_roads["road_id"].tolist() == ["451080300000"]
    assert not any(note.startswith("counts that do not fit") for note in counts)


def test_limits_and_traffic(tmp_path: Path) -> None:
    gazetteer = import_dtf(files(tmp_path))
    by_street = gazetteer.assets.groupby("usrn")
    # The part from 125 to 235 m is the second of two sections; a limit that has ended is none.
    assert by_street["weight_limit_t"].apply(list)["39900012"] == pytest.approx([np.nan, 7.5], nan_ok=True)
    assert by_street["weight_limit_t"].apply(list)["00801245"] == [18, 18]
    # Type 2 is 2.5 to 10 msa in 20 years, at 1.5 axles a vehicle and for both directions; type 4 up to 0.5.
    heavy = by_street["hgv"].first()
    assert heavy["39900012"] == round(2 * 5e6 / (20 * 365 * 1.5))
    assert heavy["00801245"] == round(2 * 0.25e6 / (20 * 365 * 1.5))
    assert not gazetteer.assets["assumed"].str.contains("hgv").any()
    counts = dict(gazetteer.notes)
    assert counts["height limits: a register has no column for them"] == 1
    assert counts["width limits: a register has no column for them"] == 1
    assert gazetteer.assets["sources"].str.contains(f"hgv = NSG {DAY}").all()


def test_without_associated_data_every_open_street_is_taken(tmp_path: Path) -> None:
    gazetteer = import_dtf(files(tmp_path)[0])
    assert dict(gazetteer.notes)["units kept"] == 5
    assert any("nobody states" in note for note, _ in gazetteer.notes)


def test_a_register_takes_what_a_street_says_by_usrn_or_place(tmp_path: Path) -> None:
    far = LineString([(460000, 300000), (460100, 300000)])
    near = LineString([(450250, 300003), (450350, 300003)])
    other = LineString([(470000, 300000), (470100, 300000)])
    own = assets(
        {"usrn": "39900012", "geometry": far, "road_class": "B"},
        {"geometry": near, "road_class": "", "weight_limit_t": np.nan},
        {"geometry": other},
    )
    after = import_dtf(files(tmp_path), validate_register(register(own)))
    rows = after.assets.set_index("asset_id")
    # What the register knows stays; what it lacks is taken and named.
    assert rows.loc["a1", ["road_class", "road"]].tolist() == ["B", "A606"]
    assert rows.loc["a2", ["usrn", "road_class", "weight_limit_t"]].tolist() == ["00801245", "U", 18]
    assert f"weight_limit_t = NSG {DAY}" in rows.loc["a2", "sources"]
    assert rows.loc["a3", "sources"] == ""
    counts = dict(after.notes)
    joins = [counts[f"assets joined to NSG {DAY} by {how}"] for how in ("USRN", "place")]
    assert [*joins, counts[f"assets not joined to NSG {DAY}"]] == [1, 1, 1]


def test_files_of_another_shape(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("usrn,name\n1,2\n")
    with pytest.raises(RegisterError, match="its first record is not of type 10"):
        import_dtf(tmp_path / "x.csv")
    with pytest.raises(RegisterError) as error:
        import_dtf(write(tmp_path, *STREETS, '13,"I",1', '64,"I"'))
    assert len(error.value.faults) == 2
    with pytest.raises(RegisterError) as error:
        import_dtf(write(tmp_path, *STREETS, '14,"I",1,450120300000,0,3,here,300000'))
    assert [fault.column for fault in error.value.faults] == ["x"]
    with pytest.raises(RegisterError, match="no street of the council"):
        import_dtf(write(tmp_path, *unit("1", 0)))
    with pytest.raises(FileNotFoundError):
        import_dtf(tmp_path / "none.csv")
    cut = import_dtf(write(tmp_path, *STREETS, count=3))
    note = f"counts that do not fit: 1440_LG.csv states 3 for {len(STREETS)} records"
    assert dict(cut.notes)[note] == 1


def test_the_command(tmp_path: Path) -> None:
    done = run("import", "dtf", *files(tmp_path), "-o", tmp_path / "r.gpkg")
    assert done.returncode == 0, done.stderr
    assert "units left out: neither, a private street: 1" in done.text
    assert f"from NSG {DAY}: hgv" in done.text
    assert set(read_register(tmp_path / "r.gpkg").assets["usrn"]) == {"00801245", "39900012"}
