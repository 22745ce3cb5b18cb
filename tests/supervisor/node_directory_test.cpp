#include "supervisor/node_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "temporary_folder.hpp"

namespace wampgate::supervisor {
namespace {

TEST(NodeDirectory, KeepsItsStateForItsOwnerOnly) {
  const TemporaryFolder folder;
  const auto directory = NodeDirectory::Open(folder.path());
  ASSERT_TRUE(directory.ok()) << directory.status();
  struct stat state{};
  ASSERT_EQ(::stat(directory->state_folder().c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 07777, 0700u);
}

TEST(NodeDirectory, IsForOneSupervisorAndNamesItsPid) {
  const TemporaryFolder folder;
  const auto first = NodeDirectory::Open(folder.path());
  ASSERT_TRUE(first.ok());
  const auto second = NodeDirectory::Open(folder.path());
  ASSERT_EQ(second.status().code(), StatusCode::kAlreadyExists);
  EXPECT_NE(second.status().ToString().find("pid " + std::to_string(::getpid())), std::string::npos)
      << second.status();
}

TEST(NodeDirectory, CanBeTakenOverOnceItsSupervisorIsGone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(NodeDirectory::Open(folder.path()).ok());
  EXPECT_TRUE(NodeDirectory::Open(folder.path()).ok());
}

TEST(NodeDirectory, TakesAwayWhatItMadeAndNothingElse) {
  const TemporaryFolder folder;
  std::ofstream(folder / "node.pid") << "Crossbar's";
  auto directory = NodeDirectory::Open(folder.path());
  ASSERT_TRUE(directory.ok());
  directory->RemoveWhatWasMade();
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate"));
  EXPECT_TRUE(std::filesystem::exists(folder / "node.pid"));
}

TEST(NodeDirectory, LeavesStateThatWasThereBefore) {
  const TemporaryFolder folder;
  ASSERT_TRUE(NodeDirectory::Open(folder.path()).ok());
  auto again = NodeDirectory::Open(folder.path());
  ASSERT_TRUE(again.ok());
  again->RemoveWhatWasMade();
  EXPECT_TRUE(std::filesystem::exists(folder / ".wampgate"));
}

TEST(NodeDirectory, NamesADirectoryThatDoesNotExist) {
  const auto directory = NodeDirectory::Open("/nowhere/at/all");
  EXPECT_EQ(directory.status().code(), StatusCode::kNotFound);
  EXPECT_NE(directory.status().ToString().find("/nowhere/at/all"), std::string::npos);
}

TEST(NodeDirectory, NamesAFileInItsPlace) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  EXPECT_FALSE(NodeDirectory::Open(folder / "file").ok());
}

TEST(NodeDirectory, RefusesAPathTooLongForItsSocketAndMakesNothing) {
  const TemporaryFolder folder;
  const std::string deep = folder / std::string(100, 'x');
  std::filesystem::create_directory(deep);
  const auto directory = NodeDirectory::Open(deep);
  EXPECT_EQ(directory.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(directory.status().ToString().find("107"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(deep));
}

}  // namespace
}  // namespace wampgate::supervisor
