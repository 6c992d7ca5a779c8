"""Budget rounds: many plans from one, each resolved and checked before any is made, and kept under its own identity."""

from assetplan.rounds.apart import ScenarioEnd
from assetplan.rounds.calendar import Meeting
from assetplan.rounds.kept import KeptRun, approve, export_run, list_meetings, list_runs, rebuild, show_run
from assetplan.rounds.records import RunEvent
from assetplan.rounds.round import Round, read_round
from assetplan.rounds.round_file import RoundFile, Scenario, read_round_file
from assetplan.rounds.running import run_round
from assetplan.rounds.verification import Verification, verify

__all__ = [
    "KeptRun",
    "Meeting",
    "Round",
    "RoundFile",
    "RunEvent",
    "Scenario",
    "ScenarioEnd",
    "Verification",
    "approve",
    "export_run",
    "list_meetings",
    "list_runs",
    "read_round",
    "read_round_file",
    "rebuild",
    "run_round",
    "show_run",
    "verify",
]
