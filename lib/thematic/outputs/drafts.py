"""Turns an edition, and what lies in the workbook today, into the manifest that it would be made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version

from thematic.core.areas import Area
from thematic.core.digests import digest, digest_bytes
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes.cubes import Index
from thematic.outputs.editions import Edition, edition_key, params_files, shared_inputs, with_commentary
from thematic.outputs.manifest import Manifest
from thematic.outputs.notebooks import notebook_bytes, without_parameters
from thematic.params import Params


@dataclass(frozen=True)
class Drafts:
    """What reports are made from today: params, data, the digest of each theme's notebook, code and lock (`shared`)."""

    params: Params
    index: Index
    notebooks: Mapping[str, str]
    shared: Mapping[str, str]

    @classmethod
    def of(cls, workbook: Workbook, params: Params, index: Index, notebooks: Mapping[str, bytes]) -> Drafts:
        """Those of a workbook; `notebooks` are those read already, by file name, and the others are read here."""
        names = {slug: theme.notebook for slug, theme in params.themes.items()}
        read = {
            name: without_parameters(notebook_bytes(workbook.file(f"notebooks/{name}")))
            for name in {*names.values()} - notebooks.keys()
        }
        digests = {slug: digest_bytes((read | dict(notebooks))[name]) for slug, name in names.items()}
        return cls(params, index, digests, shared_inputs(workbook))

    def manifest(self, edition: Edition) -> Manifest:
        """The manifest as far as it is known before the report is made."""
        theme = self.params.themes[edition.theme]
        files = self._files(edition)
        inputs = self._inputs(edition, files)
        key = edition_key(edition, inputs)
        self._keys[edition.theme, str(edition.period), edition.area.slug, edition.audience] = key
        return Manifest(
            product=_product(),
            theme=edition.theme,
            theme_title=theme.title,
            goal=theme.goal,
            period=str(edition.period),
            area=edition.area.slug,
            area_name=edition.area.name,
            level="" if edition.area.is_force else edition.area.level,
            audience=edition.audience,
            synthetic=self.index.synthetic,
            source=self.index.title,
            key=key,
            inputs=inputs,
            params=files,
        )

    def up_to_date(self, report: Manifest) -> bool:
        """Whether a report would be made from the same things today; its files are not looked at."""
        known = self._keys.get((report.theme, report.period, report.area, report.audience))
        if known is not None:
            return report.key == known
        area = self._areas.get(report.theme, {}).get(report.area)
        if area is None or report.period not in self.index.slices[report.theme]:
            return False
        edition = Edition(report.theme, Month.parse(report.period), area, report.audience)
        return report.key == edition_key(edition, self._inputs(edition, self._files(edition)))

    @cached_property
    def _keys(self) -> dict[tuple[str, str, str, str], str]:
        """The keys of the manifests that have been drafted, by theme, period, area and audience."""
        return {}

    def _files(self, edition: Edition) -> dict[str, str]:
        return with_commentary(self._theme_files[edition.theme], edition, self.params)

    @cached_property
    def _areas(self) -> dict[str, dict[str, Area]]:
        """The areas that each theme is reported for, by slug."""
        return {theme: {area.slug: area for area in self.params.report_areas(theme)} for theme in self.params.themes}

    @cached_property
    def _theme_files(self) -> dict[str, dict[str, str]]:
        return {theme: params_files(self.params, theme) for theme in self.params.themes}

    @cached_property
    def _theme_digests(self) -> dict[str, str]:
        return {theme: digest(files) for theme, files in self._theme_files.items()}

    def _digest(self, theme: str, files: Mapping[str, str]) -> str:
        """The digest of what an edition rests on under params/: its theme's, but where it has words of its own."""
        return self._theme_digests[theme] if len(files) == len(self._theme_files[theme]) else digest(files)

    def _inputs(self, edition: Edition, files: Mapping[str, str]) -> dict[str, str]:
        return {
            "notebook": self.notebooks[edition.theme],
            "lib": self.shared["lib"],
            "params": self._digest(edition.theme, files),
            "cubes": self.index.slices[edition.theme][str(edition.period)],
            "lock": self.shared["lock"],
        }


@cache
def _product() -> str:
    return version("thematic")
