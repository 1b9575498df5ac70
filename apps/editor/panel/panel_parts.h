// Small things that several panels show in the same way. UI thread only.
#pragma once

#include <string>
#include <string_view>

#include "apps/editor/ui/widgets.h"

namespace diorama::editor {

/// Type of a drag and drop payload: the path of a file, dragged out of the Assets panel.
inline constexpr const char* kAssetPayload = "diorama asset";

/// "name value unit" in one line, so that several stand side by side; scripts read it by its name.
inline void inline_value(Ui& ui, const std::string& name, std::string_view value, std::string_view unit = "") {
  ImGui::BeginGroup();
  ImGui::AlignTextToFramePadding();
  ui.dim(name);
  ui.same_line(1);
  ui.text(value);
  if (!unit.empty()) {
    ui.same_line(1);
    ui.dim(unit);
  }
  ImGui::EndGroup();
  ui.record_last(name, unit.empty() ? std::string(value) : std::string(value) + " " + std::string(unit));
}

/// The same, beside what was drawn last if there is room for it, else on the next line.
inline void flowing_value(Ui& ui, const std::string& name, std::string_view value, std::string_view unit = "") {
  const auto width = [](std::string_view text) { return ImGui::CalcTextSize(text.data(), text.data() + text.size()).x; };
  const float wanted = width(name) + width(value) + width(unit) + 2 * ui.step();
  const float gap = 4 * ui.step();
  const float right = ImGui::GetWindowPos().x + ImGui::GetWindowContentRegionMax().x;
  if (ImGui::GetItemRectMax().x + gap + wanted <= right) ui.same_line(4);
  inline_value(ui, name, value, unit);
}

}  // namespace diorama::editor
