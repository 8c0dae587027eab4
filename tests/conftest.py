"""What every test stands on: sockets, data beside the repository, hypothesis profiles, the rule on skips."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent
LOOPBACK = ["127.0.0.0/8", "::1", "localhost"]

# No deadlines: a machine shared with others proves nothing about time. Figures are the business of benchmarks/.
settings.register_profile("dev", max_examples=100, deadline=None)
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("OPENESIM_HYPOTHESIS", "ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recorded sessions, modules and certificates of others; it stands beside the repository."""
    data = Path(os.environ.get("OPENESIM_SHARED", REPOSITORY.parent / "shared" / "spec" / "data"))
    if not data.is_dir():
        pytest.skip("no ../shared/spec/data beside the repository (OPENESIM_SHARED names another place)")
    return data


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker("shared")
        if item.get_closest_marker("sockets"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("system"):
        package, program = mark.args
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}: apt-get install {package}")


# --- A skip is a hole in what was tested: with OPENESIM_NO_SKIPS=1 (as .ci/run sets it) it fails ---------------

MAY_SKIP = {"peers"}  # markers of tests whose need is legitimately absent in CI


def _skips_fail() -> bool:
    return os.environ.get("OPENESIM_NO_SKIPS") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expected_failure = hasattr(report, "wasxfail")
    if report.skipped and not expected_failure and _skips_fail() and not MAY_SKIP & set(report.keywords):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and OPENESIM_NO_SKIPS=1: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and _skips_fail():
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped whole, and OPENESIM_NO_SKIPS=1: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
