"""Real objects in one line, for notebooks and for trying things out: plans with their registers, and a programme.

What is made is kept in a cache folder and read from there the next time: the platform's own for the user, or the one
that `cache`, or the environment variable ASSETPLAN_CACHE, names. It may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache as once
from pathlib import Path

from filelock import FileLock

from assetplan import __version__, planning
from assetplan.config import Plan, read_plan
from assetplan.errors import RegisterError
from assetplan.example import SIZES, init_plan, write_example
from assetplan.importers import import_osm
from assetplan.input_files import regular_file
from assetplan.output import digest_of, edited_or_gone, new_folder, read_manifest
from assetplan.preparation import Progress
from assetplan.programme import Programme, read_programme
from assetplan.register import write_register
from assetplan.register.plausible import with_doubts

CACHE = "ASSETPLAN_CACHE"
"""Environment variable that names the cache folder."""
PLANS = "plan", "borrowing"
"""Plans of the example county: with an envelope as it is, and with borrowing that is chosen with the programme."""


def county(size: str = "small", cache: str | os.PathLike[str] | None = None, seed: int = 1, plan: str = "plan") -> Plan:
    """A plan of the example county, with its register and the records of its council beside it.

    Parameters
    ----------
    size : str; "small" (a tenth of a county) or "county"
    cache : path, optional; folder to keep it in, in place of the usual one
    seed : int; the same seed gives the same county; 0 or above
    plan : str; "plan", with an envelope as it is, or "borrowing", where what is borrowed is chosen with the programme

    Raises
    ------
    ValueError
        The size or the plan is unknown, or the seed negative.
    OutputExistsError
        The folder that it is kept in holds what was not written with it.
    OSError
        The cache folder cannot be written to.
    """
    for what, value, known in (("size", size, SIZES), ("plan", plan, PLANS)):
        if value not in known:
            raise ValueError(f"{what} must be one of {', '.join(known)}, not {value!r}")
    folder = _kept(f"county-{size}-{seed}", cache, lambda place: write_example(place, size, seed, force=True))
    return read_plan(folder / f"{plan}.toml")


def rutland(osm_file: str | os.PathLike[str], cache: str | os.PathLike[str] | None = None) -> Plan:
    """A plan of a real county, whose register is made from your own OpenStreetMap extract (© its contributors).

    Made for Rutland, whose extract is small; that of any other county will do. Condition is assumed by rule, and the
    envelope is the published county's in proportion to road length.

    Parameters
    ----------
    osm_file : path; the extract, as of `import_osm`; another file, or another day's, is kept apart
    cache : path, optional; as of `county`

    Raises
    ------
    RegisterError
        The file is no OpenStreetMap data, or holds no road of a council.
    FileNotFoundError
        There is no such file.
    OutputExistsError, OSError
        As of `county`.
    """
    source = regular_file(Path(osm_file), RegisterError)

    def make(place: Path) -> None:
        with new_folder(place, force=True) as part:
            register = write_register(with_doubts(import_osm(source)), part / "register.gpkg")
            init_plan(register, part / "rutland.toml")

    return read_plan(_kept(f"rutland-{digest_of(source)[:16]}", cache, make) / "rutland.toml")


def programme(
    size: str = "small",
    cache: str | os.PathLike[str] | None = None,
    seed: int = 1,
    plan: str = "plan",
    progress: Progress = lambda stage: None,
) -> Programme:
    """The programme of a plan of the example county, planned once and read back.

    Parameters
    ----------
    size, cache, seed, plan : as of `county`
    progress : callable, optional; called with the name of each stage as it begins, where it is planned

    Raises
    ------
    ValueError, OutputExistsError, OSError
        As of `county`.
    """
    stated = county(size, cache, seed, plan)

    def make(place: Path) -> None:
        planning.plan(stated, progress=progress).write(place, force=True)

    return read_programme(_kept(f"programme-{size}-{seed}-{plan}", cache, make))


def cache_folder(cache: str | os.PathLike[str] | None = None) -> Path:
    """Where examples are kept: the folder given, else that of ASSETPLAN_CACHE, else the platform's for the user."""
    from platformdirs import user_cache_path

    return Path(cache or os.environ.get(CACHE) or user_cache_path("assetplan", appauthor=False))


def _kept(name: str, cache: str | os.PathLike[str] | None, make: Callable[[Path], object]) -> Path:
    """A folder of the cache, whole and as it was written; made first where it is not, by one process at a time."""
    folder = cache_folder(cache).absolute() / _made_by() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{name}.lock")):
        if not read_manifest(folder) or edited_or_gone(folder):
            make(folder)
    return folder


@once
def _made_by() -> str:
    """The version of the package and a digest of its files: what an earlier state of the code made is not read."""
    package = Path(__file__).parent
    files = (path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc")
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return f"{__version__}-{digest.hexdigest()[:8]}"
