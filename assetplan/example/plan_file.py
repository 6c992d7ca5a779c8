"""The plan file of the example: TOML with comments for the engineer who opens it."""

from __future__ import annotations

from assetplan.example.figures import Figures
from assetplan.example.money import envelope
from assetplan.reference import load_table

_HEAD = """\
# A capital plan for {county}: what is owned, what may be spent, what counts as good.
# Try it:   assetplan plan plan.toml -o out
# Change a figure, run it again into another folder, and see what that bought: assetplan compare out out2
# {county} is invented, as is everything in its register; the money and the lengths are those of a real case.

name = "Case for investment, {years}"
register = "register.gpkg"  # beside this file; validate it with: assetplan validate plan.toml
first_year = {first}         # financial year {first}/{next}, and so on
years = {count}

[envelope]
# The approved profile of the case for investment of an English county (September 2018): current spend and the
# additional money together, one amount for each year.
{scaled}# The optimiser moves nothing between lines or years: each amount is a limit.
unit = "£m"
prices = "real"  # prices of {first}; "cash" is money of each year, deflated by `inflation` (a share a year)

[envelope.lines]
"""

_TAIL = """
[benefit]
# "npv": pounds saved against doing nothing, discounted as the Treasury's Green Book says.
# "condition": how much better things get, weighted by what they are worth.
measure = "npv"
streams = ["works", "reactive", "claims", "risk", "user"]  # leave some out to see what they carry
horizon = 60  # years over which whole-life cost is followed

[strategies]
max_treatments = 2  # of one asset within the plan: seal now and overlay later, say
min_interval = 3    # years between them

[solver]
target_gap = 0.0001  # stop once proven to be within 0.01 % of the best there can be
time_limit = 120     # seconds

[report]
title = "Capital plan {years}"
authority = "{county} County Council"
note = "Synthetic data: an invented county with published lengths, values and budgets."

# Your own tables in place of the packaged ones, as paths beside this file:
# [tables]
# groups = "our_groups.csv"          # how each kind of asset decays, and what it costs to replace
# treatments = "our_treatments.csv"  # what can be done, when, for how much
"""


def plan_text(figures: Figures, county: str) -> str:
    """Write the plan file.

    Parameters
    ----------
    figures : Figures
        Size of the county: the small one gets its share of the money, by carriageway length.
    county : str
        The county's name; letters, digits, spaces and apostrophes.

    Returns
    -------
    str
        TOML that `assetplan.config.read_plan` reads.
    """
    money = envelope(figures)
    years = sorted(int(year) for year in money["year"].unique())
    scaled = ""
    if figures.share != 1:
        scaled = (
            f"# This county has {figures.share:.0%} of that one's carriageway length, so every amount is the\n"
            f"# published one times {figures.share:g}.\n"
        )
    span = f"{years[0]} to {years[-1] + 1}"
    head = _HEAD.format(
        county=county, years=span, first=years[0], next=f"{(years[0] + 1) % 100:02d}", count=len(years), scaled=scaled
    )
    return head + _lines(figures) + _TAIL.format(years=span, county=county)


def _lines(figures: Figures) -> str:
    """One row for each line, amounts in columns, with what it is for."""
    money, published = envelope(figures), load_table("published_profile")
    wide = max(len(line) for line in money["line"])
    out = []
    for line, rows in money.groupby("line", sort=False):
        amounts = ", ".join(f"{amount:g}" for amount in rows.sort_values("year")["amount"])
        now = published.loc[published["line"] == line, "current_m"].iloc[0] * figures.share
        out.append(f"{line:<{wide}} = [{amounts}]  # {rows['label'].iloc[0]}; {now:g} a year of it current spend")
    return "\n".join(out) + "\n"
