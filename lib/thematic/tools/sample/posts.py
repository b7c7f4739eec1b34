"""Turns printed headcounts into who stood in post when: a row for each person, fitted on the last days of two years."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from thematic.core.errors import DataRefused
from thematic.tools.sample.draws import Draws, Flags, Ints
from thematic.tools.sample.posts_before import ATTRIBUTES, Marks, marks_before
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import dates, digits, pseudonyms
from thematic.tools.sample.timeline import NEVER, day

Spec = Mapping[str, Any]

_FIELDS = ("ethnicity", "sex", "disability", "sexual_orientation")


def workforce_table(spec: Spec, pack: Spec) -> Table:
    """One row per person's time in post; as of the last day of the printed year the headcounts are those printed, by
    type and grade and each characteristic, and the shares changed as printed since a year before."""
    own, draws = spec["workforce"], Draws(spec["seed"], "workforce")
    before = marks_before(own, pack["people"]["headcount_31_december"], pack["workforce_at_a_glance"])
    parts = []
    for kind in own["before"]:
        now = _in_post(kind, own, pack["people"]["headcount_31_december"], draws)
        parts.append(_history(kind, now, before[kind], own, draws))
    rows = pd.concat(parts, ignore_index=True)
    order = np.lexsort((draws.order(len(rows)), rows["started"]))
    rows = rows.iloc[order].reset_index(drop=True)
    return {
        "person_ref": pseudonyms("W", np.arange(len(rows)) + 1),
        "started_on": dates(rows["started"].to_numpy()),
        "left_post_on": dates(rows["left"].to_numpy()),
        "staff_type": pa.array(rows["staff_type"], pa.string()),
        "grade": pa.array(rows["grade"], pa.string()),
        "age": digits(rows["age"].to_numpy()),
        **{name: pa.array(rows[name], pa.string()) for name in _FIELDS},
    }


def _in_post(kind: str, own: Spec, headcount: Spec, draws: Draws) -> pd.DataFrame:
    """Everybody of a type who stood in post on the last day of the printed year, grade by grade."""
    parts = []
    for row, (staff_type, grade) in own["rows"].items():
        if staff_type != kind:
            continue
        values: dict[str, Any] = {"staff_type": kind, "grade": grade}
        for field in _FIELDS:
            codes = np.array(own["columns"][field], dtype=object)
            values[field] = codes[draws.dealt(headcount[field][row][:-1])]
        bands = np.array(own["columns"]["age_band"], dtype=np.int64)
        band = draws.dealt(headcount["age_band"][row][:-1])
        parts.append(pd.DataFrame({**values, "age": draws.between(bands[band, 0], bands[band, 1])}))
    return pd.concat(parts, ignore_index=True)


def marked(rows: pd.DataFrame) -> Flags:
    """Which people have each of ATTRIBUTES: people by attributes."""
    columns = [rows[field].isin(codes).to_numpy() for field, codes in ATTRIBUTES.values()]
    return np.column_stack(columns)


def _history(kind: str, now: pd.DataFrame, before: Marks, own: Spec, draws: Draws) -> pd.DataFrame:
    """The people of a type: those who stayed through the year, those who joined or left in it, and earlier leavers."""
    how, first, last = own["turnover"][kind], day(own["first_day"]), day(own["last_day"])
    gone, joined = how["left"], len(now) - before.headcount + how["left"]
    with_mark = [gone * count // before.headcount for count in before.counts]
    change = [int(n) - count for n, count in zip(marked(now).sum(axis=0), before.counts, strict=True)]
    with_mark = [max(n, -less) for n, less in zip(with_mark, change, strict=True)]
    newcomers = _newcomers(now, how, joined, [n + c for n, c in zip(with_mark, change, strict=True)], draws)
    leavers = _like(now, gone, with_mark, draws)
    earlier = _like(now, how["left_before"], [how["left_before"] * n // before.headcount for n in before.counts], draws)
    now["started"] = np.where(
        newcomers, first + 1 + draws.below(last - first - 3, len(now)), _starts(now, first, draws)
    )
    now["left"] = NEVER
    stayed = np.flatnonzero(~newcomers)
    now.loc[draws.some(stayed, how["left_after"]), "left"] = last + 4 + draws.below(27, how["left_after"])
    leavers = leavers.assign(started=_starts(leavers, first, draws), left=first + 1 + draws.below(last - first, gone))
    left = day(own["history_from"]) + draws.below(first - day(own["history_from"]), len(earlier))
    earlier = earlier.assign(left=left, started=left - 200 - draws.below(9000, len(earlier)))
    return pd.concat([now, leavers, earlier], ignore_index=True)


def _starts(rows: pd.DataFrame, first: int, draws: Draws) -> Ints:
    """Days on which people joined, at 18 or later and by the last day before the printed year."""
    service = draws.banded([[1, 1000, 250], [1001, 5000, 400], [5001, 10500, 350]], len(rows))
    longest = np.maximum((rows["age"].to_numpy() - 19) * 365, 20)
    return np.asarray(first - np.minimum(service, longest), dtype=np.int64)


def _newcomers(now: pd.DataFrame, how: Spec, count: int, wanted: list[int], draws: Draws) -> Flags:
    """`count` of those in post, in the grades that take newcomers, of whom so many have each attribute."""
    able, marks = np.flatnonzero(now["grade"].isin(how["grades"]).to_numpy()), marked(now)
    chosen = np.zeros(len(now), dtype=bool)
    chosen[draws.some(able, count)] = True
    for attribute, number in enumerate(wanted):
        others = np.delete(marks, attribute, axis=1)
        pattern = others @ (1 << np.arange(others.shape[1]))
        for each in np.unique(pattern):
            lacking = number - int((chosen & marks[:, attribute]).sum())
            ours = able[pattern[able] == each]
            with_it, without = (ours[marks[ours, attribute] == has] for has in (lacking > 0, lacking <= 0))
            into, out = with_it[~chosen[with_it]], without[chosen[without]]
            swaps = min(abs(lacking), len(into), len(out))
            chosen[draws.some(into, swaps)], chosen[draws.some(out, swaps)] = True, False
    if [int((chosen & marks[:, i]).sum()) for i in range(len(wanted))] != wanted:
        raise DataRefused("workforce: too few people with an attribute joined. Raise `left` in sample.yaml.")
    return chosen


def _like(now: pd.DataFrame, count: int, with_mark: list[int], draws: Draws) -> pd.DataFrame:
    """`count` other people of the same grades and ages, of whom so many have each attribute."""
    rows = now.iloc[draws.below(len(now), count)].reset_index(drop=True)
    for (field, codes), number in zip(ATTRIBUTES.values(), with_mark, strict=True):
        has = draws.dealt([count - number, number]) == 1
        mine, others = now[field].isin(codes), ~now[field].isin(codes)
        some = now.loc[mine, field].to_numpy() if mine.any() else np.array([codes[0]], dtype=object)
        rest = now.loc[others, field].to_numpy()
        rows[field] = np.where(has, some[draws.below(len(some), count)], rest[draws.below(len(rest), count)])
    return rows
