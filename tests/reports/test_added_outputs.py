"""What an analyst adds (formulas, pictures, JSON, HTML, long prints) is in every format, or is named in all of them."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pikepdf
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook, new_raw_cell
from PIL import Image

from rendered import blocks_of, html_of, output, page_of, pdf_of, shown, stream, structure
from thematic.displays import Commentary
from thematic.displays.markdown import html as html_of_markdown
from thematic.exporters import formulas
from thematic.exporters.blocks import Equation, Heading, LeftOut, Picture, Plain, Prose, Section, Shown
from thematic.exporters.cells import left_out
from thematic.exporters.docx import DocxExporter
from thematic.exporters.html import HtmlExporter
from thematic.exporters.xlsx import XlsxExporter
from thematic.outputs.notebooks import notebook_bytes

MATHS = r"The test is $p < 0.05$ and $\chi^2$, for costs of $5 to $10." + "\n\n$$\ne = mc^2\n$$"
SQUARE = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"


@cache
def png() -> str:
    made = io.BytesIO()
    Image.new("RGB", (4, 2)).save(made, "png")
    return b64encode(made.getvalue()).decode("ascii")


def markdown(text: str) -> list[Any]:
    return blocks_of(new_markdown_cell(text))


def latex(text: str, **more: str) -> list[Any]:
    return blocks_of(output({"text/latex": text, "text/plain": "<IPython.core.display.Latex object>", **more}))


# Formulas


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (r"$\displaystyle \frac{1}{2}$", r"\displaystyle \frac{1}{2}"), ("$$e=mc^2$$", "e=mc^2"),
        (r"\begin{equation}a = b\end{equation}", "a = b"), (r"\[x^2\]", "x^2"), (r"\alpha", r"\alpha"),
    ],
)  # fmt: skip
def test_latex_is_drawn_and_its_text_alternative_is_its_source(text: str, source: str) -> None:
    (block,) = latex(text)
    assert isinstance(block, Equation)
    assert block.formula.in_words() == f"Formula: {source}"
    assert block.formula.width > 0.3 and block.formula.path.startswith("M")


@pytest.mark.parametrize("text", [r"$$\begin{matrix}1&2\end{matrix}$$", r"\begin{align}a\\b\end{align}", "$中$"])
def test_latex_that_cannot_be_drawn_is_named(text: str) -> None:
    (block,) = latex(text)
    assert isinstance(block, LeftOut)
    assert block.what.startswith("the formula ") and block.what.endswith(", which cannot be drawn")
    (drawn,) = latex(text, **{"image/png": png()})
    assert isinstance(drawn, Picture) and drawn.alt == f"Formula: {text.strip('$')}"


def test_words_with_formulas_among_them_stay_words() -> None:
    (block,) = latex("The rate is $r$ in words.")
    assert isinstance(block, Prose)
    assert 'aria-label="Formula: r"' in html_of(new_notebook(cells=[output({"text/latex": "The rate is $r$."})]))


def test_formulas_in_markdown_are_drawn_and_prices_are_not() -> None:
    prose, equation = markdown(MATHS)
    kinds = [child["raw"] for child in prose.tokens[0]["children"] if child["type"] == "inline_math"]
    assert kinds == ["p < 0.05", r"\chi^2"]
    assert equation.formula.source == "e = mc^2"
    page = page_of(new_notebook(cells=[new_markdown_cell(MATHS)]))
    assert [each["aria-label"] for each in page.select("svg.formula[role=img]")] == [
        "Formula: p < 0.05", r"Formula: \chi^2", "Formula: e = mc^2",
    ]  # fmt: skip
    assert "costs of $5 to $10." in page.main.get_text()


def test_a_formula_in_words_that_cannot_be_drawn_stays_as_written_and_is_named() -> None:
    prose, named = markdown(r"See $\begin{matrix}1\end{matrix}$ here.")
    assert isinstance(prose, Prose)
    assert named.what == r"the formula \begin{matrix}1\end{matrix}, which cannot be drawn"
    notebook = new_notebook(cells=[new_markdown_cell(r"See $\begin{matrix}1\end{matrix}$ here.")])
    assert r"See $\begin{matrix}1\end{matrix}$ here." in page_of(notebook).main.get_text()
    assert r"See $\begin{matrix}1\end{matrix}$ here." in words_of_word(notebook)


def test_formulas_reach_paper_word_and_the_workbook() -> None:
    notebook = new_notebook(cells=[new_markdown_cell(MATHS)])
    said = {"Formula: p < 0.05", r"Formula: \chi^2", "Formula: e = mc^2"}
    with pikepdf.open(io.BytesIO(pdf_of(notebook))) as pdf:
        assert {alt for tag, alt in structure(pdf) if tag == "/Figure"} == said
    made = DocxExporter().from_notebook_node(notebook)[0]
    assert {shape._inline.docPr.get("descr") for shape in docx.Document(io.BytesIO(made)).inline_shapes} == said
    assert "A formula, which is in the report alone: e = mc^2" in contents_of(notebook)


def test_a_formula_is_the_same_each_time_and_stands_on_the_line() -> None:
    drawn = formulas.drawn("x")
    assert drawn is not None
    formulas.drawn.cache_clear()
    assert formulas.drawn("x") == drawn
    deep = formulas.drawn("y_{q}")
    assert deep is not None and deep.depth > drawn.depth > 0
    assert html_of_markdown("a $x<y$") == "<p>a $x&lt;y$</p>\n"


# Pictures


def test_pictures_beside_the_notebook_are_put_into_it(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "my chart.png").write_bytes(b"\x89PNG beside")
    (tmp_path / "above.png").write_bytes(b"\x89PNG above")
    text = "![One](my%20chart.png)\n\nWords ![two](<my chart.png>) more.\n\n![Up](../above.png)\n\n![Gone](gone.png)"
    notebook = new_notebook(cells=[new_markdown_cell(text)])
    path = folder / "own.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    before = notebook_bytes(path)
    cell = NotebookNode(json.loads(before)["cells"][0])
    one, prose, two, up, gone = blocks_of(cell)
    assert (one.alt, one.data) == ("One", b"\x89PNG beside")
    assert isinstance(prose, Prose) and two.data == b"\x89PNG beside"
    assert up.what == "the picture ../above.png, which is not beside the notebook"
    assert gone.what == "the picture gone.png, which is not beside the notebook"
    (folder / "my chart.png").write_bytes(b"\x89PNG other")
    assert notebook_bytes(path) != before
    path.write_text("{}", encoding="utf-8")
    assert notebook_bytes(path) == b"{}"


def test_exporting_by_hand_takes_the_pictures_beside_the_notebook_and_changes_it_not(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(SQUARE)
    notebook = new_notebook(cells=[new_markdown_cell("![A](a.svg)")])
    page, _ = HtmlExporter().from_notebook_node(notebook, {"metadata": {"path": str(tmp_path)}})
    assert 'alt="A"' in page and "attachments" not in notebook.cells[0]
    assert "Left out here: the picture a.svg" in html_of(notebook)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (f"![a](data:image/png;base64,{png()})", Picture), ("![a](data:image/svg+xml,%3Csvg/%3E)", Picture),
        ("![a](data:image/webp;base64,AAAA)", LeftOut), ("![a](HTTPS://example.org/a.png)", LeftOut),
        ("![a](//example.org/a.png)", LeftOut), ("- item ![a](data:image/svg+xml,%3Csvg/%3E)", Prose),
        ("| a |\n|---|\n| ![a](//example.org/a.png) |", Shown), ("## ![a](//example.org/a.png)", Heading),
    ],
)  # fmt: skip
def test_every_picture_in_markdown_is_shown_or_named(source: str, kind: type) -> None:
    first, *others = markdown(source)
    assert isinstance(first, kind)
    assert all(isinstance(each, Picture | LeftOut) for each in others)
    assert sum(isinstance(each, Picture | LeftOut) for each in (first, *others)) == 1
    page = page_of(new_notebook(cells=[new_markdown_cell(source)]))
    assert not page.select("[src*='example.org'], [href*='example.org']")


def test_pictures_in_a_note_and_in_commentary_are_named() -> None:
    _, in_note = markdown("Words[^1].\n\n[^1]: A ![x](x.png).")
    assert in_note.what == "the picture x.png, which is not beside the notebook"
    (section,) = blocks_of(shown(Commentary("C", "", "", "![x](x.png)")))
    assert isinstance(section, Section)
    notebook = new_notebook(cells=[shown(Commentary("C", "", "", "![x](x.png)"))])
    assert left_out(notebook) == ["cell 1: the picture x.png, which is not beside the notebook"]


# HTML, JSON, prints


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        (f"<img alt='a' src='data:image/png;base64,{png()}'>", ["Picture"]), (SQUARE, ["Picture", "LeftOut"]),
        ("<img src='https://example.org/a.png'>", ["LeftOut"]), ("<img src='a.png'>", ["LeftOut"]),
        (f"<p>Words</p>{SQUARE}<table><tr><td>1</td></tr></table>", ["Plain", "Picture", "LeftOut", "LeftOut"]),
        ("<video src='a.mp4'></video>Words", ["Plain", "LeftOut"]), ("<style>p{}</style><b></b>", ["LeftOut"]),
    ],
)  # fmt: skip
def test_each_part_of_html_is_shown_or_named(html: str, kinds: list[str]) -> None:
    found = blocks_of(output({"text/html": html, "text/plain": "<IPython.core.display.HTML object>"}))
    assert [type(each).__name__ for each in found] == kinds


def test_the_words_of_html_keep_their_lines() -> None:
    html = "<h3>Title</h3><p>Some <b>bold</b>\n words</p><ul><li>one</li><li>two</li></ul>a<br>b"
    assert blocks_of(output({"text/html": html})) == [Plain("Title\nSome bold words\none\ntwo\na\nb")]


def test_json_is_shown_as_it_is() -> None:
    plain = {"text/plain": "<IPython.core.display.JSON object>"}
    assert blocks_of(output({"application/json": {"a": [1, "é"]}, **plain})) == [Plain('{"a": [1, "é"]}')]
    (long,) = blocks_of(output({"application/json": {"a": "x" * 80, "b": 1}, **plain}))
    assert long.text.splitlines()[-2:] == ['  "b": 1', "}"]


@pytest.mark.parametrize(("lines", "more"), [(40, ""), (41, "1 more line"), (1_040, "1,000 more lines")])
def test_a_long_print_is_cut_with_a_word(lines: int, more: str) -> None:
    (block,) = blocks_of(stream("stdout", "\n".join(f"line {number}" for number in range(lines))))
    assert block.text.startswith("line 0\n") and "line 39" in block.text
    assert ("line 40" in block.text, more in block.text) == (False, True)
    assert block.left_out == (f"{more} of printed text" if more else "")


@pytest.mark.parametrize(("letters", "cut"), [(600, ""), (601, "the ends of long lines of printed text")])
def test_a_long_line_is_cut_with_a_word(letters: int, cut: str) -> None:
    (block,) = blocks_of(stream("stdout", "x" * letters))
    assert block.left_out == cut
    assert block.text.endswith("… 1 more letters") == bool(cut)


def test_a_raw_cell_is_shown_as_text() -> None:
    assert blocks_of(new_raw_cell("as it is")) == [Plain("as it is")]


# The whole


def everything() -> NotebookNode:
    cells = [
        new_markdown_cell("## Part\n\n![Far](https://example.org/a.png)"),
        output({"application/vnd.plotly.v1+json": {}, "text/plain": "Figure()"}),
        stream("stdout", "\n".join(map(str, range(100)))),
    ]
    return new_notebook(cells=cells)


def words_of_word(notebook: NotebookNode) -> str:
    made = docx.Document(io.BytesIO(DocxExporter().from_notebook_node(notebook)[0]))
    return "\n".join(each.text for each in made.paragraphs)


def contents_of(notebook: NotebookNode) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(XlsxExporter().from_notebook_node(notebook)[0]))
    return [cell.value for row in book["Contents"].iter_rows() for cell in row]


def test_what_is_left_out_is_named_in_every_format() -> None:
    far, moving = "the picture at https://example.org/a.png", "an interactive output (application/vnd.plotly.v1+json)"
    for words in (page_of(everything()).main.get_text(), words_of_word(everything())):
        assert f"Left out here: {far}" in words and f"Left out here: {moving}" in words
        assert "… 60 more lines; whole in the notebook of this report." in words
    contents = contents_of(everything())
    assert f"Left out of the report: {far}" in contents and f"Left out of the report: {moving}" in contents
    assert left_out(everything()) == [f"cell 1: {far}", f"cell 2: {moving}", "cell 3: 60 more lines of printed text"]


def test_a_picture_that_nobody_has_described_is_named_in_the_report_and_to_who_builds_it() -> None:
    def drawn(source: str) -> NotebookNode:
        return new_notebook(cells=[output({"image/png": png(), "text/plain": "<Figure>"}, source)])

    said = "Left out here: what a picture shows, in words."
    assert said in html_of(drawn("plt.plot(months)"))
    assert left_out(drawn("plt.plot(months)")) == ["cell 1: what a picture shows, in words"]
    assert said not in html_of(drawn("#| alt: A line that rises.\nplt.plot(months)"))
    assert left_out(drawn("#| alt: A line that rises.\nplt.plot(months)")) == []
