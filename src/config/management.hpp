#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/role.hpp"
#include "net/tls_files.hpp"

namespace wampgate::config {

/// Who has a role.
struct RoleMembers {
  std::vector<std::string> users;         ///< names, or numbers as text
  std::vector<std::string> groups;        ///< likewise
  std::vector<std::string> certificates;  ///< common names and subject alternative names
  std::map<std::string, std::string>
      tokens;  ///< name → SHA-256 of the token, 64 lower-case hexadecimal digits
  bool operator==(const RoleMembers&) const = default;
};

/// A TCP port of the management API, always with TLS. Paths are absolute.
struct ManagementListener {
  std::string interface;  ///< address literal
  std::uint16_t port = 0;
  std::string certificate;
  std::string key;
  std::string ca;  ///< of client certificates; empty: they are not asked for
  bool operator==(const ManagementListener&) const = default;
};

/// Where metrics and health are served over HTTP.
struct ManagementHttp {
  std::string interface;  ///< address literal
  std::uint16_t port = 0;
  std::optional<net::TlsServerFiles> tls{};
  bool operator==(const ManagementHttp&) const = default;
};

/// How the node is managed.
struct Management {
  std::optional<std::map<Role, RoleMembers>> roles;  ///< nullopt: the group "wampgate" is operator
  std::vector<ManagementListener> listen;
  std::optional<ManagementHttp> http;  ///< nullopt: nowhere
  bool operator==(const Management&) const = default;
};

}  // namespace wampgate::config
