"""What a plan names must be there: classes, districts, treatments, assets, bands and strategies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from assetplan import condition
from assetplan.carbon import carbon_factors
from assetplan.config import Lock, PlaceSelector, Plan, Scheme, WorksSelector
from assetplan.config.checks import works_selectors
from assetplan.errors import Fault
from assetplan.finance import stages
from assetplan.inputs.delivery import delivery_faults
from assetplan.inputs.selectors import assets_where, treatments_where
from assetplan.inputs.tables import Tables
from assetplan.network import network_rules
from assetplan.schema import choices
from assetplan.strategies import LifecycleModel
from assetplan.strategies.names import steps_of, strategy_text

# Tables of the council's own that may add to what a selector names; names that a fault lists.
_TABLES = {"asset_class": "asset_classes", "group": "groups", "treatment": "treatments"}
_SHOWN = 12


def language_faults(plan: Plan, tables: Tables, assets: pd.DataFrame) -> Iterator[Fault]:
    """Names in a plan that neither the register nor the tables know, and selectors that cannot be added up.

    Parameters
    ----------
    plan : Plan
    tables : Tables; its tables
    assets : DataFrame; table `assets` of its register, with `group`
    """
    model = tables.model
    known = _known(tables, assets)
    for key, selector in _selectors(plan):
        for column, names in (selector.of_assets | getattr(selector, "of_treatments", {})).items():
            for name in names:
                if column in known and name not in known[column]:
                    own = f"; tables.{_TABLES[column]} may add one" if column in _TABLES else ""
                    some = ", ".join(known[column][:_SHOWN])
                    yield _fault(f"{key}.{column}", name, f"there is none; there are {some}{own}")
    yield from _unknown_assets(plan, assets)
    yield from _units(plan, model, assets)
    yield from _no_carbon(plan, tables, assets)
    yield from delivery_faults(plan, tables, assets)
    for number, source in enumerate(plan.sources, 1):
        if source.stage is not None and source.stage not in (known_stages := stages()):
            yield _fault(f"sources[{number}].stage", source.stage, f"must be one of {', '.join(known_stages)}")
    for name in plan.uncertainty.surveys:
        if name not in known["group"] and name not in known["asset_class"]:
            yield _fault("uncertainty.surveys", name, "there is no such group or asset class")
    sites = plan.sites
    least, most = sites.minimum or 0.0, sites.maximum or network_rules()["scheme_maximum"]
    if least > most:
        rule = f"is above the longest scheme, {most:g} m: state less, or a longer sites.maximum"
        yield _fault("sites.minimum", f"{least:g}", rule)
    for number, target in enumerate(plan.targets, 1):
        if target.band and target.asset_class in tables.classes.names:
            bands = condition.band_names(tables.classes[target.asset_class].bands)
            if target.band not in bands:
                rule = f"must be one of {', '.join(bands)}, the bands of {target.asset_class}"
                yield _fault(f"targets[{number}].band", target.band, rule)
        if target.asset_class in known["asset_class"] and not assets_where(assets, target).any():
            yield _fault(f"targets[{number}]", target.asset_class, "the register has no such asset")
    groups = dict(zip(assets["asset_id"], assets["group"], strict=True))
    for number, lock in enumerate(plan.rules.lock, 1):
        yield from _lock(lock, f"rules.lock[{number}]", model, groups)
    for number, scheme in enumerate(plan.schemes, 1):
        yield from _scheme(scheme, f"schemes[{number}]", model, groups)


def _fault(key: str, value: str, rule: str) -> Fault:
    return Fault("plan", 0, key, value, rule)


def _known(tables: Tables, assets: pd.DataFrame) -> dict[str, list[str]]:
    """Names that each selector may use; lines are checked where the plan is read."""
    return {
        "asset_class": list(tables.classes.names),
        "road_class": list(choices("assets", "road_class")),
        "district": sorted(set(assets["district"]) - {""}),
        "group": sorted(tables.model.groups),
        "treatment": sorted(tables.model.catalogue.names),
    }


def _selectors(plan: Plan) -> Iterator[tuple[str, PlaceSelector]]:
    """Every selector of the plan, by its key."""
    yield from works_selectors(plan)
    for number, target in enumerate(plan.targets, 1):
        yield f"targets[{number}]", target
    for number, entry in enumerate(plan.calendar, 1):
        yield f"calendar[{number}]", entry


def _unknown_assets(plan: Plan, assets: pd.DataFrame) -> Iterator[Fault]:
    known = set(assets["asset_id"])
    named = {f"rules.forbid[{i}].asset": rule.asset or () for i, rule in enumerate(plan.rules.forbid, 1)}
    named |= {f"rules.lock[{i}].asset": rule.asset for i, rule in enumerate(plan.rules.lock, 1)}
    named |= {f"rules.require[{i}].asset": rule.asset or () for i, rule in enumerate(plan.rules.require, 1)}
    named |= {f"sources[{i}].asset": source.asset or () for i, source in enumerate(plan.sources, 1)}
    named |= {f"embargoes[{i}].asset": row.asset or () for i, row in enumerate(plan.embargoes, 1)}
    named |= {f"calendar[{i}].asset": entry.asset or () for i, entry in enumerate(plan.calendar, 1)}
    named |= {f"schemes[{i}].assets": scheme.assets for i, scheme in enumerate(plan.schemes, 1)}
    for key, names in named.items():
        for name in names:
            if name not in known:
                yield _fault(key, name, "the register has no such asset")


def _units(plan: Plan, model: LifecycleModel, assets: pd.DataFrame) -> Iterator[Fault]:
    """Quantities of different units have no sum."""
    for number, limit in enumerate(plan.limits, 1):
        if limit.of == "quantity":
            groups = assets.loc[assets_where(assets, limit), "group"].unique()
            table, _ = model.catalogue.table(groups)
            units = sorted({model.groups[group].unit for group in table["group"][treatments_where(table, limit)]})
            if len(units) > 1:
                rule = f"the works selected are counted in {' and '.join(units)}: select one asset class or treatment"
                yield _fault(f"limits[{number}]", limit.name, rule)


def _no_carbon(plan: Plan, tables: Tables, assets: pd.DataFrame) -> Iterator[Fault]:
    """Carbon that is limited or sought, of works or energy of which it is not known: it would count as nothing."""
    counted: list[tuple[str, str, WorksSelector, bool]] = [
        (f"limits[{number}]", limit.name, limit, limit.of != "carbon")
        for number, limit in enumerate(plan.limits, 1)
        if limit.of.startswith("carbon")
    ]
    if plan.objective.of == "least carbon":
        counted.append(("objective.of", plan.objective.of, WorksSelector(), plan.energy is not None))
        if plan.bids or plan.tables.bids:
            yield _fault("objective.of", plan.objective.of, "what bids emit is not known: leave them out")
    for key, name, selector, energy in counted:
        groups = assets.loc[assets_where(assets, selector), "group"].unique()
        table, _ = tables.model.catalogue.table(groups)
        meant = table[treatments_where(table, selector)]
        unknown = meant.loc[np.isnan(carbon_factors(tables.parameters.carbon, meant)), "treatment"]
        if len(unknown):
            rule = (
                f"what {', '.join(dict.fromkeys(unknown))} emit is not known: give them rows in "
                "tables.treatment_carbon, or select others"
            )
            yield _fault(key, name, rule)
        if energy and plan.energy is None:
            yield _fault(key, name, "counts energy, so the plan needs an [energy] table")


def _lock(lock: Lock, key: str, model: LifecycleModel, groups: dict[str, str]) -> Iterator[Fault]:
    try:
        steps = steps_of(lock.strategy)
    except ValueError as error:
        yield _fault(f"{key}.strategy", lock.strategy, str(error))
        return
    years = range(model.first_year, model.first_year + model.rules.years)
    for name, year in steps:
        timed = strategy_text([(name, year)])
        if year not in years:
            yield _fault(f"{key}.strategy", timed, f"the plan's years are {years[0]} to {years[-1]}")
        for asset in lock.asset:
            if asset in groups and name not in (names := _names(model, groups[asset])):
                yield _not_of(f"{key}.strategy", timed, asset, names)


def _scheme(scheme: Scheme, key: str, model: LifecycleModel, groups: dict[str, str]) -> Iterator[Fault]:
    lines = set()
    for asset in scheme.assets:
        if asset not in groups:
            continue
        mine = [t for t in model.catalogue.own(groups[asset]) if t.name in scheme.treatment]
        lines |= {t.line for t in mine}
        if not mine:
            shown = ", ".join(scheme.treatment)
            yield _not_of(f"{key}.treatment", shown, asset, _names(model, groups[asset]))
    if scheme.line and scheme.line not in lines:
        yield _fault(f"{key}.line", scheme.line, "pays for no treatment of the scheme")


def _not_of(key: str, named: str, asset: str, names: list[str]) -> Fault:
    rule, hint = "this kind of asset has no such treatment", f"it may have {', '.join(names) or 'no treatment'}"
    return Fault("plan", 0, key, named, rule, hint, asset)


def _names(model: LifecycleModel, group: str) -> list[str]:
    return list(dict.fromkeys(t.name for t in model.catalogue.of([group])))
