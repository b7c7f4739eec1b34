"""Thematic."""
