// Text forms of scalar values: what rows, partition values and statistics have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codeanatomy::storage {

/// Days since 1970-01-01 as YYYY-MM-DD; years outside of 0 … 9999 have more digits or a sign.
std::string FormatDate(int64_t days);
std::optional<int64_t> ParseDate(std::string_view text);

/// Microseconds since 1970 as YYYY-MM-DDThh:mm:ss.ffffff; `fraction_digits` 3 cuts to milliseconds.
std::string FormatTimestamp(int64_t micros, size_t fraction_digits = 6);
/// YYYY-MM-DD, 'T' or blank, hh:mm[:ss[.f…]], then nothing, Z, UTC or ±hh[[:]mm]; without a zone
/// UTC is meant. More than six fraction digits are cut.
std::optional<int64_t> ParseTimestamp(std::string_view text);

/// The unscaled value with its point: (12345, 2) → 123.45.
std::string FormatDecimal(__int128 unscaled, int scale);
/// Nothing where the text is no plain decimal number or does not fit precision and scale exactly.
std::optional<__int128> ParseDecimal(std::string_view text, int precision, int scale);

std::string EncodeBase64(std::string_view bytes);
std::optional<std::string> DecodeBase64(std::string_view text);

/// Shortest text that reads back, always with a point or an exponent; NaN, Infinity, -Infinity.
std::string FormatFloat(double value);
std::string FormatFloat(float value);
std::optional<double> ParseFloat(std::string_view text);

}  // namespace codeanatomy::storage
