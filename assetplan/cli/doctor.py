"""`assetplan doctor` and `assetplan --version`: what is installed, whether it works, and what mends it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import requires, version
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assetplan import __version__
from assetplan.cli.answer import JSON, answer
from assetplan.cli.layout import block, items, table

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from assetplan.programme import Programme

_EXTRAS = {"dask": "batches on a cluster", "postgis": "registers in a database", "notebook": "notebooks"}
_REINSTALL = "pip install --force-reinstall assetplan"
_PENCE = 0.01

# Four sections whose works compete for the money of three years: few enough that every programme can be tried.
_ASSETS = """asset_id,asset_class,road_class,quantity,length_m,x,y,measure,value
R1,carriageway,B,700,120,450000,210000,index,25
R2,carriageway,B,700,120,450200,210000,index,45
R3,carriageway,B,700,120,450400,210000,index,60
R4,carriageway,B,700,120,450600,210000,index,70
"""
_MAPPING = {"file": {"crs": "EPSG:27700", "x": "x", "y": "y"}}
_PLAN = """name = "self-test"
register = "register.gpkg"
first_year = 2019
years = 3
[envelope]
unit = "£"
[envelope.lines]
carriageway_preventative = [4500, 4500, 4500]
carriageway_major = [24000, 24000, 24000]
[sites]
costs = "none"
[forecast]
futures = 0
[solver]
target_gap = 1e-9
"""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    check, result : str; what was looked at, and what came of it
    holds : bool or None; whether it is as it must be; None where the program works without it
    advice : str; what mends it, or brings it
    """

    check: str
    result: str
    holds: bool | None
    advice: str = ""


def version_text() -> str:
    """Versions of the program, of Python and of what solves."""
    lines = [f"assetplan {__version__}", f"Python {sys.version.split()[0]}"]
    return "\n".join([*lines, f"PuLP {_version('pulp')}", f"HiGHS {_version('highspy')}", f"SciPy {_version('scipy')}"])


def _version(package: str) -> str:
    try:
        return version(package)
    except ImportError:  # what is not installed
        return "is not installed"


@click.command("doctor")
@JSON
def doctor() -> None:
    """Check what the program needs here: versions, solver, fonts, the right to write; and plan a small test."""
    checks = list(_checks(Path.cwd()))
    wrong = [check for check in checks if check.holds is False]
    versions = {one.name: _version(one.name) for one in _required()}
    answer(_text(checks, wrong), {"holds": not wrong, "versions": versions, "checks": checks})
    if wrong:
        sys.exit(1)


def _text(checks: list[Check], wrong: list[Check]) -> str:
    states = {True: "good", False: "WRONG", None: ""}
    shown = table(["checked", "state", "result"], [[c.check, states[c.holds], c.result] for c in checks], (0, 1, 2))
    if not wrong:
        return f"{shown}\n\nAll that the program needs works."
    return f"{shown}\n\n" + block("What to do", *items([f"{check.check}: {check.advice}" for check in wrong]))


def _checks(folder: Path) -> Iterator[Check]:
    """Every check in turn, cheap ones first.

    Parameters
    ----------
    folder : Path; where the user would write
    """
    yield Check("assetplan", __version__, None)
    yield Check("Python", sys.version.split()[0], sys.version_info >= (3, 11), "install Python 3.11 or newer")
    yield Check("PuLP, HiGHS", f"{_version('pulp')}, {_version('highspy')}", None)
    yield _packages([one for one in _required() if one.marker is None])
    for extra, use in _EXTRAS.items():
        yield _extra(extra, use)
    yield _tried("solver", _solver, f"{_REINSTALL} highspy pulp")
    yield _tried("fonts of figures", _fonts, "pip install --force-reinstall matplotlib, which brings its fonts")
    yield _tried("right to write", lambda: _write(folder), f"{folder} may not be written to: go to another folder")
    yield _tried("plan, proved and written", _self_test, _REINSTALL)


def _tried(name: str, look: Callable[[], str], advice: str) -> Check:
    """A check that runs something: whatever goes wrong with it is its result."""
    try:
        return Check(name, look(), True)
    except Exception as error:
        text = " ".join(str(error).split())
        return Check(name, f"{type(error).__name__}: {text}", False, advice)


