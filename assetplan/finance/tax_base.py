"""What homes beyond the medium-term plan bring in council tax: by year, to date, confirmed and forecast."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

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
) -> pd.DataFrame:
    """Extra council tax from homes beyond those that the medium-term plan (MTFP) counts on.

    Source: the rule that reproduces a county's growth-deal table, ``published_tax_base.csv``. Growth below the plan's
    gives a negative increment, which lowers the income of that year and of every year after; confirmed income then
    falls too, and may be below zero. Once the confirmed years end, confirmed income stays at its last level: that
    Band D or the homes go on rising is forecast until it is confirmed.

    Parameters
    ----------
    base : float; tax base of the year before the first [band D homes, above 0]
    growth : float
        Growth of the base that the medium-term plan has in it [share a year, above −1]; the base is never rounded.
    homes : sequence of float; homes added in each year, those of the plan among them [band D homes]
    band_d : sequence of float
        Council tax of a band D home in the first year and, as far as it is known, in those after [£, above 0].
    band_d_growth : float; its growth in the years for which it is not given [share a year, above −1]
    first_year : int; calendar year in which the first financial year begins
    confirmed_to : int, optional; last year whose homes and Band D are confirmed; None where none is
    sensitivity : float; share of the tax base by which income is tested [0 to 1]

    Returns
    -------
    DataFrame
        One row a year: year; mtfp_base and mtfp_growth (homes in the plan), unrounded; homes; extra (homes − those in
        the plan); band_d [£]; increment, what the year adds [£]: extra × Band D; cumulative [£]: extra homes to date ×
        Band D of the year, so more than the increments to date where Band D has risen; confirmed (bool);
        confirmed_income and forecast_income [£], which add to cumulative; swing [£]: what ± `sensitivity` of the
        year's base moves; low and high: cumulative less and plus swing.

    Raises
    ------
    ValueError
        A figure is out of range, or there are more years of Band D than of homes.

    Notes
    -----
    The county printed ±0.25 % of base as £0.9m: the swing of 2019/20, £0.925m. It printed 1 % of council tax as £3.3m:
    no year of this table gives that (1 % of base × Band D is £3.70m in 2019/20), nor do the two printed figures agree
    with each other, a quarter of £3.3m being £0.825m.
    """
    _check(base, growth, homes, band_d, band_d_growth, sensitivity)
    n = len(homes)
    bases = base * (1 + growth) ** np.arange(n + 1)
    in_plan = growth * bases[:-1]
    extra = np.asarray(homes, dtype=float) - in_plan
    rise = (1 + band_d_growth) ** np.arange(1, n - len(band_d) + 1)
    rates = np.concatenate([np.asarray(band_d, dtype=float), band_d[-1] * rise])
    cumulative = extra.cumsum() * rates
    years = first_year + np.arange(n)
    sure = np.zeros(n, dtype=bool) if confirmed_to is None else years <= confirmed_to
    confirmed_income = np.where(sure, cumulative, cumulative[sure][-1] if sure.any() else 0.0)
    swing = sensitivity * bases[1:] * rates
    return pd.DataFrame(
        {
            "year": years,
            "mtfp_base": bases[1:],
            "mtfp_growth": in_plan,
            "homes": np.asarray(homes, dtype=float),
            "extra": extra,
            "band_d": rates,
            "increment": extra * rates,
            "cumulative": cumulative,
            "confirmed": sure,
            "confirmed_income": confirmed_income,
            "forecast_income": cumulative - confirmed_income,
            "swing": swing,
            "low": cumulative - swing,
            "high": cumulative + swing,
        }
    )


def tax_base_table(frame: pd.DataFrame, unit: str = "£000") -> Statement:
    """The statement of what `tax_base_income` returns; forecast, low and high are sums of rounded figures beside them.

    Raises
    ------
    ValueError
        The unit is none of "£", "£000" and "£m".
    """
    cumulative, confirmed, swing = (in_steps(frame[name], unit) for name in ("cumulative", "confirmed_income", "swing"))
    rows = pd.DataFrame(
        {
            "year": [financial_year(int(year)) for year in frame["year"]],
            "mtfp_base": frame["mtfp_base"].round(1),
            "mtfp_growth": frame["mtfp_growth"].round(1),
            "homes": frame["homes"].round(1),
            "extra": frame["extra"].round(1),
            "band_d": frame["band_d"].round(2),
            "increment": printed(in_steps(frame["increment"], unit), unit),
            "cumulative": printed(cumulative, unit),
            "confirmed": np.where(frame["confirmed"], "yes", "no"),
            "confirmed_income": printed(confirmed, unit),
            "forecast_income": printed(cumulative - confirmed, unit),
            "swing": printed(swing, unit),
            "low": printed(cumulative - swing, unit),
            "high": printed(cumulative + swing, unit),
        }
    )
    note = (
        "Increment is what the year's extra homes add. Cumulative is all extra homes to date at the Band D of the year "
        "(in £ a home), so it is more than the increments to date where Band D has risen. Confirmed income stays at "
        "its last level once the confirmed years end; only it may bear debt. Swing: what the tested share of the "
        "year's tax base moves."
    )
    return declared("tax_base").table(rows, CASH, note, unit)


def _check(
    base: float,
    growth: float,
    homes: Sequence[float],
    band_d: Sequence[float],
    band_d_growth: float,
    sensitivity: float,
) -> None:
    faults = []
    if not (np.isfinite(base) and base > 0):
        faults.append(f"the tax base is {base}; it must be a number above 0")
    for name, rate in (("growth of the tax base", growth), ("growth of Band D", band_d_growth)):
        if not (np.isfinite(rate) and rate > -1):
            faults.append(f"the {name} is {rate}; it must be a share above −1")
    if not len(homes) or not np.isfinite(np.asarray(homes, dtype=float)).all():
        faults.append("homes must be a number for each year, one year at least")
    tax = np.asarray(band_d, dtype=float)
    if not len(tax) or not (np.isfinite(tax) & (tax > 0)).all():
        faults.append("Band D must be a number above 0, for the first year at least")
    if len(tax) > len(homes):
        faults.append(f"Band D is given for {len(tax)} years, homes for {len(homes)}")
    if not 0 <= sensitivity <= 1:
        faults.append(f"the sensitivity is {sensitivity}; it must be a share from 0 to 1")
    if faults:
        raise ValueError("; ".join(faults))
