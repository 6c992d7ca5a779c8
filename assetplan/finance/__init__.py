"""The envelope and where it comes from."""

from assetplan.finance.envelope import Limits, in_first_year_prices, limits, line_labels, published_profile

__all__ = ["Limits", "in_first_year_prices", "limits", "line_labels", "published_profile"]
