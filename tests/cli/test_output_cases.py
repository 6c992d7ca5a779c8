"""Outputs that once went wrong: through themselves, below a file, on a full disk, edited, killed, as formulas."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import pytest
from commands import nobody, run, run_alone
from places import case

from assetplan.output import new_folder


@pytest.fixture(scope="module")
def planned_case(tmp_path_factory) -> Path:
    """A folder with a small plan and its programme `out`; nothing is printed before the title."""
    folder = case("output-through-itself", tmp_path_factory.mktemp("planned"))
    # "tiny_slow_and_banner": the solver wrote to the terminal by itself, which only a process of its own shows.
    done = run_alone("plan", "plan.toml", "-o", "out", cwd=folder)
    assert (done.returncode, done.stdout.partition(",")[0], done.stderr) == (0, "plan", "")
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_an_output_that_cannot_be_is_one_plain_line_and_changes_nothing(tmp_path: Path) -> None:
    folder = case("os-errors", tmp_path)
    before = names(folder)
    for output, rule in (
        ("plan.toml/out", "plan.toml: is not a folder"),
        (".", "is, or holds, the plan"),
        ("n" * 250, "too long"),
        ("register.gpkg", "is, or holds, the register"),
    ):
        done = run("plan", "plan.toml", "-o", output, "--force", cwd=folder)
        assert done.returncode == 1
        assert rule in done.stderr
        assert done.stderr.count("\n") == 1
    assert names(folder) == before


def test_a_way_to_the_output_through_itself(planned_case: Path) -> None:
    before = names(planned_case)
    assert run("plan", "plan.toml", "-o", "out/../out", "--force", cwd=planned_case).returncode == 0
    assert names(planned_case) == before


def test_a_folder_that_may_not_be_written_is_refused_before_solving() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o777)  # nobody else may look into pytest's own folders
        folder = case("force-readonly-says-failed", Path(scratch))
        folder.chmod(0o777)
        with new_folder(folder / "out") as part:
            (part / "x").write_text("")
        (folder / "out").chmod(0o555)
        before = names(folder)
        assert "exists already" in run("plan", "plan.toml", "-o", "out", cwd=folder).stderr
        with nobody():
            done = run("plan", "plan.toml", "-o", "out", "--force", cwd=folder)
        assert (done.returncode, done.stderr) == (1, f"assetplan: {folder}/out: may not be written to\n")
        assert names(folder) == before


@pytest.mark.slow
def test_a_full_disk_is_one_plain_line(planned_case: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [Path(sys.executable).with_name("assetplan"), "plan", "plan.toml", "-o", "big"]
    done = subprocess.run(command, cwd=planned_case, capture_output=True, text=True, preexec_fn=little, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("assetplan: ")
    assert "Traceback" not in done.stderr
    assert not [name for name in names(planned_case) if "big" in name]


@pytest.mark.slow
def test_a_killed_run_leaves_a_draft_that_the_next_one_clears(tmp_path: Path) -> None:
    folder = case("drafts-left", tmp_path)
    command = [Path(sys.executable).with_name("assetplan"), "plan", "plan.toml", "-o", "killed"]
    draft = folder / ".killed.draft"
    for number, left in ((signal.SIGHUP, False), (signal.SIGKILL, True)):
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as child:
            until = time.monotonic() + 60
            while not (draft / "new" / "killed").is_dir() and time.monotonic() < until:
                time.sleep(0.01)
            os.kill(child.pid, number)
            assert child.wait(timeout=60) in (-number, 128 + number)
        assert draft.exists() == left
    done = run_alone("plan", "plan.toml", "-o", "killed", cwd=folder)
    assert done.returncode == 0
    assert "was killed while it wrote" in done.text
    assert not draft.exists()


def test_edits_by_hand_are_refused_or_marked(tmp_path: Path) -> None:
    folder = case("hand-edited-not-noticed", tmp_path)
    assert run("plan", "plan.toml", "-o", "out", cwd=folder).returncode == 0
    path = folder / "out" / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    summary["gap"] = 0.5
    path.write_text(json.dumps(summary), encoding="utf-8")
    done = run("report", "out", "--force", cwd=folder)
    assert done.returncode == 1
    assert "summary.json: is not as it was written" in done.text


@pytest.mark.slow
def test_files_of_another_run_are_refused(planned_case: Path, tmp_path: Path) -> None:
    folder = case("hand-edited-not-noticed", tmp_path)
    plan = folder / "plan.toml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("= 2019", "= 2020"), encoding="utf-8")
    assert run("plan", "plan.toml", "-o", "out", cwd=folder).returncode == 0
    for name in ("programme.gpkg", "assets.parquet"):
        (folder / "out" / name).write_bytes((planned_case / "out" / name).read_bytes())
    for command in (("report", "out", "--force"), ("explain", "out", "R1")):
        done = run(*command, cwd=folder)
        assert done.returncode == 1
        assert "programme.gpkg: is not as it was written" in done.text


@pytest.mark.slow
def test_no_cell_of_a_csv_is_taken_for_a_formula(tmp_path: Path) -> None:
    folder = case("programme-csv-formulas", tmp_path)
    assert run("import", "table", "a.csv", "--mapping", "m.toml", "-o", "out.gpkg", cwd=folder).returncode == 0
    with (folder / "p.toml").open("a") as file:
        file.write("[sites]\nminimum = 0\n")  # its one road is shorter than any site
    assert run("plan", "p.toml", "-o", "out", cwd=folder).returncode == 0
    content = (folder / "out" / "programme.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [cell.lstrip('"') for line in content.decode("utf-8-sig").splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    assert "'=1+1" in cells
    assert "=1+1" in set(gpd.read_file(folder / "out" / "programme.gpkg", layer="programme")["asset_id"])


@pytest.mark.slow
def test_bridges_alone_go_through_every_command(tmp_path: Path) -> None:
    folder = case("01-bridges-only", tmp_path)
    for words in (
        ("import", "table", "bridges.csv", "--mapping", "map.toml", "-o", "b.gpkg"),
        ("init", "b.gpkg", "-o", "p.toml"),
        ("validate", "plan.toml"),
        ("plan", "plan.toml", "-o", "out"),
        ("report", "out", "--force"),
    ):
        done = run(*words, cwd=folder)
        assert done.returncode == 0, done.stderr
    assert "by replacement value" in run("init", "b.gpkg", "-o", "p.toml", "--force", cwd=folder).stdout
    done = run("network", "b.gpkg", "-o", "n.gpkg", cwd=folder)
    assert done.returncode == 1
    assert "no carriageway is drawn as a line" in done.text


def test_a_pipe_is_no_input_and_a_name_steers_no_terminal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for words in (("validate", "pipe"), ("import", "nbi", "pipe", "-o", "r.gpkg"), ("init", "pipe", "-o", "p.toml")):
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert "pipe is not a regular file" in done.text
    (tmp_path / "p.toml").write_text('"\\u001b[31mred\\u009b" = 1\n', encoding="utf-8")
    done = run("validate", "p.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert "red" in done.stderr
    assert not {"\x1b", "\x9b"} & set(done.stderr)
