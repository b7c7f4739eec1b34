"""Turns params/assurance.yaml and params/signoff/ into a refusal of a public edition, or into who signed it off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from thematic.core.errors import ParamsRefused, Problem
from thematic.core.periods import Month
from thematic.outputs.editions import Edition
from thematic.params import Params
from thematic.params.assurance import FILE, FOLDER, SignOff, signed_later
from thematic.params.reviews import shortcomings

_PUBLIC = "public"
_LIFT = f"or take the word out of public_needs in params/{FILE}"


def assure(params: Params, editions: Sequence[Edition], today: date) -> None:
    """Raises ParamsRefused where a public edition is among them that lacks what params/assurance.yaml asks of measures,
    and where a release is signed off on a day to come."""
    signed_later(params.signed_off, today)
    themes = dict.fromkeys(each.theme for each in editions if each.audience == _PUBLIC)
    measures = {name: params.measures[name] for theme in themes for name in params.themes[theme].measures}
    needs = params.assurance.public_needs
    found = [each for each in shortcomings(measures, today) if each.need in needs]
    if found:
        fixed = [Problem(f"{each.number} {each.what} ({each.whose})", f"{each.named}.", each.fix) for each in found]
        raise ParamsRefused(f"Nothing was made for the public: params/{FILE} asks for what is missing.", fixed)


def refuse_unsigned(params: Params, periods: Iterable[Month], audience: str) -> None:
    """Raises ParamsRefused where releases to the public have to be signed off, and one of these is not."""
    if audience != _PUBLIC or "signed_off" not in params.assurance.public_needs:
        return
    records = {month: params.signed_off.get(str(month), SignOff()) for month in sorted(set(periods))}
    problems = [
        Problem(_place(month), f"nobody has signed as {' or '.join(each.missing)}.", f"Have it signed, {_LIFT}.")
        for month, each in records.items()
        if each.missing
    ]
    if problems:
        raise ParamsRefused("Nothing was shared with the public: it is not signed off.", problems)


def signed_lines(params: Params, editions: Iterable[Edition]) -> Iterator[str]:
    """Who signed off each month of which there is a public edition; those that nobody signed in one line."""
    months = sorted({each.period for each in editions if each.audience == _PUBLIC})
    unsigned = [month for month in months if not signatures(params, month)]
    for month in months:
        if month not in unsigned:
            names = "; ".join(signatures(params, month))
            yield f"{month} was signed off by {names}. {unsigned_roles(params, month)}".strip()
    if unsigned:
        places = _place(unsigned[0]) if len(unsigned) == 1 else f"params/{FOLDER}/<month>.yaml"
        yield f"Nobody has signed off {', '.join(map(str, unsigned))} ({places})."


def signatures(params: Params, month: Month) -> list[str]:
    """Who signed a month's release off: name, role and day."""
    record = params.signed_off.get(str(month), SignOff())
    return [f"{each.name} ({role}) on {_day(each.on)}" for role, each in record.signed.items()]


def unsigned_roles(params: Params, month: Month) -> str:
    """A sentence on the roles in which nobody has signed a month's release, blank where there are none."""
    missing = params.signed_off.get(str(month), SignOff()).missing
    return f"Nobody has signed as {' or '.join(missing)}." if missing else ""


def _place(month: Month) -> str:
    return f"params/{FOLDER}/{month}.yaml"


def _day(day: date) -> str:
    return f"{day.day} {Month.containing(day).label}"
