"""Turns the checked rows into counts by month, area and category; nobody is in them."""
