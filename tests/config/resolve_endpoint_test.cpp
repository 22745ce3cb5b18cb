#include <gtest/gtest.h>

#include <string>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"

namespace wampgate::config {
namespace {

Loaded LoadTransports(const std::string& transports, std::map<std::string, std::string> variables = {}) {
  return LoadText(R"({"workers":[{"type":"proxy","backends":[{"transport":{"type":"rawsocket","endpoint":
                     {"type":"unix","path":"r"}}}],"transports":[)" +
                      transports + "]}]}",
                  Format::kJson, TestEnvironment(std::move(variables)));
}
Loaded LoadEndpoint(const std::string& endpoint, std::map<std::string, std::string> variables = {}) {
  return LoadTransports(R"({"type":"rawsocket","endpoint":{)" + endpoint + "}}", std::move(variables));
}
/// Without the places, which are other tests' matter.
std::string ProblemsOf(Loaded loaded) {
  for (Problem& problem : loaded.problems) problem.line = problem.column = 0;
  return AllOf(loaded.problems);
}
net::ListenEndpoint EndpointOf(const Loaded& loaded) {
  EXPECT_TRUE(loaded.node) << AllOf(loaded.problems);
  return loaded.node ? loaded.node->workers[0].transports[0].endpoint : net::ListenEndpoint();
}
constexpr const char* kEndpoint = "workers[0].transports[0].endpoint";

TEST(ResolveListen, GivesTcpItsDefaults) {
  net::TcpListen expected;
  expected.port = 8080;
  EXPECT_EQ(EndpointOf(LoadEndpoint(R"("type":"tcp","port":8080)")), net::ListenEndpoint(expected));
}

TEST(ResolveListen, TakesEverySettingOfTcp) {
  net::TcpListen expected;
  expected.version = net::IpVersion::kDual;
  expected.interface = "::1";
  expected.port = 8443;
  expected.backlog = 1024;
  expected.shared = true;
  expected.user_timeout = std::chrono::milliseconds(5000);
  EXPECT_EQ(
      EndpointOf(LoadEndpoint(R"("type":"tcp","version":"dual","interface":"::1","port":8443,"backlog":1024,
                                       "shared":true,"user_timeout":5000)")),
      net::ListenEndpoint(expected));
}

TEST(ResolveListen, TakesTheFamilyFromTheInterfaceUnlessSaid) {
  const auto v6 = EndpointOf(LoadEndpoint(R"("type":"tcp","interface":"::1","port":1)"));
  EXPECT_EQ(std::get<net::TcpListen>(v6).version, net::IpVersion::k6);
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","version":4,"interface":"::1","port":1)")),
            std::string(kEndpoint) + ".interface: expected an IPv4 address literal, found \"::1\"\n");
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","version":6,"interface":"127.0.0.1","port":1)")),
            std::string(kEndpoint) + ".interface: expected an IPv6 address literal, found \"127.0.0.1\"\n");
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","interface":"localhost","port":1)")),
            std::string(kEndpoint) + ".interface: expected an IPv4 address literal, found \"localhost\"\n");
}

TEST(ResolveListen, TakesThePortFromTheEnvironment) {
  const auto endpoint =
      EndpointOf(LoadEndpoint(R"("type":"tcp","port":"$P","shared":true)", {{"P", "9000"}}));
  EXPECT_EQ(std::get<net::TcpListen>(endpoint).port, 9000);
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","port":"$P")")),
            std::string(kEndpoint) + ".port: environment variable '$P' not set\n");
  EXPECT_EQ(
      ProblemsOf(LoadEndpoint(R"("type":"tcp","port":"${P}")", {{"P", "1"}})),
      std::string(kEndpoint) + ".port: expected an integer from 0 to 65535 or \"$NAME\", found \"${P}\"\n");
  for (const char* value : {"", "65536", "-1", "80x", " 80"}) {
    EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","port":"$P")", {{"P", value}})),
              std::string(kEndpoint) +
                  ".port: expected environment variable '$P' to be an integer from 0 to 65535, "
                  "found \"" +
                  value + "\"\n");
  }
}

