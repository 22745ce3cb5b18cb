// The log of changes beside an image of a large revision.
#include "supervisor/revision_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "config/load.hpp"
#include "config/node_delta.hpp"
#include "supervisor/revision_store.hpp"
#include "temporary_folder.hpp"

namespace wampgate::supervisor {
namespace {

constexpr int kRoutes = 300;

config::ObjectName Route(int realm) {
  return {.kind = config::ObjectName::Kind::kRoute,
          .worker = "w",
          .realm = "realm" + std::to_string(realm),
          .role = "user"};
}
void Put(v1::Node& node, int realm, const std::string& target) {
  auto& routes = *node.mutable_workers(0)->mutable_proxy()->mutable_routes();
  auto& targets = (*routes["realm" + std::to_string(realm)].mutable_roles())["user"];
  targets.clear_connections();
  targets.add_connections(target);
}

/// Revision 1: with many routes. Revision n > 1 has another target at realm n, and no realm 2n.
internal::Revision First() {
  internal::Revision revision;
  revision.set_number(1);
  revision.set_origin("api");
  revision.mutable_node()->add_workers()->set_id("w");
  for (int realm = 0; realm < kRoutes; ++realm) Put(*revision.mutable_node(), realm, "first");
  revision.mutable_file()->set_version(7);
  return revision;
}
internal::NodeDelta Next(internal::Revision& revision) {
  const int number = static_cast<int>(revision.number()) + 1;
  revision.set_number(revision.number() + 1);
  revision.set_message("change " + std::to_string(number));
  Put(*revision.mutable_node(), number, "changed");
  revision.mutable_node()->mutable_workers(0)->mutable_proxy()->mutable_routes()->erase(
      Route(2 * number).realm);
  return config::DeltaTo(revision.node(), {Route(number), Route(2 * number)});
}
internal::Revision Numbered(std::uint64_t number) {
  internal::Revision revision = First();
  while (revision.number() < number) Next(revision);
  return revision;
}
std::string Bytes(const internal::Revision& revision) {
  return config::CanonicalBytes(revision);
}

/// Fails, or dies as a killed process does, in the middle of a write to a log.
class LogDisk final : public Disk {
 public:
  enum class Fault { kNone, kFails, kKilled };
  Fault fault = Fault::kNone;
  std::size_t octets = 0;  ///< of the next record that reach the disk
  std::size_t reads = 0;

  Status WriteAndSync(const std::string& path, const std::string& content) override {
    return Write(path, content, [&](const std::string& part) { return Disk::WriteAndSync(path, part); });
  }
  Status AppendAndSync(const std::string& path, const std::string& content) override {
    return Write(path, content, [&](const std::string& part) { return Disk::AppendAndSync(path, part); });
  }
  StatusOr<std::string> Read(const std::string& path) override {
    ++reads;
    return Disk::Read(path);
  }
  Status Truncate(const std::string& path, std::size_t size) override {
    return fault == Fault::kKilled ? Unavailable("dead") : Disk::Truncate(path, size);
  }

 private:
  template <typename Call>
  Status Write(const std::string& path, const std::string& content, const Call& call) {
    if (fault == Fault::kNone || !path.ends_with(".log")) return call(content);
    static_cast<void>(call(content.substr(0, octets)));
    return ResourceExhausted("no space left");
  }
};

class RevisionLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_.LoadNewest().ok());
    ASSERT_TRUE(store_.Append(running_).ok());
  }
  Status AppendNext() {
    internal::Revision next = running_;
    const internal::NodeDelta delta = Next(next);
    const Status status = store_.Append(next, {&delta, RevisionDifference::File::kSame});
    if (status.ok()) running_ = next;
    return status;
  }
  void AppendMany(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(AppendNext().ok());
  }
  /// As a supervisor that starts finds it.
  internal::Revision Newest() {
    Disk disk;
    RevisionStore store(disk, folder_.path());
    const auto newest = store.LoadNewest();
    EXPECT_TRUE(newest.ok() && newest->has_value());
    next_number_ = store.next_number();
    return newest.ok() && *newest ? **newest : internal::Revision();
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
      files.push_back(entry.path().filename());
    std::sort(files.begin(), files.end());
    return files;
  }
  std::string LogPath() const { return folder_ / "0000000001.log"; }

  LogDisk disk_;
  TemporaryFolder folder_;
  RevisionStore store_{disk_, folder_.path()};
  internal::Revision running_ = First();
  std::uint64_t next_number_ = 0;
};

