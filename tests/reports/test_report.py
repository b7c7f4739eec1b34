"""What a notebook asks of a report: the force's own words for its areas, what is refused, and what is shown of what."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from thematic.core.errors import ArgumentsRefused
from thematic.displays import Chart, DisplayTable, Glance, Sentence
from thematic.measures.data import ReportData
from thematic.params import Params
from thematic.params.themes import Caveat
from thematic.report import Report, context, open_report
from thematic.report.absent import absence
from warehouse_drawn import DrawnCubes, own_params, report_data, theme_cubes, typed

PERIOD, THEME = "2021-01", "domestic-abuse"
UNITS = ("Widnes", "Runcorn", "Crewe")
DIMENSIONS = ("total", "month", "lpu", "local_authority", "offence", "outcome")


def districts() -> Params:
    """The product's params, its units called districts, with one theme and some of its measures."""
    own = own_params()
    words = {"title": "Police district", "plural": "Police districts", "short": "district"}
    levels = {**own.levels, "lpu": own.levels["lpu"].model_copy(update=words)}
    theme = own.themes[THEME]
    kept = {
        "da_recorded": (*DIMENSIONS[:5], "weekday"),
        "da_rate_per_1000": ("total", "lpu"),
        "da_solved_pct": ("total", "month", "lpu", "local_authority"),
        "da_outcomes": ("total", "outcome"),
        "da_repeat_victim_pct": ("total", "lpu"),
        "dvwi_recorded": ("total",),
        "dvpn_authorised": ("total",),
    }
    sections = {
        "at_a_glance": theme.sections["at_a_glance"].model_copy(update={"measures": ("da_recorded", "dvpn_authorised")})
    }
    beside = (
        Caveat(text="Counted anew in May.", measures=("da_recorded", "da_rate_per_1000")),
        Caveat(text="For all."),
    )
    changed = {"measures": kept, "sections": sections, "caveats": beside, "shares": ("weekday",), "hotspots": None}
    return replace(own, levels=levels, themes={THEME: theme.model_copy(update=changed)})


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> DrawnCubes:
    rows: list[dict[str, Any]] = [
        {"recorded_on": f"{year}-{month:02d}-05", "lpu": UNITS[number % 3], "local_authority": "Halton", "domestic": "Y",
         "offence_code": "8N", "offence_title": "Assault with injury", "victim_ref": f"V{number % 7}",
         **({"outcome_code": str(1 + number % 3), "outcome_on": f"{year}-{month:02d}-20"} if number % 2 else {})}
        for year in (2018, 2019, 2020) for month in range(1, 13) for number in range(6 + month % 3)
    ]  # fmt: skip
    params = districts()
    tables = {"crimes": typed(params.tables["crimes"], pd.DataFrame(rows))}
    notices = pd.DataFrame([{"authorised_on": "2020-05-01", "lpu": "Widnes"}])
    tables["protection_notices"] = typed(params.tables["protection_notices"], notices)
    return theme_cubes(tmp_path_factory.mktemp("drawn"), THEME, tables, params=params, history="2018-01")


def report(drawn: DrawnCubes, area: str = "force", audience: Any = "internal") -> Report:
    return Report(report_data(drawn, PERIOD, area, audience))


def notes_of(folder: Path, reason: str = "", **facts: Any) -> tuple[Report, DisplayTable]:
    """A report whose quality table holds a row that was put aside for this reason."""
    crimes = typed(own_params().tables["crimes"], pd.DataFrame([{"recorded_on": "2020-05-01", "domestic": "Y"}]))
    cubes = theme_cubes(folder, THEME, {"crimes": crimes}, **facts)
    quality = pd.DataFrame(
        {"table": ["crimes"], "month": ["2020-05"], "status": ["quarantined"], "reason": [reason], "n": [2]}
    )
    held = io.BytesIO()
    quality.to_parquet(held)
    made = report(replace(cubes, files={**cubes.files, "quality": held.getvalue()}))
    return made, made.data_quality()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("lpu is not in params/areas/lpu.yaml", "local Policing Unit is not in the list of its names"),
        ("offence_code is not in data/reference/offences.csv", ", such as `8N`, `19C` or `195` is not in the list of its names"),
        ("outcome_code is filled and outcome_on is blank", "home Office is filled and day on which the outcome was given is blank"),
        ("recorded_on is before history_floor", "day on which the crime was recorded is before the earliest day that is taken"),
        ("outcome_type contradicts outcome_code", "in the words of data.police.uk contradicts outcome by the list of the"),
    ],
)  # fmt: skip
def test_a_page_says_why_rows_were_put_aside_without_columns_and_files(tmp_path: Path, reason: str, words: str) -> None:
    _, quality = notes_of(tmp_path, reason)
    assert quality.title == "Rows dated in the 12 months to January 2021 and in the 12 months before"
    note = next(note for note in quality.notes if note.startswith("Quarantined: 2 of crimes, "))
    assert words.casefold() in note.casefold()
    assert not re.search(r"\w_\w|params/|data/reference", note)


