"""Turns the manifests of a folder of reports into its catalogue: pages that link every report in it."""

from thematic.catalogue.grid import Catalogue, Place
from thematic.catalogue.listing import read_catalogue, write_catalogue
from thematic.catalogue.pages import INDEX, pages

__all__ = ["INDEX", "Catalogue", "Place", "pages", "read_catalogue", "write_catalogue"]
