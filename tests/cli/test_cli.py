"""The command line through its own entry point: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import import_roads, run

FILES = {
    *("summary.json", "plan.json", "programme.csv", "programme.gpkg", "programme.xlsx", "finance.xlsx"),
    *("assets.parquet", "strategies.parquet", "report.html", "manifest.json"),
}


def test_help_lists_the_commands() -> None:
    done = run("--help")
    assert done.returncode == 0, done.stderr
    for command in ("demo", "example", "explain", "import", "init", "validate", "predict", "plan", "report"):
        assert command in done.stdout


def test_a_command_adds_up_on_one_thread_unless_the_user_says_otherwise() -> None:
    code = "import os, sys, atexit, assetplan.cli; sys.argv = ['assetplan', '--version']; " \
           "atexit.register(lambda: print(os.environ['OPENBLAS_NUM_THREADS'])); assetplan.cli.main()"  # fmt: skip
    for given, used in (({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")):
        own = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"} | given
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=own)
        assert done.stdout.split()[-1] == used


def test_plan_prints_a_summary_and_writes_its_folder(planned) -> None:
    done, out = planned
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "quiet in a pipe"
    words = ("Preventative carriageway treatments", "benefit", "bound", "gap", "treated", "Model notes", str(out))
    for word in (*words, "What one more pound buys", "The best phasing of the same money"):
        assert word in done.stdout
    assert {path.name for path in out.iterdir()} == FILES
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["years"] == [2019, 2020, 2021, 2022, 2023]


def test_existing_output_is_refused_and_nothing_is_left(planned, small_county: Path) -> None:
    _, out = planned
    before = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    done = run("plan", small_county / "plan.toml", "-o", out)
    assert done.returncode == 1
    assert "exists already" in done.text
    assert {path: path.stat().st_mtime_ns for path in out.iterdir()} == before
    assert not [path for path in out.parent.iterdir() if path.name.startswith(".")], "no draft is left"


def test_report_again_gives_the_same_bytes(planned, tmp_path: Path) -> None:
    _, out = planned
    again = tmp_path / "again.html"
    done = run("report", out, "-o", again, "--force")
    assert done.returncode == 0, done.stderr
    assert again.read_bytes() == (out / "report.html").read_bytes()


def test_explain_prints_reason_and_choices(planned) -> None:
    _, out = planned
    done = run("explain", out, "R0001")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for word in ("(asset R0001)", "The plan does: ", "Why: "):
        assert word in done.stdout
    done = run("explain", out, "R00001")
    assert done.returncode == 1
    assert "did you mean R0001" in done.text
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("summary.json", b"{", "is not a JSON file"),
        ("summary.json", b"[]", "does not hold what a plan writes"),
        ("summary.json", b'{"years": "2019", "assets": 1, "treated": 1}', "must list the plan's years"),
        ("assets.parquet", b"PAR1", "cannot be read"),
        ("programme.gpkg", b"", "cannot be read"),
        ("plan.json", b"\xff", "is not a JSON file"),
        ("plan.json", b'{"plan": []}', "does not hold a plan and its tables"),
        ("strategies.parquet", b"PAR1", "is not a Parquet file"),
    ],
)
def test_a_damaged_folder_ends_in_a_fault(planned, tmp_path: Path, file: str, content: bytes, fault: str) -> None:
    damaged = tmp_path / "out"
    shutil.copytree(planned[1], damaged)
    (damaged / file).write_bytes(content)
    done = run("explain", damaged, "R0001")
    assert done.returncode == 1, done.stderr
    assert f"{file}: is not as it was written" in done.text
    done = run("explain", damaged, "R0001", "--trust-edits")
    assert done.returncode == 1, done.stderr
    assert fault in done.stderr
    assert "Traceback" not in done.stderr


def test_a_programme_that_contradicts_itself_ends_in_a_fault(planned, tmp_path: Path) -> None:
    changed = tmp_path / "out"
    shutil.copytree(planned[1], changed)
    summary = json.loads((changed / "summary.json").read_text(encoding="utf-8"))
    summary["spend"][0]["amount"] += 1e5
    (changed / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    done = run("report", changed, "-o", tmp_path / "r.html", "--trust-edits")
    assert done.returncode == 1
    assert "contradicts itself" in done.text
    assert "Traceback" not in done.stderr


def test_a_register_that_is_no_geopackage_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "assets.csv").write_text("asset_id\n", encoding="utf-8")
    done = run("import", "table", "assets.csv", "-o", "r.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "must end in .gpkg" in done.text
    assert not (tmp_path / "r.csv").exists()


def test_validate_and_predict(tmp_path: Path) -> None:
    import_roads(tmp_path, area=600)
    (tmp_path / "plan.toml").write_text(
        'name = "roads"\nregister = "r.gpkg"\nfirst_year = 2019\nyears = 5\n'
        "[envelope.lines]\ncarriageway_preventative = [1.0, 1.0, 1.0, 1.0, 1.0]\n",
        encoding="utf-8",
    )
    done = run("validate", tmp_path / "plan.toml")
    assert done.returncode == 0, done.stderr
    assert "no faults" in done.text
    assert "carriageway km" in done.text
    done = run("predict", tmp_path / "plan.toml")
    assert done.returncode == 0, done.stderr
    head, first = done.stdout.splitlines()[:2]
    assert head == "asset_id,asset_class,group,residual_life,chance_failed,2018,2019,2020,2021,2022,2023"
    assert len(first.split(",")) == 11


def test_unknown_key_is_refused_with_status_one(small_county: Path, tmp_path: Path) -> None:
    text = (small_county / "plan.toml").read_text(encoding="utf-8")
    (tmp_path / "plan.toml").write_text("colour = 'red'\n" + text, encoding="utf-8")
    done = run("plan", tmp_path / "plan.toml", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "column colour" in done.text
    assert "no such key" in done.text
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_faulty_register_lists_every_fault(tmp_path: Path) -> None:
    (tmp_path / "assets.csv").write_text(
        "asset_id,asset_class,road_class,quantity,length_m,x,y,measure,value\n"
        "a,carriageway,A,600,100,450000,210000,rci,20\n"
        "a,carriageway,A,-5,100,450100,210000,rci,20\n"
        "c,canal,A,600,100,450200,210000,rci,900\n",
        encoding="utf-8",
    )
    (tmp_path / "map.toml").write_text('[file]\ncrs = "EPSG:27700"\nx = "x"\ny = "y"\n', encoding="utf-8")
    done = run("import", "table", "assets.csv", "--mapping", "map.toml", "-o", "r.gpkg", cwd=tmp_path)
    assert done.returncode == 1
    for fault in ("assets.csv, row 3, column asset_id", "column quantity: '-5'", "row 4, column asset_class: 'canal'"):
        assert fault in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "r.gpkg").exists()


@pytest.mark.slow
def test_a_table_becomes_a_plan(tmp_path: Path) -> None:
    rows = "\n".join(
        f"r{i},carriageway,{'ABCU'[i % 4]},600,100,rci,{10 + 4 * i},"
        f'"LINESTRING ({450000 + 100 * i} 210000, {450100 + 100 * i} 210000)"'
        for i in range(40)
    )
    head = "asset_id,asset_class,road_class,quantity,length_m,measure,value,geometry\n"
    (tmp_path / "assets.csv").write_text(head + rows + "\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text('[file]\ncrs = "EPSG:27700"\nwkt = "geometry"\n', encoding="utf-8")
    done = run("import", "table", "assets.csv", "--mapping", "map.toml", "-o", "r.gpkg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "assumed by rule" in done.text
    done = run("init", "r.gpkg", "-o", "plan.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run("plan", "plan.toml", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert "assumed data" in done.text


def test_wrong_usage_is_status_two() -> None:
    assert run("plan").returncode == 2
    assert run("nonsense").returncode == 2


def test_a_missing_register_is_a_plain_fault(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(
        'name = "x"\nregister = "gone.gpkg"\nfirst_year = 2019\nyears = 1\n[envelope.lines]\nbridges = [1.0]\n',
        encoding="utf-8",
    )
    done = run("plan", tmp_path / "plan.toml", "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "gone.gpkg" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_carriageways_given_as_points_are_planned_and_noted(tmp_path: Path) -> None:
    import_roads(tmp_path, area=600)
    (tmp_path / "plan.toml").write_text(
        'name = "points"\nregister = "r.gpkg"\nfirst_year = 2019\nyears = 1\n'
        "[envelope.lines]\ncarriageway_preventative = [1.0]\n",
        encoding="utf-8",
    )
    done = run("plan", "plan.toml", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "8 carriageway sections are not single lines" in done.text


@pytest.mark.slow
def test_an_edited_folder_is_reported_only_with_a_mark(planned, tmp_path: Path) -> None:
    changed = tmp_path / "out"
    shutil.copytree(planned[1], changed)
    (changed / "programme.csv").write_text("mine\n", encoding="utf-8")
    done = run("report", changed, "--force")
    assert done.returncode == 1
    assert "programme.csv: is not as it was written with its programme" in done.text
    assert run("report", changed, "--force", "--trust-edits").returncode == 0
    assert "shown as they now stand: programme.csv." in (changed / "report.html").read_text(encoding="utf-8")
    assert run("explain", changed, "R0001", "--trust-edits").returncode == 0
    (changed / "programme.csv").write_bytes((planned[1] / "programme.csv").read_bytes())
    assert run("report", changed, "--force").returncode == 0, "a report written again is no edit"
    done = run("report", changed, "-o", changed / "assets.parquet", "--force")
    assert done.returncode == 1
    assert "the programme's assets.parquet that the output is made from" in done.text
