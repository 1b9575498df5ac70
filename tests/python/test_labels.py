"""The labels of generated datasets against what a reader can compute alone: analytic ray casting of the poses, the
scenario's definition of the cameras, Newton's laws for velocities, contacts and actions. On both engines."""

import json
import os
import subprocess

import h5py
import numpy as np
import pytest

import label_rays as rays

PROGRAM = os.environ["DIORAMA_PROGRAM"]

DENSITY = 500.0
RATE_HZ = 24.0


def box(*half, **more):
    return dict(kind="box", size=half, **more)


def sphere(radius, **more):
    return dict(kind="sphere", size=(radius,), **more)


def capsule(radius, half, **more):
    return dict(kind="capsule", size=(radius, half), **more)


def cylinder(radius, half, **more):
    return dict(kind="cylinder", size=(radius, half), **more)


def plane(x=0, y=0, **more):
    return dict(kind="plane", size=(x, y), **more)


def body(name, *shapes, at=(0, 0, 0), euler=(0, 0, 0), static=False, **more):
    return dict(name=name, shapes=shapes, at=at, euler=euler, static=static, **more)


def vector(field, v):
    return f"{field} {{ x: {v[0]} y: {v[1]} z: {v[2]} }}"


def turned(e):
    return f"rotation {{ euler {{ roll_deg: {e[0]} pitch_deg: {e[1]} yaw_deg: {e[2]} }} }}"


SIZE_FIELDS = {"box": ("half_x_m", "half_y_m", "half_z_m"), "sphere": ("radius_m",),
               "capsule": ("radius_m", "half_length_m"), "cylinder": ("radius_m", "half_length_m"),
               "plane": ("half_x_m", "half_y_m")}


def shape_text(s):
    size = " ".join(f"{f}: {v}" for f, v in zip(SIZE_FIELDS[s["kind"]], s["size"]))
    flags = "".join(f" {flag}: true" for flag in ("hidden", "ghost") if s.get(flag))
    return (f"shape {{ {s['kind']} {{ {size} }} {vector('position_m', s.get('at', (0, 0, 0)))} "
            f"{turned(s.get('euler', (0, 0, 0)))} material: \"m\"{flags} }}")


def body_text(b):
    parts = [f"name: \"{b['name']}\"", vector("position_m", b["at"]), turned(b["euler"])]
    parts += [shape_text(s) for s in b["shapes"]]
    parts += ["motion: STATIC"] if b["static"] else []
    parts += [b["text"]] if "text" in b else []
    return "body { " + " ".join(parts) + " }"


def camera(name, width, height, motion, fov=45, near=0.02, far=30):
    return dict(name=name, width=width, height=height, motion=motion, fov=fov, near=near, far=far)


def camera_text(c):
    return (f"camera {{ name: \"{c['name']}\" width_px: {c['width']} height_px: {c['height']} fov_y_deg: {c['fov']} "
            f"near_m: {c['near']} far_m: {c['far']} {c['motion']} }}")


class Scene:
    def __init__(self, name, frames, bodies, cameras, settle=0.0, gravity=(0, 0, -9.81), extra=""):
        self.name, self.frames, self.bodies, self.cameras = name, frames, bodies, cameras
        self.settle, self.gravity, self.extra = settle, gravity, extra

    def text(self):
        lines = [f'name: "{self.name}"',
                 f"episode {{ frames: {self.frames} frame_rate_hz: {RATE_HZ} settle_time_s: {self.settle} }}",
                 f"physics {{ {vector('gravity_m_s2', self.gravity)} step_rate_hz: 480 }}",
                 f'material {{ name: "m" density_kg_m3: {DENSITY} friction: 0.6 }}']
        lines += [body_text(b) for b in self.bodies] + [camera_text(c) for c in self.cameras] + [self.extra]
        return "\n".join(lines)


