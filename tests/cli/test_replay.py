"""diorama replay: episodes reproduced bit for bit, continued with other actions, rendered again; on both engines, with varied
bodies, rejected episodes and several shards."""

import hashlib
import json
import shutil
import statistics
import subprocess
import time

import h5py
import numpy as np
import pytest

from conftest import make_set
from test_verify import RESEAL

SCENARIO = """
name: "pushed"
episode { frames: 10 frame_rate_hz: 24 }
dataset { seed: 11 episodes: 5 episodes_per_shard: 2 }
material { name: "grey" friction: 0.4 density_kg_m3: 400 }
body { name: "floor" motion: STATIC shape { plane {} material: "grey" } }
body { name: "pusher" position_m { x: -0.3 z: 0.07 }
  joint { name: "slide" type: SLIDE axis { x: 1 } lower_m: -0.6 upper_m: 0.6 damping: 4 }
  shape { box { half_x_m: 0.05 half_y_m: 0.1 half_z_m: 0.06 } material: "grey" } }
actuator { name: "push" joint: "slide" type: POSITION gain: 300 damping_gain: 40 force_limit: 60 control_lower: -0.5 control_upper: 0.5 }
controller { type: RANDOM_SMOOTH amplitude: 1 frequency_hz: 2 }
group { name: "toys" count: 3 max_count: 4 item { body { shape { box { half_x_m: 0.05 half_y_m: 0.05 half_z_m: 0.05 } material: "grey" } } }
  center_m { z: 0.3 } half_extent_m { x: 0.25 y: 0.25 z: 0.2 } }
camera { name: "front" width_px: 48 height_px: 40 fixed { position_m { x: 0 y: -2 z: 0.8 } look_at_m { z: 0.1 } } }
camera { name: "orbit" width_px: 64 height_px: 64 orbit { radius_m: 2 height_m: 1 rate_deg_s: 90 center_m { z: 0.2 } } }
light { name: "sun" sun { azimuth_deg: 40 elevation_deg: 50 } }
vary { path: "group[toys].count" distribution { integer { low: 2 high: 4 } } factor: "toys" }
vary { path: "camera[orbit].orbit.phase_deg" distribution { uniform { low: 0 high: 360 } } factor: "phase" }
"""
CAMERAS = """
camera { name: "above" width_px: 56 height_px: 56 fixed { position_m { z: 2.5 } look_at_m {} } channel: [RGB, FLOW, SEGMENTATION, AMODAL] }
camera { name: "front" width_px: 48 height_px: 40 fixed { position_m { x: 0 y: -2 z: 0.8 } look_at_m { z: 0.1 } } }
"""


@pytest.fixture(scope="module")
def mujoco_set(tmp_path_factory):
    return make_set(tmp_path_factory.mktemp("mujoco"), SCENARIO, "--physics", "mujoco")


@pytest.fixture(scope="module")
def bullet_set(tmp_path_factory):
    return make_set(tmp_path_factory.mktemp("bullet"), SCENARIO, "--physics", "bullet")


@pytest.fixture(params=["mujoco_set", "bullet_set"])
def made(request):
    """One dataset of each engine; what does not depend on it is tested with one of them alone."""
    return request.getfixturevalue(request.param)


def rows(folder, episode):
    """All columns of an episode, by its episode_idx."""
    with h5py.File(folder / "index.h5") as data:
        index = data["episode_idx"][data["ep_offset"][:]].tolist().index(episode)
        start, count = int(data["ep_offset"][index]), int(data["ep_len"][index])
        return {name: data[name][start:start + count] for name in data if name not in ("ep_len", "ep_offset")}


def manifest(folder):
    return json.loads((folder / "dataset.json").read_text())


def kept(folder):
    return [episode for shard in manifest(folder)["shards"] for episode in shard["episodes"]]


def good(cli, folder):
    """Both verifications find nothing."""
    result = cli("verify", folder, "--labels")
    assert result.returncode == 0, result.stdout + result.stderr


