"""Proof of the labels of each pixel, of both renderers: flow, its validity, scene flow, parts, classes, normals, object
coordinates, layers behind the first surface, masks and boxes of whole objects. Everything is computed anew from depth,
poses and cameras, or from analytic rays. Then each label is broken on purpose, and its proof must refuse it."""

import contextlib

import numpy as np
import pytest

import label_rays as rays
from label_scenes import MOVING, Episode

CHANNELS = ("depth,segmentation,part,class,normal,flow,flow_backward,flow_valid,scene_flow,object_coordinates,amodal,"
            "depth_layers,segmentation_layers")
RENDERERS = ("vulkan", "raycast")
FLOW_BOUND_PX = 0.02
# Of the pixels next to an edge, those that rays and triangles may see differently; half a pixel changes a sixth of them.
EDGE_SHARE = 0.05


@pytest.fixture(scope="module", params=[(name, renderer) for name in MOVING for renderer in RENDERERS],
                ids=lambda p: "-".join(p))
def episode(request, tmp_path_factory):
    name, renderer = request.param
    made = Episode(MOVING[name], tmp_path_factory.mktemp(name), "mujoco", "--channels", CHANNELS, "--renderer", renderer)
    made.renderer = renderer
    return made


def half_step(values):
    """Half a step of float16 at these values."""
    return np.abs(np.spacing(values.astype(np.float16)).astype(float)) / 2


def views_and_rows(episode):
    for view in range(len(episode.scene.cameras)):
        for row in range(episode.scene.frames):
            yield view, row


class Surface:
    """The surface points of one picture, from its depth, ids, poses and camera alone; (H, W, ...) or, of `seen`, (n, ...)."""

    def __init__(self, episode, view, row):
        self.episode, self.view, self.row = episode, view, row
        cam = episode.scene.cameras[view]
        self.camera = episode.view("camera", view)[row].astype(float)
        self.ids = episode.view("segmentation", view)[row].astype(int)
        self.seen = self.ids > 0
        self.objects = self.ids[self.seen] - 1
        self.u, self.v = (a[self.seen].astype(float) for a in np.meshgrid(np.arange(cam["width"]), np.arange(cam["height"])))
        origin, direction = rays.camera_rays(self.camera, cam["width"], cam["height"])
        self.depth = episode.view("depth", view)[row].astype(float)
        self.world = (origin + direction * self.depth[..., None])[self.seen]
        self.axes = rays.rotation_matrix(self.camera[3:7])

    def in_bodies(self, row=None):
        points = np.empty_like(self.world)
        for i in np.unique(self.objects):
            pose = self.episode.poses[self.row if row is None else row, i]
            own = self.objects == i
            points[own] = (self.world[own] - pose[:3]) @ rays.rotation_matrix(pose[3:])
        return points

    def at_row(self, row):
        """Where the points are in the world at another row."""
        points = self.in_bodies()
        for i in np.unique(self.objects):
            pose = self.episode.poses[row, i]
            own = self.objects == i
            points[own] = pose[:3] + points[own] @ rays.rotation_matrix(pose[3:]).T
        return points

    def projected(self, row):
        """u, v, z of the points at another row, in this view's camera of that row."""
        camera = self.episode.view("camera", self.view)[row].astype(float)
        local = (self.at_row(row) - camera[:3]) @ rays.rotation_matrix(camera[3:7])
        z = np.where(local[:, 2] > 1e-3, local[:, 2], np.nan)
        return camera[7] * local[:, 0] / z + camera[9], camera[8] * local[:, 1] / z + camera[10], local[:, 2]


def flow_errors(episode, column, step):
    """Errors beyond half a step of float16, of the pixels whose validity bit is set, all views and rows."""
    errors = []
    bit = 1 if step > 0 else 2
    for view, row in views_and_rows(episode):
        if not 0 <= row + step < episode.scene.frames:
            continue
        surface = Surface(episode, view, row)
        got = episode.view(column, view)[row].astype(float)[surface.seen]
        valid = (episode.view("flow_valid", view)[row] & bit)[surface.seen] > 0
        u, v, _ = surface.projected(row + step)
        want = np.stack([u - surface.u, v - surface.v], -1)
        errors.append((np.abs(got - want) - half_step(got)).max(-1)[valid])
    return np.concatenate(errors)


