"""The address of the Hub, and the sentence for each way in which the talk with it fails."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from enhancer.errors import WeightsUnavailable
from enhancer.models.entry import Hub

PUBLIC_HUB = "https://huggingface.co"


def endpoint() -> str:
    """The Hub to talk to: HF_ENDPOINT, else the public one. Raises WeightsUnavailable where that is no web address."""
    address = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or PUBLIC_HUB
    if not address.startswith(("https://", "http://")) or not urlsplit(address).netloc:
        raise WeightsUnavailable(f"HF_ENDPOINT is {address}, which is no address; write it as {PUBLIC_HUB}.")
    return address


def explained(error: Exception, source: Hub, cache: Path) -> WeightsUnavailable:
    """What whoever waits for a file reads in place of what the client, or a layer below it, raised."""
    from huggingface_hub import errors, get_token

    if isinstance(error, errors.LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # that the file is not in the cache either is no news here
    repo = source.repo_id
    missing = f"The Hub has no public repository {repo}; choose another model."
    sentences: tuple[tuple[type[Exception], str], ...] = (
        (errors.GatedRepoError, f"The Hub shows {repo} only to people who accepted its terms; choose another model."),
        (errors.RepositoryNotFoundError, missing),
        (errors.RevisionNotFoundError, f"The repository {repo} has no revision {source.revision}."),
        (errors.RemoteEntryNotFoundError, f"The repository {repo} has no file {source.filename}."),
        (
            errors.FileMetadataError,
            f"{endpoint()} does not answer like a Hugging Face Hub; check HF_ENDPOINT, and whether the network asks "
            "for a sign-in first.",
        ),
        (
            errors.OfflineModeIsEnabled,
            f"HF_HUB_OFFLINE forbids to ask the Hub for {source}, which is not on this disk yet; unset it, or choose "
            "a bundled model.",
        ),
    )
    for kind, sentence in sentences:
        if isinstance(error, kind):
            return WeightsUnavailable(sentence)
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        hidden = status == 401 and get_token() is None  # so does a Hub answer for what is not there, too
        return WeightsUnavailable(missing if hidden else _explained_status(status, source))
    if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError) and error.errno:
        return WeightsUnavailable(f"{source} cannot be written to {cache}: {error.strerror}.")
    if is_out_of_reach(error):
        return WeightsUnavailable(
            f"The Hub at {endpoint()} cannot be reached, and {source} is not on this disk yet; "
            "connect to the network, or choose a bundled model."
        )
    return WeightsUnavailable(f"The transfer of {source} broke off; try again.")


def _explained_status(status: int, source: Hub) -> str:
    sentences = {
        401: "The Hub does not know the token of this machine; renew it, or remove it (HF_TOKEN, or `hf auth logout`), "
        "as public models need none.",
        429: "The Hub has had too many requests from here; try again in a few minutes.",
    }
    return sentences.get(status, f"The Hub answered {status} when asked for {source}; try again later.")


def is_out_of_reach(error: Exception) -> bool:
    """Whether the Hub was out of reach. The HTTP client is huggingface_hub's own affair, hence by name."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"NetworkError", "TimeoutException", "ProxyError", "ConnectionError", "TimeoutError"})
