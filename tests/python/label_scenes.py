"""Scenarios that the label tests generate with the built program, and their columns."""

import json
import os
import subprocess

import h5py

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
    parts += [f"class_name: \"{b['class_name']}\""] if "class_name" in b else []
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

# Things in motion before cameras in motion: for what needs the row before and after. Small, so that many are quick.
ORBIT = "orbit { center_m { z: 0.4 } radius_m: 2.4 height_m: 1.1 phase_deg: 20 rate_deg_s: 90 }"
THROWN = Scene("thrown", 6, [
    body("floor", plane(), static=True, class_name="ground"),
    body("block", box(0.2, 0.15, 0.25), at=(-0.4, 0, 0.8), euler=(20, 30, 40), class_name="brick",
         text="angular_velocity_rad_s { x: 4 y: -5 z: 3 } linear_velocity_m_s { x: 1.5 z: 2 }"),
    body("ball", sphere(0.25), at=(0.4, -0.3, 0.9), class_name="ball", text="linear_velocity_m_s { y: 2 z: 1 }"),
    body("pill", capsule(0.12, 0.2), at=(0.1, 0.6, 1), euler=(0, 50, 10), text="angular_velocity_rad_s { x: 7 }"),
    body("can", cylinder(0.15, 0.18), at=(-0.7, -0.6, 1), euler=(60, 0, 20), class_name="ball",
         text="angular_velocity_rad_s { y: 5 } linear_velocity_m_s { x: 1 }"),
], [camera("main", 96, 72, ORBIT), camera("low", 72, 56, "look_at { position_m { x: -1.8 y: -1.6 z: 0.5 } body: \"block\" }", far=6)])

RIDDEN = Scene("ridden", 6, [
    body("floor", plane(4, 4), static=True),
    body("raft", box(0.5, 0.3, 0.1), box(0.05, 0.05, 0.3, at=(0.3, 0.1, 0.4)), sphere(0.15, at=(-0.2, 0, 0.25)), at=(0, 0, 1.2),
         class_name="raft", text="linear_velocity_m_s { x: 1 z: 3 } angular_velocity_rad_s { z: 2 }"),
    body("post", cylinder(0.2, 0.5), at=(1.4, 0.5, 0.5), static=True, class_name="post"),
    body("wall", box(0.05, 1.5, 0.6), at=(2.2, 0, 0.6), euler=(0, 0, 15), static=True),
], [camera("main", 96, 72, "mounted { body: \"raft\" position_m { x: -1.2 y: -0.3 z: 0.8 } look_at_m { x: 0.6 z: 0 } }", fov=60),
    camera("side", 64, 64, ORBIT)])

CROWD = Scene("crowd", 6, [
    body("floor", plane(3, 3), static=True),
    *[body(f"b{i}", box(0.12, 0.12, 0.12) if i % 2 else sphere(0.14), at=(-0.9 + 0.3 * i, 0.25 * (i % 3) - 0.3, 0.5 + 0.1 * (i % 4)),
           euler=(10 * i, 20, 5 * i), class_name=("odd" if i % 2 else "even"),
           text=f"linear_velocity_m_s {{ x: {0.8 - 0.25 * i} y: {0.5 - 0.2 * (i % 3)} z: 1.5 }} angular_velocity_rad_s {{ x: {i} z: 3 }}")
      for i in range(7)],
], [camera("main", 96, 72, ORBIT), camera("top", 64, 64, "orbit { body: \"b3\" center_m { z: 0.5 } radius_m: 0.8 height_m: 2 rate_deg_s: -120 }")])

ARM = Scene("arm", 6, [
    body("base", cylinder(0.25, 0.05), at=(0, 0, 0.05), static=True),
    body("upper", box(0.08, 0.08, 0.3, at=(0, 0, 0.35)), at=(0, 0, 0.3),
         text='joint { name: "shoulder" type: HINGE axis { y: 1 } position_deg: 30 velocity_deg_s: 240 }'),
    body("fore", capsule(0.06, 0.2, at=(0, 0, 0.25)), box(0.15, 0.03, 0.03, at=(0, 0, 0.5)), at=(0, 0, 0.75),
         text='parent: "upper" joint { name: "elbow" type: HINGE axis { y: 1 } position_deg: 40 velocity_deg_s: -300 }'),
    body("screen", plane(1.2, 1), at=(0, 1.2, 0.7), euler=(90, 0, 0), static=True),
], [camera("main", 96, 72, "orbit { center_m { z: 0.7 } radius_m: 2.3 height_m: 0.3 phase_deg: 250 rate_deg_s: 60 }"),
    camera("hand", 64, 48, "mounted { body: \"fore\" position_m { x: 0.6 y: -0.6 z: 0.3 } look_at_m { z: 0.3 } }", fov=75)])

MOVING = {scene.name: scene for scene in (THROWN, RIDDEN, CROWD, ARM, FALLING)}
SCENES = {scene.name: scene for scene in (FALLING, RESTING, MACHINE)}


class Episode:
    """The one episode of a generated dataset: columns by name, all in memory."""

    def __init__(self, scene, folder, engine="mujoco", *options):
        self.scene = scene
        path = folder / f"{scene.name}.textproto"
        path.write_text(scene.text())
        done = subprocess.run([PROGRAM, "generate", path, "--out", folder / "set", "--episodes", "1", "--physics", engine,
                               "--progress", "none", "--seed", "3", *options], capture_output=True, text=True, timeout=120)
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
