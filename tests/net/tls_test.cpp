#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>

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

/// Both ends in one loop, secured against each other.
class TlsTest : public ::testing::TestWithParam<Transport> {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = ::testing::TempDir() + "tls_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    const test::Certificates made(folder_);
    made.MakeAuthority("ca");
    made.MakeAuthority("other");
    made.Make("server", "ca", "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1");
    made.Make("client", "ca", "device", "subjectAltName=DNS:device");
    made.Make("stranger", "other", "stranger", "subjectAltName=DNS:stranger");
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  static PemFile File(const std::string& name) { return {name, test::Certificates(folder_).Content(name)}; }
  static TlsServerOptions ServerOptions() { return {File("server.pem"), File("server.key"), {}, "", {}}; }
  static TlsClientOptions ClientOptions() { return {"localhost", {File("ca.pem")}, {}, {}}; }

  using Secured = StatusOr<std::unique_ptr<Stream>>;
  void Shake(const TlsServerOptions& server, const TlsClientOptions& client) {
    auto server_context = TlsContext::ForServer(server);
    auto client_context = TlsContext::ForClient(client);
    ASSERT_TRUE(server_context.ok()) << server_context.status();
    ASSERT_TRUE(client_context.ok()) << client_context.status();
    accepting_ =
        Secure(std::make_unique<Stream>(loop_, std::move(sockets_.first)), *server_context,
               milliseconds(20000), "the client", [this](Secured done) { server_ = std::move(done); });
    connecting_ =
        Secure(std::make_unique<Stream>(loop_, std::move(sockets_.second)), *client_context,
               milliseconds(20000), "the backend", [this](Secured done) { client_ = std::move(done); });
  }
  bool BothAreDone() {
    return RunUntil(loop_, [this] { return !IsUnset(server_) && !IsUnset(client_); }, milliseconds(30000));
  }
  void Open(const TlsServerOptions& server = ServerOptions(),
            const TlsClientOptions& client = ClientOptions()) {
    Shake(server, client);
    ASSERT_TRUE(BothAreDone());
    ASSERT_TRUE(server_.ok()) << server_.status();
    ASSERT_TRUE(client_.ok()) << client_.status();
    (*server_)->Start(at_server_);
    (*client_)->Start(at_client_);
  }
  static bool IsUnset(const Secured& result) { return result.status() == Unset(); }
  static Status Unset() { return Internal("not yet"); }

  static inline std::string folder_;
  Loop loop_;
  std::pair<UniqueFd, UniqueFd> sockets_ = MakeSocketPair(GetParam());
  Recorder at_server_, at_client_;
  Secured server_ = Unset(), client_ = Unset();
  std::unique_ptr<Mortal> accepting_, connecting_;
};

INSTANTIATE_TEST_SUITE_P(Transports, TlsTest, testing::Values(Transport::kUnix, Transport::kTcp),
                         [](const auto& test) { return test.param == Transport::kUnix ? "Unix" : "Tcp"; });

TEST_P(TlsTest, CarriesOctetsBothWaysInTls13) {
  Open();
  EXPECT_EQ((*server_)->tls()->version(), "TLSv1.3");
  EXPECT_EQ((*server_)->tls()->cipher(), "TLS_AES_128_GCM_SHA256") << "the dearer ones are on offer, too";
  EXPECT_EQ((*server_)->tls()->server_name(), "localhost");
  (*client_)->Output().Append("hello");
  (*server_)->Output().Append("welcome");
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.data == "hello" && at_client_.data == "welcome"; }));
  EXPECT_EQ(at_server_.calls, 1);
}

