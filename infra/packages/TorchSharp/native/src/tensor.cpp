// What the dispatcher does not offer: handles, metadata, memory.
#include "abi.h"

#include <ATen/ops/from_blob.h>
#include <torch/csrc/autograd/variable.h>

using shim::guarded;
using shim::TensorHandle;

namespace {

struct Info {
  int64_t dimensions;
  int64_t elements;
  int64_t element_size;
  int64_t storage_offset;
  int32_t dtype;
  int32_t device_type;
  int32_t device_index;
  int32_t flags;
};

enum Flags : int32_t { kRequiresGrad = 1, kLeaf = 2, kContiguous = 4, kSparse = 8, kView = 16 };

}  // namespace

SHIM_EXPORT void shim_tensor_free(TensorHandle tensor) {
  if (!tensor) return;
  shim::live_tensors.fetch_sub(1, std::memory_order_relaxed);
  delete tensor;
}

SHIM_EXPORT TensorHandle shim_tensor_share(TensorHandle tensor) { return shim::wrap(*tensor); }

SHIM_EXPORT int32_t shim_tensor_same(TensorHandle left, TensorHandle right) { return left->is_same(*right); }

SHIM_EXPORT int32_t shim_tensor_info(TensorHandle tensor, Info* info) {
  return guarded([&] {
    bool strided = tensor->layout() == at::kStrided;
    *info = Info{
        tensor->dim(),
        tensor->numel(),
        static_cast<int64_t>(tensor->element_size()),
        strided ? tensor->storage_offset() : 0,
        static_cast<int32_t>(tensor->scalar_type()),
        static_cast<int32_t>(tensor->device().type()),
        static_cast<int32_t>(tensor->device().index()),
        (tensor->requires_grad() ? kRequiresGrad : 0) | (tensor->is_leaf() ? kLeaf : 0) |
            (strided && tensor->is_contiguous() ? kContiguous : 0) | (strided ? 0 : kSparse) |
            (tensor->is_view() ? kView : 0),
    };
  });
}

SHIM_EXPORT int32_t shim_tensor_sizes(TensorHandle tensor, int64_t* sizes, int64_t* strides) {
  return guarded([&] {
    auto dimensions = tensor->dim();
    for (int64_t i = 0; i < dimensions; i++) {
      if (sizes) sizes[i] = tensor->size(i);
      if (strides) strides[i] = tensor->stride(i);
    }
  });
}

SHIM_EXPORT int32_t shim_tensor_data(TensorHandle tensor, void** data) {
  return guarded([&] { *data = tensor->data_ptr(); });
}

// Bytes of the whole storage a tensor looks into.
SHIM_EXPORT int32_t shim_tensor_storage(TensorHandle tensor, void** data, int64_t* bytes) {
  return guarded([&] {
    *bytes = static_cast<int64_t>(tensor->storage().nbytes());
    *data = const_cast<void*>(static_cast<const void*>(tensor->storage().unsafeGetStorageImpl()->data()));
  });
}

// A tensor over memory that the caller keeps alive until `released(context)` is called.
SHIM_EXPORT int32_t shim_tensor_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, void (*released)(void*),
                                            void* context, TensorHandle* result) {
  return guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
    auto deleter = [released, context](void*) {
      if (released) released(context);
    };
    *result = shim::wrap(at::from_blob(data, at::IntArrayRef(sizes, dimensions), deleter, options));
  });
}

SHIM_EXPORT int32_t shim_tensor_set_requires_grad(TensorHandle tensor, int32_t value) {
  return guarded([&] { tensor->set_requires_grad(value != 0); });
}

SHIM_EXPORT int32_t shim_tensor_retain_grad(TensorHandle tensor) {
  return guarded([&] { tensor->retain_grad(); });
}

SHIM_EXPORT int32_t shim_tensor_grad(TensorHandle tensor, TensorHandle* grad) {
  return guarded([&] { *grad = shim::wrap(tensor->grad()); });
}

SHIM_EXPORT int32_t shim_tensor_set_grad(TensorHandle tensor, TensorHandle grad) {
  return guarded([&] { tensor->mutable_grad() = shim::unwrap_optional(grad); });
}

SHIM_EXPORT int32_t shim_tensor_version(TensorHandle tensor, int64_t* version) {
  return guarded([&] { *version = static_cast<int64_t>(tensor->_version()); });
}
