#include "exporters/shard/verify_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "engine/core/text.h"
#include "exporters/labels/boxes.h"
#include "exporters/labels/events.h"
#include "exporters/shard/column_values.h"
#include "exporters/shard/columns.h"

namespace diorama {
namespace {

using Values = ColumnValues;

constexpr double kUnitTolerance = 1e-4;      // of quaternions and normals in float32
constexpr double kActionLimit = 1.0 + 1e-6;  // float32 of a value in [-1, 1]
constexpr double kTimeToleranceS = 1e-9;

std::string view_of(const std::string& column) {
  const std::size_t dot = column.find('.');
  return dot == std::string::npos ? "" : column.substr(dot + 1);
}

/// Checks one episode; each rule is one function that gets its column.
class EpisodeCheck {
 public:
  EpisodeCheck(const ClipReader& reader, const DatasetFacts& facts, std::int64_t position, Findings& findings)
      : reader_(reader), facts_(facts), position_(position), findings_(findings), rows_(reader.episode_rows(position)) {
    for (const ClipShard& shard : reader.manifest().shards) {
      const std::int64_t in_shard = position - shard.first_episode;
      if (in_shard < 0 || in_shard >= static_cast<std::int64_t>(shard.episodes.size())) continue;
      file_ = shard.file;
      episode_ = shard.episodes[static_cast<std::size_t>(in_shard)];
    }
  }

  using Rule = void (EpisodeCheck::*)(const Values&);
  static const std::map<std::string, Rule>& rules();

