"""A published checkpoint through our store and engine gives its published figure."""

from pathlib import Path

import pytest

from enhancer.training.evaluate import evaluate


def test_dctlsa_reaches_its_published_psnr(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DCTLSA x4 on Set5: 32.52 dB (its authors' table)."""
    monkeypatch.setenv("ENHANCER_PRECISION", "float32")
    weights = shared / "weights-public" / "DCTLSA_x4.pt"
    rows = evaluate([str(weights)], ["Set5"], shared / "data" / "bench", [4])
    figures = {row.split()[1]: float(row.split()[4]) for row in rows[1:]}
    assert figures["bicubic"] == pytest.approx(28.42, abs=0.03)
    assert figures["DCTLSA_x4.pt"] == pytest.approx(32.52, abs=0.03)
