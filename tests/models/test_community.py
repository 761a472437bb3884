"""Checkpoints of others: golden pictures, every architecture of the catalogue, and networks that do not fit."""

import importlib
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from enhancer.engine import Engine
from enhancer.engine.tiling import halo_of, paste, spans
from enhancer.errors import WeightsRefused
from enhancer.media.picture import Picture
from enhancer.models.catalog import HUB_ENTRIES
from enhancer.models.contract import BOTH, Model
from enhancer.models.finetune import open_for_training
from enhancer.models.halo import ATTENTION, estimate_halo, window_grid
from enhancer.models.store import Store, open_model
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks.mask import packed
from enhancer.tasks.repair import repair
from enhancer.tasks.repair_options import RepairOptions

PUBLIC = "weights-public"
LEVEL = 1 / 255
# file → scale, channels, halo
CHECKPOINTS = {
    "DCTLSA_x2.pt": (2, 3, ATTENTION),
    "DCTLSA_x4.pt": (4, 3, ATTENTION),
    "DnCNN3_gray.pth": (1, 1, 20),
    "DnCNN_color_blind.pth": (1, 3, 20),
    "realesr-animevideov3.pth": (4, 3, 18),
    "realesr-general-x4v3.pth": (4, 3, 34),
}
# output → input, checkpoint; of FDnCNN there is a golden picture and no checkpoint
GOLDEN = {
    "16x16_2x_dctlsa.png": ("16x16.png", "DCTLSA_x2.pt"),
    "16x16_4x_dctlsa.png": ("16x16.png", "DCTLSA_x4.pt"),
    "16x16_realesr-general-x4v3.png": ("16x16.png", "realesr-general-x4v3.pth"),
    "jpeg-15_dncnn_color_blind.png": ("jpeg-15.jpg", "DnCNN_color_blind.pth"),
}
WITHOUT_CHECKPOINT = {"jpeg-15_fdncnn_color.png"}
# One small network of each kind that the catalogue names.
SMALL: dict[str, dict[str, Any]] = {
    "Compact": {"num_feat": 8, "num_conv": 2, "upscale": 4},
    "DRCT": {"upscale": 4, "depths": (1,), "num_heads": (2,), "embed_dim": 12, "gc": 4, "upsampler": "pixelshuffle"},
    "ESRGAN": {"num_filters": 8, "num_blocks": 1, "scale": 4},
    "HAT": {
        "upscale": 4,
        "window_size": 16,
        "depths": (1,),
        "num_heads": (2,),
        "embed_dim": 60,
        "upsampler": "pixelshuffle",
    },
    "HVICIDNet": {"channels": [12, 24, 36, 48]},
    "NAFNet": {"width": 4, "middle_blk_num": 1, "enc_blk_nums": [1, 1], "dec_blk_nums": [1, 1]},
    "PLKSR": {"dim": 16, "n_blocks": 2},
    "SCUNet": {"config": [1, 1, 1, 1, 1, 1, 1]},
    "SPAN": {"num_in_ch": 3, "num_out_ch": 3, "feature_channels": 8, "upscale": 2},
}


def pixels(file: Path, channels: int = 3) -> Tensor:
    """(1, C, H, W) float32 in [0, 1]."""
    picture = Image.open(file).convert("RGB" if channels == 3 else "L")
    values = torch.from_numpy(np.asarray(picture).copy()).reshape(picture.height, picture.width, channels)
    return values.permute(2, 0, 1)[None].float() / 255


def test_every_golden_picture_has_its_checkpoint(shared: Path) -> None:
    found = {f.name for f in (shared / PUBLIC / "golden" / "outputs").iterdir()}
    assert found == GOLDEN.keys() | WITHOUT_CHECKPOINT
    assert {f.name for f in (shared / PUBLIC).glob("*.p*t*")} == CHECKPOINTS.keys()


@pytest.mark.parametrize("output", GOLDEN)
def test_golden_pictures_agree(shared: Path, output: str, settings: Settings) -> None:
    source, checkpoint = GOLDEN[output]
    folder = shared / PUBLIC / "golden"
    model = Store(settings).load(str(shared / PUBLIC / checkpoint))
    found = (model(pixels(folder / "inputs" / source)) * 255).round() / 255
    expected = pixels(folder / "outputs" / output)
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) <= 1.001 / 255


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_public_checkpoints_state_their_contract(shared: Path, name: str, settings: Settings) -> None:
    model = Store(settings).load(str(shared / PUBLIC / name))
    assert (model.scale, model.channels, model.halo) == CHECKPOINTS[name]
    assert model.precisions == BOTH
    y = model(torch.rand(2, model.channels, 7, 11))
    assert y.shape == (2, model.channels, 7 * model.scale, 11 * model.scale)


