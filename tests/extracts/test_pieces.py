"""Reads files a few bytes at a time: wherever a piece ends, the rows are those of the file read whole."""

from __future__ import annotations

import gzip
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extract_drawn import Drawn, new_workbook, text
from thematic.core.errors import DataRefused, DiskRefused
from thematic.extracts import text_rows
from thematic.extracts.delimited import Wanted, read_text
from thematic.extracts.encoding import known_text
from thematic.extracts.pieces import pieces
from thematic.extracts.text_rows import LINE, TextRows

FILES = {
    "line breaks in quoted cells": b'a,b\n1,"two\nlines"\n2,"\n\n"\n3,"say ""hi"",\nthen go"\n4,""""\n5,6',
    "CR LF": b'a,b\r\n1,"two\r\nlines"\r\n\r\n2,3\r\n4,"5"\r\n',
    "carriage returns alone": b"a,b\r1,2\r3,4\r",
    "a carriage return inside a row": b'a,b\n1,2\r3,4\n5,"6\r7"\n8,9\n',
    "NULs": b"a,b\n1,\x002\n3,4\n\x00\n5,6\x00\n",
    "a mark out of place": b'a,b\n1,5" knife\n2,"open\n3,"shut"\n4,"a" b\n5,6\n7,"never\n8,9\n10,""\n11,"x\ny"\n',
    "a field that is never closed": b'a,b\n1,"open\n2,3\n4,""\n5,6\n7,""x\n8,9\n',
    "a field that is closed late": b'a,b\n1,"open\n2,3\n4,""\n5,6\n7,""x\n8",9\n10,11\n',
    "characters of several bytes": 'a,b\né€,😀\n"ü\nü",2\n'.encode(),
    "a byte order mark": b"\xef\xbb\xbfa,b\n1,2\n3,4",
    "cp1252": 'a,b\n1,é\n"€\n",ü\n2,3\n'.encode("cp1252"),
    "blank rows": b"\n\na,b\n1,2\n,\n \n\n3,4\n,,\n \n",
    "too few and too many fields": b"a,b\n1,2\n3\n4,5\n6,7,8\n9,10\n",
    "rows of totals": b'a,b\n1,2\nTotal\n3,4\n"Grand total",5,6\n7,Total\n',
    "one cell more in every row": b"a,b\n1,2,\n3,4,\n5,6, \n",
    "one cell more in every row but the last": b"a,b\n1,2,\n3,4,\n5,6\n7,8,\n",
    "one cell more, which says something once": b"a,b\n1,2,\n3,4,\n5,6,7\n",
    "one cell more in the heading alone": b"a,b,\n1,2\n3,4\n",
    "one cell more in the heading and in one row": b"a,b,\n1,2\n3,4,\n",
    "a heading alone": b"a,b\n",
    "one long row": b"a,b\n1," + b"x" * 200 + b"\n2,3\n",
    "more rows than a table of totals has": b"a,b\nTotal\n" + b"1,2\n" * 120 + b"3\n",
    "line above the heading": b"sep=,\na,b\n1,2\n",
    "byte order marks inside": "a,b\n\ufeff1,2\n3,4\n\ufeffa,b\n\ufeff\n5,6\n".encode(),
}

Read = tuple[object, ...]


def read(data: bytes, size: int, rows: TextRows | None = None) -> Read:
    """All that is known of a file of which `size` bytes are read at a time."""
    text = known_text(lambda: io.BytesIO(data), "x.csv")
    found = read_text(text, "x.csv", Wanted({"a", "b"}, ",", {"b"}), rows or TextRows(), size=size)
    kept, broken = found.rows.whole.to_pylist(), found.broken.to_pylist()
    return found.header, kept, broken, found.nul_lines, found.notes, found.blank, found.opening


@pytest.mark.parametrize("name", FILES)
def test_rows_are_the_same_wherever_a_piece_of_the_file_ends(name: str) -> None:
    data = FILES[name]
    whole = read(data, 1 << 20)
    for size in {*range(1, min(len(data), 24)), 64, 300}:
        assert read(data, size) == whole, size


def test_a_byte_order_mark_inside_is_of_its_cell_and_takes_no_row_away() -> None:
    data = "a,b\n\ufeff1,2\n\ufeff3,4\n".encode()
    assert [row["a"] for row in read(data, 1 << 20)[1]] == ["\ufeff1", "\ufeff3"]
    alone = "a\n\ufeff\n1\n".encode()
    assert [row["a"] for row in read(alone, 1 << 20)[1]] == ["\ufeff", "1"]


def test_a_row_is_not_taken_for_part_of_the_heading() -> None:
    with pytest.raises(DataRefused, match="line 2: the heading has a carriage return inside the row"):
        read(b"\na,b\r1,2\n3,4\n", 1)
    header, rows, *_ = read('a,"b \x0b\u2028c",d\x85e\n1,2,3\n'.encode(), 1 << 20)
    assert header == ["a", "b \x0b\u2028c", "d\x85e"]
    assert rows == [{LINE: 2, "a": "1"}]


def test_a_piece_is_no_longer_than_asked_for_but_by_its_last_row() -> None:
    data = b"a,b\n" + b"".join(b"%d,2\n" % number for number in range(100))
    found = list(pieces(known_text(lambda: io.BytesIO(data), "x.csv"), ",", 64))
    assert b"".join(piece.data for piece in found) == data
    assert max(len(piece.data) for piece in found) <= 64 + len(b"99,2\n")


