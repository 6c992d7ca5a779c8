"""A plan file of the case for investment in full: approved profile, sources, borrowing, income and limits."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from assetplan.asset_classes import CARRIAGEWAY
from assetplan.finance import line_labels
from assetplan.reference import load_table

_TEXT = """\
# The case for investment in full: the programme and what is borrowed for it are chosen together.
# Every key is in docs/plan-file.md; what is left out takes its default. All money is cash, £m.

name = {name}
register = "register.gpkg"
first_year = 2019      # financial year that begins in April of this year
years = 5

# The approved profile: what each line spends in a year today, and what was approved beside it. {origin}
[envelope]
unit = "£m"
prices = "cash"
inflation = {inflation}       # of construction prices: what a pound buys less of each year

[envelope.current]
{current}

# Property is a range, not a survey: the plan chooses within it.
[envelope.additional]
{additional}

# How far a line may leave its approved money: half of it unspent, a tenth beside it.
[envelope.below]
default = 0.5

[envelope.above]
default = 0.1

# Who pays, borrowing last. These sources are invented; together they come to about today's spend.
{sources}
# Loans of 30 years, and the council's own cash, which then earns nothing. How much is drawn is for the plan to find.
[[borrowing]]
name = "Public Works Loan Board"
rate = {rate}
years = {term}
method = "eip"

[[borrowing]]
name = "Own cash"
type = "internal"
rate = {yield_}
years = {term}

# Extra council tax from homes of the growth deal, of which three years are confirmed.
[tax_base]
base = {base}
growth = {growth}
homes = [{homes}]
band_d = [{band_d}]
band_d_growth = {band_d_growth}
confirmed = 2022

# The council's debt without this plan, and its limits. The limits and today's debt are published, the rest is invented.
[treasury]
{treasury}

[[medium_term]]
reference = "SURVEYS"
type = "P"
detail = "Condition surveys, from the reactive budget"
amounts = [{surveys}]

# What the paper prints of its debt, to be set beside the arithmetic.
{printed}
# Who releases money. The council's own; only the key decision is published.
[[gates]]
name = "Officer group"

[[gates]]
name = "Programme board"
above = {board}

[[gates]]
name = "Cabinet"
above = {key_decision}

[solver]
target_gap = {gap}

[report]
title = {title}
note = {note}
"""


def borrowing_text(share: float, site: str, districts: Sequence[str], *, title: str, note: str) -> str:
    """Text of a plan whose drawdown is chosen with its programme, for the example county.

    Parameters
    ----------
    share : float
        Part of the published county's money (above 0); its limits stay as they are for a whole one.
    site : str
        Growth site that contributes.
    districts : sequence of str
        Where its contribution may be spent.
    title, note : str
        What its report says at the top.
    """
    known = _Figures(share)
    published = load_table("published_tax_base").iloc[1:]
    before = load_table("published_tax_base").iloc[0]
    loan = load_table("published_debt").iloc[-1]
    return _TEXT.format(
        name=_quoted("Case for investment, with borrowing"),
        origin="" if share == 1 else f"Published, times {share:g}.",
        inflation=known.rate("construction_inflation"),
        current=_current(known),
        additional=_additional(known),
        sources=_sources(known, site, districts),
        rate=f"{loan['rate']:g}",
        term=int(loan["years"]),
        yield_=known.printed["investment_rate"],
        base=f"{before['taxbase'] * share:.10g}",
        growth=published["growth"].iloc[0],
        homes=", ".join(f"{homes * share:.10g}" for homes in published["homes"]),
        band_d=", ".join(f"{tax:g}" for tax in published["band_d"].dropna()),
        band_d_growth=published["band_d_growth"].dropna().iloc[0],
        treasury=_treasury(known),
        surveys=", ".join([known.money(known.printed["surveys"])] * 5),
        printed=_printed(),
        board=known.one("programme_board"),
        key_decision=known.money(known.printed["key_decision"]),
        gap="3e-4" if share >= 0.5 else "3e-3",
        title=_quoted(title),
        note=_quoted(note),
    )


class _Figures:
    """The figures of the example, scaled to its share of the county."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.invented = load_table("example_finance").set_index("name")["amounts"].astype(str)
        self.printed = load_table("published_money").set_index("name")["value"]

    def money(self, millions: float) -> str:
        """Its share of an amount."""
        return f"{millions * self.share:.10g}"

    def one(self, name: str) -> str:
        """Its share of an invented amount."""
        return self.money(float(self.invented[name]))

    def list(self, name: str) -> str:
        """Its share of invented amounts by year."""
        return f"[{', '.join(self.money(float(amount)) for amount in self.invented[name].split())}]"

    def rate(self, name: str) -> str:
        """An invented rate, whatever the share."""
        return str(self.invented[name])


