#include "base/whole_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace wampgate {
namespace {

class WholeFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "whole_file_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string folder_;
};

TEST_F(WholeFile, IsReadUpToItsBound) {
  const std::string text(10'000, 'x');
  std::ofstream(Path("text")) << text;
  EXPECT_EQ(*ReadWholeFile(Path("text")), text);
  EXPECT_EQ(*ReadWholeFile(Path("text"), 10'000), text);
  EXPECT_EQ(Message(ReadWholeFile(Path("text"), 9'999).status()), "has more than 9999 octets");
  std::ofstream(Path("empty")) << "";
  EXPECT_EQ(*ReadWholeFile(Path("empty")), "");
  EXPECT_EQ(*ReadWholeFile(Path("empty"), 0), "");
}

TEST_F(WholeFile, IsNeitherAFifoThatNobodyWritesToNorAFolderNorMissing) {
  ASSERT_EQ(::mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(Message(ReadWholeFile(Path("fifo")).status()), "cannot be read: it is not a file");
  EXPECT_EQ(Message(ReadWholeFile(folder_).status()), "cannot be read: it is not a file");
  EXPECT_EQ(Message(ReadWholeFile(Path("none")).status()), "cannot be read: no such file or directory");
}

TEST_F(WholeFile, IsNotFoundOnlyWhereThereIsNone) {
  std::ofstream(Path("text")) << "text";
  ASSERT_EQ(::symlink("loop", Path("loop").c_str()), 0);
  EXPECT_EQ(ReadWholeFile(Path("none")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(ReadWholeFile(Path("text/below")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(ReadWholeFile(Path("loop")).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wampgate
