"""Wishes in plain English and Chinese come to the steps that people mean, and what is not understood is said."""

import time
from collections.abc import Mapping
from typing import Any

import pytest

from enhancer.errors import BadOptions
from enhancer.options import parse
from enhancer.tasks import TASKS
from enhancer.tasks.spoken import LONGEST, understand
from enhancer.tasks.spoken_words import WISHES, How

Steps = list[tuple[str, Mapping[str, Any]]]
CASES: list[tuple[str, Steps]] = [
    (
        "make it brighter and remove the noise, twice the size",
        [("denoise", {}), ("gamma", {"gamma": 1.35}), ("upscale", {"scale": 2.0})],
    ),
    ("Please sharpen this photo a little", [("unsharp", {"amount": 0.4})]),
    ("too dark, grainy, 4x", [("denoise", {}), ("gamma", {"gamma": 1.35}), ("upscale", {"scale": 4.0})]),
    ("It's too bright.", [("gamma", {"gamma": 0.741})]),
    ("less contrast, 20% more saturation", [("contrast", {"factor": 0.75}), ("saturation", {"factor": 1.2})]),
    ("reduce noise by 50%", [("denoise", {"strength": 0.5})]),
    ("black and white", [("saturation", {"factor": 0.0})]),
    ("make it 3000 pixels wide", [("upscale", {"width": 3000})]),
    ("12 megapixels", [("upscale", {"megapixels": 12.0})]),
    ("fix the yellow tint and upscale by 150%", [("white-balance", {}), ("upscale", {"scale": 1.5})]),
    ("enlarge x4 without noise", [("denoise", {}), ("upscale", {"scale": 4.0})]),
    ("1.5 times larger", [("upscale", {"scale": 1.5})]),
    ("much sharper, slightly darker", [("gamma", {"gamma": 0.87}), ("unsharp", {"amount": 1.4})]),
    ("hazy", [("clahe", {})]),
    ("放大两倍并且去噪", [("denoise", {}), ("upscale", {"scale": 2.0})]),
    (
        "把照片变亮一点，去掉噪点，放大到4倍",
        [("denoise", {}), ("gamma", {"gamma": 1.15}), ("upscale", {"scale": 4.0})],
    ),
    ("放大一倍", [("upscale", {"scale": 2.0})]),
    ("太暗了，帮我提亮，再锐化一下", [("gamma", {"gamma": 1.35}), ("unsharp", {"amount": 0.8})]),
    ("去雾，颜色更鲜艳", [("clahe", {}), ("saturation", {"factor": 1.3})]),
    ("降低对比度", [("contrast", {"factor": 0.75})]),
    ("1200万像素", [("upscale", {"megapixels": 12.0})]),
    ("clean up this photo", [("mend", {})]),
    ("Please restore my old picture, 2x", [("mend", {}), ("upscale", {"scale": 2.0})]),
    ("clean it up a little and make it sharper", [("mend", {"strength": 0.5}), ("unsharp", {"amount": 0.8})]),
    ("clean up the noise", [("denoise", {})]),
    ("restore the colours", [("saturation", {"factor": 1.3})]),
    ("修复", [("mend", {})]),
    ("修复这张老照片并放大两倍", [("mend", {}), ("upscale", {"scale": 2.0})]),
    ("修复照片放大两倍", [("mend", {}), ("upscale", {"scale": 2.0})]),
    ("修复噪点", [("denoise", {})]),
    ("３０００像素宽", [("upscale", {"width": 3000})]),
    ("add white balance", [("white-balance", {})]),
    ("sharpening please", [("unsharp", {"amount": 0.8})]),
    ("remove the soft focus", [("unsharp", {"amount": 0.8})]),
]
TURNED: list[tuple[str, Steps]] = [
    ("too saturated", [("saturation", {"factor": 0.7})]),
    ("the colours are too vivid", [("saturation", {"factor": 0.7})]),
    ("over-saturated", [("saturation", {"factor": 0.7})]),
    ("太鲜艳", [("saturation", {"factor": 0.7})]),
    ("颜色太艳", [("saturation", {"factor": 0.7})]),
    ("too much contrast", [("contrast", {"factor": 0.75})]),
    ("the contrast is too strong", [("contrast", {"factor": 0.75})]),
    ("turn the contrast down", [("contrast", {"factor": 0.75})]),
    ("not enough contrast", [("contrast", {"factor": 1.25})]),
    ("亮度太高", [("gamma", {"gamma": 0.741})]),
    ("亮度太低", [("gamma", {"gamma": 1.35})]),
    ("not so bright", [("gamma", {"gamma": 0.741})]),
    ("less dark", [("gamma", {"gamma": 1.35})]),
    ("not so dark", [("gamma", {"gamma": 1.35})]),
    ("too dim", [("gamma", {"gamma": 1.35})]),
    ("太暗", [("gamma", {"gamma": 1.35})]),
    ("brighter with less contrast", [("gamma", {"gamma": 1.35}), ("contrast", {"factor": 0.75})]),
    ("降低亮度、对比度", [("gamma", {"gamma": 0.741}), ("contrast", {"factor": 0.75})]),
    ("much too dark", [("gamma", {"gamma": 1.8})]),
]
NOT_TURNED: list[tuple[str, Steps]] = [
    ("too noisy", [("denoise", {})]),
    ("太多噪点", [("denoise", {})]),
    ("remove more noise", [("denoise", {})]),
    ("add noise reduction", [("denoise", {})]),
    ("加强降噪", [("denoise", {})]),
    ("less blurry", [("unsharp", {"amount": 0.8})]),
    ("too blurry", [("unsharp", {"amount": 0.8})]),
    ("sharpen it too", [("unsharp", {"amount": 0.8})]),
    ("not sharp enough", [("unsharp", {"amount": 0.8})]),
    ("清晰度低", [("unsharp", {"amount": 0.8})]),
    ("enlarge with less noise", [("denoise", {}), ("upscale", {"scale": 2.0})]),
    ("放大减少噪点", [("denoise", {}), ("upscale", {"scale": 2.0})]),
    ("twice as bright", [("gamma", {"gamma": 1.35})]),
    ("twice as sharp", [("unsharp", {"amount": 0.8})]),
    ("twice as large", [("upscale", {"scale": 2.0})]),
    ("brighter 12 megapixels", [("gamma", {"gamma": 1.35}), ("upscale", {"megapixels": 12.0})]),
]


