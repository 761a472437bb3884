"""Results at an address: each is made in a folder here, and goes to where fsspec finds it as soon as it is whole."""

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from enhancer.batch.hands import Hand
from enhancer.batch.places import File
from enhancer.batch.row import DONE, FAILED, Row
from enhancer.errors import BadOptions, Unwritable
from enhancer.evidence.recipe_files import beside
from enhancer.progress import Progress
from enhancer.settings import Settings

SIGN = "://"
FOLDER = "afar"  # in the cache; a folder in it for each address, with the list of what is finished there
log = logging.getLogger(__name__)


def on_this_machine(url: str) -> Path | None:
    """The path that an address such as file:///srv/bigger stands for, None where it leads elsewhere.

    Raises BadOptions as `Afar` does.
    """
    there, path = _found(url)
    return Path(path) if isinstance(there, LocalFileSystem) else None


def _found(url: str) -> tuple[AbstractFileSystem, str]:
    try:
        found: tuple[AbstractFileSystem, str] = url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise BadOptions(f"Nothing can be written to {url} ({error}).") from error
    return found


class Afar:
    """A folder at an address, and the one here where its files are made."""

    def __init__(self, url: str, settings: Settings) -> None:
        """Raises BadOptions for an address that fsspec does not know, or needs another package for."""
        self.url = url.rstrip("/")
        self._there, self._root = _found(self.url)
        self.folder = settings.cache / FOLDER / hashlib.sha256(self.url.encode()).hexdigest()[:16]

    def send(self, files: Sequence[Path]) -> None:
        """Lay files of the folder under their names at the address, and keep none here. Raises Unwritable."""
        for file in files:
            place = self._place(file)
            try:
                self._there.makedirs(place.rpartition("/")[0], exist_ok=True)
                self._there.put_file(str(file), place)
            except Exception as error:  # every kind of storage raises errors of its own
                log.warning("%s was not sent", place, exc_info=True)
                raise Unwritable(f"{self.url} takes no files ({error}).") from error
            file.unlink()

    def holds(self, made: str) -> bool:
        """Whether a result is at the address. Raises Unwritable."""
        try:
            return bool(self._there.exists(self._place(self.folder / made)))
        except Exception as error:  # as above
            raise Unwritable(f"{self.url} could not be read ({error}).") from error

    def fetch(self, file: Path) -> None:
        """Bring a file back as it is at the address, so that it can be compared. Raises Unwritable."""
        if not self.holds(file.relative_to(self.folder).as_posix()):
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._there.get_file(self._place(file), str(file))
        except Exception as error:  # as above
            raise Unwritable(f"{self.url} could not be read ({error}).") from error

    def _place(self, file: Path) -> str:
        return f"{self._root.rstrip('/')}/{file.relative_to(self.folder).as_posix()}"


class Sending:
    """A hand whose results go on to an address; one that cannot be sent ends the batch, as a full disk does."""

    def __init__(self, hand: Hand, afar: Afar) -> None:
        self._hand, self._afar = hand, afar

    def do(self, file: File, progress: Progress, before: Row | None) -> Row:
        """As `Hand.do`."""
        made = (file.target, beside(file.target))
        try:
            for path in made if before is not None else ():
                self._afar.fetch(path)
            row = self._hand.do(file, progress, before)
            if row.outcome == DONE:
                self._afar.send([path for path in made if path.is_file()])
            return row
        except Unwritable as error:
            return Row(file.name, file.made, FAILED, problem=str(error), final=True)
        finally:
            for path in made:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """As `Hand.close`."""
        self._hand.close()
