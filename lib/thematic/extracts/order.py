"""Says what one build of the warehouse is to be made from, and the digest that tells whether it must be made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from thematic.core.digests import digest, digest_file, stage_digest
from thematic.extracts.police_uk_files import STOPS
from thematic.extracts.sources import Source
from thematic.params import Params
from thematic.params.sources import ExtractSettings


@dataclass(frozen=True)
class Order:
    """What is to be built: a source that messages call `shown`, by what params declare, on the day `today`.

    `lookup` places LSOAs and is read for data.police.uk alone. `root` is the folder of the workbook.
    """

    source: Source
    shown: str
    settings: ExtractSettings
    lookup: Path | None
    lookup_shown: str
    params: Params
    today: date
    root: Path

    @property
    def outlines(self) -> Path | None:
        """The file of the units' polygons, which place what has a point alone; None where there is none of that."""
        declared = self.params.force.boundaries
        is_used = any(file.kind == STOPS for file in self.source.months)
        return self.root / declared.file if declared is not None and is_used else None

    @property
    def end(self) -> date:
        """The last day a record may bear."""
        return self.settings.as_at or self.today

    @property
    def area_names(self) -> dict[str, list[str]]:
        """The names of the areas of each level."""
        return {level: [area.name for area in found.areas] for level, found in self.params.levels.items()}

    def key(self) -> str:
        """The digest of everything the warehouse rests on; `today` only where the extract does not say its end."""
        read_lookup = self.source.is_police_uk and self.lookup is not None and self.lookup.is_file()
        return digest(
            {
                "files": self.source.digests(),
                "spelling": {name: file.spelling for name, file in self.source.tables.items()},
                "unread": self.source.unread,
                "settings": self.settings.model_dump(mode="json"),
                "force": self.params.force.model_dump(mode="json"),
                "tables": {name: table.model_dump(mode="json") for name, table in self.params.tables.items()},
                "areas": self.area_names,
                "lists": {name: dict(found.rows) for name, found in self.params.lists.items()},
                "outlines": digest_file(self.outlines) if self.outlines else None,
                "lookup": digest_file(self.lookup) if read_lookup and self.lookup else None,
                "code": stage_digest("extracts"),
                "today": None if self.settings.as_at else self.today,
            }
        )
