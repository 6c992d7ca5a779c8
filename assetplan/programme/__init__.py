"""The result of a plan: frozen, checks itself, reads and writes its folder."""

from assetplan.programme.files import read_programme
from assetplan.programme.result import Programme
from assetplan.programme.statements import statement_files, write_statements
from assetplan.programme.strategies import Strategies, StrategiesFile
from assetplan.programme.summary import Summary
from assetplan.programme.writing import FILES

__all__ = [
    "FILES",
    "Programme",
    "Strategies",
    "StrategiesFile",
    "Summary",
    "read_programme",
    "statement_files",
    "write_statements",
]
