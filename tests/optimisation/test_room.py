"""Inside the room imports go one way too: no two files import each other, not even inside a function."""

import ast
from itertools import combinations
from pathlib import Path

import assetplan

PACKAGE = Path(assetplan.__file__).parent


def imported(path):
    """Modules that a file imports from, and what it imports from them as if it were a module."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_no_two_files_import_each_other():
    files = [*(PACKAGE / "optimisation").rglob("*.py"), *(PACKAGE / "baselines").rglob("*.py")]
    names = {".".join(f.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): f for f in files}
    uses = {name: imported(path) for name, path in names.items()}
    assert not [(a, b) for a, b in combinations(uses, 2) if a in uses[b] and b in uses[a]]
