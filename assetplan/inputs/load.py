"""Everything a plan reads, checked against each other before any work begins."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from assetplan import schema
from assetplan._types import Floats
from assetplan.asset_classes import FOOTWAY, group_of
from assetplan.compliance import CAPITAL
from assetplan.config import Plan
from assetplan.deterioration.groups import Group, group_table
from assetplan.display import Shown
from assetplan.errors import ConfigError, Fault, RegisterError
from assetplan.finance import CouncilLines, EnvelopeLimits, limits
from assetplan.finance.inflation import rises_by_name
from assetplan.inputs.bids import StatedBid, load_bids
from assetplan.inputs.claims import with_claims
from assetplan.inputs.earlier import ASSETS, Earlier, read_earlier
from assetplan.inputs.energy import with_energy_used
from assetplan.inputs.firm import WORKS
from assetplan.inputs.footways import with_use
from assetplan.inputs.held_bids import BIDS, held_bids
from assetplan.inputs.known_names import language_faults
from assetplan.inputs.mandatory import as_paid, no_mandatory_works
from assetplan.inputs.medium_term import load_medium_term
from assetplan.inputs.records import read_records
from assetplan.inputs.routine_jobs import load_routine_jobs
from assetplan.inputs.sales import load_sales
from assetplan.inputs.spent import FILES, Spent, read_spent
from assetplan.inputs.statutory_tests import Compliance, load_statutory_tests
from assetplan.inputs.tables import Tables, load_tables
from assetplan.output import digest_of
from assetplan.postgis.address import DatabaseTable
from assetplan.postgis.reading import rows_digest
from assetplan.register import Register, read_register
from assetplan.register.basis import surveyed_after
from assetplan.register.components import GROUP_MENDS
from assetplan.register.premises import KEEPERS, kept_by_others, responsibility_of
from assetplan.strategies import LifecycleModel, with_stock, without_texture


@dataclass(frozen=True, eq=False, repr=False)
class Inputs(Shown):
    """A plan with all it names: register, tables, limits.

    Attributes
    ----------
    tables : Tables; its tables
    digests : dict of str → str; SHA-256 of each input file, by the name the plan gives it
    earlier : Earlier or None; the earlier programme that the plan holds on to
    spent : Spent or None; the years of the plan that are past, and what was done in them
    jobs : DataFrame or None; routine jobs that are due, as `load_routine_jobs` gives them
    mandatory : DataFrame; works that are paid first, whatever is chosen, as `mandatory_table` gives them
    compliance : Compliance or None; statutory tests, and when they are due
    claims_factor : float; what rates of claims were taken times, so that today's come to what the council pays
    bids : tuple of StatedBid; works that treat no registered asset
    medium_term : CouncilLines; the council's own lines of the medium-term plan
    """

    plan: Plan
    register: Register
    tables: Tables
    limits: EnvelopeLimits
    digests: dict[str, str]
    earlier: Earlier | None = None
    spent: Spent | None = None
    jobs: pd.DataFrame | None = None
    claims_factor: float = 1.0
    bids: tuple[StatedBid, ...] = ()
    mandatory: pd.DataFrame = field(default_factory=no_mandatory_works)
    compliance: Compliance | None = None
    medium_term: CouncilLines = field(default_factory=CouncilLines)

    @property
    def model(self) -> LifecycleModel:
        """Groups, funded treatments, consequences and rules."""
        return self.tables.model

    @property
    def sites(self) -> pd.DataFrame:
        """What works sites cost by treatment."""
        return self.tables.parameters.sites

    @property
    def past(self) -> int:
        """How many of the plan's years are past."""
        return 0 if self.spent is None else self.spent.years

    @property
    def firm_years(self) -> tuple[int, ...]:
        """Years whose works are firm: the first that are not past."""
        return self.plan.plan_years[self.past : self.past + self.plan.firm_years]

    def gave(self, name: str) -> Floats:
        """What a source gave or a borrowing facility drew in the years that are past (£, prices of the first year)."""
        nothing = np.zeros(self.past)
        return nothing if self.spent is None else self.spent.used.get(name, nothing)


def paying_claims(inputs: Inputs, index: Floats) -> Inputs:
    """Inputs whose claims come to what the council pays at today's condition index (n_assets,) [0–100]."""
    tables = inputs.tables
    model, factor = with_claims(tables.model, tables.claims, inputs.register.assets, index)
    return replace(inputs, tables=replace(tables, model=model), claims_factor=factor)


