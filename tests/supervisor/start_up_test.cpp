#include "supervisor/start_up.hpp"

#include <gtest/gtest.h>

namespace wampgate::supervisor {
namespace {

v1::Node Document(const std::string& id) {
  v1::Node node;
  node.mutable_controller()->set_id(id);
  return node;
}

internal::Revision FromFile(const std::string& id) {
  internal::Revision revision;
  revision.set_number(1);
  revision.set_origin("file:/etc/wampgate/config.yaml");
  *revision.mutable_node() = Document(id);
  return revision;
}

internal::Revision FromApi(const std::string& id, const std::string& file) {
  internal::Revision revision = FromFile(id);
  revision.set_origin("api");
  *revision.mutable_file() = Document(file);
  return revision;
}

TEST(DecideStart, AppliesTheFileWhereNoRevisionExists) {
  EXPECT_EQ(DecideStart(std::nullopt, Document("one"), Preference::kNone), StartWith::kFile);
}

TEST(DecideStart, RunsTheRevisionWhereThereIsNoFile) {
  EXPECT_EQ(DecideStart(FromFile("one"), std::nullopt, Preference::kNone), StartWith::kRevision);
}

TEST(DecideStart, RunsTheRevisionThatTheFileMade) {
  EXPECT_EQ(DecideStart(FromFile("one"), Document("one"), Preference::kNone), StartWith::kRevision);
}

TEST(DecideStart, AppliesTheFileIfOnlyItHasChanged) {
  EXPECT_EQ(DecideStart(FromFile("one"), Document("two"), Preference::kNone), StartWith::kFile);
  EXPECT_EQ(DecideStart(FromFile("one"), Document("two"), Preference::kRevision), StartWith::kFile);
}

TEST(DecideStart, RunsTheRevisionIfOnlyTheApiChangedThings) {
  EXPECT_EQ(DecideStart(FromApi("two", "one"), Document("one"), Preference::kNone), StartWith::kRevision);
}

TEST(DecideStart, AsksIfBothHaveChanged) {
  const internal::Revision stored = FromApi("two", "one");
  EXPECT_EQ(DecideStart(stored, Document("three"), Preference::kNone), StartWith::kRevisionUndecided);
  EXPECT_EQ(DecideStart(stored, Document("three"), Preference::kFile), StartWith::kFile);
  EXPECT_EQ(DecideStart(stored, Document("three"), Preference::kRevision), StartWith::kRevision);
}

TEST(DecideStart, TakesAFileThatWasSeenForUnchanged) {
  internal::Revision stored = FromFile("one");
  *stored.mutable_file() = Document("two");
  EXPECT_EQ(DecideStart(stored, Document("two"), Preference::kNone), StartWith::kRevision);
  EXPECT_EQ(DecideStart(stored, Document("three"), Preference::kNone), StartWith::kRevisionUndecided);
}

TEST(DecideStart, HasNothingToAskIfBothSayTheSame) {
  EXPECT_EQ(DecideStart(FromApi("two", "one"), Document("two"), Preference::kNone), StartWith::kRevision);
}

TEST(DecideStart, AsksAboutAFileThatWasNeverApplied) {
  internal::Revision stored = FromApi("two", "one");
  stored.clear_file();
  EXPECT_EQ(DecideStart(stored, Document("three"), Preference::kNone), StartWith::kRevisionUndecided);
}

}  // namespace
}  // namespace wampgate::supervisor
