"""Shared libraries that the locked wheels need and do not carry: the container's base has them, or apt brings them."""

import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, files

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.hosting.test_container import told

SHARED = re.compile(r"\.so(\.\d+)*$")
NEEDED, NAMED = re.compile(r"\(NEEDED\).*\[(.+)\]"), re.compile(r"\(SONAME\).*\[(.+)\]")
LENDS = re.compile(r"torch$|nvidia|cuda|triton")  # their libraries are found by other wheels, too
BASE = {  # of python:3.11-slim, by Debian's packages
    "libc6": {"libc.so.6", "libdl.so.2", "libm.so.6", "libmvec.so.1", "libpthread.so.0", "librt.so.1", "libutil.so.1"},
    "libc6, by processor": {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"},
    "libgcc-s1": {"libgcc_s.so.1"},
    "libstdc++6": {"libstdc++.so.6"},
    "zlib1g": {"libz.so.1"},
}
APART = {
    "libcuda.so.1": "comes into the container with the GPU's driver",
    "libquadmath.so.0": "is asked for by a Fortran library in PyTorch's wheel that nothing there loads",
}
BROUGHT = {"libexpat.so.1": "libexpat1"}  # which Debian package has it


def libraries(name: str) -> tuple[set[str], set[str]]:
    """What the shared libraries of an installed package need, and what they are."""
    try:
        paths = [str(file.locate()) for file in files(name) or () if SHARED.search(file.name)]
    except PackageNotFoundError:
        if LENDS.match(name):  # as in the variant for processors
            return set(), set()
        pytest.skip(f"{name} of the lock is not installed here")
    if not paths:
        return set(), set()
    said = subprocess.run(["readelf", "-dW", *paths], capture_output=True, text=True, check=True).stdout
    return set(NEEDED.findall(said)), {path.rpartition("/")[2] for path in paths} | set(NAMED.findall(said))


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf, which tells what a library needs, is not there")
def test_the_container_has_what_the_wheels_do_not_carry() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = [Requirement(line) for line in lines if line and not line.startswith("#")]
    wheels = {r.name: libraries(r.name) for r in locked if r.marker is None or r.marker.evaluate()}
    lent = {library for name, (_, has) in wheels.items() if LENDS.match(name) for library in has}
    wants = {
        library: name
        for name, (needs, has) in wheels.items()
        for library in needs - has - lent - set(APART) - set[str]().union(*BASE.values())
        if name == "torch" or not LENDS.match(name)  # NVIDIA's own name what only clusters have
    }
    assert set(wants) == set(BROUGHT), wants
    (install,) = (run for run in told("RUN") if "apt-get" in run)
    assert set(BROUGHT.values()) <= set(install.partition("--no-install-recommends")[2].partition("&&")[0].split())
    assert "rm -rf /var/lib/apt/lists/*" in install
