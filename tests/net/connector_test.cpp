#include "net/connector.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "net/acceptor.hpp"
#include "net/listening.hpp"
#include "net/resolver.hpp"
#include "net/socket_pair.hpp"
#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using std::chrono::milliseconds;
using test::RunReady;
using test::RunUntil;

struct Outcome {
  Connector::Done Done() {
    return [this](StatusOr<std::unique_ptr<Stream>> result) {
      ++calls;
      status = result.status();
      if (result.ok()) stream = *std::move(result);
    };
  }
  int calls = 0;
  Status status;
  std::unique_ptr<Stream> stream;
};

class ConnectorTest : public testing::Test {
 protected:
  /// Connects and returns what became of it.
  Outcome& Connect(const ConnectEndpoint& endpoint) {
    const Connector connector(loop, *resolver, endpoint, outcome.Done());
    EXPECT_EQ(outcome.calls, 0) << "called from inside the constructor";
    EXPECT_TRUE(RunUntil(loop, [&] { return outcome.calls > 0; }));
    return outcome;
  }

  Loop loop;
  std::shared_ptr<Resolver> resolver = MakeResolver(loop);
  TemporaryFolder folder;
  Outcome outcome;
};

TEST_F(ConnectorTest, ConnectsOverTcpAndTheStreamWorks) {
  const UniqueFd listener = Listen(Loopback());
  Connect(TcpConnect{.host = "127.0.0.1", .port = BoundPort(listener.get())});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  const UniqueFd server(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  Recorder recorder;
  outcome.stream->Start(recorder);
  Put(server, "hi");
  EXPECT_TRUE(RunUntil(loop, [&] { return recorder.data == "hi"; }));
}

TEST_F(ConnectorTest, ConnectsOverAUnixSocket) {
  const UniqueFd listener = Listen(UnixListen{.path = folder / "s"});
  Connect(UnixConnect{.path = folder / "s"});
  ASSERT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(PeerName(outcome.stream->fd()), "unix:" + folder / "s");
}

TEST_F(ConnectorTest, SaysThatNobodyListensOnTheUnixSocket) {
  {
    const UniqueFd listener = Listen(UnixListen{.path = folder / "s"});
  }
  Connect(UnixConnect{.path = folder / "s"});
  EXPECT_EQ(Message(outcome.status),
            "unix:" + folder / "s" + ": connection refused (is the router running?)");
}

TEST_F(ConnectorTest, SaysThatTheUnixSocketDoesNotExist) {
  Connect(UnixConnect{.path = folder / "none"});
  EXPECT_EQ(Message(outcome.status),
            "unix:" + folder / "none" + ": no such file or directory (is the router running?)");
}

TEST_F(ConnectorTest, SaysThatNobodyListensOnThePort) {
  const auto bound = BindListenSocket(Loopback(), ReusePort::kNo);
  ASSERT_TRUE(bound.ok());
  const std::uint16_t port = BoundPort(bound->get());
  Connect(TcpConnect{.host = "127.0.0.1", .port = port, .version = IpVersion::k4});
  EXPECT_EQ(Message(outcome.status),
            "tcp4:127.0.0.1:" + std::to_string(port) + ": connection refused (is the router running?)");
}

TEST_F(ConnectorTest, RefusesAPathThatNoSocketCanHave) {
  const std::string path = folder / std::string(120, 'x');
  Connect(UnixConnect{.path = path});
  EXPECT_EQ(Message(outcome.status),
            "unix:" + path + ": a socket path has 1 to 107 octets, not " + std::to_string(path.size()));
}

TEST_F(ConnectorTest, GivesUpAtItsDeadlineWhenTheUnixQueueStaysFull) {
  const UniqueFd listener = Listen(UnixListen{.path = folder / "s"}, 1);
  std::vector<std::unique_ptr<Outcome>> queued;
  std::vector<std::unique_ptr<Connector>> connectors;
  for (int i = 0; i < 2; ++i) {
    queued.push_back(std::make_unique<Outcome>());
    connectors.push_back(std::make_unique<Connector>(loop, *resolver, UnixConnect{.path = folder / "s"},
                                                     queued.back()->Done()));
  }
  ASSERT_TRUE(RunUntil(loop, [&] { return queued[0]->stream != nullptr && queued[1]->stream != nullptr; }));
  const auto start = std::chrono::steady_clock::now();
  Connect(UnixConnect{.path = folder / "s", .timeout = milliseconds(200)});
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(200));
  EXPECT_EQ(outcome.status.code(), StatusCode::kDeadlineExceeded) << outcome.status;
}

TEST_F(ConnectorTest, ServesFiftyAtOnceOverAUnixQueueOfOne) {
  std::vector<std::unique_ptr<Stream>> accepted;
  Acceptor acceptor(loop, Listen(UnixListen{.path = folder / "s"}, 1),
                    [&](std::unique_ptr<Stream> stream) { accepted.push_back(std::move(stream)); });
  std::vector<std::unique_ptr<Outcome>> outcomes;
  std::vector<std::unique_ptr<Connector>> connectors;
  int connected = 0;
  for (int i = 0; i < 50; ++i) {
    outcomes.push_back(std::make_unique<Outcome>());
    connectors.push_back(std::make_unique<Connector>(loop, *resolver, UnixConnect{.path = folder / "s"},
                                                     outcomes.back()->Done()));
  }
  acceptor.Start();
  ASSERT_TRUE(RunUntil(loop, [&] {
    connected = 0;
    for (const auto& one : outcomes) connected += one->stream != nullptr ? 1 : 0;
    return connected == 50 && accepted.size() == 50;
  })) << connected;
}

TEST_F(ConnectorTest, IsCancelledByItsDestruction) {
  const UniqueFd listener = Listen(Loopback());
  {
    const Connector connector(
        loop, *resolver, TcpConnect{.host = "127.0.0.1", .port = BoundPort(listener.get())}, outcome.Done());
  }
  RunReady(loop);
  EXPECT_EQ(outcome.calls, 0);
}

TEST_F(ConnectorTest, TriesEveryAddressOfAName) {
  const UniqueFd listener = Listen(Loopback());
  const std::uint16_t port = BoundPort(listener.get());
  resolver = std::make_shared<Resolver>(loop, [](const std::string&, std::uint16_t to, IpVersion) {
    return Resolver::Addresses{*IpAddress(IpVersion::k4, "127.0.0.2", to),
                               *IpAddress(IpVersion::k6, "::1", to),
                               *IpAddress(IpVersion::k4, "127.0.0.1", to)};
  });
  Connect(TcpConnect{.host = "three.example", .port = port});
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
}

TEST_F(ConnectorTest, NamesTheHostThatCannotBeResolved) {
  resolver = std::make_shared<Resolver>(loop, [](const std::string& host, std::uint16_t, IpVersion) {
    return StatusOr<Resolver::Addresses>(
        Unavailable("cannot resolve " + host + ": Name or service not known"));
  });
  Connect(TcpConnect{.host = "none.example", .port = 8080});
  EXPECT_EQ(Message(outcome.status),
            "tcp:none.example:8080: cannot resolve none.example: Name or service not known");
}

}  // namespace
}  // namespace wampgate::net
