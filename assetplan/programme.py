"""The result: frozen, checks itself, reads and writes its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assetplan.errors import Fault, RegisterError
from assetplan.output import new_folder, repeatable_layers

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# Costs are stored to the penny; a line of 100,000 items may be out by this much (£) by rounding alone.
_ROUNDING = 0.005
FILES = frozenset(
    ("summary.json", "programme.csv", "programme.gpkg", "programme.xlsx", "assets.parquet", "report.html")
)
_WORKBOOK_SHEETS = ("programme", "spend", "condition")


@dataclass(frozen=True)
class Programme:
    """One chosen programme and what it does.

    Attributes
    ----------
    summary : dict
        What summary.json holds: plan (name), title, authority, note, years, price_base, objective, streams,
        horizon, benefit, bound, gap, status, cost, spend (rows line, label, year, amount, limit), prices (rows
        limit, price), condition (rows asset_class, band, year, quantity, unit, case), residual_life (rows band,
        year, length_km, case), condition_gain, assets, treated, baselines (rows name, benefit, cost), kinds (rows
        kind, amount), assumed_share, notes, lint (rows check, message), seconds by stage, inputs (file → sha256),
        unverified (list), version. `years` are the plan years; the base year (condition today) is the year before
        the first. In `condition` and `residual_life`, `year` is the end of that financial year, base year included.
    assets : GeoDataFrame
        One row an asset: asset_id, asset_class, group, name, parent_id, road, link_id, chainage_m, road_class,
        environment, district, quantity, unit, length_m, replacement_value, aadt, strategy, treatments, cost (£),
        benefit (£), residual_life (years, today), reason, assumed, and the index (0–100) at the end of each year
        under both cases: do_nothing_<year>, plan_<year>, base year included. Geometry in a projected CRS.
    works : GeoDataFrame
        One row a works item: asset_id, scheme_id, asset_class, name, road, road_class, district, year, treatment,
        label, kind, line, quantity, unit, length_m, cost (£), benefit (£), reason, committed, the asset's geometry.
    places, districts : GeoDataFrame
        For the map: columns name, population (points) and name (polygons), same CRS as assets; may have no rows.
    """

    summary: dict[str, Any]
    assets: gpd.GeoDataFrame
    works: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame

    @property
    def years(self) -> list[int]:
        """Plan years, first to last."""
        return list(self.summary["years"])

    @property
    def benefit(self) -> float:
        """Benefit against do-nothing (£)."""
        return float(self.summary["benefit"])

    @property
    def bound(self) -> float:
        """Proven upper bound on the benefit of any programme within the limits (£)."""
        return float(self.summary["bound"])

    @property
    def gap(self) -> float:
        """Relative distance from the bound."""
        return float(self.summary["gap"])

    def index_at(self, year: int, case: str) -> pd.Series:
        """Condition index of each asset at the end of a year, `case` "do-nothing" or "plan"."""
        return self.assets[f"{case.replace('-', '_')}_{year}"]

    def spend(self) -> pd.DataFrame:
        """Money by line (rows) and year (columns), with totals (£)."""
        import pandas as pd

        rows = pd.DataFrame(self.summary["spend"])
        wide = rows.pivot_table(index="line", columns="year", values="amount", sort=False, aggfunc="sum")
        wide["total"] = wide.sum(axis=1)
        wide.loc["total"] = wide.sum()
        return wide

    def check(self) -> Programme:
        """Sum the programme afresh and refuse it where its own figures do not hold.

        Returns
        -------
        Programme
            Itself.

        Raises
        ------
        ValueError
            A line is overspent, a cost or benefit does not add up, or an untreated asset improves.
        """
        wrong = list(_contradictions(self))
        if wrong:
            raise ValueError("the programme contradicts itself: " + "; ".join(wrong))
        return self

    def write(
        self,
        folder: str | Path,
        force: bool = False,
        also: Callable[[Programme, Path], object] | None = None,
    ) -> Path:
        """Write the output folder: summary.json, programme.csv, .gpkg and .xlsx, assets.parquet.

        Parameters
        ----------
        folder : path
            Folder to make; it takes its name only once everything is in it.
        force : bool
            Whether a folder of that name may be replaced.
        also : callable, optional
            Called with the programme and the folder being filled, to add more to it (the report).

        Raises
        ------
        OutputExistsError
            The folder exists and `force` is false, or it holds what no programme does.
        """
        with new_folder(folder, force, FILES) as part:
            _write_tables(self, part)
            if also is not None:
                also(self, part)
        return Path(folder)


def read_programme(folder: str | Path) -> Programme:
    """Read an output folder.

    Raises
    ------
    RegisterError
        The folder lacks a file of a programme.
    """
    import geopandas as gpd

    folder = Path(folder)
    needed = ("summary.json", "programme.gpkg", "assets.parquet")
    missing = [name for name in needed if not (folder / name).is_file()]
    if missing:
        raise RegisterError(Fault(str(folder), 0, "", name, "is not in this folder of a plan") for name in missing)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assets = gpd.read_parquet(folder / "assets.parquet")
    layers = {
        name: gpd.read_file(folder / "programme.gpkg", layer=name) for name in ("programme", "places", "districts")
    }
    return Programme(summary, assets, layers["programme"], layers["places"], layers["districts"])


def _contradictions(programme: Programme) -> Iterator[str]:
    import pandas as pd

    summary, works, assets = programme.summary, programme.works, programme.assets
    spent = works.groupby(["line", "year"])["cost"].agg(["sum", "size"])
    for row in summary["spend"]:
        key = (row["line"], row["year"])
        total, size = spent.loc[key] if key in spent.index else (0.0, 0)
        slack = _ROUNDING * (size + 1) + 1e-9 * row["limit"]
        if abs(total - row["amount"]) > slack:
            yield f"{key[0]} {key[1]} says £{row['amount']:,.2f} but its works come to £{total:,.2f}"
        if total > row["limit"] + slack:
            yield f"{key[0]} {key[1]} spends £{total:,.2f}, over its limit of £{row['limit']:,.2f}"
    slack = _ROUNDING * (len(assets) + 1)
    for name, table in (("benefit", assets), ("benefit", works), ("cost", assets), ("cost", works)):
        if abs(table[name].sum() - summary[name]) > slack + 1e-9 * abs(summary[name]):
            yield f"{name} £{summary[name]:,.2f} is not the sum of its parts, £{table[name].sum():,.2f}"
    if summary["benefit"] > summary["bound"] * (1 + 1e-9) + slack:
        yield "the benefit is above its own bound"
    counted = assets["asset_id"].nunique()
    if counted != len(assets) or counted != summary["assets"]:
        yield "an asset is missing or there twice"
    untreated = assets["strategy"] == "do-nothing"
    base = summary["years"][0] - 1
    path = pd.concat([assets[f"plan_{year}"] for year in [base, *summary["years"]]], axis=1).to_numpy()[untreated]
    # Index is stored to 0.01; a rise above that is not rounding.
    if path.size and (path[:, 1:] - path[:, :-1]).max() > 0.011:
        yield "an untreated asset improves"


def _write_tables(programme: Programme, folder: Path) -> None:
    text = json.dumps(programme.summary, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    works = programme.works
    table = works.drop(columns="geometry")
    table.to_csv(folder / "programme.csv", index=False, lineterminator="\n")
    programme.assets.to_parquet(folder / "assets.parquet", index=False)
    with repeatable_layers():
        for name, layer in (
            ("programme", works),
            ("places", programme.places),
            ("districts", programme.districts),
        ):
            layer.to_file(folder / "programme.gpkg", layer=name, driver="GPKG")
    _write_workbook(programme, table, folder / "programme.xlsx")


def _write_workbook(programme: Programme, works: pd.DataFrame, path: Path) -> None:
    """Programme, spend and condition as sheets; register text is never taken for a formula or a link."""
    from datetime import UTC, datetime

    import pandas as pd
    import xlsxwriter

    sheets = (works, pd.DataFrame(programme.summary["spend"]), pd.DataFrame(programme.summary["condition"]))
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        # A workbook carries the time it was made; a fixed one keeps the bytes the same.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC), "title": programme.summary["title"]})
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
        for name, frame in zip(_WORKBOOK_SHEETS, sheets, strict=True):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            sheet.write_row(0, 0, list(frame.columns), bold)
            for place, column in enumerate(frame.columns):
                plain = money if column in ("cost", "benefit", "amount", "limit") else None
                sheet.set_column(place, place, 14 if plain is None else 16, plain)
                # A missing number is an empty cell.
                cells = frame[column].astype(object).where(frame[column].notna(), None).tolist()
                sheet.write_column(1, place, cells)
            if len(frame):
                sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
