#include "supervisor/revision_store.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "temporary_folder.hpp"

namespace wampgate::supervisor {
namespace {

internal::Revision MakeRevision(std::uint64_t number) {
  internal::Revision revision;
  revision.set_number(number);
  revision.set_origin("api");
  revision.mutable_node()->set_version(2);
  revision.set_message("change " + std::to_string(number));
  return revision;
}

/// Stops as a killed process does: from step `stop_at` on (0-based) nothing reaches the disk any more.
class DyingDisk final : public Disk {
 public:
  explicit DyingDisk(int stop_at) : steps_(stop_at) {}
  Status WriteAndSync(const std::string& path, const std::string& content) override {
    if (steps_ == 0) {  // in the middle of the write
      steps_ = -1;
      std::ofstream(path, std::ios::binary) << content.substr(0, content.size() / 2);
    }
    return Step() ? Disk::WriteAndSync(path, content) : Dead();
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return Step() ? Disk::Rename(from, to) : Dead();
  }
  Status SyncFolder(const std::string& path) override { return Step() ? Disk::SyncFolder(path) : Dead(); }
  Status Remove(const std::string& path) override { return Step() ? Disk::Remove(path) : Dead(); }

 private:
  bool Step() { return steps_ > 0 && steps_-- > 0; }
  static Status Dead() { return Unavailable("dead"); }
  int steps_;
};

/// Fails at one step and works at all others.
class FailingDisk final : public Disk {
 public:
  explicit FailingDisk(int fail_at) : left_(fail_at) {}
  Status WriteAndSync(const std::string& path, const std::string& content) override {
    return Fails() ? ResourceExhausted("no space left") : Disk::WriteAndSync(path, content);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return Fails() ? Unavailable("no") : Disk::Rename(from, to);
  }
  Status SyncFolder(const std::string& path) override {
    return Fails() ? Unavailable("no") : Disk::SyncFolder(path);
  }

 private:
  bool Fails() { return left_-- == 0; }
  int left_;
};

class RevisionStoreTest : public ::testing::Test {
 protected:
  std::uint64_t Newest() {
    Disk disk;
    RevisionStore store(disk, folder_.path());
    const auto newest = store.LoadNewest();
    EXPECT_TRUE(newest.ok()) << newest.status();
    return newest->has_value() ? (*newest)->number() : 0;
  }
  void Write(std::uint64_t count) {
    RevisionStore store(disk_, folder_.path());
    ASSERT_TRUE(store.LoadNewest().ok());
    for (std::uint64_t i = 0; i < count; ++i)
      ASSERT_TRUE(store.Append(MakeRevision(store.next_number())).ok());
  }
  std::string FileOf(std::uint64_t number) const {
    char name[32];
    std::snprintf(name, sizeof name, "%010llu.revision", static_cast<unsigned long long>(number));
    return folder_ / name;
  }
  Disk disk_;
  TemporaryFolder folder_;
};

TEST_F(RevisionStoreTest, IsEmptyAtFirst) {
  RevisionStore store(disk_, folder_.path());
  const auto newest = store.LoadNewest();
  ASSERT_TRUE(newest.ok());
  EXPECT_FALSE(newest->has_value());
  EXPECT_EQ(store.next_number(), 1u);
}

TEST_F(RevisionStoreTest, GivesBackWhatWasWritten) {
  Write(2);
  RevisionStore store(disk_, folder_.path());
  const auto newest = store.LoadNewest();
  ASSERT_TRUE(newest.ok() && newest->has_value());
  EXPECT_EQ((*newest)->SerializeAsString(), MakeRevision(2).SerializeAsString());
  EXPECT_EQ(store.next_number(), 3u);
}

TEST_F(RevisionStoreTest, KeepsTheLastThirtyTwo) {
  Write(40);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_.path())) ++files;
  EXPECT_EQ(files, RevisionStore::kKept);
  EXPECT_EQ(Newest(), 40u);
  EXPECT_FALSE(std::filesystem::exists(FileOf(8)));
  EXPECT_TRUE(std::filesystem::exists(FileOf(9)));
}

TEST_F(RevisionStoreTest, HasTheOldOrTheNewRevisionWhereverTheProcessIsKilled) {
  // Steps of Append: write and sync, rename, sync folder.
  for (int stop_at = 0; stop_at <= 3; ++stop_at) {
    TemporaryFolder folder;
    RevisionStore before(disk_, folder.path());
    ASSERT_TRUE(before.LoadNewest().ok());
    ASSERT_TRUE(before.Append(MakeRevision(1)).ok());
    DyingDisk dying(stop_at);
    RevisionStore store(dying, folder.path());
    ASSERT_TRUE(store.LoadNewest().ok());
    const bool written = store.Append(MakeRevision(2)).ok();
    EXPECT_EQ(written, stop_at == 3);
    RevisionStore after(disk_, folder.path());
    const auto newest = after.LoadNewest();
    ASSERT_TRUE(newest.ok() && newest->has_value()) << "killed at step " << stop_at;
    EXPECT_EQ((*newest)->number(), stop_at < 2 ? 1u : 2u) << "killed at step " << stop_at;
    ASSERT_TRUE(after.Append(MakeRevision(after.next_number())).ok());
  }
}

