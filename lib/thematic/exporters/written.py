"""Turns Markdown text into blocks: headings, tables, pictures and formulas, and the prose between them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, unquote_to_bytes

from thematic.core.errors import UserError
from thematic.displays import Column, DisplayTable, markdown
from thematic.displays.markdown import Token
from thematic.exporters import formulas
from thematic.exporters.blocks import PICTURES, Block, Equation, Heading, LeftOut, Picture, Prose, Shown, text_of
from thematic.exporters.sanitised import harmless_svg

Attachments = Mapping[str, Mapping[str, str]]
"""What a cell carries: by name, the content (base64 or text) by MIME type."""

UNDESCRIBED = "A picture added in the notebook, without a description."
_FORMULA_FIX = "Write it with simpler commands, or show a picture of it."


def blocks_of(source: str, attachments: Attachments, deeper: int = 0) -> Iterator[Block]:
    """The blocks of a Markdown text: headings (`deeper` than written), pictures, formulas, tables, prose between them.

    Raises UserError for a footnote in a heading or a table.
    """
    found = markdown.tokens(source)
    notes = {item["attrs"]["key"]: item["children"] for token in found for item in _footnotes(token)}
    prose: list[Token] = []
    for token in found:
        if token["type"] in ("blank_line", "footnotes"):
            continue
        blocks = list(_apart(token, attachments, deeper))
        if not blocks:
            prose.append(token)
            continue
        yield from [Prose(prose, notes)] if prose else []
        prose = []
        yield from (block for block in blocks if not isinstance(block, Heading) or block.text.strip())
    yield from [Prose(prose, notes)] if prose else []
    yield from (block for name in notes.values() for token in name for block in _within(token, attachments))


def _footnotes(token: Token) -> list[Token]:
    return token["children"] if token["type"] == "footnotes" else []


def _apart(token: Token, attachments: Attachments, deeper: int) -> Iterator[Block]:
    """What a token makes that is no prose; nothing for prose. Pictures within prose follow it."""
    within = list(_within(token, attachments))
    match token["type"]:
        case "heading":
            _refuse_notes(token)
            yield Heading(token["attrs"]["level"] + deeper, text_of(token), "")
        case "table":
            _refuse_notes(token)
            yield Shown(_table(token))
        case "block_math":
            yield equation(token["raw"])
            return
        case "paragraph" if _is_shown_alone(token):
            for child in token["children"]:
                yield from [equation(child["raw"])] if child["type"] == "block_math" else _within(child, attachments)
            return
        case _ if within:
            yield Prose([token])
    yield from within


def _is_shown_alone(paragraph: Token) -> bool:
    """Whether a paragraph is nothing but pictures and formulas of their own lines."""
    kinds = {child["type"] for child in paragraph["children"] if text_of(child).strip() or child["type"] == "image"}
    return bool(kinds) and kinds <= {"image", "block_math"}


def _within(token: Token, attachments: Attachments) -> Iterator[Block]:
    """The pictures within a token, and a line for each formula that cannot be drawn."""
    if token["type"] == "image":
        yield _picture(token["attrs"]["url"], text_of(token), attachments)
    elif token["type"] in markdown.MATHS and formulas.drawn(token["raw"]) is None:
        yield _undrawn(token["raw"])
    for child in token.get("children", []):
        yield from _within(child, attachments)


def equation(source: str) -> Block:
    """A formula in a line of its own, or a line that says what it is where it cannot be drawn."""
    formula = formulas.drawn(source)
    return _undrawn(source) if formula is None else Equation(formula)


def _undrawn(source: str) -> LeftOut:
    return LeftOut(f"the formula {' '.join(source.split())}, which cannot be drawn", _FORMULA_FIX)


def _picture(url: str, alt: str, attachments: Attachments) -> Block:
    """The picture of an address, which is what the cell carries by that name or the address itself."""
    name = unquote(url)
    for kind, content in attachments.get(name.removeprefix("attachment:"), {}).items():
        if kind in PICTURES:
            return picture(kind, content, alt)
    return pictured(url, alt) or LeftOut(f"the picture {name}, which is not beside the notebook", "Put it there.")


def pictured(url: str, alt: str) -> Block | None:
    """The picture that an address holds, or what is said of one that leads elsewhere; None for that of a file."""
    scheme = url.partition(":")[0].lower()
    if scheme in ("http", "https") or url.startswith("//"):
        return LeftOut(
            f"the picture at {url}", "A report fetches nothing: save it beside the notebook, and name the file."
        )
    if scheme != "data":
        return None
    about, _, content = url[len("data:") :].partition(",")
    kind = about.partition(";")[0].strip().lower()
    if kind not in PICTURES:
        return LeftOut(f"a picture of a kind that no report shows ({kind or 'none'})", "Save it as PNG or SVG.")
    if about.endswith(";base64"):
        return picture(kind, unquote(content), alt)
    return _kept(unquote_to_bytes(content), kind, alt)


def picture(mime_type: str, content: str, alt: str) -> Picture | LeftOut:
    """A picture as a notebook carries it: drawings as text, others in base64."""
    try:
        data = content.encode() if mime_type == "image/svg+xml" and "<" in content else b64decode(content)
    except ValueError:
        return LeftOut(f"a picture that cannot be read ({alt.strip() or mime_type})", "Make it again.")
    return _kept(data, mime_type, alt)


def _kept(data: bytes, mime_type: str, alt: str) -> Picture:
    """The picture; a drawing such that it only draws."""
    if mime_type == "image/svg+xml":
        data = harmless_svg(data.decode("utf-8", errors="replace")).encode()
    return Picture(data, mime_type, alt.strip() or UNDESCRIBED)


def _refuse_notes(token: Token) -> None:
    for child in token.get("children", []):
        if child["type"] == "footnote_ref":
            raise UserError(
                f"The footnote [^{child['raw'].lower()}] is in a heading or a table, where there can be none. "
                "Put it into a paragraph beside it."
            )
        _refuse_notes(child)


def _table(token: Token) -> DisplayTable:
    head, *body = token["children"]
    rows = [[text_of(cell) for cell in row["children"]] for part in body for row in part["children"]]
    cells = [(text_of(cell), cell["attrs"].get("align")) for cell in head["children"]]
    columns = [Column(label, "right" if align == "right" else "left") for label, align in cells]
    return DisplayTable("written", "", columns, rows)
