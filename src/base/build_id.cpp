#include "base/build_id.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <cstddef>
#include <cstring>

namespace wampgate {
namespace {

constexpr std::size_t kShown = 8;  // octets

std::size_t Padded(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

/// The GNU build id among the notes of one segment; empty if it is not there.
std::string FindIn(const char* notes, std::size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof note);
    const std::size_t whole = sizeof note + Padded(note.n_namesz) + Padded(note.n_descsz);
    if (whole > size) return "";
    const char* const name = notes + sizeof note;
    const bool is_it =
        note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0;
    if (is_it && note.n_descsz >= kShown) {
      std::string text;
      const char* const octets = name + Padded(note.n_namesz);
      for (std::size_t i = 0; i < kShown; ++i)
        text += fmt::format("{:02x}", static_cast<unsigned char>(octets[i]));
      return text;
    }
    notes += whole;
    size -= whole;
  }
  return "";
}

/// Called for the program first, then for its libraries.
int Visit(dl_phdr_info* info, std::size_t /*size*/, void* found) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* const notes = reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr);
    std::string id = FindIn(notes, segment.p_memsz);
    if (id.empty()) continue;
    *static_cast<std::string*>(found) = std::move(id);
    break;
  }
  return 1;
}

}  // namespace

const std::string& BuildId() {
  static const std::string id = [] {
    std::string linked;
    dl_iterate_phdr(&Visit, &linked);
    return linked.empty() ? std::string(WAMPGATE_VERSION) : WAMPGATE_VERSION "-" + linked;
  }();
  return id;
}

}  // namespace wampgate
