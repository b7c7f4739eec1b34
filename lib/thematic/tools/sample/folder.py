"""Turns the reference lists into data/sample/, the folder of the synthetic sample, where it is not up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from thematic.core.digests import code_digest, digest, digest_file
from thematic.core.folders import mend, replacing
from thematic.core.workbook import Workbook
from thematic.tools.sample.own_areas import own_areas

_STAMP = "made_from.txt"


def fresh_sample(workbook: Workbook, say: Callable[[str], None]) -> Path:
    """The folder of the sample, made where it is absent or was made by another generator, from another reference, or
    for other areas."""
    mend(workbook.sample)
    reference = sorted(path for path in workbook.reference.iterdir() if path.is_file())
    own = own_areas(workbook)
    files = [[path.name, digest_file(path)] for path in reference]
    made_from = digest([code_digest("tools/sample"), files, own])
    stamp = workbook.sample / _STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == made_from:
        return workbook.sample
    from thematic.tools.sample.writer import write_sample

    say(f"Making the synthetic sample: {workbook.shown(workbook.sample)}")
    with replacing(workbook.sample, private=False) as folder:
        write_sample(folder, workbook.reference, own)
        (folder / _STAMP).write_text(made_from + "\n", encoding="utf-8", newline="\n")
    return workbook.sample
