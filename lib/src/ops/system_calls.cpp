#include "ops/system_calls.hpp"

#include "base/file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

// What libc, Asio, OpenSSL, libsodium, SQLite and spdlog use, whatever its arguments are. No call
// that starts a program, looks into another process, mounts, loads code into the kernel, or waits
// in a ring (io_uring) where no filter looks.
constexpr int always_allowed[] = {
    // files that Landlock lets through
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64),
    SCMP_SYS(pwrite64), SCMP_SYS(preadv), SCMP_SYS(pwritev), SCMP_SYS(lseek), SCMP_SYS(open),
    SCMP_SYS(openat), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(stat), SCMP_SYS(fstat),
    SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fcntl), SCMP_SYS(flock),
    SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(sync_file_range), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename),
    SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir),
    SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(fchmod), SCMP_SYS(fchown), SCMP_SYS(umask), SCMP_SYS(dup), SCMP_SYS(dup3),
    SCMP_SYS(pipe2), SCMP_SYS(utimensat),
    // waiting, and time
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2), SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
    SCMP_SYS(timerfd_gettime), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select),
    SCMP_SYS(pselect6), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
    SCMP_SYS(time), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(restart_syscall),
    // sockets that there are
    SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(shutdown),
    SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(setsockopt), SCMP_SYS(getsockopt),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
    // memory and threads
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mlock),
    SCMP_SYS(mlock2), SCMP_SYS(munlock), SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(membarrier), SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    // signals to itself
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigaltstack),
    // what it is, and where
    SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrandom), SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getcpu)};

using filter_ptr = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

class filter {
 public:
  filter()
      : context_(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), ::seccomp_release) {
    if (context_ == nullptr) error_ = ENOMEM;
  }

  void allow(int call, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    if (error_ != 0) return;
    error_ = -::seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, call,
                                       static_cast<unsigned>(arguments.size()), arguments.begin());
  }

  /// @returns 0, or the errno
  int load() const { return error_ != 0 ? error_ : -::seccomp_load(context_.get()); }

 private:
  filter_ptr context_;
  int error_ = 0;
};

template <class T>
scmp_arg_cmp equals(unsigned argument, T value) {
  return {argument, SCMP_CMP_EQ, static_cast<scmp_datum_t>(value), 0};
}

template <class T>
scmp_arg_cmp has(unsigned argument, scmp_datum_t mask, T bits) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, static_cast<scmp_datum_t>(bits)};
}

scmp_arg_cmp has_none_of(unsigned argument, scmp_datum_t bits) {
  return has(argument, bits, 0);
}

void allow_memory(filter& f) {
  // Nothing that can be written is ever run, but libraries may be loaded.
  f.allow(SCMP_SYS(mmap), {has_none_of(2, PROT_EXEC)});
  f.allow(SCMP_SYS(mmap), {has(2, PROT_EXEC | PROT_WRITE, PROT_EXEC)});
  f.allow(SCMP_SYS(mprotect), {has_none_of(2, PROT_EXEC)});
}

void allow_threads(filter& f) {
  // clone3 has its flags in memory, where no filter sees them; libc then takes clone.
  f.allow(SCMP_SYS(clone), {has(0, CLONE_THREAD, CLONE_THREAD)});
  f.allow(SCMP_SYS(tgkill), {equals(0, ::getpid())});
  f.allow(SCMP_SYS(prlimit64), {equals(0, 0), equals(2, 0)}); // its own limits, to read
  f.allow(SCMP_SYS(prctl), {equals(0, PR_SET_NAME)});
  for (const int call : {SCMP_SYS(getpriority), SCMP_SYS(setpriority)})
    f.allow(call, {equals(0, PRIO_PROCESS), equals(1, 0)}); // of the thread itself
  for (const int request : {TCGETS, FIONBIO, FIONREAD, TIOCGWINSZ})
    f.allow(SCMP_SYS(ioctl), {equals(1, request)});
}

void allow_sockets(filter& f, const confinement& needed) {
  constexpr scmp_datum_t type = 0xF; // the rest is SOCK_CLOEXEC and SOCK_NONBLOCK
  for (const int family : {AF_INET, AF_INET6}) {
    for (const int protocol : {0, int{IPPROTO_TCP}})
      f.allow(SCMP_SYS(socket),
              {equals(0, family), has(1, type, SOCK_STREAM), equals(2, protocol)});
    if (needed.looks_up_names)
      f.allow(SCMP_SYS(socket), {equals(0, family), has(1, type, SOCK_DGRAM)});
  }
  if (needed.asks_programs)
    f.allow(SCMP_SYS(socket), {equals(0, AF_UNIX), has(1, type, SOCK_STREAM), equals(2, 0)});
  if (needed.connects || needed.looks_up_names || needed.asks_programs) f.allow(SCMP_SYS(connect));
  if (needed.looks_up_names) f.allow(SCMP_SYS(sendmmsg));
  // MSG_FASTOPEN connects, and so does an address.
  f.allow(SCMP_SYS(sendto), {has_none_of(3, MSG_FASTOPEN), equals(4, 0)});
  f.allow(SCMP_SYS(sendmsg), {has_none_of(2, MSG_FASTOPEN)});
}

} // namespace

confined_part close_system_calls(const confinement& needed) {
  filter f;
  for (const int call : always_allowed)
    f.allow(call);
  allow_memory(f);
  allow_threads(f);
  allow_sockets(f, needed);
  const int error = f.load();
  if (error == 0) return {"calls", "those of a server (seccomp)", ""};
  return {"calls", "",
          error == EINVAL || error == ENOSYS ? "this kernel has no seccomp filters"
                                             : "seccomp failed: " + errno_text(error)};
}

} // namespace asio_chat::ops
