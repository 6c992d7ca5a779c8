"""One language: names and prose say what a thing is (message, faults, trajectory, zero), in the project's own words."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

from places import ROOT

HERE = Path(__file__)
CODE = sorted(path for room in ("assetplan", "tests") for path in (ROOT / room).rglob("*.py") if path != HERE)
PROSE = [*CODE, ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Words that name nothing: what was told, said or found is a text, a message, a fault, a result; nought is zero.
IN_NAMES = {"told", "tell", "tells", "said", "found", "nought"}
IN_PROSE = re.compile(r"\b((?<!-)told|said|nought)\b", re.IGNORECASE)


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name in a file, of modules, classes, functions, arguments, attributes and variables, with its line."""
    for node in ast.walk(tree):
        for field in ("name", "arg", "attr", "id"):
            name = getattr(node, field, None)
            if isinstance(name, str) and not hasattr(builtins, name):
                yield getattr(node, "lineno", 0), name


def _parts(name: str) -> set[str]:
    """Words of a name, in small letters."""
    return {part.lower() for part in re.findall("[A-Z]?[a-z]+|[A-Z]+", name)}


def test_names_are_what_they_hold() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in CODE
        for line, name in _names(ast.parse(path.read_text(encoding="utf-8")))
        if IN_NAMES & _parts(name)
    ]
    assert not wrong, "\n".join(wrong)


def test_prose_is_in_the_same_words() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in PROSE
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if IN_PROSE.search(line)
    ]
    assert not wrong, "\n".join(wrong)
