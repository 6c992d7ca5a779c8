"""A round's file: what every scenario of it resolves to, and what is refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from assetplan.errors import ConfigError
from assetplan.rounds import RoundFile, read_round_file

PLAN = """
name = "base"
register = "register.gpkg"
first_year = 2019
years = 2
[envelope]
unit = "£m"
[envelope.lines]
bridges = [1.54, 2]
footways = [0.5, 0.5]
[[limits]]
name = "few"
of = "number"
at_most = 10
"""


def round_of(folder: Path, text: str, plan: str = PLAN) -> RoundFile:
    (folder / "plan.toml").write_text(plan, encoding="utf-8")
    (folder / "round.toml").write_text(f'name = "round"\nplan = "plan.toml"\n{text}', encoding="utf-8")
    return read_round_file(folder / "round.toml")


def refused(folder: Path, text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(ConfigError) as caught:
        round_of(folder, text)
    return [(Path(fault.file).name, fault.column, fault.rule) for fault in caught.value.faults]


def test_overrides_come_in_order_and_the_scenarios_own_last(tmp_path: Path) -> None:
    made = round_of(
        tmp_path,
        """
[overrides.more.scale]
"envelope.lines" = 2
[overrides.few.set]
"limits[1].at_most" = 3
"solver.target_gap" = 0.01
[[scenarios]]
name = "as it is"
[[scenarios]]
name = "changed"
use = ["more", "few"]
set = { "envelope.lines.footways" = [0.7, 0.7], solver = { target_gap = 0.02 } }
""",
    )
    plain, changed = made.scenarios
    assert [scenario.name for scenario in made.scenarios] == ["as it is", "changed"]
    assert plain.plan.envelope.lines == {"bridges": (1.54, 2), "footways": (0.5, 0.5)}
    assert changed.plan.envelope.lines == {"bridges": (3.08, 4), "footways": (0.7, 0.7)}
    assert changed.plan.limits[0].at_most == 3
    assert changed.plan.solver.target_gap == 0.02
    assert plain.plan.limits[0].at_most == 10, "the base is nobody's to change"


def test_a_grid_is_every_combination(tmp_path: Path) -> None:
    made = round_of(
        tmp_path,
        """
[[grids]]
name = "funding"
scale = { "envelope.lines" = [0.9, 1.1] }
set = { "limits[1].at_most" = [1, 2, 3] }
""",
    )
    assert [s.name for s in made.scenarios][:2] == [
        "funding: limits[1].at_most = 1, envelope.lines × 0.9",
        "funding: limits[1].at_most = 1, envelope.lines × 1.1",
    ]
    drawn = {(s.plan.limits[0].at_most, s.plan.envelope.lines["bridges"][0]) for s in made.scenarios}
    assert drawn == {(most, money) for most in (1, 2, 3) for money in (1.386, 1.694)}


@pytest.mark.parametrize(
    ("text", "column", "rule"),
    [
        ("", "scenarios", "needs a scenario or a grid"),
        ('[[scenarios]]\nname = "a"\n[[scenarios]]\nname = "a"', "scenarios", "name of two scenarios"),
        ('[[scenarios]]\nname = "a"\nuse = ["x"]', "use", "no such override"),
        ('[[scenarios]]\nname = "a"\nset = { "solver.gap" = 1 }', "solver.gap", "no such key"),
        ('[[scenarios]]\nname = "a"\nset = { "limits[2].at_most" = 1 }', "limits[2].at_most", "no such place"),
        ('[[scenarios]]\nname = "a"\nscale = { "envelope.floors" = 2 }', "envelope.floors", "nothing there"),
        ('[[scenarios]]\nname = "a"\nset = { "envelope.lines.bridges" = [1] }', "envelope.lines.bridges", "1 amounts"),
        ('[[scenarios]]\nname = "b"\n[[grids]]\nname = "a"\nset = { years = [] }', "grids.a.years", "has no values"),
        ('[[scenarios]]\nname = "a"\nother = 1', "scenarios[1].other", "no such key"),
    ],
)
def test_what_is_refused(text: str, column: str, rule: str, tmp_path: Path) -> None:
    faults = refused(tmp_path, text)
    assert [(each, rule in words) for _, each, words in faults] == [(column, True)]


def test_faults_of_all_scenarios_are_listed_with_their_names(tmp_path: Path) -> None:
    faults = refused(
        tmp_path,
        """
[[scenarios]]
name = "one"
set = { years = -1 }
[[scenarios]]
name = "two"
set = { "envelope.lines.bridges" = [1.0] }
""",
    )
    assert {(file, column) for file, column, _ in faults} >= {
        ("round.toml, scenario 'one'", "years"),
        ("round.toml, scenario 'two'", "envelope.lines.bridges"),
    }


def test_a_run_is_known_by_what_it_is_made_from(tmp_path: Path) -> None:
    (tmp_path / "register.gpkg").write_bytes(b"a register")
    text = """
[[scenarios]]
name = "one"
[[scenarios]]
name = "the same"
set = { "limits[1].at_most" = 10 }
[[scenarios]]
name = "another"
set = { "limits[1].at_most" = 9 }
"""
    one, same, another = (scenario.identity() for scenario in round_of(tmp_path, text).scenarios)
    assert one == same != another
    assert round_of(tmp_path, text).scenarios[0].identity() == one
    (tmp_path / "register.gpkg").write_bytes(b"another register")
    assert round_of(tmp_path, text).scenarios[0].identity() != one