def test_the_source_of_a_measure_is_that_of_a_download_where_it_was_made_from_one(tmp_path: Path) -> None:
    own, _ = notes_of(tmp_path / "own")
    assert "Source: Crime recording system (crimes extract)" in own.definitions().plain()
    made, _ = notes_of(tmp_path / "download", kind="police.uk", title="data.police.uk")
    assert set(re.findall(r"Source: (.*?)\. ", made.definitions().plain())) == {"data.police.uk"}


def test_the_glossary_gives_a_short_word_where_it_is_another(drawn: DrawnCubes) -> None:
    assert "divides itself (district)." in report(drawn).glossary().plain()
    words = {"title": "District", "plural": "Districts", "short": "district"}
    levels = {**drawn.params.levels, "lpu": drawn.params.levels["lpu"].model_copy(update=words)}
    made = report(replace(drawn, params=replace(drawn.params, levels=levels)))
    assert "One of the areas into which the force divides itself." in made.glossary().plain()


def test_what_readers_see_of_the_declarations_names_no_file() -> None:
    params = own_params()
    seen = [column.words for table in params.tables.values() for column in table.columns.values()]
    for measure in params.measures.values():
        seen += [measure.title, measure.definition, measure.source or "", *measure.caveats]
    for theme in params.themes.values():
        seen += [theme.title, *(caveat.text for caveat in theme.caveats)]
    assert [
        text for text in [*seen, *params.glossary.terms.values()] if re.search(r"params/|data/|\.ya?ml", text)
    ] == []


def test_a_section_without_a_figure_is_one_line_that_says_why(tmp_path: Path) -> None:
    crimes = typed(own_params().tables["crimes"], pd.DataFrame([{"recorded_on": "2020-05-01", "domestic": "Y"}]))
    made = report(theme_cubes(tmp_path, THEME, {"crimes": crimes}))
    why = "[x] not available: Drawn extract holds no protection notices."
    title = "Domestic Violence Protection Notices and Orders"
    assert made.at_a_glance("notices") == Sentence(f"{title}: {why}")
    assert made.section_by_place("lpu", "notices") == Sentence(f"{title} by Local Policing Unit: {why}")
    assert made.by_place("lpu", "dvpn_authorised", title="Notices") == Sentence(
        f"Notices by Local Policing Unit: {why}"
    )


def test_of_many_reasons_two_are_said_and_the_others_counted(tmp_path: Path) -> None:
    crimes = typed(own_params().tables["crimes"], pd.DataFrame([{"recorded_on": "2020-05-01", "domestic": "Y"}]))
    made = report(theme_cubes(tmp_path, THEME, {"crimes": crimes}))
    found = made.figures
    told = {**found.reasons, ("dvpn_authorised", "total"): ["one", "two", "three", "four"]}
    with_four = replace(found, reasons=told)
    said = absence(made.data, with_four, "Notices", "total", ["dvpn_authorised"])
    first = "[x] not available: one. [x] not available: two. The notes on the data give 2 more reasons."
    assert said == Sentence(f"Notices: {first}")


def test_a_section_with_one_figure_is_a_table(drawn: DrawnCubes) -> None:
    made = report(drawn)
    assert isinstance(made.at_a_glance(), Glance)
    assert isinstance(made.by_place("lpu", "da_recorded"), DisplayTable)


