#include "fuzz/wamp/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wampgate::fuzz::CheckReaders(wampgate::wamp::Serializer::kMsgpack,
                               {reinterpret_cast<const char*>(data), size});
  return 0;
}
