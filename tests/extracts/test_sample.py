"""Works every published figure out of the sample's files a second way, in plain pandas."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import pack_expected as pack
from thematic.core.errors import DataRefused
from thematic.tools.sample.calibrate import counts_printing, half_width, previous_count, prints, survey_counts
from thematic.tools.sample.draws import Draws, apportion
from thematic.tools.sample.people import first_of_chain
from thematic.tools.sample.writer import write_sample
from warehouse_drawn import sample_workbook

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
PUBLISHED = yaml.safe_load((REFERENCE / "published_2021-03.yaml").read_text(encoding="utf-8"))
PACK = yaml.safe_load((REFERENCE / "published_2021-03_pack.yaml").read_text(encoding="utf-8"))
SPEC = yaml.safe_load((REFERENCE / "sample.yaml").read_text(encoding="utf-8"))

COLUMNS = {
    "crimes": "crime_ref recorded_on committed_on cancelled_on offence_code offence_title lpu local_authority "
    "lsoa_code longitude latitude domestic hate_strands alcohol public_place outcome_code outcome_on victim_ref "
    "suspect_ref victim_age victim_sex victim_ethnicity victim_disability victim_religion victim_sexual_orientation "
    "cyber_enabled licensed_premises suspect_age",
    "incidents": "incident_ref received_on finalisation_code lpu local_authority lsoa_code longitude latitude "
    "caller_ref",
    "protection_notices": "notice_ref authorised_on lpu local_authority hearing_contested order_result notice_breached "
    "order_breaches court_actions",
    "disclosures": "disclosure_ref disclosed_on right lpu local_authority",
    "surveys": "response_ref surveyed_on survey question response lpu local_authority",
    "stop_searches": "search_ref searched_on lpu local_authority longitude latitude age gender self_defined_ethnicity "
    "officer_defined_ethnicity legislation object outcome outcome_linked clothing_removed",
    "graded_incidents": "incident_ref received_at arrived_at grade lpu local_authority",
    "missing_episodes": "episode_ref reported_on recorded_as missing_from risk_assessed age person_ref lpu local_authority",
    "custody_records": "custody_ref arrived_at released_at arrest_reason age sex person_ref lpu local_authority",
    "collisions": "collision_ref collided_on severity public_road lpu local_authority",
    "traffic_reports": "report_ref reported_on offence lpu local_authority",
    "disruptions": "disruption_ref disrupted_on grading",
    "workforce": "person_ref started_on left_post_on staff_type grade age ethnicity sex disability sexual_orientation",
    "establishments": "month staff_type posts_budgeted posts_filled",
    "officer_forecast": "forecast_in for_month months_ahead starters leavers posts",
    "sickness_hours": "month staff_group contracted_hours sick_hours",
    "sickness_cases": "case_ref began_on ended_on case_length staff_type",
    "pcso_surveys": "month lpu local_authority pcsos hours_on_duty hours_in_community over_half_in_community "
    "four_surgeries_held",
    "speed_watch": "month lpu local_authority communities active",
}
CHECKED = list(COLUMNS)[:6]
"""The tables that have faults on purpose, or the columns of the four themes."""
DIGESTS = {
    "crimes": "b305a0b8852cca7a18f4c27b2f4de0254c1747ae79c3941a2231fa75b84b5a5f",
    "incidents": "abda445ec46a9383253de11e61e73f368dfee0687a065d53d76054e21347fd17",
    "protection_notices": "58c9a8895e02602863a129b49ed3b2bd7bf079a76e1fbdc13d593a561dd940df",
    "disclosures": "be47201b299c3672be0d12790b68d8a13dbc7b9272a23d358f67c415cad7e95f",
    "surveys": "f142bc8a5bdd5cb7a8b4dbc5246c973b9b00657448e1b2f4457e3184b6e42183",
    "stop_searches": "3fccda657d623780ef1a62daee4ef5ff12ca5bf9c72b559fce9c2e95024a5feb",
    "graded_incidents": "e1aeb2f8a1dd214d93907e6acedf17992b34e26c3065393daed9a2031ef09ce3",
    "missing_episodes": "07349d4b3113d5165e01786c5cef4cf3613d35264de5b5aee2c8a93815670b7b",
    "custody_records": "9023ed726414324ca41eb643431df23aaf2788c3f9fe745b31f97ec2833f92e5",
    "collisions": "cec03194921b9d4bcce2b88a9b1e72cd2d1db41fbda026a804de288a74797777",
    "traffic_reports": "7300341ce179ab2b34c6758759b9685482586ef312f32265fb8d3066dd8f01d6",
    "disruptions": "d5171a2ec29454638b10b5a3210941eed01ece457fe74331ae5d4f799629961c",
    "workforce": "a2e9252eba3456ed9893246dc25024fb21ff0161ddd5d92a5ac67b0afd7bab28",
    "establishments": "c8308ca31b2c8eea3f2e08bfcdde107801f7cfe538ef4a070371f155ac09086d",
    "officer_forecast": "373e4ce4684772e76bcb4af53d6e60fd81c6dfd92e4eadbfcf694e2e1bae8684",
    "sickness_hours": "615128b6bfe5cfd0e571388e6c4bd8833374ce97f26909ce30ae3ec113996151",
    "sickness_cases": "c72e25d5684c737833c2c8010dac227e2f3c8027124044f82aacd8b75fca0aa0",
    "pcso_surveys": "65c53bd1c51cc50a08ca940cb973461575fbf83d99244ac22f9f82e73d6cb80a",
    "speed_watch": "dcdac493178f60da0b82866f3ab62c71c2e4dc03dba32cf2290c9d8b8d1b4e74",
}
BLANK = "No location recorded"
VIOLENCE_WITH_INJURY = {"2", "5D", "5E", "8N", "8P", "8S"}  # the codes of the sub-group that the sample uses
RAPE = {"19C", "19D", "19E", "19F", "19G", "19H"}
AGGRAVATED = {"8M", "8P", "9B", "58J", "105B"}
SOLVED = set(range(1, 9))
SUSPECT = SOLVED | {9, 10, 11, 12, 13, 15, 16}
NO_SUSPECT = {14, 17, 18}
ALWAYS = pd.Timestamp("2100-01-01")

Rows = pd.DataFrame


@dataclass(frozen=True)
class Sample:
    """The files as read, and their rows after the contract's checks and spellings."""

    folder: Path
    read: dict[str, Rows]
    kept: dict[str, Rows]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = sample_workbook(tmp_path_factory.mktemp("workbook")).sample
    read = {name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in COLUMNS}
    return Sample(folder, read, {name: kept_rows(name, read[name]) for name in CHECKED})