TEST_P(TlsTest, CarriesMuchMoreThanTheSocketHoldsInOrder) {
  Open();
  std::string much(3 * 1024 * 1024 + 17, '\0');
  for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>(i * 2654435761u >> 13);
  (*client_)->Output().Append(much);
  (*server_)->Output().Append(much);
  ASSERT_TRUE(RunUntil(
      loop_, [&] { return at_server_.data.size() >= much.size() && at_client_.data.size() >= much.size(); },
      milliseconds(60000)));
  EXPECT_TRUE(at_server_.data == much);
  EXPECT_TRUE(at_client_.data == much);
  EXPECT_EQ((*client_)->pending(), 0u);
  EXPECT_GE(at_client_.drained, 1);
  RunReady(loop_);
  EXPECT_EQ((*client_)->held(), 0u) << "an idle stream holds no buffers";
}

TEST_P(TlsTest, LargePiecesAndSmallOnesBetweenThemKeepTheirOrder) {
  Open();
  std::string sent;
  char octet = 0;
  // Some at a record's border, some longer than what is encrypted at once; the peer takes them in between.
  for (const std::size_t size : {32'768, 16'374, 65'546, 81'920, 300'000, 49'152, 40'000}) {
    for (const std::size_t before : {0, 10, 16'384, 90'000}) {
      const std::string small(before, ++octet), large(size, ++octet);
      if (before > 0) (*server_)->Output().Append(small);
      (*server_)->Write(large);
      sent += small + large;
    }
    ASSERT_TRUE(RunUntil(loop_, [&] { return at_client_.data.size() >= sent.size() / 2; }));
  }
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_client_.data.size() >= sent.size(); }, milliseconds(60000)));
  EXPECT_TRUE(at_client_.data == sent);
  RunReady(loop_);
  EXPECT_EQ((*server_)->pending(), 0u);
  EXPECT_EQ((*server_)->held(), 0u) << "an idle stream holds no buffers";
}

TEST_P(TlsTest, TellsThatItDrainedWhenAWriteTookTheRestAlong) {
  Open();
  (*server_)->SetWatermarks(1'000, 10'000);
  (*server_)->Output().Append(std::string(20'000, 'b'));
  (*server_)->Write(std::string(40'000, 'w'));
  EXPECT_EQ(at_server_.drained, 0) << "told in a later turn";
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.drained == 1; }));
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_client_.data.size() == 60'000; }));
  EXPECT_EQ(at_client_.data, std::string(20'000, 'b') + std::string(40'000, 'w'));
}

TEST_P(TlsTest, AWriteToAPeerThatIsGoneIsToldLaterAndOnce) {
  Open();
  (*client_)->Close(Stream::CloseHow::kReset);
  for (int i = 0; i < 100 && (*server_)->is_open(); ++i) {
    (*server_)->Write(std::string(200'000, 'w'));
    EXPECT_EQ(at_server_.errors, 0) << "inside of the owner's call";
  }
  EXPECT_FALSE((*server_)->is_open());
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.errors == 1; }));
  EXPECT_THAT(std::string(Message(at_server_.error)), testing::HasSubstr("write"));
  RunReady(loop_);
  EXPECT_EQ(at_server_.errors, 1);
  EXPECT_EQ((*server_)->held(), 0u);
}

TEST_P(TlsTest, KeepsWhatTheOwnerDoesNotConsumeOrWantNow) {
  Open();
  const std::string message(100'000, 'm');
  at_server_.consume = 0;
  (*client_)->Output().Append(message);
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.last.size() == message.size(); }));
  (*server_)->PauseReading();
  (*client_)->Output().Append("more");
  RunReady(loop_);
  EXPECT_EQ(at_server_.last, message);
  at_server_.consume = static_cast<std::size_t>(-1);
  (*server_)->ResumeReading();
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.data == message + "more"; }));
}

TEST_P(TlsTest, TellsTheEndOfThePeerAfterItsOctets) {
  Open();
  (*client_)->Output().Append("bye");
  (*client_)->ShutdownWrite();
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.ends == 1; }));
  EXPECT_EQ(at_server_.data, "bye");
  (*server_)->Output().Append("and this is still read");
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_client_.data == "and this is still read"; }));
  (*server_)->Close(Stream::CloseHow::kOrderly);
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_client_.ends == 1; }));
  EXPECT_EQ(at_client_.errors, 0);
}

