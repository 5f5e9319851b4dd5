# Warnings are errors, with gcc and clang; hardening flags are probed one by one, so that an older compiler still builds.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

set(GIFTD_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wundef -Wvla
    -Wimplicit-fallthrough -Werror)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  list(APPEND GIFTD_WARNINGS -Wno-string-conversion) # assert(!"a place that cannot be reached")
endif()
add_compile_options(${GIFTD_WARNINGS})
add_compile_definitions(_GNU_SOURCE)

function(probe_flag flag)
  string(MAKE_C_IDENTIFIER "HAVE_FLAG${flag}" name)
  check_c_compiler_flag("${flag}" ${name})
  if(${name})
    add_compile_options(${flag})
  endif()
endfunction()

if(GIFTD_HARDEN)
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection -fno-strict-overflow -fPIE)
    probe_flag(${flag})
  endforeach()
  if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  endif()
  foreach(flag -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
    string(MAKE_C_IDENTIFIER "HAVE_LINK${flag}" name)
    check_linker_flag(C "${flag}" ${name})
    if(${name})
      add_link_options(${flag})
    endif()
  endforeach()
endif()

if(GIFTD_SANITIZE)
  add_compile_options(-fsanitize=${GIFTD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GIFTD_SANITIZE})
endif()

# Debug and fuzz builds ask after every event whether the states it touched hold together (src/memory/check.c).
if(CMAKE_BUILD_TYPE STREQUAL "Debug" OR GIFTD_FUZZ)
  add_compile_definitions(GIFTD_CHECK_MEMORY)
endif()

# Assertions stay on in release: a bug stops the program before it can give a gift twice.
foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
  string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${type} "${CMAKE_C_FLAGS_${type}}")
endforeach()
