"""Every file operation of a small run fails once, in every way, and every moment between two is a kill: nothing that was
finished is lost, nothing torn shows, success is never claimed falsely, and going on gives the bytes of an undisturbed run."""

import concurrent.futures
import random

import pytest

from crash_tools import check_no_torn_file, contents, run_writer

EPISODES = 2
PER_SHARD = 2  # one of them is rejected
WORKERS = 2


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "set"
    log = folder.parent / "log"
    code, done, errors = run_writer(folder, EPISODES, PER_SHARD, log=log)
    assert code == 0, errors
    assert done == list(range(EPISODES))
    operations = [line.split(" ", 2)[1:] for line in log.read_text().splitlines()]
    # What the loop is about must be among them.
    kinds = {operation for operation, _ in operations}
    assert kinds >= {"open", "close", "write", "pwrite", "fsync", "fdatasync", "rename", "unlink", "ftruncate", "mkdir", "fallocate"}
    return contents(folder), operations


def names(operations, at):
    operation, path = operations[at - 1]
    return f"operation {at}, {operation} of {path.rsplit('/', 1)[1]}"


def fault_at(undisturbed, folder, at, kind):
    """One fault, then a run without: what must hold. True if the first run went well all the same."""
    reference, operations = undisturbed
    where = names(operations, at)
    code, done, errors = run_writer(folder, EPISODES, PER_SHARD, at, kind)
    found = contents(folder)
    check_no_torn_file(found, reference)
    if code == 0:
        if operations[at - 1][0] == "unlink":
            found.pop("shards/run.tmp", None)  # the lock of nobody: the next run takes it over
        assert found == reference, f"{where}: success was claimed, but the dataset is not whole"
    elif kind == "KILL":
        assert code == -9, where
    else:
        assert code == 4, f"{where}: exit code {code}, {errors}"
        assert errors.count("\n") == 1 and str(folder) in errors, f"{where}: {errors}"
    failed = code != 0
    code, more, errors = run_writer(folder, EPISODES, PER_SHARD)
    assert code == 0, f"{where}: going on failed: {errors}"
    assert contents(folder) == reference, where
    assert not set(done) & set(more), f"{where}: finished episodes were made again"
    return not failed


@pytest.mark.parametrize("kind", ["EIO", "ENOSPC", "SHORT", "FULL", "KILL"])
def test_a_fault_at_every_operation(undisturbed, tmp_path, kind):
    places = range(1, len(undisturbed[1]) + 1)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        went_well = list(pool.map(lambda at: fault_at(undisturbed, tmp_path / f"set{at}", at, kind), places))
    # A kill always ends a run. A short write is no failure, but SHORT makes other operations fail.
    assert not all(went_well) and any(went_well) == (kind != "KILL")


def test_faults_on_the_way_back(tmp_path):
    """Two shards. A run that goes on after a kill meets a fault of its own, at random places; the third one finishes."""
    episodes, per_shard = 3, 2
    log = tmp_path / "log"
    assert run_writer(tmp_path / "undisturbed", episodes, per_shard, log=log)[0] == 0
    reference = contents(tmp_path / "undisturbed")
    operations = log.read_text().splitlines()
    rng = random.Random(5)
    for i in range(30):
        folder = tmp_path / f"set{i}"
        done = []
        plan = [(rng.randint(1, len(operations)), "KILL"), (rng.randint(1, len(operations)), rng.choice(["EIO", "ENOSPC", "KILL"]))]
        for at, kind in plan:
            code, more, errors = run_writer(folder, episodes, per_shard, at, kind)
            assert code in (0, 4, -9), (plan, errors)
            check_no_torn_file(contents(folder), reference)
            assert not set(done) & set(more), plan
            done += more
        code, more, errors = run_writer(folder, episodes, per_shard)
        assert code == 0, (plan, errors)
        assert contents(folder) == reference and not set(done) & set(more), plan