TEST_F(RevisionStoreTest, ChangesNothingWhenAStepFails) {
  for (int fail_at = 0; fail_at < 3; ++fail_at) {
    TemporaryFolder folder;
    RevisionStore before(disk_, folder.path());
    ASSERT_TRUE(before.LoadNewest().ok());
    ASSERT_TRUE(before.Append(MakeRevision(1)).ok());
    FailingDisk failing(fail_at);
    RevisionStore store(failing, folder.path());
    ASSERT_TRUE(store.LoadNewest().ok());
    EXPECT_FALSE(store.Append(MakeRevision(2)).ok());
    EXPECT_EQ(store.next_number(), 2u);
    RevisionStore after(disk_, folder.path());
    const auto newest = after.LoadNewest();
    ASSERT_TRUE(newest.ok() && newest->has_value());
    EXPECT_EQ((*newest)->number(), 1u) << "failed at step " << fail_at;
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++files;
    EXPECT_EQ(files, 1u) << "failed at step " << fail_at;
  }
}

TEST_F(RevisionStoreTest, SaysWhenTheDiskIsFullAndLeavesNothing) {
  Write(1);
  RevisionStore store(disk_, folder_.path());
  ASSERT_TRUE(store.LoadNewest().ok());
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = limit;
  small.rlim_cur = 40;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = store.Append(MakeRevision(2));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, before);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(std::string(Message(status)).find(folder_.path()), std::string::npos) << status;
  EXPECT_EQ(Newest(), 1u);
  EXPECT_TRUE(store.Append(MakeRevision(2)).ok());
}

TEST_F(RevisionStoreTest, FallsBackWhereAnyOctetOfTheNewestIsDamaged) {
  Write(2);
  const std::string file = *disk_.Read(FileOf(2));
  for (std::size_t i = 0; i < file.size(); ++i) {
    std::string damaged = file;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    ASSERT_TRUE(disk_.Write(FileOf(2), damaged).ok());
    ASSERT_EQ(Newest(), 1u) << "octet " << i;
  }
}

TEST_F(RevisionStoreTest, FallsBackWhereTheNewestIsCutShort) {
  Write(2);
  const std::string file = *disk_.Read(FileOf(2));
  for (std::size_t size = 0; size < file.size(); ++size) {
    ASSERT_TRUE(disk_.Write(FileOf(2), file.substr(0, size)).ok());
    ASSERT_EQ(Newest(), 1u) << size << " octets left";
  }
}

TEST_F(RevisionStoreTest, GivesBackEachKeptRevision) {
  Write(40);
  RevisionStore store(disk_, folder_.path());
  const auto numbers = store.Numbers();
  ASSERT_TRUE(numbers.ok());
  EXPECT_EQ(numbers->front(), 9u);
  EXPECT_EQ(numbers->back(), 40u);
  EXPECT_EQ(store.Load(9)->message(), "change 9");
  EXPECT_EQ(store.Load(8).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(disk_.Write(FileOf(10), "rubbish").ok());
  EXPECT_EQ(store.Load(10).status().code(), StatusCode::kDataLoss);
}

TEST_F(RevisionStoreTest, GivesBackWhatIsNotOlderThanATimeAndReadsLittleElse) {
  RevisionStore store(disk_, folder_.path());
  ASSERT_TRUE(store.LoadNewest().ok());
  for (std::uint64_t number = 1; number <= 9; ++number) {
    internal::Revision revision = MakeRevision(number);
    revision.set_time_unix_milliseconds(static_cast<std::int64_t>(number * 1000));
    ASSERT_TRUE(store.Append(revision).ok());
  }
  ASSERT_TRUE(disk_.Write(FileOf(8), "rubbish").ok());
  std::vector<std::uint64_t> visited;
  store.ForEachSince(6500, [&](const internal::Revision& revision) {
    visited.push_back(revision.number());
    return RevisionStore::Go::kOn;
  });
  EXPECT_EQ(visited, (std::vector<std::uint64_t>{9, 7}));
}

TEST_F(RevisionStoreTest, ReplacesARevisionWholeOrNotAtAll) {
  Write(2);
  internal::Revision changed = MakeRevision(2);
  changed.mutable_confirmation()->set_confirmed(true);
  for (int stop_at = 0; stop_at <= 3; ++stop_at) {
    DyingDisk dying(stop_at);
    RevisionStore store(dying, folder_.path());
    EXPECT_EQ(store.Replace(changed).ok(), stop_at == 3);
    const auto read = RevisionStore(disk_, folder_.path()).Load(2);
    ASSERT_TRUE(read.ok()) << "killed at step " << stop_at;
    EXPECT_EQ(read->confirmation().confirmed(), stop_at >= 2) << "killed at step " << stop_at;
    if (stop_at == 2) ASSERT_TRUE(RevisionStore(disk_, folder_.path()).Replace(MakeRevision(2)).ok());
  }
}

TEST_F(RevisionStoreTest, NeverGivesTheNumberOfADamagedRevisionAgain) {
  Write(2);
  ASSERT_TRUE(disk_.Write(FileOf(2), "rubbish").ok());
  RevisionStore store(disk_, folder_.path());
  ASSERT_TRUE(store.LoadNewest().ok());
  EXPECT_EQ(store.next_number(), 3u);
}

TEST_F(RevisionStoreTest, RefusesAFileThatHoldsAnotherRevision) {
  Write(2);
  std::filesystem::copy_file(FileOf(1), FileOf(3));
  EXPECT_EQ(Newest(), 2u);
}

}  // namespace
}  // namespace wampgate::supervisor
