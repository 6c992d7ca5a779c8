"""An invented county: the register a council would keep, with a plan beside it, for trying everything out."""

from assetplan.example.county import make_county
from assetplan.example.figures import SIZES
from assetplan.example.folder import write_example
from assetplan.example.plan_file import init_plan, published_length

__all__ = ["SIZES", "init_plan", "make_county", "published_length", "write_example"]
