"""Seconds and peak memory by stage, for the small county; with ASSETPLAN_BENCHMARK=full, Rutland and the whole one.

Run by hand: `python -m pytest tests/benchmarks -m benchmark -s --override-ini addopts=`. It prints a table and judges
nothing on time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from places import SHARED
from tables import FULL

pytestmark = pytest.mark.benchmark

# Each size runs in a process of its own, so that its peak memory is its own.
CHILD = """
import json, resource, sys, tempfile, time
from pathlib import Path
import assetplan
from assetplan.example import init_plan

size, source = sys.argv[1:]
seconds, clock = {}, [time.perf_counter()]
def lap(name):
    seconds[name] = time.perf_counter() - clock[0]
    clock[0] = time.perf_counter()
with tempfile.TemporaryDirectory() as scratch:
    folder = Path(scratch) / "county"
    if source:
        folder.mkdir()
        assetplan.write_register(assetplan.import_osm(source), folder / "register.gpkg")
        init_plan(folder / "register.gpkg", folder / "plan.toml")
    else:
        assetplan.write_example(folder, size, 1)
    lap("make or import")
    programme = assetplan.plan(assetplan.read_plan(folder / "plan.toml"))
    seconds.update(programme.summary.seconds)
    clock[0] = time.perf_counter()
    programme.write(Path(scratch) / "out")
    lap("write")
    assetplan.write_report(programme, Path(scratch) / "report.html")
    lap("report")
    bytes_ = (Path(scratch) / "report.html").stat().st_size
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(json.dumps({"seconds": seconds, "peak": peak, "gap": programme.gap, "assets": programme.summary.assets,
                  "megabytes": bytes_ / 1e6}))
"""


def test_stages(tmp_path: Path) -> None:
    osm = SHARED / "rutland.osm.pbf"
    cases = [("small", "")]
    if FULL:
        cases += [*([("Rutland", str(osm))] if osm.is_file() else []), ("county", "")]
    timed = {}
    for size, source in cases:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, size, source], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        timed[size] = json.loads(done.stdout)
    stages = list(timed["small"]["seconds"])
    print("\n| stage, seconds | " + " | ".join(timed) + " |\n|---|" + "---|" * len(timed))
    for stage in stages:
        print(f"| {stage} | " + " | ".join(f"{row['seconds'].get(stage, 0):.1f}" for row in timed.values()) + " |")
    print("| all | " + " | ".join(f"{sum(row['seconds'].values()):.1f}" for row in timed.values()) + " |")
    print("| peak memory, GB | " + " | ".join(f"{row['peak']:.2f}" for row in timed.values()) + " |")
    print("| assets | " + " | ".join(f"{row['assets']:,}" for row in timed.values()) + " |")
    print("| gap | " + " | ".join(f"{row['gap']:.4%}" for row in timed.values()) + " |")
    print("| report, MB | " + " | ".join(f"{row['megabytes']:.2f}" for row in timed.values()) + " |")
    assert all(row["assets"] > 1000 for row in timed.values())
