#include "ops/landlock.hpp"

#include "base/file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

namespace fs = std::filesystem;

// Debian 12's header ends with version 2 of the interface; the kernel may know more. The numbers
// are those of linux/landlock.h.
struct ruleset {
  std::uint64_t files = 0;
  std::uint64_t ports = 0;
  std::uint64_t scopes = 0;
};
struct port_rule {
  std::uint64_t allowed = 0;
  std::uint64_t port = 0;
};
constexpr long first_with_ports = 4;
constexpr long first_with_scopes = 6;
constexpr std::uint64_t truncate_file = 1u << 14;  // since 3
constexpr std::uint64_t control_device = 1u << 15; // since 5
constexpr std::uint64_t bind_tcp = 1u << 0;
constexpr std::uint64_t connect_tcp = 1u << 1;
constexpr std::uint64_t all_scopes = 3; // abstract sockets and signals of those outside
constexpr int port_rule_type = 2;

constexpr std::uint64_t read_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_access = read_access | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                       LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                       LANDLOCK_ACCESS_FS_MAKE_REG | truncate_file;
constexpr std::uint64_t of_a_file = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                    LANDLOCK_ACCESS_FS_READ_FILE | truncate_file | control_device;

std::uint64_t files_of(long version) {
  std::uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
  if (version >= 2) all |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) all |= truncate_file;
  if (version >= 5) all |= control_device;
  return all;
}

/// Landlock knows nothing but TCP, and cannot say «any port».
std::uint64_t ports_of(const confinement& needed) {
  return needed.connects && !needed.ports ? bind_tcp : bind_tcp | connect_tcp;
}

class rules {
 public:
  rules(long version, const confinement& needed)
      : all_{files_of(version), version >= first_with_ports ? ports_of(needed) : 0,
             version >= first_with_scopes ? all_scopes : 0} {
    // An older kernel takes the size that it knows.
    const std::size_t size = version >= first_with_scopes  ? sizeof all_
                             : version >= first_with_ports ? sizeof all_ - sizeof all_.scopes
                                                           : sizeof all_.files;
    set_ =
        file_descriptor(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &all_, size, 0)));
  }

  /// One that is not there needs no rule.
  void allow(const std::string& path, std::uint64_t access) const {
    const file_descriptor at(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (::fstat(at.get(), &status) != 0) return;
    if (!S_ISDIR(status.st_mode)) access &= of_a_file;
    const landlock_path_beneath_attr rule{access & all_.files, at.get()};
    (void)::syscall(SYS_landlock_add_rule, set_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  }

  void allow_port(std::uint16_t port, std::uint64_t access) const {
    const port_rule rule{access & all_.ports, port};
    if (rule.allowed != 0)
      (void)::syscall(SYS_landlock_add_rule, set_.get(), port_rule_type, &rule, 0);
  }

  bool enforce() const { return ::syscall(SYS_landlock_restrict_self, set_.get(), 0) == 0; }

 private:
  ruleset all_;
  file_descriptor set_;
};

void allow_what_libraries_read(const rules& allowed, bool looks_up_names) {
  for (const char* path : {"/dev/null", "/dev/urandom", "/etc/localtime", "/usr/share/zoneinfo",
                           "/proc/locks"}) // who has the data directory
    allowed.allow(path, read_access | LANDLOCK_ACCESS_FS_WRITE_FILE);
  if (!looks_up_names) return;
  for (const char* path : {"/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
                           "/etc/services", "/etc/ld.so.cache", "/lib", "/usr/lib"})
    allowed.allow(path, read_access);
  // It is written anew when the network changes.
  for (const std::string& path : directories_of("/etc/resolv.conf"))
    allowed.allow(path == "/etc" ? "/etc/resolv.conf" : path, read_access);
}

std::vector<confined_part> no_landlock(int error) {
  const std::string why = error == ENOSYS || error == EOPNOTSUPP
                              ? "this kernel has no Landlock, or it is switched off (lsm=)"
                              : "Landlock failed: " + errno_text(error);
  return {{"files", "", why}, {"ports", "", why}};
}

std::string listens_on(const confinement& needed) {
  std::set<std::string> ports;
  for (const std::uint16_t port : needed.listen)
    ports.insert(port == 0 ? "any free port" : std::to_string(port));
  return fmt::format("listens on {}", fmt::join(ports, ", "));
}

std::string where_to(const confinement& needed) {
  if (!needed.connects) return "connects nowhere";
  if (!needed.ports) return "connects to any port";
  return fmt::format("connects to port {}", fmt::join(*needed.ports, ", "));
}

void add(const fs::path& directory, std::vector<std::string>& found) {
  std::error_code not_there;
  const fs::path real = fs::canonical(directory, not_there);
  if (!not_there && real != real.root_path()) found.push_back(real.native());
}

void add_directories_of(const fs::path& path, int links, std::vector<std::string>& found) {
  constexpr int most_links = 40; // as in the kernel
  if (links > most_links) return;
  std::error_code error;
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  if (error) return;
  fs::path so_far;
  for (const fs::path& part : whole) {
    so_far /= part;
    std::error_code no_link;
    const fs::path target = fs::read_symlink(so_far, no_link);
    if (no_link) continue;
    const fs::path leads_to = so_far.parent_path() / target;
    add(leads_to.lexically_normal().parent_path(), found);
    add_directories_of(leads_to, links + 1, found); // links on the way there, as `..data`
  }
  add(fs::is_directory(whole, error) ? whole : whole.parent_path(), found);
}

} // namespace

std::vector<std::string> directories_of(const std::string& path) {
  std::vector<std::string> found;
  add_directories_of(path, 0, found);
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

template <class Paths>
static std::string listed(const Paths& paths) {
  return paths.empty() ? std::string("nothing") : fmt::format("{}", fmt::join(paths, ", "));
}

std::vector<confined_part> close_files_and_ports(const confinement& needed) {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return no_landlock(errno);
  const rules allowed(version, needed);
  std::set<std::string> read;
  for (const std::string& path : needed.read)
    for (const std::string& directory : directories_of(path))
      read.insert(directory);
  for (const std::string& directory : read)
    allowed.allow(directory, read_access);
  for (const std::string& directory : needed.written)
    allowed.allow(directory, write_access);
  for (const std::string& path : needed.removed)
    for (const std::string& directory : directories_of(path))
      allowed.allow(directory, LANDLOCK_ACCESS_FS_REMOVE_FILE);
  allow_what_libraries_read(allowed, needed.looks_up_names);
  for (const std::uint16_t port : needed.listen)
    allowed.allow_port(port, bind_tcp);
  if (needed.ports)
    for (const std::uint16_t port : *needed.ports)
      allowed.allow_port(port, connect_tcp);
  if (!allowed.enforce()) return no_landlock(errno);

  std::vector<confined_part> parts = {{"files",
                                       fmt::format("reads {}; writes {} (Landlock {})",
                                                   listed(read), listed(needed.written), version),
                                       ""}};
  if (version < first_with_ports)
    parts.push_back({"ports", "", "this kernel's Landlock knows files only (Linux 6.7 has more)"});
  else
    parts.push_back({"ports", fmt::format("{}; {}", listens_on(needed), where_to(needed)), ""});
  return parts;
}

} // namespace asio_chat::ops
