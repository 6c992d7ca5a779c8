"""The reference of the plan file is made from its models: it has every key, and the guide names no other."""

from __future__ import annotations

import re
import sys

import pytest
from places import ROOT
from pydantic import BaseModel

from assetplan.config import Plan

sys.path.insert(0, str(ROOT / "docs" / "_ext"))
from plan_keys import key_tables, selector_fields, type_words
from reference_pages import plan_keys

GUIDE = (ROOT / "docs" / "plan-file.md").read_text(encoding="utf-8")
TABLES = list(key_tables())
KEYS = {name for table in TABLES for name in table.names}


def _schema_keys(schema: dict, parts: dict, path: str = "") -> set[str]:
    """Every key of a JSON schema, by its path."""
    if "$ref" in schema:
        return _schema_keys(parts[schema["$ref"].rpartition("/")[2]], parts, path)
    keys = set()
    for name, inner in schema.get("properties", {}).items():
        keys |= {path + name} | _schema_keys(inner, parts, f"{path}{name}.")
    nested = [
        schema.get("items"),
        schema.get("additionalProperties"),
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
    ]
    for inner in nested:
        if isinstance(inner, dict):
            keys |= _schema_keys(inner, parts, path)
    return keys


def test_every_key_that_a_plan_file_may_have_is_in_the_reference() -> None:
    schema = Plan.model_json_schema()
    assert _schema_keys(schema, schema["$defs"]) - {"folder"} == KEYS
    page = plan_keys()
    assert all(f"| `{name.rpartition('.')[2]}` |" in page for name in KEYS)


def test_every_key_has_its_meaning_and_every_number_its_unit() -> None:
    keys = [(table.path, key) for table in TABLES for key in table.keys]
    assert [f"{path}.{key.name}" for path, key in keys if not key.text] == []
    assert [f"{path}.{key.name}" for path, key in keys if "number" in key.type.split('"')[0] and not key.unit] == []
    assert all(selector_fields().values())


@pytest.mark.parametrize(
    ("path", "name", "kind", "unit", "default"),
    [
        ("", "first_year", "whole number, 1990 to 2200", "year", "required"),
        ("envelope", "lines", "table: text = list: number, 0 or more", "envelope's unit", ""),
        ("envelope", "unit", '"£", "£000" or "£m"', "", '"£m"'),
        ("borrowing", "rate", "number, 0 to 0.5 or list: number, 0 to 0.5", "1/year", "required"),
        ("sites", "maximum", "number, above 0, at most 100000", "m", ""),
        ("stability", "from", "text", "", "required"),
        ("energy", "burning_hours", "number, above 0, at most 8784", "hours", ""),
        ("rules.forbid", "years", "whole number, or a list", "years", ""),
    ],
)
def test_a_key_is_shown_as_its_model_reads_it(path: str, name: str, kind: str, unit: str, default: str) -> None:
    table = next(table for table in TABLES if table.path == path)
    key = next(key for key in table.keys if key.name == name)
    assert (key.type, key.unit, key.default) == (kind, unit, default)


def test_tables_are_headed_as_the_plan_file_writes_them() -> None:
    heads = {table.path: table.heading for table in TABLES}
    assert heads["envelope"] == "`[envelope]`"
    assert heads["limits"] == "`[[limits]]`"
    assert heads["borrowing.refinance"] == "`[borrowing.refinance]`"
    assert heads["envelope.additional"] == "`[envelope.additional.NAME]`"


def test_the_guide_explains_every_key() -> None:
    assert [name for name in sorted(KEYS) if not re.search(rf"(?<!\w){name.rpartition('.')[2]}(?!\w)", GUIDE)] == []


def test_a_key_that_the_guide_lists_with_its_table_is_one() -> None:
    unknown = []
    for line in GUIDE.splitlines():
        full = ""
        for name in re.findall(r"`([^`]+)`", line.split("|")[1]) if line.startswith("|") else ():
            if not name.startswith(".") and "." not in name:
                continue
            name = name.replace(".NAME", "").removesuffix(".default")
            if not name:
                continue
            full = name if not name.startswith(".") else full.rpartition(".")[0] + name
            key = full
            if key not in KEYS and not any(known.endswith(f".{key}") for known in KEYS):
                unknown.append(full)
    assert unknown == []


def test_a_type_of_no_range_is_its_word_alone() -> None:
    assert type_words(bool) == "true or false"
    assert type_words(dict[str, BaseModel]) == "table: text = table"
