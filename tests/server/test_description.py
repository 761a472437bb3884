"""The OpenAPI description against the running server: no 500, no code and no shape that is not described."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.conftest import Running

EXAMPLES = "4"  # of each kind of request; more by hand
WITHIN = 240  # seconds
NOT_ASKED = "positive_data_acceptance"  # random bytes are a file by the description, and rightly no picture


def test_requests_made_from_the_description(program: Running, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{program.url}/openapi.json"]
    command += ["--phases", "fuzzing", "--max-examples", EXAMPLES, "--exclude-checks", NOT_ASKED, "--seed", "1"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=WITHIN, check=False)
    assert ran.returncode == 0, ran.stdout[-5000:]
