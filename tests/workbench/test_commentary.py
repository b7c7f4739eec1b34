"""The analyst's words and the recommendations: read whole, shown in the reports they are for, and in no other."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from drawn import notebook
from thematic import report
from thematic.build import build
from thematic.core.digests import digest
from thematic.core.errors import ArgumentsRefused, ParamsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.displays import Commentary, Recommendations
from thematic.measures.data import ReportData
from thematic.measures.ledger.seen import Seen
from thematic.outputs.editions import Edition, edition_key, params_files, with_commentary
from thematic.params import Params, load_params
from thematic.params.commentary import Commentary as Said
from thematic.params.recommendations import Recommendation
from warehouse_drawn import ROOT, drawn, own_params, sample_workbook, theme_cubes

THEME, PERIOD = "domestic-abuse", "2021-01"
JANUARY = Month.parse(PERIOD)
WORDS = "What lies *behind* the change.\n\nA second paragraph."
FRONT = "---\nauthor: Jo Smith\ndate: 2021-02-03\n---\n"
ONE = """
- reference: R1
  recommendation: Do it.
  source: Board
  owner: Somebody
  due: 2021-01-31
  rag: amber
"""


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    for folder in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for words in ("commentary", "recommendations"):
        shutil.rmtree(tmp_path / "params" / words, ignore_errors=True)
    return Workbook(tmp_path)


def write(workbook: Workbook, path: str, text: str | bytes) -> None:
    file = workbook.params / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def say(workbook: Workbook, text: str | bytes, place: str = f"{THEME}/{PERIOD}/widnes.md") -> None:
    write(workbook, f"commentary/{place}", text)


def refusal(workbook: Workbook) -> str:
    with pytest.raises(ParamsRefused) as refused:
        load_params(workbook)
    return str(refused.value)


def read_back(workbook: Workbook) -> Said:
    (said,) = load_params(workbook).commentary.values()
    return said


def test_params_without_commentary_or_recommendations_are_well(workbook: Workbook) -> None:
    params = load_params(workbook)
    assert (params.commentary, params.recommendations) == ({}, {})


def test_the_products_own_examples_say_that_they_are_examples() -> None:
    params = own_params()
    assert all("example" in said.text for said in params.commentary.values())
    assert all(each.source.startswith("Example") for told in params.recommendations.values() for each in told)


def test_the_words_are_read_with_their_author_and_date(workbook: Workbook) -> None:
    say(workbook, FRONT.replace("date", "figures: abc\ndate") + WORDS)
    assert read_back(workbook) == Said(author="Jo Smith", written_on=date(2021, 2, 3), figures="abc", text=WORDS)
    assert list(load_params(workbook).commentary) == [(THEME, PERIOD, "widnes")]


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        f"---\n---\n{WORDS}\n\n",
        f"\ufeff---\n# nobody yet\n---\n\n{WORDS}",
        f"--- \r\n---\t\r\n{WORDS}\r\n".replace("\n\n", "\r\n\r\n"),
    ],
)
def test_front_matter_may_be_absent_or_empty_and_line_ends_do_not_matter(workbook: Workbook, text: str) -> None:
    say(workbook, text)
    assert read_back(workbook) == Said(text=WORDS)


@pytest.mark.parametrize("front", [FRONT, FRONT.replace("\n", "\r\n")])
def test_a_line_of_dashes_in_the_words_is_no_front_matter(workbook: Workbook, front: str) -> None:
    say(workbook, f"{front}One.\n\n---\n\nauthor: not this one")
    assert read_back(workbook).text == "One.\n\n---\n\nauthor: not this one"


@pytest.mark.parametrize("front", ["", FRONT, "---\nauthor:\ndate:\nfigures: abc\n---\n\n"])
@pytest.mark.parametrize("body", ["# What changed\n", "## What changed\n\n## Why\n \n### Where\n\n", "#\r\n\r\n##"])
def test_headings_alone_are_no_commentary_yet(workbook: Workbook, front: str, body: str) -> None:
    say(workbook, front + body)
    assert load_params(workbook).commentary == {}


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ("## A\n\nOne.\n\n## B\n\n## C\n\nTwo.\n\n## D\n", "## A\n\nOne.\n\n\n## C\n\nTwo."),
        ("# A\n## B\n### C\nOne.", "# A\n## B\n### C\nOne."),
        ("### A\n## B\nOne.\n### C", "## B\nOne."),
        ("## A\n- One\n## B\n#hash\n", "## A\n- One\n## B\n#hash"),
        ("## A\n```\n# B\n# C\n```\n## D", "## A\n```\n# B\n# C\n```"),
    ],
)
def test_a_heading_that_nothing_is_written_under_is_left_out(workbook: Workbook, body: str, read: str) -> None:
    say(workbook, FRONT + body)
    assert read_back(workbook).text == read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", "widnes.md: says nothing. Write the commentary, or remove the file."),
        (b" \n\t\n", "widnes.md: says nothing."),
        (FRONT.encode(), "widnes.md: says nothing."),
        ("Café".encode("cp1252"), "widnes.md: byte 3 is not UTF-8. Save the file as UTF-8."),
        ("Words".encode("utf-16"), "widnes.md: byte 0 is not UTF-8."),
        ("Words".encode("utf-16-le"), "widnes.md: holds NUL characters, so it is not text."),
        (b"---\nauthor: Jo\nWords", "widnes.md, line 1: the front matter that begins here has no end."),
        (b"---\nauthors: Jo\n---\nWords", "unknown key 'authors'. Did you mean 'author'?"),
        (b"---\nwritten_on: 2021-02-03\n---\nWords", "unknown key 'written_on'. Remove it"),
        (b"---\ntext: Other\n---\nWords", "unknown key 'text'."),
        (b"---\ndate: 3 February\n---\nWords", "date: '3 February': Input should be a valid date"),
        (b"---\ndate: 2021-02-30\n---\nWords", "date: '2021-02-30': Input should be a valid date"),
        (b"---\n{{author}}: Jo\n---\nWords", "widnes.md, line 2: a list cannot be a key."),
        (b"---\ndate: 2021-02-03 10:15:00\n---\nWords", "Write a date as YYYY-MM-DD"),
        (b"---\nauthor: ''\n---\nWords", "author: ''"),
        (b"---\nfigures: 12\n---\nWords", "figures: '12': Input should be a valid string."),
        (b"---\nauthers: Jo\n---\n## Why", "unknown key 'authers'."),
        (b"---\nauthor: 12\n---\nWords", "author: '12': Input should be a valid string."),
        (b"---\nauthor: A\nauthor: B\n---\nWords", "widnes.md, line 3: the key 'author' is there twice."),
        (b"---\nauthor: A: B\n---\nWords", "widnes.md, line 2: "),
        (b"---\n- Jo\n---\nWords", "Write keys and values."),
    ],
)
def test_words_that_cannot_be_used_are_told_with_their_file(workbook: Workbook, text: bytes, told: str) -> None:
    say(workbook, text)
    said = refusal(workbook)
    assert "one problem" in said
    assert f"params/commentary/{THEME}/{PERIOD}/widnes.md" in said
    assert told in said, said


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("domestic-abus/2021-01/widnes.md", "there is no theme 'domestic-abus'. Did you mean 'domestic-abuse'?"),
        ("xyz/2021-01/widnes.md", f"there is no theme 'xyz'. There are: {', '.join(sorted(own_params().themes))}."),
        (f"{THEME}/2021-13/widnes.md", "'2021-13' is not a month. Name the folder YYYY-MM"),
        (f"{THEME}/2021-1/widnes.md", "'2021-1' is not a month."),
        (f"{THEME}/{PERIOD}/widness.md", "there is no area 'widness'. Did you mean 'widnes'?"),
        (f"{THEME}/{PERIOD}/Ellesmere Port.md", "Did you mean 'ellesmere-port'?"),
        (f"{THEME}/{PERIOD}/Force.md", "Did you mean 'force'?"),
        (f"{THEME}/{PERIOD}/all.md", "there is no area 'all'."),
        (f"{THEME}/{PERIOD}/widnes.txt", "is not the commentary of any report. A commentary is params/commentary/<theme>"),
        (f"{THEME}/{PERIOD}/widnes.MD", "is not the commentary of any report."),
        (f"{THEME}/widnes.md", "is not the commentary of any report."),
        (f"{THEME}/{PERIOD}/old/widnes.md", "is not the commentary of any report."),
        ("README.md", "is not the commentary of any report."),
    ],
)  # fmt: skip
def test_words_in_a_place_that_no_report_has_are_told(workbook: Workbook, place: str, told: str) -> None:
    say(workbook, WORDS, place)
    said = refusal(workbook)
    assert "one problem" in said and f"params/commentary/{place}" in said
    assert told in said, said


def test_every_problem_of_every_file_is_told_at_once(workbook: Workbook) -> None:
    say(workbook, b"", "xyz/soon/nowhere.md")
    say(workbook, b"---\ndate: soon\nauther: Jo\n---\n")
    write(workbook, "recommendations/domestic-abuse.yaml", "- {reference: R1}\n")
    assert "11 problems" in refusal(workbook)


def test_hidden_files_are_passed_over(workbook: Workbook) -> None:
    say(workbook, b"\xff", f".ipynb_checkpoints/{PERIOD}/widnes.md")
    say(workbook, b"\xff", f"{THEME}/{PERIOD}/.widnes.md.swp")
    assert load_params(workbook).commentary == {}


@pytest.mark.parametrize(
    ("dates", "well"),
    [
        ("valid_from: 2021-01-31", True),
        ("valid_from: 2021-02-01", False),
        ("valid_to: 2021-01-31", True),
        ("valid_to: 2021-01-30", False),
    ],
)
def test_a_unit_that_has_no_report_for_the_period_has_no_commentary(workbook: Workbook, dates: str, well: bool) -> None:
    path = workbook.params / "areas" / "lpu.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("slug: widnes", f"slug: widnes, {dates}"), "utf-8")
    say(workbook, WORDS)
    if well:
        assert read_back(workbook).text == WORDS
    else:
        assert "Widnes does not exist at the end of January 2021, so it has no report." in refusal(workbook)


def recommendation(**changes: object) -> Recommendation:
    said = {"reference": "R1", "recommendation": "Do it.", "source": "Board", "owner": "Somebody", "rag": "amber"}
    return Recommendation.model_validate({**said, "due": date(2021, 1, 31), **changes})


@pytest.mark.parametrize(
    ("due", "rag", "overdue"),
    [
        (date(2021, 1, 30), "amber", True),
        (date(2021, 1, 31), "amber", False),
        (date(2021, 2, 1), "red", False),
        (date(2021, 1, 30), "green", True),
        (date(2021, 1, 30), "red", True),
        (date(2020, 1, 1), "complete", False),
    ],
)
def test_overdue_is_after_the_due_day_and_never_once_complete(due: date, rag: str, overdue: bool) -> None:
    assert recommendation(due=due, rag=rag).overdue(JANUARY.last_day) is overdue


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("rag: amber", "rag: yellow", "[0].rag: 'yellow'"),
        ("rag: amber", "rag: Amber", "[0].rag: 'Amber'"),
        ("due: 2021-01-31", "due: soon", "[0].due: 'soon'"),
        ("due: 2021-01-31", "due: 2021-01-32", "[0].due: '2021-01-32'"),
        ("  owner: Somebody\n", "", "[0].owner: is missing. Add it."),
        ("owner:", "ownr:", "unknown key 'ownr'. Did you mean 'owner'?"),
        ("owner: Somebody", "owner: ''", "[0].owner: ''"),
        ("reference: R1", "reference: 1", "[0].reference: '1'"),
        ("rag: amber", "rag: amber\n  update: Begun.", "update and updated_on go together"),
        ("rag: amber", "rag: amber\n  updated_on: 2021-01-01", "update and updated_on go together"),
        (ONE, ONE + ONE.replace("R1", "r1"), "the reference R1 is there twice"),
        (ONE, "reference: R1", "Write a list."),
        (ONE, "", "Write a list."),
    ],
)
def test_a_recommendation_that_cannot_be_used_is_told(workbook: Workbook, before: str, after: str, told: str) -> None:
    assert before in ONE
    write(workbook, "recommendations/domestic-abuse.yaml", ONE.replace(before, after))
    said = refusal(workbook)
    assert "params/recommendations/domestic-abuse.yaml" in said
    assert told in said, said


def test_recommendations_belong_to_a_theme(workbook: Workbook) -> None:
    write(workbook, "recommendations/domestic_abuse.yaml", ONE)
    said = refusal(workbook)
    assert "domestic_abuse.yaml: there is no theme 'domestic_abuse'. Did you mean domestic-abuse.yaml?" in said


def keys(params: Params) -> dict[tuple[str, str, str], str]:
    """The key of every report of two themes, two periods and three areas."""
    found = {}
    for theme in (THEME, "asb"):
        for month in (JANUARY, JANUARY - 1):
            for area in (params.force_area, params.area("widnes"), params.area("crewe")):
                edition = Edition(theme, month, area, "internal")
                inputs = {"params": digest(with_commentary(params_files(params, theme), edition, params))}
                found[theme, str(month), area.slug] = edition_key(edition, inputs)
    return found


def changed(before: Params, after: Params) -> set[tuple[str, str, str]]:
    old = keys(before)
    return {place for place, key in keys(after).items() if key != old[place]}


def test_words_make_their_own_report_again_and_no_other(workbook: Workbook) -> None:
    none = load_params(workbook)
    say(workbook, WORDS)
    first = load_params(workbook)
    say(workbook, FRONT + WORDS)
    second = load_params(workbook)
    own = {(THEME, PERIOD, "widnes")}
    assert changed(none, first) == changed(first, second) == changed(second, none) == own
    say(workbook, (FRONT + WORDS).replace("\n", "\r\n"))
    assert changed(second, load_params(workbook)) == set()


def test_recommendations_make_every_report_of_their_theme_again(workbook: Workbook) -> None:
    none = load_params(workbook)
    write(workbook, "recommendations/domestic-abuse.yaml", ONE)
    one = load_params(workbook)
    assert changed(none, one) == {place for place in keys(none) if place[0] == THEME}
    write(workbook, "recommendations/domestic-abuse.yaml", ONE.replace("amber", "green"))
    assert changed(one, load_params(workbook)) == {place for place in keys(none) if place[0] == THEME}


def test_a_job_holds_the_words_of_its_own_report_alone(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    say(workbook, "Words for the first.", f"{THEME}/{PERIOD}/widnes.md")
    say(workbook, "Words for the second.", f"{THEME}/{PERIOD}/crewe.md")
    params = load_params(workbook)
    monkeypatch.setattr(cubes, "read_bytes", lambda *_: {})
    index = SimpleNamespace(slices={THEME: {PERIOD: "s"}}, synthetic=False, title="Drawn")
    request = SimpleNamespace(themes=(THEME,), formats=("csv",), out=workbook.root / "outputs")
    areas = ("widnes", "crewe", "force")
    editions = [Edition(THEME, JANUARY, params.area(slug), "internal") for slug in areas]
    notebooks = {params.themes[THEME].notebook: notebook("print(1)")}
    plan = build.make_plan(Seen(workbook, params, index, False), request, notebooks=notebooks, editions=editions)
    sent = [pickle.dumps(job) for job in plan.jobs]
    assert [b"for the first" in job for job in sent] == [True, False, False]
    assert [b"for the second" in job for job in sent] == [False, True, False]


@pytest.fixture
def shown(tmp_path: Path, workbook: Workbook):
    """Opens the report of an area from drawn data, with the workbook's words as they stand."""
    crimes = drawn("crimes", "recorded_on | lpu | domestic\n2020-05-01 | Widnes | Y")
    found = theme_cubes(tmp_path / "drawn", THEME, {"crimes": crimes})
    files = cubes.read_bytes(Workbook(tmp_path / "drawn"), THEME)

    def opened(area: str, period: str = PERIOD, audience: str = "internal") -> report.Report:
        params = load_params(workbook)
        month = Month.parse(period)
        report.use(ReportData(params, THEME, files, found.index, params.area(area), month, audience))
        return report.open_report(THEME, period, area, audience)

    yield opened
    report.use(None)


