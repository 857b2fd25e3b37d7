"""What a test needs of the machine: absent, it is skipped with a reason, and fails in CI."""

import os
from typing import NoReturn

import pytest


def missing(reason: str) -> NoReturn:
    """Skip the test; fail it where INFOBOUND_REQUIRE_TOOLS=1 says that nothing may be missing."""
    if os.environ.get("INFOBOUND_REQUIRE_TOOLS") == "1":
        pytest.fail(f"INFOBOUND_REQUIRE_TOOLS=1, but {reason}")
    pytest.skip(reason)
