"""`python -m enhancer.training publish`: an exported model goes to the Hugging Face Hub, its card as README.md."""

import argparse
import json
import logging
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enhancer.errors import EnhancerError, WeightsRefused
from enhancer.models.bundled import pictures_of, read_entry
from enhancer.models.entry import VIDEO, Entry
from enhancer.models.fetch import digest
from enhancer.models.hub import ANSWER
from enhancer.models.hub_troubles import endpoint, is_out_of_reach
from enhancer.settings import Settings

if TYPE_CHECKING:
    from huggingface_hub import HfApi

log = logging.getLogger(__name__)
REPO = re.compile(r"[\w.-]+/[\w.-]+")
CARD = "README.md"
TASK, MOVING = "image-to-image", "video-to-video"
TAGS = ("image-enhancement", "image-restoration", "pytorch", "safetensors")
PURPOSE_TAGS = {
    "upscale": "super-resolution",
    "denoise": "denoising",
    "deblur": "deblurring",
    "deblock": "jpeg-artifact-removal",
    "lowlight": "low-light-enhancement",
    "mend": "blind-restoration",
    "repair": "inpainting",
    VIDEO: "video-restoration",
}
SHOWN = 200  # letters of what the Hub itself says


class NotPublished(EnhancerError):
    """The model did not reach the Hub; the message says why and what would work."""


def publish(model_id: str, repo: str, weights: Path, private: bool = False) -> str:
    """Put a model of the folder `weights` into the Hub repository `repo`, made where it is not there; its address.

    With `private` nothing goes to one that is public. HF_ENDPOINT names another Hub. Raises NotPublished, and what
    `bundle` raises.
    """
    if not REPO.fullmatch(repo):
        raise NotPublished(f"{repo!r} is no name of a repository; write it as owner/name.")
    with tempfile.TemporaryDirectory() as place:
        bundle(model_id, weights, Path(place))
        try:
            return _upload(Path(place), model_id, repo, private)
        except EnhancerError:
            raise
        except Exception as error:  # whatever the client and the layers below it raise becomes one sentence here
            log.info("publishing %s failed", model_id, exc_info=True)
            raise _explained(error, repo) from error


def bundle(model_id: str, weights: Path, place: Path) -> list[Path]:
    """Copy what goes to the Hub into the folder `place`: weights, entry, card with front matter, pictures.

    Raises FileNotFoundError where the model was never exported, WeightsRefused where entry and weights do not fit.
    """
    files = {suffix: weights / f"{model_id}{suffix}" for suffix in (".json", ".safetensors", ".md")}
    missing = [file.name for file in files.values() if not file.is_file()]
    if missing:
        raise FileNotFoundError(f"{', '.join(missing)} is not in {weights}; export {model_id} first")
    entry = read_entry(files[".json"])
    if digest(files[".safetensors"]) != entry.sha256:
        raise WeightsRefused(f"{model_id}.safetensors is not the file that its entry was measured on; export it again.")
    shown = [file for good in (True, False) for file in pictures_of(model_id, weights, good)]
    for file in (files[".json"], files[".safetensors"], *shown):
        shutil.copyfile(file, place / file.name)
    text = files[".md"].read_text(encoding="utf-8")
    (place / CARD).write_text(f"{front_matter(entry)}\n{text}", encoding="utf-8")
    return sorted(place.iterdir())


