"""Importers fed with damaged files: a right register or listed faults, never anything else."""

from __future__ import annotations

import gzip
import random
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_dtf import ASSOCIATED, STREETS
from test_dtf import write as write_dtf
from test_misplaced import GOOD, LINES
from test_nbi import HEAD, fixed, record
from test_ngd import LINKS
from test_open_roads import LINKS as OPEN_LINKS
from test_open_roads import write as write_open_roads
from test_osm import small_file

from assetplan.errors import RegisterError
from assetplan.importers import import_dtf, import_nbi, import_ngd, import_open_roads, import_osm
from assetplan.inspection import hmdif_readings, pas2161_register, read_hmdif, read_pas2161, survey
from assetplan.register import Register, validate_register

pytestmark = pytest.mark.slow

RECORDS = (
    "SURVEY\\CVI,235,5,s,,,", "SECTION\\4b,1,L1,F,F,M,160.0,,01042025,01042025,09:00,09:05,I",
    "OBSERV\\1,BUTS,235,CL1,0,20", "OBVAL\\1,1,0,P", "OBSERV\\1,BCKJ,235,CL1,0,20", "OBVAL\\1,1,30,P",
)  # fmt: skip
TYPES = (
    "SURVEY\\TYPE,VERSION,NUMBER,NAME,SUBSECT,CWXSPUSED,OFFCWXSPUSED",
    "SECTION\\NETWORK,NUMBER,LABEL,NORMDIR,SURVDIR,MASTER,LENGTH,COMMENT,SDATE,EDATE,STIME,ETIME,INSP",
    "OBSERV\\NUMBER,DEFECT,VERSION,XSECT,SCHAIN,ECHAIN", "OBVAL\\PARM,OPTION,VALUE,PERCENT",
)  # fmt: skip
PAS = "section_label,from_m,to_m,category,valid,reason,date,technology,start_x,start_y,end_x,end_y,length_m,road_class"
ODD = (
    "",
    "x",
    "-1",
    "1e400",
    "nan",
    "0",
    '"',
    "'",
    ",",
    ";",
    "Ω",
    "999999999999",
    "2025-13-41",
    "NULL",
    "\\",
    "1,5",
    "\t",
)


def _nbi(folder: Path) -> Path:
    (folder / "n.txt").write_text("\n".join([HEAD, *(record(f"B{n}", "APK"[n % 3]) for n in range(6))]) + "\n")
    return folder / "n.txt"


def _mapped_nbi(path: Path) -> Register:
    plan = {"columns": {"district": "LAT_016", "hgv": "029"}, "year_of": {"built_year": "090"}, "factors": {"hgv": 0.1}}
    return import_nbi(path, plan)


def _fixed(folder: Path) -> Path:
    (folder / "f.txt").write_text("\n".join(fixed(f"B{n}") for n in range(4)) + "\n")
    return folder / "f.txt"


def _dtf(folder: Path) -> Path:
    return write_dtf(folder, *STREETS, *ASSOCIATED)


def _ngd(folder: Path) -> Path:
    frame = pd.DataFrame(LINKS).assign(geometry=lambda table: [shape.wkt for shape in table["geometry"]])
    frame.to_csv(folder / "links.csv", index=False)
    return folder / "links.csv"


def _packed_osm(path: Path) -> Register:
    packed = gzip.compress(path.read_bytes(), mtime=0)
    path.with_suffix(".gz").write_bytes(packed[: len(packed) - 9 * (len(packed) % 3)])
    return import_osm(path.with_suffix(".gz"))


def _hmdif(folder: Path) -> Path:
    lines = [
        'HMSTART ukPMS 001 " " ; , \\',
        *(f"{line};" for line in ("TSTART", *TYPES, "TEND\\6", "DSTART", *RECORDS)),
    ]
    (folder / "s.hmd").write_text("\n".join([*lines, "DEND\\8;", "HMEND\\16;"]) + "\n")
    return folder / "s.hmd"


def _pas(folder: Path) -> Path:
    rows = [f"S1,{n}0,{n + 1}0,{1 + n % 5},yes,,2025-05-01,M,450000,300000,450050,300000,50,A" for n in range(5)]
    (folder / "p.csv").write_text("\n".join([PAS, *rows]) + "\n")
    return folder / "p.csv"


def _from_hmdif(path: Path) -> object:
    return hmdif_readings(read_hmdif(path))


def _from_pas(path: Path) -> Register:
    results = read_pas2161(path)
    return survey(pas2161_register(results), results.readings).register


