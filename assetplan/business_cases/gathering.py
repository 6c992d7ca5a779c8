"""The bids and schemes of a programme that need a business case, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from assetplan._types import Floats, Ints
from assetplan.answers.programme_risk import programme_risks
from assetplan.asset_classes import BID
from assetplan.assurance.risks import OPEN
from assetplan.business_cases.case import FULL, MINIMUM, NOTHING, RECOMMENDED, BusinessCase, options_table
from assetplan.config import Plan
from assetplan.errors import Fault, RegisterError
from assetplan.inputs.settings import kept_plan
from assetplan.programme import Programme
from assetplan.statements.payback import YEARS
from assetplan.strategies.names import NOTHING as LEFT_OUT
from assetplan.words import and_list, financial_year, pounds

BY_SCHEME = "benefit_by_scheme"
"""Statement that benefits of schemes by year are read from."""
_NAMED = ("title", "cause", "event", "consequence", "controls", "actions")
_RISKS = ("risk", "event", "score", "band", "owner", "mitigation")


@dataclass(frozen=True, eq=False)
class _Source:
    """What all cases of a programme are made from."""

    programme: Programme
    plan: Plan
    risks: pd.DataFrame
    by_scheme: pd.DataFrame

    @property
    def labels(self) -> dict[str, str]:
        return {row["line"]: row["label"] for row in self.programme.summary.spend}

    @property
    def years(self) -> list[int]:
        return list(self.programme.years)


def cases_of(programme: Programme, gate: float, name: str, by_scheme: pd.DataFrame) -> tuple[BusinessCase, ...]:
    """Business cases of a programme, bids before schemes, each by its cost, the largest first.

    Sales of premises have none: what they would bring is exempt information.

    Parameters
    ----------
    programme : Programme; from `read_programme`
    gate : float; the least cost that needs a case [£]
    name : str; the bid or scheme that is wanted, whatever it costs; "" for all above the gate
    by_scheme : DataFrame; rows of the statement `benefit_by_scheme`

    Raises
    ------
    RegisterError
        The programme has no bid or scheme of that name, or was written without its settings or strategies.
    """
    if not programme.settings or programme.strategies is None:
        rule = "holds neither settings nor strategies: plan again"
        raise RegisterError([Fault("the programme", 0, "", "", rule)])
    with kept_plan(programme.settings) as plan:
        register = programme_risks(programme).records.risks
        risks = pd.DataFrame() if register is None else register[register["status"] == OPEN]
        source = _Source(programme, plan, risks, by_scheme)
        cases = [*_bids(source, name), *_schemes(source, gate, name)]
    if name and not cases:
        raise RegisterError([Fault("the programme", 0, "name", name, "is no bid or scheme of this plan")])
    kept = [case for case in cases if name or case.cost >= gate]
    return tuple(sorted(kept, key=lambda case: (case.kind, -case.cost, case.name)))


def _bids(source: _Source, name: str) -> Iterator[BusinessCase]:
    table = source.programme.bids
    if table is None:
        return
    mine = table[(table["kind"] == BID.asset_class) & (table["bid"].eq(name) if name else True)]
    for bid, options in mine.groupby("bid", sort=False):
        yield _bid(source, str(bid), options.reset_index(drop=True))


def _bid(source: _Source, name: str, options: pd.DataFrame) -> BusinessCase:
    """The case of a bid: minimum is its option of least cost, full that of most benefit, whichever variant they are."""
    picked = options[options["chosen"]].iloc[0]
    begun = options[options["option"] != LEFT_OUT]
    chosen = bool(picked["option"] != LEFT_OUT)
    best = picked if chosen else begun.iloc[int(begun["net"].argmax())]
    rows = {NOTHING: ("it is left out", 0.0, 0.0, 0.0)}
    by_cost = begun.assign(paid=begun["cost"] + begun["later"])
    by_cost = by_cost.sort_values(["paid", "benefit"], ascending=[True, False])
    for option, row in (
        (MINIMUM, by_cost.iloc[0]), (RECOMMENDED, best), (FULL, begun.iloc[int(begun["benefit"].argmax())]),
    ):  # fmt: skip
        means = f"variant {row['variant']}, begun in {financial_year(int(row['start']))}"
        rows[option] = (means, float(row["cost"]), float(row["later"]), float(row["benefit"]))
    first, begins = source.years[0], int(best["start"])
    keys = ("costs", "own_funding", "revenue")
    gross, own, saved = (amounts_by_year(best[key], begins - first) for key in keys)
    lines = source.programme.works.query("asset_id == @name")
    return BusinessCase(
        name, name, "bid", _where(options), chosen, str(picked["reason"]),
        _criterion(float(best["benefit"]), picked["mandatory"] == "yes", str(best["criteria"])), options_table(rows),
        _funding(source, lines if chosen else None, own=float(best["funded"]), receipts=best),
        by_year(first, gross - own, saved), _payback(best["payback"], begins),
        _risks(source, [name]), _stages(source, float(best["cost"] + best["later"]), lines, best),
    )  # fmt: skip


def amounts_by_year(cell: str, begins: int) -> Floats:
    """Amounts by year of a cell of bids.csv, from the plan's first year on (`YEARS`,) [£].

    Parameters
    ----------
    cell : str; amounts from the start on, as "200000;50000"
    begins : int; plan year of the start, 0 the first
    """
    out = np.zeros(YEARS)
    stated = [float(part) for part in str(cell).split(";") if part][: YEARS - begins]
    out[begins : begins + len(stated)] = stated
    return out


def _schemes(source: _Source, gate: float, name: str) -> Iterator[BusinessCase]:
    works = source.programme.works
    own = works[(works["asset_class"] != BID.asset_class) & (works["scheme_id"] != "")]
    total = own.groupby("scheme_id")["cost"].sum()
    wanted = [name] if name in total.index else [] if name else total.index[total >= gate]
    for scheme in wanted:
        yield _scheme(source, str(scheme), own[own["scheme_id"] == scheme])


def _scheme(source: _Source, name: str, works: pd.DataFrame) -> BusinessCase:
    """The case of a scheme: minimum is the cheapest works on each of its assets, full those of most benefit."""
    programme, strategies = source.programme, source.programme.strategies
    assert strategies is not None
    places: Ints = np.flatnonzero(programme.assets["asset_id"].isin(works["asset_id"]))
    picked = {option: np.zeros(len(places), dtype=np.intp) for option in (MINIMUM, RECOMMENDED, FULL)}
    for k, place in enumerate(places):
        own = strategies.rows(int(place))
        cost, benefit = strategies.cost[own], strategies.benefit[own]
        treats = np.where(strategies.names[strategies.name[own]] == LEFT_OUT, np.inf, cost)
        picked[MINIMUM][k] = own.start + int(np.argmin(treats))
        picked[RECOMMENDED][k] = strategies.chosen[place]
        picked[FULL][k] = own.start + int(np.argmax(benefit))
    means = {
        MINIMUM: "the cheapest works on each of its assets",
        RECOMMENDED: _words(works),
        FULL: "the works of most benefit on each of its assets, whatever they cost",
    }
    options = {NOTHING: ("no works", 0.0, 0.0, 0.0)}
    for option, rows in picked.items():
        options[option] = (
            means[option],
            float(strategies.cost[rows].sum()),
            0.0,
            float(strategies.benefit[rows].sum()),
        )
    years = [financial_year(year) for year in source.years]
    mine = source.by_scheme[source.by_scheme["scheme_id"] == name]
    spent = works.groupby("year")["cost"].sum().reindex(source.years, fill_value=0.0).to_numpy(dtype=float)
    saved = mine[years].sum().to_numpy(dtype=float)
    named = [name, *works["asset_id"], *works["name"]]
    return BusinessCase(
        name, f"{name}, {works['name'].iloc[0]}", "scheme", _where(works), True, str(works["reason"].iloc[0]),
        _criterion(options[RECOMMENDED][3], bool(works["committed"].any()), ""), options_table(options),
        _funding(source, works), by_year(source.years[0], spent, saved),
        _paid(source, mine), _risks(source, named), _stages(source, float(spent.sum()), works),
    )  # fmt: skip


def _words(works: pd.DataFrame) -> str:
    """The works of a scheme: treatments, and on how many assets each."""
    return and_list(f"{label} ({len(part)})" for label, part in works.groupby("label", sort=False))


def _where(works: pd.DataFrame) -> str:
    for column in ("division", "district"):
        names = [name for name in dict.fromkeys(works[column].fillna("")) if name] if column in works else []
        if names:
            return and_list(names) if column == "division" else f"not known; district {and_list(names)}"
    return ""


def _criterion(benefit: float, must: bool, stated: str) -> str:
    """Which of the council's criteria it meets: as stated, and by its figures."""
    met = [f"as stated: {stated}"] * bool(stated)
    met += ["it must be done: committed or mandatory"] * must
    met += [f"by its figures: {pounds(benefit)} of benefit beyond its cost"] * (benefit > 0)
    return "; ".join(met) or "none is stated, and none by its figures"


