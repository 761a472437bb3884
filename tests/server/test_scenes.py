"""Medical and satellite files as jobs: what the lanes make, with what is kept, and what is refused."""

import io
import os
import time
import zipfile
from pathlib import Path

import httpx
import numpy as np
import pydicom
import pytest
import rasterio

from enhancer.client import ApiError, Client
from enhancer.engine import Engine
from enhancer.lanes.lane import MEDICAL
from enhancer.lanes.medical import enhance_medical
from enhancer.lanes.satellite import enhance_satellite
from enhancer.lanes.wish import Wish
from enhancer.models.store import Store
from enhancer.settings import Settings
from tests.lanes.make import PATIENT, body, dicom
from tests.lanes.make_geo import bands, geotiff
from tests.server.conftest import Running, running


@pytest.fixture(scope="module")
def with_bundled(tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A server with the networks that the program ships, as the lanes draw with these alone."""
    bundled = {"WEIGHTS": str(Settings().weights), "MAX_SCENE_BYTES": 400_000}
    yield from running(tmp_path_factory.mktemp("scenes"), bundled)


@pytest.fixture
def client(with_bundled: Running) -> Client:
    with Client(with_bundled.url) as found:
        yield found


def here() -> Engine:
    settings = Settings()
    return Engine(Store(settings), settings)


def left(server: Running) -> list[Path]:
    """What lies in the server's folder of what strangers sent, or of what became of it; folders may go meanwhile."""
    found = (Path(place, name) for place, _, names in os.walk(server.environment["ENHANCER_WORK"]) for name in names)
    return [path for path in found if path.suffix == ".dcm" or path.name == "source"]


def test_a_dicom_file_comes_back_as_the_command_line_makes_it(client: Client, tmp_path: Path) -> None:
    source = dicom(tmp_path / "a.dcm", body())
    done = client.submit(source, "medical", scale=2, uncertainty=False).result()
    assert (done.media_type, done.width, done.height, done.recipe) == ("application/dicom", 96, 80, "")
    assert "tags" in done.kept
    assert done.lost[0] == MEDICAL.notice
    assert any("gives the source again" in sentence for sentence in done.lost)
    made = pydicom.dcmread(io.BytesIO(done.file))
    assert (made.PatientName, made.Rows, list(made.PixelSpacing)) == (PATIENT, 80, [0.3, 0.2])
    enhance_medical(source, tmp_path / "b.dcm", Wish(uncertainty=False), here())
    np.testing.assert_array_equal(made.pixel_array, pydicom.dcmread(tmp_path / "b.dcm").pixel_array)


def test_all_bands_come_with_the_errors_to_expect(client: Client, tmp_path: Path) -> None:
    source = geotiff(tmp_path / "a.tif", bands(5, 24, 28))
    done = client.submit(source, "satellite", scale=2).result()
    assert (done.media_type, done.width) == ("application/zip", 56)
    with zipfile.ZipFile(io.BytesIO(done.file)) as packed:
        assert packed.namelist() == ["satellite.tif", "satellite.uncertainty.tif"]
        packed.extractall(tmp_path)
    enhance_satellite(source, tmp_path / "b.tif", Wish(), here())
    with (
        rasterio.open(source) as old,
        rasterio.open(tmp_path / "satellite.tif") as new,
        rasterio.open(tmp_path / "b.tif") as wanted,
        rasterio.open(tmp_path / "satellite.uncertainty.tif") as errors,
    ):
        assert (new.count, errors.count, new.crs) == (5, 5, old.crs)
        assert new.bounds == pytest.approx(old.bounds)
        np.testing.assert_array_equal(new.read(), wanted.read())
        assert float(errors.read().max()) > 0


@pytest.mark.parametrize(
    ("job", "options", "word", "status"),
    [
        ("medical", {"model": "weights/x2-fast.safetensors", "generative": True}, "model", 404),
        ("medical", {"model": "realesr-general-x4v3"}, "generative", 422),
        ("satellite", {}, "GeoTIFF", 415),
    ],
    ids=["a file of the server", "a model that may invent", "a DICOM file as a GeoTIFF"],
)
def test_a_job_that_cannot_be_done_says_why(
    client: Client, tmp_path: Path, job: str, options: dict[str, str | bool], word: str, status: int
) -> None:
    source = dicom(tmp_path / "a.dcm", body(16, 16))
    with pytest.raises(ApiError, match=word) as failed:
        client.submit(source, job, uncertainty=False, **options).result()
    assert failed.value.status == status


def test_what_is_too_large_or_out_of_range_is_refused_at_once(with_bundled: Running, tmp_path: Path) -> None:
    url = f"{with_bundled.url}/v1/jobs/medical"
    answer = httpx.post(url, content=bytes(500_000))
    assert (answer.status_code, answer.json()["limit"]) == (413, "max_scene_bytes")
    for job in ("medical", "satellite"):
        empty = httpx.post(f"{with_bundled.url}/v1/jobs/{job}")
        assert (empty.status_code, "empty" in empty.json()["detail"]) == (422, True)
    small = dicom(tmp_path / "a.dcm", body(16, 16)).read_bytes()
    for query in ("scale=5", "scale=2&scale=3", "colour=red"):
        assert httpx.post(f"{url}?{query}", content=small).status_code == 422
    assert "medical" in httpx.post(url, files={"picture": small}).json()["detail"]


def test_nothing_stays_behind_a_job_that_is_forgotten(with_bundled: Running, client: Client, tmp_path: Path) -> None:
    job = client.submit(dicom(tmp_path / "a.dcm", np.stack([body(96, 96)] * 12)), "medical")
    while job.status()["progress"]["done"] == 0:
        time.sleep(0.05)
    job.cancel()
    until = time.monotonic() + 30
    while left(with_bundled):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_nothing_stays_behind_a_job_that_is_forgotten_before_it_begins(
    with_bundled: Running, client: Client, tmp_path: Path
) -> None:
    scan = dicom(tmp_path / "a.dcm", np.stack([body(96, 96)] * 12))
    jobs = [client.submit(scan, "medical") for _ in range(4)]
    assert jobs[-1].status()["state"] == "waiting"
    for job in reversed(jobs):
        job.cancel()
    until = time.monotonic() + 30
    while left(with_bundled):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_result_is_sent_whole_to_several_at_once_even_when_its_job_is_dropped(
    with_bundled: Running, client: Client, tmp_path: Path
) -> None:
    job = client.submit(geotiff(tmp_path / "a.tif", bands(5, 180, 200)), "satellite", uncertainty=False, scale=4)
    whole = job.result().file
    assert len(whole) > 1_000_000
    address = f"{with_bundled.url}{job.address}/result"
    with httpx.stream("GET", address) as one, httpx.stream("GET", address) as other:
        parts = [one.iter_bytes(65_536), other.iter_bytes(65_536)]
        begun = [next(part) for part in parts]
        job.cancel()
        assert [first + b"".join(part) for first, part in zip(begun, parts, strict=True)] == [whole, whole]
        assert int(one.headers["Content-Length"]) == len(whole)
    assert httpx.get(address).status_code == 404
