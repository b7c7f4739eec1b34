"""Checks and counts the rows of an extract in the database that holds them, and brings counts back."""
