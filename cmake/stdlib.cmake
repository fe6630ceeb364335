# The standard library beside the interpreter, and the data files that builds read.
#
# tools/setup unpacks CPython's Lib/ and the Unicode data under build/ of the source tree, for every build folder.
# Each build folder gets lib/python3.13t: links to Lib/, overlaid with lib/ of the repository. So the interpreter
# finds its library at ../lib/python3.13t from its own folder, in a build folder as in an installation.

set(TYPHON_STDLIB_DIR "${CMAKE_SOURCE_DIR}/build/stdlib/python3.13" CACHE PATH "Lib/ of CPython 3.13")
find_program(TYPHON_PYTHON NAMES python3 REQUIRED)

set(TYPHON_LIB_NAME python3.13t)
set(assemble ${TYPHON_PYTHON} ${CMAKE_SOURCE_DIR}/tools/assemble_lib.py
    --stdlib ${TYPHON_STDLIB_DIR} --overlay ${CMAKE_SOURCE_DIR}/lib
    --opcodes ${CMAKE_SOURCE_DIR}/src/bytecode/opcodes.def)

if(EXISTS ${TYPHON_STDLIB_DIR}/os.py)
  file(GLOB_RECURSE overlay CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lib/*.py)
  set(stamp ${CMAKE_BINARY_DIR}/lib/${TYPHON_LIB_NAME}.stamp)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${assemble} --tests ${CMAKE_SOURCE_DIR}/build/testsuite/test
            --out ${CMAKE_BINARY_DIR}/lib/${TYPHON_LIB_NAME}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/assemble_lib.py ${CMAKE_SOURCE_DIR}/src/bytecode/opcodes.def
            ${CMAKE_SOURCE_DIR}/src/bytecode/instruction.h ${TYPHON_STDLIB_DIR}/os.py ${overlay}
    COMMENT "Assembling lib/${TYPHON_LIB_NAME}" VERBATIM)
  add_custom_target(typhon_lib ALL DEPENDS ${stamp})
else()
  message(WARNING "No Lib/ of CPython 3.13 in ${TYPHON_STDLIB_DIR}: run tools/setup, then configure again")
endif()

install(TARGETS typhon RUNTIME DESTINATION bin)
string(JOIN "\" \"" quoted ${assemble})
install(CODE "
  set(out \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/${TYPHON_LIB_NAME}\")
  message(STATUS \"Installing: \${out}\")
  execute_process(COMMAND \"${quoted}\" --copy --out \"\${out}\" COMMAND_ERROR_IS_FATAL ANY)
")
