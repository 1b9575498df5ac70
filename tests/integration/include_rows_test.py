"""Arrows point down: every #include of ours goes to the same or a lower row, and third-party headers stay in their leaf."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Folder -> folders that its files may include from. A file belongs to the longest matching folder.
ROWS = {
    "engine/core": [],
    "engine/scene": ["engine/core"],
    "engine/physics": ["engine/core", "engine/scene"],
    "engine/physics/mujoco": ["engine/core", "engine/scene", "engine/physics"],
    "engine/physics/bullet": ["engine/core", "engine/scene", "engine/physics"],
    "schemas": [],
    "scenes": ["engine/core", "engine/scene", "schemas"],
    "renderers": ["engine/core", "engine/scene"],
    "renderers/levels": ["engine/core", "engine/scene", "renderers"],
    "renderers/raycast": ["engine/core", "engine/scene", "renderers", "renderers/levels"],
    "renderers/vulkan": ["engine/core", "engine/scene", "renderers", "renderers/levels"],
    "exporters/labels": ["engine/core", "engine/scene", "renderers"],
    "exporters/shard": ["engine/core", "engine/scene", "renderers", "exporters/labels"],
    "exporters/capi": ["engine/core", "exporters/shard"],
    "apps/pipeline": ["engine/core", "engine/scene", "engine/physics", "engine/physics/mujoco", "engine/physics/bullet",
                      "schemas", "scenes", "renderers", "renderers/raycast", "renderers/vulkan", "exporters/labels",
                      "exporters/shard"],
    "apps/bench": None,  # measures the inside of every leaf
    "apps/editor/document": ["engine/core", "engine/scene", "schemas", "scenes"],
    "apps/editor/command": ["engine/core", "schemas", "scenes", "apps/editor/document"],
    "apps/editor/session": ["engine/core", "engine/scene", "engine/physics", "schemas", "scenes", "renderers",
                            "exporters/shard", "apps/pipeline"],
    "apps/editor/ui": ["engine/core", "renderers/vulkan"],
    "apps/editor/action": ["engine/core", "apps/editor/ui"],
    "apps/editor/app": ["engine/core", "engine/scene", "schemas", "scenes", "renderers", "renderers/vulkan", "apps/pipeline",
                        "apps/editor/document", "apps/editor/command", "apps/editor/ui", "apps/editor/action",
                        "apps/editor/session", "apps/editor/panel"],
    "apps/editor/panel": ["engine/core", "engine/scene", "engine/physics", "schemas", "scenes", "renderers", "exporters/shard",
                          "apps/pipeline", "apps/editor/document", "apps/editor/command", "apps/editor/ui",
                          "apps/editor/action", "apps/editor/session", "apps/editor/app"],
    "apps/cli": ["engine/core", "engine/scene", "schemas", "scenes", "renderers", "renderers/raycast", "renderers/vulkan",
                 "exporters/shard", "apps/pipeline", "apps/bench"],
}

# Third-party header -> folders that may include it.
LEAVES = {
    r"mujoco/": ["engine/physics/mujoco", "apps/bench"],
    r"(bullet/)?(bt|Bullet|LinearMath)": ["engine/physics/bullet", "apps/bench"],
    r"embree3/": ["renderers/levels", "renderers/raycast"],
    r"meshoptimizer": ["renderers/levels"],
    r"vulkan/": ["renderers/vulkan"],
    r"(hdf5|H5\w*)\.h": ["exporters/shard", "apps/bench"],
    r"libdeflate": ["exporters/shard", "apps/bench"],
    r"assimp/": ["engine/scene"],
    r"tinyxml2": ["engine/physics/mujoco"],
    r"CLI/": ["apps/cli"],
    r"(EGL|GL)/": ["apps/bench"],
    r"google/protobuf/": ["scenes", "apps/editor/document", "apps/editor/command", "apps/editor/panel"],
    r"imgui": ["apps/editor/ui", "apps/editor/panel"],
    r"GLFW/": ["apps/editor/app"],
    r"ft2build": ["apps/pipeline"],
}
# These never show in a header that another folder includes.
HIDDEN = [r"mujoco/", r"(bullet/)?(bt|Bullet|LinearMath)", r"(hdf5|H5\w*)\.h", r"vulkan/", r"embree3/", r"libdeflate", r"assimp/", r"tinyxml2"]


def folder_of(path: str) -> str:
    matching = [row for row in ROWS if path.startswith(row + "/")]
    return max(matching, key=len) if matching else ""


def main() -> int:
    problems = []
    includes = {}
    sources = [p for top in ("engine", "schemas", "scenes", "renderers", "exporters", "apps")
               for p in sorted((ROOT / top).rglob("*")) if p.suffix in (".h", ".cc")]
    for source in sources:
        name = source.relative_to(ROOT).as_posix()
        includes[name] = re.findall(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', source.read_text(), re.M)
        if not folder_of(name):
            problems.append(f"{name}: its folder is in no row of {pathlib.Path(__file__).name}")

    public = set()
    for name, found in includes.items():
        folder = folder_of(name)
        allowed = ROWS.get(folder, [])
        for mark, target in found:
            if mark == "<":
                for pattern, homes in LEAVES.items():
                    if re.match(pattern, target) and folder not in homes:
                        problems.append(f"{name}: includes <{target}>, which belongs to {', '.join(homes)} alone")
                continue
            if target.endswith(".inc"):  # compiled shaders
                continue
            home = folder_of(target)
            if not home:
                problems.append(f'{name}: "{target}" is not written from the repository root')
            elif home != folder:
                public.add(target)
                if allowed is not None and home not in allowed:
                    problems.append(f"{name}: includes {target}, but {folder} may not look up or aside at {home}")
    for header in sorted(public & includes.keys()):
        if header.startswith("renderers/vulkan/vk_"):
            continue  # owners over Vulkan, opened for apps/editor
        if header.startswith("engine/physics/") and header.count("/") == 3 and folder_of(header) != "engine/physics":
            if header.rsplit("/", 1)[1] not in ("mujoco_world.h", "bullet_world.h"):
                continue  # opened for apps/bench alone
        for mark, target in includes[header]:
            if mark == "<" and any(re.match(pattern, target) for pattern in HIDDEN):
                problems.append(f"{header}: a public header includes <{target}>")

    for problem in problems:
        print(problem)
    print(f"{len(sources)} files, {len(problems)} problems")
    return 1 if problems or len(sources) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