def test_pixels_beyond_the_halo_hardly_count(shared: Path) -> None:
    model = open_model(shared / PUBLIC / "realesr-general-x4v3.pth", "general")
    x = torch.rand(1, 3, 2 * model.halo + 9, 2 * model.halo + 9)
    middle = slice(4 * model.halo, 4 * (model.halo + 9))
    changed = x.clone()
    changed[..., 0, :] = 1 - changed[..., 0, :]
    difference = (model(x) - model(changed)).abs()
    assert float(difference[..., middle, middle][..., 4:, :].max()) == 0
    assert float(difference.max()) > 0.1


def saved(architecture: str, folder: Path) -> Path:
    """A checkpoint of the small network of this kind."""
    file = folder / f"{architecture}.safetensors"
    save_file({k: t.contiguous().clone() for k, t in network_of(architecture).state_dict().items()}, file)
    return file


def in_tiles(model: Model, x: Tensor, core: int) -> Tensor:
    """What the engine does, without its precision and turns."""
    canvas = torch.zeros(x.shape[1], *(model.scale * side for side in x.shape[-2:]))
    plan = [spans(side, core, model.halo, model.multiple_of) for side in x.shape[-2:]]
    for rows, columns in product(*plan):
        result = model(x[..., rows.low : rows.high, columns.low : columns.high], rim=halo_of(rows, columns))
        paste(canvas, rows, columns, result[0], model.scale)
    return canvas


def network_of(architecture: str) -> nn.Module:
    torch.manual_seed(2)
    module = importlib.import_module(f"spandrel.architectures.{architecture}")
    name = {"PLKSR": "RealPLKSR"}.get(architecture, architecture)
    network: nn.Module = getattr(module, name)(**SMALL[architecture])
    return network


@pytest.mark.filterwarnings("ignore:torch.meshgrid")  # HAT's own code
@pytest.mark.parametrize("architecture", sorted({e.architecture for e in HUB_ENTRIES}))
def test_every_architecture_of_the_catalogue_opens_and_runs(tmp_path: Path, architecture: str) -> None:
    model = open_model(saved(architecture, tmp_path), "small")
    assert model.channels == 3
    assert 1 <= model.halo <= ATTENTION
    assert model.scale in {e.scale for e in HUB_ENTRIES if e.architecture == architecture}
    y = model(torch.rand(1, 3, 33, 45))
    assert y.shape == (1, 3, 33 * model.scale, 45 * model.scale)
    if torch.bfloat16 in model.precisions:
        lower = model(torch.rand(1, 3, 33, 45), torch.bfloat16)
        assert lower.dtype == torch.float32
        assert bool(torch.isfinite(lower).all())


@pytest.mark.filterwarnings("ignore:torch.meshgrid")  # HAT's own code
@pytest.mark.parametrize(
    ("architecture", "grid", "size", "core"), [("HAT", 16, (24, 165), 32), ("SCUNet", 64, (40, 269), 64)]
)
def test_shifted_tiles_keep_the_windows_of_a_network_that_pads_itself(
    tmp_path: Path, architecture: str, grid: int, size: tuple[int, int], core: int
) -> None:
    model = open_model(saved(architecture, tmp_path), architecture)
    assert model.multiple_of == grid
    x = torch.rand(1, 3, *size)
    whole = model(x)[0]
    assert float((in_tiles(model, x, core) - whole).abs().max()) < LEVEL / 4
    beside = replace(model, multiple_of=1, halo=model.halo - grid // 2)  # the comparison would notice
    assert float((in_tiles(beside, x, core) - whole).abs().max()) > 2 * LEVEL


def test_the_grid_is_read_off_the_network_and_its_layers() -> None:
    class Layer(nn.Module):
        split_size = (8, 32)

    assert window_grid("DAT", nn.Sequential(nn.ReLU(), Layer(), Layer())) == 32
    assert window_grid("ESRGAN", nn.Conv2d(3, 3, 3)) == 1
    with pytest.raises(AttributeError, match="HAT has no window_size"):
        window_grid("HAT", nn.Conv2d(3, 3, 3))


def test_networks_that_want_a_noise_map_get_one(tmp_path: Path) -> None:
    from spandrel.architectures.DnCNN import DnCNN

    file = tmp_path / "fdncnn.pth"
    network = DnCNN(in_nc=4, out_nc=3, nc=8, nb=20, act_mode="R", mode="FDnCNN").eval()
    torch.save(network.state_dict(), file)
    model = open_model(file, "fdncnn")
    assert model.channels == 3
    x = torch.rand(2, 3, 9, 12)
    level = torch.full((2, 1, 9, 12), 15 / 255)
    expected = network(torch.cat([x, level], 1)).clamp(0, 1)
    torch.testing.assert_close(model(x), expected)


def test_the_halo_of_a_plain_stack_is_the_sum_of_its_radii() -> None:
    stack = [nn.Conv2d(3, 4, 5, padding=2), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=2, dilation=2), nn.Conv2d(4, 3, 1)]
    assert estimate_halo(nn.Sequential(*stack), 1) == 4
    assert estimate_halo(nn.Sequential(*stack), 2) == ATTENTION
    assert estimate_halo(nn.Sequential(*stack, nn.AdaptiveAvgPool2d(1)), 1) == ATTENTION
    assert estimate_halo(nn.Sequential(*stack, nn.Conv2d(3, 3, 3, stride=2)), 1) == ATTENTION
    assert estimate_halo(nn.Sequential(*(nn.Conv2d(3, 3, 3) for _ in range(200))), 1) == ATTENTION


