"""diorama verify on what generate made, whole and damaged in every way of the catalogue."""

import json
import os
import pathlib
import shutil
import subprocess

import h5py
import numpy as np
import pytest

from conftest import SCENARIO, Cli

RESEAL = os.environ.get("DIORAMA_RESEAL", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/bin/diorama_reseal"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verify")
    (folder / "small.textproto").write_text(SCENARIO)
    made = Cli()("generate", folder / "small.textproto", "--out", folder / "set", "--progress", "none")
    assert made.returncode in (0, 6), made.stderr
    return folder / "set"


@pytest.fixture
def copy(whole, tmp_path):
    return pathlib.Path(shutil.copytree(whole, tmp_path / "set"))


def findings(cli, folder):
    """The findings of a damaged dataset."""
    result = cli("verify", folder, "--json")
    about = json.loads(result.stdout)
    assert result.returncode == 1 and not about["good"] and about["num_findings"] >= len(about["findings"]) > 0
    return about["findings"]


def test_what_was_generated_is_good(cli, whole):
    result = cli("verify", whole)
    assert result.returncode == 0 and result.stdout.rstrip().endswith("good"), result.stdout
    about = json.loads(cli("verify", whole / "index.h5", "--json").stdout)
    assert about["good"] and about["findings"] == [] and about["shards"] == 3 and about["rows"] == 6 * about["episodes"]


def test_what_is_no_dataset_is_bad_input(cli, tmp_path):
    assert cli("verify", tmp_path / "none").returncode == 3
    result = cli("verify", tmp_path)
    assert result.returncode == 3 and "no dataset.json" in result.stderr


