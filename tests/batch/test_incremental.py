"""What runs again: a change to the data, the params, the code or the outputs makes the reports that it concerns, alone."""

from __future__ import annotations

import csv
import os
import random
import shutil
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from drawn import files_of, with_themes, workbook_folder
from thematic.build.build import build
from thematic.build.request import Words
from thematic.core import digests
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes.cubes import HISTORY_MONTHS
from thematic.execution import batch, starting
from thematic.execution.batch import Result
from thematic.outputs.editions import NOTEBOOK
from thematic.outputs.jobs import Product
from thematic.outputs.manifest import SUFFIX
from thematic.outputs.placing import placed
from warehouse_drawn import ROOT, own_params

PARAMS = own_params()
DA, ASB, HATE, RAPE, CRIME = "domestic-abuse", "asb", "hate-crime", "rape", "recorded-crime"
THEMES = frozenset({DA, ASB, HATE, RAPE, CRIME})
"""Those that the extract can feed, and the only ones of the workbook."""
LPU, OTHER = PARAMS.unit_areas[:2]
AREAS = ("force", LPU.slug)
AUTHORITY = PARAMS.areas("local_authority")[0].name
NOVEMBER, DECEMBER, JANUARY, FEBRUARY = PERIODS = ("2021-11", "2021-12", "2022-01", "2022-02")
OLD = Month.parse(JANUARY) - HISTORY_MONTHS
"""The last month that January's reports do not see any more, and those before them do."""
FIRST, LAST = OLD.first_day, date(2022, 1, 31)
UP_TO_JANUARY = PERIODS[:3]
BLANK = {
    "cancelled_on": "",
    "hate_strands": "",
    "outcome_code": "",
    "outcome_on": "",
    "victim_ref": "",
    "suspect_ref": "",
}
Rows = dict[str, dict[str, str]]


def labels(periods: Iterable[str] = UP_TO_JANUARY, themes: Iterable[str] = THEMES, areas=AREAS) -> set[str]:
    return {f"{period}/{theme}/{area}" for period in periods for theme in themes for area in areas}


def crime(day: date | str, **changes: str) -> dict[str, str]:
    """A domestic crime of the first LPU, that nothing has come of."""
    places = {"lpu": LPU.name, "local_authority": AUTHORITY}
    return {"recorded_on": str(day), "offence_code": "105A", **places, "domestic": "Y", **BLANK, **changes}


def incident(day: date | str, **changes: str) -> dict[str, str]:
    places = {"lpu": LPU.name, "local_authority": AUTHORITY}
    return {"received_on": str(day), "finalisation_code": "BN", **places, "caller_ref": "", **changes}


def extract() -> dict[str, Rows]:
    """Some 700 rows up to January 2022, with one incident at least in every month."""
    draw = random.Random(4)
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    lpus = [lpu.name for lpu in PARAMS.unit_areas]
    codes = ["105A", "8N", "9B", "19C"]
    crimes = {f"C{n}": drawn_crime(draw, draw.choice(days), lpus, codes) for n in range(300)}
    crimes |= {f"each {day:%Y-%m}": crime(day) for day in days if day.day == 10}
    crimes |= {f"rape {day:%Y-%m}": crime(day, offence_code="19C", domestic="N") for day in days if day.day == 20}
    incidents = {
        f"I{n}": incident(draw.choice(days), lpu=draw.choice(lpus), caller_ref=f"c{draw.randrange(90)}")
        for n in range(200)
    }
    incidents |= {f"call {day:%Y-%m}": incident(day) for day in days if day.day == 10}
    return {"crimes": crimes, "incidents": incidents}


def drawn_crime(draw: random.Random, day: date, lpus: list[str], codes: list[str]) -> dict[str, str]:
    later = str(min(day + timedelta(days=draw.randrange(60)), LAST))
    outcome = {"outcome_code": str(draw.randrange(1, 23)), "outcome_on": later} if draw.random() < 0.6 else {}
    people = {"victim_ref": f"v{draw.randrange(120)}", "suspect_ref": f"s{draw.randrange(120)}"}
    hate = {"hate_strands": draw.choice(["", "race"]), "cancelled_on": later if draw.random() < 0.05 else ""}
    return crime(
        day,
        lpu=draw.choice(lpus),
        offence_code=draw.choice(codes),
        domestic=draw.choice("YN"),
        **outcome,
        **people,
        **hate,
    )


