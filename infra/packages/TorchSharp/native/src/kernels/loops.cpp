// Compiled once per instruction set with LOOPS_FUNCTION naming the table; see loops.h.
#include "loops_numbers.h"
#include "loops_products.h"

namespace {

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
