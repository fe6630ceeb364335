# Compiler and linker settings shared by every target.
#
# TYPHON_SANITIZE   "" | "address" (ASan + UBSan) | "thread"
# TYPHON_DCHECK     ON: DCHECK assertions are compiled in

set(TYPHON_SANITIZE "" CACHE STRING "Sanitizer: empty, address or thread")
option(TYPHON_DCHECK "Compile the debug assertions" OFF)

find_program(TYPHON_CCACHE ccache)
if(TYPHON_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros ${TYPHON_CCACHE})
endif()

add_compile_options(
  -fno-exceptions -fno-rtti -fno-strict-aliasing -fno-plt -fno-pic -fwrapv
  -Wall -Wextra -Werror -Wno-unused-parameter -Wno-missing-field-initializers
  -Wno-invalid-offsetof -Wno-deprecated-declarations -Wthread-safety -Wimplicit-fallthrough -ffp-contract=off
  -ftls-model=initial-exec)
add_link_options(-no-pie)

if(TYPHON_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-sanitize=alignment -fno-omit-frame-pointer -fsanitize-address-use-after-return=never)
  add_link_options(-fsanitize=address,undefined)
elseif(TYPHON_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()
if(TYPHON_DCHECK)
  add_compile_definitions(TYPHON_DCHECK=1)
endif()

# ty_library(name DEPS a b): every .cpp of the current folder, with its declared dependencies.
function(ty_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp
       ${CMAKE_CURRENT_SOURCE_DIR}/ops/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/ic/*.cpp
       ${CMAKE_CURRENT_SOURCE_DIR}/slow/*.cpp)
  if(sources)
    add_library(ty_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(ty_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(ty_${name} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
  list(TRANSFORM ARG_DEPS PREPEND ty_)
  target_link_libraries(ty_${name} ${scope} ${ARG_DEPS} ${ARG_LINK})
endfunction()
