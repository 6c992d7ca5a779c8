"""The tidy table behind each figure of a programme: one row an observation, units in the names of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from assetplan.analyses import SHARES, frontier
from assetplan.answers.frontier import Frontier
from assetplan.answers.one_asset import place_of
from assetplan.asset_classes import AssetClass
from assetplan.display import Shown
from assetplan.errors import ConfigError, Fault
from assetplan.inputs.settings import kept_plan
from assetplan.limits import LimitKey
from assetplan.notebook.filters import known_name
from assetplan.report.facts import Facts

if TYPE_CHECKING:
    from assetplan.programme import Programme
    from assetplan.register import Register

CASES = "do-nothing", "plan"
FIGURES = "spend", "condition", "prices", "frontier", "lifecycle"
"""What a programme has a table and a figure of."""
_UNITS = {"£": "gbp", "m2": "m2", "no": "number", "£m replacement": "gbp_million_replacement"}
_FRONTIER = {
    "carbon_limit": "carbon_limit_tco2e",
    "money": "money_gbp",
    "cost": "cost_gbp",
    "treated": "treated_assets",
    "carbon": "carbon_tco2e",
}


def in_name(unit: str) -> str:
    """A unit as part of a column's name: "gbp" of "£", "m2_of_deck" of "m2 of deck"."""
    return _UNITS.get(unit) or unit.replace("£", "gbp ").replace("-", " ").strip().replace(" ", "_")


@dataclass(frozen=True, eq=False, repr=False)
class ProgrammeAccessor(Shown):
    """A method for each figure of a programme; shown, it lists what each says of itself.

    Attributes
    ----------
    programme : Programme
    """

    programme: Programme

    def _shown(self) -> dict[str, Any]:
        return {f"{name}()": str(getattr(type(self), name).__doc__).partition("\n")[0] for name in FIGURES}


