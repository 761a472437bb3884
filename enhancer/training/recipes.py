"""What varies between training runs, as small typed data; each field explains itself to the command line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from enhancer.options import option, parse
from enhancer.training.damage import DAMAGES, HOLES
from enhancer.training.losses import PIXEL_LOSSES
from enhancer.training.schedule import Schedule

R = TypeVar("R")
# name → architecture and hyper-parameters, beside the scale
FILE = "file"  # whatever network the weights given by --start belong to, of others too
NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "fast": ("generator", {"channels": 64, "depth": 12}),
    "small": ("generator", {"channels": 32, "depth": 8}),
    "quality": ("generator", {"channels": 64, "depth": 12, "blocks": 10}),
    "photo": ("photo", {"channels": 64, "depth": 12, "widths": [32, 64, 128], "blocks": [2, 2, 4]}),
    "photo-wide": ("photo", {"channels": 64, "depth": 12, "widths": [64, 96, 128], "blocks": [2, 2, 4]}),
    "unet": ("restoration-unet", {"widths": [32, 64, 128], "blocks": [2, 2, 4], "planes": 1}),
    "unet-wide": ("restoration-unet", {"widths": [64, 96, 128], "blocks": [2, 2, 4], "planes": 1}),
    "tone": ("tone", {}),
    "repair": ("repair", {"widths": [32, 64, 96, 128], "blocks": [1, 1, 2, 3]}),
    FILE: ("", {}),
    "tone-clean": ("tone", {"widths": [32, 64, 128], "blocks": [2, 2, 4]}),
}
ENLARGING = ("generator", "photo")  # what is told the scale
DISCRIMINATORS = ("patch", "unet")
SELECTIONS = ("psnr", "haarpsi")


@dataclass(frozen=True)
class Recipe(Schedule):
    """One training run of a network that restores or enlarges."""

    network: str = option("fast", "network to train; `file` is that of --start", choices=tuple(NETWORKS))
    scale: int = option(2, "output pixels for each input pixel and side", minimum=1, maximum=4)
    degradation: str = option("bicubic", "what happened to the input", choices=tuple(DAMAGES))
    batch: int = option(16, "pictures a step and process", minimum=1, maximum=1024)
    patch: int = option(32, "side of a training patch in low-resolution pixels", minimum=8, maximum=512)
    final_patch: int = option(48, "the same in the last part of the run", minimum=8, maximum=512)
    finish: float = option(0.35, "share of the run that this last part takes", minimum=0, maximum=1)
    muon_lr: float = option(0.005, "rate of Muon on hidden kernels; 0 leaves them to AdamW", minimum=0, maximum=0.1)
    adamw_lr: float = option(1e-3, "rate of AdamW on the rest", minimum=0, maximum=0.1)
    pixel_loss: str = option("l1", "distance of pixels", choices=tuple(PIXEL_LOSSES))
    fft_weight: float = option(0.05, "weight of the distance of spectra", minimum=0, maximum=10)
    sharpen: float = option(0.0, "how far truths are sharpened for the losses of pixels", minimum=0, maximum=2)
    adversarial: float = option(0.0, "weight of the least-squares GAN; 0 trains without one", minimum=0, maximum=10)
    relativistic: bool = option(False, "judge against the mean of the other side (relativistic average GAN)")
    smooth: bool = option(False, "show the judge the truth where that is smooth: nothing is drawn there to please it")
    artefact: float = option(0.0, "weight of the artefact map", minimum=0, maximum=10)
    feature: float = option(0.0, "weight of the match of discriminator features", minimum=0, maximum=10)
    grid: float = option(0.0, "weight of what sub-pixels differ by in the mean", minimum=0, maximum=100)
    discriminator: str = option("patch", "judge of the GAN", choices=DISCRIMINATORS)
    discriminator_width: int = option(32, "its channels", minimum=8, maximum=256)
    discriminator_lr: float = option(2e-4, "its rate", minimum=0, maximum=0.1)
    blind_share: float = option(0.3, "share of pictures whose strength the network is not told", minimum=0, maximum=1)
    swap_colours: float = option(0.1, "chance that a picture's colour channels trade places", minimum=0, maximum=1)
    grey: float = option(0.0, "chance that a picture is turned grey", minimum=0, maximum=1)
    zoom: float = option(0.5, "half of the batches are shrunk first, at most by this factor", minimum=0.1, maximum=1)
    freeze: str = option("", "parts that stay as they are, by the beginnings of their names: mend, or head,body")
    select: str = option("psnr", "what the best step is chosen by, on held-out pictures", choices=SELECTIONS)

    def architecture(self) -> tuple[str, dict[str, Any]]:
        """Name and hyper-parameters of the network."""
        name, hyperparameters = NETWORKS[self.network]
        return name, ({"scale": self.scale} | hyperparameters) if name in ENLARGING else hyperparameters


def changed(recipe: R, values: Mapping[str, Any]) -> R:
    """A recipe with some options replaced. Raises BadOptions for an unknown key or a value out of range."""
    return parse(type(recipe), asdict(recipe) | dict(values))  # type: ignore[call-overload]  # recipes are dataclasses


SR = Recipe()
BLIND = replace(
    SR, network="photo", scale=4, degradation="blind", batch=5, patch=64, finish=0, muon_lr=0.002, slack=1.0
)
CRISP: dict[str, Any] = {  # what the GAN adds to a blind recipe
    "sharpen": 0.1,
    "adversarial": 0.2,
    "smooth": True,
    "artefact": 1.0,
    "feature": 0.3,
    "grid": 3.0,
    "muon_lr": 0.0,
    "adamw_lr": 1e-4,
    "decay": 0.5,
    "select": "haarpsi",
    "slack": 3.0,
}
GAN = replace(BLIND, batch=8, patch=32, **CRISP)  # the judge sees four times as wide
CLEAN = replace(
    SR,
    network="unet",
    scale=1,
    batch=8,
    patch=96,
    final_patch=128,
    finish=0.2,
    pixel_loss="charbonnier",
    fft_weight=0.0,
)
TONE = replace(
    CLEAN,
    network="tone-clean",
    degradation="dark",
    pixel_loss="l1",
    muon_lr=0.0,
    patch=256,
    final_patch=256,
    swap_colours=0,
)
REPAIR = replace(
    CLEAN, network="repair", degradation=HOLES, pixel_loss="l1", fft_weight=0.02, patch=128, blind_share=0.0
)
BLIND_X1 = replace(BLIND, network="unet", scale=1, batch=8, patch=96)
FINETUNE = replace(
    SR, network=FILE, batch=8, patch=48, finish=0.0, muon_lr=0.0, adamw_lr=1e-4, decay=0.7, fft_weight=0.0
)
SUMMARIES = {
    "blind": "Enlarge or mend photographs whose faults nobody knows: blur, noise and JPEG in two orders.",
    "gan": "Crisp texture on top of `blind` by a least-squares GAN; start it from the weights of `blind`.",
    "denoise": "Take away noise of any strength, with or without a map of it.",
    "deblock": "Take away the blocks and rings of JPEG, with or without its quality.",
    "deblock-strong": "A finish of `deblock`: strong compression as often as weak, and squared errors; start it from "
    "deblock.",
    "tone": "Lift dark pictures, mend colour casts by curves and tables chosen for each picture, and clean the noise.",
    "repair": "Draw what is missing: scratches, dust, text or whole objects that somebody painted over.",
    "finetune": "Train on the network of --start, ours or any that the page can open, at its own scale.",
    "sr": "Enlarge pictures that were shrunk cleanly (MATLAB bicubic), the benchmark of the papers.",
    "x2-fast": "The bundled x2-fast: sr with the fast network.",
    "x4-fast": "The bundled x4-fast; start it from x2-fast.",
    "x2": "The bundled x2: sr with the quality network; start it from x2-fast.",
    "x3": "The bundled x3; start it from x2.",
    "x4": "The bundled x4; start it from x2.",
    "photo-x2-faithful": "The bundled twin of photo-x2: blind; to start from denoise joined with x2-fast it "
    "must be --network photo-wide.",
    "photo-x4-faithful": "The bundled twin of photo-x4: blind; to start from denoise joined with x4-fast it "
    "must be --network photo-wide.",
    "photo-x1-faithful": "The bundled twin of photo-x1: blind at the picture's own size; to start from denoise "
    "it must be --network unet-wide.",
    "photo-x2": "The bundled photo-x2: gan, start it from photo-x2-faithful.",
    "photo-x4": "The bundled photo-x4: gan, start it from photo-x4-faithful.",
    "photo-x1": "The bundled photo-x1: gan, start it from photo-x1-faithful.",
}
RECIPES: dict[str, Recipe] = {
    "sr": SR,
    "blind": BLIND,
    "gan": GAN,
    "denoise": replace(CLEAN, degradation="noise"),
    "deblock": replace(CLEAN, degradation="jpeg", grey=0.3),
    "deblock-strong": replace(
        CLEAN,
        network="unet-wide",
        degradation="strong-jpeg",
        grey=0.5,
        pixel_loss="l2",
        muon_lr=0.002,
        adamw_lr=7e-4,
    ),
    "tone": TONE,
    "repair": REPAIR,
    "finetune": FINETUNE,
    "x2-fast": replace(SR, scale=2),
    "x4-fast": replace(SR, scale=4),
    "x2": replace(SR, network="quality", scale=2),
    "x3": replace(SR, network="quality", scale=3),
    "x4": replace(SR, network="quality", scale=4),
    "photo-x2-faithful": replace(BLIND, scale=2),
    "photo-x4-faithful": BLIND,
    "photo-x1-faithful": BLIND_X1,
    "photo-x2": replace(BLIND, scale=2, **CRISP),
    "photo-x4": GAN,
    "photo-x1": replace(BLIND_X1, **CRISP),
}
