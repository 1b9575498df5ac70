"""The tiny dataset that the C++ fixture writes: 7 episodes, 3 per shard, episodes 2..5 rejected, so that shard 1 is
empty. Its pictures are functions of episode, row, view and pixel (tests/unit/exporters/tiny_dataset.cc)."""

import os
import pathlib
import shutil
import subprocess

import pytest

FIXTURE = os.environ["DIORAMA_PYTHON_FIXTURE"]


def write(folder, *arguments):
    subprocess.run([FIXTURE, str(folder), *map(str, arguments)], check=True)
    return pathlib.Path(folder)


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """All 7 episodes kept, 3 shards."""
    return write(tmp_path_factory.mktemp("whole") / "set")


@pytest.fixture(scope="session")
def gaps(tmp_path_factory):
    """Episodes 2..5 rejected: shard 1 is empty."""
    return write(tmp_path_factory.mktemp("gaps") / "set", 7, 3, "f32", "2,3,4,5")


@pytest.fixture()
def copy(whole, tmp_path):
    """A copy of `whole` that a test may damage."""
    return pathlib.Path(shutil.copytree(whole, tmp_path / "copy"))
