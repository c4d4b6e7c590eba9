// Loops over weights in four bits or sixteen, and products of few rows; part of loops.cpp, compiled once per instruction set.
#pragma once
#include "loops_numbers.h"

#ifdef __AVX512BF16__
#include <immintrin.h>  // nothing of it is emitted as a function
#endif

namespace {

constexpr float kNf4[16] = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
                            -0.18477343022823334f, -0.09105003625154495f, 0.0f, 0.07958029955625534f, 0.16093020141124725f,
                            0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};

// `first` is even.
template <int Bytes>
struct Unsigned;
template <>
struct Unsigned<2> { using type = uint16_t; };
template <>
struct Unsigned<4> { using type = uint32_t; };

// Thirty-two elements from sixteen bytes: two table look-ups in registers, then both halves interleaved.
template <typename T>
void restore16(const uint8_t* codes, const T* values, T* y) {
  using U = typename Unsigned<sizeof(T)>::type;
  typedef U Wide __attribute__((vector_size(16 * sizeof(U))));
  typedef uint8_t Narrow __attribute__((vector_size(16)));
  Wide table;
  Narrow pairs;
  __builtin_memcpy(&table, values, sizeof table);
  __builtin_memcpy(&pairs, codes, sizeof pairs);
  Wide high = __builtin_shuffle(table, __builtin_convertvector(pairs >> 4, Wide));
  Wide low = __builtin_shuffle(table, __builtin_convertvector(pairs & 15, Wide));
  Wide first = __builtin_shuffle(high, low, Wide{0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23});
  Wide second = __builtin_shuffle(high, low, Wide{8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31});
  __builtin_memcpy(y, &first, sizeof first);
  __builtin_memcpy(y + 16, &second, sizeof second);
}

template <typename T>
void nf4(const uint8_t* codes, const float* scales, T* y, int64_t first, int64_t count) {
  // A block of 64 has sixteen possible values, so only those are multiplied and rounded.
  for (int64_t i = first; i < first + count; i += 64) {
    T values[16];
    for (int k = 0; k < 16; k++) values[k] = store<T>(kNf4[k] * scales[i / 64]);
    int64_t length = first + count - i < 64 ? first + count - i : 64, j = 0;
    for (; j + 16 <= length / 2; j += 16) restore16(codes + i / 2 + j, values, y + i + 2 * j);
    for (; j < length / 2; j++) {
      uint8_t pair = codes[i / 2 + j];
      y[i + 2 * j] = values[pair >> 4];
      y[i + 2 * j + 1] = values[pair & 15];
    }
    if (length % 2 != 0) y[i + length - 1] = values[codes[(i + length - 1) / 2] >> 4];
  }
}

template <typename T>
void attend(const T* query, const T* keys, const T* values, int64_t stride, T* y, int64_t begin, int64_t end, int64_t width, float scale,
            float soft_cap, float* scores, float* sums) {
  float max = -__builtin_inff(), sum = 0;
  for (int64_t key = begin; key < end; key++) {
    float dot = 0;
    for (int64_t i = 0; i < width; i++) dot += load(query[i]) * load(keys[key * stride + i]);
    dot *= scale;
    if (soft_cap > 0) dot = soft_cap * tanh_fast(dot / soft_cap);
    scores[key - begin] = dot;
    max = dot > max ? dot : max;
  }
  for (int64_t i = 0; i < width; i++) sums[i] = 0;
  for (int64_t key = begin; key < end; key++) {
    float weight = exp_fast(scores[key - begin] - max);
    sum += weight;
    for (int64_t i = 0; i < width; i++) sums[i] += weight * load(values[key * stride + i]);
  }
  for (int64_t i = 0; i < width; i++) y[i] = store<T>(sums[i] / sum);
}

template <typename T>
void widen(const T* x, int64_t x_stride, float* y, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++)
    for (int64_t i = 0; i < width; i++) y[row * width + i] = load(x[row * x_stride + i]);
}

