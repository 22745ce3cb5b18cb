// Archives that come from a web server, which is not always what it should be.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/file.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "base/log.hpp"
#include "http/harness.hpp"
#include "http/path_table.hpp"
#include "net/acceptor.hpp"
#include "net/listening.hpp"
#include "net/socket_address.hpp"
#include "support/run_until.hpp"
#include "web/archive_file.hpp"
#include "web/archive_service.hpp"
#include "web/download.hpp"
#include "web/made_archives.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using ::testing::HasSubstr;

class Download : public ::testing::Test {
 protected:
  Download() {
    log::SetLevel(log::Level::kError);
    options.source.file = made.base() / "fetched.zip";
    options.object_prefix = "lib-1.0";
    options.default_object = "index.html";
    UniqueFd socket = net::Listen(net::Loopback());
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    base = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    options.source.origin = base + "/lib.zip";
    origin = std::make_unique<http::Server>(harness.loop, OriginSite(), harness.offload);
    acceptor = std::make_unique<net::Acceptor>(harness.loop, std::move(socket),
                                               [this](auto stream) { origin->Accept(std::move(stream)); });
    acceptor->Start();
  }
  ~Download() override { log::SetLevel(log::Level::kWarning); }

  std::shared_ptr<const http::Site> OriginSite() {
    auto service = std::make_shared<test::FunctionService>(
        [this](http::Request request, std::shared_ptr<http::Responder> responder) {
          requests.push_back(request.target);
          if (answer) return answer(std::move(responder));
          http::Response response;
          response.body = made.Octets("plain");
          responder->Send(std::move(response));
        });
    return std::make_shared<const http::Site>(http::Site{{}, std::move(service)});
  }
  void Serve() {
    auto service = std::make_shared<ArchiveService>(options, archives, harness.offload);
    harness.Serve(std::make_shared<http::PathTable>(http::PathTable::Children{{"a", service}}, nullptr));
    harness.server().SetSite(harness.MakeSite());
  }
  /// Asks until the archive is there.
  bool IsServed() {
    return test::RunUntil(harness.loop, [&] { return harness.Get("/a/").status == 200; });
  }
  bool Requested(std::size_t times) {
    return test::RunUntil(harness.loop, [&] { return requests.size() >= times; });
  }
  /// Files beside the archive that came with it.
  int Leftovers() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(made.base()))
      count += entry.path().filename().string().starts_with("fetched.zip.download") ? 1 : 0;
    return count;
  }

  test::MadeArchives made;
  Archives archives{std::chrono::milliseconds(20)};  // outlives its services
  test::Harness harness;
  std::string base;
  std::vector<std::string> requests;
  std::function<void(std::shared_ptr<http::Responder>)> answer;
  std::unique_ptr<http::Server> origin;
  std::unique_ptr<net::Acceptor> acceptor;
  ArchiveOptions options;
  std::vector<std::shared_ptr<http::Responder>> waiting;
};

TEST_F(Download, PutsAnArchiveThatIsMissingInItsPlace) {
  options.source.hashes = {made.Sha256("plain")};
  std::ofstream(made.base() / "fetched.zip.download-dead") << "left by a process that died";
  Serve();
  const Answer waiting = harness.Get("/a/");
  EXPECT_EQ(waiting.status, 503);
  EXPECT_THAT(waiting.body, HasSubstr("is being fetched"));
  ASSERT_TRUE(IsServed());
  EXPECT_EQ(harness.Get("/a/").body, made.Read("index.html"));
  EXPECT_EQ(made.Read("fetched.zip"), made.Octets("plain"));
  EXPECT_EQ(Leftovers(), 0);
  EXPECT_EQ(requests, std::vector<std::string>{"/lib.zip"});
}

TEST_F(Download, IsTriedAgainUntilItIsWhatItShouldBe) {
  options.source.hashes = {made.Sha256("plain")};
  int turn = 0;
  answer = [&](std::shared_ptr<http::Responder> responder) {
    http::Response response;
    switch (++turn) {
      case 1:
        response.status = 500;
        return responder->Send(std::move(response));
      case 2:  // another archive
        response.body = made.Octets("newer");
        return responder->Send(std::move(response));
      case 3:  // an error page with status 200
        response.body = "<html>";
        return responder->Send(std::move(response));
      case 4:  // cut off
        return responder->SendVerbatim("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" +
                                       made.Octets("half"));
      case 5:  // no body
        return responder->SendVerbatim("HTTP/1.1 204 No Content\r\n\r\n");
      default:
        response.body = made.Octets("plain");
        return responder->Send(std::move(response));
    }
  };
  Serve();
  ASSERT_TRUE(IsServed());
  EXPECT_EQ(turn, 6);
  EXPECT_EQ(Leftovers(), 0);
}

