"""`explain`: one asset's choice, from its programme alone."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
import pandas as pd

from assetplan.answers.condition import condition_lever
from assetplan.answers.explanation import Explanation
from assetplan.answers.levers import Lever, cost_lever, line_lever
from assetplan.answers.market import Market, Options
from assetplan.answers.one_bid import BidExplanation, explain_bid
from assetplan.asset_classes import AssetClasses
from assetplan.errors import Fault, RegisterError
from assetplan.outcome.reasons import FIRM, OTHERS, TOO_SMALL
from assetplan.programme import Programme
from assetplan.programme.words import line_phrases
from assetplan.register.no_map import no_map, without_geometry
from assetplan.strategies.names import NOTHING
from assetplan.words import plural


def explain(programme: Programme, asset_id: str) -> Explanation | BidExplanation:
    """Say why an asset or a bid has what it has, and what would have changed that.

    Parameters
    ----------
    programme : Programme
        From `plan` or `read_programme`; its folder is enough, the register is not needed.
    asset_id : str; the asset, or the name of a bid

    Returns
    -------
    Explanation or BidExplanation
        Facts, alternatives with cost, benefit and net, and what would have turned the choice; `text()` reads it out.

    Raises
    ------
    RegisterError
        The programme has no such asset or bid (near names are given), or was written without its strategies.
    """
    bid = explain_bid(programme, str(asset_id))
    return _explain_asset(programme, str(asset_id)) if bid is None else bid


def _explain_asset(programme: Programme, asset_id: str) -> Explanation:
    asset = place_of(programme, asset_id)
    market = Market.of(programme)
    options = Options.of(market, asset)
    facts = programme.assets.drop(columns="geometry").iloc[asset].to_dict()
    classes = AssetClasses(programme.summary.asset_classes)
    facts["class_label"] = classes[facts["asset_class"]].label
    summary = programme.summary
    known = summary.prices_known
    fixed = _fixed(programme, facts, options)
    alone = not fixed and not market.held[asset]
    rounded = alone and known and options.treated != (options.lead > 0) and abs(options.lead) > 0.01
    levers: tuple[Lever, ...] = ()
    if known and alone and not rounded:
        levers = (
            *((cost_lever(market, options), line_lever(market, options)) if options.treats.any() else ()),
            condition_lever(programme, market, asset, options),
        )
    others = np.delete(options.net, options.chosen)
    return Explanation(
        asset_id=asset_id,
        facts=facts,
        chosen=str(options.names[options.chosen]),
        treated=options.treated,
        alternatives=_alternatives(options),
        reason=str(facts["reason"]),
        fixed=fixed,
        levers=levers,
        lead=float(options.net[options.chosen] - others.max()) if len(others) else 0.0,
        margin=options.lead if alone and options.treats.any() else np.inf,
        # no choice in which an asset is further from its best than this can be better than the plan
        open=0.0 if fixed or _never(market, options) else summary.prices_bound - summary.reached,
        notes=tuple(_notes(programme, market, asset, known, rounded)),
        years=tuple(programme.years),
        labels=line_phrases(summary),
        sought=summary.sought,
    )


def place_of(programme: Programme, asset_id: str) -> int:
    """Position of an asset among a programme's; a RegisterError, with near names, where it has no such asset."""
    ids = programme.assets["asset_id"].astype(str)
    place = np.flatnonzero(ids == asset_id)
    if len(place):
        return int(place[0])
    near = get_close_matches(asset_id, ids.tolist(), 3, 0.6)
    rule = f"is no asset of this plan; did you mean {' or '.join(near)}?" if near else "is no asset of this plan"
    raise RegisterError([Fault("the programme", 0, "asset_id", asset_id, rule)])


