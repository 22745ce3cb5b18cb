#include <cbor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "wamp/oracle.hpp"

namespace wampgate::wamp {
namespace {

using Kind = Token::Kind;

/// Calls one of libcbor's encoders with a buffer that is large enough for a head.
class Encoder {
 public:
  Encoder(const Tokens& tokens, std::mt19937_64& random) : tokens_(tokens), random_(random) {}

  std::string Encode();

 private:
  bool OneIn(unsigned bound) { return random_() % bound == 0; }
  template <class Function, class... Arguments>
  void Put(Function function, Arguments... arguments) {
    unsigned char head[16];
    const std::size_t size = function(arguments..., head, sizeof(head));
    octets_.append(reinterpret_cast<const char*>(head), size);
  }
  void PutOne(const Token& token, std::size_t index);
  void PutDouble(double value);
  void PutString(const Token& token);
  void PutContainer(const Token& token, std::size_t index);
  std::size_t PieceOf(const std::string& text, std::size_t begin);

  const Tokens& tokens_;
  std::mt19937_64& random_;
  std::string octets_;
  std::vector<bool> open_;  // whether each container is indefinite
};

std::string Encoder::Encode() {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].kind != Kind::kEnd) {
      PutOne(tokens_[i], i);
      continue;
    }
    if (open_.back()) Put(cbor_encode_break);
    open_.pop_back();
  }
  return std::move(octets_);
}

void Encoder::PutOne(const Token& token, std::size_t index) {
  switch (token.kind) {
    case Kind::kNull:
      return Put(cbor_encode_null);
    case Kind::kBoolean:
      return Put(cbor_encode_bool, token.number != 0);
    case Kind::kUnsigned:
      return OneIn(8) ? Put(cbor_encode_uint64, token.number) : Put(cbor_encode_uint, token.number);
    case Kind::kNegative:
      return OneIn(8) ? Put(cbor_encode_negint64, token.number) : Put(cbor_encode_negint, token.number);
    case Kind::kBig:
      Put(cbor_encode_tag, std::uint64_t{2} + token.number);
      Put(cbor_encode_bytestring_start, token.text.size());
      octets_ += token.text;
      return;
    case Kind::kDouble:
      return PutDouble(DoubleOf(token));
    case Kind::kText:
    case Kind::kBinary:
      return PutString(token);
    default:
      return PutContainer(token, index);
  }
}

void Encoder::PutDouble(double value) {
  const bool is_in_range = !std::isfinite(value) || std::fabs(value) <= std::numeric_limits<float>::max();
  const float narrow = is_in_range ? static_cast<float>(value) : 0;
  if (static_cast<double>(narrow) != value) return Put(cbor_encode_double, value);
  if (std::fabs(value) < 2048 && value == std::floor(value) && OneIn(2)) return Put(cbor_encode_half, narrow);
  OneIn(2) ? Put(cbor_encode_single, narrow) : Put(cbor_encode_double, value);
}

/// End of a chunk that does not cut a character.
std::size_t Encoder::PieceOf(const std::string& text, std::size_t begin) {
  std::size_t end = std::min(text.size(), begin + 1 + random_() % 8);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end;
}

void Encoder::PutString(const Token& token) {
  const bool is_text = token.kind == Kind::kText;
  const auto start = is_text ? cbor_encode_string_start : cbor_encode_bytestring_start;
  if (token.text.size() > 1000 || !OneIn(16)) {
    Put(start, token.text.size());
    octets_ += token.text;
    return;
  }
  Put(is_text ? cbor_encode_indef_string_start : cbor_encode_indef_bytestring_start);
  for (std::size_t begin = 0; begin < token.text.size();) {
    const std::size_t end = PieceOf(token.text, begin);
    Put(start, end - begin);
    octets_.append(token.text, begin, end - begin);
    begin = end;
  }
  Put(cbor_encode_break);
}

void Encoder::PutContainer(const Token& token, std::size_t index) {
  const bool is_list = token.kind == Kind::kList;
  open_.push_back(OneIn(8));
  if (open_.back()) return Put(is_list ? cbor_encode_indef_array_start : cbor_encode_indef_map_start);
  Put(is_list ? cbor_encode_array_start : cbor_encode_map_start, CountOf(tokens_, index));
}

/// Turns libcbor's callbacks into tokens; ends of definite containers are counted out.
class Decoder {
 public:
  explicit Decoder(Tokens& tokens) : tokens_(tokens) {}

  bool Decode(std::string_view octets);

