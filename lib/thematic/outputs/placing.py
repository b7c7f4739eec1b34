"""Turns products into files in place, each written whole or not at all, and clears away what they replace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from thematic.core.errors import reason
from thematic.core.folders import close_to_others, make_private, write_new
from thematic.core.periods import NAMED_BY_MONTH
from thematic.outputs.beside import without_files
from thematic.outputs.editions import FAILED, FORMATS, NOTEBOOK, Edition, is_private, making_folder
from thematic.outputs.jobs import Failure, Job, Product
from thematic.outputs.manifest import SUFFIX, Manifest, read_manifest

_PART = ".part"


def write_whole(path: Path, data: bytes, *, private: bool = False) -> None:
    """Writes beside the file and renames into place, so that no one ever finds half of it.

    A `private` one, and the folders that are made for it, only the owner may read.
    """
    _write_all({path: data}, private)


def _write_all(files: Mapping[Path, bytes], private: bool, gone: Path | None = None) -> None:
    """Writes all the files beside where they go before the first of them is renamed into place, and before the file
    `gone` is removed."""
    parts = {path: path.with_name(f".{path.name}{_PART}") for path in files}
    try:
        for path, data in files.items():
            if private:
                make_private(path.parent)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_new(parts[path], data, private=private)
        if gone is not None:
            gone.unlink(missing_ok=True)
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def clear_leftovers(out: Path) -> None:
    """Removes the half-written files that a build which was killed left in a folder of reports, and in that of their
    making."""
    making = making_folder(out, "public")
    places = [out, out / "share", *out.glob(f"{NAMED_BY_MONTH}/**"), *(out / FAILED).glob("**"), *making.glob("**")]
    for part in [part for place in places for part in place.glob(f".*{_PART}")]:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def place(out: Path, product: Product) -> None:
    """Puts the product's files in place, the manifest last.

    Files of the edition that were made from the same things stay, and stay in the manifest; all others go, and so
    does the notebook of an earlier failure. Where there is no room for all, the earlier report stays whole.
    """
    edition = product.edition
    path = edition.path(out, SUFFIX)
    manifest = Manifest.model_validate_json(product.files[SUFFIX])
    before = read_manifest(path)
    kept: dict[str, Any] = {}
    is_same = before is not None and before.key == manifest.key
    if before is not None and is_same:
        missing = before.missing(edition, out, set(before.formats))
        kept = {suffix: made for suffix, made in before.formats.items() if suffix not in missing}
    formats = kept | manifest.formats
    files = {edition.path(out, suffix): data for suffix, data in product.files.items() if suffix != SUFFIX}
    private = is_private(edition.audience)
    whole = files | {path: manifest.model_copy(update={"formats": formats}).to_bytes()}
    _write_all(whole, private, gone=None if is_same else path)
    if private and before is not None and before.audience != edition.audience:
        close_to_others(out / edition.folder.parts[0])
    _remove(edition, out, _suffixes(before) - set(formats))
    _remove_file(edition.failed_path(out), making_folder(out, edition.audience))


def forget_failure(out: Path, edition: Edition) -> None:
    """Removes the notebook of an earlier failure of an edition that is up to date all the same, its inputs being again
    what they were."""
    with suppress(OSError):
        _remove_file(edition.failed_path(out), making_folder(out, edition.audience))


def place_failure(out: Path, job: Job, product: Product) -> None:
    """Keeps the notebook of a failed report under failed/. What was made of the edition before stays; its manifest says
    what it was made from, so that nobody takes it for today's.

    A report of another audience goes: it was to make room for this one.
    """
    edition = product.edition
    before = read_manifest(edition.path(out, SUFFIX))
    if before is not None and before.audience != edition.audience:
        _remove_file(edition.path(out, SUFFIX), out)
        _remove(edition, out, _suffixes(before))
    message = product.failure.message if product.failure else ""
    write_whole(edition.failed_path(out), product.failed_notebook or _unfinished(job, message), private=True)


def placed(out: Path, job: Job, product: Product) -> Failure | None:
    """Puts a product, good or failed, in place. The failure of the report, or of writing its files.

    A report that cannot be written is as one that failed: the earlier one stays, or no file of it.
    """
    try:
        if product.failure is None:
            place(out, product)
        else:
            place_failure(out, job, product)
    except OSError as error:
        _withdraw(out, job.edition)
        return product.failure or Failure("unwritten", f"its files cannot be written: {reason(error)}")
    return product.failure


def _withdraw(out: Path, edition: Edition) -> None:
    """Removes the edition's files, as far as that can be done, where no manifest says what they are."""
    if read_manifest(edition.path(out, SUFFIX)) is None:
        for suffix in (SUFFIX, *_suffixes(None)):
            with suppress(OSError):
                _remove_file(edition.path(out, suffix), out)


def _suffixes(manifest: Manifest | None) -> set[str]:
    return {NOTEBOOK, *FORMATS, *(manifest.formats if manifest else ())}


def _remove(edition: Edition, out: Path, suffixes: Iterable[str]) -> None:
    for suffix in suffixes:
        _remove_file(edition.path(out, suffix), out)


def _remove_file(path: Path, out: Path) -> None:
    """Removes the file, and the folders above it that are empty then."""
    if not path.parent.is_dir():
        return
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == out:
            return
        with suppress(OSError):
            folder.rmdir()


def _unfinished(job: Job, message: str) -> bytes:
    """The notebook of a report whose process ended before it could hand its own over: with its parameters, not run."""
    notebook = json.loads(job.notebook)
    without_files(notebook["metadata"])
    cells = notebook["cells"]
    tagged = (n for n, cell in enumerate(cells) if "parameters" in cell.get("metadata", {}).get("tags", []))
    source = "\n".join(f'{name} = "{value}"' for name, value in job.edition.parameters.items())
    tags = {"tags": ["injected-parameters"]}
    cells.insert(next(tagged, -1) + 1, _cell("code", source, metadata=tags, execution_count=None, outputs=[]))
    cells.insert(0, _cell("markdown", f"**Not finished:** {message}", metadata={}))
    for number, cell in enumerate(cells, start=1):
        cell["id"] = f"cell-{number}"
    notebook["nbformat_minor"] = 5
    return (json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _cell(kind: str, source: str, **rest: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, **rest}
