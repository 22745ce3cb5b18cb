/// Changes whose files are broken: refused where nothing could stay in use, a warning elsewhere.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "supervisor_fixture.hpp"
#include "support/certificates.hpp"

namespace wampgate::supervisor {
namespace {

using std::chrono::milliseconds;

class FileChangeTest : public SupervisorTest {
 protected:
  void SetUp() override {
    certificates_.MakeAuthority("first");
    certificates_.MakeAuthority("second");
  }
  v1::Node Secured(const std::string& name, int hello_timeout = 10000) const {
    v1::Node node = TestNode({{.hello_timeout = hello_timeout}});
    v1::ListenTls& tls = TlsOf(node);
    tls.set_certificate(name + ".pem");
    tls.set_key(name + ".key");
    return node;
  }
  static v1::ListenTls& TlsOf(v1::Node& node) {
    return *node.mutable_workers(0)->mutable_transports(0)->mutable_endpoint()->mutable_tcp()->mutable_tls();
  }
  void Break(const std::string& file) const { std::ofstream(folder_ / file) << "nothing"; }
  static const config::Problem* Find(const ApplyReply& reply, config::Severity severity) {
    for (const config::Problem& problem : reply.problems) {
      if (problem.severity == severity) return &problem;
    }
    return nullptr;
  }
  /// That the reply is a refusal at that place, and nothing has changed.
  void ExpectRefused(const ApplyReply& reply, const std::string& place, const std::string& says) {
    EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition) << reply.status;
    const config::Problem* const problem = Find(reply, config::Severity::kError);
    ASSERT_NE(problem, nullptr);
    EXPECT_EQ(problem->path, "workers/worker1/transports/web: endpoint.tls" + place);
    EXPECT_NE(problem->message.find(says), std::string::npos) << problem->message;
    EXPECT_EQ(Revision(), 1u);
  }
  test::Certificates certificates_{folder_.path()};
};

TEST_F(FileChangeTest, ANewCertificateThatTheKeptKeyDoesNotBelongToIsRefused) {
  ASSERT_TRUE(Apply(Secured("first")).status.ok());
  v1::Node node = Secured("first");
  TlsOf(node).set_certificate("second.pem");
  ExpectRefused(Apply(node), ".key", "the key does not belong to the certificate");
}

TEST_F(FileChangeTest, CiphersThatSelectNoneAreRefused) {
  ASSERT_TRUE(Apply(Secured("first")).status.ok());
  v1::Node node = Secured("first");
  TlsOf(node).set_ciphers("rubbish");
  ExpectRefused(Apply(node), ".ciphers", "no cipher of TLS 1.2 is selected");
}

TEST_F(FileChangeTest, AChangeOfTheGroupIsRefusedWhileAKeptFileOfItCannotBeRead) {
  ASSERT_TRUE(Apply(Secured("first")).status.ok());
  std::filesystem::remove(folder_ / "first.key");
  v1::Node node = Secured("first");
  TlsOf(node).add_ca_certificates("second.pem");
  ExpectRefused(Apply(node), ".key", "cannot be read: no such file or directory");
}

TEST_F(FileChangeTest, AnAuthorityOfABackendThatIsNoneIsRefused) {
  const auto with_backend = [&](const std::string& authority) {
    v1::Node node = TestNode({{}});
    v1::WorkerBackend& backend = *node.mutable_workers(0)->mutable_proxy()->add_backends();
    backend.set_id("router1");
    v1::ClientTransport& transport = *backend.mutable_transport();
    transport.mutable_rawsocket()->set_serializer(v1::CBOR);
    v1::TcpConnect& tcp = *transport.mutable_endpoint()->mutable_tcp();
    tcp.set_host("127.0.0.1");
    tcp.set_port(1);
    tcp.mutable_tls()->mutable_settings()->add_ca_certificates(authority);
    return node;
  };
  const ApplyReply first = Apply(with_backend("first.pem"));
  ASSERT_TRUE(first.status.ok()) << first.status;
  const ApplyReply refused = Apply(with_backend("second.key"));
  EXPECT_EQ(refused.status.code(), StatusCode::kFailedPrecondition) << refused.status;
  const config::Problem* const problem = Find(refused, config::Severity::kError);
  ASSERT_NE(problem, nullptr);
  EXPECT_NE(problem->path.find("tls.ca_certificates[0]"), std::string::npos) << problem->path;
  Break("first.pem");
  EXPECT_TRUE(Apply(with_backend("first.pem")).status.ok()) << "what was in it stays in use";
}

TEST_F(FileChangeTest, ABrokenFileOfAnUnchangedGroupIsAWarning) {
  ASSERT_TRUE(Apply(Secured("first")).status.ok());
  Break("first.pem");
  const ApplyReply reply = Apply(Secured("first", 2000));
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.outcome, ApplyOutcome::kApplied);
  std::vector<config::Problem> of_files = reply.problems;
  std::erase_if(of_files, [](const auto& problem) { return problem.path.find(".tls") == std::string::npos; });
  ASSERT_EQ(of_files.size(), 1u) << "once, at the file that is broken";
  EXPECT_EQ(of_files[0].severity, config::Severity::kWarning);
  EXPECT_EQ(of_files[0].path, "workers/worker1/transports/web: endpoint.tls.certificate");
  EXPECT_NE(of_files[0].message.find("stays in use"), std::string::npos) << of_files[0].message;
}

TEST_F(FileChangeTest, FilesOfANodeFileThatIsNotAppliedAreNoMatter) {
  ASSERT_TRUE(Apply(Secured("first"), {.origin = "file:node.json"}).status.ok());
  ASSERT_TRUE(Apply(Secured("second")).status.ok());  // over the API
  std::filesystem::remove(folder_ / "first.key");
  const ApplyReply reply = Apply(Secured("first"), {.origin = "file:node.json", .file_rule = FileRule::kAsk});
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.revision, 2u);
  for (const config::Problem& problem : reply.problems)
    EXPECT_EQ(problem.message.find("first"), std::string::npos) << problem.message;
}

TEST_F(FileChangeTest, FilesOfANodeFileThatIsAppliedAreNot) {
  ASSERT_TRUE(Apply(Secured("first"), {.origin = "file:node.json"}).status.ok());
  v1::Node node = Secured("first");
  TlsOf(node).set_certificate("second.pem");
  ExpectRefused(Apply(node, {.origin = "file:node.json", .file_rule = FileRule::kAsk}), ".key",
                "the key does not belong to the certificate");
}

TEST_F(FileChangeTest, WhatIsNotConfirmedIsRolledBackAlsoWithoutItsFiles) {
  ASSERT_TRUE(Apply(Secured("first")).status.ok());
  ASSERT_TRUE(Apply(Secured("second"), {.confirm_timeout = milliseconds(200)}).status.ok());
  std::filesystem::remove(folder_ / "first.key");
  ::testing::internal::CaptureStderr();
  AwaitRevision(3);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("configuration problem"), std::string::npos) << said;
  EXPECT_NE(said.find("first.key"), std::string::npos) << said;
}

}  // namespace
}  // namespace wampgate::supervisor