class ProgrammeTables(ProgrammeAccessor):
    """Tables of a programme, `programme.table`: what each figure of `programme.plot` is drawn from.

    Money is in the prices of the plan's first year; `year` is the first of a financial year, and condition is at its
    end.
    """

    @property
    def _facts(self) -> Facts:
        return Facts(self.programme)

    def spend(self) -> pd.DataFrame:
        """What each budget line spends in each year, beside its limit.

        Returns
        -------
        DataFrame
            One row a line and year: line, label, year, spend_gbp, limit_gbp (after carry-over and virement; missing
            for none), envelope_gbp (before them), mandatory_gbp (part of the spend that goes on works that are paid
            first, of a plan that has any).
        """
        names = {name: f"{name}_gbp" for name in ("limit", "envelope", "mandatory")}
        rows = pd.DataFrame(self.programme.summary.spend)
        columns = ["line", "label", "year", "amount", *(name for name in names if name in rows)]
        return rows.reindex(columns=columns).rename(columns={"amount": "spend_gbp", **names})

    def condition(self, asset_class: str | None = None) -> pd.DataFrame:
        """How much of a class stands in each band at the end of each year, in both cases, the base year included.

        Parameters
        ----------
        asset_class : str, optional
            A class of the programme; by default the first of the report: roads, where there are any.

        Returns
        -------
        DataFrame
            One row a case, year and band: asset_class, case ("do-nothing" or "plan"), year, band, quantity_<unit> (the
            unit that the class is counted in, such as quantity_km), share_percent (of the class).

        Raises
        ------
        ConfigError
            The programme has no condition of such a class; those that it has are named.
        """
        known = self.condition_class(asset_class)
        rows = pd.DataFrame(self.programme.summary.condition).query("asset_class == @known.asset_class")
        total = rows.groupby(["case", "year"])["quantity"].transform("sum")
        share = (100 * rows["quantity"] / total).where(total > 0)
        names = ["asset_class", "case", "year", "band"]
        quantity = rows["quantity"].rename(f"quantity_{in_name(known.stock_unit)}")
        table = pd.concat([rows[names], quantity, share.rename("share_percent")], axis=1)
        return table.reset_index(drop=True)

    def condition_class(self, asset_class: str | None) -> AssetClass:
        """The class whose condition is asked for; errors and default as `condition`."""
        facts = self._facts
        present = {row["asset_class"] for row in facts.summary.condition}
        ordered = [row for row in facts.classes if row.asset_class in present]
        if not ordered:
            raise ConfigError([Fault("the programme", 0, "asset_class", "", "there is no class with a condition")])
        name = asset_class if asset_class is not None else ordered[0].asset_class
        return facts.classes[known_name("asset_class", name, [row.asset_class for row in ordered])]

    def prices(self) -> pd.DataFrame:
        """What one more pound of each limit on money is worth, as the bound proves it.

        Returns
        -------
        DataFrame
            One row a limit whose unit is pounds: limit, kind, line and source (that it is of, blank for none), year (0
            for all years together), cap_gbp, floor_gbp, used_gbp, price_<unit>_per_gbp in the unit of what the plan
            seeks. Of a floor the price is below zero: a pound more of it takes that away. All prices are 0 where the
            search came to none (`summary.prices_known`).
        """
        price = f"price_{in_name(self.programme.summary.sought.unit)}_per_gbp"
        columns = ["limit", "kind", "line", "source", "year", "cap_gbp", "floor_gbp", "used_gbp", price]
        rows = []
        for row in self.programme.summary.limits:
            if row["unit"] == "£":
                key = LimitKey.from_json(row["key"])
                of = (row["limit"], key.kind, key.line, key.source, key.year)
                rows.append((*of, row["cap"], row["floor"], row["used"], row["price"]))
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[5:], float))

    def frontier(
        self,
        reached: Frontier | None = None,
        shares: Sequence[float] = SHARES,
        register: Register | None = None,
    ) -> pd.DataFrame:
        """What more or less money brings, by share of the plan's money.

        Other money has other programmes, so the plan is **solved anew** for each share, which takes as long as so many
        plans, unless `reached` is given: keep what `assetplan.frontier(plan)` returns and give it to table and plot.

        Parameters
        ----------
        reached : Frontier, optional; from `assetplan.frontier`
        shares : sequence of float, optional; without `reached`: shares of the plan's money [above 0, to 10]
        register : Register, optional; without `reached`: what was planned, which a programme does not keep

        Returns
        -------
        DataFrame
            One row a share: share, money_gbp (carbon_limit_tco2e beside it where carbon is limited), status,
            benefit_<unit>, bound_<unit>, gap, cost_gbp, preventative (share of cost), treated_assets, sites,
            carbon_tco2e, carbon_known (share of cost), price_<unit>_per_gbp (or per_tco2e) of one more.

        Raises
        ------
        ConfigError, RegisterError
            Neither is given, the programme was written without its settings, or as `assetplan.frontier`.
        """
        solved = reached if reached is not None else self.solved(shares, register)
        unit = in_name(self.programme.summary.sought.unit)
        names = {
            **_FRONTIER,
            **{name: f"{name}_{unit}" for name in ("benefit", "bound")},
            "mandatory": "mandatory_gbp",
            "marginal": f"price_{unit}_per_{'tco2e' if solved.of_carbon else 'gbp'}",
        }
        return solved.points.rename(columns=names)

    def solved(self, shares: Sequence[float], register: Register | None) -> Frontier:
        """The plan solved anew at shares of its money; errors as `frontier`."""
        settings = self.programme.settings
        if register is None or settings is None:
            rule = "solve it first, frontier(assetplan.frontier(plan)), or name the register that was planned"
            raise ConfigError([Fault("frontier", 0, "reached", "", rule)])
        with kept_plan(settings) as plan:
            return frontier(plan, shares, register)

    def lifecycle(self, asset_id: str) -> pd.DataFrame:
        """One asset year by year: its condition index in both cases and its works, from the base year to the last.

        Parameters
        ----------
        asset_id : str; an asset of the programme

        Returns
        -------
        DataFrame
            One row a case and year: asset_id, case ("do-nothing" or "plan"), year, index_points (condition index at its
            end, 0–100), treatment (as people call it, blank for none; several in one year with "; "), cost_gbp (0 for
            none).

        Raises
        ------
        RegisterError
            The programme has no such asset; near names are given.
        """
        name, works = str(asset_id), self.programme.works
        years = [self.programme.years[0] - 1, *self.programme.years]
        own = self.programme.assets.iloc[place_of(self.programme, name)]
        mine = works[works["asset_id"].astype(str) == name].groupby("year")
        labels = mine["label"].agg("; ".join).reindex(years).fillna("")
        costs = mine["cost"].sum().reindex(years).fillna(0.0)
        parts = [
            pd.DataFrame(
                {
                    "asset_id": name,
                    "case": case,
                    "year": years,
                    "index_points": [float(own[f"{case.replace('-', '_')}_{year}"]) for year in years],
                    "treatment": labels.to_numpy() if case == "plan" else "",
                    "cost_gbp": costs.to_numpy() if case == "plan" else 0.0,
                }
            )
            for case in CASES
        ]
        return pd.concat(parts, ignore_index=True)
