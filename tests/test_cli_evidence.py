"""Recipes, verify and report as people type them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data as pictures

from enhancer.cli import DONE, SOME_FAILED, WRONG_USAGE, main
from enhancer.evidence.recipe_text import from_json
from enhancer.media import embedded_recipe, open_picture
from enhancer.networks import Generator
from enhancer.training.checkpoint import export


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    file = tmp_path / "cat.png"
    Image.fromarray(pictures.chelsea()[100:124, 100:132]).save(file, dpi=(240, 240))
    return file


def enhanced(cat: Path, name: str, *arguments: str) -> Path:
    target = cat.with_name(name)
    assert main(["enhance", str(cat), str(target), "--recipe", *arguments]) == DONE
    return target


@pytest.mark.parametrize("name", ["big.png", "big.jpg", "big.webp", "big.tif"])
def test_every_result_with_a_recipe_verifies(cat: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    target = enhanced(cat, name, "--jpeg-quality", "80")
    text = embedded_recipe(target.read_bytes())
    beside = target.with_name(f"{name}.recipe.json")
    assert (text is None) == beside.exists() == (name in ("big.webp", "big.tif"))
    assert from_json(text or beside.read_text()).quality == (80 if name == "big.jpg" else None)
    capsys.readouterr()
    assert main(["verify", str(target), "--source", str(cat)]) == DONE
    assert capsys.readouterr().out == "Bit-identical: running the recipe again gives exactly this picture.\n"


def test_a_recipe_alone_is_enough(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = enhanced(cat, "big.webp")
    beside = target.with_name("big.webp.recipe.json")
    assert main(["verify", str(beside), "--source", str(cat)]) == DONE
    assert "exactly this picture" in capsys.readouterr().out
    target.unlink()
    assert main(["verify", str(beside), "--source", str(cat)]) == DONE
    assert "exactly the pixels that it names" in capsys.readouterr().out


def test_the_recipe_changes_no_pixel(cat: Path) -> None:
    with_it, without = enhanced(cat, "a.png"), cat.with_name("b.png")
    assert main(["enhance", str(cat), str(without)]) == DONE
    assert open_picture(with_it).pixels.equal(open_picture(without).pixels)
    assert embedded_recipe(without.read_bytes()) is None


def test_what_is_protected_is_in_the_recipe_and_without_one_too(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mask = cat.with_name("mask.png")
    Image.fromarray((np.arange(320) < 160)[None].repeat(240, axis=0)).save(mask)
    wishes = ["--protect", "text", "--protect", "calm=0.3", "--protect-mask", str(mask)]
    target, plain = enhanced(cat, "big.png", *wishes), cat.with_name("plain.png")
    recipe = from_json(embedded_recipe(target.read_bytes()) or "")
    assert [(guard.what, guard.strength) for guard in recipe.guards] == [("text", 0), ("calm", 0.3), ("brush", 0)]
    assert main(["verify", str(target), "--source", str(cat)]) == DONE
    assert main(["enhance", str(cat), str(plain), *wishes]) == DONE
    assert open_picture(plain).pixels.equal(open_picture(target).pixels)
    assert main(["enhance", str(cat), str(plain)]) == DONE
    assert not open_picture(plain).pixels.equal(open_picture(target).pixels)
    capsys.readouterr()
    assert main(["enhance", str(cat), str(plain), "--protect", "sky"]) == WRONG_USAGE
    assert "only text, calm, misfit" in capsys.readouterr().err
    small = ["--task", "gamma", "--protect", "misfit"]
    assert main(["enhance", str(cat), str(plain), *small]) == SOME_FAILED
    assert "Only an enlarged picture" in capsys.readouterr().err
    assert main(["enhance", str(cat), str(plain), "--protect", "misfit"]) == DONE


def test_a_changed_result_fails_with_decibels(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = enhanced(cat, "big.webp")
    with Image.open(target) as image:
        image.putpixel((3, 3), (255, 0, 255))
        image.save(target, lossless=True)
    assert main(["verify", str(target), "--source", str(cat)]) == SOME_FAILED
    assert "dB (PSNR)" in capsys.readouterr().out


def test_another_source_fails_with_the_reason(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = enhanced(cat, "big.png")
    assert main(["verify", str(target), "--source", str(target)]) == SOME_FAILED
    assert "not the source of the recipe" in capsys.readouterr().out


def test_local_weights_are_given_again(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = cat.with_name("mine.safetensors")
    export(Generator(scale=2, channels=8, depth=2), "generator", {"scale": 2, "channels": 8, "depth": 2}, file)
    target = enhanced(cat, "big.png", "--model", str(file))
    assert main(["verify", str(target), "--source", str(cat)]) == SOME_FAILED
    assert "mine.safetensors is unknown here" in capsys.readouterr().out
    assert main(["verify", str(target), "--source", str(cat), "--weights", str(file)]) == DONE


def test_the_precision_of_the_recipe_is_used(cat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = enhanced(cat, "big.webp")
    beside = target.with_name("big.webp.recipe.json")
    computed = json.loads(beside.read_text())["computed"]["precision"]
    monkeypatch.setenv("ENHANCER_PRECISION", "float32" if computed == "bfloat16" else "bfloat16")
    assert main(["verify", str(beside), "--source", str(cat)]) == DONE


@pytest.mark.parametrize(
    ("text", "told"),
    [("{}", "not as a recipe"), ("\xff", "cannot be read as JSON"), ('{"recipe": 1}', "not as a recipe")],
)
def test_a_bad_recipe_is_wrong_usage(cat: Path, text: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = cat.with_name("bad.json")
    file.write_bytes(text.encode("latin-1"))
    assert main(["verify", str(file), "--source", str(cat)]) == WRONG_USAGE
    assert told in capsys.readouterr().err


def test_what_is_missing_is_named(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(cat), "--source", str(cat)]) == WRONG_USAGE
    assert "carries no recipe" in capsys.readouterr().err
    target = enhanced(cat, "big.png")
    assert main(["verify", str(target), "--source", str(cat.with_name("none.png"))]) == WRONG_USAGE
    assert "none.png does not exist" in capsys.readouterr().err


def test_a_folder_gets_a_recipe_for_each(cat: Path) -> None:
    source, out = cat.parent / "in", cat.parent / "out"
    source.mkdir()
    for name in ("a.png", "b.png"):
        (source / name).write_bytes(cat.read_bytes())
    assert main(["enhance", str(source), str(out), "--task", "gamma", "--recipe"]) == DONE
    for name in ("a.png", "b.png"):
        assert main(["verify", str(out / name), "--source", str(source / name)]) == DONE


def test_a_report_with_a_recipe_and_one_without(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, page = enhanced(cat, "big.png"), cat.with_name("pages") / "report.html"
    assert main(["report", str(cat), str(target), "--out", str(page), "--title", "My <cat>"]) == DONE
    text = page.read_text()
    assert "<h1>My &lt;cat&gt;</h1>" in text
    assert "This picture contains AI-reconstructed detail." in text
    assert "cat.png" in text
    assert str(cat.parent) not in text
    assert "report.html" in capsys.readouterr().out
    assert main(["report", str(cat), str(cat), "--out", str(page)]) == DONE
    assert "It is not known how this picture was made." in page.read_text()


def test_a_report_is_never_written_over_a_picture(cat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = cat.read_bytes()
    assert main(["report", str(cat), str(cat), "--out", str(cat)]) == WRONG_USAGE
    assert cat.read_bytes() == before
    assert ".html" in capsys.readouterr().err
