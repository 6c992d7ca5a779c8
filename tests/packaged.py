"""What a wheel and a sdist of this repository must hold, and must not.

python tests/packaged.py dist/*
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "assetplan"
_APART = {"__pycache__", ".mypy_cache"}
_TOP = {"LICENSE", "README.md", "pyproject.toml"}


def package_files() -> set[str]:
    """Every file of the package, as a path within the repository."""
    files = (path.relative_to(ROOT) for path in (ROOT / PACKAGE).rglob("*") if path.is_file())
    return {path.as_posix() for path in files if not _APART & set(path.parts)}


def faults(names: set[str], sdist: bool) -> list[str]:
    """What is missing among the names of an archive's files, and what does not belong there.

    Parameters
    ----------
    names : set of str; paths within the archive, of a sdist without its own folder
    sdist : bool; whether it is one: it has what a wheel is built from, too
    """
    wanted = package_files() | (_TOP if sdist else set())
    foreign = {name for name in names if not name.startswith(f"{PACKAGE}/")}
    if sdist:
        foreign = {name for name in foreign if name.split("/")[0] in ("data", "docs", "maps", ".ci")}
    else:
        foreign = {name for name in foreign if not name.split("/")[0].endswith(".dist-info")}
    missing = [f"{name} is missing" for name in sorted(wanted - names)]
    return [*missing, *(f"{name} does not belong there" for name in sorted(foreign))]


def names_in(archive: Path) -> set[str]:
    """Paths of the files of a wheel or a sdist."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name for name in wheel.namelist() if not name.endswith("/")}
    with tarfile.open(archive) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


if __name__ == "__main__":
    wrong = [
        f"{name}: {fault}" for name in sys.argv[1:] for fault in faults(names_in(Path(name)), name.endswith(".gz"))
    ]
    print("\n".join(wrong) or f"{len(sys.argv) - 1} archives hold what they must")
    sys.exit(bool(wrong))
