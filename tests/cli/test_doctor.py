"""`assetplan doctor` and `--version`: what works, what does not and what mends it."""

from __future__ import annotations

import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from commands import run

import assetplan
from assetplan.cli import doctor


@pytest.fixture
def without_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_self_test", lambda: "left out")


@pytest.mark.slow
def test_the_doctor_plans_a_small_test_and_proves_it_by_trying_every_programme(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "WRONG" not in done.stdout
    assert "the best of 2,700 programmes, all of which were tried" in done.text
    assert "All that the program needs works." in done.text
    assert not list(tmp_path.iterdir()), "it leaves nothing behind"


@pytest.mark.usefixtures("without_plan")
def test_a_package_that_is_too_old_or_gone_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["click>=99", "numpy>=1", "no-such-package<3", 'distributed>=9999; extra == "dask"']
    monkeypatch.setattr(doctor, "requires", lambda name: wanted)
    done = run("doctor", "--json")
    assert done.returncode == 1
    shown = json.loads(done.stdout)
    assert shown["holds"] is False
    assert shown["versions"]["numpy"] == version("numpy")
    assert shown["versions"]["no-such-package"] == "is not installed"
    by_name = {row["check"]: row for row in shown["checks"]}
    assert by_name["packages"]["holds"] is False
    assert by_name["packages"]["advice"] == "pip install 'click>=99' 'no-such-package<3'"
    assert by_name["extra dask"]["holds"] is None
    assert by_name["extra dask"]["advice"] == "pip install 'assetplan[dask]'"


@pytest.mark.usefixtures("without_plan")
def test_a_solver_that_misses_the_best_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = SimpleNamespace(benefit=60.0, status="feasible")
    monkeypatch.setattr(assetplan, "optimise", lambda options, caps: wrong, raising=False)
    done = run("doctor")
    assert done.returncode == 1
    assert "the best choice brings 70, the solver's 60 (feasible)" in done.text
    assert "solver: pip install --force-reinstall" in done.text


@pytest.mark.usefixtures("without_plan")
def test_a_folder_that_may_not_be_written_to_and_a_font_that_is_gone_are_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import matplotlib as mpl

    def refuse(dir: Path) -> None:
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setitem(mpl.rcParamsDefault, "font.sans-serif", ["No Such Font"])
    done = run("doctor")
    assert done.returncode == 1
    assert "right to write: " in done.text
    assert "go to another folder" in done.text
    assert "fonts of figures: pip install --force-reinstall matplotlib" in done.text


def test_the_version_names_what_solves() -> None:
    done = run("--version")
    assert (done.returncode, done.stderr) == (0, "")
    names = [line.rpartition(" ") for line in done.stdout.splitlines()]
    assert [name for name, _, _ in names] == ["assetplan", "Python", "PuLP", "HiGHS", "SciPy"]
    assert [number for _, _, number in names][2:] == [version(name) for name in ("pulp", "highspy", "scipy")]
