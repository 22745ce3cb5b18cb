#pragma once

#include <memory>
#include <string>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "config/management.hpp"

namespace wampgate::management {

/// Copies in memory of a port's certificate, key and CA, with paths that only this process can open: what is
/// on disk takes effect when a revision says so, and only if it can be used.
class TlsFiles {
 public:
  /// FAILED_PRECONDITION, naming the file: it cannot be read, or is not what it should be.
  static StatusOr<std::unique_ptr<TlsFiles>> Read(const config::ManagementListener& options);

  /// Takes the content of another one.
  Status Become(const TlsFiles& other);

  std::string certificate() const { return PathOf(certificate_); }
  std::string key() const { return PathOf(key_); }
  std::string ca() const { return PathOf(ca_); }

 private:
  static std::string PathOf(const UniqueFd& file);
  Status Check(const config::ManagementListener& names) const;

  UniqueFd certificate_, key_, ca_;
};

}  // namespace wampgate::management
