"""What the commands on rounds print."""

from __future__ import annotations

import pandas as pd

from assetplan.cli.layout import block, figure, items, paragraph, table
from assetplan.rounds import KeptRun, RunEvent, ScenarioEnd, Verification
from assetplan.words import plural


def outcome_text(outcome: ScenarioEnd, done: int, of: int, each: float) -> str:
    """One line as a scenario ends, with about how long the others take.

    Parameters
    ----------
    outcome : ScenarioEnd; the scenario that ended
    done, of : int; runs that have ended, and all of them
    each : float; time that a run takes, with as many at once as there are [s]
    """
    minutes = max(round(each * (of - done) / 60), 1)
    more = f", about {plural(minutes, 'minute')} left" if of > done else ""
    return f"{done} of {of}: {outcome.scenario}: {outcome.status} in {outcome.seconds:.0f} s{more}"


def round_text(name: str, rows: pd.DataFrame) -> str:
    """The table of a round, and what each scenario that was not planned lacks.

    Parameters
    ----------
    name : str; the round's
    rows : DataFrame; from `round_table`
    """
    figures = rows.astype(dict.fromkeys(("benefit", "cost", "gap", "treated"), float)).to_dict("records")
    lines = [
        [
            *(str(row["scenario"]), str(row["status"])),
            *(figure(row[key] / 1e6, ",.2f") for key in ("benefit", "cost")),
            *(figure(row["gap"], ".4%"), figure(row["treated"], ",.0f")),
        ]
        for row in figures
    ]
    heads = ["scenario", "", "benefit, £m", "cost, £m", "gap", "treated"]
    parts = [f"{name}: {plural(len(rows), 'scenario')}", table(heads, lines)]
    wrong = rows[rows["message"] != ""]
    if len(wrong):
        texts = [f"{row['scenario']}: {row['message']}" for row in wrong.to_dict("records")]
        parts.append(block("Not planned", *items(texts)))
    return "\n\n".join(parts)


def verification_text(checked: Verification) -> str:
    """What of a folder is as it was, and what is not.

    Parameters
    ----------
    checked : Verification; from `verify`
    """
    parts = []
    if checked.outputs:
        parts.append(block("Not as they were written, gone, or not written with the plan", *items(checked.outputs)))
    if checked.inputs:
        parts.append(block("Inputs that are others than those of the plan, or gone", *items(checked.inputs)))
    if checked.differs:
        parts.append(block("Planned again, not the same", *items(checked.differs)))
    notes = []
    if checked.other_version:
        notes.append(f"another version wrote this folder ({checked.version}), which may choose otherwise")
    if checked.differs:
        notes.append("other releases of the libraries may choose otherwise, and so may a machine three times as slow")
    if checked.not_planned:
        notes.append(f"not planned again: {checked.not_planned}")
    if notes:
        parts.append(block("Notes", *items(notes)))
    if checked.holds:
        again = ", and planned again from the same inputs it is the same" if not checked.not_planned else ""
        parts.insert(0, paragraph(f"Every file is as it was written{again}.", indent=""))
    return "\n\n".join(parts)


def runs_text(rows: pd.DataFrame) -> str:
    """The runs of a round, a row each.

    Parameters
    ----------
    rows : DataFrame; from `list_runs`
    """
    figures = rows.astype(dict.fromkeys(("benefit", "cost", "gap"), float)).to_dict("records")
    lines = [
        [
            *(str(row[key]) for key in ("run", "scenario", "stage")),
            *(str(row["changed"])[:10], str(row["changed_by"])),
            *(figure(row[key] / 1e6, ",.2f") for key in ("benefit", "cost")),
            *(figure(row["gap"], ".4%"), str(row["parent"])),
        ]
        for row in figures
    ]
    heads = ["run", "scenario", "stage", "since", "by", "benefit, £m", "cost, £m", "gap", "revises"]
    return f"{plural(len(rows), 'run')}\n\n{table(heads, lines)}" if lines else plural(0, "run")


def meetings_text(ahead: pd.DataFrame) -> str:
    """The meetings of a round that are to come, and how many runs each may move.

    Parameters
    ----------
    ahead : DataFrame; from `list_meetings`
    """
    lines = [
        [str(row["body"]), str(row["date"]), str(row["papers"]), row["decides"], str(row["runs"] or "")]
        for row in ahead.to_dict("records")
    ]
    return table(["next", "date", "papers by", "decides what is", "runs that it may move"], lines)


def run_text(shown: KeptRun) -> str:
    """One run: what it came to, what was decided of it, and what of it was edited.

    Parameters
    ----------
    shown : KeptRun; from `show_run`
    """
    came = {name: float(value) for name, value in shown.figures.items() if isinstance(value, int | float)}
    first = shown.events[0] if shown.events else None
    lines = [
        f"scenario {first.scenario}" if first and first.scenario else "no scenario is known",
        f"benefit £{figure(came['benefit'] / 1e6, ',.2f')}m for £{figure(came['cost'] / 1e6, ',.2f')}m, gap"
        f" {figure(came['gap'], '.4%')}, {figure(came['treated'], ',.0f')} assets treated",
        f"made by assetplan {shown.figures['version']}",
    ]
    if first and first.parent:
        lines.append(f"revises run {first.parent}")
    if due := shown.meeting:
        lines.append(f"may be {due.decides} at {due.body}, {due.date}; papers by {due.papers}")
    parts = [block(f"Run {shown.run}", *items(lines))]
    parts.append(block("Stages", *items([event_text(event) for event in shown.events] or ["no record"])))
    if shown.edited:
        parts.append(block("Not as they were written, or gone", *items(shown.edited)))
    return "\n\n".join([*parts, str(shown.folder)])


def event_text(event: RunEvent) -> str:
    """One thing that was decided of a run, in a line.

    Parameters
    ----------
    event : RunEvent; such as `approve` returns
    """
    at = f" at {event.body} of {event.meeting}" if event.body else ""
    return f"{event.stage} by {event.who}{at}, {event.when}" + (f": {event.note}" if event.note else "")