def kept_rows(name: str, rows: Rows) -> Rows:
    """Spellings made one, exact duplicates and bad rows left out, dates and numbers parsed."""
    rows = rows.apply(lambda column: column.str.strip())
    names = {lpu.casefold(): lpu for lpu in SPEC["places"]}
    authorities = {place["local_authority"].casefold(): place["local_authority"] for place in SPEC["places"].values()}
    rows["lpu"] = [names.get(lpu.casefold(), lpu) for lpu in rows["lpu"]]
    rows["local_authority"] = [authorities.get(name.casefold(), name) for name in rows["local_authority"]]
    if name == "crimes":
        rows["domestic"] = rows["domestic"].str.upper().replace({"YES": "Y", "TRUE": "Y", "NO": "N", "FALSE": "N"})
        rows["hate_strands"] = rows["hate_strands"].str.replace(" ", "")
        rows["outcome_code"] = rows["outcome_code"].str.removesuffix(".0").str.lstrip("0")
    for column in [column for column in rows if column.endswith("_on") and column != "committed_on"]:
        rows[column] = rows[column].str[:10]
    return good_rows(name, rows.drop_duplicates()).rename(columns={rows.columns[0]: "ref"})


def good_rows(name: str, rows: Rows) -> Rows:
    known_lpus = {*SPEC["places"], ""}
    known_authorities = {place["local_authority"] for place in SPEC["places"].values()} | {""}
    good = rows["lpu"].isin(known_lpus) & rows["local_authority"].isin(known_authorities)
    for column in [column for column in rows if column.endswith("_on")]:
        parsed = pd.to_datetime(rows[column].replace("", None), format="%Y-%m-%d", errors="coerce")
        good &= (rows[column] == "") | (parsed.notna() & (parsed <= "2021-01-31") & (parsed >= "1950-01-01"))
        rows = rows.assign(**{column: parsed})
    if name == "crimes":
        code = pd.to_numeric(rows["outcome_code"].replace("", None))
        known = rows["hate_strands"].str.fullmatch("((disability|gender_identity|race|religion|sexual_orientation);?)*")
        age = pd.to_numeric(rows["victim_age"].replace("", None))
        good &= known & (code.isna() | code.between(1, 22)) & (code.isna() == rows["outcome_on"].isna())
        good &= (age.isna() | age.between(0, 120)) & rows["offence_code"].isin({str(code) for code in SPEC["titles"]})
        good &= ~(rows["outcome_on"] < rows["recorded_on"]) & ~(rows["cancelled_on"] < rows["recorded_on"])
        rows = rows.assign(outcome_code=code, victim_age=age, cancelled_on=rows["cancelled_on"].fillna(ALWAYS))
    if name == "surveys":
        good &= rows["response"].str.contains("satisfied|neither")
    return rows[good].drop_duplicates(rows.columns[0])


