"""What is protected on the page: a finished run with the plain picture blended back, and the way to the bare one."""

import base64
import io
from pathlib import Path

import pytest
import torch
from PIL import Image

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled
from enhancer.evidence.guard import MASK_SIDE, Guard, pack
from enhancer.evidence.guard_words import BRUSH, MISFIT
from enhancer.evidence.recipe import fingerprint
from enhancer.media import decode
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.tasks.resize import resize
from enhancer.trust import verify
from enhancer.ui.choice import Chain, Choice
from enhancer.ui.enhance_work import Finished, enhance_file, write
from enhancer.ui.protect_panel import CHAINED, NOTHING, ProtectPanel
from enhancer.ui.protect_work import REAPPLIED, Protected, cured, protect, wanted
from enhancer.ui.trust_words import fit_words
from enhancer.ui.trust_work import GUARDED, Proof, guess, report_page
from tests.ui.finished import on_a_page, run

LEFT = Guard(BRUSH, mask=pack((torch.arange(64) < 24).float().expand(48, 64)))


def shielded(done: Finished, hall: Engine, *guards: Guard) -> Protected:
    return protect(done, guards, hall.settings, done.path.parent, Progress())


def test_under_the_brush_lies_the_plain_picture_and_elsewhere_the_result(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2)
    found = shielded(done, hall, LEFT)
    plain, bare, kept = resize(decode(cat).pixels, 96, 128), done.kept.load().pixels, found.done.kept.load().pixels
    assert torch.allclose(kept[..., :20], plain[..., :20], atol=1e-3)
    assert torch.equal(kept[..., 90:], bare[..., 90:])
    assert not torch.allclose(bare[..., :20], plain[..., :20], atol=0.01)
    assert found.told[0][0] == BRUSH
    assert "You painted over" in found.told[0][1]
    assert found.pair is not None
    assert {decode(Path(side)).pixels.shape for side in found.pair} == {(3, 96, 128)}
    assert found.done.what == "Fast ×2, painted places protected"
    assert found.done.fit is not None
    assert done.fit is not None
    assert found.done.fit.figure != done.fit.figure


def test_what_was_not_found_is_not_called_protected(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2)
    found = shielded(done, hall, Guard("text"))
    assert found.told == (("text", "No small text or line drawing was found."),)
    assert (found.done.what, found.done.recipe.result) == (done.what, done.recipe.result)


@pytest.mark.parametrize("format_id", ["png", "jpeg"])
def test_the_file_verifies_as_bit_identical(cat: Path, hall: Engine, format_id: str) -> None:
    found = shielded(run(cat, hall, scale=2), hall, Guard("text", 0.25), Guard("calm"), Guard(MISFIT), LEFT)
    assert [guard.what for guard in found.done.recipe.guards] == ["text", "calm", "misfit", "brush"]
    written = write(found.done, format_id, cat.parent, recipe=True).file
    assert verify(written, cat).outcome == "bit-identical"


def test_each_time_it_begins_with_the_bare_result_which_comes_back_whole(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2)
    once = shielded(done, hall, LEFT).done
    other = shielded(once, hall, Guard("calm", 0.5)).done
    assert other.recipe == shielded(done, hall, Guard("calm", 0.5)).done.recipe
    back = shielded(other, hall).done
    assert (back.recipe, back.what, back.bare) == (done.recipe, done.what, None)
    assert fingerprint(back.kept.load()) == done.recipe.result
    assert all(Path(side).is_file() for side in back.pair)


def test_only_what_nobody_needs_is_forgotten(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2)
    once = shielded(done, hall, LEFT).done
    done.forget(once)
    assert done.kept.folder.exists()
    twice = shielded(once, hall, Guard("calm")).done
    once.forget(twice)
    assert (once.kept.folder.exists(), done.kept.folder.exists()) == (False, True)
    back = shielded(twice, hall).done
    twice.forget(back)
    assert (twice.kept.folder.exists(), done.kept.folder.exists()) == (False, True)
    protected = shielded(back, hall, LEFT).done
    protected.forget()
    assert not protected.kept.folder.exists()
    assert not done.kept.folder.exists()


def test_made_consistent_first_and_protected_last_as_the_recipe_says(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2)
    found = cured(shielded(done, hall, LEFT, Guard(MISFIT, 0.5)).done, hall.settings, cat.parent, Progress())
    assert found.done.recipe.steps[0].options["consistent"] is True
    assert [guard.what for guard in found.done.recipe.guards] == ["brush", "misfit"]
    assert found.done.cured.endswith(REAPPLIED)
    assert found.done.cured in fit_words(found.done)
    assert found.done.what == "Fast ×2, made consistent, painted places protected"  # for now nothing strays
    assert verify(write(found.done, "png", cat.parent, recipe=True).file, cat).outcome == "bit-identical"
    bare = shielded(found.done, hall).done
    assert bare.cured
    assert REAPPLIED not in bare.cured
    assert verify(write(bare, "png", cat.parent, recipe=True).file, cat).outcome == "bit-identical"
    other_way = shielded(cured(done, hall.settings, cat.parent, Progress()).done, hall, LEFT, Guard(MISFIT, 0.5))
    assert other_way.done.recipe == found.done.recipe


