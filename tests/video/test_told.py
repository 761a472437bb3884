"""What is said of a video is said where it is worth a word."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from enhancer.video.facts import Facts, moment
from enhancer.video.run import Enhanced
from enhancer.video.told import noticed

FACTS = Facts(64, 48, 100, 0, 2400, Fraction(1, 600), Fraction(25), notes=("Subtitles are not kept.",))
MADE = Enhanced(FACTS, Path("a.mp4"), (64, 48), 100, 3.0)


def test_what_was_noticed_is_told() -> None:
    assert list(noticed(MADE)) == ["Subtitles are not kept."]
    seen = replace(MADE, cuts=(1.0, 62.5), tampered=(2.0, 2.01), flickering=30, steady=(2.0, 0.55))
    assert list(noticed(seen))[1:] == [
        "Scenes change at 0:01.0, 1:02.5.",
        "Frames seem to be repeated or missing at 0:02.0.",
        "The light of the source flickers in 30 of 100 frames.",
        "Consistency along time: beyond what moves, the source changes by 2.0 grey levels from frame to frame, the "
        "result by 0.6.",
    ]


def test_a_few_frames_of_flicker_are_not_worth_a_word() -> None:
    assert len(list(noticed(replace(MADE, flickering=9)))) == 1
    assert len(list(noticed(replace(MADE, frames=1000, flickering=200)))) == 1


def test_many_cuts_are_cut_short() -> None:
    told = list(noticed(replace(MADE, cuts=tuple(map(float, range(40))))))[1]
    assert told.endswith("0:11.0 and later.")
    assert moment(3599.95).startswith("59:")
