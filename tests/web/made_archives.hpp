#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "web/archive_check.hpp"
#include "web/temporary_tree.hpp"

namespace wampgate::test {

/// The archives of make_archives.py in a folder of their own; see there for their names.
class MadeArchives {
 public:
  MadeArchives() {
    const std::string command = "python3 " WAMPGATE_MAKE_ARCHIVES " " + tree_.base().string();
    EXPECT_EQ(std::system(command.c_str()), 0);
  }
  const std::filesystem::path& base() const { return tree_.base(); }
  std::string Read(const std::string& file) const {
    std::ostringstream content;
    content << std::ifstream(base() / file, std::ios::binary).rdbuf();
    return content.str();
  }
  std::string Octets(const std::string& name) const { return Read(name + ".zip"); }
  /// Replaces the file by another one.
  void Put(const std::string& name, const std::filesystem::path& target) const {
    const std::filesystem::path copy = base() / "copy";
    std::filesystem::copy_file(base() / (name + ".zip"), copy);
    std::filesystem::rename(copy, target);
  }
  std::string Sha256(const std::string& name) const {
    web::ArchiveSource source;
    source.file = base() / (name + ".zip");
    source.hashes = {""};
    // The refusal quotes it.
    const std::string refusal(Message(web::OpenArchive(source).status()));
    constexpr std::size_t kBefore = sizeof "its SHA-256 " - 1, kDigits = 64;
    return refusal.substr(kBefore, kDigits);
  }

 private:
  TemporaryTree tree_;
};

}  // namespace wampgate::test
