# Finds MuJoCo 2.2.2 or 3.x by header and library. Debian's own package configuration asks for OpenGL and
# qhull, which stepping does not need, so it is not used.
#
# Result: MuJoCo_FOUND, MuJoCo_VERSION, target MuJoCo::mujoco. Hint: MuJoCo_ROOT.
find_path(MuJoCo_INCLUDE_DIR mujoco/mujoco.h)
find_library(MuJoCo_LIBRARY mujoco)

set(MuJoCo_VERSION "")
if(MuJoCo_INCLUDE_DIR)
  file(STRINGS ${MuJoCo_INCLUDE_DIR}/mujoco/mujoco.h version_line REGEX "#define mjVERSION_HEADER[ \t]+[0-9]+")
  if(version_line MATCHES "mjVERSION_HEADER[ \t]+([0-9]+)")
    set(number ${CMAKE_MATCH_1})
    if(number GREATER_EQUAL 1000000)  # 3012000 is 3.12.0
      math(EXPR major "${number} / 1000000")
      math(EXPR minor "(${number} / 1000) % 1000")
      math(EXPR patch "${number} % 1000")
    else()  # 222 is 2.2.2
      math(EXPR major "${number} / 100")
      math(EXPR minor "(${number} / 10) % 10")
      math(EXPR patch "${number} % 10")
    endif()
    set(MuJoCo_VERSION ${major}.${minor}.${patch})
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MuJoCo REQUIRED_VARS MuJoCo_LIBRARY MuJoCo_INCLUDE_DIR VERSION_VAR MuJoCo_VERSION)

if(MuJoCo_FOUND AND NOT TARGET MuJoCo::mujoco)
  if(MuJoCo_VERSION VERSION_LESS 2.2.2)
    message(FATAL_ERROR "MuJoCo ${MuJoCo_VERSION} is too old: 2.2.2 or 3.x is needed")
  endif()
  add_library(MuJoCo::mujoco UNKNOWN IMPORTED)
  set_target_properties(MuJoCo::mujoco PROPERTIES
    IMPORTED_LOCATION ${MuJoCo_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${MuJoCo_INCLUDE_DIR})
endif()
mark_as_advanced(MuJoCo_INCLUDE_DIR MuJoCo_LIBRARY)
