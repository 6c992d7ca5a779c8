"""One rule for all imports of what lies where it cannot: left out and named, or the file is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import test_dtf
import test_nbi
import test_ngd
import test_open_roads
import test_osm
from register_helpers import LINE, assets
from shapely import LineString

from assetplan.errors import RegisterError
from assetplan.importers import import_dtf, import_nbi, import_ngd, import_open_roads, import_osm
from assetplan.register import Register, import_table, read_register
from assetplan.register.misplaced import sift

GOOD = [((450000.0 + 300 * n, 300000.0), (450240.0 + 300 * n, 300000.0)) for n in range(6)]
DEGREES = ((-1.25, 52.6), (-1.253, 52.6))
AWAY = ((450000.0, 2300000.0), (450240.0, 2300000.0))
SWAPPED = ((300000.0, 450000.0), (300000.0, 450240.0))
NO_DIGIT = ((45000.0, 300000.0), (45240.0, 300000.0))
FAR = ((450000.0, 520000.0), (450240.0, 520000.0))
CORNER = ((450000.0, 300000.0), (45024.0, 300000.0))
Ends = tuple[tuple[float, float], tuple[float, float]]


def _ngd(folder: Path, lines: list[Ends]) -> Register:
    links = [test_ngd.link(f"L{n}", "A Road", 0, geometry=LineString(ends)) for n, ends in enumerate(lines)]
    return import_ngd(test_ngd.write(folder, links))


def _open_roads(folder: Path, lines: list[Ends]) -> Register:
    links = [test_open_roads.link(f"L{n}", "A Road", 0, geometry=LineString(ends)) for n, ends in enumerate(lines)]
    return import_open_roads(test_open_roads.write(folder, links))


def _dtf(folder: Path, lines: list[Ends]) -> Register:
    records = []
    for n, ends in enumerate(lines):
        usrn, esu = f"3990000{n}", f"L{n}"
        records += [test_dtf.street(usrn), test_dtf.name(usrn, "MILL LANE"), test_dtf.over(usrn, esu)]
        records.append(test_dtf.unit(esu, 0)[0])
        records += [f'14,"I",1,{esu},0,{k},{x:.6f},{y:.6f}' for k, (x, y) in enumerate(ends, 1)]
    return import_dtf(test_dtf.write(folder, *records))


def _table(folder: Path, lines: list[Ends]) -> Register:
    rows = [f'L{n};carriageway;A;240;"{LineString(ends).wkt}"' for n, ends in enumerate(lines)]
    (folder / "t.csv").write_text("\n".join(["asset_id;asset_class;road_class;length_m;wkt", *rows]))
    return import_table(folder / "t.csv", {"file": {"crs": "EPSG:27700"}}, fill=True)


LINES: dict[str, tuple[Callable[[Path, list[Ends]], Register], str]] = {
    "ngd": (_ngd, "links"), "open roads": (_open_roads, "links"), "dtf": (_dtf, "units"), "table": (_table, "assets"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LINES)
def test_lines_that_lie_where_they_cannot_are_left_out_and_counted(kind: str, tmp_path: Path) -> None:
    read, what = LINES[kind]
    register = read(tmp_path, [*GOOD, DEGREES, AWAY, SWAPPED, NO_DIGIT, CORNER, FAR])
    notes = {note: count for note, count in register.notes if "lie " in note}
    left = f"{what} left out, for they lie "
    starts = [
        (f"{left}with degrees for coordinates, where EPSG:27700 has metres: L6", 1),
        (f"{left}outside the area of EPSG:27700", 1),
        (f"{left}across more than 100 km, as with a wrong digit in a corner: L10", 1),
        (f"{left}among the others once x and y are swapped: L8", 1),
        (f"{left}among the others with one figure more in x or y: L9", 1),
        (f"{what} that lie more than 100 km from most others: L11", 1),
    ]
    for start, count in starts:
        assert [n for note, n in notes.items() if note.startswith(start)] == [count], start
    assert set(register.assets["asset_id"].str.split("-").str[0]) == {f"L{n}" for n in (*range(6), 11)}
    read_in = dict(register.notes).get(f"{what} read", dict(register.notes).get("rows read"))
    if what != "assets":
        kept = dict(register.notes)[f"{what} kept"]
        assert read_in == kept + sum(n for note, n in notes.items() if note.startswith(left)) == 12


@pytest.mark.parametrize("kind", LINES)
def test_a_file_half_of_which_lies_wrong_is_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as error:
        LINES[kind][0](tmp_path, [*GOOD[:2], DEGREES, DEGREES[::-1], AWAY])
    assert [fault.value for fault in error.value.faults] == ["L2", "L3", "L4"]
    assert all(fault.row and fault.hint for fault in error.value.faults[:2])


def test_ways_and_bridges_far_from_all_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(test_osm.NODES, 901, (0.0, 0.0))
    monkeypatch.setitem(test_osm.NODES, 902, (52.6, -0.7))
    monkeypatch.setitem(test_osm.NODES, 903, (52.601, -0.7))
    ways = [*test_osm.WAYS, ("600", [901, 1], {"highway": "primary"}), ("601", [902, 903], {"highway": "primary"})]
    register = import_osm(test_osm.small_file(tmp_path, ways))
    notes = dict(register.notes)
    assert notes["ways left out, for they lie across more than 100 km, as with a wrong digit in a corner: 600"] == 1
    assert notes["ways left out, for they lie among the others once x and y are swapped: 601"] == 1
    left = sum(count for note, count in register.notes if note.startswith("ways left out"))
    assert notes["ways with a highway tag read"] == notes["ways kept"] + left
    records = [test_nbi.record(f"B{n}", latitude=f"391{n}0000") for n in range(4)]
    far = [test_nbi.record("FAR", longitude="098100000"), test_nbi.record("STRAY", longitude="082100000")]
    (tmp_path / "n.txt").write_text("\n".join([test_nbi.HEAD, *records, *far]))
    bridges = import_nbi(tmp_path / "n.txt")
    notes = dict(bridges.notes)
    assert notes["records left out, for they lie more than 1,000 km from most others: FAR (row 6)"] == 1
    assert notes["records that lie more than 100 km from most others: STRAY (row 7)"] == 1
    assert notes["records read"] == notes["bridges kept"] + 1 == len(bridges.assets) + 1


def test_layers_of_a_register_are_sifted_by_the_same_rule(tmp_path: Path) -> None:
    lost = LineString([(0, 0), (1e-7, 0)]), LineString([(1, 52), (1.1, 52)])
    frame = assets({}, {}, *({"geometry": line} for line in lost), {})
    frame.to_file(tmp_path / "r.gpkg", layer="carriageway", engine="pyogrio")
    register = read_register(tmp_path / "r.gpkg", fill=True)
    assert register.assets["asset_id"].tolist() == ["a1", "a2", "a5"]
    assert [count for note, count in register.notes if note.startswith("assets left out, for they lie")] == [1, 1]


def test_nothing_to_sift() -> None:
    nothing = sift(gpd.GeoSeries([], crs=27700), pd.Series(dtype=str), "f")
    assert (len(nothing.keep), nothing.notes, nothing.faults) == (0, [], [])
    holes = sift(gpd.GeoSeries([None, LINE], crs=27700), pd.Series(["a", "b"]), "f")
    assert holes.keep.tolist() == [True, True]