def words_of(drawn: DrawnCubes, area: str) -> str:
    made = report(drawn, area)
    shown = [
        made.says_where("da_rate_per_1000"), made.by_place("lpu", "da_recorded", "da_solved_pct"), made.rates("da_rate_per_1000"),
        made.funnel("da_rate_per_1000"), made.map("da_rate_per_1000"), made.at_a_glance(), made.method(), made.data_notes(),
        made.section_by_place("lpu", "at_a_glance") if area == "nowhere" else None,
    ]  # fmt: skip
    return " ".join(f"{each.html()} {each.plain()}" for each in shown if each is not None)


@pytest.mark.parametrize("area", ["force", "widnes"])
def test_a_force_of_districts_never_reads_of_other_units(drawn: DrawnCubes, area: str) -> None:
    said = words_of(drawn, area)
    assert "Police district" in said and "olice districts" in said
    assert "Local Policing Unit" not in said.replace("LSOA-to-LPU", "")


def test_places_are_those_of_the_level_then_the_report_and_the_force(drawn: DrawnCubes) -> None:
    whole, own = report(drawn).by_place("lpu", "da_recorded"), report(drawn, "widnes").by_place("lpu", "da_recorded")
    assert whole is not None and own is not None
    assert whole.texts[-1][0] == "Cheshire Constabulary" and whole.emphasis == [len(whole.rows) - 1]
    assert [row[0] for row in own.texts][-2:] == ["Widnes", "Cheshire Constabulary"]
    assert {own.texts[place][0] for place in own.emphasis} == {"Widnes", "Cheshire Constabulary"}
    assert report(drawn, "widnes").by_place("local_authority", "da_recorded") is None
    assert report(drawn, "widnes").breakdown("da_recorded", "local_authority") is None
    assert report(drawn).by_place("local_authority", "da_recorded").columns[0].label == "Local authority"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda made: made.breakdown("da_outcomes", "weekday"), r"no figures by 'weekday': params/themes/domestic-abuse.yaml lists total, outcome"),
        (lambda made: made.months("da_rate_per_1000"), "no figures by 'month'"),
        (lambda made: made.by_place("district", "da_recorded"), "no level of areas 'district'"),
        (lambda made: made.says("da_recordid"), "Did you mean 'da_recorded'"),
        (lambda made: made.rates("da_recorded"), "is no rate: its unit is count. Name a measure per 1,000 or 10,000"),
        (lambda made: made.hotspots("da_recorded"), "list it in params/themes/domestic-abuse.yaml"),
        (lambda made: made.at_a_glance("glance"), "no section 'glance'"),
    ],
)  # fmt: skip
def test_what_is_not_declared_is_refused_with_the_fix(drawn: DrawnCubes, ask: Any, told: str) -> None:
    with pytest.raises(ArgumentsRefused, match=told):
        ask(report(drawn))


def test_months_of_a_percentage_have_its_sign_and_no_band(drawn: DrawnCubes) -> None:
    made = report(drawn).months("da_solved_pct")
    assert isinstance(made, Chart)
    assert len(made.table.columns) == 3
    assert all(re.fullmatch(r"[\d.]+%|\d+ for \d+|\[[cxz]\]", row[1]) for row in made.table.texts)
    assert "%<" in made.svg
    assert not any("band" in note or "triangle" in note for note in made.notes)


def test_codes_that_are_numbers_stand_before_their_titles(drawn: DrawnCubes) -> None:
    made = report(drawn).breakdown("da_outcomes", "outcome")
    assert isinstance(made, DisplayTable)
    assert made.texts[0][0].startswith(("1. ", "2. ", "3. "))


def test_a_breakdown_with_shares_has_them_of_its_own_total(drawn: DrawnCubes) -> None:
    made = report(drawn).breakdown("da_recorded", "weekday")
    assert isinstance(made, DisplayTable)
    assert [column.label for column in made.columns][4:] == ["Difference", "Share", "Significant change"]
    place = [column.label for column in made.columns].index("Share")
    assert sum(getattr(row[place], "value", 0) or 0 for row in made.rows) == pytest.approx(100)


