"""What C++ wrote, read with stock h5py and by the rules of the trainers."""

import hashlib
import json

import h5py
import numpy as np
import pytest

from swm_rules import SwmDataset, convert_mistakes

from conftest import write

ALWAYS = ["pixels", "action", "reward", "terminated", "truncated", "proprio", "state", "observation", "time", "episode_idx",
          "step_idx", "object_pose", "object_velocity", "object_info", "camera"]


def color(episode, row, view, height, width):
    line, column, channel = np.mgrid[:height, :width, :3]
    return ((episode * 40 + row * 11 + view * 5 + line * 3 + column * 2 + channel) % 256).astype(np.uint8)


def depth(episode, row, view, height, width):
    line, column = np.mgrid[:height, :width]
    z = 1 + 0.37 * line + 0.013 * (column + row + view) + 0.1 * episode
    z[0] = 30.0
    return z


def files(folder):
    return [folder / "index.h5"] + sorted((folder / "shards").glob("*.h5"))


def test_the_root_has_row_aligned_arrays_and_an_index_only(whole, gaps):
    for path in files(whole) + files(gaps):
        with h5py.File(path, "r") as f:
            rows = int(f["ep_len"][:].sum())
            assert f["ep_len"].dtype == np.int32 and f["ep_offset"].dtype == np.int64
            assert np.array_equal(f["ep_offset"][:], np.concatenate([[0], np.cumsum(f["ep_len"][:])])[: len(f["ep_len"])])
            for name, item in f.items():
                assert isinstance(item, h5py.Dataset), name
                if name not in ("ep_len", "ep_offset"):
                    assert item.shape[0] == rows, name
                    assert len(item.attrs["unit"]) and len(item.attrs["meaning"])
                    assert not convert_mistakes(name, item), name
            assert set(ALWAYS) <= set(f)
            attribute = f.attrs["diorama"]
            assert len(attribute) < 60000
            about = json.loads(attribute)
            assert about["seed"] == 7 and about["frame_rate_hz"] == 20 and [v["name"] for v in about["views"]] == ["front", "side"]


def test_pixels_depth_and_ids_are_what_the_renderer_drew(whole):
    with h5py.File(whole / "index.h5", "r") as f:
        for r in range(f["pixels"].shape[0]):
            episode, row = int(f["episode_idx"][r]), int(f["step_idx"][r])
            for view, (suffix, h, w) in enumerate((("", 12, 16), (".side", 8, 10))):
                assert np.array_equal(f["pixels" + suffix][r], color(episode, row, view, h, w))
                z = depth(episode, row, view, h, w)
                assert np.allclose(f["depth" + suffix][r], z, rtol=2.0**-12 + 1e-7)
                assert (f["depth" + suffix][r][0] == 30.0).all()
                ids = f["segmentation" + suffix][r]
                assert ids.dtype == np.uint8 and (ids[0] == 0).all() and (ids[1:] > 0).all()
            seen = np.bincount(f["segmentation"][r].ravel(), minlength=6)[1:]
            assert np.array_equal(f["object_visibility"][r], seen)


def test_conventions_of_an_episode(whole):
    with h5py.File(whole / "index.h5", "r") as f:
        for offset, length in zip(f["ep_offset"][:], f["ep_len"][:]):
            rows = slice(offset, offset + length)
            assert np.isnan(f["action"][rows][-1]).all() and not np.isnan(f["action"][rows][:-1]).any()
            assert np.isnan(f["reward"][rows][0]) and (f["reward"][rows][1:] == 0).all()
            assert f["truncated"].dtype == bool and list(f["truncated"][rows]) == [False] * (length - 1) + [True]
            assert not f["terminated"][rows].any()
            assert np.array_equal(f["step_idx"][rows], np.arange(length))
            assert len(set(f["episode_idx"][rows])) == 1
            for name in f:
                if f[name].dtype.kind == "f" and name not in ("action", "reward"):
                    assert np.isfinite(f[name][rows] if f[name].shape[0] > 1 else 0).all(), name
        assert f["observation"] == f["proprio"]  # one object under two names
        contact = f["contact"][2]
        assert f["contact_count"][2] == 2 and (contact[:2, 0] < contact[:2, 1]).all() and (contact[2:, :2] == -1).all()
        absent = f["object_info"][0, 4]
        assert absent[0] == 0 and absent[9] == -1 and list(f["object_pose"][0, 4]) == [0, 0, 0, 1, 0, 0, 0]


