"""The Python package on what C++ wrote."""

import json
import multiprocessing
import os
import pickle
import subprocess
import sys

import h5py
import numpy as np
import pytest

import diorama_data
from diorama_data import Dataset, DatasetError, intrinsics, project, unproject, world_from_camera


def test_the_package_under_test_is_the_built_one():
    assert "/python/diorama_data" in diorama_data.__file__.replace(os.sep, "/")


@pytest.mark.parametrize("which", ["", "index.h5"])
def test_episodes_are_those_of_the_index(whole, which):
    data = Dataset(whole / which)
    assert len(data) == 7 and data.num_rows == 34 and data.views == ["front", "side"]
    assert data.manifest["seed"] == 7
    with h5py.File(whole / "index.h5", "r") as f:
        assert set(data.columns) == set(f) - {"ep_len", "ep_offset"}
        for i, episode in enumerate(data):
            rows = slice(f["ep_offset"][i], f["ep_offset"][i] + f["ep_len"][i])
            assert episode.index == i and episode.num_rows == f["ep_len"][i]
            for name, values in episode.items():
                assert np.array_equal(values, f[name][rows], equal_nan=values.dtype.kind == "f"), name
    assert np.array_equal(data[-1]["time"], data.episode(6)["time"])
    with pytest.raises(IndexError):
        data.episode(7)


def test_a_shard_alone_and_a_set_with_gaps(gaps):
    data = Dataset(gaps)
    assert list(data.episode_indices) == [0, 1, 6] and [e.index for e in data] == [0, 1, 6]
    shard = Dataset(gaps / "shards/000002.h5")
    assert len(shard) == 1 and shard[0].index == 6
    assert np.array_equal(shard[0]["pixels"], data[2]["pixels"])
    assert shard.columns["camera"].unit == "m, 1, px"
    with pytest.raises(DatasetError, match="dataset.json"):
        shard.splits
    assert len(Dataset(gaps / "shards/000001.h5")) == 0


def test_columns_say_what_they_hold(whole):
    columns = Dataset(whole).columns
    assert columns["depth"].unit == "m" and columns["depth"].shape == (12, 16) and columns["depth"].dtype == np.float32
    assert "far_m" in columns["depth"].meaning and columns["terminated"].dtype == bool
    with pytest.raises(KeyError, match="no column 'depht'"):
        Dataset(whole)[0]["depht"]


def test_clips_lie_within_episodes_and_repeat_with_their_seed(whole):
    data = Dataset(whole)
    starts = set()
    for clip in data.clips(3, stride=2, columns=["pixels", "time", "step_idx", "episode_idx"], seed=1, count=300):
        assert set(clip) == {"pixels", "time", "step_idx", "episode_idx"} and clip["pixels"].shape == (3, 12, 16, 3)
        assert list(np.diff(clip["step_idx"])) == [2, 2] and len(set(clip["episode_idx"])) == 1
        assert np.allclose(clip["time"], clip["step_idx"] / 20)
        starts.add((int(clip["episode_idx"][0]), int(clip["step_idx"][0])))
    possible = {(e, s) for e in range(7) for s in range(int(data.episode_lengths[e]) - 4)}
    assert starts == possible
    def draw(seed):
        return [c["time"].tolist() for c in data.clips(2, columns=["time"], seed=seed, count=9)]

    assert draw(3) == draw(3) != draw(4)
    with pytest.raises(ValueError, match="no episode has"):
        data.clips(100)


def test_splits_cover_the_episodes_once(whole):
    data = Dataset(whole)
    assert sorted(sum(data.splits.values(), [])) == list(range(7))
    name = next(n for n, positions in data.splits.items() if positions)
    allowed = {int(data.episode_indices[p]) for p in data.splits[name]}
    for clip in data.clips(2, columns=["episode_idx"], split=name, count=20):
        assert int(clip["episode_idx"][0]) in allowed
    with pytest.raises(KeyError, match="no split"):
        data.clips(2, split="exam")


