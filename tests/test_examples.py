"""Real objects in one line: kept in a cache folder, made anew where that is not as it was written."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from constraint_cases import small_plan
from places import SMALL_COUNTY

import assetplan
from assetplan import examples
from assetplan.errors import OutputExistsError, RegisterError
from assetplan.output import edited_or_gone, new_folder

TWO_ROADS = """<osm version="0.6">
<node id="1" lat="52.6700" lon="-0.7300"/><node id="2" lat="52.6710" lon="-0.7280"/><node id="3" lat="52.6720" lon="-0.7290"/>
<way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="High Street"/></way>
<way id="11"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="ref" v="A606"/></way></osm>
"""  # noqa: E501


class Maker:
    """Copies the packaged example in place of making one, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, place: Path, size: str, seed: int, force: bool) -> None:
        self.times += 1
        with new_folder(place, force) as part:
            for path in SMALL_COUNTY.iterdir():
                (part / path.name).write_bytes(path.read_bytes())


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    made = Maker()
    monkeypatch.setattr(examples, "write_example", made)
    return made


def test_a_county_is_made_once_and_is_the_plan_beside_its_register(maker: Maker, tmp_path: Path) -> None:
    first, again = (assetplan.examples.county("small", cache=tmp_path) for _ in range(2))
    assert maker.times == 1
    assert first == again == assetplan.read_plan(first.folder / "plan.toml")
    assert first.register_place.is_file()
    borrowing = examples.county(cache=tmp_path, plan="borrowing")
    assert maker.times == 1
    assert borrowing.borrowing
    assert borrowing.register_place == first.register_place


def test_another_seed_is_kept_apart(maker: Maker, tmp_path: Path) -> None:
    assert examples.county(cache=tmp_path).folder != examples.county(cache=tmp_path, seed=2).folder
    assert maker.times == 2


@pytest.mark.parametrize("harm", ["edited", "gone"])
def test_what_was_edited_or_is_gone_is_made_again(maker: Maker, tmp_path: Path, harm: str) -> None:
    plan = examples.county(cache=tmp_path)
    path = plan.folder / "plan.toml"
    if harm == "gone":
        path.unlink()
    else:
        path.write_text(path.read_text(encoding="utf-8").replace("Case for investment", "Mine"), encoding="utf-8")
    assert examples.county(cache=tmp_path) == plan
    assert maker.times == 2
    assert not edited_or_gone(plan.folder)


def test_a_folder_that_holds_something_else_is_left_alone(maker: Maker, tmp_path: Path) -> None:
    folder = examples.county(cache=tmp_path).folder
    (folder / "manifest.json").unlink()
    with pytest.raises(OutputExistsError, match="did not write it: choose another name, or delete it"):
        examples.county(cache=tmp_path)
    assert (folder / "register.gpkg").is_file()


def test_what_another_state_of_the_code_made_is_not_read(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = examples.county(cache=tmp_path)
    assert plan.folder.parent.name.startswith(f"{assetplan.__version__}-")
    monkeypatch.setattr(examples, "_made_by", lambda: "9.9.9-00000000")
    assert examples.county(cache=tmp_path).folder != plan.folder
    assert maker.times == 2


def test_the_cache_folder_is_named_by_argument_then_environment_then_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(examples.CACHE, raising=False)
    usual = examples.cache_folder()
    assert usual.name == "assetplan" or usual.parent.name == "assetplan"
    assert usual.is_absolute()
    monkeypatch.setenv(examples.CACHE, str(tmp_path / "named"))
    assert examples.cache_folder() == tmp_path / "named"
    assert examples.cache_folder(tmp_path) == tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="the platform's own rule is another")
def test_the_usual_cache_folder_is_the_users_own_on_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(examples.CACHE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert examples.cache_folder() == tmp_path / "assetplan"


def test_two_that_ask_at_once_have_it_made_once(maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(place: Path, *given: object, **more: object) -> None:
        time.sleep(0.2)
        maker(place, "small", 1, force=True)

    monkeypatch.setattr(examples, "write_example", slow)
    read: list[assetplan.Plan] = []
    asking = [threading.Thread(target=lambda: read.append(examples.county(cache=tmp_path))) for _ in range(2)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert read[0] == read[1]
    assert maker.times == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"size": "huge"}, "size must be one of small, county, not 'huge'"),
        ({"plan": "../plan"}, "plan must be one of plan, borrowing"),
        ({"seed": -1}, "seed must be 0 or above"),
    ],
)
def test_what_is_not_known_is_refused(tmp_path: Path, given: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        examples.county(cache=tmp_path, **given)


def test_a_programme_is_planned_once_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, two_programmes
) -> None:
    planned: list[object] = []
    monkeypatch.setattr(examples, "county", lambda *given: small_plan())
    monkeypatch.setattr(
        examples.planning,
        "plan",
        lambda plan, progress: planned.append(plan) or progress("solving") or two_programmes[0],
    )
    stages: list[str] = []
    first, again = (examples.programme(cache=tmp_path, progress=stages.append) for _ in range(2))
    assert len(planned) == 1
    assert stages == ["solving"]
    assert first.benefit == again.benefit == two_programmes[0].benefit
    assert first.strategies is not None


def test_a_real_county_is_made_from_the_users_file(tmp_path: Path) -> None:
    file = tmp_path / "today.osm"
    file.write_text(TWO_ROADS)
    plan = examples.rutland(file, cache=tmp_path / "cache")
    register = assetplan.load_inputs(plan).register
    assert plan.name == "rutland"
    assert set(register.assets["name"]) >= {"High Street"}
    assert examples.rutland(str(file), cache=tmp_path / "cache") == plan
    file.write_text(TWO_ROADS.replace("High Street", "Low Street"))
    assert examples.rutland(file, cache=tmp_path / "cache").folder != plan.folder


def test_a_file_that_is_no_map_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "roads.osm"
    file.write_text("no map")
    with pytest.raises(RegisterError):
        examples.rutland(file, cache=tmp_path / "cache")
    with pytest.raises(FileNotFoundError):
        examples.rutland(tmp_path / "none.osm", cache=tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.suffix != ".lock" and path.is_file()]


@pytest.mark.slow
def test_two_processes_at_once_make_one_county(tmp_path: Path) -> None:
    code = "import assetplan; print(assetplan.load_inputs(assetplan.examples.county('small')).register.assets.shape)"
    given = {**os.environ, examples.CACHE: str(tmp_path)}
    both = [
        subprocess.Popen([sys.executable, "-c", code], env=given, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    printed = [each.communicate()[0] for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert printed[0] == printed[1] != ""
    # What one line gives is what the command `example` writes.
    folder = examples.county(cache=tmp_path).folder
    assert (folder / "register.gpkg").read_bytes() == (SMALL_COUNTY / "register.gpkg").read_bytes()