  void run() {
    const std::vector<ClipColumn>& columns = reader_.manifest().columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].stored != i) continue;
      const Values* const values = load(columns[i].name);
      if (values == nullptr) continue;
      const auto rule = rules().find(base_name(columns[i].name));
      if (rule != rules().end()) {
        (this->*rule->second)(*values);
      } else {
        finite(*values);
      }
      // Pictures take the most memory and only ids are looked at again.
      if (columns[i].chunk_rows == 1 && columns[i].name != "segmentation") loaded_.erase(columns[i].name);
    }
  }

 private:
  /// The column's rows; null if there is no such column or it cannot be read, which is a finding then.
  const Values* load(const std::string& name) {
    const auto known = loaded_.find(name);
    if (known != loaded_.end()) return &known->second;
    if (unreadable_.contains(name) || !Values::has_column(reader_, name)) return nullptr;
    Result<Values> values = Values::read(reader_, name, position_);
    if (!values.ok()) {
      unreadable_[name] = true;
      findings_.add({file_, episode_, -1, name, "cannot be read", "", values.status().message()});
      return nullptr;
    }
    return &loaded_.emplace(name, std::move(values).value()).first->second;
  }

  void report(const Values& values, std::int64_t row, const std::string& problem, const std::string& expected,
              const std::string& found) {
    findings_.add({file_, episode_, row, values.column().name, problem, expected, found});
  }
  void report(const Values& values, std::int64_t row, const std::string& problem, const std::string& expected, double found) {
    report(values, row, problem, expected, format_number(found));
  }

  /// Whether `good(value)` holds for all values of all rows; the first that fails in each row is reported.
  template <typename Good>
  void each(const Values& values, const std::string& problem, const std::string& expected, const Good& good) {
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::size_t k = 0; k < values.width(); ++k) {
        const double v = values.at(row, k);
        if (good(v, row, k)) continue;
        report(values, row, problem + " (value " + std::to_string(k) + ")", expected, v);
        break;
      }
    }
  }

  void anything(const Values&) {}

  void finite(const Values& values) {
    each(values, "not a finite number", "a finite number", [](double v, std::int64_t, std::size_t) { return std::isfinite(v); });
  }

  void constant(const Values& values) {
    for (std::int64_t row = 1; row < rows_; ++row) {
      if (values.same_rows(0, row)) continue;
      report(values, row, "changes within the episode", "the values of frame 0", "others");
      return;
    }
  }

  void depth(const Values& values) {
    const auto far = facts_.far_m.find(view_of(values.column().name));
    const double scale = values.column().unit == "mm" ? 1e-3 : 1.0;
    const double most = (far == facts_.far_m.end() ? std::numeric_limits<double>::max() : far->second) * (1.0 + 1e-3);
    each(values, "depth is out of range", "above 0 and at most far_m = " + format_number(most / (1.0 + 1e-3)) + " m",
         [&](double v, std::int64_t, std::size_t) { return v > 0.0 && v * scale <= most; });
  }

  void segmentation(const Values& values) {
    const Values* const info = load("object_info");
    const auto slots = static_cast<double>(facts_.num_objects);
    each(values, "an object id that no object of this episode has", "0 or 1 + the index of a present object",
         [&](double v, std::int64_t row, std::size_t) {
           if (v < 0.0 || v > slots) return false;
           if (v == 0.0 || info == nullptr) return true;
           return info->at(row, (static_cast<std::size_t>(v) - 1) * kObjectInfoValues) == 1.0;
         });
  }

  void action(const Values& values) {
    if (!facts_.has_actuators) {
      return each(values, "an action without an actuator", "0", [](double v, std::int64_t, std::size_t) { return v == 0.0; });
    }
    each(values, "no action", "-1 to 1, and NaN in the last frame", [&](double v, std::int64_t row, std::size_t) {
      return row + 1 == rows_ ? std::isnan(v) : std::fabs(v) <= kActionLimit;
    });
  }

  void reward(const Values& values) {
    each(values, "no reward", "a finite number, and NaN in the first frame",
         [](double v, std::int64_t row, std::size_t) { return row == 0 ? std::isnan(v) : std::isfinite(v); });
  }

  void flag(const Values& values) {
    each(values, "not a truth value", "0 or 1", [](double v, std::int64_t, std::size_t) { return v == 0.0 || v == 1.0; });
  }

  void truncated(const Values& values) {
    each(values, "the mark of the last frame", "1 in the last frame, else 0",
         [&](double v, std::int64_t row, std::size_t) { return v == (row + 1 == rows_ ? 1.0 : 0.0); });
  }

  void time(const Values& values) {
    each(values, "not the frame's time", "frame / " + format_number(facts_.frame_rate_hz) + " Hz",
         [&](double v, std::int64_t row, std::size_t) {
           return std::fabs(v - static_cast<double>(row) / facts_.frame_rate_hz) <= kTimeToleranceS;
         });
  }

  void episode_idx(const Values& values) {
    each(values, "another episode's number", std::to_string(episode_),
         [&](double v, std::int64_t, std::size_t) { return v == static_cast<double>(episode_); });
  }

  void step_idx(const Values& values) {
    each(values, "not the number of the frame", "the frame",
         [](double v, std::int64_t row, std::size_t) { return v == static_cast<double>(row); });
  }

  /// Whether the object in slot `object` is in this episode; true without object_info.
  bool is_present(std::size_t object) {
    const Values* const info = load("object_info");
    return info == nullptr || info->at(0, object * kObjectInfoValues) == 1.0;
  }

  void object_pose(const Values& values) {
    finite(values);
    for (std::size_t object = 0; object < values.width() / 7; ++object) {
      const bool present = is_present(object);
      for (std::int64_t row = 0; row < rows_; ++row) {
        double norm = 0.0;
        double away = 0.0;
        for (std::size_t k = 0; k < 7; ++k) {
          const double v = values.at(row, 7 * object + k);
          if (k >= 3) norm += v * v;
          away += std::fabs(v - (k == 3 ? 1.0 : 0.0));
        }
        const std::string who = "object " + std::to_string(object);
        if (!(std::fabs(std::sqrt(norm) - 1.0) <= kUnitTolerance)) {
          report(values, row, who + "'s quaternion is no rotation", "length 1", std::sqrt(norm));
        } else if (!present && away != 0.0) {
          report(values, row, who + " is absent, but has a pose", "the identity", away);
        }
      }
    }
  }

  void object_velocity(const Values& values) {
    finite(values);
    each(values, "an absent object moves", "0", [&](double v, std::int64_t, std::size_t k) { return v == 0.0 || is_present(k / 6); });
  }

  void object_info(const Values& values) {
    finite(values);
    constant(values);
    each(values, "not what object_info may hold", "present and static 0 or 1; mass, friction, extents not negative",
         [](double v, std::int64_t, std::size_t k) {
           const std::size_t field = k % kObjectInfoValues;
           if (field == 0 || field == 8) return v == 0.0 || v == 1.0;
           if (field == 9) return v >= -1.0;
           return v >= 0.0;
         });
  }

  void object_visibility(const Values& values) {
    const Values* const ids = load("segmentation");
    if (ids == nullptr) return;
    std::vector<double> counts;
    for (std::int64_t row = 0; row < rows_; ++row) {
      counts.assign(values.width() + 1, 0.0);
      for (std::size_t k = 0; k < ids->width(); ++k) {
        const double id = ids->at(row, k);
        if (id >= 0.0 && id < static_cast<double>(counts.size())) counts[static_cast<std::size_t>(id)] += 1.0;
      }
      for (std::size_t object = 0; object < values.width(); ++object) {
        if (values.at(row, object) == counts[object + 1]) continue;
        report(values, row, "not the number of pixels of object " + std::to_string(object) + " in `segmentation`",
               format_number(counts[object + 1]), values.at(row, object));
        break;
      }
    }
  }

  /// `state` is the poses and velocities once more.
  void state(const Values& values) {
    const Values* const pose = load("object_pose");
    const Values* const velocity = load("object_velocity");
    finite(values);
    if (pose == nullptr || velocity == nullptr) return;
    each(values, "not what object_pose and object_velocity say", "the same number",
         [&](double v, std::int64_t row, std::size_t k) {
           const std::size_t object = k / kStateValuesPerObject;
           const std::size_t field = k % kStateValuesPerObject;
           if (7 * object + 6 >= pose->width()) return false;
           const double same = field < 7 ? pose->at(row, 7 * object + field) : velocity->at(row, 6 * object + field - 7);
           return v == same || std::isnan(v);
         });
  }

  void contact(const Values& values) {
    const Values* const count = load("contact_count");
    if (count == nullptr) return;
    finite(values);
    const std::size_t entries = values.width() / kContactValues;
    const auto slots = static_cast<double>(entries);
    for (std::int64_t row = 0; row < rows_; ++row) {
      const double used = count->at(row, 0);
      if (used < 0.0 || used > slots || (row == 0 && used != 0.0)) {
        report(*count, row, "not a number of contacts", row == 0 ? "0 in frame 0" : "0 to " + format_number(slots), used);
        continue;
      }
      for (std::size_t slot = 0; slot < entries; ++slot) {
        const auto v = [&](std::size_t k) { return values.at(row, slot * kContactValues + k); };
        if (static_cast<double>(slot) >= used) {
          if (v(0) == -1.0 && v(1) == -1.0) continue;
          report(values, row, "an unused entry is not empty (entry " + std::to_string(slot) + ")", "objects -1 and -1", v(0));
          break;
        }
        const double normal = std::sqrt(v(5) * v(5) + v(6) * v(6) + v(7) * v(7));
        if (!(v(0) >= 0.0 && v(0) < v(1) && v(1) < static_cast<double>(facts_.num_objects)) || v(0) != std::floor(v(0)) ||
            v(1) != std::floor(v(1))) {
          report(values, row, "no pair of objects (entry " + std::to_string(slot) + ")", "indices a < b", format_number(v(0)) + ", " + format_number(v(1)));
          break;
        }
        if (std::fabs(normal - 1.0) > kUnitTolerance) {
          report(values, row, "the normal is no unit vector (entry " + std::to_string(slot) + ")", "length 1", normal);
          break;
        }
      }
    }
  }

  /// Where each object is seen, and what it covers, in every row of a view.
  struct ViewBoxes {
    std::vector<std::vector<PixelBox>> visible;
    std::vector<std::vector<PixelBox>> covered;
  };

  /// From the view's ids and masks; null if they are not there or cannot be used, which other rules tell.
  const ViewBoxes* boxes_of(const std::string& view) {
    const auto known = boxes_.find(view);
    if (known != boxes_.end()) return known->second ? &*known->second : nullptr;
    std::optional<ViewBoxes>& made = boxes_[view];
    const std::string suffix = view.empty() ? "" : "." + view;
    const Values* const ids = load("segmentation" + suffix);
    std::vector<const Values*> masks;
    while (const Values* plane = load("amodal" + std::to_string(masks.size()) + suffix)) masks.push_back(plane);
    if (ids == nullptr || masks.empty() || ids->column().row_shape.size() != 2) return nullptr;
    for (const Values* plane : masks) {
      if (plane->column().item_bytes != sizeof(std::int64_t) || plane->width() != ids->width()) return nullptr;
    }
    const auto height = static_cast<int>(ids->column().row_shape[0]);
    const auto width = static_cast<int>(ids->column().row_shape[1]);
    const auto objects = static_cast<std::size_t>(facts_.num_objects);
    ViewBoxes boxes;
    std::vector<std::uint16_t> row_ids(ids->width());
    std::vector<std::int64_t> row_masks(ids->width() * masks.size());
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::size_t k = 0; k < row_ids.size(); ++k) row_ids[k] = static_cast<std::uint16_t>(std::clamp(ids->at(row, k), 0.0, 65535.0));
      for (std::size_t g = 0; g < masks.size(); ++g) {
        std::memcpy(row_masks.data() + g * ids->width(), masks[g]->row(row).data(), masks[g]->row(row).size());
      }
      boxes.visible.emplace_back(objects);
      boxes.covered.emplace_back(objects);
      if (!visible_boxes(row_ids, width, boxes.visible.back()).ok()) return nullptr;
      amodal_boxes(row_masks, height, width, boxes.covered.back());
    }
    if (!view.empty()) loaded_.erase(ids->column().name);
    for (const Values* plane : masks) loaded_.erase(std::string(plane->column().name));
    made = std::move(boxes);
    return &*made;
  }

  /// What `number(boxes, row, object, k)` gives for each number of the column.
  template <typename Number>
  void from_boxes(const Values& values, std::size_t per_object, const Number& number) {
    const ViewBoxes* const boxes = boxes_of(view_of(values.column().name));
    finite(values);
    if (boxes == nullptr || rows_ == 0) return;
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::size_t k = 0; k < values.width() && k / per_object < boxes->visible[0].size(); ++k) {
        const double want = number(*boxes, static_cast<std::size_t>(row), k / per_object, k % per_object);
        if (values.at(row, k) == want) continue;
        report(values, row, "not what the pictures of ids and masks give for object " + std::to_string(k / per_object), format_number(want), values.at(row, k));
        break;
      }
    }
  }

  static double side_of(const PixelBox& box, std::size_t k) { return std::array{box.x0, box.y0, box.x1, box.y1}[k]; }

  void box(const Values& values) {
    from_boxes(values, 4, [](const ViewBoxes& b, std::size_t row, std::size_t object, std::size_t k) { return side_of(b.visible[row][object], k); });
  }

  void box_amodal(const Values& values) {
    from_boxes(values, 4, [](const ViewBoxes& b, std::size_t row, std::size_t object, std::size_t k) { return side_of(b.covered[row][object], k); });
  }

  void visible_fraction(const Values& values) {
    from_boxes(values, 1, [](const ViewBoxes& b, std::size_t row, std::size_t object, std::size_t) {
      const int covered = b.covered[row][object].count;
      return covered == 0 ? -1.0 : static_cast<double>(static_cast<float>(b.visible[row][object].count) / static_cast<float>(covered));
    });
  }

  /// Constant, and as large as object_info says.
  void object_box(const Values& values) {
    finite(values);
    constant(values);
    const Values* const info = load("object_info");
    if (info == nullptr || rows_ == 0) return;
    for (std::size_t object = 0; object < std::min(values.width() / 6, info->width() / kObjectInfoValues); ++object) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double side = values.at(0, 6 * object + 3 + axis) - values.at(0, 6 * object + axis);
        const double extent = info->at(0, object * kObjectInfoValues + 5 + axis);
        if (std::fabs(side - extent) <= 1e-5 * std::max(1.0, std::fabs(extent))) continue;
        report(values, 0, "the box of object " + std::to_string(object) + " is not as large as object_info says", format_number(extent) + " m", format_number(side) + " m");
        return;
      }
    }
  }

  /// Which objects each row's pictures of ids show, all views one after the other.
  std::vector<std::vector<std::uint8_t>> seen_objects() {
    std::vector<std::vector<std::uint8_t>> seen(static_cast<std::size_t>(rows_));
    const auto objects = static_cast<std::size_t>(facts_.num_objects);
    for (const ClipColumn& column : reader_.manifest().columns) {
      if (base_name(column.name) != "segmentation") continue;
      const Values* const ids = load(column.name);
      if (ids == nullptr) continue;
      for (std::int64_t row = 0; row < rows_; ++row) {
        std::vector<std::uint8_t>& own = seen[static_cast<std::size_t>(row)];
        const std::size_t first = own.size();
        own.resize(first + objects, 0);
        for (std::size_t k = 0; k < ids->width(); ++k) {
          const double id = ids->at(row, k);
          if (id >= 1.0 && id <= static_cast<double>(objects)) own[first + static_cast<std::size_t>(id) - 1] = 1;
        }
      }
      if (column.name != "segmentation") loaded_.erase(column.name);
    }
    return seen;
  }

  /// What contacts and ids say; whether there was an intervention, only the manifest knows.
  void event(const Values& values) {
    const Values* const contact = load("contact");
    if (contact == nullptr) return;
    std::vector<RowEvidence> evidence(static_cast<std::size_t>(rows_));
    std::vector<std::vector<std::uint8_t>> seen = seen_objects();
    for (std::int64_t row = 0; row < rows_; ++row) {
      RowEvidence& now = evidence[static_cast<std::size_t>(row)];
      now.seen = std::move(seen[static_cast<std::size_t>(row)]);
      for (std::size_t k = 0; k + 1 < contact->width() && contact->at(row, k) >= 0.0; k += kContactValues) {
        now.touching.emplace(static_cast<int>(contact->at(row, k)), static_cast<int>(contact->at(row, k + 1)));
      }
    }
    const std::vector<std::int32_t> want = events_of(evidence);
    for (std::int64_t row = 0; row < rows_; ++row) {
      const auto is = static_cast<std::int32_t>(values.at(row, 0));
      if ((is & ~kIntervention) == want[static_cast<std::size_t>(row)]) continue;
      report(values, row, "not the bits that `contact` and the pictures of ids give", std::to_string(want[static_cast<std::size_t>(row)]),
             std::to_string(is));
    }
  }

  /// Sides of the pictures of a view, px: width, height; 0 if there are none.
  std::array<double, 2> picture_size(const std::string& view) const {
    for (const ClipColumn& column : reader_.manifest().columns) {
      if (base_name(column.name) != "pixels" || view_of(column.name) != view || column.row_shape.size() != 3) continue;
      return {static_cast<double>(column.row_shape[1]), static_cast<double>(column.row_shape[0])};
    }
    return {0.0, 0.0};
  }

  void track_image(const Values& values) {
    finite(values);
    const std::array<double, 2> size = picture_size(view_of(values.column().name));
    each(values, "outside of the picture", "-0.5 to the picture's side - 0.5, or -1, -1", [&](double v, std::int64_t row, std::size_t k) {
      if (v == -1.0) return (k ^ 1U) < values.width() && values.at(row, k ^ 1U) == -1.0;
      return !std::isfinite(v) || (v >= -0.5 && v <= size[k % 2] - 0.5);
    });
  }

  void track_visible(const Values& values) {
    flag(values);
    const std::string& name = values.column().name;
    const Values* const image = load("track_image" + name.substr(base_name(name).size()));
    if (image == nullptr || image->width() != 2 * values.width()) return;
    each(values, "a point is seen that is not in view", "0", [&](double v, std::int64_t row, std::size_t k) {
      return v != 1.0 || image->at(row, 2 * k) != -1.0;
    });
  }

  void track_object(const Values& values) {
    constant(values);
    each(values, "no object of this episode", "-1, or the index of a present object", [&](double v, std::int64_t, std::size_t) {
      return v == -1.0 || (v >= 0.0 && v < static_cast<double>(facts_.num_objects) && is_present(static_cast<std::size_t>(v)));
    });
  }

  void track_part(const Values& values) {
    constant(values);
    each(values, "no part", "0 or more", [](double v, std::int64_t, std::size_t) { return v >= 0.0; });
  }

  void camera(const Values& values) {
    finite(values);
    for (std::int64_t row = 0; row < rows_; ++row) {
      double norm = 0.0;
      for (std::size_t k = 3; k < 7; ++k) norm += values.at(row, k) * values.at(row, k);
      if (std::fabs(std::sqrt(norm) - 1.0) > kUnitTolerance) {
        report(values, row, "the camera's quaternion is no rotation", "length 1", std::sqrt(norm));
      } else if (!(values.at(row, 7) > 0.0 && values.at(row, 8) > 0.0)) {
        report(values, row, "no focal length", "fx and fy above 0", values.at(row, 7));
      }
    }
  }

  void variation(const Values& values) {
    finite(values);
    constant(values);
  }

  const ClipReader& reader_;
  const DatasetFacts& facts_;
  const std::int64_t position_;
  Findings& findings_;
  const std::int64_t rows_;
  std::string file_;
  std::int64_t episode_ = -1;
  std::map<std::string, Values> loaded_;
  std::map<std::string, bool> unreadable_;
  std::map<std::string, std::optional<ViewBoxes>> boxes_;  // by view
};

