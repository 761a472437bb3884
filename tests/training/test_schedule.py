"""What every training run is told."""

import pytest
import torch

from enhancer.errors import BadOptions
from enhancer.training.recipes import RECIPES, changed
from enhancer.training.schedule import Schedule


@pytest.mark.parametrize(("units", "native"), [({"avx512_bf16": True}, True), ({"avx2": True}, False)])
def test_a_processor_without_the_units_computes_in_float32(
    units: dict[str, bool], native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units, raising=False)
    assert Schedule().bfloat16 is native
    assert Schedule(precision="bfloat16").bfloat16
    assert not Schedule(precision="float32").bfloat16


def test_another_format_is_refused() -> None:
    with pytest.raises(BadOptions, match="one of auto, float32, bfloat16"):
        changed(RECIPES["sr"], {"precision": "float16"})


def test_rates_rise_stay_and_fall() -> None:
    plan = Schedule(warmup=10, decay=0.5)
    assert [plan.rate(4, 0.1), plan.rate(20, 0.3), plan.rate(20, 0.75), plan.rate(20, 1.0)] == [0.5, 1, 0.5, 0]
