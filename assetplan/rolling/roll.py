"""The next plan from last year's: keys moved on, prices re-based, unspent money carried, works done in the register."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from assetplan.config import Plan, make_plan
from assetplan.config.inflation import rises
from assetplan.economics import NO_RISE
from assetplan.errors import ConfigError, Fault
from assetplan.input_files import read_toml
from assetplan.inputs.firm import FIRM, SPENT
from assetplan.inputs.tables import Tables, load_tables
from assetplan.prices import GENERAL
from assetplan.programme import Programme
from assetplan.register import Register, read_register
from assetplan.rolling.books import lends_own_cash, rolled_lines, rolled_tax_base, rolled_treasury
from assetplan.rolling.done import with_works, without_sold
from assetplan.rolling.keys import KeyChange, Moved
from assetplan.strategies.names import steps_of, strategy_text
from assetplan.words import and_list, plural

REGISTER = "register.gpkg"
"""Register of the next plan, beside it."""

# Keys that name a file or folder beside the plan file.
_FILES = ("risk.register", "risk.previous", "indicators.definitions", "indicators.values", "indicators.schemes")


@dataclass(frozen=True, eq=False)
class Rolled:
    """The next plan.

    Attributes
    ----------
    data : dict; its plan file, paths relative to its folder
    register : Register; last year's, with the works of the past years done
    changes : DataFrame; what changed: key, was, now, why
    """

    data: dict[str, Any]
    register: Register
    changes: pd.DataFrame


def last_past_year(programme: Programme) -> int:
    """Last year of which a programme has works as spent; its first where it has none."""
    works = programme.works
    spent = works.loc[works["status"] == SPENT, "year"]
    return int(spent.max()) if len(spent) else programme.years[0]


def roll(path: Path, programme: Programme, approved: Path, folder: Path, until: int, carry: float = 1.0) -> Rolled:
    """Roll a plan forward: its first year is the year after those that are past.

    Parameters
    ----------
    path : Path; the plan file (TOML)
    programme, approved : Programme, Path; its programme, or as it turned out, and the folder that it lies in
    folder : Path; where the next plan will lie
    until : int; last year that is past
    carry : float; share of what each line has left at the end of it that the next year gets (0–1)

    Raises
    ------
    ConfigError
        The plan or a table of it is faulty, the programme is of other years, or the price indices do not reach the new
        first year.
    FileNotFoundError
        A file that the plan names is not there.
    """
    data = read_toml(path, ConfigError)
    plan = make_plan(deepcopy(data), path)
    if list(plan.plan_years) != programme.years or not plan.first_year <= until < plan.plan_years[-1]:
        span = f"{programme.years[0]} to {programme.years[-1]}"
        rule = f"the programme is of {span}: roll its own plan, with a year of it that is past and one that is not"
        raise ConfigError([Fault(str(path), 0, "first_year", str(plan.first_year), rule)])
    tables = load_tables(plan)
    past, first_year = until - plan.first_year + 1, until + 1
    cash = plan.envelope.prices == "cash"
    rebase = 1.0 if cash else _ratio(plan, tables, first_year)
    moved = Moved(data, past, plan.years, first_year, rebase, rises(plan.envelope.inflation) if cash else NO_RISE)
    moved.changes.append(KeyChange("first_year", str(plan.first_year), str(first_year), "years move on"))
    _state_lines(data, plan, moved.changes)
    _bids(moved, programme)
    moved.all_keys()
    data["first_year"] = first_year
    _books(moved, programme, plan)
    _carried(moved, programme, plan, until, carry)
    _balances(moved, programme, plan, until)
    _locks(moved)
    _files(data, path.parent, folder, approved, moved.changes)
    mapping = plan.path(plan.mapping) if plan.mapping else None
    register = read_register(plan.register_place, mapping, tables.parameters.names)
    register, sold = without_sold(register, programme, until)
    if sold:
        moved.changes.append(KeyChange(REGISTER, "", f"without {and_list(sold)}", "these premises were sold"))
    register, done = with_works(register, programme, tables.model.catalogue, until)
    why = f"works up to {until} are done: condition as the programme has it"
    moved.changes.append(KeyChange(REGISTER, "", plural(done, "asset"), why))
    firm = programme.works[(programme.works["status"] == FIRM) & (programme.works["year"] > until)]
    moved.changes.append(KeyChange("stability.from", "", plural(len(firm), "works item"), "firm works to come stand"))
    changes = pd.DataFrame(moved.changes, columns=list(KeyChange._fields))
    return Rolled(data, register, changes)


def _ratio(plan: Plan, tables: Tables, year: int) -> float:
    """What £1 of the plan's first year is in prices of a later one, by the index of all prices."""
    try:
        return round(tables.parameters.prices.ratio(GENERAL, plan.first_year, year), 9)
    except KeyError as error:
        rule = f"has no index of all prices for {plan.first_year} or {year}: state them in tables.price_indices"
        raise ConfigError([Fault(tables.parameters.prices.file, 0, "year", str(year), rule)]) from error


def _state_lines(data: dict[str, Any], plan: Plan, changes: list[KeyChange]) -> None:
    """Write the money of lines that follows from an approved profile as lines: the profile is of past years."""
    envelope = data["envelope"]
    if "additional" not in envelope:
        return
    envelope["lines"] = {line: list(amounts) for line, amounts in plan.envelope.lines.items()}
    if plan.envelope.floors:
        envelope["floors"] = {line: list(amounts) for line, amounts in plan.envelope.floors.items()}
    for key in ("additional", "below", "above"):
        envelope.pop(key, None)
    changes.append(KeyChange("envelope.additional", "", "envelope.lines", "the approved profile is money by line now"))


