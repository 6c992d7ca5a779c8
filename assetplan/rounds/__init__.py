"""Budget rounds: many plans from one, each resolved and checked before any is made, and kept under its own identity."""

from assetplan.rounds.round_file import Round, Scenario, read_round
from assetplan.rounds.running import ScenarioEnd, run_round
from assetplan.rounds.verification import Verification, verify

__all__ = ["Round", "Scenario", "ScenarioEnd", "Verification", "read_round", "run_round", "verify"]
