"""A workbook with the mistakes that the troubleshooting page tells of, and the blocks in which it quotes the answers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drawn import REPOSITORY, notebook, workbook_folder

BLOCK = re.compile(r'^```text(?: title="(?P<title>[^"]*)")?\n\$ (?P<command>[^\n]*)\n(?P<said>.*?)\n```$', re.M | re.S)
HEADING = "crime_ref,recorded_on,offence_code,lpu,local_authority,domestic,hate_strands,outcome_code,outcome_on"
CRIMES = f"{HEADING}\nc1,2020-12-03,8N,Widnes,Halton,Y,,,\nc2,2021-01-14,8N,Crewe,Cheshire East,Y,,16,2021-01-30\n"


@dataclass(frozen=True)
class Quoted:
    """One answer that a page quotes: the command, what it says, and the title that tells in what situation."""

    title: str
    command: str
    said: str

    @property
    def words(self) -> list[str]:
        """The words of the `thematic` command, which a make command stands for."""
        program, *words = self.command.split()
        if program == "thematic":
            return words
        given = [word.partition("=") for word in words[1:] if "=" in word]
        goals = [word for word in words[1:] if "=" not in word]
        options = [text for name, _, value in given for text in (f"--{name.lower()}", value)]
        return [{"thematic": "build"}.get(words[0], words[0]), *options, *goals]


def quoted(page: Path) -> Iterator[Quoted]:
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        yield Quoted(found["title"] or "", found["command"], found["said"])


def mistaken_workbook(place: Path) -> Path:
    """A workbook with an extract of two crimes, and folders of extracts that are wrong in one way each."""
    workbook_folder(place)
    shutil.copytree(REPOSITORY / "data" / "reference", place / "data" / "reference", dirs_exist_ok=True)
    _write(place / "data/raw/crimes.csv", CRIMES)
    _write(place / "report.txt", "")
    for path, text in _extracts().items():
        _write(place / "extracts" / path, text)
    return place


def _extracts() -> dict[str, str | bytes]:
    bad = [f"c{number},2020-12-{number:02d},8N,Widnes,Halton,Y,,,\n" for number in range(1, 9)]
    bad += [f"c{number},{number}/12/2020,8N,Widnes,Halton,Y,,,\n" for number in range(9, 19)]
    bad += ["c19,2020-12-15,8N,Widness,Halton,Y,,,\n", "c20,2020-12-15,8N,Widnes,Halton,Y,,16,\n"]
    street = "Crime ID,Month,Crime type,LSOA code,Longitude,Latitude\nx,2021-01,Burglary,E01012345,-2.7,53.4\n"
    return {
        "nothing/crimes.xlsx": "",
        "no-column/crimes.csv": CRIMES.replace("domestic", "dom_abuse").replace(",outcome_on", ""),
        "semicolons/crimes.csv": CRIMES.replace(",", ";"),
        "utf-16/crimes.csv": CRIMES.encode("utf-16"),
        "twice/crimes.csv": CRIMES,
        "twice/crimes.parquet": "",
        "bad-rows/crimes.csv": HEADING + "\n" + "".join(bad),
        "download/2021-01/2021-01-cheshire-street.csv": street,
        "lookup.csv": "lsoa_code,local_authority,lpu\nE01012345,Halton,Widness\n",
    }


def _write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def _slips(place: Path) -> None:
    _replace(place / "params/measures/asb_incidents.yaml", "polarity: lower", "polarity: lower is better")
    _replace(place / "params/measures/dvpn_authorised.yaml", "owner:", "ownerr:")
    _replace(place / "params/themes/hate-crime.yaml", "  hate_recorded:", "  hate_recoded:")
    _replace(place / "params/events.yaml", "2020-06-23", "23 June 2020")


def _notebook(place: Path) -> None:
    (place / "notebooks/rape.ipynb").write_bytes(notebook(parameters='periode = "2021-01"\narea = "force"'))


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


SITUATIONS: dict[str, Callable[[Path], None]] = {
    "": lambda _: None,
    "In another folder": lambda place: shutil.rmtree(place / "notebooks"),
    "After four slips under params/": _slips,
    "After a change to a notebook's first cell": _notebook,
}
