#include "wamp/serialization.hpp"

#include <gtest/gtest.h>

namespace wampgate::wamp {
namespace {

TEST(Serialization, IsNamedAsInTheSpecification) {
  EXPECT_EQ(Subprotocol({Serializer::kJson, Batching::kNone}), "wamp.2.json");
  EXPECT_EQ(Subprotocol({Serializer::kCbor, Batching::kBatched}), "wamp.2.cbor.batched");
  for (Serializer serializer : {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor}) {
    EXPECT_EQ(ParseSerializer(Name(serializer)), serializer);
    EXPECT_EQ(FromRawSocketId(RawSocketId(serializer)), serializer);
    for (Batching batching : {Batching::kNone, Batching::kBatched}) {
      const Serialization serialization{serializer, batching};
      EXPECT_EQ(ParseSubprotocol(Subprotocol(serialization)), serialization);
    }
  }
  EXPECT_EQ(RawSocketId(Serializer::kJson), 1);
  EXPECT_EQ(RawSocketId(Serializer::kMsgpack), 2);
  EXPECT_EQ(RawSocketId(Serializer::kCbor), 3);
}

TEST(Serialization, IsNothingForOtherNames) {
  for (const char* name : {"", "wamp", "wamp.2", "wamp.1.json", "wamp.2.JSON", "wamp.2.ubjson",
                           "wamp.2.json.x", "wamp.2.json.batched.", "wamp.2.flatbuffers"}) {
    EXPECT_FALSE(ParseSubprotocol(name)) << name;
  }
  EXPECT_FALSE(ParseSerializer("ubjson"));
  EXPECT_FALSE(FromRawSocketId(0));
  EXPECT_FALSE(FromRawSocketId(4));
}

}  // namespace
}  // namespace wampgate::wamp
