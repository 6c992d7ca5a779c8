"""Rolling a plan forward: last year's plan, as its programme turned out, becomes this year's start."""

from assetplan.rolling.roll import REGISTER, Rolled, last_past_year, roll
from assetplan.rolling.toml import toml_text

__all__ = ["REGISTER", "Rolled", "last_past_year", "roll", "toml_text"]