FALLING = Scene("falling", 12, [
    body("floor", plane(), static=True),
    body("slope", plane(0.7, 0.5), at=(0.9, 0.6, 0.5), euler=(15, -20, 30), static=True),
    body("block", box(0.15, 0.1, 0.2), at=(-0.3, 0, 1.1), euler=(20, 30, 40),
         text="angular_velocity_rad_s { x: 2 y: -3 z: 1 } linear_velocity_m_s { x: 0.5 z: 2.5 }", free=True),
    body("ball", sphere(0.12), at=(0.3, -0.2, 0.9), text="linear_velocity_m_s { z: 3 }", free=True),
    body("pill", capsule(0.08, 0.15), at=(0, 0.4, 1.2), euler=(0, 50, 10),
         text="angular_velocity_rad_s { x: 4 } linear_velocity_m_s { z: 2 }", free=True),
    body("can", cylinder(0.1, 0.12), at=(-0.5, -0.5, 1.3), euler=(60, 0, 20),
         text="angular_velocity_rad_s { y: 2 } linear_velocity_m_s { z: 2 }", free=True),
    body("hammer", cylinder(0.03, 0.2), box(0.1, 0.05, 0.05, at=(0.02, 0, 0.2), euler=(0, 0, 30)),
         sphere(0.2, at=(0, 0, -0.2), hidden=True), at=(0.7, -0.6, 1.4), euler=(0, 80, 0),
         text="linear_velocity_m_s { z: 2 }", free=True),
], [
    camera("main", 160, 120, "fixed { position_m { x: 1.8 y: -2.6 z: 1.7 } look_at_m { x: 0.1 z: 0.7 } }"),
    camera("tall", 72, 112, "orbit { center_m { x: 0.1 z: 0.6 } radius_m: 2.7 height_m: 0.9 phase_deg: 30 rate_deg_s: 80 }", far=5),
    camera("wide", 150, 60, "orbit { body: \"can\" center_m { z: 0.4 } radius_m: 3 height_m: 1.2 phase_deg: 200 rate_deg_s: -90 }"),
    camera("track", 96, 96, "look_at { position_m { x: -2.2 y: -1.6 z: 0.8 } body: \"pill\" }", far=5),
])

RESTING = Scene("resting", 6, [
    body("floor", plane(2, 2), static=True),
    body("low", box(0.2, 0.2, 0.1), at=(0, 0, 0.101)),
    body("high", box(0.1, 0.15, 0.1), at=(0, 0, 0.303), euler=(0, 0, 25)),
    body("can", cylinder(0.15, 0.1), at=(0.6, 0.2, 0.101)),
    body("cross", box(0.2, 0.05, 0.05), box(0.05, 0.2, 0.05), at=(-0.6, 0.1, 0.051)),
], [
    camera("main", 160, 120, "fixed { position_m { x: 0.4 y: -2 z: 1.3 } look_at_m { z: 0.1 } }"),
    camera("side", 101, 67, "fixed { position_m { x: -2.2 y: -0.6 z: 0.9 } rotation { euler { roll_deg: -110 pitch_deg: 0 yaw_deg: -70 } } }", fov=50),
], settle=1.0)

CART_GEAR = 20.0
MACHINE = Scene("machine", 12, [
    body("floor", plane(3, 3), static=True, at=(0, 0, -0.5)),
    body("cart", box(0.2, 0.15, 0.08), at=(0, 0, 0.4), text='joint { name: "run" type: SLIDE axis { x: 1 } }'),
    body("track", box(1.4, 0.04, 0.03), at=(0, 0.4, 0.4), static=True),
    body("pole", capsule(0.05, 0.2, at=(0, 0, 0.25)), at=(0, -0.9, 0.4),
         text='joint { name: "turn" type: HINGE axis { y: 1 } damping: 0.1 }'),
    body("tip", sphere(0.09), at=(0, 0, 0.55), text='parent: "pole"'),
    body("chain", cylinder(0.06, 0.15, at=(0, 0, -0.2)), at=(-0.9, -0.5, 1.3), euler=(60, 20, 0),
         text='joint { type: BALL damping: 0.01 }'),
    body("link", box(0.05, 0.08, 0.12, at=(0, 0, -0.15)), at=(0, 0, -0.4), text='parent: "chain" joint { type: BALL damping: 0.01 }'),
], [
    camera("main", 160, 120, "fixed { position_m { x: 0.6 y: -3.2 z: 1.5 } look_at_m { x: -0.2 z: 0.6 } }"),
    camera("ride", 64, 96, "mounted { body: \"cart\" position_m { x: 0.3 y: -0.2 z: 0.9 } look_at_m { x: -0.6 y: -0.5 z: 0.2 } }", fov=70),
    camera("hand", 96, 64, "mounted { body: \"tip\" position_m { x: 0.05 y: -1.2 z: 0.1 } "
           "rotation { euler { roll_deg: -90 yaw_deg: 10 } } }", fov=80),
    camera("bob", 96, 64, "look_at { position_m { x: -2.4 y: -2 z: 1.2 } body: \"link\" }", near=0.5, far=5),
], extra=f'actuator {{ joint: "run" type: MOTOR gear: {CART_GEAR} }}\n'
         'actuator { joint: "turn" type: POSITION gain: 200 damping_gain: 20 control_lower: -1.2 control_upper: 1.2 }\n'
         "controller { type: RANDOM_SMOOTH frequency_hz: 2 amplitude: 0.9 }")

