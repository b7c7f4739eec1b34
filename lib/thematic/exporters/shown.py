"""Turns an output of a cell into the blocks that it shows, or into a line that says what a report cannot show of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode

from thematic import displays
from thematic.core.errors import UserError
from thematic.exporters import formulas, written
from thematic.exporters.blocks import PICTURES, Block, LeftOut, Plain
from thematic.exporters.sanitised import harmless_svg

_OBJECT = re.compile(r"<.*>|\[<.*>\]|.*\bat 0x[0-9a-fA-F]+.*|Text\(.*\)", re.DOTALL)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_MOVING = ["script", "iframe", "object", "embed", "canvas", "video", "audio"]
_BLOCKS = ["p", "div", "li", "br", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "dt", "dd", "section"]
_INTERACTIVE = ("application/vnd.", "application/javascript", "text/vnd.")
_LINES, _LETTERS, _SHORT = 40, 600, 80
"""How many lines of a print a report shows, how many letters of a line, and how many a value has on one line."""
_STILL = "A report runs nothing: show a picture or a table of it."
_INTERACTIVE_OUTPUT = LeftOut("an interactive output", _STILL)
_TABLE = LeftOut("a table as HTML alone", "Show it as a DataFrame, and it is in every format.")


def blocks_of(output: NotebookNode, alt: str) -> Iterator[Block]:
    """What an output that is no display of ours shows, from the richest form it comes in; `alt` is what its cell says
    of a picture."""
    data = {kind: _joined(value) for kind, value in output.data.items()}
    picture = next((kind for kind in PICTURES if kind in data), None)
    moving = sorted(kind for kind in data if kind.startswith(_INTERACTIVE) and kind != displays.MIME_TYPE)
    if "text/markdown" in data:
        yield from written.blocks_of(data["text/markdown"], {})
    elif "text/latex" in data and (found := _latex(data["text/latex"], picture is not None)):
        yield from found
    elif picture:
        formula = f"Formula: {data['text/latex'].strip(' $')}" if "text/latex" in data else ""
        alt = output.metadata.get("alt") or output.metadata.get(picture, {}).get("alt") or alt or formula
        yield written.picture(picture, data[picture], alt)
    elif moving:
        yield LeftOut(f"an interactive output ({', '.join(moving)})", _STILL)
    else:
        yield from _of_text(data, alt)


def _joined(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) and all(isinstance(part, str) for part in value) else value


def _latex(text: str, has_picture: bool) -> list[Block]:
    """The formula that LaTeX is, or its words and the formulas among them; nothing for what is better shown as the
    picture it comes with."""
    source = formulas.source_of(text)
    if source is None and "$" in text and "\\begin" not in text:
        return list(written.blocks_of(text, {}))
    found = written.equation(text if source is None else source)
    return [] if isinstance(found, LeftOut) and has_picture else [found]


def _of_text(data: Mapping[str, Any], alt: str) -> Iterator[Block]:
    found = list(_of_html(data["text/html"], alt)) if "text/html" in data else []
    plain = data.get("text/plain", "")
    kinds = sorted(set(data) - {"text/plain"})
    if found:
        yield from found
    elif "application/json" in data:
        yield from printed(_as_json(data["application/json"]))
    elif plain.strip() and not _OBJECT.fullmatch(plain.strip()):
        yield from printed(plain)
    elif kinds:
        yield LeftOut(f"an output of a kind that a report cannot show ({', '.join(kinds)})", _STILL)


def _as_json(value: Any) -> str:
    """A value as JSON, on a line of its own for each part where one line does not hold it."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= _SHORT else json.dumps(value, indent=2, ensure_ascii=False)


def _of_html(text: str, alt: str) -> Iterator[Block]:
    """What HTML shows: its pictures and its words, and a line for each thing that a report cannot show."""
    page = BeautifulSoup(text, "lxml")
    left = [_TABLE] if page.find("table") else [_INTERACTIVE_OUTPUT] if page.find(_MOVING) else []
    pictures = [_of_image(each, alt) for each in page.find_all(["img", "svg"])]
    for gone in page.find_all([*_MOVING, "table", "style", "title", "img", "svg"]):
        gone.extract()
    yield from printed(_words_of(page))
    yield from pictures
    yield from left


def _words_of(page: BeautifulSoup) -> str:
    """The words of HTML, in lines as a page has them."""
    for text in page.find_all(string=True):
        if not text.find_parent("pre"):
            text.replace_with(re.sub(r"\s+", " ", text))
    for each in page.find_all(_BLOCKS):
        each.insert_before("\n")
        each.insert_after("\n")
    lines = (line.strip() for line in page.get_text().split("\n"))
    return "\n".join(filter(None, lines))


def _of_image(image: Tag, alt: str) -> Block:
    if image.name == "svg":
        image["xmlns"] = "http://www.w3.org/2000/svg"
        return written.picture("image/svg+xml", str(image), str(image.get("aria-label") or alt))
    address = str(image.get("src", ""))
    fix = "Show it by Markdown or by Image(), and it is in every format."
    return written.pictured(address, str(image.get("alt") or alt)) or LeftOut(f"the picture {address} in HTML", fix)


def printed(text: str) -> Iterator[Block]:
    """Text as it was printed, without colours; of a long one the beginning, and how much is missing."""
    whole = _COLOURS.sub("", text).rstrip().split("\n")
    lines = [_shortened(line) for line in whole]
    over = len(lines) - _LINES
    if over <= 0:
        cut = "" if lines == whole else "the ends of long lines of printed text"
        yield from [Plain("\n".join(lines), cut)] if any(lines) else []
        return
    more = f"{over:,} more line{'' if over == 1 else 's'}"
    kept = [*lines[:_LINES], f"… {more}; whole in the notebook of this report."]
    yield Plain("\n".join(kept), f"{more} of printed text")


def _shortened(line: str) -> str:
    over = len(line) - _LETTERS
    return line if over <= 0 else f"{line[:_LETTERS]} … {over:,} more letters"


def display(payload: Mapping[str, Any]) -> displays.Display:
    """The display that a structure describes. Raises UserError for what no report may hold and what cannot be read."""
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


def _drawn_alone(display: displays.Display) -> displays.Display:
    """The display, its drawings such that they only draw."""
    if isinstance(display, displays.Chart):
        return replace(display, svg=harmless_svg(display.svg), narrow=display.narrow and harmless_svg(display.narrow))
    return display