def two_years(period: str) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """First and last day of the rolling 12 months and of the 12 before."""
    end = pd.Period(period, "M")
    return [((end - back - 11).start_time, (end - back).end_time.normalize()) for back in (0, 12)]


def recorded(rows: Rows, window: tuple[pd.Timestamp, pd.Timestamp]) -> Rows:
    return rows[rows["recorded_on"].between(*window) & (rows["cancelled_on"] > window[1])]


def outcomes(rows: Rows, window: tuple[pd.Timestamp, pd.Timestamp], codes: set[int]) -> Rows:
    given = rows["outcome_on"].between(*window) & (rows["cancelled_on"] > window[1])
    return rows[given & rows["outcome_code"].isin(codes)]


def per_cent(rows: Rows, window: tuple[pd.Timestamp, pd.Timestamp], codes: set[int]) -> float:
    return 100 * len(outcomes(rows, window, codes)) / len(recorded(rows, window))


def shown(value: float, places: int = 1) -> str:
    return f"{value:.{places}f}"


Check = tuple[str, str, str]


def published_checks(kept: dict[str, Rows]) -> Iterator[Check]:
    """(name, printed, ours) of every published figure. A change known to be wrong in print is left out."""
    crimes = kept["crimes"]
    domestic = crimes[crimes["domestic"] == "Y"]
    injury = domestic[domestic["offence_code"].isin(VIOLENCE_WITH_INJURY)]
    section = PUBLISHED["domestic_abuse"]
    yield from table_checks("all domestic", section["all_domestic_by_local_authority"], domestic)
    yield from table_checks("injury", section["violence_with_injury_by_local_authority"], injury)
    yield from glance_checks("injury", section["violence_with_injury_at_a_glance"], injury)
    yield from glance_checks("rape", PUBLISHED["rape"], crimes[crimes["offence_code"].isin(RAPE)])
    hate = crimes[(crimes["hate_strands"] != "") | crimes["offence_code"].isin(AGGRAVATED)]
    yield from glance_checks("hate", PUBLISHED["hate_crime"], hate)
    yield from share_checks(PUBLISHED["hate_crime"], hate)
    yield from notice_checks(section["protection_notices_by_local_authority"], kept["protection_notices"])
    yield from disclosure_checks(section["disclosures_by_local_authority"], kept["disclosures"])
    yield from asb_checks(PUBLISHED["anti_social_behaviour"], kept["incidents"])
    yield from survey_checks(
        "domestic_abuse", "whole_experience", section["satisfied_whole_experience_pct"], kept["surveys"]
    )
    yield from survey_checks(
        "asb", "action_taken", PUBLISHED["anti_social_behaviour"]["satisfied_action_taken_pct"], kept["surveys"]
    )
    yield from rape_place_checks(crimes[crimes["offence_code"].isin(RAPE)])