def by_year(first: int, cost: Floats, benefit: Floats) -> pd.DataFrame:
    """Cost and benefit by year, up to the last year in which there is either.

    Parameters
    ----------
    first : int; first year
    cost, benefit : array (n_years,); in each year from it on [£, not discounted]
    """
    moved = np.flatnonzero((cost > 0) | (benefit != 0))
    count = int(moved[-1]) + 1 if len(moved) else 1
    rows = {"cost": cost, "benefit": benefit, "cumulative": benefit.cumsum()}
    years = [financial_year(first + k) for k in range(count)]
    return pd.DataFrame({"year": years, **{name: amounts[:count].round() + 0.0 for name, amounts in rows.items()}})


def _payback(years: float, begins: int) -> str:
    if years != years:
        return "What it saves does not reach its cost."
    return f"It has paid for itself {years:.1f} years from its start in {financial_year(begins)}."


def _paid(source: _Source, mine: pd.DataFrame) -> str:
    """Payback of a scheme, as the statement has it."""
    labels = source.labels
    words = [
        f"{labels.get(row['line'], row['line'])} {row['payback'] or 'without cost'}" for row in mine.to_dict("records")
    ]
    return f"Paid back, by budget line: {'; '.join(words)}." if words else "Its payback is not known."


def _funding(source: _Source, works: pd.DataFrame | None, own: float = 0.0, receipts: Any = None) -> pd.DataFrame:
    """Money in the order in which it is tried: its own, other sources of the plan, its budget lines, borrowing."""
    rows: list[tuple[str, float, str]] = []
    if own > 0:
        rows.append(("its own grants and contributions", own, "by how likely they are"))
    if receipts is not None and receipts["receipt"] > 0:
        rows.append(("its own receipts", float(receipts["receipt"]), f"stage: {receipts['receipts_stage']}"))
    for each in source.plan.sources:
        rows.append((f"{each.name} ({each.type})", np.nan, "spent where its purpose and years allow, before any loan"))
    labels = source.labels
    if works is None:
        rows.append(("its budget lines", np.nan, "not spent on it: the summary says why"))
    else:
        for line, cost in works.groupby("line", sort=False)["cost"].sum().items():
            rows.append((f"budget line {labels.get(str(line), line)}", round(float(cost)), "pays in the plan years"))
    for facility in source.plan.borrowing:
        rows.append((f"borrowing: {facility.name}", np.nan, "only where no other money could have paid"))
    table = pd.DataFrame(rows, columns=["source", "amount", "result"])
    table.insert(0, "order", np.arange(1, len(table) + 1).astype(float))
    return table


