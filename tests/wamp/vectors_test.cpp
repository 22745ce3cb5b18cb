// The messages of spec D.6 in every direction.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "wamp/document.hpp"
#include "wamp/message.hpp"
#include "wamp/octets.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {
namespace {

struct Vector {
  const char* json;
  const char* msgpack_hex;
  const char* cbor_hex;
  MessageType type;
};

constexpr Vector kVectors[] = {
    {R"([1,"com.example.realm",{"roles":{"subscriber":{},"publisher":{}}}])",
     "9301b1636f6d2e6578616d706c652e7265616c6d81a5726f6c657382aa7375627363726962657280a97075626c697368657280",
     "830171636f6d2e6578616d706c652e7265616c6da165726f6c6573a26a73756273637269626572a0697075626c6973686572a0",
     MessageType::kHello},
    {R"([2,9129137332,{"roles":{"broker":{},"dealer":{}}}])",
     "9302cf00000002202394b481a5726f6c657382a662726f6b657280a66465616c657280",
     "83021b00000002202394b4a165726f6c6573a26662726f6b6572a0666465616c6572a0", MessageType::kWelcome},
    {R"([6,{},"wamp.close.normal"])", "930680b177616d702e636c6f73652e6e6f726d616c",
     "8306a07177616d702e636c6f73652e6e6f726d616c", MessageType::kGoodbye},
    {R"([48,7814135,{},"com.myapp.myprocedure1",["Hello, world!"]])",
     "9530ce00773bf780b6636f6d2e6d796170702e6d7970726f6365647572653191ad48656c6c6f2c20776f726c6421",
     "8518301a00773bf7a076636f6d2e6d796170702e6d7970726f63656475726531816d48656c6c6f2c20776f726c6421",
     MessageType::kCall},
    {R"([16,239714735,{},"com.myapp.mytopic1",["Hello, world!"]])",
     "9510ce0e49c1af80b2636f6d2e6d796170702e6d79746f7069633191ad48656c6c6f2c20776f726c6421",
     "85101a0e49c1afa072636f6d2e6d796170702e6d79746f70696331816d48656c6c6f2c20776f726c6421",
     MessageType::kPublish},
    {R"([36,9823526,112233445566,{},["Hello, event!"]])",
     "9524ce0095e526cf0000001a21a278be8091ad48656c6c6f2c206576656e7421",
     "8518241a0095e5261b0000001a21a278bea0816d48656c6c6f2c206576656e7421", MessageType::kEvent},
    {R"([49,7814135,{}])", "9331ce00773bf780", "8318311a00773bf7a0", MessageType::kCancel},
};

std::string In(Serializer serializer, const Vector& vector) {
  switch (serializer) {
    case Serializer::kJson:
      return vector.json;
    case Serializer::kMsgpack:
      return FromHex(vector.msgpack_hex);
    case Serializer::kCbor:
      return FromHex(vector.cbor_hex);
  }
  return "";
}

constexpr Serializer kSerializers[] = {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor};

TEST(SpecVectors, AreTranscodedInEveryDirection) {
  for (const Vector& vector : kVectors) {
    for (Serializer from : kSerializers) {
      for (Serializer to : kSerializers) {
        ByteBuffer out;
        const TranscodeResult result = Transcode(from, In(from, vector), to, out);
        EXPECT_TRUE(result.ok()) << result.detail;
        EXPECT_EQ(ToHex(out.view()), ToHex(In(to, vector)))
            << Name(from) << " to " << Name(to) << ' ' << vector.json;
      }
    }
  }
}

TEST(SpecVectors, AreReadAsTheSameDocument) {
  for (const Vector& vector : kVectors) {
    for (Serializer from : kSerializers) {
      const auto document = ReadDocument(from, In(from, vector));
      ASSERT_TRUE(document.ok()) << Message(document.status());
      EXPECT_EQ(*document, nlohmann::json::parse(vector.json));
    }
  }
}

TEST(SpecVectors, AreToldApartByTheirTypeCode) {
  for (const Vector& vector : kVectors) {
    for (Serializer from : kSerializers) {
      const auto type = PeekType(from, In(from, vector));
      ASSERT_TRUE(type.ok()) << Message(type.status());
      EXPECT_EQ(*type, vector.type);
    }
  }
}

TEST(SpecVectors, KeepTheBinaryValueOfTheSpecification) {
  ByteBuffer out;
  ASSERT_TRUE(
      Transcode(Serializer::kJson, R"("\u0000EOP/kFMHXFJvX8BtT+N82w==")", Serializer::kCbor, out).ok());
  EXPECT_EQ(ToHex(out.view()), "5010e3ff9053075c526f5fc06d4fe37cdb");
  ByteBuffer back;
  ASSERT_TRUE(Transcode(Serializer::kCbor, out.view(), Serializer::kJson, back).ok());
  EXPECT_EQ(back.view(), R"("\u0000EOP/kFMHXFJvX8BtT+N82w==")");
}

}  // namespace
}  // namespace wampgate::wamp
