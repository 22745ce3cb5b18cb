#pragma once

#include <string>

namespace wampgate::test {

/// Certificates that the openssl program makes, in a folder: authorities and what they sign, keys on P-256,
/// valid for two days. NAME.pem and NAME.key each.
class Certificates {
 public:
  explicit Certificates(std::string folder) : folder_(std::move(folder)) {}

  void MakeAuthority(const std::string& name, int days = 2) const;
  /// `extension` as in "subjectAltName=DNS:localhost".
  void Make(const std::string& name, const std::string& authority, const std::string& subject,
            const std::string& extension) const;
  std::string Path(const std::string& file) const { return folder_ + "/" + file; }
  std::string Content(const std::string& file) const;

 private:
  void Run(const std::string& arguments) const;
  std::string folder_;
};

}  // namespace wampgate::test