@pytest.mark.parametrize("column, step", [("flow", 1), ("flow_backward", -1)])
def test_flow_is_what_depth_poses_and_cameras_give(episode, column, step):
    errors = flow_errors(episode, column, step)
    assert errors.size > 2000
    assert np.mean(errors <= FLOW_BOUND_PX) >= 0.999, f"{np.mean(errors <= FLOW_BOUND_PX):.5f}, worst {np.nanmax(errors):.3f} px"


def test_the_ends_of_an_episode_have_no_flow_beyond_them(episode):
    for view in range(len(episode.scene.cameras)):
        assert not episode.view("flow", view)[-1].any() and not episode.view("flow_backward", view)[0].any()
        assert not (episode.view("flow_valid", view)[-1] & 1).any() and not (episode.view("flow_valid", view)[0] & 2).any()
        assert not episode.view("scene_flow", view)[-1].any()
        assert episode.view("flow", view)[0].any() and (episode.view("flow_valid", view) <= 3).all()


def visible_by_rays(episode, surface, row):
    """Of the surface's points: visible at another row, and whether they are clear of edges there."""
    cam = episode.scene.cameras[surface.view]
    camera = episode.view("camera", surface.view)[row].astype(float)
    u, v, z = surface.projected(row)
    inside = (z >= cam["near"]) & (z <= cam["far"]) & (u >= -0.5) & (v >= -0.5) & (u < cam["width"] - 0.5) & (v < cam["height"] - 0.5)
    clear = np.ones_like(inside)
    for value, side in ((u, cam["width"]), (v, cam["height"])):
        clear &= ~(np.minimum(np.abs(value + 0.5), np.abs(value - side + 0.5)) < 0.02)
    clear &= ~(np.abs(z - cam["near"]) < 0.01) & ~(np.abs(z - cam["far"]) < 0.01)
    u, v = np.where(inside, u, 0), np.where(inside, v, 0)
    here, alike = rays.around(episode.scene.bodies, episode.poses[row], camera, u, v, cam["near"], cam["far"])
    clear &= alike
    parts = episode.view("part", surface.view)[surface.row][surface.seen]
    same = (here.ids == surface.objects + 1) & (here.parts == parts)
    slack = 2 * here.slack + 2e-3 * z + 1e-3
    # A back side of the same shape, or its front, unless the two are too close to tell.
    behind = z - here.depth
    clear &= ~inside | ~same | (behind < slack) | (behind > 4 * slack)
    return inside & same & (behind < slack), clear


@pytest.mark.parametrize("bit, step", [(1, 1), (2, -1)])
def test_a_flow_is_valid_where_rays_see_the_point_again(episode, bit, step):
    compared = hidden = 0
    for view, row in views_and_rows(episode):
        if not 0 <= row + step < episode.scene.frames:
            assert not (episode.view("flow_valid", view)[row] & bit).any()
            continue
        surface = Surface(episode, view, row)
        valid = (episode.view("flow_valid", view)[row] & bit)[surface.seen] > 0
        want, clear = visible_by_rays(episode, surface, row + step)
        compared += clear.sum()
        hidden += (~want & clear).sum()
        # A rasteriser judges by the pixel nearest to the point, not by a ray to it.
        assert np.mean((valid == want)[clear]) >= (1 if episode.renderer == "raycast" else 0.999), \
            f"{episode.scene.cameras[view]['name']} row {row}: {(valid != want)[clear].sum()} of {clear.sum()}"
        assert not (episode.view("flow_valid", view)[row][~surface.seen]).any()
    assert compared > 2000 and hidden > 20