def front_matter(entry: Entry) -> str:
    """The YAML that the Hub reads: licence, tags and figures. Values are written as JSON, which YAML includes."""
    task = MOVING if entry.purpose == VIDEO else TASK
    results = [_result(task, label, text) for label, text in entry.figures]
    values: dict[str, Any] = {
        "license": entry.licence.lower(),
        "pipeline_tag": task,
        "tags": [*TAGS, PURPOSE_TAGS[entry.purpose]],
        "model-index": [{"name": entry.id, "results": results}],
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(["---", *lines, "---", ""])


def _result(task: str, label: str, text: str) -> dict[str, Any]:
    benchmark, metric = label.split()[0], label.split()[-1]
    return {
        "task": {"type": task},
        "dataset": {"name": benchmark, "type": benchmark},
        "metrics": [{"type": metric.lower(), "name": label, "value": float(text.split()[0])}],
    }


def _upload(place: Path, model_id: str, repo: str, private: bool) -> str:
    from huggingface_hub import HfApi, get_token

    if get_token() is None:
        raise NotPublished("There is no token for the Hub: set HF_TOKEN to one that may write, or run `hf auth login`.")
    hub = HfApi(endpoint=endpoint())
    address = hub.create_repo(repo, private=private, exist_ok=True)
    if private:  # which the Hub takes no notice of where the repository is there
        _check_private(hub, repo)
    hub.upload_folder(repo_id=repo, folder_path=place, commit_message=f"{model_id} with its figures")
    return str(address)


def _check_private(hub: "HfApi", repo: str) -> None:
    """Raises NotPublished where all can see the repository, and what huggingface_hub raises."""
    if not hub.repo_info(repo, timeout=ANSWER).private:
        settings = f"{endpoint()}/{repo}/settings"
        raise NotPublished(
            f"{repo} is there already, and public; make it private at {settings}, or choose another name."
        )


def _check_private_if_there(repo: str) -> None:
    """Raises NotPublished where all can see the repository; one that cannot be asked for is taken to be new."""
    from huggingface_hub import HfApi

    try:
        _check_private(HfApi(endpoint=endpoint()), repo)
    except NotPublished:
        raise
    except Exception:  # whatever the client and the layers below it raise: nothing is published yet
        log.info("%s was not found", repo, exc_info=True)


def _explained(error: Exception, repo: str) -> NotPublished:
    from huggingface_hub.errors import HfHubHTTPError

    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code
        sentences = {
            401: f"The Hub does not know this token; make one that may write at {endpoint()}/settings/tokens.",
            403: f"This token may not write to {repo}; use one that may, or a repository of your own.",
            404: f"The Hub has no {repo} that this token may write to.",
            429: "The Hub has had too many requests from here; try again in a few minutes.",
        }
        said = " ".join((error.server_message or "").split())[:SHOWN]
        return NotPublished(sentences.get(status, f"The Hub answered {status} for {repo}{said and f': {said}'}."))
    if is_out_of_reach(error):
        return NotPublished(f"The Hub at {endpoint()} cannot be reached; connect to the network and publish again.")
    return NotPublished(f"Publishing to {repo} broke off ({type(error).__name__}); publish again to go on.")


def run_publish(a: argparse.Namespace) -> None:
    """Put an exported model on the Hugging Face Hub, its card as README.md."""
    if not a.dry_run:
        sys.stdout.write(f"{publish(a.id, a.repo, a.weights, a.private)}\n")
        return
    with tempfile.TemporaryDirectory() as place:
        listed = [f"{file.stat().st_size:>12,}  {file.name}" for file in bundle(a.id, a.weights, Path(place))]
    if a.private:
        _check_private_if_there(a.repo)
    kind = "private" if a.private else "public"
    sys.stdout.write("\n".join([f"would go to the {kind} repository {a.repo} at {endpoint()}:", *listed, ""]))


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `publish` to the command line of this room."""
    parser = commands.add_parser("publish", help=run_publish.__doc__, description=run_publish.__doc__)
    parser.add_argument("id", help="an exported model")
    parser.add_argument("--repo", required=True, help="owner/name, made where it is not there")
    parser.add_argument("--weights", type=Path, default=Settings.weights, help="folder that export wrote into")
    parser.add_argument(
        "--private", action="store_true", help="only into a private repository, made where it is not there"
    )
    parser.add_argument("--dry-run", action="store_true", help="list what would go, and send nothing")
    parser.set_defaults(call=run_publish)