def load_inputs(plan: Plan, register: Register | None = None, read: Callable[..., Register] = read_register) -> Inputs:
    """Read what a plan names and check that it fits together.

    Parameters
    ----------
    plan : Plan; from `read_plan` or `make_plan`
    register : Register, optional; a register in memory, in place of the file the plan names
    read : callable, optional; reads the register as `read_register` does, or has it already

    Raises
    ------
    RegisterError, ConfigError
        Faults in the register, in a table, or between them; each error lists all of its kind.
    FileNotFoundError
        A file the plan names is not there.
    """
    tables = load_tables(plan)
    if register is None:
        mapping = plan.path(plan.mapping) if plan.mapping else None
        register = read(plan.register_place, mapping, tables.parameters.names)
    elif lacking := set(schema.columns("assets")) - set(register.assets.columns):
        rule = "the register in memory lacks this column: pass it through assetplan.register.validate_register"
        raise RegisterError([Fault(plan.register_file, 0, name, "", rule) for name in sorted(lacking)])
    register = replace(register, assets=with_groups(register.assets, tables.model.groups, plan.register_file))
    keeper = responsibility_of(register.assets, register.blocks, register.premises)
    assets = with_use(register.assets, register.places, tables.parameters.footways).assign(responsibility=keeper)
    register = replace(register, assets=assets)
    faults = [
        *_condition_faults(register.assets, plan.register_file),
        *(_survey_faults(plan, register.assets) if plan.later_surveys == "refuse" else ()),
        *_commitment_faults(register.assets, tables.model, plan.register_file),
        *_level_faults(register.assets, plan.register_file),
    ]
    if faults:
        raise RegisterError(faults)
    unknown = list(language_faults(plan, tables, register.assets))
    if unknown:
        raise ConfigError(unknown)
    register = replace(register, assets=with_energy_used(plan, tables, register))
    model = without_texture(with_stock(tables.model, register.assets), register.assets)
    tables = replace(tables, model=model)
    read_records(plan)
    jobs = load_routine_jobs(plan, tables.parameters.prices, register.assets)
    spent = read_spent(plan, register.assets)
    earlier = read_earlier(plan, register.assets, plan.plan_years[0 if spent is None else spent.years :])
    stated = (*load_bids(plan, register.assets, tables), *load_sales(plan, register))
    begun, firm = (() if each is None else each.bids for each in (spent, earlier))
    bids = held_bids(plan, stated, begun, firm, 0 if spent is None else spent.years)
    compliance = load_statutory_tests(plan, tables.parameters, register, 0 if spent is None else spent.years)
    mandatory = [no_mandatory_works() if spent is None else as_paid(spent.mandatory)]
    if compliance is not None:
        mandatory.append(compliance.works(CAPITAL, rises_by_name(plan)))
    digests = input_digests(plan, rows=register.digest)
    return Inputs(
        plan, register, tables, limits(plan), digests, earlier, spent, jobs, bids=bids,
        mandatory=pd.concat(mandatory, ignore_index=True), compliance=compliance,
        medium_term=load_medium_term(plan),
    )  # fmt: skip


def with_groups(assets: pd.DataFrame, groups: Mapping[str, Group], file: str) -> pd.DataFrame:
    """Assets with their deterioration group: their own, or the default of their class and road class.

    Parameters
    ----------
    assets : DataFrame; table `assets` of the register
    groups : mapping of name → Group; groups that they may be of
    file : str; name of the register, for the faults

    Raises
    ------
    RegisterError
        A group is unknown, or is neither named nor a default.
    """
    group = group_of(assets, group_table(groups))
    wrong = ~group.isin(list(groups))
    if wrong.any():
        columns = (assets.loc[wrong, name] for name in ("asset_id", "asset_class", "group"))
        raise RegisterError(
            Fault(
                file,
                int(place) + 1,
                "group",
                str(value or ""),
                *_no_group(asset_class, value, groups),
                str(asset),
            )
            for place, asset, asset_class, value in zip(wrong.to_numpy().nonzero()[0], *columns, strict=True)
        )
    return assets.assign(group=group.astype("str"))


