"""Turns published tables into protection notices and disclosures, and survey margins into answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from thematic.core.periods import Month, Window
from thematic.tools.sample.calibrate import survey_counts
from thematic.tools.sample.draws import Draws, Ints, apportion
from thematic.tools.sample.events import at
from thematic.tools.sample.places import Places
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import dates, digits, references, words, yes_no
from thematic.tools.sample.timeline import Timeline, window

Spec = Mapping[str, Any]

_NOTICE_COUNTS = ("contested", "granted", "denied", "notices_breached", "orders_breached", "court_actions")


def notices_table(spec: Spec, published: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per protection notice authorised, with what became of it."""
    own, draws = spec["notices"], Draws(spec["seed"], "notices")
    parts = []
    for months, share, counts in _sets(own, published["protection_notices_by_local_authority"], places):
        wanted = counts or [int(share.sum()) * own["per_mille"][name] // 1000 for name in _NOTICE_COUNTS]
        parts.append(_notices(months, share, wanted, timeline, draws))
    rows = pd.concat(parts).sort_values("day", kind="stable")
    day = rows["day"].to_numpy()
    return {
        "notice_ref": references("N", day),
        "authorised_on": dates(day),
        **_area(rows, places),
        "hearing_contested": yes_no(rows["contested"].to_numpy()),
        "order_result": words(["granted", "denied", ""], rows["result"].to_numpy()),
        "notice_breached": yes_no(rows["breached"].to_numpy()),
        "order_breaches": digits(rows["order_breaches"].to_numpy()),
        "court_actions": digits(rows["court_actions"].to_numpy()),
    }


def _notices(months: Window, share: Ints, counts: Sequence[int], timeline: Timeline, draws: Draws) -> pd.DataFrame:
    """The notices of one window; breaches lie with granted orders, court actions with breaches."""
    contested, granted, denied, breached, order_breaches, court_actions = counts
    rows = _rows(months, share, timeline, draws)
    size = len(rows)
    rows["contested"] = draws.dealt([size - contested, contested])
    rows["result"] = draws.dealt([granted, denied, size - granted - denied])
    rows["breached"] = draws.dealt([size - breached, breached])
    in_force = np.flatnonzero(rows["result"] == 0)
    breaches = in_force[draws.below(len(in_force), order_breaches)]
    rows["order_breaches"] = np.bincount(breaches, minlength=size)
    rows["court_actions"] = np.bincount(breaches[:court_actions], minlength=size)
    return rows


def disclosures_table(spec: Spec, published: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per disclosure made, under the right to ask or to know."""
    own, draws, parts = spec["disclosures"], Draws(spec["seed"], "disclosures"), []
    for months, share, counts in _sets(own, published["disclosures_by_local_authority"], places, whole=True):
        rows, size = _rows(months, share, timeline, draws), int(share.sum())
        asked = counts[0] if counts else size * own["ask_per_mille"] // 1000
        parts.append(rows.assign(right=draws.dealt([asked, size - asked])))
    rows = pd.concat(parts).sort_values("day", kind="stable")
    day = rows["day"].to_numpy()
    right = words(["ask", "know"], rows["right"].to_numpy())
    return {"disclosure_ref": references("D", day), "disclosed_on": dates(day), "right": right, **_area(rows, places)}


def _sets(own: Spec, table: Spec, places: Places, whole: bool = False) -> list[tuple[Window, Ints, list[int]]]:
    """(window, rows by place, counts) of each authority of the published table, and of other windows without counts.

    The rows of an authority are the first number of its row, or where `whole` all its numbers together.
    """
    sets: list[tuple[Window, Ints, list[int]]] = []
    for index, name in enumerate(places.authorities[:-1]):
        row, totals = table["rows"][name], np.zeros(len(places.authorities), dtype=np.int64)
        totals[index] = sum(row) if whole else row[0]
        counts = row if whole else row[1:]
        sets.append((window(own["published"]), places.share_by_authority(totals, own["places"]), counts))
    free = [(window(key), places.share(total, own["places"])) for key, total in own["recorded"].items()]
    return sets + [(months, share, []) for months, share in free]


def _rows(months: Window, share: Ints, timeline: Timeline, draws: Draws) -> pd.DataFrame:
    """A day and a place for each row of a window, months evenly but for chance."""
    size = int(share.sum())
    part = timeline.part(months)
    lowest, highest = np.full(size, timeline.starts[part][0]), np.full(size, timeline.ends[part][-1])
    return pd.DataFrame({"day": draws.between(lowest, highest), "place": draws.dealt(share)})


def _area(rows: pd.DataFrame, places: Places) -> Table:
    place = rows["place"].to_numpy()
    lpu, authority = [*places.lpus[:-1], ""], [*places.authorities[:-1], ""]
    return {"lpu": words(lpu, place), "local_authority": words(authority, places.authority_of[place])}


def surveys_table(spec: Spec, published: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per answer to one question of one survey."""
    own, draws, parts = spec["surveys"], Draws(spec["seed"], "surveys"), []
    satisfied, unsatisfied = own["satisfied_split"], own["unsatisfied_split"]
    for index, one in enumerate(own["sets"]):
        for months, size, count in _answers(one, published, pack):
            weights = apportion(count, list(satisfied.values())), apportion(size - count, list(unsatisfied.values()))
            rows = _rows(months, places.share(size, own["places"]), timeline, draws)
            parts.append(rows.assign(response=draws.dealt(np.concatenate(weights)), set=index))
    rows = pd.concat(parts).sort_values("day", kind="stable")
    day, which = rows["day"].to_numpy(), rows["set"].to_numpy()
    return {
        "response_ref": references("R", day),
        "surveyed_on": dates(day),
        "survey": words([one["survey"] for one in own["sets"]], which),
        "question": words([one["question"] for one in own["sets"]], which),
        "response": words([*satisfied, *unsatisfied], rows["response"].to_numpy()),
        **_area(rows, places),
    }


def _answers(one: Spec, published: Spec, pack: Spec) -> list[tuple[Window, int, int]]:
    """(window, responses, satisfied) of one question: the listed windows, and the two of its published figure."""
    answers = [(window(key), size, size * rate // 1000) for key, (size, rate) in one["answers"].items()]
    if "pack" in one:
        value, margin, change, period = at(pack, one["pack"])
        figure = {"value": value, "margin": margin, "change_pp": change, "period": period}
    elif "published" in one:
        figure = published[one["published"]][f"satisfied_{one['question']}_pct"]
    else:
        return answers
    months = Window.rolling_12(Month.parse(str(figure["period"])))
    previous = figure.get("previous", figure["value"] - figure.get("change_pp", 0))
    change = figure["value"] - previous
    now = survey_counts(figure["value"], figure["margin"])
    before = survey_counts(previous, figure.get("previous_margin", figure["margin"]), change, now)
    return [*answers, (months, now[1], now[0]), (months.year_earlier, before[1], before[0])]
