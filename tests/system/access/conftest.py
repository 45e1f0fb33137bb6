"""One world for each worker."""

from collections.abc import Iterator

import pytest
from tests.system.access.door import Door


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    made = Door(tmp_path_factory.mktemp("access"))
    yield made
    made.close()
