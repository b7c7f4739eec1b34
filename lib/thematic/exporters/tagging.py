"""Turns a PDF as Typst sets it into one whose tables say what heads each row as well, in a third of the bytes."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from pikepdf import Array, Dictionary, Name, NameTree, Object, ObjectStreamMode, Pdf, String

_AROUND_ROWS = {Name.Document, Name.Div, Name.Sect, Name.Part, Name.Table, Name.TBody}


def tagged(data: bytes) -> bytes:
    """The PDF with the first cell of each row of a table's body as the header of the others; the same bytes each time.

    Typst can head columns alone (its `pdf.header-cell` is not in the wheel), and leaves the tags uncompressed.
    """
    made = BytesIO()
    with Pdf.open(BytesIO(data)) as pdf:
        tree = pdf.Root.StructTreeRoot
        known = NameTree(tree.IDTree) if Name.IDTree in tree else NameTree.new(pdf)
        for number, row in enumerate(_rows(tree.K), start=1):
            _head(row, String(f"row-{number}"), known)
        tree.IDTree = known.obj
        pdf.save(made, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return made.getvalue()


def _rows(node: Object) -> Iterator[Object]:
    """The rows of the bodies of tables, in reading order."""
    for each in node if isinstance(node, Array) else [node]:
        if isinstance(each, Dictionary):
            if each.get(Name.S) == Name.TR:
                yield each
            elif each.get(Name.S) in _AROUND_ROWS:
                yield from _rows(each.K)


def _head(row: Object, name: String, known: NameTree) -> None:
    first, *others = row.K
    if not others:
        return
    first.S, first.ID = Name.TH, name
    _of_table(first).Scope = Name.Row
    known[str(name)] = first
    for cell in others:
        _of_table(cell).Headers.append(name)


def _of_table(cell: Object) -> Object:
    """The attributes that Typst gives a cell for its place in the table: the headers over it."""
    return next(each for each in cell.A if Name.Table == each.O)
