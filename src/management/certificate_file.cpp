#include "management/certificate_file.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <memory>
#include <optional>

#include "base/check.hpp"
#include "base/whole_file.hpp"

namespace wampgate::management {
namespace {

template <typename T, void (*Free)(T*)>
struct Freeing {
  void operator()(T* object) const { Free(object); }
};
using Certificate = std::unique_ptr<X509, Freeing<X509, X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freeing<GENERAL_NAMES, GENERAL_NAMES_free>>;
using Number = std::unique_ptr<BIGNUM, Freeing<BIGNUM, BN_free>>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string TextOf(const X509_NAME* name) {
  const Bio out(BIO_new(BIO_s_mem()), BIO_free);
  // Octets over 127 stay UTF-8.
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(std::max(size, 0L))};
}

std::string SerialOf(const X509& certificate) {
  const Number number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  char* digits = number == nullptr ? nullptr : BN_bn2hex(number.get());
  std::string serial = digits == nullptr ? "" : digits;
  OPENSSL_free(digits);
  return serial;
}

std::string FingerprintOf(const X509& certificate) {
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  std::string digits;
  if (X509_digest(&certificate, EVP_sha256(), hash, &size) != 1) return digits;
  for (unsigned i = 0; i < size; ++i) digits += fmt::format("{:02x}", hash[i]);
  return digits;
}

std::string OctetsOf(const ASN1_STRING* string) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(string));
  return {data, static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// IA5 by its definition; whatever else is in it is no text.
std::string AsciiOf(const ASN1_STRING* string) {
  std::string text = OctetsOf(string);
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e; },
      '?');
  return text;
}

std::string AddressOf(const std::string& octets) {
  if (octets.size() == 4) {
    const auto* part = reinterpret_cast<const unsigned char*>(octets.data());
    return fmt::format("{}.{}.{}.{}", part[0], part[1], part[2], part[3]);
  }
  std::string text;
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2) {
    const auto* part = reinterpret_cast<const unsigned char*>(octets.data() + i);
    text += fmt::format("{}{:x}", i == 0 ? "" : ":", part[0] << 8 | part[1]);
  }
  return text;
}

void AddNames(const X509& certificate, v1::CertificateView& view) {
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME& name = *sk_GENERAL_NAME_value(names.get(), i);
    if (name.type == GEN_DNS) view.add_alternative_names("DNS:" + AsciiOf(name.d.dNSName));
    if (name.type == GEN_IPADD) view.add_alternative_names("IP:" + AddressOf(OctetsOf(name.d.iPAddress)));
    if (name.type == GEN_URI) view.add_alternative_names("URI:" + AsciiOf(name.d.uniformResourceIdentifier));
    if (name.type == GEN_EMAIL) view.add_alternative_names("email:" + AsciiOf(name.d.rfc822Name));
  }
}

google::protobuf::Timestamp TimeOf(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return google::protobuf::util::TimeUtil::SecondsToTimestamp(::timegm(&parts));
}

void Describe(const X509& certificate, v1::CertificateView& view) {
  view.set_subject(TextOf(X509_get_subject_name(&certificate)));
  view.set_issuer(TextOf(X509_get_issuer_name(&certificate)));
  view.set_serial(SerialOf(certificate));
  view.set_fingerprint(FingerprintOf(certificate));
  *view.mutable_not_before() = TimeOf(X509_get0_notBefore(&certificate));
  *view.mutable_not_after() = TimeOf(X509_get0_notAfter(&certificate));
  AddNames(certificate, view);
}

/// `end`: of the first certificate that expires.
Status ReadFile(const std::string& path, v1::CertificateView& view,
                std::optional<google::protobuf::Timestamp>& end) {
  const StatusOr<std::string> content = ReadWholeFile(path);
  if (!content.ok()) return FailedPrecondition(Message(content.status()));
  const Bio file(BIO_new_mem_buf(content->data(), static_cast<int>(content->size())), BIO_free);
  WAMPGATE_CHECK(file != nullptr);
  for (;;) {
    const Certificate certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) break;
    if (view.certificates() == 0) Describe(*certificate, view);
    view.set_certificates(view.certificates() + 1);
    const auto not_after = TimeOf(X509_get0_notAfter(certificate.get()));
    if (!end || not_after < *end) end = not_after;
  }
  ERR_clear_error();
  return end ? OkStatus() : FailedPrecondition("has no certificate in PEM");
}

}  // namespace

Status ReadCertificateFile(const std::string& path, v1::CertificateView& view) {
  std::optional<google::protobuf::Timestamp> end;
  WAMPGATE_RETURN_IF_ERROR(ReadFile(path, view, end));
  view.set_days_left(static_cast<std::int32_t>(std::floor(DaysUntil(end->seconds()))));
  return OkStatus();
}

std::optional<std::time_t> ExpiryOf(const std::string& path) {
  v1::CertificateView view;
  std::optional<google::protobuf::Timestamp> end;
  if (!ReadFile(path, view, end).ok()) return std::nullopt;
  return end->seconds();
}

double DaysUntil(std::time_t expiry) {
  constexpr double kDay = 86400;
  return static_cast<double>(expiry - std::time(nullptr)) / kDay;
}

}  // namespace wampgate::management
