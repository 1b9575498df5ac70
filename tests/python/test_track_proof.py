"""Proof of the point tracks: where the points are in space and in the picture, and who sees them, computed anew from poses,
cameras and analytic rays. Each label is broken on purpose as well, and the proof must refuse it."""

import numpy as np
import pytest

import label_rays as rays
from label_scenes import MOVING, Episode

POINTS = 400
IMAGE_BOUND_PX = 2e-3
# A label is broken by what makes it wrong for most points.
FAULTS = ("sign", "a row late", "half a pixel")


def generate(scene, folder, renderer):
    return Episode(scene, folder, "mujoco", "--channels", "segmentation,tracks", "--set", f"record.tracks={POINTS}", "--renderer", renderer)


@pytest.fixture(scope="module", params=MOVING)
def episode(request, tmp_path_factory):
    scene = MOVING[request.param]
    made = generate(scene, tmp_path_factory.mktemp(scene.name), "raycast")
    made.other = generate(scene, tmp_path_factory.mktemp(scene.name), "vulkan")
    return made


def points(episode):
    """(T, P, 3) m"""
    return episode.columns["track_world"].astype(float).reshape(episode.scene.frames, POINTS, 3)


def in_bodies(episode, world):
    owner, local = episode.columns["track_object"][0], np.empty_like(world)
    for row in range(len(world)):
        for i in np.unique(owner):
            pose = episode.poses[row, i]
            local[row, owner == i] = (world[row, owner == i] - pose[:3]) @ rays.rotation_matrix(pose[3:])
    return local


def projected(episode, view, row, world):
    camera = episode.view("camera", view)[row].astype(float)
    local = (world - camera[:3]) @ rays.rotation_matrix(camera[3:7])
    z = np.where(local[:, 2] > 1e-3, local[:, 2], np.nan)
    return camera[7] * local[:, 0] / z + camera[9], camera[8] * local[:, 1] / z + camera[10], local[:, 2]


def broken(values, fault):
    """The label as a mistake would have it; rows first."""
    return {"": values, "sign": -values, "a row late": np.concatenate([values[:1], values[:-1]]), "half a pixel": values + 0.5}[fault]


def test_both_renderers_have_the_same_tracks(episode):
    names = [name for name in episode.columns if name.startswith("track_")]
    assert len(names) == 3 + 2 * len(episode.scene.cameras)
    for name in names:
        assert np.array_equal(episode.columns[name], episode.other.columns[name]), name


def test_points_are_shared_out_and_lie_on_the_drawn_parts(episode):
    owner, part = episode.columns["track_object"], episode.columns["track_part"]
    assert np.all(owner == owner[0]) and np.all(part == part[0])
    assert np.array_equal(owner[0], np.arange(POINTS) % len(episode.scene.bodies))
    local = in_bodies(episode, points(episode))[0]
    for i, body in enumerate(episode.scene.bodies):
        for k, shape in enumerate(body["shapes"], 1):
            own = (owner[0] == i) & (part[0] == k)
            assert not own.any() if shape.get("hidden") else own.any()
            p = (local[own] - np.asarray(shape.get("at", (0, 0, 0)), float)) @ rays.euler_matrix(*shape.get("euler", (0, 0, 0)))
            outside = distance(shape["kind"], shape["size"], p)
            slack = rays.chord_error_m(shape["kind"], shape["size"]) + 2e-6
            assert np.all((outside <= 2e-6) & (outside >= -slack)), (body["name"], k, outside.min(), outside.max())


def distance(kind, size, p):
    """From a shape's true surface, m; negative inside."""
    if kind == "plane":
        return np.abs(p[:, 2])
    if kind == "box":
        return (np.abs(p) - size).max(-1)
    if kind == "sphere":
        return np.linalg.norm(p, axis=-1) - size[0]
    if kind == "capsule":
        return np.linalg.norm(p - np.stack([0 * p[:, 0], 0 * p[:, 0], np.clip(p[:, 2], -size[1], size[1])], -1), axis=-1) - size[0]
    return np.maximum(np.hypot(p[:, 0], p[:, 1]) - size[0], np.abs(p[:, 2]) - size[1])


def rigid_share(episode, fault=""):
    """Of the points, those that keep their place in their body over all rows."""
    local = in_bodies(episode, broken(points(episode), fault))
    reach = np.abs(points(episode)).max(-1).max(0)
    return np.mean(np.linalg.norm(local - local[:1], axis=-1).max(0) < 2e-5 + 2e-6 * reach)


def test_points_move_as_their_bodies_do(episode):
    assert rigid_share(episode) == 1
    static = np.mean([b["static"] for b in episode.scene.bodies])
    for fault in ("sign", "a row late"):
        assert rigid_share(episode, fault) <= static + 0.1, f"{fault} goes unnoticed"


