"""Says what one build of the warehouse is to be made from, and the digest that tells whether it must be made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from thematic.core.digests import digest, digest_file, stage_digest
from thematic.extracts.offences import Offence
from thematic.extracts.sources import Source
from thematic.params.models import ForceParams
from thematic.params.sources import ExtractSettings


@dataclass(frozen=True)
class Order:
    """What is to be built: a source that messages call `shown`, under the force's params, on the day `today`.

    `lookup` places LSOAs and is read for data.police.uk alone.
    """

    source: Source
    shown: str
    settings: ExtractSettings
    lookup: Path | None
    lookup_shown: str
    force: ForceParams
    offences: dict[str, Offence]
    today: date

    @property
    def end(self) -> date:
        """The last day a record may bear."""
        return self.settings.as_at or self.today

    def key(self) -> str:
        """The digest of everything the warehouse rests on; `today` only where the extract does not say its end."""
        read_lookup = self.source.is_police_uk and self.lookup is not None and self.lookup.is_file()
        return digest(
            {
                "files": self.source.digests(),
                "unread": self.source.unread,
                "force": self.force.model_dump(mode="json"),
                "offences": [vars(offence) for offence in self.offences.values()],
                "lookup": digest_file(self.lookup) if read_lookup and self.lookup else None,
                "code": stage_digest("extracts"),
                "today": None if self.settings.as_at else self.today,
            }
        )
