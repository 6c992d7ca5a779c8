"""What tests share: where the real data lies, and small plans."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import Done, run
from hypothesis import settings
from places import SHARED, plain_plan
from postgis_server import PASSWORD, Server, running
from tutorials import carried_out

# Tests run side by side, and threads of small matrices would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

# The same examples on any machine, however slow.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of real data, beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests that look at a page."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Fill a folder of a name once, whichever of the tests' processes asks for it first; tests must not write to it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder = base / f"made-{name}"
        with (base / f"made-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "ready").exists():
                folder.mkdir()
                fill(folder)
                (folder / "ready").touch()
        return folder

    return make


@pytest.fixture(scope="session")
def small_county(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """Folder of the small example county without its property half: register.gpkg and plan.toml."""
    return made_once("small_county", plain_plan)


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    """A PostgreSQL server with PostGIS."""
    with running() as server:
        yield server


@pytest.fixture
def server(database_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, with its password where the driver looks for it."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return database_server


@pytest.fixture(scope="session")
def _small_plan(made_once: Callable[[str, Callable[[Path], object]], Path], small_county: Path) -> Path:
    """A folder with the small county as the command line plans it: what it printed, wrote, and had in memory."""
    from assetplan import planning

    def fill(folder: Path) -> None:
        programmes: list[Any] = []
        plan = planning.plan
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(planning, "plan", lambda *args: programmes.append(plan(*args)) or programmes[-1])
            done = run("plan", small_county / "plan.toml", "-o", folder / "out")
        (folder / "done").write_bytes(pickle.dumps(done))
        (folder / "programme").write_bytes(pickle.dumps(*programmes))

    return made_once("small_plan", fill)


@pytest.fixture(scope="session")
def planned(_small_plan: Path) -> tuple[Done, Path]:
    """The small county as the command line plans it: how the command ended, and the folder it wrote."""
    return pickle.loads((_small_plan / "done").read_bytes()), _small_plan / "out"


@pytest.fixture(scope="session")
def tutorial(
    made_once: Callable[[str, Callable[[Path], object]], Path], shared: Path
) -> Callable[[Path], tuple[str, Path]]:
    """A page carried out once: its text with what its commands print now, and the folder they ran in."""

    def carry(page: Path) -> tuple[str, Path]:
        def fill(folder: Path) -> None:
            (folder / "page").write_text(carried_out(page, folder), encoding="utf-8")

        folder = made_once(page.stem, fill)
        return (folder / "page").read_text(encoding="utf-8"), folder

    return carry


@pytest.fixture(scope="session")
def kept(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Callable[[str, Callable[[], Any]], Any]:
    """What a function makes, made once for all the tests' processes, by name; tests must not change it."""

    def get(name: str, make: Callable[[], Any]) -> Any:
        folder = made_once(name, lambda folder: (folder / "object").write_bytes(pickle.dumps(make())))
        return pickle.loads((folder / "object").read_bytes())

    return get


@pytest.fixture(scope="session")
def small_programme(_small_plan: Path):
    """The small example county's programme, as the plan made it."""
    return pickle.loads((_small_plan / "programme").read_bytes())


@pytest.fixture(scope="session")
def two_programmes(kept: Callable[[str, Callable[[], Any]], Any]):
    """A small plan, planned once, and the same with three times the money for major works on roads."""
    from constraint_cases import LINES, small_plan, small_register

    import assetplan

    keys = {"forecast": {"futures": 0}, "solver": {"target_gap": 1e-6}}
    more = {**LINES, "carriageway_major": [3 * amount for amount in LINES["carriageway_major"]]}
    plans = (small_plan(**keys), small_plan({"lines": more}, **keys))
    return kept("two_programmes", lambda: tuple(assetplan.plan(each, small_register()) for each in plans))


@pytest.fixture(scope="session")
def small_stages(kept: Callable[[str, Callable[[], Any]], Any], small_county: Path):
    """What the small example county's plan is solved from: inputs, starting condition, traffic and candidates."""
    import assetplan
    from assetplan.connectivity.layout import lay_out
    from assetplan.connectivity.traffic import traffic_ahead
    from assetplan.inputs.load import load_inputs, paying_claims
    from assetplan.strategies import candidates, starting_condition

    def make() -> tuple:
        inputs = load_inputs(assetplan.read_plan(small_county / "plan.toml"))
        register, starting = inputs.register, starting_condition(inputs.register.assets, inputs.model)
        inputs = paying_claims(inputs, starting.index)
        traffic = traffic_ahead(lay_out(register.assets), register.assets, register.places, starting.index)
        return inputs, starting, traffic, candidates(register.assets, starting, inputs.model, traffic)

    return kept("small_stages", make)
