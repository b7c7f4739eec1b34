"""A board's pack: what params/pack.yaml may say, and that each part holds its own papers and no other's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import pikepdf
import pytest
import yaml

from commands import running
from drawn import files_of, workbook_folder
from pdf_reading import bookmarks, fonts, linked_pages, tags
from thematic.build.request import Words
from thematic.core.errors import ArgumentsRefused, ParamsRefused
from thematic.core.workbook import Workbook
from thematic.exporters import document
from thematic.exporters import pack as pack_exporter
from thematic.outputs.manifest import Manifest
from thematic.params import load_params
from thematic.params.pack import example
from thematic.params.warnings import params_warnings
from thematic.publishing import pack as packs
from warehouse_drawn import own_params, sample_workbook

ITEMS = [
    {"number": 1, "part": 1, "title": "Apologies", "minutes": 2},
    {"number": 2, "part": 1, "title": "Nuisance", "theme": "asb", "recommendation": "to note", "presenter": "A. Chief"},
    {"number": 3, "part": 2, "title": "Secret words", "theme": "asb", "areas": ["widnes", "force"]},
    {"number": 4, "part": 2, "title": "Hidden words", "theme": "rape"},
]
EXAMPLE = example({slug: theme.title for slug, theme in own_params().themes.items()})
MEETING = {"meeting": "Board", "date": "2021-02-24", "place": "Hall", "chair": "C. Hair", "exemption": "Exempt: s. 40"}


def write(workbook: Workbook, items: list[dict[str, Any]] = ITEMS, **changes: Any) -> None:
    told = {**MEETING, **changes, "items": items}
    (workbook.params / "pack.yaml").write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")


def make(workbook: Workbook, **words: str) -> list[Path]:
    return packs.make_pack(workbook, Words([], **words), date(2026, 1, 1), lambda _: None, lambda _: lambda *_: None)


# params/pack.yaml


@pytest.fixture
def bare(tmp_path: Path) -> Workbook:
    return Workbook(workbook_folder(tmp_path))


def refusal(workbook: Workbook) -> str:
    with pytest.raises(ParamsRefused) as refused:
        load_params(workbook)
    return str(refused.value)


def test_the_products_own_pack_and_its_example_are_well(bare: Workbook) -> None:
    own = load_params(bare).pack
    assert own is not None and own.of(1) and own.of(2)
    (bare.params / "pack.yaml").write_text(EXAMPLE, encoding="utf-8")
    example = load_params(bare).pack
    assert example is not None and example.of(1) and example.of(2)


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([{**ITEMS[1], "part": 3}], "items[0].part: '3'"),
        ([{**ITEMS[1], "theme": "abs"}], "items[0].theme: there is no theme 'abs'. Did you mean 'asb'?"),
        ([{**ITEMS[1], "areas": ["Widnes"]}], "items[0].areas[0]: 'Widnes'"),
        ([{**ITEMS[1], "areas": ["widness"]}], "items[0].areas: there is no area 'widness'. Did you mean 'widnes'?"),
        ([{**ITEMS[1], "areas": ["force", "force"]}], "an area is named twice"),
        ([{**ITEMS[1], "areas": []}], "items[0].areas: List should have at least 1 item"),
        ([{**ITEMS[0], "areas": ["force"]}, ITEMS[1]], "areas go with a theme"),
        ([{**ITEMS[1], "presentor": "X"}], "unknown key 'presentor'. Did you mean 'presenter'?"),
        ([{**ITEMS[1], "minutes": 0}], "items[0].minutes: '0'"),
        ([ITEMS[1], ITEMS[0]], "item 1 follows item 2: number them as they are taken"),
        ([ITEMS[1], ITEMS[1]], "item 2 follows item 2"),
        ([ITEMS[0]], "no item has a paper"),
        ([ITEMS[1], {**ITEMS[2], "paper": "../x.md"}], "items[1].paper: '../x.md'"),
        ([ITEMS[1], {**ITEMS[2], "paper": "none.md"}], "items[1].paper: params/pack/none.md does not exist."),
        ([], "items: List should have at least 1 item"),
    ],
)
def test_a_mistake_in_an_item_is_told_with_its_place(bare: Workbook, items: list[dict[str, Any]], told: str) -> None:
    write(bare, items)
    assert told in refusal(bare)


def test_every_mistake_is_told_at_once(bare: Workbook) -> None:
    write(bare, [{**ITEMS[1], "part": "one", "number": "two"}], date="tomorrow")
    said = refusal(bare)
    assert "3 problems" in said
    assert "params/pack.yaml, date: 'tomorrow'" in said


def test_a_first_page_that_is_no_theme_is_told(bare: Workbook) -> None:
    write(bare, first="performance-at-a-glace")
    assert "params/pack.yaml, first: there is no theme 'performance-at-a-glace'" in refusal(bare)


def test_a_plan_that_is_not_written_stops_the_pack_and_no_report(bare: Workbook) -> None:
    write(bare, [ITEMS[1], {**ITEMS[2], "plan": "minutes"}])
    told = "params/recommendations/minutes.yaml does not exist."
    assert any(told in line for line in params_warnings(load_params(bare), date(2026, 1, 1)))
    with pytest.raises(ParamsRefused) as refused:
        make(bare)
    assert told in str(refused.value)


def test_without_the_file_the_command_says_what_to_write(bare: Workbook) -> None:
    (bare.params / "pack.yaml").unlink()
    with pytest.raises(ArgumentsRefused) as refused:
        make(bare)
    assert "params/pack.yaml does not exist" in str(refused.value)
    assert EXAMPLE in str(refused.value)


def test_a_pack_is_of_one_month(bare: Workbook) -> None:
    with pytest.raises(ArgumentsRefused, match=r"PERIOD: '2020-12,2021-01' is more than one month"):
        make(bare, period="2020-12,2021-01")


# The files


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    made = sample_workbook(tmp_path_factory.mktemp("workbook"))
    write(made)
    return made


@pytest.fixture(scope="module")
def parts(workbook: Workbook) -> list[Path]:
    return make(workbook)


@pytest.fixture(scope="module")
def public(parts: list[Path]) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(parts[0]) as opened:
        yield opened


@pytest.fixture(scope="module")
def private(parts: list[Path]) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(parts[1]) as opened:
        yield opened


def titles(pdf: pikepdf.Pdf, level: int) -> list[str]:
    return [words for each, words, _ in bookmarks(pdf) if each == level]


def test_each_part_is_a_file_of_its_own_in_the_periods_folder(workbook: Workbook, parts: list[Path]) -> None:
    shown = [workbook.shown(path) for path in parts]
    names = ("part-1_2021-01_official", "part-2_2021-01_official-sensitive")
    assert shown == [f"outputs/2021-01/pack/cheshire-constabulary_board_{name}.pdf" for name in names]


def test_a_part_says_what_it_is_and_is_tagged(public: pikepdf.Pdf, private: pikepdf.Pdf) -> None:
    for pdf, part in ((public, "Part 1: public items"), (private, "Part 2: private items")):
        assert pdf.docinfo["/Title"] == f"Board, 24 February 2021 – {part}"
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.MarkInfo.Marked and pdf.Root.ViewerPreferences.DisplayDocTitle
        assert not {"/CreationDate", "/ModDate"} & set(pdf.docinfo)
        with pdf.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
        assert all(fonts(pdf).values())
        assert all(figure.alt for figure in tags(pdf).all("Figure"))


def test_bookmarks_are_the_agenda_the_items_and_their_sections(public: pikepdf.Pdf, private: pikepdf.Pdf) -> None:
    assert titles(public, 1) == ["Agenda", "2. Nuisance", "Method and glossary"]
    assert {"At a glance", "For consideration"} <= set(titles(public, 2))
    assert titles(private, 1) == ["Agenda", "3. Secret words", "4. Hidden words", "Method and glossary"]
    assert {"Widnes", "Cheshire Constabulary"} <= set(titles(private, 2))
    assert titles(private, 3).count("For consideration") == 2
    assert not {"Further tables", "Data quality"} & {*titles(private, 2), *titles(private, 3)}, (
        "the annex stays outside"
    )


def test_pages_are_numbered_on_through_the_file_and_each_paper_begins_one(private: pikepdf.Pdf) -> None:
    assert [page.label for page in private.pages] == [str(number + 1) for number in range(len(private.pages))]
    beginnings = [page for level, words, page in bookmarks(private) if level == 1 or words == "Cheshire Constabulary"]
    assert len(set(beginnings)) == len(beginnings) == 5


def test_the_agenda_leads_to_the_papers(private: pikepdf.Pdf) -> None:
    starts = [page for level, words, page in bookmarks(private) if level == 1 or words == "Cheshire Constabulary"]
    assert set(linked_pages(private.pages[0], private)) == set(starts[1:])


def test_part_1_holds_public_reports_and_no_word_of_part_2(workbook: Workbook, parts: list[Path]) -> None:
    made = {
        path.parent.parent.parent.name: json.loads(path.read_bytes())["audience"]
        for path in (workbook.root / "outputs/pack").rglob("2021-01/*/*.json")
    }
    assert made == {"public": "public", "internal": "internal"}
    params = load_params(workbook)
    assert params.pack is not None
    notebook = nbformat.read(workbook.root / "outputs/pack/public/2021-01/asb/force.ipynb", as_version=4)
    reports = {("asb", "force"): document.read(notebook)}
    told = json.dumps(pack_exporter.content(params, params.pack, 1, reports))
    for words in ("Secret", "Hidden", "Exempt", "private", params.force.marking.internal):
        assert words not in told
    assert params.force.marking.public in told


def test_again_nothing_is_made_and_the_bytes_are_the_same(workbook: Workbook, parts: list[Path]) -> None:
    before = files_of(workbook.root / "outputs/2021-01")
    begun: list[int] = []

    def begin(total: int):
        begun.append(total)
        return lambda *_: None

    packs.make_pack(workbook, Words([]), date(2026, 1, 1), lambda _: None, begin)
    assert begun == []
    assert files_of(workbook.root / "outputs/2021-01") == before


def test_a_report_of_another_audience_is_refused(workbook: Workbook, parts: list[Path]) -> None:
    internal, public = (workbook.root / f"outputs/pack/{name}/2021-01/asb" for name in ("internal", "public"))
    kept = {internal / name: (internal / name).read_bytes() for name in ("force.ipynb", "force.json")}
    try:
        manifest = Manifest.model_validate_json((internal / "force.json").read_bytes())
        other = (public / "force.ipynb").read_bytes()
        made = manifest.formats | manifest.with_files({"ipynb": other}).formats
        (internal / "force.ipynb").write_bytes(other)
        (internal / "force.json").write_bytes(manifest.model_copy(update={"formats": made}).to_bytes())
        with pytest.raises(packs.PackRefused, match=r"internal/2021-01/asb/force\.ipynb is not the report"):
            make(workbook)
    finally:
        for path, data in kept.items():
            path.write_bytes(data)


def test_a_part_without_items_has_no_file(workbook: Workbook, parts: list[Path]) -> None:
    before = {path: path.read_bytes() for path in parts}
    try:
        write(workbook, ITEMS[:2])
        assert make(workbook) == parts[:1]
        assert not parts[1].exists()
    finally:
        write(workbook)
        make(workbook)
    assert {path: path.read_bytes() for path in parts} == before


def test_a_paper_that_fails_keeps_the_pack_as_it_was(workbook: Workbook, parts: list[Path]) -> None:
    before = {path: path.read_bytes() for path in parts}
    notebook = workbook.notebooks / "rape.ipynb"
    good = notebook.read_bytes()
    try:
        whole = json.loads(good)
        whole["cells"][-1] |= {"cell_type": "code", "source": "1 / 0", "outputs": [], "execution_count": None}
        notebook.write_text(json.dumps(whole), encoding="utf-8")
        with pytest.raises(packs.PackRefused) as refused:
            make(workbook)
    finally:
        notebook.write_bytes(good)
    assert refused.value.exit_status == 1
    assert "2021-01/rape/force: failed" in str(refused.value) and "ZeroDivisionError" in str(refused.value)
    assert "outputs/pack/internal/failed/2021-01/rape/force.ipynb" in str(refused.value)
    assert {path: path.read_bytes() for path in parts} == before


def test_the_command_names_the_files(workbook: Workbook, parts: list[Path], monkeypatch, capsys) -> None:
    monkeypatch.chdir(workbook.root)
    ran = running(monkeypatch, capsys)("pack", "--period", "2021-01")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines()[-2:] == [f"Pack: {workbook.shown(path)}" for path in parts]


# What stands around the reports


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pikepdf.Pdf]:
    """A part with the one page first, minutes, an action plan and a report."""
    workbook = sample_workbook(tmp_path_factory.mktemp("whole"))
    (workbook.params / "pack").mkdir(exist_ok=True)
    minutes = "# Minutes\n\nIt was *agreed* to ask.\n\n| Action | Owner |\n|---|---|\n| Ask | A. Chief |\n"
    (workbook.params / "pack" / "asked.md").write_text(minutes, encoding="utf-8")
    items = [
        {"number": 1, "part": 2, "title": "Minutes", "paper": "asked.md"},
        {"number": 2, "part": 2, "title": "Nuisance", "theme": "asb"},
        {"number": 3, "part": 2, "title": "Plan", "plan": "child-protection"},
    ]
    write(workbook, items, first="performance-at-a-glance")
    [made] = [path for path in make(workbook) if "part-2" in path.name]
    with pikepdf.open(made) as opened:
        yield opened


def test_the_one_page_comes_first_and_the_agenda_second(whole: pikepdf.Pdf) -> None:
    marks = {words: page for _, words, page in bookmarks(whole)}
    assert marks["Performance at a glance"] == 1
    assert marks["Agenda"] == 2
    assert marks["1. Minutes"] == 3


def test_method_and_terms_stand_once_at_the_end(whole: pikepdf.Pdf) -> None:
    words = [words for _, words, _ in bookmarks(whole)]
    for heading in ("Method", "What each measure counts", "Glossary"):
        assert words.count(heading) == 1
        assert words.index(heading) > words.index("Method and glossary") > words.index("3. Plan")


def test_every_paper_is_on_the_agenda_with_its_page(whole: pikepdf.Pdf) -> None:
    marks = {words: page for _, words, page in bookmarks(whole)}
    titles = ("1. Minutes", "2. Nuisance", "3. Plan", "Method and glossary")
    assert set(linked_pages(whole.pages[1], whole)) == {marks[title] for title in titles}


def test_minutes_and_plans_are_tables_with_headers(whole: pikepdf.Pdf) -> None:
    found = tags(whole).all("Table")
    assert len(found) > 4
    assert all(table.all("TH") for table in found)
