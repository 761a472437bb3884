"""What is chosen from a contact sheet is done to the whole picture, and a blind vote hides whose a tile is."""

from dataclasses import replace

import pytest
import torch

from enhancer.errors import BadOptions
from enhancer.evidence.contact import PLAIN, Tile, blind, chosen
from enhancer.models.entry import Bundled
from enhancer.tasks.restore_options import DenoiseOptions, MendOptions
from tests.models.conftest import make_entry


def test_a_model_is_told_only_what_it_hears() -> None:
    deaf = make_entry(Bundled("deaf.safetensors"), "0" * 64, id="deaf", purpose="denoise", scale=1)
    options = DenoiseOptions(noise=20)
    told = [
        chosen(Tile(e.id, ""), "denoise", options, (e,)) for e in (deaf, replace(deaf, hyperparameters={"planes": 1}))
    ]
    assert [step.options["noise"] for step in told if step] == [0.0, 20]
    mend = MendOptions(crispness=0.3)
    found = [chosen(Tile(e.id, ""), "mend", mend, (e,)) for e in (deaf, replace(deaf, twin="calm"))]
    assert [step.options["crispness"] for step in found if step] == [None, 0.3]
    assert chosen(Tile(PLAIN, ""), "mend", mend, (deaf,)) is None


def test_a_vote_hides_the_names_and_tells_them_after() -> None:
    tiles = [Tile(f"model{n}", f"Model {n}", torch.full((3, 1, 1), n / 10)) for n in range(6)]
    ballot = blind([*tiles, Tile("late", "Late", skipped="Left out.")], seed=3)
    assert list(ballot.pictures) == ["1", "2", "3", "4", "5", "6"]
    assert "odel" not in repr(ballot)
    for number, pixels in ballot.pictures.items():
        assert ballot.reveal(number).pixels is pixels
    names = [ballot.reveal(number).model_id for number in ballot.pictures]
    assert sorted(names) == [t.model_id for t in tiles] != names
    assert [blind(tiles[::-1], 3).reveal(n).model_id for n in ballot.pictures] == names
    orders = {tuple(blind(tiles, seed).reveal(n).model_id for n in ballot.pictures) for seed in range(20)}
    assert len(orders) > 15
    with pytest.raises(BadOptions, match="no picture '7' to vote for, only 1, 2"):
        ballot.reveal("7")
