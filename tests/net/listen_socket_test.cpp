#include "net/listen_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "net/listening.hpp"
#include "net/socket_address.hpp"
#include "net/stream.hpp"

namespace wampgate::net {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string BindFailure(const ListenEndpoint& endpoint, ReusePort reuse_port = ReusePort::kNo) {
  const auto bound = BindListenSocket(endpoint, reuse_port);
  return bound.ok() ? "bound" : std::string(Message(bound.status()));
}

unsigned ModeOf(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

TEST(BindListenSocket, TellsTheRealPort) {
  const auto bound = BindListenSocket(Loopback(), ReusePort::kNo);
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_GT(BoundPort(bound->get()), 0);
  EXPECT_EQ(BoundAddress(bound->get()), "tcp4:127.0.0.1:" + std::to_string(BoundPort(bound->get())));
}

TEST(BindListenSocket, RefusesConnectionsUntilItListens) {
  const auto bound = BindListenSocket(Loopback(), ReusePort::kNo);
  ASSERT_TRUE(bound.ok());
  SocketAddress address;
  ::getsockname(bound->get(), address.get(), &address.size);
  const UniqueFd early(::socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(::connect(early.get(), address.get(), address.size), -1);
  ASSERT_TRUE(StartListening(bound->get(), 1).ok());
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(::connect(client.get(), address.get(), address.size), 0);
}

TEST(BindListenSocket, SaysThatThePortIsTaken) {
  const UniqueFd taken = Listen(Loopback());
  TcpListen same = Loopback();
  same.port = BoundPort(taken.get());
  const std::string where = "tcp4:127.0.0.1:" + std::to_string(same.port);
  EXPECT_EQ(BindFailure(same), where + ": address already in use");
  EXPECT_EQ(BindFailure(same, ReusePort::kYes), where + ": address already in use");
}

TEST(BindListenSocket, TakesTheFirstFreePortOfARange) {
  const UniqueFd taken = Listen(Loopback());
  TcpListen range = Loopback();
  range.port = BoundPort(taken.get());
  range.port_range_end = static_cast<std::uint16_t>(range.port + 20);
  const auto bound = BindListenSocket(range, ReusePort::kNo);
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_GT(BoundPort(bound->get()), range.port);
  range.port_range_end = range.port;
  EXPECT_THAT(BindFailure(range), HasSubstr("already in use"));
}

TEST(BindListenSocket, NamesAnAddressOfTheWrongKind) {
  EXPECT_EQ(BindFailure(TcpListen{.version = IpVersion::k4, .interface = "::1", .port = 80}),
            "tcp4:[::1]:80: \"::1\" is not an IPv4 address");
  EXPECT_EQ(BindFailure(TcpListen{.version = IpVersion::k4, .interface = "localhost", .port = 80}),
            "tcp4:localhost:80: \"localhost\" is not an IPv4 address");
}

TEST(BindListenSocket, SaysWhatLowPortsNeed) {
  if (const pid_t child = ::fork(); child == 0) {
    const bool low = ::geteuid() != 0 || ::setresuid(65534, 65534, 65534) == 0;
    const std::string got = BindFailure(TcpListen{.interface = "127.0.0.1", .port = 81});
    // Where everybody may use low ports there is nothing to say.
    const bool right =
        got == "tcp4:127.0.0.1:81: permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)";
    ::_exit(!low || right || got == "bound" ? 0 : 1);
  } else {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}

TEST(BindListenSocket, ADualSocketTakesBothFamilies) {
  const auto bound = BindListenSocket(TcpListen{.version = IpVersion::kDual}, ReusePort::kNo);
  ASSERT_TRUE(bound.ok()) << bound.status();
  const std::uint16_t port = BoundPort(bound->get());
  EXPECT_EQ(BoundAddress(bound->get()), "tcp:*:" + std::to_string(port));
  ASSERT_TRUE(StartListening(bound->get(), 5).ok());
  for (const auto& [version, host] : {std::pair{IpVersion::k4, "127.0.0.1"}, {IpVersion::k6, "::1"}}) {
    const auto address = *IpAddress(version, host, port);
    const UniqueFd client(::socket(address.family(), SOCK_STREAM, 0));
    EXPECT_EQ(::connect(client.get(), address.get(), address.size), 0) << host;
    const UniqueFd server(::accept(bound->get(), nullptr, nullptr));
    EXPECT_THAT(PeerName(server.get()),
                StartsWith(version == IpVersion::k4 ? "tcp4:127.0.0.1:" : "tcp6:::1:"));
  }
}

class UnixListenTest : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::string path = folder / "s";
};

TEST_F(UnixListenTest, SetsTheModeWhateverTheUmask) {
  for (const unsigned mode : {0666u, 0600u, 0660u}) {
    const mode_t before = ::umask(077);
    const UniqueFd listener = Listen(UnixListen{.path = path, .mode = mode});
    ::umask(before);
    EXPECT_EQ(ModeOf(path), mode);
  }
  const UniqueFd listener = Listen(UnixListen{.path = path});
  EXPECT_EQ(BoundAddress(listener.get()), "unix:" + path);
}

TEST_F(UnixListenTest, RefusesALongPathAndNamesItsLength) {
  const std::string long_path = "/tmp/" + std::string(103, 'x');
  EXPECT_EQ(BindFailure(UnixListen{.path = long_path}),
            "unix:" + long_path + ": a socket path has 1 to 107 octets, not 108");
}

TEST_F(UnixListenTest, ReplacesAStaleSocketFile) {
  {
    const UniqueFd dead = Listen(UnixListen{.path = path});
  }
  ASSERT_NE(ModeOf(path), 0u);
  EXPECT_EQ(BindFailure(UnixListen{.path = path}), "bound");
}

TEST_F(UnixListenTest, DoesNotTakeASocketSomebodyListensOn) {
  const UniqueFd alive = Listen(UnixListen{.path = path});
  EXPECT_EQ(BindFailure(UnixListen{.path = path}),
            "unix:" + path + ": address already in use (another process listens on it)");
}

TEST_F(UnixListenTest, DoesNotRemoveAFileThatIsNoSocket) {
  std::ofstream(path) << "precious";
  EXPECT_EQ(BindFailure(UnixListen{.path = path}),
            "unix:" + path + ": a file that is not a socket is in the way; it is not removed");
  EXPECT_NE(ModeOf(path), 0u);
}

TEST_F(UnixListenTest, NamesAMissingFolder) {
  EXPECT_EQ(BindFailure(UnixListen{.path = folder / "no/s"}),
            "unix:" + folder / "no/s" + ": no such file or directory");
}

}  // namespace
}  // namespace wampgate::net
