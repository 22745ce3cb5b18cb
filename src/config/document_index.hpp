#pragma once

#include <string>
#include <unordered_map>

#include "config/value.hpp"

namespace wampgate::config {

/// Finds the values of a document by their paths, as problems name them. Refers to the document.
class DocumentIndex {
 public:
  explicit DocumentIndex(const Value& document);
  /// Null: there is none.
  const Value* Find(const std::string& path) const;
  /// The path of the object or list that holds this one; empty for the document's own keys.
  std::string ParentOf(const std::string& path) const;

 private:
  struct Place {
    const Value* value;
    std::string parent;
  };
  void Add(const Value& value, const class Where& where, const std::string& parent);

  std::unordered_map<std::string, Place> places_;
};

/// Whether `path` names `whole` or something in it.
bool IsWithin(const std::string& path, const std::string& whole);

}  // namespace wampgate::config
