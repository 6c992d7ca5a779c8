"""What a reader should know of a model before trusting its answer; nothing is silently dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from assetplan.asset_classes import BRIDGE
from assetplan.connectivity.traffic import GROWTH
from assetplan.consequences import DETOURS
from assetplan.inputs.load import Inputs
from assetplan.optimisation.problem import Solution
from assetplan.outcome.reasons import expansion_of
from assetplan.prices import CONSTRUCTION
from assetplan.programme.summary import AssumedRow, LintRow
from assetplan.reference import load_table
from assetplan.register import assumed_share
from assetplan.register.basis import BasisRow, basis_notes, condition_basis, surveyed_after
from assetplan.register.no_map import no_map
from assetplan.register.premises import kept_by_others
from assetplan.strategies import Candidates, Starting
from assetplan.treatments import Treatment
from assetplan.words import and_list, plural, pounds

if TYPE_CHECKING:
    from assetplan.outcome.outcome import Outcome


def notes(outcome: Outcome, off_network: Iterable[tuple[str, str, int]]) -> list[LintRow]:
    """All notes on one plan, as rows of check and message, in a fixed order; those on its network are given."""
    inputs, options = outcome.inputs, outcome.options
    rows: list[tuple[str, str]] = [
        *_parameters(inputs),
        *_clamped(inputs, outcome.starting),
        *_held(inputs),
        *_treatments(inputs, options),
        *_limits(outcome),
        *outcome.formulation.notes,
        *_commitments(inputs),
        *_only_nothing(inputs, options),
        *_prices(inputs),
        *_claims(inputs),
        *_basis(inputs),
        *_assumed(inputs),
        *_unmapped(inputs),
        *((check, f"{count:,} {words}.") for check, words, count in off_network),
        *_worthless(inputs),
        *_expanding(outcome),
        *_sold(outcome),
    ]
    return [LintRow(check=check, message=message) for check, message in rows]


def _expanding(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Works at premises that are due to be extended."""
    due = expansion_of(outcome) >= outcome.inputs.plan.first_year
    count = int((due & (outcome.schedule >= 0).any(axis=1)).sum())
    if count:
        what = plural(count, "component")
        yield "works where an extension is planned", f"{what} of premises that are due to be extended get works."


