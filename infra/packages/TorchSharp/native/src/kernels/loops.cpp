// Compiled once per instruction set with LOOPS_FUNCTION naming the table; see loops.h.
#include "loops.h"

#ifdef __AVX512BF16__
#include <immintrin.h>  // nothing of it is emitted as a function
#endif

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

constexpr float kGelu = 0.7978845608028654f;
constexpr float kGeluCube = 0.044715f;

template <typename T>
void rms_norm(const T* x, const T* weight, T* y, float* rstd, int64_t rows, int64_t width, float epsilon, bool adds_one) {
  for (int64_t row = 0; row < rows; row++, x += width, y += width) {
    float sum = 0;
    for (int64_t i = 0; i < width; i++) sum += load(x[i]) * load(x[i]);
    float factor = 1.0f / __builtin_sqrtf(sum / width + epsilon);
    rstd[row] = factor;
    if (adds_one)
      for (int64_t i = 0; i < width; i++) y[i] = store<T>(load(x[i]) * factor * (1.0f + load(weight[i])));
    else
      for (int64_t i = 0; i < width; i++) y[i] = store<T>(load(store<T>(load(x[i]) * factor)) * load(weight[i]));
  }
}

template <typename T>
void rms_norm_backward(const T* x, const T* weight, const T* dy, const float* rstd, T* dx, float* dweight, int64_t rows, int64_t width,
                       bool adds_one) {
  float one = adds_one ? 1.0f : 0.0f;
  for (int64_t row = 0; row < rows; row++, x += width, dy += width, dx += width) {
    float factor = rstd[row], dot = 0;
    for (int64_t i = 0; i < width; i++) dot += load(dy[i]) * (one + load(weight[i])) * load(x[i]);
    float pull = dot * factor * factor * factor / width;
    for (int64_t i = 0; i < width; i++) dx[i] = store<T>(load(dy[i]) * (one + load(weight[i])) * factor - load(x[i]) * pull);
    if (dweight)
      for (int64_t i = 0; i < width; i++) dweight[i] += load(dy[i]) * load(x[i]) * factor;
  }
}

template <typename T>
void rotate(const T* x, int64_t x_stride, const T* cos, const T* sin, int64_t table_tokens, T* y, int64_t tokens, int64_t heads, int64_t width,
            int64_t half, float sign) {
  for (int64_t token = 0; token < tokens; token++) {
    const T* c = cos + (token % table_tokens) * half;
    const T* s = sin + (token % table_tokens) * half;
    for (int64_t head = 0; head < heads; head++) {
      const T* from = x + token * x_stride + head * width;
      T* to = y + (token * heads + head) * width;
      for (int64_t i = 0; i < half; i++) {
        float a = load(from[i]), b = load(from[i + half]), turn = sign * load(s[i]);
        to[i] = store<T>(a * load(c[i]) - b * turn);
        to[i + half] = store<T>(b * load(c[i]) + a * turn);
      }
      for (int64_t i = 2 * half; i < width; i++) to[i] = from[i];
    }
  }
}

template <typename T>
void gate(const T* gate, const T* up, T* y, int64_t count, bool tanh_gelu) {
  if (tanh_gelu)
    for (int64_t i = 0; i < count; i++) {
      float g = load(gate[i]), t = tanh_fast(kGelu * (g + kGeluCube * g * g * g));
      y[i] = store<T>(0.5f * g * (1.0f + t) * load(up[i]));
    }
  else
    for (int64_t i = 0; i < count; i++) {
      float g = load(gate[i]);
      y[i] = store<T>(g * sigmoid(g) * load(up[i]));
    }
}

