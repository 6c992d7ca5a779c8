"""A folder of a plan is verified by its digests and by planning again; what differs is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import run
from round_cases import write_inputs

import assetplan
from assetplan.errors import RegisterError
from assetplan.output import write_manifest
from assetplan.rounds import verify


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inputs, and below them the folder of their plan, with its report."""
    inputs = write_inputs(tmp_path_factory.mktemp("verified"))
    programme = assetplan.plan(assetplan.read_plan(inputs / "plan.toml"))
    out = programme.write(inputs / "out")
    assetplan.write_report(programme, out / "report.html")
    write_manifest(out, "report.html")
    return inputs


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


@pytest.mark.slow
def test_an_untouched_folder_holds_wherever_it_lies(copied: Path) -> None:
    checked = verify(copied / "out", copied)
    assert checked.not_planned == ""
    assert checked.holds
    assert "--inputs" in verify(copied / "out").not_planned
    done = run("verify", copied / "out", "--inputs", copied)
    assert done.returncode == 0
    assert "planned again from the same inputs it is the same" in done.text


def test_what_was_edited_or_is_gone_is_named(copied: Path) -> None:
    (copied / "out" / "programme.csv").write_text("edited", encoding="utf-8")
    (copied / "out" / "assets.parquet").unlink()
    assert verify(copied / "out").outputs == ("assets.parquet", "programme.csv")
    (copied / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    assert verify(copied / "out").outputs == ("assets.parquet", "programme.csv", "mine.txt")
    done = run("verify", copied / "out")
    assert done.returncode == 1
    assert "programme.csv" in done.text


@pytest.mark.slow
def test_a_change_that_was_given_its_digest_is_caught_by_planning_again(copied: Path) -> None:
    path = copied / "out" / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(summary | {"benefit": summary["benefit"] + 1}), encoding="utf-8")
    write_manifest(copied / "out", "summary.json")
    checked = verify(copied / "out", copied)
    assert checked.outputs == ()
    assert checked.differs == ("summary.json (benefit)",)
    assert "summary.json (benefit)" in run("verify", copied / "out", "--inputs", copied).text


@pytest.mark.slow
def test_a_file_that_was_taken_out_with_its_digest_is_missed(copied: Path) -> None:
    out = copied / "out"
    (out / "strategies.parquet").unlink()
    (out / "manifest.json").unlink()
    write_manifest(out)
    assert verify(out).holds
    assert verify(out, copied).differs == ("strategies.parquet",)


def test_inputs_that_are_gone_are_named(copied: Path) -> None:
    (copied / "register.gpkg").unlink()
    assert verify(copied / "out", copied).inputs == ("register.gpkg",)


def test_inputs_that_are_others_are_named_and_nothing_is_planned(copied: Path) -> None:
    (copied / "register.gpkg").write_bytes(b"another")
    checked = verify(copied / "out", copied)
    assert checked.inputs == ("register.gpkg",)
    assert "its inputs are others" in run("verify", copied / "out", "--inputs", copied).text


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="is not in this folder of a plan"):
        verify(tmp_path)


def test_settings_that_were_edited_are_not_planned_from(copied: Path) -> None:
    path = copied / "out" / "plan.json"
    path.write_text("{}", encoding="utf-8")
    assert verify(copied / "out", copied).not_planned == "plan.json is not as it was written"
    write_manifest(copied / "out", "plan.json")
    with pytest.raises(RegisterError, match="does not hold a plan and its tables"):
        verify(copied / "out", copied)
