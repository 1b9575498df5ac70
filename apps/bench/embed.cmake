# Writes OUTPUT, a C++ file whose function FUNCTION, declared in HEADER, returns the text of INPUT: what the benches need,
# so that they run from any folder and from an installed program.
file(READ ${INPUT} text)
file(WRITE ${OUTPUT} "#include \"${HEADER}\"

namespace diorama {

const char* ${FUNCTION}() {
  return R\"embedded(${text})embedded\";
}

}  // namespace diorama
")
