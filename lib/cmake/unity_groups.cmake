# With UNITY_BUILD eight files of a folder of a target are compiled at once, and none with those of
# another folder: a client and a server stay apart in their library.
# @param base the folder that the target's folders are in
# @param ARGN files that are compiled by themselves: they have names that others of their folder have too
function(asio_chat_group_by_folders target base)
  get_target_property(files ${target} SOURCES)
  foreach(file IN LISTS files)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${base} OUTPUT_VARIABLE name)
    if(NOT name IN_LIST ARGN AND NOT name MATCHES "^\\.\\.")
      cmake_path(GET name PARENT_PATH folder)
      string(MAKE_C_IDENTIFIER "${folder}" folder)
      math(EXPR part "0${files_of_${folder}} / 8")
      math(EXPR files_of_${folder} "0${files_of_${folder}} + 1")
      set_source_files_properties(${file} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP ${folder}_${part})
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()
