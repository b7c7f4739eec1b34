"""A force's own palette reaches charts, signs, pages, PDF, workbook and catalogue alike; without one nothing changes."""

from __future__ import annotations

import io
import re
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from afcharts.af_colours import get_af_colours
from nbformat.v4 import new_notebook

from pdf_reading import fonts, tags
from placed import RISE, put
from rendered import cover, html_of, pdf_of, shown
from thematic import charts
from thematic.core import palette
from thematic.core.look import Logo, Look, Typeface
from thematic.core.palette import DARK, HOUSE, LIGHT, Palette, contrast, mixed, until
from thematic.displays import Column, DisplayTable
from thematic.displays.signs import rating_sign, trend_sign
from thematic.exporters import document, pdf
from thematic.exporters.xlsx import XlsxExporter
from thematic.outputs.catalogue import INDEX, pages, read_catalogue
from thematic.params.brand import Brand
from thematic.params.brand_files import FAMILY, _font

MAIN, SECOND = "#5a1e6e", "#b85c00"
OWN = {"light": {"main": MAIN, "second": SECOND, "band": "#3d1450"}}
FONT = Path(pdf.__file__).parent / "fonts" / "ThematicSans-Regular.otf"
LOGO = Logo(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0H9V9Z" /></svg>', "image/svg+xml", "Crest"
)


def chart() -> charts.Chart:
    table = DisplayTable("t", "T", [Column("Kind", "left"), Column("Number")], [["a", "1"]])
    bars = [charts.Bar("2020", [3, 2, 1]), charts.Bar("2021", [1, 2, 3])]
    return charts.stacked(["a", "b", "c"], bars, id="c", title="T", subtitle="S", alt="A", table=table)


def notebook(look: Look) -> object:
    with palette.worn(look.palette):
        return new_notebook(cells=[shown(cover(look=look.payload())), shown(chart()), shown(chart().table)])


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"


def test_the_house_draws_in_the_colours_of_the_analysis_function() -> None:
    categorical = [colour.lower() for colour in get_af_colours("categorical")]
    own = [LIGHT.main, LIGHT.third, categorical[2], LIGHT.second, palette.CHART_INK, LIGHT.fourth]
    assert own == categorical
    assert [colour.lower() for colour in get_af_colours("sequential")[4:0:-1]] == list(palette.SHADES)
    assert [colour.lower() for colour in get_af_colours("focus")] == [LIGHT.main, palette.CONTEXT]


def test_no_colour_is_written_anywhere_else() -> None:
    lib = Path(palette.__file__).parents[1]
    kinds = (path for kind in ("*.py", "*.css", "*.typ", "*.j2") for path in lib.rglob(kind))
    drawn = ("charts", "displays", "exporters", "outputs", "publishing", "report")
    found = [
        path.relative_to(lib).as_posix()
        for path in kinds
        if path.relative_to(lib).parts[0] in drawn
        and re.search(r"[\"'(:\s]#[0-9a-fA-F]{3,8}(?:[\"');]|\s|$)", re.sub(r"&#\w+;", "", path.read_text("utf-8")))
    ]
    assert sorted(found) == ["charts/own.py", "report/opened.py", "report/previewing.py"], (
        "seaborn's own grey, an example in a message, and the line around a preview"
    )


def test_the_house_palette_leaves_drawings_as_they_are_and_an_own_one_swaps_role_by_role() -> None:
    assert HOUSE.drawn('<path fill="#12436D"/>') == '<path fill="#12436D"/>'
    own = Palette.of({"light": {"main": "#f46a25", "second": "#12436d"}})
    drawn = own.drawn('<path fill="#12436D" stroke="#f46a25"/><text>"#12436d</text>')
    assert drawn == '<path fill="#f46a25" stroke="#12436d"/><text>"#12436d</text>'


def test_a_colour_for_light_grounds_alone_is_lifted_for_dark_ones_as_far_as_it_needs_to_be() -> None:
    own = Palette.of(OWN)
    assert own.dark.main == until(MAIN, DARK.tint, 4.5) != MAIN
    assert 4.5 <= contrast(own.dark.main, DARK.tint) < 5
    assert own.dark.band == own.light.band and own.dark.quiet == DARK.quiet
    named = Palette.of({**OWN, "dark": {"main": "#ffccff"}})
    assert named.dark.main == "#ffccff"


def test_words_on_a_colour_are_in_the_ink_that_is_read_the_better() -> None:
    assert Palette.of({"light": {"band": "#ffdd00"}}).light.variables()["on-band"] == "#1d1d1b"
    assert LIGHT.variables()["on-band"] == "#ffffff"
    assert (LIGHT.variables()["on-bad"], DARK.variables()["on-good"]) == ("#1d1d1b", "#16191c")


def test_signs_take_the_own_colours_and_ratings_keep_the_names_they_go_by() -> None:
    with palette.worn(Palette.of(OWN)):
        assert MAIN in trend_sign("Significant increase", "favourable")
        assert SECOND in trend_sign("Significant increase", "unfavourable")
        assert palette.RATINGS["Green"] in rating_sign("Green")
    assert LIGHT.main in trend_sign("Significant increase", "favourable")


def test_an_own_palette_is_in_page_pdf_and_workbook_and_the_houses_is_not() -> None:
    own = notebook(Look(OWN))
    page = html_of(own)
    assert f"--link:{MAIN}" in page and f'fill="{MAIN}"' in page
    assert LIGHT.main not in page.lower() and LIGHT.second not in page.lower()
    set_from = pdf.sources(document.read(own))
    assert f'"main": "{MAIN}"'.encode() in set_from["face.json"]
    assert MAIN.encode() in set_from["report.json"] and LIGHT.main.encode() not in set_from["report.json"].lower()
    data, _ = XlsxExporter().from_notebook_node(own)
    with ZipFile(io.BytesIO(data)) as book:
        assert MAIN[1:].upper() in book.read("xl/worksheets/sheet1.xml").decode().upper()


def test_without_an_own_face_a_page_carries_nothing_of_one() -> None:
    page = html_of(notebook(Look()))
    assert "Force Typeface" not in page and 'class="logo"' not in page
    assert f"--link:{LIGHT.main}" in page
    data, _ = XlsxExporter().from_notebook_node(notebook(Look()))
    with ZipFile(io.BytesIO(data)) as book:
        assert "tabColor" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_the_catalogue_wears_the_face_too(tmp_path: Path) -> None:
    put(tmp_path, indicator=RISE, force="Anyshire Police")
    brand = Brand(look=Look(OWN, LOGO))
    page = pages(read_catalogue(tmp_path, lambda _: True, brand=brand))[INDEX].decode()
    assert f"--band:{OWN['light']['band']}" in page and f'stroke="{SECOND}"' in page
    assert f'<img class="logo" src="{LOGO.uri}" alt="Crest">' in page
    assert "img-src data:" in page


def test_the_logo_and_the_typeface_are_within_page_and_pdf() -> None:
    faces = {face: _font(FONT.read_bytes(), face) for face in ("regular", "bold", "italic")}
    own = notebook(Look({}, LOGO, Typeface(FAMILY, faces)))
    page = html_of(own)
    assert f'src="{LOGO.uri}" alt="Crest"' in page
    assert page.count('font-family:"Force Typeface"') == 3
    assert '--face:"Force Typeface","Thematic Sans",Arial' in page
    with pikepdf.open(io.BytesIO(pdf_of(own))) as made:
        assert "Crest" in [figure.alt for figure in tags(made).all("Figure")]
        assert "Force" in "".join(fonts(made))
    assert pdf_of(own) == pdf_of(own)