@dataclass
class Bench:
    """A workbook with an extract that can be changed, and the reports made from it so far."""

    root: Path
    rows: dict[str, Rows]
    today: date = date(2022, 3, 1)

    def copy(self, root: Path, *left_out: str) -> Bench:
        """The same in a folder of its own, but for the folders that are left out."""
        shutil.copytree(self.root, root, ignore=shutil.ignore_patterns(*left_out))
        return replace(self, root=root, rows=deepcopy(self.rows))

    @property
    def out(self) -> Path:
        return self.root / "outputs"

    def write(self) -> None:
        folder = self.root / "extract"
        folder.mkdir(exist_ok=True)
        for table, reference in {"crimes": "crime_ref", "incidents": "incident_ref"}.items():
            rows = self.rows[table]
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, [reference, *next(iter(rows.values()))])
                writer.writeheader()
                writer.writerows({reference: name, **row} for name, row in rows.items())

    def change(self, table: str, name: str, **columns: str) -> None:
        """Corrects a row, or adds it where there is none."""
        added = crime if table == "crimes" else incident
        row = self.rows[table].get(name) or added(columns.popitem()[1])
        assert not columns or not columns.items() <= row.items(), "nothing would change"
        self.rows[table][name] = row | columns
        self.write()

    def ran(self, last: str = JANUARY, goals=("ALL",), **words: str) -> set[str]:
        """Builds, and gives the labels of the reports that ran; none may fail."""
        asked = {
            "period": f"{NOVEMBER}..{last}",
            "area": ",".join(AREAS),
            "format": "html",
            "data": str(self.root / "extract"),
        }
        told = Words(goals, **{"out": str(self.out)} | asked | words)
        outcome = build(Workbook(self.root), told, self.today, lambda _: None, lambda _: lambda *_: None)
        assert not outcome.failed
        return {result.edition.label for result in outcome.results}


def without_notebooks(jobs, out, *_) -> list[Result]:
    """Stands in for the batch: places files that are quickly made, with the manifests that the jobs carry."""
    done = []
    for job in jobs:
        files = {suffix: job.manifest.key.encode() for suffix in (NOTEBOOK, *job.exporters)}
        files[SUFFIX] = job.manifest.with_files(files).to_bytes()
        done.append(Result(job.edition, placed(out, job, Product(job.edition, files)), 0.0))
    return done


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Bench:
    """The workbook once every report up to January 2022 has been made."""
    bench = Bench(with_themes(workbook_folder(tmp_path_factory.mktemp("first") / "workbook"), *THEMES), extract())
    shutil.copy(ROOT / "uv.lock", bench.root)
    bench.write()
    with pytest.MonkeyPatch.context() as patch:
        stand_in(patch)
        assert bench.ran() == labels()
    return bench


def stand_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batch, "run", without_notebooks)
    patch.setattr(starting, "warm_up", lambda _: None)


@pytest.fixture
def bench(first: Bench, tmp_path: Path, monkeypatch) -> Bench:
    """A copy of that workbook, whose reports are all up to date."""
    stand_in(monkeypatch)
    return first.copy(tmp_path / "workbook")


def test_nothing_runs_where_nothing_has_changed(bench):
    assert bench.ran() == set()


def next_month(bench: Bench) -> None:
    """February's extract: its own rows, and an outcome and a cancellation that came in it for older crimes."""
    for day in ("2022-02-01", "2022-02-28"):
        bench.rows["crimes"][f"new {day}"] = crime(day, victim_ref="v1", offence_code="19C")
        bench.rows["incidents"][f"new {day}"] = incident(day, caller_ref="c1")
    for name in ("each", "rape"):
        bench.rows["crimes"][f"{name} 2021-11"] |= {"outcome_code": "1", "outcome_on": "2022-02-01"}
        bench.rows["crimes"][f"{name} 2021-12"] |= {"cancelled_on": "2022-02-28"}
    bench.write()


def test_next_months_rows_run_the_new_period_alone(bench):
    next_month(bench)
    assert bench.ran(last=FEBRUARY) == labels([FEBRUARY])
    assert bench.ran(last=FEBRUARY) == set()


