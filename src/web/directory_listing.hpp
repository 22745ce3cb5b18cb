#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "web/beneath.hpp"
#include "web/mime_types.hpp"

namespace wampgate::web {

enum class DotFiles : std::uint8_t { kHide, kShow };

/// What of a directory is listed.
struct ListingRules {
  Symlinks symlinks = Symlinks::kBeneath;
  DotFiles dot_files = DotFiles::kHide;
};

struct ListingEntry {
  std::string name;
  bool is_directory = false;
  std::uint64_t size = 0;  ///< of files
};

/// Directories first, then files, each by name; at most 10,000. What would not be served (sockets, devices,
/// symlinks that lead out or nowhere) is left out. Takes the descriptor.
std::vector<ListingEntry> ReadDirectory(UniqueFd directory, const ListingRules& rules);

enum class ParentLink : std::uint8_t { kNo, kYes };

/// The page; `title` is the path as the user sees it.
std::string ListingPage(std::string_view title, const std::vector<ListingEntry>& entries,
                        const MimeTypes& types, ParentLink parent);

/// Whether the name of a file or directory is a dot-file that is not served unless asked for; ".well-known"
/// is not.
bool IsDotFile(std::string_view name);

}  // namespace wampgate::web
