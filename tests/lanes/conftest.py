"""One engine for all lanes."""

import pytest

from enhancer.engine import Engine
from enhancer.models.store import Store
from enhancer.settings import Settings


@pytest.fixture(scope="session")
def engine() -> Engine:
    settings = Settings()
    return Engine(Store(settings), settings)
