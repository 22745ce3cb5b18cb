#include "supervisor/handover.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "base/background.hpp"

namespace wampgate::supervisor {
namespace {

constexpr const char* kVariable = "WAMPGATE_HANDOVER";  // "lock=5,control=6"

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Handover Handover::Received() {
  Handover handover;
  const char* const value = std::getenv(kVariable);
  if (value == nullptr) return handover;
  handover.received_ = true;
  for (std::string_view rest(value); !rest.empty();) {
    const std::string_view entry = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const std::size_t equals = entry.find('=');
    int fd = -1;
    if (equals == std::string_view::npos) continue;
    std::from_chars(entry.data() + equals + 1, entry.data() + entry.size(), fd);
    if (fd <= STDERR_FILENO || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) continue;
    handover.descriptors_.emplace_back(std::string(entry.substr(0, equals)), UniqueFd(fd));
  }
  ::unsetenv(kVariable);
  return handover;
}

UniqueFd Handover::Take(std::string_view name) {
  const auto found = std::find_if(descriptors_.begin(), descriptors_.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  if (found == descriptors_.end()) return {};
  UniqueFd fd = std::move(found->second);
  descriptors_.erase(found);
  return fd;
}

std::vector<UniqueFd> Handover::TakeAll(std::string_view name) {
  std::vector<UniqueFd> all;
  while (UniqueFd fd = Take(name)) all.push_back(std::move(fd));
  return all;
}

void Handover::Give(const std::string& name, int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (copy) descriptors_.emplace_back(name, std::move(copy));
}

Status Handover::Exec(const std::string& path, const std::vector<std::string>& arguments) const {
  std::string value;
  for (const auto& [name, fd] : descriptors_)
    value += fmt::format("{}{}={}", value.empty() ? "" : ",", name, fd.get());
  std::vector<std::string> environment{fmt::format("{}={}", kVariable, value)};
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    environment.emplace_back(*entry);
  std::vector<std::string> command = arguments;
  const std::vector<char*> argv = Pointers(command);
  const std::vector<char*> envp = Pointers(environment);
  // Other threads may open descriptors until exec ends them: theirs are close-on-exec by themselves.
  static_cast<void>(::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC));
  for (const auto& [name, fd] : descriptors_) static_cast<void>(::fcntl(fd.get(), F_SETFD, 0));
  const sigset_t signals = Signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const ForegroundScope inherited;  // the successor chooses for itself
  ::execve(path.c_str(), argv.data(), envp.data());
  const int error = errno;
  for (const auto& [name, fd] : descriptors_) static_cast<void>(::fcntl(fd.get(), F_SETFD, FD_CLOEXEC));
  UnblockSignals();
  return ErrnoStatus(error, fmt::format("running {}", path));
}

void Handover::UnblockSignals() {
  const sigset_t signals = Signals();
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace wampgate::supervisor