def _risks(source: _Source, names: list[str]) -> pd.DataFrame:
    """Open risks of the council's register that name any of these, with what is done about them."""
    if source.risks.empty:
        return pd.DataFrame(columns=_RISKS)
    text = (
        source.risks[[name for name in _NAMED if name in source.risks]].fillna("").agg(" ".join, axis=1).str.casefold()
    )
    meant = text.map(lambda words: any(name.casefold() in words for name in dict.fromkeys(names) if name))
    rows = source.risks[meant]
    done = ["; ".join(part for part in (row["controls"], row["actions"]) if part) for row in rows.to_dict("records")]
    out = pd.DataFrame({"risk": rows["risk_id"], **{name: rows[name] for name in _RISKS[1:-1]}})
    return out.assign(mitigation=done).reset_index(drop=True)


def _stages(source: _Source, cost: float, works: pd.DataFrame, bid: Any = None) -> pd.DataFrame:
    """How far its case is, the gates that its cost has to pass, then its years of works."""
    pounds_in = source.plan.envelope.pounds
    gates = [gate for gate in source.plan.gates if "scheme" in gate.of and cost >= gate.above * pounds_in]
    stage, gate = ("", "") if bid is None else (str(bid["stage"]), str(bid["gate"]))
    rows: list[tuple[str, str, str, float]] = [("business case", stage, "", np.nan)] * bool(stage)
    passed = [each.name for each in source.plan.gates].index(gate) + 1 if gate else 0
    done = {each.name for each in source.plan.gates[:passed]}
    rows += [("approval" + ", passed" * (each.name in done), each.name, "", np.nan) for each in gates]
    for (_, status), part in works.groupby(["year", "status"]):
        year = financial_year(int(part["year"].iloc[0]))
        rows.append((f"works, {status}", _words(part), year, round(float(part["cost"].sum()))))
    return pd.DataFrame(rows, columns=["stage", "what", "year", "cost"])
