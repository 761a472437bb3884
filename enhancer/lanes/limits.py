"""What is refused before a scene is read: one of more pixels than are read, or of none."""

from enhancer.errors import BadPicture
from enhancer.settings import Settings


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
