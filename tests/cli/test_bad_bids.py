"""Bids and their money that contradict themselves: refused by the command line, each with its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run
from round_cases import write_inputs

PLAN = """
name = "Bad"
register = "register.gpkg"
first_year = 2019
years = 3
[envelope]
unit = "£000"
[envelope.lines]
bridges = [90, 90, 90]
"""
BIDS = """\
name,line,costs,criteria,saving,saving_from,contributions,contributions_probability,match,needs,excludes,earliest,latest
No cost,bridges,0,statutory,,,,,,,,,
Torn,bridges,10000,statutory,,,,,,Other,Other,,
Other,bridges,10000,statutory,,,,,,,,,
Early,bridges,0;10000,financial benefit,500,0,,,,,,,
Alone,bridges,10000,financial benefit,,,,,5000,,,,
Little,bridges,10000,financial benefit,,,6000,,5000,,,,
Ends,bridges,10000,statutory,,,,,,,,2021,2020
After,bridges,0;0;0;0;10000,statutory,,,,,,,,,
Likely,bridges,10000,statutory,,,5000,1.4,,,,,
"""


def refused(folder: Path, plan: str) -> list[str]:
    """Lines of the faults of a plan."""
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    done = run("validate", "plan.toml", cwd=folder)
    assert done.returncode == 1
    return [line.strip() for line in done.stderr.splitlines()[1:]]


def test_every_bid_that_cannot_be_is_refused_with_its_row_and_as_its_table_has_it(tmp_path: Path) -> None:
    folder = write_inputs(tmp_path, PLAN)
    (folder / "bids.csv").write_text(BIDS, encoding="utf-8")
    listed = refused(folder, PLAN + '[tables]\nbids = "bids.csv"\n')
    assert listed == [
        "bids.csv, row 2, column costs: a bid has a cost: state what a budget line pays in each year from its start",
        "bids.csv, row 3, column excludes: 'Other' this variant needs what it excludes",
        "bids.csv, row 5, column saving_from: '0' a saving starts before the works, whose first cost is in year 1 from "
        "the start",
        "bids.csv, row 6, column match: '5000' belongs to contributions, and this bid has none",
        "bids.csv, row 7, column match: '5000' the contributions ask for more own money than this variant has, 4 "
        "(£000)",
        "bids.csv, row 8, column latest: '2020' is before the earliest year, 2021",
        "bids.csv, row 9, column costs: the first cost falls 4 years after the start, and so after the plan years",
        "bids.csv, row 10, column contributions_probability: '1.4' must be at most 1",
    ]


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (
            '[[sources]]\nname = "r"\ntype = "reserve"\nbalance = 3\nleast_balance = 4\namounts = [0, 0, 0]\n',
            "plan.toml, column sources[1].least_balance: '4' is above its balance of 3",
        ),
        (
            '[[sources]]\nname = "g"\ntype = "grant"\nprobability = 1.2\namounts = [1, 1, 1]\n',
            "plan.toml, column sources[1].probability: '1.2' Input should be less than or equal to 1",
        ),
        (
            '[inflation.pay]\nrate = 0.03\nof = ["works"]\n',
            "plan.toml, column inflation.pay.rate: '0.03' is of cash, and the envelope is in real prices: state above, "
            "what they rise beside all prices",
        ),
    ],
)
def test_money_that_cannot_be_is_refused_by_its_key(table: str, fault: str, tmp_path: Path) -> None:
    assert refused(tmp_path, PLAN + table) == [fault]