def _sold(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Assets that are sold within the plan, and what stock its tables then count."""
    count = int((~outcome.formulation.kept(outcome.solution)[:, -1]).sum())
    if count:
        what = (
            f"{plural(count, 'component')} of premises that are sold count in no condition table, backlog or forecast"
        )
        yield "assets that are sold", f"{what} of the plan from the year of their sale on; do-nothing keeps them."


def _parameters(inputs: Inputs) -> Iterator[tuple[str, str]]:
    used = set(inputs.register.assets["group"])
    idle = sorted(set(inputs.model.groups) - used)
    if idle:
        yield "unused parameters", f"No asset is in these groups: {_labels(inputs, idle)}."
    for group in sorted(used):
        label = inputs.model.groups[group].label
        rows = inputs.model.consequences[group]
        zero = [f"{row.stream} per {row.per}" for row in rows if not any(row.rate)]
        if not rows:
            yield "zero parameters", f"{label} has no consequences of poor condition."
        elif zero:
            yield "zero parameters", f"{label} has consequences of rate zero: {', '.join(zero)}."
        counted = [row.stream for row in rows if row.stream in inputs.model.rules.streams]
        if rows and not counted:
            yield "unused parameters", f"None of the consequences of {label.lower()} is among the plan's streams."
    if inputs.tables.unfunded:
        yield "unfunded treatments", f"The envelope has no line for: {', '.join(inputs.tables.unfunded)}."


def _unmapped(inputs: Inputs) -> Iterator[tuple[str, str]]:
    unmapped = no_map(inputs.register.assets)
    if unmapped:
        yield "no map", unmapped


def _clamped(inputs: Inputs, starting: Starting) -> Iterator[tuple[str, str]]:
    for measure, rows in inputs.register.assets[starting.clamped].groupby("measure"):
        shown = ", ".join(rows["asset_id"].head(5))
        yield "values clamped", f"{len(rows)} values of {measure} lie outside its range and were clamped: {shown}."


def _held(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Surveys later than the base year, which the plan file lets stand for it."""
    base = inputs.plan.first_year - 1
    count = int(surveyed_after(inputs.register.assets, base).sum())
    if count:
        yield "later surveys", f"{plural(count, 'asset')} surveyed after {base}, held to be as at the end of that year."


def _treatments(inputs: Inputs, options: Candidates) -> Iterator[tuple[str, str]]:
    """Treatments that never trigger, never change anything, or are never worth their cost."""
    catalogue = inputs.model.catalogue
    idle = options.triggered[options.triggered["assets"] == 0]
    for group, rows in idle.groupby("group", sort=True):
        labels = [t.label for t in catalogue.of([group]) if t.name in set(rows["treatment"])]
        yield "never triggered", f"{inputs.model.groups[str(group)].label}: {', '.join(labels)}."
    codes, groups = pd.factorize(inputs.register.assets["group"], sort=True)
    group = codes[options.asset]
    for code, name in enumerate(groups):
        mine = group == code
        label = inputs.model.groups[str(name)].label
        schedule, benefit = options.schedule[mine], options.benefit[mine]
        for number, treatment in enumerate(catalogue.of([name])):
            uses = (schedule == number).any(axis=1)
            if uses.any() and benefit[uses].max() <= 0:
                yield "never worth its cost", f"{label}: {treatment.label} on none of the assets it may treat."
            if _changes_nothing(treatment):
                yield "never changes anything", f"{label}: {treatment.label} raises no asset it may treat."


def _called(inputs: Inputs, asset_class: object) -> str:
    return inputs.tables.classes[asset_class].plural


def _labels(inputs: Inputs, groups: list[str]) -> str:
    return ", ".join(inputs.model.groups[group].label for group in groups)


def _changes_nothing(t: Treatment) -> bool:
    """A raise that stops below every index at which it may be used, and slows nothing."""
    raises = t.raise_by > 0 and t.raise_cap > t.index_low
    resets = not np.isnan(t.reset_to) and t.reset_to > t.index_low
    return not (raises or resets or t.slow_factor < 1 or t.states or t.restores)


def _limits(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Lines with money left over that more money would not help; no line is listed where prices are not known."""
    if not prices_known(outcome.inputs.plan.solver.target_gap, outcome.solution):
        yield "prices not known", "The search stopped before it knew what more money would buy."
        return
    limits, used = outcome.inputs.limits, dict(zip(outcome.problem.resources, outcome.solution.used, strict=True))
    prices = dict(zip(outcome.problem.resources, outcome.solution.prices, strict=True))
    idle_years: dict[str, list[str]] = {line: [] for line in limits.lines}
    for key, amount in zip(limits.keys, limits.amount.ravel(), strict=True):
        if prices[key] == 0 and amount - used[key] > 1e-6 * max(amount, 1.0):
            idle_years[key.line].append(str(key.year))
    for line, idle in idle_years.items():
        if idle:
            yield "limit never binds", f"{line.replace('_', ' ')}: money is left over in {', '.join(idle)}."


def prices_known(target_gap: float, solution: Solution) -> bool:
    """Whether prices are known: a search that stopped early has a bound far off, and no prices or all zero."""
    if not np.isfinite(solution.bound) or not np.isfinite(solution.prices).all():
        return False
    return bool((solution.prices != 0).any() or solution.gap <= target_gap)


def _commitments(inputs: Inputs) -> Iterator[tuple[str, str]]:
    assets, years = inputs.register.assets, inputs.plan.plan_years
    out = assets[(assets["committed_treatment"] != "") & ~assets["committed_year"].isin(years)]
    if len(out):
        shown = ", ".join(out["asset_id"].head(5)) + (", …" if len(out) > 5 else "")
        rule = "are for a year outside the plan or for none, and are not kept by it"
        yield "commitments outside the plan", f"{len(out):,} {rule}: {shown}."


def _only_nothing(inputs: Inputs, options: Candidates) -> Iterator[tuple[str, str]]:
    """How many assets have no strategy but do-nothing, and why."""
    assets = inputs.register.assets
    alone = (np.diff(options.starts) == 1) & (options.schedule[options.starts[:-1]] < 0).all(axis=1)
    disposal = (assets["retention"] == "dispose").to_numpy()
    bare = ~assets["group"].isin(inputs.model.catalogue.treatable).to_numpy()
    why = np.select(
        [kept_by_others(assets), disposal, bare],
        ["kept up by others", "marked for disposal", "group has no funded treatment"],
        "no treatment triggers",
    )
    counts = pd.Series(why[alone]).groupby([assets["asset_class"].to_numpy()[alone], why[alone]]).size()
    for key, count in counts.items():
        asset_class, reason = cast(tuple[str, str], key)
        total = int((assets["asset_class"] == asset_class).sum())
        yield "only do-nothing", f"{_called(inputs, asset_class)}: {count:,} of {total:,} assets; {reason}."


def _prices(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Money of tables that were stated in prices of another year, and by how much it was brought to the first."""
    model, year, prices = inputs.model, inputs.plan.first_year, inputs.tables.parameters.prices
    used = sorted(set(inputs.register.assets["group"]))
    stated: dict[tuple[str, int], list[str]] = {}

    def note(kind: str, base: int, what: str) -> None:
        stated.setdefault((kind, int(base)), []).append(what)

    for treatment in model.catalogue.of(used):
        note(CONSTRUCTION, treatment.price_base, "unit costs")
    for stream in (row for group in used for row in model.consequences[group]):
        note(inputs.tables.parameters.streams[stream.stream].price_index, stream.price_base, f"{stream.stream} rates")
    for base in inputs.sites["price_base"]:
        note(CONSTRUCTION, base, "site costs")
    for (kind, base), what in sorted(stated.items()):
        if base != year:
            ratio, named = prices.ratio(kind, base, year), and_list(dict.fromkeys(what))
            yield "price base", f"{named} stated in prices of {base} were taken times {ratio:.3f} ({kind}) to {year}."


def _claims(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """What the rates of claims were taken times, so that today's come to what the council pays."""
    if inputs.tables.claims is not None and inputs.claims_factor != 1:
        factor, paid = f"{inputs.claims_factor:.3g}", pounds(inputs.tables.claims.paid)
        yield "claims", f"Rates by condition were taken times {factor}, so that today's come to {paid} a year."


def assumed_rows(assets: pd.DataFrame) -> list[AssumedRow]:
    """Share of assets whose column was filled by rule, by class, above zero only."""
    return [
        AssumedRow(asset_class=str(asset_class), column=str(column), share=round(float(share), 4))
        for asset_class, part in assets.groupby("asset_class")
        for column, share in assumed_share(part).items()
    ]


def basis_rows(inputs: Inputs) -> tuple[BasisRow, ...]:
    """What the condition of the register's assets rests on, by class."""
    return condition_basis(inputs.register.assets, inputs.tables.classes)


def _basis(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Condition that no survey with a date stands behind."""
    year = inputs.model.first_year - 1
    yield from basis_notes(basis_rows(inputs), lambda name: _called(inputs, name), year)


def _assumed(inputs: Inputs) -> Iterator[tuple[str, str]]:
    shares = pd.DataFrame(assumed_rows(inputs.register.assets))
    if shares.empty:
        return
    for asset_class, rows in shares.groupby("asset_class"):
        shown = ", ".join(f"{column} {share:.0%}" for column, share in zip(rows["column"], rows["share"], strict=True))
        yield "assumed data", f"{_called(inputs, asset_class)}: {shown}."


def _worthless(inputs: Inputs) -> Iterator[tuple[str, str]]:
    """Assets that count nothing in a plan that weighs by replacement value."""
    if not inputs.plan.objective.sought.by_importance:
        return
    assets = inputs.register.assets
    bare = assets[~(assets["replacement_value"] > 0)].groupby("asset_class").size()
    for asset_class, count in bare.items():
        called = _called(inputs, asset_class)
        yield "no replacement value", f"{called}: {count:,} assets have none, so their condition counts nothing."


def unverified(inputs: Inputs) -> list[str]:
    """Parameters in use that no verified source stands behind."""
    used = sorted(set(inputs.register.assets["group"]))
    model = inputs.model
    rows = []
    for group in used:
        label = model.groups[group].label
        rows += [f"{label}: decay"] if not model.groups[group].verified else []
        rows += [f"{label}: {t.label.lower()}" for t in model.catalogue.of([group]) if not t.verified]
        rows += [f"{label}: {c.stream} cost of poor condition" for c in model.consequences[group] if not c.verified]
        rows += [f"{label}: follow-on policy"]
    return (
        rows
        + _site_parameters(inputs)
        + _carbon_parameters(inputs)
        + _energy_parameters(inputs)
        + _certificate_parameters(inputs)
        + _footway_parameters(inputs)
        + _traffic_parameters(inputs)
        + _network_parameters(inputs)
        + _forecast_parameters(inputs)
        + _regimes(inputs)
        + _risk_parameters(inputs)
    )


def _risk_parameters(inputs: Inputs) -> list[str]:
    """Whether unverified levels of likelihood and impact are in use: a council's own are its to verify."""
    plan = inputs.plan
    packaged = not (plan.tables.risk_likelihood and plan.tables.risk_impact)
    return ["Risk: which chance is which likelihood, and which consequence which impact"] * (
        plan.risk.assets and packaged
    )


def _regimes(inputs: Inputs) -> list[str]:
    """Regimes of the plan's statutory tests whose interval no verified source stands behind."""
    if inputs.compliance is None:
        return []
    regimes = inputs.compliance.regimes.loc[inputs.compliance.tests["regime"].unique()]
    doubted = regimes.loc[regimes["verified"] != "yes", "label"]
    return [f"Statutory tests: interval of {label}" for label in sorted(doubted)]


def _site_parameters(inputs: Inputs) -> list[str]:
    """Whether unverified rows of works sites are in use."""
    used = {t.name for t in inputs.model.catalogue.of(inputs.register.assets["group"].unique())}
    doubted = inputs.sites[~inputs.sites["verified"] & inputs.sites.index.isin(used)]
    if inputs.plan.sites.costs == "none" or doubted.empty:
        return []
    return ["Works sites: what they cost, how large they are as a rule and how fast works go"]


def _carbon_parameters(inputs: Inputs) -> list[str]:
    """Whether a plan that states what its works emit does so by unverified rows."""
    used, carbon = set(inputs.register.assets["group"]), inputs.tables.parameters.carbon
    names = {t.name for t in inputs.model.catalogue.of(used)}
    doubted = carbon[~carbon["verified"] & carbon["kg_co2e"].notna() & carbon["treatment"].isin(names)]
    doubted = doubted[doubted["group"].isin({"", *used})]
    return ["Carbon: what treatments emit"] if inputs.plan.states_carbon and len(doubted) else []


def _certificate_parameters(inputs: Inputs) -> list[str]:
    """Whether duties on certificates of what is let rest on unverified rows."""
    any_let = (inputs.register.blocks["let"] == "yes").any()
    doubted = (~inputs.tables.parameters.epc_duties["verified"]).any()
    return ["Energy certificates: least bands of what is let"] if any_let and doubted else []


def _energy_parameters(inputs: Inputs) -> list[str]:
    """Whether a plan that states energy does so by unverified rows."""
    plan, parameters = inputs.plan, inputs.tables.parameters
    if plan.energy is None:
        return []
    rows = ["Energy: what a kWh emits"] if (load_table("energy_factors")["verified"] != "yes").any() else []
    saving = parameters.energy_savings
    used = {t.name for t in inputs.model.catalogue.of(inputs.register.assets["group"].unique())}
    doubted = (~saving["verified"] & saving["treatment"].isin(used)).any()
    return rows + (["Energy: what treatments save of it"] if doubted else [])


def _footway_parameters(inputs: Inputs) -> list[str]:
    """Unverified factors of footways by use."""
    doubted = (load_table("footway_use")["verified"] != "yes").any()
    any_walked = (inputs.register.assets["footway_use"] != "").any()
    return ["Footways by use: levels by rule, and how much each counts"] if doubted and any_walked else []


def _traffic_parameters(inputs: Inputs) -> list[str]:
    """Unverified rows that detours and the growth of traffic rest on."""
    rows = []
    if DETOURS in inputs.model.rules.streams and (inputs.register.assets["asset_class"] == BRIDGE).any():
        rows += ["Detours: how capacity falls with condition, and what unassessed bridges carry"]
        rows += ["Detours: vehicles by weight, their cost a km, and the distance charged where there is no way round"]
    if (inputs.register.places["kind"] == GROWTH).any():
        rows += ["Traffic: how fast, how far and for how long growth sites raise it"]
    return rows


def _network_parameters(inputs: Inputs) -> list[str]:
    """Unverified rows that criticality and, where the plan weighs by it, importance rest on."""
    rules = load_table("network_rules")
    doubted = set(rules.loc[rules["verified"] != "yes", "name"])
    rows = []
    if "severed_km" in doubted or (load_table("vehicle_classes")["verified"] != "yes").any():
        rows.append("Criticality: running costs of vehicles, and the distance charged where there is no way round")
    if inputs.plan.objective.sought.by_importance and any(name.startswith("importance") for name in doubted):
        rows.append("Importance: how it rises with criticality")
    return rows


def _forecast_parameters(inputs: Inputs) -> list[str]:
    """Unverified rows that the forecasts rest on."""
    forecast = inputs.plan.forecast
    if not forecast.futures:
        return []
    rates, doubts = load_table("defect_rates"), load_table("doubts")
    stated = {"potholes": forecast.potholes is not None, "claims": inputs.tables.claims is not None}
    counted = rates["defect"].map(stated)
    names = rates.loc[counted & (rates["verified"] != "yes"), "defect"].unique()
    rows = [f"Forecasts: how {name} fall on bands of residual life" for name in names]
    if (doubts["verified"] != "yes").any():
        rows.append("Forecasts: doubt of surveys and of typed-in lives")
    return rows
