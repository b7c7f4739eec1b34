"""Turns the manifests of a folder of reports into its catalogue: pages that link every report in it."""

from thematic.outputs.catalogue.grid import Catalogue, Moved, MovedFigure, Place, Verdict
from thematic.outputs.catalogue.listing import first_page, is_current, read_catalogue, write_catalogue
from thematic.outputs.catalogue.pages import INDEX, pages, template

__all__ = [
    "INDEX",
    "Catalogue",
    "Moved",
    "MovedFigure",
    "Place",
    "Verdict",
    "first_page",
    "is_current",
    "pages",
    "read_catalogue",
    "template",
    "write_catalogue",
]
