"""params/assurance.yaml and params/signoff/: what a public edition needs, and who signed the releases off."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from thematic.core.errors import ArgumentsRefused, ParamsRefused, Problem
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params.declared import Declared, Name
from thematic.params.reading import read_model

FILE, FOLDER = "assurance.yaml", "signoff"
Need = Literal["checked", "reviewed", "signed_off"]
_ROLES = ("analyst", "assurer", "commissioner")


class AssuranceParams(Declared):
    """params/assurance.yaml. `public_needs` are what a public edition is refused without: that a second analyst has
    `checked` each of its measures, that none is overdue to be `reviewed`, that its release is `signed_off`."""

    public_needs: tuple[Need, ...] = ()


class Signature(Declared):
    """Who signed, and on which day."""

    name: Name
    on: Annotated[date, Field(alias="date")]


class SignOff(Declared):
    """params/signoff/<month>.yaml: who signed a release off. The `analyst` made it, the `assurer` checked it and is
    somebody else, the `commissioner` asked for it and takes it; `note` says what they agreed on."""

    analyst: Signature | None = None
    assurer: Signature | None = None
    commissioner: Signature | None = None
    note: Name | None = None

    @model_validator(mode="after")
    def _by_two(self) -> SignOff:
        if self.analyst and self.assurer and self.analyst.name.casefold() == self.assurer.name.casefold():
            raise ValueError("the assurer is the analyst; an assurer is somebody who did not make the reports")
        return self

    @property
    def signed(self) -> dict[str, Signature]:
        """The signatures by role."""
        given = {role: getattr(self, role) for role in _ROLES}
        return {role: each for role, each in given.items() if each is not None}

    @property
    def missing(self) -> tuple[str, ...]:
        """The roles in which nobody has signed."""
        return tuple(role for role in _ROLES if role not in self.signed)


def read_assurance(workbook: Workbook) -> tuple[AssuranceParams, dict[str, SignOff], list[Problem]]:
    """What public editions need, and the sign-offs by month."""
    needs, problems = AssuranceParams(), list[Problem]()
    path = workbook.params / FILE
    if path.exists():
        found, wrong = read_model(path, workbook.shown(path), AssuranceParams)
        problems, needs = [*wrong], found or needs
    signed: dict[str, SignOff] = {}
    folder = workbook.params / FOLDER
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        record, wrong = read_model(path, workbook.shown(path), SignOff)
        problems += wrong or _misplaced(path.stem, workbook.shown(path), record or SignOff())
        signed[path.stem] = record or SignOff()
    return needs, signed, problems


def _misplaced(name: str, shown: str, record: SignOff) -> list[Problem]:
    """What is wrong with the month that a sign-off is for."""
    try:
        month = Month.parse(name)
    except ArgumentsRefused:
        return [Problem(shown, f"'{name}' is not a month.", "Name the file YYYY-MM.yaml, such as 2021-01.yaml.")]
    fix = f"{month.label} ends on {month.last_day}: nobody can have seen its reports before. Correct the day."
    return [
        Problem(f"{shown}, {role}.date", f"{each.on} is before the end of the month.", fix)
        for role, each in record.signed.items()
        if each.on <= month.last_day
    ]


def signed_later(signed: dict[str, SignOff], today: date) -> None:
    """Raises ParamsRefused where somebody is to have signed after today."""
    problems = [
        Problem(
            f"params/{FOLDER}/{month}.yaml, {role}.date", f"{each.on} is after today ({today}).", "Correct the day."
        )
        for month, record in signed.items()
        for role, each in record.signed.items()
        if each.on > today
    ]
    if problems:
        raise ParamsRefused("Nobody signs ahead of time.", problems)
