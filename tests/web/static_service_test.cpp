#include "web/static_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "http/harness.hpp"
#include "support/run_until.hpp"
#include "web/temporary_tree.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class StaticServiceTest : public ::testing::Test {
 protected:
  StaticServiceTest() {
    options.directory = tree.site();
    tree.Write("hello.txt", "hello, world\n");
    tree.Write("sub/index.html", "<p>index</p>");
    tree.Write("bare/x.js", "1");
  }
  Answer Get(const std::string& target, const std::string& fields = "") {
    Mount();
    return harness.Get(target, fields);
  }
  Answer Head(const std::string& target, const std::string& fields = "") {
    Mount();
    return harness.Head(target, fields);
  }
  // On "/" and on "/static".
  void Mount() {
    if (mounted) return;
    mounted = true;
    auto service = std::make_shared<StaticService>(options, harness.offload);
    harness.Serve(std::make_shared<http::PathTable>(http::PathTable::Children{{"static", service}}, service));
  }

  test::TemporaryTree tree;
  StaticOptions options;
  test::Harness harness;
  bool mounted = false;
};

TEST_F(StaticServiceTest, ServesAFileWithAllItsFields) {
  const Answer answer = Get("/hello.txt");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello, world\n");
  EXPECT_EQ(answer.Field("content-type"), "text/plain");
  EXPECT_EQ(answer.Field("cache-control"), "max-age=43200, public");
  EXPECT_THAT(answer.Field("expires"), testing::EndsWith(" GMT"));
  EXPECT_EQ(answer.Field("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.Field("access-control-allow-credentials"), "");
  EXPECT_EQ(answer.Field("accept-ranges"), "bytes");
  EXPECT_THAT(answer.Field("last-modified"), testing::EndsWith(" GMT"));
  EXPECT_THAT(answer.Field("etag"), testing::MatchesRegex("\"[0-9a-f]+-d\""));
  EXPECT_EQ(answer.Field("x-content-type-options"), "nosniff");
  EXPECT_EQ(Get("/static/hello.txt").body, answer.body);
}

TEST_F(StaticServiceTest, AnswersHeadWithTheFieldsOfGet) {
  for (const char* target : {"/hello.txt", "/sub", "/sub/", "/missing", "/bare/x.js"}) {
    Answer get = Get(target);
    Answer head = Head(target);
    get.fields.erase("date");
    head.fields.erase("date");
    get.fields.erase("expires");
    head.fields.erase("expires");
    EXPECT_EQ(get.status, head.status) << target;
    EXPECT_EQ(get.fields, head.fields) << target;
  }
}

TEST_F(StaticServiceTest, SendsNoCacheFieldsWithoutATimeout) {
  options.cache_timeout.reset();
  const Answer answer = Get("/hello.txt");
  EXPECT_EQ(answer.Field("cache-control"), "");
  EXPECT_EQ(answer.Field("expires"), "");
  EXPECT_EQ(answer.Field("access-control-allow-origin"), "*");
}

TEST_F(StaticServiceTest, EchoesTheRequestedHeadersOfACrossOriginRequest) {
  const Answer answer = Get("/hello.txt", "Origin: http://o\r\nAccess-Control-Request-Headers: x-a, x-b\r\n");
  EXPECT_EQ(answer.Field("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.Field("access-control-allow-headers"), "x-a, x-b");
}

TEST_F(StaticServiceTest, RedirectsADirectoryToItsSlashAndKeepsTheQuery) {
  Answer answer = Get("/sub?a=1&b=%3C");
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.Field("location"), "/sub/?a=1&b=%3C");
  EXPECT_THAT(answer.body, HasSubstr("href=\"/sub/?a=1&amp;b=%3C\""));
  EXPECT_EQ(answer.Field("cache-control"), "max-age=43200, public");
  EXPECT_EQ(Get("/static").Field("location"), "/static/");
  EXPECT_EQ(Get("/static/sub").Field("location"), "/static/sub/");
}

TEST_F(StaticServiceTest, NeverRedirectsToAnotherHost) {
  EXPECT_EQ(Get("//sub").status, 404);
  EXPECT_EQ(Get("http://evil//static/sub").status, 404);
}

TEST_F(StaticServiceTest, ServesTheFirstIndexFileOfADirectory) {
  EXPECT_EQ(Get("/sub/").body, "<p>index</p>");
  tree.Write("sub/index.htm", "htm");
  EXPECT_EQ(Get("/sub/").body, "<p>index</p>");
  tree.Write("sub/index", "plain");
  const Answer answer = Get("/sub/");
  EXPECT_EQ(answer.body, "plain");
  EXPECT_EQ(answer.Field("content-type"), "application/octet-stream");
  tree.Write("index.html", "root");
  EXPECT_EQ(Get("/").body, "root");
  EXPECT_EQ(Get("/static/").body, "root");
}

TEST_F(StaticServiceTest, ShowsNoListingUnlessAllowed) {
  const Answer answer = Get("/bare/");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.Field("cache-control"), "");
  EXPECT_THAT(answer.body, Not(HasSubstr(tree.base().string())));
}

TEST_F(StaticServiceTest, ListsADirectoryEscaped) {
  options.enable_directory_listing = true;
  tree.Write("bare/<b>&\"'.html", "12345");
  tree.Write("bare/.git/config", "secret");
  tree.Write("bare/z/x", "");
  tree.Write("bare/a.tar.gz", "");
  ASSERT_EQ(mkfifo((tree.site() / "bare/pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("/etc/passwd", tree.site() / "bare/out");
  std::filesystem::create_symlink("x.js", tree.site() / "bare/in.js");
  const Answer answer = Get("/bare/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(answer.Field("cache-control"), "");
  EXPECT_THAT(
      answer.body,
      HasSubstr("<a href=\"./%3Cb%3E%26%22%27.html\">&lt;b&gt;&amp;&quot;&#39;.html</a></td><td>5</td>"));
  EXPECT_THAT(answer.body, HasSubstr("<a href=\"./z/\">z/</a>"));
  EXPECT_THAT(answer.body, HasSubstr("application/x-tar</td><td>gzip"));
  EXPECT_THAT(answer.body, HasSubstr("in.js"));
  for (const char* hidden : {"<b>", ".git", "pipe", "out"})
    EXPECT_THAT(answer.body, Not(HasSubstr(hidden))) << hidden;
  EXPECT_EQ(Get("/bare/%3Cb%3E%26%22%27.html").body, "12345");
}

TEST_F(StaticServiceTest, KnowsTypesAndEncodingsBySuffix) {
  options.mime_types = {{".min.js", "text/x-min"}, {".JS", "text/x-js"}, {".deb.gz", "x/y"}};
  for (const char* name :
       {"a.min.js", "b.js", "c.deb.gz", "d.svg.gz", "e.unknown", "f", "g.HTML", "h.txt.bz2", "i.jgz"}) {
    tree.Write(name, "x");
  }
  const std::tuple<const char*, const char*, const char*> expected[] = {
      {"/a.min.js", "text/x-min", ""},
      {"/b.js", "text/x-js", ""},
      {"/c.deb.gz", "x/y", ""},
      {"/d.svg.gz", "image/svg+xml", "gzip"},
      {"/e.unknown", "application/octet-stream", ""},
      {"/f", "application/octet-stream", ""},
      {"/g.HTML", "text/html", ""},
      {"/h.txt.bz2", "text/plain", "bzip2"},
      {"/i.jgz", "text/javascript", "gzip"},
  };
  for (const auto& [target, type, encoding] : expected) {
    const Answer answer = Get(target);
    EXPECT_EQ(answer.Field("content-type"), type) << target;
    EXPECT_EQ(answer.Field("content-encoding"), encoding) << target;
  }
}

TEST_F(StaticServiceTest, ServesTheDefaultFileForWhatDoesNotExist) {
  options.default_file = "app/main.html";
  tree.Write("app/main.html", "app");
  for (const char* target : {"/no/such/place", "/missing", "/bare/", "/hello.txt/"}) {
    const Answer answer = Get(target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.body, "app") << target;
    EXPECT_EQ(answer.Field("cache-control"), "") << target;
    EXPECT_EQ(answer.Field("access-control-allow-origin"), "") << target;
  }
  EXPECT_EQ(Get("/hello.txt").body, "hello, world\n");
  EXPECT_EQ(Get("/../secret").status, 404);
}

TEST_F(StaticServiceTest, AnswersOtherMethods) {
  Mount();
  const Answer post = harness.Ask("POST /hello.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.Field("allow"), "HEAD, GET");
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "PATCH", "BREW"}) {
    EXPECT_EQ(harness.Ask(std::string(method) + " /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n").status, 501)
        << method;
  }
}

TEST_F(StaticServiceTest, Answers404ForAMissingDirectoryAndServesItOnceItIsThere) {
  options.directory = tree.base() / "later";
  EXPECT_EQ(Get("/x").status, 404);
  std::filesystem::create_directory(options.directory);
  std::ofstream(tree.base() / "later" / "x") << "now";
  EXPECT_EQ(Get("/x").body, "now");
}

TEST_F(StaticServiceTest, DoesNotOpenFifosAndDevices) {
  ASSERT_EQ(mkfifo((tree.site() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(Get("/pipe").status, 404);
  if (geteuid() == 0 && mknod((tree.site() / "zero").c_str(), S_IFCHR | 0666, makedev(1, 5)) == 0) {
    EXPECT_EQ(Get("/zero").status, 404);
  }
}

TEST_F(StaticServiceTest, Answers403ForWhatMayNotBeRead) {
  std::filesystem::permissions(tree.base(), std::filesystem::perms(0755));
  std::filesystem::permissions(tree.site() / "hello.txt", std::filesystem::perms::none);
  Mount();
  if (geteuid() == 0) setfsuid(65534);  // of this thread, where the test's offload works
  const int status = harness.Get("/hello.txt").status;
  if (geteuid() == 0) setfsuid(0);
  EXPECT_EQ(status, 403);
}

TEST_F(StaticServiceTest, HidesDotFilesUnlessTold) {
  tree.Write(".env", "secret");
  tree.Write(".git/config", "secret");
  tree.Write(".well-known/acme", "public");
  EXPECT_EQ(Get("/.env").status, 404);
  EXPECT_EQ(Get("/.git/config").status, 404);
  EXPECT_EQ(Get("/.well-known/acme").body, "public");
  options.show_dot_files = true;
  test::Harness other;
  other.Serve(std::make_shared<StaticService>(options, other.offload));
  EXPECT_EQ(other.Get("/.env").body, "secret");
}

TEST_F(StaticServiceTest, Answers503WhenTheHelperThreadIsBusy) {
  Mount();
  harness.offload.is_full = true;
  EXPECT_EQ(harness.Get("/hello.txt").status, 503);
}

TEST_F(StaticServiceTest, SendsALargeFileWhole) {
  std::string content(3'000'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * i >> 7);
  tree.Write("large.bin", content);
  EXPECT_TRUE(Get("/large.bin").body == content);
}

TEST_F(StaticServiceTest, BreaksOffWhenTheFileChangesWhileItIsSent) {
  tree.Write("large.bin", std::string(50'000'000, 'a'));
  Mount();
  for (const bool truncates : {true, false}) {
    const auto client = harness.Connect();
    client->Send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(harness.Until(*client, [&] { return client->received.size() > 100'000; }));
    if (truncates) {
      std::filesystem::resize_file(tree.site() / "large.bin", 1000);
    } else {
      tree.Write("large.bin", std::string(50'000'000, 'b'));
    }
    EXPECT_TRUE(harness.Until(*client, [&] { return client->was_reset() || client->ended(); }));
    EXPECT_LT(client->received.size(), 50'000'000u);
    EXPECT_EQ(client->received.find('b', 2000), std::string::npos);
    tree.Write("large.bin", std::string(50'000'000, 'a'));
  }
}

}  // namespace
}  // namespace wampgate::web
