"""A council's own tables: whatever is wrong with them is a fault with file, line, column, value and rule."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from assetplan.asset_classes import default_groups
from assetplan.config import make_plan
from assetplan.consequences import load_consequences
from assetplan.deterioration import load_groups
from assetplan.deterioration.groups import group_table
from assetplan.errors import ConfigError
from assetplan.inputs.tables import load_tables
from assetplan.reference import load_table
from assetplan.treatments import load_catalogue

POLICY = pd.DataFrame(
    {
        "group": "carriageway_A",
        "treatment": ["reconstruction", "resurfacing"],
        "index_at_or_below": [20, 38],
        "source": "the council",
        "verified": "no",
    }
)


def load(name: str, path: Path) -> object:
    """Read one own table as a plan does."""
    groups = load_groups(path if name == "groups" else None)
    if name in ("treatments", "follow_on"):
        return load_catalogue(groups, **{name: path})
    return load_consequences(list(groups), path) if name == "consequences" else groups


def written(name: str, path: Path, row: int | None = None, column: str = "", value: str = "") -> Path:
    """A packaged table as a council would copy it, one cell changed; `row` is its place among the rows."""
    table = POLICY if name == "follow_on" else load_table(name)
    table = table.astype(object)
    if row is not None:
        table.loc[row, column] = value
    table.to_csv(path, index=False)
    return path


def test_an_old_column_is_refused_with_the_name_it_has_now(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    load_table("groups").rename(columns={"falls": "ab"}).to_csv(path, index=False)
    with pytest.raises(ConfigError) as caught:
        load_groups(path)
    assert [(fault.column, fault.rule) for fault in caught.value.faults] == [
        ("ab", "this column is now falls"),
        ("falls", "this column is missing"),
    ]


@pytest.mark.parametrize("name", ["groups", "treatments", "consequences"])
def test_a_copy_of_the_packaged_table_reads_as_it(name: str, tmp_path: Path) -> None:
    path = written(name, tmp_path / "own.csv")
    packaged = load_groups() if name == "groups" else None
    own = load(name, path)
    if packaged is not None:
        assert own == packaged
    elif name == "consequences":
        assert own == load_consequences(list(load_groups()))
    else:
        assert repr(own) == repr(load_catalogue(load_groups()))


@pytest.mark.parametrize(
    ("name", "column", "value", "rule"),
    [
        ("treatments", "reset_to", "abc", "must be a finite number"),
        ("treatments", "unit_cost", "inf", "must be a finite number"),
        ("treatments", "verified", "maybe", "must be yes or no"),
        ("treatments", "states", "A", "must be blank: a curve has no states"),
        ("groups", "k", "inf", "must be a finite number"),
        ("groups", "c0", "1e999", "must be a finite number"),
        ("groups", "unit", "m3", "must be one of m2, m, no"),
        ("groups", "asset_class", "carriageways", "must be one of carriageway"),
        ("groups", "road_class", "A|Z", "must be of A, B, C, U"),
        ("groups", "verified", "", "must be yes or no"),
        ("groups", "failure_index", "", "failure_index in 0 to below 100"),
        ("consequences", "rate", "inf", "must be a finite number"),
        ("consequences", "rate", "-1", "must be a number not below 0"),
        ("consequences", "index", "20", "is there twice"),
        ("follow_on", "index_at_or_below", "low", "must be above 0 and at most 100"),
        ("follow_on", "index_at_or_below", 38, "twice for group"),
    ],
)
def test_a_bad_cell_is_a_fault_in_its_place(name: str, column: str, value: str, rule: str, tmp_path: Path) -> None:
    path = written(name, tmp_path / "own.csv", 0, column, value)
    with pytest.raises(ConfigError) as caught:
        load(name, path)
    fault = next(fault for fault in caught.value.faults if rule in fault.rule)
    assert fault.file == str(path)
    # The first row is line 2; of two that are the same the later is at fault.
    assert fault.row in (2, 3)
    assert fault.column in (column, "group")


@pytest.mark.parametrize("name", ["groups", "treatments", "follow_on", "consequences"])
@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "no header line"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "is a picture, not delimited text"),
        (b"# only a comment\n", "no header line"),
        (b"group,treatment\n", "this column is missing"),
    ],
)
def test_a_file_that_is_no_table(name: str, content: bytes, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=rule):
        load(name, path)


def test_lines_are_those_of_the_file_with_its_comments(tmp_path: Path) -> None:
    path = written("follow_on", tmp_path / "own.csv", 1, "treatment", "gold_plating")
    path.write_text("# of our own\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load("follow_on", path)
    assert [(fault.row, fault.value) for fault in caught.value.faults] == [(5, "gold_plating")]


@pytest.mark.parametrize("line", ["a,b\n", '"never closed\n', "," * 40 + "\n"])
def test_rows_that_do_not_fit_the_header(line: str, tmp_path: Path) -> None:
    path = written("treatments", tmp_path / "own.csv")
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load("treatments", path)
    assert caught.value.faults[0].row == len(load_table("treatments")) + 2


def test_a_column_twice(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("group,group\na,b\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="more than once"):
        load("groups", path)


def test_a_groups_table_that_lacks_what_the_packaged_tables_name(tmp_path: Path) -> None:
    table = load_table("groups")
    table[table["group"] != "bridge"].to_csv(tmp_path / "groups.csv", index=False)
    data = {"name": "p", "register": "r", "first_year": 2019, "years": 1, "tables": {"groups": "groups.csv"}}
    plan = make_plan({**data, "envelope": {"lines": {"footways": [1.0]}}}, tmp_path / "plan.toml")
    with pytest.raises(ConfigError, match="lacks this group") as caught:
        load_tables(plan)
    assert {(fault.file, fault.value) for fault in caught.value.faults} == {
        (f"reference/{name}.csv", "bridge") for name in ("treatments", "consequences")
    }


def test_defaults_are_those_of_the_plans_own_groups(tmp_path: Path) -> None:
    table = load_table("groups")
    table.loc[table["group"] == "footway", "group"] = "slabs"
    table.to_csv(tmp_path / "groups.csv", index=False)
    defaults = default_groups(group_table(load_groups(tmp_path / "groups.csv")))
    assert defaults.loc[defaults["asset_class"] == "footway", "group"].tolist() == ["slabs"]
    # Road class cannot tell one component of a building from another.
    assert "building" not in set(default_groups()["asset_class"])