def table_checks(name: str, table: dict[str, Any], rows: Rows) -> Iterator[Check]:
    current, previous = two_years(table["period"])
    for place, printed in table["rows"].items():
        here = rows if place == "Force" else rows[rows["local_authority"] == ("" if place == BLANK else place)]
        was, now = len(recorded(here, previous)), len(recorded(here, current))
        solved_was, solved_now = per_cent(here, previous, SOLVED), per_cent(here, current, SOLVED)
        rounded = place in table.get("change_of_rounded", {})
        change = float(shown(solved_now)) - float(shown(solved_was)) if rounded else solved_now - solved_was
        ours = [was, now, 100 * (now - was) / was, solved_was, solved_now, change]
        for column, figure, our in zip(table["columns"], printed, ours, strict=True):
            if column not in table.get("printed_error", {}).get(place, []):
                yield f"{name}, {place}, {column}", shown(figure), shown(our)


def glance_checks(name: str, section: dict[str, Any], rows: Rows) -> Iterator[Check]:
    current, previous = two_years(section["period"])
    was, now = len(recorded(rows, previous)), len(recorded(rows, current))
    yield f"{name} recorded", str(section["recorded"][0]), str(now)
    yield f"{name} recorded, change", shown(section["recorded"][1]), shown(100 * (now - was) / was)
    groups = {"solved_pct": SOLVED, "suspect_identified_pct": SUSPECT, "no_suspect_identified_pct": NO_SUSPECT}
    for key in [key for key in groups if key in section]:
        value, before = per_cent(rows, current, groups[key]), per_cent(rows, previous, groups[key])
        yield f"{name} {key}", shown(section[key][0]), shown(value)
        yield f"{name} {key}, change", shown(section[key][1]), shown(value - before)


def share_checks(section: dict[str, Any], rows: Rows) -> Iterator[Check]:
    year = recorded(rows, two_years(section["period"])[0])
    for title, share in section["offence_share_pct"].items():
        yield f"hate {title}", shown(share), shown(100 * (year["offence_title"] == title).mean())
    for strand, share in section["strand_share_pct"].items():
        with_it = [strand in strands.split(";") for strands in year["hate_strands"]]
        yield f"hate {strand}", shown(share), shown(100 * sum(with_it) / len(year))


def notice_checks(table: dict[str, Any], rows: Rows) -> Iterator[Check]:
    rows = rows[rows["authorised_on"].between("2020-04-01", "2020-12-31")]
    for place, printed in table["rows"].items():
        here = rows if place == "Total" else rows[rows["local_authority"] == place]
        ours = [
            len(here),
            (here["hearing_contested"] == "Y").sum(),
            (here["order_result"] == "granted").sum(),
            (here["order_result"] == "denied").sum(),
            (here["notice_breached"] == "Y").sum(),
            here["order_breaches"].astype(int).sum(),
            here["court_actions"].astype(int).sum(),
        ]
        for column, figure, our in zip(table["columns"], printed, ours, strict=True):
            yield f"notices, {place}, {column}", str(figure), str(our)


def disclosure_checks(table: dict[str, Any], rows: Rows) -> Iterator[Check]:
    rows = rows[rows["disclosed_on"].between("2020-04-01", "2020-12-31")]
    for place, printed in table["rows"].items():
        here = rows if place == "Total" else rows[rows["local_authority"] == place]
        for right, figure in zip(("ask", "know"), printed, strict=True):
            yield f"disclosures, {place}, {right}", str(figure), str((here["right"] == right).sum())


def asb_checks(section: dict[str, Any], rows: Rows) -> Iterator[Check]:
    rows = rows[rows["finalisation_code"].isin(["BE", "BN", "BP"])]
    now, was = (rows[rows["received_on"].between(*window)] for window in two_years(section["period"]))
    yield "ASB incidents", str(section["incidents"][0]), str(len(now))
    yield "ASB incidents, change", shown(section["incidents"][1]), shown(100 * (len(now) - len(was)) / len(was))
    rates = rates_per_1000(now)
    for place, rate in section["rate_per_1000_by_lpu"].items():
        yield f"ASB rate, {place}", shown(rate, 2), shown(rates[place], 2)
        yield "ASB rate, highest", place, str(rates.idxmax())
    by_month, before = (frame["received_on"].dt.month.value_counts() for frame in (now, was))
    more = (by_month - before).sort_values(ascending=False)
    yield "ASB, months of the rise", "[3, 4, 5, 6, 11]", str(sorted(more.index[:5]))
    yield "ASB, November's the smallest of them", "11", str(more.index[4])