def image_share(episode, view, fault=""):
    """Of the points in view, those that stand in the picture where their places in space are seen; and how many are in view."""
    cam, image = episode.scene.cameras[view], episode.view("track_image", view).astype(float).reshape(episode.scene.frames, POINTS, 2)
    got, good, count = broken(image, fault), 0, 0
    for row, world in enumerate(points(episode)):
        u, v, z = projected(episode, view, row, world)
        inside = (z >= cam["near"]) & (u >= -0.5) & (v >= -0.5) & (u < cam["width"] - 0.5) & (v < cam["height"] - 0.5)
        edge = np.abs(z - cam["near"]) < 1e-4
        for value, side in ((u, cam["width"]), (v, cam["height"])):
            edge |= np.minimum(np.abs(value + 0.5), np.abs(value - side + 0.5)) < IMAGE_BOUND_PX
        here = (image[row] != -1).all(-1)
        if not fault:
            assert np.array_equal(here[~edge], inside[~edge]) and np.all(image[row][~here] == -1)
        count += (inside & here).sum()
        good += (np.abs(got[row] - np.stack([u, v], -1)).max(-1) <= IMAGE_BOUND_PX)[inside & here].sum()
    return good / max(count, 1), count


def test_points_stand_in_the_picture_where_the_camera_sees_their_places(episode):
    seen = 0
    for view, cam in enumerate(episode.scene.cameras):
        share, count = image_share(episode, view)
        assert share == 1, cam["name"]
        seen += count
        for fault in FAULTS:
            # What moves with the camera, or not at all, stands still in its picture.
            still = fault == "a row late" and cam["motion"].startswith(("fixed", "mounted"))
            limit = 0.9 if still else 0.5
            assert count == 0 or image_share(episode, view, fault)[0] < limit, f"{cam['name']}: {fault} goes unnoticed"
    assert seen > 500


def seen_by_rays(episode, view, row, world, shift_px=0.0):
    """Of the points: visible by analytic rays, and whether they are farther than a pixel from silhouettes."""
    cam = episode.scene.cameras[view]
    camera = episode.view("camera", view)[row].astype(float)
    u, v, z = projected(episode, view, row, world)
    u, v = u + shift_px, v + shift_px
    inside = (z >= cam["near"]) & (z <= cam["far"]) & (u >= -0.5) & (v >= -0.5) & (u < cam["width"] - 0.5) & (v < cam["height"] - 0.5)
    clear = ~(np.abs(z - cam["near"]) < 1e-3) & ~(np.abs(z - cam["far"]) < 1e-3)
    for value, side in ((u, cam["width"]), (v, cam["height"])):
        clear &= ~(np.minimum(np.abs(value + 0.5), np.abs(value - side + 0.5)) < 0.01)
    u, v = np.where(inside, u, 0), np.where(inside, v, 0)
    here, alike = rays.around(episode.scene.bodies, episode.poses[row], camera, u, v, cam["near"], cam["far"])
    clear &= alike | ~inside
    same = (here.ids == episode.columns["track_object"][0] + 1) & (here.parts == episode.columns["track_part"][0])
    slack = 2 * here.slack + 1e-4 * z + 1e-5
    behind = z - here.depth
    # The back of the same shape, unless it is too close to its front to tell.
    clear &= ~inside | ~same | (behind < slack) | (behind > 4 * slack)
    return inside & same & (behind < slack), clear


def test_points_are_visible_where_analytic_rays_reach_them(episode):
    compared = hidden = visible = 0
    wrong = dict.fromkeys(("exchanged", "a row late"), 0)
    for view, cam in enumerate(episode.scene.cameras):
        column = episode.view("track_visible", view)
        assert column.max() <= 1
        late = broken(column, "a row late")
        for row, world in enumerate(points(episode)):
            want, clear = seen_by_rays(episode, view, row, world)
            got = column[row] > 0
            assert np.array_equal(got[clear], want[clear]), f"{cam['name']} row {row}: points {np.nonzero(clear & (got != want))[0]}"
            in_view = (episode.view("track_image", view)[row].reshape(-1, 2) != -1).all(-1)
            assert not (got & ~in_view).any()
            compared, visible = compared + clear.sum(), visible + (want & clear).sum()
            hidden += (~want & clear & in_view).sum()
            wrong["exchanged"] += (~got != want)[clear].sum()
            wrong["a row late"] += ((late[row] > 0) != want)[clear].sum()
    assert compared > 0.5 * POINTS * episode.scene.frames * len(episode.scene.cameras) and hidden > 300 and visible > 300
    assert wrong["exchanged"] == compared and wrong["a row late"] > 20, "a fault goes unnoticed"
