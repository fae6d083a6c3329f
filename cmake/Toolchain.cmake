# Compiler, linker and cache settings shared by every preset.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(CA_SANITIZE "" CACHE STRING "Value for -fsanitize, empty for none")

find_program(CA_CCACHE ccache)
if(CA_CCACHE)
  # Precompiled headers need the sloppiness; base_dir lets several checkouts share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "CCACHE_NOHASHDIR=1" "${CA_CCACHE}")
  add_compile_options(-fpch-preprocess)
endif()

find_program(CA_MOLD mold)
if(CA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# -pthread everywhere: one precompiled header serves targets with and without threads.
add_compile_options(-pthread -Wall -Wextra -Werror -Wno-missing-field-initializers)
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g0 -DNDEBUG")
# What the environment of a test tells its sanitizer.
set(CA_SANITIZER_OPTIONS "")
if(CA_SANITIZE STREQUAL "thread")
  set(CA_SANITIZER_OPTIONS "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan.supp")
endif()
if(CA_SANITIZE)
  add_compile_options(-fsanitize=${CA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CA_SANITIZE})
  # Optimized code with sanitizers has false positives (GCC's manual, -fsanitize).
  add_compile_options(-Wno-maybe-uninitialized)
endif()