TEST_F(RevisionLogTest, HasWhatSmallChangesMakeOfALargeRevision) {
  AppendMany(20);
  EXPECT_EQ(Files(), (std::vector<std::string>{"0000000001.log", "0000000001.revision"}));
  EXPECT_LT(std::filesystem::file_size(LogPath()),
            std::filesystem::file_size(folder_ / "0000000001.revision"));
  EXPECT_EQ(Bytes(Newest()), Bytes(running_));
  EXPECT_EQ(next_number_, 22u);
  for (std::uint64_t number = 1; number <= 21; ++number) {
    const auto revision = store_.Load(number);
    ASSERT_TRUE(revision.ok()) << revision.status();
    EXPECT_EQ(Bytes(*revision), Bytes(Numbered(number)));
  }
  EXPECT_EQ(store_.Load(22).status().code(), StatusCode::kNotFound);
  const auto numbers = store_.Numbers();
  ASSERT_TRUE(numbers.ok());
  EXPECT_EQ(numbers->size(), 21u);
}

TEST_F(RevisionLogTest, HasTheOldOrTheNewRevisionWhereverTheProcessIsKilled) {
  for (const int before : {0, 3}) {
    bool whole = false;
    for (std::size_t octets = 0; !whole; octets += 5) {
      TemporaryFolder folder;
      LogDisk disk;
      RevisionStore store(disk, folder.path());
      internal::Revision running = First();
      ASSERT_TRUE(store.LoadNewest().ok());
      ASSERT_TRUE(store.Append(running).ok());
      for (int i = 0; i < before; ++i) {
        const internal::NodeDelta delta = Next(running);
        ASSERT_TRUE(store.Append(running, {&delta, RevisionDifference::File::kSame}).ok());
      }
      internal::Revision next = running;
      const internal::NodeDelta delta = Next(next);
      disk.fault = LogDisk::Fault::kKilled;
      disk.octets = octets;
      ASSERT_FALSE(store.Append(next, {&delta, RevisionDifference::File::kSame}).ok());
      RevisionStore after(disk_, folder.path());
      const auto newest = after.LoadNewest();
      ASSERT_TRUE(newest.ok() && *newest);
      whole = (*newest)->number() == next.number();
      ASSERT_EQ(Bytes(**newest), Bytes(whole ? next : running)) << octets << " octets";
      ASSERT_LT(octets, 1000u);
    }
  }
}

TEST_F(RevisionLogTest, IsCutOffWhereARecordCannotBeWrittenAndGoesOnWithAnImage) {
  AppendMany(3);
  disk_.fault = LogDisk::Fault::kFails;
  for (const std::size_t octets : {0u, 30u, 1000000u}) {
    disk_.octets = octets;
    EXPECT_FALSE(AppendNext().ok());
    EXPECT_EQ(Bytes(Newest()), Bytes(running_)) << octets << " octets";
    disk_.fault = LogDisk::Fault::kNone;
    ASSERT_TRUE(AppendNext().ok());
    EXPECT_EQ(Bytes(Newest()), Bytes(running_));
    ASSERT_TRUE(AppendNext().ok());
    disk_.fault = LogDisk::Fault::kFails;
  }
  disk_.fault = LogDisk::Fault::kNone;
  for (std::uint64_t number = 1; number <= running_.number(); ++number)
    EXPECT_EQ(Bytes(*store_.Load(number)), Bytes(Numbered(number)));
}

TEST_F(RevisionLogTest, CutShortAnywhereGivesTheLastRevisionThatIsWhole) {
  AppendMany(3);
  const std::string log = *disk_.Read(LogPath());
  std::uint64_t last = 4;
  for (std::size_t size = log.size(); size-- > 0;) {
    ASSERT_TRUE(disk_.Disk::Write(LogPath(), log.substr(0, size)).ok());
    const internal::Revision newest = Newest();
    ASSERT_LE(newest.number(), last);
    last = newest.number();
    ASSERT_EQ(Bytes(newest), Bytes(Numbered(last))) << size << " octets left";
    ASSERT_GT(next_number_, last);
  }
  EXPECT_EQ(last, 1u);
}

