"""What `monitor` prints, within 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from assetplan.cli.layout import block, table
from assetplan.monitoring import Actuals, Approved, Monitoring
from assetplan.monitoring.outturn import AMOUNTS, STAGES
from assetplan.monitoring.past import AsDone
from assetplan.words import financial_year, number, plural, pounds

_NAME = 35  # characters of a line's or scheme's name
_MOST = 20  # schemes listed
_HEADS = {
    "budget": "budget", "inclusions": "incl.", "rephasing": "rephased", "latest": "latest", "actual": "spent",
    "outturn": "outturn", "variance": "variance",
}  # fmt: skip


def monitoring_text(title: str, approved: Approved, actuals: Actuals, monitoring: Monitoring) -> str:
    """Monitoring: by line, by year, schemes off track, inclusions and benefits.

    Parameters
    ----------
    title : str; of the programme
    approved, actuals, monitoring : as of `assetplan.monitoring`
    """
    return "\n\n".join(_parts(title, approved, actuals, monitoring))


def _parts(title: str, approved: Approved, actuals: Actuals, monitoring: Monitoring) -> Iterator[str]:
    schemes, total = monitoring.schemes, monitoring.cells[list(AMOUNTS)].sum()
    off = schemes[schemes["off_track"] != ""]
    until = f", spent until {actuals.until}" if actuals.until else ", nothing spent yet"
    yield block(
        f"{title}{until}",
        f"  budget {pounds(total['budget'] + total['inclusions'], 4)}, outturn {pounds(total['outturn'], 4)}, variance "
        f"{_signed(total['variance'])}; {approved.prices}",
        f"  {len(schemes) - int(schemes['included'].sum()):,} of {plural(len(approved.names), 'scheme')} reported, the "
        f"others at their budget; {len(off):,} off track",
    )
    names = [approved.lines[line][:_NAME] for line in approved.lines]
    by_line = monitoring.by("line").set_index("line").reindex(list(approved.lines), fill_value=0.0)
    keys = ["budget", "inclusions", "actual", "outturn", "variance"]
    yield _amounts("by line, £000", [*names, "All lines"], pd.concat([by_line, total.to_frame().T]), keys)
    by_year = monitoring.by("year")
    keys = ["budget", "inclusions", "rephasing", "latest", "actual", "outturn", "variance"]
    yield _amounts("by year, £000", [financial_year(int(year)) for year in by_year["year"]], by_year, keys)
    if len(off):
        yield _off_track(off)
    included = schemes[schemes["included"]]
    if len(included):
        body = [
            [_named(row), number(row["budget"] / 1e3), number(row["forecast"] / 1e3)]
            for row in included.head(_MOST).to_dict("records")
        ]
        yield table([_of("inclusion, £000", included), "approved", "outturn"], body)
    amounts = monitoring.benefits[list(STAGES)].sum()
    yield table(["benefit, present value", *STAGES], [["All schemes", *map(pounds, amounts)]])


def _amounts(head: str, names: Sequence[str], rows: pd.DataFrame, keys: Sequence[str]) -> str:
    body = [
        [name, *(number(row[key] / 1e3) for key in keys)]
        for name, row in zip(names, rows.to_dict("records"), strict=True)
    ]
    return table([head, *(_HEADS[key] for key in keys)], body)


def _off_track(off: pd.DataFrame) -> str:
    """Schemes off track, those furthest from their budget first."""
    rows = off.assign(more=(off["forecast"] - off["budget"]).abs()).sort_values("more", ascending=False, kind="stable")
    body = [
        [
            _named(row), number(row["days_late"]), number(row["budget"] / 1e3), number(row["forecast"] / 1e3),
            row["off_track"],
        ]
        for row in rows.head(_MOST).to_dict("records")
    ]  # fmt: skip
    return table([_of("off track, £000", off), "days late", "budget", "outturn", "on"], body)


def _of(head: str, rows: pd.DataFrame) -> str:
    return f"{head}, {_MOST} of {len(rows):,}" if len(rows) > _MOST else head


def _named(row: dict) -> str:
    return f"{row['scheme']} {row['name']}"[:_NAME].strip()


def _signed(amount: float) -> str:
    return ("+" if amount > 0 else "") + pounds(amount)


def spent_text(done: AsDone, approved: Approved, folder: Path) -> str:
    """What the next plan says of years that are past, and what it must know of them.

    Parameters
    ----------
    done, approved : AsDone, Approved; the programme as it turned out, and as it was approved
    folder : Path; where that was written
    """
    until = done.until
    moved, out = done.moved[done.moved["year"] > 0], done.moved[done.moved["year"] < 0]
    lines = [f"The next plan, with {financial_year(until)} and earlier as they were:", "", "    [spent]"]
    lines += [f'    from = "{folder.as_posix()}"', f"    until = {until}"]
    facts = [
        (len(out), "works of past years were not done and are free to be planned again"),
        (len(moved), "works were done in another year than planned"),
        (done.assumed, "schemes without a row are taken as done at their budget"),
    ]
    lines += [""] * any(count for count, _ in facts) + [f"  {count:,} {words}" for count, words in facts if count]
    text = block(lines[0], *lines[1:])
    if not len(done.to_pay):
        return text
    body = [
        [approved.lines[row["line"]][:_NAME], financial_year(int(row["year"])), number(row["amount"])]
        for row in done.to_pay.to_dict("records")
    ]
    head = "Still to pay for them in years ahead: take it off the lines of the next plan"
    return f"{text}\n\n{head}\n" + table(["line", "year", "£"], body)
