"""What is refused before a scene is read: by its bytes, and by the pixels that it says it has."""

from pathlib import Path

from enhancer.errors import BadPicture
from enhancer.settings import MIB, Settings


def check_file(path: Path, settings: Settings) -> None:
    """Raises BadPicture where there is no such file, or one that is too large."""
    if not path.is_file():
        raise BadPicture("There is no such file; please check its name and folder.")
    size = path.stat().st_size
    if size > settings.max_scene_bytes:
        raise BadPicture(
            f"This file has {size / MIB:.1f} MiB, and at most {settings.max_scene_bytes / MIB:g} are read; please cut "
            "it into parts.",
            limit="max_scene_bytes",
        )


def check_scene(width: int, height: int, layers: int, settings: Settings) -> None:
    """Raises BadPicture for a scene without pixels, and for one with too many in all its bands or frames."""
    if min(width, height, layers) < 1:
        raise BadPicture("This file says that it has no pixels.")
    if width * height * layers > settings.max_scene_pixels:
        raise BadPicture(
            f"This file has {width}x{height} pixels in {layers} bands or frames, and at most "
            f"{settings.max_scene_pixels / 1e6:g} million are read in all; please cut it into parts.",
            limit="max_scene_pixels",
        )
