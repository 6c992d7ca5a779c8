"""Blocks of code in the documentation: Python compiles, TOML is what plan files hold, CSV has columns that are known.

What `assetplan` prints, and Python in the tutorials, are run by tests/test_tutorials.py.
"""

from __future__ import annotations

import ast
import csv
import importlib
import io
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pages import Block, blocks
from places import ROOT

from assetplan.cli.main import main
from assetplan.config import make_plan
from assetplan.reading.mapping import _SECTIONS as SECTIONS
from assetplan.reference import load_table
from assetplan.schema import columns

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
from plan_keys import key_tables

KEYS = {name for table in key_tables() for name in table.names}
ROUND = {"name", "plan", "overrides", "scenarios", "grids", "samples", "calendar"}
IDS = {"ids": str}


@pytest.mark.parametrize("block", blocks("python"), **IDS)
def test_python_compiles_and_imports_what_is_there(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text, str(block))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("assetplan"):
            module = importlib.import_module(str(node.module))
            assert all(hasattr(module, name.name) for name in node.names)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "assetplan":
            assert hasattr(importlib.import_module("assetplan"), node.attr) or _is_module(node.attr)


def _is_module(name: str) -> bool:
    return importlib.util.find_spec(f"assetplan.{name}") is not None


def _keys(value: Any, path: str = "") -> set[str]:
    """Every key of a parsed file by its path, tables of a list under one path."""
    if isinstance(value, list):
        return {key for item in value for key in _keys(item, path)}
    if not isinstance(value, dict):
        return {path.rstrip(".")}
    return {key for name, inner in value.items() for key in _keys(inner, f"{path}{name}.")}


def _is_known(key: str) -> bool:
    """Whether a plan file has a key, or a table that names of the council's own stand in: its lines, its treatments."""
    *before, last = key.split(".")
    return bool({key, ".".join(before), ".".join([*before[:-1], last])} & KEYS)


@pytest.mark.parametrize("block", blocks("toml"), **IDS)
def test_toml_is_of_a_plan_file_a_mapping_or_a_round(block: Block) -> None:
    data = tomllib.loads(block.text.partition("\n")[2] if block.text.startswith("# file: ") else block.text)
    if {"name", "register", "first_year", "envelope"} <= set(data):
        make_plan(data, Path(ROOT / "plan.toml"))
        return
    if (set(data) <= ROUND and "plan" in data) or set(data) <= set(SECTIONS):
        return
    assert [key for key in _keys(data) if not _is_known(key)] == []


@pytest.mark.parametrize("block", blocks("csv"), **IDS)
def test_csv_has_columns_of_one_table(block: Block) -> None:
    head, *rows = list(csv.reader(io.StringIO(block.text)))
    schema = load_table("schema")
    tables = [set(columns(name)) for name in schema["table"].unique()]
    packaged = [set(load_table(path.stem).columns) for path in (ROOT / "assetplan" / "reference").glob("*.csv")]
    assert any(set(head) <= table for table in (*tables, *packaged))
    assert all(len(row) == len(head) for row in rows)


@pytest.mark.parametrize("block", blocks("sh"), **IDS)
def test_a_command_in_a_shell_block_is_one_with_options_that_it_has(block: Block) -> None:
    for line in block.text.splitlines():
        words = line.partition("#")[0].split()
        if not words or words[0] != "assetplan" or "…" in words or "[" in line:
            continue
        command, named = main, []
        for word in words[1:]:
            inner = command.commands.get(word) if hasattr(command, "commands") else None
            if inner is None:
                break
            command, named = inner, [*named, word]
        assert named, line
        shown = CliRunner().invoke(main, [*named, "--help"]).output
        options = [word.partition("=")[0] for word in words if word.startswith("-")]
        assert [option for option in options if option not in shown] == [], line
