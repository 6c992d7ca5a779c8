"""What every part of the plan configuration is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from assetplan.postgis.address import address_rule, is_address, name_rule

# Which of several forms a value was read as; faults leave these words out of its key.
FORMS = ONE, LIST, RANGE, FILE, TABLE = "one amount", "a list of amounts", "a range", "a file", "a table"


POUNDS = {"£": 1.0, "£000": 1e3, "£m": 1e6}
"""Units of money and the pounds in each."""


class Frozen(BaseModel):
    """A part of a plan: it never changes, and refuses a key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


def _number(value: Any) -> Any:
    """Only a number is one: neither true and false, which Python counts with, nor a text of digits."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    if isinstance(value, str) and _reads_as_number(value):
        raise ValueError("must be a number, without quotation marks")
    return value


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _listed(value: Any) -> Any:
    """One name may stand for a list of one; a list of none would mean nothing."""
    if isinstance(value, list | tuple) and not value:
        raise ValueError("names nothing; leave the key out to mean all")
    return [value] if isinstance(value, str | int) else value


def _by(rule: Callable[[str], str]) -> AfterValidator:
    """A text that a rule has nothing to say of."""

    def check(text: str) -> str:
        if wrong := rule(text):
            raise ValueError(wrong)
        return text

    return AfterValidator(check)


def _no_address(text: str) -> str:
    return 'is no file: state a database as [register] url = "…" and table = "…"' if is_address(text) else ""


@dataclass(frozen=True)
class KeyUnit:
    """Unit of a number, for the reference of the plan file; a description that names another in brackets has that."""

    name: str


NUMERIC = BeforeValidator(_number)
Whole = Annotated[int, NUMERIC]
Number = Annotated[float, NUMERIC]
Amount = Annotated[Number, Field(ge=0, le=1e12), KeyUnit("envelope's unit")]
Share = Annotated[Number, Field(ge=0, le=1), KeyUnit("share")]
Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Years = Annotated[tuple[Whole, ...], BeforeValidator(_listed)]
Kinds = Annotated[tuple[Literal["preventative", "major"], ...], BeforeValidator(_listed)]
Amounts = Annotated[
    Annotated[Amount, Tag(ONE)] | Annotated[tuple[Amount, ...], Tag(LIST)],
    Discriminator(lambda value: LIST if isinstance(value, list | tuple) else ONE),
]
"""One amount, or a list with one a year."""


class RegisterTable(Frozen):
    """A register that is a table or view of PostgreSQL with PostGIS."""

    url: Annotated[str, _by(address_rule)]
    """address of the database, without a password"""
    table: Annotated[str, _by(name_rule)]
    """schema and table"""


RegisterSource = Annotated[
    Annotated[Name, _by(_no_address), Tag(FILE)] | Annotated[RegisterTable, Tag(TABLE)],
    Discriminator(lambda value: TABLE if isinstance(value, dict | RegisterTable) else FILE),
]


class PlaceSelector(Frozen):
    """Which assets of a class are meant: each key that is given must hold, and one of its names is enough."""

    district: Names | None = None
    """districts of the register"""
    road_class: Names | None = None
    """road classes: A, B, C, U"""
    group: Names | None = None
    """deterioration groups"""

    @property
    def of_assets(self) -> dict[str, tuple[str, ...]]:
        """Column of the register → names allowed, for the keys that are given."""
        return _given(self, "district", "road_class", "group")


class AssetSelector(PlaceSelector):
    """Which assets are meant, of any class unless classes are given."""

    asset_class: Names | None = None
    """asset classes"""

    @property
    def of_assets(self) -> dict[str, tuple[str, ...]]:
        """Column of the register → names allowed, for the keys that are given."""
        return _given(self, "asset_class") | super().of_assets


class RoadSelector(AssetSelector):
    """Which assets are meant, by their road and by name too."""

    road: Names | None = None
    """road number or street name, as in the register"""
    asset: Names | None = None
    """the only assets meant"""

    @property
    def of_assets(self) -> dict[str, tuple[str, ...]]:
        """Column of the register → names allowed, for the keys that are given."""
        return super().of_assets | _given(self, "road")


class WorksSelector(AssetSelector):
    """Which works are meant: the assets they are on, and what is done."""

    line: Names | None = None
    """budget lines"""
    kind: Kinds | None = None
    """kinds of works"""
    treatment: Names | None = None
    """treatments of the table of treatments"""

    @property
    def of_treatments(self) -> dict[str, tuple[str, ...]]:
        """Column of the treatments table → names allowed, for the keys that are given."""
        return _given(self, "line", "kind", "treatment")


class Funder(WorksSelector):
    """Something that pays, and the works that it may pay for."""

    name: Name
    """what it is called"""
    asset: Names | None = None
    """the only assets it may pay for"""


def _given(selector: Frozen, *keys: str) -> dict[str, tuple[str, ...]]:
    return {key: getattr(selector, key) for key in keys if getattr(selector, key) is not None}
