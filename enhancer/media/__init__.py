"""Bytes to Picture and back; uint8, Pillow and file formats exist only in this room."""

from enhancer.media.decode import decode
from enhancer.media.embedded import embedded_recipe
from enhancer.media.encode import CARRIERS, encode, levels, losses, raster_of
from enhancer.media.files import open_picture, save_picture
from enhancer.media.formats import FORMATS
from enhancer.media.picture import Picture

__all__ = [
    "CARRIERS",
    "FORMATS",
    "Picture",
    "decode",
    "embedded_recipe",
    "encode",
    "levels",
    "losses",
    "open_picture",
    "raster_of",
    "save_picture",
]
