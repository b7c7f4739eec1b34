"""Another force makes every report from its own params/ and extracts, and no place of this one stands in any of them."""

from __future__ import annotations

import csv
import html
import json
import random
import re
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from thematic import cli
from thematic.core.workbook import Workbook
from thematic.exporters import document, pdf
from thematic.params import load_params
from warehouse_drawn import ROOT, own_params

ALL_FIGURES = ("figures.csv", "figures.json", "figures.parquet")

PERIOD = "2021-01"
FORCE = "Northmarch Police"
LPUS = {"alder-vale": "Alder Vale", "thrift-and-moor": "Thrift & Moor", "caer-eira": "Caer Êira"}
WINDOW_START, DAY_AFTER = date(2020, 2, 1), date(2020, 2, 2)
AUTHORITIES = ["Northmarch Borough", "Isle of Thrift"]
FORCE_FILE = f"""
name: {FORCE}
marking: {{internal: RESTRICTED, public: OPEN}}
units: lpu
says_nothing: [unknown]
"""
UNITS_FILE = f"""
title: Basic Command Unit
plural: Basic Command Units
short: BCU
reports: true
areas:
  - {{slug: alder-vale, name: Alder Vale, population: {{2020: 90000}}, source: &s Own estimate}}
  - {{slug: thrift-and-moor, name: Thrift & Moor, valid_from: {WINDOW_START}, population: {{2020: 30000}}, source: *s}}
  - {{slug: caer-eira, name: Caer Êira, valid_from: {DAY_AFTER}}}
"""
AUTHORITIES_FILE = """
title: Council
plural: Councils
short: council
areas:
  - {slug: northmarch-borough, name: Northmarch Borough, population: {2020: 100000}, source: Own estimate}
  - {slug: isle-of-thrift, name: Isle of Thrift}
"""
EVENTS = "events:\n  - {name: The great flood, start: 2020-02-09, end: 2020-03-02}\n"
PLACED = [*LPUS.values(), ""]


NOT_FED = {"people"}
"""The themes of which the extract can show nothing: it has nobody in post."""


def rows(draw: random.Random, size: int, **columns) -> list[dict[str, str]]:
    """Rows of drawn values: a list is chosen from, a function is called, and `""` is blank."""
    return [
        {name: value() if callable(value) else str(draw.choice(value)) for name, value in columns.items()}
        for _ in range(size)
    ]


