"""Assets that are treated together in one year or not at all, and what getting there costs: `[[schemes]]`.

Every asset of a scheme chooses a strategy of the same **mode**: −1 where it takes none of the scheme's treatments,
else the plan year in which it does. The mobilisation lies on the works of one member, so that it is paid once, from a
line, by a real asset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assetplan._types import Bools, Floats, Ints, Texts
from assetplan.config import Scheme
from assetplan.errors import ConfigError, Fault
from assetplan.formulation.site_costs import charge
from assetplan.formulation.works import Works
from assetplan.inputs.load import Inputs
from assetplan.strategies import Candidates

NONE = -1


@dataclass(frozen=True, eq=False)
class SchemeOptions:
    """Candidates as the schemes of the plan file leave them.

    Attributes
    ----------
    options : Candidates; the mobilisation is in their cost and benefit
    group : array (n_assets,); position of each asset's scheme, −1 for none
    mode : array (n_options,); plan year in which the scheme goes ahead, −1 for none
    rows : dict of str → tuple of int; name of each scheme and the rows of its assets
    notes : tuple of (str, str); schemes that cannot go ahead
    """

    options: Candidates
    group: Ints
    mode: Ints
    rows: dict[str, tuple[int, ...]]
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class _SchemeModes:
    """Candidates of the members of one scheme, the mode of each, and whether all members can choose that mode.

    `lines` is the line that pays the scheme's treatment in each, `price` what that costs then over what it costs in the
    first year, `common` the modes that every member has.
    """

    candidates: Ints
    mode: Ints
    keep: Bools
    lines: Texts
    price: Floats
    common: Ints


def join_schemes(inputs: Inputs, options: Candidates) -> SchemeOptions:
    """Keep the strategies that a scheme's assets can choose together, and charge the mobilisation.

    Raises
    ------
    ConfigError
        Commitments, rules or firm works let the assets of a scheme neither be treated together nor all be left
        untreated, or no member's treatment is paid by the line of the mobilisation.
    """
    n = len(options.asset)
    works = Works.of(inputs.register.assets, inputs.model, options)
    edges = np.searchsorted(works.option, options.starts)
    place = {name: row for row, name in enumerate(inputs.register.assets["asset_id"])}
    group = np.full(len(place), NONE, dtype=np.int64)
    mode, keep, mobilisation = np.full(n, NONE, dtype=np.int64), np.ones(n, dtype=bool), np.zeros(n)
    rows: dict[str, tuple[int, ...]] = {}
    notes: list[tuple[str, str]] = []
    faults: list[Fault] = []
    for number, scheme in enumerate(inputs.plan.schemes, 1):
        members = rows[scheme.name] = tuple(place[name] for name in scheme.assets)
        group[list(members)] = number - 1
        modes = _modes_of(inputs, scheme, members, works, edges, options)
        mode[modes.candidates], keep[modes.candidates] = modes.mode, modes.keep
        if not len(modes.common):
            why = f"commitments, rules{' or firm works (stability.firm)' if inputs.earlier else ''}"
            rule = f"{why} let its assets neither be treated together nor all be left untreated"
            faults.append(Fault("plan", 0, f"schemes[{number}]", scheme.name, rule))
        elif modes.common.max() == NONE:
            notes.append(("scheme cannot go ahead", f"{scheme.name}: no year in which all its assets may be treated."))
        for year in modes.common[modes.common != NONE]:
            paying = _paying(scheme, members, modes, options, int(year))
            if paying is None:
                rule = f"pays no member's treatment in {inputs.model.first_year + year}"
                faults.append(Fault("plan", 0, f"schemes[{number}].line", scheme.line, rule))
            else:
                mobilisation[modes.candidates[paying]] = scheme.mobilisation * modes.price[paying]
    if faults:
        raise ConfigError(faults)
    charges = np.flatnonzero(mobilisation > 0)
    charged = charge(options, charges, mode[charges], mobilisation[charges], inputs.model.rules.discount)
    return SchemeOptions(charged.take(np.flatnonzero(keep)), group, mode[keep], rows, tuple(notes))


def _modes_of(
    inputs: Inputs, scheme: Scheme, members: tuple[int, ...], works: Works, edges: Ints, options: Candidates
) -> _SchemeModes:
    candidates = np.concatenate([np.arange(options.starts[a], options.starts[a + 1]) for a in sorted(members)])
    done = np.concatenate([np.arange(edges[a], edges[a + 1]) for a in sorted(members)])
    of_scheme = works.treatments["treatment"].isin(scheme.treatment).to_numpy(dtype=bool)
    done = done[of_scheme[works.treatment[done]]]
    at = np.searchsorted(candidates, works.option[done])
    treated = np.zeros((len(candidates), inputs.plan.years), dtype=bool)
    treated[at, works.year[done]] = True
    lines = np.full(len(candidates), "", dtype=object)
    lines[at] = works.treatments["line"].to_numpy(dtype=object)[works.treatment[done]]
    price = np.ones(len(candidates))
    price[at] = works.price_ratio[done]
    mode = np.where(treated.any(axis=1), treated.argmax(axis=1), NONE)
    years = scheme.years or inputs.plan.plan_years
    # A scheme goes ahead once: a strategy that takes its treatments in two years is none of its own.
    keep = (treated.sum(axis=1) <= 1) & np.isin(mode, [NONE, *(year - inputs.plan.first_year for year in years)])
    common = np.unique(mode)
    for asset in members:
        common = np.intersect1d(common, mode[keep & (options.asset[candidates] == asset)])
    return _SchemeModes(candidates, mode, keep & np.isin(mode, common), lines, price, common)


def _paying(
    scheme: Scheme, members: tuple[int, ...], modes: _SchemeModes, options: Candidates, year: int
) -> Bools | None:
    """Where candidates are of the first member whose treatment in a year the line pays; None where there is none."""
    for asset in members:
        joining = modes.keep & (modes.mode == year) & (options.asset[modes.candidates] == asset)
        if not scheme.line or (modes.lines[joining] == scheme.line).all():
            return joining
    return None
