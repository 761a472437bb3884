"""What people wrote about the bundled models: whatever cannot be measured. `export` puts it beside the figures."""

from dataclasses import dataclass

from enhancer.models.entry import VIDEO

LICENCE = "Apache-2.0"
FAITHFUL = (
    "Trained on clean pictures only: noise, grain and JPEG blocks are sharpened along with the rest.",
    "It stays faithful, so fine texture (hair, leaves, fabric) remains soft, the more so at ×4.",
    "Text much smaller than 8 pixels does not become readable.",
)
INVENTIVE = (
    "It draws texture that is likely, not known: do not read faces, text or numbers off what it adds.",
    "Deliberate softness, such as a blurred background, film grain or brush strokes, may be sharpened or wiped away.",
    "Text much smaller than 8 pixels turns into strokes that only look like letters.",
)
CALM = (
    "Where it cannot tell texture from noise or compression, it leaves smooth areas: skin, grass, fabric.",
    "It stays faithful, so edges are clean, yet softer than those of networks that draw what is likely.",
    "Text much smaller than 8 pixels does not become readable.",
)


REMEMBERED = (
    "What was hidden in the frame before, or has moved by more than about 30 pixels, comes out as clean as in a frame "
    "that is drawn alone.",
    "Trained on still pictures that a camera passes over: bodies that bend and water that flows were never seen.",
    "Texture that noise or compression has wiped out in every frame does not come back.",
)


@dataclass(frozen=True)
class Words:
    """`summary` opens the model card and `failures` close it; `description` (80 to 300 letters) stands on the page.

    `blind` and `twin` as in the catalogue's `Entry`.
    """

    title: str
    summary: str
    description: str
    purpose: str
    protocols: tuple[str, ...]
    failures: tuple[str, ...]
    blind: bool = False
    twin: str = ""