def test_a_report_shows_its_own_words_and_who_wrote_them_when(workbook: Workbook, shown) -> None:
    say(workbook, FRONT + WORDS)
    assert shown("widnes").commentary() == Commentary("Commentary", "Jo Smith", "3 February 2021", WORDS)
    assert shown("force").commentary() is None
    assert shown("widnes", "2020-12").commentary() is None
    say(workbook, WORDS)
    assert shown("widnes").commentary() == Commentary("Commentary", "", "", WORDS)


def test_a_report_shows_the_recommendations_as_at_the_end_of_its_period(workbook: Workbook, shown) -> None:
    assert shown("force").recommendations() is None
    told = "\n  update: Begun.\n  updated_on: 2021-01-09\n- {reference: R2, recommendation: Other, source: S, owner: O"
    write(workbook, "recommendations/domestic-abuse.yaml", f"{ONE.rstrip()}{told}, due: 2020-12-30, rag: complete}}")
    for period, overdue in (("2020-12", False), ("2021-01", False)):
        first, second = shown("widnes", period).recommendations().rows
        assert (first.reference, first.due, first.rag) == ("R1", "31 January 2021", "Amber")
        assert (first.update, first.overdue) == ("Begun. (9 January 2021)", overdue)
        assert (second.rag, second.update, second.overdue) == ("Complete", "", False)
    write(workbook, "recommendations/domestic-abuse.yaml", ONE.replace("01-31", "01-30"))
    found = shown("force").recommendations()
    assert isinstance(found, Recommendations)
    assert [row.overdue for row in found.rows] == [True]
    assert found.notes == ["Overdue: due before 31 January 2021, the end of the period, and not complete."]
    assert shown("force", "2020-12").recommendations().notes == []


