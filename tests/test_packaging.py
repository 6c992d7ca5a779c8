"""What is packaged: every data file and no test; lower bounds that can be tried; a citation of this version."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath

import yaml
from lowest import PYPROJECT, lowest
from packaged import PACKAGE, ROOT, faults, package_files

import assetplan

PROJECT = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))


def packaged() -> set[str]:
    """Files that a wheel holds by pyproject.toml: modules of its packages, and data that its patterns name."""
    setuptools = PROJECT["tool"]["setuptools"]
    assert setuptools["packages"]["find"]["include"] == [f"{PACKAGE}*"]
    patterns = setuptools["package-data"]
    assert set(patterns) == {PACKAGE}
    names = {name: PurePosixPath(name).relative_to(PACKAGE) for name in package_files()}
    wanted = [PurePosixPath(pattern) for pattern in patterns[PACKAGE]]

    def data(path: PurePosixPath) -> bool:
        return any(len(path.parts) == len(each.parts) and path.match(str(each)) for each in wanted)

    return {name for name, path in names.items() if path.suffix == ".py" or data(path)}


def test_a_wheel_holds_every_file_of_the_package_and_nothing_else() -> None:
    assert faults(packaged(), sdist=False) == []


def test_an_archive_without_a_data_file_or_with_a_test_is_refused() -> None:
    names = packaged()
    table = "assetplan/reference/treatments.csv"
    assert table in names
    assert faults(names - {table}, sdist=False) == [f"{table} is missing"]
    assert faults({*names, "tests/places.py"}, sdist=False) == ["tests/places.py does not belong there"]
    assert faults(names, sdist=True) == [f"{name} is missing" for name in ("LICENSE", "README.md", "pyproject.toml")]


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {PurePosixPath(name).parent for name in package_files() if name.endswith(".py")}
    assert [str(each) for each in sorted(folders) if not (ROOT / each / "__init__.py").is_file()] == []


def test_every_dependency_has_a_lower_bound_that_can_be_tried() -> None:
    needed = PROJECT["project"]["dependencies"]
    assert len(lowest(needed)) == len(needed)
    assert lowest(["pulp>=3.3.2,<5", "psycopg[binary]>=3.3", "pandas-stubs"]) == ["pulp==3.3.2", "psycopg==3.3"]


def test_citation_and_changelog_are_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == assetplan.__version__ == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert versions[0] == assetplan.__version__
    assert len(set(versions)) == len(versions)