MOVED, LATE = {"lpu": OTHER.name}, [DECEMBER, JANUARY]
CORRECTIONS = [
    # What January's reports see begins a month after the old one, which November's and December's still see.
    (
        {f"each {OLD}": MOVED, f"rape {OLD + 1}": MOVED, "call 2021-12": {"lpu": "Nowhere"}},
        {DA: [NOVEMBER, DECEMBER], RAPE: UP_TO_JANUARY, CRIME: UP_TO_JANUARY, ASB: LATE},
    ),
    (
        {f"each {OLD + 1}": MOVED, f"rape {OLD}": MOVED, "call late": {"received_on": "2021-12-31"}},
        {DA: UP_TO_JANUARY, RAPE: [NOVEMBER, DECEMBER], CRIME: UP_TO_JANUARY, ASB: LATE},
    ),
    ({"each 2021-11": MOVED, "rape 2021-12": MOVED}, {DA: UP_TO_JANUARY, RAPE: LATE, CRIME: UP_TO_JANUARY}),
    # What was given or cancelled in a month had not happened before it.
    (
        {
            "each 2021-06": {"outcome_code": "1", "outcome_on": "2021-11-30"},
            "rape 2021-06": {"outcome_code": "1", "outcome_on": "2021-12-01"},
        },
        {DA: UP_TO_JANUARY, RAPE: LATE, CRIME: UP_TO_JANUARY},
    ),
    (
        {"each 2021-06": {"cancelled_on": "2021-12-31"}, "rape 2021-06": {"cancelled_on": "2022-01-01"}},
        {DA: LATE, RAPE: [JANUARY], CRIME: LATE},
    ),
    # The themes to whose counts it makes a difference, and those that give an account of the row.
    ({"rape 2021-12": {"domestic": "Y"}}, {DA: LATE}),
    ({"each 2021-12": {"hate_strands": "race"}}, {HATE: LATE}),
    ({"each 2021-12": {"lpu": "Nowhere"}}, {DA: LATE, HATE: LATE, RAPE: LATE, CRIME: LATE}),
    ({"each 2021-12": {"suspect_ref": "another"}}, {}),
]


@pytest.mark.parametrize(("corrections", "seen"), CORRECTIONS)
def test_a_corrected_row_runs_the_periods_and_themes_that_see_it(bench, corrections, seen):
    for name, columns in corrections.items():
        bench.change("incidents" if name.startswith("call") else "crimes", name, **columns)
    assert bench.ran() == {label for theme, periods in seen.items() for label in labels(periods, [theme])}


def test_a_table_is_new_to_the_themes_that_count_it(bench):
    columns = "response_ref,surveyed_on,survey,question,response,lpu,local_authority"
    row = f"R1,2021-12-05,asb,action_taken,very_satisfied,{LPU.name},{AUTHORITY}"
    (bench.root / "extract/surveys.csv").write_text(f"{columns}\n{row}\n", encoding="utf-8")
    assert bench.ran() == labels(themes=THEMES - {RAPE, CRIME})


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_formats_made_before_are_made_again_with_the_others_and_none_is_taken_away(bench):
    here = bench.out / DECEMBER / ASB
    one = {"last": DECEMBER, "goals": ("ASB",), "period": DECEMBER, "area": "force"}
    bench.ran(**one, format="html,pdf")
    first = (here / "force.pdf").read_bytes()
    assert bench.ran(**one, format="html") == set()
    assert (here / "force.pdf").read_bytes() == first
    edit(bench.root / "notebooks" / PARAMS.themes[ASB].notebook, "## ", "## The ")
    assert bench.ran(**one, format="csv") == labels([DECEMBER], [ASB], ["force"])
    assert {path.suffix for path in here.glob("force.*")} == {".csv", ".html", ".ipynb", ".json", ".pdf"}
    assert (here / "force.pdf").read_bytes() == (here / "force.csv").read_bytes() != first


def test_an_edited_measure_runs_the_themes_that_use_it(bench):
    edit(bench.root / "params/measures/asb_incidents.yaml", "title: ", "title: All ")
    assert bench.ran() == labels(themes=[ASB])


def test_a_measure_that_two_themes_use_runs_both(bench):
    edit(
        bench.root / "params/themes/rape.yaml", "  rape: {", "  da: {table: crimes, where: {domestic: 'Y'}}\n  rape: {"
    )
    edit(bench.root / "params/themes/rape.yaml", "\nmeasures:\n", "\nmeasures:\n  da_recorded: [total]\n")
    assert bench.ran() == labels(themes=[RAPE])
    own = bench.root / "params/measures/da_recorded.yaml"
    own.write_text("title: All domestic abuse crimes\n", encoding="utf-8")
    assert bench.ran() == labels(themes=[RAPE, DA])
    own.unlink()
    assert bench.ran() == labels(themes=[RAPE, DA])