template <typename T>
void gate_backward(const T* gate, const T* up, const T* dy, T* dgate, T* dup, int64_t count, bool tanh_gelu) {
  if (tanh_gelu)
    for (int64_t i = 0; i < count; i++) {
      float g = load(gate[i]), d = load(dy[i]), t = tanh_fast(kGelu * (g + kGeluCube * g * g * g));
      float slope = 0.5f * (1.0f + t) + 0.5f * g * (1.0f - t * t) * kGelu * (1.0f + 3.0f * kGeluCube * g * g);
      dgate[i] = store<T>(d * load(up[i]) * slope);
      dup[i] = store<T>(d * 0.5f * g * (1.0f + t));
    }
  else
    for (int64_t i = 0; i < count; i++) {
      float g = load(gate[i]), d = load(dy[i]), s = sigmoid(g);
      dgate[i] = store<T>(d * load(up[i]) * s * (1.0f + g * (1.0f - s)));
      dup[i] = store<T>(d * g * s);
    }
}

template <typename T>
void cross_entropy(T* logits, const int64_t* targets, float* loss, float* entropy, bool* correct, int64_t rows, int64_t vocabulary,
                   float soft_cap, float smoothing, bool gradient) {
  for (int64_t row = 0; row < rows; row++, logits += vocabulary) {
    if (soft_cap > 0)
      for (int64_t i = 0; i < vocabulary; i++) logits[i] = store<T>(soft_cap * tanh_fast(load(logits[i]) / soft_cap));
    float max = load(logits[0]);
    for (int64_t i = 0; i < vocabulary; i++) max = load(logits[i]) > max ? load(logits[i]) : max;
    float sum = 0, weighted = 0, total = 0;
    for (int64_t i = 0; i < vocabulary; i++) {
      float shifted = load(logits[i]) - max, e = exp_fast(shifted);
      sum += e;
      weighted += e * shifted;
      total += shifted;
    }
    float log_sum = __builtin_logf(sum), target = load(logits[targets[row]]) - max;
    loss[row] = log_sum - (1.0f - smoothing) * target - smoothing * total / vocabulary;
    entropy[row] = log_sum - weighted / sum;
    bool first = target == 0;
    for (int64_t i = 0; first && i < targets[row]; i++) first = load(logits[i]) < max;
    correct[row] = first;
    if (!gradient) continue;
    float inverse = 1.0f / sum, spread = smoothing / vocabulary, at_target = load(logits[targets[row]]);
    if (soft_cap > 0) {
      for (int64_t i = 0; i < vocabulary; i++) {
        float z = load(logits[i]), slope = 1.0f - z * z / (soft_cap * soft_cap);
        logits[i] = store<T>((exp_fast(z - max) * inverse - spread) * slope);
      }
    } else {
      for (int64_t i = 0; i < vocabulary; i++) logits[i] = store<T>(exp_fast(load(logits[i]) - max) * inverse - spread);
    }
    float slope = soft_cap > 0 ? 1.0f - at_target * at_target / (soft_cap * soft_cap) : 1.0f;
    logits[targets[row]] = store<T>((exp_fast(at_target - max) * inverse - spread - (1.0f - smoothing)) * slope);
  }
}

// Two rounds of multiply and shift spread every input bit over the 32 bits of the result.
template <typename T>
void dropout(const T* x, T* y, int64_t first, int64_t count, uint32_t threshold, uint64_t seed, float scale) {
  uint32_t low = static_cast<uint32_t>(seed), high = static_cast<uint32_t>(seed >> 32);
  for (int64_t i = 0; i < count; i++) {
    uint32_t h = (static_cast<uint32_t>(first + i) ^ low) * 0x9e3779b1u;
    h = (h ^ (h >> 16)) * 0x7feb352du;
    h = ((h ^ (h >> 15)) + high) * 0x846ca68bu;
    h ^= h >> 16;
    y[i] = store<T>(load(x[i]) * (h >= threshold ? scale : 0.0f));
  }
}

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

inline void visible(int64_t query, int64_t first_key, int64_t keys, int64_t window, int64_t* begin, int64_t* end) {
  int64_t from = window > 0 ? query - window + 1 : 0, to = query + 1;
  *begin = from > first_key ? from - first_key : 0;
  *end = to - first_key < keys ? to - first_key : keys;
}