def test_a_changed_byte_names_shard_episode_frame_and_column(cli, copy):
    table = json.loads((copy / "shards/000001.json").read_text())
    offset, size, _ = table["chunks"]["depth.orbit"][7]
    shard = copy / "shards/000001.h5"
    data = bytearray(shard.read_bytes())
    data[offset + size // 2] ^= 1
    shard.write_bytes(data)
    first = findings(cli, copy)[0]
    assert (first["file"], first["column"], first["frame"]) == ("shards/000001.h5", "depth.orbit", 1)
    assert first["episode"] == table["episodes"][1]["episode"] and len(first["expected"]) > 30 != first["found"]
    text = cli("verify", copy)
    assert text.returncode == 1 and "episode 3 frame 1 'depth.orbit': the stored bytes of the frame changed" in text.stdout


def swap_rows(name, a, b):
    def damage(f):
        rows = f[name][a], f[name][b]
        f[name][a], f[name][b] = rows[1], rows[0]
    return damage


def set_value(name, where, value):
    def damage(f):
        f[name][where] = value
    return damage


def scale(name, factor):
    def damage(f):
        f[name][:] = f[name][:] * factor
    return damage


# What an honest-looking writer may get wrong: every hash fits, the values do not. name -> (damage, column that is named).
RESEALED = {
    "a NaN in a state column": (set_value("qpos", (3, 2), np.nan), "qpos"),
    "an infinite depth": (set_value("depth", (2, 5, 5), np.inf), "depth"),
    "depth 0 where nothing is hit": (set_value("depth", (1, 0, 0), 0.0), "depth"),
    "depth in millimetres": (scale("depth", 1000), "depth"),
    "an id of no object": (set_value("segmentation.orbit", (4, 3, 3), 9), "segmentation.orbit"),
    "ids of two frames swapped": (swap_rows("segmentation", 0, 5), "object_visibility"),
    "visible pixels one frame late": (lambda f: f["object_visibility"].__setitem__(slice(1, 6), f["object_visibility"][0:5]),
                                      "object_visibility"),
    "poses one frame late": (lambda f: f["object_pose"].__setitem__(slice(1, 6), f["object_pose"][0:5]), "state"),
    "a quaternion that is no rotation": (lambda f: f["object_pose"].__setitem__((2, 1), f["object_pose"][2, 1] * 2), "object_pose"),
    "velocities of another unit": (scale("object_velocity", 3.6), "state"),
    "steps swapped": (swap_rows("step_idx", 2, 3), "step_idx"),
    "time of another rate": (scale("time", 24 / 30), "time"),
    "another episode's number": (set_value("episode_idx", slice(6, 12), 0), "episode_idx"),
    "the end mark a frame early": (set_value("truncated", 4, True), "truncated"),
    "an action out of range": (set_value("action", (0, 0), 7.0), "action"),
    "reward in the first frame": (set_value("reward", 0, 0.0), "reward"),
    "a mass that changes": (lambda f: f["object_info"].__setitem__((3, 1, 2), 5.0), "object_info"),
    "a factor that changes": (set_value("variation.ball_x", (3, 0), 0.9), "variation.ball_x"),
    "a contact in the first frame": (set_value("contact_count", 0, 1), "contact_count"),
    "a camera without focal length": (set_value("camera", (1, 7), 0.0), "camera"),
    "a camera's quaternion scaled": (lambda f: f["camera.orbit"].__setitem__((2, slice(3, 7)), [1, 1, 0, 0]), "camera.orbit"),
}


@pytest.mark.parametrize("name", RESEALED)
def test_values_that_cannot_be_are_found_behind_fitting_hashes(cli, copy, name):
    damage, column = RESEALED[name]
    with h5py.File(copy / "shards/000000.h5", "r+") as f:
        damage(f)
    subprocess.run([RESEAL, copy], check=True)
    found = findings(cli, copy)
    assert column in {f["column"] for f in found}, found
    assert all("SHA-256" not in f["expected"] and "XXH3" not in f["expected"] for f in found)


def edit_manifest(change):
    def damage(folder):
        path = folder / "dataset.json"
        manifest = json.loads(path.read_text())
        change(manifest)
        path.write_text(json.dumps(manifest))
    return damage


def duplicate_shard(folder):
    """Shard 1 once more in place of shard 2, everywhere."""
    shutil.copy(folder / "shards/000001.h5", folder / "shards/000002.h5")
    shutil.copy(folder / "shards/000001.json", folder / "shards/000002.json")
    edit_manifest(lambda m: m["shards"].__setitem__(2, {**m["shards"][1], "file": "shards/000002.h5"}))(folder)


def exchange(folder):
    for ending in ("h5", "json"):
        a, b = folder / f"shards/000001.{ending}", folder / f"shards/000002.{ending}"
        a.rename(folder / "x")
        b.rename(a)
        (folder / "x").rename(b)


FILES = {
    "missing shard": lambda d: (d / "shards/000001.h5").unlink(),
    "truncated shard": lambda d: os.truncate(d / "shards/000001.h5", 9000),
    "empty shard": lambda d: os.truncate(d / "shards/000001.h5", 0),
    "shard grown": lambda d: (d / "shards/000001.h5").write_bytes((d / "shards/000001.h5").read_bytes() + b"x"),
    "missing table": lambda d: (d / "shards/000002.json").unlink(),
    "missing index": lambda d: (d / "index.h5").unlink(),
    "truncated index": lambda d: os.truncate(d / "index.h5", 3000),
    "duplicated episodes": duplicate_shard,
    "shards exchanged": exchange,
    "a shard left out": edit_manifest(lambda m: m["shards"].pop()),
    "another seed": edit_manifest(lambda m: m.update(seed=6)),
    "a split moved": edit_manifest(lambda m: m["splits"].update(train=[], test=m["splits"]["train"])),
    "a unit changed": edit_manifest(lambda m: next(c for c in m["columns"] if c["name"] == "depth").update(unit="mm")),
    "a column renamed": edit_manifest(lambda m: next(c for c in m["columns"] if c["name"] == "depth").update(name="range")),
    "a newer format": edit_manifest(lambda m: m.update(version=99)),
    "manifest cut off": lambda d: os.truncate(d / "dataset.json", 2000),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_do_not_fit_are_found(cli, copy, name):
    FILES[name](copy)
    assert findings(cli, copy)
