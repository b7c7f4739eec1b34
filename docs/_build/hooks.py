"""Gives mkdocs the pages that are made from params/ and the code, the changelog, and the typeface of the reports."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from code_lists import code_list_pages
from dictionary import dictionary
from figures_page import figures_csv
from in_words import Unexplained
from lists import respaced
from measure_pages import glossary, measure_pages
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from module_page import modules_page

from thematic.core.errors import UserError
from thematic.core.workbook import Workbook
from thematic.params import load_params

FONTS = ("ThematicSans-Regular.woff2", "ThematicSans-SemiBold.woff2", "ThematicSans-Italic.woff2")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what is generated. Nothing of it is written into docs/."""
    root = Path(config.config_file_path).parent
    try:
        pages = _pages(root)
    except (UserError, Unexplained) as error:
        raise PluginError(str(error)) from error
    for uri, content in pages.items():
        files.append(File.generated(config, uri, content=content))
    for name in FONTS:
        font = root / "lib" / "thematic" / "exporters" / "fonts" / name
        files.append(File.generated(config, f"fonts/{name}", abs_src_path=str(font)))
    config.nav = expanded(config.nav, [file.src_uri for file in files.documentation_pages()])
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    return respaced(markdown)


def on_post_page(output: str, **_: object) -> str:
    """Names the search for a screen reader, which the theme leaves out."""
    return output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )


def expanded(nav: Any, pages: Collection[str]) -> Any:
    """The navigation with each pattern, such as `decisions/*.md`, as the pages it matches; an index comes first."""
    match nav:
        case list():
            return [expanded(item, pages) for item in nav]
        case dict():
            return {title: expanded(item, pages) for title, item in nav.items()}
        case str() if "*" in nav:
            return sorted(fnmatch.filter(pages, nav), key=lambda uri: uri.removesuffix(".md").removesuffix("index"))
    return nav


def _pages(root: Path) -> dict[str, str]:
    """Every generated page by its path under docs/."""
    params = load_params(Workbook(root))
    return {
        "reference/data-dictionary.md": dictionary(params),
        "reference/figures-csv.md": figures_csv(),
        "reference/glossary.md": glossary(params),
        "reference/modules.md": modules_page(root),
        "changelog.md": _changelog(root),
        **code_list_pages(params),
        **measure_pages(params),
    }


def _changelog(root: Path) -> str:
    """CHANGELOG.md, with links to the pages that it names."""
    return re.sub(r"\bdocs/([\w/-]+\.md)\b", r"[\1](\1)", (root / "CHANGELOG.md").read_text(encoding="utf-8"))
