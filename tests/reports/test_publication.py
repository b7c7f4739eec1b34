"""What a publication has: dates, contact, how it was made, ways to its other forms, help, and names for its files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_notebook

from crawling import dead_links
from placed import put
from rendered import cover, pdf_of, shown
from thematic.core.naming import handed_on
from thematic.displays import Column, DisplayTable
from thematic.exporters import document, html, pdf
from thematic.exporters.ways import as_handed_on, in_catalogue, ways_from
from thematic.outputs.catalogue import read_catalogue, write_catalogue
from thematic.publishing.readme import readme
from warehouse_drawn import own_params

FILE = "anyshire-police_noise_north_2021-01_official"
CONTACT = {"name": "Analysis team", "email": "team@example.police.uk", "telephone": "01244 000000"}
HELP = [{"name": "Quiet Line", "telephone": "0800 1111", "web": "https://www.quiet.example/", "purpose": "anyone"}]
TOLD: dict[str, Any] = {
    "place": ("2021-01", "noise", "north"),
    "file": FILE,
    "contact": CONTACT,
    "published": "18 February 2021",
    "next_release": "18 March 2021 (February 2021)",
    "made": "Made with Thematic 0.1.0 from Drawn, as at 31 January 2021.",
    "content_note": "This is about noise.",
    "support": HELP,
}


def report(**told: Any) -> document.Document:
    table = DisplayTable("t", "Noises", [Column("Kind", "left"), Column("Number")], [["loud", "1"]])
    return document.read(new_notebook(cells=[shown(cover(**told)), shown(table)]))


def soup(*formats: str, **told: Any) -> BeautifulSoup:
    return BeautifulSoup(html.page(report(**{**TOLD, **told}), formats), "lxml")


@pytest.mark.parametrize(
    ("force", "marking", "name"),
    [
        ("Anyshire Police", "OFFICIAL-SENSITIVE", "anyshire-police_rape_force_2021-01_official-sensitive"),
        ("Heddlu Sŵn & Co.", "OFFICIAL", "heddlu-swn-co_rape_force_2021-01_official"),
        ("警察", "", "rape_force_2021-01"),
    ],
)
def test_a_file_that_is_handed_on_says_what_it_is(force: str, marking: str, name: str) -> None:
    assert handed_on(force, "rape", "force", "2021-01", marking) == name


def test_dates_stand_in_one_quiet_line_below_the_title_and_the_rest_at_the_foot() -> None:
    page = soup()
    facts = page.find(class_="facts").get_text()
    assert facts == "Data as at today · Published 18 February 2021 · Next release: 18 March 2021 (February 2021)"
    foot = page.find("footer").get_text(" ", strip=True)
    assert "Questions: Analysis team, team@example.police.uk , 01244 000000" in foot
    assert "Made with Thematic 0.1.0 from Drawn, as at 31 January 2021." in foot


def test_the_content_note_comes_first_and_help_last() -> None:
    main = soup().find("main")
    parts = list(main.find_all(recursive=False))
    assert parts[0].get_text() == "This is about noise. Support"
    assert parts[-1].find("h2").get_text() == "Support"
    assert parts[-1].find("li").get_text() == "Quiet Line: anyone. Telephone 0800 1111. quiet.example"
    assert parts[-1].find("a")["href"] == "https://www.quiet.example/"


def test_where_nothing_is_declared_nothing_is_said() -> None:
    page = soup(**{name: type(value)() for name, value in TOLD.items()})
    assert page.find(class_="facts").get_text() == "Data as at today"
    assert page.find(class_="content-note") is page.find(class_="support") is page.find(class_="ways") is None
    assert "Questions" not in page.find("footer").get_text()


def test_the_pdf_says_the_same_and_the_link_to_the_web_is_one() -> None:
    data = pdf_of(new_notebook(cells=[shown(cover(**TOLD))]))
    with pikepdf.open(io.BytesIO(data)) as made:
        addresses = {str(each.A.URI) for page in made.pages for each in page.get("/Annots", []) if "/A" in each}
    said = pdf.content(report(**TOLD))["cover"]
    assert said["dates"][-1] == "Next release: 18 March 2021 (February 2021)"
    assert (said["content_note"], said["made"]) == (TOLD["content_note"], TOLD["made"])
    assert addresses == {"https://www.quiet.example/", "mailto:team@example.police.uk"}


def test_a_page_leads_to_the_forms_that_are_made_with_it_and_to_the_catalogue_alone() -> None:
    page = soup("html", "pdf", "csv").find(class_="ways")
    forms = {link["href"]: link.get("download") for link in page.find_all("a")}
    assert forms == {
        "north.pdf": f"{FILE}.pdf",
        "north.csv": f"{FILE}.csv",
        "../index.html": None,
        "../index.html#theme=noise": None,
        "../index.html#area=north": None,
        "../../index.html#theme=noise&area=north": None,
    }
    assert soup().find(class_="ways") is None, "a preview, which stands alone"
    assert ways_from(None, ["html"]) == ways_from(report().cover, ["html"])
    assert in_catalogue(theme="a b") == "../index.html#theme=a+b"


def test_the_tables_of_a_page_are_saved_under_its_name() -> None:
    assert soup().find(class_="download").a["download"] == f"{FILE}_table-1.csv"


@pytest.mark.parametrize("kept", [("html",), ("html", "pdf"), ("html", "pdf", "csv")])
def test_a_page_that_is_handed_on_leads_to_what_goes_along_and_to_nothing_else(kept: tuple[str, ...]) -> None:
    made = html.page(report(**TOLD), ("html", "pdf", "csv")).encode()
    page = BeautifulSoup(as_handed_on(made, kept), "lxml").find(class_="ways")
    found = [link["href"] for link in page.find_all("a") if link.has_attr("download")]
    assert found == [f"{FILE}.{suffix}" for suffix in kept if suffix != "html"]
    assert ("This report as" in page.get_text()) is (len(kept) > 1)
    assert as_handed_on(b"<p>none of ours</p>", kept) == b"<p>none of ours</p>"


def test_no_link_of_a_folder_of_reports_is_dead(tmp_path: Path) -> None:
    page = html.page(report(**TOLD), ("html", "pdf")).encode()
    put(tmp_path, "north", files={"html": page, "pdf": b"p", "ipynb": b"n"})
    write_catalogue(tmp_path, read_catalogue(tmp_path, lambda _: True))
    assert dead_links(tmp_path) == []
    (tmp_path / "2021-01/noise/north.pdf").unlink()
    assert dead_links(tmp_path) != []


def test_what_typst_sets_lacks_no_key() -> None:
    told = {**TOLD, "contact": {"name": "A"}, "support": [{"name": "B", "telephone": "999"}]}
    set_from = pdf.content(report(**told))["cover"]
    assert set_from["contact"] == {"name": "A", "email": "", "telephone": "", "web": "", "purpose": "", "shown": ""}
    assert set_from["support"][0]["web"] == ""


def test_the_read_me_of_internal_reports_asks_not_to_publish_them(tmp_path: Path) -> None:
    put(tmp_path, "north", synthetic=True, force="Anyshire Police", marking="OFFICIAL-SENSITIVE")
    page = readme(read_catalogue(tmp_path, lambda _: True), own_params()).decode()
    assert "Do not publish them" in page and "for the public" not in page
    assert "Ask whoever sent you these reports." in page, "no contact is declared"
    assert "anyshire-police_noise_north_2021-01_official-sensitive.html" in page
