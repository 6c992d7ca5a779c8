"""What a user imports: public names, where they live, and that importing them early costs nothing."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import assetplan

SOURCE = Path(assetplan.__file__)


def _typed_names() -> dict[str, str]:
    """Public name → module that has it, as type checkers see them."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    guard = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name: str(node.module)
        for node in guard.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_lazy_names_are_those_that_type_checkers_see() -> None:
    rooms = {name: f"assetplan.{room}" for name, room in assetplan._HOME.items()}
    assert rooms | dict.fromkeys(assetplan._MODULES, "assetplan") == _typed_names()
    assert set(assetplan.__all__) == {"__version__", *_typed_names()}
    assert SOURCE.with_name("py.typed").is_file()


@pytest.mark.parametrize("name", sorted(assetplan.__all__))
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(assetplan, name)
    if name == "__version__":
        return
    assert value.__doc__
    assert value is getattr(importlib.import_module(_typed_names()[name]), name)


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("from assetplan.cli.main import main; main(['--help'], standalone_mode=False)",
         {"pandas", "geopandas", "pulp", "scipy", "folium", "matplotlib"}),
        ("import assetplan", {"pandas", "geopandas", "pulp", "scipy", "folium", "matplotlib"}),
        ("import assetplan.optimisation", {"pulp", "scipy", "pandas"}),
        ("import assetplan.register", {"pandas", "geopandas"}),
        ("import assetplan.report", {"folium", "geopandas", "matplotlib"}),
    ],
)  # fmt: skip
def test_heavy_libraries_wait_until_they_are_used(code: str, heavy: set[str]) -> None:
    check = f"{code}\nimport sys\nassert not {heavy!r} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'forecasts'"):
        assetplan.forecasts  # noqa: B018