def _required() -> list[Requirement]:
    from packaging.requirements import Requirement

    return [Requirement(text) for text in requires("assetplan") or ()]


def _lacking(required: list[Requirement]) -> list[Requirement]:
    """Those of a list that are not installed, or in a version that does not serve."""
    out = []
    for one in required:
        try:
            serves = one.specifier.contains(version(one.name), prereleases=True)
        except ImportError:  # what is not installed
            serves = False
        out += [] if serves else [one]
    return out


def _packages(required: list[Requirement]) -> Check:
    lacking = _lacking(required)
    if not lacking:
        return Check("packages", f"all {len(required)} in versions that serve", True)
    here = ", ".join(f"{one.name} {_version(one.name)}" for one in lacking)
    wanted = " ".join(f"'{one.name}{one.specifier}'" for one in lacking)
    return Check("packages", here, False, f"pip install {wanted}")


def _extra(extra: str, use: str) -> Check:
    own = [one for one in _required() if one.marker is not None and one.marker.evaluate({"extra": extra})]
    if not _lacking(own):
        return Check(f"extra {extra}", f"{use}: there", None)
    bring = f"pip install 'assetplan[{extra}]'"
    return Check(f"extra {extra}", f"{use}: not there, {bring} brings it", None, bring)


def _solver() -> str:
    """A choice whose best is plain: of £7 the two that bring 70 cost 7, and the first alone brings 60 for 6."""
    import pandas as pd

    from assetplan import optimise

    rows = {("a", "do"): (60.0, 6.0), ("b", "do"): (40.0, 4.0), ("c", "do"): (30.0, 3.0)}
    rows |= {(asset, "nothing"): (0.0, 0.0) for asset in "abc"}
    options = pd.DataFrame.from_dict(rows, orient="index", columns=["benefit", "cost"]).sort_index()
    options.index = pd.MultiIndex.from_tuples(options.index, names=["asset_id", "strategy_id"])
    selection = optimise(options, {"cost": 7.0})
    if abs(selection.benefit - 70) > 1e-6 or selection.status != "optimal":
        raise ValueError(f"the best choice brings 70, the solver's {selection.benefit:g} ({selection.status})")
    return "finds the best of a small choice, and proves it"


def _fonts() -> str:
    from assetplan.report.fonts import figure_font

    return figure_font().name


def _write(folder: Path) -> str:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"assetplan")
    return f"in {folder}"


def _self_test() -> str:
    """Make a register and a plan, plan it, prove it by trying every programme, write it and its report."""
    from assetplan import plan, read_plan, read_register, write_register, write_report

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, text in (("assets.csv", _ASSETS), ("plan.toml", _PLAN)):
            (folder / name).write_text(text, encoding="utf-8")
        write_register(read_register(folder / "assets.csv", _MAPPING, fill=True), folder / "register.gpkg")
        programme = plan(read_plan(folder / "plan.toml"))
        best, tried = _best(programme)
        if abs(best - programme.summary.benefit) > _PENCE:
            raise ValueError(
                f"the best of {tried:,} programmes brings £{best:,.2f}, not £{programme.summary.benefit:,.2f}"
            )
        programme.write(folder / "out")
        write_report(programme, folder / "report.html")
    return f"the best of {tried:,} programmes, all of which were tried"


def _best(programme: Programme) -> tuple[float, int]:
    """The most benefit of any programme within its limits [£], and how many programmes there are."""
    import numpy as np

    strategies = programme.strategies
    assert strategies is not None  # a programme that was just planned has them
    usage, caps = strategies.usage.toarray(), np.array([row["cap"] for row in programme.summary.limits], dtype=float)
    choices = product(*(range(*strategies.rows(asset).indices(len(usage))) for asset in range(len(programme.assets))))
    every = np.array(list(choices))
    fits = (usage[every].sum(axis=1) <= np.where(np.isnan(caps), np.inf, caps) + _PENCE).all(axis=1)
    return float(strategies.objective[every].sum(axis=1)[fits].max()), len(every)
