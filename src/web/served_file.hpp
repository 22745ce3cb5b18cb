#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/fd.hpp"
#include "http/message.hpp"
#include "web/byte_range.hpp"
#include "web/content.hpp"

namespace wampgate::web {

/// An open regular file in the state it had when it was opened. Helper thread only, but for its destruction.
class ServedFile final : public Content {
 public:
  ServedFile(UniqueFd fd, const struct stat& state);

  std::uint64_t size() const override { return size_; }
  Validators validators() const override;
  std::string Read(std::uint64_t offset, std::size_t most) const override;

 private:
  bool HasChanged() const;

  UniqueFd fd_;
  std::uint64_t size_;
  struct timespec modified_;
};

/// Body made of parts of a content and text between them. Bodies up to 64 KiB are read at once, longer ones
/// on demand.
using BodyPart = std::variant<std::string, ByteRange>;
/// False if the content could not be read.
bool SetBody(http::Response& response, std::shared_ptr<const Content> content, std::vector<BodyPart> parts);

}  // namespace wampgate::web
