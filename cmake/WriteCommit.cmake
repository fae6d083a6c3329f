# Writes OUTPUT, a source file with the commit of SOURCE_DIR, if it changed. Runs at every build, so that
# the program never names a commit it was not built from.
execute_process(COMMAND git -C "${SOURCE_DIR}" describe --always --dirty --exclude=*
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  set(commit "")
endif()
set(text "#include \"cli/version.h\"\n\nnamespace codeanatomy::cli {
const std::string_view kProgramCommit = \"${commit}\";
}\n")
set(old "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${OUTPUT}" "${text}")
endif()
