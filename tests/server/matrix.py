"""The matrix of bad inputs: 72 rows, what each sends, how its bytes are made, and what must come back."""

import numpy as np

from tests.media import nasty
from tests.media.make import SRGB, chunk, exif_block, flat_png, grey_profile, photo, saved
from tests.media.test_refusals import jpeg_of, webp_of
from tests.server import matrix_requests as ask
from tests.server import matrix_videos as videos
from tests.server.matrix_parts import (
    TWICE,
    Row,
    even,
    finite,
    first,
    from_file,
    grey,
    near,
    of,
    photograph,
    pillow,
    png,
    profiled,
    ramped,
    same,
    seen_through,
    short,
    stranger,
    too_large,
    twice,
    upright,
)

SEVERAL = "more than one picture"
HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n"
DASH = b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>'
CONCAT, SDP = b"ffconcat version 1.0\nfile '/etc/passwd'\n", b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42"
BOTH = {69, 70}  # rows whose files are sent as pictures, which they are not, and as what they are
NOISE = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
DAMAGED_PROFILE = "profile of this file is damaged"

ROWS: dict[int, Row] = {
    1: Row("empty file", (stranger(b"", "empty"),)),
    2: Row("one byte", (stranger(b"\x07", "not a picture"),)),
    3: Row("random bytes", (stranger(np.random.default_rng(1).bytes(5000), "not a picture"),)),
    4: Row("text", (stranger(b"Dear Sir or Madam,\n" * 50, "text"),)),
    5: Row("HTML", (stranger(b"<!DOCTYPE html><script>alert(1)</script>", "web page"),)),
    6: Row(
        "SVG with an entity",
        (stranger(b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>', "SVG"),),
    ),
    7: Row("PDF", (stranger(b"%PDF-1.7\n%\xe2\xe3", "PDF"),)),
    8: Row("ZIP", (stranger(nasty.zipped([("a.png", png())]), "Batch"),)),
    9: Row("EPS that runs a program", (stranger(b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (r) file\n", "PostScript"),)),
    10: Row(
        "rare kinds",
        (
            *(stranger(pillow(kind), "") for kind in ("PCX", "TGA", "DDS", "ICO", "JPEG2000", "PPM", "SGI")),
            stranger(b"8BPS\0\x01" + bytes(60), "Photoshop"),
            stranger(b"SIMPLE  =                    T".ljust(2880), ""),
            stranger(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ""),
        ),
    ),
    11: Row("half a JPEG", (of(lambda: nasty.half(saved(NOISE, "JPEG")), 422, "cut off"),)),
    12: Row("half a PNG", (of(lambda: nasty.half(saved(NOISE, "PNG")), 422, "cut off"),)),
    13: Row("half a WebP", (of(lambda: nasty.half(saved(NOISE, "WEBP")), 422, "cut off"),)),
    14: Row("PNG with one bit changed", (of(lambda: nasty.flipped(saved(NOISE, "PNG"), 9000), 422, "checksum"),)),
    15: Row(
        "PNG of 400 megapixels, 1 bit", too_large(lambda: nasty.png_of(20_000, 20_000, 1, 0), "max_side"), bomb=True
    ),
    16: Row("PNG of 144 megapixels", too_large(lambda: nasty.png_of(12_000, 12_000)), bomb=True),
    17: Row("PNG of 81 megapixels, 64 bits", too_large(lambda: nasty.png_of(9000, 9000, 16, 6)), bomb=True),
    18: Row("PNG that is a header", too_large(lambda: nasty.png_of(60_000, 60_000, pixels=b""), "max_side"), bomb=True),
    19: Row("JPEG that says 65500²", too_large(lambda: jpeg_of(65_500, 65_500), "max_side"), bomb=True),
    20: Row("JPEG of 10 KB that says 9000²", too_large(lambda: jpeg_of(9000, 9000)), bomb=True),
    21: Row("JPEG of 85 megapixels", too_large(lambda: saved(grey(9220, 9220), "JPEG")), bomb=True),
    22: Row("WebP of 82 megapixels", too_large(lambda: webp_of(16_383, 5000)), bomb=True),
    23: Row("TIFF of 160 megapixels", too_large(lambda: nasty.tiff_of(12_650, 12_650)), bomb=True),
    24: Row(
        "BMP and PPM that lie",
        (*too_large(nasty.lying_bmp, "max_side"), stranger(b"P6 60000 60000 255\n" + bytes(9), "any-map")),
        bomb=True,
    ),
    25: Row(
        "PNG with a text of 200 MB",
        (of(lambda: nasty.with_chunk(png(), chunk(b"zTXt", b"a\0\0" + nasty.zeros(200_000_000))), look=photograph),),
        bomb=True,
    ),
    26: Row(
        "PNG with a profile of 200 MB",
        (
            of(
                lambda: nasty.with_chunk(png(), chunk(b"iCCP", b"a\0\0" + nasty.zeros(200_000_000))),
                422,
                "profile unpacks",
            ),
        ),
        bomb=True,
    ),
    27: Row(
        "PNG with 100,000 texts",
        (of(lambda: nasty.with_chunk(png(), chunk(b"tEXt", b"a\0b") * 100_000), look=short),),
        bomb=True,
    ),
    28: Row("GIF of 400 frames", (of(lambda: nasty.gif_of(1000, 1000, 400), 200, SEVERAL),), bomb=True),
    29: Row("GIF of 5,000 frames", (of(lambda: nasty.gif_of(10, 10, 5000), 200, SEVERAL),)),
    30: Row(
        "animated WebP and PNG",
        tuple(of(lambda kind=kind: nasty.frames(kind, 3), 200, SEVERAL, look=first) for kind in ("WEBP", "PNG")),
    ),
    31: Row("TIFF of 60 pages", (of(lambda: nasty.frames("TIFF", 60), 200, SEVERAL, look=first),)),
    32: Row("TIFF whose directory goes in a circle", (of(nasty.circle, 415, "empty"),)),
    33: Row(
        "progressive JPEG of 36 megapixels",
        too_large(lambda: saved(grey(6000, 6000), "JPEG", progressive=True)),
        bomb=True,
    ),
    34: Row("JPEG of 3,000 scans", ask=ask.many_scans),
    35: Row("JPEG that is coded arithmetically", (of(nasty.arithmetic),)),
    36: Row("16-bit grey PNG", (of(lambda: nasty.png16(nasty.ramp()), look=ramped(nasty.ramp())),)),
    37: Row(
        "16-bit colour PNG: all 16 bits, so no notice",
        (of(lambda: nasty.png16(nasty.ramp(3)), look=ramped(nasty.ramp(3))),),
    ),
    38: Row(
        "32-bit and float TIFF",
        (
            of(
                lambda: nasty.tiff(nasty.ramp().astype(np.uint32) * 60_000), 200, "stretched", look=ramped(nasty.ramp())
            ),
            of(lambda: nasty.tiff(nasty.ramp().astype(np.float32) * 9), 200, "stretched", look=ramped(nasty.ramp())),
        ),
    ),
    39: Row(
        "TIFF with values that are no numbers",
        (of(lambda: nasty.tiff(np.float32([[np.nan, 0.5], [-np.inf, 1]])), 200, "not finite", look=finite),),
    ),
    40: Row(
        "CMYK JPEG",
        (
            of(nasty.cmyk, 200, "CMYK", look=near(3)),
            of(lambda: nasty.cmyk(adobe=False), 200, "CMYK", look=near(3)),
            from_file("Channel_digital_image_CMYK_color.jpg", near(3), "CMYK"),
            from_file("pil_sample_cmyk.jpg", near(3), "CMYK"),
        ),
    ),
    41: Row(
        "YCCK JPEG, LAB TIFF",
        (
            of(nasty.ycck, 200, "CMYK", look=near(3)),
            of(lambda: nasty.tiff(photo(), photometric="cielab"), 415, "colour model"),
        ),
    ),
    42: Row(
        "transparency of all kinds",
        (
            of(lambda: saved(np.dstack([photo()[..., 0], photo()[..., 1]]), "PNG"), look=seen_through),
            of(lambda: saved(np.dstack([photo(), photo()[..., :1]]), "PNG"), look=seen_through),
            of(lambda: saved(photo(), "PNG", "P", transparency=3), look=seen_through),
            of(lambda: saved(photo(), "PNG", "1"), look=same),
        ),
    ),
    43: Row(
        "every orientation",
        tuple(of(lambda n=n: saved(photo(), "PNG", exif=exif_block(n)), look=upright) for n in range(1, 9)),
    ),
    44: Row(
        "orientation 99, garbage in EXIF",
        (
            of(lambda: saved(photo(), "PNG", exif=exif_block(99)), look=same),
            of(lambda: saved(photo(), "PNG", exif=b"II*\0\xff\xff\xff\xff"), 200, "EXIF block", look=same),
            *(from_file(name) for name in ("exif_typeerror.jpg", "hopper_bad_exif.jpg", "invalid-exif.jpg")),
        ),
    ),
    45: Row(
        "EXIF with a place",
        (
            of(lambda: saved(photo(), "JPEG", exif=nasty.personal()), 200, "The place", look=ask.anonymous),
            of(lambda: saved(photo(), "PNG", exif=nasty.personal()), 200, "The place", look=ask.anonymous),
        ),
    ),
    46: Row(
        "profiles that are none",
        (
            of(
                lambda: nasty.with_chunk(png(), nasty.packed_profile(b"garbage" * 99)),
                200,
                DAMAGED_PROFILE,
                look=profiled(None),
            ),
            of(lambda: nasty.with_chunk(png(), nasty.packed_profile(NOISE.tobytes() * 160)), 200, DAMAGED_PROFILE),
            of(
                lambda: nasty.with_chunk(png(), nasty.packed_profile(grey_profile())),
                200,
                "channels",
                look=profiled(None),
            ),
        ),
    ),
    47: Row(
        "profiles of wider colours",
        tuple(
            of(lambda p=p: nasty.with_chunk(png(), nasty.packed_profile(p)), look=profiled(p))
            for p in (nasty.other_primaries(), SRGB)
        ),
    ),
    48: Row(
        "1×1, 2×2, 7×5",
        tuple(
            of(lambda s=s: saved(NOISE[: s[0], : s[1]], "PNG"), task=TWICE, look=twice)
            for s in ((1, 1), (2, 2), (5, 7))
        ),
    ),
    49: Row(
        "1×30000 and 30000×1",
        (*too_large(lambda: flat_png(1, 30_000), "max_side"), *too_large(lambda: flat_png(30_000, 1), "max_side")),
    ),
    50: Row(
        "PNG without a pixel", (of(lambda: flat_png(0, 5), 415, "empty"), of(lambda: flat_png(5, 0), 415, "empty"))
    ),
    51: Row(
        "JPEG with a ZIP behind it", (of(lambda: saved(photo(), "JPEG") + nasty.zipped([("a", b"b")]), look=short),)
    ),
    52: Row("two pictures of a phone in one file", (of(lambda: nasty.frames("MPO", 2), 200, SEVERAL, look=first),)),
    53: Row(
        "HEIC and AVIF",
        (of(nasty.heic), of(lambda: nasty.heic("RGBA"), look=None), of(lambda: pillow("AVIF")), from_file("exif.avif")),
    ),
    54: Row(
        "black, white, one colour",
        tuple(
            of(lambda n=n: saved(np.full((40, 60, 3), n, np.uint8), "PNG"), task=TWICE, look=even)
            for n in (0, 128, 255)
        ),
    ),
    55: Row("another suffix and type", ask=ask.another_name),
    56: Row("a name that leads elsewhere", ask=ask.names("../../x.png", "/etc/cron.d/x.png", "..\\..\\x.png")),
    57: Row("a name with a line break", ask=ask.names("a\r\nSet-Cookie: x=1\r\n.png", "a%0d%0aX: y.png")),
    58: Row("names of all kinds", ask=ask.names("x" * 300 + ".png", "a\0.png", "\u202egnp.a", "🐱.png", "con.png", "")),
    59: Row("forms without one picture", ask=ask.forms),
    60: Row("one byte too many", ask=ask.bytes_too_many),
    61: Row("numbers that are none", ask=ask.scales),
    62: Row("a picture as text", ask=ask.pictures_as_text),
    63: Row("paths of the server", ask=ask.paths),
    64: Row("addresses to fetch", ask=ask.addresses),
    65: Row("ZIP of dangerous names: in the page's Batch", (stranger(nasty.zipped([("../a.png", png())]), "Batch"),)),
    66: Row(
        "ZIP that grows: in the page's Batch",
        (stranger(nasty.zipped([("a.png", bytes(64 * 2**20))]), "Batch"),),
        bomb=True,
    ),
    67: Row(
        "ZIP of 49 good and 1 bad: in the page's Batch", (stranger(nasty.zipped([("a.png", png())] * 50), "Batch"),)
    ),
    68: Row("playlists as videos", tuple(stranger(data, "") for data in (HLS, DASH, CONCAT, SDP))),
    69: Row(
        "videos that grow",
        (stranger(MP4 + bytes(100_000), "video"), stranger(b"\x1aE\xdf\xa3" + bytes(99), "video")),
        ask=videos.that_grow,
        bomb=True,
    ),
    70: Row("unusual videos", (stranger(MP4 + b"moov" + bytes(500), "video"),), ask=videos.that_are_unusual),
    71: Row("weights that run programs", ask=ask.weights_that_run),
    72: Row("weights that are wrong", ask=ask.weights_that_are_wrong),
}
