"""Words and the figures they are about: a file begun, written, told stale when a row is corrected, and confirmed."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
import typst
from bs4 import BeautifulSoup

from commands import running
from drawn import notebook, workbook_folder
from rendered import blocks_of, page_of, shown
from thematic.build import commenting, public
from thematic.build.build import Outcome, build, survey
from thematic.build.progress import summary, telling
from thematic.build.request import Words
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.displays import Commentary
from thematic.exporters import document, pdf
from thematic.exporters.blocks import Section
from thematic.exporters.typesetting import FONTS
from thematic.jupyter.saving import renew_commentary
from thematic.measures.figures import FIGURE_COLUMNS, Figure, Figures
from thematic.outputs.editions import Edition
from thematic.outputs.manifest import read_manifest
from thematic.outputs.status import Finding, stale_lines, status_lines
from thematic.params import load_params
from thematic.params.commentary import blank_commentary, with_figures
from warehouse_drawn import own_params

GOAL, THEME, AREA, PERIOD, TODAY = "DA", "domestic-abuse", "widnes", "2021-01", date(2026, 1, 1)
LABEL = f"{PERIOD}/{THEME}/{AREA}"
PLACE = f"params/commentary/{THEME}/{PERIOD}/{AREA}.md"
NOTE = "The figures have changed since this was written on 3 February 2021."
FIGURES = {"measure": "m", "dimension": "total", "category": "total", "numerator": 3, "value": 3.0, "significant": True}


@dataclass(frozen=True)
class Book:
    """A workbook with a short notebook and some domestic crimes, one of them (`corrected`) with another place."""

    root: Path

    @property
    def words(self) -> Path:
        return self.root / PLACE

    @property
    def workbook(self) -> Workbook:
        return Workbook(self.root)

    def extract(self, corrected: str = "Widnes") -> None:
        months = [f"{year}-{month:02d}" for year in (2019, 2020) for month in range(1, 13)] + ["2021-01"]
        places = ["Widnes", "Crewe", "Widnes"]
        rows = [f"C{month}{n},{month}-0{n + 1},105A,{lpu},,Y,,,," for month in months for n, lpu in enumerate(places)]
        header = "crime_ref,recorded_on,offence_code,lpu,local_authority,domestic,hate_strands,outcome_code,outcome_on,cancelled_on"
        text = "\n".join([header, *rows, f"last,2021-01-20,105A,{corrected},,Y,,,,", ""])
        (self.root / "extract").mkdir(exist_ok=True)
        (self.root / "extract" / "crimes.csv").write_text(text, encoding="utf-8")

    def asked(self, audience: str = "internal") -> Words:
        data = str(self.root / "extract")
        out = str(self.out(audience))
        return Words([GOAL], PERIOD, AREA, format="html,csv", audience=audience, data=data, out=out, jobs="1")

    def out(self, audience: str) -> Path:
        return self.root / audience

    def build(self, audience: str = "internal") -> Outcome:
        if audience == "public":
            public.book(self.workbook, PERIOD, str(self.root / "extract"), "", TODAY, lambda _: None)
        with telling(io.StringIO()) as teller:
            outcome = build(self.workbook, self.asked(audience), TODAY, teller.say, teller.begin)
        assert not outcome.failed, outcome.failed
        return outcome

    def survey(self) -> tuple[Finding, ...]:
        return survey(self.workbook, self.asked(), TODAY, lambda _: None)

    def said(self, audience: str = "internal") -> str:
        """What the section of the commentary says in the page; "" where there is none."""
        page = BeautifulSoup((self.out(audience) / f"{LABEL}.html").read_text(encoding="utf-8"), "lxml")
        section = page.find("section", class_="said")
        for number in page.select(".count"):
            number.decompose()
        return section.get_text("|", strip=True) if section else ""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The data are prepared, and the commentary is begun."""
    book = Book(workbook_folder(tmp_path_factory.mktemp("begun") / "workbook"))
    opened = f"from thematic.report import open_report\nreport = open_report('{THEME}', period, area, audience)"
    source = notebook(f"{opened}\nreport.cover()", "report.commentary()", "report.all_figures()")
    (book.root / "notebooks" / "domestic_abuse.ipynb").write_bytes(source)
    book.extract()
    assert not book.survey()[0].stale
    assert commenting.open_commentary(book.workbook, THEME, PERIOD, AREA) == book.words
    return book


@pytest.fixture
def book(begun: Book, tmp_path: Path) -> Book:
    return Book(shutil.copytree(begun.root, tmp_path / "workbook"))


def write(book: Book, words: str = "A campaign.", front: str = "audience: public\ndate: 2021-02-03\n") -> None:
    text = book.words.read_text(encoding="utf-8")
    text = text.replace("author:\ndate:\n", front).replace("## Why\n", f"## Why\n\n{words}\n")
    book.words.write_text(text, encoding="utf-8")


