"""Holes filled with patches from elsewhere in the picture, so that texture goes on where a network would be vague.

After Newson, Almansa, Gousseau and Pérez, "Non-Local Patch-Based Image Inpainting" (IPOL 2017), which goes back to
Wexler, Shechtman and Irani (PAMI 2007): from coarse to fine, each patch that touches the hole looks for the one like
it among those that are known, and the hole becomes the mean of what they found. The search is PatchMatch (Barnes et
al., SIGGRAPH 2009), for all patches at the same time.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from enhancer.progress import Progress
from enhancer.tasks.holes import width_of
from enhancer.tasks.repair_options import TEXTURE

RADIUS = 3  # of a patch, in pixels
SIDE = 2 * RADIUS + 1
ROUNDS, FIRST_ROUNDS = 3, 8  # of search and mean at each size of the picture, and at the smallest
SWEEPS, FIRST_SWEEPS = 1, 4  # of the search in each round, and where nothing was found before
STEPS = [(down * far, right * far) for far in (1, 3) for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0))]
SMALLEST = 4 * SIDE  # pixels of the shorter side
SHARE = 0.75  # of the patches count; the weights of the others fall off fast
SEARCHED = 60_000  # patches; where there are more, what was found at half the size is only taken over (7 s, 0.4 GB)
GRAIN = 50**0.5  # by which texture counts more than colour, as in the paper
GREY = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
NEVER = 1e6  # how far apart patches are of which nothing is known


def filled_with_patches(pixels: Tensor, hole: Tensor, progress: Progress) -> Tensor | None:
    """(3, H, W) and its hole (1, H, W) of 0 and 1 → (3, H, W), the same each time.

    None where the picture knows no whole patch. Raises Cancelled at the next round after a cancel.
    """
    sizes, dice = _sizes(hole), torch.Generator().manual_seed(0)
    whole = torch.cat([pixels, _texture(pixels, hole, 2 ** (len(sizes) - 1))])
    before: _Scene | None = None
    for n, size in enumerate(sizes):
        gone = F.interpolate(hole[None], size, mode="area")[0, 0] > 0
        scene = _Scene(F.interpolate(whole[None], size, mode="area")[0], gone, dice)
        if not len(scene.sources):
            continue
        if before is None:
            scene.peel()
            rounds = FIRST_ROUNDS
        else:
            scene.go_on(before)
            rounds = ROUNDS if len(scene.wanted) <= SEARCHED else 0
        for turn in range(rounds):
            progress.step(n * rounds + turn, len(sizes) * rounds, TEXTURE)
            scene.search(SWEEPS)
            scene.draw(scene.gone, best=n == len(sizes) - 1 and turn == rounds - 1)
        before = scene
    progress.step(1, 1, TEXTURE)
    return None if before is None else torch.where(hole > 0, before.picture()[:3], pixels)


def _sizes(hole: Tensor) -> list[tuple[int, int]]:
    """Rows and columns from coarse to fine: in the first, the hole is no wider than a patch."""
    rows, columns = hole.shape[-2:]
    wide = width_of(hole[0].numpy() > 0)
    least = max(0, math.floor(math.log2(max(min(rows, columns) / SMALLEST, 1))))
    halvings = min(max(0, math.ceil(math.log2(wide / SIDE))), least)
    return [(rows >> n, columns >> n) for n in range(halvings, -1, -1)]


def _texture(pixels: Tensor, hole: Tensor, side: int) -> Tensor:
    """How much grey changes to the right and down, the mean over `side` pixels around, where it is known (eq. 7)."""
    grey, known = (pixels * GREY).sum(0, keepdim=True), 1 - hole
    found = []
    for axis in (1, 2):
        both = known * known.roll(1, axis)
        change = (grey - grey.roll(1, axis)).abs() * both
        found.append(GRAIN * _mean(change, side) / _mean(both, side).clamp(min=1e-6))
    return torch.cat(found)


def _mean(plane: Tensor, side: int) -> Tensor:
    """(1, H, W): over `side` pixels around each, those beyond the picture counting as 0."""
    for kernel, margin in (((2 * side + 1, 1), (side, 0)), ((1, 2 * side + 1), (0, side))):
        plane = F.avg_pool2d(plane, kernel, 1, margin)
    return plane


class _Scene:
    """A picture at one size: what patches around its hole found, as indices into the flat picture with its margin."""

    def __init__(self, pixels: Tensor, hole: Tensor, dice: torch.Generator) -> None:
        self.rows, self.columns = hole.shape
        self.width, self.dice = self.columns + 2 * RADIUS, dice
        self.flat = _framed(pixels)
        self.trust = 1 - _framed(hole[None].float())[:, 0]  # 0 where nothing was drawn yet
        reach = torch.arange(-RADIUS, RADIUS + 1)
        self.around = (reach[:, None] * self.width + reach).flatten()
        wide = F.max_pool2d(hole[None].float(), SIDE, 1, RADIUS)[0] > 0
        inner = torch.zeros_like(hole)
        inner[RADIUS:-RADIUS, RADIUS:-RADIUS] = True
        self.gone, self.wanted = self._places(hole), self._places(wide)
        self.sources = self._places(inner & ~wide)
        self.known = self._marked(self.sources, torch.ones(len(self.sources), dtype=torch.bool))
        self.number = self._marked(self.wanted, torch.arange(1, len(self.wanted) + 1)) - 1  # -1 where none is wanted

    def peel(self) -> None:
        """Draw the hole from its rim inwards, by what is known of each patch so far."""
        self.found = self._any()
        while (self.trust[self.gone] == 0).any():
            self.search(FIRST_SWEEPS)
            left = self.gone[self.trust[self.gone] == 0]
            beside = torch.tensor([1, -1, self.width, -self.width])
            rim = left[(self.trust[left[:, None] + beside] > 0).any(1)]
            self.draw(rim, best=False)

    def go_on(self, before: "_Scene") -> None:
        """Each wanted patch goes on from what its like in the smaller picture found."""
        here = self._rows_and_columns(self.wanted)
        scale = torch.tensor([self.rows / before.rows, self.columns / before.columns])
        there = (here / scale).long().minimum(before.last)
        asked = before.number[before.index(there)]
        came = before._rows_and_columns(before.found[asked.clamp(min=0)])
        place = self.index(((came - there) * scale).round().long().add(here).clamp(min=0).minimum(self.last))
        self.found = torch.where((asked >= 0) & self.known[place], place, self._any())
        self.apart = torch.zeros(len(self.wanted))
        self.draw(self.gone, best=False)

    def search(self, sweeps: int) -> None:
        """PatchMatch: what the neighbours found, moved along; then chance, ever nearer to what was found."""
        self.patches = self.flat[self.wanted[:, None] + self.around]
        self.trusted = self.trust[self.wanted[:, None] + self.around]
        everyone = torch.arange(len(self.wanted))
        self.apart = self._distance(everyone, self.found)
        for _ in range(sweeps):
            for down, right in STEPS:
                step = down * self.width + right
                asked = self.number[(self.wanted + step).clamp(0, len(self.number) - 1)]
                self._try((self.found[asked.clamp(min=0)] - step).clamp(0, len(self.known) - 1), asked >= 0)
            radius = max(self.rows, self.columns)
            while radius >= 1:
                near = torch.rand(len(self.wanted), 2, generator=self.dice).mul(2).sub(1).mul(radius).round().long()
                self._try(self.index(self._rows_and_columns(self.found).add(near).clamp(min=0).minimum(self.last)))
                radius //= 2

    def draw(self, places: Tensor, best: bool) -> None:
        """Each of these becomes the weighted mean of what the patches over it found, or what the best of them did."""
        falling = float(self.apart[self.apart < NEVER].quantile(SHARE)) + 1e-8
        weight = (-self.apart / (2 * falling)).exp()
        total = torch.zeros(len(places), 1)
        colours = torch.zeros(len(places), self.flat.shape[1])
        for offset in self.around.tolist():
            asked = self.number[places - offset]
            seen = self.flat[self.found[asked.clamp(min=0)] + offset]
            counts = torch.where(asked >= 0, weight[asked.clamp(min=0)], 0.0)[:, None]
            if best:
                colours, total = torch.where(counts > total, seen, colours), total.maximum(counts)
            else:
                colours, total = colours + counts * seen, total + counts
        self.flat[places] = colours if best else colours / total.clamp(min=1e-20)
        self.flat = _framed(self.picture())
        self.trust[places] = 1

    def picture(self) -> Tensor:
        """(3, H, W) without the margin."""
        framed = self.flat.reshape(self.rows + 2 * RADIUS, self.width, -1)
        return framed[RADIUS:-RADIUS, RADIUS:-RADIUS].permute(2, 0, 1).contiguous()

    @property
    def last(self) -> Tensor:
        return torch.tensor([self.rows - 1, self.columns - 1])

    def index(self, places: Tensor) -> Tensor:
        """(n, 2) rows and columns → indices."""
        return (places[:, 0] + RADIUS) * self.width + places[:, 1] + RADIUS

    def _rows_and_columns(self, index: Tensor) -> Tensor:
        return torch.stack([index // self.width - RADIUS, index % self.width - RADIUS], 1)

    def _places(self, mask: Tensor) -> Tensor:
        return self.index(mask.nonzero())

    def _any(self) -> Tensor:
        """For each wanted patch one by chance."""
        return self.sources[torch.randint(len(self.sources), (len(self.wanted),), generator=self.dice)]

    def _marked(self, places: Tensor, values: Tensor) -> Tensor:
        empty = torch.zeros(len(self.flat), dtype=values.dtype)
        empty[places] = values
        return empty

    def _distance(self, which: Tensor, places: Tensor) -> Tensor:
        """The mean squared difference between these wanted patches and those at `places`, as far as it is known."""
        apart = (self.patches[which] - self.flat[places[:, None] + self.around]).square_().sum(2)
        trusted = self.trusted[which]
        known = trusted.sum(1)
        return torch.where(known > 0, (apart * trusted).sum(1) / known.clamp(min=1), NEVER)

    def _try(self, places: Tensor, may: Tensor | None = None) -> None:
        can = self.known[places] if may is None else may & self.known[places]
        (which,) = (can & (places != self.found)).nonzero(as_tuple=True)
        apart = self._distance(which, places[which])
        nearer = apart < self.apart[which]
        self.found[which[nearer]], self.apart[which[nearer]] = places[which[nearer]], apart[nearer]


def _framed(pixels: Tensor) -> Tensor:
    """(3, H, W) → (rows · columns, 3) with a margin that repeats the rim."""
    framed = F.pad(pixels[None], (RADIUS,) * 4, mode="replicate")[0]
    return framed.flatten(1).T.contiguous()
