"""Pictures of simple bodies by analytic ray casting, from nothing but a camera row and object poses: an independent
judge of the depth and segmentation columns. numpy only; metres, radians, quaternions w, x, y, z."""

import numpy as np

ENDLESS_M = 1e6


def rotation_matrix(q):
    w, x, y, z = np.asarray(q, float) / np.linalg.norm(q)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                     [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                     [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])


def euler_matrix(roll_deg=0.0, pitch_deg=0.0, yaw_deg=0.0):
    """First roll about x, then pitch about y, then yaw about z, all fixed axes."""
    r, p, y = np.radians([roll_deg, pitch_deg, yaw_deg])
    rx = np.array([[1, 0, 0], [0, np.cos(r), -np.sin(r)], [0, np.sin(r), np.cos(r)]])
    ry = np.array([[np.cos(p), 0, np.sin(p)], [0, 1, 0], [-np.sin(p), 0, np.cos(p)]])
    rz = np.array([[np.cos(y), -np.sin(y), 0], [np.sin(y), np.cos(y), 0], [0, 0, 1]])
    return rz @ ry @ rx


def look_at_matrix(eye, target, up=(0, 0, 1)):
    """World from camera of x right, y down, z forward; the picture's up is `up`."""
    forward = np.asarray(target, float) - eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward], 1)


def pixel_rays(row, u, v):
    """Origin and directions in the world, of camera z = 1, so that a ray's parameter is planar depth, through (u, v)."""
    fx, fy, cx, cy = row[7:11]
    local = np.stack([(u - cx) / fx, (v - cy) / fy, np.ones_like(u, float)], -1)
    return np.asarray(row[:3], float), local @ rotation_matrix(row[3:7]).T


def camera_rays(row, width, height, shift_px=0.0):
    """Those of all pixels, (H, W, 3)."""
    return pixel_rays(row, *np.meshgrid(np.arange(width) + shift_px, np.arange(height) + shift_px))


def _roots(a, b, c):
    """The smaller and larger root of a t^2 + 2 b t + c, inf where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        disc = b * b - a * c
        root = np.sqrt(np.maximum(disc, 0))
        bad = (disc < 0) | (np.abs(a) < 1e-15)
        return np.where(bad, np.inf, (-b - root) / a), np.where(bad, np.inf, (-b + root) / a)


def _ball(o, d, center, radius):
    p = o - center
    return _roots((d * d).sum(-1), (d * p).sum(-1), (p * p).sum() - radius * radius)[0]


def _tube(o, d, radius, half):
    near, _ = _roots((d[..., :2] ** 2).sum(-1), (d[..., :2] * o[:2]).sum(-1), (o[:2] ** 2).sum() - radius * radius)
    with np.errstate(invalid="ignore"):
        z = o[2] + near * d[..., 2]
    return np.where(np.abs(z) <= half, near, np.inf)


def cast(kind, size, o, d):
    """Depth of the first hit from outside in the shape's frame, and its normal there."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "plane":
            t = -o[2] / d[..., 2]
            p = o + t[..., None] * d
            half = [s if s > 0 else ENDLESS_M for s in size]
            t = np.where((np.abs(p[..., 0]) <= half[0]) & (np.abs(p[..., 1]) <= half[1]), t, np.inf)
            return t, np.broadcast_to([0.0, 0.0, 1.0], d.shape)
        if kind == "box":
            half = np.asarray(size, float)
            lo, hi = (-half - o) / d, (half - o) / d
            enter, leave = np.minimum(lo, hi), np.maximum(lo, hi)
            t = enter.max(-1)
            t = np.where(t <= leave.min(-1), t, np.inf)
            normal = np.eye(3)[enter.argmax(-1)]
            return t, normal
        if kind == "sphere":
            t = _ball(o, d, np.zeros(3), size[0])
            return t, (o + np.where(np.isfinite(t), t, 0)[..., None] * d) / size[0]
        radius, half = size
        side = _tube(o, d, radius, half)
        if kind == "capsule":
            ends = [_ball(o, d, np.array([0, 0, s * half]), radius) for s in (-1, 1)]
            t = np.minimum(side, np.minimum(*ends))
            p = o + np.where(np.isfinite(t), t, 0)[..., None] * d
            p = p - np.stack([np.zeros_like(t), np.zeros_like(t), np.clip(p[..., 2], -half, half)], -1)
            return t, p / radius
        assert kind == "cylinder"
        t, cap = side, None
        for s in (-1, 1):
            tc = (s * half - o[2]) / d[..., 2]
            p = o[:2] + tc[..., None] * d[..., :2]
            tc = np.where(((p * p).sum(-1) <= radius * radius) & (tc > 0), tc, np.inf)
            cap = tc if cap is None else np.minimum(cap, tc)
        p = o + np.where(np.isfinite(side), side, 0)[..., None] * d
        normal = np.stack([p[..., 0] / radius, p[..., 1] / radius, np.zeros_like(t)], -1)
        normal = np.where((cap < side)[..., None], [0.0, 0.0, 1.0], normal)
        return np.minimum(side, cap), normal


