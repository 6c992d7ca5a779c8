"""Years that are past: what was done stays done, at what it cost: `[spent]`."""

from __future__ import annotations

import numpy as np

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.site_costs import charge
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates
from assetplan.strategies.names import NOTHING, strategy_names, within


def as_done(inputs: Inputs, options: Candidates) -> Candidates:
    """The candidates that begin with what was done in the years that are past.

    Raises
    ------
    ConfigError
        What was done to an asset is none of its strategies; each such asset is listed.
    """
    if inputs.spent is None:
        return options
    keep, was = begins_as_done(inputs, options)
    left = np.logical_or.reduceat(keep, options.starts[:-1])
    if not left.all():
        ids = inputs.register.assets["asset_id"].to_numpy(dtype=object)
        rule = "has a strategy so far which its condition or a rule does not allow"
        raise ConfigError(
            Fault("plan", 0, "spent.from", str(ids[k]), rule, f"so far it is {was[k]}") for k in np.flatnonzero(~left)
        )
    return options.take(np.flatnonzero(keep))


def begins_as_done(inputs: Inputs, options: Candidates) -> tuple[Bools, Texts]:
    """Where candidates begin with what was done (n_options,), and what was done to each asset (n_assets,).

    All do in a plan of which no year is past.
    """
    spent, assets = inputs.spent, inputs.register.assets
    if spent is None:
        return np.ones(len(options.asset), dtype=bool), np.full(len(assets), NOTHING, dtype=object)
    years = inputs.plan.plan_years[: spent.years]
    code, names = strategy_names(assets, inputs.model, options)
    begins = np.array([within(str(name), years) for name in names], dtype=object)
    done = {str(name): within(str(name), years) for name in spent.strategy.unique()}
    was = spent.strategy.map(done).reindex(assets["asset_id"]).fillna(NOTHING).to_numpy(dtype=object)
    return begins[code] == was[options.asset], was


def at_outturn(inputs: Inputs, options: Candidates) -> Candidates:
    """The candidates with what the years that are past cost, whatever sites would cost now."""
    spent = inputs.spent
    if spent is None:
        return options
    actual = spent.cost_of(inputs.register.assets["asset_id"])[options.asset]
    off = actual - options.cost[:, : spent.years]
    option, year = np.nonzero(off)
    return charge(options, option, year, off[option, year], inputs.model.rules.discount)


def spent_by_line(inputs: Inputs, works: Works, starts: Ints) -> Floats:
    """What each line of the envelope spent in each year that is past (£), (n_lines, n_past).

    Parameters
    ----------
    inputs : Inputs; the plan and its past years
    works : Works; works of the candidates and of bids
    starts : array (n_choosers + 1,); which options are whose; all begin with what was done
    """
    lines = list(inputs.plan.envelope.lines)
    out = np.zeros((len(lines), inputs.past))
    # What was done is alike in every option of an asset or a bid, so that of the first is as good as any.
    mine = np.isin(works.option, starts[:-1]) & (works.year < inputs.past)
    line = works.treatments["line"].map(lines.index).to_numpy(dtype=np.intp)[works.treatment[mine]]
    np.add.at(out, (line, works.year[mine]), works.cost[mine])
    mandatory = inputs.mandatory[inputs.mandatory["year"] < inputs.plan.first_year + inputs.past]
    paid = mandatory["line"].map(lines.index).to_numpy(dtype=np.intp)
    np.add.at(out, (paid, mandatory["year"].to_numpy(dtype=np.intp) - inputs.plan.first_year), mandatory["cost"])
    return out
