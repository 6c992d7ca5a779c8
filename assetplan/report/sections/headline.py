"""Headline figures: cost, benefit, proof, roads in poor condition, assets treated, preventative share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assetplan.report.facts import Facts
from assetplan.report.sections.section import Section
from assetplan.report.wording import gap_words, percent
from assetplan.words import capitalised, financial_year, is_missing, number, plural, pounds


@dataclass(frozen=True)
class _Tile:
    name: str
    figure: str
    detail: str


def _data(facts: Facts) -> dict[str, Any]:
    tiles = [
        _Tile("Programme", pounds(facts.summary.cost, 4), f"over {plural(len(facts.years), 'year')}"),
        *_benefit(facts),
    ]
    if facts.has_roads:
        tiles.append(_poor(facts))
    return {"doubt": facts.doubt, "unmapped": facts.unmapped, "tiles": [*tiles, *_shares(facts)]}


def _benefit(facts: Facts) -> list[_Tile]:
    benefit = facts.summary.benefit
    beyond = " beyond its cost" if facts.net else ""
    detail = "nothing is spent"
    if facts.summary.cost > 0:
        detail = f"£{number(benefit / facts.summary.cost, 2)}{beyond} for each £1 spent"
    proof = gap_words(facts.summary.gap)
    quality = _Tile("How good a choice", capitalised(proof.removeprefix("proven to be the ")), "")
    if proof.startswith("within"):
        share = proof.removeprefix("within ").removesuffix(" of the best possible")
        quality = _Tile("Proven to be within", share, f"of the {facts.summary.sought.best} possible")
    return [_Tile("Benefit", pounds(benefit, 4), detail), quality]


def _poor(facts: Facts) -> _Tile:
    today, plan, nothing = (
        f"{number(facts.poor_km(year, case), facts.road_decimals)} km"
        for year, case in ((facts.base, "plan"), (facts.last, "plan"), (facts.last, "do-nothing"))
    )
    name = f"Roads poor or very poor in {financial_year(facts.last)}"
    return _Tile(name, plan, f"today {today}; {nothing} if nothing is done")


def _shares(facts: Facts) -> list[_Tile]:
    summary = facts.summary
    tiles = [_Tile("Assets treated", number(summary.treated), f"of {number(summary.assets)}")]
    if not is_missing(facts.preventative_share):
        rest = pounds(sum(facts.kinds.values()) - facts.kinds.get("preventative", 0.0), 4)
        share = percent(facts.preventative_share)
        tiles.append(_Tile("Preventative works", share, f"of spend; {rest} on other works"))
    return tiles


SECTION = Section("headline", "Headline figures", "headline.html", _data)
