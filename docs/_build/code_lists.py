"""Turns the code lists of data/reference into their pages: each code, and what the list says of it."""

from __future__ import annotations

from collections.abc import Iterator

from md import anchored, code, codes, page, table

from thematic.params import Params
from thematic.params.lists import OWN_FOLDER, CodeList
from thematic.params.tables import Lookup


def code_list_pages(params: Params) -> dict[str, str]:
    """The pages by path: an index, and one for each list."""
    pages = {f"reference/codes-{name}.md": _page(params, found) for name, found in params.lists.items()}
    return {"reference/codes.md": _index(params), **pages}


def _index(params: Params) -> str:
    rows = [
        (f"[{code(name)}](codes-{name}.md)", f"{len(found.rows):,}", codes(_users(params, name)))
        for name, found in params.lists.items()
    ]
    return page(
        "# Code lists",
        "A column of codes either has its codes in the table's own file ([the data dictionary](data-dictionary.md)), "
        "or names a list of `data/reference/`: a CSV with the column `code` and any others. A force adds codes, or "
        f"gives one another meaning, in `params/{OWN_FOLDER}/<list>.csv` with the same columns.",
        table(["list", "codes", "used by"], rows) if rows else "No table names a list.",
        description="The lists of codes that columns of the extracts may hold.",
    )


def _users(params: Params, name: str) -> Iterator[str]:
    """The columns that hold the list's codes or are looked up in it."""
    for key, declared in params.tables.items():
        for column, said in declared.columns.items():
            if said.list == name:
                yield f"{key}.{column}"
        for column, derived in declared.derived.items():
            if isinstance(derived, Lookup) and derived.lookup.source == name:
                yield f"{key}.{column}"


def _page(params: Params, found: CodeList) -> str:
    others = [name for name in found.columns if name != "code"]
    rows = [
        (anchored(each, f"code-{each}"), *(said.get(name, "") for name in others)) for each, said in found.rows.items()
    ]
    return page(
        f"# Codes: {found.name.replace('_', ' ')}",
        f"The {len(found.rows):,} codes of `data/reference/{found.name}.csv`, with the force's own additions in "
        f"`params/{OWN_FOLDER}/{found.name}.csv`. Used by {codes(_users(params, found.name))}.",
        table(["code", *(name.replace("_", " ") for name in others)], rows),
        description=f"Every code of the list {found.name}.",
    )