def _bids(moved: Moved, programme: Programme) -> None:
    """Bids that have begun stay as they are stated, and what is left of them is held as firm; those that could only
    begin in the past go.
    """
    data, kept = moved.data, []
    begun = {}
    if programme.bids is not None:
        rows = programme.bids[programme.bids["chosen"] & programme.bids["start"].notna()]
        begun = dict(zip(rows["bid"], rows["start"].astype(int), strict=True))
    for bid in data.get("bids", []):
        start = begun.get(bid["name"], moved.first_year)
        if start < moved.first_year:
            kept.append({key: value for key, value in bid.items() if key not in ("earliest", "latest")})
            why = "has begun: stability.from holds what is left of it"
            moved.changes.append(KeyChange(f"bids {bid['name']}", f"begun in {start}", "", why))
        elif bid.get("latest", moved.first_year) < moved.first_year:
            why = "could only begin in years that are past"
            moved.changes.append(KeyChange(f"bids {bid['name']}", f"latest {bid['latest']}", "", why))
        else:
            earliest = {"earliest": max(bid["earliest"], moved.first_year)} if "earliest" in bid else {}
            kept.append({**bid, **earliest})
    if "bids" in data:
        data["bids"] = kept
        if not kept:
            del data["bids"]


def _books(moved: Moved, programme: Programme, plan: Plan) -> None:
    """The council's books as the programme leaves them at the end of the past years; what truly came may differ."""
    data, past = moved.data, moved.past
    books: list[tuple[str, Any, str]] = []
    if plan.tax_base is not None:
        books.append(("tax_base", rolled_tax_base(plan, past), "past homes are there; put in how many came"))
    if "treasury" in data or plan.borrowing:
        books.append(("treasury", rolled_treasury(plan, programme, past), "what was drawn is among its debt"))
    if plan.medium_term:
        books.append(("medium_term", rolled_lines(plan, past), "past changes are in the base"))
    for key, now, why in books:
        if now:
            data[key] = now
        else:
            data.pop(key, None)
        moved.changes.append(KeyChange(key, "", "", f"rolled on as the programme has it: {why}"))
    if plan.treasury.investments is not None and lends_own_cash(plan, programme, past):
        why = "to be restated: state what is left of them without the cash that was lent"
        moved.changes.append(KeyChange("treasury.investments", "", "", why))


def _carried(moved: Moved, programme: Programme, plan: Plan, until: int, carry: float) -> None:
    """Add what lines have left at the end of the past years to their money of the first year."""
    left = dict.fromkeys(plan.envelope.lines, 0.0)
    for row in programme.summary.spend:
        if row["year"] <= until and row["line"] in left:
            left[row["line"]] += row["limit"] - row["amount"]
    for flow in programme.summary.flows:
        if flow["kind"] == "carry-over" and flow["year"] == until:
            left[flow["line"]] += flow["amount"]
    # Spend and limits are in prices of the old first year; money of a year that is past is worth less by then.
    for line, amount in left.items():
        more = round(amount * carry * moved.price / plan.envelope.pounds, 6)
        amounts = moved.data["envelope"]["lines"][line]
        if abs(more) < 1e-6 or carry == 0:
            continue
        was, amounts[0] = amounts[0], round(max(amounts[0] + more, 0.0), 6)
        why = "unspent money is carried" if more > 0 else "what was overspent is taken off"
        moved.changes.append(KeyChange(f"envelope.lines.{line}[1]", f"{was:g}", f"{amounts[0]:g}", why))


def _balances(moved: Moved, programme: Programme, plan: Plan, until: int) -> None:
    """Reserves begin with what is left in them."""
    for number, (source, row) in enumerate(zip(plan.sources, moved.data.get("sources", []), strict=True), 1):
        if source.type != "reserve":
            continue
        used = sum(
            flow["amount"] for flow in programme.summary.flows
            if flow.get("source") == source.name and flow["kind"] in ("source", "spent") and flow["year"] <= until
        )  # fmt: skip
        committed = source.committed if isinstance(source.committed, tuple) else (source.committed,) * plan.years
        paid_in = sum(source.amounts[: moved.past]) - sum(committed[: moved.past])
        now = round(((source.balance or 0.0) + paid_in - used / plan.envelope.pounds) * moved.rebase, 6)
        was = f"{source.balance or 0:g}"
        moved.changes.append(KeyChange(f"sources[{number}].balance", was, f"{now:g}", "what is left in it"))
        row["balance"] = max(now, 0.0)


def _locks(moved: Moved) -> None:
    """Strategies that are locked lose their works of past years."""
    for number, row in enumerate(moved.data.get("rules", {}).get("lock", []), 1):
        ahead = strategy_text((name, year) for name, year in steps_of(row["strategy"]) if year >= moved.first_year)
        if ahead != row["strategy"]:
            why = "works of past years are done"
            moved.changes.append(KeyChange(f"rules.lock[{number}].strategy", row["strategy"], ahead, why))
            row["strategy"] = ahead


def _files(data: dict[str, Any], here: Path, folder: Path, approved: Path, changes: list[KeyChange]) -> None:
    """Name the files of the plan from where the next one lies, and the programme that it holds on to."""
    for table, key in _paths(data):
        table[key] = _relative(here / str(table[key]), folder)
    data["register"] = REGISTER
    data.pop("mapping", None)
    if data.pop("spent", None):
        changes.append(KeyChange("spent", "", "", "its years are past and in the register"))
    price = data.get("stability", {}).get("price", 0)
    data["stability"] = {"from": _relative(approved, folder), "price": price}


def _paths(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    tables = data.get("tables", {})
    yield from ((tables, key) for key in tables)
    for place in _FILES:
        table, key = place.split(".")
        if data.get(table, {}).get(key):
            yield data[table], key


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
