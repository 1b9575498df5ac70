"""The native core next to h5py: equal values for every column, in every process, and the same complaints."""

import json
import multiprocessing
import pickle
import shutil
import threading

import numpy as np
import pytest
from conftest import write

from diorama_data import Dataset, DatasetError


@pytest.fixture(scope="module", params=["f32", "f16", "i16mm"])
def stored(request, tmp_path_factory):
    """Every way to store depth; the last two with raw pixels. Shard 1 is empty."""
    return write(tmp_path_factory.mktemp(request.param) / "set", 7, 3, request.param, "3,4,5")


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def test_the_built_package_has_its_core(whole):
    assert Dataset(whole).is_native and Dataset(whole, native=True).is_native
    assert not Dataset(whole, native=False).is_native
    assert not Dataset(whole / "shards/000000.h5").is_native
    with pytest.raises(DatasetError, match="a dataset's folder"):
        Dataset(whole / "shards/000000.h5", native=True)


def test_both_ways_give_the_same_bytes_of_every_column(stored):
    core, plain = Dataset(stored), Dataset(stored, native=False)
    assert core.columns == plain.columns and len(core.columns) > 20
    for episode in range(len(core)):
        rows = int(core.episode_lengths[episode])
        for name in core.columns:
            for start, stop, stride in [(0, rows, 1), (1, rows, 2), (rows - 1, rows, 3), (2, 2, 1)]:
                assert same(core[episode].read(name, start, stop, stride),
                            plain[episode].read(name, start, stop, stride)), name


def test_batches_are_their_clips(stored):
    core, plain = Dataset(stored), Dataset(stored, native=False)
    positions, starts = [3, 0, 1, 3, 0], [0, 1, 0, 1, 0]
    for name in core.columns:
        batch = core.read_clips(name, positions, starts, 2, 2)
        assert same(batch, plain.read_clips(name, positions, starts, 2, 2)), name
        for i, (position, start) in enumerate(zip(positions, starts)):
            assert same(batch[i], core[position].read(name, start, start + 3, 2)), name
    assert core.read_clips("pixels", [], [], 2).shape == (0, 2, 12, 16, 3)


@pytest.mark.parametrize("native", [True, False])
def test_clips_outside_of_an_episode_are_refused(whole, native):
    data = Dataset(whole, native=native)
    for positions, starts, length, stride in [([0], [1], 4, 1), ([0], [-1], 1, 1), ([0], [0], 3, 2)]:
        with pytest.raises(IndexError):
            data.read_clips("time", positions, starts, length, stride)
    with pytest.raises(IndexError):
        data.read_clips("time", [7], [0], 1)
    with pytest.raises(ValueError):
        data.read_clips("time", [0, 1], [0], 1)
    with pytest.raises(KeyError, match="no column"):
        data.read_clips("thyme", [0], [0], 1)


@pytest.mark.parametrize("native", [True, False])
def test_a_newer_format_and_damaged_manifests_are_told(copy, native):
    path = copy / "dataset.json"
    manifest = json.loads(path.read_text())

    def refused(match, **changes):
        path.write_text(json.dumps({**manifest, **changes}))
        with pytest.raises(DatasetError, match=match):
            Dataset(copy, native=native)

    refused("has format version 9 and this reader knows up to 1: use a newer diorama", version=9)
    refused("damaged", version="x")
    refused("damaged|cannot be used", shards=[{}])
    refused("damaged|cannot be used", columns=[{"name": "pixels"}])
    refused("damaged|cannot be used", columns=5)


def test_closed_files_open_again(whole):
    data = Dataset(whole)
    before = data[0]["depth"]
    data.close()
    assert same(data[0]["depth"], before)


def _total(data, queue):
    queue.put(int(sum(int(c["pixels"].sum()) for c in data.clips(3, columns=["pixels"], seed=4, count=50))))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_every_kind_read_right(whole, method):
    data = Dataset(whole)
    expected = sum(int(c["pixels"].sum()) for c in Dataset(whole, native=False).clips(3, columns=["pixels"], seed=4, count=50))
    assert data[0]["pixels"].any()
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    workers = [context.Process(target=_total, args=(data, queue)) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert [queue.get(timeout=120) for _ in workers] == [expected, expected]
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0


def test_threads_share_a_dataset(whole):
    data = Dataset(whole)
    plain = Dataset(whole, native=False)
    expected = [plain[i]["pixels"].tobytes() for i in range(len(plain))]
    wrong = []

    def work(seed):
        for i in np.random.default_rng(seed).integers(len(expected), size=200):
            if data[int(i)]["pixels"].tobytes() != expected[i]:
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_copy_without_the_core_reads_through_h5py(whole, tmp_path):
    import pathlib
    import subprocess
    import sys

    import diorama_data
    package = pathlib.Path(diorama_data.__file__).parent
    shutil.copytree(package, tmp_path / "diorama_data", ignore=shutil.ignore_patterns("*.so"))
    code = (f"from diorama_data import Dataset; d = Dataset({str(whole)!r}); print(d.is_native, d[0]['pixels'].sum())\n"
            f"try: Dataset({str(whole)!r}, native=True)\nexcept Exception as e: print(type(e).__name__)")
    result = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path,
                            capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", str(Dataset(whole)[0]["pixels"].sum()), "DatasetError"]


def test_it_pickles(whole):
    data = pickle.loads(pickle.dumps(Dataset(whole)))
    assert data.is_native and data[0]["pixels"].any()
