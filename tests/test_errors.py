"""Errors can be copied and sent between processes with all they carry."""

from __future__ import annotations

import pickle
from copy import copy, deepcopy

import pytest

from assetplan.errors import Change, ConfigError, Fault, InfeasibleError, OutputExistsError, RegisterError

FAULT = Fault("roads.csv", 2, "width_m", "-1", "must be above 0")
ERRORS = [
    InfeasibleError("no choice fits", ["cap 2020"], [Change("cap 2020", "cap", 1.0, 2.0)]),
    RegisterError([FAULT]),
    ConfigError([FAULT]),
    OutputExistsError("out exists already"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_copied_whole(error: Exception) -> None:
    for again in (copy(error), deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)