def test_stopped_between_the_two_nothing_is_kept(cat: Path, hall: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    done = shielded(run(cat, hall, scale=2), hall, LEFT).done
    forgotten = list[Finished]()
    monkeypatch.setattr(Finished, "forget", lambda self, heir: forgotten.append(self))
    progress = Progress(lambda p: p.cancel() if p.note == "drawing the map" else None)
    with pytest.raises(Cancelled):
        cured(done, hall.settings, cat.parent, progress)
    assert [f.what for f in forgotten] == ["Fast ×2, made consistent"]


def test_a_misfit_is_sought_in_enlargements_alone(cat: Path, hall: Engine) -> None:
    with pytest.raises(BadOptions, match="Only an enlarged picture"):
        shielded(run(cat, hall, "median", radius=2), hall, Guard(MISFIT))


def test_the_report_and_the_map_of_guesses_tell_of_it(cat: Path, hall: Engine) -> None:
    done = shielded(run(cat, hall, scale=2), hall, Guard("text", 0.3), LEFT).done
    page = report_page(done, Proof(), "png", True, cat.parent, hall.settings).read_text()
    assert "<strong>Protected</strong> <span>text (30% let through) and painted places</span>" in page
    assert GUARDED in guess(done, hall, cat.parent, Progress()).explanation


def canvas(opacity: torch.Tensor) -> str:
    image = Image.new("RGBA", (opacity.shape[1], opacity.shape[0]), "white")
    image.putalpha(Image.fromarray((255 * opacity).byte().numpy()))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def test_what_was_ticked_and_painted_is_wanted_in_one_strength() -> None:
    half = (torch.arange(64) < 24).float().expand(48, 64)
    guards = wanted({"text": True, "calm": False, MISFIT: True}, canvas(half), 0.25)
    assert guards == (Guard("text", 0.25), Guard(MISFIT, 0.25), Guard(BRUSH, 0.25, pack(half)))
    assert wanted({"text": False}, canvas(torch.zeros(48, 64)), 0.0) == ()
    assert wanted({"text": False}, "", 0.0) == ()


@pytest.mark.parametrize("text", ["no", "A" * 300_000, canvas(torch.ones(8, MASK_SIDE + 1)), pack(torch.ones(8, 8))])
def test_a_foreign_canvas_is_refused(text: str) -> None:
    with pytest.raises(BadOptions, match="painted"):
        wanted({}, text, 0.0)


def test_the_form_shows_what_is_protected(cat: Path, hall: Engine) -> None:
    panel = on_a_page(ProtectPanel)
    done = run(cat, hall, scale=2)
    guarded = shielded(done, hall, Guard("calm", 0.3), LEFT)
    for shown, ticked, strength in ((panel.about(done), False, 0), (panel.about(guarded.done), True, 30)):
        assert shown[panel.ticks["calm"]].constructor_args["value"] is ticked
        assert shown[panel.ticks["text"]].constructor_args["value"] is False
        assert shown[panel.strength] == strength
        assert "data:image/jpeg;base64," in shown[panel.painter]
        assert done.recipe.source.sha256 in shown[panel.painter]
        assert set(shown) <= set(panel.parts)
    assert NOTHING in panel.found(Protected(done))[panel.told]
    told = panel.found(guarded)[panel.told]
    for _, sentence in guarded.told:
        assert sentence in told
    kept_size = panel.about(run(cat, hall, "median", radius=2))
    assert kept_size[panel.ticks[MISFIT]].constructor_args["visible"] is False


def test_of_several_steps_all_are_undone_where_something_is_protected(cat: Path, hall: Engine) -> None:
    wish = Chain((Choice(TASKS["gamma"], {"gamma": 2.0}), Choice(TASKS["upscale"], {"model": "auto"})))
    done = enhance_file(cat, wish, hall, cat.parent, Progress())
    found = cured(shielded(done, hall, LEFT).done, hall.settings, cat.parent, Progress())
    plain = resize(decode(cat).pixels, 96, 128)
    assert torch.allclose(found.done.kept.load().pixels[..., :20], plain[..., :20], atol=1e-3)
    assert [len(found.done.recipe.steps), found.done.recipe.steps[-1].options["consistent"]] == [2, True]
    assert verify(write(found.done, "png", cat.parent, recipe=True).file, cat).outcome == "bit-identical"
    shown = on_a_page(ProtectPanel).about
    texts = {update for update in shown(found.done).values() if isinstance(update, str)}
    assert any(CHAINED in text for text in texts)
    done.forget(found.done)
    assert (found.done.base or done.kept).folder.exists()
    found.done.forget()
    assert not any(kept.folder.exists() for kept in found.done.stored)