def _lines() -> list[tuple[str, pd.DataFrame]]:
    return [(str(line), rows) for line, rows in load_table("published_profile").groupby("line", sort=False)]


def _current(known: _Figures) -> str:
    width, labels = max(len(line) for line, _ in _lines()), line_labels()
    return "\n".join(
        f"{line.ljust(width)} = {known.money(rows['current_m'].iloc[0])}  # {labels[line]}" for line, rows in _lines()
    )


def _additional(known: _Figures) -> str:
    width = max(len(line) for line, _ in _lines())
    out = []
    for line, rows in _lines():
        amounts = f"[{', '.join(known.money(amount) for amount in rows['additional_m'])}]"
        if line == "property":
            low, high = (
                f"[{', '.join([known.money(known.printed[f'property_need_{side}'] / len(rows))] * len(rows))}]"
                for side in ("low", "high")
            )
            amounts = f"{{ low = {low}, high = {high} }}"
        out.append(f"{line.ljust(width)} = {amounts}")
    return "\n".join(out)


def _sources(known: _Figures, site: str, districts: Sequence[str]) -> str:
    roads = [line for line, _ in _lines() if line != "property"]
    rows: list[dict[str, str]] = [
        {"name": _quoted("Maintenance grant"), "type": '"grant"', "amounts": known.list("maintenance_grant"),
         "line": json.dumps(roads)},
        {"name": _quoted("Revenue contribution"), "type": '"revenue"', "amounts": known.list("revenue")},
        {"name": _quoted("Depot, contracts exchanged"), "type": '"receipt"', "stage": '"exchanged"',
         "amounts": known.list("receipt_exchanged")},
        {"name": _quoted("Old offices, on the market"), "type": '"receipt"', "stage": '"marketed"',
         "amounts": known.list("receipt_marketed"), "line": '"property"'},
        {"name": _quoted("Developer's contribution"), "type": '"contribution"', "site": _quoted(site),
         "purpose": _quoted("roads that lead there"), "amounts": known.list("contribution"),
         "asset_class": json.dumps(CARRIAGEWAY), "district": json.dumps(list(districts), ensure_ascii=False)},
        {"name": _quoted("Highways reserve"), "type": '"reserve"', "balance": known.one("reserve_balance"),
         "amounts": "[0, 0, 0, 0, 0]", "committed": known.list("reserve_committed")},
    ]  # fmt: skip
    return "".join(_table("sources", row) for row in rows)


def _treasury(known: _Figures) -> str:
    rows = {"external_debt": known.list("external_debt")}
    rows |= {name: known.money(known.printed[name]) for name in ("operational_boundary", "authorised_limit")}
    rows |= {name: known.one(name) for name in ("cfr", "mrp", "interest", "investment_income", "net_revenue")}
    rows |= {"financing_ratio": known.rate("financing_ratio"), "investments": known.one("investments")}
    rows["internal_share"] = f"{known.printed['internal_share']:g}"
    return "\n".join(f"{name} = {value}" for name, value in rows.items())


def _printed() -> str:
    rows = load_table("published_debt").to_dict("records")
    return "".join(
        _table(
            "printed",
            {
                "name": _quoted(f"£{row['principal'] / 1e6:g}m"), "principal": f"{row['principal'] / 1e6:g}",
                "rate": f"{row['rate']:g}", "years": str(row["years"]), "mean": f"{row['mean_a_year'] / 1e6:g}",
                "total": f"{row['total'] / 1e6:g}",
            },
        )
        for row in rows
    )  # fmt: skip


def _table(name: str, row: dict[str, str]) -> str:
    return f"[[{name}]]\n" + "".join(f"{key} = {value}\n" for key, value in row.items()) + "\n"


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which no name holds.
    return json.dumps(text, ensure_ascii=False)
