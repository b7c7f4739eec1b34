"""The account of an extract lists words that help to declare it, and nothing that could point to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract_drawn import Drawn, new_workbook
from thematic.core.errors import DataRefused
from thematic.extracts.facts import NOT_DECLARED, TableFacts, values_text
from thematic.extracts.listing import MANY, MOST_DIFFERENT, MOST_WORDS, listable

VISITS = """
title: Visits
row: one visit
reference: visit_ref
date: visited_on
columns:
  visit_ref: {kind: reference, filled: true, meaning: Reference}
  visited_on: {kind: date, filled: true, meaning: Day}
  group: {kind: text, optional: true, personal: true, meaning: Group}
  name: {kind: text, optional: true, personal: true, meaning: Name}
  note: {kind: text, optional: true, personal: true, meaning: Not measured}
  place: {kind: text, optional: true, meaning: Place}
  end: {kind: code, optional: true, personal: true, codes: {a: A, b: B}, meaning: End}
  way: {kind: code, codes: {x: X}, optional: true, meaning: Way}
derived:
  broad: {lookup: {in: broad, by: end, gives: broad}}
breakdowns:
  known: {filled: {group: group, name: name, place: place, broad: broad}, heading: Known}
left_out_unless: {way: [x]}
"""


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    drawn = new_workbook(tmp_path)
    (tmp_path / "data/reference/broad.csv").write_text("code,broad\na,Wide\nb,Wide\n", encoding="utf-8")
    drawn.declare("visits", VISITS)
    return drawn


def put(drawn: Drawn, **cells: dict[str, int]) -> TableFacts:
    """Builds from a table with these values on so many rows of each column, way x in every row."""
    columns = {name: [value for value, n in values.items() for _ in range(n)] for name, values in cells.items()}
    size = max(map(len, columns.values()))
    columns.setdefault("way", ["x"] * size)
    rows = [",".join(["visit_ref", "visited_on", *columns])]
    for number in range(size):
        own = [values[number] if number < len(values) else "" for values in columns.values()]
        rows.append(",".join([f"R{number}", "2021-01-15", *own]))
    drawn.write("visits.csv", ("\n".join(rows) + "\n").encode())
    return drawn.build().tables["visits"]


def personal(**values: int) -> dict[str, int]:
    return listable(values, is_personal=True, names_nobody=lambda value: value == "null")


def test_a_value_of_a_personal_column_is_listed_from_many_rows_on() -> None:
    many = {"common": 100 * MANY}
    assert personal(**many, below=MANY - 1) == many
    assert personal(**many, at=MANY) == many | {"at": MANY}
    assert personal(**many, above=MANY + 1) == many | {"above": MANY + 1}


def test_none_is_listed_of_a_personal_column_whose_values_mostly_stand_alone() -> None:
    alone = {f"name{number}": 1 for number in range(MANY + 1)}
    assert personal(often=MANY * (MANY + 2) - (MANY + 1), **alone) == {"often": MANY * (MANY + 2) - (MANY + 1)}
    assert personal(often=MANY * (MANY + 2) - (MANY + 1) - 1, **alone) == {}


def test_none_is_listed_of_a_personal_column_with_more_frequent_values_than_a_list_of_words_has() -> None:
    words = {f"word{number:02}": MANY for number in range(MOST_WORDS)}
    assert personal(**words) == words
    assert personal(**words, more=MANY) == {}


def test_none_is_listed_of_a_column_with_very_many_values() -> None:
    values = {f"word{number:03}": 1 for number in range(MOST_DIFFERENT)}
    assert listable(values, is_personal=False, names_nobody=lambda value: False) == values
    assert listable({**values, "more": 1}, is_personal=False, names_nobody=lambda value: False) == {}
    few = {f"word{number:03}": 1 for number in range(MOST_DIFFERENT - 1)}
    assert personal(**few, often=10_000) == {"often": 10_000}
    assert personal(**few, another=1, often=10_000) == {}


def test_a_word_for_nobody_is_listed_of_any_personal_column() -> None:
    assert personal(**{f"name{number}": 1 for number in range(300)}, null=2) == {"null": 2}


def test_what_is_not_personal_is_listed_from_the_first_row_on_commonest_first() -> None:
    values = {"once": 1, "twice": 2, "also": 1}
    found = listable(values, is_personal=False, names_nobody=lambda value: False)
    assert list(found.items()) == [("twice", 2), ("also", 1), ("once", 1)]


def test_words_counted_as_filled_are_listed_with_what_to_do_about_them(drawn: Drawn) -> None:
    put(drawn, group={"White": 40, "Prefer not to say": 12, "Not stated": 30, "Rare": 3}, place={"Hall": 1})
    assert "visits, group: taken for blank: 30 Not stated" in drawn.said
    assert "visits, group: counted as filled: 40 White, 12 Prefer not to say" in drawn.said
    assert "visits, place: counted as filled: 1 Hall" in drawn.said
    assert any(line.startswith("Where a word that is counted as filled says nothing, add it to") for line in drawn.said)


def test_a_name_is_neither_said_nor_stored_with_the_account(drawn: Drawn) -> None:
    names = {f"Person {number}": 1 + number % 3 for number in range(60)}
    facts = put(drawn, name={**names, "Prolific Person": 50, "NULL": 20}, note={"A secret": 30})
    assert facts.met == {"name": {"NULL": 20}}
    account = (drawn.workbook.warehouse / "extract.json").read_text(encoding="utf-8")
    for text in (*drawn.said, account):
        assert "Person" not in text and "secret" not in text


def test_codes_that_are_not_declared_are_listed_with_what_to_do_about_them(drawn: Drawn) -> None:
    facts = put(drawn, end={"a": 20, "NULL": 15, "Prefer not to say": 14, "A name": 1})
    assert facts.undeclared == {"end": {"NULL": 15, "Prefer not to say": 14}}
    assert "visits, end: not declared: 15 NULL, 14 Prefer not to say" in drawn.said
    assert drawn.said.count(NOT_DECLARED) == 1


def test_codes_whose_rows_are_left_out_on_purpose_are_not_called_undeclared(drawn: Drawn) -> None:
    facts = put(drawn, way={"x": 1, "y": 2})
    assert (facts.left_out, facts.undeclared) == (2, {})
    assert NOT_DECLARED not in drawn.said


def test_a_refusal_lists_the_codes_that_are_not_declared(drawn: Drawn) -> None:
    drawn.limits = (1, 0)
    with pytest.raises(DataRefused) as refused:
        put(drawn, end={"a": 20, "NULL": 15})
    assert f"visits: not declared: end: 15 NULL. {NOT_DECLARED}" in str(refused.value)


def test_the_column_that_a_measured_one_is_derived_from_is_measured_too(drawn: Drawn) -> None:
    assert put(drawn, end={"a": 20, "b": 15}).met == {"end": {"a": 20, "b": 15}}


def test_values_are_written_short() -> None:
    assert values_text({"White": 57417, "a  b\n c": 1}) == "57,417 White, 1 a b c"
    assert values_text({"x" * 41: 2}) == f"2 {'x' * 40}"
    many = {f"w{number}": 1 for number in range(31)}
    assert values_text(many).endswith(", 1 w29 and 1 more")
    assert values_text(dict(list(many.items())[:30])).endswith(", 1 w29")


@pytest.mark.parametrize(("copies", "said"), [(0, "0 duplicates"), (1, "1 duplicate"), (2, "2 duplicates")])
def test_one_duplicate_is_said_to_be_one(drawn: Drawn, copies: int, said: str) -> None:
    row = "R1,2021-01-15,x\n"
    drawn.write("visits.csv", f"visit_ref,visited_on,way\n{row * (1 + copies)}".encode())
    drawn.build()
    line = f"visits: {1 + copies} in = 1 kept + {said} + 0 quarantined + 0 left out"
    assert line in drawn.said