def is_mujoco(folder):
    return manifest(folder)["engine"] == "mujoco"


def same(a, b):
    return a.tobytes() == b.tobytes()


def test_all_episodes_are_reproduced_bit_for_bit_with_their_pictures(cli, made):
    result = cli("replay", made)
    assert result.returncode == 0 and result.stdout.rstrip().endswith("reproduced bit for bit"), result.stdout + result.stderr
    about = json.loads(cli("replay", made, "--episode", kept(made)[-1], "--json").stdout)
    assert about["mode"] == "reproduce" and about["reproduced"] and about["pictures"] and about["difference"] is None
    assert about["episodes"] == 1 and about["rows"] == 10 and about["changes"] == "" and about["columns"] > 20


@pytest.mark.parametrize("column, row, change", [("qpos", 4, lambda v: np.nextafter(v, v.dtype.type(9))), ("pixels.orbit", 7, lambda v: v ^ 1),
                                                 ("contact_count", 3, lambda v: v + 1), ("action", 2, lambda v: np.nextafter(v, v.dtype.type(9)))])
def test_the_first_column_and_frame_that_differ_are_named_with_both_values(cli, made, tmp_path, column, row, change):
    copy = shutil.copytree(made, tmp_path / "set")
    with h5py.File(copy / "shards/000000.h5", "r+") as data:
        was = data[column][row].reshape(-1)[0]
        values = data[column][row]
        values = np.array(values)
        values.reshape(-1)[0] = change(values.reshape(-1)[0])
        data[column][row] = values
        now = values.reshape(-1)[0]
    subprocess.run([RESEAL, copy], check=True)
    episode = kept(copy)[0]
    result = cli("replay", copy, "--episode", episode, "--json")
    about = json.loads(result.stdout)
    difference = about["difference"]
    assert result.returncode == 1 and not about["reproduced"]
    assert (difference["episode"], difference["column"], difference["frame"], difference["value"]) == (episode, column, row, 0)
    assert float(difference["stored"]) == float(now) and float(difference["now"]) == float(was)
    if column != "qpos":
        return
    text = cli("replay", copy)  # of all episodes
    assert text.returncode == 1 and f"frame {row} '{column}' value 0" in text.stdout and "not reproduced" in text.stdout


@pytest.mark.parametrize("frame", [0, 4, 9])
def test_the_same_actions_continue_to_the_same_rows_and_others_part_after_the_frame(cli, made, tmp_path, frame):
    episode = kept(made)[1]
    old = rows(made, episode)
    actions = np.concatenate([old["action"][frame:-1], np.full((3, 1), 0.25, np.float32)])
    np.save(tmp_path / "same.npy", actions)
    result = cli("replay", made, "--episode", episode, "--frame", frame, "--actions", tmp_path / "same.npy", "--out", tmp_path / "same",
                 "--json")
    assert result.returncode == 0, result.stderr
    assert ("solver state" if is_mujoco(made) else "replaying the stored actions from row 0") in json.loads(result.stdout)["how"]
    new = rows(tmp_path / "same", episode)
    assert set(new) == set(old) and len(new["time"]) == 13
    for name in old:
        if name.startswith(("pixels", "depth", "segmentation")):
            assert same(new[name][:10], old[name]), name
        elif name == "event":
            assert np.array_equal(new[name][:10] & 15, old[name]) and np.nonzero(new[name] & 16)[0].tolist() == [frame]
        elif name not in ("truncated", "action"):
            assert same(new[name][:10], old[name]), name
    assert same(new["action"][:9], old["action"][:9]) and np.all(new["action"][9:12] == 0.25) and new["truncated"].tolist() == [False] * 12 + [True]
    if frame == 4:
        good(cli, tmp_path / "same")

    (tmp_path / "other.csv").write_text("# push\n" + "\n".join(str(v) for v in [-1, -0.5, 0.5, 1]) + "\n")
    assert cli("replay", made, "--episode", episode, "--frame", frame, "--actions", tmp_path / "other.csv", "--out",
               tmp_path / "other").returncode == 0
    other = rows(tmp_path / "other", episode)
    assert len(other["time"]) == frame + 5 and other["action"][frame:-1, 0].tolist() == [-1, -0.5, 0.5, 1]
    assert same(other["qpos"][:frame + 1], old["qpos"][:frame + 1])
    if frame < 9:
        assert not same(other["qpos"][frame + 1], old["qpos"][frame + 1])

    parent = manifest(tmp_path / "other")["parent"]
    assert parent["how"] == "continued" and (parent["episode"], parent["frame"]) == (episode, frame)
    assert parent["manifest_sha256"] == hashlib.sha256((made / "dataset.json").read_bytes()).hexdigest()
    assert str(made) not in json.dumps(manifest(tmp_path / "other"))
    if frame != 4:
        return
    good(cli, tmp_path / "other")
    again = cli("replay", tmp_path / "other")
    assert again.returncode == 0 and "reproduced bit for bit" in again.stdout, again.stdout + again.stderr


