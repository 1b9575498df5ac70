// The format page (schemas/SHARD_FORMAT.md), printed from the list of columns. Pure function.
#pragma once

#include <string>

namespace diorama {

/// Markdown: every column with type, shape, storage, unit and meaning, for an example layout.
std::string shard_format_page();

}  // namespace diorama