TEST_F(RevisionLogTest, DamagedAnywhereGivesARevisionThatIsWhole) {
  AppendMany(3);
  const std::string log = *disk_.Read(LogPath());
  for (std::size_t i = 0; i < log.size(); ++i) {
    std::string damaged = log;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    ASSERT_TRUE(disk_.Disk::Write(LogPath(), damaged).ok());
    const internal::Revision newest = Newest();
    ASSERT_LT(newest.number(), 4u) << "octet " << i;
    ASSERT_EQ(Bytes(newest), Bytes(Numbered(newest.number()))) << "octet " << i;
  }
}

TEST_F(RevisionLogTest, IsNotGoneOnWithByTheNextSupervisor) {
  AppendMany(3);
  RevisionStore next(disk_, folder_.path());
  const auto newest = next.LoadNewest();
  ASSERT_TRUE(newest.ok() && *newest);
  internal::Revision revision = **newest;
  const internal::NodeDelta delta = Next(revision);
  ASSERT_TRUE(next.Append(revision, {&delta, RevisionDifference::File::kSame}).ok());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "0000000005.revision"));
  EXPECT_EQ(Bytes(Newest()), Bytes(revision));
  EXPECT_EQ(Bytes(*next.Load(4)), Bytes(running_));
}

TEST_F(RevisionLogTest, BeginsANewImageWhenItOutgrowsTheOneItHas) {
  AppendMany(290);
  std::size_t images = 0;
  for (const std::string& file : Files()) images += file.ends_with(".revision") ? 1 : 0;
  EXPECT_GE(images, 1u);
  EXPECT_LT(images, 20u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "0000000001.revision")) << "kept for nothing";
  const auto numbers = store_.Numbers();
  ASSERT_TRUE(numbers.ok());
  ASSERT_EQ(numbers->size(), RevisionStore::kKept);
  for (const std::uint64_t number : *numbers) EXPECT_EQ(Bytes(*store_.Load(number)), Bytes(Numbered(number)));
}

TEST_F(RevisionLogTest, IsGoneThroughWithEachFileReadOnce) {
  AppendMany(20);
  running_.mutable_confirmation()->set_confirmed(true);
  ASSERT_TRUE(store_.Replace(running_).ok());
  disk_.reads = 0;
  std::uint64_t expected = 15;
  store_.ForEach(15, [&](const internal::Revision& revision) {
    EXPECT_EQ(revision.number(), expected);
    if (expected < 21) EXPECT_EQ(Bytes(revision), Bytes(Numbered(expected)));
    EXPECT_EQ(revision.confirmation().confirmed(), expected == 21) << "as it was last written";
    ++expected;
    return RevisionStore::Go::kOn;
  });
  EXPECT_EQ(expected, 22u);
  EXPECT_LE(disk_.reads, 3u) << "the image, and its log for the numbers and for the content";
  std::size_t visited = 0;
  store_.ForEach(1, [&](const internal::Revision&) {
    return ++visited == 3 ? RevisionStore::Go::kStop : RevisionStore::Go::kOn;
  });
  EXPECT_EQ(visited, 3u);
}

TEST_F(RevisionLogTest, IsGoneThroughFromTheOldestThatIsKept) {
  AppendMany(290);
  std::vector<std::uint64_t> visited;
  store_.ForEach(1, [&](const internal::Revision& revision) {
    visited.push_back(revision.number());
    return RevisionStore::Go::kOn;
  });
  EXPECT_EQ(visited, *store_.Numbers());
  store_.ForEach(1'000'000'000'000, [](const internal::Revision&) -> RevisionStore::Go {
    ADD_FAILURE() << "there is none";
    return RevisionStore::Go::kStop;
  });
}

TEST_F(RevisionLogTest, ReplacesARevisionInIt) {
  AppendMany(2);
  running_.mutable_confirmation()->set_confirmed(true);
  ASSERT_TRUE(store_.Replace(running_).ok());
  EXPECT_EQ(Bytes(Newest()), Bytes(running_));
  EXPECT_EQ(next_number_, 4u);
  running_.mutable_confirmation()->set_confirmed(false);
  AppendMany(1);
  EXPECT_EQ(Bytes(Newest()), Bytes(running_));
}

TEST_F(RevisionLogTest, KnowsAnotherFile) {
  internal::Revision next = running_;
  const internal::NodeDelta delta = Next(next);
  next.mutable_file()->set_version(8);
  ASSERT_TRUE(store_.Append(next, {&delta, RevisionDifference::File::kDiffers}).ok());
  EXPECT_EQ(Newest().file().version(), 8);
}

}  // namespace
}  // namespace wampgate::supervisor
