"""Writes a document as a Word file: its look, its words, its tables and its pictures."""
