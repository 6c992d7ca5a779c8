"""The frozen plan configuration, read from TOML. Unknown keys are refused; what is left out takes its default."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assetplan.errors import ConfigError, Fault

Stream = Literal["works", "reactive", "claims", "risk", "user"]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Envelope(_Frozen):
    """What each budget line may spend in each year of the plan."""

    unit: Literal["£", "£000", "£m"] = "£m"
    """unit of the amounts below"""
    prices: Literal["real", "cash"] = "real"
    """real: the prices of the plan's first year; cash: money of each year, deflated by `inflation`"""
    inflation: float = Field(default=0.0, ge=-0.05, le=0.25)
    """construction inflation (1/year) that deflates a cash envelope"""
    lines: dict[str, tuple[Amount, ...]] = Field(min_length=1)
    """budget line → one amount for each plan year"""

    @property
    def pounds(self) -> float:
        """Pounds in one unit of the amounts."""
        return {"£": 1.0, "£000": 1e3, "£m": 1e6}[self.unit]


class Benefit(_Frozen):
    """What counts as good: the present value (£) of these cost streams under do-nothing less under the strategy."""

    streams: tuple[Stream, ...] = ("works", "reactive", "claims", "risk", "user")
    """cost streams counted"""
    horizon: int = Field(default=60, ge=5, le=150)
    """years over which whole-life cost is followed"""

    @model_validator(mode="after")
    def _has_works(self) -> Benefit:
        if "works" not in self.streams:
            raise ValueError("streams must include 'works', or money would count for nothing")
        if len(set(self.streams)) != len(self.streams):
            raise ValueError("streams names one more than once")
        return self


class Strategies(_Frozen):
    """Which strategies are tried."""

    max_treatments: Literal[1, 2] = 2
    """treatments of one asset within the plan years"""
    min_interval: int = Field(default=3, ge=1, le=20)
    """years between two treatments of one asset"""


class Solver(_Frozen):
    """When to stop looking for better."""

    target_gap: float = Field(default=1e-4, ge=0, le=0.5)
    """relative distance from the bound at which a plan is called optimal"""
    time_limit: float = Field(default=60.0, gt=0)
    """seconds"""


class Tables(_Frozen):
    """The council's own tables in place of the packaged ones, as paths beside the plan file."""

    groups: str = ""
    treatments: str = ""
    follow_on: str = ""
    consequences: str = ""


class Report(_Frozen):
    """How the report introduces itself."""

    title: str = ""
    authority: str = ""
    note: str = ""


class Plan(_Frozen):
    """One plan: what is owned, what may be spent, what counts as good."""

    name: str = Field(min_length=1)
    register_: str = Field(alias="register", min_length=1)
    mapping: str = ""
    first_year: int = Field(ge=1990, le=2200)
    years: int = Field(default=5, ge=1, le=20)
    envelope: Envelope
    benefit: Benefit = Benefit()
    strategies: Strategies = Strategies()
    solver: Solver = Solver()
    tables: Tables = Tables()
    report: Report = Report()
    folder: Path = Field(default=Path(), exclude=True)
    """where the plan file lies: paths in it are relative to this"""

    @model_validator(mode="after")
    def _one_amount_a_year(self) -> Plan:
        for line, amounts in self.envelope.lines.items():
            if len(amounts) != self.years:
                raise ValueError(
                    f"envelope line {line!r} has {len(amounts)} amounts, but the plan has {self.years} years"
                )
        return self

    @property
    def plan_years(self) -> tuple[int, ...]:
        """Calendar (first) years of the plan's financial years."""
        return tuple(range(self.first_year, self.first_year + self.years))

    def path(self, name: str) -> Path:
        """A path named in the plan, relative to the plan file."""
        return self.folder / name


def read_plan(path: str | Path) -> Plan:
    """Read and check a plan file.

    Parameters
    ----------
    path : path
        A TOML file; see docs/plan-file.md for every key.

    Raises
    ------
    ConfigError
        The file is not TOML, has a key that no plan has, or a value out of its range; every fault is listed.
    FileNotFoundError
        There is no such file.
    """
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(str(path), 0, "", "", f"is not a TOML file: {error}")]) from error
    return make_plan(data, path)


def make_plan(data: dict[str, Any], path: str | Path = "plan") -> Plan:
    """A plan from a dictionary of the same shape as a plan file.

    Parameters
    ----------
    data : dict
        Keys as in a plan file.
    path : path
        The file it came from, for faults; relative paths in the plan start at its folder.

    Raises
    ------
    ConfigError
        Unknown keys or values out of range; every fault is listed.
    """
    if "folder" in data:
        raise ConfigError([Fault(str(path), 0, "folder", str(data["folder"])[:80], "no such key")])
    try:
        return Plan.model_validate({**data, "folder": Path(path).parent})
    except ValidationError as error:
        faults = [_fault(str(path), item) for item in error.errors()]
        raise ConfigError(faults) from error


def _fault(file: str, item: Any) -> Fault:
    key = ".".join(str(part) for part in item["loc"])
    said = {"extra_forbidden": "no such key", "missing": "this key is missing"}.get(
        item["type"], item["msg"].removeprefix("Value error, ")
    )
    shown = "" if isinstance(item["input"], dict) else str(item["input"])[:80]
    return Fault(file, 0, key, shown, said)