TEST(ResolveListen, TakesAPortRange) {
  const auto endpoint = EndpointOf(LoadEndpoint(R"("type":"tcp","portrange":[9000,9010])"));
  EXPECT_EQ(std::get<net::TcpListen>(endpoint).port, 9000);
  EXPECT_EQ(std::get<net::TcpListen>(endpoint).port_range_end, 9010);
  const std::string at = std::string(kEndpoint) + ".portrange";
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","portrange":[9010,9000])")),
            at + ": port range end must not be smaller than range start (9010, 9000)\n");
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","portrange":[9010])")),
            at + ": expected a pair of integers, found 1 of them\n");
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","portrange":[0,9000])")),
            at + "[0]: expected an integer from 1 to 65535, found 0\n");
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","port":1,"portrange":[1,2])")),
            at + ": either \"port\" or \"portrange\", not both\n");
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp")")),
            std::string(kEndpoint) + ".port: missing; expected \"port\" or \"portrange\"\n");
}

TEST(ResolveListen, ChecksRanges) {
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"tcp","port":65536,"backlog":0,"user_timeout":-1)")),
            std::string(kEndpoint) + ".port: expected an integer from 0 to 65535, found 65536\n" + kEndpoint +
                ".backlog: expected an integer from 1 to 65535, found 0\n" + kEndpoint +
                ".user_timeout: expected an integer from 0 to 65535 (milliseconds), found -1\n");
}

TEST(ResolveListen, MakesUnixPathsAbsolute) {
  net::UnixListen expected;
  expected.path = "/run/me/front.sock";
  expected.backlog = 7;
  expected.mode = 0660;
  EXPECT_EQ(EndpointOf(LoadEndpoint(R"("type":"unix","path":"$DIR/${NAME}.sock","backlog":7,"mode":"0660")",
                                    {{"DIR", "/run/me"}, {"NAME", "front"}})),
            net::ListenEndpoint(expected));
  const auto relative = EndpointOf(LoadEndpoint(R"("type":"unix","path":"./x/../front.sock")"));
  EXPECT_EQ(std::get<net::UnixListen>(relative).path, "/node/front.sock");
  EXPECT_EQ(ProblemsOf(LoadEndpoint(R"("type":"unix","path":"$X/a")")),
            std::string(kEndpoint) + ".path: environment variable '$X' not set\n");
  EXPECT_EQ(
      ProblemsOf(LoadEndpoint(R"("type":"unix","path":"a","mode":"999")")),
      std::string(kEndpoint) + ".mode: expected octal digits from \"0000\" to \"0777\", found \"999\"\n");
}

