"""What a council would do without an optimiser: rules of thumb, and the comparison of a choice with them."""

from assetplan.baselines.comparison import Baselines
from assetplan.baselines.rules import incremental_benefit_cost, worst_first, year_by_year

__all__ = ["Baselines", "incremental_benefit_cost", "worst_first", "year_by_year"]
