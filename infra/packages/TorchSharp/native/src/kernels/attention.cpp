// Causal attention with grouped keys over runs of tokens. A block of queries meets all its keys at once, so that at most
// kQueries × keys scores exist per task; backward recomputes them from the saved log-sums.
#include "common.h"

#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

using namespace shim;

namespace {

constexpr int64_t kQueries = 64;

struct Segment {
  int64_t row, start, length;
};

struct Sizes {
  int64_t tokens, heads, kv, width;
  int64_t window;
  float scale, soft_cap;
  int64_t group() const { return heads / kv; }
};

// One run of tokens under one key head, widened to float32 and contiguous.
struct Scratch {
  std::vector<float> keys, values, queries, output, grad, scores, dscores, dkeys, dvalues, dqueries, delta;
};

template <typename T>
const T* at_token(const at::Tensor& x, const Segment& s, int64_t head) {
  return data<T>(x) + s.row * x.stride(0) + s.start * x.stride(1) + head * x.stride(2);
}

template <typename T>
void gather(const at::Tensor& x, const Segment& s, int64_t head, int64_t width, std::vector<float>& to) {
  to.resize(s.length * width);
  loops_of<T>().widen(at_token<T>(x, s, head), x.stride(1), to.data(), s.length, width);
}

void block_keys(const Sizes& z, int64_t query, int64_t count, int64_t length, int64_t* first, int64_t* keys) {
  *first = z.window > 0 ? std::max<int64_t>(0, query - z.window + 1) : 0;
  *keys = std::min(query + count, length) - *first;
}

template <typename T>
void forward_task(const Sizes& z, const Segment& s, int64_t kv_head, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, at::Tensor& out,
                  float* lse, Scratch& scratch) {
  gather<T>(k, s, kv_head, z.width, scratch.keys);
  gather<T>(v, s, kv_head, z.width, scratch.values);
  scratch.output.resize(s.length * z.width);
  scratch.scores.resize(kQueries * s.length);
  for (int64_t head = kv_head * z.group(); head < (kv_head + 1) * z.group(); head++) {
    gather<T>(q, s, head, z.width, scratch.queries);
    for (int64_t query = 0; query < s.length; query += kQueries) {
      int64_t count = std::min(kQueries, s.length - query), first, keys;
      block_keys(z, query, count, s.length, &first, &keys);
      gemm(false, true, count, keys, z.width, z.scale, &scratch.queries[query * z.width], z.width, &scratch.keys[first * z.width], z.width, 0,
           scratch.scores.data(), keys);
      loops().plain.softmax_block(scratch.scores.data(), count, keys, query, first, z.window, z.soft_cap,
                                  lse + (s.row * z.heads + head) * z.tokens + s.start + query);
      gemm(false, false, count, z.width, keys, 1, scratch.scores.data(), keys, &scratch.values[first * z.width], z.width, 0,
           &scratch.output[query * z.width], z.width);
    }
    loops_of<T>().narrow(scratch.output.data(), data<T>(out) + ((s.row * z.tokens + s.start) * z.heads + head) * z.width, z.heads * z.width,
                         s.length, z.width, 1);
  }
}

struct Grads {
  at::Tensor q, k, v;
};

template <typename T>
void backward_task(const Sizes& z, const Segment& s, int64_t kv_head, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                   const at::Tensor& out, const float* lse, const at::Tensor& dout, Grads& grads, Scratch& scratch) {
  gather<T>(k, s, kv_head, z.width, scratch.keys);
  gather<T>(v, s, kv_head, z.width, scratch.values);
  scratch.dkeys.assign(s.length * z.width, 0);
  scratch.dvalues.assign(s.length * z.width, 0);
  scratch.dqueries.resize(s.length * z.width);
  scratch.scores.resize(kQueries * s.length);
  scratch.dscores.resize(kQueries * s.length);
  scratch.delta.resize(s.length);
  for (int64_t head = kv_head * z.group(); head < (kv_head + 1) * z.group(); head++) {
    gather<T>(q, s, head, z.width, scratch.queries);
    gather<T>(out, s, head, z.width, scratch.output);
    gather<T>(dout, s, head, z.width, scratch.grad);
    loops().plain.dot_rows(scratch.output.data(), scratch.grad.data(), scratch.delta.data(), s.length, z.width);
    const float* sums = lse + (s.row * z.heads + head) * z.tokens + s.start;
    for (int64_t query = 0; query < s.length; query += kQueries) {
      int64_t count = std::min(kQueries, s.length - query), first, keys;
      block_keys(z, query, count, s.length, &first, &keys);
      const float *qs = &scratch.queries[query * z.width], *go = &scratch.grad[query * z.width];
      float *p = scratch.scores.data(), *ds = scratch.dscores.data();
      gemm(false, true, count, keys, z.width, z.scale, qs, z.width, &scratch.keys[first * z.width], z.width, 0, p, keys);
      gemm(false, true, count, keys, z.width, 1, go, z.width, &scratch.values[first * z.width], z.width, 0, ds, keys);
      loops().plain.softmax_block_backward(p, ds, count, keys, query, first, z.window, z.soft_cap, sums + query, &scratch.delta[query], z.scale);
      gemm(false, false, count, z.width, keys, 1, ds, keys, &scratch.keys[first * z.width], z.width, 0, &scratch.dqueries[query * z.width], z.width);
      gemm(true, false, keys, z.width, count, 1, ds, keys, qs, z.width, 1, &scratch.dkeys[first * z.width], z.width);
      gemm(true, false, keys, z.width, count, 1, p, keys, go, z.width, 1, &scratch.dvalues[first * z.width], z.width);
    }
    loops_of<T>().narrow(scratch.dqueries.data(), const_cast<T*>(at_token<T>(grads.q, s, head)), grads.q.stride(1), s.length, z.width, 1);
  }
  loops_of<T>().narrow(scratch.dkeys.data(), const_cast<T*>(at_token<T>(grads.k, s, kv_head)), grads.k.stride(1), s.length, z.width, 1);
  loops_of<T>().narrow(scratch.dvalues.data(), const_cast<T*>(at_token<T>(grads.v, s, kv_head)), grads.v.stride(1), s.length, z.width, 1);
}

std::vector<Segment> segments_of(const std::vector<int64_t>& flat, const at::Tensor& q) {
  std::vector<Segment> result;
  for (size_t i = 0; i + 2 < flat.size(); i += 3) result.push_back({flat[i], flat[i + 1], flat[i + 2]});
  if (flat.empty())
    for (int64_t row = 0; row < q.size(0); row++) result.push_back({row, 0, q.size(1)});
  return result;
}

bool covers_all(const std::vector<Segment>& segments, const at::Tensor& q) {
  int64_t total = 0;
  for (auto& s : segments) total += s.length;
  return total == q.size(0) * q.size(1);
}

at::Tensor unit_stride(const at::Tensor& x) { return x.stride(3) == 1 ? x : x.contiguous(); }

struct Attention : torch::autograd::Function<Attention> {
  static at::Tensor forward(AutogradContext* ctx, at::Tensor q, at::Tensor k, at::Tensor v, std::vector<int64_t> flat, double scale, double soft_cap,
                            int64_t window) {
    q = unit_stride(q);
    k = unit_stride(k);
    v = unit_stride(v);
    Sizes z{q.size(1), q.size(2), k.size(2), q.size(3), window, static_cast<float>(scale), static_cast<float>(soft_cap)};
    auto segments = segments_of(flat, q);
    auto shape = std::vector<int64_t>{q.size(0), q.size(1), z.heads, z.width};
    auto out = covers_all(segments, q) ? at::empty(shape, q.options()) : at::zeros(shape, q.options());
    auto lse = at::empty({q.size(0), z.heads, z.tokens}, q.options().dtype(at::kFloat));
    dispatch(q, [&](auto* type) {
      using T = LOOP_TYPE(type);
      at::parallel_for(0, static_cast<int64_t>(segments.size()) * z.kv, 1, [&](int64_t begin, int64_t end) {
        Scratch scratch;
        for (int64_t task = begin; task < end; task++) forward_task<T>(z, segments[task / z.kv], task % z.kv, q, k, v, out, data<float>(lse), scratch);
      });
    });
    ctx->save_for_backward({q, k, v, out, lse});
    ctx->saved_data["segments"] = flat;
    ctx->saved_data["scale"] = scale;
    ctx->saved_data["soft_cap"] = soft_cap;
    ctx->saved_data["window"] = window;
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list incoming) {
    auto saved = ctx->get_saved_variables();
    auto &q = saved[0], &k = saved[1], &v = saved[2], &out = saved[3], &lse = saved[4];
    auto dout = incoming[0].contiguous();
    Sizes z{q.size(1), q.size(2), k.size(2), q.size(3), ctx->saved_data["window"].toInt(), static_cast<float>(ctx->saved_data["scale"].toDouble()),
            static_cast<float>(ctx->saved_data["soft_cap"].toDouble())};
    auto segments = segments_of(ctx->saved_data["segments"].toIntVector(), q);
    bool all = covers_all(segments, q);
    auto like = [&](const at::Tensor& x) { return all ? at::empty(x.sizes(), x.options()) : at::zeros(x.sizes(), x.options()); };
    Grads grads{like(q), like(k), like(v)};
    dispatch(q, [&](auto* type) {
      using T = LOOP_TYPE(type);
      at::parallel_for(0, static_cast<int64_t>(segments.size()) * z.kv, 1, [&](int64_t begin, int64_t end) {
        Scratch scratch;
        for (int64_t task = begin; task < end; task++)
          backward_task<T>(z, segments[task / z.kv], task % z.kv, q, k, v, out, data<float>(lse), dout, grads, scratch);
      });
    });
    return {grads.q, grads.k, grads.v, {}, {}, {}, {}};
  }
};

}  // namespace

// Segments are triples (row, start, length); none means that each row is one. A soft cap or window of 0 means none.
SHIM_EXPORT int32_t shim_kernel_attention(TensorHandle q, TensorHandle k, TensorHandle v, const int64_t* segments, int64_t segment_count, double scale,
                                          double soft_cap, int64_t window, TensorHandle* result) {
  return guarded([&] {
    std::vector<int64_t> flat(segments, segments + 3 * segment_count);
    *result = wrap(Attention::apply(*q, *k, *v, flat, scale, soft_cap, window));
  });
}
