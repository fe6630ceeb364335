// modules/pwd.cpp: the pwd and grp modules: user and group databases. CPython: Modules/pwdmodule.c, Modules/grpmodule.c.
//
// Threads     the enumerations use the C library's one cursor: they run under a lock, detached.
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "modules/posix_path.h"
#include "types/int.h"

namespace ty {

namespace {

constexpr StructField kPasswdFields[] = {{"pw_name", "user name"}, {"pw_passwd", "password"}, {"pw_uid", "user id"}, {"pw_gid", "group id"},
    {"pw_gecos", "real name"}, {"pw_dir", "home directory"}, {"pw_shell", "shell program"}, {}};
constexpr StructSequenceDef kPasswd = {"pwd.struct_passwd", "pwd.struct_passwd: Results from getpw*() routines.", kPasswdFields, 7};
constexpr StructField kGroupFields[] = {{"gr_name", "group name"}, {"gr_passwd", "password"}, {"gr_gid", "group id"}, {"gr_mem", "group members"}, {}};
constexpr StructSequenceDef kGroup = {"grp.struct_group", "grp.struct_group: Results from getgr*() routines.", kGroupFields, 4};
GlobalSlot g_passwd, g_group;
pthread_mutex_t g_cursor = PTHREAD_MUTEX_INITIALIZER;

/// Copies of the entries: made detached.
struct User {
  std::string name, password, gecos, home, shell;
  uid_t uid;
  gid_t gid;
  explicit User(const passwd& p) : name(text(p.pw_name)), password(text(p.pw_passwd)), gecos(text(p.pw_gecos)), home(text(p.pw_dir)), shell(text(p.pw_shell)),
                                   uid(p.pw_uid), gid(p.pw_gid) {}
  static const char* text(const char* s) { return s ? s : ""; }
};
struct Group {
  std::string name, password;
  gid_t gid;
  std::vector<std::string> members;
  explicit Group(const group& g) : name(User::text(g.gr_name)), password(User::text(g.gr_passwd)), gid(g.gr_gid) {
    for (char** m = g.gr_mem; m && *m; m++) members.emplace_back(*m);
  }
};
Result<Owned> user_object(Thread& t, const User& u) {
  Fields<7> f(t);
  TRY(f.add(TRY(str_decode_filesystem(t, u.name))));
  TRY(f.add(TRY(str_decode_filesystem(t, u.password))));
  TRY(f.add(TRY(id_object(t, u.uid))));
  TRY(f.add(TRY(id_object(t, u.gid))));
  for (const std::string* s : {&u.gecos, &u.home, &u.shell}) TRY(f.add(TRY(str_decode_filesystem(t, *s))));
  return f.make(g_passwd);
}
Result<Owned> group_object(Thread& t, const Group& g) {
  Ref<List> members = TRY(list_new(t));
  for (const std::string& m : g.members) {
    Owned name = TRY(str_decode_filesystem(t, m));
    TRY(list_push(t, *members, name));
  }
  Fields<4> f(t);
  TRY(f.add(TRY(str_decode_filesystem(t, g.name))));
  TRY(f.add(TRY(str_decode_filesystem(t, g.password))));
  TRY(f.add(TRY(id_object(t, g.gid))));
  TRY(f.add(Owned(std::move(members))));
  return f.make(g_group);
}
/// Calls look(entry, buffer, size, &found) with growing buffers, detached; copies what is found.
template <class Copy, class Entry, class F>
std::vector<Copy> look_up(Thread& t, F&& look) {
  std::vector<Copy> result;
  detached(t, [&] {
    for (size_t size = 1024; size <= size_t{1} << 24; size *= 2) {
      std::vector<char> buffer(size);
      Entry entry, *found = nullptr;
      int error = look(&entry, buffer.data(), size, &found);
      if (error == ERANGE) continue;
      if (found) result.emplace_back(*found);
      break;
    }
    return 0;
  });
  return result;
}
Result<std::string> read_name(Thread& t, Value v, const char* function) {
  if (!is_str(v)) return raise_type_error(t, "%s() argument must be str, not %T", function, v);
  Owned bytes = TRY(os_fsencode(t, v));
  return std::string(bytes.value().as<Bytes>()->view());
}

Result<Owned> pwd_getpwnam(Thread& t, Value name) {
  std::string text = TRY(read_name(t, name, "getpwnam"));
  auto found = look_up<User, passwd>(t, [&](passwd* e, char* b, size_t n, passwd** r) { return getpwnam_r(text.c_str(), e, b, n, r); });
  if (found.empty()) return raise_format(t, &exc_KeyError, "getpwnam(): name not found: %R", name);
  return user_object(t, found[0]);
}
Result<Owned> pwd_getpwuid(Thread& t, Value id) {
  auto converted = convert_id(t, id, "uid");
  if (!converted.ok()) {
    if (!exception_matches(t, &exc_OverflowError)) return Raised{};
    clear_exception(t);
    return raise_format(t, &exc_KeyError, "getpwuid(): uid not found");
  }
  uid_t uid = converted.take();
  auto found = look_up<User, passwd>(t, [&](passwd* e, char* b, size_t n, passwd** r) { return getpwuid_r(uid, e, b, n, r); });
  if (found.empty()) return raise_format(t, &exc_KeyError, "getpwuid(): uid not found: %S", id);
  return user_object(t, found[0]);
}
Result<Owned> pwd_getpwall(Thread& t) {
  std::vector<User> users;
  detached(t, [&] {
    pthread_mutex_lock(&g_cursor);
    setpwent();
    while (passwd* p = getpwent()) users.emplace_back(*p);
    endpwent();
    pthread_mutex_unlock(&g_cursor);
    return 0;
  });
  Ref<List> list = TRY(list_new(t));
  for (const User& u : users) {
    Owned object = TRY(user_object(t, u));
    TRY(list_push(t, *list, object));
  }
  return Owned(std::move(list));
}
Result<Owned> grp_getgrnam(Thread& t, Value name) {
  std::string text = TRY(read_name(t, name, "getgrnam"));
  auto found = look_up<Group, group>(t, [&](group* e, char* b, size_t n, group** r) { return getgrnam_r(text.c_str(), e, b, n, r); });
  if (found.empty()) return raise_format(t, &exc_KeyError, "getgrnam(): name not found: %R", name);
  return group_object(t, found[0]);
}
Result<Owned> grp_getgrgid(Thread& t, Value id) {
  auto converted = convert_id(t, id, "gid");
  if (!converted.ok()) {
    if (!exception_matches(t, &exc_OverflowError)) return Raised{};
    clear_exception(t);
    return raise_format(t, &exc_KeyError, "getgrgid(): gid not found: %S", id);
  }
  gid_t gid = converted.take();
  auto found = look_up<Group, group>(t, [&](group* e, char* b, size_t n, group** r) { return getgrgid_r(gid, e, b, n, r); });
  if (found.empty()) return raise_format(t, &exc_KeyError, "getgrgid(): gid not found: %S", id);
  return group_object(t, found[0]);
}
Result<Owned> grp_getgrall(Thread& t) {
  std::vector<Group> groups;
  detached(t, [&] {
    pthread_mutex_lock(&g_cursor);
    setgrent();
    while (group* g = getgrent()) groups.emplace_back(*g);
    endgrent();
    pthread_mutex_unlock(&g_cursor);
    return 0;
  });
  Ref<List> list = TRY(list_new(t));
  for (const Group& g : groups) {
    Owned object = TRY(group_object(t, g));
    TRY(list_push(t, *list, object));
  }
  return Owned(std::move(list));
}

constexpr MethodDef kPwdMethods[] = {
    function<&pwd_getpwuid>("getpwuid", "($module, uidobj, /)", "Return the password database entry for the given numeric user ID."),
    function<&pwd_getpwnam>("getpwnam", "($module, name, /)", "Return the password database entry for the given user name."),
    function<&pwd_getpwall>("getpwall", "($module, /)", "Return a list of all available password database entries, in arbitrary order."),
    {}};
constexpr MethodDef kGrpMethods[] = {
    function<&grp_getgrgid>("getgrgid", "($module, /, id)", "Return the group database entry for the given numeric group ID."),
    function<&grp_getgrnam>("getgrnam", "($module, /, name)", "Return the group database entry for the given group name."),
    function<&grp_getgrall>("getgrall", "($module, /)", "Return a list of all available group entries, in arbitrary order."),
    {}};
Result<void> pwd_exec(Thread& t, Module& m) { return module_add_sequence_type(t, m, kPasswd, g_passwd); }
Result<void> grp_exec(Thread& t, Module& m) { return module_add_sequence_type(t, m, kGroup, g_group); }
constexpr ModuleDef kPwdModule = {.name = "pwd", .doc = "This module provides access to the Unix password database.", .methods = kPwdMethods, .exec = &pwd_exec};
constexpr ModuleDef kGrpModule = {.name = "grp", .doc = "Access to the Unix group database.", .methods = kGrpMethods, .exec = &grp_exec};
TY_MODULE(kPwdModule)
TY_MODULE(kGrpModule)

}  // namespace

}  // namespace ty
