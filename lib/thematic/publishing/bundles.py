"""Turns a folder of files into something to hand on: checksums of what is in it, and a zip of it all."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from thematic.core.digests import digest_file
from thematic.core.folders import close_to_others

CHECKSUMS = "SHA256SUMS.txt"

_NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can hold: the same files give the same bytes whenever they are bundled."""
_UNIX, _READABLE = 3, 0o644 << 16


def write_checksums(folder: Path) -> None:
    """Writes the SHA-256 of every file in the folder, in the form that `sha256sum -c` reads."""
    lines = [f"{digest_file(path)}  {name}\n" for name, path in _files(folder).items()]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def write_zip(folder: Path, name: str, archive: Path, private: bool) -> None:
    """Writes a zip of the folder that unpacks to a folder of that name, whole or not at all; a `private` one for its
    owner alone."""
    part = archive.with_name(f".{archive.name}.part")
    try:
        with ZipFile(part, "w", ZIP_DEFLATED) as zipped:
            for inside, path in _files(folder).items():
                entry = ZipInfo(f"{name}/{inside}", _NO_TIME)
                entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, _UNIX, _READABLE
                zipped.writestr(entry, path.read_bytes())
        if private:
            close_to_others(part)
        part.replace(archive)
    finally:
        part.unlink(missing_ok=True)


def _files(folder: Path) -> dict[str, Path]:
    """The files under the folder by their paths from there, in order."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return dict(sorted(found.items()))
