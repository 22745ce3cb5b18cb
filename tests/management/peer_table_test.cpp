#include "management/peer_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/fd.hpp"

namespace wampgate::management {
namespace {

struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours.Reset(ends[0]);
    theirs.Reset(ends[1]);
  }
  UniqueFd ours, theirs;
};

std::string Name(int socket) {
  return "fd:" + std::to_string(socket);
}

TEST(PeerTable, SaysWhoIsAtTheOtherEnd) {
  const Pair pair;
  PeerTable table;
  ASSERT_TRUE(table.Add(pair.ours.get()).ok());
  const auto peer = table.Find(Name(pair.ours.get()));
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->uid, ::geteuid());
  EXPECT_EQ(peer->pid, ::getpid());
  ASSERT_FALSE(peer->groups.empty());
  EXPECT_EQ(peer->groups.front(), ::getegid());
  for (const char* wrong : {"fd:", "fd:x", "fd:1x", "unix:", "", "fd:-1", "ipv4:127.0.0.1:1", "fd:999999"}) {
    EXPECT_FALSE(table.Find(wrong)) << wrong;
  }
}

TEST(PeerTable, DoesNotTakeAnotherSocketOrFileOfTheSameNumberForTheOldOne) {
  PeerTable table;
  Pair first;
  const int number = first.ours.get();
  ASSERT_TRUE(table.Add(number).ok());
  Pair second;
  ASSERT_EQ(::dup2(second.ours.get(), number), number);
  EXPECT_FALSE(table.Find(Name(number))) << "another socket";
  const UniqueFd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::dup2(file.get(), number), number);
  EXPECT_FALSE(table.Find(Name(number))) << "a file";
  first.ours.Reset();
  EXPECT_FALSE(table.Find(Name(number))) << "nothing";
  EXPECT_EQ(table.CountOpen(), 0u);
}

TEST(PeerTable, CountsWhatIsOpen) {
  PeerTable table;
  Pair first, second;
  ASSERT_TRUE(table.Add(first.ours.get()).ok());
  ASSERT_TRUE(table.Add(second.ours.get()).ok());
  EXPECT_EQ(table.CountOpen(), 2u);
  first.ours.Reset();
  EXPECT_EQ(table.CountOpen(), 1u);
}

}  // namespace
}  // namespace wampgate::management
