#include "management/accounts.hpp"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

namespace wampgate::management {
namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr std::size_t kLargestBuffer = 1024 * 1024;  // a group with very many members

/// Calls one of the get…_r functions with a buffer that is large enough.
template <typename Record, typename Call>
bool LookUp(Record& record, std::vector<char>& buffer, const Call& call) {
  for (std::size_t size = kFirstBuffer; size <= kLargestBuffer; size *= 4) {
    buffer.resize(size);
    Record* found = nullptr;
    const int error = call(&record, buffer.data(), buffer.size(), &found);
    if (error != ERANGE) return error == 0 && found != nullptr;
  }
  return false;
}

class System final : public Accounts {
 public:
  std::optional<uid_t> UserId(const std::string& name) const override {
    passwd record{};
    std::vector<char> buffer;
    const bool found = LookUp(record, buffer, [&](passwd* to, char* data, std::size_t size, passwd** result) {
      return ::getpwnam_r(name.c_str(), to, data, size, result);
    });
    return found ? std::optional(record.pw_uid) : std::nullopt;
  }
  std::optional<gid_t> GroupId(const std::string& name) const override {
    group record{};
    std::vector<char> buffer;
    const bool found = LookUp(record, buffer, [&](group* to, char* data, std::size_t size, group** result) {
      return ::getgrnam_r(name.c_str(), to, data, size, result);
    });
    return found ? std::optional(record.gr_gid) : std::nullopt;
  }
  std::optional<std::string> UserName(uid_t uid) const override {
    passwd record{};
    std::vector<char> buffer;
    const bool found = LookUp(record, buffer, [&](passwd* to, char* data, std::size_t size, passwd** result) {
      return ::getpwuid_r(uid, to, data, size, result);
    });
    return found ? std::optional<std::string>(record.pw_name) : std::nullopt;
  }
};

}  // namespace

const Accounts& SystemAccounts() {
  static const System accounts;
  return accounts;
}

}  // namespace wampgate::management
