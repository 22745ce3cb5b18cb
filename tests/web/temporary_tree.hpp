#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace wampgate::test {

/// A fresh folder with "site/" in it; removed at the end.
class TemporaryTree {
 public:
  TemporaryTree() {
    std::string name = (std::filesystem::temp_directory_path() / "wampgate-web-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    base_ = name;
    std::filesystem::create_directory(site());
  }
  ~TemporaryTree() {
    std::error_code ignored;
    std::filesystem::remove_all(base_, ignored);
  }
  TemporaryTree(const TemporaryTree&) = delete;
  TemporaryTree& operator=(const TemporaryTree&) = delete;

  const std::filesystem::path& base() const { return base_; }
  std::filesystem::path site() const { return base_ / "site"; }
  /// Below site(); makes the folders on the way.
  void Write(const std::string& path, const std::string& content) {
    std::filesystem::create_directories((site() / path).parent_path());
    std::ofstream(site() / path, std::ios::binary) << content;
  }

 private:
  std::filesystem::path base_;
};

}  // namespace wampgate::test
