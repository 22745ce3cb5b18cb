#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/harness.hpp"
#include "web/json_service.hpp"
#include "web/not_found_service.hpp"
#include "web/redirect_service.hpp"

namespace wampgate::web {
namespace {

using test::Answer;

JsonOptions Value() {
  JsonOptions options;
  options.compact = R"({"a":1})";
  options.pretty = "{\n   \"a\": 1\n}";
  return options;
}

// The service on "/", on "/cfg" and on "/nest/".
std::shared_ptr<http::Service> Everywhere(const std::shared_ptr<http::Service>& service) {
  const auto nest = std::make_shared<http::PathTable>(http::PathTable::Children{}, service);
  return std::make_shared<http::PathTable>(http::PathTable::Children{{"cfg", service}, {"nest", nest}},
                                           service);
}

TEST(JsonService, AnswersAtItsPathAndAtTheRoot) {
  test::Harness harness;
  harness.Serve(Everywhere(std::make_shared<JsonService>(Value())));
  for (const char* target : {"/", "/?q", "/cfg", "/nest", "/nest/"}) {
    EXPECT_EQ(harness.Get(target).body, R"({"a":1})") << target;
  }
  for (const char* target : {"/other", "/cfg/", "/cfg/x", "/nest/x", "//"}) {
    EXPECT_EQ(harness.Get(target).status, 404) << target;
  }
}

TEST(JsonService, IsCompactAndForEveryOriginByDefault) {
  test::Harness harness;
  harness.Serve(std::make_shared<JsonService>(Value()));
  harness.Serve(Everywhere(std::make_shared<JsonService>(Value())));
  const Answer answer = harness.Get("/cfg");
  EXPECT_EQ(answer.Field("content-type"), "application/json; charset=utf-8");
  EXPECT_EQ(answer.Field("access-control-allow-origin"), "*");
  EXPECT_EQ(answer.Field("access-control-allow-credentials"), "");
  EXPECT_EQ(answer.Field("cache-control"), "");
  EXPECT_EQ(harness.Head("/cfg").Field("content-length"), "7");
  EXPECT_EQ(harness.Ask("POST /cfg HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status, 405);
}

TEST(JsonService, HonoursItsOptions) {
  JsonOptions options = Value();
  options.prettify = true;
  options.allow_cross_origin = false;
  options.discourage_caching = true;
  test::Harness harness;
  harness.Serve(Everywhere(std::make_shared<JsonService>(options)));
  const Answer answer = harness.Get("/");
  EXPECT_EQ(answer.body, options.pretty);
  EXPECT_EQ(answer.Field("access-control-allow-origin"), "");
  EXPECT_EQ(answer.Field("cache-control"), "no-store, no-cache, must-revalidate, max-age=0");
}

TEST(RedirectService, SendsEverythingToItsUrlVerbatim) {
  test::Harness harness;
  harness.Serve(Everywhere(std::make_shared<RedirectService>(RedirectOptions{"http://x/%7e?a b"})));
  for (const char* target : {"/", "/cfg", "/cfg/sub?q=1", "/else"}) {
    const Answer answer = harness.Get(target);
    EXPECT_EQ(answer.status, 302) << target;
    EXPECT_EQ(answer.Field("location"), "http://x/%7e?a b") << target;
    EXPECT_EQ(answer.Field("content-length"), "0") << target;
  }
  EXPECT_EQ(harness.Ask("POST /cfg HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status, 405);
}

TEST(NotFoundService, HidesWhatIsBelow) {
  test::Harness harness;
  const auto table = std::make_shared<http::PathTable>(
      http::PathTable::Children{{"private", std::make_shared<NotFoundService>()}},
      std::make_shared<RedirectService>(RedirectOptions{"/"}));
  harness.Serve(table);
  EXPECT_EQ(harness.Get("/private").status, 404);
  EXPECT_EQ(harness.Get("/private/x").status, 404);
  EXPECT_EQ(harness.Get("/public").status, 302);
}

}  // namespace
}  // namespace wampgate::web
