"""Turns a cell of an executed notebook into the blocks that it shows."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape
from typing import Any

from bs4 import BeautifulSoup
from nbformat import NotebookNode

from thematic import displays
from thematic.core.errors import UserError
from thematic.displays import Chart, Column, Commentary, Display, DisplayTable, Sentence, markdown, paragraphs
from thematic.displays.markdown import Token
from thematic.exporters.blocks import PICTURES, Block, Heading, Picture, Plain, Prose, Section, Shown, text_of
from thematic.exporters.drawings import harmless_svg

_ALT = re.compile(r"^#\|\s*(?:fig-)?alt:\s*(.+)$", re.MULTILINE)
_OBJECT = re.compile(r"<.*>|\[<.*>\]|.*\bat 0x[0-9a-fA-F]+.*|Text\(.*\)", re.DOTALL)
_SVG = "image/svg+xml"
_SAY_NOTHING = {"text/plain"}
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_UNDESCRIBED = "A picture added in the notebook, without a description."
_MOVING = ["script", "iframe", "object", "embed", "canvas", "video", "audio"]
_LEFT_OUT = (
    "An interactive output stands here in the notebook.\nA report runs nothing: show a picture or a table of it."
)
_TABLE_LEFT_OUT = (
    "A table stands here in the notebook as HTML alone, which no other format can show.\n"
    "Show it as a DataFrame, and it is in every format."
)
_NOTHING_TO_SHOW = "An output stands here in the notebook of a kind that a report cannot show ({kinds})."


def blocks_of(cell: NotebookNode, number: int) -> Iterator[Block]:
    """The blocks that a cell shows. Code, warnings (stderr) and the names of objects are left out.

    Raises UserError, naming the cell by its number, for one that ended in an error, and for an output of a
    kind not known.
    """
    if cell.cell_type == "markdown":
        yield from _markdown(cell.source, cell.get("attachments", {}))
    if cell.cell_type != "code":
        return
    described = _ALT.search(cell.source)
    for output in cell.outputs:
        if output.output_type == "error":
            raise UserError(
                f"Cell {number} of the notebook ended in an error ({output.ename}: {output.evalue}). "
                "Mend it and run the notebook again: a report needs a notebook that ran to its end."
            )
        if output.output_type == "stream":
            yield from _plain(output.text if output.name == "stdout" else "")
        else:
            yield from _output(output, described[1].strip() if described else "")


def _output(output: NotebookNode, alt: str) -> Iterator[Block]:
    """What an output shows, from the richest form it comes in."""
    if displays.MIME_TYPE in output.data:
        yield _shown(_display(output.data[displays.MIME_TYPE]))
        return
    data = {kind: _joined(value) for kind, value in output.data.items()}
    picture = next((kind for kind in PICTURES if kind in data), None)
    html = BeautifulSoup(data.get("text/html", ""), "lxml")
    if "text/markdown" in data:
        yield from _markdown(data["text/markdown"], {})
    elif picture:
        alt = output.metadata.get("alt") or output.metadata.get(picture, {}).get("alt") or alt
        yield _picture(picture, data[picture], alt)
    elif html.find("table"):
        yield Plain(_TABLE_LEFT_OUT)
    elif html.find(_MOVING):
        yield Plain(_LEFT_OUT)
    elif html.get_text(strip=True):
        yield from _plain(html.get_text("\n", strip=True))
    elif (text := data.get("text/plain", "").strip()) and not _OBJECT.fullmatch(text):
        yield from _plain(data["text/plain"])
    elif kinds := sorted(set(data) - _SAY_NOTHING):
        yield Plain(_NOTHING_TO_SHOW.format(kinds=", ".join(kinds)))


def _joined(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) else value


def _display(payload: Mapping[str, Any]) -> Display:
    if payload.get("kind") == displays.RESTRICTED:
        raise UserError(
            "The notebook shows rows about people, which no report may hold. "
            "Take that cell out, and show counts instead."
        )
    try:
        return _drawn_alone(displays.read(payload))
    except (KeyError, TypeError) as fault:
        kind = payload.get("kind")
        raise UserError(
            f"An output of kind '{kind}' cannot be read ({fault}). Another version made it: run the notebook again."
        ) from fault


def _drawn_alone(display: Display) -> Display:
    """The display, its drawings such that they only draw."""
    if isinstance(display, Chart):
        return replace(display, svg=harmless_svg(display.svg), narrow=display.narrow and harmless_svg(display.narrow))
    return display


def _shown(display: Display) -> Block:
    if isinstance(display, Sentence):
        return Prose([_paragraph(part) for part in paragraphs(display.text)])
    if isinstance(display, Commentary):
        words = list(_markdown(display.text, {}, deeper=2))
        return Section(Heading(2, display.title, ""), display.byline, words, display.warning)
    return Shown(display)


def _paragraph(text: str) -> Token:
    """The text as Markdown would have it: words alone, none of them marks."""
    return {"type": "paragraph", "children": [{"type": "text", "raw": escape(text)}]}


def _plain(text: str) -> Iterator[Block]:
    text = _COLOURS.sub("", text).rstrip()
    if text:
        yield Plain(text)


def _picture(mime_type: str, content: str, alt: str) -> Picture:
    data = content.encode() if mime_type == _SVG and "<" in content else b64decode(content)
    if mime_type == _SVG:
        data = harmless_svg(data.decode("utf-8", errors="replace")).encode()
    return Picture(data, mime_type, alt.strip() or _UNDESCRIBED)


def _markdown(source: str, attachments: Mapping[str, Mapping[str, str]], deeper: int = 0) -> Iterator[Block]:
    """The blocks of a Markdown text: headings (`deeper` than written), attached pictures, tables, prose between them.

    Raises UserError for a footnote in a heading or a table.
    """
    found = markdown.tokens(source)
    notes = {item["attrs"]["key"]: item["children"] for token in found for item in _footnotes(token)}
    prose: list[Token] = []
    for token in found:
        block = _block(token, attachments, deeper)
        if isinstance(block, Heading) and not block.text.strip():
            continue
        if block is None:
            prose += [] if token["type"] in ("blank_line", "footnotes") else [token]
            continue
        yield from [Prose(prose, notes)] if prose else []
        prose = []
        yield block
    yield from [Prose(prose, notes)] if prose else []


def _footnotes(token: Token) -> list[Token]:
    return token["children"] if token["type"] == "footnotes" else []


def _block(token: Token, attachments: Mapping[str, Mapping[str, str]], deeper: int) -> Block | None:
    if token["type"] == "heading":
        _refuse_notes(token)
        return Heading(token["attrs"]["level"] + deeper, text_of(token), "")
    if token["type"] == "table":
        _refuse_notes(token)
        return Shown(_markdown_table(token))
    children = token.get("children", [])
    if token["type"] == "paragraph" and [child["type"] for child in children] == ["image"]:
        name = children[0]["attrs"]["url"].removeprefix("attachment:")
        for kind, content in attachments.get(name, {}).items():
            return _picture(kind, content, text_of(children[0])) if kind in PICTURES else None
    return None


def _refuse_notes(token: Token) -> None:
    for child in token.get("children", []):
        if child["type"] == "footnote_ref":
            raise UserError(
                f"The footnote [^{child['raw'].lower()}] stands in a heading or a table, where there can be none. "
                "Put it into a paragraph beside it."
            )
        _refuse_notes(child)


def _markdown_table(token: Token) -> DisplayTable:
    head, *body = token["children"]
    rows = [[text_of(cell) for cell in row["children"]] for part in body for row in part["children"]]
    cells = [(text_of(cell), cell["attrs"].get("align")) for cell in head["children"]]
    columns = [Column(label, "right" if align == "right" else "left") for label, align in cells]
    return DisplayTable("written", "", columns, rows)