def rates_per_1000(rows: Rows) -> pd.Series[float]:
    population = pd.Series({name: place["population"] for name, place in SPEC["places"].items()})
    return 1000 * rows["lpu"].value_counts().reindex(population.index, fill_value=0) / population


def survey_checks(survey: str, question: str, figure: dict[str, Any], rows: Rows) -> Iterator[Check]:
    rows = rows[(rows["survey"] == survey) & (rows["question"] == question)]
    shares = []
    for window in two_years(figure["period"]):
        answers = rows.loc[rows["surveyed_on"].between(*window), "response"]
        good = answers.isin(["completely_satisfied", "very_satisfied", "fairly_satisfied"]).sum()
        shares.append((100 * good / len(answers), wilson_margin(int(good), len(answers))))
    (value, margin), (previous, previous_margin) = shares
    yield f"{survey} satisfied", shown(figure["value"]), shown(value)
    yield f"{survey} margin", shown(figure["margin"]), shown(margin)
    if "previous" in figure:
        yield f"{survey} satisfied, previous", shown(figure["previous"]), shown(previous)
        yield f"{survey} margin, previous", shown(figure["previous_margin"]), shown(previous_margin)
    else:
        yield f"{survey} satisfied, change", shown(figure["change_pp"]), shown(value - previous)


def wilson_margin(count: int, of: int) -> float:
    z, share = 1.959963984540054, count / of
    return 100 * z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))


def rape_place_checks(rows: Rows) -> Iterator[Check]:
    """The sentence of the published file about rape by LPU."""
    year = recorded(rows, two_years("2020-12")[0])
    most = year.loc[year["lpu"] != "", "lpu"].value_counts().idxmax()
    first, second = rates_per_1000(year).nlargest(2).index
    ours = f"most offences in {most}; highest rate per 1,000 in {first}, then {second}"
    yield "rape by LPU", PUBLISHED["rape"]["by_lpu"], ours


def test_every_published_figure_comes_out_again(sample: Sample) -> None:
    checks = list(published_checks(sample.kept))
    wrong = [check for check in checks if check[1] != check[2]]
    print(f"{len(checks) - len(wrong)} of {len(checks)} published figures")
    assert not wrong
    assert len(checks) == 156


def test_every_figure_of_the_pack_comes_out_again(sample: Sample) -> None:
    checks = list(pack_checks(sample))
    assert [check for check in checks if check[1] != check[2]] == []
    assert len(checks) == 125


def pack_checks(sample: Sample) -> Iterator[Check]:
    read, people = sample.read, PACK["people"]
    yield from pack.crimes(PACK, sample.kept["crimes"])
    yield from pack.searches(PACK["stop_and_search"], read["stop_searches"], SPEC["searches"]["residents_2011"])
    yield from pack.response(PACK["response"], read["graded_incidents"])
    yield from pack.roads_and_custody(PACK, read)
    yield from pack.headcounts(people, read["workforce"], SPEC["workforce"]["rows"])
    yield from pack.sickness(people, read["sickness_hours"], read["sickness_cases"])


def test_the_crimes_of_the_published_themes_are_there_with_the_rest(sample: Sample) -> None:
    crimes = sample.kept["crimes"]
    year = crimes["recorded_on"].dt.year
    assert (year.value_counts()[[2018, 2019, 2020]] > 85_000).all()
    assert (crimes["domestic"] == "Y").groupby(year).sum()[2020] < 18_000


def test_no_two_units_move_alike(sample: Sample) -> None:
    crimes, stops = sample.kept["crimes"], sample.kept["stop_searches"]
    for rows, date in ((crimes, "recorded_on"), (stops, "searched_on")):
        there = rows[rows["lpu"] != ""]
        counts = there.groupby(["lpu", there[date].dt.year]).size().unstack()
        changes = (100 * counts[2020] / counts[2019]).round(1)
        assert changes.is_unique
        assert changes.max() - changes.min() > 2