def _condition_faults(assets: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Assets of which no condition is known: a plan cannot begin from it."""
    hint = "give its measure and value, or let `assetplan import table` assume what is missing by stated rules"
    unknown = assets["value"].isna().to_numpy()
    for place, asset in zip(unknown.nonzero()[0], assets["asset_id"][unknown], strict=True):
        yield Fault(file, int(place) + 1, "value", "", "has no condition", hint, str(asset))


def _survey_faults(plan: Plan, assets: pd.DataFrame) -> Iterator[Fault]:
    """Surveys later than the base year: what was done and decayed since is in them, and would count twice."""
    base = plan.first_year - 1
    rule = f"is after {base}, the year before the plan's first"
    hint = (
        'begin the plan in the year after the survey, give an earlier survey, or state later_surveys = "hold", which '
        f"takes it as the condition at the end of {base}"
    )
    late = surveyed_after(assets, base)
    for place, year in zip(late.nonzero()[0], assets["surveyed_year"][late], strict=True):
        asset = str(assets["asset_id"].iloc[place])
        yield Fault(plan.register_file, int(place) + 1, "surveyed_year", f"{year:.0f}", rule, hint, asset)


def _level_faults(assets: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Levels of footways on what is none."""
    walked = ("prestige", "primary", "secondary")
    wrong = assets["hierarchy"].isin(walked).to_numpy() & (assets["asset_class"] != FOOTWAY).to_numpy()
    for place in wrong.nonzero()[0]:
        row = assets.iloc[place]
        rule, hint = "is a level of footways", f"give a {row['asset_class']} the level of its road, or leave it blank"
        yield Fault(file, int(place) + 1, "hierarchy", str(row["hierarchy"]), rule, hint, str(row["asset_id"]))


def _no_group(asset_class: str, named: str, groups: Mapping[str, Group]) -> tuple[str, str]:
    """Why an asset has no group, and what mends it."""
    if not named:
        return "no deterioration group", GROUP_MENDS.get(asset_class, GROUP_MENDS[""])
    mine = ", ".join(group.name for group in groups.values() if group.asset_class == asset_class)
    return "no such deterioration group", f"those of a {asset_class} are {mine or 'none: tables.groups may add one'}"


def _commitment_faults(assets: pd.DataFrame, model: LifecycleModel, file: str) -> Iterator[Fault]:
    """Commitments within the plan's years that no funded treatment of the asset's group can keep."""
    years = range(model.first_year, model.first_year + model.rules.years)
    committed = (assets["committed_treatment"] != "") & assets["committed_year"].isin(years)
    rows = assets.loc[committed, ["asset_id", "group", "committed_treatment", "responsibility"]]
    others = kept_by_others(rows)
    for place, row, other in zip(rows.index, rows.itertuples(), others, strict=True):
        names = [] if other else [t.name for t in model.catalogue.own(str(row.group))]
        if row.committed_treatment not in names:
            rule = f"the envelope funds no such treatment of group {row.group}"
            funded = f"those it funds are {', '.join(names)}" if names else "it funds none of that group"
            if other:
                rule = f"is kept up by {KEEPERS[str(row.responsibility)]}, so the council does no works on it"
                funded = "leave the commitment out, or give its responsibility as council"
            position, asset = int(assets.index.get_loc(place)) + 1, str(row.asset_id)  # type: ignore[arg-type]
            yield Fault(file, position, "committed_treatment", str(row.committed_treatment), rule, funded, asset)


def files_of(plan: Plan) -> dict[str, Path]:
    """Files and folders that a plan is made from, by what they are to it; a table of a database is none."""
    named = {"mapping": plan.mapping}
    if not isinstance(plan.register_place, DatabaseTable):
        named = {"register": plan.register_file, **named}
    named |= {f"table {name}": file for name, file in plan.tables.model_dump().items()}
    named |= plan.records
    if plan.stability is not None:
        named["earlier programme"] = plan.stability.from_
    if plan.spent is not None:
        named["programme of past years"] = plan.spent.from_
    return {what: plan.path(name) for what, name in named.items() if name}


def source_digest(source: Path | DatabaseTable) -> str:
    """SHA-256 of a file, or of the rows of a table of a database, in hexadecimal; "" where there is no such file.

    Raises
    ------
    RegisterError
        The table cannot be read.
    """
    return rows_digest(source) if isinstance(source, DatabaseTable) else digest_of(source)


def input_digests(
    plan: Plan, digest: Callable[[Path | DatabaseTable], str] = source_digest, rows: str = ""
) -> dict[str, str]:
    """SHA-256 of each file and table that a plan is made from, by its name, and of its own settings.

    Parameters
    ----------
    plan : Plan
    digest : callable, optional; digest of a file or table
    rows : str, optional; digest of the register's rows as they were read from a database

    Raises
    ------
    RegisterError
        The register is a table that cannot be read.
    """
    digests = {path.name: digest(path) for path in files_of(plan).values() if path.is_file()}
    if plan.stability is not None:
        earlier = plan.path(plan.stability.from_)
        read = [earlier / name for name in (ASSETS, WORKS, BIDS)]
        digests |= {f"{earlier.name}/{path.name}": digest(path) for path in read if path.is_file()}
    if plan.spent is not None:
        folder = plan.path(plan.spent.from_)
        read = [folder / name for name in (*FILES, BIDS)]
        digests |= {f"{folder.name}/{path.name}": digest(path) for path in read if path.is_file()}
    if isinstance(plan.register_place, DatabaseTable):
        digests[plan.register_file] = rows or digest(plan.register_place)
    digests["plan"] = hashlib.sha256(plan.model_dump_json(by_alias=True).encode()).hexdigest()
    return digests