def test_a_continuation_can_be_continued_and_held(cli, made, tmp_path):
    episode = kept(made)[0]
    assert cli("replay", made, "--episode", episode, "--hold", 3, "--out", tmp_path / "a").returncode == 0
    assert cli("replay", tmp_path / "a", "--episode", episode, "--frame", 5, "--hold", 4, "--out", tmp_path / "b").returncode == 0
    old, a, b = rows(made, episode), rows(tmp_path / "a", episode), rows(tmp_path / "b", episode)
    assert len(a["time"]) == 13 and np.all(a["action"][9:12] == old["action"][8])
    assert len(b["time"]) == 10 and np.all(b["action"][5:9] == old["action"][5]) and same(b["qpos"][:6], old["qpos"][:6])
    assert cli("replay", tmp_path / "b").returncode == 0
    good(cli, tmp_path / "b")


def test_interventions_are_marked_in_all_that_descends_from_them(cli, mujoco_set, tmp_path):
    def marked(folder):
        return np.nonzero(rows(folder, episode)["event"] & 16)[0].tolist()

    episode = kept(mujoco_set)[0]
    assert cli("replay", mujoco_set, "--episode", episode, "--frame", 2, "--hold", 6, "--out", tmp_path / "a").returncode == 0
    assert cli("replay", tmp_path / "a", "--episode", episode, "--frame", 5, "--hold", 3, "--out", tmp_path / "b").returncode == 0
    (tmp_path / "cameras.textproto").write_text(CAMERAS)
    assert cli("replay", tmp_path / "b", "--cameras", tmp_path / "cameras.textproto", "--out", tmp_path / "c").returncode == 0
    assert (marked(tmp_path / "a"), marked(tmp_path / "b"), marked(tmp_path / "c")) == ([2], [2, 5], [2, 5])
    assert manifest(tmp_path / "c")["parent"]["interventions"] == [2, 5]
    good(cli, tmp_path / "c")


def test_a_column_that_follows_from_pictures_may_be_missing(cli, mujoco_set, tmp_path):
    copy = shutil.copytree(mujoco_set, tmp_path / "set")

    def without(name):
        about = manifest(mujoco_set)
        about["columns"] = [column for column in about["columns"] if column["name"] != name]
        (copy / "dataset.json").write_text(json.dumps(about))

    without("event")
    result = cli("replay", copy)
    assert result.returncode == 0 and "reproduced bit for bit" in result.stdout, result.stdout + result.stderr
    without("qvel")
    result = cli("replay", copy)
    assert result.returncode == 3 and "there is no 'qvel'" in result.stderr, result.stdout + result.stderr