SCENES = {scene.name: scene for scene in (FALLING, RESTING, MACHINE)}


class Episode:
    """The one episode of a generated dataset: columns by name, all in memory."""

    def __init__(self, scene, folder, engine):
        self.scene = scene
        path = folder / f"{scene.name}.textproto"
        path.write_text(scene.text())
        done = subprocess.run([PROGRAM, "generate", path, "--out", folder / "set", "--episodes", "1", "--physics", engine,
                               "--progress", "none", "--seed", "3"], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        with h5py.File(folder / "set/index.h5") as file:
            self.columns = {name: file[name][...] for name in file}
        self.manifest = json.loads((folder / "set/dataset.json").read_text())
        self.poses = self.columns["object_pose"].astype(float)

    def view(self, column, index):
        return self.columns[column if index == 0 else f"{column}.{self.scene.cameras[index]['name']}"]

    def index(self, name):
        return [b["name"] for b in self.scene.bodies].index(name)

    def picture(self, row, view, shift_px=0.0):
        c = self.scene.cameras[view]
        return rays.Picture(self.scene.bodies, self.poses[row], self.view("camera", view)[row].astype(float), c["width"],
                            c["height"], c["near"], c["far"], shift_px)


@pytest.fixture(scope="module")
def episodes(tmp_path_factory):
    made = {}

    def get(name, engine):
        if (name, engine) not in made:
            made[name, engine] = Episode(SCENES[name], tmp_path_factory.mktemp(f"{name}_{engine}"), engine)
        return made[name, engine]

    return get


ENGINES = pytest.mark.parametrize("engine", ["mujoco", "bullet"])
ALL = pytest.mark.parametrize("name", list(SCENES))


@ALL
@ENGINES
def test_ids_and_depth_are_what_rays_through_the_pixels_hit(episodes, name, engine):
    episode = episodes(name, engine)
    for view, cam in enumerate(episode.scene.cameras):
        for row in range(0, episode.scene.frames, 3):
            want = episode.picture(row, view)
            ids, depth = episode.view("segmentation", view)[row], episode.view("depth", view)[row].astype(float)
            where = f"{cam['name']} row {row}"
            inner = want.inner()
            assert inner.mean() > 0.5, where
            assert (ids == want.ids).mean() >= 0.995, f"{where}: {(ids != want.ids).mean():.4f} of the ids differ"
            assert (ids == want.ids)[inner].all(), f"{where}: {(ids != want.ids)[inner].sum()} ids differ inside"
            nothing = inner & (want.ids == 0)
            assert np.all(depth[nothing] == np.float32(cam["far"])), where
            surface = inner & (want.ids > 0)
            error = np.abs(depth - want.depth) - want.slack
            assert np.all((error <= 1e-3 * want.depth)[surface]), f"{where}: {(error / want.depth)[surface].max():.2e}"
            assert depth.min() >= cam["near"] and depth.max() <= np.float32(cam["far"])


@ALL
@ENGINES
def test_pixel_0_0_is_the_centre_of_the_top_left_pixel(episodes, name, engine):
    """Half a pixel of shift makes the depth of slanting flat surfaces wrong by far more than its rounding."""
    episode = episodes(name, engine)
    for view, cam in enumerate(episode.scene.cameras):
        camera = episode.view("camera", view)[0]
        focal = 0.5 * cam["height"] / np.tan(np.radians(cam["fov"]) / 2)
        assert np.allclose(camera[7:], [focal, focal, (cam["width"] - 1) / 2, (cam["height"] - 1) / 2], rtol=1e-6)
    depth = episode.view("depth", 0)[0].astype(float)
    mean = {}
    for shift in (-0.5, 0.0, 0.5):
        want = episode.picture(0, 0, shift)
        flat = want.inner() & want.planar & (episode.view("segmentation", 0)[0] == want.ids)
        assert flat.sum() > 1000
        mean[shift] = (depth / want.depth - 1)[flat].mean()
    assert abs(mean[0.0]) < 2e-5, mean
    assert abs(mean[-0.5]) > 5e-4 and abs(mean[0.5]) > 5e-4 and mean[-0.5] * mean[0.5] < 0, mean


@ALL
@ENGINES
def test_what_one_view_sees_does_not_hide_behind_nothing_in_another(episodes, name, engine):
    episode = episodes(name, engine)
    views = range(len(episode.scene.cameras))
    row, compared = episode.scene.frames // 2, 0
    for a in views:
        cam = episode.scene.cameras[a]
        inner = episode.picture(row, a).inner() & (episode.view("segmentation", a)[row] > 0)
        origin, direction = rays.camera_rays(episode.view("camera", a)[row].astype(float), cam["width"], cam["height"])
        points = (origin + direction * episode.view("depth", a)[row][..., None].astype(float))[inner]
        ids = episode.view("segmentation", a)[row][inner]
        for b in views:
            other, camera = episode.scene.cameras[b], episode.view("camera", b)[row].astype(float)
            local = (points - camera[:3]) @ rays.rotation_matrix(camera[3:7])
            ahead = local[:, 2] > other["near"]
            z = np.where(ahead, local[:, 2], 1.0)
            u, v = (np.rint(camera[7 + i] * local[:, i] / z + camera[9 + i]).astype(int) for i in (0, 1))
            inside = ahead & (u >= 0) & (v >= 0) & (u < other["width"]) & (v < other["height"]) & (z < other["far"])
            u, v, z, id_a = u[inside], v[inside], z[inside], ids[inside]
            picture = episode.picture(row, b)
            calm = picture.inner()[v, u]
            seen, id_b = episode.view("depth", b)[row][v, u], episode.view("segmentation", b)[row][v, u]
            # A pixel's footprint on a slanting surface bounds how much its depth may differ from the point's.
            grown = np.pad(picture.depth, 1, mode="edge")
            footprint = np.max([np.abs(grown[dy:dy + other["height"], dx:dx + other["width"]] - picture.depth)
                                for dy in range(3) for dx in range(3)], 0)[v, u]
            slack = footprint + 0.004 + 2e-3 * z
            compared += calm.sum()
            assert np.all((z >= seen - slack)[calm]), f"{cam['name']} sees what should hide {other['name']}'s view"
            agree = calm & (np.abs(z - seen) < 0.01) & (np.abs(z - seen) < slack)
            assert np.mean((id_a == id_b)[agree]) > 0.995 if agree.sum() > 50 else True
    assert compared > 2000


@ALL
@ENGINES
def test_times_counts_and_visibility(episodes, name, engine):
    episode = episodes(name, engine)
    c, frames = episode.columns, episode.scene.frames
    assert np.array_equal(c["step_idx"], np.arange(frames))
    assert np.allclose(np.diff(c["time"]), 1 / RATE_HZ, atol=1e-9)
    assert c["time"][0] == 0.0, "settling is not counted"
    for i in range(len(episode.scene.bodies)):
        assert np.array_equal(c["object_visibility"][:, i], (c["segmentation"] == i + 1).sum((1, 2)))
    assert np.isnan(c["reward"][0]) and not np.isnan(c["reward"][1:]).any()


@ALL
@ENGINES
def test_object_info_follows_from_the_scenario(episodes, name, engine):
    episode = episodes(name, engine)
    info = episode.columns["object_info"]
    assert np.array_equal(info, np.broadcast_to(info[:1], info.shape))
    for i, b in enumerate(episode.scene.bodies):
        volume, lower, upper = 0.0, np.full(3, np.inf), np.full(3, -np.inf)
        for s in b["shapes"]:
            size = s["size"]
            volume += {"plane": lambda: 0, "box": lambda: 8 * np.prod(size), "sphere": lambda: 4 / 3 * np.pi * size[0] ** 3,
                       "capsule": lambda: np.pi * size[0] ** 2 * (2 * size[1] + 4 / 3 * size[0]),
                       "cylinder": lambda: 2 * np.pi * size[0] ** 2 * size[1]}[s["kind"]]()
            turn, at = rays.euler_matrix(*s.get("euler", (0, 0, 0))), np.asarray(s.get("at", (0, 0, 0)), float)
            half = {"plane": lambda: [size[0] or np.nan, size[1] or np.nan, 0], "box": lambda: size,
                    "sphere": lambda: [size[0]] * 3, "capsule": lambda: [size[0], size[0], size[0] + size[1]],
                    "cylinder": lambda: [size[0], size[0], size[1]]}[s["kind"]]()
            reach = np.abs(turn) @ np.asarray(half, float)
            lower, upper = np.minimum(lower, at - reach), np.maximum(upper, at + reach)
        present, class_id, mass, friction, restitution, *extents, static, articulation = info[0, i]
        assert (present, class_id, restitution, static) == (1, 0, 0, b["static"])
        assert np.isclose(mass, 0 if b["static"] else DENSITY * volume, rtol=1e-5)
        assert np.isclose(friction, 0.6)
        if not np.isnan(upper - lower).any():
            assert np.allclose(extents, upper - lower, rtol=1e-5, atol=1e-6), b["name"]
    groups = {b["name"]: info[0, i, 9] for i, b in enumerate(episode.scene.bodies)}
    if name == "machine":
        assert groups["pole"] == groups["tip"] != groups["chain"] == groups["link"] and groups["floor"] == -1
        assert len({groups["cart"], groups["pole"], groups["chain"]}) == 3 and min(groups["cart"], groups["pole"]) >= 0
    else:
        assert set(groups.values()) == {-1}


def expected_camera(episode, view, row):
    """The pose that the scenario defines for the camera, from the poses of the objects."""
    name, time = episode.scene.cameras[view]["name"], episode.columns["time"][row]

    def origin(b):
        return episode.poses[row, episode.index(b), :3]

    def orbit(center, radius, height, phase, rate, target):
        azimuth = np.radians(phase + rate * time)
        eye = np.asarray(center) + [radius * np.cos(azimuth), radius * np.sin(azimuth), height]
        return eye, rays.look_at_matrix(eye, target)

    def mounted(b, at, turn):
        pose = episode.poses[row, episode.index(b)]
        matrix = rays.rotation_matrix(pose[3:])
        return pose[:3] + matrix @ at, matrix @ turn

    def aimed(eye, target):
        return np.asarray(eye, float), rays.look_at_matrix(np.asarray(eye, float), target)

    return {
        ("falling", "main"): lambda: aimed((1.8, -2.6, 1.7), (0.1, 0, 0.7)),
        ("falling", "tall"): lambda: orbit((0.1, 0, 0.6), 2.7, 0.9, 30, 80, (0.1, 0, 0.6)),
        ("falling", "wide"): lambda: orbit((0, 0, 0.4), 3, 1.2, 200, -90, origin("can")),
        ("falling", "track"): lambda: aimed((-2.2, -1.6, 0.8), origin("pill")),
        ("resting", "main"): lambda: aimed((0.4, -2, 1.3), (0, 0, 0.1)),
        ("resting", "side"): lambda: (np.array([-2.2, -0.6, 0.9]), rays.euler_matrix(-110, 0, -70)),
        ("machine", "main"): lambda: aimed((0.6, -3.2, 1.5), (-0.2, 0, 0.6)),
        ("machine", "ride"): lambda: mounted("cart", np.array([0.3, -0.2, 0.9]),
                                             rays.look_at_matrix(np.array([0.3, -0.2, 0.9]), (-0.6, -0.5, 0.2))),
        ("machine", "hand"): lambda: mounted("tip", np.array([0.05, -1.2, 0.1]), rays.euler_matrix(-90, 0, 10)),
        ("machine", "bob"): lambda: aimed((-2.4, -2, 1.2), origin("link")),
    }[episode.scene.name, name]()


@ALL
@ENGINES
def test_camera_rows_are_what_the_scenario_defines(episodes, name, engine):
    episode = episodes(name, engine)
    for view in range(len(episode.scene.cameras)):
        for row in range(episode.scene.frames):
            position, matrix = expected_camera(episode, view, row)
            got = episode.view("camera", view)[row]
            assert np.allclose(got[:3], position, atol=2e-5), (view, row)
            assert np.allclose(rays.rotation_matrix(got[3:7]), matrix, atol=2e-5), (view, row)


@ENGINES
def test_velocities_are_the_change_of_the_poses(episodes, engine):
    episode = episodes("falling", engine)
    time, velocity = episode.columns["time"], episode.columns["object_velocity"].astype(float)
    for i, b in enumerate(episode.scene.bodies):
        flying = np.flatnonzero(~(episode.columns["contact"][..., :2] == i).any((1, 2)))
        for row in range(1, episode.scene.frames - 1):
            if b["static"]:
                assert not velocity[row, i].any()
                continue
            if not {row, row + 1} <= set(flying):
                continue
            step = time[row + 1] - time[row - 1]
            # The hammer's origin is not its centre of mass and turns about it only if it spins, which it does not.
            change = (episode.poses[row + 1, i, :3] - episode.poses[row - 1, i, :3]) / step
            assert np.allclose(change, velocity[row, i, :3], atol=0.03), (b["name"], row)
            before, after = (rays.rotation_matrix(episode.poses[r, i, 3:]) for r in (row - 1, row + 1))
            turn = after @ before.T
            angle = np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1))
            axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
            spin = axis / (2 * np.sin(angle)) * angle / step if angle > 1e-6 else np.zeros(3)
            assert np.allclose(spin, velocity[row, i, 3:], atol=0.1), (b["name"], row, spin, velocity[row, i, 3:])


