"""The command line for tests: in this process, where a start would only cost time, or in one of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

WIDTH = 80


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All that it printed, as one line."""
        return " ".join((self.stdout + self.stderr).split())


def run(*words: object, cwd: Path | None = None) -> Done:
    """`assetplan …` by its own entry point, in this process; what it does not handle is raised here."""
    from assetplan.cli.main import main

    with contextlib.chdir(cwd or Path.cwd()):
        result = CliRunner().invoke(main, [str(word) for word in words], prog_name="assetplan")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if not {"predict", "--json"} & set(words):  # these print data
        assert not too_wide(result.stdout), f"{words} prints lines of more than {WIDTH} characters:\n{result.stdout}"
    return Done(result.exit_code, result.stdout, result.stderr)


def too_wide(text: str) -> list[str]:
    """Lines that are wider than a terminal, but for those that hold a path."""
    return [line for line in text.splitlines() if len(line) > WIDTH and "/" not in line]


def import_roads(folder: Path, area: float) -> None:
    """Write r.gpkg into a folder: eight class B sections given as points, by `assetplan import table`, `area` in m²."""
    rows = "\n".join(f"r{i},carriageway,B,{area:g},100,{450000 + 90 * i},210000,rci,{60 + i}" for i in range(8))
    head = "asset_id,asset_class,road_class,quantity,length_m,x,y,measure,value\n"
    (folder / "assets.csv").write_text(head + rows + "\n", encoding="utf-8")
    (folder / "map.toml").write_text('[file]\ncrs = "EPSG:27700"\nx = "x"\ny = "y"\n', encoding="utf-8")
    done = run("import", "table", "assets.csv", "--mapping", "map.toml", "-o", "r.gpkg", cwd=folder)
    assert done.returncode == 0, done.stderr


def run_alone(*words: object, cwd: Path | None = None, **environment: str) -> Done:
    """`assetplan …` in a process of its own, as a user's shell starts it."""
    command = [str(Path(sys.executable).with_name("assetplan")), *map(str, words)]
    own = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=240, check=False, env=own)
    return Done(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Within this root has the rights of a user without any; what is imported by then is found all the same."""
    was_root = os.geteuid() == 0
    if was_root:
        os.setresuid(65534, 65534, 0)
    try:
        yield
    finally:
        if was_root:
            os.setresuid(0, 0, 0)
