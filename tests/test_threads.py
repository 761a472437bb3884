"""Threads that wait leave the processor to others, unless somebody wants it otherwise."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ASK = "import enhancer, torch, os; print(os.environ['OMP_WAIT_POLICY'])"


@pytest.mark.parametrize(("wish", "found"), [({}, "passive"), ({"OMP_WAIT_POLICY": "active"}, "active")])
def test_waiting_threads_sleep_unless_told_otherwise(wish: dict[str, str], found: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"} | wish
    told = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == found
