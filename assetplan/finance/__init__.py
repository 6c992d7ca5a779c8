"""The envelope, where it comes from, and what borrowing costs."""

from assetplan.finance.envelope import Limits, in_first_year_prices, limits, line_labels, published_profile
from assetplan.finance.loans import loan_schedule, mrp_schedule

__all__ = [
    "Limits",
    "in_first_year_prices",
    "limits",
    "line_labels",
    "loan_schedule",
    "mrp_schedule",
    "published_profile",
]