def test_forward_and_backward_flow_lead_back(episode):
    errors = []
    for view, row in views_and_rows(episode):
        if row + 1 >= episode.scene.frames:
            continue
        surface, cam = Surface(episode, view, row), episode.scene.cameras[view]
        flow, back = episode.view("flow", view)[row].astype(float)[surface.seen], episode.view("flow_backward", view)[row + 1].astype(float)
        u, v = surface.u + flow[:, 0], surface.v + flow[:, 1]
        valid = (episode.view("flow_valid", view)[row][surface.seen] & 1 > 0) & (u >= 0) & (v >= 0) & (u < cam["width"] - 1) & (v < cam["height"] - 1)
        x, y = np.floor(u[valid]).astype(int), np.floor(v[valid]).astype(int)
        a, b = (u[valid] - x)[:, None], (v[valid] - y)[:, None]
        corners = [(y, x), (y, x + 1), (y + 1, x), (y + 1, x + 1)]
        there = [np.stack([episode.view(c, view)[row + 1][at] for c in ("segmentation", "part")]) for at in corners]
        same = np.all([np.all(t == there[0], 0) for t in there], 0)
        normals = [episode.view("normal", view)[row + 1][at].astype(float) / 127 for at in corners]
        same &= np.all([(n * normals[0]).sum(-1) > 0.98 for n in normals], 0)
        weights = [(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b]
        mixed = sum(w * back[at] for w, at in zip(weights, corners))
        errors.append(np.abs(flow[valid] + mixed).max(-1)[same] - 2 * half_step(flow[valid]).max(-1)[same])
    errors = np.concatenate(errors)
    assert errors.size > 500
    assert np.mean(errors < 0.15) > 0.98, f"{np.mean(errors < 0.15):.4f}, median {np.median(errors):.4f} px"


def test_scene_flow_is_the_motion_through_the_world_in_camera_axes(episode):
    moved = 0.0
    for view, row in views_and_rows(episode):
        if row + 1 >= episode.scene.frames:
            continue
        surface = Surface(episode, view, row)
        column = episode.view("scene_flow", view)[row].astype(float)
        assert not column[..., 3].any() and not column[~surface.seen].any()
        want = (surface.at_row(row + 1) - surface.world) @ surface.axes
        got = column[surface.seen][:, :3]
        # Poses are float32, the depth's rounding moves points that turn.
        bound = half_step(got) + 1e-5 + 3e-4 * np.abs(want).max(-1, keepdims=True) + 2e-4 * surface.depth[surface.seen][:, None] * 0.3
        assert np.all(np.abs(got - want) <= bound), np.max(np.abs(got - want) - bound)
        moved = max(moved, np.abs(want).max())
        static = np.array([b["static"] for b in episode.scene.bodies])[surface.objects]
        assert not got[static].any(), "the camera's motion is not part of it"
    assert moved > 0.02


def test_parts_and_classes_are_those_that_rays_hit(episode):
    names = [""] + episode.manifest["classes"] if "classes" in episode.manifest else [""]
    info = episode.columns["object_info"][0]
    for view, row in views_and_rows(episode):
        want, cam = episode.picture(row, view), episode.scene.cameras[view]["name"]
        ids, parts = episode.view("segmentation", view)[row], episode.view("part", view)[row]
        inner = want.inner()
        assert np.mean((ids == want.ids) & (parts == want.parts)) >= 0.995, (cam, row)
        assert np.all((ids == want.ids)[inner]) and np.all((parts == want.parts)[inner]), (cam, row)
        assert np.array_equal(parts > 0, ids > 0)
        class_of = np.concatenate([[0], info[:, 1]])
        assert np.array_equal(episode.view("class", view)[row], class_of[ids])
    for b, row in zip(episode.scene.bodies, info):
        assert names[int(row[1])] == b.get("class_name", "")


def test_normals_are_the_surfaces_own_in_camera_axes(episode):
    compared = 0
    for view, row in views_and_rows(episode):
        surface, want = Surface(episode, view, row), episode.picture(row, view)
        column = episode.view("normal", view)[row].astype(float)
        assert column.min() >= -127 and not column[~surface.seen].any()
        points, parts = surface.in_bodies(), episode.view("part", view)[row][surface.seen]
        normals = np.empty_like(points)
        for i in np.unique(surface.objects):
            own = surface.objects == i
            analytic = rays.surface_normals(episode.scene.bodies[i], parts[own], points[own])
            normals[own] = analytic @ rays.rotation_matrix(episode.poses[row, i, 3:]).T @ surface.axes
        # The seen side of a plane; the others are seen from outside only.
        sight = (surface.world - surface.camera[:3]) @ surface.axes
        flip = (normals * sight).sum(-1) > 0
        planes = np.array([[s["kind"] == "plane" for s in b["shapes"]][0] for b in episode.scene.bodies])[surface.objects]
        normals[flip & planes] *= -1
        picture = np.zeros((*surface.seen.shape, 3))
        picture[surface.seen] = normals
        smooth = want.inner() & surface.seen
        grown = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
        height, width = surface.seen.shape
        for dy in range(3):
            for dx in range(3):
                smooth &= (grown[dy:dy + height, dx:dx + width] * picture).sum(-1) > np.cos(np.radians(35))
        got = column[smooth] / np.linalg.norm(column[smooth], axis=-1, keepdims=True)
        sine = np.linalg.norm(np.cross(got, picture[smooth]), axis=-1)
        angle = np.degrees(np.arctan2(sine, (got * picture[smooth]).sum(-1)))
        step = np.degrees(np.sqrt(3) * 0.5 / 127)
        assert np.all(angle <= 0.5 + step), f"{episode.scene.cameras[view]['name']} row {row}: {angle.max():.2f} degrees, " \
                                           f"{np.mean(angle > 0.5 + step):.4f} of the pixels"
        compared += smooth.sum()
    assert compared > 4000


def test_object_coordinates_are_places_in_the_bodies_boxes(episode):
    compared = 0
    for view, row in views_and_rows(episode):
        surface = Surface(episode, view, row)
        column = episode.view("object_coordinates", view)[row].astype(float)
        assert np.all(column[~surface.seen] == -128) and np.all(column[surface.seen] >= -127)
        points = surface.in_bodies()
        for i in np.unique(surface.objects):
            lower, upper = box_of(episode.scene.bodies[i])
            if not np.isfinite(upper - lower).all():
                continue
            own = surface.objects == i
            extent = upper - lower
            scale = np.where(extent > 1e-9, 254 / np.maximum(extent, 1e-9), 0)
            want = np.clip((points[own] - 0.5 * (lower + upper)) * scale, -127, 127)
            slack = 0.51 + scale * 4e-4 * surface.depth[surface.seen][own][:, None]
            assert np.all(np.abs(column[surface.seen][own] - want) <= slack), (episode.scene.bodies[i]["name"], row)
            compared += own.sum()
    assert compared > 1000


def box_of(body):
    """Of all shapes, hidden ones too, in the body's frame; endless where it is a plane without end."""
    lower, upper = np.full(3, np.inf), np.full(3, -np.inf)
    for s in body["shapes"]:
        size = s["size"]
        half = {"plane": lambda: [size[0] or np.inf, size[1] or np.inf, 0], "box": lambda: size, "sphere": lambda: [size[0]] * 3,
                "capsule": lambda: [size[0], size[0], size[0] + size[1]],
                "cylinder": lambda: [size[0], size[0], size[1]]}[s["kind"]]()
        with np.errstate(invalid="ignore"):
            reach = np.abs(rays.euler_matrix(*s.get("euler", (0, 0, 0)))) @ np.asarray(half, float)
        at = np.asarray(s.get("at", (0, 0, 0)), float)
        lower, upper = np.minimum(lower, at - reach), np.maximum(upper, at + reach)
    return lower, upper


def stacked(episode, row, view, shift_px=0.0):
    """Every drawn shape's hits of the view's pixels: ids (n, H, W) and depths, nearest first, far and 0 where there is none."""
    cam = episode.scene.cameras[view]
    ray = rays.camera_rays(episode.view("camera", view)[row].astype(float), cam["width"], cam["height"], shift_px)
    hits = []
    for i, b in enumerate(episode.scene.bodies):
        for k in range(len(b["shapes"])):
            alone = dict(b, shapes=[dict(s, hidden=s.get("hidden", False) or j != k) for j, s in enumerate(b["shapes"])])
            hits.append(rays.Hits([*episode.scene.bodies[:i], alone], episode.poses[row], ray, cam["near"], cam["far"], only=i))
    depth, ids, slack = (np.stack([getattr(h, name) for h in hits]) for name in ("depth", "ids", "slack"))
    order = np.argsort(depth, 0)
    return tuple(np.take_along_axis(a, order, 0) for a in (ids, depth, slack))


def grown_equal(picture):
    """Where a picture is the same in all 3x3 pixels."""
    height, width = picture.shape[-2:]
    grown = np.pad(picture, [(0, 0)] * (picture.ndim - 2) + [(1, 1), (1, 1)], mode="edge")
    same = np.ones((height, width), bool)
    for dy in range(3):
        for dx in range(3):
            equal = grown[..., dy:dy + height, dx:dx + width] == picture
            same &= equal.all(tuple(range(equal.ndim - 2)))
    return same


def test_layers_are_the_surfaces_behind_the_first(episode):
    compared = behind = edges = wrong = 0
    for view, row in views_and_rows(episode):
        if row % 2:
            continue
        ids, depth, slack = stacked(episode, row, view)
        # Surfaces in the same place may come in either order.
        apart = (np.diff(depth, axis=0) > slack[1:] + slack[:-1] + 2e-3) | (ids[1:] == 0)
        calm = grown_equal(ids[:5]) & apart[:5].all(0)
        for layer in (1, 2, 3):
            got, z = (episode.view(f"{name}_layer{layer}", view)[row] for name in ("segmentation", "depth"))
            want = ids[layer] if layer < len(ids) else np.zeros_like(got)
            assert np.array_equal(got[calm], want[calm]), (episode.scene.cameras[view]["name"], row, layer)
            at_edge = apart[:5].all(0) & ~grown_equal(want)
            edges, wrong = edges + at_edge.sum(), wrong + (got != want)[at_edge].sum()
            there = calm & (want > 0)
            if there.any():
                assert np.all(np.abs(z - depth[layer])[there] <= (slack[layer] + 2e-3 * depth[layer])[there])
            assert np.all(z[got == 0] == np.float32(episode.scene.cameras[view]["far"]))
            compared, behind = compared + calm.sum(), behind + there.sum()
    assert compared > 5000 and behind > 300
    assert wrong < EDGE_SHARE * edges, f"{wrong} of {edges} pixels at edges"


def test_amodal_masks_are_those_of_the_objects_drawn_alone(episode):
    hidden = edges = wrong = 0
    for view, row in views_and_rows(episode):
        cam = episode.scene.cameras[view]
        masks, ids = episode.view("amodal0", view)[row], episode.view("segmentation", view)[row]
        boxes, amodal = episode.view("box", view)[row], episode.view("box_amodal", view)[row]
        assert masks.min() >= 0 and not (masks >> len(episode.scene.bodies)).any()
        for i in range(len(episode.scene.bodies)):
            mask = (masks >> i) & 1 > 0
            alone = rays.Picture(episode.scene.bodies, episode.poses[row], episode.view("camera", view)[row].astype(float),
                                 cam["width"], cam["height"], cam["near"], cam["far"], only=i)
            assert np.mean(mask == (alone.ids > 0)) > 0.99, (cam["name"], row, i)
            calm = grown_equal((alone.ids > 0).astype(int))
            assert np.array_equal(mask[calm], (alone.ids > 0)[calm]), (cam["name"], row, i)
            edges, wrong = edges + (~calm).sum(), wrong + (mask != (alone.ids > 0)).sum()
            seen = ids == i + 1
            assert not (seen & ~mask).any(), "what is seen is covered"
            hidden += (mask & ~seen).sum()
            for box, pixels in ((boxes[i], seen), (amodal[i], mask)):
                v, u = np.nonzero(pixels)
                assert list(box) == ([u.min(), v.min(), u.max(), v.max()] if u.size else [-1] * 4)
            fraction = episode.view("visible_fraction", view)[row, i]
            assert np.isclose(fraction, seen.sum() / mask.sum() if mask.any() else -1, atol=1e-6)
    assert hidden > 100
    assert wrong < EDGE_SHARE * edges, f"{wrong} of {edges} pixels at edges"


def test_boxes_in_space_are_those_of_the_shapes(episode):
    for b, box in zip(episode.scene.bodies, episode.columns["object_box"][0]):
        lower, upper = box_of(b)
        if np.isfinite(upper - lower).all():
            assert np.allclose(box, np.concatenate([lower, upper]), atol=1e-6), b["name"]


# Each label as a mistake would have it. A fault gets the episode and the column's name and gives the column.
def sign(episode, name):
    return -episode.columns[name]


def a_row_late(episode, name):
    values = episode.columns[name]
    return np.concatenate([values[:1], values[:-1]])


def half_a_pixel(episode, name):
    """Smooth labels: the mean of four neighbours is what is half a pixel to the right and below."""
    values = episode.columns[name].astype(float)
    below = np.concatenate([values[:, 1:], values[:, -1:]], 1)
    both = values + below
    mean = (both + np.concatenate([both[:, :, 1:], both[:, :, -1:]], 2)) / 4
    kind = episode.columns[name].dtype
    return (np.round(mean) if kind.kind == "i" else mean).astype(kind)


def half_a_pixel_of_ids(episode, name):
    """Ids: what rays half a pixel to the right and below hit."""
    base, _, suffix = name.partition(".")
    view = [c["name"] for c in episode.scene.cameras].index(suffix) if suffix else 0
    out = np.zeros_like(episode.columns[name])
    class_of = np.concatenate([[0], episode.columns["object_info"][0][:, 1]])
    for row in range(episode.scene.frames):
        if base.startswith("segmentation_layer"):
            ids = stacked(episode, row, view, 0.5)[0]
            layer = int(base[-1])
            out[row] = ids[layer] if layer < len(ids) else 0
        elif base == "amodal0":
            cam = episode.scene.cameras[view]
            for i in range(len(episode.scene.bodies)):
                alone = rays.Picture(episode.scene.bodies, episode.poses[row], episode.view("camera", view)[row].astype(float),
                                     cam["width"], cam["height"], cam["near"], cam["far"], 0.5, only=i)
                out[row] |= (alone.ids > 0).astype(np.int64) << i
        else:
            hits = episode.picture(row, view, 0.5)
            out[row] = {"segmentation": hits.ids, "part": hits.parts, "class": class_of[hits.ids]}[base]
    return out


def a_pixel_aside(episode, name):
    return np.roll(episode.columns[name], 1, axis=2)


def one_off(episode, name):
    values = episode.columns[name]
    return np.where(values > 0, values % max(2, values.max()) + 1, values)


def bits_exchanged(episode, name):
    values = episode.columns[name]
    return (values >> 1) | ((values & 1) << 1)


def next_object(episode, name):
    return np.roll(episode.columns[name], 1, axis=1)


def bit_off(episode, name):
    return episode.columns[name] << 1


FLOW = test_flow_is_what_depth_poses_and_cameras_give
VALID = test_a_flow_is_valid_where_rays_see_the_point_again
IDS = test_parts_and_classes_are_those_that_rays_hit
LAYERS = test_layers_are_the_surfaces_behind_the_first
AMODAL = test_amodal_masks_are_those_of_the_objects_drawn_alone
FAULTS = [
    *[(column, fault, FLOW, (column, step)) for column, step in (("flow", 1), ("flow_backward", -1)) for fault in (sign, a_row_late, half_a_pixel)],
    *[("flow_valid", fault, VALID, (1, 1)) for fault in (bits_exchanged, a_row_late, a_pixel_aside)],
    *[("depth", fault, FLOW, ("flow", 1)) for fault in (a_row_late, half_a_pixel)],
    *[("scene_flow", fault, test_scene_flow_is_the_motion_through_the_world_in_camera_axes, ()) for fault in (sign, a_row_late, half_a_pixel)],
    *[(column, fault, IDS, ()) for column in ("segmentation", "part", "class") for fault in (one_off, a_row_late, half_a_pixel_of_ids)],
    *[("normal", fault, test_normals_are_the_surfaces_own_in_camera_axes, ()) for fault in (sign, a_row_late, half_a_pixel)],
    *[("object_coordinates", fault, test_object_coordinates_are_places_in_the_bodies_boxes, ()) for fault in (sign, a_row_late, half_a_pixel)],
    *[("segmentation_layer1", fault, LAYERS, ()) for fault in (one_off, a_row_late, half_a_pixel_of_ids)],
    *[("depth_layer1", fault, LAYERS, ()) for fault in (a_row_late, half_a_pixel)],
    *[("amodal0", fault, AMODAL, ()) for fault in (bit_off, a_row_late, half_a_pixel_of_ids)],
    *[(column, fault, AMODAL, ()) for column in ("box", "box_amodal", "visible_fraction") for fault in (a_row_late, next_object)],
    ("object_box", next_object, test_boxes_in_space_are_those_of_the_shapes, ()),
]


@contextlib.contextmanager
def broken(episode, column, fault):
    """The label of all views broken."""
    names = [name for name in episode.columns if name.partition(".")[0] == column]
    kept = {name: episode.columns[name] for name in names}
    episode.columns.update({name: fault(episode, name) for name in names})
    try:
        yield
    finally:
        episode.columns.update(kept)


@pytest.fixture(scope="module", params=RENDERERS)
def thrown(request, tmp_path_factory):
    made = Episode(MOVING["thrown"], tmp_path_factory.mktemp("thrown"), "mujoco", "--channels", CHANNELS, "--renderer", request.param)
    made.renderer = request.param
    return made


@pytest.mark.parametrize("column, fault, proof, arguments", FAULTS, ids=[f"{column}-{fault.__name__}" for column, fault, *_ in FAULTS])
def test_a_label_that_is_broken_is_refused(thrown, column, fault, proof, arguments):
    with broken(thrown, column, fault), pytest.raises(AssertionError):
        proof(thrown, *arguments)
