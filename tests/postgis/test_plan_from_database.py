"""A plan whose register is a table of a database: made, verified, known by its rows, and without a credential."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from commands import run, run_alone
from postgis_server import PASSWORD, Server
from round_cases import PLAN, write_inputs

import assetplan
from assetplan.config import make_plan
from assetplan.input_files import read_toml
from assetplan.postgis import DatabaseTable
from assetplan.postgis.reading import rows_digest
from assetplan.postgis.writing import write_tables
from assetplan.rounds import Scenario, verify

pytestmark = pytest.mark.slow
SERVICE = "postgresql://?service=council"
REGISTER = f'register = {{ url = "{SERVICE}", table = "council.register" }}'


@pytest.fixture
def folder(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A plan of the table council.register, which a service file leads to."""
    write_inputs(tmp_path, PLAN.replace('register = "register.gpkg"', REGISTER))
    assets = assetplan.read_register(tmp_path / "register.gpkg").assets
    write_tables(server.url(), "council", {"register": assets}, {"register": ["asset_id"]}, "", force=True)
    service = tmp_path.parent / "services.conf"
    service.write_text(f"[council]\nhost={server.folder}\nuser=highways_gis\ndbname=postgres\npassword={PASSWORD}\n")
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    return tmp_path


def identity(folder: Path) -> str:
    file = folder / "plan.toml"
    data = read_toml(file, assetplan.ConfigError)
    return Scenario("s", data, file, make_plan(data, file)).identity()


def test_a_run_is_known_by_the_rows_of_its_register(folder: Path, server: Server) -> None:
    before = identity(folder)
    assert identity(folder) == before
    server.do(
        "UPDATE council.register SET value = value + 1 WHERE asset_id = (SELECT min(asset_id) FROM council.register)"
    )
    assert identity(folder) != before


def test_a_plan_from_a_database_is_that_of_the_file(folder: Path, server: Server) -> None:
    done = run_alone("plan", "plan.toml", "-o", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    programme = assetplan.read_programme(folder / "out")
    (folder / "file.toml").write_text(PLAN, encoding="utf-8")
    register = assetplan.read_register(folder / "register.gpkg")
    register = replace(register, places=register.places.head(0))  # a single table holds none
    of_file = assetplan.plan(assetplan.read_plan(folder / "file.toml"), register)
    assert programme.benefit == pytest.approx(of_file.benefit)
    assert programme.summary.inputs["council.register"] == rows_digest(DatabaseTable(SERVICE, "council.register"))
    assert programme.settings is not None
    assert programme.settings["plan"]["register"]["url"] == SERVICE
    written = b"".join(path.read_bytes() for path in (folder / "out").iterdir())
    for secret in (PASSWORD, "highways_gis", str(server.folder)):
        assert secret.encode() not in written
        assert secret not in done.text
    assert verify(folder / "out", folder).holds
    server.do("UPDATE council.register SET name = 'x' WHERE asset_id = (SELECT max(asset_id) FROM council.register)")
    checked = run("verify", folder / "out", "--inputs", folder)
    assert checked.returncode == 1
    assert "council.register" in checked.text
