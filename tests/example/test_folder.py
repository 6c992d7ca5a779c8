"""The example folder: small, complete, the same bytes again, never over someone's work."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from assetplan.config import read_plan
from assetplan.errors import OutputExistsError
from assetplan.example import write_example
from assetplan.example.figures import load_figures
from assetplan.example.folder import FILES, _plan
from assetplan.example.records import RECORDS
from assetplan.reference import load_table
from assetplan.register.files import read_register


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("example") / "county", "small", 1)


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_it_is_small_enough_to_keep(folder) -> None:
    names = {path.name for path in folder.iterdir()}
    plans = {"borrowing.toml", "manifest.json", "plan.toml", "register.gpkg"}
    assert names == plans | set(RECORDS) == {*FILES, "manifest.json"}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 4.5e6


def test_the_register_reads_back_whole(folder) -> None:
    register = read_register(folder / "register.gpkg")
    assert len(register.inspections) > 10_000
    assert register.assets.crs.to_epsg() == 27700
    assert any("unit cost ×" in note for note, _ in register.notes)


def test_the_plan_reads_and_has_its_share_of_the_published_money(folder) -> None:
    plan = read_plan(folder / "plan.toml")
    profile = load_table("published_profile")
    published = (profile["current_m"] + profile["additional_m"]).sum()
    assert plan.plan_years == (2019, 2020, 2021, 2022, 2023)
    assert sum(map(sum, plan.envelope.lines.values())) == pytest.approx(0.1 * published, abs=5e-4)  # printed to £100
    assert plan.path(plan.register_file).is_file()
    assert "times 0.1" in (folder / "plan.toml").read_text(encoding="utf-8")


def test_the_whole_county_has_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(_plan("Ashcombeshire", load_figures("county")), encoding="utf-8")
    plan = read_plan(path)
    # The published five-year envelope of highways, 152.75, as council papers derive it.
    highways = sum(sum(amounts) for line, amounts in plan.envelope.lines.items() if line != "property")
    assert highways == pytest.approx(152.75)
    assert "times" not in path.read_text(encoding="utf-8").split("[envelope.lines]")[0]


@pytest.mark.slow
def test_same_seed_same_bytes_and_force_replaces(folder, tmp_path: Path) -> None:
    again = tmp_path / "again"
    write_example(again, "small", 2)
    assert _hashes(again)["register.gpkg"] != _hashes(folder)["register.gpkg"]
    with pytest.raises(OutputExistsError):
        write_example(again, "small", 1)
    write_example(again, "small", 1, force=True)
    assert _hashes(again) == _hashes(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_a_folder_with_other_work_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"mine\.txt"):
        write_example(tmp_path, force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"