def write(folder: Path, table: str, reference: str, drawn: list[dict[str, str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [reference, *drawn[0]])
        writer.writeheader()
        writer.writerows({reference: f"{table}-{number}", **row} for number, row in enumerate(drawn))


def draw_extracts(folder: Path) -> None:
    """All six tables, three years of random rows, with blanks in every column that may have them."""
    draw = random.Random(20210131)
    codes = [code for code in own_params().lists["offences"].rows if "/" not in code]
    often = [*codes, *["19C", "19D", "8N", "9B", "105A"] * 40]

    def day() -> str:
        return str(date(2018, 2, 1) + timedelta(days=draw.randrange(1096)))

    places = {"lpu": PLACED, "local_authority": [*AUTHORITIES, ""]}
    victim = {f"victim_{name}": ["said", "unknown", ""] for name in ("sex", "ethnicity", "disability", "religion")}
    crimes = rows(
        draw,
        3000,
        recorded_on=day,
        offence_code=often,
        **places,
        domestic="YN",
        hate_strands=["", "", "race", "religion;disability"],
        outcome_code=["", *range(1, 23)],
        victim_ref=lambda: draw.choice(["", f"v{draw.randrange(400)}"]),
        victim_age=["", 9, 17, 18, 40],
        victim_sexual_orientation=["", "said"],
        **victim,
    )
    for row in crimes:
        later = date.fromisoformat(row["recorded_on"]) + timedelta(days=draw.randrange(90))
        row["outcome_on"] = str(min(later, date(2021, 2, 9))) if row["outcome_code"] else ""
        row["cancelled_on"] = row["outcome_on"] if draw.random() < 0.03 else ""
        row["committed_on"] = draw.choice(["", row["recorded_on"], "2001-05-06"])
    write(folder, "crimes", "crime_ref", crimes)
    callers = {"caller_ref": lambda: draw.choice(["", f"c{draw.randrange(200)}"])}
    codes_of_asb = ["BE", "BN", "BP", "XX"]
    write(folder, "incidents", "incident_ref", rows(draw, 1500, received_on=day, finalisation_code=codes_of_asb, **places, **callers))  # fmt: skip
    notices = {"hearing_contested": "YN", "order_result": ["granted", "denied", ""], "notice_breached": ["Y", "N", ""]}
    numbers = {"order_breaches": ["", 0, 1, 2], "court_actions": ["", 0, 1]}
    write(folder, "protection_notices", "notice_ref", rows(draw, 200, authorised_on=day, **places, **notices, **numbers))  # fmt: skip
    write(folder, "disclosures", "disclosure_ref", rows(draw, 200, disclosed_on=day, right=["ask", "know"], **places))
    surveys = {"survey": ["domestic_abuse", "asb", "hate_crime"], "question": ["whole_experience", "action_taken"]}
    answers = {"response": ["completely_satisfied", "fairly_satisfied", "neither", "very_dissatisfied"]}
    write(folder, "surveys", "response_ref", rows(draw, 400, surveyed_on=day, **surveys, **answers, **places))
    people = {"ethnicity": ["white", "black", "not_stated", ""], "age": ["", 16, 30], "gender": ["Male", "Female", ""]}
    ends = {
        "outcome": ["Arrest", "A no further action disposal", ""],
        "outcome_linked": "YN",
        "object": ["Fireworks", ""],
    }
    write(folder, "stop_searches", "search_ref", rows(draw, 400, searched_on=day, **people, **ends, **places))
    (folder / "extract.yaml").write_text("as_at: 2021-02-10\nhistory_from: 2018-02-01\n", encoding="utf-8")


def new_force(folder: Path) -> None:
    """A workbook whose params/ are the force's own; themes, measures, tables and words are the product's."""
    for part in ("params/themes", "params/measures", "params/tables", "notebooks", "data/reference"):
        shutil.copytree(ROOT / part, folder / part)
    for name in ("glossary", "disclosure"):
        shutil.copy(ROOT / "params" / f"{name}.yaml", folder / "params")
    (folder / "params/force.yaml").write_text(FORCE_FILE, encoding="utf-8")
    (folder / "params/areas").mkdir()
    (folder / "params/areas/lpu.yaml").write_text(UNITS_FILE, encoding="utf-8")
    (folder / "params/areas/local_authority.yaml").write_text(AUTHORITIES_FILE, encoding="utf-8")
    (folder / "params/events.yaml").write_text(EVENTS, encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The outputs of `thematic build ALL` in the force's own workbook, which ended with status 0."""
    folder = tmp_path_factory.mktemp("northmarch")
    new_force(folder)
    (folder / "extract").mkdir()
    draw_extracts(folder / "extract")
    words = ["thematic", "build", "ALL", "--period", PERIOD, "--data", "extract"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code == 0
    return folder / "outputs"


def own_names() -> set[str]:
    """The names and slugs of this force's places, and the words of more than three letters they are made of."""
    params = own_params()
    places = [params.force.name, *(area.name for level in params.levels for area in params.areas(level))]
    words = {word for place in places for word in place.split() if len(word) > 3}
    return {*places, *words, "Local Policing Unit", "LPU"} - {"Constabulary", "East", "West", "Port"}


def told(path: Path) -> str:
    """What a file says, its embedded fonts and pictures left out."""
    text = html.unescape(path.read_text(encoding="utf-8"))
    return re.sub(r"data:[\w/+-]+;base64,[A-Za-z0-9+/=]+", "", text)


def sources(path: Path) -> str:
    """What the PDF of an executed notebook is set from."""
    read = document.read(nbformat.read(path, as_version=4))
    return json.dumps(json.loads(pdf.sources(read)["report.json"]), ensure_ascii=False)


def test_every_report_of_every_theme_is_made(made: Path) -> None:
    params = load_params(Workbook(made.parent))
    for slug in set(own_params().themes) - NOT_FED:
        areas = {area.slug for area in params.report_areas(slug)}
        assert areas in ({"force", *LPUS}, {"force"})
        files = {path.name for path in (made / PERIOD / slug).iterdir()}
        assert files == {f"{area}.{end}" for area in areas for end in ("csv", "html", "ipynb", "json", "pdf")}
    assert {path.name for path in made.iterdir()} == {PERIOD, "index.html", "build.log", *ALL_FIGURES}
    assert params.force.name == FORCE


def test_no_place_of_this_force_stands_in_any_file(made: Path) -> None:
    names = own_names()
    assert len(names) > 10
    wrong = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(names)))
    texts = {path: told(path) for path in made.rglob("*") if path.is_file() and path.suffix not in (".pdf", ".parquet")}
    texts |= {path.with_suffix(".typ"): sources(path) for path in made.rglob("*.ipynb")}
    params = load_params(Workbook(made.parent))
    assert len(texts) == 5 + 5 * sum(len(params.report_areas(slug)) for slug in set(params.themes) - NOT_FED)
    assert {path.name: wrong.findall(text) for path, text in texts.items() if wrong.search(text)} == {}


def test_the_names_of_the_force_stand_in_all_its_reports(made: Path) -> None:
    for path in made.rglob("*.html"):
        assert FORCE in told(path)
    for path in (made / PERIOD).glob("*/*.html"):
        text = told(path)
        assert [name for name in LPUS.values() if name not in text] == [], path
        assert "RESTRICTED" in text
        assert path.stem == "force" or LPUS[path.stem] in text.split("</h1>")[0], path
    for path in (made / PERIOD).rglob("*.ipynb"):
        assert FORCE in sources(path), path
    assert "The great flood" in told(made / PERIOD / "asb" / "force.html")
    assert [name for name in AUTHORITIES if name not in told(made / PERIOD / "asb" / "force.html")] == []


def figures(made: Path, theme: str, area: str) -> pd.DataFrame:
    frame = pd.read_csv(made / PERIOD / theme / f"{area}.csv", dtype=str, keep_default_na=False)
    return frame.set_index(["measure", "dimension", "category"]).sort_index()


COUNTS = {"domestic-abuse": "da_recorded", "asb": "asb_incidents"}


@pytest.mark.parametrize("theme", COUNTS)
def test_a_unit_that_opened_after_the_window_began_has_no_figure(made: Path, theme: str) -> None:
    force = figures(made, theme, "force")
    for name, status, change in [("Alder Vale", "", ""), ("Thrift & Moor", "", "[x]"), ("Caer Êira", "[x]", "[x]")]:
        row = force.loc[COUNTS[theme], "lpu", name]
        assert (row["status"], row["change_status"]) == (status, change), name
        assert (row["value"] == "") == (status == "[x]")
    total = force.loc[COUNTS[theme], "total", "total"]
    assert (total["status"], total["change_status"]) == ("", "")
    for slug, status in [("alder-vale", ""), ("thrift-and-moor", ""), ("caer-eira", "[x]")]:
        own = figures(made, theme, slug).loc[COUNTS[theme], "total", "total"]
        assert own["status"] == status, slug
        assert ("[x]" in told(made / PERIOD / theme / f"{slug}.html")) or (slug, theme) == ("alder-vale", "asb")


def notes_in(value: object) -> list[list[str]]:
    """Every list of notes in the sources of a PDF."""
    if isinstance(value, list):
        return [found for part in value for found in notes_in(part)]
    if not isinstance(value, dict):
        return []
    own = [value[name] for name in ("notes", "items") if value.get(name)]
    return own + [found for part in value.values() for found in notes_in(part)]


@pytest.mark.parametrize("theme", COUNTS)
def test_the_reason_stands_once_beside_the_figures_it_is_of(made: Path, theme: str) -> None:
    reason = "Caer Êira opened on 2 February 2020, so what begins before then is not whole"
    found = notes_in(json.loads(sources(made / PERIOD / theme / "caer-eira.ipynb")))
    told_of = [sum(reason in note for note in notes) for notes in found]
    assert sum(told_of) > 2 and max(told_of) == 1


def test_a_unit_has_months_from_its_first_whole_one(made: Path) -> None:
    months = figures(made, "asb", "caer-eira").loc["asb_incidents", "month"]
    assert set(months.loc[months.index <= "2020-02", "status"]) == {"[x]"}
    assert set(months.loc[months.index > "2020-02", "status"]) == {""}
    months = figures(made, "asb", "thrift-and-moor").loc["asb_incidents", "month"]
    assert (months.loc["2020-01", "status"], months.loc["2020-02", "status"]) == ("[x]", "")


def test_a_unit_without_a_population_has_no_rate_and_the_force_neither(made: Path) -> None:
    force = figures(made, "asb", "force").loc["asb_rate_per_1000"]
    assert force.loc[("lpu", "Alder Vale"), "status"] == ""
    assert force.loc[("lpu", "Caer Êira"), "status"] == "[x]"
    assert force.loc[("total", "total"), "status"] == "[x]"
    assert force.loc[("local_authority", "Northmarch Borough"), "status"] == ""
    assert force.loc[("local_authority", "Isle of Thrift"), "status"] == "[x]"


@pytest.mark.parametrize(("area", "named"), [("force", FORCE), ("alder-vale", "Alder Vale")])
def test_a_force_that_gives_no_people_by_ethnicity_has_the_theme_and_no_rate_by_it(
    made: Path, area: str, named: str
) -> None:
    found = figures(made, "stop-and-search", area)
    rates = found.loc["stop_rate_per_1000", "ethnicity"]
    assert list(rates["status"]) == ["[x]"] * len(rates)
    assert found.loc[("stop_black_white_ratio", "total", "total"), "status"] == "[x]"
    assert found.loc[("stop_searches", "ethnicity", "black"), "status"] == ""
    why = f"no population by ethnicity is known for {named}."
    assert why in told(made / PERIOD / "stop-and-search" / f"{area}.html").replace("\u00a0", " ")


def test_a_figure_of_the_force_is_that_of_its_rows(made: Path) -> None:
    """A second way: incidents of the codes received in the 12 months to January 2021, from the drawn file."""
    drawn = pd.read_csv(made.parent / "extract/incidents.csv", dtype=str, keep_default_na=False)
    seen = drawn[
        drawn["received_on"].between("2020-02-01", "2021-01-31") & drawn["finalisation_code"].str.startswith("B")
    ]
    found = figures(made, "asb", "force").loc["asb_incidents"]
    assert float(found.loc[("total", "total"), "value"]) == len(seen) > 100
    assert float(found.loc[("lpu", "Thrift & Moor"), "value"]) == (seen["lpu"] == "Thrift & Moor").sum()
    assert float(found.loc[("lpu", "No location recorded"), "value"]) == (seen["lpu"] == "").sum() > 0
