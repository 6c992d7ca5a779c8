"""What is for approval: the firm part of the programme scheme by scheme, and routine jobs that may share closures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan.finance import Statement
from assetplan.finance.statement import declared
from assetplan.inputs.firm import FIRM
from assetplan.outcome.closures import shared_closures
from assetplan.statements.ledger import Ledger
from assetplan.words import and_list, financial_year, plural

_KEYS = ["year", "scheme_id", "asset_class", "label", "unit"]


def firm(ledger: Ledger) -> Iterator[Statement]:
    """Works of the firm years: a row a scheme and treatment, for an annex of schemes."""
    works = pd.DataFrame(ledger.works[ledger.works["status"] == FIRM])
    if not len(works):
        return
    works["cost"] *= ledger.price[works["year"].to_numpy() - ledger.plan.first_year]
    # A point is named for itself, not for the road it stands on.
    line = works["asset_class"].isin(ledger.outcome.inputs.tables.classes.where("drawn", "line"))
    works["place"] = works["road"].where(line & (works["road"] != ""), works["name"])
    works["length_m"] = works["length_m"].where(line)
    grouped = works.groupby(_KEYS, sort=True)
    rows = grouped.agg(
        line=("line", "first"), works=("asset_id", "size"), quantity=("quantity", "sum"), cost=("cost", "sum")
    )
    rows = rows.assign(length_m=grouped["length_m"].sum(min_count=1))
    names = {"road": _each(works, "place"), "district": _each(works, "district"), "months": _each(works, "months")}
    rows = rows.assign(**names).fillna(dict.fromkeys(names, "")).reset_index()
    rows = rows.rename(columns={"label": "treatment"}).round({"length_m": 0, "quantity": 0, "cost": 0})
    rows["year"] = [financial_year(int(year)) for year in rows["year"]]
    columns = ["scheme_id", "road", "district", "year", "months", "treatment", "line", "works", "length_m", "quantity"]
    years = and_list(financial_year(year) for year in ledger.outcome.inputs.firm_years)
    note = f"Firm: {years}. Years after them are indicative. One row a scheme and treatment; each figure is rounded."
    yield ledger.table(declared("firm"), rows[[*columns, "unit", "cost"]], note)


def _each(works: pd.DataFrame, column: str) -> pd.Series:
    """Every text of a column once, in order, by the keys of a row; blanks are left out."""
    given = works[works[column] != ""].drop_duplicates([*_KEYS, column]).sort_values(column)
    return given.groupby(_KEYS)[column].agg("; ".join)


def closures(ledger: Ledger) -> Iterator[Statement]:
    """Routine jobs that may be done under the closures of schemes, and the traffic management that saves."""
    jobs, shared = ledger.outcome.inputs.jobs, shared_closures(ledger.outcome, ledger.works)
    if jobs is None or shared is None:
        return
    price = ledger.price[shared["year"].to_numpy(dtype=np.intp) - ledger.plan.first_year]
    rows = shared.assign(cost=(shared["cost"] * price).round(), saving=(shared["saving"] * price).round())
    for name in ("year", "due"):
        rows[name] = [financial_year(int(year)) for year in rows[name]]
    window = plural(ledger.plan.sites.jobs_window, "year")
    note = (
        f"{len(shared):,} of {plural(len(jobs), 'routine job')} may share a closure within {window} of the year when "
        "due. Savings are the traffic management of a closure for the job alone; they are no part of the objective."
    )
    yield ledger.table(declared("shared_closures"), rows, note)


STATEMENTS = (firm, closures)
