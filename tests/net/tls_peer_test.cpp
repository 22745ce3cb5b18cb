#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "net/socket_pair.hpp"
#include "net/tls_context.hpp"
#include "net/tls_handshake.hpp"
#include "support/certificates.hpp"
#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using std::chrono::milliseconds;
using test::RunReady;
using test::RunUntil;

/// A client that is OpenSSL and nothing else, on a non-blocking socket.
class ForeignClient {
 public:
  explicit ForeignClient(const UniqueFd& socket)
      : context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_fd(ssl_, socket.get());
    SSL_set_connect_state(ssl_);
  }
  ~ForeignClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  ForeignClient(const ForeignClient&) = delete;
  ForeignClient& operator=(const ForeignClient&) = delete;

  bool Connect() { return SSL_do_handshake(ssl_) == 1; }
  bool Write(const std::string& text) {
    return SSL_write(ssl_, text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size());
  }
  /// Sends a key update that asks for one in return; false if the socket does not take it.
  bool AskForNewKeys() {
    return SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl_) == 1;
  }
  /// Reads what is there; true once close_notify has come.
  bool ReadToClose() {
    char buffer[16 * 1024];
    int got = 0;
    while ((got = SSL_read(ssl_, buffer, sizeof buffer)) > 0)
      data.append(buffer, static_cast<std::size_t>(got));
    const int error = SSL_get_error(ssl_, got);
    cut_off = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN;
    return error == SSL_ERROR_ZERO_RETURN;
  }

  std::string data;
  bool cut_off = false;  ///< the connection has ended without close_notify

 private:
  SSL_CTX* context_;
  SSL* ssl_;
};

/// A server of ours with a foreign client.
class TlsPeerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = ::testing::TempDir() + "tls_peer_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    const test::Certificates made(folder_);
    made.MakeAuthority("server");
    const PemFile certificate{"server.pem", made.Content("server.pem")};
    context_ = *TlsContext::ForServer({certificate, {"server.key", made.Content("server.key")}, {}, "", {}});
  }
  static void TearDownTestSuite() {
    context_.reset();
    std::filesystem::remove_all(folder_);
  }

  using Done = std::function<void(StatusOr<std::unique_ptr<Stream>>)>;
  void Begin(Done done) {
    accepting_ = Secure(std::make_unique<Stream>(loop_, std::move(sockets_.first)), context_,
                        milliseconds(60000), "the client", std::move(done));
  }
  void Open() {
    Begin([this](StatusOr<std::unique_ptr<Stream>> secured) {
      ASSERT_TRUE(secured.ok()) << secured.status();
      server_ = *std::move(secured);
    });
    ASSERT_TRUE(
        RunUntil(loop_, [&] { return client_.Connect() && server_ != nullptr; }, milliseconds(60000)));
    accepting_.reset();
  }

  static inline std::string folder_;
  static inline std::shared_ptr<const TlsContext> context_;
  Loop loop_;
  std::pair<UniqueFd, UniqueFd> sockets_ = MakeSocketPair(Transport::kTcp);
  ForeignClient client_{sockets_.second};
  Recorder at_server_;
  std::unique_ptr<Mortal> accepting_;
  std::unique_ptr<Stream> server_;
};

TEST_F(TlsPeerTest, WhatComesBeforeTheNextOwnerStartsIsKeptForIt) {
  Open();
  ASSERT_TRUE(client_.Write("early"));
  RunReady(loop_);
  server_->Start(at_server_);
  ASSERT_TRUE(client_.Write(" and late"));
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.data == "early and late"; }));
}

TEST_F(TlsPeerTest, ASecuredStreamMayBeDroppedWhereItIsHandedOver) {
  bool done = false;
  Begin([&](StatusOr<std::unique_ptr<Stream>> secured) {
    EXPECT_TRUE(secured.ok()) << secured.status();
    secured->reset();
    accepting_.reset();
    done = true;
  });
  ASSERT_TRUE(RunUntil(
      loop_,
      [&] {
        client_.Connect();
        return done;
      },
      milliseconds(60000)));
  EXPECT_TRUE(RunUntil(loop_, [&] { return client_.ReadToClose(); }));
}

TEST_F(TlsPeerTest, ABacklogIsFollowedByCloseNotify) {
  Open();
  server_->Start(at_server_);
  // Until the last octets wait for the socket, and are encrypted already.
  std::size_t much = 0;
  while (server_->pending() == 0 && much < 64 * 1024 * 1024) {
    server_->Output().Append(std::string(16 * 1024, 'm'));
    much += 16 * 1024;
    RunReady(loop_);
  }
  ASSERT_GT(server_->pending(), 0u) << "the socket has taken everything: the test shows nothing";
  server_->ShutdownWrite();
  ASSERT_TRUE(RunUntil(loop_, [&] { return client_.ReadToClose() || client_.cut_off; }, milliseconds(60000)));
  EXPECT_FALSE(client_.cut_off);
  EXPECT_EQ(client_.data.size(), much);
}

TEST_F(TlsPeerTest, AnEndDuringTheHandshakeIsSaidAfterIt) {
  auto stream = std::make_unique<Stream>(loop_, std::move(sockets_.first));
  stream->StartTls(context_);
  stream->Start(at_server_);
  stream->ShutdownWrite();
  ASSERT_TRUE(RunUntil(loop_, [&] { return client_.Connect() || client_.cut_off; }, milliseconds(60000)));
  ASSERT_TRUE(RunUntil(loop_, [&] { return client_.ReadToClose() || client_.cut_off; }, milliseconds(60000)));
  EXPECT_FALSE(client_.cut_off);
  EXPECT_EQ(client_.data, "");
}

TEST_F(TlsPeerTest, WhoAsksForNewKeysWithoutReadingTheAnswersIsDropped) {
  Open();
  server_->Start(at_server_);
  server_->Output().Append(std::string(8 * 1024 * 1024, 'm'));
  RunReady(loop_);
  ASSERT_TRUE(RunUntil(
      loop_,
      [&] {
        for (int i = 0; i < 100; ++i) client_.AskForNewKeys();
        EXPECT_LE(server_->pending(), std::size_t{8 * 1024 * 1024 + 256 * 1024});
        return at_server_.errors == 1 || ::testing::Test::HasFailure();
      },
      milliseconds(60000)));
  EXPECT_THAT(std::string(Message(at_server_.error)), ::testing::HasSubstr("does not read the answers"));
  EXPECT_FALSE(server_->is_open());
}

TEST_F(TlsPeerTest, WhoAsksForNewKeysAndReadsGetsThem) {
  Open();
  server_->Start(at_server_);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client_.AskForNewKeys());
    ASSERT_TRUE(client_.Write("x"));
    server_->Output().Append("y");
    const auto rounds = static_cast<std::size_t>(i) + 1;
    ASSERT_TRUE(RunUntil(loop_, [&] {
      client_.ReadToClose();
      return at_server_.data.size() == rounds && client_.data.size() == rounds;
    }));
  }
}

}  // namespace
}  // namespace wampgate::net
