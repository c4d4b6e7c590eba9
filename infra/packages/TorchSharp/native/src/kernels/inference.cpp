// What a few new tokens need: attention over a cache, and products; no gradients.
#include "common.h"

using namespace shim;

// Ranges are pairs (begin, end) of visible keys for each row and query.
SHIM_EXPORT int32_t shim_kernel_attend(TensorHandle query, TensorHandle keys, TensorHandle values, const int64_t* ranges, double scale, double soft_cap,
                                       TensorHandle* result) {
  return guarded([&] {
    auto q = query->contiguous(), k = keys->stride(3) == 1 ? *keys : keys->contiguous(), v = values->stride(3) == 1 ? *values : values->contiguous();
    if (k.strides() != v.strides()) {
      k = k.contiguous();
      v = v.contiguous();
    }
    int64_t rows = q.size(0), tokens = q.size(1), heads = q.size(2), width = q.size(3), group = heads / k.size(2);
    auto out = at::empty({rows, tokens, heads * width}, q.options());
    dispatch(q, [&](auto* type) {
      using T = LOOP_TYPE(type);
      at::parallel_for(0, rows * tokens * heads, 1, [&](int64_t from, int64_t to) {
        std::vector<float> scores(k.size(1)), sums(width);
        for (int64_t task = from; task < to; task++) {
          int64_t place = task / heads, head = task % heads, row = place / tokens;
          int64_t offset = row * k.stride(0) + head / group * k.stride(2);
          loops_of<T>().attend(data<T>(q) + task * width, data<T>(k) + offset, data<T>(v) + offset, k.stride(1), data<T>(out) + task * width,
                               ranges[2 * place], ranges[2 * place + 1], width, static_cast<float>(scale), static_cast<float>(soft_cap), scores.data(),
                               sums.data());
        }
      });
    });
    *result = wrap(out);
  });
}

// x · weightᵀ + bias for a few tokens: the weight is read once and in its own type, which is all that such a product costs.
SHIM_EXPORT int32_t shim_kernel_linear(TensorHandle x, TensorHandle weight, TensorHandle bias, TensorHandle* result) {
  return guarded([&] {
    int64_t inputs = weight->size(1), outputs = weight->size(0);
    auto tokens = x->reshape({-1, inputs}).contiguous();
    auto rows = weight->contiguous();
    auto offset = bias ? bias->contiguous() : at::Tensor();
    auto sizes = x->sizes().vec();
    sizes.back() = outputs;
    auto y = at::empty(sizes, x->options());
    dispatch(rows, [&](auto* type) {
      using T = LOOP_TYPE(type);
      parallel_rows(outputs, inputs * tokens.size(0), [&](int64_t begin, int64_t end) {
        loops_of<T>().products(data<T>(tokens), data<T>(rows), offset.defined() ? data<T>(offset) : nullptr, data<T>(y), tokens.size(0), inputs, outputs,
                               begin, end);
      });
    });
    *result = wrap(y);
  });
}
