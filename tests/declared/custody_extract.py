"""Draws the extract of an invented custody system: the rows as they are meant, and the untidy files that hold them."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

SEED = 20210831
FIRST, LAST = pd.Period("2018-05", "M"), pd.Period("2021-08", "M")
AS_AT = date(2021, 9, 5)
HOURS_LAST, HOURS_GAP = pd.Period("2021-07", "M"), pd.Period("2020-04", "M")
LOCAL, UTC = ZoneInfo("Europe/London"), ZoneInfo("UTC")

LPUS = {"Chester": 18, "Crewe": 22, "Ellesmere Port": 9, "Macclesfield": 0.3, "Northwich": 4, "Runcorn": 12,
        "Warrington": 25, "Widnes": 14}  # fmt: skip
WARDS = {  # the unit that detains there, the first and the last day
    "Appleton": ("Widnes", date.min, date.max),
    "Ditton": ("Widnes", date(2020, 3, 1), date.max),
    "Riverside": ("Widnes", date.min, date(2020, 12, 31)),
    "Beechwood": ("Runcorn", date.min, date.max),
    "Norton": ("Runcorn", date(2021, 2, 1), date.max),
    "Castle": ("Chester", date.min, date.max),
}
NOBODY = ["", "", "", "NULL", "n/a", "UNKNOWN", "0", "-"]
SILENT = ["", "", "Not stated", "unknown", "refused"]
MOMENTS = ("arrived_at", "reviewed_at", "released_at")
CUSTODY_COLUMNS = ["ward", "custody_ref", "released_at", "arrived_at", "reviewed_at", "cancelled_on", "age", "ethnicity",
                   "reason", "risks", "disposal", "searched", "checks", "person_ref", "language", "nationality",
                   "occupation", "lpu"]  # fmt: skip
REFUSED = {
    "bad-age": {"age": "130"},
    "bad-ward": {"ward": "Nowhere Ward"},
    "bad-reason": {"reason": "ZZ"},
    "bad-order": {"arrived_at": "2021-05-02 10:00", "released_at": "2021-05-02 09:59"},
    "bad-moment": {"arrived_at": "2021-13-02 10:00"},
    "bad-person": {"person_ref": "1.23E+11"},
    "bad-alone": {"disposal": "1", "released_at": ""},
}
"""Rows that break the declaration: the reference of each, and what is wrong with it."""


@dataclass(frozen=True)
class Drawn:
    """The rows as they are meant: moments on the local clock, blanks as missing values."""

    custody: pd.DataFrame
    hours: pd.DataFrame


def draw(seed: int = SEED) -> Drawn:
    rng = random.Random(seed)
    rows = [_detention(rng, number) for number in range(3400)] + _edges()
    return Drawn(_custody_frame(rows), _draw_hours(rng))


def _local(moment: datetime) -> datetime:
    return moment.astimezone(LOCAL)


def _same_offset(first: datetime, second: datetime) -> bool:
    return _local(first).utcoffset() == _local(second).utcoffset()


def _detention(rng: random.Random, number: int) -> dict:
    while True:
        day = FIRST.start_time.date() + timedelta(days=int(1219 * rng.random() ** 0.85))
        hour = rng.choice([0, 1, 2, 3, 9, 12, 15, 17, 19, 20, 21, 22, 23, 23])
        arrived = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60), tzinfo=UTC)
        held = timedelta(seconds=int(rng.lognormvariate(10.3, 0.9) if rng.random() < 0.94 else 4e6 * rng.random()))
        released = arrived + held
        if _same_offset(arrived, released):  # a clock that changes meanwhile has a test of its own
            break
    reviewed = arrived + timedelta(seconds=int(held.total_seconds() * rng.random())) if rng.random() < 0.8 else None
    there = _local(released).date() > AS_AT
    day = _local(arrived).date()
    cancelled = day + timedelta(days=rng.choice([0, 1, 5, 20, 40, 90, 300])) if rng.random() < 0.05 else None
    lpu, ward = _placed(rng, day)
    person = f"P{int(700 * rng.random() ** 2)}" if rng.random() < 0.9 else None
    return {
        "custody_ref": f"C{number:05}",
        "arrived_at": arrived,
        "reviewed_at": reviewed if reviewed is None or _local(reviewed).date() <= AS_AT else None,
        "released_at": None if there else released,
        "cancelled_on": cancelled if cancelled and cancelled <= AS_AT else None,
        "age": None if rng.random() < 0.04 else min(120, int(rng.gammavariate(5, 6.5))),
        "ethnicity": rng.choices(["white", "bme", "not_recorded", None], [70, 17, 5, 8])[0],
        "reason": rng.choices(["AR", "WA", "BR", "IM", "OT", None], [60, 14, 9, 5, 5, 7])[0],
        "risks": tuple(sorted(rng.sample(["self_harm", "violence", "illness"], rng.choice([0, 0, 1, 1, 2, 3])))),
        "disposal": None if there else rng.choices(["1", "2", "3", "4", "16"], [30, 15, 25, 28, 0.3])[0],
        "searched": rng.choice([True, False, False, None]),
        "checks": rng.choice([None, *range(12)]),
        "person_ref": person,
        "language": rng.choice(["English", "Polish", None]),
        "nationality": rng.choice(["British", None, None]),
        "occupation": rng.choice(["Driver", "None given", "Student", None]),
        "lpu": lpu,
        "ward": ward,
    }


def _placed(rng: random.Random, day: date) -> tuple[str | None, str | None]:
    lpu = None if rng.random() < 0.03 else rng.choices(list(LPUS), list(LPUS.values()))[0]
    wards = [name for name, (unit, first, last) in WARDS.items() if unit == lpu and first <= day <= last]
    ward = rng.choice([*wards, wards[0], None]) if wards else None
    if lpu is None and rng.random() < 0.2:
        ward = "Appleton"  # placed in a ward and in no unit
    return lpu, ward


def _edges() -> list[dict]:
    """Rows at the boundaries of the windows that end with August 2021, and their neighbours."""
    usual = {"reviewed_at": None, "cancelled_on": None, "age": 30, "ethnicity": "white", "reason": "AR", "risks": (),
             "disposal": None, "searched": None, "checks": 0, "person_ref": None, "language": None, "nationality": None,
             "occupation": None, "lpu": "Widnes", "ward": "Appleton"}  # fmt: skip

    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    last = moment("2021-08-31T22:30:00")
    told = [
        {"arrived_at": last, "released_at": moment("2021-09-02T08:00:00"), "disposal": "1"},  # there at the end
        {"arrived_at": last, "released_at": moment("2021-08-31T22:59:59"), "disposal": "4"},  # left on the last day
        {"arrived_at": last, "released_at": moment("2021-08-31T23:00:00"), "disposal": "4"},  # left a second later: September
        {"arrived_at": moment("2021-08-31T23:30:00"), "released_at": None},  # half past midnight in September
        {"arrived_at": moment("2020-08-31T23:30:00"), "released_at": moment("2020-09-01T09:00:00"), "disposal": "2"},
        {"arrived_at": moment("2020-08-31T22:59:59"), "released_at": moment("2020-09-01T09:00:00"), "disposal": "2"},
        {"arrived_at": moment("2021-01-31T23:30:00"), "released_at": moment("2021-02-01T00:10:00"), "disposal": "3"},
        {"arrived_at": moment("2021-08-02T10:00:00"), "released_at": moment("2021-08-02T11:00:00"), "disposal": "1",
         "cancelled_on": date(2021, 8, 31)},  # void on the last day
        {"arrived_at": moment("2021-08-02T10:00:00"), "released_at": moment("2021-08-02T11:00:00"), "disposal": "1",
         "cancelled_on": date(2021, 9, 1)},  # void a day later
        {"arrived_at": moment("2020-08-02T10:00:00"), "released_at": moment("2020-08-02T16:00:00"), "disposal": "1",
         "cancelled_on": date(2020, 9, 1)},  # a year earlier, as it was seen then
        {"arrived_at": moment("2021-08-15T10:00:00"), "released_at": moment("2021-08-15T10:00:00"), "disposal": "1",
         "cancelled_on": date(2021, 8, 15)},  # void on its own day; held for no time at all
        {"arrived_at": moment("2021-06-01T20:00:00"), "released_at": moment("2021-06-05T02:30:00"), "disposal": "1"},
        # four nights, of which the first is whole
        {"arrived_at": moment("2021-06-10T00:59:59"), "released_at": moment("2021-06-10T06:59:59"), "disposal": "1",
         "reviewed_at": moment("2021-06-10T06:59:59")},  # reviewed after 360 minutes to the second
        {"arrived_at": moment("2021-06-10T00:59:58"), "released_at": moment("2021-06-10T06:59:59"), "disposal": "1",
         "reviewed_at": moment("2021-06-10T06:59:59")},  # a second more
        {"arrived_at": moment("2021-03-03T12:00:00"), "released_at": moment("2021-03-03T13:00:00"), "disposal": "1",
         "person_ref": "Q1", "age": 17},
        {"arrived_at": moment("2021-06-01T12:00:00"), "released_at": moment("2021-06-01T13:00:00"), "disposal": "1",
         "person_ref": "Q1", "age": 18},  # 90 days later, and no longer under 18
        {"arrived_at": moment("2021-03-03T12:00:00"), "released_at": moment("2021-03-03T13:00:00"), "disposal": "1",
         "person_ref": "Q2", "age": 17, "cancelled_on": date(2021, 3, 4)},  # void, and yet an earlier one
        {"arrived_at": moment("2021-06-02T12:00:00"), "released_at": moment("2021-06-02T13:00:00"), "disposal": "1",
         "person_ref": "Q2", "age": 17},  # 91 days later
        {"arrived_at": moment("2021-06-02T15:00:00"), "released_at": moment("2021-06-02T16:00:00"), "disposal": "1",
         "person_ref": "Q2", "age": 17},  # the same day is not before
    ]  # fmt: skip
    return [usual | row | {"custody_ref": f"E{number:03}"} for number, row in enumerate(told)]


def _custody_frame(rows: list[dict]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for name in MOMENTS:
        utc = pd.to_datetime(frame[name], utc=True)
        frame[f"{name}_utc"] = utc
        frame[name] = utc.dt.tz_convert(LOCAL).dt.tz_localize(None)
    frame["cancelled_on"] = pd.to_datetime(frame["cancelled_on"])
    frame["age"], frame["checks"] = frame["age"].astype("Int64"), frame["checks"].astype("Int64")
    return frame


def _draw_hours(rng: random.Random) -> pd.DataFrame:
    rows = []
    for month in pd.period_range(FIRST, HOURS_LAST, freq="M"):
        for lpu in [*LPUS, None]:
            for group, size in (("officer", 900), ("detention", 1400), ("nurse", 150)):
                rostered = round(size * (0.6 + rng.random()), 2)
                worked = None if rng.random() < 0.04 else round(rostered * (0.8 + 0.3 * rng.random()), 3)
                sick = None if rng.random() < 0.1 else round(rostered * 0.09 * rng.random(), 6)
                row = {
                    "month": month,
                    "lpu": lpu,
                    "staff_group": group,
                    "rostered": rostered,
                    "worked": worked,
                    "sick": sick,
                }
                rows += [row] * (2 if rng.random() < 0.02 else 1)  # equal rows of aggregates are all kept
    frame = pd.DataFrame(rows)
    return frame[frame["month"] != HOURS_GAP].reset_index(drop=True)


def write(folder: Path, drawn: Drawn, seed: int = SEED) -> None:
    """Writes custody.csv, hours.csv and extract.yaml as an untidy system would: spellings, blank rows, duplicates."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    cells = [_cells(rng, row) for row in drawn.custody.to_dict("records")]
    cells += [dict(rng.choice(cells)) for _ in range(25)]
    plain = {"arrived_at": "2021-05-02 10:00", "lpu": "Crewe"}
    blank = dict.fromkeys(CUSTODY_COLUMNS, "")
    cells += [blank | plain | {"custody_ref": reference} | wrong for reference, wrong in REFUSED.items()]
    cells += [blank | {"ward": "  "} for _ in range(12)]
    rng.shuffle(cells)
    again = next(row for row in cells if row["custody_ref"].strip() == "C00007")
    cells.append(again | {"age": "41", "reason": "OT"})  # the same reference with other content: the first one stays
    with (folder / "custody.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, [*CUSTODY_COLUMNS, "officer_note"], restval="")
        writer.writeheader()
        writer.writerows(cells)
    hours = drawn.hours.astype(object).where(drawn.hours.notna(), "")
    hours.to_csv(folder / "hours.csv", index=False)
    (folder / "extract.yaml").write_text(f"title: Custody system\nas_at: {AS_AT}\n", encoding="utf-8")


def _cells(rng: random.Random, row: dict) -> dict[str, str]:
    text = {name: "" if _is_blank(row[name]) else str(row[name]) for name in CUSTODY_COLUMNS if name != "risks"}
    text |= {name: _moment(rng, row[name], row[f"{name}_utc"]) for name in MOMENTS}
    text["cancelled_on"] = "" if pd.isna(row["cancelled_on"]) else str(row["cancelled_on"].date())
    text["risks"] = rng.choice([";", "; "]).join(rng.sample(row["risks"], len(row["risks"])))
    if text["searched"]:
        text["searched"] = rng.choice(["Y", "yes", "TRUE", "1"] if row["searched"] else ["N", "no", "false", "0"])
    if text["age"]:
        text["age"] = rng.choice([text["age"], text["age"], f"{text['age']}.0", f"0{text['age']}"])
    if text["disposal"]:
        text["disposal"] = rng.choice([text["disposal"], f"{text['disposal']}.0", f"0{text['disposal']}"])
    if text["lpu"]:
        text["lpu"] = rng.choice([text["lpu"], text["lpu"].upper(), f" {text['lpu']} "])
    text["person_ref"] = text["person_ref"] or rng.choice(NOBODY)
    for name in ("language", "nationality", "occupation", "ethnicity"):
        text[name] = text[name] or rng.choice(SILENT)
    return text


def _is_blank(value: object) -> bool:
    return not isinstance(value, str | bool) and pd.isna(value)  # type: ignore[call-overload, no-any-return]


def _moment(rng: random.Random, local: pd.Timestamp, utc: pd.Timestamp) -> str:
    """A moment as systems write it: in UTC with a zone, with an offset, or as the local clock without one."""
    if pd.isna(local):
        return ""
    offset = "+01:00" if local.hour != utc.hour else "+00:00"
    spelled = [f"{utc:%Y-%m-%dT%H:%M:%S}Z", f"{utc:%Y-%m-%d %H:%M:%S}+00:00", f"{local:%Y-%m-%dT%H:%M:%S}{offset}"]
    if not _is_ambiguous(local):
        spelled.append(f"{local:%Y-%m-%d %H:%M:%S}")
    return rng.choice(spelled)


def _is_ambiguous(local: pd.Timestamp) -> bool:
    """Whether the local clock shows this time twice."""
    moment = local.to_pydatetime().replace(tzinfo=LOCAL)
    return moment.utcoffset() != moment.replace(fold=1).utcoffset()
