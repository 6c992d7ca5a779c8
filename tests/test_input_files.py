"""Files that a plan names, and what a plan file may hold: a listed fault with its key through `assetplan validate`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commands import Done, run
from places import county_register, part_of

from assetplan.input_files import TOML_BYTES, TOML_LEVELS
from assetplan.register import write_register

TOP = 'name = "p"\nregister = "r.gpkg"\nfirst_year = 2019\n'
ENVELOPE = "[envelope]\nlines = { bridges = [1, 1, 1] }\n"
PLAN = f"{TOP}years = 3\n{ENVELOPE}"
DIGITS = "9" * 5000


def validated(folder: Path, text: str) -> Done:
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    done = run("validate", folder / "plan.toml")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{TOP}years = true\n{ENVELOPE}", "column years: 'True' must be a number, not true or false"),
        (f'{TOP}years = "3"\n{ENVELOPE}', "column years: '3' must be a number, without quotation marks"),
        (f"{PLAN}[solver]\ntime_limit = 1e400", "column solver.time_limit: 'inf' must be a number, and a finite one"),
        (f"{PLAN}[solver]\ntime_limit = nan", "column solver.time_limit: 'nan' must be a number, and a finite one"),
        (f"{PLAN}[objective]\ncut_off = -inf", "column objective.cut_off: '-inf' must be a number, and a finite one"),
        (f"{PLAN}[forecast]\nseed = {DIGITS}", "plan.toml, row 8, column forecast.seed: '99999999999999999999…' is a "
         "number of 5,000 digits"),
        (f"{PLAN}[forecast]\nseed = 0x{DIGITS}", "column forecast.seed: is a number of 6,021 digits"),
        (f"{PLAN}[[limits]]\nname = \"n\"\nat_most = [\n1,\n{DIGITS}]", "row 11, column limits.at_most"),
        (f"{PLAN}[strategies]\nmax_treatments = true", "column strategies.max_treatments: 'True' must be a number"),
        (f"{PLAN}x = {'[' * 20_000}1{']' * 20_000}", "is nested too deeply"),
        (f"{PLAN}x = {'{a=' * 20_000}1{'}' * 20_000}", "is nested too deeply"),
        (f"{PLAN}[{'.'.join('a' * 20_000)}]\nb = 1", f"is nested more than {TOML_LEVELS} levels deep"),
        (PLAN + "#" * TOML_BYTES, "has 5.0 MB, and a file of settings at most 5 MB"),
        (f"{PLAN}[solver]\ntime_limit = ", "is not a TOML file"),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_no_setting_can_have_is_a_fault_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    assert words in validated(tmp_path, text).text


def test_faults_of_both_kinds_are_listed_together(tmp_path: Path) -> None:
    done = validated(tmp_path, f"{TOP}years = true\n{ENVELOPE}[solver]\ntime_limit = inf\ntarget_gap = 3\n")
    assert "3 faults:" in done.text


def piped(folder: Path, key: str) -> str:
    """Text of a plan of which one file is a pipe that nobody writes to."""
    os.mkfifo(folder / "pipe")
    rows = "asset_id,asset_class,quantity,x,y,measure,value\nB1,bridge,100,450000,210000,index,60\n"
    (folder / "assets.csv").write_text(rows, encoding="utf-8")
    (folder / "map.toml").write_text('[file]\ncrs = "EPSG:27700"\n', encoding="utf-8")
    named = {"register": "assets.csv", "mapping": "map.toml"} | ({} if "." in key else {key: "pipe"})
    table = f'[tables]\n{key.partition(".")[2]} = "pipe"\n' if "." in key else ""
    return PLAN.replace('register = "r.gpkg"', "\n".join(f'{k} = "{v}"' for k, v in named.items())) + table


TABLES = ["groups", "treatments", "follow_on", "consequences", "sites", "asset_classes", "lines", "streams"]


@pytest.mark.parametrize("key", ["register", "mapping", *(f"tables.{name}" for name in (*TABLES, "calibration"))])
def test_a_pipe_that_a_plan_names_is_refused(tmp_path: Path, key: str) -> None:
    done = validated(tmp_path, piped(tmp_path, key))
    assert "pipe: is not a regular file" in done.text


def test_rules_that_contradict_each_other_are_faults_of_their_asset(small_county: Path, tmp_path: Path) -> None:
    text = (small_county / "plan.toml").read_text(encoding="utf-8")
    register = county_register()
    write_register(part_of(register, register.assets.index < 200), tmp_path / "register.gpkg")
    rules = """
[rules]
require = [{ asset = "R0001", by_year = 2021 }]
[[rules.lock]]
asset = ["R0001", "R0002"]
strategy = "do-nothing"
[[rules.lock]]
asset = ["R0002"]
strategy = "surface_dressing@2019"
"""
    done = validated(tmp_path, f"{text}\n{rules}")
    for number, asset, other in ((1, "R0001", "rules.require[1]"), (2, "R0002", "rules.lock[1]")):
        assert f"column rules.lock[{number}]: '{asset}' contradicts {other}" in done.text
    assert "hint: leave the asset out of one of them" in done.text
