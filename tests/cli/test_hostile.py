"""Corrupt, foreign, newer and truncated files: every verb that reads a dataset, and the Python package, end with an error
that names the file and nothing worse."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import h5py
import pytest

from conftest import ROOT, SCENARIO, make_set


PACKAGE = pathlib.Path(os.environ.get("DIORAMA_PYTHON", ROOT / "build/release/python"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_set(tmp_path_factory.mktemp("hostile"), SCENARIO, "--pixels", "raw")


def edit(name, change):
    def damage(folder):
        path = folder / name
        root = json.loads(path.read_text())
        change(root)
        path.write_text(json.dumps(root))
    return damage


def text(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def table_chunk(f, value):
    first = next(iter(f["chunks"].values()))
    first[0] = value


# What is done to the dataset -> the file that a message must name.
DAMAGES = {
    "manifest empty": (text("dataset.json", b""), "dataset.json"),
    "manifest cut off": (lambda d: os.truncate(d / "dataset.json", 3000), "dataset.json"),
    "manifest of another program": (text("dataset.json", b'{"format": "lerobot", "version": 3, "shards": []}'), "dataset.json"),
    "manifest is a list": (text("dataset.json", b"[1, 2, 3]"), "dataset.json"),
    "manifest is binary": (text("dataset.json", bytes(range(256)) * 9), "dataset.json"),
    "manifest of a newer version": (edit("dataset.json", lambda m: m.update(version=99)), "dataset.json"),
    "manifest without shards": (edit("dataset.json", lambda m: m.pop("shards")), "dataset.json"),
    "manifest names a file elsewhere": (edit("dataset.json", lambda m: m["shards"][0].update(file="../../etc/x.h5")), "dataset.json"),
    "rows that are not there": (edit("dataset.json", lambda m: m["shards"][1].update(rows=10**12)), "dataset.json"),
    "a negative length": (edit("dataset.json", lambda m: m["shards"][1]["episode_rows"].__setitem__(0, -6)), "dataset.json"),
    "a column of another type": (edit("dataset.json", lambda m: m["columns"][0].update(type="object")), "dataset.json"),
    "a huge row": (edit("dataset.json", lambda m: m["columns"][0].update(row_shape=[1 << 30, 1 << 30])), "dataset.json"),
    "shard missing": (lambda d: (d / "shards/000001.h5").unlink(), "000001.h5"),
    "shard truncated": (lambda d: os.truncate(d / "shards/000001.h5", 9000), "000001.h5"),
    "shard empty": (lambda d: os.truncate(d / "shards/000001.h5", 0), "000001.h5"),
    "shard is a folder": (lambda d: ((d / "shards/000001.h5").unlink(), (d / "shards/000001.h5").mkdir()), "000001.h5"),
    "table missing": (lambda d: (d / "shards/000001.json").unlink(), "000001.json"),
    "table cut off": (lambda d: os.truncate(d / "shards/000001.json", 500), "000001.json"),
    "table of a newer version": (edit("shards/000001.json", lambda t: t.update(version=99)), "000001.json"),
    "table of another shard": (lambda d: shutil.copy(d / "shards/000000.json", d / "shards/000001.json"), "000001.json"),
    "a chunk outside of the file": (edit("shards/000001.json", lambda t: table_chunk(t, [1 << 40, 5, "0" * 32])), "000001.json"),
    "a chunk without size": (edit("shards/000001.json", lambda t: table_chunk(t, [0, 0, "0" * 32])), "000001.json"),
}


def check(result, name):
    assert result.returncode in (1, 3), (result.returncode, result.stdout, result.stderr)
    assert name in result.stdout + result.stderr, (result.stdout, result.stderr)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_verb_names_the_damaged_file(cli, copy, tmp_path, damage):
    function, name = DAMAGES[damage]
    function(copy)
    check(cli("inspect", copy), name)
    check(cli("stats", copy), name)
    check(cli("verify", copy), name)
    check(cli("preview", copy, "--out", tmp_path / "x.png"), name)
    check(cli("inspect", copy / "shards/000001.h5"), name if name == "dataset.json" else "000001")
    program = f"import diorama_data as d\ntry:\n  s = d.Dataset({str(copy)!r})\n  [s.episode(i).read('action', 0, 2) for i in range(len(s))]\n" \
              "except d.DatasetError as error: print(error)\nelse: raise SystemExit('no error')"
    # Sanitized builds have no native core; without it h5py reads the shards, which looks at no table.
    if not (PACKAGE / "diorama_data/libdiorama_data.so").exists():
        return
    env = dict(os.environ, PYTHONPATH=str(PACKAGE))
    python = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env)
    assert python.returncode == 0 and name.split(".")[0] in python.stdout, (python.stdout, python.stderr)


def test_no_byte_of_a_shard_reaches_hdf5_unless_its_sha256_is_right(cli, copy, tmp_path):
    """HDF5 1.10.8 does not survive every hostile file: a shard whose HDF5 structures are all wrong, but whose chunks and
    size are not, is read by the verbs that take no HDF5 and refused by the one that does."""
    path = copy / "shards/000001.h5"
    data = bytearray(path.read_bytes())
    chunks = [c for column in json.loads((copy / "shards/000001.json").read_text())["chunks"].values() for c in column]
    kept = bytearray(len(data))
    for offset, size, _ in chunks:
        kept[offset:offset + size] = data[offset:offset + size]
    path.write_bytes(kept)
    with pytest.raises(OSError):
        h5py.File(path)
    for verb in (("inspect", copy), ("stats", copy), ("inspect", path), ("preview", copy, "--episode", "3", "--out", tmp_path / "x.png")):
        assert cli(*verb).returncode == 0, verb
    result = cli("verify", copy)
    assert result.returncode == 1 and "HDF5's own structures are damaged" in result.stdout


def test_a_shard_alone_or_of_another_program_is_refused_by_name(cli, copy, tmp_path):
    with h5py.File(tmp_path / "foreign.h5", "w") as f:
        f["data"] = [1, 2, 3]
    (tmp_path / "text.h5").write_text("not HDF5")
    alone = shutil.copy(copy / "shards/000000.h5", tmp_path / "alone.h5")
    for path in (tmp_path / "foreign.h5", tmp_path / "text.h5", alone):
        for verb in ("inspect", "preview"):
            result = cli(verb, path)
            assert result.returncode == 3 and str(path) in result.stderr and "dataset.json" in result.stderr, result.stderr
    stranger = shutil.copy(copy / "shards/000000.h5", copy / "shards/000009.h5")
    result = cli("inspect", stranger)
    assert result.returncode == 3 and "none of the shards" in result.stderr


def test_a_changed_pixel_is_told_where_it_is_read(cli, copy, tmp_path):
    offset, size, _ = json.loads((copy / "shards/000000.json").read_text())["chunks"]["pixels"][0]
    path = copy / "shards/000000.h5"
    data = bytearray(path.read_bytes())
    data[offset + size // 2] ^= 1
    path.write_bytes(data)
    assert cli("inspect", copy).returncode == 0  # reads no values
    for verb in (("stats", copy), ("preview", copy, "--out", tmp_path / "x.png")):
        result = cli(*verb)
        assert result.returncode == 3 and "000000.h5" in result.stderr and "'pixels'" in result.stderr, result.stderr
