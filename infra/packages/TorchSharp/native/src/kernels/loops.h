// Inner loops over plain memory. loops.cpp is compiled once per instruction set and includes no other library's headers, so that
// no inline function of theirs is emitted with instructions that an older processor lacks.
#pragma once

#include <cstdint>

namespace shim {

struct BFloat16Bits {
  uint16_t bits;
};

// For float and bfloat16 rows; all arithmetic is float32.
template <typename T>
struct Loops {
  void (*rms_norm)(const T* x, const T* weight, T* y, float* rstd, int64_t rows, int64_t width, float epsilon, bool adds_one);
  void (*rms_norm_backward)(const T* x, const T* weight, const T* dy, const float* rstd, T* dx, float* dweight, int64_t rows, int64_t width,
                            bool adds_one);
  // cos and sin hold one row of `half` numbers a token; `sign` is −1 for the inverse rotation.
  void (*rotate)(const T* x, int64_t x_stride, const T* cos, const T* sin, int64_t table_tokens, T* y, int64_t tokens, int64_t heads,
                 int64_t width, int64_t half, float sign);
  void (*gate)(const T* gate, const T* up, T* y, int64_t count, bool tanh_gelu);
  void (*gate_backward)(const T* gate, const T* up, const T* dy, T* dgate, T* dup, int64_t count, bool tanh_gelu);
  // Rows of logits in place to (softmax − target) where `gradient`; loss, entropy and whether the target is the largest.
  void (*cross_entropy)(T* logits, const int64_t* targets, float* loss, float* entropy, bool* correct, int64_t rows, int64_t vocabulary,
                        float soft_cap, float smoothing, bool gradient);
  // Keeps an element where its hash, which depends on the seed and its index alone, reaches the threshold.
  void (*dropout)(const T* x, T* y, int64_t first, int64_t count, uint32_t threshold, uint64_t seed, float scale);
  // Packed 4-bit NormalFloat, the first of two codes in the high nibble, one scale for 64 elements.
  void (*nf4)(const uint8_t* codes, const float* scales, T* y, int64_t first, int64_t count);
  // One query against the keys begin … end − 1; scores has room for them.
  void (*attend)(const T* query, const T* keys, const T* values, int64_t stride, T* y, int64_t begin, int64_t end, int64_t width, float scale,
                 float soft_cap, float* scores, float* sums);
  void (*widen)(const T* x, int64_t x_stride, float* y, int64_t rows, int64_t width);
  void (*narrow)(const float* x, T* y, int64_t y_stride, int64_t rows, int64_t width, float scale);
  void (*scale_rows)(const T* x, const float* factors, T* y, int64_t rows, int64_t width);
  // Columns `begin` to `end` of rows of `width`: y = x · factors + bias, where bias may be null.
  void (*scale_columns)(const T* x, const float* factors, const T* bias, T* y, int64_t rows, int64_t width, int64_t begin, int64_t end);
  // dx = dy · factors, and dfactors += Σ dy · x over the rows.
  void (*scale_columns_backward)(const T* x, const float* factors, const T* dy, T* dx, float* dfactors, int64_t rows, int64_t width, int64_t begin,
                                 int64_t end);
  // Outputs `begin` to `end` of x · weightᵀ + bias for a few tokens. One order of summation for all: a token's result does not
  // depend on the others, nor on how the outputs are shared among threads.
  void (*products)(const T* x, const T* weight, const T* bias, T* y, int64_t tokens, int64_t inputs, int64_t outputs, int64_t begin, int64_t end);
};

struct FloatLoops {
  // One block of scores [rows, keys] in place to probabilities; row i is query first_query + i and sees keys from
  // max(first_key, query − window + 1) to query. lse receives max + ln Σ.
  void (*softmax_block)(float* scores, int64_t rows, int64_t keys, int64_t first_query, int64_t first_key, int64_t window, float soft_cap,
                        float* lse);
  // Scores to probabilities from lse, and dp [rows, keys] to the gradient of the scores.
  void (*softmax_block_backward)(float* scores, float* dp, int64_t rows, int64_t keys, int64_t first_query, int64_t first_key, int64_t window,
                                 float soft_cap, const float* lse, const float* delta, float scale);
  void (*dot_rows)(const float* a, const float* b, float* y, int64_t rows, int64_t width);
  void (*adamw)(float* p, const float* g, float* m, float* v, int64_t count, float decay, float beta1, float rest1, float beta2,
                float rest2, float epsilon, float step_size, float correction2, float gradient_scale);
};

struct LoopTable {
  Loops<float> f32;
  Loops<BFloat16Bits> bf16;
  FloatLoops plain;
  const char* name;
};

// The fastest table that this processor runs.
const LoopTable& loops();

template <typename T>
const Loops<T>& loops_of();
template <>
inline const Loops<float>& loops_of<float>() { return loops().f32; }
template <>
inline const Loops<BFloat16Bits>& loops_of<BFloat16Bits>() { return loops().bf16; }

}  // namespace shim