@ENGINES
def test_at_rest_contacts_carry_the_weight_from_a_to_b(episodes, engine):
    episode = episodes("resting", engine)
    info = episode.columns["object_info"][0]
    assert episode.columns["contact_count"][0] == 0
    for row in range(1, episode.scene.frames):
        count = episode.columns["contact_count"][row]
        used, unused = np.split(episode.columns["contact"][row], [count])
        assert np.all(unused[:, :2] == -1) and not unused[:, 2:].any()
        pairs = {(int(c[0]), int(c[1])): c for c in used}
        weight = info[:, 2] * 9.81
        carried = {(0, 1): weight[1] + weight[2], (1, 2): weight[2], (0, 3): weight[3], (0, 4): weight[4]}
        assert pairs.keys() == carried.keys()
        for (a, b), c in pairs.items():
            assert np.allclose(c[5:8], [0, 0, 1], atol=1e-3), "the normal leads from a up to b"
            assert np.isclose(c[10], carried[a, b], rtol=0.02), (a, b, c[10], carried[a, b])
            assert np.all(np.abs(c[8:10]) < 0.05 * c[10])
            assert -0.005 < c[11] < 0.001, "touching: no gap, little penetration"
            top = 0.0 if a == 0 else 0.2
            assert abs(c[4] - top) < 0.01 and np.allclose(c[2:4], episode.poses[row, b, :2], atol=0.03)


@ENGINES
def test_actions_are_what_moves_the_joints_until_the_next_row(episodes, engine):
    episode = episodes("machine", engine)
    action = episode.columns["action"].astype(float)
    assert np.isnan(action[-1]).all() and np.abs(action[:-1]).max() <= 1
    cart = episode.index("cart")
    mass = episode.columns["object_info"][0, cart, 2]
    speed = episode.columns["object_velocity"][:, cart, 0].astype(float)
    gained = np.diff(speed) * RATE_HZ * mass
    assert np.abs(action[:-1, 0]).max() > 0.2
    assert np.allclose(gained, CART_GEAR * action[:-1, 0], rtol=0.01, atol=0.02 * CART_GEAR), (gained, action[:-1, 0])
    # The proprio column holds positions and velocities of the actuated joints.
    proprio = episode.columns["proprio"]
    assert np.allclose(proprio[:, 0], episode.poses[:, cart, 0], atol=1e-5)
    pole = episode.poses[:, episode.index("pole")]
    assert np.allclose(proprio[:, 1], 2 * np.arctan2(pole[:, 5], pole[:, 3]), atol=1e-4)
    assert np.allclose(proprio[:, 2], speed, atol=1e-5)
