#include "support/certificates.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/check.hpp"

namespace wampgate::test {

void Certificates::Run(const std::string& arguments) const {
  WAMPGATE_CHECK(
      std::system(("cd '" + folder_ + "' && openssl " + arguments + " >openssl.log 2>&1").c_str()) == 0);
}

void Certificates::MakeAuthority(const std::string& name, int days) const {
  Run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days " + std::to_string(days) +
      " -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".pem");
}

void Certificates::Make(const std::string& name, const std::string& authority, const std::string& subject,
                        const std::string& extension) const {
  std::ofstream(Path(name + ".ext")) << extension;
  Run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=" + subject + "' -keyout " +
      name + ".key -out " + name + ".csr");
  Run("x509 -req -days 2 -in " + name + ".csr -CA " + authority + ".pem -CAkey " + authority +
      ".key -CAcreateserial -extfile " + name + ".ext -out " + name + ".pem");
}

std::string Certificates::Content(const std::string& file) const {
  std::ifstream source(Path(file));
  return {std::istreambuf_iterator<char>(source), {}};
}

}  // namespace wampgate::test
