#include "config/filter.hpp"

#include <gtest/gtest.h>

#include "wampgate/v1/session_service.pb.h"
#include "wampgate/v1/worker_service.pb.h"

namespace wampgate::config {
namespace {

v1::WorkerStatus Worker() {
  v1::WorkerStatus worker;
  worker.set_name("workers/edge");
  worker.set_state(v1::WorkerStatus::STATE_RUNNING);
  worker.set_sessions(7);
  return worker;
}

std::string Choice(const std::string& filter, const google::protobuf::Message& message) {
  const auto parsed = Filter::Parse(filter, *message.GetDescriptor());
  if (!parsed.ok()) return std::string(wampgate::Message(parsed.status()));
  return parsed->Matches(message) ? "yes" : "no";
}

TEST(Filter, ComparesTextsNumbersAndEnumsAsTheirTypesDo) {
  const v1::WorkerStatus worker = Worker();
  for (const char* filter :
       {"", "  ", "name = \"workers/edge\"", "name=workers/edge", "name:EDGE", "state = running",
        "state=STATE_RUNNING", "state != stopped", "sessions > 6 AND sessions<=7", "sessions >= 7",
        "NOT name:core", "-name:core", "sessions:7", "name = workers/edge AND NOT sessions < 7"}) {
    EXPECT_EQ(Choice(filter, worker), "yes") << filter;
  }
  for (const char* filter : {"name = edge", "state = stopped", "sessions < 7", "sessions > 10",
                             "NOT name:edge", "name:edge AND sessions = 8"}) {
    EXPECT_EQ(Choice(filter, worker), "no") << filter;
  }
}

TEST(Filter, AStarAtTheEndStandsForAllThatBeginWithTheRest) {
  v1::Session session;
  session.set_transport("workers/edge/transports/web/paths/ws");
  for (const char* filter :
       {"transport = workers/edge/transports/web/*", "transport=\"workers/edge/transports/web/*\"",
        "transport = *", "transport != workers/edge/transports/we/*", "NOT transport = workers/core/*"}) {
    EXPECT_EQ(Choice(filter, session), "yes") << filter;
  }
  for (const char* filter : {"transport = workers/edge/transports/web",
                             "transport = workers/edge/transports/we/*", "transport != workers/edge/*",
                             "transport = */ws", "transport = \"workers/edge/transports/web/\\*\""}) {
    EXPECT_EQ(Choice(filter, session), "no") << filter;
  }
  session.set_transport("a*");
  EXPECT_EQ(Choice("transport = \"a\\*\"", session), "yes");
  EXPECT_EQ(Choice("messages_from_client = 7*", session),
            "messages_from_client: expected an integer, 0 or more, found \"7*\"");
}

TEST(Filter, LooksIntoMessagesAndComparesTimes) {
  v1::SessionEvent event;
  event.mutable_end()->set_stage(v1::EndedSession::JOIN);
  event.mutable_end()->mutable_end_time()->set_seconds(1000);
  event.mutable_end()->mutable_age()->set_nanos(1500);
  EXPECT_EQ(Choice("end.stage = join AND end.end_time > 1970-01-01T00:16:39Z", event), "yes");
  EXPECT_EQ(Choice("end.age < 0.000002s", event), "yes");
  EXPECT_EQ(Choice("end.age < 0.000001s", event), "no");
}

TEST(Filter, SaysWhatIsWrongAndWhere) {
  const v1::WorkerStatus worker = Worker();
  EXPECT_EQ(Choice("nane = x", worker), "there is no field \"nane\"; did you mean \"name\"?");
  EXPECT_EQ(Choice("processes = x", worker), "the field \"processes\" is no single value");
  EXPECT_EQ(Choice("name.x = x", worker), "the field \"name.x\" is no single value");
  EXPECT_EQ(Choice("name", worker), "expected =, !=, <, <=, >, >= or : at character 5, found the end");
  EXPECT_EQ(Choice("name = ", worker), "expected a value at character 8, found the end");
  EXPECT_EQ(Choice("name = \"x", worker), "expected a closing \" at character 10, found the end");
  EXPECT_EQ(Choice("name = x OR name = y", worker), "expected AND at character 10, found \"OR name = y\"");
  EXPECT_EQ(Choice("name = x AND", worker), "expected a term at character 13, found the end");
  EXPECT_EQ(Choice("sessions = many", worker), "sessions: expected an integer, 0 or more, found \"many\"");
  EXPECT_NE(Choice("state = busy", worker).find("STATE_RUNNING"), std::string::npos);
  EXPECT_EQ(Choice(std::string(5000, 'x'), worker), "a filter has at most 4096 octets");
}

TEST(Filter, SurvivesEveryText) {
  const v1::WorkerStatus worker = Worker();
  const std::string pieces[] = {"name", "=", "\"",   "\\", " ", "AND", "NOT",
                                "-",    ":", "\xff", "(",  ")", "7",   "!="};
  std::uint32_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (int j = 0; j < 8; ++j) {
      state = state * 1664525 + 1013904223;
      text += pieces[(state >> 16) % std::size(pieces)];
    }
    EXPECT_NE(Choice(text, worker), "");
  }
}

TEST(Ordering, SortsByEachColumnInItsDirection) {
  const auto ordering = Ordering::Parse("sessions desc, name", *v1::WorkerStatus::descriptor());
  ASSERT_TRUE(ordering.ok()) << ordering.status();
  v1::WorkerStatus first = Worker(), second = Worker();
  second.set_name("workers/fine");
  EXPECT_LT(ordering->Compare(ordering->PlaceOf(first), ordering->PlaceOf(second)), 0);
  second.set_sessions(8);
  EXPECT_GT(ordering->Compare(ordering->PlaceOf(first), ordering->PlaceOf(second)), 0);
  EXPECT_EQ(ordering->Compare(ordering->PlaceOf(first), ordering->PlaceOf(first)), 0);
  for (const char* wrong : {"nane", "name down", "name,,sessions", "processes"}) {
    EXPECT_FALSE(Ordering::Parse(wrong, *v1::WorkerStatus::descriptor()).ok()) << wrong;
  }
}

}  // namespace
}  // namespace wampgate::config
