"""Writes the notebook and the declarations of a new thematic area."""
