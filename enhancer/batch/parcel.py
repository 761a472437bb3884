"""Uploads in, one ZIP out: files and ZIPs become a list of files, results and a report become one ZIP."""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from enhancer import workplace
from enhancer.batch.archive import BROKEN_ENTRY, is_zip, too_large, unpacked
from enhancer.batch.places import File, made
from enhancer.batch.row import FAILED, LEFT, Row
from enhancer.batch.summary import CSV, in_order, to_csv
from enhancer.errors import BadArchive
from enhancer.evidence.recipe_files import beside
from enhancer.media.files import unwritten
from enhancer.progress import Progress
from enhancer.settings import Settings

ZIP, UNPACKED = "enhanced.zip", "zip-"
FULL = "Left out: the results have {most:g} megapixels in all already, which is the most at once; send it again."


class Parcel:
    """One batch of a visitor in a `folder` of its own: what is to be done, what was, and the ZIP of it.

    Nothing lies on the disk under a name that came from outside.
    """

    def __init__(self, folder: Path, settings: Settings, kind: str | None = None) -> None:
        self.folder, self._settings, self._kind = folder, settings, kind
        self.finished = False
        self.files: list[File] = []
        self.rows: list[Row] = []
        self._pixels = 0

    @property
    def zip(self) -> Path:
        """The ZIP, complete after `finish`."""
        return self.folder / ZIP

    @property
    def waiting(self) -> list[File]:
        """The files that have no row yet, in order."""
        ended = {row.target for row in self.rows}
        return [file for file in self.files if file.made not in ended]

    def gather(self, uploads: Sequence[Path], progress: Progress) -> None:
        """Take uploaded files, and the pictures of those that are ZIPs.

        Raises BadArchive for a ZIP that is not taken, and for too many files or bytes. A damaged file of a ZIP has a
        row that says so. Raises Cancelled.
        """
        found = list[tuple[str, Path | None]]()
        for number, upload in enumerate(uploads):
            progress.step(number, len(uploads), upload.name)
            found += self._of(upload, self.folder / f"{UNPACKED}{number}", progress)
            self._check(found)
        names = made([name for name, _ in found], self._kind)
        for number, ((name, path), made_name) in enumerate(zip(found, names, strict=True)):
            target = self.folder / f"{number:05}{PurePosixPath(made_name).suffix}"
            size = 0 if path is None else path.stat().st_size
            self.files.append(File(path or target, name, target, made_name, size))
            if path is None:
                self.rows.append(Row(name, made_name, FAILED, problem=BROKEN_ENTRY))

    def _of(self, upload: Path, place: Path, progress: Progress) -> list[tuple[str, Path | None]]:
        if not is_zip(upload):
            return [(upload.name, upload)]
        place.mkdir()
        found = []
        for entry in unpacked(upload, place, self._settings):
            progress.step(progress.done, progress.total, entry.name)
            found.append((entry.name, entry.path))
        return found

    def _check(self, found: Sequence[tuple[str, Path | None]]) -> None:
        most = self._settings.max_batch_files
        if len(found) > most:
            raise BadArchive(
                f"These are {len(found)} files, and at most {most} are taken at once; please send fewer.",
                limit="max_batch_files",
            )
        size = sum(path.stat().st_size for _, path in found if path is not None)
        if size > self._settings.max_batch_bytes:
            raise BadArchive(too_large(size, self._settings), limit="max_batch_bytes")

    def add(self, row: Row, file: File) -> None:
        """Lay a result into the ZIP; after a final failure, and past the limit of pixels, the rest is left out.

        Raises Unwritable, and DiskFull.
        """
        self.rows.append(row)
        if row.there:
            self._pack(row, file)
            self._pixels += (row.result_width or 0) * (row.result_height or 0)
        if row.final:
            self._leave(row.problem)
        elif self._pixels > self._settings.max_batch_pixels:
            self._leave(FULL.format(most=self._settings.max_batch_pixels / 1e6))

    def _pack(self, row: Row, file: File) -> None:
        workplace.check(file.target.stat().st_size)
        try:
            with zipfile.ZipFile(self.zip, "a", zipfile.ZIP_STORED) as out:
                out.write(file.target, row.target)
                if beside(file.target).is_file():
                    out.write(beside(file.target), beside(Path(row.target)).as_posix())
            file.target.unlink()
        except OSError as error:
            raise unwritten(error, "The ZIP") from error

    def _leave(self, problem: str) -> None:
        self.rows += [Row(file.name, file.made, LEFT, problem=problem) for file in self.waiting]

    def finish(self, stopped: str = "") -> None:
        """Put the report in, and delete what was unpacked; files without a row say why they are `stopped`."""
        self.finished = True
        self._leave(stopped)
        for place in self.folder.glob(f"{UNPACKED}*"):
            shutil.rmtree(place, ignore_errors=True)
        with zipfile.ZipFile(self.zip, "a", zipfile.ZIP_DEFLATED) as out:
            out.writestr(CSV, to_csv(in_order(self.rows)))

    def forget(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
