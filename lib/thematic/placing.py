"""Turns products into files in place, each written whole or not at all, and clears away what they replace."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from thematic.editions import FORMATS, NOTEBOOK, Edition
from thematic.manifest import SUFFIX, Manifest, read_manifest
from thematic.production import Failure, Job, Product

_PART = ".part"


def write_whole(path: Path, data: bytes) -> None:
    """Writes beside the file and renames into place, so that no one ever finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}{_PART}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def clear_leftovers(out: Path, editions: Iterable[Edition]) -> None:
    """Removes the half-written files that a build which was killed left of these editions."""
    for edition in editions:
        for target in (edition.path(out, SUFFIX), edition.failed_path(out)):
            for part in target.parent.glob(f".{edition.area.slug}.*{_PART}"):
                part.unlink(missing_ok=True)


def place(out: Path, product: Product) -> None:
    """Puts the product's files in place, the manifest last.

    Files of the edition that were made from the same things stay, and stay in the manifest; all others go, and so
    does the notebook of an earlier failure.
    """
    edition = product.edition
    path = edition.path(out, SUFFIX)
    manifest = Manifest.model_validate_json(product.files[SUFFIX])
    before = read_manifest(path)
    kept: dict[str, Any] = {}
    if before is not None and before.key == manifest.key:
        missing = before.missing(edition, out, set(before.formats))
        kept = {suffix: made for suffix, made in before.formats.items() if suffix not in missing}
    else:
        path.unlink(missing_ok=True)
    formats = kept | manifest.formats
    for suffix, data in product.files.items():
        if suffix != SUFFIX:
            write_whole(edition.path(out, suffix), data)
    _remove(edition, out, _suffixes(before) - set(formats))
    write_whole(path, manifest.model_copy(update={"formats": formats}).to_bytes())
    _remove_file(edition.failed_path(out), out)


def place_failure(out: Path, job: Job, product: Product) -> None:
    """Keeps the notebook of a failed report under failed/, and removes what an earlier run made of the edition."""
    edition = product.edition
    before = read_manifest(edition.path(out, SUFFIX))
    _remove_file(edition.path(out, SUFFIX), out)
    _remove(edition, out, _suffixes(before))
    message = product.failure.message if product.failure else ""
    write_whole(edition.failed_path(out), product.failed_notebook or _unfinished(job, message))


def placed(out: Path, job: Job, product: Product) -> Failure | None:
    """Puts a product, good or failed, in place. The failure of the report, or of writing its files."""
    try:
        if product.failure is None:
            place(out, product)
        else:
            place_failure(out, job, product)
    except OSError as error:
        return Failure("unwritten", f"its files cannot be written: {error.strerror or type(error).__name__}")
    return product.failure


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
