"""Damaged, foreign, truncated and newer files, read with the native core and through h5py: a DatasetError that names the file,
or the values that were written; never other values, another exception or a crash."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pytest

from diorama_data import Dataset, DatasetError

SHARD = "shards/000001.h5"
# Both ways of reading; a build without the native core says so, and where it should be and is not, its tests fail.
HAS_NATIVE = os.environ.get("DIORAMA_NATIVE", "1") == "1"
NATIVE = pytest.mark.parametrize("native", [True, False] if HAS_NATIVE else [False])


@pytest.fixture(scope="module")
def values(whole):
    """What every column of every episode holds."""
    return read_all(whole, native=False)


def read_all(path, native):
    data = Dataset(path, native=native)
    return [{name: episode[name] for name in data.columns} for episode in data]


def equal(a, b):
    return len(a) == len(b) and all(x.keys() == y.keys() and all(x[n].tobytes() == y[n].tobytes() for n in x) for x, y in zip(a, b))


def edit(change):
    def damage(folder):
        path = folder / "dataset.json"
        root = json.loads(path.read_text())
        change(root)
        path.write_text(json.dumps(root))
    return damage


def overwrite(name, content):
    return lambda folder: (folder / name).write_bytes(content((folder / name).read_bytes()))


def foreign(folder):
    with h5py.File(folder / SHARD, "w") as f:
        f["data"] = np.arange(10)


def as_folder(folder):
    (folder / SHARD).unlink()
    (folder / SHARD).mkdir()


def first_shard(**changes):
    return edit(lambda m: m["shards"][0].update(changes))


def first_column(**changes):
    return edit(lambda m: m["columns"][0].update(changes))


DAMAGES = {
    "no bytes": (overwrite(SHARD, lambda b: b""), SHARD),
    "cut off": (overwrite(SHARD, lambda b: b[:-1]), SHARD),
    "cut off early": (overwrite(SHARD, lambda b: b[:100]), SHARD),
    "longer": (overwrite(SHARD, lambda b: b + b"x"), SHARD),
    "a foreign HDF5 file": (foreign, SHARD),
    "text": (overwrite(SHARD, lambda b: b"hello"), SHARD),
    "missing": (lambda d: (d / SHARD).unlink(), SHARD),
    "a folder": (as_folder, SHARD),
    "all zeros": (overwrite(SHARD, lambda b: bytes(len(b))), SHARD),
    "its first half twice": (overwrite(SHARD, lambda b: (b[: len(b) // 2] * 3)[: len(b)]), SHARD),
    "a newer manifest": (edit(lambda m: m.update(version=2)), "newer"),
    "an older manifest": (edit(lambda m: m.update(version=0)), "dataset.json"),
    "another program's manifest": (overwrite("dataset.json", lambda b: b'{"format": "lerobot"}'), "dataset.json"),
    "a manifest that is a list": (overwrite("dataset.json", lambda b: b"[]"), "dataset.json"),
    "a manifest cut off": (overwrite("dataset.json", lambda b: b[:2000]), "dataset.json"),
    "a binary manifest": (overwrite("dataset.json", lambda b: bytes(range(256))), "dataset.json"),
    "shards that are a number": (edit(lambda m: m.update(shards=5)), "dataset.json"),
    "shards that are numbers": (edit(lambda m: m.update(shards=[5])), "dataset.json"),
    "a file elsewhere": (first_shard(file="../../../etc/passwd"), "dataset.json"),
    "a file that is no shard": (first_shard(file="dataset.json"), "dataset.json"),
    "a number as a file": (first_shard(file=7), "dataset.json"),
    "episodes in words": (first_shard(episodes="012"), "dataset.json"),
    "an episode too few": (edit(lambda m: m["shards"][0]["episodes"].pop()), "dataset.json"),
    "rows that do not add up": (edit(lambda m: m["shards"][0]["episode_rows"].__setitem__(0, 1)), "dataset.json"),
    "a negative length": (edit(lambda m: m["shards"][0]["episode_rows"].__setitem__(0, -4)), "dataset.json"),
    "a huge length": (edit(lambda m: m["shards"][0]["episode_rows"].__setitem__(0, 10**30)), "dataset.json"),
    "lengths in lists": (first_shard(episode_rows=[[4, 5, 6]]), "dataset.json"),
    "a type of Python": (first_column(type="object"), "dataset.json"),
    "a shape of words": (first_column(row_shape=["a"]), "dataset.json"),
    "a negative shape": (first_column(row_shape=[-1]), "dataset.json"),
}


@NATIVE
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_is_a_clear_error(copy, native, damage):
    function, words = DAMAGES[damage]
    function(copy)
    with pytest.raises(DatasetError) as told:
        read_all(copy, native)
    assert words.rsplit("/", 1)[-1] in str(told.value)


@NATIVE
def test_shards_that_changed_places_are_told(copy, native):
    one, two = copy / "shards/000000.h5", copy / SHARD
    manifest = json.loads((copy / "dataset.json").read_text())
    size = max(one.stat().st_size, two.stat().st_size)
    bytes_of = one.read_bytes(), two.read_bytes()
    one.write_bytes(bytes_of[1].ljust(size, b"\0"))
    two.write_bytes(bytes_of[0].ljust(size, b"\0"))
    for entry in manifest["shards"][:2]:
        entry["bytes"] = size
    (copy / "dataset.json").write_text(json.dumps(manifest))
    with pytest.raises(DatasetError, match="00000[01]"):
        read_all(copy, native)


@NATIVE
def test_any_changed_byte_gives_an_error_or_the_values_that_were_written(whole, values, copy, native):
    """The core reads chunks alone, so a change elsewhere in the file is none for it."""
    rng = random.Random(11)
    sound = (whole / SHARD).read_bytes()
    errors = 0
    for _ in range(60):
        data = bytearray(sound)
        for _ in range(rng.choice([1, 1, 8])):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        (copy / SHARD).write_bytes(data)
        try:
            assert equal(read_all(copy, native), values)
        except DatasetError as error:
            assert "000001.h5" in str(error)
            errors += 1
    assert errors == 60 if not native else errors > 20


def test_a_file_that_changes_after_it_was_checked_is_checked_again(copy):
    data = Dataset(copy, native=False)
    assert data[3]["pixels"].any()
    data.close()
    damaged = bytearray((copy / SHARD).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (copy / SHARD).write_bytes(damaged)
    with pytest.raises(DatasetError, match="000001.h5 is damaged: its SHA-256"):
        data[3]["pixels"]


def test_a_shard_in_its_folder_is_compared_with_the_manifest_and_one_away_from_it_is_read(whole, copy, tmp_path):
    alone = shutil.copy(whole / SHARD, tmp_path / "alone.h5")
    assert equal([dict(Dataset(alone)[0])], [dict(Dataset(whole / SHARD)[0])])
    damaged = bytearray((copy / SHARD).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (copy / SHARD).write_bytes(damaged)
    with pytest.raises(DatasetError, match="SHA-256"):
        Dataset(copy / SHARD)


@pytest.mark.parametrize("name, make", [
    ("no attribute", lambda f: f.create_dataset("ep_len", data=[2])),
    ("an attribute of another type", lambda f: f.attrs.__setitem__("diorama", np.arange(3))),
    ("an attribute that is no JSON", lambda f: f.attrs.__setitem__("diorama", "{")),
    ("an attribute that is a list", lambda f: f.attrs.__setitem__("diorama", "[]")),
    ("a newer version", lambda f: f.attrs.__setitem__("diorama", '{"version": 7}')),
    ("a group as ep_len", lambda f: (f.attrs.__setitem__("diorama", '{"version": 1}'), f.create_group("ep_len"), f.create_group("ep_offset"))),
    ("text as ep_len", lambda f: (f.attrs.__setitem__("diorama", '{"version": 1}'), f.create_dataset("ep_len", data="x"),
                                  f.create_dataset("ep_offset", data="x"))),
    ("no episode_idx", lambda f: (f.attrs.__setitem__("diorama", '{"version": 1}'), f.create_dataset("ep_len", data=[2]),
                                  f.create_dataset("ep_offset", data=[0]), f.create_dataset("x", data=[0, 0]))),
    ("a column too short", lambda f: (f.attrs.__setitem__("diorama", '{"version": 1}'), f.create_dataset("ep_len", data=[2]),
                                      f.create_dataset("ep_offset", data=[0]), f.create_dataset("episode_idx", data=[0]))),
])
def test_a_foreign_file_alone_is_a_clear_error(tmp_path, name, make):
    path = tmp_path / "foreign.h5"
    with h5py.File(path, "w") as f:
        make(f)
    with pytest.raises(DatasetError, match="foreign.h5"):
        Dataset(path)


def test_hdf5_never_sees_a_file_that_it_would_not_survive(copy):
    """In a process of its own: all of HDF5's structures overwritten, which ends some of its versions by a signal."""
    table = json.loads((copy / SHARD).with_suffix(".json").read_text())
    path = copy / SHARD
    data = bytearray(path.read_bytes())
    kept = bytearray(os.urandom(len(data)))
    kept[:512] = data[:512]
    for chunks in table["chunks"].values():
        for offset, size, _ in chunks:
            kept[offset:offset + size] = data[offset:offset + size]
    path.write_bytes(kept)
    code = (f"from diorama_data import Dataset, DatasetError\ntry: [e['pixels'] for e in Dataset({str(copy)!r}, native=False)]\n"
            "except DatasetError as error: print(error)")
    package = pathlib.Path(sys.modules["diorama_data"].__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ, PYTHONPATH=str(package)))
    assert done.returncode == 0 and "SHA-256" in done.stdout, (done.stdout, done.stderr)
