"""The labels of generated datasets against what a reader can compute alone: analytic ray casting of the poses, the
scenario's definition of the cameras, Newton's laws for velocities, contacts and actions. On both engines."""

import numpy as np
import pytest

import label_rays as rays
from label_scenes import CART_GEAR, DENSITY, RATE_HZ, SCENES, Episode


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
