"""Medical and Satellite in a real browser: a file goes in, its enlargement comes out, and one that is none is told."""

from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import expect

from tests.lanes.make import body, dicom
from tests.lanes.make_geo import bands, geotiff
from tests.ui.browser import PATIENCE, Visitor

Visit = Callable[..., Visitor]
BEGUN = 3 * PATIENCE  # a process for the file begins first


@pytest.mark.parametrize("width", [1280, 390])
def test_a_scan_is_enlarged(visit: Visit, tmp_path: Path, width: int) -> None:
    visitor = visit(width)
    visitor.tab("Lab")
    visitor.tab("Medical")
    expect(visitor.page.locator("#medical-notice")).to_contain_text("Not for diagnosis")
    visitor.give("medical-file", dicom(tmp_path / "scan.dcm", body(32, 40)))
    visitor.page.locator("#medical-doubt input").uncheck()
    visitor.page.locator("#medical-go").click()
    expect(visitor.page.locator("#medical-status")).to_contain_text("Done: 80 × 64 pixels.", timeout=BEGUN)
    visitor.images("medical-result", 2)
    expect(visitor.page.locator("#medical-facts")).to_contain_text("gives the source again")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert pydicom.dcmread(visitor.download("medical-download")).Columns == 80


def test_a_satellite_scene_and_a_file_that_is_none(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    visitor.tab("Lab")
    visitor.tab("Satellite")
    visitor.page.locator("#satellite-go").click()
    expect(visitor.page.locator("#satellite-status")).to_contain_text("Please choose a file first.", timeout=BEGUN)
    visitor.give("satellite-file", geotiff(tmp_path / "scene.tif", bands(2, 24, 28)))
    visitor.page.locator("#satellite-go").click()
    expect(visitor.page.locator("#satellite-status")).to_contain_text("Done: 56 × 48 pixels.", timeout=BEGUN)
    expect(visitor.page.locator("#satellite-facts")).to_contain_text("Error to expect in band 2")
    assert visitor.download("satellite-errors").suffix == ".tif"
