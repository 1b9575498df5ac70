"""diorama verify on what generate made, whole and damaged in every way of the catalogue. DIORAMA_FAULT_SEEDS=N repeats
the faults of labels N times, each time elsewhere."""

import json
import os
import pathlib
import shutil
import subprocess

import h5py
import numpy as np
import pytest

from conftest import ALL_CHANNELS, SCENARIO, make_set

RESEAL = os.environ.get("DIORAMA_RESEAL", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/bin/diorama_reseal"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    # Large enough that a frame's motion is more than a pixel.
    text = SCENARIO.replace("width_px: 32 height_px: 32", "width_px: 64 height_px: 64")
    return make_set(tmp_path_factory.mktemp("verify"), text)


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
    "events one frame late": (lambda f: f["event"].__setitem__(slice(1, 12), f["event"][0:11]), "event"),
    "a contact that begins unmarked": (lambda f: f["event"].__setitem__(slice(0, 12), f["event"][0:12] & ~1), "event"),
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


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


FILES = {
    "missing shard": lambda d: (d / "shards/000001.h5").unlink(),
    "truncated shard": lambda d: os.truncate(d / "shards/000001.h5", 9000),
    "empty shard": lambda d: os.truncate(d / "shards/000001.h5", 0),
    "shard grown": lambda d: (d / "shards/000001.h5").write_bytes((d / "shards/000001.h5").read_bytes() + b"x"),
    "missing table": lambda d: (d / "shards/000002.json").unlink(),
    "missing index": lambda d: (d / "index.h5").unlink(),
    "truncated index": lambda d: os.truncate(d / "index.h5", 3000),
    "an index of zeros": lambda d: (d / "index.h5").write_bytes(bytes((d / "index.h5").stat().st_size)),
    "an index with a bit flipped": lambda d: flip(d / "index.h5"),
    "a table with a digit changed": lambda d: (d / "shards/000001.json").write_text(
        (d / "shards/000001.json").read_text().replace('"first_row":6', '"first_row":7')),
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


# Labels that are possible, fit each other and have fitting hashes, but are not true. Each damage gets the file, a random
# generator and the rows of one episode.
SEEDS = range(int(os.environ.get("DIORAMA_FAULT_SEEDS", "1")))
MOVING = ("object_pose", "object_velocity", "state")


def late(*names):
    def damage(f, rng, rows):
        for name in names:
            values = f[name][rows]
            f[name][rows.start + 1:rows.stop] = values[:-1]
    return damage


def put_state(f, rows):
    """`state` from the poses and velocities, as an honest writer would have it."""
    pose, velocity = f["object_pose"][rows], f["object_velocity"][rows]
    f["state"][rows] = np.concatenate([pose, velocity], axis=2).reshape(len(pose), -1)


def change(name, function):
    def damage(f, rng, rows):
        f[name][rows] = function(f[name][rows])
        if name in MOVING:
            put_state(f, rows)
    return damage


def swap_pictures(f, rng, rows):
    a = int(rng.integers(rows.start, rows.stop - 3))
    for name in ("pixels", "depth", "segmentation", "object_visibility"):
        first, second = f[name][a], f[name][a + 3]
        f[name][a], f[name][a + 3] = second, first


def ray_length(f, rng, rows):
    camera = f["camera"][rows.start]
    v, u = np.mgrid[:f["depth"].shape[1], :f["depth"].shape[2]]
    stretch = np.sqrt(1 + ((u - camera[9]) / camera[7]) ** 2 + ((v - camera[10]) / camera[8]) ** 2)
    f["depth"][rows] = np.minimum(f["depth"][rows] * stretch, f["depth"][rows].max())


def swap_ids(f, rng, rows):
    ids, seen = f["segmentation"][rows], f["object_visibility"][rows]
    f["segmentation"][rows] = np.where(ids == 2, 3, np.where(ids == 3, 2, ids))
    f["object_visibility"][rows] = seen[:, [0, 2, 1]]


def duplicate(f, rng, rows):
    """The other episode of the shard, under this one's number."""
    other = slice(6, 12) if rows.start == 0 else slice(0, 6)
    for name in f:
        if name not in ("ep_len", "ep_offset", "episode_idx", "observation"):
            f[name][rows] = f[name][other]


def hover(f, rng, rows):
    pose, velocity = f["object_pose"][rows], f["object_velocity"][rows]
    pose[:, 1], velocity[:, 1] = pose[0, 1], 0
    f["object_pose"][rows], f["object_velocity"][rows] = pose, velocity
    put_state(f, rows)


def xyzw(pose):
    return pose[..., [0, 1, 2, 4, 5, 6, 3]]


def forces(factor):
    def damage(f, rng, rows):
        contact = f["contact"][rows]
        contact[..., 8:11] *= factor
        f["contact"][rows] = contact
    return damage


def columns(name, where, function):
    def apply(values):
        values[..., where] = function(values[..., where])
        return values
    return change(name, apply)


LABELS = {
    "colour one frame late": late("pixels"),
    "depth one frame late": late("depth.orbit"),
    "ids and visibility one frame late": late("segmentation", "object_visibility"),
    "all poses and velocities one frame late": late(*MOVING),
    "poses one frame late": lambda f, rng, rows: (late("object_pose")(f, rng, rows), put_state(f, rows)),
    "velocities one frame late": lambda f, rng, rows: (late("object_velocity")(f, rng, rows), put_state(f, rows)),
    "contacts one frame late": late("contact", "contact_count"),
    "pictures of two frames swapped": swap_pictures,
    "quaternions as x, y, z, w": change("object_pose", xyzw),
    "positions in centimetres": columns("object_pose", slice(0, 3), lambda p: p * 100),
    "velocities in km/h": columns("object_velocity", slice(0, 3), lambda v: v * 3.6),
    "world y up": columns("object_pose", slice(0, 3), lambda p: p[..., [0, 2, 1]]),
    "velocities turned round": change("object_velocity", lambda v: -v),
    "depth as ray length": ray_length,
    "depth 5 % too large": change("depth", lambda d: np.minimum(d * 1.05, d.max())),
    "colour as blue, green, red": change("pixels", lambda p: p[..., ::-1]),
    "colour upside down": change("pixels", lambda p: p[:, ::-1]),
    "colour mirrored": change("pixels.orbit", lambda p: p[:, :, ::-1]),
    "colour too dark": change("pixels", lambda p: (p * 0.8).astype(np.uint8)),
    "ids of two objects exchanged": swap_ids,
    "a duplicated episode": duplicate,
    "an object that hovers": hover,
    "forces turned round": forces(-1),
    "impulses instead of forces": forces(1 / 24),
    "contact points elsewhere": columns("contact", slice(2, 5), lambda p: p + 0.7),
    "camera_from_world": columns("camera", slice(4, 7), lambda q: -q),
    "focal length halved": columns("camera.orbit", slice(7, 9), lambda k: k / 2),
    "masses in grams": columns("object_info", 2, lambda m: m * 1000),
    "an intervention that was none": change("event", lambda v: v | [0, 0, 16, 0, 0, 0]),
    "another factor": change("variation.ball_x", lambda v: v + 0.01),
}


def test_the_labels_of_what_was_generated_are_true(cli, whole):
    result = cli("verify", whole, "--labels")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", LABELS)
def test_labels_that_are_not_true_are_found_behind_fitting_hashes(cli, copy, name, seed):
    rng = np.random.default_rng([seed, len(name)])
    shard, first = int(rng.integers(3)), 6 * int(rng.integers(2))
    path = copy / f"shards/{shard:06d}.h5"
    with h5py.File(path, "r+") as f:
        LABELS[name](f, rng, slice(first, first + 6))
    subprocess.run([RESEAL, copy], check=True)
    result = cli("verify", copy, "--labels", "--json")
    about = json.loads(result.stdout)
    assert result.returncode == 1 and about["num_findings"] > 0, about
    episode = 2 * shard + first // 6
    assert all(f["file"].endswith(path.name) and f["episode"] == episode for f in about["findings"]), about


# The same with every channel: a body of two parts, hidden surfaces, and views of which one moves.
@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    text = SCENARIO.replace("width_px: 32 height_px: 32", "width_px: 64 height_px: 64").replace(
        "half_z_m: 0.1 } } }", "half_z_m: 0.1 } } shape { sphere { radius_m: 0.09 } position_m { z: 0.15 } } }")
    return make_set(tmp_path_factory.mktemp("labelled"), text, "--episodes", 2, "--channels", ALL_CHANNELS)


def exchanged(a, b):
    def damage(f, rng, rows):
        first, second = f[a][rows], f[b][rows]
        f[a][rows], f[b][rows] = second, first
    return damage


def rotation(f, suffix, row):
    w, x, y, z = f["camera" + suffix][row, 3:7]
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                     [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                     [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])


def world_axes(name, suffix=""):
    """A vector in camera axes as one in world axes."""
    def damage(f, rng, rows):
        for row in range(rows.start, rows.stop):
            values = f[name + suffix][row].astype(float)
            values[..., :3] = values[..., :3] @ rotation(f, suffix, row).T
            f[name + suffix][row] = np.round(values) if f[name + suffix].dtype == np.int8 else values
    return damage


def visible_only(f, rng, rows):
    ids = f["segmentation"][rows].astype(np.int64)
    f["amodal0"][rows] = np.where(ids > 0, np.int64(1) << np.maximum(ids - 1, 0), 0)
    f["box_amodal"][rows] = f["box"][rows]
    f["visible_fraction"][rows] = np.where(f["box"][rows][..., 0] < 0, -1, 1)


def some_hidden(f, rng, rows):
    """A dozen of the points that are seen in one frame."""
    row = int(rng.integers(rows.start, rows.stop))
    seen = f["track_visible"][row]
    seen[rng.choice(np.nonzero(seen)[0], 12, replace=False)] = 0
    f["track_visible"][row] = seen


def all_seen(f, rng, rows):
    f["track_visible.orbit"][rows] = (f["track_image.orbit"][rows] != -1)[:, ::2]


def other_points(f, rng, rows):
    """Those of the same three objects, in another order."""
    for name, numbers in (("track_image", 2), ("track_image.orbit", 2), ("track_visible", 1), ("track_visible.orbit", 1), ("track_world", 3)):
        f[name][rows] = np.roll(f[name][rows], 3 * numbers, axis=1)


def in_picture(function):
    return lambda v: np.where(v == -1, v, function(v))


def backwards(f, rng, rows):
    """The film the other way round, with velocities that fit."""
    for name in f:
        if f[name].shape[0] == f["time"].shape[0] and name not in ("time", "step_idx", "truncated", "action", "reward", "observation", "proprio", "contact", "contact_count", "event"):
            f[name][rows] = f[name][rows][::-1]
    for name in ("contact", "contact_count"):
        f[name][rows.start + 1:rows.stop] = f[name][rows][1:][::-1]
    f["object_velocity"][rows] = -f["object_velocity"][rows]
    f["qvel"][rows] = -f["qvel"][rows]
    put_state(f, rows)
    f["proprio"][rows] = f["state"][rows]


# name -> (damage, column that is named).
PICTURES = {
    "flow turned round": (change("flow", lambda v: -v), "flow"),
    "flow one frame late": (late("flow.orbit"), "flow.orbit"),
    "flow half as long": (change("flow", lambda v: v / 2), "flow"),
    "flow with y up": (change("flow", lambda v: v * [1, -1]), "flow"),
    "flow as row, column": (change("flow.orbit", lambda v: v[..., ::-1]), "flow.orbit"),
    "flow in shares of the picture": (change("flow.orbit", lambda v: v / 64), "flow.orbit"),
    "flow both ways exchanged": (exchanged("flow.orbit", "flow_backward.orbit"), "flow_backward.orbit"),
    "backward flow turned round": (change("flow_backward", lambda v: -v), "flow_backward"),
    "backward flow is minus the flow of the frame before": (
        lambda f, rng, rows: f["flow_backward.orbit"].__setitem__(slice(rows.start + 1, rows.stop), -f["flow.orbit"][rows.start:rows.stop - 1]),
        "flow_backward.orbit"),
    "scene flow turned round": (change("scene_flow", lambda v: -v), "scene_flow"),
    "scene flow in world axes": (world_axes("scene_flow"), "scene_flow"),
    "scene flow as velocity": (change("scene_flow", lambda v: v * 24), "scene_flow"),
    "everything is seen again": (change("flow_valid.orbit", lambda v: v | 3), "flow_valid.orbit"),
    "flow validity one frame late": (late("flow_valid"), "flow_valid"),
    "flow validity with its bits exchanged": (change("flow_valid", lambda v: (v >> 1) | ((v & 1) << 1)), "flow_valid"),
    "normals turned round": (change("normal", lambda v: -v), "normal"),
    "normals in world axes": (world_axes("normal", ".orbit"), "normal.orbit"),
    "normals with y up": (change("normal", lambda v: v * np.int8([1, -1, 1])), "normal"),
    "normals one frame late": (late("normal.orbit"), "normal.orbit"),
    "parts exchanged": (change("part", lambda v: np.where(v == 1, 2, np.where(v == 2, 1, v))), "part"),
    "parts counted from 0": (change("part.orbit", lambda v: np.maximum(v - 1, 0)), "part.orbit"),
    "a class too many": (change("class", lambda v: np.where(v == 1, 2, v)), "class"),
    "class ids are object ids": (lambda f, rng, rows: f["class"].__setitem__(rows, f["segmentation"][rows]), "class"),
    "object coordinates mirrored": (change("object_coordinates", lambda v: np.where(v == -128, v, -v)), "object_coordinates"),
    "object coordinates in another order": (change("object_coordinates.orbit", lambda v: v[..., [1, 2, 0]]), "object_coordinates.orbit"),
    "masks of what is seen only": (visible_only, "amodal0"),
    "masks one object off": (change("amodal0.orbit", lambda v: v << 1), "amodal0.orbit"),
    "masks one frame late": (late("amodal0.orbit"), "amodal0.orbit"),
    "layers exchanged": (exchanged("depth_layer1", "depth_layer2"), "depth_layer2"),
    "the first layer is the surface": (lambda f, rng, rows: f["depth_layer1.orbit"].__setitem__(rows, f["depth.orbit"][rows]), "depth_layer1.orbit"),
    "objects behind exchanged": (exchanged("segmentation_layer1", "segmentation_layer2"), "segmentation_layer2"),
    "objects behind are those before": (lambda f, rng, rows: f["segmentation_layer1"].__setitem__(rows, f["segmentation"][rows]), "segmentation_layer1"),
    "boxes with width and height": (change("box", lambda v: np.where(v < 0, v, v - np.concatenate([0 * v[..., :2], v[..., :2]], axis=-1))), "box"),
    "boxes with their ends beyond": (change("box", lambda v: np.where(v < 0, v, v + [0, 0, 1, 1])), "box"),
    "boxes one frame late": (late("box.orbit"), "box.orbit"),
    "boxes of what is seen for the whole": (lambda f, rng, rows: f["box_amodal.orbit"].__setitem__(rows, f["box.orbit"][rows] - 1), "box_amodal.orbit"),
    "hidden share for visible share": (change("visible_fraction", lambda v: np.where(v < 0, v, 1 - v)), "visible_fraction"),
    "boxes in space of another object": (change("object_box", lambda v: v[:, [0, 2, 1]]), "object_box"),
    "tracks one frame late": (late("track_image.orbit"), "track_image.orbit"),
    "tracks from the pixels' corners": (change("track_image", in_picture(lambda v: v + 0.5)), "track_image"),
    "tracks as row, column": (change("track_image.orbit", lambda v: v.reshape(len(v), -1, 2)[..., ::-1].reshape(len(v), -1)), "track_image.orbit"),
    "tracks in shares of the picture": (change("track_image", in_picture(lambda v: v / 64)), "track_image"),
    "places of tracks one frame late": (late("track_world"), "track_world"),
    "tracks of other points": (other_points, "track_world"),
    "visibility of tracks one frame late": (late("track_visible.orbit"), "track_visible.orbit"),
    "some points hidden": (some_hidden, "track_visible"),
    "all points in view are seen": (all_seen, "track_visible.orbit"),
    "parts of tracks counted from 0": (change("track_part", lambda v: v - 1), "track_part"),
    "played backwards": (backwards, "object_pose"),
}


def test_every_channel_of_what_was_generated_is_true(cli, labelled):
    result = cli("verify", labelled, "--labels")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PICTURES)
def test_pictures_that_are_not_true_are_found_behind_fitting_hashes(cli, labelled, tmp_path, name, seed):
    copy = pathlib.Path(shutil.copytree(labelled, tmp_path / "set"))
    damage, column = PICTURES[name]
    rng = np.random.default_rng([seed, len(name)])
    first = 6 * int(rng.integers(2))
    with h5py.File(copy / "shards/000000.h5", "r+") as f:
        damage(f, rng, slice(first, first + 6))
    subprocess.run([RESEAL, copy], check=True)
    about = json.loads(cli("verify", copy, "--labels", "--json").stdout)
    assert column in {f["column"] for f in about["findings"]}, about
    assert {f["episode"] for f in about["findings"]} == {first // 6}, about


def seen_out_of_view(f):
    f["track_image.orbit"][3, 0:2] = -1
    f["track_visible.orbit"][3, 0] = 1


# Values of tracks that cannot be, whatever the scene: found without recomputing anything.
IMPOSSIBLE = {
    "a point beyond the picture": (set_value("track_image", (2, 6), 90.0), "track_image"),
    "half a place in the picture": (set_value("track_image", (2, 7), -1.0), "track_image"),
    "a point that is seen out of view": (seen_out_of_view, "track_visible.orbit"),
    "a point of no object": (set_value("track_object", (slice(0, 6), 3), 7), "track_object"),
    "a point that changes its part": (set_value("track_part", (3, 4), 2), "track_part"),
    "a place that is no number": (set_value("track_world", (1, 5), np.nan), "track_world"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_tracks_that_cannot_be_are_found_by_their_values(cli, labelled, tmp_path, name):
    copy = pathlib.Path(shutil.copytree(labelled, tmp_path / "set"))
    damage, column = IMPOSSIBLE[name]
    with h5py.File(copy / "shards/000000.h5", "r+") as f:
        if column == "track_image":
            f[column][2, 6:8] = 10.0  # in view, whatever it was
            f["track_visible"][2, 3] = 0
        damage(f)
    subprocess.run([RESEAL, copy], check=True)
    assert {f["column"] for f in findings(cli, copy)} == {column}
