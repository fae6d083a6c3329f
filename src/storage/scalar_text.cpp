#include "storage/scalar_text.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace codeanatomy::storage {
namespace {

constexpr int64_t kMicrosPerDay = 86'400'000'000;
constexpr int64_t kDaysPerCycle = 146'097;  // 400 Gregorian years
constexpr int64_t kMaxYear = 290'000;       // microseconds of later years leave 64 bits

int64_t FloorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Takes `count` digits, or at least `count` where `more` is set.
std::optional<int64_t> TakeDigits(std::string_view& text, size_t count, bool more = false) {
  size_t digits = 0;
  int64_t value = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' &&
         (digits < count || (more && digits < count + 2)))
    value = value * 10 + (text[digits++] - '0');
  if (digits < count) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<int64_t> TakeDate(std::string_view& text) {
  const bool negative = Take(text, '-');
  const auto year = TakeDigits(text, 4, true);
  if (!year || *year > kMaxYear || !Take(text, '-')) return std::nullopt;
  const auto month = TakeDigits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day) return std::nullopt;
  // <chrono> knows years of 16 bits; calendars of 400 years are all alike.
  const int64_t signed_year = negative ? -*year : *year;
  const int64_t cycle = FloorDivide(signed_year, 400);
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(signed_year - cycle * 400)),
      std::chrono::month(static_cast<unsigned>(*month)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() + cycle * kDaysPerCycle;
}

/// Seconds east of UTC.
std::optional<int64_t> ParseZone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "UTC") return 0;
  const bool west = text[0] == '-';
  if (!Take(text, '+') && !Take(text, '-')) return std::nullopt;
  const auto hours = TakeDigits(text, 2);
  if (!hours || *hours > 18) return std::nullopt;
  int64_t minutes = 0;
  if (!text.empty()) {
    Take(text, ':');
    const auto given = TakeDigits(text, 2);
    if (!given || *given > 59 || !text.empty()) return std::nullopt;
    minutes = *given;
  }
  return (*hours * 3600 + minutes * 60) * (west ? -1 : 1);
}

template <typename T>
std::string FormatAnyFloat(T value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char buffer[40];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::string FormatDate(int64_t days) {
  const int64_t cycle = FloorDivide(days, kDaysPerCycle);
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(days - cycle * kDaysPerCycle)))};
  const int64_t year = static_cast<int>(date.year()) + cycle * 400;
  return fmt::format("{}{:04}-{:02}-{:02}", year < 0 ? "-" : "", std::abs(year),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::optional<int64_t> ParseDate(std::string_view text) {
  const auto days = TakeDate(text);
  return text.empty() ? days : std::nullopt;
}

std::string FormatTimestamp(int64_t micros, size_t fraction_digits) {
  const int64_t days = FloorDivide(micros, kMicrosPerDay);
  const int64_t rest = micros - days * kMicrosPerDay;
  const int64_t seconds = rest / 1'000'000, fraction = rest % 1'000'000;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}.", FormatDate(days), seconds / 3600,
                                 seconds / 60 % 60, seconds % 60);
  text += fmt::format("{:06}", fraction);
  text.erase(text.size() - 6 + std::min<size_t>(fraction_digits, 6));
  return text;
}

std::optional<int64_t> ParseTimestamp(std::string_view text) {
  const auto days = TakeDate(text);
  if (!days || (!Take(text, 'T') && !Take(text, ' '))) return std::nullopt;
  const auto hours = TakeDigits(text, 2);
  if (!hours || *hours > 23 || !Take(text, ':')) return std::nullopt;
  const auto minutes = TakeDigits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  int64_t seconds = 0, micros = 0;
  if (Take(text, ':')) {
    const auto given = TakeDigits(text, 2);
    if (!given || *given > 59) return std::nullopt;
    seconds = *given;
    if (Take(text, '.')) {
      int64_t unit = 100'000;
      if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
      for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), unit /= 10)
        micros += (text[0] - '0') * unit;
    }
  }
  while (Take(text, ' ')) {
  }
  const auto zone = ParseZone(text);
  if (!zone) return std::nullopt;
  seconds += *hours * 3600 + *minutes * 60 - *zone;
  return *days * kMicrosPerDay + seconds * 1'000'000 + micros;
}

std::string FormatDecimal(__int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  std::string digits;
  // Digit by digit from the right, so that the smallest value needs no negation.
  for (int place = 0; unscaled != 0 || place <= scale; ++place) {
    if (place == scale && scale > 0) digits += '.';
    const int digit = static_cast<int>(unscaled % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
    unscaled /= 10;
  }
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<__int128> ParseDecimal(std::string_view text, int precision, int scale) {
  const bool negative = Take(text, '-');
  if (!negative) Take(text, '+');
  __int128 value = 0;
  int significant = 0, after_point = 0, digits = 0;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    ++digits;
    if (point && after_point == scale) {
      if (c != '0') return std::nullopt;  // would be rounded
      continue;
    }
    if (point) ++after_point;
    if (significant != 0 || c != '0') ++significant;
    if (significant > 38) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (digits == 0) return std::nullopt;
  for (; after_point < scale; ++after_point) {
    if (significant != 0) ++significant;
    if (significant > 38) return std::nullopt;
    value *= 10;
  }
  if (significant > precision) return std::nullopt;
  return negative ? -value : value;
}

std::string EncodeBase64(std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<uint8_t>(bytes[i + j]) : 0);
    for (size_t j = 0; j < 4; ++j) text += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const auto digit = [](char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  std::string bytes;
  uint32_t group = 0;
  const size_t digits = text.size() - padding;
  for (size_t i = 0; i < text.size(); ++i) {
    const int value = i < digits ? digit(text[i]) : 0;
    if (value < 0) return std::nullopt;
    group = group << 6 | static_cast<uint32_t>(value);
    if (i % 4 != 3) continue;
    for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(group >> shift & 255);
    group = 0;
  }
  for (; padding > 0; --padding) bytes.pop_back();
  return bytes;
}

std::string FormatFloat(double value) { return FormatAnyFloat(value); }
std::string FormatFloat(float value) { return FormatAnyFloat(value); }

std::optional<double> ParseFloat(std::string_view text) {
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return HUGE_VAL;
  if (text == "-Infinity") return -HUGE_VAL;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace codeanatomy::storage
