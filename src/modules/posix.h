// modules/posix.h: what the files of the posix module share.
#pragma once

#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

#include "modules/posix_path.h"

namespace ty::posix {

extern const MethodDef kFileMethods[];      // posix_files.cpp: names in the file system
extern const MethodDef kFdMethods[];        // posix_fd.cpp: descriptors
extern const MethodDef kScandirMethods[];   // posix_scandir.cpp
extern const MethodDef kProcessMethods[];   // posix_process.cpp: ids, scheduling, limits
extern const MethodDef kSpawnMethods[];     // posix_spawn.cpp: fork, exec, wait, spawn
Result<void> add_file_types(Thread& t, Module& m);
Result<void> add_fd_types(Thread& t, Module& m);
Result<void> add_scandir_types(Thread& t, Module& m);
Result<void> add_process_types(Thread& t, Module& m);
Result<void> add_spawn_types(Thread& t, Module& m);
Result<Owned> stat_object(Thread& t, const struct stat& st);

/// The functions given to register_at_fork(). `before` runs in reverse order; exceptions are printed.
void run_fork_hooks_before(Thread& t);
void run_fork_hooks_parent(Thread& t);
void run_fork_hooks_child(Thread& t);
/// fork() of the runtime as the hooks see it; 0 in the child, negative with errno when it failed.
pid_t fork_runtime(Thread& t);

/// A null-terminated array of C strings, for exec.
class StringArray {
 public:
  Result<void> add(Thread& t, Value v);
  char* const* data() {
    pointers_.clear();
    for (auto& s : strings_) pointers_.push_back(s.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }
  size_t size() const { return strings_.size(); }
  bool first_is_empty() const { return strings_.front().empty(); }
  std::string& back() { return strings_.back(); }

 private:
  std::vector<std::string> strings_;
  std::vector<char*> pointers_;
};
/// resource.struct_rusage (modules/resource.cpp).
Result<Owned> rusage_object(Thread& t, const struct rusage& usage);

}  // namespace ty::posix