def test_a_mark_that_nothing_closes_does_not_have_the_file_held_whole() -> None:
    data = b'a,b\n1,"open\n' + b"2,3\n" * 1000
    found = list(pieces(known_text(lambda: io.BytesIO(data), "x.csv"), ",", 64))
    assert max(len(piece.data) for piece in found) <= 3 * 64
    assert [piece.quotes.misplaced.tolist() for piece in found if len(piece.quotes.misplaced)] == [[2]]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b\n1,2\n3,\xe9\n4,\x81\n", "is neither UTF-8 (line 3) nor cp1252 (byte 0x81 on line 4)"),
        (b"a,b\n1,\xe9\n2,3\n4,\xc3\xa9\n", "mixes encodings: line 4 holds UTF-8, line 2 something else"),
        (b"a,b\n1,2\n3,\xc3", "was read as cp1252: line 3 is not UTF-8"),
        ("a,b\n1,é😀\n2,\xe9\n".encode(), ""),
    ],
)
@pytest.mark.parametrize("chunk", [7, 8, 9, 10, 11, 12])
def test_the_encoding_is_known_from_all_of_the_file(
    monkeypatch: pytest.MonkeyPatch, data: bytes, told: str, chunk: int
) -> None:
    monkeypatch.setattr("thematic.extracts.encoding._CHUNK", chunk)
    try:
        notes = "".join(map(str, known_text(lambda: io.BytesIO(data), "x.csv").note or ""))
    except DataRefused as refusal:
        notes = refusal.message
    assert told in notes
    assert bool(told) == bool(notes)


def crimes() -> bytes:
    """Rows with every fault that a row can have, the days in no order."""
    rows = [
        {
            "recorded_on": f"2020-{1 + number % 12:02d}-{1 + number * 7 % 28:02d}",
            "lpu": ["Abton", " abton", ""][number % 3],
        }
        for number in range(70)
    ]
    rows[5] |= {"notes": 'two\nlines, "quoted"', "lpu": "Atlantis"}
    rows[20] |= {"recorded_on": "31/12/2020"}
    rows[33] |= {"crime_ref": "R3"}
    rows[34] = dict(rows[2], crime_ref="R3")
    rows[60] |= {"victim_ethnicity": "Not stated", "offence_title": " Café "}
    lines = text("crimes", *({"notes": "x", **row} for row in rows)).encode()
    return lines + b"only,three,fields\n\n" + lines.splitlines(keepends=True)[3] + b'"open\n'


def extract(drawn: Drawn) -> None:
    """The crimes in CSV, a table without references in CSV, and one in Parquet of several parts and groups of rows."""
    drawn.write("crimes.csv.gz", gzip.compress(crimes(), mtime=0))
    answers = ["very_satisfied", "satisfied", "dissatisfied"]
    drawn.draw("surveys", *({"response": answers[number % 3]} for number in range(40)))
    days = [f"2020-{1 + number % 12:02d}-15" for number in range(60)]
    parts = drawn.extract / "stop_searches.parquet"
    parts.mkdir()
    for place in range(3):
        refs = [f"S{(number * 37 + place) % 100}" for number in range(60)]
        other = ["" if day.endswith("-03-15") else "x" for day in days]
        blank = ["" if number % 20 == 7 else each for number, each in enumerate(refs)]
        dates = ["" if number % 20 == 7 else each for number, each in enumerate(days)]
        nothing = dict.fromkeys(("lpu", "local_authority", "outcome"), [""] * 60)
        table = pa.table({"search_ref": blank, "searched_on": dates, "unknown": other, **nothing})
        pq.write_table(table, parts / f"part-{place}.parquet", row_group_size=25)


@contextmanager
def in_pieces() -> Iterator[None]:
    """Within the block no more than a few rows are read at a time, and none are kept in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("thematic.extracts.pieces.SIZE", 1500)
        patch.setattr("thematic.extracts.parquet._BATCH_ROWS", 20)
        patch.setattr("thematic.extracts.text_rows.LARGEST_HELD", 0)
        yield


def files(drawn: Drawn) -> dict[str, bytes]:
    """The warehouse's files, by name."""
    folder = drawn.workbook.warehouse
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def test_the_warehouse_is_the_same_byte_for_byte_where_rows_do_not_fit_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thematic.extracts.storing._ROW_GROUP", 30)
    drawn = new_workbook(tmp_path)
    extract(drawn)
    drawn.build()
    whole, said = files(drawn), drawn.said
    (drawn.workbook.warehouse / "extract.json").unlink()
    with in_pieces():
        drawn.build()
    assert drawn.said == said
    assert sorted(whole) == sorted(files(drawn))
    assert {name for name, data in files(drawn).items() if data != whole[name]} == set()
    assert len(drawn.kept("crimes")) > 60
    assert len(drawn.quarantined()) >= 4


def test_rows_on_disk_are_the_owners_alone_and_go(tmp_path: Path) -> None:
    rows = TextRows(tmp_path / "rows", 0)
    for first in (1, 3):
        rows.add(pa.table({LINE: [first, first + 1], "a": ["x", "y"]}))
    kept = list((tmp_path / "rows").iterdir())
    assert len(kept) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE((tmp_path / "rows").stat().st_mode) == 0o700
    assert rows.whole[LINE].to_pylist() == [1, 2, 3, 4]
    rows.clear()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(text_rows.pq, "write_table", full)
    with pytest.raises(DiskRefused, match=r"cannot be kept on disk \(No space left on device\)\. Make room"):
        TextRows(tmp_path / "rows", 0).add(pa.table({LINE: [1], "a": ["x"]}))
