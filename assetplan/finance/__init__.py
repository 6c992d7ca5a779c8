"""The envelope, where it comes from, what borrowing costs, and the statements that a treasurer reads."""

from assetplan.finance.borrowing import Charges, by_draw, by_year, charges, vintages
from assetplan.finance.envelope import (
    EnvelopeLimits,
    LineLabels,
    in_first_year_prices,
    limits,
    line_labels,
    price_of_years,
    published_profile,
)
from assetplan.finance.late import late_multiple, late_multiple_table
from assetplan.finance.loans import loan_schedule, mrp_schedule
from assetplan.finance.medium_term import (
    CouncilLines,
    MediumTermLine,
    change_to_base,
    cumulative_table,
    medium_term_table,
    one_off_line,
    recurring_line,
    savings_apart_table,
)
from assetplan.finance.printed import check_printed
from assetplan.finance.sources import money_of, probability_of, reserve_left, stages
from assetplan.finance.statement import CASH, Statement, real
from assetplan.finance.tax_base import printed_tax_base, tax_base_income, tax_base_table
from assetplan.finance.treasury import Ceiling, IncomeByYear, ceilings, horizon, income_by_year
from assetplan.finance.valuation import valuation, valuation_table

__all__ = [
    "CASH",
    "Ceiling",
    "Charges",
    "CouncilLines",
    "EnvelopeLimits",
    "IncomeByYear",
    "LineLabels",
    "MediumTermLine",
    "Statement",
    "by_draw",
    "by_year",
    "ceilings",
    "change_to_base",
    "charges",
    "check_printed",
    "cumulative_table",
    "horizon",
    "in_first_year_prices",
    "income_by_year",
    "late_multiple",
    "late_multiple_table",
    "limits",
    "line_labels",
    "loan_schedule",
    "medium_term_table",
    "money_of",
    "mrp_schedule",
    "one_off_line",
    "price_of_years",
    "printed_tax_base",
    "probability_of",
    "published_profile",
    "real",
    "recurring_line",
    "reserve_left",
    "savings_apart_table",
    "stages",
    "tax_base_income",
    "tax_base_table",
    "valuation",
    "valuation_table",
    "vintages",
]