template <typename T>
void narrow(const float* x, T* y, int64_t y_stride, int64_t rows, int64_t width, float scale) {
  for (int64_t row = 0; row < rows; row++)
    for (int64_t i = 0; i < width; i++) y[row * y_stride + i] = store<T>(x[row * width + i] * scale);
}

template <typename T>
void scale_rows(const T* x, const float* factors, T* y, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++)
    for (int64_t i = 0; i < width; i++) y[row * width + i] = store<T>(load(x[row * width + i]) * factors[row]);
}

template <typename T>
void scale_columns(const T* x, const float* factors, const T* bias, T* y, int64_t rows, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = 0; row < rows; row++, x += width, y += width) {
    if (bias)
      for (int64_t i = begin; i < end; i++) y[i] = store<T>(load(x[i]) * factors[i] + load(bias[i]));
    else
      for (int64_t i = begin; i < end; i++) y[i] = store<T>(load(x[i]) * factors[i]);
  }
}

template <typename T>
void scale_columns_backward(const T* x, const float* factors, const T* dy, T* dx, float* dfactors, int64_t rows, int64_t width, int64_t begin,
                            int64_t end) {
  for (int64_t row = 0; row < rows; row++, x += width, dy += width, dx += width)
    for (int64_t i = begin; i < end; i++) {
      float d = load(dy[i]);
      dx[i] = store<T>(d * factors[i]);
      dfactors[i] += d * load(x[i]);
    }
}

// Four rows of the weight at a time keep enough sums under way; beyond the end the last row stands in for the missing ones.
template <typename T>
struct FourRows {
  const T* row[4];

  FourRows(const T* weight, int64_t inputs, int64_t first, int64_t end) {
    for (int64_t k = 0; k < 4; k++) row[k] = weight + (first + k < end ? first + k : end - 1) * inputs;
  }

  void dot(const T* x, int64_t inputs, float* sums) const {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (int64_t i = 0; i < inputs; i++) {
      float u = load(x[i]);
      s0 += u * load(row[0][i]);
      s1 += u * load(row[1][i]);
      s2 += u * load(row[2][i]);
      s3 += u * load(row[3][i]);
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
  }
};

#ifdef __AVX512BF16__
// One instruction multiplies 32 pairs and adds them up in float32.
template <>
void FourRows<BFloat16Bits>::dot(const BFloat16Bits* x, int64_t inputs, float* sums) const {
  __m512 sum[4] = {};
  for (int64_t i = 0; i < inputs; i += 32) {
    __mmask32 mask = inputs - i >= 32 ? ~0u : (1u << (inputs - i)) - 1;
    auto u = reinterpret_cast<__m512bh>(_mm512_maskz_loadu_epi16(mask, x + i));
    for (int k = 0; k < 4; k++) {
      // The rows of the next turn follow in memory.
      __builtin_prefetch(row[k] + 4 * inputs + i);
      sum[k] = _mm512_dpbf16_ps(sum[k], u, reinterpret_cast<__m512bh>(_mm512_maskz_loadu_epi16(mask, row[k] + i)));
    }
  }
  for (int k = 0; k < 4; k++) {
    float lanes[16];
    __builtin_memcpy(lanes, &sum[k], sizeof lanes);
    sums[k] = 0;
    for (float lane : lanes) sums[k] += lane;
  }
}
#endif

template <typename T>
void products(const T* x, const T* weight, const T* bias, T* y, int64_t tokens, int64_t inputs, int64_t outputs, int64_t begin, int64_t end) {
  for (int64_t first = begin; first < end; first += 4) {
    FourRows<T> rows(weight, inputs, first, end);
    for (int64_t token = 0; token < tokens; token++) {
      float sums[4];
      rows.dot(x + token * inputs, inputs, sums);
      for (int64_t k = 0; k < 4 && first + k < end; k++)
        y[token * outputs + first + k] = store<T>(sums[k] + (bias ? load(bias[first + k]) : 0.0f));
    }
  }
}

}  // namespace
