#pragma once

#include <span>
#include <string_view>

#include "config/role.hpp"

namespace wampgate::management {

using config::Role;

/// Whether a method changes something, and so leaves an audit line.
enum class Purpose : unsigned char { kLook, kChange };

/// Who may call a method.
struct MethodAccess {
  std::string_view method;  ///< "wampgate.v1.ConfigService.GetConfig", as descriptors have it
  Role role;                ///< the least one; kNone: anybody who can connect
  Purpose purpose;
};

/// The one place that says who may call what.
std::span<const MethodAccess> AccessTable();

/// By the method's full name. nullptr: nobody may call it; a test holds the table to the registered services.
const MethodAccess* FindAccess(std::string_view method);

}  // namespace wampgate::management
