// certificate list and get: the certificates that the configuration names.

#include <wampgate/v1/certificate_service.grpc.pb.h>

#include <iostream>
#include <memory>

#include "commands/commands.hpp"
#include "object_name.hpp"
#include "pages.hpp"
#include "terminal.hpp"

namespace wampgate::ctl {
namespace {

using v1::CertificateView;

std::unique_ptr<v1::CertificateService::Stub> Stub(const Invocation& invocation) {
  return v1::CertificateService::NewStub(Connect(invocation.target));
}

std::string DaysLeft(const CertificateView& certificate) {
  return certificate.error().empty() ? std::to_string(certificate.days_left()) : certificate.error();
}

void PrintCertificates(const v1::ListCertificatesResponse& all, bool wide) {
  Table table(Widened({"FILE", "SUBJECT", "EXPIRES", "DAYS LEFT", "USED BY"}, wide,
                      {"ISSUER", "SERIAL", "ALTERNATIVE NAMES", "FINGERPRINT"}));
  for (const CertificateView& one : all.certificates()) {
    const std::string expires = one.error().empty() ? TimeText(one.not_after()) : "-";
    table.Add(Widened(
        {one.file(), OrDash(one.subject()), expires, DaysLeft(one), Joined(one.used_by(), ", ")}, wide,
        {OrDash(one.issuer()), OrDash(one.serial()), Joined(one.alternative_names(), ", "),
         OrDash(one.fingerprint())}));
  }
  table.Print();
}

void PrintCertificate(const CertificateView& one) {
  const auto line = [](std::string label, const std::string& value) {
    label.resize(14, ' ');
    std::cout << label << Shortened(value, 1000) << "\n";
  };
  line("file", one.file());
  line("used by", Joined(one.used_by(), ", "));
  if (!one.error().empty()) return line("error", one.error());
  line("subject", one.subject());
  line("issuer", one.issuer());
  line("serial", one.serial());
  line("names", Joined(one.alternative_names(), ", "));
  line("valid from", TimeText(one.not_before()));
  line("valid until", TimeText(one.not_after()));
  line("days left",
       std::to_string(one.days_left()) +
           (one.certificates() > 1 ? ", of " + std::to_string(one.certificates()) + " in the file" : ""));
  line("fingerprint", one.fingerprint());
}

struct Choice {
  std::string filter, order_by;
};

ExitCode List(const Invocation& invocation, const Choice& choice) {
  v1::ListCertificatesRequest request;
  request.set_filter(choice.filter);
  request.set_order_by(choice.order_by);
  request.set_page_size(1000);
  const auto stub = Stub(invocation);
  v1::ListCertificatesResponse all;
  const auto status = ForEachPage<v1::ListCertificatesResponse>(
      invocation.target, request,
      [&](auto* context, const auto& asked, auto* page) {
        return stub->ListCertificates(context, asked, page);
      },
      [&](auto& page, auto& /*next*/) {
        all.mutable_certificates()->MergeFrom(page.certificates());
        return Pages::kMore;
      });
  if (!status.ok()) return Report(status, invocation.target);
  invocation.output == Output::kTable ? PrintCertificates(all, invocation.wide)
                                      : Print(invocation.output, AsJson(all));
  return kOk;
}

/// A path as the list shows it, or a full name.
std::string FullName(const std::string& typed) {
  constexpr std::string_view kCollection = "certificates/";
  return typed.starts_with(kCollection) ? typed : std::string(kCollection) + Encode(typed);
}

ExitCode Get(const Invocation& invocation, const std::string& typed) {
  v1::GetCertificateRequest request;
  request.set_name(FullName(typed));
  CertificateView certificate;
  const auto context = NewContext(invocation.target);
  if (const auto status = Stub(invocation)->GetCertificate(context.get(), request, &certificate);
      !status.ok()) {
    return Report(status, invocation.target);
  }
  invocation.output == Output::kTable ? PrintCertificate(certificate)
                                      : Print(invocation.output, AsJson(certificate));
  return kOk;
}

}  // namespace

void AddCertificateCommands(CLI::App& app, Invocation& invocation) {
  auto* noun = app.add_subcommand("certificate",
                                  "The certificates that the configuration names, and when they expire");
  noun->require_subcommand(1);
  noun->footer("Example: wampgatectl certificate list --order-by days_left");
  auto* list = noun->add_subcommand("list", "All of them, by file, as the files are now");
  auto choice = std::make_shared<Choice>();
  list->add_option("--filter", choice->filter, "Only those that match, as in 'days_left < 30'")
      ->option_text("FILTER");
  list->add_option("--order-by", choice->order_by, "As in days_left or \"file desc\"")
      ->option_text("FIELD [desc]");
  list->footer("Example: wampgatectl certificate list --filter 'days_left < 30'");
  list->callback([&invocation, choice] {
    invocation.run = [&invocation, choice] { return List(invocation, *choice); };
  });
  auto* get = noun->add_subcommand("get", "One file: whose certificate it is, and how long it lasts");
  auto file = std::make_shared<std::string>();
  get->add_option("certificate", *file, "The file, as `certificate list` shows it")->required();
  get->footer("Example: wampgatectl certificate get /etc/wampgate/node.pem");
  get->callback(
      [&invocation, file] { invocation.run = [&invocation, file] { return Get(invocation, *file); }; });
}

}  // namespace wampgate::ctl
