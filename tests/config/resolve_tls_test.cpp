#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/named_files.hpp"
#include "config/problem_text.hpp"
#include "config/relocate.hpp"

namespace wampgate::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A worker with one backend whose endpoint is on TCP, with these further keys of it and of the transport.
Loaded LoadBackend(const std::string& endpoint, const std::string& url = "ws://router.example/ws") {
  return LoadText(R"({"workers":[{"type":"proxy","backends":[{"transport":{"type":"websocket","url":")" +
                      url + R"(","endpoint":{"type":"tcp","host":"10.0.0.1","port":443)" + endpoint +
                      "}}}]}]}",
                  Format::kJson, TestEnvironment());
}
std::optional<net::ConnectTls> TlsOf(const std::string& endpoint,
                                     const std::string& url = "ws://router.example/ws") {
  const Loaded loaded = LoadBackend(endpoint, url);
  EXPECT_TRUE(loaded.node) << AllOf(loaded.problems);
  return loaded.node ? loaded.node->workers[0].worker_backends.begin()->second.tls : std::nullopt;
}

TEST(ResolveConnectTls, IsAbsentTrueOrAnObject) {
  EXPECT_EQ(TlsOf(""), std::nullopt);
  EXPECT_EQ(TlsOf(R"(,"tls":false)"), std::nullopt);
  EXPECT_EQ(TlsOf(R"(,"tls":true)"), net::ConnectTls{{.hostname = "10.0.0.1"}});
  EXPECT_EQ(TlsOf(R"(,"tls":{})"), net::ConnectTls{{.hostname = "10.0.0.1"}});
  const net::TlsClientFiles whole{.hostname = "router",
                                  .authorities = {"/node/a.pem", "/b.pem", "/node/root.pem"},
                                  .certificate = "/node/c.pem",
                                  .key = "/node/k.pem"};
  EXPECT_EQ(TlsOf(R"(,"tls":{"hostname":"router","ca_certificates":["a.pem","/b.pem"],"trust_root":"root.pem",
                            "certificate":"c.pem","key":"k.pem"})"),
            net::ConnectTls{whole});
}

TEST(ResolveConnectTls, IsWhatAUrlOfWssStandsFor) {
  EXPECT_EQ(TlsOf("", "wss://router.example/ws"), net::ConnectTls{{.hostname = "router.example"}});
  EXPECT_EQ(TlsOf("", "wss://[2001:db8::1]/ws"), net::ConnectTls{{.hostname = "2001:db8::1"}});
  EXPECT_EQ(TlsOf(R"(,"tls":true)", "wss://router.example/ws"), net::ConnectTls{{.hostname = "10.0.0.1"}});
  EXPECT_EQ(TlsOf(R"(,"tls":false)", "wss://router.example/ws"), std::nullopt);
  EXPECT_THAT(AllOf(LoadBackend(R"(,"tls":false)", "wss://router.example/ws").problems),
              HasSubstr("no TLS is spoken, though the URL begins with wss://"));
}

TEST(ResolveConnectTls, ReportsWhatCannotBe) {
  const auto problems = [](const std::string& tls) {
    return AllOf(LoadBackend(R"(,"tls":)" + tls).problems);
  };
  const std::string at = "workers[0].backends[0].transport.endpoint.tls";
  EXPECT_THAT(problems("1"), HasSubstr(at + ": expected true or false or an object, found 1"));
  EXPECT_THAT(problems(R"({"hostnam":"x"})"), HasSubstr("did you mean \"hostname\"?"));
  EXPECT_THAT(problems(R"({"hostname":""})"), HasSubstr(at + ".hostname: expected the name"));
  EXPECT_THAT(problems(R"({"key":"k.pem"})"),
              HasSubstr(at + ".certificate: missing; a TLS client key is present"));
  EXPECT_THAT(problems(R"({"certificate":"c.pem"})"), HasSubstr(at + ".certificate: has no effect without"));
  EXPECT_THAT(problems(R"({"ca_certificates":[""]})"),
              HasSubstr(at + ".ca_certificates[0]: expected a path"));
}

const std::string kDocument =
    R"({"management":{"http":{"port":1,"tls":{"certificate":"m.pem","key":"m.key"}}},
  "workers":[{"type":"proxy","id":"edge",
  "backends":[{"id":"far","transport":{"type":"rawsocket","endpoint":{"type":"tcp","host":"h","port":1,
    "tls":{"ca_certificates":["r1.pem","r2.pem"]}}}}],
  "transports":[{"id":"web","type":"rawsocket","endpoint":{"type":"tcp","port":2,
    "tls":{"certificate":"c.pem","key":"k.pem","chain_certificates":["i.pem"]}}}]}]})";

TEST(NamedFiles, AreThoseOfListenersBackendsAndManagement) {
  const Loaded loaded = LoadText(kDocument, Format::kJson, TestEnvironment());
  ASSERT_TRUE(loaded.document) << AllOf(loaded.problems);
  const NamedFileList list = NamedFiles(*loaded.document, TestEnvironment());
  std::vector<std::string> places, certificates;
  for (const NamedFile& file : list.files) {
    places.push_back(file.Place() + "=" + file.path);
    if (file.HasCertificates()) certificates.push_back(file.path);
  }
  EXPECT_THAT(places,
              ElementsAre("management.http.tls.certificate=m.pem", "management.http.tls.key=m.key",
                          "workers/edge/backends/far: transport.endpoint.tls.ca_certificates[0]=r1.pem",
                          "workers/edge/backends/far: transport.endpoint.tls.ca_certificates[1]=r2.pem",
                          "workers/edge/transports/web: endpoint.tls.key=k.pem",
                          "workers/edge/transports/web: endpoint.tls.certificate=c.pem",
                          "workers/edge/transports/web: endpoint.tls.chain_certificates[0]=i.pem"));
  EXPECT_THAT(certificates, ElementsAre("m.pem", "r1.pem", "r2.pem", "c.pem", "i.pem"));
  ASSERT_EQ(list.tls.size(), 2u);
  EXPECT_EQ(list.tls[1].object, "workers/edge/transports/web");
  EXPECT_EQ(list.tls[1].field, "endpoint.tls");
  EXPECT_EQ(std::get<net::TlsServerFiles>(list.tls[1].files).chain, std::vector<std::string>{"/node/i.pem"});
}

TEST(Relocation, TakesTheFilesOfTlsAlong) {
  Loaded loaded = LoadText(kDocument, Format::kJson, TestEnvironment());
  ASSERT_TRUE(loaded.document);
  MakePathsAbsolute(*loaded.document, "/old");
  const std::string text = WriteJson(*loaded.document);
  for (const char* path : {"/old/m.pem", "/old/r1.pem", "/old/r2.pem", "/old/k.pem", "/old/i.pem"})
    EXPECT_THAT(text, HasSubstr(path));
}

}  // namespace
}  // namespace wampgate::config
