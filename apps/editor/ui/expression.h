// Numbers as people type them into a field: "2*pi", "30 deg", "1/3", "5 cm". Pure function.
#pragma once

#include <string>

#include "engine/core/status.h"

namespace diorama::editor {

/// The value of an expression of + - * / ^ ( ), pi, e, sqrt sin cos tan abs, and numbers with a
/// unit behind them. `unit` is the field's: "deg" and "rad" convert to it, lengths (mm, cm, m, km),
/// masses (g, kg, t) and times (ms, s, min) to m, kg and s. A unit of another kind, or a value that
/// is not finite, is invalid_input.
Result<double> evaluate_expression(const std::string& text, const std::string& unit = "");

}  // namespace diorama::editor
