"""Which crops each card shows: pictures that scikit-image carries, what happened to them, and whether it went well."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from enhancer.models.bundled import GOOD

CAT, COFFEE, FACE, PAGE, ROCKET = "chelsea.png", "coffee.png", "astronaut.png", "page.png", "rocket.jpg"


@dataclass(frozen=True)
class Damage:
    """What happens to a picture; the defaults do nothing. After `gamma` and `blur` it is shrunk for the model.

    `blur` is the standard deviation of a Gauss kernel in pixels, `shrunk` a factor before JPEG that is undone after
    it, `gamma` darkens, `noise` is a standard deviation of 255 in grains of `grain` pixels, `quality` libjpeg's.
    """

    blur: float = 0.0
    shrunk: float = 1.0
    gamma: float = 1.0
    noise: float = 0.0
    grain: int = 1
    quality: int = 0

    @property
    def told(self) -> str:
        """In words."""
        grain = f" in grains of {self.grain} pixels" if self.grain > 1 else ""
        parts = [
            f"darkened by gamma {self.gamma:g}" if self.gamma != 1 else "",
            f"blur {self.blur:g}" if self.blur else "",
            f"noise of {self.noise:g} levels{grain}" if self.noise else "",
            f"JPEG quality {self.quality}" if self.quality else "",
            f"compressed at 1/{self.shrunk:g} of its size" if self.shrunk != 1 else "",
        ]
        return ", ".join(filter(None, parts)) or "shrunk alone"


@dataclass(frozen=True)
class Crop:
    """A part of a picture, at `left` and `top` of the truth, and its caption; `good` where the model does well."""

    caption: str
    picture: str
    left: int
    top: int
    damage: Damage
    good: bool = False
    width: int = 200
    height: int = 160

    def file(self, model_id: str) -> str:
        """The name of its picture beside the card."""
        return f"{model_id}.{self.caption}{GOOD if self.good else ''}.webp"


WEB = Damage(blur=0.7, noise=4, quality=60)  # as pictures come from phones by way of a messenger
FUR = Crop("fur-stays-smooth", CAT, 60, 60, Damage(blur=1.2, noise=10, quality=40))
TEXT = Crop("small-text-stays-unreadable", PAGE, 60, 20, Damage(blur=1.6, noise=4, quality=60))
FACE_CLEARS = Crop("a-face-clears-up", FACE, 130, 30, WEB, good=True)
HANDLE_CLEARS = Crop("edges-come-back", COFFEE, 60, 120, WEB, good=True)
BLURRED_TEXT = Crop("small-text-stays-unreadable", PAGE, 60, 20, Damage(blur=3, noise=4, quality=60))
TEXT_CLEARS = Crop("blurred-text-becomes-readable", PAGE, 60, 20, Damage(blur=1.6, noise=4, quality=60), good=True)
ROCKET_CLEARS = Crop("noise-and-blocks-are-gone", ROCKET, 300, 120, WEB, good=True)
SMALL_FACE = Crop("a-small-face-stays-vague", FACE, 130, 30, WEB)
LINES = Crop("lines-come-out-clean", ROCKET, 300, 120, Damage(), good=True)
EYES = Crop("eyes-and-hair-stay-true", FACE, 150, 60, Damage(), good=True)
GRAIN = Crop("noise-is-enlarged-too", COFFEE, 60, 120, Damage(noise=12))
BLURRED = Damage(blur=1.2, noise=6, quality=70)
FACE_SHARPENS, EDGES_SHARPEN = (replace(c, damage=BLURRED) for c in (FACE_CLEARS, HANDLE_CLEARS))
DRAWN_FUR = replace(FUR, caption="fur-is-drawn-not-known")
DRAWN_TEXT = replace(BLURRED_TEXT, caption="small-text-only-looks-like-letters")
HARD_FACE = replace(FACE_CLEARS, caption="a-face-that-was-hardly-blurred-turns-hard", good=False)
CROPS: Mapping[str, tuple[Crop, ...]] = {
    "x2-fast": (EYES, LINES, GRAIN),
    "x4-fast": (EYES, LINES, GRAIN),
    "photo-x2": (FACE_SHARPENS, EDGES_SHARPEN, HARD_FACE, DRAWN_FUR, DRAWN_TEXT),
    "photo-x2-faithful": (FACE_CLEARS, HANDLE_CLEARS, FUR, TEXT),
    "photo-x4-faithful": (ROCKET_CLEARS, HANDLE_CLEARS, SMALL_FACE, FUR, TEXT),
    "photo-x1": (FACE_SHARPENS, EDGES_SHARPEN, TEXT_CLEARS, HARD_FACE, DRAWN_FUR, DRAWN_TEXT),
    "photo-x1-faithful": (FACE_CLEARS, HANDLE_CLEARS, TEXT_CLEARS, FUR, BLURRED_TEXT),
    "denoise": (
        Crop("edges-stay-sharp", COFFEE, 60, 120, Damage(noise=25), good=True),
        Crop("a-face-keeps-its-features", FACE, 130, 30, Damage(noise=25), good=True),
        Crop("weak-texture-is-smoothed", CAT, 60, 60, Damage(noise=50)),
        Crop("coarse-noise-stays", CAT, 60, 60, Damage(noise=25, grain=3)),
    ),
    "deblock": (
        Crop("blocks-and-rings-are-gone", FACE, 130, 30, Damage(quality=15), good=True),
        Crop("smooth-areas-stay-smooth", ROCKET, 300, 120, Damage(quality=20), good=True),
        Crop("fur-stays-smooth", CAT, 60, 60, Damage(quality=5)),
        Crop("enlarged-blocks-stay", FACE, 130, 30, Damage(shrunk=1.7, quality=25)),
    ),
    "tone": (
        Crop("a-dark-room-is-lit", COFFEE, 60, 120, Damage(gamma=2.5, noise=3), good=True),
        Crop("a-dark-portrait-is-lit", FACE, 130, 30, Damage(gamma=3.0, noise=2), good=True),
        Crop("deep-darkness-stays-dim", CAT, 60, 60, Damage(gamma=3.5, noise=12)),
    ),
}
