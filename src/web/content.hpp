#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "web/validators.hpp"

namespace wampgate::web {

/// A representation in one state, to be sent whole or in ranges. Helper thread only, but for its destruction.
class Content {
 public:
  virtual ~Content() = default;
  virtual std::uint64_t size() const = 0;
  virtual Validators validators() const = 0;
  /// Whether reading at any offset costs the same; else going back begins anew.
  virtual bool seeks() const { return true; }
  /// `most` octets, which are within the size; empty if it cannot be read, or is no longer in this state.
  virtual std::string Read(std::uint64_t offset, std::size_t most) const = 0;
};

}  // namespace wampgate::web