const std::map<std::string, EpisodeCheck::Rule>& EpisodeCheck::rules() {
  static const std::map<std::string, Rule> table = {
      {"pixels", &EpisodeCheck::anything},
      {"depth", &EpisodeCheck::depth},
      {"segmentation", &EpisodeCheck::segmentation},
      {"action", &EpisodeCheck::action},
      {"proprio", &EpisodeCheck::finite},
      {"observation", &EpisodeCheck::finite},
      {"state", &EpisodeCheck::state},
      {"reward", &EpisodeCheck::reward},
      {"terminated", &EpisodeCheck::flag},
      {"truncated", &EpisodeCheck::truncated},
      {"time", &EpisodeCheck::time},
      {"episode_idx", &EpisodeCheck::episode_idx},
      {"step_idx", &EpisodeCheck::step_idx},
      {"solver_state", &EpisodeCheck::finite},
      {"qpos", &EpisodeCheck::finite},
      {"qvel", &EpisodeCheck::finite},
      {"object_pose", &EpisodeCheck::object_pose},
      {"object_velocity", &EpisodeCheck::object_velocity},
      {"object_info", &EpisodeCheck::object_info},
      {"object_visibility", &EpisodeCheck::object_visibility},
      {"contact", &EpisodeCheck::contact},
      {"contact_count", &EpisodeCheck::finite},
      {"box", &EpisodeCheck::box},
      {"box_amodal", &EpisodeCheck::box_amodal},
      {"visible_fraction", &EpisodeCheck::visible_fraction},
      {"object_box", &EpisodeCheck::object_box},
      {"track_image", &EpisodeCheck::track_image},
      {"track_visible", &EpisodeCheck::track_visible},
      {"track_world", &EpisodeCheck::finite},
      {"track_object", &EpisodeCheck::track_object},
      {"track_part", &EpisodeCheck::track_part},
      {"event", &EpisodeCheck::event},
      {"camera", &EpisodeCheck::camera},
      {"variation", &EpisodeCheck::variation},
  };
  return table;
}

}  // namespace

std::string base_name(const std::string& column) { return column.substr(0, column.find('.')); }

bool has_value_rule(const std::string& base) { return EpisodeCheck::rules().contains(base); }

void verify_episode(const ClipReader& reader, const DatasetFacts& facts, std::int64_t position, Findings& findings) {
  EpisodeCheck(reader, facts, position, findings).run();
}

}  // namespace diorama
