"""Imports go one way: a module imports only from layers below its own, and one library lives in one room."""

from __future__ import annotations

import ast
from pathlib import Path

import networkx as nx
import pytest

PACKAGE = Path(__file__).parents[1] / "assetplan"

# Highest first; rooms in one layer do not import each other. docs/architecture.md draws the same list.
LAYERS = [
    {"cli"},
    {"notebook"},
    {"rounds", "business_cases", "examples"},
    {"planning", "analyses", "report", "example"},
    {"preparation", "assurance_tables"},
    {"answers", "statements"},
    {"monitoring", "rolling"},
    {"outcome"},
    {"formulation", "baselines"},
    {"programme", "optimisation", "connectivity", "inspection", "property"},
    {"inputs"},
    {"finance", "strategies"},
    {"treatments", "consequences", "sites", "calibration", "carbon", "energy", "epc", "compliance"},
    {"economics", "deterioration", "condition"},
    {"importers"},
    {"register"},
    {"network", "asset_classes", "prices", "assurance"},
    {"config", "schema", "output", "reading"},
    {"reference"},
    {"delimited"},
    {"input_files"},
    {"postgis"},
    {"cells", "errors", "limits", "objectives"},
    {"display", "file_kinds", "headers", "process", "words", "_types"},
]
ONE_ROOM = {
    "pulp": "optimisation",
    "highspy": "optimisation",
    "networkx": ("network", "example"),
    "folium": "report",
    "branca": "report",
    "click": "cli",
    "rich": "cli",
    "dask": "rounds",
    "distributed": "rounds",
    "matplotlib": ("report", "notebook"),
    "xlsxwriter": "programme",
    "python_calamine": "reading",
    "psycopg": "postgis",
    "docx": "business_cases",
}


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    level = {room: place for place, layer in enumerate(LAYERS) for room in layer}
    room = _room(path)
    assert room in level, f"{room} has no layer: add it to LAYERS and to docs/architecture.md"
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "assetplan" and len(parts) > 1 and parts[1] in level and parts[1] != room:
            assert level[parts[1]] > level[room], f"{path.name} imports {name}, which is not below it"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_one_library_in_one_room(path: Path) -> None:
    for name in _imports(path):
        home = ONE_ROOM.get(name.split(".")[0])
        if home:
            assert _room(path) in (home if isinstance(home, tuple) else (home,)), (
                f"{path.name} imports {name}, which belongs in {home}"
            )


def test_files_stay_readable() -> None:
    long = {p.name: n for p in FILES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 420}
    assert not long, f"ask to be split: {long}"


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _needed(path: Path, modules: set[str]) -> set[str]:
    """Modules of the package that a file imports, within functions and for types alone too."""
    out: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            out |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # A module taken from its package is what the file needs, not the package's own file.
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            out |= whole if whole <= modules else whole | {node.module}
    return (out & modules) - {_module(path)}


def test_no_files_import_each_other() -> None:
    modules = {_module(path) for path in FILES}
    graph = nx.DiGraph((_module(path), name) for path in FILES for name in _needed(path, modules))
    assert not [sorted(circle) for circle in nx.strongly_connected_components(graph) if len(circle) > 1]


def test_no_room_is_more_than_a_tenth_of_the_house() -> None:
    lines: dict[str, int] = {}
    for path in FILES:
        lines[_room(path)] = lines.get(_room(path), 0) + len(path.read_text(encoding="utf-8").splitlines())
    large = {room: count for room, count in lines.items() if count > sum(lines.values()) / 10}
    assert not large, f"ask to be split: {large}"


def test_no_two_public_classes_share_a_name() -> None:
    places: dict[str, list[str]] = {}
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    shared = {name: files for name, files in places.items() if len(files) > 1}
    assert not shared