def test_somebody_held_overnight_is_released_in_the_window(sample: Sample) -> None:
    rows = sample.read["custody_records"]
    arrived, released = pd.to_datetime(rows["arrived_at"]), pd.to_datetime(rows["released_at"])
    assert (released > arrived).all()
    last = arrived.dt.is_month_end
    assert (arrived[last].dt.date == released[last].dt.date).all()


def test_the_folder_holds_the_tables_and_what_they_are(sample: Sample) -> None:
    names = {path.name for path in sample.folder.iterdir()}
    assert names == {*(f"{name}.csv" for name in COLUMNS), "extract.yaml", "made_from.txt"}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_the_columns_of_the_contract_in_order(sample: Sample, name: str) -> None:
    assert list(sample.read[name]) == COLUMNS[name].split()
    assert b"\r" not in (sample.folder / f"{name}.csv").read_bytes()


def test_the_extract_says_what_it_is(sample: Sample) -> None:
    head = (sample.folder / "extract.yaml").read_text(encoding="utf-8").splitlines()
    assert head[:3] == ["as_at: 2021-01-31", "history_from: 2017-04", "synthetic: true"]
    assert head[3].startswith("title: ")


def test_the_bytes_are_those_of_every_other_machine(sample: Sample) -> None:
    """Made on purpose anew when the reference files or the way of drawing change."""
    found = {name: hashlib.sha256((sample.folder / f"{name}.csv").read_bytes()).hexdigest() for name in COLUMNS}
    assert found == DIGESTS


def test_every_row_is_kept_or_was_meant_to_go(sample: Sample) -> None:
    gone = {name: len(sample.read[name]) - len(sample.kept[name]) for name in CHECKED}
    faults = SPEC["faults"]
    meant = {name: faults["duplicates"].get(name, 0) + len(faults["bad"].get(name, [])) for name in CHECKED}
    assert gone == meant
    assert sum(faults["duplicates"].values()) == 20
    assert all(gone[name] * 100 < len(sample.read[name]) for name in CHECKED)


@pytest.mark.parametrize(("name", "date"), [("crimes", "recorded_on"), ("incidents", "received_on")])
def test_every_month_has_rows_in_every_place(sample: Sample, name: str, date: str) -> None:
    rows = sample.kept[name]
    counts = rows.groupby([rows[date].dt.strftime("%Y-%m"), "lpu"]).size().unstack()
    assert counts.shape == (46, 9)
    assert counts.notna().all(axis=None)
    assert rows[date].is_monotonic_increasing


def test_the_as_at_rule_matters(sample: Sample) -> None:
    crimes = sample.kept["crimes"]
    current, previous = two_years("2021-01")
    later = crimes[
        crimes["recorded_on"].between(*previous)
        & crimes["cancelled_on"].between(previous[1] + pd.Timedelta(days=1), current[1])
    ]
    assert len(later) > 50
    struck = crimes[crimes["cancelled_on"] < ALWAYS]
    assert struck["outcome_on"].notna().any()


def test_victims_come_back(sample: Sample) -> None:
    crimes = sample.kept["crimes"]
    shares = {
        "domestic": repeat_share(crimes[crimes["domestic"] == "Y"]),
        "rape": repeat_share(crimes[crimes["offence_code"].isin(RAPE)]),
        "hate": repeat_share(crimes[(crimes["hate_strands"] != "") | crimes["offence_code"].isin(AGGRAVATED)]),
    }
    assert 0.25 <= shares["domestic"] <= 0.35
    assert 0.01 < shares["rape"] < shares["hate"] < shares["domestic"]


def repeat_share(rows: Rows) -> float:
    """Of 2020's crimes with a victim, those whose victim stands on another of these crimes 1 to 365 days before."""
    known = rows.loc[rows["victim_ref"] != "", ["ref", "recorded_on", "victim_ref"]]
    year = known[known["recorded_on"].between("2020-01-01", "2020-12-31")]
    pairs = year.merge(known, on="victim_ref", suffixes=("", "_before"))
    days = (pairs["recorded_on"] - pairs["recorded_on_before"]).dt.days
    return pairs.loc[days.between(1, 365), "ref"].nunique() / len(year)