TEST_P(TlsTest, AWrongNameInTheCertificateIsRefusedByTheClientAndToldToTheServer) {
  TlsClientOptions client = ClientOptions();
  client.hostname = "elsewhere.example";
  Shake(ServerOptions(), client);
  ASSERT_TRUE(BothAreDone());
  EXPECT_THAT(std::string(Message(client_.status())), ::testing::HasSubstr("hostname mismatch"));
  EXPECT_THAT(std::string(Message(server_.status())), ::testing::HasSubstr("bad certificate"));
}

TEST_P(TlsTest, AnAddressIsFoundAmongTheAddressesOfTheCertificate) {
  TlsClientOptions client = ClientOptions();
  client.hostname = "127.0.0.1";
  Open(ServerOptions(), client);
  EXPECT_EQ((*server_)->tls()->server_name(), "") << "an address is no name to ask for (RFC 6066 3)";
}

TEST_P(TlsTest, AClientWithoutACertificateOfTheAuthorityIsRefused) {
  TlsServerOptions server = ServerOptions();
  server.authorities = {File("ca.pem")};
  Shake(server, ClientOptions());
  ASSERT_TRUE(RunUntil(loop_, [this] { return !IsUnset(server_); }));
  EXPECT_THAT(std::string(Message(server_.status())),
              ::testing::HasSubstr("peer did not return a certificate"));
}

TEST_P(TlsTest, AClientWithACertificateOfAnotherAuthorityIsRefused) {
  TlsServerOptions server = ServerOptions();
  server.authorities = {File("ca.pem")};
  TlsClientOptions client = ClientOptions();
  client.certificate = File("stranger.pem");
  client.key = File("stranger.key");
  Shake(server, client);
  ASSERT_TRUE(RunUntil(loop_, [this] { return !IsUnset(server_); }));
  EXPECT_THAT(std::string(Message(server_.status())),
              ::testing::HasSubstr("the peer's certificate is refused"));
}

TEST_P(TlsTest, AClientWithACertificateOfTheAuthorityIsLetIn) {
  TlsServerOptions server = ServerOptions();
  server.authorities = {File("ca.pem")};
  TlsClientOptions client = ClientOptions();
  client.certificate = File("client.pem");
  client.key = File("client.key");
  Open(server, client);
  (*client_)->Output().Append("it is me");
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.data == "it is me"; }));
}

TEST_P(TlsTest, ABrokenClientHelloIsRefusedWithAnAlert) {
  auto context = TlsContext::ForServer(ServerOptions());
  ASSERT_TRUE(context.ok());
  accepting_ = Secure(std::make_unique<Stream>(loop_, std::move(sockets_.first)), *context,
                      milliseconds(20000), "the client", [this](Secured done) { server_ = std::move(done); });
  Put(sockets_.second, "\x16\x03\x01\x20\x05hello hello");
  Put(sockets_.second, std::string(9000, 'x'));
  ASSERT_TRUE(RunUntil(loop_, [this] { return !IsUnset(server_); }));
  EXPECT_FALSE(server_.ok());
  std::string answer;
  ASSERT_TRUE(RunUntil(loop_, [&] { return !(answer += Get(sockets_.second)).empty(); }));
  EXPECT_EQ(answer[0], '\x15') << "an alert record";
}

