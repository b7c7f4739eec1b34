"""Turns the starter's themes into what a team needs around a workbook: checks by a forge, owners, and how it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from thematic.adoption.keys import said_by

Forge = Literal["github", "gitlab", "both", "none"]
FORGES: tuple[Forge, ...] = ("github", "gitlab", "both", "none")
_TEMPLATES = Path(__file__).parent / "templates"
_CHECKS = {"github": (".github/workflows/thematic.yml", "github.yml"), "gitlab": (".gitlab-ci.yml", "gitlab.yml")}
_OWNERS = """\
# Who is asked to review a change. Take away the # of a line and put a person or a team of yours in place of @owner.
# The last line that fits a file counts.
#* @owner
#/params/force.yaml @owner
#/params/assurance.yaml @owner
#/params/signoff/ @owner
#/params/tables/ @owner
#/params/measures/ @owner
"""


def team_files(starter: Mapping[str, Path], forge: Forge) -> dict[str, bytes]:
    """What a team's workbook has besides params and notebooks, by its paths: CODEOWNERS by the themes of the starter's
    files, CONTRIBUTING.md, and the checks of the forge."""
    wanted = [place for name, place in _CHECKS.items() if forge in (name, "both")]
    templates = [("CONTRIBUTING.md", "CONTRIBUTING.md"), *wanted]
    files = {name: (_TEMPLATES / template).read_bytes() for name, template in templates}
    return {**files, "CODEOWNERS": (_OWNERS + "".join(_owned(starter))).encode()}


def _owned(starter: Mapping[str, Path]) -> Iterator[str]:
    """The lines of each theme: its title, and its files."""
    for name, path in starter.items():
        if name.startswith("params/themes/"):
            theme = said_by(name, path.read_bytes())
            yield f"\n# {theme.get('title', path.stem)}\n"
            for file in (name, f"params/commentary/{path.stem}/", f"notebooks/{theme.get('notebook', '*')}"):
                yield f"#/{file} @owner\n"
