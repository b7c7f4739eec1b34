"""Turns a theme, a period and an area into the released figures of its report, as a frame."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from thematic.core.areas import Area
from thematic.explore.built import built, chosen, counted
from thematic.explore.names import area_named, areas_in, period_named, theme_named
from thematic.measures.data import ReportData
from thematic.measures.ledger.seen import seen_by
from thematic.measures.release import released
from thematic.params.declared import Audience
from thematic.report.tidy import typed

ALL = "all"


def figures(theme: str, period: str | None = None, area: str = "force", audience: str = "internal") -> pd.DataFrame:
    """The released figures of a report: the rows of its CSV, in the same order, with types.

    Grain: measure x dimension x category. `window_start` and `window_end` are days, both inclusive. `value` is in
    `unit` (such as count, percent, per_1000), and so are `lower_95`, `upper_95` and `previous_value`; `change` is in
    per cent, in percentage points where `change_unit` is pp, and else in units. Where `status` is [c] confidential, [x]
    not available or [z] not applicable there is no value; `change_status` says the same of the change.

    `theme` is a goal such as DA; `period` is YYYY-MM, by default the latest; `area` is "force", another area's
    slug or name, or "all" for every one that exists, with the column `area` first. `audience` is "internal" or
    "public" (protected). Raises ArgumentsRefused for others, and DataRefused where no data are built.

    >>> found = explore.figures("DA", period="2021-01", area="all")
    >>> found.query("measure == 'da_rate_per_1000' and dimension == 'total'")[["area", "value", "change"]]
    """
    found = built()
    index = counted(found)
    slug, month = theme_named(found.params, theme), period_named(index, period)
    heard = _audience(audience)
    seen = seen_by(heard, found.workbook, found.params, index, print, periods=[month])
    files = seen.files(slug)

    def of(place: Area) -> pd.DataFrame:
        return typed(released(ReportData(seen.params, slug, files, seen.index, place, month, heard)).rows)

    if area.strip().lower() != ALL:
        return of(area_named(found.params, area, month))
    each = {place.slug: of(place) for place in areas_in(found.params, slug, month)}
    return pd.concat(each, names=["area"]).reset_index("area").reset_index(drop=True)


def _audience(word: str) -> Audience:
    known: tuple[Audience, ...] = get_args(Audience)
    named = chosen("audience", word, {name: name for name in known})
    return next(name for name in known if name == named)
