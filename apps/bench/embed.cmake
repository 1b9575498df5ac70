# Writes OUTPUT, a C++ file that holds the text of INPUT: the scenario of the benches, so that they run from any
# folder and from an installed program.
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"apps/bench/bench_scenario.h\"

namespace diorama {

const char* clutter_text() {
  return R\"scenario(${text})scenario\";
}

}  // namespace diorama
")
