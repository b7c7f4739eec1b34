"""The frame of a report in HTML and PDF: numbered paragraphs, footnotes, the analyst's commentary, what boards read."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pikepdf
import pytest
import typst
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cells_drawn import figure
from rendered import NASTY, cover, html_of, page_of, pdf_of, shown, structure
from thematic.core.errors import UserError
from thematic.displays import (
    Column,
    Commentary,
    DisplayTable,
    Glance,
    GlanceRow,
    Glossary,
    Notes,
    Recommendation,
    Recommendations,
    Sentence,
    Term,
)
from thematic.exporters import document
from thematic.exporters import pdf as pdf_module
from thematic.exporters.blocks import Heading, Section
from thematic.exporters.typesetting import FONTS

COVER = shown(cover())

BACKGROUND = """\
## Background

First words,
over two lines.

- a list
- of two

1. one

   more of one

> somebody's words

Second words.

| a | b |
|---|---|
| 1 | 2 |

```
code
```

### Deeper

Third *words*.
"""
SAID = Commentary("Commentary", "A. Analyst", "3 February 2021", "Fourth words.\n\n- listed\n\n### Why\n\nFifth words.")


def whole(*cells: NotebookNode) -> NotebookNode:
    return new_notebook(cells=[COVER, *cells])


def markdown(text: str) -> NotebookNode:
    return whole(new_markdown_cell(text))


def body() -> NotebookNode:
    """A report with everything that is numbered, and everything that is not."""
    table = DisplayTable("t", "T", [Column("a")], [["1"]], notes=["A note."])
    return whole(
        new_markdown_cell(BACKGROUND),
        shown(SAID),
        shown(Sentence("Sixth words.\n\nSeventh words."), table, Notes(["x"]), Glossary([Term("a", "b")])),
        new_code_cell("x", outputs=[new_output("stream", name="stdout", text="printed")]),
        new_markdown_cell("## For consideration\n\nEighth words."),
    )


def queried(notebook: NotebookNode, what: str) -> list[Any]:
    files: Any = pdf_module.sources(document.read(notebook))
    found: list[Any] = json.loads(typst.query(files, what, font_paths=[FONTS], ignore_system_fonts=True))
    return found


def words_of(node: Any) -> str:
    """The words of a piece of Typst content."""
    if isinstance(node, list):
        return "".join(map(words_of, node))
    if not isinstance(node, dict):
        return ""
    if node.get("func") == "space":
        return " "
    return node.get("text") or words_of([node.get(part) for part in ("body", "children", "child")])


# Numbered paragraphs


def counted_by_hand(words: str) -> list[str]:
    """The paragraphs of a Markdown text: what stands alone between blank lines and begins with a letter."""
    parts = re.split(r"\n\s*\n", words)
    return [" ".join(part.split()) for part in parts if re.match(r"[A-Z]", part)]


def test_paragraphs_are_numbered_through_the_report_on_the_page() -> None:
    sources = [BACKGROUND, SAID.text, "Sixth words.\n\nSeventh words.", "Eighth words."]
    expected = [part.replace("*", "") for words in sources for part in counted_by_hand(words)]
    assert len(expected) == 8
    found = [" ".join(p.get_text().split()) for p in page_of(body()).find_all(class_="numbered")]
    assert found == [f"{number}. {words}" for number, words in enumerate(expected, 1)]


def test_paragraphs_are_numbered_alike_in_the_pdf() -> None:
    on_the_page = [" ".join(p.get_text().split()) for p in page_of(body()).find_all(class_="numbered")]
    in_the_pdf = [words_of(par["body"]) for par in queried(body(), "par")]
    numbered = [words for words in in_the_pdf if re.match(r"\d+\.", words)]
    assert numbered == [line.replace(". ", ".", 1) for line in on_the_page]


def test_a_notebook_without_a_cover_has_no_numbers() -> None:
    cells = body().cells[1:]
    assert page_of(new_notebook(cells=cells)).find_all(class_="numbered") == []
    pars = queried(new_notebook(cells=cells), "par")
    assert pars and not any(re.match(r"\d+\.", words_of(par["body"])) for par in pars)


def test_a_sentence_is_words_and_never_marks() -> None:
    page = page_of(whole(shown(Sentence("*not soft* &amp; <b>[a](http://b.c)[^1]"))))
    assert page.find(class_="numbered").get_text() == "1. *not soft* &amp; <b>[a](http://b.c)[^1]"


def test_entities_in_markdown_are_the_characters_they_stand_for_but_for_code() -> None:
    notebook = markdown("AT&amp;T &copy; < `&amp;`")
    assert page_of(notebook).find(class_="numbered").get_text() == "1. AT&T © < &amp;"
    assert "1.AT&T © < &amp;" in [words_of(par["body"]) for par in queried(notebook, "par")]


# Footnotes

NOTED = "One[^a], two[^b], again[^a].\n\n- listed[^c]\n\n[^a]: First *note*.\n[^b]: Second.\n\n    More of it.\n[^c]: Third."


def test_footnotes_lead_there_and_back() -> None:
    page = page_of(markdown(NOTED))
    references = page.find_all("a", role="doc-noteref")
    assert [link.get_text() for link in references] == ["Note 1", "Note 2", "Note 1", "Note 3"]
    items = page.find("section", role="doc-endnotes").ol.find_all("li", recursive=False)
    assert [item.get_text(" ", strip=True).split(" ↑")[0] for item in items] == [
        "First note .",
        "Second. More of it.",
        "Third.",
    ]
    for link in references:
        (item,) = [item for item in items if f"#{item['id']}" == link["href"]]
        assert f"#{link['id']}" in [back["href"] for back in item.find_all("a", role="doc-backlink")]
    backs = [back["href"][1:] for item in items for back in item.find_all("a", role="doc-backlink")]
    assert sorted(backs) == sorted(link["id"] for link in references)


def test_footnotes_are_numbered_through_the_report_though_texts_share_their_names() -> None:
    cells = [new_markdown_cell(f"Claim[^1].\n\n[^1]: Source {n}.") for n in range(3)]
    said = Commentary("Commentary", "", "", "Claim[^1].\n\n[^1]: Source 3.")
    page = page_of(whole(*cells, shown(said)))
    assert [sup.a.contents[-1] for sup in page.find_all("sup")] == ["1", "2", "3", "4"]
    notes = page.find(class_="endnotes").find_all("li", recursive=False)
    assert [note.p.get_text() for note in notes] == [f"Source {n}." for n in range(4)]
    assert page.find(class_="said").find("sup").a["href"] == f"#{notes[3]['id']}"


def test_a_note_can_be_referred_to_on_both_sides_of_a_heading() -> None:
    page = page_of(markdown("One[^a].\n\n## Part\n\nTwo[^a].\n\n[^a]: Source."))
    assert [sup.a.contents[-1] for sup in page.find_all("sup")] == ["1", "1"]
    assert len(page.find_all(role="doc-backlink")) == 2


def test_the_pdf_has_footnotes_of_its_own() -> None:
    notes = queried(markdown(NOTED), "footnote")
    assert [words_of(note["body"]) for note in notes if isinstance(note["body"], dict)][0::2] == [
        "First note.",
        "Third.",
    ]
    assert len(notes) == 4
    with pikepdf.open(io.BytesIO(pdf_of(markdown(NOTED)))) as made:
        assert [name for name, _ in structure(made)].count("/Note") == 3


def test_the_notes_have_a_heading_and_a_place_in_the_contents_only_where_there_are_any() -> None:
    page = page_of(markdown("## Notes\n\nOne[^a].\n\n[^a]: Source."))
    assert [(a.get_text(), a["href"]) for a in page.nav.details.find_all("a")] == [
        ("Notes", "#notes"),
        ("Notes", "#notes-2"),
    ]
    assert page.find("h2", id="notes-2").parent["role"] == "doc-endnotes"
    assert page_of(markdown("## Part\n\nNone[^a].")).find("section", role="doc-endnotes") is None


@pytest.mark.parametrize("text", ["A[^gone] b.", "A b.\n\n[^a]: Nobody asks for it."])
def test_a_reference_and_a_note_without_the_other_are_no_footnotes(text: str) -> None:
    page = page_of(markdown(text))
    assert page.find_all("sup") == []
    assert ("[^gone]" in page.main.get_text()) == ("[^gone]" in text)


def test_a_note_within_a_note_is_text() -> None:
    page = page_of(markdown("A[^a] b.\n\n[^a]: See[^b] and[^a].\n[^b]: Other."))
    assert "See[^b] and[^a]." in page.find(class_="endnotes").get_text()
    assert pdf_of(markdown("A[^a] b.\n\n[^a]: See[^b] and[^a].\n[^b]: Other.")).startswith(b"%PDF")


@pytest.mark.parametrize("text", ["## Part[^a]", "| a[^a] |\n|---|\n| 1 |", "| a |\n|---|\n| *b[^a]* |"])
def test_a_footnote_in_a_heading_or_a_table_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"\[\^a\] is in a heading or a table.*paragraph beside it"):
        page_of(markdown(text + "\n\n[^a]: Source."))


# Commentary


def test_commentary_is_a_section_with_its_writer() -> None:
    page = page_of(body())
    section = page.find("section", class_="said")
    assert section.h2.get_text() == "Commentary"
    assert section["aria-labelledby"] == section.h2["id"]
    assert section.find(class_="byline").get_text() == "Written by A. Analyst, 3 February 2021"
    assert section.h3.get_text() == "Why"
    assert "Commentary" in [link.get_text() for link in page.nav.details.find_all("a")]
    pars = [words_of(par["body"]) for par in queried(body(), "par")]
    assert "Written by A. Analyst, 3 February 2021" in pars


@pytest.mark.parametrize(
    ("author", "day", "byline"),
    [
        ("A. Analyst", "3 May 2021", "Written by A. Analyst, 3 May 2021"),
        ("A. Analyst", "", "Written by A. Analyst"),
        ("", "3 May 2021", "Written on 3 May 2021"),
        ("", "", ""),
    ],
)
def test_the_writer_and_the_day_are_said_where_they_are_known(author: str, day: str, byline: str) -> None:
    said = Commentary("Commentary", author, day, "Words.")
    assert said.byline == byline
    found = page_of(whole(shown(said))).find(class_="byline")
    assert (found.get_text() if found else "") == byline


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# A\n\n## B\n\n# C", [2, 3, 4, 3]),
        ("## A\n\n## B\n\n# C", [2, 3, 3, 3]),
        ("###### A\n\n###### B", [2, 3, 3]),
        ("# A\n\n## B\n\n### C\n\n#### D\n\n##### E\n\n###### F", [2, 3, 4, 5, 6, 6, 6]),
    ],
)
def test_headings_in_commentary_stay_below_its_own(text: str, levels: list[int]) -> None:
    (section,) = document.read(whole(shown(Commentary("Commentary", "", "", text)))).blocks
    assert isinstance(section, Section)
    inner = [block.level for block in section.blocks if isinstance(block, Heading)]
    assert [section.heading.level, *inner] == levels


def test_headings_alike_are_alike_and_never_jump() -> None:
    text = "#### A\n\n#### B\n\n## C\n\n#### D\n\n#### E\n\n### F\n\n# G"
    found = [block.level for block in document.read(markdown(text)).blocks if isinstance(block, Heading)]
    assert found == [2, 2, 2, 3, 3, 3, 2]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JavaScript:x", "file:///etc", "data:text/html,x", "#part", "a.html"]
)
def test_links_lead_to_pages_and_mail_alone(link: str) -> None:
    text = f"[bad]({link}) [good](https://example.org/a) [post](mailto:a@example.org)\n\n<b>raw</b>"
    said = Commentary("Commentary", "", "", text)
    page = page_of(whole(shown(said)))
    for section in (page.find("section", class_="said"), BeautifulSoup(said.html(), "lxml")):
        assert [a["href"] for a in section.find_all("a")] == ["https://example.org/a", "mailto:a@example.org"]
        assert "bad" in section.get_text() and "<b>raw</b>" in section.get_text()
        assert section.find("b") is None
    links = [found["dest"] for found in queried(whole(shown(said)), "link")]
    assert links == ["https://example.org/a", "mailto:a@example.org"]


def test_commentary_without_words_is_a_heading() -> None:
    page = page_of(whole(shown(Commentary("Commentary", "", "", " \n"))))
    assert page.find("section", class_="said").get_text(strip=True) == "Commentary"


# What a board reads


def row(indicator: str = "Crimes", **more: Any) -> GlanceRow:
    return GlanceRow(**{"indicator": indicator, "figure": figure(3), "period": "May", "significant": "No", **more})


CORNERS = {
    "no rows": Glance("g", "Glance", []),
    "untitled": Glance("g", "", [row()]),
    "confidential": Glance(
        "g", "G", [row(figure=figure("[c]", "[c]"), significant="[c]", trend="[c]", force=figure("[c]"))], "F"
    ),
    "no numbers": Glance("g", "G", [row(spark=[None] * 36, trend="Stable"), row(spark=[])]),
    "one point": Glance("g", "G", [row(spark=[None, 5, None]), row(spark=[5])]),
    "all equal": Glance("g", "G", [row(spark=[7] * 36)]),
    "extremes": Glance("g", "G", [row(spark=[1e308, -1e308, 0, float("nan"), float("inf")])]),
    "long": Glance(
        "g", "G", [row("Engaging in controlling or coercive behaviour " * 12, figure=figure(10**60))], "F" * 90
    ),
    "many": Glance("g", "G", [row(f"Row {n}", trend="Significant decrease", spark=[n, 1, 2]) for n in range(120)]),
    "no recommendations": Recommendations("Recommendations", []),
    "odd rating": Recommendations("R", [Recommendation("", "x", "", "", "", "Blue", True, "")]),
    "nasty": Recommendations(NASTY, [Recommendation(NASTY, NASTY, NASTY, NASTY, NASTY, "Red", True, NASTY)], [NASTY]),
}


@pytest.mark.parametrize("name", CORNERS)
def test_every_corner_reads_on_the_page_and_in_the_pdf(name: str) -> None:
    display = CORNERS[name]
    notebook = whole(new_markdown_cell("## Part"), shown(display))
    page = page_of(notebook)
    grid = page.main.table
    heads = [cell.get_text() for cell in grid.thead.find_all("th")]
    assert heads == [column.label for column in display.columns()]
    assert all(cell.get_text(strip=True) or cell.svg for cell in grid.tbody.find_all(["th", "td"]))
    spans = [
        sum(int(cell.get("colspan", 1)) for cell in line.find_all(["th", "td"])) for line in grid.tbody.find_all("tr")
    ]
    assert spans == [len(heads)] * max(len(display.rows), 1)
    assert page.main.find("script") is None
    with pikepdf.open(io.BytesIO(pdf_of(notebook))) as made:
        tags = structure(made)
    assert [name for name, _ in tags].count("/TH") == len(heads) + len(display.rows)
    assert ("/Table", "") in tags


def test_a_table_of_nothing_says_so() -> None:
    for display in (CORNERS["no rows"], CORNERS["no recommendations"]):
        assert page_of(whole(shown(display))).main.tbody.get_text() == "There are none."
        assert "There are none." in display.plain()


def test_signs_are_hidden_from_readers_and_leave_no_figure_in_the_pdf() -> None:
    notebook = whole(shown(CORNERS["many"]))
    drawings = page_of(notebook).main.table.find_all("svg")
    assert len(drawings) == 240
    assert all(svg["aria-hidden"] == "true" and not svg.get("role") for svg in drawings)
    with pikepdf.open(io.BytesIO(pdf_of(notebook))) as made:
        assert "/Figure" not in [name for name, _ in structure(made)]


def test_tables_of_every_kind_are_numbered_together_and_keep_their_roles_on_a_phone() -> None:
    plain = DisplayTable("t", "Plain", [Column("a")], [["1"]])
    page = page_of(whole(shown(Glance("g", "Glance", [row()]), plain, Recommendations("Due", []))))
    captions = [caption.get_text(" ", strip=True) for caption in page.find_all("caption")]
    assert captions == ["Table 1 Glance", "Table 2 Plain", "Table 3 Due"]
    for grid in page.find_all("table", class_="cards"):
        assert grid["role"] == "table"
        roles = {"thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
        assert all(cell.get("role") == roles[cell.name] for cell in grid.find_all(list(roles)))


def test_contents_are_folded_on_a_phone_and_not_on_a_wide_screen() -> None:
    page = page_of(markdown("## One\n\n## Two"))
    assert page.nav.details.summary.get_text() == "Contents"
    assert not page.nav.details.has_attr("open")
    style = page.style.get_text()
    wide = style[style.index("@media (min-width: 60rem)") :]
    assert ".unfolded { display: none; }" in style[: style.index("@media (min-width: 60rem)")]
    assert wide.index(".unfolded { display: block; }") < wide.index(".folded { display: none; }") < wide.index("\n}")


@pytest.mark.parametrize(
    ("area", "running"),
    [
        ("Anyshire Police", "Anyshire Police  |  Domestic abuse, 12 months"),
        ("Northtown", "Anyshire Police  |  Domestic abuse: Northtown, 12 months"),
    ],
)
def test_the_running_header_names_the_force_once(area: str, running: str) -> None:
    notebook = new_notebook(
        cells=[shown(type(cover())("Anyshire Police", "Domestic abuse", area, "12 months", "today"))]
    )
    files = pdf_module.sources(document.read(notebook))
    assert json.loads(files["report.json"])["running"] == running


def test_the_page_and_the_pdf_are_the_same_each_time() -> None:
    first, second = body(), body()
    assert html_of(first) == html_of(second)
    assert pdf_of(first) == pdf_of(second)
