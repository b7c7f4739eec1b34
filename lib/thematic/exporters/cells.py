"""Turns a cell of an executed notebook into the blocks that it shows."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from thematic import displays
from thematic.core.errors import UserError
from thematic.displays import Column, Commentary, Display, Sentence, Table, markdown, paragraphs
from thematic.displays.markdown import Token
from thematic.exporters.blocks import PICTURES, Block, Heading, Picture, Plain, Prose, Section, Shown, text_of

ADDED = "added"
"""The id of a table that an analyst added."""

_ALT = re.compile(r"^#\|\s*(?:fig-)?alt:\s*(.+)$", re.MULTILINE)
_OBJECT = re.compile(r"<.*>|\[<.*>\]|.*\bat 0x[0-9a-fA-F]+.*|Text\(.*\)", re.DOTALL)
_NUMBER = re.compile(r"[-−+£]{0,2}[\d,]*\.?\d+(e[-+]?\d+)?%?|NaN|NaT|None|<NA>|\[\w+\]|\.\.\.|")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_UNDESCRIBED = "A picture added in the notebook, without a description."
_MOVING = ["script", "iframe", "object", "embed", "canvas", "video", "audio"]
_LEFT_OUT = (
    "An interactive output stands here in the notebook.\nA report runs nothing: show a picture or a table of it."
)


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
    elif html.find("table"):
        yield from (Shown(_table(table)) for table in html.find_all("table") if _grid(table))
    elif picture:
        alt = output.metadata.get("alt") or output.metadata.get(picture, {}).get("alt") or alt
        yield _picture(picture, data[picture], alt)
    elif html.find(_MOVING):
        yield Plain(_LEFT_OUT)
    elif html.get_text(strip=True):
        yield from _plain(html.get_text("\n", strip=True))
    elif not _OBJECT.fullmatch(data.get("text/plain", "").strip()):
        yield from _plain(data.get("text/plain", ""))


def _joined(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) else value


def _display(payload: Mapping[str, Any]) -> Display:
    if payload.get("kind") == displays.RESTRICTED:
        raise UserError(
            "The notebook shows rows about people, which no report may hold. "
            "Take that cell out, and show counts instead."
        )
    try:
        return displays.read(payload)
    except (KeyError, TypeError) as fault:
        kind = payload.get("kind")
        raise UserError(
            f"An output of kind '{kind}' cannot be read ({fault}). Another version made it: run the notebook again."
        ) from fault


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
    data = content.encode() if mime_type == "image/svg+xml" and "<" in content else b64decode(content)
    return Picture(data, mime_type, alt.strip() or _UNDESCRIBED)


def _table(table: Tag) -> Table:
    """An HTML table, such as that of a DataFrame: header rows joined into one, figures to the right."""
    grid = _grid(table)
    heads = len(table.select("thead tr")) or 1
    body = grid[heads:]
    labels = [" ".join(dict.fromkeys(filter(None, cells))) for cells in zip(*grid[:heads], strict=True)]
    numeric = [place > 0 and _is_numeric(row[place] for row in body) for place in range(len(labels))]
    columns = [Column(label, "right" if right else "left") for label, right in zip(labels, numeric, strict=True)]
    caption = table.caption.get_text(" ", strip=True) if table.caption else ""
    return Table(ADDED, caption, columns, body)


def _grid(table: Tag) -> list[list[str]]:
    """The texts of the cells, those that span rows or columns repeated in each, all rows equally long."""
    texts: dict[tuple[int, int], str] = {}
    rows = table.find_all("tr")
    for down, row in enumerate(rows):
        for cell in row.find_all(["th", "td"]):
            across = next(place for place in range(10_000) if (down, place) not in texts)
            spans = [range(int(str(cell.get(span, 1)))) for span in ("rowspan", "colspan")]
            texts |= {(down + i, across + j): cell.get_text(" ", strip=True) for i in spans[0] for j in spans[1]}
    width = 1 + max((across for _, across in texts), default=-1)
    return [[texts.get((down, across), "") for across in range(width)] for down in range(len(rows))]


def _is_numeric(cells: Iterable[str]) -> bool:
    return all(_NUMBER.fullmatch(cell) for cell in cells)


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


def _markdown_table(token: Token) -> Table:
    head, *body = token["children"]
    rows = [[text_of(cell) for cell in row["children"]] for part in body for row in part["children"]]
    cells = [(text_of(cell), cell["attrs"].get("align")) for cell in head["children"]]
    columns = [Column(label, "right" if align == "right" else "left") for label, align in cells]
    return Table("written", "", columns, rows)
