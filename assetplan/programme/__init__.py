"""The result of a plan: frozen, checks itself, reads and writes its folder."""

from assetplan.programme.files import FILES, read_programme
from assetplan.programme.result import Programme
from assetplan.programme.statements import statement_files, write_statements
from assetplan.programme.strategies import Strategies, StrategiesFile

__all__ = [
    "FILES",
    "Programme",
    "Strategies",
    "StrategiesFile",
    "read_programme",
    "statement_files",
    "write_statements",
]
