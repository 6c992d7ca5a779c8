"""Work that more than one command does, with progress on a terminal and quiet in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assetplan.cli.answer import answer, plain, remark
from assetplan.cli.progress import progress
from assetplan.programme import REPORT, fill_statements, fill_tables

if TYPE_CHECKING:
    from assetplan.answers import Uncertainty
    from assetplan.config import Plan
    from assetplan.finance.statement import Statement
    from assetplan.inputs import Inputs
    from assetplan.preparation import Progress

Result = TypeVar("Result")


def plan_at(place: Path, inputs: Path | None = None) -> Plan:
    """The plan of a file, or of a planned folder with the folder of its inputs.

    Parameters
    ----------
    place, inputs : Path, Path or None; plan file or folder, and what the folder was planned from
    """
    from assetplan import read_plan
    from assetplan.preparation import plan_of_folder

    if not place.is_dir():
        return read_plan(place)
    if inputs is None:
        raise click.UsageError(f"{place} is a planned folder: give the folder of its inputs with --inputs")
    return plan_of_folder(place, inputs)


@contextmanager
def solved_into(
    plan_file: Path,
    output: Path | None,
    force: bool,
    solve: Callable[..., Result],
    last: str,
    inputs: Path | None = None,
) -> Iterator[tuple[Plan, Result, Any]]:
    """A plan as read and solved, and the folder to fill, None where nothing is to be written.

    Parameters
    ----------
    plan_file, output, force : Path, Path or None, bool; as of `run_plan`
    inputs : Path, optional; as of `plan_at`
    solve : callable; what is made of the plan
    last : str; name of the caller's own stage
    """
    from assetplan.inputs.load import files_of
    from assetplan.output import new_folder

    configuration = plan_at(plan_file, inputs)
    made_from = {"plan": plan_file, **files_of(configuration)}
    # The folder is this run's from the start: what could not be written is refused before anything is solved.
    with nullcontext() if output is None else new_folder(output, force, made_from) as folder, progress() as listen:
        result = solve(configuration) if listen is None else solve(configuration, progress=listen)
        if listen is not None:
            listen(last)
        yield configuration, result, folder


def run_plan(plan_file: Path, output: Path, force: bool) -> None:
    """Read a plan, choose its programme, write folder and report, print the summary.

    Parameters
    ----------
    plan_file : Path; plan to read (TOML)
    output : Path; folder to write
    force : bool; whether an output of that name may be replaced
    """
    from assetplan.cli.plan_text import summary_text
    from assetplan.planning import plan
    from assetplan.report import write_report

    with solved_into(plan_file, output, force, plan, "report") as (_, programme, folder):
        programme.fill(folder)
        write_report(programme, folder / REPORT)
    answer(summary_text(programme), programme.summary.model_dump(), output)


def run_explain(folder: Path, name: str, inputs: Path | None, trust_edits: bool) -> None:
    """Print why an asset or a bid of a planned folder has what it has and, of a bid, what solving again says.

    Parameters
    ----------
    folder, name : Path, str; the folder, and the asset or the bid
    inputs : Path or None; folder of what it was planned from; without it nothing is solved
    trust_edits : bool; as of `report`
    """
    from assetplan import explain, read_programme
    from assetplan.analyses import bid_levers
    from assetplan.answers.one_bid import BidExplanation

    explanation = explain(read_programme(folder, trust_edits), name)
    facts = {key: value for key, value in plain(explanation).items() if key != "sought"}
    facts = {"unit": explanation.sought.unit, **facts}
    if inputs is None:
        answer(explanation.text(), facts)
        return
    if not isinstance(explanation, BidExplanation):
        raise click.UsageError(f"{name} is no bid: --inputs is for bids, which are solved again")
    levers = bid_levers(plan_at(folder, inputs), name)
    answer(f"{explanation.text()}\n\n{levers.text()}", {**facts, "solved_again": levers})


def run_standstill(
    plan_file: Path, output: Path | None, force: bool, measure: str, clear_by: int | None, below: float | None
) -> None:
    """Read a plan, work out its stand-still money, print it and, with `output`, write it; as `run_plan`.

    Parameters
    ----------
    plan_file, output, force : Path, Path or None, bool; as of `run_plan`
    measure, clear_by, below : str, int or None, float or None; as of `standstill_statements`
    """
    from assetplan.cli.plan_text import statements_text
    from assetplan.planning import standstill_statements

    solve = partial(standstill_statements, measure=measure, clear_by=clear_by, below=below)
    with solved_into(plan_file, output, force, solve, "files") as (configuration, tables, folder):
        if folder is not None:
            fill_statements(tables, configuration, folder)
    answer(statements_text(tables), {"tables": tables}, output)


def run_trend(plan_file: Path, trend_file: Path, output: Path, force: bool) -> None:
    """Fit a pace of roads to a reported trend, write the rows, print what the pace does; as `run_plan`.

    Parameters
    ----------
    plan_file, output, force : Path, Path, bool; as of `run_plan`; the output is a CSV for `tables.calibration`
    trend_file : Path; the trend (TOML or CSV)
    """
    from assetplan import read_plan
    from assetplan.answers.trend import read_trend
    from assetplan.cli.calibration_text import trend_text
    from assetplan.delimited import write_csv
    from assetplan.inputs.load import files_of
    from assetplan.output import new_file, refuse_existing
    from assetplan.planning import fit_to_trend

    configuration, trend = read_plan(plan_file), read_trend(trend_file)
    inputs = {"plan": plan_file, "trend": trend_file, **files_of(configuration)}
    refuse_existing(output, force, inputs=inputs)
    learned = fit_to_trend(configuration, trend)
    with new_file(output, force, inputs) as draft:
        write_csv(learned.rows, draft)
    answer(trend_text(learned, configuration.first_year - 1), learned, output)


def run_finance(plan_file: Path, output: Path, force: bool) -> None:
    """Read a plan, solve it, write its statements of finance, print what they say of borrowing; as `run_plan`.

    Parameters
    ----------
    plan_file, output, force : Path, Path, bool; as of `run_plan`
    """
    from assetplan.cli.plan_text import finance_text
    from assetplan.inputs.load import load_inputs
    from assetplan.outcome.notes import basis_rows
    from assetplan.planning import finance_statements
    from assetplan.register.no_map import no_map

    def solve(configuration: Plan, **progress: Progress) -> tuple[Inputs, tuple[Statement, ...]]:
        inputs = load_inputs(configuration)
        return inputs, finance_statements(configuration, inputs.register, **progress)

    with solved_into(plan_file, output, force, solve, "files") as (configuration, (inputs, tables), folder):
        fill_statements(tables, configuration, folder)
    short = [each for each in tables if not each.long]
    text = finance_text(tables, configuration, basis_rows(inputs))
    answer(text, {"plan": configuration.name, "tables": short}, output)
    remark(no_map(inputs.register.assets))


def run_alternatives(plan_file: Path, within: float, output: Path | None, force: bool) -> None:
    """Read a plan, find programmes near its optimum, print them and, with `output`, write them; as `run_plan`.

    Parameters
    ----------
    plan_file, output, force : Path, Path or None, bool; as of `run_plan`
    within : float; as of `alternatives`
    """
    from assetplan.analyses import alternatives
    from assetplan.cli.comparison_text import alternatives_text
    from assetplan.delimited import write_csv

    solve = partial(alternatives, within=within)
    with solved_into(plan_file, output, force, solve, "files") as (plan, near, folder):
        if folder is not None:
            write_csv(near.programmes, folder / "alternatives.csv")
            write_csv(near.assets, folder / "works.csv")
    answer(alternatives_text(near), {"unit": plan.objective.sought.unit, **plain(near)}, output)


def run_frontier(plan_file: Path, shares: tuple[float, ...] | None, output: Path | None, force: bool, of: str) -> None:
    """Read a plan, solve it with shares of its money or carbon, print what they bring and, with `output`, write it.

    Parameters
    ----------
    plan_file, output, force : Path, Path or None, bool; as of `run_plan`
    shares, of : tuple of float or None, str; as of `frontier`; shares None for its own
    """
    from assetplan.analyses import SHARES, frontier
    from assetplan.cli.comparison_text import frontier_text
    from assetplan.delimited import write_csv
    from assetplan.report.frontier import draw_frontier

    solve = partial(frontier, shares=shares or SHARES, of=of)
    with solved_into(plan_file, output, force, solve, "files") as (plan, reached, folder):
        unit = plan.objective.sought.unit
        if folder is not None:
            for name in ("points", "lines", "condition", "streams"):
                write_csv(getattr(reached, name), folder / f"{name}.csv")
            if "benefit" in reached.points:
                draw_frontier(reached, unit, folder / "frontier.svg")
    answer(frontier_text(reached), {"unit": unit, **plain(reached)}, output)


def run_uncertainty(plan_file: Path, output: Path | None, force: bool, seed: int, counts: dict[str, Any]) -> None:
    """Read a plan, follow it through many futures, print what comes of it and, with `output`, write it; as `run_plan`.

    Parameters
    ----------
    plan_file, output, force : Path, Path or None, bool; as of `run_plan`
    seed : int; as of `uncertainty`
    counts : dict; futures, solved_for and replanned of `uncertainty`, those that are stated
    """
    from assetplan.analyses import uncertainty
    from assetplan.cli.uncertainty_text import TABLES, uncertainty_text
    from assetplan.delimited import write_csv

    def solve(plan: Plan, **progress: Any) -> Uncertainty:
        return uncertainty(plan, seed=seed, **counts, **progress)

    with solved_into(plan_file, output, force, solve, "files") as (_, drawn, folder):
        for name in TABLES if folder is not None else ():
            if len(rows := getattr(drawn, name)):  # a plan may have no targets, and not be made anew
                write_csv(rows, folder / f"{name}.csv")
    answer(uncertainty_text(drawn), drawn, output)


def run_compare(before: Path, after: Path, output: Path | None, trust_edits: bool, force: bool) -> None:
    """Read two planned folders, compare them, write the comparison if asked to, print it.

    Parameters
    ----------
    before, after : Path; folders of a plan
    output : Path or None; folder to write
    trust_edits, force : bool; as of `report` and `plan`
    """
    from assetplan import compare, read_programme
    from assetplan.answers.comparison import money_of
    from assetplan.cli.comparison_text import comparison_facts, comparison_text
    from assetplan.output import new_folder
    from assetplan.report import write_differences

    inputs = {"first plan": before, "second plan": after}
    with nullcontext() if output is None else new_folder(output, force, inputs) as folder:
        first, second = read_programme(before, trust_edits), read_programme(after, trust_edits)
        comparison = compare(first, second)
        if folder is not None:
            title = f"{first.summary.title} beside {second.summary.title}"
            fill_tables(comparison.statements(money_of(second)), title, folder, "comparison.xlsx")
            names = f"{before.resolve().name} beside {after.resolve().name}"
            write_differences(first, second, comparison, folder / "comparison.html", names)
    facts = comparison_facts(first, second, comparison)
    answer(comparison_text(first, second, comparison), facts, output)
