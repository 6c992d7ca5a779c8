"""What homes beyond the medium-term plan bring in council tax: by year, to date, confirmed and forecast."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

import numpy as np
import pandas as pd

from assetplan._types import Floats
from assetplan.config.finance import PrintedTaxBase
from assetplan.finance.rounding import in_steps, printed
from assetplan.finance.statement import CASH, Statement, declared
from assetplan.words import financial_year


def tax_base_income(
    base: float,
    growth: float,
    homes: Sequence[float],
    band_d: Sequence[float],
    band_d_growth: float,
    first_year: int,
    confirmed_to: int | None = None,
    sensitivity: float = 0.0025,
    extra_before: float = 0.0,
) -> pd.DataFrame:
    """Extra council tax from homes beyond those that the medium-term plan (MTFP) counts on.

    Source: the rule that reproduces a county's growth-deal table, ``published_tax_base.csv`` (docs/method.md).

    Parameters
    ----------
    base : float; tax base of the year before the first [band D homes, above 0]
    growth : float; growth of the base that the medium-term plan has in it [share a year, above −1]
    homes : sequence of float; homes added in each year, those of the plan among them [band D homes]
    band_d : sequence of float; council tax of a band D home in the first year and those after, as far as known [£]
    band_d_growth : float; its growth in the years for which it is not given [share a year, above −1]
    first_year : int; calendar year in which the first financial year begins
    confirmed_to : int, optional; last year whose homes and Band D are confirmed; None where none is
    sensitivity : float; share of the tax base by which income is tested [0 to 1]
    extra_before : float; homes beyond those of the plan that came before the first year, and are there [band D homes]

    Returns
    -------
    DataFrame
        By year: mtfp_base and mtfp_growth (homes in the plan), unrounded; extra (homes − those in the plan); increment:
        extra × Band D [£]; cumulative: extra homes to date, those before among them, × Band D of the year, the sum of
        confirmed_income and forecast_income [£]; swing: what ± `sensitivity` of the base moves [£]; low and high:
        cumulative ∓ swing [£].

    Raises
    ------
    ValueError
        A figure is out of range, or there are more years of Band D than of homes.
    """
    added, known = np.asarray(homes, dtype=float), np.asarray(band_d, dtype=float)
    _check(base, growth, added, known, band_d_growth, sensitivity)
    n = len(added)
    bases = base * (1 + growth) ** np.arange(n + 1)
    in_plan, years = growth * bases[:-1], first_year + np.arange(n)
    extra = added - in_plan
    rates = np.concatenate([known, known[-1] * (1 + band_d_growth) ** np.arange(1, n - len(known) + 1)])
    table = pd.DataFrame({"year": years, "mtfp_base": bases[1:], "mtfp_growth": in_plan, "homes": added})
    cumulative, swing = (extra_before + extra.cumsum()) * rates, sensitivity * bases[1:] * rates
    table = table.assign(extra=extra, band_d=rates, increment=extra * rates, cumulative=cumulative)
    sure = np.zeros(n, dtype=bool) if confirmed_to is None else years <= confirmed_to
    confirmed = np.where(sure, cumulative, cumulative[sure][-1] if sure.any() else extra_before * rates[0])
    table = table.assign(confirmed=sure, confirmed_income=confirmed, forecast_income=cumulative - confirmed)
    return table.assign(swing=swing, low=cumulative - swing, high=cumulative + swing)


def tax_base_table(frame: pd.DataFrame, unit: str = "£000") -> Statement:
    """The statement of what `tax_base_income` returns; forecast, low and high are sums of rounded figures beside them.

    Raises
    ------
    ValueError
        The unit is none of "£", "£000" and "£m".
    """
    cumulative, confirmed, swing = (in_steps(frame[name], unit) for name in ("cumulative", "confirmed_income", "swing"))
    steps = {
        "increment": in_steps(frame["increment"], unit), "cumulative": cumulative, "confirmed_income": confirmed,
        "forecast_income": cumulative - confirmed, "swing": swing,
        "low": cumulative - swing, "high": cumulative + swing,
    }  # fmt: skip
    rows = frame.round({"mtfp_base": 1, "mtfp_growth": 1, "homes": 1, "extra": 1, "band_d": 2}).assign(
        year=[financial_year(int(year)) for year in frame["year"]],
        confirmed=np.where(frame["confirmed"], "yes", "no"),
        **{name: printed(values, unit) for name, values in steps.items()},
    )
    note = (
        "Increment is what the year's extra homes add. Cumulative is all extra homes to date at the Band D of the year "
        "(in £ a home), so it is more than the increments to date where Band D has risen. Confirmed income stays at "
        "its last level once the confirmed years end; only it may bear debt. Swing: what the tested share of the "
        "year's tax base moves."
    )
    return declared("tax_base").table(rows, CASH, note, unit)


def printed_tax_base(frame: pd.DataFrame, printed_rows: Sequence[PrintedTaxBase]) -> Statement:
    """What papers print of the tax base, beside what their years add up to and what the rule gives.

    Parameters
    ----------
    frame : DataFrame; what `tax_base_income` returned
    printed_rows : sequence of PrintedTaxBase; years and totals as printed

    Returns
    -------
    Statement
        "printed_tax_base": one row a printed year and one a printed total; `adds_up_to` is the sum of the printed
        years, `difference` is computed less printed. Homes, or £000 cash.
    """
    rows: list[dict[str, object]] = []
    for row in printed_rows:
        known = frame[row.of].to_numpy(dtype=float) / (1e3 if row.of == "increment" else 1.0)
        of: dict[str, object] = {"what": row.name, "unit": "£000" if row.of == "increment" else "homes"}
        years = zip(frame["year"], row.amounts, known, strict=False)
        rows += [_beside(of | {"year": financial_year(int(year))}, shown, np.nan, mine) for year, shown, mine in years]
        adds = fsum(row.amounts) if row.amounts else np.nan
        rows.append(_beside(of | {"year": "total"}, row.total, adds, float(known.sum())))
    note = (
        "Adds up to: the sum of the years as they are printed. Computed: by the rule of the statement of extra council "
        "tax; a difference is computed less printed."
    )
    return declared("printed_tax_base").table(pd.DataFrame(rows), CASH, note)


def _beside(of: dict[str, object], shown: float, adds: float, mine: float) -> dict[str, object]:
    figures = {"printed": shown, "adds_up_to": adds, "computed": mine, "difference": mine - shown}
    return of | {name: round(value, 1) + 0.0 for name, value in figures.items()}


def _check(base: float, growth: float, homes: Floats, tax: Floats, tax_growth: float, sensitivity: float) -> None:
    faults = []
    if not (np.isfinite(base) and base > 0):
        faults.append(f"the tax base is {base}; it must be a number above 0")
    for name, rate in (("growth of the tax base", growth), ("growth of Band D", tax_growth)):
        if not (np.isfinite(rate) and rate > -1):
            faults.append(f"the {name} is {rate}; it must be a share above −1")
    if not len(homes) or not np.isfinite(homes).all():
        faults.append("homes must be a number for each year, one year at least")
    if not len(tax) or not (np.isfinite(tax) & (tax > 0)).all():
        faults.append("Band D must be a number above 0, for the first year at least")
    if len(tax) > len(homes):
        faults.append(f"Band D is given for {len(tax)} years, homes for {len(homes)}")
    if not 0 <= sensitivity <= 1:
        faults.append(f"the sensitivity is {sensitivity}; it must be a share from 0 to 1")
    if faults:
        raise ValueError("; ".join(faults))
