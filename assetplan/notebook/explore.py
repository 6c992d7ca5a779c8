"""`explore`: an interactive map in a notebook, the compact layer of the report on a page that needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from assetplan.asset_classes import BID, AssetClass, AssetClasses
from assetplan.display import Shown
from assetplan.errors import ConfigError, Fault
from assetplan.inputs import read_parameters
from assetplan.inspection import standing
from assetplan.notebook.filters import OF_ASSETS, OF_WORKS, check_filters, chosen, values_of, words_of
from assetplan.notebook.pieces import PACKAGE
from assetplan.output import new_file
from assetplan.report.encoding import column, pack
from assetplan.report.facts import Facts
from assetplan.report.figure import ReportFigure, asset_text
from assetplan.report.layer import PACKET_ID, SCRIPTS, packet_text
from assetplan.report.markup import render
from assetplan.report.payload import Dictionary, Payload, condition_columns, draw_network, identifiers, make_payload
from assetplan.report.sections.board_map import VIEWS, Views, map_panel
from assetplan.words import financial_year, number, plural

if TYPE_CHECKING:
    from assetplan.programme import Programme
    from assetplan.register import Register

_HEIGHT = 640  # of the frame (pixels)
_WHOLE = ("quantity", "replacement_value", "built_year", "surveyed_year", "aadt")


@dataclass(frozen=True, eq=False, repr=False)
class ExploreMap(Shown):
    """An interactive map, shown in a frame of its own at the end of a cell; its page needs no other file.

    Attributes
    ----------
    title, about : str; what it is a map of, and which assets are on it
    page : str; its HTML
    """

    title: str
    about: str
    page: str

    def _shown(self) -> dict[str, Any]:
        return {"map": self.title, "shows": self.about, "page": f"{len(self.page) / 1e6:.1f} MB"}

    def _repr_html_(self) -> str:
        # The frame may run its own scripts and reach nothing of the notebook's page.
        return str(render("frame.html", PACKAGE, frame=self, height=_HEIGHT))

    def save(self, path: str | Path, force: bool = False) -> Path:
        """Write the map as one HTML file.

        Parameters
        ----------
        path, force : path, bool; the file, and whether it may be replaced

        Raises
        ------
        OutputExistsError
            The file is there already and `force` is not set.
        """
        with new_file(Path(path), force) as part:
            part.write_text(self.page, encoding="utf-8", newline="\n")
        return Path(path)


def explore_programme(programme: Programme, filters: Mapping[str, Any]) -> ExploreMap:
    """The map of a programme, with condition in both cases, works year by year and what closing a road costs.

    Parameters
    ----------
    programme, filters : Programme, mapping; as of `Programme.explore`
    """
    assets, works = programme.assets, programme.works
    check_filters(filters, _columns(assets, works))
    keep = chosen(assets, filters, OF_ASSETS)
    # Bids are no assets and have no group: they stay by what their works have.
    bids = (works["asset_class"] == BID.asset_class) & chosen(works.assign(group=""), filters, OF_ASSETS)
    works = works[(bids | works["asset_id"].isin(assets["asset_id"][keep])) & chosen(works, filters, OF_WORKS)]
    of_works = any(name in filters for name in OF_WORKS)
    if of_works:
        keep &= assets["asset_id"].isin(works["asset_id"]).to_numpy()
    part = replace(programme, assets=assets[keep], works=works)
    facts = Facts(part)
    payload = make_payload(part, named=True)
    views: Views = VIEWS
    at, years = len(facts.years), values_of(filters.get("year", ()))
    if of_works:
        views = sorted(VIEWS, key=lambda view: view[0] != "works")
        at = 1 + min((facts.years.index(int(year)) for year in years), default=0)
    shown = financial_year(facts.base + at)
    about = _about(len(part.assets), len(assets), filters)
    title = programme.summary.title or programme.summary.plan
    if payload is None:
        raise _nowhere(about)
    panel = map_panel(payload, _all_on(facts.classes, filters), views, len(facts.years), shown, at)
    return _explored(title, about, payload, panel)


def explore_register(register: Register, filters: Mapping[str, Any]) -> ExploreMap:
    """The map of a register: condition at the end of the latest survey year, and what is owned.

    Parameters
    ----------
    register, filters : Register, mapping; as of `Register.explore`
    """
    parameters = read_parameters()
    check_filters(filters, _columns(register.assets))
    known = register.assets["asset_class"].isin(parameters.classes.names).to_numpy()
    keep = known & chosen(register.assets, filters, OF_ASSETS)
    part = register if keep.all() else replace(register, assets=register.assets[keep])
    year, stock = standing(part, parameters)
    about = _about(len(part.assets), len(register.assets), filters)
    payload = _register_payload(part, stock, year, parameters.classes)
    if payload is None:
        raise _nowhere(about)
    views = (("plan", f"Condition {_when(year)}"),)
    panel = map_panel(payload, _all_on(parameters.classes, filters), views, 0, "Today", 0)
    return _explored("Register", about, payload, panel)


def _register_payload(
    register: Register, stock: pd.DataFrame, year: int | None, classes: AssetClasses
) -> Payload | None:
    """The packet of a register: one year in which nothing is done yet, and what is owned."""
    index = stock["index"].to_numpy()
    base = year or 0
    assets = register.assets.assign(**{f"do_nothing_{base}": index, f"plan_{base}": index, "reason": ""})
    drawn = draw_network(register, assets, classes)
    if drawn is None:
        return None
    condition, shown = condition_columns(drawn.assets, [base], pd.Series(dtype=object))
    texts = Dictionary()
    owned = [column(name, _whole(drawn.assets[name]), "i4") for name in _WHOLE]
    owned += [column(name, texts.codes(drawn.assets[name]), "i4") for name in ("group", "assumed")]
    units = [classes[name].unit.replace("m2", "m²") for name in drawn.header["classes"]]
    header = {
        **drawn.header,
        **condition,
        **identifiers(drawn.assets),
        "owned": {"units": units, "standing": f"Condition {_when(year)}", "texts": texts.listing()},
    }
    packet = pack(header, [*drawn.columns, *shown, *owned])
    unplaced = len(assets) - len(drawn.assets)
    return Payload(packet, drawn.bounds, tuple(drawn.header["classes"]), (), unplaced, False)


def _whole(values: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isnan(numbers), -1, np.rint(np.nan_to_num(numbers))).astype(np.int64)


def _when(year: int | None) -> str:
    return "as recorded" if year is None else f"at the end of {financial_year(year)}"


def _columns(assets: pd.DataFrame, works: pd.DataFrame | None = None) -> dict[str, pd.Series]:
    """What may be filtered by: columns of assets and, where there are some, of works."""
    columns = {name: assets[name] for name in OF_ASSETS if name in assets}
    return columns if works is None else columns | {name: works[name] for name in OF_WORKS}


def _all_on(classes: AssetClasses, filters: Mapping[str, Any]) -> AssetClasses:
    """The classes with all their layers on where some were asked for, else as the report opens."""
    rows: tuple[AssetClass, ...] = classes.rows
    return AssetClasses(tuple(replace(row, shown_first=True) for row in rows) if filters else rows)


def _about(shown: int, every: int, filters: Mapping[str, Any]) -> str:
    words = words_of(filters)
    of_all = f"{number(shown)} of " if shown < every else ""
    return f"{of_all}{plural(every, 'asset')}{': ' if words else ''}{words}."


def _nowhere(about: str) -> ConfigError:
    return ConfigError([Fault("explore", 0, "", "", f"there is no map, for none has a location: {about}")])


def _explored(title: str, about: str, payload: Payload, panel: Mapping[str, Any]) -> ExploreMap:
    """The page of a map."""
    body: Markup = render("explore.html", PACKAGE, about=about, **panel)
    styles = [asset_text("report.css"), asset_text("explore.css", PACKAGE)]
    scripts = [asset_text(name) for name in ("live.js", *SCRIPTS)] + [asset_text("explore.js", PACKAGE)]
    figure = ReportFigure(title, body, styles, scripts, {PACKET_ID: packet_text(payload.packet)})
    panel["live"].add_to(figure)
    return ExploreMap(title, about, figure.render())
