"""Network files and the manifest beside them, which has the facts of each and the checksum that it must have.

`{"schema": N, "models": {NAME: {"file", "sha256", …}}}`; what else an entry has is up to the kind of network.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from workbench.core.atomic import write_text
from workbench.core.errors import InputError


class _Entry(Protocol):
    """A dataclass with one entry of a manifest."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def file(self) -> str: ...

    @property
    def sha256(self) -> str: ...


Facts = TypeVar("Facts", bound=_Entry)


@dataclass(frozen=True)
class Manifest(Generic[Facts]):
    """One kind of manifest.

    Attributes
    ----------
    name : str
        Of its file.
    schema : int
        The one that is read and written.
    holds : str
        What a person calls its networks, in the plural.
    remedy : str
        What a person can do where something is wrong.
    entry : dict -> Facts
        Makes the facts of an entry. What is no entry raises KeyError, ValueError, TypeError or AttributeError.
    """

    name: str
    schema: int
    holds: str
    remedy: str
    entry: Callable[[dict[str, Any]], Facts]

    def read(self, folder: Path) -> dict[str, Facts]:
        """The networks of a folder by name.

        Raises
        ------
        InputError
            Missing, not JSON, of another schema, or an entry that lacks something.
        """
        path = folder / self.name
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if data["schema"] != self.schema:
                raise InputError(f"{path}: schema {data['schema']}, this program reads {self.schema}; {self.remedy}")
            return {name: self.entry(entry) for name, entry in data["models"].items()}
        except FileNotFoundError:
            raise InputError(f"{path}: no such file; {self.remedy}") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); {self.remedy}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{path}: not a manifest of {self.holds} ({error!r}); {self.remedy}") from error

    def write_entry(self, folder: Path, name: str, facts: Facts) -> None:
        """Add or replace one network in a folder's manifest. Raises OSError, and InputError as `read`."""
        path = folder / self.name
        models = {**(self.read(folder) if path.is_file() else {}), name: facts}
        document = {"schema": self.schema, "models": {key: asdict(models[key]) for key in sorted(models)}}
        write_text(path, json.dumps(document, indent=1) + "\n")

    def named(self, path: Path) -> Facts:
        """The facts of a file that lies beside its manifest. Raises InputError: it is not in it."""
        for facts in self.read(path.parent).values():
            if facts.file == path.name:
                return facts
        raise InputError(f"{path}: not in {path.parent / self.name}; {self.remedy}")

    def load(self, path: Path, facts: Facts, expected: Mapping[str, object]) -> bytes:
        """A network's bytes, when they are those of the manifest and its facts are what the program expects.

        Raises
        ------
        InputError
            Made for something else, missing, damaged or altered.
        """
        for key, value in expected.items():
            if getattr(facts, key) != value:
                raise InputError(
                    f"{path}: made for {key} = {getattr(facts, key)}, this program needs {value}; {self.remedy}"
                )
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); {self.remedy}") from error
        if hashlib.sha256(data).hexdigest() != facts.sha256:
            raise InputError(f"{path}: damaged or altered (its SHA-256 is not the one in {self.name}); {self.remedy}")
        return data
