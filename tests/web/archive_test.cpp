// Archives made by tests/web/make_archives.py, good and hostile, served from a file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "http/harness.hpp"
#include "http/path_table.hpp"
#include "support/run_until.hpp"
#include "web/archive_file.hpp"
#include "web/archive_service.hpp"
#include "web/made_archives.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using test::BodyOf;
using ::testing::HasSubstr;

std::string Gunzip(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(8'000'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

class Archive : public ::testing::Test {
 protected:
  Archive() {
    options.source.file = made.base() / "served.zip";
    options.object_prefix = "lib-1.0";
    options.default_object = "index.html";
  }
  void Put(const std::string& name) { made.Put(name, options.source.file); }
  void Serve() {
    service = std::make_shared<ArchiveService>(options, archives, harness.offload);
    harness.Serve(std::make_shared<http::PathTable>(http::PathTable::Children{{"a", service}}, nullptr));
    harness.server().SetSite(harness.MakeSite());
  }
  /// Whole names within the archive, and no default object.
  void ServeWhole(const std::string& name) {
    Put(name);
    options.object_prefix = options.default_object = "";
    Serve();
  }
  std::string Range(std::uint64_t first, std::uint64_t last, const std::string& more = "") {
    const Answer answer =
        harness.Get("/a/big.bin", fmt::format("Range: bytes={}-{}\r\n", first, last) + more);
    EXPECT_EQ(answer.status, 206);
    return answer.body;
  }

  test::MadeArchives made;
  Archives archives;  // outlives its services
  test::Harness harness;
  ArchiveOptions options;
  std::shared_ptr<ArchiveService> service;
};

TEST_F(Archive, ServesWhatIsBelowItsPrefix) {
  Put("plain");
  options.mime_types = {{".min.js", "text/minified"}};
  Serve();
  const Answer index = harness.Get("/a/");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.body, made.Read("index.html"));
  EXPECT_EQ(index.Field("content-type"), "text/html");
  EXPECT_EQ(index.Field("cache-control"), "max-age=43200, public");
  EXPECT_EQ(index.Field("access-control-allow-origin"), "*");
  EXPECT_EQ(index.Field("x-content-type-options"), "nosniff");
  EXPECT_EQ(index.Field("vary"), "Accept-Encoding");
  EXPECT_EQ(harness.Get("/a/app.min.js").Field("content-type"), "text/minified");
  EXPECT_EQ(harness.Get("/a/stored.txt").body, "as it is");
  EXPECT_EQ(harness.Get("/a/empty.txt").status, 200);
  EXPECT_EQ(harness.Get("/a/big.bin").body, made.Read("big.bin"));
  EXPECT_EQ(harness.Get("/a/outside.txt").status, 404);
  EXPECT_EQ(harness.Get("/a/../outside.txt").status, 404);
  EXPECT_EQ(harness.Get("/a/%2e%2e/outside.txt").status, 404);
  EXPECT_EQ(harness.Ask("POST /a/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status, 405);
}

TEST_F(Archive, ShowsTheDefaultObjectOfADirectory) {
  Put("plain");
  Serve();
  const Answer root = harness.Get("/a?x=1");
  EXPECT_EQ(root.status, 302);
  EXPECT_EQ(root.Field("location"), "/a/?x=1");
  EXPECT_EQ(harness.Get("/a/sub").Field("location"), "/a/sub/");
  EXPECT_EQ(harness.Get("/a/sub/").body, "below");
  EXPECT_EQ(harness.Get("/a/absent/").status, 404);
  EXPECT_EQ(harness.Get("/a/index.html/").status, 404);
  options.default_file = "sub/index.html";
  Serve();
  const Answer fallback = harness.Get("/a/some/where/else");
  EXPECT_EQ(fallback.status, 200);
  EXPECT_EQ(fallback.body, "below");
  EXPECT_EQ(fallback.Field("cache-control"), "");
}

TEST_F(Archive, AnswersConditionsAndRanges) {
  Put("plain");
  Serve();
  const std::string content = made.Read("big.bin");
  const Answer whole = harness.Head("/a/big.bin");
  EXPECT_EQ(whole.Field("content-length"), std::to_string(content.size()));
  EXPECT_EQ(whole.Field("accept-ranges"), "bytes");
  const std::string etag = whole.Field("etag");
  const auto client = harness.Connect();
  client->Send("GET /a/big.bin HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + etag + "\r\n\r\n");
  EXPECT_EQ(harness.Next(*client, BodyOf::kHead).status, 304);
  EXPECT_EQ(Range(0, 9), content.substr(0, 10));
  EXPECT_EQ(Range(2'000'000, 2'299'999), content.substr(2'000'000, 300'000));
  EXPECT_EQ(Range(2'999'999, 9'999'999), content.substr(2'999'999));
  EXPECT_EQ(harness.Get("/a/big.bin", "Range: bytes=3000000-\r\n").status, 416);
  EXPECT_EQ(harness.Get("/a/big.bin", "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n").status, 200);
  EXPECT_EQ(harness.Get("/a/index.html", "Range: bytes=5-9, 100-104\r\n").status, 206);
}

TEST_F(Archive, SendsAllOfAMemberWhoseRangesGoBack) {
  Put("plain");
  Serve();
  const std::string content = made.Read("big.bin");
  for (const char* range : {"2000000-2000000, 1000000-1000000", "0-9, 5-20"}) {
    const Answer answer = harness.Get("/a/big.bin", fmt::format("Range: bytes={}\r\n", range));
    EXPECT_EQ(answer.status, 200) << range;
    EXPECT_EQ(answer.body, content);
  }
  EXPECT_EQ(harness.Get("/a/big.bin", "Range: bytes=9-1000000, 0-0\r\nAccept-Encoding: gzip\r\n").status,
            200);
  EXPECT_EQ(harness.Get("/a/big.bin", "Range: bytes=0-0, 1-1, 2000000-2000000\r\n").status, 206);
  options.cache = true;
  Serve();
  EXPECT_EQ(harness.Get("/a/big.bin", "Range: bytes=2000000-2000000, 1000000-1000000\r\n").status, 206)
      << "in memory";
}

TEST_F(Archive, InflatesADamagedMemberOnceAndSaysSoOnce) {
  ::testing::internal::CaptureStderr();
  ServeWhole("checksum");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(harness.Get("/a/bad.txt").status, 500);
  const std::string log = ::testing::internal::GetCapturedStderr();
  const std::size_t first = log.find("a member of an archive cannot be served");
  EXPECT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find("a member of an archive cannot be served", first + 1), std::string::npos) << log;
}

TEST_F(Archive, LetsGoOfAReaderWhileAnotherOneReads) {
  Put("plain");
  StatusOr<CheckedArchive> opened = OpenArchive(options.source);
  ASSERT_TRUE(opened.ok());
  std::shared_ptr<ZipArchive> archive = std::move(opened->archive);
  const ZipMember& member = *archive->Find("lib-1.0/big.bin");
  auto kept = archive->OpenMember(member, ZipArchive::Form::kInflated);
  EXPECT_EQ(kept->Read(10).size(), 10u);
  archive->OpenMember(member, ZipArchive::Form::kPacked)->Read(10);
  archive->OpenMember(member, ZipArchive::Form::kInflated)->Read(10);
  EXPECT_EQ(kept->Read(2'000'000), made.Read("big.bin").substr(10, 2'000'000));
  archive.reset();
  EXPECT_EQ(kept->Read(10).size(), 10u) << "the reader holds the archive";
}

TEST_F(Archive, PassesDeflatedMembersOnAsGzipToWhoeverTakesIt) {
  Put("plain");
  Serve();
  const std::string accept = "Accept-Encoding: br, gzip;q=0.5\r\n";
  const Answer packed = harness.Get("/a/big.bin", accept);
  EXPECT_EQ(packed.Field("content-encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 2'900'000u);
  EXPECT_EQ(Gunzip(packed.body), made.Read("big.bin"));
  EXPECT_EQ(Range(0, 99'999, accept) + Range(100'000, 9'999'999, accept), packed.body);
  EXPECT_EQ(Gunzip(harness.Get("/a/", accept).body), made.Read("index.html"));
  const Answer plain = harness.Get("/a/big.bin", "Accept-Encoding: gzip;q=0, br\r\n");
  EXPECT_EQ(plain.Field("content-encoding"), "");
  EXPECT_NE(plain.Field("etag"), packed.Field("etag"));
  EXPECT_EQ(harness.Get("/a/stored.txt", accept).Field("content-encoding"), "");
}

TEST_F(Archive, SaysOfPackedMembersThatTheyAre) {
  Put("plain");
  Serve();
  const Answer packed = harness.Get("/a/app.jgz");
  EXPECT_EQ(packed.Field("content-type"), "text/javascript");
  EXPECT_EQ(packed.Field("content-encoding"), "gzip");
  EXPECT_EQ(Gunzip(packed.body), "// packed");
}

TEST_F(Archive, ServesTheSameFromMemory) {
  Put("plain");
  options.cache = true;
  Serve();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(harness.Get("/a/big.bin").body, made.Read("big.bin"));
    EXPECT_EQ(Range(1000, 200'000), made.Read("big.bin").substr(1000, 199'001));
  }
}

TEST_F(Archive, ServesNoNamesThatEscapeAndNoLinks) {
  ServeWhole("names");
  EXPECT_EQ(harness.Get("/a/ok.txt").status, 200);
  for (const char* target :
       {"/a/../evil.txt", "/a/%2e%2e%2fevil.txt", "/a/evil.txt", "/a//abs.txt", "/a/%2fabs.txt", "/a/abs.txt",
        "/a/b", "/a/a/../../b", "/a/c%5cd.txt", "/a/./x", "/a/x", "/a/link"}) {
    EXPECT_EQ(harness.Get(target).status, 404) << target;
  }
}

TEST_F(Archive, ServesNothingThatIsEncryptedOrPackedInAnotherWay) {
  for (const auto& [name, member] :
       {std::pair{"encrypted", "secret.txt"}, std::pair{"method", "packed.txt"}}) {
    ServeWhole(name);
    EXPECT_EQ(harness.Get("/a/ok.txt").status, 200) << name;
    EXPECT_EQ(harness.Get(std::string("/a/") + member).status, 404) << name;
  }
}

TEST_F(Archive, InflatesNoBombs) {
  options.source.limits.object = 1'000'000;
  ServeWhole("bomb");
  EXPECT_EQ(harness.Get("/a/bomb.bin").status, 404);
  EXPECT_EQ(harness.Get("/a/ok.txt").status, 200);
  ServeWhole("liar");
  EXPECT_EQ(harness.Get("/a/liar.bin").status, 500);
  EXPECT_EQ(harness.Get("/a/liar.bin", "Accept-Encoding: gzip\r\n").status, 500);
  EXPECT_EQ(harness.Get("/a/ok.txt").status, 200);
  ServeWhole("checksum");
  EXPECT_EQ(harness.Get("/a/bad.txt").status, 500);
  EXPECT_EQ(harness.Get("/a/ok.txt").status, 200);
}

TEST_F(Archive, Answers503ForWhatIsNoArchive) {
  Serve();
  EXPECT_EQ(harness.Get("/a/").status, 503) << "missing";
  for (const char* name : {"truncated", "half", "nothing", "text", "zip64", "twice"}) {
    Put(name);
    const Answer answer = harness.Get("/a/");
    EXPECT_EQ(answer.status, 503) << name;
    EXPECT_EQ(answer.Field("cache-control"), "no-store");
    EXPECT_THAT(answer.body, HasSubstr("cannot be used"));
  }
  std::filesystem::remove(options.source.file);
  std::filesystem::create_directory(options.source.file);
  EXPECT_EQ(harness.Get("/a/").status, 503) << "a folder";
}

TEST_F(Archive, TakesOnlyArchivesOfItsHashesAndSize) {
  Put("plain");
  options.source.hashes = {std::string(64, '0')};
  Serve();
  EXPECT_EQ(harness.Get("/a/").status, 503);
  options.source.hashes.push_back(made.Sha256("plain"));
  Serve();
  EXPECT_EQ(harness.Get("/a/").status, 200);
  options.source.hashes.clear();
  options.source.limits.archive = 1000;
  Serve();
  EXPECT_EQ(harness.Get("/a/").status, 503);
}

TEST_F(Archive, IsReadAgainWhenItIsReplacedAndKeptWhenTheNewOneIsBroken) {
  Put("plain");
  Serve();
  EXPECT_EQ(harness.Get("/a/").body, made.Read("index.html"));
  Put("half");
  EXPECT_EQ(harness.Get("/a/").body, made.Read("index.html"));
  Serve();  // a new configuration
  EXPECT_EQ(harness.Get("/a/").body, made.Read("index.html"));
  Put("newer");
  EXPECT_EQ(harness.Get("/a/").body, "newer");
  std::filesystem::remove(options.source.file);
  EXPECT_EQ(harness.Get("/a/").body, "newer");
}

/// While it lives no file can be opened.
class NoDescriptors {
 public:
  NoDescriptors() {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const rlimit none{0, before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_F(Archive, IsLookedAtAgainWhenItCouldNotBeOpenedForAReasonThatHasPassed) {
  Put("plain");
  ArchiveDownloads downloads;
  ArchiveFile file(options.source, downloads, std::chrono::milliseconds(1));
  {
    const NoDescriptors lack;
    EXPECT_EQ(file.Current(), nullptr);
  }
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return file.Current() != nullptr; }));
}

TEST_F(Archive, IsLookedAtAgainAtOnceWhenItsModeHasChanged) {
  Put("plain");
  ArchiveDownloads downloads;
  ArchiveFile file(options.source, downloads, std::chrono::hours(1));
  {
    const NoDescriptors lack;
    EXPECT_EQ(file.Current(), nullptr);
  }
  EXPECT_EQ(file.Current(), nullptr) << "not before the pause is over";
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] {  // until the clock of the file system has moved on
    return chmod(options.source.file.c_str(), 0640) == 0 && file.Current() != nullptr;
  }));
}

TEST_F(Archive, BreaksOffWhenTheFileIsWrittenToMeanwhile) {
  Put("plain");
  Serve();
  const auto client = harness.Connect();
  client->Send("GET /a/big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  // More than the watermark is not read before the client takes it.
  ASSERT_TRUE(harness.Until(*client, [&] { return client->received.size() > 1000; }));
  std::ofstream(options.source.file, std::ios::in | std::ios::binary).write("garbage", 7);
  ASSERT_TRUE(harness.Until(*client, [&] { return client->ended() || client->was_reset(); }));
  EXPECT_LT(client->received.size(), 3'000'000u);
}

}  // namespace
}  // namespace wampgate::web
