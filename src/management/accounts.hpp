#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace wampgate::management {

/// The users and groups of a system. Look-ups may block (NSS); from any thread.
class Accounts {
 public:
  virtual ~Accounts() = default;
  virtual std::optional<uid_t> UserId(const std::string& name) const = 0;
  virtual std::optional<gid_t> GroupId(const std::string& name) const = 0;
  virtual std::optional<std::string> UserName(uid_t uid) const = 0;
};

/// Those of this system.
const Accounts& SystemAccounts();

}  // namespace wampgate::management
