"""The command line as people type it, on the bundled weights."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data as pictures

from enhancer.cli import DONE, SOME_FAILED, UNREAD, WRONG_USAGE, main
from enhancer.engine import Engine
from enhancer.hall import enhance
from enhancer.media import open_picture
from enhancer.models.catalog import entry
from enhancer.models.store import Store
from enhancer.settings import Settings
from tests.conftest import ROOT


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    file = tmp_path / "cat.png"
    Image.fromarray(pictures.chelsea()[100:148, 100:164]).save(file, dpi=(240, 240))
    return file


def test_a_file_to_a_file(cat: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "big.png"
    assert main(["enhance", str(cat), str(target), "--scale", "2"]) == DONE
    expected = enhance(open_picture(cat), scale=2)
    with Image.open(target) as image:
        assert image.size == (128, 96)
        assert image.info["dpi"] == pytest.approx((240, 240), abs=0.1)
        levels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)
    assert torch.equal(levels, (expected.pixels * 255 + 0.5).floor().byte())


def test_the_result_is_better_than_the_plain_resize(tmp_path: Path) -> None:
    """On a picture that was shrunk, the network comes closer to the truth than strength 0 does."""
    from enhancer.training.degradations import bicubic

    truth = torch.from_numpy(pictures.astronaut()[:128, 150:278].copy()).permute(2, 0, 1)
    Image.fromarray(truth.permute(1, 2, 0).numpy()).save(tmp_path / "truth.png")
    small = (bicubic(truth / 255.0, 2) * 255).byte().permute(1, 2, 0).numpy()
    Image.fromarray(small).save(tmp_path / "small.png")
    for strength in ("0", "1"):
        out = str(tmp_path / f"{strength}.png")
        assert main(["enhance", str(tmp_path / "small.png"), out, "--model", "x2-fast", "--strength", strength]) == DONE
    plain, better = (open_picture(tmp_path / f"{s}.png").pixels * 255 for s in ("0", "1"))
    assert (better - truth).square().mean() < 0.75 * (plain - truth).square().mean()


def test_a_folder_to_a_folder_keeps_names_and_names_failures(
    cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in"
    (source / "sub").mkdir(parents=True)
    (source / "a.png").write_bytes(cat.read_bytes())
    (source / "sub" / "b.bmp").write_bytes(cat.read_bytes())
    (source / "broken.jpg").write_text("no picture")
    out = tmp_path / "out"
    assert main(["enhance", str(source), str(out), "--task", "gamma", "--gamma", "1.5"]) == SOME_FAILED
    found = sorted(p.relative_to(out).as_posix() for p in out.rglob("[!.]*.*"))
    assert found == ["a.png", "sub/b.png", "summary.csv", "summary.json"]
    error = capsys.readouterr().err
    assert "broken.jpg" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["enhance", "cat.png"],
        ["enhance", "cat.png", "out.png", "--task", "magic"],
        ["enhance", "cat.png", "out.png", "--task", "median", "--scale", "2"],
    ],
)
def test_wrong_usage_is_told_by_the_parser(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == WRONG_USAGE


@pytest.mark.parametrize("options", [["--scale", "9"], ["--strength", "2"]])
def test_options_out_of_range_are_wrong_usage(cat: Path, options: list[str]) -> None:
    assert main(["enhance", str(cat), str(cat.with_name("out.png")), *options]) == WRONG_USAGE
    assert not cat.with_name("out.png").exists()


def test_a_missing_input_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enhance", str(tmp_path / "none.png"), str(tmp_path / "out.png")]) == WRONG_USAGE
    assert "does not exist" in capsys.readouterr().err


def test_an_input_that_cannot_be_read_has_failed_by_its_name(
    cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, out = tmp_path / "bad.png", tmp_path / "out.png"
    bad.write_bytes(cat.read_bytes()[:200])
    assert main(["enhance", str(cat), str(out), "--task", "gamma", "--recipe"]) == DONE
    cut = tmp_path / "cut.png"
    cut.write_bytes(out.read_bytes()[:-40])
    commands: list[list[str | Path]] = [
        ["enhance", bad, tmp_path / "x.png"],
        ["enhance", cat, tmp_path / "x.png", "--protect-mask", bad],
        ["diagnose", bad],
        ["compare", bad, "--models", "x2-fast"],
        ["compare", cat, "--reference", bad, "--models", "x2-fast"],
        ["metrics", bad, cat],
        ["metrics", cat, bad],
        ["verify", out, "--source", bad],
        ["verify", cut, "--source", cat],
        ["report", bad, out, "--out", tmp_path / "r.html"],
        ["report", cat, cut, "--out", tmp_path / "r.html"],
        ["video", bad, tmp_path / "o.mp4"],
        ["medical", bad, tmp_path / "o.dcm"],
        ["satellite", bad, tmp_path / "o.tif"],
        ["recognise", bad],
        ["detect", bad],
        ["detect", cat, "--after", bad],
        ["draw", tmp_path / "x.png", "--model", "vae-digits", "--again", bad],
    ]
    capsys.readouterr()
    for words in commands:
        assert main([str(word) for word in words]) == SOME_FAILED, words
        (name,) = {file.name for file in (bad, cut) if file in words}
        assert f"{name}: " in capsys.readouterr().err, words
    for words in commands:
        if words[0] not in ("recognise", "detect") and words[:2] != ["metrics", cat]:
            gone = [str(word) if word not in (bad, cut) else str(tmp_path / "none.png") for word in words]
            assert main(gone) == WRONG_USAGE, words
            assert "none.png does not exist" in capsys.readouterr().err, words


def test_what_the_system_refuses_is_said_with_its_file(
    cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagnose", str(tmp_path)]) == WRONG_USAGE
    assert f"{tmp_path} is a folder" in capsys.readouterr().err
    assert main(["compare", str(cat), "--models", "x2-fast", "--out", str(cat)]) == WRONG_USAGE
    assert capsys.readouterr().err == f"{cat}: File exists.\n"
    assert main(["video", str(cat), str(tmp_path / "o.mp4"), "--begin", "nan"]) == WRONG_USAGE
    assert "seconds from 0 on" in capsys.readouterr().err
    (empty := tmp_path / "empty.png").touch()
    assert main(["report", str(cat), str(empty), "--out", str(tmp_path / "r.html")]) == SOME_FAILED
    assert f"{empty}: " in capsys.readouterr().err
    new = tmp_path / "new" / "d.png"
    assert main(["draw", str(new), "--count", "1", "--model", "vae-digits"]) == DONE
    assert new.is_file()


def test_an_unknown_model_is_wrong_usage(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enhance", str(cat), str(cat.with_name("out.png")), "--model", "nosuch"]) == WRONG_USAGE
    assert "nosuch" in capsys.readouterr().err


def test_metrics_as_papers_print_them(cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noisy = tmp_path / "noisy.png"
    with Image.open(cat) as image:
        levels = np.asarray(image).astype(int)
    Image.fromarray((levels + 10).clip(0, 255).astype("uint8")).save(noisy)
    assert main(["metrics", str(cat), str(noisy), "--y", "--shave", "2", "--json"]) == DONE
    row = json.loads(capsys.readouterr().out)[0]
    assert row["candidate"] == str(noisy)
    # ten levels everywhere are 10 · 219 / 255 levels of luminance
    assert row["psnr-y"] == pytest.approx(20 * np.log10(255 / (10 * 219 / 255)), abs=0.1)
    assert "psnr" not in row


def test_metrics_of_another_size_fail_with_the_name(
    cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "tiny.png")
    assert main(["metrics", str(cat), str(tmp_path / "tiny.png"), str(cat)]) == SOME_FAILED
    printed = capsys.readouterr()
    assert "tiny.png" in printed.err
    assert "cat.png" in printed.out


def test_compare_times_every_model(cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "compared"
    models = ["x2-fast", "x4-fast", "nosuch"]
    command = ["compare", str(cat), "--models", *models, "--scale", "2", "--out", str(out), "--json"]
    assert main(command) == SOME_FAILED
    rows = json.loads(capsys.readouterr().out)
    assert [r["model"] for r in rows] == ["x2-fast", "x4-fast"]
    assert all(r["seconds"] > 0 and r["sharpness"] > 0 for r in rows)
    assert sorted(p.name for p in out.iterdir()) == ["cat-x2-fast.png", "cat-x4-fast.png"]


def test_models_lists_licences(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["model", "purpose", "scale"]
    assert any(line.startswith("x2-fast") and "Apache-2.0" in line for line in lines)
    assert len(lines) > 10


def test_output_that_nobody_reads_on_is_no_failure() -> None:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-m", "enhancer", "models"], cwd=ROOT, **pipes) as process:  # type: ignore[call-overload]
        process.stdout.close()  # as `head` does
        assert (process.stderr.read(), process.wait()) == (b"", UNREAD)


def test_models_are_measured_on_request_and_it_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(device="cpu", cache=tmp_path)
    hall = Engine(Store(settings), settings)
    monkeypatch.setattr("enhancer.cli.commands.default_engine", lambda: hall)
    monkeypatch.setattr("enhancer.cli.commands.CATALOG", (entry("x2-fast"), entry("hat-s-x4")))
    assert main(["models", "--json"]) == DONE
    assert [row["seconds/MP"] for row in json.loads(capsys.readouterr().out)] == [None, None]
    assert main(["models", "--measure"]) == DONE
    capsys.readouterr()
    assert main(["models", "--json"]) == DONE
    ours, public = json.loads(capsys.readouterr().out)
    assert 0.01 < ours["seconds/MP"] < 300
    assert ours["figures"].startswith("Set5 Y-PSNR ")
    assert (ours["place"], public["place"], public["seconds/MP"]) == ("bundled", "on the Hub", None)


def test_fetching_a_bundled_model_verifies_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fetch", "x2-fast", "nosuch"]) == SOME_FAILED
    printed = capsys.readouterr()
    assert "x2-fast: ready" in printed.out
    assert "nosuch" in printed.err


def test_help_shows_the_options_of_the_chosen_task(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["enhance", "--task", "upscale", "--help"])
    shown = capsys.readouterr().out
    assert "--long-side" in shown
    assert "0 to 1" in shown


def test_what_a_format_does_not_keep_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGBA", (20, 20), (200, 10, 10, 99)).save(tmp_path / "glass.png")
    assert main(["enhance", str(tmp_path / "glass.png"), str(tmp_path / "glass.jpg")]) == DONE
    assert "ransparen" in capsys.readouterr().out


@pytest.mark.parametrize("output", ["out.xyz", "out", "in/a.png"])
def test_an_output_that_cannot_be_written_is_wrong_usage_before_any_work(cat: Path, output: str) -> None:
    source = cat.parent / "in" / "a.png"
    source.parent.mkdir()
    source.write_bytes(cat.read_bytes())
    before = source.stat().st_mtime_ns
    assert main(["enhance", str(source), str(cat.parent / output)]) == WRONG_USAGE
    assert source.stat().st_mtime_ns == before


def test_two_inputs_for_one_output_are_both_kept(cat: Path) -> None:
    source, out = cat.parent / "in", cat.parent / "out"
    source.mkdir()
    for name in ("a.png", "a.bmp"):
        (source / name).write_bytes(cat.read_bytes())
    assert main(["enhance", str(source), str(out), "--task", "gamma"]) == DONE
    assert sorted(p.name for p in out.glob("*.png")) == ["a-bmp.png", "a.png"]


def test_results_inside_the_input_folder_are_not_enhanced_again(cat: Path) -> None:
    source, out = cat.parent / "in", cat.parent / "in" / "out"
    source.mkdir()
    (source / "a.png").write_bytes(cat.read_bytes())
    for _ in range(2):
        assert main(["enhance", str(source), str(out), "--task", "gamma"]) == DONE
    assert [p.relative_to(out).as_posix() for p in out.rglob("*.png")] == ["a.png"]


def test_equal_pictures_give_valid_json(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["metrics", str(cat), str(cat), "--json"]) == DONE
    row = json.loads(capsys.readouterr().out, parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))[0]
    assert row["psnr"] == "inf"


def test_a_scale_that_the_task_does_not_know_is_wrong_usage(cat: Path) -> None:
    assert main(["compare", str(cat), "--models", "x2-fast", "--scale", "0"]) == WRONG_USAGE
    assert main(["compare", str(cat), "--models", "x", "--task", "denoise", "--scale", "2"]) == WRONG_USAGE


def test_what_a_mask_covers_is_filled_and_said(cat: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mask, out = tmp_path / "mask.png", tmp_path / "out.png"
    hole = np.zeros((48, 64), np.uint8)
    hole[20:26, 10:40] = 255
    Image.fromarray(hole).save(mask)
    words = ["enhance", str(cat), str(out), "--task", "repair", "--method", "biharmonic"]
    assert main([*words, "--mask", str(mask), "--recipe"]) == DONE
    assert "5.86 % of the pixels, which are invented" in capsys.readouterr().out
    before, after = (np.asarray(Image.open(file).convert("RGB")) for file in (cat, out))
    assert np.array_equal(before[hole == 0], after[hole == 0])
    assert not np.array_equal(before[hole > 0], after[hole > 0])
    assert main(["verify", str(out), "--source", str(cat)]) == DONE
    capsys.readouterr()
    for bad, told in ((tmp_path / "none.png", "does not exist"), (cat.with_suffix(".jpg"), "is not a PNG")):
        if bad.suffix == ".jpg":
            Image.fromarray(hole).save(bad)
        assert main([*words, "--mask", str(bad)]) == WRONG_USAGE
        assert told in capsys.readouterr().err