def test_rendering_again_keeps_every_state_and_the_same_camera_gives_the_same_pictures(cli, made, tmp_path):
    (tmp_path / "cameras.textproto").write_text(CAMERAS)
    result = cli("replay", made, "--cameras", tmp_path / "cameras.textproto", "--out", tmp_path / "again", "--progress", "json")
    assert result.returncode == 0, result.stderr
    assert "nothing is simulated" in result.stderr and kept(tmp_path / "again") == kept(made)
    assert manifest(tmp_path / "again")["parent"]["episode"] is None and manifest(tmp_path / "again")["parent"]["how"] == "rendered"
    for episode in kept(made):
        old, new = rows(made, episode), rows(tmp_path / "again", episode)
        assert new["pixels"].shape[1:] == (56, 56, 3) and "flow" in new and "box" in new and "pixels.orbit" not in new
        for name in ("qpos", "qvel", "object_pose", "object_velocity", "contact", "action", "time", "state", "variation.toys"):
            assert same(new[name], old[name]), name
        assert np.array_equal(new["event"] & 3, old["event"] & 3) and (old["event"] & 3).any()
        for name in ("pixels", "depth", "segmentation", "camera"):
            assert same(new[name + ".front"], old[name]), name
        assert "variation.phase" not in new
    good(cli, tmp_path / "again")
    assert cli("replay", tmp_path / "again", "--episode", kept(made)[0]).returncode == 0


def test_other_channels_a_field_of_a_camera_and_the_other_renderer(cli, made, tmp_path):
    episode = kept(made)[0]
    result = cli("replay", made, "--episode", episode, "--channels", "rgb,depth,normal", "--set", "camera[front].fixed.position_m.z=1.5",
                 "--renderer", "raycast", "--out", tmp_path / "rays")
    assert result.returncode == 0, result.stderr
    new = rows(tmp_path / "rays", episode)
    assert "normal" in new and "segmentation" not in new and new["camera"][0][2] == 1.5
    assert manifest(tmp_path / "rays")["renderer"] == "raycast"
    good(cli, tmp_path / "rays")
    assert cli("replay", tmp_path / "rays").returncode == 0
    refused = cli("replay", made, "--set", "material[grey].friction=0.9", "--out", tmp_path / "no")
    assert refused.returncode == 3 and "changes what was simulated" in refused.stderr and not (tmp_path / "no").exists()


def test_the_column_costs_no_other_value_and_without_it_replay_still_works(cli, made, tmp_path):
    if not is_mujoco(made):
        assert "solver_state" not in rows(made, kept(made)[0])
        return
    (tmp_path / "pushed.textproto").write_text(SCENARIO)
    assert cli("generate", tmp_path / "pushed.textproto", "--out", tmp_path / "set", "--physics", "mujoco", "--set",
               "record.no_solver_state=true", "--progress", "none").returncode in (0, 6)
    for episode in kept(made):
        old, new = rows(made, episode), rows(tmp_path / "set", episode)
        assert set(old) - set(new) == {"solver_state"} and set(new) <= set(old)
        assert all(same(new[name], old[name]) for name in new)
    assert cli("replay", tmp_path / "set").returncode == 0
    episode = kept(made)[0]
    result = cli("replay", tmp_path / "set", "--episode", episode, "--frame", 3, "--hold", 2, "--out", tmp_path / "on", "--json")
    assert result.returncode == 0 and "replaying the stored actions" in json.loads(result.stdout)["how"]
    assert cli("replay", made, "--episode", episode, "--frame", 3, "--hold", 2, "--out", tmp_path / "exact").returncode == 0
    on, exact = rows(tmp_path / "on", episode), rows(tmp_path / "exact", episode)
    assert all(same(on[name], exact[name]) for name in on)
    assert cli("replay", tmp_path / "set", "--episode", episode, "--out", tmp_path / "rendered").returncode == 0
    good(cli, tmp_path / "rendered")


