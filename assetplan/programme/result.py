"""A programme: what was chosen, what it does, and all it was chosen from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetplan.delimited import write_csv
from assetplan.display import Shown, in_notebooks
from assetplan.errors import Fault, RegisterError
from assetplan.finance.statement import Statement
from assetplan.output import new_folder
from assetplan.programme.check import contradictions
from assetplan.programme.strategies import Strategies, StrategiesFile
from assetplan.programme.summary import Summary
from assetplan.programme.writing import MANDATORY_WORKS, write_tables
from assetplan.words import financial_year, pounds

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Programme(Shown):
    """One chosen programme and what it does.

    Attributes
    ----------
    summary : Summary; what summary.json holds
    assets : GeoDataFrame
        One row an asset: asset_id, asset_class, group, name, parent_id, road, link_id, chainage_m, road_class,
        hierarchy (of the road, derived where the register has none), environment, district, division, quantity, unit,
        length_m, replacement_value, aadt, retention, committed_treatment, committed_year, criticality (£ a day that
        closing its road costs; missing where unknown), importance, footway_use (level of a footway), use_factor (how
        much its claims and risk count, mean 1), built_year, strategy, treatments, cost (£), benefit (£), pace (of
        ageing, 1 as its group), residual_life (years, today), texture_points (what texture adds to the RCI, where any
        does), shared_site (scheme_id, blank for none), candidate_scheme (that a section may be treated with, blank for
        none), reason, assumed, and the index (0–100) at the end of each year under both cases: do_nothing_<year>,
        plan_<year>, base year included. Geometry in a projected CRS.
    works : GeoDataFrame
        One row a works item: asset_id, scheme_id, asset_class, name, road, road_class, hierarchy, district, division,
        year, months (in which seasonal or embargoed works may be done, blank for all year), treatment, label, kind,
        line, quantity, unit, length_m, cost (£), benefit (£), reason, committed, status (firm, indicative, or spent in
        a year that is past), the asset's geometry.
    places, districts : GeoDataFrame
        For the map: columns name, kind, population (points) and name (polygons), same CRS as assets; may have no rows.
    settings : dict, optional
        What plan.json holds: `plan`, every setting of the plan as it was used, and `tables`, the text of its own
        tables by what they replace.
    candidates : Strategies or StrategiesFile, optional
        All that was chosen from, or the file that holds it; read it through `strategies`.
    accounts : tuple of Statement
        Statements of finance. A folder keeps them all in its workbook and, but for those with a row a scheme or a loan,
        in `finance` of summary.json; a programme that was read back has the latter.
    edited : tuple of str
        Files of the folder it was read from that are not as they were written.
    bids : DataFrame, optional
        One row an option of each bid: bid, kind ("bid" or "sale"), variant, option (as a strategy: "do-nothing", or
        the years in which it spends), start (year; missing where it is left out), mandatory, district, division,
        promoter, stage and gate (of its business case), criteria, needs, excludes, follows (lists with "; "), treatment
        and instead_of (what it stands in for), stated (£ present value that its source states, before cost), gross and
        funded (£, what its works cost in all years and what its own funding pays of it), costs, own_funding and revenue
        (£ by year from its start, "200000;50000"), payback (years; missing where it never pays back), streams
        (£ present value by stream), cost (£, to the lines in the plan years), later (£, after them), receipt (£, in the
        plan years, by how likely it is), receipts_stage, benefit (£ present value, its cost taken off), net (what the
        plan seeks of it, less what the limits price it at), chosen, reason (of the chosen one), source. Works items of
        a bid have its name as asset_id.
    mandatory : DataFrame, optional
        Works that are paid first, whatever is chosen (statutory tests, remedial works): reference, what, name,
        asset_id, block_id, premises_id, asset_class, district, division, line, year, number (of times), cost (£); None
        where there are none.
    assurance : tuple of Statement
        Tables of risks and indicators, which the workbook of its works has as sheets of their own; a programme that was
        read back has none, for they are made from what it keeps.
    """

    summary: Summary
    assets: gpd.GeoDataFrame
    works: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    settings: dict[str, Any] | None = None
    candidates: Strategies | StrategiesFile | None = None
    accounts: tuple[Statement, ...] = ()
    edited: tuple[str, ...] = ()
    bids: pd.DataFrame | None = None
    mandatory: pd.DataFrame | None = None
    assurance: tuple[Statement, ...] = ()

    @property
    def years(self) -> list[int]:
        """Plan years, first to last."""
        return list(self.summary.years)

    @property
    def benefit(self) -> float:
        """Benefit against do-nothing (£)."""
        return self.summary.benefit

    @property
    def bound(self) -> float:
        """Proven upper bound on what any programme within the limits can reach (in the unit of what the plan seeks)."""
        return self.summary.bound

    @property
    def gap(self) -> float:
        """Relative distance from the bound."""
        return self.summary.gap

    @cached_property
    def strategies(self) -> Strategies | None:
        """All candidate strategies of all assets, read when first asked for; None where they were not kept.

        Raises
        ------
        RegisterError
            The file that holds them is damaged or is of another plan.
        """
        if isinstance(self.candidates, StrategiesFile):
            return self.candidates.read(self.assets["asset_id"], len(self.summary.limits))
        return self.candidates

    def _shown(self) -> dict[str, Any]:
        summary = self.summary
        return {
            "plan": summary.plan,
            "years": " to ".join(financial_year(year) for year in (self.years[0], self.years[-1])),
            "assets": f"{summary.assets:,}, of which {summary.treated:,} are treated",
            "works": f"{len(self.works):,} for {pounds(summary.cost, 4)}",
            "benefit": pounds(self.benefit, 5),
            "gap": f"{self.gap:.3%}, {summary.status}",
            "accounts": tuple(statement.name for statement in self.accounts),
            "spend": self.spend(),
        }

    def _repr_html_(self) -> str:
        return str(in_notebooks("cards", "programme_html")(self))

    def statement(self, name: str) -> Statement:
        """One of its statements of finance, by its name.

        Raises
        ------
        RegisterError
            The programme has none of that name; those that it has are listed.
        """
        known = {statement.name: statement for statement in self.accounts}
        if name not in known:
            rule = f"no such statement; the programme has {', '.join(known) or 'none'}"
            raise RegisterError([Fault("the programme", 0, "accounts", name, rule)])
        return known[name]

    def index_at(self, year: int, case: str) -> pd.Series:
        """Condition index of each asset at the end of a year, `case` "do-nothing" or "plan"."""
        return self.assets[f"{case.replace('-', '_')}_{year}"]

    def spend(self) -> pd.DataFrame:
        """Money by line (rows) and year (columns), with totals (£)."""
        import pandas as pd

        rows = pd.DataFrame(self.summary.spend)
        wide = rows.pivot_table(index="line", columns="year", values="amount", sort=False, aggfunc="sum")
        wide["total"] = wide.sum(axis=1)
        wide.loc["total"] = wide.sum()
        return wide

    def explore(self, **filters: Any) -> Any:
        """An interactive map, which opens without a network: condition in both cases, works by year, reasons.

        Parameters
        ----------
        filters : str or list of str, by keyword
            Which assets are on it: asset_class, road_class, hierarchy, district, division, group, road; and by their
            works: treatment, kind, line, year, status. One value or several; those of several keywords must all hold.

        Returns
        -------
        assetplan.notebook.explore.ExploreMap
            It shows itself at the end of a cell; `save(path)` writes it as one file.

        Raises
        ------
        ConfigError
            A keyword or a value is unknown, with those that are known; nothing that is left has a location.
        """
        return in_notebooks("explore", "explore_programme")(self, filters)

    @property
    def plot(self) -> Any:
        """Figures on axes of matplotlib: `spend()`, `condition()`, `prices()`, `frontier()`, `lifecycle(asset_id)`.

        They are of `assetplan.notebook.plots.ProgrammePlots`; each takes `ax` and returns the axes.
        """
        return in_notebooks("plots", "ProgrammePlots")(self)

    @property
    def table(self) -> Any:
        """The tidy table behind each figure of `plot`, by the same name, with units in the names of its columns.

        They are of `assetplan.notebook.tables.ProgrammeTables`.
        """
        return in_notebooks("tables", "ProgrammeTables")(self)

    def check(self) -> Programme:
        """Sum the programme afresh and refuse it where its own figures do not hold.

        Returns
        -------
        Programme
            Itself.

        Raises
        ------
        RegisterError
            A line is overspent, a cost or benefit does not add up, or an untreated asset improves.
        """
        wrong = list(contradictions(self.summary, self.assets, self.works, self.bids, self.mandatory))
        if wrong:
            raise RegisterError(Fault("the programme", 0, "", "", f"contradicts itself: {fault}") for fault in wrong)
        return self

    def write(
        self,
        folder: str | Path,
        force: bool = False,
    ) -> Path:
        """Write the output folder, as `fill` does.

        Parameters
        ----------
        folder : path; folder to make; it takes its name only once everything is in it
        force : bool; whether a folder of that name may be replaced

        Raises
        ------
        OutputExistsError
            The folder exists and `force` is false, or it holds what was not written with it.
        """
        with new_folder(folder, force) as part:
            self.fill(part)
        return Path(folder)

    def fill(self, folder: Path) -> None:
        """Write, to a folder that is there, summary.json, plan.json, programme.csv, .gpkg, .xlsx, assets and
        strategies.parquet, finance.xlsx where there are accounts, bids.csv where there are bids and
        mandatory_works.csv where there are such works.
        """
        if self.mandatory is not None:
            write_csv(self.mandatory, folder / MANDATORY_WORKS)
        layers = (self.works, self.places, self.districts)
        kept = self.settings, self.strategies, self.accounts, self.bids, self.assurance
        write_tables(folder, self.summary, self.assets, layers, *kept)
