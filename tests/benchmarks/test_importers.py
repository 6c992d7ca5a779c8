"""Seconds and memory to read a council's worth of each format.

Run by hand: `python -m pytest tests/benchmarks/test_importers.py -m benchmark -s --override-ini addopts=`. It prints a
table. With ASSETPLAN_BENCHMARK=full each file has 200,000 rows, and has to be read in 20 s and 1.5 GB; else a tenth.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tables import FULL, head, row

pytestmark = pytest.mark.benchmark
ROWS = 200_000 if FULL else 5_000
MOST_SECONDS, MOST_MB = 20, 1500
DAY = "2026-04-01"


def _lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def nbi(folder: Path) -> Path:
    items = (
        "STATE_CODE_001,STRUCTURE_NUMBER_008,RECORD_TYPE_005A,FACILITY_CARRIED_007,LAT_016,LONG_017,YEAR_BUILT_027,"
        "ADT_029,OPEN_CLOSED_POSTED_041,STRUCTURE_LEN_MT_049,DECK_WIDTH_MT_052,DECK_COND_058,SUPERSTRUCTURE_COND_059,"
        "SUBSTRUCTURE_COND_060,CULVERT_COND_062,OPERATING_RATING_064,DATE_OF_INSPECT_090"
    )
    # The published files have some 120 columns.
    head_ = items + "".join(f",ITEM_X_{n}" for n in range(800, 900))
    rest = ",'0'" * 100
    rows = (
        f"54,{n:015d},1,'FARMER'S ROAD, {n}',39{n % 60:02d}{n // 60 % 60:02d}00,080{n % 59:02d}0000,1950,500,"
        f"{'APK'[n % 3]},20.0,8.0,6,7,5,N,40.5,0609{rest}"
        for n in range(ROWS)
    )
    return _lines(folder / "n.txt", head_, *rows)


def dtf(folder: Path) -> Path:
    streets = []
    for n in range(ROWS // 7):
        usrn, unit = f"{39900000 + n}", f"{450000 + n}300000"
        x, y = 450000 + 100 * (n % 200), 300000 + 100 * (n // 200)
        streets += [
            f'11,"I",1,{usrn},1,1440,2,{DAY},1,0,{DAY},{DAY},{DAY},,0,0,0,0,10,1',
            f'15,"I",1,{usrn},"STREET {n}","","HAM","SHIRE","ENG"',
            f'12,"I",1,{usrn},0,{unit},0',
            f'13,"I",1,{unit},0,2,10,{DAY},{DAY},{DAY},,1',
            f'14,"I",1,{unit},0,1,{x}.00,{y}.00',
            f'14,"I",1,{unit},0,2,{x + 100}.00,{y}.00',
            f'61,"I",1,{usrn},1,1440,1,{DAY},{DAY},,1,0,0,"",1440,1,1,,,,',
        ]
    first = f'10,"SHIRE COUNCIL",1440,{DAY},1,{DAY},101500,"8.1.2.10","F"'
    return _lines(folder / "1440_LG.csv", first, *streets, f"99,0,{len(streets)},{DAY},101500")


def ngd(folder: Path) -> Path:
    import geopandas as gpd
    import pyogrio
    import shapely

    n = np.arange(ROWS)
    x, y = 400000 + 100.0 * (n % 500), 300000 + 100.0 * (n // 500)
    lines = shapely.linestrings(np.stack([np.c_[x, y], np.c_[x + 100, y]], axis=1))
    columns = {
        "osid": [f"{i:08d}" for i in n],
        "versiondate": "2025-03-27",
        "roadclassification": np.array(["A Road", "Unclassified"])[n % 2],
        "operationalstate": "Open",
        "directionality": "Both Directions",
        "capturespecification": "Urban",
        "roadwidth_average": 6.2,
        "presenceofpavement_left_m": 100.0,
        "presenceofpavement_right_m": 0.0,
    }
    frame = gpd.GeoDataFrame(columns, geometry=lines, crs=27700)
    pyogrio.write_dataframe(frame, folder / "ngd.gpkg", layer="trn_ntwk_roadlink")
    return folder / "ngd.gpkg"


def hmdif(folder: Path) -> Path:
    types = (
        "SURVEY\\TYPE,VERSION,NUMBER,NAME,SUBSECT,CWXSPUSED,OFFCWXSPUSED;",
        "SECTION\\NETWORK,NUMBER,LABEL,NORMDIR,SURVDIR,MASTER,LENGTH,COMMENT,SDATE,EDATE,STIME,ETIME,INSP;",
        "OBSERV\\NUMBER,DEFECT,VERSION,XSECT,SCHAIN,ECHAIN;",
        "OBVAL\\PARM,OPTION,VALUE,PERCENT;",
    )
    records = ["SURVEY\\CVI,235,5,s,,,;"]
    for n in range(ROWS // 2):
        if n % 20 == 0:
            records.append(f"SECTION\\4b,1,L{n // 20},F,F,M,400.0,,01042025,01042025,09:00,09:05,I;")
        start = 20 * (n % 20)
        records += [f"OBSERV\\1,{('BUTS', 'BCKJ')[n % 2]},235,CL1,{start},{start + 20};", "OBVAL\\1,1,10,P;"]
    body = ["TSTART;", *types, "TEND\\6;", "DSTART;", *records, f"DEND\\{len(records) + 2};"]
    return _lines(folder / "s.hmd", 'HMSTART ukPMS 001 " " ; , \\', *body, f"HMEND\\{len(body) + 2};")


def pas2161(folder: Path) -> Path:
    place = "start_x,start_y,end_x,end_y,length_m,road_class"
    head_ = f"section_label,from_m,to_m,category,valid,reason,date,technology,{place}"
    rows = (
        f"S{n // 50},{10 * (n % 50)},{10 * (n % 50) + 10},{1 + n % 5},yes,,2025-05-01,M,"
        f"{450000 + n // 50},300000,{450000 + n // 50},300500,500,U"
        for n in range(ROWS)
    )
    return _lines(folder / "p.csv", head_, *rows)


def _read(kind: str, path: Path) -> int:
    """Assets or readings of a file."""
    import assetplan.importers
    import assetplan.inspection as surveys

    if kind == "hmdif":
        return len(surveys.hmdif_readings(surveys.read_hmdif(path))[0].row)
    if kind == "pas2161":
        results = surveys.read_pas2161(path)
        return len(surveys.survey(surveys.pas2161_register(results), results.readings).sections)
    return len(getattr(assetplan.importers, f"import_{kind}")(path).assets)


def _timed(kind: str, path: Path, answer: multiprocessing.Queue) -> None:
    began = time.perf_counter()
    count = _read(kind, path)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.put((count, time.perf_counter() - began, megabytes))


def test_importers(tmp_path: Path) -> None:
    makers: dict[str, Callable[[Path], Path]] = {f.__name__: f for f in (nbi, dtf, ngd, hmdif, pas2161)}
    head("Importers", "format", "rows", "assets or readings", "seconds", "MB")
    context = multiprocessing.get_context("spawn")
    for kind, make in makers.items():
        answer = context.Queue()
        process = context.Process(target=_timed, args=(kind, make(tmp_path), answer))
        process.start()
        count, seconds, megabytes = answer.get(timeout=300)
        process.join()
        row(kind, f"{ROWS:,}", f"{count:,}", f"{seconds:.1f}", f"{megabytes:,.0f}")
        assert count
        assert not FULL or (seconds < MOST_SECONDS and megabytes < MOST_MB)