def test_cameras_project_what_they_unproject(whole):
    camera = Dataset(whole)[0]["camera"]
    assert world_from_camera(camera).shape == (4, 4, 4) and intrinsics(camera).shape == (4, 3, 3)
    pose = world_from_camera(camera[0])
    assert np.allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3)) and np.allclose(pose[:3, 3], [0, -3, 1])
    # It looks from (0, -3, 1) at (0, 0, 0.5): that point is in the picture's middle, 3.04 m away.
    assert np.allclose(project([[0, 0, 0.5]], camera[0]), [[7.5, 5.5, np.hypot(3, 0.5)]], atol=1e-5)
    # Up in the world is up in the picture, so v falls.
    assert project([[0, 0, 0.7]], camera[0])[0, 1] < 5.5 and project([[0.2, 0, 0.5]], camera[0])[0, 0] > 7.5
    points = unproject(np.full((12, 16), 2.0), camera[0])
    v, u = np.mgrid[:12, :16]
    back = project(points.reshape(-1, 3), camera[0])
    assert np.allclose(back[:, 0], u.ravel()) and np.allclose(back[:, 1], v.ravel()) and np.allclose(back[:, 2], 2)


def test_a_missing_shard_raises_and_is_named(copy):
    (copy / "shards/000001.h5").unlink()
    with pytest.raises(DatasetError, match="000001.h5 is missing"):
        Dataset(copy)


def test_a_shard_that_goes_away_later_raises_instead_of_filling(copy):
    data = Dataset(copy)
    (copy / "shards/000001.h5").unlink()
    with pytest.raises(DatasetError, match="000001.h5 is missing"):
        data[3]["pixels"]
    assert data[0]["pixels"].any()


def test_torn_damaged_and_foreign_files_raise(copy, tmp_path):
    shard = copy / "shards/000001.h5"
    whole_bytes = shard.read_bytes()
    shard.write_bytes(whole_bytes[:5000])
    with pytest.raises(DatasetError, match="damaged"):
        Dataset(copy)
    places = json.loads((copy / "shards/000001.json").read_text())["chunks"]["pixels"]
    offset, size, _ = places[2]
    shard.write_bytes(whole_bytes[: offset + 2] + b"\xff" * (size - 2) + whole_bytes[offset + size :])
    data = Dataset(copy)
    with pytest.raises(DatasetError, match="000001.h5.*pixels"):
        data[3]["pixels"]
    with pytest.raises(DatasetError, match="SHA-256"):
        data.verify()
    foreign = tmp_path / "foreign.h5"
    with h5py.File(foreign, "w") as f:
        f["x"] = np.arange(3)
    with pytest.raises(DatasetError, match="not a shard of diorama"):
        Dataset(foreign)
    text = tmp_path / "text.h5"
    text.write_text("hello")
    with pytest.raises(DatasetError, match="cannot be opened as HDF5"):
        Dataset(text)
    with pytest.raises(DatasetError, match="does not exist"):
        Dataset(tmp_path / "nothing")
    with pytest.raises(DatasetError, match="no dataset.json"):
        Dataset(tmp_path)
    (copy / "dataset.json").write_text("{")
    with pytest.raises(DatasetError, match="is damaged"):
        Dataset(copy)


def test_an_intact_set_verifies(whole):
    Dataset(whole).verify()


def _sums(data, seed, queue):
    queue.put([int(c["pixels"].sum()) for c in data.clips(3, columns=["pixels"], seed=seed, count=40)])


def test_forked_workers_with_an_open_parent_read_right(whole):
    data = Dataset(whole)
    expected = [[int(c["pixels"].sum()) for c in data.clips(3, columns=["pixels"], seed=s, count=40)] for s in range(3)]
    context = multiprocessing.get_context("fork")
    queues = [context.Queue() for _ in range(3)]
    workers = [context.Process(target=_sums, args=(data, s, queues[s])) for s in range(3)]
    for worker in workers:
        worker.start()
    assert [q.get(timeout=60) for q in queues] == expected
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert int(data[0]["pixels"].sum()) > 0


def test_it_pickles_without_its_handles(whole):
    data = Dataset(whole)
    assert data[0]["pixels"].any()
    again = pickle.loads(pickle.dumps(data))
    assert np.array_equal(again[5]["state"], data[5]["state"])


def test_it_reads_in_five_lines_from_another_folder(whole, tmp_path):
    code = (
        "from diorama_data import Dataset\n"
        f"data = Dataset({str(whole)!r})\n"
        "for clip in data.clips(length=4, count=2, columns=['pixels', 'action']):\n"
        "    print(clip['pixels'].shape, clip['action'].shape)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout == "(4, 12, 16, 3) (4, 1)\n" * 2
