"""Works the figures of the board pack out of the sample's files in plain pandas, each beside what is printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

Rows = pd.DataFrame
Check = tuple[str, str, str]
SEXUAL = {"17A", "17B", "19C", "19D", "19E", "19F", "19G", "19H", "20A", "20B", "21", "22A", "22B", "71", "88A", "88E"}
AGAINST_CHILDREN = {"17B", "19D", "19E", "19G", "19H", "20B", "21", "22B", "71", "88A"}
INJURY = {"2", "5D", "5E", "8N", "8P", "8S"}
GROUPS = {
    "solved_pct": set(range(1, 9)),
    "suspect_identified_pct": set(range(1, 9)) | {9, 10, 11, 12, 13, 15, 16},
    "no_suspect_identified_pct": {14, 17, 18},
}
BME = ["asian", "black", "mixed", "other"]
FIELDS = {
    "ethnicity": ["asian", "black", "mixed", "not_known", "other", "white"],
    "sex": ["female", "male"],
    "disability": ["not_disabled", "disabled"],
    "sexual_orientation": ["bisexual", "gay_or_lesbian", "heterosexual", "not_known", "prefer_not_to_say"],
}


def years(period: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """First and last day of the 12 months to a period, and of the 12 before."""
    end = pd.Period(period, "M")
    return [((end - back - 11).start_time, (end - back).end_time) for back in (0, 12)]


def counted(name: str, row: Any, rows: Rows, date: str) -> Iterator[Check]:
    """A printed count with its change."""
    value, change, period = row
    days = pd.to_datetime(rows[date])
    now, before = (int(days.between(*window).sum()) for window in years(period))
    yield name, str(value), str(now)
    yield f"{name}, change", f"{change:.1f}", f"{100 * (now - before) / before:.1f}"


def crimes(pack: Any, rows: Rows) -> Iterator[Check]:
    """All crime, child sexual abuse and what is flagged; rows with `ref`, days parsed, cancelled or far in the future."""
    sexual, child = rows["offence_code"].isin(SEXUAL), rows["offence_code"].isin(AGAINST_CHILDREN)
    injury = rows["offence_code"].isin(INJURY) & ((rows["public_place"] == "Y") | (rows["licensed_premises"] == "Y"))
    space, cyber = pack["public_space_violence"], pack["serious_and_organised"]["cyber_enabled_crime"]
    parts = {
        "all crime": (pack["all_crime"], rows),
        "child sexual abuse": (pack["child_sexual_abuse"], rows[(sexual & (rows["victim_age"] < 18)) | child]),
        "public space": ({"recorded": space["recorded"]}, rows[injury]),
        "alcohol": ({"recorded": space["alcohol_related_crime"]}, rows[rows["alcohol"] == "Y"]),
    }
    for name, (section, part) in parts.items():
        windows = years(section["recorded"][2])
        recorded = [_recorded(part, window) for window in windows]
        yield f"{name} recorded", str(section["recorded"][0]), str(recorded[0])
        yield f"{name}, change", f"{section['recorded'][1]:.1f}", f"{100 * recorded[0] / recorded[1] - 100:.1f}"
        for key in [key for key in section if key in GROUPS]:
            now, was = (
                100 * _given(part, window, GROUPS[key]) / of for window, of in zip(windows, recorded, strict=True)
            )
            yield f"{name} {key}", f"{section[key][0]:.1f}", f"{now:.1f}"
            yield f"{name} {key}, change", f"{section[key][1]:.1f}", f"{now - was:.1f}"
    online = _recorded(rows[rows["cyber_enabled"] == "Y"], years(cyber["period"])[0])
    yield "cyber-enabled", str(cyber["value"]), str(online)


def _recorded(rows: Rows, window: tuple[pd.Timestamp, pd.Timestamp]) -> int:
    return int((rows["recorded_on"].between(*window) & (rows["cancelled_on"] > window[1])).sum())


def _given(rows: Rows, window: tuple[pd.Timestamp, pd.Timestamp], codes: set[int]) -> int:
    given = rows["outcome_on"].between(*window) & (rows["cancelled_on"] > window[1])
    return int((given & rows["outcome_code"].isin(codes)).sum())


def searches(section: Any, rows: Rows, residents: dict[str, int]) -> Iterator[Check]:
    said, days = rows["self_defined_ethnicity"], pd.to_datetime(rows["searched_on"])
    nobody = said.isin(["", "Other ethnic group - Not stated"])
    groups = {"white": said.str.startswith("White - "), "bme": ~said.str.startswith("White - ") & ~nobody}
    now, before = (days.between(*window) for window in years(section["total"]["period"]))
    arrest = rows["outcome"] == "Arrest"
    yield "searches", str(section["total"]["value"]), str(now.sum())
    yield "searches before", str(section["total"]["previous"]), str(before.sum())
    for group, who in groups.items():
        rates = [1000 * int((who & window).sum()) / residents[group] for window in (now, before)]
        printed, share = section[f"per_1000_{group}"], section[f"arrest_pct_{group}"]
        yield f"rate, {group}", f"{printed['value']} {printed['previous']}", " ".join(f"{rate:.1f}" for rate in rates)
        yield f"more, {group}", str(printed["difference"]), str((who & now).sum() - (who & before).sum())
        shares = [100 * arrest[who & window].mean() for window in (now, before)]
        value, change = (share["value"], -share["change"]) if isinstance(share, dict) else share[:2]
        yield f"arrests, {group}", f"{value} {change}", f"{shares[0]:.1f} {shares[0] - shares[1]:.1f}"
    for name, which in (("ethnicity_not_recorded", nobody), ("police_action", ~rows["outcome"].str.startswith("A no"))):
        shares = [100 * which[window].mean() for window in (now, before)]
        printed = section[f"{name}_pct"]
        yield name, f"{printed['value']} {printed['previous']}", " ".join(f"{share:.1f}" for share in shares)


def response(section: Any, rows: Rows) -> Iterator[Check]:
    received = pd.to_datetime(rows["received_at"])
    minutes = (pd.to_datetime(rows["arrived_at"].replace("", None)) - received).dt.total_seconds() / 60
    for name, (value, change, period) in section.items():
        grade, limit = name.split("_")[1], int(name.split("_")[3])
        shares = [
            100 * (minutes[received.between(*window) & (rows["grade"] == grade)] <= limit).mean()
            for window in years(period)
        ]
        yield name, f"{value:.1f} {change:.1f}", f"{shares[0]:.1f} {shares[0] - shares[1]:.1f}"


def roads_and_custody(pack: Any, read: dict[str, Rows]) -> Iterator[Check]:
    roads, vulnerable = pack["road_safety"], pack["vulnerable_people"]
    reports, custody, collisions = read["traffic_reports"], read["custody_records"], read["collisions"]
    for offence in ("speed", "seatbelt", "device"):
        rows = reports[reports["offence"] == offence]
        yield from counted(offence, roads[f"{offence}_tor"], rows, "reported_on")
    for reason in ("drink_drive", "drug_drive"):
        yield from counted(
            reason, roads[f"{reason}_arrests"], custody[custody["arrest_reason"] == reason], "arrived_at"
        )
    worst = collisions["severity"].isin(["fatal", "serious"]) & (collisions["public_road"] == "Y")
    yield from counted("killed or seriously injured", roads["ksi_collisions"], collisions[worst], "collided_on")
    missing = read["missing_episodes"]
    children = missing[missing["age"].astype(int) < 18]
    yield from counted("missing children", vulnerable["missing_and_absent_children"], children, "reported_on")
    young = custody[custody["age"].astype(int) < 18]
    overnight = young[
        [_most_of_a_night(*pair) > 4 for pair in zip(young["arrived_at"], young["released_at"], strict=True)]
    ]
    yield from counted("overnight", vulnerable["juvenile_overnight_detentions"], overnight, "arrived_at")


def _most_of_a_night(arrived: str, released: str) -> float:
    """The most hours between midnight and 8 that somebody was there in one night; none stays a second."""
    first, last = pd.Timestamp(arrived), pd.Timestamp(released)
    nights = [first.normalize(), first.normalize() + pd.Timedelta(days=1)]
    hours = [(min(last, night + pd.Timedelta(hours=8)) - max(first, night)).total_seconds() / 3600 for night in nights]
    return max(*hours, 0.0)


def headcounts(people: Any, rows: Rows, names: dict[str, list[str]]) -> Iterator[Check]:
    """Every printed row of type and grade, by each characteristic; `names` gives the grade of a printed row."""
    there = in_post(rows, "2020-12-31")
    for field, codes in FIELDS.items():
        for name, printed in people["headcount_31_december"][field].items():
            part = there[there["grade"] == names[name][1]] if name in names else there
            if name not in names and name != "Grand Total":
                part = there[there["staff_type"] == {"1": "officer", "3": "staff"}[name[0]]]
            ours = [int((part[field] == code).sum()) for code in codes]
            yield f"{field}, {name}", str(printed), str([*ours, len(part)])


def in_post(rows: Rows, day: str) -> Rows:
    return rows[(rows["started_on"] <= day) & ((rows["left_post_on"] == "") | (rows["left_post_on"] > day))]


def sickness(people: Any, hours: Rows, cases: Rows) -> Iterator[Check]:
    year = hours[hours["month"].str.startswith("2020")].astype({"contracted_hours": int, "sick_hours": int})
    groups = {"officers": ["officer"], "staff": ["staff"], "all": ["officer", "staff"]}
    for name, printed in people["sickness_hours_lost_pct"].items():
        part = year[year["staff_group"].isin(groups[name])]
        sums = part.groupby("month")[["sick_hours", "contracted_hours"]].sum()
        ours = [
            *(100 * sums["sick_hours"] / sums["contracted_hours"]),
            100 * part["sick_hours"].sum() / part["contracted_hours"].sum(),
        ]
        yield (
            f"hours lost, {name}",
            " ".join(f"{each:.2f}" for each in printed),
            " ".join(f"{each:.2f}" for each in ours),
        )
    there = cases[
        (cases["began_on"] <= "2020-12-31") & ((cases["ended_on"] == "") | (cases["ended_on"] > "2020-12-31"))
    ]
    yield "sickness cases", str(people["sickness_cases_31_december"]["total"]), str(len(there))
