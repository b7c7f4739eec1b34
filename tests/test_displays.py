"""What an output carries: its structure, and a rendering for the notebook."""

from __future__ import annotations

import json

import pytest

from thematic import displays
from thematic.displays import MIME_TYPE, Chart, Column, Cover, Figures, Glossary, Notes, Sentence, Table, Term

TABLE = Table(
    "areas",
    "Crimes by area",
    [Column("Area", "left"), Column("Crimes")],
    [["North", "1,234"], ["South", "[c]"]],
    [1],
)
COVER = Cover("Anyshire Police", "Domestic abuse", "Northtown", "12 months to January 2021", "31 January 2021")
EVERY_KIND = [
    COVER,
    Sentence("One.\n\nTwo."),
    TABLE,
    Chart("c", "Up", "Crimes", "A line going up.", "<svg></svg>", TABLE, ["n"], "s", "<svg></svg>"),
    Glossary([Term("Solved", "Outcomes 1 to 8.")]),
    Notes(["First."]),
    Figures(["measure", "value"], [["da_recorded", "3"]]),
]


@pytest.mark.parametrize("display", EVERY_KIND, ids=lambda display: display.kind)
def test_the_structure_says_its_kind_and_reads_back_from_json(display: displays.Display) -> None:
    payload = json.loads(json.dumps(display._repr_mimebundle_()[MIME_TYPE]))
    assert payload["kind"] == display.kind
    back = displays.read(payload)
    assert type(back) is type(display)
    assert json.loads(json.dumps(back.payload())) == payload
    assert back.html() == display.html()


@pytest.mark.parametrize("display", EVERY_KIND, ids=lambda display: display.kind)
def test_every_output_has_html_and_plain_text(display: displays.Display) -> None:
    bundle = display._repr_mimebundle_()
    assert "<" in bundle["text/html"]
    assert bundle["text/plain"].strip()
    assert "<" not in bundle["text/plain"]


def test_only_a_chart_offers_svg() -> None:
    assert [display.kind for display in EVERY_KIND if "image/svg+xml" in display._repr_mimebundle_()] == ["chart"]


def test_a_table_marks_headers_figures_and_totals() -> None:
    html = TABLE.grid()
    assert '<th scope="col">Area</th><th scope="col" class="number">Crimes</th>' in html
    assert '<tr><th scope="row">North</th><td class="number">1,234</td></tr>' in html
    assert '<tr class="emphasis"><th scope="row">South</th>' in html


def test_shorthand_is_explained_where_it_stands_and_nowhere_else() -> None:
    assert TABLE.all_notes() == ["[c] confidential."]
    assert Table("t", "T", [Column("a")], [["1"]], notes=["n"]).all_notes() == ["n"]


def test_a_row_that_does_not_fit_is_refused_and_shown() -> None:
    with pytest.raises(ValueError, match=r"'t' has 2 columns.*\['only one'\]"):
        Table("t", "T", [Column("a"), Column("b")], [["x", "1"], ["only one"]])


def test_a_table_needs_a_column() -> None:
    with pytest.raises(ValueError, match="'t' has no columns"):
        Table("t", "T", [], [])


def test_text_is_escaped() -> None:
    nasty = '<script>alert("x")</script> & co'
    table = Table(nasty, nasty, [Column(nasty)], [[nasty]], notes=[nasty], source=nasty)
    for display in (Sentence(nasty), table, Notes([nasty]), Glossary([Term(nasty, nasty)])):
        assert "<script>" not in display.html()
        assert "&lt;script&gt;" in display.html()


def test_the_cover_says_when_data_are_synthetic() -> None:
    assert "Synthetic" not in COVER.html()
    assert "Synthetic" in Cover("F", "T", "A", "P", "D", synthetic=True).html()


@pytest.mark.parametrize(
    ("text", "parts"), [("", []), (" a\nb \n\n\n c", ["a b", "c"]), ("a\r\n\r\nb", ["a", "b"]), ("\n\n", [])]
)
def test_paragraphs_are_parted_by_blank_lines(text: str, parts: list[str]) -> None:
    assert displays.paragraphs(text) == parts