def test_a_solver_state_row_is_read_in_under_five_milliseconds(made):
    if not is_mujoco(made):
        return
    with h5py.File(made / "index.h5") as data:
        states = data["solver_state"]
        assert states.dtype == np.float64 and states.ndim == 2 and np.isfinite(states[:]).all()
        taken = []
        for row in range(len(states)):
            start = time.perf_counter()
            states[row]
            taken.append(time.perf_counter() - start)
    assert statistics.median(taken) < 0.005


def test_a_resumed_dataset_and_a_rejected_episode(cli, tmp_path):
    # Some draws put more into the region than it holds.
    text = SCENARIO.replace("half_extent_m { x: 0.25 y: 0.25 z: 0.2 }", "half_extent_m { x: 0.08 y: 0.08 z: 0.05 } max_tries: 20")
    (tmp_path / "tight.textproto").write_text(text)
    arguments = ("generate", tmp_path / "tight.textproto", "--episodes", 8, "--out", tmp_path / "set", "--progress", "none")
    assert cli(*arguments, "--shard", "1/2").returncode in (0, 6)
    assert cli(*arguments, "--resume").returncode == 6
    rejected = manifest(tmp_path / "set")["rejected"]
    there = kept(tmp_path / "set")
    assert rejected and there
    assert cli("replay", tmp_path / "set").returncode == 0
    refused = cli("replay", tmp_path / "set", "--episode", rejected[0]["episode"])
    assert refused.returncode == 3 and "was rejected" in refused.stderr and str(there[0]) in refused.stderr
    unknown = cli("replay", tmp_path / "set", "--episode", 99, "--json")
    assert unknown.returncode == 3 and "there is no episode 99" in json.loads(unknown.stdout)["message"]
    assert cli("replay", tmp_path / "set", "--channels", "rgb", "--out", tmp_path / "again").returncode == 0
    assert manifest(tmp_path / "again")["rejected"] == rejected and kept(tmp_path / "again") == there
    good(cli, tmp_path / "again")


def test_a_model_file_with_a_changed_asset(cli, tmp_path):
    (tmp_path / "robot.xml").write_text("""
<mujoco><option timestep="0.005"/><worldbody><geom name="floor" type="plane" size="3 3 .1"/>
<body name="arm" pos="0 0 .5"><joint name="turn" type="hinge" axis="0 1 0" ref="20"/><geom type="capsule" fromto="0 0 0 .3 0 0" size=".03"/></body>
</worldbody><actuator><general name="drive" joint="turn" gainprm="2" dyntype="filter" dynprm="0.1" ctrlrange="-1 1" ctrllimited="true"/></actuator>
<sensor><jointvel joint="turn"/></sensor></mujoco>""")
    (tmp_path / "robot.textproto").write_text("""
name: "robot" physics { engine: MUJOCO } episode { frames: 12 frame_rate_hz: 25 } dataset { episodes: 2 }
model { file: "robot.xml" } controller { type: SINUSOID amplitude: 0.8 frequency_hz: 1 }
body { name: "ball" position_m { x: 0.25 z: 0.9 } shape { sphere { radius_m: 0.05 } } }
camera { name: "main" width_px: 32 height_px: 32 fixed { position_m { y: -2 z: 1 } look_at_m { z: 0.4 } } }
light { name: "sun" sun { azimuth_deg: 40 elevation_deg: 50 } }""")
    made = cli("generate", tmp_path / "robot.textproto", "--out", tmp_path / "set", "--progress", "none")
    assert made.returncode == 0, made.stderr
    assert cli("replay", tmp_path / "set", "--scenes", tmp_path).returncode == 0
    old = rows(tmp_path / "set", 1)
    np.save(tmp_path / "same.npy", old["action"][6:-1].astype(np.float64))
    result = cli("replay", tmp_path / "set", "--scenes", tmp_path, "--episode", 1, "--frame", 6, "--actions", tmp_path / "same.npy",
                 "--out", tmp_path / "on")
    assert result.returncode == 0 and "goes on from the solver state of frame 6" in result.stderr, result.stderr
    new = rows(tmp_path / "on", 1)
    assert all(same(new[name], old[name]) for name in old if name != "event")
    assert np.array_equal(new["event"], old["event"] | np.where(old["step_idx"] == 6, 16, 0))
    assert cli("verify", tmp_path / "on", "--labels", "--scenes", tmp_path).returncode == 0
    missing = cli("replay", tmp_path / "set", "--scenes", tmp_path / "on")
    assert missing.returncode == 3 and "--scenes" in missing.stderr
    model = tmp_path / "robot.xml"
    model.write_text(model.read_text().replace("size=\".03\"", "size=\".04\""))
    changed = cli("replay", tmp_path / "set", "--scenes", tmp_path)
    assert changed.returncode == 3 and "'robot.xml' has SHA-256" in changed.stderr