@pytest.mark.parametrize(("codes", "lowest", "highest", "sex"), [
    (["19C"], 16, 120, "Female"), (["19D"], 13, 15, "Female"), (["19E"], 0, 12, "Female"),
    (["19F"], 16, 120, "Male"), (["19G"], 13, 15, "Male"), (["19H"], 0, 12, "Male"),
])  # fmt: skip
def test_ages_and_sexes_agree_with_the_offence(
    sample: Sample, codes: list[str], lowest: int, highest: int, sex: str
) -> None:
    crimes = sample.kept["crimes"]
    rows = crimes[crimes["offence_code"].isin(codes)]
    said = rows.loc[rows["victim_age"].notna(), "victim_age"]
    assert len(said) > 20
    assert said.between(lowest, highest).all()
    assert set(rows["victim_sex"]) <= {sex, *SPEC["says_nothing"]}


def test_the_same_victim_is_the_same_person(sample: Sample) -> None:
    known = sample.kept["crimes"].query("victim_ref != ''")
    for field in ("victim_sex", "victim_ethnicity", "victim_religion", "lpu"):
        said = known[~known[field].isin(list(SPEC["says_nothing"]))]
        assert said.groupby("victim_ref")[field].nunique().max() == 1


def test_a_suspect_is_there_where_one_is_identified(sample: Sample) -> None:
    crimes = sample.kept["crimes"]
    assert (crimes.loc[crimes["outcome_code"].isin(SUSPECT), "suspect_ref"] != "").all()
    assert (crimes.loc[crimes["outcome_code"].isin(NO_SUSPECT), "suspect_ref"] == "").all()


def test_points_lie_near_their_lsoa(sample: Sample) -> None:
    crimes = sample.kept["crimes"].query("longitude != ''")
    lsoas = {row[0]: row for place in SPEC["places"].values() for row in place["lsoas"]}
    centre = crimes["lsoa_code"].map(lambda code: lsoas[code][1]), crimes["lsoa_code"].map(lambda code: lsoas[code][2])
    reach = crimes["lsoa_code"].map(lambda code: lsoas[code][3]) / 100_000
    assert ((crimes["latitude"].astype(float) - centre[1]).abs() <= reach + 1e-9).all()
    assert ((crimes["longitude"].astype(float) - centre[0]).abs() <= reach * 5 / 3 + 1e-5).all()
    blank = sample.kept["crimes"].query("lpu == ''")
    assert (blank[["local_authority", "lsoa_code", "longitude", "latitude"]] == "").all(axis=None)


@pytest.mark.parametrize(("count", "of", "printed", "yes"), [
    (6, 162, 3.7, True), (5, 162, 3.7, False), (7, 162, 3.7, False), (1, 800, 0.1, True),
    (3, 2000, 0.1, False), (3, 2000, 0.2, False),
])  # fmt: skip
def test_a_count_prints_a_percentage_unless_it_is_a_tie(count: int, of: int, printed: float, yes: bool) -> None:
    assert prints(count, of, printed) is yes


def test_counts_that_print_are_all_found_nearest_first() -> None:
    assert counts_printing(10.2, 2942) == [300, 301, 299]
    assert previous_count(1065, -1.1) == 1077
    assert half_width(*survey_counts(87.2, 5.5)) == pytest.approx(5.5, abs=0.05)


def test_figures_that_no_counts_print_are_refused(tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    reference.mkdir()
    for name, change in {"sample.yaml": "16.6", "published_2021-03.yaml": "26.6"}.items():
        text = (
            (REFERENCE / name)
            .read_text(encoding="utf-8")
            .replace("3331, 3470, +4.2, 16.6", f"3331, 3470, +4.2, {change}")
        )
        (reference / name).write_text(text, encoding="utf-8")
    shutil.copy(REFERENCE / "published_2021-03_pack.yaml", reference)
    with pytest.raises(DataRefused, match=r"26\.6"):
        write_sample(tmp_path / "out", reference)
    assert not list((tmp_path / "out").glob("*"))


def test_a_missing_reference_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=r"sample\.yaml: not found"):
        write_sample(tmp_path / "out", tmp_path)