def _fixed(programme: Programme, facts: dict, options: Options) -> str:
    """What leaves an asset no choice, in a sentence; "" where there is one."""
    if str(facts["reason"]).startswith(TOO_SMALL):
        return "It takes a scheme to treat it: what would bring one about is no matter of this asset alone."
    if options.idle < 0:
        if facts.get("committed_treatment") and facts.get("committed_year") in programme.years:
            return "It is committed for a year of the plan, so it is done whatever it costs or brings."
        if str(facts["reason"]).startswith(FIRM):
            return "It is firm in the earlier programme, so it is done whatever it costs or brings."
        return "The plan's rules ask for works here, so they are done whatever they cost or bring."
    if options.treats.any():
        return ""
    if str(facts["reason"]).startswith(OTHERS):
        return "Money, price or condition would not change that."
    if facts.get("retention") == "dispose":
        return "It is to be disposed of: money, price or condition would not change that."
    settings = (programme.settings or {}).get("plan") or {}
    if str(facts["reason"]).startswith("The plan's budget has no line"):
        return "No money, price or condition would change that without such a line."
    locked = {name for lock in (settings.get("rules") or {}).get("lock") or [] for name in lock["asset"]}
    return "The plan's rules lock it." if facts["asset_id"] in locked else ""


def _never(market: Market, options: Options) -> bool:
    """Whether no treatment is worth its cost even by itself, and no limit asks for one."""
    return bool((options.objective <= options.objective[options.idle]).all() and (market.prices >= 0).all())


def _alternatives(options: Options) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "strategy": options.names,
            "cost": options.cost,
            "benefit": options.benefit,
            "net": options.net,
            "chosen": np.arange(len(options.names)) == options.chosen,
        }
    )
    return table.sort_values("net", ascending=False, kind="stable").reset_index(drop=True)


def _notes(programme: Programme, market: Market, asset: int, known: bool, rounded: bool) -> list[str]:
    notes = []
    if not known:
        notes.append(
            "The search stopped before it knew what the limits are worth, so net is what is sought alone, and what "
            "would have changed the choice is not known."
        )
    if rounded:
        notes.append(
            "By itself the other choice would be worth a little more: works come whole, and the last of the money did "
            "not fit otherwise."
        )
    if without_geometry(programme.assets)[asset]:
        notes.append(no_map(programme.assets))
    settings = (programme.settings or {}).get("plan") or {}
    if market.held[asset]:
        notes.append(_together(programme, asset))
    sought = programme.summary.sought
    if sought.least:
        notes.append(f"The plan seeks {sought.seeks}, so net is what the limits pay less that cost.")
    if sought.counted:
        notes.append(f"The plan seeks {sought.seeks}, so net is counted in {sought.unit}. {sought.note}".strip())
    if settings.get("stability"):
        notes.append("Net bears the plan's price on every change from the earlier programme.")
    return notes


def _together(programme: Programme, asset: int) -> str:
    """With whom an asset chooses, in a sentence."""
    assets = programme.assets
    site = str(assets["shared_site"].iloc[asset]) if "shared_site" in assets else ""
    if site:
        others = int((assets["shared_site"] == site).sum()) - 1
        return (
            f"It shares the site of scheme {site} with {plural(others, 'other')}, which goes ahead as "
            "a whole: what would have turned that is no matter of this asset alone, and net is its own share."
        )
    candidate = str(assets["candidate_scheme"].iloc[asset]) if "candidate_scheme" in assets else ""
    if candidate:
        size = plural(int((assets["candidate_scheme"] == candidate).sum()), "section")
        with_it = (
            f"It has a site of its own, but could be treated with its scheme of {size}"
            if assets["strategy"].iloc[asset] != NOTHING
            else f"It would be treated with its scheme of {size}"
        )
        return f"{with_it}: what would turn that is no matter of this asset alone, and net is its own share."
    schemes = ((programme.settings or {}).get("plan") or {})["schemes"]
    scheme = next(row for row in schemes if assets["asset_id"].iloc[asset] in row["assets"])
    return (
        f"It belongs to scheme “{scheme['name']}”, which goes ahead as a whole or not at all: what would have "
        "turned that is no matter of this asset alone, and net is its own share."
    )
