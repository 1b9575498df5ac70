"""Cameras: from a row of the column `camera` to matrices. World right-handed, z up; camera x right, y down,
z forward; pixel (0, 0) is the centre of the top-left pixel."""

from __future__ import annotations

import numpy as np


def _rotation(quaternion: np.ndarray) -> np.ndarray:
    """(..., 4) w, x, y, z to (..., 3, 3)."""
    q = quaternion / np.linalg.norm(quaternion, axis=-1, keepdims=True)
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def _rows(camera: np.ndarray) -> np.ndarray:
    camera = np.asarray(camera, dtype=np.float64)
    if camera.shape[-1:] != (11,):
        raise ValueError(f"a row of `camera` has 11 values, not an array of shape {camera.shape}")
    return camera


def world_from_camera(camera: np.ndarray) -> np.ndarray:
    """(..., 11) rows of `camera` to (..., 4, 4) float64: takes points of the camera frame (m) to the world."""
    camera = _rows(camera)
    matrix = np.zeros(camera.shape[:-1] + (4, 4))
    matrix[..., :3, :3] = _rotation(camera[..., 3:7])
    matrix[..., :3, 3] = camera[..., :3]
    matrix[..., 3, 3] = 1.0
    return matrix


def intrinsics(camera: np.ndarray) -> np.ndarray:
    """(..., 11) rows of `camera` to K (..., 3, 3) float64: takes camera metres to pixels."""
    camera = _rows(camera)
    matrix = np.zeros(camera.shape[:-1] + (3, 3))
    matrix[..., 0, 0] = camera[..., 7]
    matrix[..., 1, 1] = camera[..., 8]
    matrix[..., 0, 2] = camera[..., 9]
    matrix[..., 1, 2] = camera[..., 10]
    matrix[..., 2, 2] = 1.0
    return matrix


def project(points_world: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Points (P, 3) m in the world, seen by one camera row (11,): (P, 3) u px, v px, depth z m."""
    pose = world_from_camera(camera)
    points = (np.asarray(points_world, dtype=np.float64) - pose[:3, 3]) @ pose[:3, :3]
    pixels = points @ intrinsics(camera).T
    return np.concatenate([pixels[:, :2] / points[:, 2:], points[:, 2:]], axis=1)


def unproject(depth: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Planar depth (H, W) m of one camera row (11,): (H, W, 3) m, points in the world."""
    camera = _rows(camera)
    depth = np.asarray(depth, dtype=np.float64)
    v, u = np.mgrid[: depth.shape[0], : depth.shape[1]]
    x = (u - camera[9]) / camera[7] * depth
    y = (v - camera[10]) / camera[8] * depth
    pose = world_from_camera(camera)
    return np.stack([x, y, depth], axis=-1) @ pose[:3, :3].T + pose[:3, 3]