@pytest.mark.parametrize(("text", "steps"), [pytest.param(*c, id=c[0]) for c in (*CASES, *TURNED, *NOT_TURNED)])
def test_wishes_come_to_steps(text: str, steps: Steps) -> None:
    found = understand(text)
    assert [(step.task_id, dict(step.options)) for step in found.steps] == steps
    assert found.unknown == ()


@pytest.mark.parametrize("text", ["don't sharpen, just remove jpeg artifacts", "不要锐化，去除压缩痕迹"])
def test_what_is_not_wanted_is_left_out(text: str) -> None:
    found = understand(text)
    assert [step.task_id for step in found.steps] == ["deblock"]
    assert found.left_out == ("unsharp",)


def test_the_later_wish_counts_and_a_refusal_rules() -> None:
    assert understand("2x, no, 4x").steps[0].options == {"scale": 4.0}
    assert understand("sharper, but do not sharpen").steps == ()
    assert understand("do not make it too sharp").left_out == ("unsharp",)


def test_words_that_nothing_stands_for_are_named() -> None:
    found = understand("brighter, and put a dog into the sky")
    assert [step.task_id for step in found.steps] == ["gamma"]
    assert found.unknown == ("put", "dog", "sky")


def test_each_step_says_which_words_asked_for_it() -> None:
    assert [said.words for said in understand("less grain, more vivid").said] == ["grain", "vivid"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello world", "Nothing of 'hello world' is understood"),
        ("  ", "Please write"),
        ("brighter " * LONGEST, "Please write"),
        ("half the size", "not smaller"),
        ("缩小", "not smaller"),
        ("16x", "scale must lie between"),
        ("lower the resolution", "not smaller"),
        ("too big", "not smaller"),
        ("less sharp", "Sharpness is added here"),
        ("too sharp", "Sharpness is added here"),
        ("over-sharpened", "Sharpness is added here"),
        ("reduce the sharpness", "Sharpness is added here"),
        ("太锐利", "Sharpness is added here"),
        ("add motion blur", "Sharpness is added here"),
        ("less smooth", "Pictures are smoothed here"),
        ("too smooth", "Pictures are smoothed here"),
        ("add some grain", "Noise is taken away here"),
        ("more noise", "Noise is taken away here"),
        ("增加颗粒感", "Noise is taken away here"),
        ("more jpeg artifacts", "Traces of compression are taken away here"),
        ("more yellow", "Colour casts are taken away here"),
        ("add fog", "Haze is taken away"),
        ("less local contrast", "local contrast raised here"),
    ],
)
def test_wishes_that_cannot_be_granted_are_refused(text: str, told: str) -> None:
    with pytest.raises(BadOptions, match=told):
        understand(text)


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.task)
def test_every_wish_has_a_task_and_options_that_it_takes(wish: Any) -> None:
    degrees = [
        How(degree, less, percent)
        for degree in ("slight", "usual", "strong")
        for less in (False, True)
        for percent in (None, 10.0, 60.0)
    ]
    for how in degrees:
        parse(TASKS[wish.task].options, wish.options(how))


def test_a_long_wish_takes_no_time() -> None:
    began = time.process_time()
    with pytest.raises(BadOptions):
        understand("a " * (LONGEST // 2))
    assert time.process_time() - began < 1