KINDS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object]]] = {
    "nbi": (_nbi, import_nbi),
    "nbi of fixed width": (_fixed, import_nbi),
    "nbi by a mapping": (_nbi, _mapped_nbi),
    "dtf": (_dtf, import_dtf),
    "ngd": (_ngd, import_ngd),
    "osm": (small_file, import_osm),
    "osm, packed": (small_file, _packed_osm),
    "hmdif": (_hmdif, _from_hmdif),
    "pas2161": (_pas, _from_pas),
}


def damage(content: bytes, seed: int) -> bytes:
    """A text file with one to three of its lines, columns, values or encoding spoilt."""
    chance = random.Random(seed)
    text = content.decode("utf-8")
    for _ in range(chance.randint(1, 3)):
        lines = text.splitlines()
        mark = chance.choice([",", ";", "\\", '"', " "])
        at = chance.randrange(len(lines))
        parts = lines[at].split(mark)
        how = chance.randrange(9)
        if how == 0:
            lines.pop(at)
        elif how == 1:
            lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
        elif how == 2:
            lines = lines[: at + 1]
        elif how == 3:
            chance.shuffle(lines)
        elif how == 4:
            lines.insert(at, lines[at])
        elif how == 5:
            place = chance.randrange(len(parts))
            lines = [mark.join(p for n, p in enumerate(line.split(mark)) if n != place) for line in lines]
        else:
            parts[chance.randrange(len(parts))] = chance.choice(ODD)
            lines[at] = mark.join(parts)
        text = "\n".join(lines) + chance.choice(["", "\n", "\r\n"])
        if not text.strip():
            return text.encode()
    return text.encode(chance.choice(["utf-8", "utf-8", "utf-8-sig", "latin-1", "utf-16"]), errors="replace")


def check(read: Callable[[], object]) -> object:
    """What is read, where it is a right register; None where faults are listed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = read()
    except RegisterError as error:
        faults = error.faults
        result = None
    else:
        faults = []
    assert result is not None or faults
    assert all(fault.rule and fault.file for fault in faults)
    if isinstance(result, Register):
        assert validate_register(result).assets.equals(result.assets)
    return result


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_is_a_right_register_or_listed_faults(kind: str, seed: int, tmp_path: Path) -> None:
    write, read = KINDS[kind]
    path = write(tmp_path)
    path.write_bytes(damage(path.read_bytes(), seed))
    check(lambda: read(path))


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_layer_is_a_right_register_or_listed_faults(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    links = [dict(one) for one in OPEN_LINKS]
    for _ in range(3):
        one, key = chance.choice(links), chance.choice(list(OPEN_LINKS[0]))
        if key != "geometry":
            one[key] = chance.choice(["", "x", None, "A Road"])
        elif chance.random() < 0.5:
            one[key] = None
    drop = chance.choice([*OPEN_LINKS[0], ""])
    rows = [{key: value for key, value in one.items() if key != drop or drop == "geometry"} for one in links]
    if (tmp_path / "roads.gpkg").exists():
        (tmp_path / "roads.gpkg").unlink()
    rows = [row | {k: "" if row[k] is None else str(row[k]) for k in row if k != "geometry"} for row in rows]
    register = check(lambda: import_open_roads(write_open_roads(tmp_path, rows)))
    if isinstance(register, Register):
        assert pyogrio.read_info(tmp_path / "roads.gpkg")["features"] == dict(register.notes)["links read"]


PLACES = (
    (0.0, 0.0), (450000.0, 300000.0), (45000.0, 300000.0), (300000.0, 450000.0), (-1.2, 52.6), (52.6, -1.2),
    (450000.0, 3e6), (1e9, 1e9), (1e300, 1e300), (-450000.0, -300000.0), (450010.0, 30000.0), (1e-9, 0.0),
)  # fmt: skip


@pytest.mark.parametrize("kind", LINES)
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ends=st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES)), max_size=5))
def test_lines_anywhere_are_kept_or_left_out_and_counted(
    kind: str, ends: list[tuple[tuple[float, float], tuple[float, float]]], tmp_path: Path
) -> None:
    read, what = LINES[kind]
    for old in tmp_path.glob("*"):
        old.unlink()
    register = check(lambda: read(tmp_path, [*GOOD, *ends]))
    if isinstance(register, Register):
        notes = dict(register.notes)
        left = sum(count for note, count in register.notes if note.startswith(f"{what} left out"))
        held = len(GOOD) + len(ends)
        assert held == notes[f"{what} {'read' if what == 'assets' else 'kept'}"] + left
        assert register.assets.total_bounds[2] - register.assets.total_bounds[0] < 2e6