  void Add(Token token) {
    token.is_key = !open_.empty() && open_.back().is_map && open_.back().left % 2 == 0;
    if (tag_ != 0) {
      token.kind = Kind::kBig;
      token.number = tag_ - 2;
      tag_ = 0;
    }
    tokens_.push_back(std::move(token));
    Finish();
  }
  void Open(Kind kind, std::size_t elements) {
    Token& token = tokens_.emplace_back();
    token.kind = kind;
    open_.push_back({elements, kind == Kind::kMap});
    if (elements == 0) Close();
  }
  void Tag(std::uint64_t tag) {
    tag_ = tag;
    failed_ |= tag != 2 && tag != 3;
  }
  void Fail() { failed_ = true; }

 private:
  struct Container {
    std::size_t left;
    bool is_map;
  };
  void Close() {
    open_.pop_back();
    tokens_.push_back({.kind = Kind::kEnd});
    Finish();
  }
  void Finish() {
    if (!open_.empty() && --open_.back().left == 0) Close();
  }

  Tokens& tokens_;
  std::vector<Container> open_;
  std::uint64_t tag_ = 0;
  bool failed_ = false;
};

Decoder& Of(void* context) {
  return *static_cast<Decoder*>(context);
}
std::string StringOf(cbor_data data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

template <class Value>
void OnUnsigned(void* context, Value value) {
  Of(context).Add({.kind = Kind::kUnsigned, .number = value});
}
template <class Value>
void OnNegative(void* context, Value value) {
  Of(context).Add({.kind = Kind::kNegative, .number = value});
}
template <class Value>
void OnFloat(void* context, Value value) {
  Of(context).Add(DoubleToken(static_cast<double>(value)));
}

cbor_callbacks Callbacks() {
  cbor_callbacks callbacks = cbor_empty_callbacks;
  callbacks.uint8 = OnUnsigned<std::uint8_t>;
  callbacks.uint16 = OnUnsigned<std::uint16_t>;
  callbacks.uint32 = OnUnsigned<std::uint32_t>;
  callbacks.uint64 = OnUnsigned<std::uint64_t>;
  callbacks.negint8 = OnNegative<std::uint8_t>;
  callbacks.negint16 = OnNegative<std::uint16_t>;
  callbacks.negint32 = OnNegative<std::uint32_t>;
  callbacks.negint64 = OnNegative<std::uint64_t>;
  callbacks.float2 = OnFloat<float>;
  callbacks.float4 = OnFloat<float>;
  callbacks.float8 = OnFloat<double>;
  callbacks.string = [](void* context, cbor_data data, std::size_t size) {
    Of(context).Add({.kind = Kind::kText, .text = StringOf(data, size)});
  };
  callbacks.byte_string = [](void* context, cbor_data data, std::size_t size) {
    Of(context).Add({.kind = Kind::kBinary, .text = StringOf(data, size)});
  };
  callbacks.array_start = [](void* context, std::size_t size) { Of(context).Open(Kind::kList, size); };
  callbacks.map_start = [](void* context, std::size_t size) { Of(context).Open(Kind::kMap, size * 2); };
  callbacks.tag = [](void* context, std::uint64_t value) { Of(context).Tag(value); };
  callbacks.null = [](void* context) { Of(context).Add({.kind = Kind::kNull}); };
  callbacks.boolean = [](void* context, bool value) {
    Of(context).Add({.kind = Kind::kBoolean, .number = value ? 1U : 0U});
  };
  const auto refuse = [](void* context) {
    Of(context).Fail();
  };  // we write definite lengths and no undefined
  callbacks.undefined = refuse;
  callbacks.indef_break = refuse;
  callbacks.string_start = refuse;
  callbacks.byte_string_start = refuse;
  callbacks.indef_array_start = refuse;
  callbacks.indef_map_start = refuse;
  return callbacks;
}

bool Decoder::Decode(std::string_view octets) {
  static const cbor_callbacks callbacks = Callbacks();
  while (!octets.empty()) {
    const auto* data = reinterpret_cast<cbor_data>(octets.data());
    const cbor_decoder_result result = cbor_stream_decode(data, octets.size(), &callbacks, this);
    if (result.status != CBOR_DECODER_FINISHED || failed_) return false;
    octets.remove_prefix(result.read);
  }
  return open_.empty();
}

}  // namespace

std::string EncodeCbor(const Tokens& tokens, std::mt19937_64& random) {
  return Encoder(tokens, random).Encode();
}

bool DecodeCbor(std::string_view octets, Tokens& tokens) {
  return Decoder(tokens).Decode(octets);
}

}  // namespace wampgate::wamp
