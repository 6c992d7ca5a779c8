"""A PostgreSQL server of the tests' own: in a folder of its own, reached by its socket alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assetplan.postgis import DatabaseTable

PASSWORD = "not-to-be-repeated"
_OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=20 -k "


@dataclass(frozen=True)
class Server:
    """A running server: user `postgres` may do anything there without a password, `highways_gis` needs `PASSWORD`."""

    folder: Path

    def url(self, user: str = "highways_gis", database: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def table(self, name: str) -> DatabaseTable:
        return DatabaseTable(self.url(), name)

    def do(self, *statements: str, user: str = "highways_gis") -> list[tuple[Any, ...]]:
        """Carry out statements in one transaction; what the last one returns."""
        import psycopg

        with psycopg.connect(self.url(user), password=PASSWORD) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


def _programs() -> Path:
    """Folder of the server's programs; without PostGIS the test is skipped, or fails where it has to run."""
    versions = (path.parts[4] for path in Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    folders = [folder for each in versions if (folder := Path("/usr/lib/postgresql") / each / "bin").is_dir()]
    if not folders:
        end = pytest.fail if "ASSETPLAN_ALL_TESTS" in os.environ else pytest.skip
        end("PostgreSQL with PostGIS is not installed")
    return max(folders)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server, stopped and removed at the end."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="assetplan-", dir="/tmp"))  # a socket's path has at most 107 letters
    as_server = []
    if os.geteuid() == 0:  # as which a server refuses to run
        shutil.chown(folder, "postgres")
        as_server = ["runuser", "-u", "postgres", "--"]

    def do(program: str, *words: str) -> None:
        command = [*as_server, str(programs / program), "-D", str(folder / "data"), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        do("initdb", *["-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8", "-A", "trust", "--no-sync"])
        (folder / "data" / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        do("pg_ctl", "-w", "-s", "-l", str(folder / "log"), "-o", _OPTIONS + str(folder), "start")
        server = Server(folder)
        server.do(
            "CREATE EXTENSION postgis",
            f"CREATE ROLE highways_gis LOGIN PASSWORD '{PASSWORD}'",
            "GRANT CREATE ON DATABASE postgres TO highways_gis",
            user="postgres",
        )
        yield server
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            do("pg_ctl", "-s", "-m", "immediate", "stop")
        shutil.rmtree(folder)
