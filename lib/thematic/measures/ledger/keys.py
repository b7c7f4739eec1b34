"""The keys of the ledger: the one that months are booked with, and those of earlier months, for its owner alone."""

from __future__ import annotations

import secrets

from thematic.core.errors import DataRefused
from thematic.core.workbook import Workbook
from thematic.measures.ledger.draws import fingerprint
from thematic.measures.ledger.files import KEY, months_booked, own_folder, read_month, write_private

_KEY_BYTES = 32
_SAMPLE_KEY = b"the key of made-up data is known"


def key_of(workbook: Workbook, *, synthetic: bool) -> bytes:
    """The key of the ledger: of made-up data a known one, else that of data/ledger/key, made by the first booking.

    Raises DataRefused where there is none and months were booked with one.
    """
    if synthetic:
        return _SAMPLE_KEY
    path = workbook.ledger / KEY
    if path.is_file():
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise DataRefused(
                f"{workbook.shown(path)}: is no key of {_KEY_BYTES} bytes. Bring it back from the backup."
            )
        return key
    if months_booked(workbook):
        raise DataRefused(
            f"{workbook.shown(path)}: is not there, and months were booked with it. Bring it back from the backup; "
            "where there is none, give the next booking --new-key."
        )
    key = new_key()
    _write(workbook, key)
    return key


def new_key() -> bytes:
    """A key that nobody knows."""
    return secrets.token_bytes(_KEY_BYTES)


def change_key(workbook: Workbook, key: bytes) -> None:
    """Makes a key that of the months to come; the one before it, where it is there, is kept beside it under its
    fingerprint, so that its months can be worked out again."""
    path = workbook.ledger / KEY
    if path.is_file():
        old = path.read_bytes()
        write_private(path.with_name(f"{KEY}.{fingerprint(old)}"), old)
    _write(workbook, key)


def keys_of(workbook: Workbook, key: bytes) -> dict[str, bytes]:
    """The keys that are known, by fingerprint: that of the months to come and those kept of months before."""
    kept = [path.read_bytes() for path in sorted(workbook.ledger.glob(f"{KEY}.*")) if not path.name.endswith(".part")]
    return {fingerprint(each): each for each in [*kept, key]}


def is_of_sample(workbook: Workbook) -> bool | None:
    """Whether the months that were booked are of made-up data; None where there are none."""
    months = months_booked(workbook)
    return read_month(workbook, months[-1]).header.key == fingerprint(_SAMPLE_KEY) if months else None


def _write(workbook: Workbook, key: bytes) -> None:
    own_folder(workbook.ledger)
    write_private(workbook.ledger / KEY, key)
