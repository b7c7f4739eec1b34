"""Carries out the commands of the ledger: booking a month for the public, and working the files out again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from thematic.build.build import data_alone, prepare
from thematic.build.request import data_paths
from thematic.core.errors import ArgumentsRefused, DataRefused
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.tallies import ThemeCubes
from thematic.measures.ledger import booking
from thematic.measures.ledger.files import months_booked
from thematic.measures.ledger.seen import declared
from thematic.params import load_params
from thematic.params.checks.disclosure import disclosure_warnings


def book(
    workbook: Workbook,
    period: str,
    data: str,
    lookup: str,
    today: date,
    say: Callable[[str], None],
    *,
    new_key: bool = False,
) -> list[str]:
    """Books every month up to the period that is not booked, with a new key if that is asked for; what was done, in
    words.

    Raises ArgumentsRefused for a period that the data do not reach, DataRefused where the books do not agree.
    """
    params = load_params(workbook)
    for warning in disclosure_warnings(params.disclosure, params.themes):
        say(warning)
    source, places = data_paths(data, lookup)
    try:
        month = Month.parse(period)
    except ValueError as error:
        raise ArgumentsRefused(f"PERIOD: '{period}' is not a month. Write YYYY-MM, such as 2021-01.") from error
    with data_alone(workbook, say):
        index = prepare(workbook, params, data=source, lookup=places, today=today, say=say)
        booked = booking.book(workbook, params, index, month, say, declared(params, index), new_key=new_key)
    where = workbook.shown(workbook.ledger)
    if not booked.months:
        return [
            f"{month} is booked already, and nothing was added: what has changed since is booked with the next month. "
            f"The last month in {where} is {booked.last}."
        ]
    many = f"{len(booked.months)} months" if len(booked.months) > 1 else "1 month"
    return [
        f"Booked {many} into {where}: {booked.months[0]} to {booked.months[-1]}.",
        "It holds true counts: keep it as you keep the extract, back it up with its key, and share it with nobody.",
    ]


def verify(workbook: Workbook, today: date, say: Callable[[str], None]) -> str:
    """Works every month of the ledger out again. Raises DataRefused where there is none, or a file differs."""
    params = load_params(workbook)
    if not months_booked(workbook):
        raise DataRefused(f"{workbook.shown(workbook.ledger)}: nothing was booked yet. Run thematic book PERIOD first.")
    with data_alone(workbook, say):
        index = prepare(workbook, params, data=None, lookup=None, today=today, say=say)
        months, again = booking.verify(workbook, params, index)
    where = workbook.shown(workbook.ledger)
    if again == months:
        return f"{where}: {months} months, each as its records and the key give it."
    return (
        f"{where}: {months} months in an unbroken chain; {again} as their records and the key give them. The others "
        "were booked under other declarations, or with a key that is not there, and cannot be worked out again."
    )


def attack(workbook: Workbook, out: str, cells: int) -> tuple[list[str], bool]:
    """What a reader could learn from the public reports in a folder, in words, and whether that is as it should be.

    Of each theme so many of the counts that are printed as few are solved, spread over all. Raises ArgumentsRefused
    where there are no reports.
    """
    from thematic.tools.attack import Attack, said, told_in

    params, index = load_params(workbook), cubes.load_index(workbook)
    folder = Path(out).expanduser() if out.strip() else workbook.root / "outputs"
    lines: list[str] = []
    is_safe = True
    for theme in params.themes if index is not None else ():
        told = told_in(params, theme, folder)
        if not told or index is None:
            continue
        found = Attack(params, theme, ThemeCubes.read(theme, index, cubes.read_bytes(workbook, theme)), told)
        chosen = found.small[:: max(1, len(found.small) // cells)][:cells]
        learnt = [found.learn(place) for place in chosen]
        is_safe = is_safe and not any(each.is_narrow for each in learnt)
        lines += said(params, theme, found, learnt)
    if not lines:
        raise ArgumentsRefused(f"OUT: '{folder}' holds no public reports with a CSV. Make them with FORMAT=csv first.")
    return lines, is_safe