WORDS: dict[str, Words] = {
    "x2-fast": Words(
        "Fast ×2",
        "Enlarges clean photographs ×2.",
        "Doubles the size of clean pictures within seconds on an ordinary processor. It stays faithful to "
        "what is there, so it invents no texture, and it enlarges noise and JPEG blocks along with the rest.",
        "upscale",
        ("sr",),
        FAITHFUL,
    ),
    "x4-fast": Words(
        "Fast ×4",
        "Enlarges clean photographs ×4.",
        "Makes clean pictures four times as wide within seconds on an ordinary processor. Fine texture "
        "such as hair and leaves stays soft, and noise and JPEG blocks are enlarged along with the rest.",
        "upscale",
        ("sr",),
        FAITHFUL,
    ),
    "x2": Words(
        "Faithful ×2",
        "Enlarges clean photographs ×2, as exactly as a small network can.",
        "Doubles the size of clean pictures, slower and more exact than its fast sister. It stays faithful to what is "
        "there, so it invents no texture, and it enlarges noise and JPEG blocks along with the rest.",
        "upscale",
        ("sr",),
        FAITHFUL,
    ),
    "x3": Words(
        "Faithful ×3",
        "Enlarges clean photographs ×3, as exactly as a small network can.",
        "Makes clean pictures three times as wide. It stays faithful to what is there, so it invents no texture, and "
        "it enlarges noise and JPEG blocks along with the rest.",
        "upscale",
        ("sr",),
        FAITHFUL,
    ),
    "x4": Words(
        "Faithful ×4",
        "Enlarges clean photographs ×4, as exactly as a small network can.",
        "Makes clean pictures four times as wide, slower and more exact than its fast sister. Fine texture such as "
        "hair and leaves stays soft, and noise and JPEG blocks are enlarged along with the rest.",
        "upscale",
        ("sr",),
        FAITHFUL,
    ),
    "photo-x2": Words(
        "Photo ×2",
        "Enlarges photographs as people have them (noise, JPEG, slight blur) ×2.",
        "Doubles photographs as they come from phones and the web, and takes off noise, JPEG blocks and slight blur on "
        "the way. Edges and texture come out crisper than the picture holds them: likely, not known.",
        "upscale",
        ("photo",),
        INVENTIVE,
        blind=True,
        twin="photo-x2-faithful",
    ),
    "photo-x2-faithful": Words(
        "Photo ×2, faithful",
        "Enlarges photographs as people have them (noise, JPEG, slight blur) ×2, and invents nothing.",
        "Enlarges photographs from phones and the web and takes off noise, JPEG blocks and slight blur. "
        "It leaves out what it does not know, so it is calmer and smoother than networks that draw likely texture.",
        "upscale",
        ("photo",),
        CALM,
        blind=True,
    ),
    "photo-x4": Words(
        "Photo ×4",
        "Enlarges photographs as people have them (noise, JPEG, slight blur) ×4.",
        "Makes photographs from phones and the web four times as wide, and takes off noise, JPEG blocks and slight "
        "blur on the way. Edges and texture come out crisper than the picture holds them: likely, not known.",
        "upscale",
        ("photo",),
        INVENTIVE,
        blind=True,
        twin="photo-x4-faithful",
    ),
    "photo-x4-faithful": Words(
        "Photo ×4, faithful",
        "Enlarges photographs as people have them (noise, JPEG, slight blur) ×4, and invents nothing.",
        "Enlarges photographs from phones and the web and takes off noise, JPEG blocks and slight blur. "
        "It leaves out what it does not know, so it is calmer and smoother than networks that draw likely texture.",
        "upscale",
        ("photo",),
        CALM,
        blind=True,
    ),
    "photo-x1": Words(
        "Photo same size",
        "Cleans photographs as people have them (noise, JPEG, slight blur) at their own size.",
        "Takes noise, JPEG blocks and slight blur off photographs from phones and the web, at the same size, when it "
        "is not known what is wrong with them. Edges and texture come out crisper: likely, not known.",
        "mend",
        ("photo",),
        INVENTIVE,
        blind=True,
        twin="photo-x1-faithful",
    ),
    "photo-x1-faithful": Words(
        "Photo same size, faithful",
        "Cleans photographs as people have them (noise, JPEG, slight blur) at their own size, and invents nothing.",
        "Cleans photographs from phones and the web at their own size: noise, JPEG blocks and slight blur. "
        "It leaves out what it does not know, so it is calmer and smoother than networks that draw likely texture.",
        "mend",
        ("photo",),
        CALM,
        blind=True,
    ),
    "denoise": Words(
        "Denoise",
        "Takes noise of unknown strength off photographs.",
        "Removes noise of any strength up to about 55 levels, at the same size, within seconds on an ordinary "
        "processor. It is not told how strong the noise is, and weak texture may go with strong noise.",
        "denoise",
        ("noise",),
        (
            "Trained on noise that differs from pixel to pixel: the coarse, blotchy noise of strongly compressed phone "
            "pictures stays in part.",
            "Weak texture (skin, fabric, distant leaves) cannot be told from strong noise and is smoothed with it.",
        ),
    ),
    "deblock": Words(
        "Repair JPEG",
        "Takes the blocks and rings of JPEG off photographs, grey and colour.",
        "Removes the blocks, rings and colour smears of JPEG compression of any quality, at the same size, within "
        "seconds on an ordinary processor. What compression wiped out stays smooth.",
        "deblock",
        ("jpeg", "jpeg-colour"),
        (
            "Texture that compression has wiped out does not come back: walls, skin and grass stay smooth.",
            "A picture that was enlarged or shrunk after it was compressed has blocks of another size, of which it "
            "takes off little.",
        ),
    ),
    "tone": Words(
        "Brighten",
        "Lifts photographs taken in the dark, takes off colour casts, and cleans the noise that was lifted with them.",
        "Brightens dark photographs and balances their colours by curves chosen for each picture, then takes off the "
        "noise that comes up from the shadows. Photographs in good light stay almost as they are.",
        "lowlight",
        ("tone", "daylight"),
        (
            "Where the dark holds nothing but noise, it cannot bring anything back: such places become blotches.",
            "Strong contrast in good light, with deep blacks, can be taken for a dark picture and turn pale.",
            "A picture that was meant to be dark or tinted (a night sky, a sunset, a stage) is brightened or balanced "
            "as well.",
        ),
    ),
    "repair": Words(
        "Repair",
        "Draws what is missing in a photograph: scratches, dust, text or small objects that somebody painted over.",
        "Fills what a mask covers from what lies around it, at the same size, within seconds on an ordinary processor. "
        "Scratches, dust and text vanish; what it draws in their place is invented. Large holes turn out smooth.",
        "repair",
        ("holes",),
        (
            "Holes wider than about 20 pixels are filled smoothly: no branches, faces or letters are made up in them. "
            "There the method texture, which takes patches of the picture, looks more like it.",
            "Fine texture stops at the border of a hole, which shows on grass, hair and gravel.",
        ),
    ),
    "video": Words(
        "Clean video",
        "Cleans clips of noise and compression, and remembers from frame to frame.",
        "Takes noise and the traces of compression off surveillance-like clips at their own size. It "
        "follows movement and sees what it drew for the frame before, so the result is cleaner and flickers less than "
        "frames that are cleaned one by one.",
        VIDEO,
        ("clips",),
        REMEMBERED,
    ),
    "video-x2": Words(
        "Clean video ×2",
        "Cleans clips of noise and compression, makes them twice as large, and remembers from frame to frame.",
        "Doubles the size of surveillance-like clips while it takes noise and the traces of compression off. It "
        "follows movement and sees what it drew for the frame before, so the result flickers less than frames that are "
        "enlarged one by one.",
        VIDEO,
        ("clips-x2",),
        REMEMBERED,
    ),
}
