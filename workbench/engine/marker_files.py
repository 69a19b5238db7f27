"""Markers and notes that a person sets on a file or a recorded session, kept beside it or among the own files."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from pathlib import Path

from workbench.core.atomic import write_text
from workbench.core.errors import InputError
from workbench.core.timeline import Marker
from workbench.core.versions import check_version

log = logging.getLogger(__name__)

VERSION = 1
NAME = "markers.json"
"""In the folder of a session."""


class MarkerFiles:
    """Loads and saves markers.

    Those of a session lie in its folder, and go wherever it goes. Those of any other file, and of a session whose
    folder cannot be written, lie in `folder`, found by the file's path.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def _places(self, kind: str, path: str) -> tuple[Path, ...]:
        digest = hashlib.sha256(str(Path(path).resolve()).encode()).hexdigest()[:24]
        own = self.folder / f"{Path(path).stem[:40]}-{digest}.json"
        return (Path(path) / NAME, own) if kind == "session" else (own,)

    def load(self, kind: str, path: str) -> tuple[Marker, ...] | None:
        """All markers of a "file" or "session"; None where a person has not set any. Raises InputError: damaged, or
        from a newer version."""
        for place in self._places(kind, path)[::-1]:  # what could not be written beside it is newer
            if place.is_file():
                return _read(place)
        return None

    def save(self, kind: str, path: str, markers: tuple[Marker, ...]) -> Path:
        """Write all markers; gives where. Raises InputError where neither place can be written."""
        table = {
            "earshot_markers": VERSION,
            "of": Path(path).name,
            "markers": [{"time_s": marker.time_s, "text": marker.text} for marker in sorted(markers)],
        }
        text = json.dumps(table, ensure_ascii=False, indent=1) + "\n"
        beside, *others = places = self._places(kind, path)
        for place in places:
            try:
                if place is places[-1]:
                    place.parent.mkdir(parents=True, exist_ok=True)
                if not os.access(place.parent, os.W_OK):
                    raise PermissionError(13, "Permission denied")
                write_text(place, text)
            except OSError as error:
                log.info("%s: no markers there: %s", place, error)
                continue
            if place is beside:
                for other in others:
                    other.unlink(missing_ok=True)
            return place
        raise InputError(f"{places[-1]}: the markers cannot be written; is there space left?")


def _read(place: Path) -> tuple[Marker, ...]:
    try:
        table = json.loads(place.read_text(encoding="utf-8"))
        check_version(table["earshot_markers"], VERSION, place)
        return tuple(sorted(Marker(float(one["time_s"]), str(one.get("text", ""))) for one in table["markers"]))
    except OSError as error:
        raise InputError(f"{place}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{place}: the markers are damaged ({error!r})") from error
