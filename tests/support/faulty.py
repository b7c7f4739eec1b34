"""Rows of several tables with the faults that extracts have, drawn by a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

NBSP = "\u00a0"
Row = dict[str, str]


def faulty_rows(seed: int = 7, n: int = 400) -> dict[str, list[Row]]:
    """By table its rows as texts, none missing."""
    draw = random.Random(seed)
    return {
        "crimes": [*_crimes(draw, n)],
        "incidents": [*_incidents(draw, n)],
        "custody_records": [*_custody(draw, n)],
        "speed_watch": [*_watch(draw, 60)],
    }


def _spelled(draw: random.Random, text: str) -> str:
    """The text, now and then with spaces around it."""
    return draw.choices([text, f" {text}", f"{text}\t", f"{NBSP}{text}{NBSP}", f"{text}  "], [90, 3, 3, 2, 2])[0]


def _day(draw: random.Random) -> str:
    day = datetime(2020, 6, 1) + timedelta(days=draw.randrange(260))
    usual = f"{day:%Y-%m-%d}"
    odd = [
        f"{usual} 10:20",
        f"{usual}T23:30:00Z",
        f"{usual}T00:30:00+01:00",
        f"{day:%d/%m/%Y}",
        "1999-12-31",
        "2021-02-30",
        f"{day:%Y-%m}",
        "",
        "2021-05-01",
        "soon",
        f"{usual} 23:59:59.5",
    ]
    return _spelled(draw, draw.choices([usual, draw.choice(odd)], [85, 15])[0])


def _moment(draw: random.Random, around: datetime | None = None) -> str:
    when = (around or datetime(2020, 6, 1)) + timedelta(
        minutes=draw.randrange(-200 if around else 0, 3000 if around else 370_000)
    )
    usual = f"{when:%Y-%m-%d %H:%M}"
    odd = [
        f"{usual}:30",
        f"{usual}:30.25",
        f"{usual}:30,5",
        f"{usual}:07.1234567",
        f"{when:%Y-%m-%dT%H:%M:%SZ}",
        f"{usual}+01:00",
        f"{usual}:00 +0530",
        f"{usual}:00-08",
        f"{usual} GMT",
        "2020-10-25 01:30",
        "2020-10-25 00:30",
        "2020-10-25T01:30:00+01:00",
        "2020-10-25T01:30:00Z",
        "2020-03-29 01:30",
        "2020-02-29 12:00",
        "2019-02-29 12:00",
        f"{when:%Y-%m-%d}",
        "25:00",
        "",
        f"{usual[:-2]}60",
    ]
    return _spelled(draw, draw.choices([usual, draw.choice(odd)], [70, 30])[0])


def _number(draw: random.Random, low: float, high: float) -> str:
    number = draw.uniform(low, high)
    odd = [
        f"{number:e}",
        f"+{number:.3f}",
        "1.2345675",
        "-0.0000005",
        "1.",
        ".5",
        "999",
        "x",
        "1e400",
        "-1,5",
        "0.12345678901234567890123",
        "",
    ]
    return _spelled(draw, draw.choices([f"{number:.6f}", f"{number:.8f}", draw.choice(odd)], [50, 30, 20])[0])


def _reference(draw: random.Random, n: int) -> str:
    odd = ["", "1.23E+11", "4E+10", "1,5e9", "  ", "12E5", "Unknown", "n/a", f"{n}é", "Ünknown"]
    return _spelled(draw, draw.choices([f"R{draw.randrange(3 * n)}", draw.choice(odd)], [90, 10])[0])


def _area(draw: random.Random) -> str:
    return _spelled(
        draw,
        draw.choices(["Abton", "Caer Éire", "CAER ÉIRE", "Caer E\u0301ire", "Atlantis", ""], [40, 40, 5, 3, 5, 7])[0],
    )


def _repeated(draw: random.Random, rows: list[Row], key: str) -> Iterator[Row]:
    """The rows, some twice, some with the reference of another, some but for spaces alike."""
    for row in rows:
        yield row
        fate = draw.random()
        if fate < 0.05:
            yield dict(row)
        elif fate < 0.08:
            yield {name: f" {value}" if value else value for name, value in row.items()}
        elif fate < 0.13:
            yield draw.choice(rows) | {key: row[key]}
    yield dict.fromkeys(rows[0], "")
    yield dict.fromkeys(rows[0], f" {NBSP}")


def _crimes(draw: random.Random, n: int) -> Iterator[Row]:
    rows = []
    for _ in range(n):
        outcome = draw.random() < 0.4
        rows.append(
            {
                "crime_ref": _reference(draw, n),
                "recorded_on": _day(draw),
                "committed_on": _day(draw) if draw.random() < 0.6 else "",
                "cancelled_on": _day(draw) if draw.random() < 0.05 else "",
                "offence_code": draw.choice(
                    ["8N", "9B", "19C", "195", "0195", "195.0", " 8N", "8n", "", "unknown", "ZZ"]
                ),
                "lpu": _area(draw),
                "local_authority": draw.choice(["North", "south", "South", "", "East"]),
                "longitude": _number(draw, -3, 1),
                "latitude": _number(draw, 50, 55),
                "domestic": draw.choice(
                    ["Y", "N", "y", "No", "TRUE", "false", "1", "0", "maybe", "", "N", "N", "N", "N"]
                ),
                "hate_strands": draw.choice(
                    ["", "", "", "race", "race;religion", "religion; race", "race;race", "x", "Not stated"]
                ),
                "outcome_code": draw.choice(["1", "16", "16.0", "05", "99", "UNKNOWN"]) if outcome else "",
                "outcome_on": _day(draw) if outcome and draw.random() < 0.9 else "",
                "victim_ref": _reference(draw, n),
                "victim_age": draw.choice(["7", "07", "7.0", "121", "-1", "old", "", "35", "16", "17.5"]),
                "victim_sex": draw.choice(["female", "male", "unknown", "Not Stated", "", " female"]),
                "victim_religion": draw.choice(["none", "not stated", "Jedi", ""]),
            }
        )
    yield from _repeated(draw, rows, "crime_ref")


def _incidents(draw: random.Random, n: int) -> Iterator[Row]:
    rows = [
        {
            "incident_ref": _reference(draw, n),
            "received_on": _day(draw),
            "finalisation_code": draw.choice(
                ["BE", "BN", "BP", "be", "ZZ", "", "AA' or 'B", "x" * 60, " BN", "Unknown"]
            ),
            "lpu": _area(draw),
            "local_authority": draw.choice(["North", "South"]),
        }
        for _ in range(n)
    ]
    yield from _repeated(draw, rows, "incident_ref")


def _custody(draw: random.Random, n: int) -> Iterator[Row]:
    rows = []
    for _ in range(n):
        start = datetime(2020, 10, 24, 12) + timedelta(
            minutes=draw.randrange(60 * 24 * (2 if draw.random() < 0.3 else 90))
        )
        rows.append(
            {
                "custody_ref": _reference(draw, n),
                "arrived_at": _moment(draw, start),
                "released_at": _moment(draw, start) if draw.random() < 0.8 else "",
                "arrest_reason": draw.choice(["offence", "warrant", "x"]),
                "age": draw.choice(["7", "34", "34.00", "121", "", "x"]),
                "sex": draw.choice(["female", "male", "Female", ""]),
                "lpu": _area(draw),
                "local_authority": draw.choice(["South", ""]),
            }
        )
    yield from _repeated(draw, rows, "custody_ref")


def _watch(draw: random.Random, n: int) -> Iterator[Row]:
    """Rows without references, some of them equal, and one of totals."""
    for _ in range(n):
        yield {
            "month": draw.choice(["2020-11", "2020-12-01", "2021-01", "soon", "2021-03"]),
            "lpu": _area(draw),
            "local_authority": "North",
            "communities": draw.choice(["4", "4.0", "-2", "4e0", "many", "1.5"]),
            "active": draw.choice(["1", ""]),
        }
    yield {"month": "Total", "lpu": "", "local_authority": "", "communities": "60", "active": ""}