def test_offences_are_those_of_the_reference() -> None:
    offences = (
        pd.read_csv(REFERENCE / "offences.csv", dtype=str).set_index("code").loc[[str(code) for code in SPEC["titles"]]]
    )
    assert offences["title"].tolist() == list(SPEC["titles"].values())
    assert set(offences.index[offences["subgroup"].str.casefold() == "violence with injury"]) == VIOLENCE_WITH_INJURY
    assert set(offences.index[offences["aggravated"] == "Y"]) == AGGRAVATED
    assert set(offences.index[offences["subgroup"].str.casefold().str.startswith("rape")]) == RAPE


def test_searches_are_as_many_a_month_as_a_force_makes(sample: Sample) -> None:
    rows = sample.kept["stop_searches"]
    counts = rows.groupby(rows["searched_on"].dt.strftime("%Y-%m")).size()
    assert len(counts) == 46
    assert counts.between(200, 620).all()
    assert rows["searched_on"].is_monotonic_increasing


def test_searches_use_the_words_of_the_declared_codes(sample: Sample) -> None:
    rows = sample.kept["stop_searches"]
    declared = yaml.safe_load((REFERENCE.parents[1] / "params/tables/stop_searches.yaml").read_text(encoding="utf-8"))
    for name in ("gender", "officer_defined_ethnicity", "outcome"):
        said = set(rows[name]) - {""}
        assert said
        assert said <= set(declared["columns"][name]["codes"]), name
    ethnicities = pd.read_csv(REFERENCE / "ethnicities.csv", dtype=str)
    assert set(rows["self_defined_ethnicity"]) == {*ethnicities["code"], ""} - {"White - Roma"}
    assert set(rows["outcome_linked"]) == set(rows["clothing_removed"]) == {"Y", "N"}
    nothing = rows["outcome"] == "A no further action disposal"
    assert set(rows.loc[nothing, "outcome_linked"]) == {"N"}, "nothing came of it that could be linked"


def test_what_was_looked_for_goes_with_the_power(sample: Sample) -> None:
    rows = sample.kept["stop_searches"]
    drugs = rows["legislation"] == "Misuse of Drugs Act 1971 (section 23)"
    assert set(rows.loc[drugs, "object"]) == {"Controlled drugs"}
    assert "Controlled drugs" not in set(rows.loc[~drugs, "object"])
    weapons = rows["legislation"] == "Firearms Act 1968 (section 47)"
    assert set(rows.loc[weapons, "object"]) == {"Firearms"}


def test_draws_do_not_depend_on_the_library() -> None:
    assert Draws(1, "name").below(1000, 5).tolist() == [557, 832, 247, 783, 326]
    assert sorted(Draws(1, "name").dealt([2, 0, 3])) == [0, 0, 2, 2, 2]


@pytest.mark.parametrize(("total", "weights", "parts"), [
    (10, [1, 1, 1], [4, 3, 3]), (0, [1, 2], [0, 0]), (7, [0, 5, 2], [0, 5, 2]), (1, [1, 2, 1], [0, 1, 0]),
])  # fmt: skip
def test_apportion_adds_up(total: int, weights: list[int], parts: list[int]) -> None:
    assert apportion(total, weights).tolist() == parts


def test_who_comes_back_must_lie_1_to_365_days_before_in_the_same_pool() -> None:
    def chain(pools: list[int], days: list[int], back: int = 1) -> list[int]:
        steps = np.full(len(pools), back, dtype=np.int64)
        return [int(row) for row in first_of_chain(np.array(pools), np.array(days), steps > 0, steps)]

    assert chain([1, 1], [0, 0]) == [0, 1]
    assert chain([1, 1], [0, 1]) == [0, 0]
    assert chain([1, 1], [0, 365]) == [0, 0]
    assert chain([1, 1], [0, 366]) == [0, 1]
    assert chain([1, 2], [0, 1]) == [0, 1]
    assert chain([1, 1, 1], [0, 200, 400]) == [0, 0, 0]
    assert chain([1, 1, 1], [0, 1, 2], back=2) == [0, 1, 0]