def test_words_are_told_stale_from_a_corrected_row_until_they_are_confirmed(
    book: Book, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book.build()
    assert book.said() == ""  # headings alone say nothing
    write(book)
    for audience in ("internal", "public"):
        assert book.build(audience).stale == ()
        assert book.said(audience) == "Commentary|Written on 3 February 2021|Why|A campaign."

    book.extract(corrected="Crewe")
    (due,) = book.survey()
    assert due.stale and due.causes == ("changed: the data it sees",)
    outcome = book.build()
    assert [(each.label, len(outcome.made)) for each in outcome.stale] == [(LABEL, 1)]
    assert book.said() == f"Commentary|Written on 3 February 2021|{NOTE}|Why|A campaign."
    assert read_manifest(book.out("internal") / f"{LABEL}.json").commentary_stale
    assert "These reports say so." in summary(outcome, "outputs", None)[-1]
    executed = nbformat.read(book.out("internal") / f"{LABEL}.ipynb", 4)
    assert NOTE in json.dumps(queried(executed, "strong"))

    again = book.build()
    assert (again.made, again.stale) == ((), outcome.stale)
    assert [line.count(LABEL) for line in summary(again, "outputs", None)] == [0, 1]
    log = (book.out("internal") / "build.log").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 1)[1] for line in log if "Commentary" in line] == 2 * stale_lines(outcome.stale)
    assert status_lines(book.survey()) == [
        f"{LABEL}: up to date",
        "1 report: 1 up to date, 0 not.",
        *stale_lines(again.stale),
    ]

    told = book.build("public")
    assert "show it all the same" in summary(told, "outputs", None)[-1]
    assert book.said("public") == "Commentary|Written on 3 February 2021|Why|A campaign."

    monkeypatch.chdir(book.root)
    asked = ("commentary", GOAL, "--area", AREA, "--data", "extract")
    told = running(monkeypatch, capsys)(*asked)
    assert (told.status, told.out.splitlines()) == (0, [PLACE])
    assert "Read it again; then add --confirm." in told.err
    assert "Read it again" not in running(monkeypatch, capsys)(*asked, "--confirm").err
    for audience, made in (("internal", 1), ("public", 1)):
        outcome = book.build(audience)
        assert (len(outcome.made), outcome.stale) == (made, ())
        assert book.said(audience) == "Commentary|Written on 3 February 2021|Why|A campaign."


def queried(executed: nbformat.NotebookNode, what: str) -> list[Any]:
    """The elements of that kind in what the PDF is set from."""
    found: list[Any] = json.loads(
        typst.query(pdf.sources(document.read(executed)), what, font_paths=[FONTS], ignore_system_fonts=True)
    )
    return found


def is_stale(book: Book, audience: str = "internal") -> bool:
    params = load_params(book.workbook)
    edition = Edition(THEME, Month.parse(PERIOD), params.area(AREA), audience)
    return commenting.is_stale(book.workbook, params, edition)


def test_a_new_file_has_headings_and_figures_and_is_made_once(book: Book) -> None:
    text = book.words.read_text(encoding="utf-8")
    front, _, headings = text.removeprefix("---\n").partition("---\n")
    assert front.splitlines()[:2] == ["author:", "date:"]
    assert front.splitlines()[2].removeprefix("figures: ").isalpha()
    assert [line for line in headings.splitlines() if line] == ["## What changed", "## Why", "## What is being done"]
    assert load_params(book.workbook).commentary.keys().isdisjoint({(THEME, PERIOD, AREA)})
    write(book)
    commenting.open_commentary(book.workbook, THEME, PERIOD, AREA)
    assert "A campaign." in book.words.read_text(encoding="utf-8")


def test_words_without_figures_are_never_stale(book: Book) -> None:
    write(book)
    other = with_figures(book.words.read_text(encoding="utf-8"), "other")
    for text, stale in ((other, True), (other.replace("figures: other", "figures:"), False), ("Words.", False)):
        book.words.write_text(text, encoding="utf-8")
        assert is_stale(book) is stale


def test_words_that_the_public_would_not_see_are_not_stale_to_it(book: Book) -> None:
    write(book, front="")
    book.words.write_text(with_figures(book.words.read_text(encoding="utf-8"), "other"), encoding="utf-8")
    assert (is_stale(book), is_stale(book, "public")) == (True, False)


def test_saving_renews_the_figures_of_a_commentary_alone(book: Book) -> None:
    now = next(line for line in book.words.read_text(encoding="utf-8").splitlines() if line.startswith("figures"))

    def renewed(path: str | Path, text: str = "---\nfigures: other\n---\nWords.") -> str:
        return commenting.renewed(book.workbook, Path(path), text)

    new = f"---\n{now}\n---\nWords."
    assert renewed(PLACE) == renewed(book.words) == new
    assert renewed(PLACE, "Words.") == new
    broken = "---\nfigures: other\nWords."
    assert renewed(PLACE, broken) == broken
    unchanged = "---\nfigures: other\n---\nWords."
    elsewhere = [PLACE.replace("-01", "-02"), PLACE.replace("widnes", "nowhere"), "notes/widnes.md", f"{PLACE}.txt"]
    assert {renewed(path) for path in elsewhere} == {unchanged}
    book.words.write_text(broken, encoding="utf-8")  # what lies there now is no reason not to mend it
    assert renewed(PLACE) == new
    (book.root / "params" / "force.yaml").write_text("{", encoding="utf-8")
    assert renewed(PLACE) == unchanged


