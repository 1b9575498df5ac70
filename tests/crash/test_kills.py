"""The program itself, killed: at named points of its work, and at random moments."""

import os
import subprocess

import pytest

from crash_tools import INJECTOR, check_no_torn_file, contents, finished_episodes
from random_kills import SCENARIO, command, kill_runs, run_to_the_end

FEW_KILLS = 5


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("undisturbed")
    scenario = scratch / "kills.textproto"
    scenario.write_text(SCENARIO)
    log = scratch / "log"
    env = dict(os.environ, LD_PRELOAD=str(INJECTOR), DIORAMA_FAULT_FOLDER=str(scratch / "set"), DIORAMA_FAULT_LOG=str(log))
    result = subprocess.run(command(scenario, scratch / "set"), capture_output=True, text=True, env=env)
    assert result.returncode in (0, 6), result.stderr
    return scenario, contents(scratch / "set"), [line.split(" ", 2)[1:] for line in log.read_text().splitlines()]


@pytest.mark.parametrize("operation, name, which, finished", [
    ("pwrite", "000001.journal", 0, 6),    # the journal's header
    ("fdatasync", "000001.journal", 3, 9),  # the record is written, not yet synced: a kill keeps the page cache
    ("pwrite", "000001.h5.tmp", 2, 12),
    ("fsync", "000001.h5.tmp", 0, 12),
    ("rename", "000001.json", 0, 12),
    ("rename", "000001.h5", 0, 12),
    ("unlink", "000001.journal", 0, 12),
    ("rename", "index.h5", 0, 24),
    ("rename", "dataset.json", 0, 24),
    ("unlink", "run.tmp", 0, 24),
])
def test_killed_at_a_named_point(undisturbed, tmp_path, operation, name, which, finished):
    scenario, reference, operations = undisturbed
    points = [i + 1 for i, (what, path) in enumerate(operations) if what == operation and path.endswith("/" + name)]
    folder = tmp_path / "set"
    env = dict(os.environ, LD_PRELOAD=str(INJECTOR), DIORAMA_FAULT_FOLDER=str(folder), DIORAMA_FAULT_AT=str(points[which]),
               DIORAMA_FAULT_KIND="KILL")
    assert subprocess.run(command(scenario, folder), capture_output=True, env=env).returncode == -9
    check_no_torn_file(contents(folder), reference)
    assert finished_episodes(folder) == finished
    assert run_to_the_end(command(scenario, folder))["episodes_found"] == finished
    assert contents(folder) == reference


@pytest.mark.parametrize("verb", ["generate", "replay"])
def test_killed_at_random_moments(tmp_path, verb):
    assert kill_runs(int(os.environ.get("DIORAMA_KILLS", FEW_KILLS)), seed=1, scratch=tmp_path, verb=verb) >= 1
