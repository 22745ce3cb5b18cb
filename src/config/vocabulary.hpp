#pragma once

#include <span>
#include <string_view>

/// The part of Crossbar's vocabulary that config.proto does not have, and what to tell those who use it.
namespace wampgate::config {

enum class Support : unsigned char {
  kNoEffect,      ///< accepted with a warning: nothing is lost without it
  kNotSupported,  ///< an error
  kIgnored,       ///< accepted without a word
};

struct VocabularyEntry {
  std::string_view message;  ///< of config.proto, where the key would be a field
  std::string_view key;      ///< or the value of "type", or of an enumeration
  Support support;
  std::string_view reason;  ///< why, and what to do instead; follows `"key" `
};

/// A key that is no field of `message`; null: unknown to Crossbar, too.
const VocabularyEntry* FindVocabularyKey(std::string_view message, std::string_view key);
/// A value of "type" that is no member of the oneof of `message`.
const VocabularyEntry* FindVocabularyType(std::string_view message, std::string_view type);
/// A value that the enumeration does not have.
const VocabularyEntry* FindVocabularyValue(std::string_view enumeration, std::string_view value);

/// All of them, for tests.
std::span<const VocabularyEntry> VocabularyKeys();
std::span<const VocabularyEntry> VocabularyTypes();
std::span<const VocabularyEntry> VocabularyValues();

}  // namespace wampgate::config
