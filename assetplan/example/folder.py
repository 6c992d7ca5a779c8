"""The example on disk: a folder with a register and a plan, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from assetplan.example.county import make_county
from assetplan.example.figures import Figures, figure, load_figures
from assetplan.example.plan_file import budget_lines, plan_text, templates
from assetplan.example.records import RECORDS, SAVINGS, TESTS, records
from assetplan.inputs.claims import published_claims
from assetplan.output import new_folder, refuse_existing
from assetplan.reference import load_table
from assetplan.register import Register
from assetplan.register.files import write_register

FILES = ("register.gpkg", "plan.toml", "borrowing.toml", *RECORDS)
"""Files of an example that a user has a use for."""


def write_example(folder: str | os.PathLike[str], size: str = "small", seed: int = 1, force: bool = False) -> Path:
    """Write the example county: `register.gpkg`, `plan.toml` and `borrowing.toml`, and the records of its council.

    The first plan has an envelope as it is, statutory tests, sales and the registers of risks and indicators; in the
    second what is borrowed is chosen with the programme.

    Parameters
    ----------
    folder : path
        Folder to make; it appears only when complete.
    size : str; "small" (a tenth of a county) or "county"
    seed : int
        The same seed gives the same bytes; 0 or above.
    force : bool
        Replace the folder if it is there already. Only a folder that holds an example, or nothing, is replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputExistsError
        The folder exists and `force` is not given, or it holds what no example does.
    ValueError
        The size is unknown or the seed negative.
    """
    target = Path(folder)
    refuse_existing(target, force, folder=True)
    register = make_county(size, seed)
    county, figures = f"{register.places['name'].iloc[0]}shire", load_figures(size)
    texts = {FILES[1]: _plan(county, figures), FILES[2]: _borrowing(county, figures, register)}
    with new_folder(target, force) as draft:
        write_register(register, draft / FILES[0])
        for name, text in (texts | records(register, figures, seed)).items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
    return target


def _plan(county: str, figures: Figures) -> str:
    """The plan's text: the published envelope, or this county's share of it."""
    origin = "The approved profile of the case for investment of an English county, September 2018: current spend and"
    origin += " additional money together."
    if figures.share != 1:
        origin += (
            f" This county has {figures.share:.0%} of that one's carriageway, so each amount is the published one"
            f" times {figures.share:g}."
        )
    return plan_text(
        "Case for investment",
        "register.gpkg",
        figures.share,
        origin,
        title=f"{county} capital plan",
        counts={"potholes": figures.count("potholes"), **_claims(figures)},
        sites=_sites(figures),
        tables={"statutory_tests": TESTS, "energy_savings": SAVINGS},
        property_half={name: figure(name) for name in ("electricity_price", "gas_price", "virement")},
        note=f"{county} is invented: roads, places and people are synthetic; total lengths, values and money are real.",
    )


def _sites(figures: Figures) -> int | None:
    """Sites a year that a county lets; so few schemes are had in a small one that such a limit would be about each."""
    return figures.count("sites_a_year") if figures.share == 1 else None


def _claims(figures: Figures) -> dict[str, float]:
    """The published county's claims, or this one's share of them, as the plan file states them."""
    claims, base = published_claims()
    return {
        "count": max(1, round(claims.count * figures.share)),
        "repudiated": claims.repudiated,
        "mean_paid": round(claims.mean_paid),
        "large_paid": round(claims.large_paid * figures.share),
        "price_base": base,
    }


def _borrowing(county: str, figures: Figures, register: Register) -> str:
    """The plan that borrows; the largest growth site contributes to the roads of the district it lies in."""

    def money(millions: float | str) -> str:
        return f"{float(millions) * figures.share:.10g}"

    def amounts(by_year: str | Iterable[float]) -> str:
        return f"[{', '.join(money(each) for each in (by_year.split() if isinstance(by_year, str) else by_year))}]"

    sites = register.places[register.places["kind"] == "growth site"]
    site = sites.loc[sites["homes"].idxmax()]
    lies = register.districts.geometry.distance(site.geometry).idxmin()
    profile = load_table("published_profile").groupby("line", sort=False)
    lines = budget_lines([str(line) for line, _ in profile])
    for line in lines:
        rows = profile.get_group(line["name"])
        line |= {"current": rows["current_m"].iloc[0], "additional": rows["additional_m"].tolist()}
    tax_base = load_table("published_tax_base")
    scaled = templates().overlay()
    scaled.filters = scaled.filters | {"money": money, "amounts": amounts}
    return scaled.get_template("borrowing.toml").render(
        share=figures.share,
        lines=lines,
        invented=load_table("example_finance").astype(str).set_index("name")["amounts"],
        printed=load_table("published_money").set_index("name")["value"],
        loans=load_table("published_debt").to_dict("records"),
        tax_base=tax_base.to_dict("records"),
        totals=load_table("published_totals").to_dict("records"),
        reserves=_capital_reserves(),
        maturity=load_table("published_maturity").to_dict("records"),
        band_d=[f"{tax:g}" for tax in tax_base["band_d"].iloc[1:].dropna()],
        band_d_growth=tax_base["band_d_growth"].iloc[1:].dropna().iloc[0],
        site=site["name"],
        districts=[register.districts.loc[lies, "name"]],
        county=county,
        sites=_sites(figures),
    )


def _capital_reserves() -> dict[str, float | list[float]]:
    """The published capital reserves when the plan begins, and what goes in and out in its five years (£m)."""
    table = load_table("published_reserves").query("reserve == 'capital'").set_index("year")["balance"]
    known = table.reindex(range(2019, 2025)).ffill()
    moved = known.diff().iloc[1:].round(9)
    return {
        "balance": float(known.iloc[0]),
        "paid_in": moved.clip(lower=0).tolist(),
        "committed": ((-moved).clip(lower=0) + 0.0).tolist(),
    }
