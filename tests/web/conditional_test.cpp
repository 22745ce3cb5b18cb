#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/harness.hpp"
#include "web/static_service.hpp"
#include "web/temporary_tree.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using test::BodyOf;
using ::testing::HasSubstr;

class Conditional : public ::testing::Test {
 protected:
  Conditional() {
    for (int i = 0; i < 100; ++i) content += static_cast<char>('0' + i % 10);
    tree.Write("f.txt", content);
    StaticOptions options;
    options.directory = tree.site();
    harness.Serve(std::make_shared<StaticService>(options, harness.offload));
    const Answer answer = harness.Get("/f.txt");
    etag = answer.Field("etag");
    modified = answer.Field("last-modified");
  }
  int Status(const std::string& fields) { return harness.Get("/f.txt", fields).status; }

  std::string content, etag, modified;
  test::TemporaryTree tree;
  test::Harness harness;
};

TEST_F(Conditional, Answers304ForAKnownEtag) {
  const auto client = harness.Connect();
  client->Send("GET /f.txt HTTP/1.1\r\nHost: x\r\nIf-None-Match: \"other\", W/" + etag + "\r\n\r\n");
  const Answer answer = harness.Next(*client, BodyOf::kHead);
  EXPECT_EQ(answer.status, 304);
  EXPECT_EQ(answer.Field("etag"), etag);
  EXPECT_EQ(answer.Field("cache-control"), "max-age=43200, public");
  EXPECT_EQ(answer.Field("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.Field("content-length"), "");
  client->Send("GET /f.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(harness.Next(*client).body, content);  // nothing of a body came with the 304
}

TEST_F(Conditional, FollowsTheOrderOfPreconditions) {
  const std::string past = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::string future = "Sun, 06 Nov 2094 08:49:37 GMT";
  EXPECT_EQ(Status("If-None-Match: *\r\n"), 304);
  EXPECT_EQ(Status("If-None-Match: \"other\"\r\n"), 200);
  EXPECT_EQ(Status("If-Modified-Since: " + modified + "\r\n"), 304);
  EXPECT_EQ(Status("If-Modified-Since: " + future + "\r\n"), 304);
  EXPECT_EQ(Status("If-Modified-Since: " + past + "\r\n"), 200);
  EXPECT_EQ(Status("If-Modified-Since: nonsense\r\n"), 200);
  EXPECT_EQ(Status("If-None-Match: \"other\"\r\nIf-Modified-Since: " + future + "\r\n"), 200);
  EXPECT_EQ(Status("If-Match: " + etag + "\r\n"), 200);
  EXPECT_EQ(Status("If-Match: *\r\n"), 200);
  EXPECT_EQ(Status("If-Match: \"other\"\r\n"), 412);
  EXPECT_EQ(Status("If-Match: W/" + etag + "\r\n"), 412);
  EXPECT_EQ(Status("If-Unmodified-Since: " + past + "\r\n"), 412);
  EXPECT_EQ(Status("If-Unmodified-Since: " + modified + "\r\n"), 200);
}

TEST_F(Conditional, ChangesItsEtagWithTheFile) {
  tree.Write("f.txt", content + "x");
  EXPECT_EQ(Status("If-None-Match: " + etag + "\r\n"), 200);
}

TEST_F(Conditional, ServesOneRange) {
  const Answer answer = harness.Get("/f.txt", "Range: bytes=10-14\r\n");
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.body, "01234");
  EXPECT_EQ(answer.Field("content-range"), "bytes 10-14/100");
  EXPECT_EQ(answer.Field("content-length"), "5");
  EXPECT_EQ(answer.Field("content-type"), "text/plain");
}

TEST_F(Conditional, ServesSeveralRangesAsMultipart) {
  const Answer answer = harness.Get("/f.txt", "Range: bytes=0-1,-3\r\n");
  EXPECT_EQ(answer.status, 206);
  const std::string type = answer.Field("content-type");
  ASSERT_THAT(type, testing::StartsWith("multipart/byteranges; boundary="));
  const std::string boundary = type.substr(type.find('=') + 1);
  EXPECT_EQ(answer.body, "\r\n--" + boundary +
                             "\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/100\r\n\r\n01" +
                             "\r\n--" + boundary +
                             "\r\nContent-Type: text/plain\r\nContent-Range: bytes 97-99/100\r\n\r\n789" +
                             "\r\n--" + boundary + "--\r\n");
  EXPECT_EQ(answer.Field("content-range"), "");
}

TEST_F(Conditional, ServesSeveralRangesOfALargeFile) {
  std::string large(1'000'000, 'a');
  large[999'999] = 'z';
  tree.Write("large.txt", large);
  const Answer answer = harness.Get("/large.txt", "Range: bytes=0-499999,999999-\r\n");
  EXPECT_EQ(answer.status, 206);
  EXPECT_THAT(answer.body, HasSubstr("Content-Range: bytes 0-499999/1000000\r\n\r\n" +
                                     std::string(500'000, 'a') + "\r\n--"));
  EXPECT_THAT(answer.body, HasSubstr("Content-Range: bytes 999999-999999/1000000\r\n\r\nz\r\n--"));
}

TEST_F(Conditional, Answers416WithTheLength) {
  const Answer answer = harness.Get("/f.txt", "Range: bytes=100-\r\n");
  EXPECT_EQ(answer.status, 416);
  EXPECT_EQ(answer.Field("content-range"), "bytes */100");
}

TEST_F(Conditional, UsesARangeOnlyIfIfRangeHolds) {
  const std::string range = "Range: bytes=0-0\r\n";
  EXPECT_EQ(Status(range + "If-Range: " + etag + "\r\n"), 206);
  EXPECT_EQ(Status(range + "If-Range: " + modified + "\r\n"), 206);
  EXPECT_EQ(Status(range + "If-Range: \"other\"\r\n"), 200);
  EXPECT_EQ(Status(range + "If-Range: W/" + etag + "\r\n"), 200);
  EXPECT_EQ(Status(range + "If-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 200);
  EXPECT_EQ(Status(range + "If-None-Match: " + etag + "\r\n"), 304);
}

TEST_F(Conditional, IgnoresARangeForHead) {
  const Answer answer = harness.Head("/f.txt", "Range: bytes=0-0\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("content-length"), "100");
}

TEST_F(Conditional, ServesAnEmptyFile) {
  tree.Write("empty", "");
  const Answer answer = harness.Get("/empty");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("content-length"), "0");
  EXPECT_EQ(harness.Get("/empty", "Range: bytes=0-\r\n").status, 416);
}

}  // namespace
}  // namespace wampgate::web
