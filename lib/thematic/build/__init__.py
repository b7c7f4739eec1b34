"""Turns the words of a command into a plan, and the plan into reports."""