def test_chunks_are_one_picture_and_lie_in_row_order(whole):
    for path in sorted((whole / "shards").glob("*.h5")):
        about = json.loads(path.with_suffix(".json").read_text())
        assert about["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest() and about["bytes"] == path.stat().st_size
        with h5py.File(path, "r") as f:
            for name in ("pixels", "depth", "segmentation.side"):
                assert f[name].chunks == (1,) + f[name].shape[1:]
                assert f[name].compression == "gzip" and f[name].compression_opts == 1
                assert f[name].shuffle == (name == "depth")
                places = about["chunks"][name]
                assert [p[0] for p in places] == sorted(p[0] for p in places)
                for row, (offset, size, _) in enumerate(places):
                    info = f[name].id.get_chunk_info_by_coord((row,) + (0,) * (f[name].ndim - 1))
                    assert (info.byte_offset, info.size) == (offset, size)
                # A clip is one byte range.
                assert all(a[0] + a[1] == b[0] for a, b in zip(places, places[1:]))


def test_an_empty_shard_opens_and_the_index_leaves_it_out(gaps):
    with h5py.File(gaps / "shards/000001.h5", "r") as f:
        assert f["ep_len"].shape == (0,) and f["pixels"].shape == (0, 12, 16, 3) and f["pixels"][:].size == 0
    with h5py.File(gaps / "index.h5", "r") as f:
        assert list(f["episode_idx"][f["ep_offset"][:]]) == [0, 1, 6]
        assert len({s.file_name for s in f["pixels"].virtual_sources()}) == 2
    manifest = json.loads((gaps / "dataset.json").read_text())
    assert [r["episode"] for r in manifest["rejected"]] == [2, 3, 4, 5] and manifest["episodes"] == 3


def test_a_dataset_without_kept_episodes_opens(tmp_path):
    folder = write(tmp_path / "set", 2, 2, "f32", "0,1")
    for path in files(folder):
        with h5py.File(path, "r") as f:
            assert f["ep_len"].shape == (0,) and f["pixels"].shape[0] == 0


@pytest.mark.parametrize("storage, dtype, scale, error", [("f16", "float16", 1, 2e-3), ("i16mm", "int16", 1000, 0.51)])
def test_other_depth_types_and_raw_pixels(tmp_path, storage, dtype, scale, error):
    folder = write(tmp_path / "set", 2, 2, storage)
    with h5py.File(folder / "shards/000000.h5", "r") as f:
        assert f["depth"].dtype == np.dtype(dtype) and f["pixels"].compression is None and f["pixels"].chunks[0] == 1
        assert np.array_equal(f["pixels"][1], color(0, 1, 0, 12, 16))
        assert np.allclose(f["depth"][1].astype(float), scale * depth(0, 1, 0, 12, 16), rtol=0, atol=error * (1 if scale > 1 else 3))
        assert (f["depth"][1][0] == 30 * scale).all()


def test_a_missing_shard_shows_in_the_index_as_nan(copy):
    (copy / "shards/000001.h5").unlink()
    with h5py.File(copy / "index.h5", "r") as f:
        gone = f["episode_idx"][:] == np.iinfo(np.int64).min
        assert gone.sum() == 15
        assert np.isnan(f["object_pose"][gone]).all() and np.isnan(f["time"][gone]).all() and np.isnan(f["depth"][gone]).all()


def test_no_host_path_or_date_is_in_a_shard(whole, tmp_path):
    import socket
    for path in files(whole):
        data = path.read_bytes()
        assert str(whole).encode() not in data
        assert socket.gethostname().encode() not in data or len(socket.gethostname()) < 4
    again = write(tmp_path / "elsewhere" / "set")
    for path in files(whole) + [whole / "dataset.json"]:
        assert (again / path.relative_to(whole)).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("frameskip", [1, 2])
def test_stable_worldmodel_slices_every_column(whole, gaps, frameskip):
    for path in files(whole) + [gaps / "index.h5"]:
        data = SwmDataset(path, num_steps=2, frameskip=frameskip)
        assert len(data) > 0
        for index in range(len(data)):
            episode, start = data.clip_indices[index]
            clip = data[index]
            row = data.offsets[episode] + start
            assert clip["pixels"].shape == (2, 3, 12, 16) and clip["pixels"].dtype == np.uint8
            assert clip["pixels.side"].shape == (2, 3, 8, 10)
            assert clip["action"].shape == (2, frameskip)
            for key, value in clip.items():
                assert value.shape[0] == 2, key
                if value.ndim == 4 and not key.startswith("pixels"):
                    assert value.shape[1] not in (1, 3), key
            number = int(data.file["episode_idx"][row])
            for step in range(2):
                expected = color(number, start + step * frameskip, 0, 12, 16).transpose(2, 0, 1)
                assert np.array_equal(clip["pixels"][step], expected)
        assert data.get_dim("action") == 1 and data.file["action"].ndim == 2
