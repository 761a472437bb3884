"""`python -m tests.benchmarks.faults FOLDER...`: how often a fault is named rightly, by the network with
and without the spectrum, and by measuring.

Every picture of the folders is shown as it is and with each fault alone, always of the same strength and seed; the
measurements are those of the diagnosis without its network. `--hidden` tells instead which points noise gets that lies
below compression: what `enhancer.evidence.diagnosis.seen.SUSPICIOUS` must tell apart.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from enhancer.evidence.diagnosis import Diagnosis, diagnose
from enhancer.evidence.diagnosis.resolution import HALF
from enhancer.evidence.diagnosis.seen import SUSPICIOUS, faults_of, likely_faults
from enhancer.evidence.diagnosis.view import view_of
from enhancer.media.picture import Picture
from enhancer.training.data import picture_files, read_rgb
from enhancer.training.degradations import Jpeg, quantise
from enhancer.training.degradations.faults import FAULTS, Faults, FaultsParams

CLEAN = "clean"
KINDS = (CLEAN, *FAULTS)
SEED = 80_000
HIDDEN = 20  # grey levels of the noise that `--hidden` lays below compression


def damaged(files: list[Path]) -> list[tuple[str, torch.Tensor]]:
    """Each picture once for each of `KINDS`, as (kind, (3, H, W) in [0, 1])."""
    kind, out = Faults(traces=0), []
    for n, file in enumerate(files):
        sharp = read_rgb(file)[None] / 255.0
        for m, name in enumerate(KINDS):
            params: FaultsParams = kind.draw(1, torch.Generator().manual_seed(SEED + n))
            alone = torch.tensor([[fault == name for fault in FAULTS]])
            out.append((KINDS[m], kind.apply(sharp, replace(params, present=alone))[0]))
    return out


def by_measuring(found: Diagnosis) -> str:
    """The fault that the measurements alone speak for."""
    detail = found["resolution"].value
    if "dark" in found["brightness"].verdict:
        return "darkness"
    if found["noise"].found or found["grain"].found:
        return "noise"
    if found["jpeg"].found:
        return "compression"
    if detail is not None and detail < HALF * max(found.width, found.height):
        return "enlargement"
    return "blur" if found["softness"].found else CLEAN


def by_both(picture: Picture) -> str:
    """The likeliest fault, if any is likely, by the network joined with the spectrum."""
    return _likeliest(likely_faults(picture))


def by_network(picture: Picture) -> str:
    """The same by the network alone."""
    return _likeliest(faults_of(view_of(picture, None)))


def _likeliest(found: dict[str, float]) -> str:
    best = max(found, key=lambda name: found[name])
    return best if found[best] > 0.5 else CLEAN


WAYS: dict[str, Callable[[Picture], str]] = {
    "both": by_both,
    "network": by_network,
    "measuring": lambda picture: by_measuring(diagnose(picture)),
}


def below_compression(files: list[Path], sigma: float) -> list[float]:
    """The points in [0, 1] for noise of `sigma` grey levels below JPEG of quality 30 to 80, picture by picture."""
    found = []
    for n, file in enumerate(files):
        source = torch.Generator().manual_seed(SEED + n)
        sharp = read_rgb(file)[None] / 255.0
        noisy = quantise(sharp + torch.randn(sharp.shape, generator=source) * sigma / 255)
        kind = Jpeg(quality=(30, 80), double=0.0)
        found.append(likely_faults(Picture(kind.apply(noisy, kind.draw(1, source))[0]))["noise"])
    return found


def hidden(folder: Path, files: list[Path]) -> None:
    """How far clean pictures come, and how many noisy ones stay below what counts."""
    clean, noisy = (below_compression(files, sigma) for sigma in (0, HIDDEN))
    missed = sum(points < SUSPICIOUS for points in noisy)
    alarms = sum(points >= SUSPICIOUS for points in clean)
    sys.stdout.write(
        f"{folder.name}: of {len(files)} without noise {alarms} get {SUSPICIOUS} or more (at most {max(clean):.2f}); "
        f"of as many with noise of {HIDDEN} levels {missed} get less\n"
    )


def main() -> None:
    """All ways on every folder."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--every", type=int, default=1, help="look at every n-th picture alone")
    parser.add_argument("--hidden", action="store_true", help="noise below compression")
    a = parser.parse_args()
    for folder in a.folders:
        if a.hidden:
            hidden(folder, picture_files(folder)[:: a.every])
            continue
        shown = damaged(picture_files(folder)[:: a.every])
        for way, name_of in WAYS.items():
            right: Counter[str] = Counter()
            for name, pixels in shown:
                picture = Picture(pixels)
                right[name] += name == name_of(picture)
            count = len(shown) // len(KINDS)
            each = "  ".join(f"{name} {right[name] / count:.0%}" for name in KINDS)
            macro = sum(right.values()) / len(shown)
            sys.stdout.write(f"{folder.parent.name}: {way:9} {macro:.1%} of {len(shown)} ({each})\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
