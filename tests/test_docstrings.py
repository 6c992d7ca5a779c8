"""Public functions of three and more arguments explain each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import assetplan

PACKAGE = Path(assetplan.__file__).parent


def _public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public_functions(node.body)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def _unexplained(function: ast.FunctionDef) -> list[str]:
    """Arguments that its Parameters section does not name, of a function with three or more."""
    listed = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    names = [argument.arg for argument in listed if argument.arg not in ("self", "cls")]
    section = (ast.get_docstring(function) or "").partition("Parameters\n----------")[2]
    named = set(re.findall(r"\w+", " ".join(re.findall(r"(?m)^([\w*, ]+) :", section))))
    return [name for name in names if name not in named] if len(names) >= 3 else []


def test_arguments_are_explained() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in _public_functions(ast.parse(path.read_text(encoding="utf-8")).body):
            # A command of the terminal has its help from its options.
            commands = any(
                "click" in ast.unparse(each) or ".command" in ast.unparse(each) for each in function.decorator_list
            )
            if not commands and (missing := _unexplained(function)):
                wrong.append(f"{path.relative_to(PACKAGE)}:{function.lineno} {function.name}: {', '.join(missing)}")
    assert not wrong, "\n".join(wrong)
