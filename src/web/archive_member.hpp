#pragma once

#include <memory>
#include <string>

#include "web/content.hpp"
#include "web/zip_archive.hpp"

namespace wampgate::web {

/// What a member inflates to. Read from the beginning to the end; going back, or skipping, inflates again.
std::shared_ptr<const Content> InflatedMember(std::shared_ptr<ZipArchive> archive, const ZipMember& member);

/// A deflated member as it is in the archive, between a header and a trailer that make it a gzip file (RFC
/// 1952).
std::shared_ptr<const Content> GzippedMember(std::shared_ptr<ZipArchive> archive, const ZipMember& member);

/// What a member inflates to, in memory.
std::shared_ptr<const Content> HeldMember(std::shared_ptr<const std::string> octets,
                                          const ZipArchive& archive, const ZipMember& member);

/// Octets that gzip adds to a deflated member.
inline constexpr std::size_t kGzipFrame = 18;

}  // namespace wampgate::web
