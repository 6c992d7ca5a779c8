"""Premises that may be sold, as bids that bring a receipt: from the register, and from `[disposals]`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely

from assetplan.asset_classes import SALE
from assetplan.config import Plan, Sale
from assetplan.errors import ConfigError, Fault
from assetplan.finance import stages
from assetplan.inputs.bids import StatedBid
from assetplan.register import Register
from assetplan.register.premises import premises_of

_FUELS = ("electricity_kwh", "gas_kwh", "oil_kwh", "biomass_kwh", "other_kwh")
_DISPOSE = "dispose"
_MAY = (_DISPOSE, "under review")


def name_of_sale(premises: str) -> str:
    """What the sale of premises is called among bids."""
    return f"sale of {premises}"


def load_sales(plan: Plan, register: Register) -> tuple[StatedBid, ...]:
    """The sales that a plan with `[disposals]` may choose among: premises under review, to dispose of, or listed.

    Parameters
    ----------
    plan, register : Plan, Register; the plan and its register

    Raises
    ------
    ConfigError
        Premises that are to be kept, unknown, without a value or whose receipt is counted already; components of what
        is to be disposed of in a scheme or committed to works; every fault is listed.
    """
    terms = plan.disposals
    if terms is None:
        return ()
    premises, listed = register.premises.set_index("premises_id"), {sale.premises: sale for sale in terms.sales}
    wanted = premises.index.isin(list(listed)) | premises["retention"].isin(_MAY).to_numpy(dtype=bool)
    ids = list(premises.index[wanted])
    faults = [*_listed_faults(plan, premises), *_counted_faults(plan, ids)]
    rows = premises_of(register.assets, register.blocks)
    faults += _component_faults(plan, register, rows, premises)
    known = [name for name in ids if not np.isnan(_value(plan, premises, name, listed))]
    if faults:
        raise ConfigError(faults)
    energy = _energy(register)
    return tuple(_sale(plan, register, premises, name, listed, energy, rows) for name in known)


def _value(plan: Plan, premises: pd.DataFrame, name: str, listed: dict[str, Sale]) -> float:
    """What a sale brings, its own value before the register's [£]."""
    stated = listed[name].value if name in listed else None
    return float(premises["sale_value"].loc[name]) if stated is None else stated * plan.envelope.pounds


def _energy(register: Register) -> pd.Series:
    """Energy bought in a year for all blocks of each premises [kWh]."""
    bought = register.blocks[list(_FUELS)].fillna(0.0).sum(axis=1)
    return bought.groupby(register.blocks["premises_id"]).sum()


def _sale(
    plan: Plan,
    register: Register,
    premises: pd.DataFrame,
    name: str,
    listed: dict[str, Sale],
    energy: pd.Series,
    rows: pd.Series,
) -> StatedBid:
    assert plan.disposals is not None
    terms, row, own = plan.disposals, premises.loc[name], listed.get(name, Sale(premises=name))
    value, pounds, first = _value(plan, premises, name, listed), plan.envelope.pounds, plan.first_year
    stage = own.stage or terms.stage
    held = float(premises["holding_cost"].fillna(0.0).loc[name])
    saving = held + terms.energy * float(energy.get(name, 0.0))
    # What a disposal costs the council (a dowry) is paid as works are.
    paid = np.array([own.cost * pounds + max(-value, 0.0)])
    return StatedBid(
        name_of_sale(name),
        {terms.line: paid},
        (own.earliest or first) - first,
        (own.latest or plan.plan_years[-1]) - first,
        bool(row["retention"] == _DISPOSE),
        0.0,
        saving,
        None,
        np.array([max(value, 0.0)]),
        stages()[stage] if own.probability is None else own.probability,
        stage,
        str(row["district"]),
        str(row["division"]),
        "register",
        kind=SALE,
        works={terms.line: paid},
        label=str(row["name"]),
        components=tuple(np.flatnonzero(rows == name).tolist()),
        place=_place(float(premises["easting"].loc[name]), float(premises["northing"].loc[name])),
    )


def _place(x: float, y: float) -> shapely.Geometry | None:
    """Where premises are; None where the register has no position of them."""
    return None if np.isnan(x) or np.isnan(y) else shapely.Point(x, y)


def _listed_faults(plan: Plan, premises: pd.DataFrame) -> Iterator[Fault]:
    """Rows of `[[disposals.sales]]` that the register does not bear out."""
    assert plan.disposals is not None
    if plan.disposals.stage not in stages():
        yield Fault("plan", 0, "disposals.stage", plan.disposals.stage, f"must be one of {', '.join(stages())}")
    for number, sale in enumerate(plan.disposals.sales, 1):
        key = f"disposals.sales[{number}]"
        if sale.stage is not None and sale.stage not in stages():
            yield Fault("plan", 0, f"{key}.stage", sale.stage, f"must be one of {', '.join(stages())}")
        if sale.premises not in premises.index:
            yield Fault("plan", 0, f"{key}.premises", sale.premises, "the register has no such premises")
        elif premises.at[sale.premises, "retention"] == "retain":
            yield Fault("plan", 0, f"{key}.premises", sale.premises, "the register says that it is to be retained")
        elif sale.value is None and np.isnan(float(premises["sale_value"].loc[sale.premises])):
            rule = "has no value: state it here, or as sale_value of the premises"
            yield Fault("plan", 0, f"{key}.value", sale.premises, rule)


def _counted_faults(plan: Plan, ids: list[str]) -> Iterator[Fault]:
    """Sources whose receipt is that of a sale which the plan may choose."""
    for number, source in enumerate(plan.sources, 1):
        if source.premises in ids:
            rule = "is a sale that the plan may choose by [disposals]: its receipt would count twice"
            yield Fault("plan", 0, f"sources[{number}].premises", source.premises, rule)


def _component_faults(plan: Plan, register: Register, rows: pd.Series, premises: pd.DataFrame) -> Iterator[Fault]:
    """Components of what must be sold that are tied to works."""
    must = premises.index[premises["retention"] == _DISPOSE]
    tied = {name: scheme.name for scheme in plan.schemes for name in scheme.assets}
    assets, last = register.assets, plan.plan_years[-1]
    due = (assets["committed_treatment"] != "") & assets["committed_year"].between(plan.first_year, last)
    for place in np.flatnonzero((rows != "") & rows.isin(must)):
        asset = str(assets["asset_id"].iloc[place])
        if asset in tied:
            rule = f"is a component of {rows.iloc[place]}, which is to be disposed of: leave it out of the scheme"
            yield Fault("plan", 0, "schemes", asset, rule)
        if due.iloc[place]:
            rule = f"its premises {rows.iloc[place]} are to be disposed of, and works on it are committed"
            yield Fault(plan.register_file, int(place) + 1, "committed_treatment", asset, rule)
