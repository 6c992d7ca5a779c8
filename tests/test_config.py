"""Plan files: unknown keys refused, defaults taken, every fault listed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from places import ROOT
from pydantic import BaseModel

from assetplan.config import Plan, make_plan, read_plan
from assetplan.errors import ConfigError
from assetplan.finance import limits, published_profile

PLAN = {
    "name": "p",
    "register": "r.gpkg",
    "first_year": 2019,
    "years": 3,
    "envelope": {"lines": {"bridges": [1.0, 2.0, 3.0]}},
}
LONG = {"years": 8, "envelope": {"lines": {"bridges": [1.0] * 8}}}
SOURCES = [{"name": "g", "amounts": [1.0] * 3}]
SCHEME = {"name": "s", "assets": ["a", "b"], "treatment": "resurfacing"}


def _envelope(**keys: object) -> dict:
    return {"envelope": {"lines": {"bridges": [1.0, 2.0, 3.0]}, **keys}}


def _limit(sources: list | None = None, **keys: object) -> dict:
    return {"limits": [{"name": "north", **keys}], "sources": sources or []}


def _scheme(**keys: object) -> dict:
    return {"schemes": [{**SCHEME, **keys}]}


def check_first_fault(data: dict, key: str, rule: str) -> None:
    """The first fault of a plan is of this key and rule."""
    with pytest.raises(ConfigError) as caught:
        make_plan(data, "plan.toml")
    fault = caught.value.faults[0]
    assert (fault.file, fault.column) == ("plan.toml", key)
    assert rule in fault.rule


def test_defaults() -> None:
    plan = make_plan(PLAN)
    assert plan.plan_years == (2019, 2020, 2021)
    assert plan.benefit.streams is None  # all


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        ({"budget": 3}, "budget", "no such key"),
        ({"solver": {"gap": 0.1}}, "solver.gap", "no such key"),
        (
            {"treasury": {"capital": 8.0}},
            "treasury.capital",
            "this key is now called treasury.unfinanced_capital: write that in its place",
        ),
        ({"sites": {"gap": 50}}, "sites.gap", "this key is now called sites.untreated: write that in its place"),
        (
            {"projects": [{"name": "a", "costs": {}}]},
            "projects",
            "this key is now called bids: write that in its place",
        ),
        (
            {"tables": {"projects": "a.csv"}},
            "tables.projects",
            "this key is now called tables.bids: write that in its place",
        ),
        ({"sites": {"most": 0.5}}, "sites.most", "greater than or equal to 1"),
        ({"sites": {"untreated": 1}}, "sites.untreated", "less than 1"),
        ({"name": ""}, "name", "at least 1 character"),
        ({"years": 0}, "years", "greater than or equal to 1"),
        ({"envelope": {"lines": {"bridges": [1.0, -2.0, 3.0]}}}, "envelope.lines.bridges[2]", "greater than"),
        ({"envelope": {"lines": {"bridges": [1.0, float("nan"), 3.0]}}}, "envelope.lines.bridges[2]", "finite"),
        (
            {"envelope": {"lines": {"bridges": [1.0]}}},
            "envelope.lines.bridges",
            "has 1 amounts, but the plan has 3 years",
        ),
        ({"benefit": {"streams": ["risk"]}}, "benefit", "must include 'works'"),
        ({"benefit": {"horizon": 5}, **LONG}, "benefit.horizon", "at least the 8 years of the plan"),
        (_envelope(inflation=0.02), "envelope.inflation", "prices are real"),
        (_envelope(lines={"bridges": [1e308] * 3}), "envelope.lines.bridges[1]", "less than or equal"),
        (_envelope(lines={"bridges": [1e9] * 3}), "envelope.lines.bridges", "must be at most £1,000,000,000,000"),
        (_envelope(floors={"bridges": [1.0]}), "envelope.floors.bridges", "has 1 amounts"),
        (_envelope(floors={"default": [1.0] * 3}), "envelope.floors", "no such line"),
        (_envelope(carry_over={"bridge": 0.1}), "envelope.carry_over", "no such line"),
        (_envelope(virement={"bridges": 1.1}), "envelope.virement.bridges", "less than or equal to 1"),
        (_envelope(preventative={}), "envelope.preventative", "needs min, max or both"),
        (_envelope(preventative={"min": 0.6, "max": 0.5}), "envelope.preventative.min", "is above max"),
        (_envelope(preventative={"min": 0.6, "kind": "major"}), "envelope.preventative.kind", "one kind already"),
        (_limit(), "limits[1]", "needs at_least, at_most or both"),
        (_limit(at_most=[1.0]), "limits[1].at_most", "has 1 amounts for 3 years"),
        (_limit(at_most=[1.0, -1.0, 1.0]), "limits[1].at_most[2]", "greater than or equal to 0"),
        (_limit(at_most="much"), "limits[1].at_most", "should be a valid number"),
        (_limit(at_most=1.0, at_least=2.0), "limits[1]", "at_least is above at_most"),
        (_limit(at_most=1.0, at_least=[2.0] * 3), "limits[1]", "must both be lists, or both one amount"),
        (_limit(at_most=1.0, years=[2025]), "limits[1].years", "the plan's years are 2019 to 2021"),
        (_limit(at_most=1.0, years=[2020, 2020]), "limits[1].years", "more than once"),
        (_limit(at_most=1.0, line="footway"), "limits[1].line", "no such line"),
        (_limit(at_most=1.0, district=[]), "limits[1].district", "names nothing"),
        (_limit(at_most=1.0, source="grant"), "limits[1].source", "no such source"),
        (_limit(at_most=1.0, source="g", kind="major", sources=SOURCES), "limits[1].source", "no other selector"),
        (_limit(at_most=1.0, name="bridges"), "limits[1].name", "name is taken"),
        ({"sources": [{"name": "g", "amounts": [1.0]}]}, "sources[1].amounts", "has 1 amounts"),
        ({"rules": {"forbid": [{}]}}, "rules.forbid[1]", "needs a selector"),
        ({"rules": {"require": [{"kind": "major"}]}}, "rules.require[1]", "needs an asset"),
        ({"rules": {"require": [{"asset": "a", "by_year": 2030}]}}, "rules.require[1].by_year", "2019 to 2021"),
        (_scheme(assets=["a", "a"]), "schemes[1].assets", "more than once"),
        (_scheme(line="bridges"), "schemes[1].line", "there is none"),
        (_scheme(mobilisation=1.0, line="piers"), "schemes[1].line", "no such line"),
        ({"schemes": [SCHEME, {**SCHEME, "name": "other"}]}, "schemes[2].assets", "in scheme 's' already"),
        ({"schemes": [SCHEME, {**SCHEME, "assets": ["c"]}]}, "schemes.name", "more than once"),
        ({"targets": [{"asset_class": "bridge", "year": 2020, "at_most": 0.1}]}, "targets[1]", "either band or below"),
        ({"stability": {"from": "out"}}, "stability.price", "missing"),
        ({"stability": {"from": "out", "price": 1.0, "firm": "maybe"}}, "stability.firm", "'lock' or 'price'"),
        ({"sites": {"costs": "single", "minimum": 200.0}}, "sites.minimum", "of sites that works share"),
        ({"sites": {"costs": "none", "untreated": 0.2}}, "sites.untreated", "of sites that works share"),
        ({"programme": {"firm_years": 4}}, "programme.firm_years", "at most the 3 years"),
        ({"stability": {"from_": "out", "price": 1.0}}, "stability.from", "missing"),
        (
            {"objective": {"of": "least money"}},
            "objective.of",
            "'least carbon' or 'risk removed'",
        ),
        ({"objective": {"cut_off": 100}}, "objective.cut_off", "less than 100"),
        ({"objective": {"of": "condition"}, "stability": {"from": "out", "price": 5.0}}, "stability.price", "pounds"),
    ],
)
def test_faults_name_the_key(change: dict, key: str, rule: str) -> None:
    check_first_fault({**PLAN, **change}, key, rule)


def test_every_fault_is_listed_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        make_plan({**PLAN, "years": -1, "nonsense": 1, "first_year": "soon"})
    assert {fault.column for fault in caught.value.faults} >= {"years", "nonsense", "first_year"}


def test_faults_of_several_keys_are_listed_together() -> None:
    change = _limit(at_most=[1.0], years=[2030]) | _scheme(line="bridges") | {"benefit": {"horizon": 5}, **LONG}
    with pytest.raises(ConfigError) as caught:
        make_plan({**PLAN, **change})
    columns = {fault.column for fault in caught.value.faults}
    assert columns == {"limits[1].years", "schemes[1].line", "benefit.horizon"}


def test_one_name_stands_for_a_list_of_one_and_what_is_dumped_reads_again() -> None:
    keys = _limit(at_most=[1.0, 2.0, 3.0], district="north", kind=["major"]) | {"sources": SOURCES}
    keys |= {"stability": {"from": "out", "price": 5.0}, "rules": {"lock": [{"asset": "a", "strategy": "do-nothing"}]}}
    plan = make_plan({**PLAN, **keys})
    assert plan.limits[0].of_assets == {"district": ("north",)}
    assert plan.limits[0].of_treatments == {"kind": ("major",)}
    again = make_plan(plan.model_dump(mode="json", by_alias=True, exclude_none=True))
    assert again.model_dump(exclude={"folder"}) == plan.model_dump(exclude={"folder"})


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if not field.exclude:
            yield field.alias or name
            for part in (field.annotation, *get_args(field.annotation)):
                if isinstance(part, type) and issubclass(part, BaseModel):
                    yield from _keys(part)


def test_every_key_is_in_the_document_and_its_examples_are_plans() -> None:
    text = (ROOT / "docs" / "plan-file.md").read_text(encoding="utf-8")
    for key in _keys(Plan):
        assert re.search(rf"[`.\[]{key}[`.,\] =]", text), key
    data = tomllib.loads("\n".join(re.findall(r"^```toml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)))
    data["envelope"] |= {"prices": "cash"}
    plan = make_plan({**PLAN, "years": 5, **data})
    assert (len(plan.limits), len(plan.sources), len(plan.schemes), len(plan.targets)) == (3, 3, 1, 1)
    assert (len(plan.borrowing), len(plan.gates), plan.envelope.lines["bridges"][4]) == (1, 1, 5.8)


def test_not_toml(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("name = [", encoding="utf-8")
    with pytest.raises(ConfigError, match="is not a TOML file"):
        read_plan(tmp_path / "plan.toml")


def test_cash_is_deflated_to_first_year_prices() -> None:
    """At 3 % a year, £20m in year 5 buys £17.770m of year-1 work (domain section 7)."""
    data = {**PLAN, "years": 5, "envelope": {"prices": "cash", "inflation": 0.03, "lines": {"bridges": [20.0] * 5}}}
    amount = limits(make_plan(data)).amount
    assert amount[0, 4] == pytest.approx(17.770e6, abs=500)  # the printed digits
    assert amount[0, 0] == 20e6


def test_published_profile_adds_up() -> None:
    """Five-year envelope of the six highway lines with current spend: £152.75m."""
    profile = published_profile()
    highways = profile.drop(index="property")
    assert highways.to_numpy().sum() == pytest.approx(152.75)
    assert highways[2019].sum() == pytest.approx(14.55 + 11)
    half = published_profile(0.5).to_numpy()
    np.testing.assert_allclose(half, profile.to_numpy() / 2, atol=5e-4)  # rounded to £1,000
