"""A kind of limit that the package does not know is one small module: a yearly cap on works within a district."""

from __future__ import annotations

import numpy as np
import pytest
from constraint_cases import LINES, case, small_plan, small_register
from pydantic import Field

import assetplan
from assetplan.config import AddedLimit, make_plan
from assetplan.config import added as config_tables
from assetplan.errors import ConfigError, InfeasibleError
from assetplan.formulation import Basis, Constraints, LimitRow, add_kind, kinds
from assetplan.formulation.constraints import Entries
from assetplan.inputs.settings import kept_plan, settings
from assetplan.limits import LimitKey
from assetplan.programme.words import price_sentences

# The module: what its table holds, and its rows.


class WorksCap(AddedLimit):
    """The most works that the selected places bear in a year."""

    at_most: int = Field(ge=0)


def works_caps(basis: Basis) -> Constraints:
    plan, works = basis.inputs.plan, basis.works
    rows: list[LimitRow] = []
    entries: list[Entries] = []
    for number, cap in enumerate(plan.added_limits["works_caps"], 1):
        for place, year in enumerate(plan.plan_years):
            entries.append(basis.entries(works.where(cap) & (works.year == place), len(rows), np.ones(len(works.year))))
            key, words = LimitKey("works cap", cap.name, year=year), f'works_caps[{number}] "{cap.name}" {year}'
            rows.append(LimitRow(key, words, "works", cap=float(cap.at_most)))
    return Constraints(tuple(rows), Entries.stack(entries))


# What follows from it.

DISTRICTS = sorted(set(small_register().assets["district"]))
CAP = {"name": "half closed", "district": DISTRICTS[0], "at_most": 2}
KEY = LimitKey("works cap", "half closed", year=2020)


@pytest.fixture(autouse=True)
def _added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "LIMIT_KINDS", list(kinds.LIMIT_KINDS))
    monkeypatch.setattr("assetplan.formulation.build.LIMIT_KINDS", kinds.LIMIT_KINDS)
    monkeypatch.setattr(config_tables, "TABLES", {})
    add_kind("works_caps", WorksCap, works_caps)


def works_by_year(stated, chosen: np.ndarray) -> list[int]:
    here = (stated.inputs.register.assets["district"] == DISTRICTS[0]).to_numpy()
    return (stated.formulation.options.schedule[chosen][here] >= 0).sum(axis=0).tolist()


def test_it_binds_and_has_a_price_by_its_key() -> None:
    free, capped = case(), case(works_caps=[CAP])
    assert max(works_by_year(free, free.solve().chosen)) > 2
    solution = capped.solve()
    counts = works_by_year(capped, solution.chosen)
    assert max(counts) == 2
    prices = dict(zip(capped.problem.resources, solution.prices, strict=True))
    assert prices[KEY] > 0
    place = capped.formulation.place
    assert [solution.used[place[LimitKey("works cap", "half closed", year=y)]] for y in (2019, 2020, 2021)] == counts


def test_what_cannot_hold_with_it_is_named_by_key_and_by_the_plan_files_words() -> None:
    least = {"name": "busy", "of": "number", "district": DISTRICTS[0], "at_least": [0.0, 3.0, 0.0]}
    stated = case(works_caps=[CAP], limits=[least])
    with pytest.raises(InfeasibleError, match=r"cap of half closed 2020 .*floor of busy 2020") as caught:
        stated.solve()
    assert set(caught.value.limits) == {KEY, LimitKey("limit", "busy", year=2020)}
    assert 'half closed 2020 [works] is works_caps[1] "half closed" 2020' in str(
        stated.formulation.in_plan_words(caught.value)
    )


def test_its_table_is_checked_as_every_other_and_kept_with_the_plan() -> None:
    assert small_plan().added_limits == {"works_caps": ()}
    with pytest.raises(ConfigError, match=r"works_caps\[1\].at_most"):
        small_plan(works_caps=[CAP | {"at_most": -1}])
    with pytest.raises(ConfigError, match="this name is taken"):
        small_plan(works_caps=[CAP | {"name": "bridges"}])
    with pytest.raises(ConfigError, match=r"works_caps\[1\].district.*there is none"):
        case(works_caps=[CAP | {"district": "Nowhere"}])
    plan = small_plan(works_caps=[CAP])
    with kept_plan(settings(plan)) as kept:
        assert kept.added_limits == plan.added_limits
    with pytest.raises(ValueError, match="has a table 'limits' already"):
        add_kind("limits", WorksCap, works_caps)


def test_a_whole_programme_prices_it() -> None:
    lines = {line: [amount / 1e6 for amount in amounts] for line, amounts in LINES.items()}
    data = {"name": "case", "register": "r", "first_year": 2019, "years": 3, "sites": {"costs": "none"}}
    data |= {"envelope": {"lines": lines}, "works_caps": [CAP], "forecast": {"futures": 0}}
    programme = assetplan.plan(make_plan(data), small_register())
    row = next(row for row in programme.summary.limits if LimitKey.from_json(row["key"]) == KEY)
    assert row["used"] == row["cap"] == 2
    assert row["price"] > 0
    assert any(
        "half closed in 2020/21” by 1 works is worth" in sentence for sentence in price_sentences(programme.summary)
    )
    treated = programme.assets.loc[(programme.assets["district"] == DISTRICTS[0]) & (programme.assets["cost"] > 0)]
    assert assetplan.explain(programme, str(treated["asset_id"].iloc[0])).levers
