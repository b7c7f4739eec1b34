"""Executed notebooks drawn for the tests of the exporters, and what comes of them."""

from __future__ import annotations

from typing import Any

import pikepdf
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from thematic.displays import Cover, Display
from thematic.exporters import document
from thematic.exporters.html import HtmlExporter
from thematic.exporters.pdf import PdfExporter

NASTY = '<script>alert(1)</script> #import "x": * [x] *a* _b_ `c` @d $e$ \\ // = < > & é ŵ – “q” {{ 7 * 7 }} #{1}'


def shown(*displays: Display) -> NotebookNode:
    bundles = [display._repr_mimebundle_() for display in displays]
    return new_code_cell("secret_code()", outputs=[new_output("display_data", bundle) for bundle in bundles])


def output(data: dict[str, Any], source: str = "secret_code()", **metadata: Any) -> NotebookNode:
    return new_code_cell(source, outputs=[new_output("display_data", data, metadata=metadata)])


def stream(name: str, text: str) -> NotebookNode:
    return new_code_cell("secret_code()", outputs=[new_output("stream", name=name, text=text)])


def cover(text: str = "", **more: Any) -> Cover:
    given = {"marking": "OFFICIAL", "source": "Crime system" + text, "synthetic": True, **more}
    return Cover("Anyshire Police" + text, "Domestic abuse" + text, "Northtown" + text, "12 months", "today", **given)


def html_of(notebook: NotebookNode) -> str:
    return HtmlExporter().from_notebook_node(notebook)[0]


def page_of(notebook: NotebookNode) -> BeautifulSoup:
    return BeautifulSoup(html_of(notebook), "lxml")


def pdf_of(notebook: NotebookNode) -> bytes:
    return PdfExporter().from_notebook_node(notebook)[0]


def blocks_of(*cells: NotebookNode) -> list[Any]:
    return document.read(new_notebook(cells=list(cells))).blocks


def structure(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """The tags of the PDF in reading order, each with its text alternative."""
    found: list[tuple[str, str]] = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append((str(node.S), str(node.get("/Alt", ""))))
            walk(node.get("/K"))

    walk(pdf.Root.StructTreeRoot.K)
    return found
