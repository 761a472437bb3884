"""The recipe that a picture file carries, read back from its metadata without unpacking a pixel."""

from enhancer.errors import BadPicture
from enhancer.media.encode import MAX_RECIPE
from enhancer.media.formats import sniff
from enhancer.media.jpeg import recipe_in_jpeg
from enhancer.media.png import recipe_in_png

READERS = {"png": recipe_in_png, "jpeg": recipe_in_jpeg}


def embedded_recipe(data: bytes) -> str | None:
    """The text that `encode` laid into these bytes of a picture, None where there is none; never to be trusted.

    Raises BadPicture for bytes that are no picture of a known kind, are damaged, or whose recipe is no text.
    """
    reader = READERS.get(sniff(data).id)
    found = reader(data, MAX_RECIPE) if reader else None
    try:
        return None if found is None else found.decode()
    except UnicodeDecodeError as error:
        raise BadPicture("The recipe in this file is damaged; please take the file as it was first written.") from error
