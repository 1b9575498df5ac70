# Writes OUTPUT, a C++ file with the FILES (paths relative to ROOT) as text: the input of the benches, so that they
# run from any folder and from an installed program.
set(entries "")
foreach(file ${FILES})
  file(READ ${ROOT}/${file} text)
  string(APPEND entries "    {\"${file}\", R\"diorama_file(${text})diorama_file\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"apps/bench/bench_scenario.h\"

namespace diorama {

const std::vector<EmbeddedFile>& embedded_files() {
  static const std::vector<EmbeddedFile> files = {
${entries}  };
  return files;
}

}  // namespace diorama
")