def test_jupyterlab_renews_the_figures_of_a_commentary_as_it_saves(book: Book) -> None:
    server = SimpleNamespace(root_dir=str(book.root))
    stale = {"type": "file", "format": "text", "content": "---\nfigures: other\n---\nWords."}
    for path, renews in ((f"/{PLACE}", True), ("notes.md", False), (f"{PLACE}.txt", False)):
        model = dict(stale)
        renew_commentary(model=model, path=path, contents_manager=server)
        assert (model != stale) is renews, path
    whole = {"type": "file", "format": "base64", "content": "aaaa"}
    renew_commentary(model=whole, path=PLACE, contents_manager=server)
    assert whole["content"] == "aaaa"


def test_without_data_a_file_is_begun_all_the_same(tmp_path: Path) -> None:
    workbook = Workbook(workbook_folder(tmp_path / "workbook"))
    path = commenting.open_commentary(workbook, THEME, PERIOD, AREA)
    assert path.read_text(encoding="utf-8") == blank_commentary(None)
    assert commenting.renewed(workbook, path, "Words.") == "Words."
    assert cubes.load_index(workbook) is None


@pytest.mark.parametrize(
    ("theme", "period", "area", "told"),
    [
        ("domestic-abus", PERIOD, AREA, "Did you mean 'domestic-abuse'?"),
        (THEME, "2021-1", AREA, "'2021-1' is not a month."),
        (THEME, PERIOD, "widness", "Did you mean 'widnes'?"),
        (THEME, PERIOD, "../../../force", "is not the commentary of any report."),
    ],
)
def test_what_has_no_report_has_no_file(book: Book, theme: str, period: str, area: str, told: str) -> None:
    before = sorted(book.root.rglob("*"))
    with pytest.raises(ArgumentsRefused) as refused:
        commenting.open_commentary(book.workbook, theme, period, area)
    assert told in str(refused.value)
    assert sorted(book.root.rglob("*")) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Words.", "---\nfigures: abc\n---\nWords."),
        ("---\n---\nWords.", "---\nfigures: abc\n---\nWords."),
        ("---\nauthor: Jo\nfigures: old # mine\n---\n---\n", "---\nauthor: Jo\nfigures: abc\n---\n---\n"),
        ("---\nfigures:\nauthor: Jo\n---\nfigures: 3", "---\nfigures: abc\nauthor: Jo\n---\nfigures: 3"),
        ("\ufeff---\r\nauthor: Jo\r\n---\r\nOne\r\n", "\ufeff---\r\nauthor: Jo\r\nfigures: abc\r\n---\r\nOne\r\n"),
        ("---\nauthor: Jo", "---\nauthor: Jo"),
        ("---\nauthor: A: B\n---\nWords.", "---\nauthor: A: B\n---\nWords."),
        ("---\n{author: Jo}\n---\nWords.", "---\n{author: Jo}\n---\nWords."),
    ],
)
def test_nothing_but_the_line_of_the_figures_changes(before: str, after: str) -> None:
    assert with_figures(before, "abc") == after
    assert with_figures(after, "abc") == after


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"value": 3.0 + 1e-12}, True),
        ({"value": 3.0 + 1e-6}, False),
        ({"numerator": 4}, False),
        ({"significant": False}, False),
        ({"value": None, "status": "[x]"}, False),
    ],
)
def test_a_fingerprint_changes_with_a_figure_and_not_with_the_machine(changes: dict[str, Any], same: bool) -> None:
    rows = [Figure(**(dict.fromkeys(FIGURE_COLUMNS) | FIGURES | {"category": each})) for each in "ab"]
    changed = [rows[0], replace(rows[1], **changes)]
    assert Figures(rows).fingerprint == Figures(rows[::-1]).fingerprint
    assert (Figures(rows).fingerprint == Figures(changed).fingerprint) is same


@pytest.mark.parametrize(
    ("day", "note"), [("3 February 2021", NOTE), ("", "The figures have changed since this was written.")]
)
def test_readers_of_stale_words_are_told_before_them(day: str, note: str) -> None:
    stale = shown(Commentary("Commentary", "", day, "Words.", stale=True))
    (section,) = blocks_of(stale)
    assert isinstance(section, Section) and section.warning == note
    executed = nbformat.v4.new_notebook(cells=[stale])
    page = page_of(executed)
    assert page.find("p", class_="warning").get_text() == note
    assert page.find("p", class_="warning").find_next_sibling(class_="words").get_text(strip=True) == "Words."
    assert note in json.dumps(queried(executed, "strong"))
    assert note in stale.outputs[0].data["text/html"] and note in stale.outputs[0].data["text/plain"]
    fresh = shown(Commentary("Commentary", "", day, "Words."))
    assert page_of(nbformat.v4.new_notebook(cells=[fresh])).find("p", class_="warning") is None


def test_the_products_own_example_is_not_stale() -> None:
    assert all(said.figures is None for said in own_params().commentary.values())
