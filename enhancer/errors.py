"""What can go wrong, said so that the person who caused it can mend it.

EnhancerError                 every message is one or two plain sentences, fit to be shown as it is
├── BadPicture                the file cannot be read, or is over a limit
│   ├── NotAPicture           the file is of a kind that is not read at all, or has no pixels
│   ├── BadVideo              the file cannot be read as a video, or is over a limit of videos
│   └── TooSlow               reading the file takes longer than it may
├── BadArchive                a ZIP is damaged, locked, over a limit, or holds names that lead out of it
├── BadOptions                an option is unknown or out of range
│   └── Unwritable            the place for a result takes no file: read-only, full, or gone
├── BadRecipe                 a recipe is damaged, of another version, or asks for what there is not
├── UnknownModel              no catalogue entry has this id
├── WeightsUnavailable        weights could not be had now: no network, not found, too many requests
├── WeightsRefused            weights were had, and must not be opened: wrong bytes, a pickle, an unknown network
├── OutOfMemory               not even the smallest tile fits, or a step that needs the whole picture at once
├── WorkerLost                the process that did the work was ended, or did not answer
├── DiskFull                  a picture larger than the memory budget finds no room on disk
├── TrainingError             a training run, its data or its folder do not serve
└── Cancelled                 somebody pressed Stop
"""


class EnhancerError(Exception):
    """The root: its message is shown to people at every door.

    `limit` names the field of `Settings` that was exceeded, where one was.
    """

    def __init__(self, message: str = "", limit: str | None = None) -> None:
        super().__init__(message)
        self.limit = limit


class BadPicture(EnhancerError):
    """The file cannot be read as a picture, or is over a limit."""


class NotAPicture(BadPicture):
    """The file is of a kind that is not read at all, or has no pixels."""


class BadVideo(BadPicture):
    """The file cannot be read as a video, or is over a limit of videos."""


class TooSlow(BadPicture):
    """Reading the file takes longer than it may."""


class BadArchive(EnhancerError):
    """A ZIP cannot be read, is over a limit, or holds what no ZIP of pictures holds."""


class BadOptions(EnhancerError):
    """An option is unknown, contradictory or out of range."""


class Unwritable(BadOptions):
    """The place for a result takes no file: it is read-only, full, or gone."""


class BadRecipe(EnhancerError):
    """A recipe cannot be read, or cannot be written."""


class UnknownModel(EnhancerError):
    """No catalogue entry has this id."""


class WeightsUnavailable(EnhancerError):
    """The weights could not be fetched now."""


class WeightsRefused(EnhancerError):
    """The weights are not what the catalogue pinned, or not of a kind that is safe to open."""


class OutOfMemory(EnhancerError):
    """Not even the smallest tile fits into the memory of the device, or a step that needs the whole picture at once."""


class WorkerLost(EnhancerError):
    """The process that did the work was ended from outside, crashed, or did not answer."""


class DiskFull(EnhancerError):
    """The disk has no room for a picture that is larger than the memory budget."""


class TrainingError(EnhancerError):
    """A training run cannot start, go on or be saved."""


class Cancelled(EnhancerError):
    """The work was stopped on request."""


def sentence(error: Exception) -> str:
    """What people read of an error: of one of the system its reason behind the file that it is about."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return str(error)