TEST_P(TlsTest, PlainHttpIsRefusedByItsName) {
  auto context = TlsContext::ForServer(ServerOptions());
  ASSERT_TRUE(context.ok());
  accepting_ = Secure(std::make_unique<Stream>(loop_, std::move(sockets_.first)), *context,
                      milliseconds(20000), "the client", [this](Secured done) { server_ = std::move(done); });
  Put(sockets_.second, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(RunUntil(loop_, [this] { return !IsUnset(server_); }));
  EXPECT_THAT(std::string(Message(server_.status())), ::testing::HasSubstr("http request"));
}

TEST_P(TlsTest, APeerThatSaysNothingIsDroppedAtTheDeadline) {
  auto context = TlsContext::ForServer(ServerOptions());
  ASSERT_TRUE(context.ok());
  accepting_ = Secure(std::make_unique<Stream>(loop_, std::move(sockets_.first)), *context, milliseconds(200),
                      "the client", [this](Secured done) { server_ = std::move(done); });
  ASSERT_TRUE(RunUntil(loop_, [this] { return !IsUnset(server_); }));
  EXPECT_EQ(std::string(Message(server_.status())),
            "the client did not complete the TLS handshake within 200 ms");
}

TEST_P(TlsTest, ADamagedRecordEndsTheConnection) {
  Open();
  char junk[] =
      "\x17\x03\x03\x00\x20"
      "0123456789abcdef0123456789abcdef";
  ASSERT_GT(::send((*client_)->fd(), junk, sizeof junk - 1, MSG_NOSIGNAL), 0);
  ASSERT_TRUE(RunUntil(loop_, [&] { return at_server_.errors == 1; }));
  EXPECT_FALSE((*server_)->is_open());
}

TEST_P(TlsTest, OctetByOctetIsAsGoodAsAtOnce) {
  // A relay in between, of one octet at a time.
  auto between = MakeSocketPair(GetParam());
  auto server_context = TlsContext::ForServer(ServerOptions());
  auto client_context = TlsContext::ForClient(ClientOptions());
  accepting_ = Secure(std::make_unique<Stream>(loop_, std::move(sockets_.first)), *server_context,
                      milliseconds(60000), "the client", [this](Secured done) { server_ = std::move(done); });
  connecting_ =
      Secure(std::make_unique<Stream>(loop_, std::move(between.first)), *client_context, milliseconds(60000),
             "the backend", [this](Secured done) { client_ = std::move(done); });
  std::string to_server, to_client;
  const auto carry = [&](std::string& queue, const UniqueFd& from, const UniqueFd& to) {
    queue += Get(from);
    if (queue.empty()) return;
    Put(to, queue.substr(0, 1));
    queue.erase(0, 1);
  };
  ASSERT_TRUE(RunUntil(
      loop_,
      [&] {
        carry(to_server, between.second, sockets_.second);
        carry(to_client, sockets_.second, between.second);
        return !IsUnset(server_) && !IsUnset(client_);
      },
      milliseconds(120000)));
  EXPECT_TRUE(server_.ok()) << server_.status();
  EXPECT_TRUE(client_.ok()) << client_.status();
}

TEST(TlsContextTest, NamesTheFileThatIsWrong) {
  std::string pattern = ::testing::TempDir() + "tls_context_XXXXXX";
  const std::string folder = ::mkdtemp(pattern.data());
  const test::Certificates made(folder);
  made.MakeAuthority("one");
  made.MakeAuthority("two");
  const auto message = [&](PemFile certificate, PemFile key, std::string ciphers = "") {
    const auto context =
        TlsContext::ForServer({std::move(certificate), std::move(key), {}, std::move(ciphers), {}});
    return context.ok() ? "" : std::string(Message(context.status()));
  };
  const PemFile certificate{"one.pem", made.Content("one.pem")}, key{"one.key", made.Content("one.key")};
  EXPECT_EQ(message(certificate, key), "");
  EXPECT_THAT(message({"empty.pem", ""}, key),
              ::testing::StartsWith("empty.pem: no certificate in PEM found"));
  EXPECT_THAT(message(certificate, {"one.pem", certificate.content}),
              ::testing::StartsWith("one.pem: no private key in PEM without a passphrase found"));
  EXPECT_THAT(message(certificate, {"two.key", made.Content("two.key")}),
              ::testing::StartsWith("two.key: the key does not belong to the certificate in one.pem"));
  EXPECT_THAT(message({"cut.pem", certificate.content + "-----BEGIN CERTIFICATE-----\nMIIB\n"}, key),
              ::testing::StartsWith("cut.pem: certificate 2 cannot be read"));
  EXPECT_THAT(message(certificate, key, "NO-SUCH-CIPHER"), ::testing::StartsWith("ciphers: "));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wampgate::net
