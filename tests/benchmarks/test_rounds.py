"""A round of the small county with one worker and with two: seconds, processor seconds and memory of each scenario.

What else the machine did meanwhile stands beside it, for two workers need both of two cores.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest
from places import SMALL_COUNTY
from tables import full_only, head, row

from assetplan.process import peak_memory
from assetplan.rounds import ScenarioEnd, read_round_file, run_round
from assetplan.rounds.apart import DONE

pytestmark = pytest.mark.benchmark

COUNT = 24
ROUND = """
name = "funding"
plan = "{plan}"
[[samples]]
name = "money"
count = {count}
scale = {{ "envelope.lines" = {{ low = 0.8, high = 1.2 }} }}
"""


def machine_seconds() -> float:
    """Processor seconds that the whole machine has spent at work (Linux)."""
    user, nice, system = (int(ticks) for ticks in Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Processor seconds of this process and of those that it waited for."""
    times = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in times)


@full_only
def test_two_workers_beside_one(tmp_path: Path) -> None:
    text = ROUND.format(plan=SMALL_COUNTY / "plan.toml", count=COUNT)
    (tmp_path / "round.toml").write_text(text, encoding="utf-8")
    stated = read_round_file(tmp_path / "round.toml")
    took, each_took = dict[int, float](), dict[int, float]()
    ends: tuple[ScenarioEnd, ...] = ()
    head(
        f"{len(stated.scenarios)} scenarios",
        *(
            "workers",
            "seconds",
            "seconds of each",
            "processor seconds",
            "cores",
            "cores that others used",
            "MB of each",
        ),
    )
    for workers in (1, 2):
        began, own, machine = time.perf_counter(), own_seconds(), machine_seconds()
        ends = run_round(stated, tmp_path / str(workers), workers)
        took[workers] = seconds = time.perf_counter() - began
        each_took[workers] = sum(each.seconds for each in ends) / len(ends)
        own, machine = own_seconds() - own, machine_seconds() - machine
        figures = (seconds, each_took[workers], own, own / seconds, (machine - own) / seconds)
        memory = f"{min(each.memory for each in ends):.0f} to {max(each.memory for each in ends):.0f}"
        row(workers, *(f"{figure:.2f}" for figure in figures), memory)
        assert {each.status for each in ends} == {DONE}
    print(f"\ntwo workers are {took[1] / took[2]:.2f} times as fast as one")
    print(f"while both are at work, {2 * each_took[1] / each_took[2]:.2f} times")
    print("memory, MB, in order: " + ", ".join(f"{each.memory:.0f}" for each in ends))
    print(f"memory of the batch itself: {peak_memory():.0f} MB")
