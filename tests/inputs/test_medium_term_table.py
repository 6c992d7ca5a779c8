"""The council's own lines of the medium-term plan: as it prints them, and every fault of a table of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetplan.config import Plan, make_plan
from assetplan.errors import ConfigError
from assetplan.finance import medium_term_table, savings_apart_table
from assetplan.inputs.medium_term import load_medium_term

HEAD = "reference,type,detail,2019/20,2020/21,2021/22,2022/23,total,one_off,stage,cashable,base_budget,works\n"
PRINTED = """\
19CORP1,P,One-off election,500,,-500,,0,yes,,,,
19CORP1,P,Reversal of a pressure,-400,,,,-400,,,,,
18CORP4,P,End of a programme,"-2,500",,,,,,,,,
18CORP9,S,Saving that is not made,"2,500",800,,,"3,300",,,,,
SURVEYS,P,Condition surveys,200,,,,200,,,,,
SURVEYS,S,"Reactive budget, which pays for them",-200,,,,-200,,,,,
LED,S,Energy of lanterns,,-120,-80,,-200,,in delivery,,900,2020
LED,S,Energy of later lanterns,,,,-300,-300,,forecast,,900,2021
HOURS,S,Officers' time,,-50,,,-50,,in delivery,no,60,
"""


def plan_of(folder: Path, text: str, **keys: object) -> Plan:
    (folder / "lines.csv").write_text(text, encoding="utf-8")
    envelope = {"prices": "cash", "inflation": 0.02, "lines": {"bridges": [1.0, 2.0, 3.0]}}
    stated = {"name": "p", "register": "r", "first_year": 2019, "years": 3, "envelope": envelope}
    return make_plan(stated | {"tables": {"medium_term": "lines.csv"}} | keys, folder / "plan.toml")


def test_a_table_is_printed_as_the_council_has_it(tmp_path: Path) -> None:
    own = load_medium_term(plan_of(tmp_path, HEAD + PRINTED))
    assert own.years == (2019, 2020, 2021, 2022), "a line may go on after the plan's last year"
    rows = medium_term_table(own.booked, own.years).rows
    years = ["2019/20", "2020/21", "2021/22", "2022/23", "total"]
    assert rows[["reference", "type", *years]].to_numpy().tolist() == [
        ["19CORP1", "P", 500, 0, -500, 0, 0],
        ["19CORP1", "P", -400, 0, 0, 0, -400],
        ["18CORP4", "P", -2500, 0, 0, 0, -2500],
        ["18CORP9", "S", 2500, 800, 0, 0, 3300],
        ["SURVEYS", "P", 200, 0, 0, 0, 200],
        ["SURVEYS", "S", -200, 0, 0, 0, -200],
        ["LED", "S", 0, -120, -80, 0, -200],
        ["total", "", 100, 680, -580, 0, 200],
    ]
    apart = savings_apart_table(own.apart, own.years).rows
    assert apart[["reference", "stage", "cashable", "total"]].to_numpy().tolist() == [
        ["LED", "forecast", "yes", -300],
        ["HOURS", "in delivery", "no", -50],
    ]


def test_lines_of_the_plan_file_come_first_in_its_own_unit(tmp_path: Path) -> None:
    own_lines = [{"reference": "A", "type": "P", "detail": "d", "changes": [0.25, 0.0, -0.25], "one_off": True}]
    own = load_medium_term(plan_of(tmp_path, HEAD + PRINTED, medium_term=own_lines))
    assert own.lines[0].changes == (250_000.0, 0.0, -250_000.0, 0.0)
    assert len(own.lines) == 10
    bare = load_medium_term(plan_of(tmp_path, HEAD, tables={}))
    assert (bare.years, bare.lines) == ((2019, 2020, 2021), ())


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("A,X,d,1,,,,1,,,,,", "type", "must be one of P, S"),
        ("A,P,d,1,,,,2,,,,,", "total", "must be the sum of the changes, 1"),
        ("A,P,d,1,,,,,yes,,,,", "one_off", "must sum to zero"),
        ("A,P,d,x,,,,,,,,,", "2019/20", "must be a number"),
        ("DEBT,P,d,1,,,,,,,,,", "reference", "taken by a line that the plan writes itself"),
        (",P,d,1,,,,,,,,,", "reference", "a value is required"),
        ("A,P,d,1,,,,,,forecast,,,", "stage", "only a saving has one"),
        ("A,S,d,,-1,,,,,in delivery,,,", "base_budget", "needs today's base budget"),
        ("A,S,d,,-1,-2,,,,in delivery,,2.5,", "base_budget", "is less than the saving comes to, 3"),
        ("A,S,d,,-1,,,,,in delivery,,9,2021", "works", "the saving starts in 2020, before the works"),
        ("A,P,d,1,,,,,,,no,,", "cashable", "only a saving"),
    ],
)
def test_a_row_that_breaks_its_rules_is_refused(tmp_path: Path, row: str, column: str, rule: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_medium_term(plan_of(tmp_path, f"{HEAD}SURVEYS,P,Surveys,200,,,,,,,,,\n{row}\n"))
    (fault,) = caught.value.faults
    assert (Path(fault.file).name, fault.row, fault.column) == ("lines.csv", 3, column)
    assert rule in fault.rule


@pytest.mark.parametrize("column", ["2018/19", "2020/22", "2099/00"])
def test_a_column_that_is_no_year_of_the_plan_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(ConfigError, match="is no year of the medium-term plan, which begins with 2019/20"):
        load_medium_term(plan_of(tmp_path, f"reference,type,detail,2019/20,{column}\nA,P,d,1,1\n"))
    with pytest.raises(ConfigError, match="there is no column of a year, as 2019/20"):
        load_medium_term(plan_of(tmp_path, "reference,type,detail\nA,P,d\n"))