def test_wrong_uses_say_what_to_do(cli, mujoco_set, tmp_path):
    episode = str(kept(mujoco_set)[0])
    for arguments, code, words in [
        (("--frame", "3"), 2, "--actions FILE or --hold"),
        (("--hold", "3", "--out", tmp_path / "x"), 2, "--episode"),
        (("--hold", "3", "--episode", episode), 2, "--out"),
        (("--channels", "rgb"), 2, "--out"),
        (("--episode", episode, "--frame", "10", "--hold", "1", "--out", tmp_path / "x"), 3, "0 to 9"),
        (("--episode", episode, "--actions", tmp_path / "none.npy", "--out", tmp_path / "x"), 3, "none.npy"),
        (("--cameras", tmp_path / "none.textproto", "--out", tmp_path / "x"), 3, "none.textproto"),
        (("--channels", "rbg", "--out", tmp_path / "x"), 3, "rgb"),
        (("--episode", episode, "--hold", "1", "--out", mujoco_set), 4, "not empty"),
    ]:
        result = cli("replay", mujoco_set, *arguments)
        assert result.returncode == code and words in result.stderr, (arguments, result.stderr)
    assert not (tmp_path / "x").exists()
    assert cli("replay", tmp_path).returncode == 3


@pytest.mark.parametrize("array, words", [
    (np.zeros((4, 2), np.float32), "(4, 2), but this dataset wants (steps, 1)"),
    (np.zeros(4, np.float32), "the shape (4,)"),
    (np.zeros((0, 1), np.float32), "at least one step"),
    (np.zeros((4, 1), np.int64), "astype(numpy.float32)"),
    (np.array([[0.5], [1.5]]), "step 1, actuator 'push': 1.5 is not in [-1, 1]"),
    (np.array([[0.5], [np.nan]]), "step 1"),
])
def test_actions_of_another_shape_type_or_range_are_refused(cli, mujoco_set, tmp_path, array, words):
    np.save(tmp_path / "a.npy", array)
    result = cli("replay", mujoco_set, "--episode", kept(mujoco_set)[0], "--actions", tmp_path / "a.npy", "--out", tmp_path / "x")
    assert result.returncode == 3 and words in result.stderr, result.stderr


@pytest.mark.parametrize("damage, words", [(lambda b: b[:40], "cut off"), (lambda b: b"nothing", "no .npy"), (lambda b: b[:-1], "bytes where its shape")])
def test_a_damaged_action_file_is_refused(cli, mujoco_set, tmp_path, damage, words):
    np.save(tmp_path / "good.npy", np.zeros((4, 1), np.float32))
    (tmp_path / "a.npy").write_bytes(damage((tmp_path / "good.npy").read_bytes()))
    result = cli("replay", mujoco_set, "--episode", kept(mujoco_set)[0], "--actions", tmp_path / "a.npy", "--out", tmp_path / "x")
    assert result.returncode == 3 and words in result.stderr, result.stderr
