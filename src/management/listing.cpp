#include "management/listing.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <vector>

#include "base/base64.hpp"
#include "config/filter.hpp"

namespace wampgate::management {
namespace {

using config::FieldPath;
using config::Ordering;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::int32_t kDefaultSize = 100;
constexpr std::int32_t kLargestSize = 1000;

/// What the token belongs to, and the place of the last element that was given, each as "<length>:<text>".
std::string Encode(const ListingRequest& request, const Ordering::Place& place) {
  std::string text;
  const auto add = [&](const std::string& part) { text += std::to_string(part.size()) + ":" + part; };
  add(request.filter);
  add(request.order_by);
  for (const FieldPath::Key& key : place) {
    std::visit(
        [&](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, std::string>) {
            add(value);
          } else {
            add(std::string(reinterpret_cast<const char*>(&value), sizeof value));
          }
        },
        key);
  }
  return EncodeBase64(text);
}

std::optional<std::string> TakePart(std::string_view& text) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || digits >= text.size() || text[digits] != ':') return std::nullopt;
  text.remove_prefix(digits + 1);
  if (size > text.size()) return std::nullopt;
  std::string part(text.substr(0, size));
  text.remove_prefix(size);
  return part;
}

/// `place` has the types of the keys.
bool Decode(const ListingRequest& request, Ordering::Place& place) {
  const auto decoded = DecodeBase64(request.page_token);
  if (!decoded) return false;
  std::string_view rest = *decoded;
  if (TakePart(rest) != request.filter || TakePart(rest) != request.order_by) return false;
  for (FieldPath::Key& key : place) {
    const auto part = TakePart(rest);
    if (!part) return false;
    const bool fits = std::visit(
        [&](auto& value) {
          using Value = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<Value, std::string>) {
            value = *part;
          } else {
            if (part->size() != sizeof value) return false;
            std::copy(part->begin(), part->end(), reinterpret_cast<char*>(&value));
          }
          return true;
        },
        key);
    if (!fits) return false;
  }
  return rest.empty();
}

class Page {
 public:
  Page(const ListingRequest& request, const FieldDescriptor& list, Message& response)
      : request_(request), list_(list), response_(response), reflection_(*response.GetReflection()) {}

  Status Keep(const config::Filter& filter, const Ordering& ordering) {
    Drop([&](const Message& element) { return filter.Matches(element); });
    std::vector<std::pair<Ordering::Place, int>> order;
    const int size = reflection_.FieldSize(response_, &list_);
    for (int i = 0; i < size; ++i) order.emplace_back(ordering.PlaceOf(Element(i)), i);
    const auto before = [&](const auto& a, const auto& b) { return ordering.Compare(a.first, b.first) < 0; };
    std::sort(order.begin(), order.end(), before);
    auto first = order.begin();
    if (!request_.page_token.empty()) {
      const std::unique_ptr<Message> any(
          reflection_.GetMessageFactory()->GetPrototype(list_.message_type())->New());
      std::pair<Ordering::Place, int> last{ordering.PlaceOf(*any), 0};
      if (!Decode(request_, last.first)) {
        return InvalidArgument("page_token: it is none that this list gave for this filter and order");
      }
      first = std::upper_bound(order.begin(), order.end(), last, before);
    }
    const auto most = std::min(request_.page_size == 0 ? kDefaultSize : request_.page_size, kLargestSize);
    const auto end = order.end() - first > most ? first + most : order.end();
    if (end != order.end()) SetToken(Encode(request_, (end - 1)->first));
    Arrange(first, end);
    return OkStatus();
  }

 private:
  const Message& Element(int index) const { return reflection_.GetRepeatedMessage(response_, &list_, index); }
  void SetToken(std::string token) {
    const auto* field = response_.GetDescriptor()->FindFieldByName("next_page_token");
    reflection_.SetString(&response_, field, std::move(token));
  }
  template <typename Matches>
  void Drop(const Matches& matches) {
    const int size = reflection_.FieldSize(response_, &list_);
    int kept = 0;
    for (int i = 0; i < size; ++i) {
      if (!matches(Element(i))) continue;
      if (i != kept) reflection_.SwapElements(&response_, &list_, i, kept);
      ++kept;
    }
    for (int i = kept; i < size; ++i) reflection_.RemoveLast(&response_, &list_);
  }
  template <typename Iterator>
  void Arrange(Iterator first, Iterator end) {
    std::vector<std::unique_ptr<Message>> all;
    for (int i = reflection_.FieldSize(response_, &list_); i > 0; --i) {
      all.emplace_back(reflection_.ReleaseLast(&response_, &list_));
    }
    for (; first != end; ++first) {
      Message* element = all[all.size() - 1 - static_cast<std::size_t>(first->second)].release();
      reflection_.AddAllocatedMessage(&response_, &list_, element);
    }
  }

  const ListingRequest& request_;
  const FieldDescriptor& list_;
  Message& response_;
  const google::protobuf::Reflection& reflection_;
};

}  // namespace

Status KeepPage(const ListingRequest& request, std::string_view list, Message& response) {
  if (request.page_size < 0) return InvalidArgument("page_size: expected 0 or more");
  const FieldDescriptor& field = *response.GetDescriptor()->FindFieldByName(std::string(list));
  const auto filter = config::Filter::Parse(request.filter, *field.message_type());
  if (!filter.ok()) return Annotate(filter.status(), "filter");
  const std::string order = request.order_by.empty() ? "name" : request.order_by + ", name";
  const auto ordering = Ordering::Parse(order, *field.message_type());
  if (!ordering.ok()) return Annotate(ordering.status(), "order_by");
  return Page(request, field, response).Keep(*filter, *ordering);
}

}  // namespace wampgate::management