def test_an_empty_list_of_recommendations_shows_nothing(workbook: Workbook, shown) -> None:
    write(workbook, "recommendations/domestic-abuse.yaml", "[]")
    assert shown("force").recommendations() is None


def test_words_for_one_report_leave_the_rest_of_params_as_it_is(workbook: Workbook) -> None:
    say(workbook, WORDS)
    params = load_params(workbook)
    own = params.with_words_for(THEME, JANUARY, params.area("widnes"))
    other = params.with_words_for(THEME, JANUARY, params.area("crewe"))
    assert own == params
    assert other == replace(params, commentary={})


def test_words_are_for_internal_readers_unless_they_say_public(tmp_path: Path) -> None:
    workbook = sample_workbook(tmp_path)
    path = workbook.params / "commentary" / "rape" / "2021-01" / "force.md"
    path.parent.mkdir(parents=True)
    index, files = cubes.load_index(workbook), cubes.read_bytes(workbook, "rape")
    for said, shown in (("", False), ("audience: internal\n", False), ("audience: public\n", True)):
        path.write_text(f"---\nauthor: A. Nalyst\n{said}---\nWords.\n", encoding="utf-8")
        params = load_params(workbook)
        report.use(ReportData(params, "rape", files, index, params.force_area, JANUARY, "internal"))
        found = {
            each: report.open_report("rape", PERIOD, "force", each).commentary() for each in ("internal", "public")
        }
        report.use(None)
        assert found["internal"] is not None
        assert (found["public"] is not None) is shown


def test_a_report_made_for_the_public_cannot_be_opened_as_an_internal_one(workbook: Workbook, shown) -> None:
    internal = shown("widnes")
    report.use(replace(internal.data, audience="public"))
    with pytest.raises(ArgumentsRefused, match=r"for the public.*audience=audience"):
        report.open_report(THEME, PERIOD, "widnes")
    assert report.open_report(THEME, PERIOD, "widnes", "public").audience == "public"


def test_a_misspelt_section_or_measure_is_answered_with_the_right_one(shown) -> None:
    with pytest.raises(ArgumentsRefused, match=r"no section 'at_a_glnce'\. Did you mean 'at_a_glance'\?"):
        shown("widnes").summary("at_a_glnce")
    for ask in (report.Report.says, report.Report.says_where, report.Report.months, report.Report.rates):
        with pytest.raises(
            ArgumentsRefused, match=r"no measure 'da_recordd' in the theme\. Did you mean 'da_recorded'\?"
        ):
            ask(shown("widnes"), "da_recordd")
