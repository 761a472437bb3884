"""The catalogue is sound."""

import re
from collections import Counter

import pytest

from enhancer.errors import UnknownModel
from enhancer.models.catalog import BUNDLED_ENTRIES, CATALOG, HUB_ENTRIES, PURPOSES, Bundled, Entry, Hub, entry
from enhancer.models.entry import VIDEO
from enhancer.models.fetch import digest
from enhancer.networks import ARCHITECTURES
from enhancer.settings import ROOT

each = pytest.mark.parametrize("model", CATALOG, ids=lambda e: e.id)


def test_ids_and_hashes_are_unique() -> None:
    for values in ([e.id for e in CATALOG], [e.title for e in CATALOG], [e.source for e in CATALOG]):
        assert not [value for value, count in Counter(values).items() if count > 1]
    hashes = [e.sha256 for e in HUB_ENTRIES]
    assert len(set(hashes)) == len(hashes)


@each
def test_an_entry_is_complete(model: Entry) -> None:
    assert re.fullmatch(r"[a-z0-9-]{2,30}", model.id)
    assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
    assert model.purpose in (*PURPOSES, VIDEO)
    assert model.scale in (1, 2, 3, 4)
    assert (model.scale > 1) == (model.purpose == "upscale") or model.purpose == VIDEO
    assert 3 <= len(model.title) <= 40
    assert 80 <= len(model.description) <= 300
    assert model.description.endswith(".")
    assert model.licence
    assert model.bytes is None or model.bytes > 0


@each
def test_a_licence_that_wants_a_name_gives_it(model: Entry) -> None:
    assert ("name " in model.licence) == model.licence.startswith("CC-BY")
    assert "NC" not in model.licence or not model.commercial


@pytest.mark.parametrize("model", HUB_ENTRIES, ids=lambda e: e.id)
def test_a_hub_entry_is_pinned_and_known_to_spandrel(model: Entry) -> None:
    from spandrel import MAIN_REGISTRY

    assert isinstance(model.source, Hub)
    assert re.fullmatch(r"main|[0-9a-f]{40}", model.source.revision)
    assert model.source.filename.endswith((".safetensors", ".pth"))
    assert model.architecture in MAIN_REGISTRY


@pytest.mark.parametrize("model", BUNDLED_ENTRIES, ids=lambda e: e.id)
def test_a_bundled_entry_names_the_file_that_is_there(model: Entry) -> None:
    assert isinstance(model.source, Bundled)
    assert model.architecture in ARCHITECTURES
    file = ROOT / "weights" / model.source.file
    found = digest(file)
    assert model.sha256 == found, f"export {model.id} again: its file has sha256 {found}"


def test_every_purpose_is_served() -> None:
    assert {e.purpose for e in CATALOG} == {*PURPOSES, VIDEO}


def test_an_unknown_id_is_answered_with_the_known_ones() -> None:
    assert entry("scunet-real").architecture == "SCUNet"
    with pytest.raises(UnknownModel, match=r"no model 'x9'; known: .*x2-fast, .*x4-fast"):
        entry("x9")
