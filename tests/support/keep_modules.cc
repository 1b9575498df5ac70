// Linked into sanitized programs only: modules stay loaded until the process ends. The Vulkan loader unloads
// drivers and layers at exit; a sanitizer could then no longer name the library that a report is about, and
// the suppressions, which go by library, would not match. Takes the place of dlclose of the C library.

extern "C" int dlclose(void* /*module*/) noexcept { return 0; }
