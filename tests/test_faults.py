"""How many faults are shown: by kind on a terminal, one by one as CSV."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from assetplan.cli.main import main
from assetplan.errors import Fault, RegisterError


def text(*faults: Fault) -> list[str]:
    return str(RegisterError(faults)).split("\n")


def test_a_few_faults_have_a_line_each() -> None:
    assert text(Fault("a.csv", 3, "x", "four", "must be a number"), Fault("a.csv", 0, "y", "", "is missing")) == [
        "2 faults:",
        "  a.csv, column y: is missing",
        "  a.csv, row 3, column x: 'four' must be a number",
    ]


def test_faults_alike_share_a_line_with_their_rows_and_the_hint() -> None:
    hint = 'give it a meaning, as [values.environment] "Rural" = "urban"'
    wall = [Fault("a.csv", n, "environment", "Rural", "must be one of urban, rural", hint) for n in range(2, 3002)]
    assert text(*wall) == [
        "3,000 faults:",
        "  a.csv, column environment: 'Rural' must be one of urban, rural (3,000 rows: 2 to 3001)",
        f"    hint: {hint}",
    ]


def test_many_missing_keys_leave_room_for_what_else_is_wrong() -> None:
    bare = [Fault("s.json", 0, f"key{n}", "", "this key is missing") for n in range(60)]
    assert text(*bare, Fault("s.json", 0, "years", "2019", "must be a list"))[1:] == [
        "  s.json: this key is missing (60 columns: key0, key1, key10, key11, key12, …)",
        "  s.json, column years: '2019' must be a list",
    ]


def test_values_that_differ_are_counted_and_so_are_rules_that_differ_in_figures() -> None:
    more = [Fault("a.csv", n, "x", "ab"[n % 2], "must be a number") for n in range(2, 40, 3)]
    assert text(*more)[1:] == [
        "  a.csv, column x: must be a number (13 rows: 2, 5, 8, 11, 14, …)",
        "    'a' (7 rows from 2), 'b' (6 rows from 5)",
    ]
    ragged = [Fault("a.csv", n, "", "", f"has {n} values where the header has 1 names") for n in range(2, 90)]
    assert text(*ragged)[1:] == ["  a.csv: has 2 values where the header has 1 names (88 rows: 2 to 89)"]


def test_faults_of_assets_share_a_line_that_names_the_first() -> None:
    bare = [Fault("r.gpkg", n, "value", "", "has no condition", "give it", f"R{n}") for n in range(1, 31)]
    assert text(*bare)[1:] == [
        "  r.gpkg, column value: has no condition (30 rows: 1 to 30, assets R1, R2, R3, R4, R5, …)",
        "    hint: give it",
    ]
    clash = [Fault("plan", 0, "lock[3]", f"R{n}", f"contradicts lock[{1 + n // 8}]") for n in range(16)]
    assert [line for line in text(*clash)[1:] if "lock[3]" in line] == [
        "  plan, column lock[3]: contradicts lock[1] (8 times)",
        "  plan, column lock[3]: contradicts lock[2] (8 times)",
    ]
    unknown = [Fault("plan", 0, "rules.lock[1].asset", f"R{n % 4}", "is not there") for n in range(5)]
    assert text(*unknown)[1:] == [
        "  plan, column rules.lock[1].asset: is not there (5 times)",
        "    'R0' (2 times), 'R1', 'R2', 'R3'",
    ]


def test_faults_of_many_columns_are_counted_by_rule() -> None:
    many = [Fault("a.csv", n, f"c{n}", "", f"is wrong in a way {'abc'[n % 3]}") for n in range(1, 301)]
    assert text(*many, Fault("a.csv", 301, "c1", "", "is wrong in a way b"))[1:] == [
        "  a.csv: is wrong in a way b (101 times, 100 columns: c1, c4, c7, c10, c13, …)",
        "  a.csv: is wrong in a way c (100 columns: c2, c5, c8, c11, c14, …)",
        "  a.csv: is wrong in a way a (100 columns: c3, c6, c9, c12, c15, …)",
    ]


def test_never_more_than_fifty_lines_and_no_control_characters() -> None:
    letters = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(500)]
    error = RegisterError(
        Fault("a.csv", n, f"c{n}\x1b[2J", "", f"is wrong\n in a way {letters[n]}") for n in range(500)
    )
    lines = str(error).split("\n")
    assert len(lines) <= 49
    assert lines[-1] == "  … and 453 more, of 453 other kinds"
    assert error.abridged
    assert "\x1b" not in str(error)
    assert len(error.faults) == 500


def test_every_fault_is_written_on_request(tmp_path: Path) -> None:
    wrong = tmp_path / "r.csv"
    rows = "".join(f"R{n},carriageway,Rural,450000,350000\n" for n in range(30))
    wrong.write_text("asset_id,asset_class,environment,x,y\n" + rows)
    (tmp_path / "m.toml").write_text('[file]\ncrs = "EPSG:27700"\n')
    command = ["import", "table", str(wrong), "--mapping", str(tmp_path / "m.toml"), "-o", str(tmp_path / "r.gpkg")]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    assert "(30 rows: 2 to 31)" in done.output
    assert "--faults FAULTS.csv" in done.output
    target = tmp_path / "faults.csv"
    for _ in range(2):  # a list of faults is replaced by the next
        assert CliRunner().invoke(main, ["--faults", str(target), *command]).exit_code == 1
        with target.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        assert [each["row"] for each in rows] == [str(n) for n in range(2, 32)]
    target.write_text("mine")
    done = CliRunner().invoke(main, ["--faults", str(target), *command])
    assert done.exit_code == 1
    assert "is no list of faults" in done.output
    assert target.read_text() == "mine"


@pytest.mark.parametrize("name", ["folder", "link"])
def test_faults_are_written_to_plain_files_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    done = CliRunner().invoke(main, ["--faults", str(tmp_path / name), "demo", str(tmp_path / "d"), "--size", "small"])
    assert (done.exit_code, "is no plain file" in done.output) == (1, True)
