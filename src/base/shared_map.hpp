#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace wampgate {

/// An immutable map from strings whose versions share what they have in common: an Edit of one entry among
/// 100,000 copies some 400 of them. Versions may be read and destroyed by several threads. No order.
template <typename Value>
class SharedMap {
 public:
  class Edit;

  SharedMap() = default;

  /// Null if there is none; valid as long as any version that has the entry unchanged.
  const Value* Find(std::string_view key) const {
    const auto& shard = shards_[ShardOf(key)];
    if (shard == nullptr) return nullptr;
    const auto found = shard->find(key);
    return found == shard->end() ? nullptr : &found->second;
  }
  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  std::size_t size() const { return size_; }

  /// Calls `call(key, value)` for every entry.
  template <typename Call>
  void ForEach(const Call& call) const {
    for (const auto& shard : shards_) {
      if (shard == nullptr) continue;
      for (const auto& [key, value] : *shard) call(key, value);
    }
  }

 private:
  static constexpr std::size_t kShards = 256;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  using Shard = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  // The low bits choose the bucket within a shard.
  static std::size_t ShardOf(std::string_view key) { return (Hash()(key) >> 40) % kShards; }

  std::array<std::shared_ptr<Shard>, kShards> shards_{};
  std::size_t size_ = 0;
};

/// Makes a version of another one. One thread.
template <typename Value>
class SharedMap<Value>::Edit {
 public:
  explicit Edit(SharedMap base = {}) : map_(std::move(base)) {}

  /// What is there so far.
  const Value* Find(std::string_view key) const { return map_.Find(key); }

  void Set(std::string key, Value value) {
    Shard& shard = Own(ShardOf(key));
    map_.size_ += shard.insert_or_assign(std::move(key), std::move(value)).second ? 1 : 0;
  }
  void Erase(std::string_view key) {
    if (!map_.Has(key)) return;
    Shard& shard = Own(ShardOf(key));
    shard.erase(shard.find(key));
    --map_.size_;
  }

  /// The version made; nothing may be done with the Edit after it.
  SharedMap Finish() && { return std::move(map_); }

 private:
  /// The shard as one that no other version has.
  Shard& Own(std::size_t index) {
    auto& shard = map_.shards_[index];
    if (!owned_[index])
      shard = shard == nullptr ? std::make_shared<Shard>() : std::make_shared<Shard>(*shard);
    owned_[index] = true;
    return *shard;
  }

  SharedMap map_;
  std::bitset<kShards> owned_;
};

}  // namespace wampgate
