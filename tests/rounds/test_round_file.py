"""A round's file: what every scenario of it resolves to, and what is refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
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


RISING = (
    PLAN
    + """
[inflation.construction]
above = 0.0
of = ["works"]
"""
)
SAMPLES = """
[[samples]]
name = "doubt"
count = 40
seed = 7
set = { "inflation.construction.above" = { low = -0.01, high = 0.03 } }
scale = { "envelope.lines" = { low = 0.8, likely = 1.0, high = 1.1 } }
"""


def test_samples_have_each_key_once_in_every_part_of_its_range(tmp_path: Path) -> None:
    made = round_of(tmp_path, SAMPLES, RISING).scenarios
    growth = np.array([s.plan.inflation["construction"].above for s in made])
    share = np.array([s.plan.envelope.lines["footways"][0] / 0.5 for s in made])
    assert sorted(np.floor((growth + 0.01) / 0.04 * 40).astype(int)) == list(range(40))
    below = np.where(share < 1.0, (share - 0.8) ** 2 / 0.06, 1 - (1.1 - share) ** 2 / 0.03)  # of a triangle's area
    assert sorted(np.floor(below * 40).astype(int)) == list(range(40))
    assert abs(np.corrcoef(growth, share)[0, 1]) < 0.5
    assert made[8].name == f"doubt 09: inflation.construction.above = {growth[8]:g}, envelope.lines × {share[8]:.4g}"


def test_a_seed_draws_the_same_scenarios_and_another_one_others(tmp_path: Path) -> None:
    first = [s.data for s in round_of(tmp_path, SAMPLES, RISING).scenarios]
    assert [s.data for s in round_of(tmp_path, SAMPLES, RISING).scenarios] == first
    assert [s.data for s in round_of(tmp_path, SAMPLES.replace("seed = 7", "seed = 8"), RISING).scenarios] != first


def test_faults_of_samples_are_all_listed_each_once(tmp_path: Path) -> None:
    text = SAMPLES.replace("count = 40", "count = 0").replace("likely = 1.0", "likely = 1.2")
    text += '[[samples]]\nname = "none"\ncount = 2\n[[samples]]\nname = "odd"\ncount = 20001\n'
    text += 'set = { years = { low = 3, high = 2 }, "solver.gap" = { low = 0, high = 1, mean = 0.5 } }\n'
    assert set(refused(tmp_path, text)) == {
        ("round.toml", "samples[1].count", "Input should be greater than or equal to 1"),
        ("round.toml", "samples[1].scale.envelope.lines", "likely (1.2) must lie from low (0.8) to high (1.1)"),
        ("round.toml", "samples[2]", "needs a key to draw, in set or in scale"),
        ("round.toml", "samples[3].count", "Input should be less than or equal to 10000"),
        ("round.toml", "samples[3].set.years", "low (3) must be below high (2)"),
        ("round.toml", "samples[3].set.solver.gap.mean", "no such key"),
    }
    ((file, column, rule),) = refused(tmp_path, SAMPLES.replace("envelope.lines", "envelope.floors"))
    assert (column, "nothing there" in rule) == ("envelope.floors", True)
    assert file.startswith("round.toml, scenario 'doubt 01")
    assert file.endswith("and 39 others")


def test_a_grid_may_take_another_file_or_table_in_each_scenario(tmp_path: Path) -> None:
    for name in ("register.gpkg", "surveyed.gpkg", "dear.csv"):
        (tmp_path / name).write_text(name)
    text = """
[[grids]]
name = "inputs"
set = { register = ["register.gpkg", "surveyed.gpkg"], "tables.treatments" = ["", "dear.csv"] }
"""
    made = round_of(tmp_path, text).scenarios
    assert [(s.plan.register_file, s.plan.tables.treatments) for s in made] == [
        ("register.gpkg", ""), ("register.gpkg", "dear.csv"), ("surveyed.gpkg", ""), ("surveyed.gpkg", "dear.csv"),
    ]  # fmt: skip
    before = [s.identity() for s in made]
    assert len(set(before)) == 4
    (tmp_path / "dear.csv").write_text("dearer")
    assert [a == b.identity() for a, b in zip(before, made, strict=True)] == [True, False, True, False]


@pytest.mark.parametrize(
    ("text", "column", "rule"),
    [
        ("", "scenarios", "needs a scenario, a grid or samples"),
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
