#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/fd.hpp"
#include "support/certificates.hpp"
#include "support/node_process.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

/// Every example of deploy/examples runs: a node starts with it, serves its pages, carries sessions, and ends
/// in order.
namespace wampgate::test {
namespace {

/// Has a fixed port and paths that lead out of its folder: tests/clients/classic_proxy_test.mjs runs it.
constexpr std::string_view kElsewhere = "classic-proxy.json";

std::string FreePort() {
  const UniqueFd probe(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t length = sizeof(address);
  bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return std::to_string(ntohs(address.sin_port));
}

std::vector<std::string> Examples() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(WAMPGATE_EXAMPLES)) {
    const auto extension = entry.path().extension();
    const bool is_example = extension == ".json" || extension == ".yaml";
    if (is_example && entry.path().filename() != kElsewhere) files.push_back(entry.path().string());
  }
  return files;
}

/// What an example serves on its web and WebSocket transports. Its RawSocket transport for clients is
/// "devices".
struct Served {
  std::size_t transports = 1;  // on TCP
  std::string page = {};       // empty: none
  std::string websocket = "/ws";
  std::string realm = "realm1";
  std::string topic = "com.example.topic";
  bool tls = false;  // its routers are elsewhere
};
const std::map<std::string, Served> kServed{
    {"g1-worker-backends.json", {.transports = 2, .page = "/"}},
    {"g2-websocket-proxy.json", {.page = "/"}},
    {"g4-connections-routes.json", {.transports = 2, .page = "/"}},
    {"g4-connections-routes.yaml", {.page = "/"}},
    {"router.json", {.websocket = "/"}},
    {"tls.json", {.transports = 2, .tls = true}},
    {"two-workers-one-port.json", {.transports = 2, .page = "/version"}},
    {"universal-ticket.json", {.page = "/"}},
    {"demo/config.json", {.page = "/demo.js", .realm = "demo", .topic = "demo.topic"}},
};

/// Whether a GET is answered with a page or a redirect.
bool Answers(int port, const std::string& path) {
  BlockingSocket socket(ConnectTo({port}));
  socket.Write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string head = socket.TakeThrough("\r\n\r\n", WampClient::kDeadline);
  return head.starts_with("HTTP/1.1 2") || head.starts_with("HTTP/1.1 3");
}

/// The files that tls.json names.
void MakeCertificates(const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder);
  const Certificates made(folder);
  for (const char* authority : {"intermediate", "devices", "internal"}) made.MakeAuthority(authority);
  made.Make("server", "intermediate", "localhost", "subjectAltName=DNS:localhost");
  made.Make("edge", "internal", "edge", "subjectAltName=DNS:edge");
  made.Make("device", "devices", "device", "subjectAltName=DNS:device");
}

/// Whether openssl finds the server's certificate good, and has one of its own that the server wants, if any.
bool IsSecure(int port, const std::filesystem::path& folder) {
  const std::string command =
      "cd '" + folder.string() + "' && openssl s_client -connect 127.0.0.1:" + std::to_string(port) +
      " -CAfile intermediate.pem -verify_return_error -servername localhost "
      "-verify_hostname localhost -cert device.pem -key device.key </dev/null >s_client.log 2>&1";
  return std::system(command.c_str()) == 0;
}

/// Whether a session is joined, and its router answers in it.
bool Carries(WampClient& client, const Served& served) {
  const nlohmann::json welcome = client.Join(served.realm);
  if (!welcome.is_array() || welcome.at(0) != 2) return false;
  client.Send({32, 1, nlohmann::json::object(), served.topic});
  const nlohmann::json subscribed = client.Receive();
  return subscribed.is_array() && subscribed.at(0) == 33 && subscribed.at(1) == 1;
}

class Example : public ::testing::TestWithParam<std::string> {};

TEST_P(Example, RunsAndCarriesSessions) {
  for (const char* variable : {"PORT", "DEMO_PORT"}) setenv(variable, FreePort().c_str(), 1);
  NodeProcess node;
  const std::filesystem::path file = GetParam(), directory = node.directory();
  const std::string name = std::filesystem::relative(file, WAMPGATE_EXAMPLES);
  ASSERT_TRUE(kServed.contains(name)) << "say in this test what " << name << " serves";
  const Served& served = kServed.at(name);
  std::filesystem::copy(file.parent_path(), directory, std::filesystem::copy_options::recursive);
  const auto copy = directory / ("example-" + file.filename().string());
  std::filesystem::copy_file(file, copy);
  if (served.tls) MakeCertificates(directory / "tls");
  std::unique_ptr<StubRouter> router;  // behind an example that has none
  if (name != "router.json" && name != "demo/config.json")
    router = std::make_unique<StubRouter>(directory / "router.sock");
  node.Start({.configuration = "", .arguments = {"--config", copy.string()}});

  // Lines of several processes come in any order.
  std::map<std::string, int> ports;
  bool serves = false;
  const auto all_serve = [&](const nlohmann::json& line) {
    const std::string address = line.value("address", "");
    if (line.value("msg", "") == "listening" && address.starts_with("tcp"))
      ports[line.value("transport", "")] = std::stoi(address.substr(address.rfind(':') + 1));
    serves |= line.value("msg", "") == "the node serves";
    return serves && ports.size() == served.transports;
  };
  ASSERT_FALSE(node.AwaitLine(all_serve).is_null()) << node.log();
  for (const auto& [transport, port] : ports) {
    if (served.tls) {
      EXPECT_TRUE(IsSecure(port, directory / "tls")) << transport << node.log();
      continue;
    }
    const bool is_raw = transport.ends_with("/devices");
    if (!is_raw && !served.page.empty()) EXPECT_TRUE(Answers(port, served.page)) << transport << node.log();
    const auto client = is_raw ? WampClient::RawSocket({port}, wamp::Serializer::kJson)
                               : WampClient::WebSocket({port}, served.websocket, wamp::Serializer::kJson);
    EXPECT_TRUE(Carries(*client, served)) << transport << node.log();
  }
  EXPECT_EQ(node.Stop(), 0) << node.log();
  EXPECT_TRUE(node.NothingLeft());
}

INSTANTIATE_TEST_SUITE_P(Deploy, Example, ::testing::ValuesIn(Examples()), [](const auto& info) {
  std::string name = std::filesystem::relative(info.param, WAMPGATE_EXAMPLES).string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

}  // namespace
}  // namespace wampgate::test
