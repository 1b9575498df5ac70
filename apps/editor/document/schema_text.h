// The files of the schema as text, embedded at build time; their comments are the editor's help.
#pragma once

namespace diorama {

const char* scenario_proto_text();
const char* distribution_proto_text();

}  // namespace diorama
