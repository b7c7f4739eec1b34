"""Turns the outcomes of a data.police.uk download into the last one of each crime, and an account of all the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.errors import Problem
from thematic.extracts.facts import TableFacts
from thematic.extracts.police_uk_files import MonthFile
from thematic.extracts.police_uk_rows import MONTH, Rows, file_months, read_rows
from thematic.extracts.text_rows import LINE

NAME = "outcomes"
"""What the account calls them."""
NO_CRIME = "names no crime"
NOT_THERE = "its crime is not in the download"
TOO_EARLY = "is dated before its crime was recorded"
REPLACED = "was replaced by a later outcome of the same crime"

_REFERENCE, _TYPE = "Crime ID", "Outcome type"


@dataclass(frozen=True)
class Outcomes:
    """`last` has by `reference` the `type` and the `day` (the first of its month) of the last outcome of each crime.

    `fates` counts every row of the files by month, status and reason, `unknown` those of each type not declared.
    """

    last: pd.DataFrame
    fates: pd.DataFrame
    unknown: dict[str, int]
    name: str = NAME

    def problems(self, limit_pct: float, limit_rows: int) -> list[Problem]:
        """A problem where more of the rows are of types that are not declared than rows may be wrong."""
        rows = sum(self.unknown.values())
        if rows * 100 <= limit_pct * self.facts.rows_in or rows <= limit_rows:
            return []
        many = "1 row has" if rows == 1 else f"{rows:,} rows have"
        what = f"{many} a type of outcome that is not declared: {', '.join(list(self.unknown)[:5])}."
        return [Problem(self.name, what, "Add it to the codes of outcome_type in params/tables/crimes.yaml.")]

    @property
    def facts(self) -> TableFacts:
        by_status = self.fates.groupby("status")["n"].sum()
        reasons = self.fates[self.fates["reason"] != ""].groupby("reason")["n"].sum().sort_values(ascending=False)
        return TableFacts(
            rows_in=int(self.fates["n"].sum()),
            kept=int(by_status.get("kept", 0)),
            duplicates=int(by_status.get("duplicate", 0)),
            quarantined=0,
            left_out=int(by_status.get("left_out", 0)),
            reasons={str(reason): int(n) for reason, n in reasons.items()},
            normalised={},
        )

    @property
    def quality(self) -> list[dict[str, object]]:
        """Lines of the account by month."""
        return [
            {"table": NAME} | {str(key): value for key, value in row.items()} for row in self.fates.to_dict("records")
        ]


def read_outcomes(root: Path, files: Iterable[MonthFile], crimes: Rows, known: Collection[str]) -> Outcomes:
    """The outcomes of the crimes; `known` are the types that are declared.

    Of several outcomes of a crime the one in the latest month counts, and of those the one that stands last.
    """
    rows = read_rows(root, files, (_REFERENCE, MONTH, _TYPE), ())
    frame = pd.DataFrame(
        {
            "reference": pc.utf8_trim_whitespace(rows.table[_REFERENCE]).to_pandas(),
            "month": pc.utf8_trim_whitespace(rows.table[MONTH]).to_pandas(),
            "type": pc.utf8_trim_whitespace(rows.table[_TYPE]).to_pandas(),
            "file": file_months(rows.table, rows.files).to_pandas(),
        }
    ).astype({"reference": "object", "month": "object", "type": "object"})
    frame["month"] = frame["month"].where(frame["month"] != "", frame["file"])
    spelled = {word.casefold(): word for word in known}
    frame["type"] = frame["type"].map(lambda word: spelled.get(word.casefold(), word))
    frame["reason"] = _why_left_out(frame, _first_months(crimes), known)
    good = frame[frame["reason"] == ""]
    last = good.sort_values("month", kind="stable").drop_duplicates("reference", keep="last")
    frame["status"] = "left_out"
    frame.loc[good.index, "reason"] = REPLACED
    copies = frame.index.isin(good.index) & ~frame.index.isin(last.index) & _same_as(frame, last)
    frame.loc[copies, ["status", "reason"]] = ["duplicate", ""]
    frame.loc[last.index, ["status", "reason"]] = ["kept", ""]
    fates = frame.groupby(["month", "status", "reason"], sort=True).size().rename("n").reset_index()
    fates = pd.concat([fates, _broken(rows)], ignore_index=True)
    days = last.assign(day=last["month"] + "-01")[["reference", "type", "day"]]
    unknown = frame.loc[~frame["type"].isin(list(known)), "type"].value_counts()
    return Outcomes(days.set_index("reference"), fates, {str(word): int(n) for word, n in unknown.items()})


def with_outcomes(crimes: Rows, outcomes: Outcomes, reference: str) -> Rows:
    """The crimes, each with the columns `outcome type` and `outcome day`, blank where it has none, and in a row of the
    same crime in a later month than its outcome."""
    table = crimes.table
    found = outcomes.last.reindex(pc.utf8_trim_whitespace(table[reference]).to_pandas())
    months = file_months(table, crimes.files).to_pandas().to_numpy()
    found[(found["day"].fillna("").str[:7] < months).to_numpy()] = None
    for name in ("type", "day"):
        table = table.append_column(f"outcome {name}", pa.array(found[name].fillna("").tolist(), pa.string()))
    return crimes.with_rows(table)


def _same_as(frame: pd.DataFrame, last: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row says the same as the last of its crime."""
    counted = last.set_index("reference").reindex(frame["reference"])
    same = (counted["month"].to_numpy() == frame["month"]) & (counted["type"].to_numpy() == frame["type"])
    return pd.Series(same, index=frame.index, dtype=bool)


def _first_months(crimes: Rows) -> pd.Series[str]:
    """For each crime the first month in which it stands."""
    table = crimes.table
    references = pc.utf8_trim_whitespace(table[_REFERENCE]).to_pandas()
    months = pd.Series(file_months(table, crimes.files).to_pandas().to_numpy(), index=references)
    return months.groupby(level=0).min()


def _why_left_out(frame: pd.DataFrame, first: pd.Series[str], known: Collection[str]) -> pd.Series[str]:
    """Why a row can be the outcome of no crime; blank where it can."""
    recorded = frame["reference"].map(first)
    why = pd.Series("", index=frame.index, dtype="object")
    why[recorded.notna() & (frame["month"] < recorded.fillna(""))] = TOO_EARLY
    why[recorded.isna()] = NOT_THERE
    unknown = ~frame["type"].isin(list(known))
    why[unknown] = "'" + frame["type"][unknown] + "' is none of the types of outcome that params/tables declares"
    why[frame["reference"] == ""] = NO_CRIME
    return why


def _broken(rows: Rows) -> pd.DataFrame:
    """The rows that cannot be split into fields, in the form of the account."""
    months = file_months(rows.text.broken.rename_columns([LINE, "reason"]), rows.files)
    frame = pd.DataFrame({"month": months.to_pandas(), "reason": rows.text.broken["reason"].to_pandas()})
    counted = frame.groupby(["month", "reason"]).size().rename("n").reset_index()
    return counted.assign(status="left_out")[["month", "status", "reason", "n"]]
