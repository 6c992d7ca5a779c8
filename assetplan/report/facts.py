"""Figures the report works out from the programme's own assets and works, never from a solver's word."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from assetplan._types import Floats
from assetplan.asset_classes import CARRIAGEWAY, SALE, AssetClasses
from assetplan.condition import BANDS
from assetplan.programme.statements import tables_of
from assetplan.programme.summary import SpendRow, Summary
from assetplan.register.basis import largely_assumed
from assetplan.register.no_map import no_map, without_network
from assetplan.report.payload import Payload, make_payload
from assetplan.words import capitalised, financial_year

if TYPE_CHECKING:
    from assetplan.finance.statement import Statement
    from assetplan.programme import Programme


class Facts:
    """What the sections ask of one programme; each figure is worked out once.

    Parameters
    ----------
    programme : Programme; the programme to report on
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.summary: Summary = programme.summary
        self.years: list[int] = [int(year) for year in programme.years]
        self.base: int = self.years[0] - 1
        self.last: int = self.years[-1]

    @cached_property
    def classes(self) -> AssetClasses:
        """The classes of the programme's assets, in the order of the report."""
        return AssetClasses(self.summary.asset_classes)

    @cached_property
    def doubt(self) -> str:
        """That a large share of the condition is assumed, as a sentence; "" where it is not."""
        clause = largely_assumed(self.summary.condition_basis, self.base)
        return f"{capitalised(clause)}." if clause else ""

    @cached_property
    def unmapped(self) -> str:
        """That assets have no geometry, in a sentence; "" where all have."""
        return no_map(self.programme.assets)

    @cached_property
    def without_network(self) -> bool:
        """Whether no carriageway is drawn, so that no detour is worked out."""
        return without_network(self.programme.assets)

    @cached_property
    def payload(self) -> Payload | None:
        """The map's packet and what is in it; None where no asset has a location."""
        return make_payload(self.programme)

    @cached_property
    def roads(self) -> pd.DataFrame:
        """The carriageway sections, without their geometry."""
        assets = self.programme.assets
        return pd.DataFrame(assets[assets["asset_class"] == CARRIAGEWAY].drop(columns="geometry"))

    @cached_property
    def road_km(self) -> Floats:
        """Length of each carriageway section [km], shape (n_roads,); the drawn length where none is recorded."""
        assets = self.programme.assets
        length = pd.to_numeric(self.roads["length_m"], errors="coerce").to_numpy(dtype=np.float64)
        shape = assets.geometry[assets["asset_class"] == CARRIAGEWAY]
        if length.size and np.isnan(length).any() and shape.crs is not None and shape.crs.is_geographic:
            shape = shape.to_crs(shape.estimate_utm_crs())
        # The bare function: geopandas warns of degrees even where no length comes from them.
        drawn = shapely.length(shape.to_numpy())
        return np.nan_to_num(np.where(np.isnan(length), drawn, length)) / 1000

    @cached_property
    def road_decimals(self) -> int:
        """Decimals that a length of road is shown with: one where there are few of them."""
        return 1 if self.road_km.sum() < 100 else 0

    @cached_property
    def _road_km_in_band(self) -> dict[tuple[int, str, str], float]:
        """Length of road [km] by year, case and band, from the summary."""
        return {
            (row["year"], row["case"], row["band"]): row["quantity"]
            for row in self.summary.condition
            if row["asset_class"] == CARRIAGEWAY and row["unit"] == "km"
        }

    def road_bands(self, year: int, case: str) -> Floats:
        """Length of road in each band at the end of a year [km], shape (5,), best band first."""
        return np.array([self._road_km_in_band.get((year, case, band), 0.0) for band in BANDS])

    def poor_km(self, year: int, case: str) -> float:
        """Length of road in poor or very poor condition at the end of a year [km]."""
        return float(self.road_bands(year, case)[3:].sum())

    def mean_index(self, year: int, case: str) -> float:
        """Mean condition index of roads by length at the end of a year; NaN where none was measured."""
        index = self.roads[f"{case.replace('-', '_')}_{year}"].to_numpy(dtype=np.float64)
        known = ~np.isnan(index)
        weight = float(self.road_km[known].sum())
        return float(index[known] @ self.road_km[known]) / weight if weight > 0 else float("nan")

    @cached_property
    def has_roads(self) -> bool:
        """Whether the programme has the condition of roads by length."""
        return bool(self._road_km_in_band)

    @cached_property
    def statements(self) -> dict[str, Statement]:
        """Statements of finance by name: those of the summary, which a programme that was read back has too."""
        return {statement.name: statement for statement in tables_of(self.summary.finance)}

    @cached_property
    def cases(self) -> tuple[tuple[str, int, str], ...]:
        """What a table sets side by side: a label, the year at whose end it is, and the case."""
        last = financial_year(self.last)
        return (
            ("Today", self.base, "plan"),
            (f"{last}, with the plan", self.last, "plan"),
            (f"{last}, if nothing is done", self.last, "do-nothing"),
        )

    @cached_property
    def net(self) -> bool:
        """Whether the benefit is what is left once the works are paid for: their costs show it."""
        streams, benefit = self.summary.streams, self.summary.benefit
        if not streams:
            return False
        saved = sum(row["do_nothing"] - row["plan"] for row in streams)
        # The streams are rounded to pence; otherwise the two sums are the same pounds.
        return abs(saved - benefit) <= 1e-6 * max(abs(benefit), 1.0)

    @cached_property
    def spend(self) -> pd.DataFrame:
        """Rows line, label, year, amount, limit, envelope (£)."""
        return pd.DataFrame(self.summary.spend, columns=list(SpendRow.__annotations__))

    @cached_property
    def line_labels(self) -> dict[str, str]:
        """Label of each budget line by its name."""
        return dict(zip(self.spend["line"].astype(str), self.spend["label"].astype(str), strict=True))

    @cached_property
    def lines(self) -> list[str]:
        """Labels of the budget lines in the order of the summary."""
        return list(dict.fromkeys(self.spend["label"].astype(str)))

    def line_years(self, label: str, column: str) -> list[float]:
        """Amount or limit of one line in each plan year [£]; 0 spent and NaN limit where there is none."""
        rows = self.spend[self.spend["label"] == label].groupby("year")[column].sum(min_count=1)
        empty = 0.0 if column == "amount" else np.nan
        return [float(rows.get(year, empty)) for year in self.years]

    @cached_property
    def stack(self) -> list[str]:
        """Labels of the budget lines, the largest first: at the bottom of a stack its changes show best."""
        return sorted(self.lines, key=lambda label: -sum(self.line_years(label, "amount")))

    @cached_property
    def limits(self) -> list[float]:
        """Limit on all lines together in each plan year [£]; NaN where no line has one."""
        each = np.array([self.line_years(label, "limit") for label in self.lines]).reshape(-1, len(self.years))
        known = ~np.isnan(each)
        return list(np.where(known.any(axis=0), np.nansum(each, axis=0), np.nan).tolist())

    @cached_property
    def kinds(self) -> dict[str, float]:
        """Spend on each kind of works [£]."""
        return {row["kind"]: row["amount"] for row in self.summary.kinds}

    @cached_property
    def preventative_share(self) -> float:
        """Share of spend that goes on preventative works; NaN where nothing is spent."""
        total = sum(self.kinds.values())
        return self.kinds.get("preventative", 0.0) / total if total > 0 else float("nan")

    @cached_property
    def schemes(self) -> pd.DataFrame:
        """Works grouped by asset class, place, year and treatment, dearest first; sales of premises are no works.

        Columns asset_class, place, year, label, length_m, items, cost, committed.
        """
        works = pd.DataFrame(self.programme.works.drop(columns="geometry"))
        works = works[works["kind"] != SALE].copy()
        road = works["road"].fillna("").astype(str)
        works["place"] = road.where(road != "", works["name"].fillna("").astype(str))
        # A point is named for itself, not for the road it stands on.
        own = ~works["asset_class"].isin(self.classes.where("drawn", "line"))
        works.loc[own, "place"] = works.loc[own, "name"].fillna("").astype(str)
        works["committed"] = works["committed"].fillna(False).astype(bool)
        keys = ["asset_class", "place", "year", "label"]
        groups = works.groupby(keys, as_index=False).agg(
            length_m=("length_m", "sum"), items=("asset_id", "size"),
            cost=("cost", "sum"), committed=("committed", "any"),
        )  # fmt: skip
        return groups.sort_values(["cost", *keys], ascending=[False, True, True, True, True], ignore_index=True)