def test_an_edited_family_runs_the_themes_that_use_the_measures_it_changes(bench):
    edit(bench.root / "params/measures/_families/recorded_crime.yaml", "Title: Hate crimes", "Title: Crimes of hate")
    assert bench.ran() == labels(themes=[HATE])


def test_an_edited_table_runs_the_themes_that_count_it_and_another_population_all(bench):
    edit(bench.root / "params/tables/incidents.yaml", "heading: Type", "heading: Kind")
    assert bench.ran() == labels(themes=[ASB])
    edit(bench.root / "params/areas/lpu.yaml", "2020: 1", "2020: 2")
    assert bench.ran() == labels()


def test_an_edited_notebook_runs_its_theme_and_another_lock_all(bench):
    edit(bench.root / "notebooks" / PARAMS.themes[HATE].notebook, "## ", "## The ")
    assert bench.ran() == labels(themes=[HATE])
    edit(bench.root / "uv.lock", "version = 1", "version = 1 ")
    assert bench.ran() == labels()


def test_touched_files_rows_in_another_order_and_another_day_run_nothing(bench):
    before = (bench.root / "extract/crimes.csv").read_bytes()
    bench.rows = {table: dict(reversed(rows.items())) for table, rows in bench.rows.items()}
    bench.write()
    assert (bench.root / "extract/crimes.csv").read_bytes() != before
    for path in bench.root.rglob("*"):
        os.utime(path, (0, 0))
    edit(bench.root / "params/measures/asb_incidents.yaml", "title: ", "# A remark.\ntitle: ")
    bench.today += timedelta(days=1)
    assert bench.ran() == set()


@pytest.mark.parametrize("suffix", ["html", "ipynb", "json"])
def test_a_deleted_output_runs_its_report_alone(bench, suffix):
    (bench.out / DECEMBER / DA / f"{LPU.slug}.{suffix}").unlink()
    assert bench.ran() == labels([DECEMBER], [DA], [LPU.slug])


def test_the_commentary_on_one_report_runs_that_one(bench):
    words = bench.root / "params/commentary" / ASB / DECEMBER / f"{LPU.slug}.md"
    words.parent.mkdir(parents=True)
    for text in ("Calls fell.\n", "Calls rose.\n"):
        words.write_text(text, encoding="utf-8")
        assert bench.ran() == labels([DECEMBER], [ASB], [LPU.slug])
    words.unlink()
    assert bench.ran() == labels([DECEMBER], [ASB], [LPU.slug])


@pytest.fixture
def package(tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A copy of the product's code, of which the digests are taken in place of the code that runs."""
    copy = tmp_path / "code" / "thematic"
    shutil.copytree(Path(digests.__file__).parents[1], copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(digests, "__file__", str(copy / "core" / "digests.py"))
    digests.code_digest.cache_clear()
    yield copy
    digests.code_digest.cache_clear()


def test_an_edited_chart_runs_all(bench, package):
    chart = package / "charts/by_month.py"
    bench.ran()  # where the code has changed since the tests began, the copy is not what they run
    os.utime(chart, (0, 0))
    digests.code_digest.cache_clear()
    assert bench.ran() == set()
    cubes = (bench.root / "data/cubes/index.json").read_bytes()
    edit(chart, "import", "\nimport")
    digests.code_digest.cache_clear()
    assert bench.ran() == labels()
    assert (bench.root / "data/cubes/index.json").read_bytes() == cubes


def test_what_does_not_run_again_is_as_a_build_from_nothing_makes_it(first, tmp_path):
    """With real notebooks: a month more and a corrected incident leave the report on rape as the new data give it."""
    bench = first.copy(tmp_path / "workbook", "outputs")
    words = {"area": "force", "format": "csv"}
    assert bench.ran(period=JANUARY, goals=["ASB", "RAPE"], **words) == labels([JANUARY], [ASB, RAPE], ["force"])
    kept = files_of(bench.out / JANUARY / RAPE)
    next_month(bench)
    bench.change("incidents", "call 2022-01", finalisation_code="BP")
    assert bench.ran(period=JANUARY, goals=["ASB", "RAPE"], **words) == labels([JANUARY], [ASB], ["force"])
    again = bench.copy(tmp_path / "again", "outputs", "cubes", "warehouse")
    assert again.ran(period=JANUARY, goals=["RAPE"], **words) == labels([JANUARY], [RAPE], ["force"])
    assert len(kept) == 3
    assert kept == files_of(bench.out / JANUARY / RAPE) == files_of(again.out / JANUARY / RAPE)
