"""An executed notebook in every format: what is shown, what is left out, and that no text is markup."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

import nbformat
import pandas as pd
import pikepdf
import pytest
import typst
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from added_frames import added
from cells_drawn import figure
from rendered import NASTY, blocks_of, cover, html_of, output, page_of, pdf_of, shown, stream, structure
from thematic.charts import bars, months
from thematic.core.errors import UserError
from thematic.displays import (
    Chart,
    Column,
    Commentary,
    DisplayTable,
    FigureList,
    Glance,
    GlanceRow,
    Glossary,
    Notes,
    Recommendation,
    Recommendations,
    Sentence,
    Term,
    Value,
)
from thematic.exporters import document, fitting, typesetting
from thematic.exporters import pdf as pdf_module
from thematic.exporters.blocks import Heading, LeftOut, Picture, Plain, Prose, Shown
from thematic.exporters.csv import CsvExporter
from thematic.exporters.html import HtmlExporter
from thematic.exporters.pdf import PdfExporter
from thematic.exporters.sheets import Sheet, sheets
from thematic.exporters.typesetting import FONTS

LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."


def table(text: str = "") -> DisplayTable:
    return DisplayTable(
        "glance", "At a glance" + text, [Column("Indicator" + text, "left"), Column("Value" + text)],
        [["Crimes" + text, Value(1234)], ["Repeat victims", Value(None, status="[c]")]], [0], ["A note" + text], "A source" + text,
    )  # fmt: skip


def board_tables(text: str = "") -> tuple[Glance, Recommendations]:
    """The tables of the kinds a board reads, `text` added to all of them."""
    trend, spark = "Significant increase", [1, None, 3]
    change: float | str = "[x]" + text if text else 5.0
    month, sure = "January 2021" + text, "Yes" + text
    rows = [
        GlanceRow("Crimes" + text, figure(10222, change), month, sure, trend, "lower", spark, figure(1234)),
        GlanceRow("Victims", figure("[c]", "[c]"), "January 2021", "[c]", "[c]", "none", [None], figure("[c]")),
    ]
    words = [f"{word}{text}" for word in ("R1", "Do this", "Inspection", "Chief", "1 May 2020", "Red")]
    due = [
        Recommendation(*words, True, "Begun" + text),
        Recommendation("R2", "And that", "", "", "", "Green", False, ""),
    ]
    return (
        Glance("g", "Glance" + text, rows, "Anyshire Police" + text, ["n" + text], "s" + text),
        Recommendations("Recommendations" + text, due, ["A note" + text]),
    )


def commentary(text: str = "") -> Commentary:
    return Commentary("Commentary" + text, "A. Analyst" + text, "3 February 2021", f"Words{text}[^1].\n\n[^1]: A note.")


def png() -> str:
    buffer = io.BytesIO()
    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([1, 2])
    figure.savefig(buffer, format="png")
    return b64encode(buffer.getvalue()).decode("ascii")


def terms(text: str = "") -> list[Term]:
    measure = Term("Recorded" + text, "Crimes." + text, ["More is not worse" + text], "System" + text, "Team" + text)
    return [Term("Solved" + text, "Outcomes 1 to 8." + text), measure]


def report(text: str = "") -> NotebookNode:
    """A notebook with everything that a notebook can show, `text` added to all of it."""
    points = pd.DataFrame({"month": ["2020-11", "2020-12", "2021-01"], "value": [3, "[c]", 5]})
    words = {"title": "Up" + text, "subtitle": "Crimes" + text, "alt": "A line" + text, "source": "s" + text}
    frame = pd.DataFrame({"crimes" + text: [1234, 56]}, index=["north" + text, "south"])
    cells = [
        shown(cover(text, licence=LICENCE)),
        new_markdown_cell(f"# First\n\nSome **bold** and *soft* words{text}\n\n- a list\n    1. nested\n\n> said"),
        shown(Sentence("A sentence." + text), table(text)),
        new_markdown_cell("## Second\n\n#### Too deep"),
        shown(months(points, id="m", table=table(text), **words)),
        shown(bars(["a" + text, "b"], [1, 2], id="b", unit="count", table=table(text), **words)),
        added(frame),
        output(
            {"image/png": png(), "text/plain": "<Figure size 1x1>"},
            source=f"#| alt: Two points.{text}\nplot()",
        ),
        stream("stdout", "printed" + text),
        stream("stderr", "/home/someone/x.py: FutureWarning"),
        shown(*board_tables(text), commentary(text)),
        new_markdown_cell(f"## First\n\nA claim[^a]{text}, and again[^a].\n\n[^a]: Its source{text}."),
        shown(Glossary(terms(text)), Notes(["Rises can be good." + text])),
        shown(FigureList(["measure", "value", "status"], [["da_recorded", 3, ""], ['q,"' + text, "", "[c]"]])),
    ]
    notebook = new_notebook(cells=cells)
    nbformat.validate(notebook)
    return nbformat.reads(nbformat.writes(notebook), as_version=4)


@pytest.fixture(scope="module")
def page() -> BeautifulSoup:
    return page_of(report())


@pytest.fixture(scope="module")
def nasty_page() -> BeautifulSoup:
    return page_of(report(" " + NASTY))


@pytest.fixture(scope="module")
def pdf() -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf_of(report())))


# The document


def test_headings_never_jump_and_their_anchors_differ() -> None:
    headings = [block for block in document.read(report()).blocks if isinstance(block, Heading)]
    assert [(heading.level, heading.anchor) for heading in headings] == [
        (2, "first"),
        (2, "second"),
        (3, "too-deep"),
        (2, "first-2"),
    ]


def test_charts_and_titled_tables_are_numbered_apart() -> None:
    untitled = DisplayTable("u", "", [Column("a")], [["1"]])
    labels = [block.label for block in blocks_of(shown(table(), untitled, table()), shown(Notes(["x"])))]
    assert labels == ["Table 1", "", "Table 2", ""]


def test_a_heading_without_words_is_left_out() -> None:
    assert [type(block) for block in blocks_of(new_markdown_cell("#\n\n## \n\nText"))] == [Prose]


def test_an_error_stops_the_report_without_its_traceback() -> None:
    failed = new_output("error", ename="KeyError", evalue="'da'", traceback=["/home/someone/x.py"])
    with pytest.raises(UserError, match=r"Cell 2 .*KeyError: 'da'") as raised:
        blocks_of(new_markdown_cell("x"), new_code_cell("x", outputs=[failed]))
    assert "/home" not in str(raised.value)


@pytest.mark.parametrize("payload", [{"kind": "hologram"}, {"kind": "sentence", "words": "x"}, {}])
def test_an_output_of_no_known_kind_is_refused(payload: dict[str, str]) -> None:
    with pytest.raises(UserError, match="run the notebook again"):
        blocks_of(output({"application/vnd.thematic+json": payload}))


def test_a_second_cover_is_refused() -> None:
    with pytest.raises(UserError, match="2 covers"):
        blocks_of(shown(cover(), cover()))


def test_code_warnings_and_names_of_objects_are_left_out() -> None:
    names = [
        "<Axes: >",
        "[<matplotlib.lines.Line2D at 0x7f0>]",
        "Text(0.5, 1.0, 'x')",
        "object at 0x7f12",
        "  ",
    ]
    assert blocks_of(*(output({"text/plain": name}) for name in names), stream("stderr", "warning")) == []


def test_what_was_printed_is_kept_without_its_colours() -> None:
    assert blocks_of(stream("stdout", "\x1b[31mred\x1b[0m\n"), output({"text/plain": "42"})) == [
        Plain("red"),
        Plain("42"),
    ]


def test_a_data_frame_with_headers_over_several_rows_and_columns_becomes_a_table() -> None:
    index = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")], names=["unit", "ward"])
    frame = pd.DataFrame({("n", "crimes"): [1234, 56], ("n", "note"): ["few", "none"]}, index=index)
    (block,) = blocks_of(added(frame))
    assert [(column.label, column.align) for column in block.display.columns] == [
        ("unit", "left"),
        ("ward", "left"),
        ("n crimes", "right"),
        ("n note", "left"),
    ]
    assert block.display.texts == [["a", "x", "1234", "few"], ["a", "y", "56", "none"]]


def test_a_table_in_markdown_becomes_a_table() -> None:
    (block,) = blocks_of(new_markdown_cell("| Ward | n |\n|---|--:|\n| *A* | 1 |"))
    assert block.display.rows == [["A", "1"]]
    assert [column.align for column in block.display.columns] == ["left", "right"]


def test_html_without_a_table_is_shown_as_its_words() -> None:
    assert blocks_of(output({"text/html": "<b>Hello</b> you", "text/plain": "z"})) == [Plain("Hello you")]


@pytest.mark.parametrize(
    "html", ["<div><iframe srcdoc='<p>A map</p>'></iframe></div>", "<div id='plot'></div><script>draw()</script>"]
)
def test_an_interactive_output_is_named_and_never_run(html: str) -> None:
    (block,) = blocks_of(output({"text/html": html, "text/plain": "<folium.folium.Map object at 0x7f0>"}))
    assert isinstance(block, LeftOut)
    assert block.text.startswith("Left out here: an interactive output.")


def test_a_table_of_html_alone_is_named_as_left_out() -> None:
    html = "<style>td {color: red}</style><table><tr><th>n</th></tr><tr><td>1</td></tr></table><script>sort()</script>"
    (block,) = blocks_of(output({"text/html": html, "text/plain": "<IPython.core.display.HTML object>"}))
    assert isinstance(block, LeftOut)
    assert block.text.startswith("Left out here: a table as HTML alone.") and "DataFrame" in block.text


@pytest.mark.parametrize(
    "data",
    [
        {"application/vnd.plotly.v1+json": {}, "text/plain": "Figure()"}, {"application/pdf": "AAAA"},
        {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider(value=7)"},
        {"application/vnd.vegalite.v5+json": {}, "text/plain": "<VegaLite 5 object>\n\nIf you see this message"},
        {"image/webp": "AAAA", "text/plain": "<IPython.core.display.Image object>"},
    ],
)  # fmt: skip
def test_an_output_that_no_report_can_show_is_named(data: dict[str, Any]) -> None:
    (block,) = blocks_of(output(data))
    assert isinstance(block, LeftOut)
    assert next(iter(data)) in block.text


@pytest.mark.parametrize(
    ("source", "metadata", "alt"),
    [
        ("#| alt: From the code", {}, "From the code"),
        ("#| fig-alt:  Quarto's word ", {}, "Quarto's word"),
        ("#| alt: code", {"alt": "From the output"}, "From the output"),
        ("x", {"image/png": {"alt": "From the image"}}, "From the image"),
        ("x", {}, "A picture added in the notebook, without a description."),
    ],
)
def test_a_picture_takes_its_description_from_where_it_is_given(source: str, metadata: Any, alt: str) -> None:
    block, *_ = blocks_of(output({"image/png": png()}, source, **metadata))
    assert isinstance(block, Picture)
    assert block.alt == alt


def test_an_attached_picture_is_shown_and_a_remote_one_is_named() -> None:
    cell = new_markdown_cell("![A map](attachment:a.png)\n\n![Far](https://example.org/b.png)")
    cell["attachments"] = {"a.png": {"image/png": png()}}
    picture, named = blocks_of(cell)
    assert (picture.mime_type, picture.alt) == ("image/png", "A map")
    assert named.what == "the picture at https://example.org/b.png"
    assert not page_of(new_notebook(cells=[cell])).select("[src*='example.org'], [href*='example.org']")


@pytest.mark.parametrize(
    ("cells", "metadata", "title"),
    [
        (["# My own\n\n## Part"], {}, "My own"),
        (["# My own"], {"title": "Named"}, "Named"),
        (["text"], {}, "Report"),
        ([], {}, "Report"),
    ],
)
def test_a_notebook_without_a_cover_has_a_title(cells: Sequence[str], metadata: dict[str, str], title: str) -> None:
    notebook = new_notebook(cells=[new_markdown_cell(cell) for cell in cells], metadata=metadata)
    assert page_of(notebook).h1.text == title
    with pikepdf.open(io.BytesIO(pdf_of(notebook))) as made:
        assert made.docinfo["/Title"] == title


# HTML


def test_the_page_says_what_it_is(page: BeautifulSoup) -> None:
    assert page.html["lang"] == "en-GB"
    assert [heading.text for heading in page.find_all("h1")] == ["Domestic abuse"]
    header = page.header.get_text(" ", strip=True)
    for words in (
        "Anyshire Police",
        "OFFICIAL",
        "Northtown, 12 months",
        "Data as at today",
        "Synthetic data:",
    ):
        assert words in header
    assert page.title.text == "Domestic abuse: Northtown, 12 months – Anyshire Police"
    assert LICENCE in page.footer.text


def test_real_data_bear_no_banner_and_no_licence_unless_given() -> None:
    text = html_of(new_notebook(cells=[shown(cover(synthetic=False))]))
    assert "Synthetic" not in text
    assert "Licence" not in BeautifulSoup(text, "lxml").get_text()


def test_the_page_asks_nothing_of_the_network_and_runs_nothing(page: BeautifulSoup) -> None:
    assert page.find_all(["script", "iframe", "object", "embed"]) == []
    assert [link["href"] for link in page.find_all("link")] == ["data:,"]
    sources = [tag[name] for tag in page.find_all(True) for name in ("src", "srcset", "data") if tag.has_attr(name)]
    assert sources and all(source.startswith("data:") for source in sources)
    assert "@import" not in page.style.text and "url(http" not in page.style.text


def test_the_pages_policy_allows_its_own_style_and_nothing_that_runs(page: BeautifulSoup) -> None:
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    digest = b64encode(hashlib.sha256(page.style.string.encode("utf-8")).digest()).decode("ascii")
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src data:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert len(page.find_all("style")) == 1
    assert page.find_all(style=True) == []
    assert [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")] == []


def test_contents_and_every_link_within_the_page_lead_somewhere(page: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    targets = [link["href"][1:] for link in page.find_all("a", href=True) if link["href"].startswith("#")]
    assert set(targets) <= set(ids)
    parts = [item.a.text for item in page.nav.details.ol.find_all("li", recursive=False)]
    assert parts == ["First", "Second", "Commentary", "First", "Notes"]
    assert [link.text for link in page.nav.details.select("li li a")] == ["Too deep"]
    assert page.nav.details.ol == page.nav.div.ol
    named = [tag["aria-labelledby"] for tag in page.find_all(attrs={"aria-labelledby": True})]
    assert set(named) <= set(ids)


def test_every_picture_has_a_description(page: BeautifulSoup) -> None:
    assert [image["alt"] for image in page.find_all("img")] == ["Two points."]
    assert {svg["aria-label"] for svg in page.select("figure svg")} == {"A line"}
    assert all(svg.get("aria-hidden") == "true" or svg["aria-label"] for svg in page.find_all("svg"))


def test_a_table_is_cards_from_the_width_at_which_its_words_have_no_room() -> None:
    def kind_of(columns: int, word: str = "1,234") -> str:
        return fitting.kind_of(DisplayTable("t", "T", [Column("N")] * columns, [[word] * columns]))

    assert kind_of(3) == ""
    tiers = [int(kind_of(columns).split("from-")[1]) for columns in range(6, 13)]
    assert tiers == sorted(tiers) and len(set(tiers)) > 5
    assert kind_of(40).endswith(fitting.ALWAYS)
    whole, broken = (
        DisplayTable("t", "T", [Column("N", align)] * 2, [["seven words that may very well break"] * 2])
        for align in ("right", "left")
    )
    assert fitting.kind_of(whole) != "" == fitting.kind_of(broken)


def test_a_table_that_can_be_cards_says_what_it_is_and_what_each_cell_is_of() -> None:
    columns = [Column("Place", "left"), *(Column("Change", of=of) for of in ("Recorded", "Solved"))]
    table = DisplayTable("t", "T", columns, [["North", "1", "2"]])
    cards, rows = (BeautifulSoup(table.grid(kind=kind), "html.parser") for kind in ("cards from-1", ""))
    assert [cell["data-label"] for cell in cards.find_all("td")] == ["Recorded: Change", "Solved: Change"]
    roles = [part["role"] for part in cards.find_all(True) if part.name not in ("caption", "span")]
    assert roles == [
        "table", "rowgroup", "row", *["columnheader"] * 3, "rowgroup", "row", "rowheader", "cell", "cell"
    ]  # fmt: skip
    assert not rows.find_all(role=True)


def test_a_chart_comes_with_its_numbers(page: BeautifulSoup) -> None:
    figures = page.find_all("figure", id=True)
    assert [figure.figcaption.get_text(" ", strip=True) for figure in figures] == [
        "Figure 1 Up Crimes",
        "Figure 2 Up Crimes",
    ]
    assert all(figure.details.table for figure in figures)


def test_code_and_warnings_are_not_on_the_page(page: BeautifulSoup) -> None:
    for words in ("secret_code", "FutureWarning", "/home/"):
        assert words not in str(page)


def test_nasty_text_stays_text_on_the_page(nasty_page: BeautifulSoup) -> None:
    assert nasty_page.find_all("script") == []
    for part in ("h1", "title", "figcaption", "caption", "th", "dt", "dd", "pre", "footer"):
        assert NASTY in nasty_page.find(part).get_text(), part
    assert nasty_page.find("img")["alt"].endswith(NASTY)
    assert nasty_page.select_one("figure svg")["aria-label"].endswith(NASTY)


def test_markdown_shows_html_as_text_and_drops_bad_links() -> None:
    page = page_of(
        new_notebook(cells=[new_markdown_cell("<b onclick=x>hi</b> [go](javascript:alert(1))\n\n<script>1</script>")])
    )
    assert page.main.find_all(["b", "script"]) == []
    assert "<b onclick=x>hi</b>" in page.main.get_text()
    assert "javascript:" not in str(page.main)


# PDF


def test_the_pdf_is_tagged_titled_and_in_english(pdf: pikepdf.Pdf) -> None:
    assert pdf.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in pdf.Root
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.docinfo["/Title"] == "Domestic abuse: Northtown, 12 months"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"


def test_the_pdf_carries_no_date(pdf: pikepdf.Pdf) -> None:
    assert not {"/CreationDate", "/ModDate"} & set(pdf.docinfo)


def test_the_pdf_has_headings_table_headers_and_described_pictures(pdf: pikepdf.Pdf) -> None:
    tags = structure(pdf)
    names = [name for name, _ in tags]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Link", "/L"} <= set(names)
    assert [alt for name, alt in tags if name == "/Figure"] == ["A line", "A line", "Two points."]


def test_the_pdf_names_its_font_alone(pdf: pikepdf.Pdf) -> None:
    fonts = {str(font.BaseFont) for page in pdf.pages for font in page.Resources.get("/Font", {}).values()}
    assert fonts
    assert all("ThematicSans" in font or "DejaVuSansMono" in font for font in fonts)


def test_nasty_text_is_data_to_the_pdf_and_never_markup() -> None:
    notebook = report(" " + NASTY)
    notebook.cells.append(new_markdown_cell("## \\#set page(width: 1cm) \\$x\\$ @nobody"))
    files: Any = pdf_module.sources(document.read(notebook))
    assert files["main.typ"] == (FONTS.parent / "templates" / "report.typ").read_bytes()
    found = typst.query(files, "heading", font_paths=[FONTS], ignore_system_fonts=True)
    assert json.loads(found)[-1]["body"]["text"] == "#set page(width: 1cm) $x$ @nobody"
    assert pdf_of(notebook).startswith(b"%PDF")


DETAILS = ["Crimes.", "Read with care: More is not worse.", "Source: System. Owner: Team."]


def test_the_page_has_the_caveats_the_source_and_the_owner_below_a_definition(page: BeautifulSoup) -> None:
    term = next(each for each in page.find_all("dt") if each.get_text() == "Recorded")
    assert [each.get_text() for each in term.find_next_siblings()] == DETAILS


def test_the_pdf_has_the_caveats_the_source_and_the_owner_below_a_definition() -> None:
    files: Any = pdf_module.sources(document.read(report()))
    [found] = json.loads(typst.query(files, "terms", font_paths=[FONTS], ignore_system_fonts=True))
    definitions = [list(texts_of(item["description"])) for item in found["children"]]
    assert definitions == [["Outcomes 1 to 8."], DETAILS]


def texts_of(content: Any) -> Iterator[str]:
    """The runs of text in what Typst says of its content."""
    if isinstance(content, dict):
        if isinstance(content.get("text"), str):
            yield content["text"]
        for part in content.values():
            yield from texts_of(part)
    elif isinstance(content, list):
        for part in content:
            yield from texts_of(part)


@pytest.mark.parametrize("text", ["漢字 😀", "a\x00b\x07", "zero\u200bwidth", "e\u0301 decomposed", "→ ▲ − ½ £ ŵ Ł"])
def test_a_character_without_a_shape_does_not_stop_the_pdf(text: str) -> None:
    assert pdf_of(new_notebook(cells=[shown(Sentence(text)), new_markdown_cell(text)])).startswith(b"%PDF")


def test_characters_without_a_shape_are_named_and_those_of_other_scripts_have_one() -> None:
    assert typesetting.lacking({"a": "Łódź Україна Ωμέγα مرحبا שלום ✓ ☎ → ≥ €", "b": [1, 2]}) == []
    [notice] = typesetting.lacking({"a": ["漢字", {"b": "字"}], "c": "हिन्दी"})
    assert "■" in notice and "ि (U+093F)" in notice and notice.count("字") <= 1
    assert typesetting.lacking({"a": "zero\u200bwidth ■"}) == []


def test_the_exporter_says_what_the_pdf_lacks() -> None:
    _, resources = PdfExporter().from_notebook_node(new_notebook(cells=[new_markdown_cell("漢")]))
    assert [notice for notice in resources["notices"] if "漢 (U+6F22)" in notice]


@pytest.mark.parametrize("rows", [pdf_module.MOST_ROWS, pdf_module.MOST_ROWS + 1])
def test_a_table_of_hundreds_of_rows_is_cut_on_paper_with_a_word(rows: int) -> None:
    table = DisplayTable("t", "T", [Column("A", "left")], [[str(row)] for row in range(rows)], emphasis=[rows - 1])
    [block] = pdf_module.content(document.read(new_notebook(cells=[shown(table)])))["blocks"]
    assert len(block["rows"]) == pdf_module.MOST_ROWS
    is_cut = rows > pdf_module.MOST_ROWS
    assert [f"of {rows} rows" in note for note in block["notes"]] == [True] * is_cut
    assert block["emphasis"] == ([] if is_cut else [rows - 1])


def test_how_to_read_a_kind_of_chart_is_said_once() -> None:
    table = DisplayTable("t", "T", [Column("A", "left")], [["1"]])
    svg = '<svg width="9" height="9"></svg>'
    first, second, other = (
        Chart(f"c{number}", "T", "S", "A", svg, table, key=key)
        for number, key in enumerate((["Read so."], ["Read so.", "And so."], ["Else."]))
    )
    read = document.read(new_notebook(cells=[shown(first, second, other)]))
    keys = [list(block.display.key) for block in read.blocks if isinstance(block, Shown)]
    assert keys == [["Read so."], ["And so.", "How to read it: see Figure 1."], ["Else."]]


def test_a_chart_that_a_page_has_twice_keeps_its_names_apart() -> None:
    svg = (
        '<svg width="9" height="9"><defs><clipPath id="edge"><path id="mark"/></clipPath></defs>'
        '<use href="#mark" clip-path="url(#edge)"/></svg>'
    )
    chart = Chart("c", "T", "S", "A", svg, table())
    found = page_of(new_notebook(cells=[shown(chart, chart)]))
    names = [each["id"] for each in found.select("[id]")]
    assert len(names) == len(set(names))
    for drawing in found.select("figure svg"):
        (used,) = drawing.select("use")
        assert used["href"] == f"#{drawing.path['id']}"
        assert used["clip-path"] == f"url(#{drawing.select_one('[id^=edge]')['id']})"


def test_a_picture_that_cannot_be_read_is_the_users_to_mend() -> None:
    with pytest.raises(UserError, match="cannot be set"):
        pdf_of(new_notebook(cells=[output({"image/png": b64encode(b"junk").decode()})]))


def test_a_long_table_runs_over_pages_under_one_header() -> None:
    rows = [[f"Place {number}", str(number)] for number in range(110)]
    long = DisplayTable("long", "Long", [Column("Place", "left"), Column("Crimes")], rows)
    with pikepdf.open(io.BytesIO(pdf_of(new_notebook(cells=[shown(long)])))) as made:
        names = [name for name, _ in structure(made)]
        assert len(made.pages) == 2
    assert (names.count("/TH"), names.count("/TD")) == (2 + 110, 110)


PROCESS = """
import hashlib, sys
import nbformat
from thematic.exporters.html import HtmlExporter
from thematic.exporters.pdf import PdfExporter
from thematic.exporters.sheets import Sheet, sheets
notebook = nbformat.reads(sys.stdin.buffer.read().decode("utf-8"), as_version=4)
html = HtmlExporter().from_notebook_node(notebook)[0].encode("utf-8")
pdf = PdfExporter().from_notebook_node(notebook)[0]
print(hashlib.sha256(html).hexdigest(), hashlib.sha256(pdf).hexdigest())
"""


def test_another_process_makes_the_same_bytes() -> None:
    text = nbformat.writes(report())
    command = [sys.executable, "-c", PROCESS]
    other = subprocess.run(command, input=text, capture_output=True, check=True, encoding="utf-8").stdout
    notebook = nbformat.reads(text, as_version=4)
    made = [html_of(notebook).encode("utf-8"), pdf_of(notebook)]
    assert other.split() == [hashlib.sha256(data).hexdigest() for data in made]


# CSV


def test_the_csv_has_every_figure_as_it_stands() -> None:
    text, _ = CsvExporter().from_notebook_node(report(NASTY))
    assert text.startswith("measure,value,status\nda_recorded,3,\n")
    assert "\r" not in text
    assert list(csv.reader(io.StringIO(text)))[2] == ['q,"' + NASTY, "", "[c]"]


@pytest.mark.parametrize("times", [0, 2])
def test_the_csv_needs_the_figures_once(times: int) -> None:
    notebook = new_notebook(cells=[shown(FigureList(["measure"], [["a"]])) for _ in range(times)])
    with pytest.raises(UserError, match=f"{times} times"):
        CsvExporter().from_notebook_node(notebook)


def test_figures_are_not_drawn() -> None:
    kinds = {block.display.kind for block in document.read(report()).blocks if isinstance(block, Shown)}
    assert kinds == {"table", "glance", "recommendations", "chart", "glossary", "notes"}


@pytest.mark.parametrize(
    ("exporter", "extension"), [(HtmlExporter, ".html"), (PdfExporter, ".pdf"), (CsvExporter, ".csv")]
)
def test_each_exporter_names_its_extension(exporter: Any, extension: str) -> None:
    assert exporter().file_extension == extension


# The annex


def annexed(*after: Any) -> Any:
    """A report whose annex begins with a heading and a table, and what else stands in it."""
    notebook = report("")
    begun = new_markdown_cell("## Further tables\n\n|a|b|\n|-|-|\n|looked up|2|", metadata={"tags": [document.ANNEX]})
    notebook.cells += [begun, *after]
    return notebook


def test_an_annex_is_folded_on_the_page_left_out_on_paper_and_whole_in_the_workbook() -> None:
    notebook = annexed(new_markdown_cell("## Words\n\nA word means this."))
    page = BeautifulSoup(html_of(notebook), "html.parser")
    folded = page.find_all("details", class_="annex")
    assert [each.summary.h2.text for each in folded] == ["Further tables", "Words"]
    assert "looked up" in folded[0].text and "A word means this." in folded[1].text
    assert not any(each.has_attr("open") for each in folded)
    content = pdf_module.content(document.read(notebook))
    assert "looked up" not in json.dumps(content["blocks"]) and "A word" not in json.dumps(content["blocks"])
    assert "Further tables; Words; the numbers behind the charts" in content["elsewhere"]
    assert any("looked up" in sheet.texts for sheet in sheets(document.read(notebook)) if isinstance(sheet, Sheet))


def test_an_annex_that_begins_without_a_heading_is_refused() -> None:
    notebook = report("")
    notebook.cells.append(new_markdown_cell("Some words.", metadata={"tags": [document.ANNEX]}))
    with pytest.raises(UserError, match="is tagged `annex` and does not begin with a heading of level 2"):
        document.read(notebook)
