#pragma once

#include <random>
#include <string>
#include <string_view>

#include "wamp/serialization.hpp"
#include "wamp/token.hpp"

namespace wampgate::wamp {

/// Libraries that nobody here wrote, as judges of the transcoder: nlohmann/json, msgpack-c and libcbor.
/// Decode… returns false where the library refuses the octets.
std::string EncodeJson(const Tokens& tokens, std::mt19937_64& random);
bool DecodeJson(std::string_view octets, Tokens& tokens);
std::string EncodeMsgpack(const Tokens& tokens, std::mt19937_64& random);
bool DecodeMsgpack(std::string_view octets, Tokens& tokens);
/// Uses all forms there are: wide heads, indefinite lengths, chunks, floats of every width.
std::string EncodeCbor(const Tokens& tokens, std::mt19937_64& random);
bool DecodeCbor(std::string_view octets, Tokens& tokens);

inline std::string Encode(Serializer serializer, const Tokens& tokens, std::mt19937_64& random) {
  switch (serializer) {
    case Serializer::kJson:
      return EncodeJson(tokens, random);
    case Serializer::kMsgpack:
      return EncodeMsgpack(tokens, random);
    case Serializer::kCbor:
      return EncodeCbor(tokens, random);
  }
  return "";
}

inline bool Decode(Serializer serializer, std::string_view octets, Tokens& tokens) {
  switch (serializer) {
    case Serializer::kJson:
      return DecodeJson(octets, tokens);
    case Serializer::kMsgpack:
      return DecodeMsgpack(octets, tokens);
    case Serializer::kCbor:
      return DecodeCbor(octets, tokens);
  }
  return false;
}

/// How many elements (or entries) the container at `index` has.
std::size_t CountOf(const Tokens& tokens, std::size_t index);
/// The exact decimal digits of a number, and back, by OpenSSL.
std::string DigitsOf(const Token& token);
Token IntegerOf(std::string_view digits);

}  // namespace wampgate::wamp