def chord_error_m(kind, size):
    """How far the drawn facets (32 segments about z, 16 bands) may lie inside of the true surface."""
    segment, band = np.cos(np.pi / 32), np.cos(np.pi / 32)
    return {"sphere": size[0] * (1 - segment * band), "capsule": size[0] * (1 - segment * band),
            "cylinder": size[0] * (1 - segment)}.get(kind, 0.0)


class Hits:
    """What rays hit, each (...): ids, parts (from 1 within the body), shapes (a number per shape, for edges), depth and the
    depth's tolerance from facets."""

    def __init__(self, bodies, poses, rays, near, far, only=None):
        origin, direction = rays
        size = direction.shape[:-1]
        self.depth = np.full(size, float(far))
        self.ids, self.parts, self.shapes = np.zeros(size, int), np.zeros(size, int), np.zeros(size, int)
        self.slack = np.zeros(size)
        self.planar = np.zeros(size, bool)
        count = 0
        for i, body in enumerate(bodies):
            world_body = rotation_matrix(poses[i, 3:7])
            for part, shape in enumerate(body["shapes"], 1):
                count += 1
                if shape.get("hidden") or (only is not None and i != only):
                    continue
                turn = world_body @ euler_matrix(*shape.get("euler", (0, 0, 0)))
                place = poses[i, :3] + world_body @ np.asarray(shape.get("at", (0, 0, 0)), float)
                d = direction @ turn
                t, normal = cast(shape["kind"], shape["size"], (origin - place) @ turn, d)
                seen = (t >= near) & (t < self.depth)
                self.depth[seen] = t[seen]
                self.ids[seen], self.parts[seen], self.shapes[seen] = i + 1, part, count
                cosine = np.abs((normal * d).sum(-1)) / np.linalg.norm(d, axis=-1)
                chord = chord_error_m(shape["kind"], shape["size"])
                self.slack[seen] = (chord / np.maximum(cosine, 0.02))[seen]
                self.planar[seen] = shape["kind"] in ("plane", "box")


def around(bodies, poses, row, u, v, near, far):
    """The hits at pixels (u, v), and whether all rays within a pixel about each meet the same shape; `row` as pixel_rays'."""
    here, alike = None, np.ones(np.shape(u), bool)
    for du in (0, -1, 1):
        for dv in (0, -1, 1):
            hits = Hits(bodies, poses, pixel_rays(row, u + du, v + dv), near, far)
            here = here or hits
            alike &= hits.shapes == here.shapes
    return here, alike


class Picture(Hits):
    """The hits of a camera's pixels, (H, W)."""

    def __init__(self, bodies, poses, row, width, height, near, far, shift_px=0.0, only=None):
        super().__init__(bodies, poses, camera_rays(row, width, height, shift_px), near, far, only)

    def inner(self):
        """Pixels farther than 1 px from an edge between shapes."""
        grown = np.pad(self.shapes, 1, mode="edge")
        height, width = self.shapes.shape
        same = np.ones_like(self.planar)
        for dy in range(3):
            for dx in range(3):
                same &= grown[dy:dy + height, dx:dx + width] == self.shapes
        return same


def surface_normals(body, parts, points):
    """Outward unit normals of a body's surfaces at points (n, 3) of its frame, which lie on (or within a facet's chord
    of) its parts (n,)."""
    normals = np.zeros_like(points)
    for part, shape in enumerate(body["shapes"], 1):
        own = parts == part
        turn = euler_matrix(*shape.get("euler", (0, 0, 0)))
        p = (points[own] - np.asarray(shape.get("at", (0, 0, 0)), float)) @ turn
        kind, size = shape["kind"], shape["size"]
        if kind == "plane":
            n = np.broadcast_to([0.0, 0.0, 1.0], p.shape)
        elif kind == "box":
            n = np.eye(3)[(np.abs(p) - size).argmax(-1)] * np.sign(p)
        elif kind == "sphere":
            n = p
        elif kind == "capsule":
            n = p - np.stack([0 * p[:, 0], 0 * p[:, 0], np.clip(p[:, 2], -size[1], size[1])], -1)
        else:
            side = np.hypot(p[:, 0], p[:, 1]) - size[0] * np.cos(np.pi / 32)
            cap = np.abs(p[:, 2]) - size[1] > side - 2e-3
            n = np.where(cap[:, None], np.sign(p) * [0, 0, 1], p * [1, 1, 0])
        normals[own] = n / np.linalg.norm(n, axis=-1, keepdims=True) @ turn.T
    return normals