void softmax_block(float* scores, int64_t rows, int64_t keys, int64_t first_query, int64_t first_key, int64_t window, float soft_cap, float* lse) {
  for (int64_t row = 0; row < rows; row++, scores += keys) {
    int64_t begin, end;
    visible(first_query + row, first_key, keys, window, &begin, &end);
    if (soft_cap > 0)
      for (int64_t i = begin; i < end; i++) scores[i] = soft_cap * tanh_fast(scores[i] / soft_cap);
    float max = scores[begin];
    for (int64_t i = begin; i < end; i++) max = scores[i] > max ? scores[i] : max;
    float sum = 0;
    for (int64_t i = begin; i < end; i++) {
      scores[i] = exp_fast(scores[i] - max);
      sum += scores[i];
    }
    float inverse = 1.0f / sum;
    for (int64_t i = 0; i < begin; i++) scores[i] = 0;
    for (int64_t i = begin; i < end; i++) scores[i] *= inverse;
    for (int64_t i = end; i < keys; i++) scores[i] = 0;
    lse[row] = max + __builtin_logf(sum);
  }
}

void softmax_block_backward(float* scores, float* dp, int64_t rows, int64_t keys, int64_t first_query, int64_t first_key, int64_t window,
                            float soft_cap, const float* lse, const float* delta, float scale) {
  for (int64_t row = 0; row < rows; row++, scores += keys, dp += keys) {
    int64_t begin, end;
    visible(first_query + row, first_key, keys, window, &begin, &end);
    for (int64_t i = 0; i < begin; i++) scores[i] = dp[i] = 0;
    for (int64_t i = end; i < keys; i++) scores[i] = dp[i] = 0;
    if (soft_cap > 0)
      for (int64_t i = begin; i < end; i++) {
        float t = tanh_fast(scores[i] / soft_cap), p = exp_fast(soft_cap * t - lse[row]);
        scores[i] = p;
        dp[i] = p * (dp[i] - delta[row]) * scale * (1.0f - t * t);
      }
    else
      for (int64_t i = begin; i < end; i++) {
        float p = exp_fast(scores[i] - lse[row]);
        scores[i] = p;
        dp[i] = p * (dp[i] - delta[row]) * scale;
      }
  }
}

void dot_rows(const float* a, const float* b, float* y, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++) {
    float sum = 0;
    for (int64_t i = 0; i < width; i++) sum += a[row * width + i] * b[row * width + i];
    y[row] = sum;
  }
}

// rest is 1 - beta, taken before it was rounded: of 0.999 few digits would be left afterwards.
void adamw(float* p, const float* g, float* m, float* v, int64_t count, float decay, float beta1, float rest1, float beta2, float rest2,
           float epsilon, float step_size, float correction2, float gradient_scale) {
  for (int64_t i = 0; i < count; i++) {
    float gradient = g[i] * gradient_scale;
    m[i] = m[i] * beta1 + gradient * rest1;
    v[i] = v[i] * beta2 + gradient * gradient * rest2;
    p[i] = p[i] * decay - step_size * (m[i] / (__builtin_sqrtf(v[i]) / correction2 + epsilon));
  }
}

template <typename T>
constexpr shim::Loops<T> make() {
  return {rms_norm<T>, rms_norm_backward<T>, rotate<T>, gate<T>, gate_backward<T>, cross_entropy<T>, dropout<T>, nf4<T>, attend<T>,
          widen<T>, narrow<T>, scale_rows<T>,
          scale_columns<T>, scale_columns_backward<T>, products<T>};
}

}  // namespace

extern "C" const shim::LoopTable* LOOPS_FUNCTION() {
  static constexpr shim::LoopTable table{make<float>(), make<BFloat16Bits>(),
                                         {softmax_block, softmax_block_backward, dot_rows, adamw}, LOOPS_NAME};
  return &table;
}