def test_caveats_stand_beside_the_measures_they_name_and_else_in_the_notes(drawn: DrawnCubes) -> None:
    made = report(drawn)
    named = made.breakdown("da_recorded", "weekday")
    other = made.breakdown("da_outcomes", "outcome")
    assert isinstance(named, DisplayTable) and isinstance(other, DisplayTable)
    assert "Counted anew in May." in named.notes and "Counted anew in May." not in other.notes
    for chart in (made.rates("da_rate_per_1000"), made.months("da_recorded")):
        assert isinstance(chart, Chart) and "Counted anew in May." in chart.notes
    assert "For all." in made.data_notes().items and "Counted anew in May." not in made.data_notes().items


def test_a_ratio_is_said_to_be_none_of_a_share(drawn: DrawnCubes) -> None:
    solved, repeat = (report(drawn).by_place("lpu", name) for name in ("da_solved_pct", "da_repeat_victim_pct"))
    assert solved is not None and repeat is not None
    assert any("is a ratio, not a share" in note for note in solved.notes)
    assert not any("ratio" in note for note in repeat.notes)


def test_indicators_with_windows_of_their_own_say_which(drawn: DrawnCubes) -> None:
    made = report(drawn).at_a_glance()
    assert isinstance(made, Glance)
    assert made.title == "At a glance, January 2021"
    assert made.notes[:2] == [
        "The 12 months to January 2021: Recorded.",
        "The 10 months to January 2021: Notices authorised.",
    ]


def test_what_the_source_cannot_end_is_said(drawn: DrawnCubes) -> None:
    data = report_data(drawn, PERIOD)
    index = data.index.model_copy(update={"not_ended": ["crimes"]})
    said = Report(replace(data, index=index)).data_notes().items
    assert "Crimes: cancelled records are not taken off, for the source does not say which they are." in said


def test_the_population_of_the_reports_own_area_is_named_with_its_source(drawn: DrawnCubes) -> None:
    def told(area: str) -> str:
        return next(item for item in report(drawn, area).data_notes().items if item.startswith("Populations"))

    own = "Halton: ONS mid-2020 estimates by local authority and, by ethnicity, the Census of 2021"
    assert own in told("halton") and "police districts: ONS" in told("halton")
    assert own not in told("force") and own not in told("widnes")


def test_all_figures_are_typed_and_the_same_as_the_csvs(drawn: DrawnCubes) -> None:
    made = report(drawn)
    listed = made.all_figures()
    assert listed.texts == made.figures.csv_rows()
    assert {type(cell) for row in listed.rows for cell in row} <= {str, int, float, bool, type(None)}


@pytest.fixture
def handed(drawn: DrawnCubes) -> Iterator[ReportData]:
    data = report_data(drawn, PERIOD, "widnes", "public")
    context.use(data)
    yield data
    context.use(None)


def test_what_a_batch_hands_over_is_what_a_notebook_opens(handed: ReportData) -> None:
    assert context.is_handed_over()
    assert open_report(THEME, PERIOD, "widnes", "public").data is handed
    assert open_report(THEME, PERIOD, "force", "public").area.is_force
    with pytest.raises(ArgumentsRefused, match="This report is for the public"):
        open_report(THEME, PERIOD, "widnes", "internal")
    with pytest.raises(
        ArgumentsRefused, match="made as a report on 'domestic-abuse', and its notebook opens one on 'rape'"
    ):
        open_report("rape", PERIOD, "widnes", "public")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("2031-01", "force", "public"), "no complete month 2031-01"),
        ((PERIOD, "atlantis", "public"), "There is no area 'atlantis'. Areas: force, chester"),
        ((PERIOD, "halton", "public"), "There is no area 'halton'"),
        ((PERIOD, "force", "press"), "There is no audience 'press'. Audiences: internal, public"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(
    handed: ReportData, words: tuple[str, str, str], told: str
) -> None:
    with pytest.raises(ArgumentsRefused, match=told):
        open_report(THEME, *words)


def test_without_data_it_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from thematic.core.errors import UserError
    from warehouse_drawn import ROOT

    for part in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / part, tmp_path / part)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="make data"):
        open_report(THEME, PERIOD, "force")
