"""The result of a plan: frozen, checks itself, reads and writes its folder."""

from assetplan.programme.files import read_programme
from assetplan.programme.publishing import publish
from assetplan.programme.result import Programme
from assetplan.programme.statements import fill_statements, fill_tables, write_statements
from assetplan.programme.strategies import Strategies, StrategiesFile
from assetplan.programme.summary import Summary
from assetplan.programme.writing import REPORT

__all__ = [
    "REPORT",
    "Programme",
    "Strategies",
    "StrategiesFile",
    "Summary",
    "fill_statements",
    "fill_tables",
    "publish",
    "read_programme",
    "write_statements",
]
