"""Turns the manifests of a folder of reports into its catalogue: pages that link every report in it."""

from thematic.outputs.catalogue.grid import Catalogue, Moved, Place, ThemeMoved
from thematic.outputs.catalogue.listing import read_catalogue, write_catalogue
from thematic.outputs.catalogue.pages import INDEX, pages

__all__ = ["INDEX", "Catalogue", "Moved", "Place", "ThemeMoved", "pages", "read_catalogue", "write_catalogue"]
