"""The talk with the Hugging Face Hub: bounded in time, cancellable, and every failure one plain sentence."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from enhancer.errors import EnhancerError
from enhancer.models.entry import Hub
from enhancer.models.hub_cache import COMMIT, SHA256, unfinished
from enhancer.models.hub_troubles import endpoint, explained
from enhancer.progress import Progress

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

log = logging.getLogger(__name__)
T = TypeVar("T")

ANSWER = 3.0  # seconds the Hub may take to say where a file is
PAUSES = (1.0, 2.0, 4.0)  # seconds between questions to a Hub that is busy
LONGEST_PAUSE = 8.0  # if the Hub asks for more, people had better decide themselves
PIECE = 2**20  # bytes between two counts of a transfer, and between two chances to stop it
SILENCE = 180.0  # seconds without a new byte; other programs, which may be waited for, write pieces of 10 MB
TICK = 0.1
BUSY = (429, 500, 502, 503, 504)


class Arrived(NamedTuple):
    """A file in the cache and the sha256 that the Hub declares for it, if it declares one."""

    file: Path
    sha256: str | None


class _Abandoned(Exception):
    """Stops a transfer that nobody waits for any longer."""


class _Tally:
    """Bytes of one transfer, counted in the thread that transfers, read in the thread that waits."""

    def __init__(self) -> None:
        self.done, self.moved, self.abandoned = 0, time.monotonic(), False
        self.elsewhere = 0

    def add(self, count: int) -> None:
        if self.abandoned:
            raise _Abandoned
        self.done, self.moved = self.done + count, time.monotonic()

    def see(self, elsewhere: int) -> None:
        """Note how far another process is, for which this one waits: its bytes are a sign of life as well."""
        if elsewhere != self.elsewhere:
            self.elsewhere, self.moved = elsewhere, time.monotonic()


def download(source: Hub, cache: Path, progress: Progress) -> Arrived:
    """Fetch a file into the huggingface_hub cache folder `cache`; its bytes are not verified.

    HF_ENDPOINT names another Hub. Raises WeightsUnavailable within 5 s when there is no network, and Cancelled.
    """
    tally = _Tally()
    try:
        return _download(source, cache, progress, tally)
    except EnhancerError:
        raise
    except Exception as error:  # whatever the client and the layers below it raise becomes one sentence here
        log.info("fetching %s failed", source, exc_info=True)
        raise explained(error, source, cache) from error
    finally:
        tally.abandoned = True


def _download(source: Hub, cache: Path, progress: Progress, tally: _Tally) -> Arrived:
    from huggingface_hub import hf_hub_download

    _settle_client()
    note, elsewhere = f"Fetching {source.filename}", f"{source.filename} is being fetched by another process"
    found = _located(source, lambda: progress.step(0, 1, note))

    def fetch() -> str:
        path = hf_hub_download(
            source.repo_id,
            source.filename,
            revision=source.revision if COMMIT.fullmatch(source.revision) else found.commit_hash,
            cache_dir=cache,
            endpoint=endpoint(),
            etag_timeout=ANSWER,
            tqdm_class=_counter(tally),
        )
        return str(path)

    etag = found.etag or ""
    before = unfinished(source, cache, etag)

    def tick() -> None:
        if not tally.done:  # maybe for want of the lock, which huggingface_hub waits for in silence
            now = unfinished(source, cache, etag)
            tally.see(max((size for name, size in now.items() if size > before.get(name, 0)), default=0))
        done = tally.done or tally.elsewhere
        progress.step(done, max(found.size or 0, done, 1), elsewhere if done and not tally.done else note)
        if time.monotonic() - tally.moved > SILENCE:
            raise OSError(f"no byte for {SILENCE:.0f} s")

    file = Path(_watched(fetch, tick))
    return Arrived(file, etag if SHA256.fullmatch(etag) else None)


def _located(source: Hub, tick: Callable[[], None]) -> "HfFileMetadata":
    """Commit, ETag and size of a file; a busy Hub is asked again after a pause. Raises what huggingface_hub raises."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import FileMetadataError, HfHubHTTPError

    url = hf_hub_url(source.repo_id, source.filename, revision=source.revision, endpoint=endpoint())

    def ask() -> "HfFileMetadata":
        found = _watched(lambda: get_hf_file_metadata(url, timeout=ANSWER, endpoint=endpoint()), tick, ANSWER + 0.5)
        if found.commit_hash is None or found.etag is None:
            raise FileMetadataError(f"{url} was answered without a commit or an ETag")
        return found

    for pause in PAUSES:
        try:
            return ask()
        except HfHubHTTPError as error:
            asked = _asked_pause(error)
            if error.response.status_code not in BUSY or asked > LONGEST_PAUSE:
                raise
        _rest(max(pause, asked), tick)
    return ask()


def _asked_pause(error: Any) -> float:
    text = error.response.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else 0.0


def _rest(seconds: float, tick: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tick()
        time.sleep(TICK)


def _watched(function: Callable[[], T], tick: Callable[[], None], seconds: float = float("inf")) -> T:
    """Run `function` in a daemon thread, `tick` here meanwhile; TimeoutError after `seconds`, whatever it hangs in.

    A timeout of the socket alone is not enough: looking up the name and trying each address come on top of it.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(function())
        except BaseException as error:  # carried over to the thread that waits
            outcome.set_exception(error)

    threading.Thread(target=work, daemon=True, name="hub").start()
    end = time.monotonic() + seconds
    while not wait([outcome], timeout=TICK).done:
        tick()
        if time.monotonic() > end:
            raise TimeoutError(f"no answer within {seconds:.1f} s")
    return outcome.result()


def _counter(tally: _Tally) -> type:
    """A silent progress bar class that counts into `tally`."""
    from tqdm import tqdm

    class Counter(tqdm):  # type: ignore[misc]  # tqdm has no types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> None:
            tally.add(int(n or 0))

    return Counter


def _settle_client() -> None:
    """Turn Xet off in this process: its transfers run on when they are stopped, and hold the lock of the file.

    And count in small pieces. huggingface_hub reads its environment once, when it is first imported by whomever, and
    asks these names ever after.
    """
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_XET = True
    constants.DOWNLOAD_CHUNK_SIZE = PIECE