def test_foreign_tensors_that_are_spoilt_or_of_the_wrong_shape_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "compact.safetensors"
    tensors = {k: t.clone() for k, t in network_of("Compact").state_dict().items()}
    name, weight = next((k, t) for k, t in tensors.items() if k.endswith("2.weight"))
    save_file({**tensors, name: torch.zeros(5, 5, 3, 3)}, file)
    with pytest.raises(WeightsRefused, match="does not fit it"):
        open_model(file, "compact")
    save_file({**tensors, name: weight * float("nan")}, file)
    with pytest.raises(WeightsRefused, match="holds NaN or infinity"):
        open_model(file, "compact")


@pytest.fixture
def lama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights of a small LaMa, which nobody trained; spandrel knows the large one alone."""
    here = importlib.import_module("spandrel.architectures.LaMa.__arch.LaMa")
    large = here.FFCResNetGenerator
    ratios = {"ratio_gin": 0.75, "ratio_gout": 0.75, "enable_lfu": False}
    small = partial(large, ngf=8, n_blocks=1, resnet_conv_kwargs=ratios)
    monkeypatch.setattr(here, "FFCResNetGenerator", lambda *sizes: small(*sizes))
    torch.manual_seed(1)
    file = tmp_path / "lama.safetensors"
    save_file(here.LaMa(in_nc=4, out_nc=3).state_dict(), file)
    return file


def test_lama_fills_what_is_missing_and_nothing_else(lama: Path, settings: Settings) -> None:
    picture = torch.rand(3, 45, 60, generator=torch.Generator().manual_seed(4))
    hole = np.zeros((45, 60), bool)
    hole[12:30, 20:44] = True
    engine = Engine(Store(settings), settings)
    options = RepairOptions(mask=packed(hole), model=str(lama))
    result = repair(Picture(picture, depth=8), options, engine, Progress()).pixels
    assert torch.equal(result[:, ~hole], picture[:, ~hole])
    spoilt = picture.clone()
    spoilt[:, hole] = 1
    assert torch.equal(repair(Picture(spoilt, depth=8), options, engine, Progress()).pixels, result)
    assert not torch.equal(result[:, hole], picture[:, hole])


def test_lama_survives_both_precisions_and_needs_its_plane(lama: Path) -> None:
    model = open_model(lama, "lama")
    assert (model.scale, model.channels, model.planes, model.fills) == (1, 3, 1, True)
    picture, hole = torch.rand(1, 3, 48, 64), torch.zeros(1, 1, 48, 64)
    hole[..., 10:30, 20:40] = 1
    exact, rough = (model(picture, precision, plane=hole) for precision in (torch.float32, torch.bfloat16))
    assert float((exact - rough).abs().max()) < 0.05
    assert torch.equal(model(picture), picture), "nothing is missing"


def test_what_fills_holes_is_no_network_to_train_on(lama: Path) -> None:
    with pytest.raises(WeightsRefused, match="made for Inpainting, not for whole pictures"):
        open_for_training(lama)
