"""diorama stats against numpy on what stock h5py reads, and what it covers of what the scenario declares."""

import json
import pathlib

import h5py
import numpy as np
import pytest

from conftest import ALL_CHANNELS, LIBRARY, Cli

# Sums of doubles in another order; float32 values are exact in both.
RELATIVE = 1e-9

SCENARIO = """
name: "stats"
episode { frames: 7 frame_rate_hz: 24 }
dataset { seed: 3 episodes: 60 episodes_per_shard: 17 }
material { name: "grey" restitution: 0.3 }
body { name: "floor" motion: STATIC shape { plane {} material: "grey" } }
body { name: "ball" class_name: "ball" position_m { z: 0.6 } shape { sphere { radius_m: 0.1 } material: "grey" } }
camera { name: "front" width_px: 32 height_px: 24 fixed { position_m { x: 0 y: -2 z: 0.8 } look_at_m { z: 0.3 } } }
camera { name: "top" width_px: 20 height_px: 20 fixed { position_m { z: 2.5 } look_at_m {} } }
light { name: "sun" sun { azimuth_deg: 40 elevation_deg: 50 } }
vary { path: "body[ball].position_m.x" distribution { uniform { low: -0.2 high: 0.2 } } factor: "x" }
vary { path: "body[ball].shape[0].sphere.radius_m" distribution { log_uniform { low: 0.05 high: 0.2 } } factor: "radius" }
vary { path: "material[grey].restitution" distribution { truncated_normal { mean: 0.3 stddev: 0.1 low: 0.1 high: 0.5 } } factor: "bounce" }
vary { path: "material[grey].friction" distribution { choice { option { value: "0.2" } option { value: "0.8" weight: 3 } } } factor: "friction" }
vary { path: "body[ball].rotation" distribution { rotation {} } factor: "turn" }
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stats")
    (folder / "stats.textproto").write_text(SCENARIO)
    made = Cli()("generate", folder / "stats.textproto", "--out", folder / "set", "--progress", "none", "--channels", ALL_CHANNELS)
    assert made.returncode in (0, 6), made.stderr
    return folder / "set"


@pytest.fixture(scope="module")
def stats(dataset):
    result = Cli()("stats", dataset, "--json", "--workers", "2")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def values_of(name, data):
    """The numbers that are summed up: masks count objects."""
    values = data[name][...]
    if name.startswith("amodal"):
        return np.vectorize(lambda v: bin(v).count("1"))(values).astype(np.float64)
    return values.astype(np.float64)


def test_every_column_agrees_with_numpy(dataset, stats):
    with h5py.File(dataset / "index.h5") as data:
        expected = {name for name in data if name not in ("ep_len", "ep_offset", "observation")}
        assert set(stats["columns"]) == expected
        for name, about in stats["columns"].items():
            values = values_of(name, data)
            finite = values[np.isfinite(values)]
            assert about["count"] == finite.size and about["nan"] == np.isnan(values).sum(), name
            assert about["infinite"] == np.isinf(values).sum() and about["zero"] == (values == 0).sum(), name
            assert (about["min"], about["max"]) == (finite.min(), finite.max()), name
            scale = max(np.abs(finite).max(), 1e-12)
            assert abs(about["mean"] - finite.mean()) <= RELATIVE * scale, name
            assert abs(about["std"] - finite.std()) <= RELATIVE * scale, name
            histogram = about["histogram"]
            edges = histogram["low"] + histogram["bin_width"] * np.arange(len(histogram["counts"]) + 1)
            counted = np.histogram(finite, bins=np.append(edges[:-1], np.nextafter(edges[-1], -np.inf)))[0]
            assert histogram["counts"] == counted.tolist() and len(counted) <= 128, name
            for share, value in about["quantiles"].items():
                exact = np.quantile(finite, float(share), method="inverted_cdf")
                assert abs(value - exact) <= histogram["bin_width"] * 1.0001, (name, share, value, exact)


def test_components_agree_with_numpy(dataset, stats):
    checked = 0
    with h5py.File(dataset / "index.h5") as data:
        for name, about in stats["columns"].items():
            if "components" not in about:
                continue
            parts = about["components"]
            values = values_of(name, data).reshape(-1, int(np.prod(parts["shape"], dtype=int)))
            with np.errstate(all="ignore"):
                values = np.where(np.isfinite(values), values, np.nan)
                known = ~np.isnan(values).all(axis=0)
                for key, function in (("mean", np.nanmean), ("std", np.nanstd), ("min", np.nanmin), ("max", np.nanmax)):
                    got = np.array(parts[key])[known]
                    np.testing.assert_allclose(got, function(values[:, known], axis=0), rtol=RELATIVE, atol=RELATIVE, err_msg=f"{name} {key}")
            checked += values.shape[1]
    assert stats["columns"]["pixels"]["components"]["shape"] == [3] and stats["columns"]["flow"]["components"]["shape"] == [2]
    assert stats["columns"]["object_pose"]["components"]["shape"] == [2, 7] and checked > 100


def test_shares_of_nothing_agree_with_numpy(dataset, stats):
    with h5py.File(dataset / "index.h5") as data:
        far = json.loads((dataset / "dataset.json").read_text())["views"][0]["far_m"]
        for name, nothing in (("depth", data["depth"][...] == np.float32(far)), ("segmentation.top", data["segmentation.top"][...] == 0),
                              ("box", data["box"][...][..., 0] == -1), ("contact", data["contact"][...][..., 0] == -1),
                              ("object_info", data["object_info"][...][..., 0] == 0)):
            about = stats["columns"][name]["nothing"]
            assert (about["count"], about["of"]) == (nothing.sum(), nothing.size), name
        assert 0 < stats["columns"]["contact"]["nothing"]["count"]
        stored = sum(data_id.get_storage_size() for path in sorted((dataset / "shards").glob("*.h5"))
                     for data_id in [h5py.File(path)["depth"].id])
        assert stats["columns"]["depth"]["stored_bytes"] == stored
        assert stats["columns"]["depth"]["plain_bytes"] == data["depth"].size * 4


def test_lengths_and_rejections_are_those_of_the_manifest(dataset, stats):
    manifest = json.loads((dataset / "dataset.json").read_text())
    assert stats["episodes"] == manifest["episodes"] and stats["rows"] == manifest["rows"] == 7 * manifest["episodes"]
    assert stats["rejected"]["count"] == len(manifest["rejected"])
    assert (stats["episode_rows"]["min"], stats["episode_rows"]["max"], stats["episode_rows"]["std"]) == (7, 7, 0)


def test_coverage_of_factors_is_that_of_the_declared_distributions(dataset, stats):
    with h5py.File(dataset / "index.h5") as data:
        first = data["ep_offset"][...]
        for factor in stats["factors"]:
            drawn = data["variation." + factor["name"]][...][first]
            if factor["name"] == "turn":
                drawn = 2 * np.arccos(np.minimum(1, np.abs(drawn[:, 0].astype(float))))[:, None]
            drawn = drawn[:, 0].astype(float)
            assert factor["count"] == len(first) and factor["min"] == pytest.approx(drawn.min(), abs=1e-12)
            assert factor["counts"] == np.histogram(drawn, bins=factor["edges"])[0].tolist()
            assert sum(factor["expected_share"]) == pytest.approx(1) and factor["outside"] == 0
            observed = np.cumsum(factor["counts"]) / len(first) - np.cumsum(factor["expected_share"])
            assert factor["distance"] == pytest.approx(np.abs(observed).max()) and factor["as_declared"]
        by_name = {f["name"]: f for f in stats["factors"]}
        assert by_name["friction"]["labels"] == ["0.2", "0.8"] and by_name["friction"]["expected_share"] == [0.25, 0.75]
        np.testing.assert_allclose(by_name["x"]["expected_share"], 0.05)
        np.testing.assert_allclose(np.diff(np.log(by_name["radius"]["edges"])), np.log(4) / 20)
        angle = np.array(by_name["turn"]["edges"])
        np.testing.assert_allclose(by_name["turn"]["expected_share"], np.diff((angle - np.sin(angle)) / np.pi))
        pair = next(p for p in stats["pairs"] if p["factors"] == ["x", "radius"])
        x, radius = data["variation.x"][...][first, 0].astype(float), data["variation.radius"][...][first, 0].astype(float)
        cells = np.histogram2d((x + 0.2) / 0.4, np.log(radius / 0.05) / np.log(4), bins=8, range=[[0, 1], [0, 1]])[0]
        assert pair["counts"] == cells.astype(int).ravel().tolist()
        assert pair["cells_covered"] == pytest.approx((cells > 0).mean())


def test_kept_episodes_that_are_not_drawn_as_declared_are_told(cli, tmp_path):
    # The wall rejects every ball that is drawn inside it: the right half of the range.
    scenario = SCENARIO.replace("episodes: 60", "episodes: 40").replace(
        'light {', 'body { name: "wall" motion: STATIC position_m { x: 0.35 z: 0.6 } shape { box { half_x_m: 0.3 half_y_m: 1 half_z_m: 1 } } }\nlight {')
    (tmp_path / "s.textproto").write_text(scenario)
    assert cli("generate", tmp_path / "s.textproto", "--out", tmp_path / "set", "--progress", "none").returncode == 6
    about = json.loads(cli("stats", tmp_path / "set", "--json", "--columns", "action").stdout)
    assert about["rejected"]["count"] > 5 and sum(about["rejected"]["reasons"].values()) == about["rejected"]["count"]
    x = next(f for f in about["factors"] if f["name"] == "x")
    assert not x["as_declared"] and x["range_covered"] < 0.9
    assert "not drawn as declared" in cli("stats", tmp_path / "set").stdout


def test_the_result_does_not_depend_on_the_number_of_workers(cli, dataset, stats):
    for workers in (1, 5):
        assert json.loads(cli("stats", dataset, "--json", "--workers", workers).stdout) == stats


def test_text_lists_every_column_and_plots_are_pictures(cli, dataset, tmp_path):
    result = cli("stats", dataset, "--components", "--plots", tmp_path / "plots")
    assert result.returncode == 0
    for word in ("60 drawn", "pixels.top", "uniform in [-0.2, 0.2)", "[1, 6]", "no hit", "pairs of factors"):
        assert word in result.stdout, word
    for name in ("overview", "columns", "factors", "pairs"):
        assert (tmp_path / f"plots/{name}.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_an_unknown_column_is_named(cli, dataset):
    result = cli("stats", dataset, "--columns", "pixel")
    assert result.returncode == 3 and "did you mean 'pixels'" in result.stderr


def test_a_dataset_without_factors_and_with_actions(cli, tmp_path):
    made = cli("generate", LIBRARY / "pushing.textproto", "--out", tmp_path / "set", "--episodes", 2, "--progress", "none", "--set", "episode.frames=5")
    assert made.returncode in (0, 6), made.stderr
    about = json.loads(cli("stats", tmp_path / "set", "--json", "--columns", "action,reward").stdout)
    assert about["columns"]["reward"]["nan"] == about["episodes"] and about["columns"]["action"]["nan"] == 2 * about["episodes"]
    assert pathlib.Path(about["path"]) == tmp_path / "set"