TEST(ResolveListen, KeepsTransportsOffTheNodesOwnSockets) {
  for (const char* path : {"wampgate.sock", "x/../wampgate.sock", ".wampgate/control.sock"}) {
    const std::string problems =
        ProblemsOf(LoadEndpoint(R"("type":"unix","path":")" + std::string(path) + '"'));
    EXPECT_NE(problems.find("belongs to the node itself; choose another name"), std::string::npos)
        << path << problems;
  }
  EXPECT_TRUE(LoadEndpoint(R"("type":"unix","path":"x/wampgate.sock")").node);
}

TEST(ResolveListen, NamesUnixPathsThatAreTooLong) {
  const std::string longest(101, 'x');  // with "/node/" 107
  EXPECT_TRUE(LoadEndpoint(R"("type":"unix","path":")" + longest + '"').node);
  const std::string problems = ProblemsOf(LoadEndpoint(R"("type":"unix","path":"x)" + longest + '"'));
  EXPECT_EQ(problems.find(std::string(kEndpoint) + ".path: a Unix socket's path has at most 107 octets, "),
            0u)
      << problems;
  EXPECT_NE(problems.find(" has 108; put it into a shorter directory"), std::string::npos) << problems;
}

TEST(ResolveListen, SaysNothingOfSharedAddressesWhereThereIsNone) {
  const std::string problems =
      ProblemsOf(LoadTransports(R"({"type":"rawsocket","endpoint":{"type":"udp"}})"));
  EXPECT_EQ(problems.find("same address"), std::string::npos) << problems;
  EXPECT_NE(problems.find("endpoint.type"), std::string::npos) << problems;
}

TEST(ResolveListen, FindsTransportsThatWantTheSameAddress) {
  const auto raw = [](const std::string& endpoint) {
    return R"({"type":"rawsocket","endpoint":{)" + endpoint + "}}";
  };
  EXPECT_EQ(
      ProblemsOf(LoadTransports(raw(R"("type":"tcp","port":80)") + "," + raw(R"("type":"tcp","port":80)"))),
      "warning: workers[0].transports[1]: is known by its position only, since it has the same address as "
      "another one: with an `id` of its own it keeps its sessions when others are added or removed\n"
      "workers[0].transports[1].endpoint.port: workers[0].transports[0] listens on port 80, too: one worker "
      "has "
      "one transport per port\n");
  EXPECT_TRUE(LoadTransports(raw(R"("type":"tcp","port":80,"interface":"127.0.0.1")") + "," +
                             raw(R"("type":"tcp","port":80,"interface":"127.0.0.2")"))
                  .node);
  EXPECT_TRUE(
      LoadTransports(raw(R"("type":"tcp","port":80)") + "," + raw(R"("type":"tcp","port":80,"version":6)"))
          .node);
  EXPECT_FALSE(LoadTransports(raw(R"("type":"tcp","port":80)") + "," +
                              raw(R"("type":"tcp","port":80,"version":"dual")"))
                   .node);
  EXPECT_FALSE(
      LoadTransports(raw(R"("type":"unix","path":"a")") + "," + raw(R"("type":"unix","path":"/node/a")"))
          .node);
}

TEST(ResolveListen, LetsWorkersShareAPortIfBothSaySo) {
  const auto two = [](const char* first, const char* second) {
    const auto worker = [](const char* shared) {
      return std::string(
                 R"({"type":"proxy","transports":[{"type":"web","endpoint":{"type":"tcp","port":80,"shared":)") +
             shared + R"(},"paths":{"a":{"type":"none"}}}]})";
    };
    return LoadText("{\"workers\":[" + worker(first) + "," + worker(second) + "]}", Format::kJson,
                    TestEnvironment());
  };
  EXPECT_EQ(ProblemsOf(two("true", "true")), "");
  EXPECT_EQ(
      ProblemsOf(two("true", "false")),
      "workers[1].transports[0].endpoint.port: workers[0].transports[0] listens on port 80, too: both need "
      "\"shared\": true\n");
}

TEST(ResolveListen, KnowsTransportsByIdThenAddressThenPosition) {
  const Loaded loaded = LoadTransports(R"({"type":"rawsocket","id":"mine","endpoint":{"type":"tcp","port":0}},
      {"type":"rawsocket","endpoint":{"type":"tcp","port":0}},{"type":"rawsocket","endpoint":{"type":"tcp","port":0}},
      {"type":"rawsocket","endpoint":{"type":"unix","path":"a"}})");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  const auto& transports = loaded.node->workers[0].transports;
  EXPECT_EQ(transports[0].name, "workers/worker001/transports/mine");
  EXPECT_EQ(transports[1].name, "workers/worker001/transports/tcp4%3A0.0.0.0%3A0");
  EXPECT_EQ(transports[2].name, "workers/worker001/transports/transport002");
  EXPECT_EQ(transports[3].name, "workers/worker001/transports/unix%3A%2Fnode%2Fa");
  EXPECT_EQ(loaded.problems.size(), 1u) << AllOf(loaded.problems);
}

TEST(ResolveEndpoint, TlsNamesItsFilesFromTheNodeDirectory) {
  const Loaded loaded =
      LoadEndpoint(R"("type":"tcp","port":443,"tls":{"key":"k.pem","certificate":"/etc/c.pem",
      "chain_certificates":["i1.pem","i2.pem"],"ciphers":"ECDHE+AESGCM","ca_certificates":["ca.pem"],"dhparam":"dh.pem"})");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  const auto absolute = [](const std::string& name) { return TestEnvironment().Absolute(name); };
  const net::TlsServerFiles expected{.certificate = "/etc/c.pem",
                                     .key = absolute("k.pem"),
                                     .chain = {absolute("i1.pem"), absolute("i2.pem")},
                                     .ciphers = "ECDHE+AESGCM",
                                     .authorities = {absolute("ca.pem")}};
  EXPECT_EQ(loaded.node->workers[0].transports[0].tls, net::ListenTls{expected});
  EXPECT_FALSE(LoadEndpoint(R"("type":"tcp","port":80)").node->workers[0].transports[0].tls);
}

TEST(ResolveEndpoint, TlsNeedsACertificateAndItsKey) {
  const std::string problems = ProblemsOf(
      LoadEndpoint(R"("type":"tcp","port":443,"tls":{"certificate":"","chain_certificates":[""]})"));
  const std::string at = std::string(kEndpoint) + ".tls";
  EXPECT_NE(problems.find(at + ".key: missing"), std::string::npos) << problems;
  EXPECT_NE(problems.find(at + ".certificate: expected a path, found \"\""), std::string::npos) << problems;
  EXPECT_NE(problems.find(at + ".chain_certificates[0]: expected a path, found \"\""), std::string::npos)
      << problems;
}

}  // namespace
}  // namespace wampgate::config
