"""The envelope, where it comes from, and what borrowing costs."""

from assetplan.finance.borrowing import Charges, by_year, charges, vintages
from assetplan.finance.envelope import Limits, in_first_year_prices, limits, line_labels, published_profile
from assetplan.finance.loans import loan_schedule, mrp_schedule
from assetplan.finance.sources import money_of, probability_of, reserve_left
from assetplan.finance.tables import CASH, Table, financial_year, real
from assetplan.finance.treasury import Ceiling, Income, ceilings, horizon, income_by_year

__all__ = [
    "CASH",
    "Ceiling",
    "Charges",
    "Income",
    "Limits",
    "Table",
    "by_year",
    "ceilings",
    "charges",
    "financial_year",
    "horizon",
    "in_first_year_prices",
    "income_by_year",
    "limits",
    "line_labels",
    "loan_schedule",
    "money_of",
    "mrp_schedule",
    "probability_of",
    "published_profile",
    "real",
    "reserve_left",
    "vintages",
]
