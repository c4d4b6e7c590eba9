// How numbers are read, rounded and approximated in the inner loops; part of loops.cpp, compiled once per instruction set.
#pragma once
#include "loops.h"

namespace {

using shim::BFloat16Bits;

inline float load(float x) { return x; }
inline float load(BFloat16Bits x) { return __builtin_bit_cast(float, static_cast<uint32_t>(x.bits) << 16); }

template <typename T>
inline T store(float x);
template <>
inline float store<float>(float x) { return x; }
// Round to nearest, ties to even; a NaN stays one.
template <>
inline BFloat16Bits store<BFloat16Bits>(float x) {
  uint32_t bits = __builtin_bit_cast(uint32_t, x);
  uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  bool nan = (bits & 0x7fffffff) > 0x7f800000;
  return {static_cast<uint16_t>(nan ? 0x7fc0 : rounded)};
}

// Relative error about 1e-7 on the range of float32; below −87 the result is about 1e-38.
inline float exp_fast(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float n = __builtin_rintf(x * 1.44269504088896341f);
  float r = x - n * 0.693147180559945f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * __builtin_bit_cast(float, (static_cast<int32_t>(n) + 127) << 23);
}

inline float sigmoid(float x) { return 1.0f / (1.0f + exp_fast(-x)); }
inline float tanh_fast(float x) { return 1.0f - 2.0f / (1.0f + exp_fast(2.0f * x)); }

}  // namespace
