"""Which tests share a worker: those of one file, and the files that share built reports."""

from pathlib import Path

import pytest

SHARE_REPORTS = ("test_browser", "test_build", "test_compare", "test_page")  # fixture `built`


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `--dist loadgroup`."""
    for item in items:
        path = Path(item.nodeid.split("::")[0])
        group = "reports" if path.stem in SHARE_REPORTS else path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
