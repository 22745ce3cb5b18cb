#pragma once

#include <cstdint>
#include <random>

#include "wamp/token.hpp"

namespace wampgate::wamp {

/// What both serializers of a direction can express.
struct Vocabulary {
  bool big_integers = false;  ///< beyond 64 bits, and below -2^63
  bool nan_and_infinity = false;
  bool other_keys = false;  ///< numbers, booleans and null as map keys
  bool binary_keys = false;
  bool text_with_leading_nul = false;
};

/// Random WAMP-like messages: a list with a type code, ids, options, a URI and arguments of every kind.
class RandomMessage {
 public:
  RandomMessage(std::uint64_t seed, Vocabulary vocabulary) : random_(seed), vocabulary_(vocabulary) {}

  /// The next message; valid until the next call.
  const Tokens& Next();

 private:
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  bool OneIn(std::uint64_t bound) { return Below(bound) == 0; }
  Token& Add(Token::Kind kind, std::uint64_t number = 0);
  void AddHead();
  void AddValue(int depth);
  void AddScalar();
  void AddKey();
  void AddList(int depth);
  void AddMap(int depth);
  void AddDeep();
  void AddBig();
  std::uint64_t Number();
  double Double();
  void FillText(std::string& text);
  std::size_t Length();
  void AppendCharacter(std::string& text);

  std::mt19937_64 random_;
  Vocabulary vocabulary_;
  Tokens tokens_;
};

}  // namespace wampgate::wamp
