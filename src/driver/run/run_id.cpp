#include "driver/run/run_id.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

#include <fmt/format.h>
#include <sys/random.h>

#include "base/check.h"

namespace codeanatomy::driver {

std::string NewRunId() {
  using std::chrono::milliseconds;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto ms =
      static_cast<uint64_t>(std::chrono::duration_cast<milliseconds>(since_epoch).count());
  std::array<uint8_t, 10> random{};
  CA_CHECK(::getrandom(random.data(), random.size(), 0) == static_cast<ssize_t>(random.size()),
           "the system gives ten random bytes");
  random[0] = static_cast<uint8_t>((random[0] & 0x0F) | 0x70);  // version 7
  random[2] = static_cast<uint8_t>((random[2] & 0x3F) | 0x80);  // variant 10
  return fmt::format("{:08x}-{:04x}-{:02x}{:02x}-{:02x}{:02x}-{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}",
                     ms >> 16, ms & 0xFFFF, random[0], random[1], random[2], random[3], random[4],
                     random[5], random[6], random[7], random[8], random[9]);
}

bool IsRunId(std::string_view text) {
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0; };
  return text.size() >= 8 && text.size() <= 64 && plain(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [&](unsigned char c) { return plain(c) || c == '_' || c == '-'; });
}

}  // namespace codeanatomy::driver
