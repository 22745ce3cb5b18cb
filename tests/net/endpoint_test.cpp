#include "net/endpoint.hpp"

#include <gtest/gtest.h>

#include "net/socket_pair.hpp"
#include "net/stream.hpp"

namespace wampgate::net {
namespace {

TEST(Endpoint, IsSpelledLikeInTheMessages) {
  EXPECT_EQ(ToString(TcpListen{.interface = "127.0.0.1", .port = 8080}), "tcp4:127.0.0.1:8080");
  EXPECT_EQ(ToString(TcpListen{.port = 8080}), "tcp4:0.0.0.0:8080");
  EXPECT_EQ(ToString(TcpListen{.version = IpVersion::k6, .port = 8080}), "tcp6:[::]:8080");
  EXPECT_EQ(ToString(TcpListen{.version = IpVersion::kDual, .port = 8080}), "tcp:*:8080");
  EXPECT_EQ(ToString(TcpListen{.port = 8080, .port_range_end = 8090}), "tcp4:0.0.0.0:8080-8090");
  EXPECT_EQ(ToString(ListenEndpoint(UnixListen{.path = "/run/x.sock"})), "unix:/run/x.sock");
  EXPECT_EQ(ToString(TcpConnect{.host = "router.example", .port = 9000}), "tcp:router.example:9000");
  EXPECT_EQ(ToString(TcpConnect{.host = "::1", .port = 9000, .version = IpVersion::k6}), "tcp6:[::1]:9000");
  EXPECT_EQ(ToString(ConnectEndpoint(UnixConnect{.path = "/run/x.sock"})), "unix:/run/x.sock");
}

TEST(PeerName, TellsFamilyAddressAndPort) {
  const auto unix_pair = MakeSocketPair(Transport::kUnix);
  EXPECT_EQ(PeerName(unix_pair.first.get()), "unix");
  const auto tcp_pair = MakeSocketPair(Transport::kTcp);
  EXPECT_EQ(PeerName(tcp_pair.first.get()).substr(0, 15), "tcp4:127.0.0.1:");
}

}  // namespace
}  // namespace wampgate::net
