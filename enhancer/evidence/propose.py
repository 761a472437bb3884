"""From a diagnosis to a chain of tasks: restore, then tone, then upscale, each step with its reason."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from enhancer.evidence.diagnosis import Diagnosis, Finding
from enhancer.evidence.diagnosis.resolution import HALF
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Bundled, Entry
from enhancer.tasks.chain import Step
from enhancer.tasks.choose import AUTO, usual_model

STRONGEST_NOISE = 75.0  # levels that the tasks take
JPEG_QUALITIES, JPEG_TOLERANCES = (10, 30, 50, 80), (25.0, 15.0, 10.0, 6.0)  # of bilateral smoothing, by measurement
SMOOTHING_RADIUS = 2.0
SPOILED = ("noise", "grain", "jpeg", "hidden_noise", "resolution")  # these would be sharpened along
SHARPENING, WIDEST = 2.0, 3.0  # amount of the unsharp mask, and its largest radius in pixels
LIGHT_TOP, MOST_GAIN = 90.0, 3.0  # percent of white that the lightest part is lifted to
DIM_TOP = 60.0  # percent; below, light is missing everywhere and a gain gives it back
MIDDLE, MOST_GAMMA = 0.35, 5.0  # mean brightness that a dark picture with lights is lifted to
FEW_PIXELS, USUAL = 4_000_000, 2.0  # smaller pictures are usually wished larger, and so much


@dataclass(frozen=True)
class ProposedStep:
    """A step, why it is proposed in one plain sentence, and the id of the finding that it answers ("" for a wish)."""

    step: Step
    reason: str
    finding: str = ""


@dataclass(frozen=True)
class Proposal:
    """A chain for `run_chain`, in order; `unmet` has one sentence for each fault that no bundled tool mends."""

    steps: tuple[ProposedStep, ...]
    unmet: tuple[str, ...] = ()

    @property
    def chain(self) -> tuple[Step, ...]:
        """The steps alone."""
        return tuple(proposed.step for proposed in self.steps)


def as_plain(found: Diagnosis, proposal: Proposal) -> dict[str, Any]:
    """Both for JSON."""
    return {
        "findings": [asdict(finding) for finding in found.findings],
        "steps": [asdict(step) for step in proposal.steps],
        "unmet": list(proposal.unmet),
    }


def usual_factor(width: int, height: int) -> float:
    """By how much of a side a picture of this size is enlarged where nobody says so."""
    return USUAL if width * height < FEW_PIXELS else 1.0


def propose(diagnosis: Diagnosis, factor: float = 1.0, catalog: tuple[Entry, ...] = CATALOG) -> Proposal:
    """The chain that the findings call for, enlarging at the end where `factor`, of a side, is over 1.

    Learned tasks are proposed only where `catalog` holds a bundled model for them, else the classical task that was
    measured to help. Raises ValueError for a factor outside 1 to 4.
    """
    if not 1 <= factor <= 4:
        raise ValueError(f"a factor must lie between 1 and 4, not {factor}")
    bundled = tuple(entry for entry in catalog if isinstance(entry.source, Bundled))
    if factor > 1 and (whole := _photograph(diagnosis, factor, bundled)):
        return Proposal(
            (*_brighten(diagnosis, bundled), whole), tuple(_unmet(diagnosis, {"brightness", whole.finding}))
        )
    wanted = (*_restore(diagnosis, bundled), *(step for rule in RULES for step in rule(diagnosis, bundled)))
    unmet = _unmet(diagnosis, {proposed.finding for proposed in wanted})
    return Proposal((*wanted, *_enlarge(diagnosis, factor, bundled)), tuple(unmet))


def _photograph(diagnosis: Diagnosis, factor: float, bundled: tuple[Entry, ...]) -> ProposedStep | None:
    """The network for photographs of unknown faults, where what it learned to mend is seen and nothing else.

    Traces of JPEG, however weak, show that a camera or the web has worked on the picture before: its noise is then no
    longer as fine as a sensor's, which the measurements of noise and sharpness cannot tell from texture. By eye on
    real photographs, networks for clean pictures and sharpening made such noise plainer in all of them.
    """
    noise, grain, jpeg, hidden = (diagnosis[i] for i in ("noise", "grain", "jpeg", "hidden_noise"))
    model = usual_model(bundled, "upscale", factor)
    camera = jpeg.value is not None and not jpeg.found and not noise.found
    if model is None or not model.blind or _small(diagnosis) or not (camera or grain.found or hidden.found):
        return None
    if grain.found:
        seen = f"There is blotchy noise of about {grain.value:.0f} brightness levels"
    elif hidden.found:
        seen = _smeared(jpeg)
    else:
        seen = f"Weak traces of JPEG, of quality {jpeg.value:.0f}, show that it comes from a camera or the web"
    reason = f"{seen}: enlarged {factor:g} times by the network that mends what they do."
    answered = next((i for i in ("grain", "hidden_noise", "softness") if diagnosis[i].found), "")
    return ProposedStep(Step("upscale", {"scale": factor, "model": model.id}), reason, answered)


def _restore(diagnosis: Diagnosis, bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    """Noise and compression: one network for both where there is one, else a step for each."""
    noise, jpeg = diagnosis["noise"], diagnosis["jpeg"]
    if diagnosis["grain"].found:
        return _smooth(diagnosis["grain"], jpeg, bundled)
    if noise.found and jpeg.found and _model("mend", bundled):
        reason = (
            f"There is {_noise_words(noise)} and JPEG compression of quality {jpeg.value:.0f}; one network mends both."
        )
        return [ProposedStep(Step("mend"), reason, "noise")]
    if diagnosis["hidden_noise"].found and _model("mend", bundled):
        return [ProposedStep(Step("mend"), f"{_smeared(jpeg)}; one network mends both.", "hidden_noise")]
    return [*_denoise(noise, bundled), *_deblock(jpeg, bundled)]


def _smeared(jpeg: Finding) -> str:
    return f"There is noise that JPEG compression of quality {jpeg.value:.0f} has smeared"


def _smooth(grain: Finding, jpeg: Finding, bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    """Against blotches: the network for photographs of unknown faults, else denoising that finds its own strength."""
    reason = f"There is blotchy noise of about {grain.value:.0f} brightness levels, coarser than the pixels."
    if _model("mend", bundled):
        return [ProposedStep(Step("mend"), reason, "grain")]
    if _model("denoise", bundled):
        return [*_deblock(jpeg, bundled), ProposedStep(Step("denoise"), reason, "grain")]
    return _deblock(jpeg, bundled)


def _denoise(noise: Finding, bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    if not noise.found or noise.value is None:
        return []
    level = min(noise.value, STRONGEST_NOISE)
    reason = f"There is {_noise_words(noise)}; taking it away first keeps it from being enlarged."
    if entry := _model("denoise", bundled):
        return [ProposedStep(Step("denoise", {"noise": round(level, 1)} if _told(entry) else {}), reason, "noise")]
    if _model("mend", bundled):
        return [ProposedStep(Step("mend"), reason, "noise")]
    return [ProposedStep(Step("wavelet", {"noise": round(level, 1)}), reason, "noise")]


def _noise_words(noise: Finding) -> str:
    return f"noise of {noise.value:.0f} brightness levels"


def _deblock(jpeg: Finding, bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    if not jpeg.found or jpeg.value is None:
        return []
    quality = int(jpeg.value)
    reason = f"JPEG compression of quality {quality} left blocks and rings, which enlarging would make plainer."
    if entry := _model("deblock", bundled):
        return [ProposedStep(Step("deblock", {"quality": quality} if _told(entry) else {}), reason, "jpeg")]
    if _model("mend", bundled):
        return [ProposedStep(Step("mend"), reason, "jpeg")]
    tolerance = round(float(np.interp(quality, JPEG_QUALITIES, JPEG_TOLERANCES)), 1)
    smooth = Step("bilateral", {"radius": SMOOTHING_RADIUS, "tolerance": tolerance})
    return [ProposedStep(smooth, reason, "jpeg")]


def _brighten(diagnosis: Diagnosis, bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    mean, top = diagnosis["brightness"], diagnosis["highlights"].value
    if "dark" not in mean.verdict or mean.value is None or not top:
        return []
    if top < DIM_TOP:
        step = Step("contrast", {"factor": round(min(LIGHT_TOP / top, MOST_GAIN), 2), "pivot": 0.0})
    elif _model("lowlight", bundled):
        step = Step("lowlight")
    else:
        gamma = np.log(max(mean.value, 0.5) / 100) / np.log(MIDDLE)
        step = Step("gamma", {"gamma": round(float(np.clip(gamma, 1, MOST_GAMMA)), 2)})
    reason = f"The picture is {mean.verdict}: {mean.value:.0f} % of white on average, so it is lifted."
    return [ProposedStep(step, reason, "brightness")]


def _sharpen(diagnosis: Diagnosis, _bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    """Only where nothing else would be sharpened along, and nothing was enlarged before."""
    soft = diagnosis["softness"]
    if not soft.found or soft.value is None or any(diagnosis[i].found for i in SPOILED):
        return []
    radius = round(min(soft.value, WIDEST), 1)
    reason = f"Edges are blurred over about {soft.value:.1f} pixels, so they are lifted by as much."
    return [ProposedStep(Step("unsharp", {"amount": SHARPENING, "radius": radius}), reason, "softness")]


def _shrink(diagnosis: Diagnosis, _bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    detail = diagnosis["resolution"]
    if not _small(diagnosis) or detail.value is None:
        return []
    reason = (
        f"The file carries about {detail.value:.0f} of its {_side(diagnosis)} pixels as detail; at that size a network "
        "sees the picture as it learned to."
    )
    return [ProposedStep(Step("upscale", {"long_side": round(detail.value), "strength": 0.0}), reason, "resolution")]


RULES: tuple[Callable[[Diagnosis, tuple[Entry, ...]], list[ProposedStep]], ...] = (_brighten, _sharpen, _shrink)


def _enlarge(diagnosis: Diagnosis, factor: float, bundled: tuple[Entry, ...]) -> list[ProposedStep]:
    """With a model for clean pictures, because whatever was found has been mended by now."""
    shrunk, target = _small(diagnosis), factor * _side(diagnosis)
    if factor == 1 and not shrunk:
        return []
    needed = target / (diagnosis["resolution"].value or target) if shrunk else factor
    faithful = sorted(
        (e for e in bundled if e.purpose == "upscale" and not e.blind and not e.twin), key=lambda e: e.scale
    )
    model = next((e.id for e in faithful if e.scale >= needed), faithful[-1].id if faithful else AUTO)
    reason = (
        "It is drawn anew at its size from the detail that it has."
        if factor == 1
        else f"Enlarged {factor:g} times as wished."
    )
    size = (
        {side: round(factor * getattr(diagnosis, side)) for side in ("width", "height")}
        if shrunk
        else {"scale": factor}
    )
    return [ProposedStep(Step("upscale", {**size, "model": model}), reason, "resolution" if shrunk else "")]


def _unmet(diagnosis: Diagnosis, met: set[str]) -> list[str]:
    said = {
        "grain": "No network is bundled that takes blotchy noise away.",
        "clipping": "Tones that are pure black or white are lost; nothing is proposed for them.",
        "cast": "The colours may be those of the light or of the subject; White balance takes a cast away.",
    }
    return [words for i, words in said.items() if diagnosis[i].found and i not in met]


def _small(diagnosis: Diagnosis) -> bool:
    """Whether the file was plainly enlarged before."""
    value = diagnosis["resolution"].value
    return value is not None and value < HALF * _side(diagnosis)


def _side(diagnosis: Diagnosis) -> int:
    return max(diagnosis.width, diagnosis.height)


def _model(purpose: str, bundled: tuple[Entry, ...]) -> Entry | None:
    return next((entry for entry in bundled if entry.purpose == purpose), None)


def _told(entry: Entry) -> bool:
    """Whether the network takes a map of how strong the damage is."""
    return bool(entry.hyperparameters.get("planes", 0))
