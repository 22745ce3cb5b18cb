#include "worker/tls_contexts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/certificates.hpp"

namespace wampgate::worker {
namespace {

/// A node with a listener and a backend of a path that speak TLS with files of a folder.
class TlsContextsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = ::testing::TempDir() + "tls_contexts_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    const test::Certificates made(folder_);
    made.MakeAuthority("one");
    made.MakeAuthority("two");
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  void SetUp() override { Use("one"); }

  static std::string Path(const std::string& name) { return folder_ + "/" + name; }
  static void Use(const std::string& name) {
    for (const char* kind : {".pem", ".key"}) {
      std::filesystem::copy_file(Path(name + kind), Path(std::string("used") + kind),
                                 std::filesystem::copy_options::overwrite_existing);
    }
  }
  static void Break() { std::ofstream(Path("used.pem")) << "nothing"; }

  static config::Node Read(TlsContexts& contexts) {
    config::Transport transport;
    transport.tls = net::ListenTls{{.certificate = Path("used.pem"), .key = Path("used.key")}};
    config::WampWebSocket socket;
    socket.transparent.emplace().fallback.resize(1);
    socket.transparent->fallback[0].tls =
        net::ConnectTls{{.hostname = "router", .authorities = {Path("used.pem")}}};
    config::Path path;
    path.service = socket;
    config::PathLevel below;
    below.paths["ws"] = path;
    config::Path level;
    level.service = below;
    config::WebTransport web;
    web.root.paths["inner"] = level;
    transport.protocol = web;
    config::Node node;
    node.workers.resize(1);
    node.workers[0].transports = {transport, transport};
    contexts.Read(node);
    return node;
  }
  static const net::ListenTls& Listener(const config::Node& node, std::size_t which = 0) {
    return *node.workers[0].transports[which].tls;
  }
  static const net::ConnectTls& Backend(const config::Node& node) {
    const auto& web = std::get<config::WebTransport>(node.workers[0].transports[0].protocol);
    const auto& level = std::get<config::PathLevel>(web.root.paths.at("inner").service);
    return *std::get<config::WampWebSocket>(level.paths.at("ws").service).transparent->fallback[0].tls;
  }

  static inline std::string folder_;
  TlsContexts contexts_;
};

TEST_F(TlsContextsTest, EqualFilesAreOneContextAndEqualSettings) {
  const config::Node first = Read(contexts_);
  ASSERT_TRUE(Listener(first).context);
  ASSERT_TRUE(Backend(first).context);
  EXPECT_EQ(Listener(first), Listener(first, 1));
  EXPECT_EQ(first, Read(contexts_));
}

TEST_F(TlsContextsTest, WhatIsInUseIsKeptThoughAnotherNodeThatNeverRanWasRead) {
  const config::Node running = Read(contexts_);
  config::Node refused;
  contexts_.Read(refused);
  Break();
  EXPECT_EQ(Listener(running).context, Listener(Read(contexts_)).context);
}

TEST_F(TlsContextsTest, WhatIsInUseNoMoreIsForgotten) {
  Read(contexts_);
  config::Node other;
  contexts_.Read(other);
  Break();
  EXPECT_FALSE(Listener(Read(contexts_)).context);
}

TEST_F(TlsContextsTest, OtherContentIsAnotherContext) {
  const config::Node first = Read(contexts_);
  Use("two");
  const config::Node second = Read(contexts_);
  ASSERT_TRUE(Listener(second).context);
  EXPECT_NE(Listener(first), Listener(second));
  EXPECT_NE(Backend(first), Backend(second));
}

TEST_F(TlsContextsTest, BrokenFilesLeaveWhatWasReadLast) {
  const config::Node first = Read(contexts_);
  Break();
  EXPECT_EQ(first, Read(contexts_));
  EXPECT_EQ(first, Read(contexts_)) << "also the second time";
  Use("one");
  EXPECT_EQ(first, Read(contexts_)) << "it is what it was";
}

TEST_F(TlsContextsTest, BrokenFilesThatNeverWereGoodLeaveTheError) {
  Break();
  const config::Node broken = Read(contexts_);
  EXPECT_FALSE(Listener(broken).context);
  EXPECT_THAT(Listener(broken).error, ::testing::HasSubstr("used.pem: no certificate in PEM found"));
  EXPECT_FALSE(Backend(broken).context);
  Use("one");
  EXPECT_TRUE(Listener(Read(contexts_)).context) << "repaired";
}

}  // namespace
}  // namespace wampgate::worker
