"""The frozen plan configuration, read from TOML. Unknown keys are refused; what is left out takes its default."""

from assetplan.config.added import AddedLimit, accept_table
from assetplan.config.base import Funder, PlaceSelector, WorksSelector
from assetplan.config.bids import Bid, Contingency, Disposals, Receipts, Sale
from assetplan.config.changes import vary
from assetplan.config.choices import Forbid, Lock, Require, Scheme, Target
from assetplan.config.delivery import CalendarEntry, Crew, Embargo
from assetplan.config.envelope import Envelope, Limit, Source
from assetplan.config.finance import Borrowing, Gate, IncomeLine, Treasury
from assetplan.config.plan import Plan, TableFiles
from assetplan.config.read import make_plan, read_plan, read_table_files

__all__ = [
    "AddedLimit",
    "Bid",
    "Borrowing",
    "CalendarEntry",
    "Contingency",
    "Crew",
    "Disposals",
    "Embargo",
    "Envelope",
    "Forbid",
    "Funder",
    "Gate",
    "IncomeLine",
    "Limit",
    "Lock",
    "PlaceSelector",
    "Plan",
    "Receipts",
    "Require",
    "Sale",
    "Scheme",
    "Source",
    "TableFiles",
    "Target",
    "Treasury",
    "WorksSelector",
    "accept_table",
    "make_plan",
    "read_plan",
    "read_table_files",
    "vary",
]