/// While it lives no thread can be started: their stacks would not fit into memory.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, std::size_t{1} << 50);
    EXPECT_EQ(pthread_setattr_default_np(&huge), 0);
    pthread_attr_destroy(&huge);
  }
  ~NoThreads() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  pthread_attr_t before_;
};

TEST_F(Download, BeginsLaterWhenThereWasNoThreadForIt) {
  {
    const NoThreads lack;
    Serve();
    const Answer answer = harness.Get("/a/");
    EXPECT_EQ(answer.status, 503);
    EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("is being fetched")));
    EXPECT_EQ(archives.fetching(), 0u);
  }
  EXPECT_TRUE(IsServed());
}

TEST_F(Download, LeavesWhatIsThereInUse) {
  made.Put("newer", options.source.file);
  Serve();
  EXPECT_EQ(harness.Get("/a/").body, "newer");
  EXPECT_TRUE(requests.empty()) << "what is there is not fetched";
  answer = [&](std::shared_ptr<http::Responder> responder) {
    http::Response response;
    response.body = made.Octets("half");
    responder->Send(std::move(response));
  };
  std::filesystem::remove(options.source.file);
  EXPECT_EQ(harness.Get("/a/").body, "newer");
  ASSERT_TRUE(Requested(2));
  EXPECT_EQ(harness.Get("/a/").body, "newer");
  EXPECT_FALSE(std::filesystem::exists(options.source.file));
}

TEST_F(Download, ReplacesWhatIsOfNoUse) {
  std::ofstream(options.source.file).close();  // as a download of Crossbar that broke off leaves it
  Serve();
  ASSERT_TRUE(IsServed());
  EXPECT_EQ(harness.Get("/a/").body, made.Read("index.html"));
}

TEST_F(Download, FollowsSomeRedirectsAndNotAllOfThem) {
  answer = [&](std::shared_ptr<http::Responder> responder) {
    http::Response response;
    if (requests.back() == "/there") {
      response.body = made.Octets("plain");
    } else {
      response.status = 302;
      response.Set("Location", requests.size() < 3 ? base + "/there" : base + "/round");
    }
    responder->Send(std::move(response));
  };
  Serve();
  ASSERT_TRUE(IsServed());
  const UniqueFd file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  std::atomic<bool> cancelled = false, done = false;
  Status status;
  std::thread fetching([&] {
    status = web::Download({base + "/round", std::chrono::seconds(10), 1000}, file.get(), cancelled);
    done = true;
  });
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return done.load(); }));
  fetching.join();
  EXPECT_FALSE(status.ok());
  EXPECT_LT(requests.size(), 12u);
}

TEST_F(Download, TakesNoMoreThanItMay) {
  options.source.limits.archive = 1000;
  Serve();
  ASSERT_TRUE(Requested(2));
  EXPECT_EQ(harness.Get("/a/").status, 503);
  EXPECT_FALSE(std::filesystem::exists(options.source.file));
}

TEST_F(Download, IsDoneByOneOfSeveralProcesses) {
  const UniqueFd lock(::open((options.source.file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);  // as the other process holds it
  Serve();
  EXPECT_EQ(harness.Get("/a/").status, 503);
  made.Put("plain", options.source.file);
  ASSERT_EQ(::flock(lock.get(), LOCK_UN), 0);
  ASSERT_TRUE(IsServed());
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return archives.fetching() == 0; }));
  EXPECT_TRUE(requests.empty());
}

TEST_F(Download, IsGivenUpWithItsPath) {
  answer = [&](std::shared_ptr<http::Responder> responder) { waiting.push_back(std::move(responder)); };
  Serve();
  ASSERT_TRUE(Requested(1));
  harness.Serve(std::make_shared<http::PathTable>(http::PathTable::Children{}, nullptr));
  harness.server().SetSite(harness.MakeSite());
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return archives.fetching() == 0; }));
  EXPECT_EQ(Leftovers(), 0);
  waiting.clear();
}

TEST(DownloadFailure, SaysWhichServerCannotBeReached) {
  const std::atomic<bool> cancelled = false;
  const Status status = web::Download(
      {.url = "http://127.0.0.1:1/x.zip", .timeout = std::chrono::seconds(10), .most = 10}, -1, cancelled);
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Message(status)), HasSubstr("127.0.0.1"));
}

TEST(WithoutCredentials, ShowsNoPasswords) {
  EXPECT_EQ(WithoutCredentials("https://me:secret@host/a@b"), "https://host/a@b");
  EXPECT_EQ(WithoutCredentials("https://host/a@b"), "https://host/a@b");
  EXPECT_EQ(WithoutCredentials("https://a@b@host"), "https://host");
}

}  // namespace
}  // namespace wampgate::web
