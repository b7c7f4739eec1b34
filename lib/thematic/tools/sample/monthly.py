"""Turns printed sums into monthly aggregates: posts and their forecast, hours lost, the PCSOs' survey, speed watch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from thematic.core.periods import Month
from thematic.tools.sample.draws import Draws, Ints, apportion
from thematic.tools.sample.events import at
from thematic.tools.sample.places import Places
from thematic.tools.sample.tables import Table
from thematic.tools.sample.text import digits, words
from thematic.tools.sample.timeline import Timeline

Spec = Mapping[str, Any]


def months_text(months: list[Month]) -> pa.Array:
    return pa.array([str(month) for month in months], pa.string())


def hundredths(numbers: Ints) -> pa.Array:
    """Whole hundredths, none below nothing, as text with two decimals."""
    whole, part = np.divmod(numbers, 100)
    return pa.compute.binary_join_element_wise(digits(whole), digits(part, 2), ".")


def establishments_table(spec: Spec, pack: Spec, timeline: Timeline) -> Table:
    """One row per month and type of staff: the posts in the budget, and the posts filled."""
    own, draws = spec["establishments"], Draws(spec["seed"], "establishments")
    size, printed = len(timeline.months), pack["people"]["establishment"]
    then = timeline.months.index(Month.parse(own["published"]))
    budgets, filled = [], []
    for name, how in own["staff_types"].items():
        budget = np.array([_of_year(how["budget"], month) for month in timeline.months], dtype=np.int64)
        actual = budget - how["vacant"] + draws.below(how["spread"], size) - how["spread"] // 2
        if name in printed:
            budget[then], actual[then] = (round(100 * figure) for figure in printed[name][:2])
        budgets.append(budget)
        filled.append(actual)
    kinds = [how["code"] for how in own["staff_types"].values()]
    return {
        "month": months_text([month for month in timeline.months for _ in kinds]),
        "staff_type": pa.array(kinds * size, pa.string()),
        "posts_budgeted": hundredths(np.column_stack(budgets).ravel()),
        "posts_filled": hundredths(np.column_stack(filled).ravel()),
    }


def _of_year(budgets: Mapping[int, int], month: Month) -> int:
    """The budget, in hundredths of a post, of the financial year that the month lies in (by the year it begins in)."""
    return budgets[month.year if month.month >= 4 else month.year - 1]


def officer_forecast_table(spec: Spec, pack: Spec, timeline: Timeline) -> Table:
    """One row per month of forecast and month ahead, from one to three: who starts, who leaves, and the posts then."""
    own, draws, size = spec["officer_forecast"], Draws(spec["seed"], "forecast"), 3 * len(timeline.months)
    printed, first = pack["people"]["officer_forecast"], 3 * timeline.months.index(Month.parse(own["published"]))
    starters = np.where(draws.chance(own["intake_per_mille"], size), draws.banded([own["intake"]], size), 0)
    leavers = draws.banded([own["leavers"]], size)
    budget = spec["establishments"]["staff_types"]["officers"]["budget"]
    usual = np.repeat([_of_year(budget, month) - own["vacant"] for month in timeline.months], 3)
    posts = usual + 100 * np.cumsum((starters - leavers).reshape(-1, 3), axis=1).ravel()
    then = slice(first, first + 3)
    starters[then], leavers[then] = printed["starters"], printed["leavers"]
    posts[then] = [round(100 * figure) for figure in printed["establishment"]]
    made = [month for month in timeline.months for _ in range(3)]
    return {
        "forecast_in": months_text(made),
        "for_month": months_text([month + 1 + index % 3 for index, month in enumerate(made)]),
        "months_ahead": words(["1", "2", "3"], np.arange(size) % 3),
        "starters": digits(starters),
        "leavers": digits(leavers),
        "posts": hundredths(posts),
    }


def pcso_surveys_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per month and unit: how many PCSOs answered, and how they spent their time."""
    own, draws = spec["pcso_surveys"], Draws(spec["seed"], "pcso survey")
    units, size = len(places.lpus) - 1, len(timeline.months)
    answers = np.tile(apportion(own["pcsos"], places.weights(own["places"])[:-1]), size)
    on_duty = answers * (1480 + draws.below(41, len(answers)))
    share = (
        own["community_per_mille"] + draws.below(91, len(answers)) - 45 + np.repeat(draws.below(41, size) - 20, units)
    )
    community = on_duty * np.minimum(share, 980) // 1000
    for month, figure in own["published_community"].items():
        first = units * timeline.months.index(Month.parse(month))
        part = slice(first, first + units)
        wanted = round(float(at(pack, figure)) * int(on_duty[part].sum()) / 100)
        community[part] = apportion(wanted, community[part])
    half, surgeries = (_so_many(answers, own[name], units, timeline, draws) for name in ("over_half", "surgeries"))
    return {
        "month": months_text([month for month in timeline.months for _ in range(units)]),
        "lpu": words(places.lpus[:-1], np.tile(np.arange(units), size)),
        "local_authority": words(places.authorities, np.tile(places.authority_of[:-1], size)),
        "pcsos": digits(answers),
        "hours_on_duty": _tenths(on_duty),
        "hours_in_community": _tenths(community),
        "over_half_in_community": digits(half),
        "four_surgeries_held": digits(surgeries),
    }


def _so_many(answers: Ints, how: Spec, units: int, timeline: Timeline, draws: Draws) -> Ints:
    """How many of those who answered, unit by unit: by chance about so many per mille, in one month a printed share."""
    found = answers * (how["per_mille"] + draws.below(61, len(answers)) - 30) // 1000
    first = units * timeline.months.index(Month.parse(how["published"]))
    part = slice(first, first + units)
    found[part] = apportion(round(how["per_cent"] * int(answers[part].sum()) / 100), answers[part])
    return np.asarray(np.minimum(found, answers), dtype=np.int64)


def _tenths(numbers: Ints) -> pa.Array:
    whole, part = np.divmod(numbers, 10)
    return pa.compute.binary_join_element_wise(digits(whole), digits(part), ".")


def speed_watch_table(spec: Spec, pack: Spec, places: Places, timeline: Timeline) -> Table:
    """One row per month and unit: communities that may watch speeds, and those of them that were active."""
    own, draws = spec["speed_watch"], Draws(spec["seed"], "speed watch")
    printed = pack["road_safety"]["communities_with_active_speed_watch"]
    units, weights = len(places.lpus) - 1, places.weights(own["places"])[:-1]
    communities, actives = [], []
    for index, month in enumerate(timeline.months):
        total = min(own["first"] + index * own["more_per_year"] // 12, printed["of"])
        per_mille = own["active_per_mille"] * own["months_per_cent"].get(str(month), 100) // 100
        active = total * (per_mille + int(draws.below(81, 1)[0]) - 40) // 1000
        if str(month) == own["published"]:
            total, active = printed["of"], printed["value"]
        there = apportion(total, weights)
        communities.append(there)
        actives.append(np.bincount(draws.some(np.repeat(np.arange(units), there), active), minlength=units))
    return {
        "month": months_text([month for month in timeline.months for _ in range(units)]),
        "lpu": words(places.lpus[:-1], np.tile(np.arange(units), len(communities))),
        "local_authority": words(places.authorities, np.tile(places.authority_of[:-1], len(communities))),
        "communities": digits(np.concatenate(communities)),
        "active": digits(np.concatenate(actives)),
    }
